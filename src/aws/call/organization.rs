//! OUs and accounts.

use super::existing::{adopted, exists};
use super::{CallError, Done, Session, busy};
use crate::aws::error::{AwsError, Kind};
use crate::call::Answer;
use crate::id::{AccountId, OuId, OuPath};
use crate::model::Tags;
use aws_sdk_organizations::types::Tag;
use aws_sdk_ssoadmin::operation::RequestId;

impl Session<'_> {
    pub(super) async fn create_ou(
        &self,
        parent: &OuId,
        name: &str,
        path: &OuPath,
    ) -> Result<Done, CallError> {
        let request = self.aws.organizations.create_organizational_unit();
        let request = request.parent_id(parent.as_str()).name(name);
        let out = match self.send(busy, || request.clone().send()).await {
            Err(error) if exists(&error) => {
                let found = self.existing_ou(parent, name).await;
                return adopted(error, found.map(|id| Answer::Ou(path.clone(), id)));
            }
            answer => answer?,
        };
        let done = Done::new(out.request_id());
        let id = self.id(out.organizational_unit.and_then(|ou| ou.id))?;
        Ok(done.with(Answer::Ou(path.clone(), OuId::new(id))))
    }

    pub(super) async fn rename_ou(&self, ou: &OuId, name: &str) -> Result<Done, CallError> {
        let request = self.aws.organizations.update_organizational_unit();
        let request = request.organizational_unit_id(ou.as_str()).name(name);
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn delete_ou(&self, ou: &OuId) -> Result<Done, CallError> {
        let request = self.aws.organizations.delete_organizational_unit();
        let request = request.organizational_unit_id(ou.as_str());
        self.remove(|| request.clone().send()).await
    }

    /// An account that already is in the destination is answered by `DuplicateAccountException`, or, since
    /// it is not where it was, by an error about that: after an answer that was lost, for one.
    pub(super) async fn move_account(
        &self,
        account: &AccountId,
        from: &OuId,
        to: &OuId,
    ) -> Result<Done, CallError> {
        let request = self.aws.organizations.move_account().account_id(account.as_str());
        let request = request.source_parent_id(from.as_str()).destination_parent_id(to.as_str());
        match self.change(busy, || request.clone().send()).await {
            Err(CallError::Aws(error)) if error.code == "DuplicateAccountException" => {
                Ok(Done::already(error.request_id))
            }
            Err(CallError::Aws(error))
                if !matches!(error.kind, Kind::Denied | Kind::Credentials)
                    && self.stands_in(account, to).await.unwrap_or_default() =>
            {
                Ok(Done::already(error.request_id))
            }
            answer => answer,
        }
    }

    /// Whether an account is where it was to go.
    pub(super) async fn stands_in(&self, account: &AccountId, to: &OuId) -> Result<bool, AwsError> {
        const LIST: &str = "organizations:ListParents";
        let request = self.aws.organizations.list_parents().child_id(account.as_str());
        let out = self.aws.call(LIST, || request.clone().send()).await?;
        let mut parents = out.parents.into_iter().flatten();
        Ok(parents.any(|parent| parent.id.as_deref() == Some(to.as_str())))
    }

    pub(super) async fn tag_account(
        &self,
        account: &AccountId,
        tags: &Tags,
    ) -> Result<Done, CallError> {
        let mut request = self.aws.organizations.tag_resource().resource_id(account.as_str());
        for (key, value) in tags {
            request = request.tags(self.built(Tag::builder().key(key).value(value).build())?);
        }
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn untag_account(
        &self,
        account: &AccountId,
        keys: &[String],
    ) -> Result<Done, CallError> {
        let request = self.aws.organizations.untag_resource().resource_id(account.as_str());
        let request = request.set_tag_keys(Some(keys.to_vec()));
        self.change(busy, || request.clone().send()).await
    }
}
