//! The matrix of what is live: by AWS's ids, so that two things of one name stay two.

use super::build::{Places, accounts, next, set_card, sorted};
use super::card::{Group, Person, Set};
use super::notes::Found;
use super::{Definitions, Granted, Matrix, To, Why};
use crate::access::level::Levels;
use crate::id::{AccountId, GroupId, GroupName, PermissionSetArn, PermissionSetName};
use crate::id::{UserId, UserName};
use crate::live::project::{Projection, comparable};
use crate::live::{Live, Part};
use crate::model::{Grant, Principal};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is live, ignored things too. `definitions` tell where grants are declared.
pub fn of_live<'a>(
    live: &Live,
    projection: &Projection,
    definitions: Option<Definitions<'a>>,
) -> Matrix<'a> {
    let center = &live.identity_center;
    let scope = definitions.map(|definitions| definitions.scope);
    let (people, by_user) =
        sorted(people(live), |card: &Person| order(card.name.is_none(), card.shown()));
    let (mut sets, by_set) =
        sorted(sets(live), |card: &Set| order(card.name.is_none(), card.shown()));
    let (mut groups, by_group) =
        sorted(groups(live, &by_user), |card: &Group| order(card.name.is_none(), card.shown()));
    let named = center.assignments.keys().map(|(account, _)| account);
    let mut accounts = accounts(live, named, scope);
    for (id, at) in &projection.state.accounts {
        if let Some(card) = accounts.get_mut(id) {
            card.ou = Some(at.ou.clone());
        }
    }
    let (accounts, by_account) = sorted(accounts, |card| order(card.name.is_empty(), card.shown()));
    if let Some(scope) = scope {
        for set in &mut sets {
            set.ignored = set.name.as_ref().is_some_and(|name| scope.set(name).is_some());
        }
        for group in &mut groups {
            group.ignored = group.name.as_ref().is_some_and(|name| scope.group(name).is_some());
        }
    }
    let mut matrix = Matrix { people, groups, sets, accounts, ..Matrix::default() };
    let places = Found { accounts: by_account, sets: by_set, groups: by_group, people: by_user };
    for ((account, arn), assigned) in &center.assignments {
        let (Some(account), Some(set)) = (places.accounts.get(account), places.sets.get(arn))
        else {
            continue;
        };
        let groups = assigned.groups.iter().filter_map(|id| places.groups.get(id));
        let users = assigned.users.iter().filter_map(|id| places.people.get(id));
        let to = groups.map(|at| To::Group(*at)).chain(users.map(|at| To::Person(*at)));
        for to in to {
            let why = definitions.map_or(Why::Unknown, |d| why(&matrix, d, (*account, *set), to));
            let granted = Granted { account: *account, set: *set, to, why, pair_unread: false };
            matrix.grants.push(granted);
        }
    }
    matrix.note(&live.gaps, &places, projection);
    matrix.finish(definitions.as_ref())
}

/// Names first, what has none behind them.
pub(super) fn order(unnamed: bool, shown: &str) -> (bool, String) {
    (unnamed, shown.to_owned())
}

/// Why a grant is there; one of something without a name is in no file.
pub(super) fn why(
    matrix: &Matrix<'_>,
    definitions: Definitions<'_>,
    (account, set): (super::At, super::At),
    to: To,
) -> Why {
    let group = if let To::Group(at) = to { Some(at) } else { None };
    let ignored = matrix.is_ignored(account, set, group);
    let principal = match to {
        To::Group(at) => matrix.group(at).and_then(|card| card.name.clone()).map(Principal::Group),
        To::Person(at) => matrix.person(at).and_then(|card| card.name.clone()).map(Principal::User),
    };
    let set = matrix.set(set).and_then(|card| card.name.clone());
    let account = matrix.account(account).map(|card| card.id.clone());
    match (account, set, principal) {
        (Some(account), Some(permission_set), Some(principal)) => {
            definitions.why(Grant { account, permission_set, principal }, ignored)
        }
        _ if ignored => Why::Ignored,
        // What has no name that was read may be declared under it.
        _ if unknown(matrix, to) || set_unknown(matrix) || !definitions.whole => Why::Unknown,
        _ => Why::Unmanaged,
    }
}

fn unknown(matrix: &Matrix<'_>, to: To) -> bool {
    match to {
        To::Group(at) => matrix.group(at).is_some_and(|card| card.unknown),
        To::Person(at) => matrix.person(at).is_some_and(|card| card.unknown),
    }
}

fn set_unknown(matrix: &Matrix<'_>) -> bool {
    matrix.sets.iter().any(|set| set.name.is_none())
}

fn people(live: &Live) -> BTreeMap<UserId, Person> {
    let center = &live.identity_center;
    let unknown = live.gap_for(&Part::Users).is_some();
    let members = center.memberships.values().flatten();
    let direct = center.assignments.values().flat_map(|assigned| &assigned.users);
    let ids: BTreeSet<&UserId> = center.users.keys().chain(members).chain(direct).collect();
    let card = |id: &UserId| match center.users.get(id) {
        Some(user) => Person {
            name: Some(UserName::new(&user.user_name)),
            id: Some(id.clone()),
            display_name: user.display_name.clone(),
            email: user.email.clone(),
            ..Person::default()
        },
        None => Person { id: Some(id.clone()), unknown, ..Person::default() },
    };
    ids.into_iter().map(|id| (id.clone(), card(id))).collect()
}

fn groups(live: &Live, people: &Places<UserId>) -> BTreeMap<GroupId, Group> {
    let center = &live.identity_center;
    let unlisted = live.gap_for(&Part::Groups).is_some();
    let granted = center.assignments.values().flat_map(|assigned| &assigned.groups);
    let ids = center.groups.keys().chain(center.memberships.keys()).chain(granted);
    let ids: BTreeSet<&GroupId> = ids.collect();
    let card = |id: &GroupId| {
        let known = center.groups.get(id);
        let members = center.memberships.get(id);
        let unknown = known.is_none() && unlisted;
        Group {
            name: known.map(|group| GroupName::new(&group.name)),
            id: Some(id.clone()),
            description: known.and_then(|group| group.description.clone()),
            members: members
                .into_iter()
                .flatten()
                .filter_map(|id| people.get(id).copied())
                .collect(),
            // Nobody is in a group that is gone.
            members_known: members.is_some() || (known.is_none() && !unknown),
            ignored: false,
            notes: Vec::new(),
            unknown,
        }
    };
    ids.into_iter().map(|id| (id.clone(), card(id))).collect()
}

fn sets(live: &Live) -> BTreeMap<PermissionSetArn, Set> {
    let center = &live.identity_center;
    let levels = Levels::shipped();
    let asked = center.assignments.keys().map(|(_, arn)| arn);
    let arns: BTreeSet<&PermissionSetArn> = center.permission_sets.keys().chain(asked).collect();
    let card = |arn: &PermissionSetArn| {
        let Some(set) = center.permission_sets.get(arn) else {
            return set_card((None, Some(arn.clone())), None, &levels);
        };
        let name = PermissionSetName::new(&set.name);
        let names = (Some(name), Some(arn.clone()));
        let card = set_card(names, Some(&comparable(set)), &levels);
        Set { current: current(live, arn, &set.provisioned), ..card }
    };
    arns.into_iter().map(|arn| (arn.clone(), card(arn))).collect()
}

/// Where a set is known to be provisioned in its latest version, or known not to be. A reading by
/// principal did not ask which of all sets are outdated.
pub(super) fn current(
    live: &Live,
    arn: &PermissionSetArn,
    provisioned: &BTreeMap<AccountId, bool>,
) -> BTreeMap<AccountId, bool> {
    let asked = live.taken.reading.asked.as_ref();
    let sure = asked.is_none_or(|asked| asked.outdated.contains(arn));
    let known = provisioned.iter().filter(|(_, current)| sure || !**current);
    known.map(|(account, current)| (account.clone(), *current)).collect()
}

impl Matrix<'_> {
    /// The place of a card that is made up only now, for a part that was not read.
    pub(super) fn unnamed_set(&mut self, arn: &PermissionSetArn) -> super::At {
        let known = (0..).zip(&self.sets).find(|(_, set)| set.arn.as_ref() == Some(arn));
        if let Some((at, _)) = known {
            return at;
        }
        let at = next(&self.sets);
        self.sets.push(set_card((None, Some(arn.clone())), None, &Levels::default()));
        at
    }
}
