//! The matrix of what is desired or planned: by names, since not all has an id yet.

use super::build::{Places, accounts, set_card, sorted};
use super::card::{Group, Person, Set};
use super::live::{current, order, why};
use super::notes::Found;
use super::{At, Definitions, Granted, Matrix, To};
use crate::access::level::Levels;
use crate::id::{AccountId, GroupId, GroupName, PermissionSetName, UserId, UserName};
use crate::live::project::{Ids, Projection};
use crate::live::{Gap, Live, Part};
use crate::model::{Principal, State};
use std::collections::{BTreeMap, BTreeSet};

/// A user or group: by name where there is one.
type Key<Name, Id> = Result<Name, Id>;

/// What a matrix of a state is made from.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// Who reaches what.
    pub state: &'s State,
    /// The ids that there are already, under the names of the state.
    pub ids: &'s Ids,
    /// What is live.
    pub live: &'s Live,
    /// The same, by name.
    pub projection: &'s Projection,
    /// What is not known of it.
    pub gaps: &'s [Gap],
}

/// Everything in a state.
pub fn of_state<'a>(source: &Source<'_>, definitions: Definitions<'a>) -> Matrix<'a> {
    let Source { state, ids, live, projection, gaps } = source;
    let scope = definitions.scope;
    let renamed = &definitions.desired.renames.groups;
    let dangling: BTreeMap<&GroupName, &BTreeSet<UserId>> = projection
        .dangling
        .iter()
        .map(|(group, users)| (renamed.get(group).unwrap_or(group), users))
        .collect();
    let (people, by_user) =
        sorted(people(source, &dangling), |card: &Person| order(card.name.is_none(), card.shown()));
    let (groups, by_group) = sorted(groups(source, &dangling, &by_user), |card: &Group| {
        order(card.name.is_none(), card.shown())
    });
    let (sets, by_set) =
        sorted(sets(source), |card: &Set| order(card.name.is_none(), card.shown()));
    let mut accounts = accounts(live, state.grants.accounts(), Some(scope));
    for (id, new) in &definitions.desired.new_accounts {
        if let Some(account) = accounts.get_mut(id) {
            account.name.clone_from(&new.name);
            account.email.clone_from(&new.email);
        }
    }
    accounts.retain(|id, card| state.accounts.contains_key(id) || !card.ignored);
    for (id, at) in &state.accounts {
        if let Some(card) = accounts.get_mut(id) {
            card.ou = Some(at.ou.clone());
        }
    }
    let (accounts, by_account) = sorted(accounts, |card| order(card.name.is_empty(), card.shown()));
    let mut matrix = Matrix { people, groups, sets, accounts, ..Matrix::default() };
    for set in &mut matrix.sets {
        set.ignored = set.name.as_ref().is_some_and(|name| scope.set(name).is_some());
    }
    for group in &mut matrix.groups {
        group.ignored = group.name.as_ref().is_some_and(|name| scope.group(name).is_some());
    }
    for grant in &state.grants {
        let to = match &grant.principal {
            Principal::Group(name) => by_group.get(&Ok(name.clone())).map(|at| To::Group(*at)),
            Principal::OrphanGroup(id) => by_group.get(&Err(id.clone())).map(|at| To::Group(*at)),
            Principal::User(name) => by_user.get(&Ok(name.clone())).map(|at| To::Person(*at)),
            Principal::OrphanUser(id) => by_user.get(&Err(id.clone())).map(|at| To::Person(*at)),
        };
        let (account, set) = (by_account.get(&grant.account), by_set.get(&grant.permission_set));
        let (Some(account), Some(set), Some(to)) = (account, set, to) else { continue };
        let why = why(&matrix, definitions, (*account, *set), to);
        let granted = Granted { account: *account, set: *set, to, why, pair_unread: false };
        matrix.grants.push(granted);
    }
    let found = found(ids, by_account, &by_set, &by_group, &by_user);
    matrix.note(gaps, &found, projection);
    matrix.finish(Some(&definitions))
}

/// Where the cards of ids are.
fn found(
    ids: &Ids,
    accounts: Places<AccountId>,
    sets: &Places<PermissionSetName>,
    groups: &Places<Key<GroupName, GroupId>>,
    people: &Places<Key<UserName, UserId>>,
) -> Found {
    let sets =
        ids.permission_sets.iter().filter_map(|(name, arn)| Some((arn.clone(), *sets.get(name)?)));
    let named = ids
        .groups
        .iter()
        .filter_map(|(name, id)| Some((id.clone(), *groups.get(&Ok(name.clone()))?)));
    let orphans = groups.iter().filter_map(|(key, at)| Some((key.as_ref().err()?.clone(), *at)));
    let users = ids
        .users
        .iter()
        .filter_map(|(name, id)| Some((id.clone(), *people.get(&Ok(name.clone()))?)));
    let gone = people.iter().filter_map(|(key, at)| Some((key.as_ref().err()?.clone(), *at)));
    Found {
        accounts,
        sets: sets.collect(),
        groups: named.chain(orphans).collect(),
        people: users.chain(gone).collect(),
    }
}

fn people(
    source: &Source<'_>,
    dangling: &BTreeMap<&GroupName, &BTreeSet<UserId>>,
) -> BTreeMap<Key<UserName, UserId>, Person> {
    let Source { state, ids, live, .. } = source;
    let unknown = live.gap_for(&Part::Users).is_some();
    let mut out = BTreeMap::new();
    let members = state.memberships.values().flatten();
    let direct = state.grants.iter().filter_map(|grant| match &grant.principal {
        Principal::User(name) => Some(name),
        _ => None,
    });
    for name in state.users.keys().chain(members).chain(direct) {
        out.entry(Ok(name.clone())).or_insert_with(|| {
            let id = ids.users.get(name);
            let user = id.and_then(|id| live.identity_center.users.get(id));
            Person {
                name: Some(name.clone()),
                id: id.cloned(),
                display_name: user.and_then(|user| user.display_name.clone()),
                email: user.and_then(|user| user.email.clone()),
                ..Person::default()
            }
        });
    }
    let orphans = state.grants.iter().filter_map(|grant| match &grant.principal {
        Principal::OrphanUser(id) => Some(id),
        _ => None,
    });
    for id in orphans.chain(dangling.values().copied().flatten()) {
        let card = || Person { id: Some(id.clone()), unknown, ..Person::default() };
        out.entry(Err(id.clone())).or_insert_with(card);
    }
    out
}

fn groups(
    source: &Source<'_>,
    dangling: &BTreeMap<&GroupName, &BTreeSet<UserId>>,
    people: &Places<Key<UserName, UserId>>,
) -> BTreeMap<Key<GroupName, GroupId>, Group> {
    let Source { state, ids, live, .. } = source;
    let unknown = live.gap_for(&Part::Groups).is_some();
    let memberships = &live.identity_center.memberships;
    let mut out = BTreeMap::new();
    let granted = state.grants.iter().filter_map(|grant| match &grant.principal {
        Principal::Group(name) => Some(name),
        _ => None,
    });
    for name in state.groups.keys().chain(state.memberships.keys()).chain(granted) {
        out.entry(Ok(name.clone())).or_insert_with(|| {
            let id = ids.groups.get(name);
            let known = state.memberships.get(name).into_iter().flatten();
            let mut members: Vec<At> =
                known.filter_map(|user| people.get(&Ok(user.clone())).copied()).collect();
            let gone = dangling.get(name).copied().into_iter().flatten();
            members.extend(gone.filter_map(|user| people.get(&Err(user.clone())).copied()));
            Group {
                name: Some(name.clone()),
                id: id.cloned(),
                description: state.groups.get(name).and_then(|group| group.description.clone()),
                members,
                // One that is to be made has the members that it is made with.
                members_known: id.is_none_or(|id| memberships.contains_key(id)),
                ..Group::default()
            }
        });
    }
    for grant in &state.grants {
        let Principal::OrphanGroup(id) = &grant.principal else { continue };
        out.entry(Err(id.clone())).or_insert_with(|| Group {
            id: Some(id.clone()),
            members_known: !unknown,
            unknown,
            ..Group::default()
        });
    }
    out
}

fn sets(source: &Source<'_>) -> BTreeMap<PermissionSetName, Set> {
    let Source { state, ids, live, .. } = source;
    let levels = Levels::shipped();
    let granted = state.grants.iter().map(|grant| &grant.permission_set);
    let names: BTreeSet<&PermissionSetName> = state.permission_sets.keys().chain(granted).collect();
    let card = |name: &PermissionSetName| {
        let arn = ids.permission_sets.get(name);
        let set = state.permission_sets.get(name);
        let card = set_card((Some(name.clone()), arn.cloned()), set, &levels);
        let live_set = arn.and_then(|arn| live.identity_center.permission_sets.get(arn));
        let mut known = match (arn, live_set) {
            (Some(arn), Some(set)) => current(live, arn, &set.provisioned),
            _ => BTreeMap::new(),
        };
        // What is outdated now and will be provisioned anew is not outdated then.
        let stale = state.stale.get(name);
        for (account, current) in &mut known {
            *current = !stale.is_some_and(|stale| stale.contains(account));
        }
        Set { current: known, ..card }
    };
    names.into_iter().map(|name| (name.clone(), card(name))).collect()
}
