//! Why nothing could be read that is worth having.

use crate::aws::error::{AwsError, Kind};
use crate::id::{AccountId, InstanceArn};

/// Why nothing could be read that is worth having.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Neither the options nor the SDK's chain name a region.
    #[error("no region: set identity_center.region, --region or AWS_REGION")]
    NoRegion,
    /// There are no credentials, or they are expired or wrong.
    #[error("no usable credentials: {0}")]
    Credentials(AwsError),
    /// The caller may not even read where to begin.
    #[error("not permitted: {0}")]
    Denied(AwsError),
    /// The same, and nothing says that the caller's account is one that may.
    #[error("not permitted: {error}")]
    Member {
        /// The caller's account.
        account: AccountId,
        /// What was refused.
        error: Box<AwsError>,
    },
    /// The caller's account is in no organization.
    #[error("no organization: {0}")]
    NoOrganization(AwsError),
    /// No instance of Identity Center is visible in this region, or not the wanted one.
    #[error("no Identity Center instance{} is visible in {region}", wanted.as_ref().map(|w| format!(" {w}")).unwrap_or_default())]
    NoInstance {
        /// The region that was asked.
        region: String,
        /// The instance that was asked for.
        wanted: Option<InstanceArn>,
    },
    /// The organization's instance is in other regions than the one that was asked.
    #[error("no Identity Center instance is visible in {region}, but in {}", regions.join(", "))]
    OtherRegion {
        /// The region that was asked.
        region: String,
        /// Primary regions of instances that are visible elsewhere, in order.
        regions: Vec<String>,
    },
    /// More than one organization instance is visible, and none was chosen.
    #[error("more than one Identity Center instance is visible: set identity_center.instance to one of {}", list(.0))]
    ManyInstances(Vec<InstanceArn>),
    /// The instance is being made or taken away, or in a state that this version does not know.
    #[error("{instance} is {status}, not ACTIVE")]
    NotActive {
        /// The instance.
        instance: InstanceArn,
        /// AWS's word.
        status: String,
    },
    /// The organization's instance is there, without permission sets.
    #[error("permission sets are not enabled in {0}")]
    NoPermissionSets(InstanceArn),
    /// The only instance belongs to a member account: such instances have no permission sets.
    #[error(
        "{instance} is an account instance, owned by {owner}: it has no permission sets; only the organization's instance has"
    )]
    AccountInstance {
        /// The instance.
        instance: InstanceArn,
        /// The account that owns it.
        owner: String,
    },
    /// What was saved for one place, and this is another.
    #[error("the plan was made for {what} {then}, and this is {now}")]
    Elsewhere {
        /// The kind of place.
        what: &'static str,
        /// Where it was made for.
        then: String,
        /// Where this is.
        now: String,
    },
    /// Nothing to begin with, for another reason.
    #[error(transparent)]
    Failed(AwsError),
}

fn list(instances: &[InstanceArn]) -> String {
    instances.iter().map(InstanceArn::as_str).collect::<Vec<_>>().join(", ")
}

impl From<AwsError> for ReadError {
    fn from(error: AwsError) -> Self {
        match error.kind {
            Kind::Credentials => Self::Credentials(error),
            Kind::Denied => Self::Denied(error),
            // "You have to be in an organization" (organizations, AWSOrganizationsNotInUseException).
            _ if error.code == "AWSOrganizationsNotInUseException" => Self::NoOrganization(error),
            _ => Self::Failed(error),
        }
    }
}
