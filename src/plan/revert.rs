//! Undoing what an apply did: the inverse of each change of a journal, laid over what is live today, and
//! planned like any other difference.

mod decode;
mod lay;
mod oppose;
mod same;
#[cfg(test)]
mod tests;

use super::change::{Kind, What};
use crate::id::ControlId;
use crate::journal::{self, Journal};
use crate::resolve::{Desired, Hold};
pub use lay::desired;
pub use oppose::opposed;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan undoes: all that it takes to make it anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// The short name of the plan that was applied.
    pub plan: String,
    /// When, as it was written down.
    pub begun: Option<String>,
    /// Its changes of which AWS may have done anything, in their order.
    pub undone: Vec<Undo>,
}

/// A change that may have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undo {
    /// As it stands in documents.
    entry: Entry,
    /// What it did; `None` where this version does not know such changes.
    what: Option<What>,
}

/// A change as documents hold it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    address: String,
    action: String,
    before: Value,
    after: Value,
    /// Ids of what it acted on, and of what it created.
    ids: BTreeMap<String, String>,
    /// Addresses of memberships that went along.
    along: Vec<String>,
}

/// Why something is not undone.
type Refusal = (Hold, String);

impl Revert {
    /// What a journal says was done, and what nobody heard the end of.
    pub fn of(journal: &Journal) -> Self {
        let changes = journal.changes.iter().filter(|change| change.may_have_acted());
        let entry = |change: &journal::Change| Entry {
            id: change.id.clone(),
            address: change.address.clone(),
            action: change.action.clone(),
            before: change.before.clone(),
            after: change.after.clone(),
            ids: change.all_ids(),
            along: change.takes_along.clone(),
        };
        Self {
            plan: journal.begin.plan.clone(),
            begun: journal.begin.time.map(|time| time.to_string()),
            undone: changes.map(entry).map(Undo::new).collect(),
        }
    }

    /// The controls that it is about, where it is about Control Tower at all.
    pub fn controls(&self) -> Option<BTreeSet<ControlId>> {
        let governs = |undo: &&Undo| undo.what.as_ref().is_some_and(|w| w.kind() == Kind::Controls);
        let own: Vec<&Undo> = self.undone.iter().filter(governs).collect();
        let named = own.iter().filter_map(|undo| ControlId::parse(undo.entry.ids.get("control")?));
        (!own.is_empty()).then(|| named.collect())
    }

    /// Reads the part `revert` of a plan's document.
    pub fn read(value: &Value) -> Option<Self> {
        let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
        let entry = |value: &Value| {
            let ids = value.get("ids")?.as_object()?.iter();
            let along = value.get("takes_along")?.as_array()?.iter();
            Some(Entry {
                id: text(value, "id")?,
                address: text(value, "address")?,
                action: text(value, "action")?,
                before: value.get("before")?.clone(),
                after: value.get("after")?.clone(),
                ids: ids
                    .map(|(kind, id)| Some((kind.clone(), id.as_str()?.to_owned())))
                    .collect::<Option<_>>()?,
                along: along.map(|a| a.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            })
        };
        let undone = value.get("changes")?.as_array()?.iter();
        Some(Self {
            plan: text(value, "plan")?,
            begun: text(value, "begun"),
            undone: undone.map(|value| entry(value).map(Undo::new)).collect::<Option<_>>()?,
        })
    }

    /// The same as it is written.
    pub fn value(&self) -> Value {
        let Self { plan, begun, undone } = self;
        let entry = |undo: &Undo| {
            let Entry { id, address, action, before, after, ids, along } = &undo.entry;
            json!({
                "id": id, "address": address, "action": action, "before": before, "after": after,
                "ids": ids, "takes_along": along,
            })
        };
        let mut out = Map::new();
        out.insert("plan".to_owned(), json!(plan));
        out.insert("begun".to_owned(), json!(begun));
        out.insert("changes".to_owned(), undone.iter().map(entry).collect());
        Value::Object(out)
    }
}

impl Undo {
    fn new(entry: Entry) -> Self {
        Self { what: decode::what(&entry), entry }
    }

    /// The verb of its inverse, as documents have it.
    fn inverse(&self) -> &'static str {
        match self.entry.action.as_str() {
            "create" => "delete",
            "delete" => "create",
            "move" => "move",
            "rename" => "rename",
            "provision" => "provision",
            _ => "update",
        }
    }
}

/// Notes of a desired state that undoes something.
fn note(desired: &mut Desired, text: String) {
    if !desired.notes.contains(&text) {
        desired.notes.push(text);
    }
}
