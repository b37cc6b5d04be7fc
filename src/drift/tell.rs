//! What others are told of a run, and who has not heard of what.

use super::baseline::News;
use super::fail::FailOn;
use super::{Drift, Item, Severity};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Why a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// Something could not be read.
    Incomplete,
    /// Something is new or worse.
    News,
    /// Nothing is, and somebody wants to know that the job runs.
    Heartbeat,
}

impl Occasion {
    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::News => "news",
            Self::Heartbeat => "heartbeat",
        }
    }
}

/// What one target is told.
#[derive(Clone, Debug)]
pub struct Telling<'d> {
    /// Why.
    pub occasion: Occasion,
    /// The items that it is about, the worst first.
    pub items: Vec<&'d Item>,
}

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The target as typed, which holds no secret.
    pub target: String,
    /// Why it was told.
    pub occasion: Occasion,
    /// Why it was not; `None` where it was.
    pub error: Option<String>,
}

impl Drift {
    /// What a target is to be told; `None` where nothing. Of a run that could not read everything it always is:
    /// nobody may take silence for "clean".
    pub fn telling(&self, target: &str, on: FailOn, heartbeat: bool) -> Option<Telling<'_>> {
        let items: Vec<&Item> =
            self.items.iter().filter(|item| item.is_news_for(target, on)).collect();
        let occasion = if !self.is_complete() {
            Occasion::Incomplete
        } else if !items.is_empty() {
            Occasion::News
        } else if heartbeat {
            Occasion::Heartbeat
        } else {
            return None;
        };
        Some(Telling { occasion, items })
    }

    /// Notes how that ended. What a target did not hear of is news for it in the next run as well.
    pub fn told(&mut self, told: Told, on: FailOn) {
        for item in &mut self.items {
            if !item.is_news_for(&told.target, on) {
                continue;
            }
            if told.error.is_some() {
                item.untold.insert(told.target.clone());
            } else {
                item.untold.remove(&told.target);
            }
        }
        self.told.push(told);
    }
}

impl Item {
    /// Whether a target is to hear of it: of what is new or worse, and of what it should have heard of before.
    /// What is accepted is quiet, and so is what is less severe than `--fail-on` asks for.
    fn is_news_for(&self, target: &str, on: FailOn) -> bool {
        if self.is_accepted() {
            return false;
        }
        let severe = match on {
            FailOn::Any | FailOn::New => true,
            // The first severity is the worst.
            FailOn::Severity(least) => self.severity <= least,
        };
        let new = self.news != Some(News::Unchanged) || self.untold.contains(target);
        (severe && new) || self.action == "read"
    }
}

/// The numbers of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// Items that are not accepted.
    pub items: usize,
    /// Of these, what was not there in the run before, or of a run without one.
    pub new: usize,
    /// Of these, what got worse.
    pub worse: usize,
    /// Of these, what was there before.
    pub unchanged: usize,
    /// Items of the run before that are gone.
    pub resolved: usize,
    /// Items that are accepted.
    pub accepted: usize,
    /// Parts that could not be read.
    pub gaps: usize,
}

impl Numbers {
    /// Counts.
    pub fn of(drift: &Drift) -> Self {
        let loud: Vec<&Item> = drift.items.iter().filter(|item| !item.is_accepted()).collect();
        let count = |is: &dyn Fn(&Item) -> bool| loud.iter().filter(|item| is(item)).count();
        Self {
            items: loud.len(),
            new: count(&|item| matches!(item.news, None | Some(News::New))),
            worse: count(&|item| item.news == Some(News::Worse)),
            unchanged: count(&|item| item.news == Some(News::Unchanged)),
            resolved: drift.since.as_ref().map_or(0, |since| since.resolved.len()),
            accepted: drift.accepts.items,
            gaps: drift.gaps.len(),
        }
    }
}

/// How many of some items are of each severity, the worst first.
pub fn by_severity(items: &[&Item]) -> Vec<(Severity, usize)> {
    let count = |severity| items.iter().filter(|item| item.severity == severity).count();
    let all = Severity::ALL.into_iter().map(|severity| (severity, count(severity)));
    all.filter(|(_, count)| *count > 0).collect()
}

/// What a receiver is told of an item.
pub fn item(item: &Item, drift: &Drift) -> Value {
    let people: Vec<&str> = item.people.iter().map(crate::id::UserName::as_str).collect();
    json!({
        "class": item.class.name(),
        "severity": item.severity.name(),
        "address": item.address,
        "because": item.because,
        "people": people,
        "account": item.account.as_ref().map(|id| drift.labels.of(id)),
        "account_id": item.account.as_ref().map(crate::id::AccountId::as_str),
        "permission_set": item.permission_set.as_ref().map(|(name, _)| name.as_str()),
        "news": item.news.map(News::name),
        "fingerprint": item.fingerprint,
        "mend": { "apply": item.mend.apply, "edit": item.mend.edit },
        "attribution": super::document::attributed(item.attribution.as_ref()),
    })
}

/// What became of the messages, as documents have it.
pub(super) fn notifications(told: &[Told]) -> Value {
    let one = |told: &Told| {
        let Told { target, occasion, error } = told;
        json!({
            "target": target,
            "occasion": occasion.name(),
            "ok": error.is_none(),
            "error": error,
        })
    };
    told.iter().map(one).collect()
}

/// Targets that have not heard of an item of the run before.
pub(super) fn untold(item: &Value) -> BTreeSet<String> {
    let all = item.get("untold").and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
