//! What a gap could make wrong.

use super::{Facts, set_of};
use crate::live::Part;
use crate::model::{Grant, Principal};
use crate::plan::change::{Kind, What};

/// Whether what a gap hides could make a change wrong. In doubt it could.
pub(super) fn hides(part: &Part, what: &What, facts: &Facts<'_>) -> bool {
    let kind = what.kind();
    match part {
        Part::Ous => {
            matches!(kind, Kind::Ous | Kind::Grants | Kind::Controls)
                || matches!(what, What::CreateAccount { .. } | What::MoveAccount { .. })
        }
        Part::Accounts => {
            matches!(what, What::DeleteOu(_) | What::CreateAccount { .. }) || kind == Kind::Grants
        }
        Part::AccountState(id) => match what {
            What::MoveAccount { account, .. }
            | What::CloseAccount(account)
            | What::TagAccount { account, .. } => account == id,
            What::CreateGrant(grant) | What::DeleteGrant(grant) => grant.account == *id,
            // Groups and users with a grant there are in use. A set may be there without one.
            What::DeleteSet(name, _) => {
                facts.provisioned.get(name).is_some_and(|accounts| accounts.contains(id))
            }
            _ => false,
        },
        Part::Standing => facts.elsewhere.as_ref().is_some_and(|e| e.refused(what).is_some()),
        Part::Other(_) => true,
        // Control Tower calls it drift where an account is moved between OUs that it governs.
        Part::LandingZone | Part::Baselines => {
            kind == Kind::Controls
                || matches!(
                    what,
                    What::CreateAccount { .. }
                        | What::MoveAccount { .. }
                        | What::CloseAccount(_)
                        | What::DeleteOu(_)
                )
        }
        Part::Controls | Part::ControlCatalog | Part::Control(_) => is_of_control(what),
        Part::EnabledControl(arn) => match what {
            What::EnableControl(at, _)
            | What::UpdateControl { at, .. }
            | What::DisableControl(at, _) => {
                let tower = facts.ids.tower.as_ref();
                tower.is_some_and(|tower| tower.enabled_controls.get(at) == Some(arn))
            }
            _ => false,
        },
        Part::AccountTags(id) => {
            matches!(what, What::TagAccount { account, .. } if account == id)
                || (kind == Kind::Grants && !facts.organization_known)
        }
        // What is known of such a set is its name: that is enough for grants of it.
        Part::PermissionSet(arn) if facts.joining.is_named(arn) => match what {
            What::UpdateSet { name, .. }
            | What::ProvisionSet { name, .. }
            | What::DeleteSet(name, _) => facts.ids.permission_sets.get(name) == Some(arn),
            _ => false,
        },
        // A set that was not seen may be any set that seems absent, and may hold any grant.
        Part::PermissionSets | Part::PermissionSet(_) => match what {
            What::CreateSet(..) | What::DeleteGroup(..) | What::DeleteUser(..) => true,
            What::AddMember(group, _) => facts.joining.is_blind(group, part, facts),
            _ => false,
        },
        Part::Provisioned(arn) => match what {
            What::DeleteGroup(..) | What::DeleteUser(..) => true,
            What::AddMember(group, _) => facts.joining.is_blind(group, part, facts),
            _ => {
                let set = set_of(what).and_then(|name| facts.ids.permission_sets.get(name));
                set == Some(arn)
            }
        },
        Part::Users => match what {
            What::CreateUser(..) | What::DeleteUser(..) => true,
            What::CreateGrant(grant) | What::DeleteGrant(grant) => match &grant.principal {
                Principal::OrphanUser(_) => true,
                // Nobody can say whom a group's new grant would reach.
                Principal::Group(name) => {
                    matches!(what, What::CreateGrant(_)) && facts.dangling.contains_key(name)
                }
                _ => false,
            },
            _ => false,
        },
        Part::Groups => match what {
            // A user may be in a group that was not seen, and that is ignored.
            What::CreateGroup(..)
            | What::DeleteGroup(..)
            | What::RenameGroup { .. }
            | What::DeleteUser(..) => true,
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                matches!(grant.principal, Principal::OrphanGroup(_))
            }
            _ => false,
        },
        Part::Memberships(id) => {
            let unseen = |group| facts.ids.groups.get(group) == Some(id);
            match what {
                // Nobody can say whom a new grant would reach, nor take out first who must not have it.
                What::AddMember(group, _)
                | What::RemoveMember(group, _)
                | What::CreateGrant(Grant { principal: Principal::Group(group), .. })
                | What::DeleteGroup(group, _) => unseen(group),
                What::DeleteUser(..) => true,
                _ => false,
            }
        }
        Part::Grants(account, arn) => match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                grant.account == *account
                    && facts.ids.permission_sets.get(&grant.permission_set) == Some(arn)
            }
            What::DeleteSet(name, _) => facts.ids.permission_sets.get(name) == Some(arn),
            What::AddMember(group, _) => facts.joining.is_blind(group, part, facts),
            What::DeleteGroup(..) | What::DeleteUser(..) => true,
            _ => false,
        },
        Part::GroupGrants(id) => match what {
            // What a group has, its new members would have as well.
            What::DeleteGroup(group, _)
            | What::AddMember(group, _)
            | What::CreateGrant(Grant { principal: Principal::Group(group), .. })
            | What::DeleteGrant(Grant { principal: Principal::Group(group), .. }) => {
                facts.ids.groups.get(group) == Some(id)
            }
            _ => false,
        },
        Part::UserGrants(id) => match what {
            What::DeleteUser(user, _)
            | What::CreateGrant(Grant { principal: Principal::User(user), .. })
            | What::DeleteGrant(Grant { principal: Principal::User(user), .. }) => {
                facts.ids.users.get(user) == Some(id)
            }
            _ => false,
        },
    }
}

fn is_of_control(what: &What) -> bool {
    matches!(what, What::EnableControl(..) | What::UpdateControl { .. } | What::DisableControl(..))
}
