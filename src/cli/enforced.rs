//! Kinds that are enforced for the first time, as far as the journals of this repository tell.
//!
//! There is no state file: what was enforced before stands in the first line of each apply's journal.

use super::apply::journals;
use super::args::Global;
use crate::plan::Plan;
use crate::plan::change::{Kind, What};
use crate::source::declared::{Manage, Mode};
use crate::store;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The longest first line that is looked at: it holds the whole plan.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// Tells a plan of which kinds it removes what nobody declared, where no journal tells that the kind was
/// enforced before.
pub(super) fn tell(global: &Global, manage: &Manage, plan: &mut Plan) {
    let going = going(plan, manage);
    if going.is_empty() {
        return;
    }
    let folder = journals(&global.directory);
    let known = known(&folder, &plan.scope.organization, global.sandbox);
    let news = going.into_iter().filter(|(kind, _)| !known.contains(kind.name()));
    plan.newly_enforced = news.collect();
}

/// What goes because its kind is enforced: how much, and of grants in which accounts.
fn going(plan: &Plan, manage: &Manage) -> BTreeMap<Kind, BTreeMap<String, usize>> {
    let mut out: BTreeMap<Kind, BTreeMap<String, usize>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.reason.word == "undeclared") {
        let kind = change.what.kind();
        if kind.mode(manage) != Mode::Enforce {
            continue;
        }
        let place = match &change.what {
            What::DeleteGrant(grant) => plan.labels.of(&grant.account).to_owned(),
            What::RemoveMember(group, _) => group.to_string(),
            _ => String::new(),
        };
        *out.entry(kind).or_default().entry(place).or_default() += 1;
    }
    out
}

/// How the caller of a sandbox in this process is called: what was rehearsed there was not applied.
const REHEARSED: &str = ":assumed-role/landgrant/sandbox";

/// Kinds that any apply on this organization enforced. A journal that cannot be read tells nothing.
fn known(folder: &Path, organization: &str, sandbox: bool) -> BTreeSet<String> {
    let mut known = BTreeSet::new();
    let mut files = store::list(folder).unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    for begin in files.iter().rev().filter_map(|path| first_line(path)) {
        let scope = begin.pointer("/scope/organization").and_then(Value::as_str);
        let caller = begin.pointer("/scope/caller").and_then(Value::as_str);
        let rehearsed = caller.is_some_and(|caller| caller.ends_with(REHEARSED));
        if scope != Some(organization) || rehearsed != sandbox {
            continue;
        }
        let modes = begin.get("manage").and_then(Value::as_object).into_iter().flatten();
        let enforced = modes.filter(|(_, mode)| mode.as_str() == Some(Mode::Enforce.name()));
        known.extend(enforced.map(|(kind, _)| kind.clone()));
    }
    known
}

fn first_line(path: &Path) -> Option<Value> {
    let mut line = String::new();
    BufReader::new(store::open(path).ok()?.take(MAX_LINE)).read_line(&mut line).ok()?;
    serde_json::from_str(&line).ok()
}
