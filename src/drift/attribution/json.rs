//! An attribution in the document of a run, and back: the next run still knows it.

use super::{Attributing, Attribution, Deed};
use crate::drift::Drift;
use jiff::Timestamp;
use serde_json::{Value, json};

impl Attribution {
    /// As documents have it.
    pub fn json(&self) -> Value {
        let deed = match self {
            Self::Nobody { because, since, tries } => {
                return json!({
                    "status": "unattributed",
                    "because": because,
                    "since": since.to_string(),
                    "tries": tries,
                });
            }
            Self::To(deed) => deed,
        };
        let Deed {
            who,
            person,
            identity,
            account,
            when,
            user_agent,
            source_ip,
            event_id,
            event_name,
            event_source,
            region,
            by_landgrant,
            plan,
            others,
        } = deed.as_ref();
        json!({
            "status": "attributed",
            "who": who,
            "person": person,
            "identity": identity,
            "account": account,
            "when": when.to_string(),
            "user_agent": user_agent,
            "source_ip": source_ip,
            "event_id": event_id,
            "event_name": event_name,
            "event_source": event_source,
            "region": region,
            "by_landgrant": by_landgrant,
            "plan": plan,
            "other_events": others,
        })
    }

    /// Reads it from the document of the run before; `None` where that has none, or none that makes sense.
    pub fn parse(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        let time = |key: &str| text(key)?.parse::<Timestamp>().ok();
        if text("status")? == "unattributed" {
            return Some(Self::Nobody {
                because: text("because")?,
                since: time("since")?,
                tries: value.get("tries").and_then(Value::as_u64)?.try_into().ok()?,
            });
        }
        let others = value.get("other_events").and_then(Value::as_array);
        let others = others.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        Some(Self::To(Box::new(Deed {
            who: text("who")?,
            person: text("person"),
            identity: text("identity").unwrap_or_default(),
            account: text("account"),
            when: time("when")?,
            user_agent: text("user_agent").unwrap_or_default(),
            source_ip: text("source_ip").unwrap_or_default(),
            event_id: text("event_id")?,
            event_name: text("event_name")?,
            event_source: text("event_source").unwrap_or_default(),
            region: text("region").unwrap_or_default(),
            by_landgrant: value.get("by_landgrant") == Some(&Value::Bool(true)),
            plan: text("plan"),
            others: others.collect(),
        })))
    }
}

/// What became of the search, as documents have it.
pub(in super::super) fn summary(drift: &Drift) -> Value {
    let Some(Attributing { since, calls, most, ran_out, troubles }) = &drift.attributing else {
        return Value::Null;
    };
    let (attributed, unattributed) = drift.attributed();
    json!({
        "since": since.to_string(),
        "calls": calls,
        "limit": most,
        "ran_out": ran_out,
        "attributed": attributed,
        "unattributed": unattributed,
        "troubles": troubles.iter().map(crate::drift::document::gap).collect::<Vec<_>>(),
    })
}
