//! Permission sets with what they allow, as AWS has it.

use super::Pack;
use crate::access::matrix::card::Set;
use crate::id::{PermissionSetArn, PermissionSetName};
use crate::live::{PermissionSet, fingerprint};
use crate::model::Boundary;
use serde_json::{Value, json};
use std::io::{self, Write};

/// One document.
pub(super) fn write(pack: &Pack<'_>, out: &mut (dyn Write + Send)) -> io::Result<Option<usize>> {
    let chosen = (0..).zip(&pack.matrix.sets).filter(|(at, _)| pack.chosen.set(*at));
    let sets: Vec<Value> = chosen.map(|(_, set)| one(pack, set)).collect();
    let number = sets.len();
    let document = json!({
        "format_version": "1.0",
        "kind": "landgrant.evidence.permission-sets",
        "complete": pack.head.complete,
        "marked": super::mark(pack),
        "permission_sets": sets,
    });
    super::document(&document, out)?;
    Ok(Some(number))
}

fn one(pack: &Pack<'_>, set: &Set) -> Value {
    let live = set.arn.as_ref().and_then(|arn| pack.live.identity_center.permission_sets.get(arn));
    let Set {
        name,
        arn,
        description,
        session,
        level,
        boundary: _,
        current,
        ignored,
        notes,
        unread: _,
    } = set;
    let policies = live.map(policies);
    let provisioned: Vec<Value> = current
        .iter()
        .map(|(account, current)| json!({ "account": account.as_str(), "current": current }))
        .collect();
    let hash = policies.as_ref().map(fingerprint::of);
    json!({
        "name": name.as_ref().map(PermissionSetName::as_str),
        "arn": arn.as_ref().map(PermissionSetArn::as_str),
        "description": description,
        "session_duration": session,
        "relay_state": live.and_then(|set| set.relay_state.as_deref()),
        "access_level": level.level.name(),
        "access_level_reason": level.reason,
        "policies": policies,
        "policies_sha256": hash,
        "tags": live.map(|set| &set.tags),
        "provisioned": provisioned,
        "ignored": ignored,
        "not_read": pack.matrix.everywhere.iter().chain(notes).collect::<Vec<_>>(),
    })
}

/// What it allows, with the inline policy parsed where it is JSON.
fn policies(set: &PermissionSet) -> Value {
    let customer: Vec<Value> = set
        .customer_managed_policies
        .iter()
        .map(|policy| json!({ "path": policy.path, "name": policy.name }))
        .collect();
    let inline = set.inline_policy.as_deref().map(|text| {
        serde_json::from_str::<Value>(text).unwrap_or_else(|_| Value::String(text.to_owned()))
    });
    let boundary = set.permissions_boundary.as_ref().map(|boundary| match boundary {
        Boundary::Managed(arn) => json!({ "managed": arn.0 }),
        Boundary::Customer(policy) => {
            json!({ "customer": { "path": policy.path, "name": policy.name } })
        }
    });
    json!({
        "managed": set.managed_policies.iter().map(|arn| arn.0.as_str()).collect::<Vec<_>>(),
        "customer_managed": customer,
        "inline": inline,
        "permissions_boundary": boundary,
    })
}
