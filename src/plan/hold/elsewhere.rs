//! What only the management account may change, where the caller is in another one.

use super::{Facts, set_of};
use crate::id::PermissionSetName;
use crate::plan::change::{Kind, What};

/// Why AWS would refuse a change from where the caller stands; `None` where it would not.
///
/// A delegated administrator of Identity Center may change neither assignments in the management
/// account nor any permission set that is provisioned there, even for other accounts ("Delegated
/// administration", IAM Identity Center User Guide). Most writes of Organizations are for the
/// management account alone.
pub(super) fn refused(what: &What, facts: &Facts<'_>) -> Option<String> {
    if !facts.standing.is_elsewhere() {
        return None;
    }
    if matches!(what.kind(), Kind::Ous | Kind::Accounts) {
        return Some("only the management account may change the organization".to_owned());
    }
    let management = facts.management;
    if let What::CreateGrant(grant) | What::DeleteGrant(grant) = what
        && grant.account == *management
    {
        return Some("only from the management account can its own access be changed".to_owned());
    }
    let set = set_of(what).filter(|name| is_there(name, facts))?;
    Some(format!("{set} is provisioned in the management account, and only that may change it"))
}

/// Whether a set is in the management account. A grant there says so as well.
fn is_there(name: &PermissionSetName, facts: &Facts<'_>) -> bool {
    let provisioned = facts.provisioned.get(name);
    provisioned.is_some_and(|accounts| accounts.contains(facts.management))
        || facts
            .live
            .grants
            .iter()
            .any(|grant| grant.account == *facts.management && grant.permission_set == *name)
}
