//! IAM Identity Center's administration: `SWBExternalService`.

mod assignment;
mod instance;
mod permission_set;
mod policy;
mod provision;
mod status;
mod tag;

use super::check::{ANY, INSTANCE_ARN, Input, PERMISSION_SET_ARN};
use super::failure::{Answer, Failure};
use super::requests::Kind;
use super::router::Call;
use super::world::PermissionSet;

/// The most that a page may hold.
const PAGE: usize = 100;

pub(super) fn answer(call: &mut Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "ListInstances" => instance::list(call, input),
        "DescribeInstance" => instance::describe(call, input),
        "ListRegions" => instance::list_regions(call, input),
        "DescribeRegion" => instance::describe_region(call, input),
        "TagResource" => tag::tag(call, input),
        "UntagResource" => tag::untag(call, input),
        "ListTagsForResource" => tag::list(call, input),
        _ => {
            instance::check(call, input, Failure::not_found)?;
            instance::check_permission_sets(call)?;
            of_instance(call, input)
        }
    }
}

fn of_instance(call: &mut Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "CreatePermissionSet" => permission_set::create(call, input),
        "UpdatePermissionSet" => permission_set::update(call, input),
        "DescribePermissionSet" => permission_set::describe(call, input),
        "DeletePermissionSet" => permission_set::delete(call, input),
        "ListPermissionSets" => permission_set::list(call, input),
        "AttachManagedPolicyToPermissionSet" => policy::attach_managed(call, input),
        "DetachManagedPolicyFromPermissionSet" => policy::detach_managed(call, input),
        "ListManagedPoliciesInPermissionSet" => policy::list_managed(call, input),
        "AttachCustomerManagedPolicyReferenceToPermissionSet" => {
            policy::attach_customer(call, input)
        }
        "DetachCustomerManagedPolicyReferenceFromPermissionSet" => {
            policy::detach_customer(call, input)
        }
        "ListCustomerManagedPolicyReferencesInPermissionSet" => policy::list_customer(call, input),
        "PutInlinePolicyToPermissionSet" => policy::put_inline(call, input),
        "GetInlinePolicyForPermissionSet" => policy::get_inline(call, input),
        "DeleteInlinePolicyFromPermissionSet" => policy::delete_inline(call, input),
        "PutPermissionsBoundaryToPermissionSet" => policy::put_boundary(call, input),
        "GetPermissionsBoundaryForPermissionSet" => policy::get_boundary(call, input),
        "DeletePermissionsBoundaryFromPermissionSet" => policy::delete_boundary(call, input),
        "ProvisionPermissionSet" => provision::provision(call, input),
        "ListPermissionSetsProvisionedToAccount" => provision::sets_of_account(call, input),
        "ListAccountsForProvisionedPermissionSet" => provision::accounts_of_set(call, input),
        "CreateAccountAssignment" => assignment::create(call, input),
        "DeleteAccountAssignment" => assignment::delete(call, input),
        "ListAccountAssignments" => assignment::list(call, input),
        "ListAccountAssignmentsForPrincipal" => assignment::list_for_principal(call, input),
        "DescribePermissionSetProvisioningStatus" => status::describe(call, input, Kind::Provision),
        "ListPermissionSetProvisioningStatus" => status::list(call, input, Kind::Provision),
        "DescribeAccountAssignmentCreationStatus" => status::describe(call, input, Kind::Assign),
        "ListAccountAssignmentCreationStatus" => status::list(call, input, Kind::Assign),
        "DescribeAccountAssignmentDeletionStatus" => status::describe(call, input, Kind::Unassign),
        "ListAccountAssignmentDeletionStatus" => status::list(call, input, Kind::Unassign),
        other => Err(Failure::unknown_operation(other)),
    }
}

/// The ARN of a permission set that exists. What the world holds is well-formed by definition; only an unknown ARN is
/// held against the pattern.
fn set_arn<'i>(call: &Call<'_>, input: &'i Input) -> Result<&'i str, Failure> {
    let arn = input.text("PermissionSetArn", &ANY)?;
    if !call.world.identity_center.permission_sets.contains_key(arn) {
        input.obey("PermissionSetArn", arn, &PERMISSION_SET_ARN)?;
        return Err(no_set(arn));
    }
    Ok(arn)
}

fn no_set(arn: &str) -> Failure {
    Failure::not_found(format!("PermissionSet not found: {arn}"))
}

/// The permission set of a request, to look at.
fn set<'c>(call: &'c Call<'_>, input: &Input) -> Result<&'c PermissionSet, Failure> {
    let arn = set_arn(call, input)?;
    call.world.identity_center.permission_sets.get(arn).ok_or_else(|| no_set(arn))
}

/// The permission set of a request, to change.
fn set_mut<'c>(call: &'c mut Call<'_>, input: &Input) -> Result<&'c mut PermissionSet, Failure> {
    let arn = set_arn(call, input)?;
    call.world.identity_center.permission_sets.get_mut(arn).ok_or_else(|| no_set(arn))
}

/// Checks the pattern of an instance ARN that is not this world's.
fn obey_instance(input: &Input, arn: &str) -> Result<(), Failure> {
    input.obey("InstanceArn", arn, &INSTANCE_ARN)
}
