//! The requests that make a permission set what it should be.

use super::tag_edits;
use crate::call::{Call, Ref, SetRef};
use crate::id::PermissionSetName;
use crate::model::PermissionSet;

pub(super) fn create_set(name: &PermissionSetName, set: &PermissionSet) -> Vec<Call> {
    let mut calls = vec![Call::CreatePermissionSet {
        name: name.clone(),
        description: set.description.clone(),
        session_duration: set.session.to_string(),
        relay_state: set.relay_state.clone(),
        tags: set.tags.clone(),
    }];
    // Everything that creation itself takes is there; the rest is an edit of a bare set.
    let bare = PermissionSet {
        description: set.description.clone(),
        session: set.session.clone(),
        relay_state: set.relay_state.clone(),
        tags: set.tags.clone(),
        ..PermissionSet::default()
    };
    calls.extend(update_set(&Ref::Created(name.clone()), &bare, set));
    calls
}

/// The edits that turn one into the other: the boundary first, then what is taken away, then what is
/// added, so that the set is never over IAM's number of policies for a moment.
pub(super) fn update_set(set: &SetRef, before: &PermissionSet, after: &PermissionSet) -> Vec<Call> {
    let PermissionSet {
        description,
        session,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags,
    } = after;
    let set = || set.clone();
    let mut calls = Vec::new();
    if (&before.description, &before.session, &before.relay_state)
        != (description, session, relay_state)
    {
        calls.push(Call::UpdatePermissionSet {
            set: set(),
            description: description.clone(),
            session_duration: session.to_string(),
            relay_state: relay_state.clone(),
        });
    }
    if before.permissions_boundary != *permissions_boundary {
        calls.push(match permissions_boundary.clone() {
            Some(boundary) => Call::PutPermissionsBoundary { set: set(), boundary },
            None => Call::DeletePermissionsBoundary { set: set() },
        });
    }
    for policy in before.managed_policies.difference(managed_policies) {
        calls.push(Call::DetachManagedPolicy { set: set(), policy: policy.clone() });
    }
    let (old, new) = (&before.customer_managed_policies, customer_managed_policies);
    for policy in old.difference(new) {
        calls.push(Call::DetachCustomerManagedPolicy { set: set(), policy: policy.clone() });
    }
    for policy in managed_policies.difference(&before.managed_policies) {
        calls.push(Call::AttachManagedPolicy { set: set(), policy: policy.clone() });
    }
    for policy in new.difference(old) {
        calls.push(Call::AttachCustomerManagedPolicy { set: set(), policy: policy.clone() });
    }
    if before.inline_policy != *inline_policy {
        calls.push(match inline_policy {
            Some(policy) => {
                Call::PutInlinePolicy { set: set(), policy: policy.as_str().to_owned() }
            }
            None => Call::DeleteInlinePolicy { set: set() },
        });
    }
    let (put, gone) = tag_edits(&before.tags, tags);
    calls.extend(gone.map(|keys| Call::UntagPermissionSet { set: set(), keys }));
    calls.extend(put.map(|tags| Call::TagPermissionSet { set: set(), tags }));
    calls
}
