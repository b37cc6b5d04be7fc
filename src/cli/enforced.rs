//! Kinds that are enforced for the first time, as far as the journals of this repository tell.
//!
//! There is no state file: what was enforced before stands in the first line of each apply's journal.

use super::apply::journals;
use super::args::Global;
use crate::plan::Plan;
use crate::plan::change::{Kind, What};
use crate::source::declared::{Manage, Mode};
use crate::store;
use crate::text::counted;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// The longest first line that is looked at: it holds the whole plan.
const MAX_LINE: u64 = 64 * 1024 * 1024;

/// Accounts that a line names.
const NAMED: usize = 8;

/// Puts before a plan's findings that it removes, of a kind, what nobody declared, and that no journal
/// tells that the kind was enforced before.
pub(super) fn tell(global: &Global, manage: &Manage, plan: &mut Plan) {
    let going = going(plan, manage);
    if going.is_empty() {
        return;
    }
    let folder = journals(&global.directory);
    let known = known(&folder, &plan.scope.organization, global.sandbox);
    let news = going.iter().filter(|(kind, _)| !known.contains(kind.name()));
    let lines: Vec<String> = news.map(|(kind, places)| line(*kind, places)).collect();
    plan.findings.splice(0..0, lines);
}

/// What goes because its kind is enforced: how much, and of grants in which accounts.
fn going(plan: &Plan, manage: &Manage) -> BTreeMap<Kind, BTreeMap<String, usize>> {
    let mut out: BTreeMap<Kind, BTreeMap<String, usize>> = BTreeMap::new();
    for change in plan.changes.iter().filter(|change| change.reason.word == "undeclared") {
        let kind = change.what.kind();
        if mode(kind, manage) != Mode::Enforce {
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

fn mode(kind: Kind, manage: &Manage) -> Mode {
    match kind {
        Kind::Ous => manage.ous,
        Kind::Accounts => manage.accounts,
        Kind::PermissionSets => manage.permission_sets,
        Kind::Users => manage.users,
        Kind::Groups => manage.groups,
        Kind::Memberships => manage.memberships,
        Kind::Grants => manage.grants,
    }
}

fn line(kind: Kind, places: &BTreeMap<String, usize>) -> String {
    let name = kind.name();
    let things = match kind {
        Kind::Ous => "OU".to_owned(),
        _ => name.strip_suffix('s').unwrap_or(name).replace('_', " "),
    };
    let number = counted(places.values().sum(), &things);
    let named = places.iter().filter(|(place, _)| !place.is_empty()).take(NAMED);
    let named: Vec<String> = named.map(|(place, n)| format!("{place} {n}")).collect();
    let more = match places.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let places =
        if named.is_empty() { String::new() } else { format!(" ({}{more})", named.join(", ")) };
    format!(
        "manage.{name} is \"enforce\", and no journal here tells that it was before: {number} that \
         nobody declared would go{places}"
    )
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
