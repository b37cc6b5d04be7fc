//! Users, groups and memberships.

use super::existing::{adopted, exists};
use super::{CallError, Done, Session, busy, concurrent};
use crate::aws::error::Kind;
use crate::call::Answer;
use crate::id::{GroupId, GroupName, UserId, UserName};
use aws_sdk_identitystore::types::{AttributeOperation, Email, MemberId, Name};
use aws_sdk_ssoadmin::operation::RequestId;
use aws_smithy_types::Document;

const GET_MEMBERSHIP: &str = "identitystore:GetGroupMembershipId";

impl Session<'_> {
    pub(super) async fn create_user(
        &self,
        user_name: &UserName,
        given_name: &str,
        family_name: &str,
        display_name: &str,
        email: Option<&str>,
    ) -> Result<Done, CallError> {
        let name = Name::builder().given_name(given_name).family_name(family_name).build();
        let emails = email
            .map(|email| vec![Email::builder().value(email).r#type("work").primary(true).build()]);
        let request = self.aws.identity_store.create_user();
        let request = request
            .identity_store_id(self.target.identity_store.as_str())
            .user_name(user_name.as_str())
            .name(name)
            .display_name(display_name)
            .set_emails(emails);
        let out = match self.send(concurrent, || request.clone().send()).await {
            Err(error) if exists(&error) => {
                let found = self.existing_user(user_name).await;
                return adopted(error, found.map(|id| Answer::User(user_name.clone(), id)));
            }
            answer => answer?,
        };
        let done = Done::new(out.request_id());
        let id = self.id(Some(out.user_id))?;
        Ok(done.with(Answer::User(user_name.clone(), UserId::new(id))))
    }

    pub(super) async fn update_user(
        &self,
        user: &UserId,
        given_name: Option<&str>,
        family_name: Option<&str>,
    ) -> Result<Done, CallError> {
        let operations =
            self.operations(&[("name.givenName", given_name), ("name.familyName", family_name)])?;
        if operations.is_empty() {
            return Ok(Done::already(None));
        }
        let request = self.aws.identity_store.update_user().user_id(user.as_str());
        let request = request.identity_store_id(self.target.identity_store.as_str());
        let request = request.set_operations(Some(operations));
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn delete_user(&self, user: &UserId) -> Result<Done, CallError> {
        let request = self.aws.identity_store.delete_user().user_id(user.as_str());
        let request = request.identity_store_id(self.target.identity_store.as_str());
        self.remove(|| request.clone().send()).await
    }

    pub(super) async fn create_group(
        &self,
        name: &GroupName,
        description: Option<&str>,
    ) -> Result<Done, CallError> {
        let request = self.aws.identity_store.create_group().display_name(name.as_str());
        let request = request.identity_store_id(self.target.identity_store.as_str());
        let request = request.set_description(description.map(str::to_owned));
        let out = match self.send(concurrent, || request.clone().send()).await {
            Err(error) if exists(&error) => {
                let found = self.existing_group(name).await;
                return adopted(error, found.map(|id| Answer::Group(name.clone(), id)));
            }
            answer => answer?,
        };
        let done = Done::new(out.request_id());
        let id = self.id(Some(out.group_id))?;
        Ok(done.with(Answer::Group(name.clone(), GroupId::new(id))))
    }

    pub(super) async fn update_group(
        &self,
        group: &GroupId,
        name: Option<&GroupName>,
        description: Option<&str>,
    ) -> Result<Done, CallError> {
        let name = name.map(GroupName::as_str);
        let operations = self.operations(&[("displayName", name), ("description", description)])?;
        if operations.is_empty() {
            return Ok(Done::already(None));
        }
        let request = self.aws.identity_store.update_group().group_id(group.as_str());
        let request = request.identity_store_id(self.target.identity_store.as_str());
        let request = request.set_operations(Some(operations));
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn delete_group(&self, group: &GroupId) -> Result<Done, CallError> {
        let request = self.aws.identity_store.delete_group().group_id(group.as_str());
        let request = request.identity_store_id(self.target.identity_store.as_str());
        self.remove(|| request.clone().send()).await
    }

    /// The only thing that is unique about a membership is itself, so any conflict but a concurrent
    /// change says that the user is a member.
    pub(super) async fn add_member(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Done, CallError> {
        let request = self.aws.identity_store.create_group_membership();
        let request = request
            .identity_store_id(self.target.identity_store.as_str())
            .group_id(group.as_str())
            .member_id(MemberId::UserId(user.as_str().to_owned()));
        match self.change(concurrent, || request.clone().send()).await {
            Err(CallError::Aws(error)) if error.kind == Kind::Conflict && !concurrent(&error) => {
                Ok(Done::already(error.request_id))
            }
            answer => answer,
        }
    }

    pub(super) async fn remove_member(
        &self,
        group: &GroupId,
        user: &UserId,
    ) -> Result<Done, CallError> {
        let request = self.aws.identity_store.get_group_membership_id();
        let request = request
            .identity_store_id(self.target.identity_store.as_str())
            .group_id(group.as_str())
            .member_id(MemberId::UserId(user.as_str().to_owned()));
        let membership = match self.aws.call(GET_MEMBERSHIP, || request.clone().send()).await {
            Ok(out) => self.id(Some(out.membership_id))?,
            Err(error) if error.kind == Kind::NotFound => {
                return Ok(Done::already(error.request_id));
            }
            Err(error) => return Err(error.into()),
        };
        let request = self.aws.identity_store.delete_group_membership();
        let request = request.identity_store_id(self.target.identity_store.as_str());
        let request = request.membership_id(membership);
        self.remove(|| request.clone().send()).await
    }

    /// One operation for each attribute that is given.
    fn operations(
        &self,
        attributes: &[(&str, Option<&str>)],
    ) -> Result<Vec<AttributeOperation>, CallError> {
        let mut operations = Vec::new();
        for (path, value) in attributes {
            if let Some(value) = value {
                let operation = AttributeOperation::builder().attribute_path(*path);
                let value = Document::String((*value).to_owned());
                operations.push(self.built(operation.attribute_value(value).build())?);
            }
        }
        Ok(operations)
    }
}
