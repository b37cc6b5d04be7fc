//! Memberships that end with a user or group, without a change of their own.

use super::change::What;
use crate::id::{GroupName, UserName};
use crate::model::State;
use std::collections::{BTreeMap, BTreeSet};

/// The groups of every user who is to be deleted, found in one pass.
pub(super) struct Along<'a> {
    before: &'a State,
    groups_of: BTreeMap<UserName, Vec<&'a GroupName>>,
}

impl<'a> Along<'a> {
    /// Looks through what is live, where a user is to be deleted.
    pub(super) fn new<'w>(before: &'a State, changes: impl Iterator<Item = &'w What>) -> Self {
        let going: BTreeSet<&UserName> = changes
            .filter_map(|what| match what {
                What::DeleteUser(name, _) => Some(name),
                _ => None,
            })
            .collect();
        let mut groups_of: BTreeMap<UserName, Vec<&GroupName>> = BTreeMap::new();
        if !going.is_empty() {
            for (group, members) in &before.memberships {
                for user in members.iter().filter(|user| going.contains(user)) {
                    groups_of.entry(user.clone()).or_default().push(group);
                }
            }
        }
        Self { before, groups_of }
    }

    /// What ends with a change.
    pub(super) fn of(&self, what: &What) -> Vec<(GroupName, UserName)> {
        match what {
            What::DeleteGroup(group, _) => {
                let members = self.before.memberships.get(group).into_iter().flatten();
                members.map(|user| (group.clone(), user.clone())).collect()
            }
            What::DeleteUser(user, _) => {
                let groups = self.groups_of.get(user).into_iter().flatten();
                groups.map(|group| ((*group).clone(), user.clone())).collect()
            }
            _ => Vec::new(),
        }
    }
}
