//! How much harm a mistake in a change would do: what a plan is sorted by.

use super::change::{Risk, What};
use crate::id::{AccountId, GroupName, PermissionSetName};
use crate::model::{Grant, PermissionSet, Principal, State};
use std::collections::BTreeSet;

/// AWS managed policies that give, or let one take, everything in an account.
const ADMIN: &[&str] = &["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];

/// What is dangerous before or after a plan.
pub(super) struct Danger<'a> {
    management: &'a AccountId,
    admin_sets: BTreeSet<PermissionSetName>,
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
        let admin_sets: BTreeSet<_> = states.into_iter().flat_map(admin_sets).collect();
        let regrouped: BTreeSet<&GroupName> = changes
            .filter_map(|what| match what {
                What::AddMember(group, _) | What::RemoveMember(group, _) => Some(group),
                _ => None,
            })
            .collect();
        let mut danger = Self { management, admin_sets, admins: BTreeSet::new() };
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
        self.admin_sets.contains(&grant.permission_set) || grant.account == *self.management
    }

    /// Judges a change. What takes administrator access away is as dangerous as what gives it: one
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
                if retagged == *after { Risk::Low } else { high_if(self.admin_sets.contains(name)) }
            }
            What::CreateSet(name, _) => high_if(self.admin_sets.contains(name)),
            What::DeleteSet(..) | What::DeleteGroup(..) | What::DeleteUser(..) => Risk::High,
            What::MoveAccount { .. } | What::RenameGroup { .. } | What::ProvisionSet { .. } => {
                Risk::Medium
            }
            What::CreateOu(_)
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

/// Whether a set gives, or lets one take, everything in an account: by a managed policy that does,
/// or by an inline statement that allows every action, every action but some, or every action of IAM.
pub fn is_admin(set: &PermissionSet) -> bool {
    let managed = set.managed_policies.iter().any(|p| {
        let name = p.0.rsplit('/').next().unwrap_or_default();
        ADMIN.contains(&name)
    });
    let inline = set
        .inline_policy
        .as_ref()
        .is_some_and(|policy| policy.statements().iter().any(|s| s.allows && s.every_action));
    managed || inline
}

/// The sets of a state that give, or let one take, everything in an account.
pub(super) fn admin_sets(state: &State) -> BTreeSet<PermissionSetName> {
    let sets = state.permission_sets.iter().filter(|(_, set)| is_admin(set));
    sets.map(|(name, _)| name.clone()).collect()
}
