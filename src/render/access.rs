//! The access ledger: who gains, who loses, what widens or narrows, in people.

use super::{Page, Tone, counted};
use crate::access::delta::{Loss, Reach};
use crate::access::level::Level;
use crate::access::{Access, Via};
use crate::diag::{Files, Span};
use crate::id::{AccountId, PermissionSetName, UserName};
use crate::plan::change::What;
use crate::plan::{Plan, grant_of};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// People who share a set, accounts, and the line below them.
struct Entry<'a> {
    danger: Option<Level>,
    accounts: Vec<&'a AccountId>,
    set: &'a PermissionSetName,
    /// How it is reached and what else there is to say: equal for everyone in the entry.
    how: String,
    people: Vec<&'a UserName>,
}

pub(super) fn section(page: &mut Page, plan: &Plan, files: &Files) {
    let access = &plan.access;
    let accounts: BTreeSet<&AccountId> = access
        .gain
        .keys()
        .chain(access.lose.keys())
        .map(|a| &a.account)
        .chain(access.widen.values().chain(access.narrow.values()).flat_map(|r| r.rows.keys()))
        .collect();
    let people: BTreeSet<&UserName> = access
        .gain
        .keys()
        .chain(access.lose.keys())
        .map(|a| &a.person)
        .chain(access.widen.values().chain(access.narrow.values()).flat_map(|r| &r.people))
        .collect();
    if people.is_empty() {
        let nobody = if plan.knows_people() {
            "nobody gains or loses anything"
        } else {
            "nobody is seen to gain or lose anything, and not everybody could be read"
        };
        page.heading("access", nobody);
        return;
    }
    let numbers = [
        (access.gain.len(), "gained"),
        (access.lose.len(), "lost"),
        (access.widen.len(), "widened"),
        (access.narrow.len(), "narrowed"),
    ];
    let numbers: Vec<String> =
        numbers.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let numbers = numbers.join(", ");
    let (people, accounts) = (counted(people.len(), "person"), counted(accounts.len(), "account"));
    let rest = if plan.knows_people() { "" } else { " · not everybody could be read" };
    page.heading("access", &format!("{numbers} · {people} · {accounts}{rest}"));
    let (before, after) = &plan.dangerous_sets;
    let gains = access.gain.iter().map(|(a, via)| (a, gained_by(plan, files, a, via)));
    block(page, plan, ("gain", '+', Tone::Add), &entries(plan, after, gains));
    let losses = access.lose.iter().map(|(a, loss)| (a, lost_with(plan, a, loss)));
    block(page, plan, ("lose", '-', Tone::Remove), &entries(plan, before, losses));
    edits(page, plan, files, "widen", &access.widen);
    edits(page, plan, files, "narrow", &access.narrow);
}

/// Folds rows that say the same: first people who share an account, then accounts that share the
/// people. Danger first, then account, then set.
fn entries<'a>(
    plan: &'a Plan,
    dangerous: &BTreeMap<PermissionSetName, Level>,
    rows: impl Iterator<Item = (&'a Access, String)>,
) -> Vec<Entry<'a>> {
    let mut by_account: BTreeMap<(&AccountId, &PermissionSetName, String), Vec<&UserName>> =
        BTreeMap::new();
    for (access, how) in rows {
        let Access { account, permission_set, person } = access;
        by_account.entry((account, permission_set, how)).or_default().push(person);
    }
    let mut by_people: BTreeMap<(&PermissionSetName, String, Vec<&UserName>), Vec<&AccountId>> =
        BTreeMap::new();
    for ((account, set, how), people) in by_account {
        by_people.entry((set, how, people)).or_default().push(account);
    }
    let mut entries: Vec<Entry<'a>> = by_people
        .into_iter()
        .map(|((set, how, people), mut accounts)| {
            accounts.sort_by_key(|a| (plan.labels.of(a), *a));
            Entry { danger: dangerous.get(set).copied(), accounts, set, how, people }
        })
        .collect();
    entries.sort_by(|a, b| {
        let labels =
            |e: &Entry<'a>| e.accounts.iter().map(|a| plan.labels.of(a)).collect::<Vec<_>>();
        (Reverse(a.danger), labels(a), a.set, &a.how).cmp(&(
            Reverse(b.danger),
            labels(b),
            b.set,
            &b.how,
        ))
    });
    entries
}

fn block(
    page: &mut Page,
    plan: &Plan,
    (word, sign, tone): (&str, char, Tone),
    entries: &[Entry<'_>],
) {
    if entries.is_empty() {
        return;
    }
    page.gap();
    page.row(2, Tone::Strong, word);
    for Entry { danger, accounts, set, how, people } in entries {
        let mark = match danger {
            Some(Level::Admin) => "  ! administrator access",
            Some(_) => "  ! privileged access",
            None => "",
        };
        let count = counted(people.len(), "person");
        let place = match accounts.as_slice() {
            [one] if plan.labels.of(one).contains(one.as_str()) => plan.labels.of(one).to_owned(),
            [one] => format!("{} ({one})", plan.labels.of(one)),
            several => counted(several.len(), "account"),
        };
        page.row(2, tone, &format!("{sign} {set} on {place}: {count}{mark}"));
        if accounts.len() > 1 {
            page.list(8, Tone::Plain, accounts.iter().map(|a| plan.labels.of(a)));
        }
        page.list(8, Tone::Plain, people.iter().map(|p| p.as_str()));
        page.row(8, Tone::Quiet, how);
    }
}

fn gained_by(plan: &Plan, files: &Files, access: &Access, via: &BTreeSet<Via>) -> String {
    let paths: Vec<String> = via.iter().map(|v| v.text(&access.person)).collect();
    let paths = match via.iter().next() {
        // Who is granted directly is named just above.
        Some(Via::Direct) if via.len() == 1 => "a direct grant".to_owned(),
        _ => paths.join(" and "),
    };
    let mut parts = vec![format!("via {paths}")];
    let causes: Vec<_> = via.iter().map(|v| plan.causes.get(&grant_of(access, v))).collect();
    let untils: Option<Vec<_>> =
        causes.iter().map(|c| c.and_then(|c| c.expires.as_ref())).collect();
    if let Some(until) = untils.and_then(|all| all.into_iter().max()) {
        parts.push(format!("until {}", until.text));
    }
    if let Some(origin) = causes.into_iter().flatten().find_map(|c| c.origins.first()) {
        parts.push(place(files, origin.span, origin.selector.as_deref()));
    }
    parts.join(" · ")
}

fn lost_with(plan: &Plan, access: &Access, loss: &Loss) -> String {
    let Loss { via, keeps, session } = loss;
    let paths: Vec<String> = via
        .iter()
        .map(|v| match v {
            Via::Direct => "a direct grant".to_owned(),
            Via::Group(_) => v.text(&access.person),
        })
        .collect();
    let keeps: Vec<&str> = keeps.iter().map(PermissionSetName::as_str).collect();
    let keeps = match keeps.as_slice() {
        [] if sees_all(plan) => "keeps nothing there".to_owned(),
        [] => "keeps nothing there that was read".to_owned(),
        some => format!("keeps {}", some.join(", ")),
    };
    let paths = paths.join(" and ");
    format!("was via {paths} · {keeps} · open sessions may live up to {session}")
}

/// Whether nobody can have an access that the reading did not see.
fn sees_all(plan: &Plan) -> bool {
    plan.knows_people() && plan.observed.taken.reading.cannot_see().is_empty()
}

/// `file:line (selector)`.
pub(super) fn place(files: &Files, span: Span, selector: Option<&str>) -> String {
    let at = files.position(span);
    match selector {
        Some(selector) => format!("{}:{} ({selector})", at.file, at.line),
        None => format!("{}:{}", at.file, at.line),
    }
}

fn edits(
    page: &mut Page,
    plan: &Plan,
    files: &Files,
    word: &str,
    edits: &BTreeMap<PermissionSetName, Reach>,
) {
    if edits.is_empty() {
        return;
    }
    page.gap();
    page.row(2, Tone::Strong, word);
    for (set, reach) in edits {
        let Reach { rows, people, because } = reach;
        let (n, on) = (counted(people.len(), "person"), counted(rows.len(), "account"));
        page.row(2, Tone::Change, &format!("~ {set}: {n} on {on}"));
        page.list(8, Tone::Plain, people.iter().map(UserName::as_str));
        let origin = plan.changes.iter().find_map(|c| match &c.what {
            What::UpdateSet { name, .. } if name == set => c.origin.as_ref(),
            _ => None,
        });
        let mut text = because.join("; ");
        if let Some((span, _)) = origin {
            text = format!("{text} · {}", place(files, *span, None));
        }
        page.row(8, Tone::Quiet, &text);
    }
}
