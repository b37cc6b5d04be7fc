//! What Control Tower cannot do without, where it is not ignored.

use crate::model::{Grant, Principal};
use crate::plan::change::What;
use crate::resolve::scope::{is_control_towers_group, is_control_towers_set};

/// Whether a change would take away what Control Tower made for itself. It would not notice: it looks
/// for no drift in Identity Center (docs/aws.md). `ignore.control_tower = false` lets its things be
/// declared and edited, never removed.
pub(super) fn takes(what: &What) -> bool {
    match what {
        What::DeleteSet(name, _) => is_control_towers_set(name),
        What::DeleteGroup(name, _) | What::RenameGroup { from: name, .. } => {
            is_control_towers_group(name)
        }
        // Its own set to its own group; others may be granted either, and lose it.
        What::DeleteGrant(Grant { permission_set, principal, account: _ }) => {
            is_control_towers_set(permission_set)
                && matches!(principal, Principal::Group(name) if is_control_towers_group(name))
        }
        _ => false,
    }
}
