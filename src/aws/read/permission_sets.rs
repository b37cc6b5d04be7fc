//! Permission sets and their parts.

use super::question::Question;
use super::{Gaps, Progress, ReadError, present};
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{Listing, each, listed, pages};
use crate::aws::{Aws, Target};
use crate::id::{PermissionSetArn, PermissionSetName};
use crate::live::{Part, PermissionSet};
use crate::model::{Boundary, CustomerPolicy, PolicyArn, Tags};
use aws_sdk_ssoadmin::types::{CustomerManagedPolicyReference, PermissionsBoundary};
use std::collections::{BTreeMap, BTreeSet};

const LIST: &str = "sso-admin:ListPermissionSets";
const DESCRIBE: &str = "sso-admin:DescribePermissionSet";
const LIST_MANAGED: &str = "sso-admin:ListManagedPoliciesInPermissionSet";
const LIST_CUSTOMER: &str = "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet";
const GET_INLINE: &str = "sso-admin:GetInlinePolicyForPermissionSet";
const GET_BOUNDARY: &str = "sso-admin:GetPermissionsBoundaryForPermissionSet";
const LIST_TAGS: &str = "sso-admin:ListTagsForResource";
/// The largest page of sso-admin (botocore model, `MaxResults`).
const PAGE: i32 = 100;

pub(super) type Sets = BTreeMap<PermissionSetArn, PermissionSet>;
/// Reads what every set is made of, but not where it is provisioned.
pub(super) async fn details(
    aws: &Aws,
    target: &Target,
    arns: &BTreeSet<PermissionSetArn>,
    progress: &dyn Progress,
) -> Result<(Sets, Gaps), ReadError> {
    let (mut sets, mut gaps) = (Sets::new(), Gaps::default());
    let (mut done, total) = (0, arns.len());
    let work = |arn: PermissionSetArn| async move { (whole(aws, target, &arn).await, arn) };
    each(arns.iter().cloned(), work, |(set, arn)| {
        done += 1;
        progress.step(Question::SetDetails, done, total);
        match set {
            Ok((set, errors)) => {
                sets.insert(arn.clone(), set);
                gaps.note_all(&Part::PermissionSet(arn), errors)
            }
            Err(error) => gaps.note(Part::PermissionSet(arn), error),
        }
    })
    .await?;
    Ok((sets, gaps))
}

/// Lists every set.
pub(super) async fn list(
    aws: &Aws,
    target: &Target,
    gaps: &mut Gaps,
) -> Result<BTreeSet<PermissionSetArn>, ReadError> {
    let listing = listing(aws, target).await;
    if let Some(error) = listing.error {
        gaps.note(Part::PermissionSets, error)?;
    }
    if listing.rows.iter().any(String::is_empty) {
        let error = AwsError::malformed(LIST, "a permission set without an ARN");
        gaps.note(Part::PermissionSets, error)?;
    }
    Ok(listing.rows.into_iter().filter(|a| !a.is_empty()).map(PermissionSetArn::new).collect())
}

async fn listing(aws: &Aws, target: &Target) -> Listing<String> {
    pages(LIST, |token| async move {
        let request = aws.sso_admin.list_permission_sets().max_results(PAGE).set_next_token(token);
        let request = request.instance_arn(target.instance.as_str());
        let out = aws.call(LIST, || request.clone().send()).await?;
        Ok((listed(LIST, out.permission_sets)?, out.next_token))
    })
    .await
}

/// Finds a set by its name, which takes a call for each set; `None` also where it was not read.
pub(in crate::aws) async fn find(
    aws: &Aws,
    target: &Target,
    name: &PermissionSetName,
) -> Option<PermissionSetArn> {
    let arns = listing(aws, target).await.rows;
    let work = |arn: String| async move {
        let request = aws.sso_admin.describe_permission_set();
        let request = request.instance_arn(target.instance.as_str()).permission_set_arn(&arn);
        let out = aws.call(DESCRIBE, || request.clone().send()).await.ok()?;
        let found = out.permission_set?.name.as_deref() == Some(name.as_str());
        found.then(|| PermissionSetArn::new(arn))
    };
    // The first that is found ends the search.
    each(arns, work, |found| found.map_or(Ok(()), Err)).await.err()
}

/// Reads one set and its parts, but not where it is provisioned.
pub(in crate::aws) async fn read_permission_set(
    aws: &Aws,
    target: &Target,
    set: &PermissionSetArn,
) -> Result<PermissionSet, AwsError> {
    let (described, errors) = whole(aws, target, set).await?;
    match errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(described),
    }
}

/// A set with its parts as far as they could be read, and why the others could not. The parts of one that
/// cannot be described are not asked for any further: nobody could say whose they are.
async fn whole(
    aws: &Aws,
    target: &Target,
    set: &PermissionSetArn,
) -> Result<(PermissionSet, Vec<AwsError>), AwsError> {
    let parts = async { Ok::<_, AwsError>(parts(aws, target, set).await) };
    let (mut described, parts) = tokio::try_join!(describe(aws, target, set), parts)?;
    let errors = parts.place(&mut described);
    Ok((described, errors))
}

/// What a set is called, and what else one call tells; its parts are as good as none.
pub(super) async fn describe(
    aws: &Aws,
    target: &Target,
    set: &PermissionSetArn,
) -> Result<PermissionSet, AwsError> {
    let request = aws.sso_admin.describe_permission_set();
    let request = request.instance_arn(target.instance.as_str()).permission_set_arn(set.as_str());
    let described = aws.call(DESCRIBE, || request.clone().send()).await?;
    let missing = || AwsError::malformed(DESCRIBE, "a permission set without a name");
    let described = described.permission_set.ok_or_else(missing)?;
    Ok(PermissionSet {
        name: present(described.name).ok_or_else(missing)?,
        description: present(described.description),
        session_duration: present(described.session_duration),
        relay_state: present(described.relay_state),
        managed_policies: BTreeSet::new(),
        customer_managed_policies: BTreeSet::new(),
        inline_policy: None,
        permissions_boundary: None,
        tags: Tags::new(),
        provisioned: BTreeMap::new(),
    })
}

/// What a set is made of: each part, or why it could not be read.
pub(super) struct Parts {
    managed_policies: Result<BTreeSet<PolicyArn>, AwsError>,
    customer_managed_policies: Result<BTreeSet<CustomerPolicy>, AwsError>,
    inline_policy: Result<Option<String>, AwsError>,
    permissions_boundary: Result<Option<Boundary>, AwsError>,
    tags: Result<Tags, AwsError>,
}

impl Parts {
    /// Gives a described set its parts, as far as they could be read; returns why the others could not.
    pub(super) fn place(self, set: &mut PermissionSet) -> Vec<AwsError> {
        fn put<T>(part: Result<T, AwsError>, to: &mut T) -> Option<AwsError> {
            part.map(|part| *to = part).err()
        }
        let Self {
            managed_policies,
            customer_managed_policies,
            inline_policy,
            permissions_boundary,
            tags,
        } = self;
        let errors = [
            put(managed_policies, &mut set.managed_policies),
            put(customer_managed_policies, &mut set.customer_managed_policies),
            put(inline_policy, &mut set.inline_policy),
            put(permissions_boundary, &mut set.permissions_boundary),
            put(tags, &mut set.tags),
        ];
        errors.into_iter().flatten().collect()
    }
}

/// Reads what one set is made of.
pub(super) async fn parts(aws: &Aws, target: &Target, set: &PermissionSetArn) -> Parts {
    let (instance, arn) = (target.instance.as_str(), set.as_str());
    let inline = aws.sso_admin.get_inline_policy_for_permission_set();
    let inline = inline.instance_arn(instance).permission_set_arn(arn);
    let (managed_policies, customer_managed_policies, inline, permissions_boundary, tags) = tokio::join!(
        managed_policies(aws, instance, arn),
        customer_managed_policies(aws, instance, arn),
        aws.call(GET_INLINE, || inline.clone().send()),
        boundary(aws, instance, arn),
        tags(aws, instance, arn),
    );
    Parts {
        managed_policies,
        customer_managed_policies,
        // "" where there is none (API reference of GetInlinePolicyForPermissionSet).
        inline_policy: inline.map(|out| present(out.inline_policy)),
        permissions_boundary,
        tags,
    }
}

async fn managed_policies(
    aws: &Aws,
    instance: &str,
    set: &str,
) -> Result<BTreeSet<PolicyArn>, AwsError> {
    let rows = pages(LIST_MANAGED, |token| async move {
        let request = aws.sso_admin.list_managed_policies_in_permission_set();
        let request = request.instance_arn(instance).permission_set_arn(set);
        let request = request.max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_MANAGED, || request.clone().send()).await?;
        Ok((listed(LIST_MANAGED, out.attached_managed_policies)?, out.next_token))
    })
    .await
    .complete()?;
    let arns = rows.into_iter().map(|row| row.arn.filter(|arn| !arn.is_empty()).map(PolicyArn));
    arns.collect::<Option<_>>()
        .ok_or_else(|| AwsError::malformed(LIST_MANAGED, "a policy without an ARN"))
}

async fn customer_managed_policies(
    aws: &Aws,
    instance: &str,
    set: &str,
) -> Result<BTreeSet<CustomerPolicy>, AwsError> {
    let rows = pages(LIST_CUSTOMER, |token| async move {
        let request = aws.sso_admin.list_customer_managed_policy_references_in_permission_set();
        let request = request.instance_arn(instance).permission_set_arn(set);
        let request = request.max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_CUSTOMER, || request.clone().send()).await?;
        Ok((listed(LIST_CUSTOMER, out.customer_managed_policy_references)?, out.next_token))
    })
    .await
    .complete()?;
    rows.into_iter().map(|row| customer_policy(LIST_CUSTOMER, row)).collect()
}

/// Reads a reference; the path's default is `/` (botocore model).
fn customer_policy(
    operation: &'static str,
    reference: CustomerManagedPolicyReference,
) -> Result<CustomerPolicy, AwsError> {
    let CustomerManagedPolicyReference { name, path, .. } = reference;
    if name.is_empty() {
        return Err(AwsError::malformed(operation, "a customer managed policy without a name"));
    }
    Ok(CustomerPolicy { path: path.unwrap_or_else(|| "/".to_owned()), name })
}

/// The boundary. AWS answers `ResourceNotFoundException` where there is none; an answer that holds
/// none means the same.
async fn boundary(aws: &Aws, instance: &str, set: &str) -> Result<Option<Boundary>, AwsError> {
    let request = aws.sso_admin.get_permissions_boundary_for_permission_set();
    let request = request.instance_arn(instance).permission_set_arn(set);
    let boundary = match aws.call(GET_BOUNDARY, || request.clone().send()).await {
        Ok(out) => out.permissions_boundary,
        Err(error) if error.kind == Kind::NotFound => None,
        Err(error) => return Err(error),
    };
    let Some(PermissionsBoundary { customer_managed_policy_reference, managed_policy_arn, .. }) =
        boundary
    else {
        return Ok(None);
    };
    match (customer_managed_policy_reference, managed_policy_arn) {
        (None, None) => Ok(None),
        (None, Some(arn)) => Ok(Some(Boundary::Managed(PolicyArn(arn)))),
        (Some(reference), None) => {
            Ok(Some(Boundary::Customer(customer_policy(GET_BOUNDARY, reference)?)))
        }
        (Some(_), Some(_)) => Err(AwsError::malformed(GET_BOUNDARY, "two boundaries at once")),
    }
}

async fn tags(aws: &Aws, instance: &str, set: &str) -> Result<Tags, AwsError> {
    let rows = pages(LIST_TAGS, |token| async move {
        let request = aws.sso_admin.list_tags_for_resource().instance_arn(instance);
        let request = request.resource_arn(set).set_next_token(token);
        let out = aws.call(LIST_TAGS, || request.clone().send()).await?;
        Ok((listed(LIST_TAGS, out.tags)?, out.next_token))
    })
    .await
    .complete()?;
    let tags = rows.into_iter().map(|tag| (tag.key, tag.value));
    Ok(tags.filter(|(key, _)| !key.starts_with("aws:")).collect())
}
