//! Whether what is live is what a change left, wholly or half way: anything else is somebody else's.

use crate::model::{PermissionSet, Tags};
use std::collections::BTreeSet;

/// Whether a set is between two others: each part as in one of the two, lists and tags member by member.
/// That is how an edit leaves it that was interrupted, or undone in part.
pub(super) fn set_between(now: &PermissionSet, a: &PermissionSet, b: &PermissionSet) -> bool {
    let PermissionSet {
        description,
        session,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags,
    } = now;
    either(description, &a.description, &b.description)
        && either(session, &a.session, &b.session)
        && either(relay_state, &a.relay_state, &b.relay_state)
        && list_between(managed_policies, &a.managed_policies, &b.managed_policies)
        && list_between(
            customer_managed_policies,
            &a.customer_managed_policies,
            &b.customer_managed_policies,
        )
        && either(inline_policy, &a.inline_policy, &b.inline_policy)
        && either(permissions_boundary, &a.permissions_boundary, &b.permissions_boundary)
        && tags_between(tags, &a.tags, &b.tags)
}

/// The same of tags.
pub(super) fn tags_between(now: &Tags, a: &Tags, b: &Tags) -> bool {
    let keys = now.keys().chain(a.keys()).chain(b.keys());
    keys.into_iter().all(|key| either(&now.get(key), &a.get(key), &b.get(key)))
}

fn list_between<T: Ord>(now: &BTreeSet<T>, a: &BTreeSet<T>, b: &BTreeSet<T>) -> bool {
    now.iter().all(|entry| a.contains(entry) || b.contains(entry))
        && a.intersection(b).all(|entry| now.contains(entry))
}

/// Whether a value is one of two.
pub(super) fn either<T: PartialEq>(now: &T, a: &T, b: &T) -> bool {
    now == a || now == b
}
