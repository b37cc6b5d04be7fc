//! How much was read, and why to believe that it is all.

use super::{Pack, mark};
use crate::access::matrix::{Kind, Matrix, To};
use crate::render::matrix::Head;
use crate::render::matrix::table::BEYOND;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

/// One document.
pub(super) fn write(pack: &Pack<'_>, out: &mut (dyn Write + Send)) -> io::Result<Option<usize>> {
    let Pack { matrix, head, chosen: _, live } = pack;
    let Head { gaps, not_seen, depth, reading, filter, .. } = head;
    let gaps: Vec<Value> = gaps
        .iter()
        .map(|gap| {
            json!({
                "part": gap.part, "operation": gap.operation, "code": gap.code,
                "message": gap.message,
            })
        })
        .collect();
    let filter: Vec<Value> =
        filter.iter().map(|(flag, value)| json!({ "flag": flag, "value": value })).collect();
    let beyond: Vec<Value> =
        BEYOND.iter().map(|(what, detail)| json!({ "what": what, "detail": detail })).collect();
    let document = json!({
        "format_version": "1.0",
        "kind": "landgrant.evidence.completeness",
        "complete": head.complete,
        "marked": mark(pack),
        "observed": {
            "started": head.started.to_string(),
            "ended": head.ended.to_string(),
            "statement": "AWS has no reading of one instant: what changed between the two times may be \
                in one list and not yet, or no more, in another",
            "depth": depth,
            "strategy": reading,
            "calls": live.taken.calls,
        },
        "gaps": gaps,
        "cannot_see": not_seen,
        "unread_parts": matrix.unread.iter().map(|unread| &unread.text).collect::<Vec<_>>(),
        "population": population(pack),
        "tie_outs": tie_outs(pack)?,
        "filter": filter,
        "not_covered": beyond,
    });
    super::document(&document, out)?;
    Ok(None)
}

fn population(pack: &Pack<'_>) -> Value {
    let Pack { matrix, live, .. } = pack;
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for account in &matrix.accounts {
        let state = if account.state.is_empty() { "not known" } else { &account.state };
        *states.entry(state).or_default() += 1;
    }
    json!({
        "accounts": matrix.accounts.len(),
        "accounts_by_state": states,
        "permission_sets": live.identity_center.permission_sets.len(),
        "users": live.identity_center.users.len(),
        "groups": live.identity_center.groups.len(),
        "memberships": live.identity_center.memberships.values().map(BTreeSet::len).sum::<usize>(),
        "grants": matrix.grants.len(),
    })
}

/// Counts of the same thing on two ways.
fn tie_outs(pack: &Pack<'_>) -> io::Result<Vec<Value>> {
    let Pack { matrix, live, .. } = pack;
    let center = &live.identity_center;
    let groups = (0..).zip(&matrix.groups).map(|(at, _)| To::Group(at));
    let people = (0..).zip(&matrix.people).map(|(at, _)| To::Person(at));
    let by_principal = groups.chain(people).map(|to| matrix.grants_of(to).count()).sum::<usize>();
    let pairs = center.assignments.values().map(|pair| pair.groups.len() + pair.users.len());
    let from_groups: usize = matrix.groups.iter().map(|group| group.members.len()).sum();
    let from_people: usize =
        (0..).zip(&matrix.people).map(|(at, _)| matrix.groups_of(at).len()).sum();
    let tie = |name: &str, one: (&str, usize), other: (&str, usize)| {
        json!({
            "name": name,
            "one": { "what": one.0, "count": one.1 },
            "other": { "what": other.0, "count": other.1 },
            "holds": one.1 == other.1,
        })
    };
    Ok(vec![
        tie(
            "accounts",
            ("accounts that Organizations listed", live.organization.accounts.len()),
            ("of these in the report", listed(pack)),
        ),
        tie(
            "assignments, by account and permission set and by principal",
            ("principals of every account and permission set that was read", pairs.sum()),
            ("grants of every group and user", by_principal),
        ),
        tie(
            "memberships, from both ends",
            ("members of every group", from_groups),
            ("groups of every member", from_people),
        ),
        tie(
            "access, expanded and multiplied",
            ("rows of people, before any filter", expanded(matrix)?),
            ("members of the group, or one, for each grant", multiplied(matrix)),
        ),
    ])
}

fn listed(pack: &Pack<'_>) -> usize {
    let listed = &pack.live.organization.accounts;
    pack.matrix.accounts.iter().filter(|account| listed.contains_key(&account.id)).count()
}

fn expanded(matrix: &Matrix<'_>) -> io::Result<usize> {
    let mut number = 0;
    matrix.each_path(&crate::access::matrix::filter::Chosen::default(), |row| {
        let of_person = row.person.is_some() && row.granted.is_some();
        number += usize::from(of_person && row.kind != Kind::Unread);
        Ok::<(), io::Error>(())
    })?;
    Ok(number)
}

fn multiplied(matrix: &Matrix<'_>) -> usize {
    let reached = matrix.grants.iter().map(|granted| match granted.to {
        To::Group(at) => matrix.group(at).map_or(0, |group| group.members.len()),
        To::Person(_) => 1,
    });
    reached.sum()
}
