//! A saved plan, read back: what was reviewed, to be compared with a plan made anew.

use super::change::Change;
use super::document::{FORMAT_VERSION, KIND, essence};
use crate::live::fingerprint;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;

/// What a saved plan binds.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// Its short name.
    pub id: String,
    /// `o-…`.
    pub organization: String,
    /// The instance's ARN.
    pub instance: String,
    /// Its region.
    pub region: String,
    /// The first instant at which it may no longer be applied.
    pub expires: Timestamp,
    /// The reviewed changes, each as its canonical text.
    changes: BTreeSet<String>,
}

/// Why a file is not a plan that can be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// Not JSON, or cut off.
    #[error("it is not a JSON document: {0}")]
    Json(String),
    /// Another kind of document.
    #[error("it is not a plan (`kind` is not \"{KIND}\")")]
    Kind,
    /// Written by a newer landgrant.
    #[error("its format version is {0}; this version reads {FORMAT_VERSION}")]
    Version(String),
    /// A part is missing or of another type.
    #[error("its `{0}` is missing or malformed")]
    Part(&'static str),
    /// Its changes are not those that its digest was made of.
    #[error("its changes do not match its digest: the file was edited or damaged")]
    Digest,
}

/// Reads a saved plan.
pub fn read(text: &str) -> Result<Reviewed, PlanFileError> {
    let document: Value =
        serde_json::from_str(text).map_err(|e| PlanFileError::Json(e.to_string()))?;
    if document.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(PlanFileError::Kind);
    }
    let version =
        string(&document, "/format_version").ok_or(PlanFileError::Part("format_version"))?;
    if version.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(PlanFileError::Version(version));
    }
    let list =
        document.get("changes").and_then(Value::as_array).ok_or(PlanFileError::Part("changes"))?;
    let changes: Vec<Value> = list
        .iter()
        .map(|c| {
            let part = |key: &str| c.get(key).cloned().unwrap_or(Value::Null);
            Value::from(vec![part("address"), part("action"), part("before"), part("after")])
        })
        .collect();
    let digest = string(&document, "/digest").ok_or(PlanFileError::Part("digest"))?;
    if fingerprint::of(&Value::from(changes.clone())) != digest {
        return Err(PlanFileError::Digest);
    }
    let text = |pointer, name| string(&document, pointer).ok_or(PlanFileError::Part(name));
    Ok(Reviewed {
        id: text("/id", "id")?,
        organization: text("/scope/organization", "scope.organization")?,
        instance: text("/scope/instance", "scope.instance")?,
        region: text("/scope/region", "scope.region")?,
        expires: text("/expires", "expires")?
            .parse()
            .map_err(|_| PlanFileError::Part("expires"))?,
        changes: changes.iter().map(ToString::to_string).collect(),
    })
}

fn string(document: &Value, pointer: &str) -> Option<String> {
    document.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

impl Reviewed {
    /// Changes that were not reviewed. When there are none, what is left to do is a subset of what
    /// was agreed to, which is also how an interrupted apply goes on.
    pub fn unreviewed<'a>(&self, changes: &'a [Change]) -> Vec<&'a Change> {
        changes.iter().filter(|c| !self.changes.contains(&essence(c).to_string())).collect()
    }

    /// How many changes were reviewed.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing was to be changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }
}
