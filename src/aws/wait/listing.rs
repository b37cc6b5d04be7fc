//! What AWS tells of asynchronous requests: listings by status, and one of them in detail.

use super::{RequestKind, Status, Waiter, status};
use crate::aws::error::AwsError;
use crate::aws::page::{listed, pages};
use aws_sdk_ssoadmin::types::{OperationStatusFilter, StatusValues};
use std::collections::BTreeSet;

/// A request's id and its status, as far as they are told.
type Row = (Option<String>, Option<StatusValues>);

impl Waiter {
    /// Ids of all requests of a kind with a status, ours and others'.
    pub(super) async fn listed(
        &self,
        kind: RequestKind,
        status: StatusValues,
    ) -> Result<BTreeSet<String>, AwsError> {
        let wanted = status.clone();
        let rows = match kind {
            RequestKind::Creation => self.creations(status).await,
            RequestKind::Deletion => self.deletions(status).await,
            RequestKind::Provisioning => self.provisionings(status).await,
        }?;
        // An endpoint that does not filter tells the status of each row all the same.
        let is_wanted = |told: Option<StatusValues>| told.is_none_or(|told| told == wanted);
        let rows = rows.into_iter().filter(|(_, told)| is_wanted(told.clone()));
        Ok(rows.filter_map(|(id, _)| id).collect())
    }

    async fn creations(&self, status: StatusValues) -> Result<Vec<Row>, AwsError> {
        const LIST: &str = "sso-admin:ListAccountAssignmentCreationStatus";
        let filter = &OperationStatusFilter::builder().status(status).build();
        pages(LIST, |token| async move {
            let request = self.aws.sso_admin.list_account_assignment_creation_status();
            let request = request.instance_arn(self.target.instance.as_str());
            let request = request.filter(filter.clone()).max_results(100).set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            let rows = listed(LIST, out.account_assignments_creation_status)?;
            Ok((rows.into_iter().map(|row| (row.request_id, row.status)).collect(), out.next_token))
        })
        .await
        .complete()
    }

    async fn deletions(&self, status: StatusValues) -> Result<Vec<Row>, AwsError> {
        const LIST: &str = "sso-admin:ListAccountAssignmentDeletionStatus";
        let filter = &OperationStatusFilter::builder().status(status).build();
        pages(LIST, |token| async move {
            let request = self.aws.sso_admin.list_account_assignment_deletion_status();
            let request = request.instance_arn(self.target.instance.as_str());
            let request = request.filter(filter.clone()).max_results(100).set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            let rows = listed(LIST, out.account_assignments_deletion_status)?;
            Ok((rows.into_iter().map(|row| (row.request_id, row.status)).collect(), out.next_token))
        })
        .await
        .complete()
    }

    async fn provisionings(&self, status: StatusValues) -> Result<Vec<Row>, AwsError> {
        const LIST: &str = "sso-admin:ListPermissionSetProvisioningStatus";
        let filter = &OperationStatusFilter::builder().status(status).build();
        pages(LIST, |token| async move {
            let request = self.aws.sso_admin.list_permission_set_provisioning_status();
            let request = request.instance_arn(self.target.instance.as_str());
            let request = request.filter(filter.clone()).max_results(100).set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            let rows = listed(LIST, out.permission_sets_provisioning_status)?;
            Ok((rows.into_iter().map(|row| (row.request_id, row.status)).collect(), out.next_token))
        })
        .await
        .complete()
    }

    pub(super) async fn describe(&self, kind: RequestKind, id: &str) -> Result<Status, AwsError> {
        let (sso, instance) = (&self.aws.sso_admin, self.target.instance.as_str());
        let told = match kind {
            RequestKind::Creation => {
                let request = sso.describe_account_assignment_creation_status();
                let request = request.instance_arn(instance);
                let request = request.account_assignment_creation_request_id(id);
                let operation = "sso-admin:DescribeAccountAssignmentCreationStatus";
                let out = self.aws.call(operation, || request.clone().send()).await?;
                out.account_assignment_creation_status
                    .map(|s| status(s.status.as_ref(), s.failure_reason))
            }
            RequestKind::Deletion => {
                let request = sso.describe_account_assignment_deletion_status();
                let request = request.instance_arn(instance);
                let request = request.account_assignment_deletion_request_id(id);
                let operation = "sso-admin:DescribeAccountAssignmentDeletionStatus";
                let out = self.aws.call(operation, || request.clone().send()).await?;
                out.account_assignment_deletion_status
                    .map(|s| status(s.status.as_ref(), s.failure_reason))
            }
            RequestKind::Provisioning => {
                let request = sso.describe_permission_set_provisioning_status();
                let request = request.instance_arn(instance);
                let request = request.provision_permission_set_request_id(id);
                let operation = "sso-admin:DescribePermissionSetProvisioningStatus";
                let out = self.aws.call(operation, || request.clone().send()).await?;
                out.permission_set_provisioning_status
                    .map(|s| status(s.status.as_ref(), s.failure_reason))
            }
        };
        Ok(told.unwrap_or(Status::InProgress))
    }
}
