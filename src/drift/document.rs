//! Drift as one JSON document. Keys are sorted; the same drift gives the same bytes, but for when and how
//! it was read.

use super::accept::Accepted;
use super::attribution::{self, Attribution};
use super::baseline::{Known, News, Since};
use super::fail::FailOn;
use super::{Class, Drift, Item, Severity, Unread, tell};
use crate::diag::Files;
use crate::id::UserName;
use crate::plan::document::origin_json;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The version of the document: readers ignore keys they don't know and refuse a new major version.
pub const FORMAT_VERSION: &str = "1.0";
/// What kind of document it is.
pub const KIND: &str = "landgrant.drift";

/// The whole document.
pub fn document(drift: &Drift, files: &Files, on: FailOn) -> Value {
    let Drift {
        scope,
        taken,
        as_of,
        counts,
        gaps,
        items,
        ignored,
        unmanaged,
        labels: _, // stand with each item
        accepts,
        last_complete,
        since,
        attributing: _, // with what became of it
        told,
    } = drift;
    let hidden = since.as_ref().map(|since| &since.hidden);
    json!({
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "tool": { "name": "landgrant", "version": env!("CARGO_PKG_VERSION") },
        "scope": {
            "organization": scope.organization,
            "instance": scope.instance,
            "region": scope.region,
            "caller": scope.caller,
            "standing": scope.standing.name(),
        },
        "observed": {
            "started": taken.started.to_string(),
            "ended": taken.ended.to_string(),
            "depth": taken.reading.depth.name(),
            "strategy": taken.reading.strategy(),
            "cannot_see": taken.reading.cannot_see(),
            "calls": taken.calls,
            "counts": {
                "accounts": counts.accounts,
                "permission_sets": counts.permission_sets,
                "users": counts.users,
                "groups": counts.groups,
                "grants": counts.grants,
            },
        },
        "as_of": as_of.to_string(),
        "last_complete": last_complete.map(|time| time.to_string()),
        "complete": drift.is_complete(),
        "gaps": gaps.iter().map(gap).collect::<Vec<_>>(),
        "items": items.iter().map(|one| item(one, drift, files)).collect::<Vec<_>>(),
        "hidden": hidden.map_or_else(|| json!([]), known),
        "resolved": since.as_ref().map(|Since { resolved, .. }| known(resolved)),
        "summary": summary(drift, on),
        "attribution": attribution::json::summary(drift),
        "notifications": tell::notifications(told),
        "ignored": ignored,
        "unmanaged": unmanaged,
        "accepted": {
            "items": accepts.items,
            "over": accepts.over.iter().map(|entry| acceptance(entry, files)).collect::<Vec<_>>(),
            "idle": accepts.idle.iter().map(|entry| acceptance(entry, files)).collect::<Vec<_>>(),
        },
    })
}

fn summary(drift: &Drift, on: FailOn) -> Value {
    let class = |class: &Class| (class.name(), drift.of_class(*class));
    let severity = |severity: &Severity| {
        let count = drift.items.iter().filter(|item| item.severity == *severity).count();
        (severity.name(), count)
    };
    let news = |news: News| drift.items.iter().filter(|item| item.news == Some(news)).count();
    let since = drift.since.as_ref().map(|since| {
        json!({
            "new": news(News::New),
            "worse": news(News::Worse),
            "unchanged": news(News::Unchanged),
            "resolved": since.resolved.len(),
            "hidden": since.hidden.len(),
        })
    });
    json!({
        "items": drift.items.len(),
        "accepted": drift.accepts.items,
        "fail_on": on.name(),
        "failing": drift.counting(on).count(),
        "classes": Class::ALL.iter().map(class).collect::<BTreeMap<_, _>>(),
        "severities": Severity::ALL.iter().map(severity).collect::<BTreeMap<_, _>>(),
        "since": since,
    })
}

pub(super) fn gap(gap: &Unread) -> Value {
    let Unread { part, operation, code, message } = gap;
    json!({ "part": part, "operation": operation, "code": code, "message": message })
}

fn item(item: &Item, drift: &Drift, files: &Files) -> Value {
    let Item {
        class,
        action,
        kind,
        address,
        severity,
        people,
        origin,
        near,
        account,
        permission_set,
        principal,
        because,
        held,
        mend,
        covers,
        accepted,
        news,
        clues: _, // for the search alone
        attribution,
        untold,
        fingerprint,
        value_fingerprint,
    } = item;
    let people: Vec<&str> = people.iter().map(UserName::as_str).collect();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
    put("class", json!(class.name()));
    put("action", json!(action));
    put("kind", json!(kind));
    put("address", json!(address));
    put("severity", json!(severity.name()));
    put("people", json!(people));
    put("fingerprint", json!(fingerprint));
    put("value_fingerprint", json!(value_fingerprint));
    put("origin", origin_json(*origin, files));
    put("near", origin_json(*near, files));
    put("because", json!(because));
    put("mend", json!({ "apply": mend.apply, "edit": mend.edit }));
    put(
        "held",
        held.as_ref()
            .map_or(Value::Null, |(hold, why)| json!({ "reason": hold.name(), "because": why })),
    );
    put("account", json!(account.as_ref().map(|id| drift.labels.of(id))));
    put("account_id", json!(account.as_ref().map(crate::id::AccountId::as_str)));
    put("permission_set", json!(permission_set.as_ref().map(|(name, _)| name.as_str())));
    put("access_level", json!(permission_set.as_ref().map(|(_, level)| level.name())));
    put("principal", json!(principal));
    put("covers", json!(covers));
    put("news", json!(news.map(News::name)));
    put("attribution", attributed(attribution.as_ref()));
    put("untold", json!(untold));
    put(
        "accepted",
        accepted.as_ref().map_or(Value::Null, |accepted| accepted_json(accepted, files)),
    );
    Value::Object(out)
}

pub(super) fn attributed(attribution: Option<&Attribution>) -> Value {
    attribution.map_or(Value::Null, Attribution::json)
}

fn accepted_json(accepted: &Accepted, files: &Files) -> Value {
    let Accepted { span, why, until, ticket, is_over } = accepted;
    json!({
        "why": why,
        "until": until,
        "ticket": ticket,
        "over": is_over,
        "origin": origin_json(Some(*span), files),
    })
}

fn acceptance((what, accepted): &(String, Accepted), files: &Files) -> Value {
    let mut out = accepted_json(accepted, files);
    if let Value::Object(out) = &mut out {
        out.insert("what".to_owned(), json!(what));
    }
    out
}

fn known(items: &BTreeMap<String, Known>) -> Value {
    let one = |(fingerprint, known): (&String, &Known)| {
        let Known { class, address, severity, value_fingerprint, accepted, attribution, untold } =
            known;
        json!({
            "fingerprint": fingerprint,
            "class": class,
            "address": address,
            "severity": severity,
            "value_fingerprint": value_fingerprint,
            "accepted": accepted.then(|| json!({ "over": false })),
            "attribution": attributed(attribution.as_ref()),
            "untold": untold,
        })
    };
    items.iter().map(one).collect()
}
