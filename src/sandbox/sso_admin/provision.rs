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
    let request = call.requests.accept(request, call.options.delay);
    Ok(json!({"PermissionSetProvisioningStatus": status::show(&request)}))
}

/// Whether an account belongs in a listing that is filtered by `ProvisioningStatus`.
fn wanted(input: &Input) -> Result<impl Fn(&PermissionSet, &str) -> bool, Failure> {
    let filter = input.optional_choice("ProvisioningStatus", &[LATEST, NOT_LATEST])?;
    let current = filter.map(|filter| filter == LATEST);
    Ok(move |set: &PermissionSet, account: &str| {
        current.is_none_or(|current| set.is_current(account) == current)
    })
}

pub(super) fn sets_of_account(call: &Call<'_>, input: &Input) -> Answer {
    let account = input.text("AccountId", &ACCOUNT_ID)?;
    let wanted = wanted(input)?;
    let items = call
        .world
        .identity_center
        .permission_sets
        .iter()
        .filter(|(_, set)| set.provisioned.contains_key(account) && wanted(set, account))
        .map(|(arn, _)| (arn.clone(), arn));
    call.paging(input, PAGE).page("PermissionSets", items, |arn| json!(arn))
}

pub(super) fn accounts_of_set(call: &Call<'_>, input: &Input) -> Answer {
    let wanted = wanted(input)?;
    let set = set(call, input)?;
    let items = set
        .provisioned
        .keys()
        .filter(|account| wanted(set, account))
        .map(|account| (account.clone(), account));
    call.paging(input, PAGE).page("AccountIds", items, |account| json!(account))
}
