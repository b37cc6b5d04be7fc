//! Everything that landgrant knows about, read into [`Live`].
//!
//! What cannot be read is a [`Gap`], and the rest is read all the same. Only what leaves nothing to
//! work with is an error. Results go into ordered maps, so the order of answers never shows.

mod assignments;
mod center;
mod directory;
mod failure;
mod instance;
mod more;
mod organization;
mod permission_sets;
mod principals;
mod provisioned;
mod standing;
pub mod strategy;

pub use assignments::read_pair;
pub use failure::ReadError;
pub use more::{Needed, read_grants};
pub(super) use organization::children;
pub(super) use permission_sets::{find as find_permission_set, read_permission_set};

use super::Aws;
use super::count::since;
use super::error::{AwsError, Kind};
use crate::id::{AccountId, GroupName, InstanceArn, UserName};
use crate::live::reading::Depth;
use crate::live::{Gap, IdentityCenter, Live, Organization, Part, Taken};
use center::Center;
use jiff::Timestamp;
use std::collections::BTreeSet;
use strategy::{Choice, Estimate};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The instance; needed only where more than one organization instance is visible.
    pub instance: Option<InstanceArn>,
    /// How much of the grants.
    pub depth: Depth,
    /// Users whom definitions grant something directly: a quick reading asks what they have.
    pub users: BTreeSet<UserName>,
    /// Groups whose members a quick reading asks for even where they have no grant; `None` is all.
    pub members_of: Option<BTreeSet<GroupName>>,
}

/// Hears how far the listings are.
pub trait Progress: Sync {
    /// `done` of `total` are read of what `what` names. `total` may grow; 0 means that nobody knows
    /// it before the last page.
    fn step(&self, what: &str, done: usize, total: usize);

    /// The way to the grants is chosen, and this is what it takes at least.
    fn decided(&self, choice: &Choice, estimate: &Estimate);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: &str, _done: usize, _total: usize) {}

    fn decided(&self, _choice: &Choice, _estimate: &Estimate) {}
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
        let AwsError { operation, kind: _, code, message, request_id: _, reason, retry_after: _ } =
            error;
        // Which key it is about, or which constraint: the code does not tell.
        let message = match reason {
            Some(reason) => format!("{message} ({reason})"),
            None => message,
        };
        self.0.push(Gap { part, operation: operation.to_owned(), code, message });
        Ok(())
    }
}

/// The accounts whose tags are asked for, once the organization is known. `Sync`, because a reading may
/// move between threads.
pub type TagsOf<'a> = &'a (dyn Fn(&Organization) -> BTreeSet<AccountId> + Sync);

/// Nobody's tags.
pub fn no_tags(_: &Organization) -> BTreeSet<AccountId> {
    BTreeSet::new()
}

/// Reads everything, and of the tags of accounts those that are asked for.
pub async fn read(
    aws: &Aws,
    wanted: &Wanted,
    tags_of: TagsOf<'_>,
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<Live, ReadError> {
    let started = now();
    let counted = aws.calls();
    let region = aws.region().ok_or(ReadError::NoRegion)?.to_owned();
    let (caller, base, instances) =
        tokio::join!(standing::caller(aws), organization::base(aws), instance::list(aws));
    let (caller, base) = (caller?, base?);
    let management = base.management_account.clone();
    let instance = instance::choose(aws, instances?, wanted, &management, region).await?;
    let (standing, delegated) = standing::find(aws, &caller, &management).await?;
    let aws = &aws.in_region(&instance.region);
    let target = &instance.target;

    // Tags have a quota of their own, and wait for nothing but the accounts.
    let organization = async {
        let (mut organization, mut gaps) = organization::read(aws, base, progress).await?;
        let ids = tags_of(&organization);
        organization::account_tags(aws, &mut organization, ids, &mut gaps, progress).await?;
        Ok((organization, gaps))
    };
    let (organization, center) =
        tokio::try_join!(organization, center::read(aws, target, wanted, progress),)?;
    let (mut organization, organization_gaps) = organization;
    organization.delegated_administrators = delegated;
    let Center { sets, directory, memberships, assignments, reading, gaps } = center;
    let unknown = |gap: &Gap| matches!(gap.part, Part::PermissionSet(_));
    if sets.is_empty() && !gaps.0.iter().any(unknown) {
        instance::check_enabled(aws, target).await?;
    }
    let calls = since(&counted, aws.calls());
    let mut live = Live {
        taken: Taken { started, ended: now(), by: caller.arn, calls, standing, reading },
        organization,
        identity_center: IdentityCenter {
            instance: target.instance.clone(),
            identity_store: target.identity_store.clone(),
            region: instance.region,
            permission_sets: sets,
            users: directory.users,
            groups: directory.groups,
            memberships,
            assignments,
        },
        gaps: [organization_gaps.0, gaps.0, directory.gaps.0].concat(),
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
