//! Organizations: the tree, its accounts, their tags. `AWSOrganizationsV20161128`.

mod account;
mod delegation;
mod lifecycle;
mod tag;
mod unit;

use super::check::Input;
use super::failure::{Answer, Failure};
use super::router::Call;
use super::world::Organization;
use serde_json::{Value, json};

/// The most that a page may hold.
const PAGE: usize = 20;

pub(super) fn answer(call: &mut Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "DescribeOrganization" => Ok(describe(call)),
        "ListRoots" => unit::list_roots(call, input),
        "ListOrganizationalUnitsForParent" => unit::list(call, input),
        "ListChildren" => unit::list_children(call, input),
        "ListParents" => unit::list_parents(call, input),
        "DescribeOrganizationalUnit" => unit::describe(call, input),
        "CreateOrganizationalUnit" => unit::create(call, input),
        "UpdateOrganizationalUnit" => unit::update(call, input),
        "DeleteOrganizationalUnit" => unit::delete(call, input),
        "ListAccounts" => account::list(call, input),
        "ListAccountsForParent" => account::list_for_parent(call, input),
        "DescribeAccount" => account::describe(call, input),
        "MoveAccount" => account::shift(call, input),
        "CreateAccount" => lifecycle::create(call, input),
        "DescribeCreateAccountStatus" => lifecycle::describe(call, input),
        "ListCreateAccountStatus" => lifecycle::list(call, input),
        "CloseAccount" => lifecycle::close(call, input),
        "TagResource" => tag::tag(call, input),
        "UntagResource" => tag::untag(call, input),
        "ListTagsForResource" => tag::list(call, input),
        "ListDelegatedAdministrators" => delegation::list_administrators(call, input),
        "ListDelegatedServicesForAccount" => delegation::list_services(call, input),
        "ListAWSServiceAccessForOrganization" => delegation::list_access(call, input),
        other => Err(Failure::unknown_operation(other)),
    }
}

/// The error for a limit or a rule of the organization, with the model's reason.
fn constraint(reason: &'static str, text: impl Into<String>) -> Failure {
    Failure::new("ConstraintViolationException", text).with("Reason", reason)
}

/// An ARN of Organizations carries the management account's id.
fn arn(organization: &Organization, kind: &str, id: &str) -> String {
    let Organization { management_account, id: own, .. } = organization;
    format!("arn:aws:organizations::{management_account}:{kind}/{own}/{id}")
}

/// From the organization down to a unit or to the root, with a slash at the end: `o-…/r-…/ou-…/`.
fn path(organization: &Organization, id: &str) -> String {
    let mut above: Vec<&str> = std::iter::successors(Some(id), |at| {
        organization.ous.get(*at).map(|ou| ou.parent.as_str())
    })
    .collect();
    above.push(&organization.id);
    above.reverse();
    above.join("/") + "/"
}

fn describe(call: &Call<'_>) -> Value {
    let organization = &call.world.organization;
    let management = &organization.management_account;
    let email = organization.accounts.get(management).map(|account| account.email.clone());
    let email = email.unwrap_or_else(|| format!("aws+{management}@sandbox.example"));
    json!({"Organization": {
        "Id": organization.id,
        "Arn": format!("arn:aws:organizations::{management}:organization/{}", organization.id),
        "FeatureSet": "ALL",
        "MasterAccountArn": arn(organization, "account", management),
        "MasterAccountId": management,
        "MasterAccountEmail": email,
        "AvailablePolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
    }})
}
