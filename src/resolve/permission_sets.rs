//! Permission sets: what is declared, over what is live.

use super::accounts::merged;
use super::{Context, Desired};
use crate::id::PermissionSetName;
use crate::model::{Boundary, PermissionSet, PolicyArn, Session, Tags, address};
use crate::source::declared::{self, BoundaryRef, Mode, PolicyRef};

pub(super) fn resolve(context: &Context<'_>, desired: &mut Desired) {
    let mode = context.manage().permission_sets;
    let partition = partition(context.live.identity_center.instance.as_str());
    desired.state.permission_sets = desired.live.permission_sets.clone();
    desired.state.stale = desired.live.stale.clone();
    for (name, set) in &context.declared.permission_sets {
        desired.origins.permission_sets.insert(name.clone(), set.span);
        let live = desired.live.permission_sets.get(name);
        let wanted = expand(&set.value, live, mode, partition);
        desired.state.permission_sets.insert(name.clone(), wanted);
        desired.state.stale.remove(name);
    }
    let undeclared: Vec<PermissionSetName> = desired
        .live
        .permission_sets
        .keys()
        .filter(|name| !context.declared.permission_sets.contains_key(*name))
        .cloned()
        .collect();
    for name in undeclared {
        if mode == Mode::Enforce {
            desired.state.permission_sets.remove(&name);
            desired.state.stale.remove(&name);
        } else {
            desired.unmanaged.insert(address::permission_set(&name));
        }
    }
}

/// The partition of an ARN, `aws` where it has none.
fn partition(arn: &str) -> &str {
    arn.split(':').nth(1).filter(|p| !p.is_empty()).unwrap_or("aws")
}

fn expand(
    set: &declared::PermissionSet,
    live: Option<&PermissionSet>,
    mode: Mode,
    partition: &str,
) -> PermissionSet {
    let declared::PermissionSet {
        description,
        session,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        // The policy holds their ranges already.
        networks: _,
        permissions_boundary,
        tags,
    } = set;
    let no_tags = Tags::new();
    let live_tags = live.map_or(&no_tags, |l| &l.tags);
    let declared_tags = tags.as_ref().map_or(&no_tags, |t| &t.value);
    PermissionSet {
        // AWS has no way to clear a description, so an undeclared one is left as it is.
        description: description
            .as_ref()
            .map(|d| d.value.clone())
            .or_else(|| live.and_then(|l| l.description.clone())),
        session: session.as_ref().map_or(Session::DEFAULT, |s| s.value.clone()),
        relay_state: relay_state.as_ref().map(|r| r.value.clone()),
        managed_policies: managed_policies.iter().map(|p| arn(&p.value, partition)).collect(),
        customer_managed_policies: customer_managed_policies
            .iter()
            .map(|p| p.value.clone())
            .collect(),
        inline_policy: inline_policy.as_ref().map(|p| p.value.clone()),
        permissions_boundary: permissions_boundary.as_ref().map(|b| match &b.value {
            BoundaryRef::Managed(policy) => Boundary::Managed(arn(policy, partition)),
            BoundaryRef::Customer(policy) => Boundary::Customer(policy.clone()),
        }),
        tags: merged(live_tags, declared_tags, mode),
    }
}

fn arn(policy: &PolicyRef, partition: &str) -> PolicyArn {
    match policy {
        PolicyRef::Name(name) => PolicyArn(format!("arn:{partition}:iam::aws:policy/{name}")),
        PolicyRef::Arn(arn) => PolicyArn(arn.clone()),
    }
}
