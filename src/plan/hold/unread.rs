//! What a quick reading did not ask for, and a change must know.

use super::Facts;
use crate::id::{GroupName, PermissionSetName};
use crate::live::reading::{Reading, Within};
use crate::model::Principal;
use crate::plan::change::What;

/// Why a change cannot be decided on what was read; `None` where it can.
///
/// A reading for the definitions at hand asks for all of it. One that was kept for later, or was made
/// for other definitions, may not have.
pub(super) fn unasked(what: &What, reading: &Reading, facts: &Facts<'_>) -> Option<String> {
    reading.asked.as_ref()?;
    if let Some(missing) = reading.within.as_ref().and_then(|within| beyond(what, within, facts)) {
        let only = "the reading was narrowed to the accounts of --only";
        return Some(format!("{only} and did not ask for {missing}: `--read full` does"));
    }
    let user = |name| facts.ids.users.get(name).is_none_or(|id| reading.knows_user(id));
    let missing = match what {
        What::DeleteSet(name, _) => {
            let set = facts.ids.permission_sets.get(name);
            (!set.is_some_and(|set| reading.knows_set(set))).then_some("all of its grants")
        }
        What::DeleteUser(name, _) => (!user(name)).then_some("all of the user's direct grants"),
        What::CreateGrant(grant) => {
            let pair = facts.ids.permission_sets.get(&grant.permission_set);
            let pair = pair.is_none_or(|set| reading.knows_pair(&grant.account, set));
            match &grant.principal {
                Principal::User(name) if !pair && !user(name) => Some("the user's direct grants"),
                _ => None,
            }
        }
        _ => None,
    };
    missing.map(|what| format!("a quick reading did not ask for {what}: `--read full` does"))
}

/// What a narrowed reading did not ask for.
fn beyond(what: &What, within: &Within, facts: &Facts<'_>) -> Option<&'static str> {
    let set = |name: &PermissionSetName| {
        let known = facts.ids.permission_sets.get(name).is_none_or(|set| within.sets.contains(set));
        (!known).then_some("what the permission set is made of")
    };
    let group = |name: &GroupName| {
        let known = facts.ids.groups.get(name).is_none_or(|group| within.groups.contains(group));
        (!known).then_some("the group's members")
    };
    match what {
        What::UpdateSet { name, .. } | What::ProvisionSet { name, .. } => set(name),
        What::DeleteSet(..) | What::DeleteGroup(..) | What::DeleteUser(..) => {
            Some("all grants of what is deleted")
        }
        What::AddMember(name, _) | What::RemoveMember(name, _) => group(name),
        What::CreateGrant(grant) | What::DeleteGrant(grant) => {
            // In an account that is still to be created nobody has anything.
            let known = grant.account.is_to_come() || within.accounts.contains(&grant.account);
            (!known).then_some("the account's grants")
        }
        What::CreateOu(_)
        | What::RenameOu { .. }
        | What::DeleteOu(_)
        | What::CreateAccount { .. }
        | What::CloseAccount(_)
        | What::MoveAccount { .. }
        | What::TagAccount { .. }
        | What::EnableBaseline(_)
        | What::ResetBaseline(_)
        | What::EnableControl(..)
        | What::UpdateControl { .. }
        | What::DisableControl(..)
        | What::CreateSet(..)
        | What::CreateUser(..)
        | What::UpdateUser { .. }
        | What::CreateGroup(..)
        | What::UpdateGroup { .. }
        | What::RenameGroup { .. } => None,
    }
}
