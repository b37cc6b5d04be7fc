//! Which instance of Identity Center it is about.

use super::{ReadError, Wanted};
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{listed, pages};
use crate::aws::{Aws, Target};
use crate::id::{AccountId, IdentityStoreId, InstanceArn};
use aws_sdk_ssoadmin::types::{InstanceMetadata, InstanceStatus, RegionScope};

const LIST: &str = "sso-admin:ListInstances";
const DESCRIBE: &str = "sso-admin:DescribeInstance";

/// The chosen instance and its primary region.
pub(super) struct Chosen {
    pub(super) target: Target,
    pub(super) region: String,
}

/// Every instance that is visible in the region.
pub(super) async fn list(aws: &Aws) -> Result<Vec<InstanceMetadata>, AwsError> {
    list_in(aws, None).await
}

async fn list_in(aws: &Aws, scope: Option<RegionScope>) -> Result<Vec<InstanceMetadata>, AwsError> {
    let scope = &scope;
    pages(LIST, |token| async move {
        let request = aws.sso_admin.list_instances().set_region_scope(scope.clone());
        let request = request.max_results(100).set_next_token(token);
        let out = aws.call(LIST, || request.clone().send()).await?;
        Ok((listed(LIST, out.instances)?, out.next_token))
    })
    .await
    .complete()
}

/// The wanted instance, else the organization's only one. Where there is none, other regions are
/// asked, so that the error can name the right one.
pub(super) async fn choose(
    aws: &Aws,
    instances: Vec<InstanceMetadata>,
    wanted: &Wanted,
    management: &AccountId,
    region: String,
) -> Result<Chosen, ReadError> {
    let chosen = among(instances, wanted, management, region);
    let Err(ReadError::NoInstance { region, .. }) = &chosen else { return chosen };
    let Ok(elsewhere) = list_in(aws, Some(RegionScope::AllRegions)).await else { return chosen };
    let mut regions: Vec<String> = elsewhere
        .into_iter()
        .filter(|i| wanted.instance.as_ref().is_none_or(|w| i.instance_arn() == Some(w.as_str())))
        .filter(|i| is_own(i, management))
        .filter_map(|instance| instance.primary_region.filter(|primary| primary != region))
        .collect();
    regions.sort();
    regions.dedup();
    if regions.is_empty() {
        return chosen;
    }
    Err(ReadError::OtherRegion { region: region.clone(), regions })
}

/// The wanted instance, else the organization's only one. An instance of a member account (an
/// "account instance") has no permission sets, and choosing among several is left to a person.
fn among(
    mut instances: Vec<InstanceMetadata>,
    wanted: &Wanted,
    management: &AccountId,
    region: String,
) -> Result<Chosen, ReadError> {
    if let Some(wanted) = &wanted.instance {
        instances.retain(|i| i.instance_arn() == Some(wanted.as_str()));
    }
    let (mut own, foreign): (Vec<_>, Vec<_>) =
        instances.into_iter().partition(|i| is_own(i, management));
    match (own.len(), foreign.into_iter().next()) {
        (1, _) => chosen(own.remove(0), region),
        (0, None) => Err(ReadError::NoInstance { region, wanted: wanted.instance.clone() }),
        (0, Some(foreign)) => Err(ReadError::AccountInstance {
            instance: InstanceArn::new(foreign.instance_arn.unwrap_or_default()),
            owner: foreign.owner_account_id.unwrap_or_default(),
        }),
        _ => {
            let mut arns: Vec<_> = own
                .into_iter()
                .map(|i| InstanceArn::new(i.instance_arn.unwrap_or_default()))
                .collect();
            arns.sort();
            Err(ReadError::ManyInstances(arns))
        }
    }
}

/// Whether an instance is the organization's. Where no owner is told, that is not held against it.
fn is_own(instance: &InstanceMetadata, management: &AccountId) -> bool {
    instance.owner_account_id().is_none_or(|owner| owner == management.as_str())
}

fn chosen(instance: InstanceMetadata, region: String) -> Result<Chosen, ReadError> {
    let missing = |what| AwsError::malformed(LIST, format!("an instance without {what}"));
    let status = instance.status.filter(|status| *status != InstanceStatus::Active);
    let arn = instance.instance_arn.filter(|arn| !arn.is_empty());
    let store = instance.identity_store_id.filter(|id| !id.is_empty());
    let target = Target {
        instance: InstanceArn::new(arn.ok_or_else(|| missing("InstanceArn"))?),
        identity_store: IdentityStoreId::new(store.ok_or_else(|| missing("IdentityStoreId"))?),
    };
    if let Some(status) = status {
        let (instance, status) = (target.instance, status.as_str().to_owned());
        return Err(ReadError::NotActive { instance, status });
    }
    let primary = instance.primary_region.filter(|region| !region.is_empty());
    Ok(Chosen { target, region: primary.unwrap_or(region) })
}

/// Refuses an instance whose permission sets are not enabled: it looks like one that has none. Asked
/// only where none could be found, because every instance that has some has them enabled.
pub(super) async fn check_enabled(aws: &Aws, target: &Target) -> Result<(), ReadError> {
    let request = aws.sso_admin.describe_instance().instance_arn(target.instance.as_str());
    match aws.call(DESCRIBE, || request.clone().send()).await {
        Ok(out) if out.permission_sets_enabled == Some(false) => {
            Err(ReadError::NoPermissionSets(target.instance.clone()))
        }
        Err(error) if error.kind == Kind::Credentials => Err(ReadError::Credentials(error)),
        // Whoever may not ask loses no more than a better message.
        Ok(_) | Err(_) => Ok(()),
    }
}
