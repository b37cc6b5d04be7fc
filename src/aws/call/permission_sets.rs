//! Permission sets and their parts.

use super::existing::{adopted, exists};
use super::{CallError, Done, Session, busy, full};
use crate::aws::error::{AwsError, Kind};
use crate::aws::read::read_permission_set;
use crate::aws::wait::{Pending, RequestKind, status};
use crate::call::Answer;
use crate::id::{PermissionSetArn, PermissionSetName};
use crate::live::PermissionSet;
use crate::model::{Boundary, CustomerPolicy, PolicyArn, Tags};
use aws_sdk_ssoadmin::operation::RequestId;
use aws_sdk_ssoadmin::types::{
    CustomerManagedPolicyReference, PermissionsBoundary, ProvisionTargetType, Tag,
};

impl Session<'_> {
    pub(super) async fn create_set(
        &self,
        name: &PermissionSetName,
        description: Option<&str>,
        session_duration: &str,
        relay_state: Option<&str>,
        tags: &Tags,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.create_permission_set();
        let mut request = request
            .instance_arn(self.target.instance.as_str())
            .name(name.as_str())
            .set_description(description.map(str::to_owned))
            .session_duration(session_duration)
            .set_relay_state(relay_state.map(str::to_owned));
        for tag in self.tags(tags)? {
            request = request.tags(tag);
        }
        let out = match self.send(busy, || request.clone().send()).await {
            Err(error) if exists(&error) => {
                let Some(arn) = self.existing_set(name).await else { return Err(error.into()) };
                // What the creation would have said must be so as well.
                let edit = |operation| Session { operation, ..*self };
                let _same = edit("sso-admin:UpdatePermissionSet")
                    .update_set(&arn, description, session_duration, relay_state)
                    .await?;
                if !tags.is_empty() {
                    let _same = edit("sso-admin:TagResource").tag_set(&arn, tags).await?;
                }
                return adopted(error, Some(Answer::PermissionSet(name.clone(), arn)));
            }
            answer => answer?,
        };
        let done = Done::new(out.request_id());
        let arn = self.id(out.permission_set.and_then(|set| set.permission_set_arn))?;
        Ok(done.with(Answer::PermissionSet(name.clone(), PermissionSetArn::new(arn))))
    }

    /// Sends all three: what is omitted is cleared, which is how a relay state goes away.
    pub(super) async fn update_set(
        &self,
        set: &PermissionSetArn,
        description: Option<&str>,
        session_duration: &str,
        relay_state: Option<&str>,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.update_permission_set();
        let request = request
            .instance_arn(self.target.instance.as_str())
            .permission_set_arn(set.as_str())
            .set_description(description.map(str::to_owned))
            .session_duration(session_duration)
            .set_relay_state(relay_state.map(str::to_owned));
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn attach(
        &self,
        set: &PermissionSetArn,
        policy: &PolicyArn,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.attach_managed_policy_to_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str()).managed_policy_arn(&policy.0);
        let answer = self.change(busy, || request.clone().send()).await;
        self.or_attached(answer, set, |parts| parts.managed_policies.contains(policy)).await
    }

    /// Answers a conflict by reading again: an attachment whose answer was lost is there already.
    async fn or_attached(
        &self,
        answer: Result<Done, CallError>,
        set: &PermissionSetArn,
        there: impl Fn(&PermissionSet) -> bool,
    ) -> Result<Done, CallError> {
        let error = match answer {
            Err(CallError::Aws(error)) if error.kind == Kind::Conflict => error,
            answer => return answer,
        };
        match read_permission_set(self.aws, self.target, set).await {
            Ok(parts) if there(&parts) => Ok(Done::already(error.request_id)),
            _ => Err(error.into()),
        }
    }

    pub(super) async fn detach(
        &self,
        set: &PermissionSetArn,
        policy: &PolicyArn,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.detach_managed_policy_from_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str()).managed_policy_arn(&policy.0);
        self.remove(|| request.clone().send()).await
    }

    pub(super) async fn attach_customer(
        &self,
        set: &PermissionSetArn,
        policy: &CustomerPolicy,
    ) -> Result<Done, CallError> {
        let request =
            self.aws.sso_admin.attach_customer_managed_policy_reference_to_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str());
        let request = request.customer_managed_policy_reference(self.reference(policy)?);
        let answer = self.change(busy, || request.clone().send()).await;
        self.or_attached(answer, set, |parts| parts.customer_managed_policies.contains(policy))
            .await
    }

    pub(super) async fn detach_customer(
        &self,
        set: &PermissionSetArn,
        policy: &CustomerPolicy,
    ) -> Result<Done, CallError> {
        let request =
            self.aws.sso_admin.detach_customer_managed_policy_reference_from_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str());
        let request = request.customer_managed_policy_reference(self.reference(policy)?);
        self.remove(|| request.clone().send()).await
    }

    pub(super) async fn put_inline(
        &self,
        set: &PermissionSetArn,
        policy: &str,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.put_inline_policy_to_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str()).inline_policy(policy);
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn delete_inline(&self, set: &PermissionSetArn) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.delete_inline_policy_from_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str());
        self.remove(|| request.clone().send()).await
    }

    pub(super) async fn put_boundary(
        &self,
        set: &PermissionSetArn,
        boundary: &Boundary,
    ) -> Result<Done, CallError> {
        let built = PermissionsBoundary::builder();
        let built = match boundary {
            Boundary::Managed(arn) => built.managed_policy_arn(&arn.0),
            Boundary::Customer(policy) => {
                built.customer_managed_policy_reference(self.reference(policy)?)
            }
        };
        let request = self.aws.sso_admin.put_permissions_boundary_to_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str()).permissions_boundary(built.build());
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn delete_boundary(&self, set: &PermissionSetArn) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.delete_permissions_boundary_from_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str());
        self.remove(|| request.clone().send()).await
    }

    pub(super) async fn tag_set(
        &self,
        set: &PermissionSetArn,
        tags: &Tags,
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.tag_resource().resource_arn(set.as_str());
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.set_tags(Some(self.tags(tags)?));
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn untag_set(
        &self,
        set: &PermissionSetArn,
        keys: &[String],
    ) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.untag_resource().resource_arn(set.as_str());
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.set_tag_keys(Some(keys.to_vec()));
        self.change(busy, || request.clone().send()).await
    }

    pub(super) async fn provision(&self, set: &PermissionSetArn) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.provision_permission_set();
        let request = request
            .instance_arn(self.target.instance.as_str())
            .permission_set_arn(set.as_str())
            .target_type(ProvisionTargetType::AllProvisionedAccounts);
        let out = self.send(full, || request.clone().send()).await?;
        let done = Done::new(out.request_id());
        let told = out
            .permission_set_provisioning_status
            .ok_or_else(|| AwsError::malformed(self.operation, "no status"))?;
        let pending = Pending {
            kind: RequestKind::Provisioning,
            request_id: self.id(told.request_id)?,
            status: status(told.status.as_ref(), told.failure_reason),
        };
        Ok(Done { pending: Some(pending), ..done })
    }

    /// Conflicts while assignments exist, and for a while after the last one went.
    pub(super) async fn delete_set(&self, set: &PermissionSetArn) -> Result<Done, CallError> {
        let request = self.aws.sso_admin.delete_permission_set();
        let request = request.instance_arn(self.target.instance.as_str());
        let request = request.permission_set_arn(set.as_str());
        self.remove(|| request.clone().send()).await
    }

    fn tags(&self, tags: &Tags) -> Result<Vec<Tag>, AwsError> {
        tags.iter()
            .map(|(key, value)| self.built(Tag::builder().key(key).value(value).build()))
            .collect()
    }

    fn reference(
        &self,
        policy: &CustomerPolicy,
    ) -> Result<CustomerManagedPolicyReference, AwsError> {
        let reference = CustomerManagedPolicyReference::builder();
        self.built(reference.path(&policy.path).name(&policy.name).build())
    }
}
