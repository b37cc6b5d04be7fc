//! What a quick reading did not ask for, and a change must know.

use super::Facts;
use crate::live::reading::Reading;
use crate::model::Principal;
use crate::plan::change::What;

/// Why a change cannot be decided on what was read; `None` where it can.
///
/// A reading for the definitions at hand asks for all of it. One that was kept for later, or was made
/// for other definitions, may not have.
pub(super) fn unasked(what: &What, reading: &Reading, facts: &Facts<'_>) -> Option<String> {
    reading.asked.as_ref()?;
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
