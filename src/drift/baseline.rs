//! The run before: what is new since then, what got worse, and what is gone.

use super::attribution::Attribution;
use super::{Drift, Severity, document, tell};
use crate::text::json;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use thiserror::Error;

/// Whether an item was there in the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum News {
    /// It was not.
    New,
    /// It was, and is another now, or a worse one.
    Worse,
    /// It was.
    Unchanged,
}

impl News {
    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Unchanged => "unchanged",
        }
    }
}

/// The run before, as far as it matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    organization: Option<String>,
    last_complete: Option<Timestamp>,
    taken: Option<Timestamp>,
    items: BTreeMap<String, Known>,
}

/// An item of the run before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What it was.
    pub class: String,
    /// Where.
    pub address: String,
    /// How bad it was.
    pub severity: String,
    /// What it was at that time.
    pub value_fingerprint: String,
    /// Whether it was accepted.
    pub accepted: bool,
    /// Who did it, as far as was known.
    pub attribution: Option<Attribution>,
    /// Who should have heard of it and has not.
    pub untold: BTreeSet<String>,
}

/// What became of the items of the run before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// From when on changes may not have been seen by it; `None` where it does not tell, or was none.
    pub taken: Option<Timestamp>,
    /// Those that are gone.
    pub resolved: BTreeMap<String, Known>,
    /// Those that this run does not show, because it could not read everything: nobody knows whether they
    /// are gone.
    pub hidden: BTreeMap<String, Known>,
}

/// Why a file is no baseline.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum BaselineError {
    /// It is no JSON document.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It is another document.
    #[error("it is not what `drift --format json` wrote: {0}")]
    Other(String),
    /// It tells of another organization.
    #[error("it is of organization {0}, and this is {1}")]
    Elsewhere(String, String),
}

impl Baseline {
    /// Reads the document of a run.
    pub fn read(bytes: &[u8]) -> Result<Self, BaselineError> {
        let document = json::parse(bytes).map_err(|e| BaselineError::Damaged(e.to_string()))?;
        let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        let other = |why: &str| BaselineError::Other(why.to_owned());
        if text(&document, "kind").as_deref() != Some(document::KIND) {
            return Err(other("its kind is another"));
        }
        let version = text(&document, "format_version").unwrap_or_default();
        if version.split('.').next() != document::FORMAT_VERSION.split('.').next() {
            return Err(BaselineError::Other(format!("its version is {version:?}")));
        }
        let items = document.get("items").and_then(Value::as_array);
        let items = items.ok_or_else(|| other("it lacks `items`"))?;
        let hidden = document.get("hidden").and_then(Value::as_array);
        let mut out = Self {
            organization: document.get("scope").and_then(|scope| text(scope, "organization")),
            last_complete: text(&document, "last_complete").and_then(|t| t.parse().ok()),
            taken: taken(&document),
            items: BTreeMap::new(),
        };
        for item in items.iter().chain(hidden.into_iter().flatten()) {
            let known = || {
                let known = Known {
                    class: text(item, "class")?,
                    address: text(item, "address")?,
                    severity: text(item, "severity")?,
                    value_fingerprint: text(item, "value_fingerprint")?,
                    accepted: item.get("accepted").and_then(|a| a.get("over"))
                        == Some(&Value::Bool(false)),
                    attribution: item.get("attribution").and_then(Attribution::parse),
                    untold: tell::untold(item),
                };
                Some((text(item, "fingerprint")?, known))
            };
            let (fingerprint, known) = known().ok_or_else(|| other("an item lacks a field"))?;
            out.items.insert(fingerprint, known);
        }
        Ok(out)
    }

    /// Marks what is news since then.
    pub fn compare(self, drift: &mut Drift) -> Result<(), BaselineError> {
        if let Some(organization) = self.organization.filter(|o| *o != drift.scope.organization) {
            return Err(BaselineError::Elsewhere(organization, drift.scope.organization.clone()));
        }
        drift.last_complete = drift.last_complete.or(self.last_complete);
        let mut items = self.items;
        for item in &mut drift.items {
            let news = match items.remove(&item.fingerprint) {
                None => News::New,
                // An acceptance that is over makes it as loud as on the first day.
                Some(known) if known.accepted && !item.is_accepted() => News::New,
                Some(known) if is_worse(&known, item.severity, &item.value_fingerprint) => {
                    News::Worse
                }
                Some(known) => {
                    item.attribution = known.attribution;
                    item.untold = known.untold;
                    News::Unchanged
                }
            };
            item.news = Some(news);
        }
        let mut since = Since { taken: self.taken, ..Since::default() };
        if drift.is_complete() {
            since.resolved = items;
        } else {
            since.hidden = items;
        }
        drift.since = Some(since);
        Ok(())
    }
}

/// When the reading began that saw everything last: what was changed later may not have been seen by it. Of a
/// run that was incomplete, the end of the last one that was not is all that is known.
fn taken(document: &Value) -> Option<Timestamp> {
    let whole = document.get("complete") == Some(&Value::Bool(true));
    let place = if whole { "/observed/started" } else { "/last_complete" };
    document.pointer(place)?.as_str()?.parse().ok()
}

/// Whether an item is worse than it was, or another and not known to be better.
fn is_worse(known: &Known, severity: Severity, value_fingerprint: &str) -> bool {
    let before = Severity::parse(&known.severity);
    // The first severity is the worst.
    match before {
        Some(before) if severity > before => false,
        Some(before) if severity < before => true,
        _ => known.value_fingerprint != value_fingerprint,
    }
}
