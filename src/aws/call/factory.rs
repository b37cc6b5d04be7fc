//! Control Tower's Account Factory: a product of Service Catalog, provisioned once for each account.
//!
//! Source: "Automate account provisioning with Service Catalog APIs" (AWS Control Tower User Guide). A
//! product that is being provisioned is found again by its name, and never asked for twice.

use super::{CallError, Done, Session, busy};
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{listed, pages};
use crate::aws::wait::account::{Vended, Vending, VendingKind, vended};
use crate::call::{Answer, ou_form};
use crate::id::{AccountId, OuId};
use crate::model::AccountOwner;
use aws_sdk_servicecatalog::types::{
    AccessLevelFilter, AccessLevelFilterKey, ProductViewFilterBy, ProvisionedProductAttribute,
    ProvisionedProductStatus, ProvisioningArtifact, ProvisioningArtifactGuidance,
    ProvisioningParameter, UpdateProvisioningParameter,
};
use aws_sdk_ssoadmin::operation::RequestId;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What the product is called.
const PRODUCT: &str = "AWS Control Tower Account Factory";
const SEARCH: &str = "servicecatalog:SearchProducts";
const DESCRIBE: &str = "servicecatalog:DescribeProduct";
const PROVISIONED: &str = "servicecatalog:SearchProvisionedProducts";
const OUTPUTS: &str = "servicecatalog:GetProvisionedProductOutputs";

/// Which version of the product, and by which path of its portfolio.
struct Source {
    product: String,
    artifact: String,
    path: Option<String>,
}

impl Session<'_> {
    pub(super) async fn provision_account(
        &self,
        (name, email): (&str, &str),
        ou: &str,
        owner: &AccountOwner,
    ) -> Result<Done, CallError> {
        let product = &product_name(name);
        let vending = |id: String| Vending {
            kind: VendingKind::Record,
            request_id: id,
            name: name.to_owned(),
            email: email.to_owned(),
            account: None,
        };
        let Source { product: product_id, artifact, path } = self.source().await?;
        let AccountOwner { email: user, given_name, family_name } = owner;
        let parameter = |(key, value): (&str, &str)| {
            ProvisioningParameter::builder().key(key).value(value).build()
        };
        let parameters = [
            ("AccountName", name),
            ("AccountEmail", email),
            ("ManagedOrganizationalUnit", ou),
            ("SSOUserEmail", user),
            ("SSOUserFirstName", given_name),
            ("SSOUserLastName", family_name),
        ]
        .map(parameter);
        // Without a token of ours: the SDK makes one for each request.
        let request = self.aws.service_catalog.provision_product();
        let request = request
            .product_id(product_id)
            .provisioning_artifact_id(artifact)
            .set_path_id(path)
            .provisioned_product_name(product.as_str())
            .set_provisioning_parameters(Some(parameters.to_vec()));
        let (request, vending) = (&request, &vending);
        let asked = self.asked_once(
            || async move {
                let there = self.provisioned(None).await?;
                let is = |p: &&ProvisionedProductAttribute| p.name.as_deref() == Some(product);
                match there.iter().find(is) {
                    Some(there) => self.goes_on(there, (name, email), vending).await.map(Some),
                    None => Ok(None),
                }
            },
            || async move {
                let out = self.send(busy, || request.clone().send()).await?;
                let record = out.record_detail.as_ref().and_then(|r| r.record_id.clone());
                let record = self.id(record)?;
                Ok(Done { vending: Some(vending(record)), ..Done::new(out.request_id()) })
            },
        );
        asked.await
    }

    pub(super) async fn move_enrolled(
        &self,
        account: &AccountId,
        to: &OuId,
        ou_name: &str,
    ) -> Result<Done, CallError> {
        let there = self.product_of(account).await?;
        let id = self.id(there.id.clone())?;
        let name = there.name.clone().unwrap_or_default();
        let vending = |request_id: String| Vending {
            kind: VendingKind::Record,
            request_id,
            name: name.clone(),
            email: String::new(),
            account: Some(account.clone()),
        };
        if there.status == Some(ProvisionedProductStatus::UnderChange) {
            // What a run that died has begun, most likely: it decides where the account stands.
            let record = self.id(there.last_record_id.clone())?;
            if let Vended::Failed { reason } = vended(self.aws, &vending(record)).await {
                return Err(self.refused("RecordFailed", Kind::Other, &reason).into());
            }
            if self.stands_in(account, to).await? {
                return Ok(Done::already(None));
            }
        }
        let Source { product, artifact, path } = self.source().await?;
        let changed = UpdateProvisioningParameter::builder()
            .key("ManagedOrganizationalUnit")
            .value(ou_form(to, ou_name))
            .build();
        let kept =
            ["AccountName", "AccountEmail", "SSOUserEmail", "SSOUserFirstName", "SSOUserLastName"];
        let kept = kept.map(|key| {
            UpdateProvisioningParameter::builder().key(key).use_previous_value(true).build()
        });
        let request = self.aws.service_catalog.update_provisioned_product();
        let request = request
            .provisioned_product_id(id)
            .product_id(product)
            .provisioning_artifact_id(artifact)
            .set_path_id(path)
            .set_provisioning_parameters(Some(kept.into_iter().chain([changed]).collect()));
        let out = self.send(busy, || request.clone().send()).await?;
        let record = self.id(out.record_detail.as_ref().and_then(|r| r.record_id.clone()))?;
        Ok(Done { vending: Some(vending(record)), ..Done::new(out.request_id()) })
    }

    /// What becomes of an account whose product is there already.
    async fn goes_on(
        &self,
        there: &ProvisionedProductAttribute,
        (name, email): (&str, &str),
        vending: impl Fn(String) -> Vending,
    ) -> Result<Done, CallError> {
        let product = there.name.as_deref().unwrap_or_default();
        match &there.status {
            Some(ProvisionedProductStatus::Available) => {
                let account = self.account_of(there).await?;
                if self.is_account(&account, name, email).await? {
                    return Ok(Done::already(None).with(Answer::Account(name.to_owned(), account)));
                }
                let message = format!(
                    "the provisioned product {product} is of account {account}, which has another name \
                     or address or is not ACTIVE"
                );
                Err(self.refused("InvalidState", Kind::Validation, &message).into())
            }
            Some(ProvisionedProductStatus::UnderChange) => {
                let record = self.id(there.last_record_id.clone())?;
                Ok(Done { vending: Some(vending(record)), ..Done::already(None) })
            }
            status => {
                let status = status.as_ref().map_or("unknown", ProvisionedProductStatus::as_str);
                let why = there.status_message.as_deref().unwrap_or("no reason given");
                let message = format!(
                    "the provisioned product {product} is {status} ({why}): end it in Service Catalog, or \
                     repair it there"
                );
                Err(self.refused("InvalidState", Kind::Validation, &message).into())
            }
        }
    }

    /// Account Factory's product, its newest version that is not deprecated, and a path to it.
    async fn source(&self) -> Result<Source, AwsError> {
        let filter = (ProductViewFilterBy::FullTextSearch, vec![PRODUCT.to_owned()]);
        let request = self.aws.service_catalog.search_products();
        let request = request.filters(filter.0, filter.1).page_size(20);
        let found = pages(SEARCH, |token| {
            let request = request.clone().set_page_token(token);
            async move {
                let out = self.aws.call(SEARCH, || request.clone().send()).await?;
                Ok((out.product_view_summaries.unwrap_or_default(), out.next_page_token))
            }
        });
        let found = found.await.complete()?.into_iter();
        let product = found
            .filter(|product| product.name.as_deref() == Some(PRODUCT))
            .find_map(|product| product.product_id)
            .ok_or_else(|| {
                let message = "Account Factory is not among the products of the caller: add its \
                               role to the portfolio \"AWS Control Tower Account Factory Portfolio\"";
                self.refused("ResourceNotFoundException", Kind::NotFound, message)
            })?;
        let request = self.aws.service_catalog.describe_product().id(&product);
        let out = self.aws.call(DESCRIBE, || request.clone().send()).await?;
        let artifact = newest(out.provisioning_artifacts.unwrap_or_default())
            .ok_or_else(|| self.malformed("Account Factory has no version that can be used"))?;
        let mut paths: Vec<_> =
            out.launch_paths.into_iter().flatten().filter_map(|path| path.id).collect();
        // One is taken by itself; of several AWS wants to be told which.
        paths.sort();
        Ok(Source { product, artifact, path: paths.into_iter().next() })
    }

    /// The products that Account Factory has provisioned, of everybody: by default a caller sees their own.
    async fn provisioned(
        &self,
        query: Option<String>,
    ) -> Result<Vec<ProvisionedProductAttribute>, AwsError> {
        let level = AccessLevelFilter::builder().key(AccessLevelFilterKey::Account).value("self");
        let request = self.aws.service_catalog.search_provisioned_products();
        let request = request.access_level_filter(level.build()).page_size(100);
        let request = match query {
            None => request,
            Some(query) => request.filters(
                aws_sdk_servicecatalog::types::ProvisionedProductViewFilterBy::SearchQuery,
                vec![query],
            ),
        };
        let found = pages(PROVISIONED, |token| {
            let request = request.clone().set_page_token(token);
            async move {
                let out = self.aws.call(PROVISIONED, || request.clone().send()).await?;
                Ok((listed(PROVISIONED, out.provisioned_products)?, out.next_page_token))
            }
        });
        let mut found = found.await.complete()?;
        found.retain(|product| product.product_name.as_deref().is_none_or(|name| name == PRODUCT));
        Ok(found)
    }

    /// The product of an account.
    async fn product_of(
        &self,
        account: &AccountId,
    ) -> Result<ProvisionedProductAttribute, AwsError> {
        let is =
            |p: &ProvisionedProductAttribute| p.physical_id.as_deref() == Some(account.as_str());
        let by_id = self.provisioned(Some(format!("physicalId:{account}"))).await?;
        if let Some(found) = by_id.into_iter().find(is) {
            return Ok(found);
        }
        // What its `PhysicalId` holds is not documented, and while it is provisioned there is none: then it
        // is known by the name that it was given, else its outputs tell the account.
        let name = product_name(&self.name_of(account).await?);
        let named = |product: &ProvisionedProductAttribute| product.name.as_ref() == Some(&name);
        let mut all = self.provisioned(None).await?;
        all.sort_by_key(|product| !named(product));
        for product in all {
            let runs = product.status == Some(ProvisionedProductStatus::UnderChange);
            if (named(&product) && runs)
                || self.account_of(&product).await.is_ok_and(|id| id == *account)
            {
                return Ok(product);
            }
        }
        let message = format!(
            "Account Factory has no provisioned product for account {account}: enrol it in Control Tower"
        );
        Err(self.refused("ResourceNotFoundException", Kind::NotFound, &message))
    }

    /// The account of a product.
    async fn account_of(
        &self,
        product: &ProvisionedProductAttribute,
    ) -> Result<AccountId, AwsError> {
        if let Some(id) = product.physical_id.as_deref().and_then(AccountId::parse) {
            return Ok(id);
        }
        let id = self.id(product.id.clone())?;
        let request = self.aws.service_catalog.get_provisioned_product_outputs();
        let request = request.provisioned_product_id(id);
        let out = self.aws.call(OUTPUTS, || request.clone().send()).await?;
        let mut outputs = out.outputs.into_iter().flatten();
        let account = outputs.find(|output| output.output_key.as_deref() == Some("AccountId"));
        let account = account.and_then(|output| AccountId::parse(output.output_value.as_deref()?));
        account.ok_or_else(|| self.malformed("a provisioned product that tells no account"))
    }

    /// An error of ours about what AWS said.
    fn refused(&self, code: &str, kind: Kind, message: &str) -> AwsError {
        AwsError { code: code.to_owned(), kind, ..self.malformed(message) }
    }
}

fn newest(artifacts: Vec<ProvisioningArtifact>) -> Option<String> {
    let mut usable: Vec<_> = artifacts
        .into_iter()
        .filter(|artifact| artifact.guidance != Some(ProvisioningArtifactGuidance::Deprecated))
        .collect();
    usable.sort_by_key(|artifact| {
        artifact.created_time.map(|time| (time.secs(), time.subsec_nanos()))
    });
    usable.pop()?.id
}

/// An account's name as a provisioned product can have it: `[a-zA-Z0-9][a-zA-Z0-9._-]*`, 1 to 128
/// (`ProvisionedProductName`). Where it had to be changed, it ends in a digest: two accounts never share one.
fn product_name(account: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = account.chars().map(plain).take(100).collect();
    let name = format!("{}{name}", if name.starts_with(['.', '_', '-']) { "a" } else { "" });
    if name == account {
        return name;
    }
    let digest = Sha256::digest(account.as_bytes());
    let mut out = format!("{name}-");
    for byte in digest.iter().take(4) {
        // Writing to a text does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::product_name;

    #[test]
    fn any_name_of_an_account_names_a_product_of_its_own() {
        assert_eq!(product_name("loyalty-prod"), "loyalty-prod");
        let names = ["Loyalty (prod)", "Loyalty -prod-", "_x", "a_x"].map(product_name);
        for name in &names {
            let fits = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
            assert!(name.chars().all(fits) && name.starts_with(char::is_alphanumeric), "{name}");
        }
        let all: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(all.len(), names.len());
    }
}
