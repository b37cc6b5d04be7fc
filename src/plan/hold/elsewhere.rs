//! What only the management account may change, where the caller is in another one.

use super::set_of;
use crate::id::{AccountId, PermissionSetName};
use crate::live::project::Projection;
use crate::live::{Live, Part};
use crate::plan::change::{Kind, What};
use std::collections::BTreeSet;

/// A caller who is not in the management account.
pub(in super::super) struct Elsewhere<'a> {
    management: &'a AccountId,
    /// Whether it is known that the caller is elsewhere; else nobody could tell.
    pub(super) known: bool,
    /// Sets that the management account has.
    sets: BTreeSet<&'a PermissionSetName>,
}

impl<'a> Elsewhere<'a> {
    /// `None` where the caller is in the management account, or where nobody asked: a snapshot of old does
    /// not tell, and whoever applies a plan of it is asked then.
    pub(in super::super) fn of(live: &'a Live, projection: &'a Projection) -> Option<Self> {
        let known = live.taken.standing.is_elsewhere();
        if !known && live.gap_for(&Part::Standing).is_none() {
            return None;
        }
        let management = &live.organization.management_account;
        let provisioned = projection.provisioned.iter();
        let provisioned = provisioned.filter(|(_, accounts)| accounts.contains(management));
        // A grant there says so as well.
        let grants = projection.state.grants.iter().filter(|grant| grant.account == *management);
        let sets = provisioned.map(|(name, _)| name).chain(grants.map(|g| &g.permission_set));
        Some(Self { management, known, sets: sets.collect() })
    }

    /// Why AWS would refuse a change; `None` where it would not.
    ///
    /// A delegated administrator of Identity Center may change neither assignments in the management
    /// account nor any permission set that is provisioned there, even for other accounts ("Delegated
    /// administration", IAM Identity Center User Guide). Most writes of Organizations are for the
    /// management account alone.
    pub(super) fn refused(&self, what: &What) -> Option<String> {
        if matches!(what.kind(), Kind::Ous | Kind::Accounts) {
            return Some("only the management account may change the organization".to_owned());
        }
        if what.kind() == Kind::Controls {
            return Some("only the management account may change Control Tower".to_owned());
        }
        if let What::CreateGrant(grant) | What::DeleteGrant(grant) = what
            && grant.account == *self.management
        {
            let detail = "only from the management account can its own access be changed";
            return Some(detail.to_owned());
        }
        let set = set_of(what).filter(|name| self.sets.contains(name))?;
        Some(format!("{set} is provisioned in the management account, and only that may change it"))
    }
}
