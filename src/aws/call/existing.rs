//! Looks up by name what AWS says exists already.
//!
//! What is created was not there when the plan was made. Most likely it was created a moment ago, by
//! a request whose answer was lost. Where it is not found, or cannot be looked up, the conflict stays
//! an error.

use super::{CallError, Done, Session};
use crate::aws::error::{AwsError, Kind};
use crate::aws::read::{children, find_permission_set};
use crate::call::Answer;
use crate::id::{GroupId, GroupName, OuId, PermissionSetArn, PermissionSetName, UserId, UserName};
use aws_sdk_identitystore::types::{AlternateIdentifier, UniqueAttribute};
use aws_smithy_types::Document;

const GET_GROUP: &str = "identitystore:GetGroupId";
const GET_USER: &str = "identitystore:GetUserId";

/// A conflict's answer: what was found, as already so; without it the conflict itself.
pub(super) fn adopted(error: AwsError, found: Option<Answer>) -> Result<Done, CallError> {
    match found {
        Some(answer) => Ok(Done::already(error.request_id).with(answer)),
        None => Err(error.into()),
    }
}

/// Whether something of the name may be there.
pub(super) fn exists(error: &AwsError) -> bool {
    error.kind == Kind::Conflict
}

impl Session<'_> {
    pub(super) async fn existing_group(&self, name: &GroupName) -> Option<GroupId> {
        let request = self.aws.identity_store.get_group_id();
        let request = request.identity_store_id(self.target.identity_store.as_str());
        let request = request.alternate_identifier(unique("displayName", name.as_str())?);
        let out = self.aws.call(GET_GROUP, || request.clone().send()).await.ok()?;
        Some(GroupId::new(self.id(Some(out.group_id)).ok()?))
    }

    pub(super) async fn existing_user(&self, name: &UserName) -> Option<UserId> {
        let request = self.aws.identity_store.get_user_id();
        let request = request.identity_store_id(self.target.identity_store.as_str());
        let request = request.alternate_identifier(unique("userName", name.as_str())?);
        let out = self.aws.call(GET_USER, || request.clone().send()).await.ok()?;
        Some(UserId::new(self.id(Some(out.user_id)).ok()?))
    }

    pub(super) async fn existing_ou(&self, parent: &OuId, name: &str) -> Option<OuId> {
        let listing = children(self.aws, parent).await;
        let found = listing.rows.into_iter().find(|ou| ou.name.as_deref() == Some(name))?;
        Some(OuId::new(self.id(found.id).ok()?))
    }

    pub(super) async fn existing_set(&self, name: &PermissionSetName) -> Option<PermissionSetArn> {
        find_permission_set(self.aws, self.target, name).await
    }
}

fn unique(attribute: &str, value: &str) -> Option<AlternateIdentifier> {
    let unique = UniqueAttribute::builder().attribute_path(attribute);
    let unique = unique.attribute_value(Document::String(value.to_owned())).build().ok()?;
    Some(AlternateIdentifier::UniqueAttribute(unique))
}
