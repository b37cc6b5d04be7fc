//! What changes for people between two states: gained, lost, widened and narrowed access.
//!
//! Only what may differ is expanded to people: pairs of account and set whose grants or whose groups
//! differ, and, for edited sets, who has them. Of an organization with a million grants a plan touches a
//! few hundred.

mod compare;
mod inline;
#[cfg(test)]
mod tests;

use super::{Access, Via, paths, people};
use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal, Session, State};
pub use compare::{Edit, compare};
pub use inline::Piece;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What changes for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Access that somebody has only afterwards, with all its paths.
    pub gain: BTreeMap<Access, BTreeSet<Via>>,
    /// Access that somebody has only before.
    pub lose: BTreeMap<Access, Loss>,
    /// Sets that allow more afterwards, to people who have them before and after.
    pub widen: BTreeMap<PermissionSetName, Reach>,
    /// Sets that allow less afterwards, to people who have them before and after.
    pub narrow: BTreeMap<PermissionSetName, Reach>,
}

/// A lost access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The paths that it had.
    pub via: BTreeSet<Via>,
    /// Other sets that the person keeps in the account.
    pub keeps: BTreeSet<PermissionSetName>,
    /// How long a session that is open now may live on: the set's session duration as it is.
    pub session: Session,
}

/// Whom an edit of a set reaches, and what it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Who has it before and after, by account; never an account where nobody does. Accounts where
    /// the same groups and users have it share the value.
    pub rows: BTreeMap<AccountId, Arc<BTreeSet<UserName>>>,
    /// Who has it anywhere.
    pub people: BTreeSet<UserName>,
    /// What it does.
    pub edit: Edit,
}

/// An account and a set.
type Pair<'a> = (&'a AccountId, &'a PermissionSetName);

/// Compares what people can reach before and after.
pub fn delta(before: &State, after: &State) -> Delta {
    let touched = touched(before, after);
    let mut out = Delta::default();
    for pair in &touched {
        let (had, has) = (reached(before, *pair), reached(after, *pair));
        for person in has.difference(&had) {
            let access = access(*pair, person);
            let via = paths(after, &access);
            out.gain.insert(access, via);
        }
        for person in had.difference(&has) {
            let access = access(*pair, person);
            let set = before.permission_sets.get(pair.1);
            let session = set.map_or(Session::DEFAULT, |set| set.session.clone());
            let loss = Loss { via: paths(before, &access), keeps: BTreeSet::new(), session };
            out.lose.insert(access, loss);
        }
    }
    keep(after, &mut out.lose);
    edits(before, after, &touched, &mut out);
    out
}

/// Where anybody's access may differ.
fn touched<'a>(before: &'a State, after: &'a State) -> BTreeSet<Pair<'a>> {
    let groups = before.memberships.keys().chain(after.memberships.keys());
    let groups: BTreeSet<&GroupName> = groups
        .filter(|group| before.memberships.get(*group) != after.memberships.get(*group))
        .collect();
    let differing = before.grants.symmetric_difference(&after.grants);
    let mut pairs: BTreeSet<_> = differing.map(pair_of).collect();
    if !groups.is_empty() {
        // A grant that is on one side alone is among the pairs already.
        let regrouped = before.grants.iter().filter(
            |grant| matches!(&grant.principal, Principal::Group(name) if groups.contains(name)),
        );
        pairs.extend(regrouped.map(pair_of));
    }
    pairs
}

fn pair_of(grant: &Grant) -> Pair<'_> {
    (&grant.account, &grant.permission_set)
}

fn access((account, set): Pair<'_>, person: &UserName) -> Access {
    Access { account: account.clone(), permission_set: set.clone(), person: person.clone() }
}

/// Who reaches a set in an account.
fn reached<'a>(state: &'a State, (account, set): Pair<'a>) -> BTreeSet<&'a UserName> {
    let grants = state.grants.of_pair(account, set);
    grants.flat_map(|grant| people(state, &grant.principal)).collect()
}

/// Tells of people who lose something in an account what they still have there.
fn keep(after: &State, lose: &mut BTreeMap<Access, Loss>) {
    let losers: BTreeSet<&UserName> = lose.keys().map(|access| &access.person).collect();
    let mut groups_of: BTreeMap<&UserName, Vec<&GroupName>> = BTreeMap::new();
    for (group, members) in &after.memberships {
        for person in members.iter().filter(|person| losers.contains(person)) {
            groups_of.entry(person).or_default().push(group);
        }
    }
    let groups_of: BTreeMap<UserName, Vec<GroupName>> = groups_of
        .into_iter()
        .map(|(person, groups)| (person.clone(), groups.into_iter().cloned().collect()))
        .collect();
    let mut here = None;
    let mut sets_of: BTreeMap<&Principal, Vec<&PermissionSetName>> = BTreeMap::new();
    for (Access { account, permission_set: _, person }, loss) in lose {
        if here != Some(account) {
            // Accesses are in order of their accounts.
            here = Some(account);
            sets_of.clear();
            for grant in after.grants.of_account(account) {
                sets_of.entry(&grant.principal).or_default().push(&grant.permission_set);
            }
        }
        let groups = groups_of.get(person).into_iter().flatten().cloned().map(Principal::Group);
        for principal in groups.chain([Principal::User(person.clone())]) {
            loss.keeps.extend(sets_of.get(&principal).into_iter().flatten().copied().cloned());
        }
    }
}

/// Finds sets that allow more or less afterwards, and whom that reaches.
fn edits(before: &State, after: &State, touched: &BTreeSet<Pair<'_>>, out: &mut Delta) {
    for (name, new) in &after.permission_sets {
        let Some(old) = before.permission_sets.get(name).filter(|old| *old != new) else {
            continue;
        };
        let (wider, narrower) = compare(old, new);
        if wider.is_empty() && narrower.is_empty() {
            continue;
        }
        let rows = having(before, after, name, touched);
        let people: BTreeSet<UserName> = distinct(&rows).into_iter().flatten().cloned().collect();
        if people.is_empty() {
            continue;
        }
        let reach = |edit| Reach { rows: rows.clone(), people: people.clone(), edit };
        if !wider.is_empty() {
            out.widen.insert(name.clone(), reach(wider));
        }
        if !narrower.is_empty() {
            out.narrow.insert(name.clone(), reach(narrower));
        }
    }
}

/// The values of rows, those that accounts share once.
fn distinct(rows: &BTreeMap<AccountId, Arc<BTreeSet<UserName>>>) -> Vec<&BTreeSet<UserName>> {
    let mut all: Vec<&Arc<BTreeSet<UserName>>> = rows.values().collect();
    all.sort_by_key(|people| Arc::as_ptr(people));
    all.dedup_by(|a, b| Arc::ptr_eq(a, b));
    all.into_iter().map(|people| &**people).collect()
}

/// Who has a set before and after, by account.
fn having(
    before: &State,
    after: &State,
    set: &PermissionSetName,
    touched: &BTreeSet<Pair<'_>>,
) -> BTreeMap<AccountId, Arc<BTreeSet<UserName>>> {
    let mut rows = BTreeMap::new();
    // In most accounts the same few principals have it.
    let mut known: BTreeMap<Vec<&Principal>, Arc<BTreeSet<UserName>>> = BTreeMap::new();
    for account in after.grants.accounts() {
        let people = if touched.contains(&(account, set)) {
            let (had, has) = (reached(before, (account, set)), reached(after, (account, set)));
            Arc::new(had.intersection(&has).copied().cloned().collect())
        } else {
            let principals: Vec<_> =
                after.grants.of_pair(account, set).map(|grant| &grant.principal).collect();
            if principals.is_empty() {
                continue;
            }
            let all = |principals: &[&Principal]| {
                let everybody = principals.iter().flat_map(|principal| people(after, principal));
                Arc::new(everybody.cloned().collect())
            };
            Arc::clone(known.entry(principals).or_insert_with_key(|principals| all(principals)))
        };
        if !people.is_empty() {
            rows.insert(account.clone(), people);
        }
    }
    rows
}
