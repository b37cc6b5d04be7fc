//! What of a change cannot be seen where a part of what is live was not read.

use super::{Change, Kind, What};
use crate::live::Part;
use crate::model::Principal;

impl Change {
    /// Whether a plan made without a part of what is live would not show that the change is still
    /// needed. What cannot be seen looks as if it were gone, or as if nothing of it differed.
    pub fn hides_in(&self, part: &Part) -> bool {
        let has = |key: &str, id: &str| self.ids.get(key).is_some_and(|known| known == id);
        match (&self.what, part) {
            (
                What::DeleteOu(_) | What::CreateAccount { .. } | What::MoveAccount { .. },
                Part::Ous,
            )
            | (
                What::CreateAccount { .. }
                | What::MoveAccount { .. }
                | What::CloseAccount(_)
                | What::TagAccount { .. },
                Part::Accounts,
            )
            | (What::DeleteUser(..) | What::RemoveMember(..), Part::Users)
            | (What::DeleteGroup(..) | What::RemoveMember(..), Part::Groups)
            | (
                What::DeleteSet(..) | What::ProvisionSet { .. } | What::DeleteGrant(_),
                Part::PermissionSets,
            )
            | (What::CreateSet(..), Part::PermissionSet(_))
            | (_, Part::Other(_)) => true,
            (what, part) if what.kind() == Kind::Controls && part.is_control_towers() => true,
            (What::TagAccount { account, .. }, Part::AccountTags(id))
            | (What::CloseAccount(account), Part::AccountState(id)) => account == id,
            (
                What::UpdateSet { .. }
                | What::DeleteSet(..)
                | What::ProvisionSet { .. }
                | What::DeleteGrant(_),
                Part::PermissionSet(arn),
            )
            | (What::ProvisionSet { .. } | What::DeleteGrant(_), Part::Provisioned(arn)) => {
                has("permission_set", arn.as_str())
            }
            (What::RemoveMember(..), Part::Memberships(id))
            | (What::DeleteGrant(_), Part::GroupGrants(id)) => has("group", id.as_str()),
            (What::DeleteGrant(grant), Part::Grants(account, arn)) => {
                grant.account == *account && has("permission_set", arn.as_str())
            }
            (What::DeleteGrant(_), Part::UserGrants(id)) => has("user", id.as_str()),
            (What::DeleteGrant(grant), Part::Users) => {
                matches!(grant.principal, Principal::User(_))
            }
            (What::DeleteGrant(grant), Part::Groups) => {
                matches!(grant.principal, Principal::Group(_))
            }
            _ => false,
        }
    }
}
