//! Which accounts have which version of a permission set, and bringing them to the latest.

use super::super::check::{ACCOUNT_ID, Input};
use super::super::failure::{Answer, Failure};
use super::super::requests::{Kind, Request, Status, request_id};
use super::super::router::Call;
use super::super::world::PermissionSet;
use super::{PAGE, set, set_arn, status};
use serde_json::json;

const LATEST: &str = "LATEST_PERMISSION_SET_PROVISIONED";
const NOT_LATEST: &str = "LATEST_PERMISSION_SET_NOT_PROVISIONED";

pub(super) fn provision(call: &mut Call<'_>, input: &Input) -> Answer {
    let arn = set_arn(call, input)?;
    let target = input.choice("TargetType", &["AWS_ACCOUNT", "ALL_PROVISIONED_ACCOUNTS"])?;
    let account = input.optional("TargetId", &ACCOUNT_ID)?;
    let account = match (target, account) {
        ("AWS_ACCOUNT", None) => {
            return Err(input.invalid("TargetId", "Member must not be null for AWS_ACCOUNT"));
        }
        ("AWS_ACCOUNT", Some(account)) => Some(account.to_owned()),
        _ => None,
    };
    // The model has no quota error here; the text of its conflict, to retry with backoff, is what helps. [U]
    let running = call.requests.under_way(Kind::Provision);
    if call.quotas().is_some_and(|quotas| running >= quotas.provisionings) {
        return Err(Failure::conflict(format!(
            "{running} permission sets are being provisioned, and no more can be at a time. Retry with backoff"
        )));
    }
    let request = Request {
        id: request_id(call.world.next_number()),
        kind: Kind::Provision,
        account,
        set: arn.to_owned(),
        principal: None,
        version: set(call, input)?.version,
        created: call.clock.now(),
        forced: call.forced.take(),
        status: Status::Succeeded,
    };
    let request = call.accept(request);
    Ok(json!({"PermissionSetProvisioningStatus": status::show(&request)}))
}

/// Whether a provisioned version belongs in a listing that is filtered by `ProvisioningStatus`.
fn wanted(input: &Input) -> Result<impl Fn(&PermissionSet, u64) -> bool, Failure> {
    let filter = input.optional_choice("ProvisioningStatus", &[LATEST, NOT_LATEST])?;
    let current = filter.map(|filter| filter == LATEST);
    Ok(move |set: &PermissionSet, version: u64| {
        current.is_none_or(|current| (set.version == version) == current)
    })
}

pub(super) fn sets_of_account(call: &Call<'_>, input: &Input) -> Answer {
    let account = input.text("AccountId", &ACCOUNT_ID)?;
    let wanted = wanted(input)?;
    call.paging(input, PAGE).page_of(
        "PermissionSets",
        &call.world.identity_center.permission_sets,
        |_, set| set.provisioned.get(account).is_some_and(|version| wanted(set, *version)),
        |arn, _| json!(arn),
    )
}

pub(super) fn accounts_of_set(call: &Call<'_>, input: &Input) -> Answer {
    let wanted = wanted(input)?;
    let set = set(call, input)?;
    call.paging(input, PAGE).page_of(
        "AccountIds",
        &set.provisioned,
        |_, version| wanted(set, *version),
        |account, _| json!(account),
    )
}
