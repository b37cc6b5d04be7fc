//! A reviewed plan against the plan that is needed now: what was not reviewed, and what has moved.

use super::Plan;
use super::document::Step;
use super::file::{Origin, Reviewed};
use super::rows::{self, Rows};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// How the plan that is needed now differs from the reviewed one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Difference {
    /// The reviewed plan's short name.
    pub plan: String,
    /// How many changes were reviewed.
    pub reviewed: usize,
    /// How many are needed now.
    pub needed: usize,
    /// Needed and not reviewed.
    pub new: Vec<Named>,
    /// Reviewed with another content or other ids.
    pub changed: Vec<Changed>,
    /// Reviewed and no longer needed.
    pub gone: Vec<Named>,
    /// Whose access would change in a way that was not reviewed, a line each.
    pub access: Vec<String>,
    /// What has moved.
    pub because: Because,
}

/// A change by its address.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Named {
    /// What it is about.
    pub address: String,
    /// What it does.
    pub action: String,
}

/// A change whose content or ids differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which.
    pub change: Named,
    /// Where it differs, in order.
    pub fields: Vec<Field>,
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// `before`, `after` or `ids`.
    pub of: &'static str,
    /// Its key; empty where the whole is there once and not there the other time.
    pub key: String,
    /// As it was reviewed; null where it was not there.
    pub then: Value,
    /// As it is now.
    pub now: Value,
}

/// What has moved since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Because {
    /// Whether the definitions were edited; `None` where nobody can tell.
    pub definitions: Option<bool>,
    /// Their commit then and now, with whether they differed from it.
    pub git: [Option<(String, bool)>; 2],
    /// The parts of what is live that differ, of those that the reviewed changes touch.
    pub live: Vec<String>,
}

impl Difference {
    /// Compares; `None` where everything that is needed was reviewed. `ground` is what the new plan is
    /// made from, with the parts that the reviewed one touches.
    pub fn of(reviewed: &Reviewed, plan: &Plan, ground: impl FnOnce() -> Origin) -> Option<Self> {
        let unreviewed = reviewed.unreviewed(&plan.changes, &plan.labels);
        let access: Vec<String> = {
            let now = Rows::of(&plan.access, &plan.labels, &reviewed.new_accounts);
            let missing = reviewed.rows.missing(&now);
            missing.iter().map(|(word, row)| rows::text(plan, word, row)).collect()
        };
        if unreviewed.is_empty() && access.is_empty() {
            return None;
        }
        let (mut new, mut changed) = (Vec::new(), Vec::new());
        for step in unreviewed.into_iter().map(|change| reviewed.step(change, &plan.labels)) {
            let then = reviewed.steps.get(&step.address).into_iter().flatten();
            let then = then.into_iter().find(|then| then.action == step.action);
            match then {
                Some(then) => {
                    changed.push(Changed { change: named(&step), fields: fields(then, &step) });
                }
                None => new.push(named(&step)),
            }
        }
        new.sort();
        changed.sort_by(|a, b| a.change.cmp(&b.change));
        Some(Self {
            plan: reviewed.id.clone(),
            reviewed: reviewed.len(),
            needed: plan.changes.len(),
            new,
            changed,
            gone: gone(reviewed, plan),
            access,
            because: because(&reviewed.ground, &ground()),
        })
    }
}

fn named(step: &Step) -> Named {
    Named { address: step.address.clone(), action: step.action.clone() }
}

/// Reviewed changes of which nothing is left to do.
fn gone(reviewed: &Reviewed, plan: &Plan) -> Vec<Named> {
    let mut needed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for change in &plan.changes {
        needed.entry(&change.address).or_default().insert(change.what.action().name());
    }
    let left = |step: &Step| {
        let actions = needed.get(step.address.as_str());
        // What a creation left behind when it was interrupted is an update.
        let has = |action| actions.is_some_and(|actions| actions.contains(action));
        has(step.action.as_str()) || (step.action == "create" && (has("update") || has("move")))
    };
    let mut gone: Vec<Named> =
        reviewed.steps.values().flatten().filter(|step| !left(step)).map(named).collect();
    gone.sort();
    gone
}

fn because(then: &Origin, now: &Origin) -> Because {
    let differs = |(name, print): &(&String, &String)| now.parts.get(*name) != Some(*print);
    Because {
        definitions: then.definitions.as_ref().zip(now.definitions.as_ref()).map(|(a, b)| a != b),
        git: [then.git.clone(), now.git.clone()],
        live: then.parts.iter().filter(differs).map(|(name, _)| name.clone()).collect(),
    }
}

fn fields(then: &Step, now: &Step) -> Vec<Field> {
    let Step { address: _, action: _, before, after, ids } = now; // the two are the same on both sides
    let parts =
        [("before", &then.before, before), ("after", &then.after, after), ("ids", &then.ids, ids)];
    let mut out = Vec::new();
    for (of, then, now) in parts {
        let (Value::Object(then), Value::Object(now)) = (then, now) else {
            if then != now {
                let (then, now) = (then.clone(), now.clone());
                out.push(Field { of, key: String::new(), then, now });
            }
            continue;
        };
        let keys: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
        let value = |of: &Map<String, Value>, key| of.get(key).cloned().unwrap_or_default();
        for key in keys {
            let (then, now) = (value(then, key), value(now, key));
            if then != now {
                out.push(Field { of, key: key.clone(), then, now });
            }
        }
    }
    out
}
