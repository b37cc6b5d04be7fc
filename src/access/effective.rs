//! Who reaches what, of everybody: person by person, so that only one person's rows are held.

use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal, State};
use std::collections::BTreeMap;

/// A state turned around: from people to grants. It grows with grants and memberships, not with what
/// they multiply to.
#[derive(Clone, Debug)]
pub struct Effective<'a> {
    groups: BTreeMap<&'a UserName, Vec<&'a GroupName>>,
    by_group: BTreeMap<&'a GroupName, Vec<&'a Grant>>,
    by_user: BTreeMap<&'a UserName, Vec<&'a Grant>>,
}

impl<'a> Effective<'a> {
    /// Turns a state around. Grants to principals that are gone reach nobody.
    pub fn new(state: &'a State) -> Self {
        let (mut groups, mut by_group, mut by_user) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (group, members) in &state.memberships {
            for person in members {
                groups.entry(person).or_insert_with(Vec::new).push(group);
            }
        }
        for grant in state.grants.iter() {
            match &grant.principal {
                Principal::Group(name) => {
                    by_group.entry(name).or_insert_with(Vec::new).push(grant);
                }
                Principal::User(name) => by_user.entry(name).or_insert_with(Vec::new).push(grant),
                Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {}
            }
        }
        Self { groups, by_group, by_user }
    }

    /// Everybody who is in a group or is granted something alone, each once.
    pub fn people(&self) -> impl Iterator<Item = &'a UserName> {
        let alone = self.by_user.keys().filter(|person| !self.groups.contains_key(*person));
        let mut all: Vec<&'a UserName> = self.groups.keys().chain(alone).copied().collect();
        all.sort_unstable();
        all.into_iter()
    }

    /// The grants that reach a person, by account and set.
    pub fn of(&self, person: &UserName) -> Vec<&'a Grant> {
        let mut grants: Vec<&'a Grant> = Vec::new();
        for group in self.groups.get(person).into_iter().flatten() {
            grants.extend(self.by_group.get(group).into_iter().flatten());
        }
        grants.extend(self.by_user.get(person).into_iter().flatten());
        // Each group's are in order, so there is little to sort.
        grants.sort();
        grants
    }

    /// Gives every access of everybody, in the order of people, accounts and sets, each once with the
    /// grants that give it.
    pub fn each(&self, mut row: impl FnMut(&UserName, &[&'a Grant])) {
        for person in self.people() {
            for grants in self.of(person).chunk_by(|a, b| pair_of(a) == pair_of(b)) {
                row(person, grants);
            }
        }
    }
}

fn pair_of(grant: &Grant) -> (&AccountId, &PermissionSetName) {
    (&grant.account, &grant.permission_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_an_access_with_all_that_gives_it() {
        let grant = |account: &str, set: &str, principal: Principal| Grant {
            account: AccountId::parse(account).unwrap(),
            permission_set: PermissionSetName::new(set),
            principal,
        };
        let group = |name: &str| Principal::Group(GroupName::new(name));
        let user = |name: &str| Principal::User(UserName::new(name));
        let members = |names: &[&str]| names.iter().map(UserName::new).collect();
        let state = State {
            memberships: [
                (GroupName::new("dev"), members(&["an", "binh"])),
                (GroupName::new("ops"), members(&["an", "chi"])),
            ]
            .into(),
            grants: [
                grant("000000000002", "Reader", group("dev")),
                grant("000000000001", "Reader", group("ops")),
                grant("000000000002", "Reader", group("ops")),
                grant("000000000002", "Reader", user("an")),
                grant("000000000001", "Admin", user("dung")),
                grant("000000000001", "Admin", group("gone")),
                grant("000000000001", "Admin", Principal::OrphanUser(crate::id::UserId::new("u"))),
            ]
            .into_iter()
            .collect(),
            ..State::default()
        };
        let mut rows = Vec::new();
        Effective::new(&state).each(|person, grants| {
            let via: Vec<String> = grants.iter().map(|g| g.principal.to_string()).collect();
            let (account, set) = pair_of(grants[0]);
            rows.push(format!("{person} {set} {account}: {}", via.join(" ")));
        });
        assert_eq!(
            rows,
            [
                "an Reader 000000000001: group:ops",
                "an Reader 000000000002: group:dev group:ops user:an",
                "binh Reader 000000000002: group:dev",
                "chi Reader 000000000001: group:ops",
                "chi Reader 000000000002: group:ops",
                "dung Admin 000000000001: user:dung",
            ]
        );
    }
}
