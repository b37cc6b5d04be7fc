//! Everything that landgrant knows about, read into [`Live`].
//!
//! What cannot be read is a [`Gap`], and the rest is read all the same. Only what leaves nothing to
//! work with is an error. Results go into ordered maps, so the order of answers never shows.

mod assignments;
mod directory;
mod instance;
mod organization;
mod permission_sets;

pub use assignments::read_pair;
pub(super) use organization::children;
pub use organization::read_account_tags;
pub(super) use permission_sets::{find as find_permission_set, read_permission_set};

use super::count::since;
use super::error::{AwsError, Kind};
use super::{Aws, Target};
use crate::id::InstanceArn;
use crate::live::{Gap, IdentityCenter, Live, Part, Taken};
use jiff::Timestamp;

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The instance; needed only where more than one organization instance is visible.
    pub instance: Option<InstanceArn>,
}

/// Hears how far the listings are.
pub trait Progress: Sync {
    /// `done` of `total` are read of what `what` names. `total` may grow; 0 means that nobody knows
    /// it before the last page.
    fn step(&self, what: &str, done: usize, total: usize);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: &str, _done: usize, _total: usize) {}
}

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
    /// More than one organization instance is visible, and none was chosen.
    #[error("more than one Identity Center instance is visible: set identity_center.instance to one of {}", list(.0))]
    ManyInstances(Vec<InstanceArn>),
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

/// Gaps as they are found.
#[derive(Debug, Default)]
struct Gaps(Vec<Gap>);

impl Gaps {
    /// Notes a part as unknown. Credentials that fail midway end the reading: every further call
    /// would fail the same way.
    fn note(&mut self, part: Part, error: AwsError) -> Result<(), ReadError> {
        if error.kind == Kind::Credentials {
            return Err(ReadError::Credentials(error));
        }
        let AwsError {
            operation,
            kind: _,
            code,
            message,
            request_id: _,
            reason: _,
            retry_after: _,
        } = error;
        self.0.push(Gap { part, operation: operation.to_owned(), code, message });
        Ok(())
    }
}

/// Reads everything but account tags ([`read_account_tags`]).
pub async fn read(
    aws: &Aws,
    wanted: &Wanted,
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<Live, ReadError> {
    let started = now();
    let counted = aws.calls();
    let region = aws.region().ok_or(ReadError::NoRegion)?.to_owned();
    let (by, base, instances) =
        tokio::join!(caller(aws), organization::base(aws), instance::list(aws),);
    let (by, base) = (by?, base?);
    let instance = instance::choose(instances?, wanted, &base.management_account, region)?;
    let aws = &aws.in_region(&instance.region);
    let target = &instance.target;

    let (organization, sets, directory) = tokio::try_join!(
        organization::read(aws, base, progress),
        sets_and_assignments(aws, target, progress),
        directory::read(aws, target, progress),
    )?;
    let (organization, organization_gaps) = organization;
    let (sets, assignments, set_gaps) = sets;
    let mut live = Live {
        taken: Taken { started, ended: now(), by, calls: since(&counted, aws.calls()) },
        organization,
        identity_center: IdentityCenter {
            instance: target.instance.clone(),
            identity_store: target.identity_store.clone(),
            region: instance.region,
            permission_sets: sets,
            users: directory.users,
            groups: directory.groups,
            memberships: directory.memberships,
            assignments,
        },
        gaps: [organization_gaps.0, set_gaps.0, directory.gaps.0].concat(),
    };
    tidy(&mut live.gaps);
    Ok(live)
}

/// A text that is there: AWS can store none that is empty, but some answers have "" for none.
fn present(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// In order, each once.
fn tidy(gaps: &mut Vec<Gap>) {
    gaps.sort();
    gaps.dedup();
}

/// The caller's ARN. An endpoint need not offer STS, so only failing credentials matter.
async fn caller(aws: &Aws) -> Result<Option<String>, ReadError> {
    match aws.call("sts:GetCallerIdentity", || aws.sts.get_caller_identity().send()).await {
        Ok(identity) => Ok(identity.arn),
        Err(error) if error.kind == Kind::Credentials => Err(ReadError::Credentials(error)),
        Err(_) => Ok(None),
    }
}

async fn sets_and_assignments(
    aws: &Aws,
    target: &Target,
    progress: &dyn Progress,
) -> Result<(permission_sets::Sets, assignments::Assignments, Gaps), ReadError> {
    let (sets, pairs, mut gaps) = permission_sets::read(aws, target, progress).await?;
    let assignments = assignments::read(aws, target, pairs, &mut gaps, progress).await?;
    Ok((sets, assignments, gaps))
}
