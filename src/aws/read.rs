//! Everything that landgrant knows about, read into [`Live`].
//!
//! What cannot be read is a [`Gap`], and the rest is read all the same. Only what leaves nothing to
//! work with is an error. Results go into ordered maps, so the order of answers never shows.

mod assignments;
mod center;
mod control_tower;
mod directory;
mod failure;
mod instance;
mod more;
mod narrow;
mod organization;
mod permission_sets;
mod principals;
mod provisioned;
pub mod question;
mod standing;
pub mod strategy;

pub use assignments::read_pair;
pub use failure::ReadError;
pub use more::{Needed, read_grants};
pub(super) use organization::children;
pub(super) use permission_sets::{find as find_permission_set, read_permission_set};

use super::count::since;
use super::error::{AwsError, Kind};
use super::{Aws, Target};
use crate::id::{AccountId, ControlId, GroupName, InstanceArn, PermissionSetName, UserName};
use crate::live::control_tower::ControlTower;
use crate::live::reading::{Depth, Reading, Standing};
use crate::live::{Gap, IdentityCenter, Live, Organization, Part, Taken};
use center::Center;
use jiff::Timestamp;
use organization::Base;
use question::Question;
use std::collections::{BTreeMap, BTreeSet};
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
    /// Controls that somebody asks about, where Control Tower is to be read; `None` where it is not.
    pub controls: Option<BTreeSet<ControlId>>,
    /// Where it has to be; `None` is anywhere.
    pub bound: Option<Bound>,
}

/// Where something was made for, which must not be read, and even less applied, anywhere else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bound {
    /// `o-…`.
    pub organization: String,
    /// The instance's ARN.
    pub instance: String,
    /// Its primary region.
    pub region: String,
}

impl Bound {
    /// Whether something was read there.
    pub fn check(&self, live: &Live) -> Result<(), ReadError> {
        let Self { organization, instance, region } = self;
        same("organization", organization, live.organization.id.as_str())?;
        same("instance", instance, live.identity_center.instance.as_str())?;
        same("region", region, &live.identity_center.region)
    }
}

fn same(what: &'static str, then: &str, now: &str) -> Result<(), ReadError> {
    let error = || ReadError::Elsewhere { what, then: then.to_owned(), now: now.to_owned() };
    if then == now { Ok(()) } else { Err(error()) }
}

/// Hears how far the listings are.
pub trait Progress: Sync {
    /// `done` of `total` are read of what `what` names. `total` may grow; 0 means that nobody knows
    /// it before the last page.
    fn step(&self, what: Question, done: usize, total: usize);

    /// This is to be asked besides, at least.
    fn ahead(&self, estimate: &Estimate);

    /// The way to the grants is chosen, and this is what it takes at least.
    fn decided(&self, choice: &Choice, estimate: &Estimate);
}

/// Tells nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _what: Question, _done: usize, _total: usize) {}

    fn ahead(&self, _estimate: &Estimate) {}

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

    /// Notes every error of one part.
    fn note_all(&mut self, part: &Part, errors: Vec<AwsError>) -> Result<(), ReadError> {
        errors.into_iter().try_for_each(|error| self.note(part.clone(), error))
    }
}

/// The accounts whose tags are asked for, once the organization is known. `Sync`, because a reading may
/// move between threads.
pub type TagsOf<'a> = &'a (dyn Fn(&Organization) -> BTreeSet<AccountId> + Sync);

/// Nobody's tags.
pub fn no_tags(_: &Organization) -> BTreeSet<AccountId> {
    BTreeSet::new()
}

/// Accounts that a reading may be narrowed to, and what the definitions give there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Narrow {
    /// The accounts.
    pub accounts: BTreeSet<AccountId>,
    /// Sets that may be granted there.
    pub sets: BTreeSet<PermissionSetName>,
    /// Groups that may be granted something there.
    pub groups: BTreeSet<GroupName>,
}

/// Reads everything, and of the tags of accounts those that are asked for.
pub async fn read(
    aws: &Aws,
    wanted: &Wanted,
    tags_of: TagsOf<'_>,
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<Live, ReadError> {
    let (started, counted) = (now(), aws.calls());
    let begun = Begun::begin(aws, wanted).await?;
    let there = &aws.in_region(&begun.instance.region);
    let target = begun.instance.target.clone();
    let (organization, center, tower) = tokio::try_join!(
        organization::read(there, &begun.base, tags_of, progress),
        center::read(there, &target, wanted, progress),
        tower(there, wanted, progress),
    )?;
    let mut live = begun.live(organization, tower, started);
    fill(&mut live, center, there).await?;
    charge(&mut live.taken, &counted, aws, now());
    Ok(live)
}

/// Reads everything but Identity Center, of which it holds where that is.
pub async fn read_organization(
    aws: &Aws,
    wanted: &Wanted,
    tags_of: TagsOf<'_>,
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<Live, ReadError> {
    let (started, counted) = (now(), aws.calls());
    let begun = Begun::begin(aws, wanted).await?;
    let there = &aws.in_region(&begun.instance.region);
    let (organization, tower) = tokio::try_join!(
        organization::read(aws, &begun.base, tags_of, progress),
        tower(there, wanted, progress),
    )?;
    let mut live = begun.live(organization, tower, started);
    charge(&mut live.taken, &counted, aws, now());
    Ok(live)
}

/// Reads Control Tower, where that is wanted.
async fn tower(
    aws: &Aws,
    wanted: &Wanted,
    progress: &dyn Progress,
) -> Result<(Option<ControlTower>, Gaps), ReadError> {
    let Some(named) = &wanted.controls else { return Ok((None, Gaps::default())) };
    let (tower, gaps) = control_tower::read(aws, named, progress).await?;
    Ok((Some(tower), gaps))
}

/// Reads Control Tower into what was read, where only that showed that it is concerned.
pub async fn read_tower(
    aws: &Aws,
    live: &mut Live,
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let counted = aws.calls();
    let there = &aws.in_region(&live.identity_center.region);
    let (tower, gaps) = control_tower::read(there, &BTreeSet::new(), progress).await?;
    live.control_tower = Some(tower);
    live.gaps.extend(gaps.0);
    tidy(&mut live.gaps);
    charge(&mut live.taken, &counted, aws, now());
    Ok(())
}

/// Reads Identity Center into what [`read_organization`] read: of some accounts alone, where that takes
/// fewer calls, else all of it.
pub async fn read_center(
    aws: &Aws,
    live: &mut Live,
    (wanted, chosen): (&Wanted, &Narrow),
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let counted = aws.calls();
    let there = &aws.in_region(&live.identity_center.region);
    let target = Target::of(live);
    let center = narrow::read(there, &target, (wanted, chosen), progress).await?;
    fill(live, center, there).await?;
    charge(&mut live.taken, &counted, aws, now());
    Ok(())
}

/// What everything else stands on.
struct Begun {
    base: Base,
    instance: instance::Chosen,
    by: Option<String>,
    standing: Standing,
    delegated: BTreeMap<String, Vec<AccountId>>,
    gaps: Gaps,
}

impl Begun {
    async fn begin(aws: &Aws, wanted: &Wanted) -> Result<Self, ReadError> {
        let region = aws.region().ok_or(ReadError::NoRegion)?.to_owned();
        let (caller, base, instances) =
            tokio::join!(standing::caller(aws), organization::base(aws), instance::list(aws));
        let mut caller = caller?;
        let base = match base {
            Ok(base) => base,
            Err(error) => return Err(standing::refused(aws, &caller, error).await),
        };
        let mut gaps = Gaps::default();
        if let Some(error) = caller.error.take() {
            gaps.note(Part::Standing, error)?;
        }
        let management = &base.management_account;
        if let Some(bound) = &wanted.bound {
            same("organization", &bound.organization, base.id.as_str())?;
        }
        let instance = instance::choose(aws, instances?, wanted, management, region).await?;
        if let Some(bound) = &wanted.bound {
            same("instance", &bound.instance, instance.target.instance.as_str())?;
            same("region", &bound.region, &instance.region)?;
        }
        let (standing, delegated) = standing::find(aws, &caller, management).await?;
        Ok(Self { base, instance, by: caller.arn, standing, delegated, gaps })
    }

    /// What was read so far, with an Identity Center that holds nothing.
    fn live(
        self,
        (mut organization, gaps): (Organization, Gaps),
        (control_tower, tower_gaps): (Option<ControlTower>, Gaps),
        started: Timestamp,
    ) -> Live {
        let Self {
            base: _,
            instance: instance::Chosen { target, region },
            by,
            standing,
            delegated,
            gaps: mut all,
        } = self;
        all.0.extend(gaps.0);
        all.0.extend(tower_gaps.0);
        all.0.extend(organization.unknown_states());
        organization.delegated_administrators = delegated;
        let (calls, reading) = (BTreeMap::new(), Reading::default());
        Live {
            taken: Taken { started, ended: started, by, calls, standing, reading },
            organization,
            identity_center: IdentityCenter {
                instance: target.instance,
                identity_store: target.identity_store,
                region,
                permission_sets: BTreeMap::new(),
                users: BTreeMap::new(),
                groups: BTreeMap::new(),
                memberships: BTreeMap::new(),
                assignments: BTreeMap::new(),
            },
            control_tower,
            gaps: all.0,
        }
    }
}

/// Puts what Identity Center told in its place.
async fn fill(live: &mut Live, center: Center, there: &Aws) -> Result<(), ReadError> {
    let Center { sets, directory, memberships, assignments, reading, gaps } = center;
    let unknown = |gap: &Gap| matches!(gap.part, Part::PermissionSet(_));
    if sets.is_empty() && !gaps.0.iter().any(unknown) {
        instance::check_enabled(there, &Target::of(live)).await?;
    }
    live.taken.reading = reading;
    let to = &mut live.identity_center;
    (to.permission_sets, to.assignments) = (sets, assignments);
    (to.users, to.groups, to.memberships) = (directory.users, directory.groups, memberships);
    live.gaps.extend(gaps.0);
    live.gaps.extend(directory.gaps.0);
    tidy(&mut live.gaps);
    Ok(())
}

/// Adds the calls since a snapshot of them, and says when the last ended.
fn charge(taken: &mut Taken, counted: &BTreeMap<String, u64>, aws: &Aws, ended: Timestamp) {
    taken.ended = ended;
    for (operation, n) in since(counted, aws.calls()) {
        *taken.calls.entry(operation).or_default() += n;
    }
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
