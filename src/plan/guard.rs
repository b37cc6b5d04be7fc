//! `[limits]`: a plan that removes more than it may is refused, unless the number is acknowledged.

use super::change::{Action, Kind, What};
use super::keep::{Refusal, Rule};
use crate::id::GroupName;
use crate::model::{Principal, State};
use crate::resolve::{Held, Hold, Rules, Selection};
use crate::source::declared::{Limit, Limits};
use crate::text::counted;
use std::collections::BTreeSet;

/// Below this many live ones a share says nothing (octoDNS's `MIN_EXISTING_RECORDS` is the model).
const SHARE_COUNTS_FROM: usize = 10;

/// A limit that a plan exceeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// What is removed: `grants`.
    pub kind: &'static str,
    /// How many.
    pub removals: usize,
    /// Of how many live ones.
    pub live: usize,
    /// What is exceeded, for people: `at most 25`.
    pub limit: String,
}

/// The removals of a plan, and the limits that they exceed. `live` is what is live in scope.
///
/// Where the plan is about some accounts, a share of grants and memberships is of what those accounts
/// have, however much else was read: a plan must not be refused or let pass by how it was read, and a
/// share of the whole would let one account lose everything.
pub fn judge<'a>(
    changes: impl IntoIterator<Item = &'a What>,
    live: &State,
    limits: &Limits,
    only: Option<&Selection>,
) -> (usize, Vec<Excess>) {
    let removed: Vec<Kind> = changes
        .into_iter()
        .filter(|what| what.action() == Action::Delete)
        .map(What::kind)
        .collect();
    let (grants_live, members) = counts(live, only);
    let Limits { grants, memberships, groups, permission_sets, users, ous, accounts, controls } =
        limits;
    let table: [(Kind, usize, &Limit); 8] = [
        (Kind::Controls, live.controls.len(), controls),
        (Kind::Grants, grants_live, grants),
        (Kind::Memberships, members, memberships),
        (Kind::Groups, live.groups.len(), groups),
        (Kind::PermissionSets, live.permission_sets.len(), permission_sets),
        (Kind::Users, live.users.len(), users),
        (Kind::Ous, live.ous.len(), ous),
        (Kind::Accounts, live.accounts.len(), accounts),
    ];
    let mut excess = Vec::new();
    for (kind, live, limit) in table {
        let removals = removed.iter().filter(|k| **k == kind).count();
        if let Some(limit) = exceeded(removals, live, limit) {
            excess.push(Excess { kind: kind.name(), removals, live, limit });
        }
    }
    (removed.len(), excess)
}

/// Refuses to make the definitions the whole truth about a kind of which they say nothing: a wrong
/// folder or a lost file looks just so. No number of removals acknowledges that.
pub(super) fn nothing_declared(rules: &Rules, held: &[Held]) -> Vec<Refusal> {
    let mut out = Vec::new();
    for kind in &rules.nothing_declared {
        let one = kind.strip_suffix('s').unwrap_or(kind);
        let of_kind = |held: &&Held| {
            held.reason == Hold::NothingDeclared
                && held.address.strip_prefix(one).is_some_and(|rest| rest.starts_with('/'))
        };
        let live = held.iter().filter(of_kind).count();
        if live == 0 {
            continue;
        }
        let thing = if *kind == "ous" { "OU".to_owned() } else { one.replace('_', " ") };
        out.push(Refusal {
            rule: Rule::NothingDeclared,
            message: format!(
                "no {thing} is declared and manage.{kind} is \"enforce\": {} would go, which is all \
                 there is",
                counted(live, &thing)
            ),
            help: format!(
                "look whether the definitions are whole and in the right folder (-C); else write \
                 {kind} = \"adopt\" under [manage], or declare one that stays"
            ),
            origin: None,
            permission_set: None,
            accounts: Vec::new(),
            to: Vec::new(),
            changes: Vec::new(),
        });
    }
    out
}

/// How many grants are live, and how many memberships; with `only` those of the accounts and of the
/// groups that have grants there.
fn counts(live: &State, only: Option<&Selection>) -> (usize, usize) {
    let Some(only) = only else {
        return (live.grants.len(), live.memberships.values().map(BTreeSet::len).sum());
    };
    let grants = || only.accounts.iter().flat_map(|account| live.grants.of_account(account));
    let groups: BTreeSet<&GroupName> = grants()
        .filter_map(|grant| match &grant.principal {
            Principal::Group(name) => Some(name),
            _ => None,
        })
        .collect();
    let members = groups.into_iter().filter_map(|group| live.memberships.get(group));
    (grants().count(), members.map(BTreeSet::len).sum())
}

#[expect(clippy::cast_precision_loss, reason = "counts of live things are far below 2^52")]
fn exceeded(removals: usize, live: usize, limit: &Limit) -> Option<String> {
    let Limit { max_removals, max_share } = limit;
    if let Some(most) = max_removals.filter(|most| removals > *most as usize) {
        return Some(format!("at most {most}"));
    }
    let share = max_share.filter(|_| live >= SHARE_COUNTS_FROM)?;
    (removals as f64 > share * live as f64).then(|| format!("at most {:.0}%", share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_and_share_each_limit() {
        let limit = Limit { max_removals: Some(25), max_share: Some(0.30) };
        assert_eq!(exceeded(25, 1000, &limit), None);
        assert_eq!(exceeded(26, 1000, &limit).as_deref(), Some("at most 25"));
        assert_eq!(exceeded(3, 10, &limit), None);
        assert_eq!(exceeded(4, 10, &limit).as_deref(), Some("at most 30%"));
        // A share says nothing of a handful.
        assert_eq!(exceeded(9, 9, &limit), None);
        assert_eq!(exceeded(1000, 1000, &Limit::default()), None);
    }
}
