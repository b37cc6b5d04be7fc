//! Account assignments: both directions are asynchronous.

use super::{CallError, Created, Done, Session, full};
use crate::aws::error::{AwsError, Kind};
use crate::aws::wait::{Pending, RequestKind, status};
use crate::call::PrincipalId;
use crate::id::{AccountId, PermissionSetArn};
use aws_sdk_ssoadmin::operation::RequestId;
use aws_sdk_ssoadmin::types::{AccountAssignmentOperationStatus, PrincipalType, TargetType};

/// A principal as AWS takes it.
pub(super) type Principal = (PrincipalType, String);

impl Created {
    pub(super) fn principal(&self, principal: &PrincipalId) -> Result<Principal, CallError> {
        Ok(match principal {
            PrincipalId::Group(group) => {
                (PrincipalType::Group, self.group(group)?.as_str().to_owned())
            }
            PrincipalId::User(user) => (PrincipalType::User, self.user(user)?.as_str().to_owned()),
        })
    }
}

impl Session<'_> {
    pub(super) async fn assign(
        &self,
        account: &AccountId,
        set: &PermissionSetArn,
        (principal_type, principal_id): Principal,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.create_account_assignment();
        let request = request
            .instance_arn(self.target.instance.as_str())
            .target_type(TargetType::AwsAccount)
            .target_id(account.as_str())
            .permission_set_arn(set.as_str())
            .principal_type(principal_type)
            .principal_id(principal_id);
        let out = self.send(full, || request.clone().send()).await?;
        let done = Done::new(out.request_id());
        self.pending(done, RequestKind::Creation, out.account_assignment_creation_status)
    }

    pub(super) async fn unassign(
        &self,
        account: &AccountId,
        set: &PermissionSetArn,
        (principal_type, principal_id): Principal,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.delete_account_assignment();
        let request = request
            .instance_arn(self.target.instance.as_str())
            .target_type(TargetType::AwsAccount)
            .target_id(account.as_str())
            .permission_set_arn(set.as_str())
            .principal_type(principal_type)
            .principal_id(principal_id);
        match self.send(full, || request.clone().send()).await {
            Ok(out) => {
                let done = Done::new(out.request_id());
                self.pending(done, RequestKind::Deletion, out.account_assignment_deletion_status)
            }
            Err(error) if error.kind == Kind::NotFound => Ok(Done::already(error.request_id)),
            Err(error) => Err(error.into()),
        }
    }

    fn pending(
        &self,
        done: Done,
        kind: RequestKind,
        told: Option<AccountAssignmentOperationStatus>,
    ) -> Result<Done, CallError> {
        let told = told.ok_or_else(|| AwsError::malformed(self.operation, "no status"))?;
        let pending = Pending {
            kind,
            request_id: self.id(told.request_id)?,
            status: status(told.status.as_ref(), told.failure_reason),
        };
        Ok(Done { pending: Some(pending), ..done })
    }
}
