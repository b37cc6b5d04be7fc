//! What a permission set grants: managed policies, references, the inline policy, the boundary.

use super::super::check::{CUSTOMER_PATH, INLINE_POLICY, Input, MANAGED_POLICY_ARN, POLICY_NAME};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::world::{Boundary, CustomerPolicy};
use super::{PAGE, set, set_mut};
use serde_json::{Value, json};

/// Bytes of an inline policy without white space, as documented.
const INLINE_BYTES: usize = 10_240;

pub(super) fn attach_managed(call: &mut Call<'_>, input: &Input) -> Answer {
    let policy = input.text("ManagedPolicyArn", &MANAGED_POLICY_ARN)?;
    let set = set_mut(call, input)?;
    // That attaching twice is a conflict is inference: the error is modelled, the case is not documented. [U]
    if !set.managed_policies.insert(policy.to_owned()) {
        return Err(Failure::conflict(format!("Policy {policy} is already attached")));
    }
    set.edited();
    Ok(json!({}))
}

pub(super) fn detach_managed(call: &mut Call<'_>, input: &Input) -> Answer {
    let policy = input.text("ManagedPolicyArn", &MANAGED_POLICY_ARN)?;
    let set = set_mut(call, input)?;
    if !set.managed_policies.remove(policy) {
        return Err(Failure::not_found(format!("Policy {policy} is not attached")));
    }
    set.edited();
    Ok(json!({}))
}

pub(super) fn list_managed(call: &Call<'_>, input: &Input) -> Answer {
    let items = set(call, input)?.managed_policies.iter().map(|arn| (arn.clone(), arn));
    call.paging(input, PAGE).page("AttachedManagedPolicies", items, |arn| {
        let name = arn.rsplit_once('/').map_or(arn.as_str(), |(_, name)| name);
        json!({"Name": name, "Arn": arn})
    })
}

fn reference(input: &Input) -> Result<CustomerPolicy, Failure> {
    Ok(CustomerPolicy {
        path: input.optional("Path", &CUSTOMER_PATH)?.unwrap_or("/").to_owned(),
        name: input.text("Name", &POLICY_NAME)?.to_owned(),
    })
}

fn show_reference(policy: &CustomerPolicy) -> Value {
    json!({"Name": policy.name, "Path": policy.path})
}

pub(super) fn attach_customer(call: &mut Call<'_>, input: &Input) -> Answer {
    let policy = reference(&input.object("CustomerManagedPolicyReference")?)?;
    let set = set_mut(call, input)?;
    let text = format!("Policy {}{} is already attached", policy.path, policy.name);
    if !set.customer_managed_policies.insert(policy) {
        return Err(Failure::conflict(text));
    }
    set.edited();
    Ok(json!({}))
}

pub(super) fn detach_customer(call: &mut Call<'_>, input: &Input) -> Answer {
    let policy = reference(&input.object("CustomerManagedPolicyReference")?)?;
    let set = set_mut(call, input)?;
    if !set.customer_managed_policies.remove(&policy) {
        let text = format!("Policy {}{} is not attached", policy.path, policy.name);
        return Err(Failure::not_found(text));
    }
    set.edited();
    Ok(json!({}))
}

pub(super) fn list_customer(call: &Call<'_>, input: &Input) -> Answer {
    // The key sorts as the set does: by path, then by name, which no path letter separates lower than NUL.
    let items = set(call, input)?
        .customer_managed_policies
        .iter()
        .map(|policy| (format!("{}\0{}", policy.path, policy.name), policy));
    call.paging(input, PAGE).page("CustomerManagedPolicyReferences", items, show_reference)
}

pub(super) fn put_inline(call: &mut Call<'_>, input: &Input) -> Answer {
    let policy = input.text("InlinePolicy", &INLINE_POLICY)?;
    let bytes = policy.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
    let is_object = serde_json::from_str::<Value>(policy).is_ok_and(|value| value.is_object());
    set(call, input)?;
    if !is_object {
        return Err(input.invalid("InlinePolicy", "Member must be a JSON policy document"));
    }
    if bytes > INLINE_BYTES {
        let text = format!(
            "The inline policy has {bytes} bytes without white space, {INLINE_BYTES} are allowed"
        );
        return Err(Failure::new("ServiceQuotaExceededException", text));
    }
    let set = set_mut(call, input)?;
    set.inline_policy = Some(policy.to_owned());
    set.edited();
    Ok(json!({}))
}

pub(super) fn get_inline(call: &Call<'_>, input: &Input) -> Answer {
    let policy = set(call, input)?.inline_policy.clone();
    Ok(json!({"InlinePolicy": policy.unwrap_or_default()}))
}

/// Deleting what is not there is accepted; it makes no account stale.
pub(super) fn delete_inline(call: &mut Call<'_>, input: &Input) -> Answer {
    let set = set_mut(call, input)?;
    if set.inline_policy.take().is_some() {
        set.edited();
    }
    Ok(json!({}))
}

pub(super) fn put_boundary(call: &mut Call<'_>, input: &Input) -> Answer {
    let boundary = input.object("PermissionsBoundary")?;
    let managed = boundary.optional("ManagedPolicyArn", &MANAGED_POLICY_ARN)?;
    let customer = boundary.optional_object("CustomerManagedPolicyReference")?;
    let boundary = match (managed, customer) {
        (Some(arn), None) => Boundary::Managed(arn.to_owned()),
        (None, Some(policy)) => Boundary::Customer(reference(&policy)?),
        _ => {
            return Err(input.invalid(
                "PermissionsBoundary",
                "Member must have exactly one of ManagedPolicyArn and CustomerManagedPolicyReference",
            ));
        }
    };
    let set = set_mut(call, input)?;
    set.permissions_boundary = Some(boundary);
    set.edited();
    Ok(json!({}))
}

pub(super) fn get_boundary(call: &Call<'_>, input: &Input) -> Answer {
    let boundary = match &set(call, input)?.permissions_boundary {
        // That there is no empty answer is inference. [U]
        None => return Err(Failure::not_found("The permission set has no permissions boundary")),
        Some(Boundary::Managed(arn)) => json!({"ManagedPolicyArn": arn}),
        Some(Boundary::Customer(policy)) => {
            json!({"CustomerManagedPolicyReference": show_reference(policy)})
        }
    };
    Ok(json!({"PermissionsBoundary": boundary}))
}

pub(super) fn delete_boundary(call: &mut Call<'_>, input: &Input) -> Answer {
    let set = set_mut(call, input)?;
    // As for Get, the error for a missing one is inference. [U]
    if set.permissions_boundary.take().is_none() {
        return Err(Failure::not_found("The permission set has no permissions boundary"));
    }
    set.edited();
    Ok(json!({}))
}
