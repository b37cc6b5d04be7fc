//! How much harm a mistake in a change would do: what a plan is sorted by.

use super::change::{Risk, What};
use crate::access::delta::compare;
use crate::id::{AccountId, PermissionSetName};
use crate::model::{PermissionSet, Principal, State};
use std::collections::BTreeSet;

/// AWS managed policies that give, or let one take, everything in an account.
const ADMIN: &[&str] = &["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];

/// Judges a change by the states before and after the plan.
pub(super) fn risk(what: &What, before: &State, after: &State, management: &AccountId) -> Risk {
    let admin = |name: &PermissionSetName| {
        [before, after].iter().any(|s| s.permission_sets.get(name).is_some_and(is_admin))
    };
    match what {
        What::CreateGrant(grant) => {
            high_if(admin(&grant.permission_set) || grant.account == *management)
        }
        What::DeleteGrant(_)
        | What::MoveAccount { .. }
        | What::RenameGroup { .. }
        | What::ProvisionSet { .. }
        | What::RemoveMember(..) => Risk::Medium,
        What::AddMember(group, _) => {
            let principal = Principal::Group(group.clone());
            let theirs = after.grants.iter().filter(|g| g.principal == principal);
            high_if(theirs.into_iter().any(|g| admin(&g.permission_set)))
        }
        What::UpdateSet { before, after, .. } => {
            let (wider, narrower) = compare(before, after);
            if !wider.is_empty() && is_admin(after) {
                Risk::High
            } else if wider.is_empty() && narrower.is_empty() {
                Risk::Low
            } else {
                Risk::Medium
            }
        }
        What::DeleteSet(..) | What::DeleteGroup(..) | What::DeleteUser(..) => Risk::High,
        What::CreateSet(_, set) => high_if(is_admin(set)),
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

fn high_if(high: bool) -> Risk {
    if high { Risk::High } else { Risk::Medium }
}

/// Whether a set gives, or lets one take, everything in an account: by a managed policy that does,
/// or by an inline statement that allows every action or every action of IAM.
pub fn is_admin(set: &PermissionSet) -> bool {
    let managed =
        set.managed_policies.iter().any(|p| ADMIN.iter().any(|a| p.0.ends_with(&format!("/{a}"))));
    let inline = set.inline_policy.as_ref().is_some_and(|policy| {
        policy.statements().iter().any(|s| {
            s.allows
                && ["\"*\"", "\"*:*\"", "\"iam:*\""].iter().any(|a| {
                    s.canonical.split("\"Action\":[").nth(1).is_some_and(|rest| {
                        rest.split(']').next().is_some_and(|actions| actions.contains(a))
                    })
                })
        })
    });
    managed || inline
}

/// The sets of a state that give, or let one take, everything in an account.
pub(super) fn admin_sets(state: &State) -> BTreeSet<PermissionSetName> {
    let sets = state.permission_sets.iter().filter(|(_, set)| is_admin(set));
    sets.map(|(name, _)| name.clone()).collect()
}
