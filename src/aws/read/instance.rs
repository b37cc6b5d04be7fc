//! Which instance of Identity Center it is about.

use super::{ReadError, Wanted};
use crate::aws::error::AwsError;
use crate::aws::page::pages;
use crate::aws::{Aws, Target};
use crate::id::{AccountId, IdentityStoreId, InstanceArn};
use aws_sdk_ssoadmin::types::InstanceMetadata;

const LIST: &str = "sso-admin:ListInstances";

/// The chosen instance and its primary region.
pub(super) struct Chosen {
    pub(super) target: Target,
    pub(super) region: String,
}

/// Every instance that is visible in the region.
pub(super) async fn list(aws: &Aws) -> Result<Vec<InstanceMetadata>, AwsError> {
    pages(LIST, |token| async move {
        let request = aws.sso_admin.list_instances().max_results(100).set_next_token(token);
        let out = aws.call(LIST, || request.clone().send()).await?;
        Ok((out.instances.unwrap_or_default(), out.next_token))
    })
    .await
    .complete()
}

/// The wanted instance, else the organization's only one. An instance of a member account (an
/// "account instance") has no permission sets, and choosing among several is left to a person.
pub(super) fn choose(
    mut instances: Vec<InstanceMetadata>,
    wanted: &Wanted,
    management: &AccountId,
    region: String,
) -> Result<Chosen, ReadError> {
    if let Some(wanted) = &wanted.instance {
        instances.retain(|i| i.instance_arn() == Some(wanted.as_str()));
    }
    let (mut own, foreign): (Vec<_>, Vec<_>) = instances
        .into_iter()
        // Where no owner is told, it cannot be held against the instance.
        .partition(|i| i.owner_account_id().is_none_or(|owner| owner == management.as_str()));
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

fn chosen(instance: InstanceMetadata, region: String) -> Result<Chosen, ReadError> {
    let missing = |what| AwsError::malformed(LIST, format!("an instance without {what}"));
    let arn = instance.instance_arn.filter(|arn| !arn.is_empty());
    let store = instance.identity_store_id.filter(|id| !id.is_empty());
    let target = Target {
        instance: InstanceArn::new(arn.ok_or_else(|| missing("InstanceArn"))?),
        identity_store: IdentityStoreId::new(store.ok_or_else(|| missing("IdentityStoreId"))?),
    };
    let primary = instance.primary_region.filter(|region| !region.is_empty());
    Ok(Chosen { target, region: primary.unwrap_or(region) })
}
