//! How much harm a mistake in a change would do: what a plan is sorted by.

use super::Classes;
use super::change::{Risk, What};
use crate::access::delta::Delta;
use crate::access::level::{Level, Levels};
use crate::id::{AccountId, GroupName, PermissionSetName};
use crate::model::{Grant, Principal, State};
use std::collections::{BTreeMap, BTreeSet};

/// What is dangerous before or after a plan.
pub(super) struct Danger<'a> {
    management: &'a AccountId,
    /// Permission sets that are dangerous before or afterwards.
    sets: BTreeSet<PermissionSetName>,
    /// Groups with a dangerous grant, of those whose members change.
    admins: BTreeSet<GroupName>,
}

impl<'a> Danger<'a> {
    /// Looks at both states once, for as much as changes of members need to be judged by.
    pub(super) fn new<'w>(
        states: [&State; 2],
        management: &'a AccountId,
        changes: impl Iterator<Item = &'w What>,
    ) -> Self {
        let sets: BTreeSet<_> =
            states.into_iter().flat_map(|state| dangerous_sets(state).into_keys()).collect();
        let regrouped: BTreeSet<&GroupName> = changes
            .filter_map(|what| match what {
                What::AddMember(group, _) | What::RemoveMember(group, _) => Some(group),
                _ => None,
            })
            .collect();
        let mut danger = Self { management, sets, admins: BTreeSet::new() };
        if regrouped.is_empty() {
            return danger;
        }
        let grants = states.into_iter().flat_map(|state| state.grants.iter());
        danger.admins = grants
            .filter(|grant| danger.is_in(grant))
            .filter_map(|grant| match &grant.principal {
                Principal::Group(group) => regrouped.get(group).copied().cloned(),
                _ => None,
            })
            .collect();
        danger
    }

    fn is_in(&self, grant: &Grant) -> bool {
        self.sets.contains(&grant.permission_set) || grant.account == *self.management
    }

    /// Judges a change. What takes such access away is as dangerous as what gives it: one
    /// lets the wrong person in, the other locks everyone out.
    pub(super) fn of(&self, what: &What) -> Risk {
        match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => high_if(self.is_in(grant)),
            What::AddMember(group, _) | What::RemoveMember(group, _) => {
                high_if(self.admins.contains(group))
            }
            What::UpdateSet { name, before, after } => {
                let mut retagged = before.clone();
                retagged.tags.clone_from(&after.tags);
                retagged.description.clone_from(&after.description);
                retagged.relay_state.clone_from(&after.relay_state);
                if retagged == *after { Risk::Low } else { high_if(self.sets.contains(name)) }
            }
            What::CreateSet(name, _) => high_if(self.sets.contains(name)),
            What::DeleteSet(..)
            | What::DeleteGroup(..)
            | What::DeleteUser(..)
            | What::DisableControl(..)
            | What::CloseAccount(_) => Risk::High,
            // A control stops people's work, or lets it go on, in every account of an OU.
            What::EnableBaseline(_)
            | What::ResetBaseline(_)
            | What::EnableControl(..)
            | What::UpdateControl { .. } => Risk::Medium,
            What::MoveAccount { .. } | What::RenameGroup { .. } | What::ProvisionSet { .. } => {
                Risk::Medium
            }
            What::CreateOu(_)
            | What::CreateAccount { .. }
            | What::RenameOu { .. }
            | What::DeleteOu(_)
            | What::TagAccount { .. }
            | What::CreateUser(..)
            | What::UpdateUser { .. }
            | What::CreateGroup(..)
            | What::UpdateGroup { .. } => Risk::Low,
        }
    }
}

fn high_if(high: bool) -> Risk {
    if high { Risk::High } else { Risk::Medium }
}

/// The sets of a state whose access level is admin or privileged: those that give, or let one come to,
/// more than others.
fn dangerous_sets(state: &State) -> BTreeMap<PermissionSetName, Level> {
    let levels = Levels::shipped();
    let sets = state.permission_sets.iter().map(|(name, set)| (name.clone(), levels.of(set).level));
    sets.filter(|(_, level)| *level >= Level::Privileged).collect()
}

/// How much the sets allow, as a state has them, that people gain, lose, or see edited.
pub(super) fn levels(state: &State, access: &Delta) -> Classes {
    let Delta { gain, lose, widen, narrow } = access;
    let granted = gain.keys().chain(lose.keys()).map(|access| &access.permission_set);
    let names: BTreeSet<_> = granted.chain(widen.keys()).chain(narrow.keys()).collect();
    let levels = Levels::shipped();
    let sets = names.into_iter().filter_map(|name| state.permission_sets.get_key_value(name));
    sets.map(|(name, set)| (name.clone(), levels.of(set))).collect()
}
