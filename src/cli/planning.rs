//! Definitions and live AWS → a plan: what `plan` and `apply` have in common.

use super::args::{Global, ReadDepth};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::progress::Reading;
use super::world::{self, World};
use crate::aws::read::{Bound, Narrow, Needed, TagsOf, Wanted};
use crate::aws::{self, Aws, Pace, Target};
use crate::diag::{self, emit, has_errors};
use crate::live::project::{Projection, project};
use crate::live::reading::Depth;
use crate::live::snapshot;
use crate::live::{Gap, Live, Organization, Part};
use crate::plan::revert::{self, Revert};
use crate::plan::{self, Pairs, Plan};
use crate::resolve::only::SelectionError;
use crate::resolve::reading::{Questions, Removals, granted_in, questions, removals};
use crate::resolve::select::OrgView;
use crate::resolve::{
    Desired, Only, Renames, Rules, Selection, needing_tags, organization_to_be, resolve,
    touches_landing_zone,
};
use crate::source::{self, declared::Declared};
use crate::store;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Reads the definitions. Errors have been printed when this fails; warnings when it succeeds.
pub fn definitions(env: &Env, global: &Global, color: bool) -> Result<Declared, Failure> {
    let tree = store::read_tree(&global.directory)
        .map_err(|e| Failure::file("reading", &global.directory, &e).exit(Exit::Definitions))?;
    let (declared, files, diagnostics) = source::load(&tree);
    env.err(&emit::text(&files, &diagnostics, color));
    if has_errors(&diagnostics) {
        return Err(Failure::said(Exit::Definitions));
    }
    Ok(declared)
}

/// A connection to AWS, or to the sandbox whose world has to be kept.
#[derive(Debug)]
pub struct Connection {
    /// The clients.
    pub aws: Aws,
    /// The sandbox's world.
    pub world: Option<World>,
}

impl Connection {
    /// Whether the sandbox's world on disk is what it should be.
    pub fn check(&self) -> Result<(), Failure> {
        self.world.as_ref().map_or(Ok(()), World::check)
    }
}

/// Connects to where the arguments say.
pub async fn connect(
    env: &Env,
    global: &Global,
    declared: &Declared,
) -> Result<Connection, Failure> {
    let region = global.region.clone().unwrap_or_else(|| declared.settings.region.value.clone());
    let mut options = aws::Options {
        // Without definitions the SDK looks for one.
        region: Some(region).filter(|region| !region.is_empty()),
        pace: pace(&declared.settings.pace),
        ..aws::Options::default()
    };
    let mut opened = None;
    if global.sandbox {
        let mut behaviour = env.sandbox.clone();
        behaviour.started = (env.now)().to_string();
        let world = world::open(&global.directory, behaviour)?;
        options.http_client = Some(world.sandbox.http_client());
        // The one in this process has no quotas unless a test sets some, and nobody to share them with.
        if env.sandbox.quotas.is_none() {
            options.pace = Pace::UNBOUNDED;
        }
        opened = Some(world);
    } else {
        options.profile.clone_from(&global.profile);
        options.endpoint_url.clone_from(&global.endpoint_url);
    }
    Ok(Connection { aws: aws::connect(options).await, world: opened })
}

/// How AWS is read for a command.
#[derive(Clone, Debug)]
pub struct Reach {
    /// How much of the grants.
    pub depth: Depth,
    /// Pairs that are read whole, whatever explains them: something is revoked there, or was.
    pub revoked: Pairs,
    /// Whether Control Tower is read even where the definitions do not concern it.
    pub control_tower: bool,
    /// Whether every account's tags are read, and not only those that the definitions make matter.
    pub all_tags: bool,
    /// The accounts that a plan is about.
    pub only: Only,
    /// Where it has to be.
    pub bound: Option<Bound>,
    /// The applied plan that is to be undone, in place of doing what is declared.
    pub revert: Option<Revert>,
}

impl Reach {
    /// What `--read` says, or what the command does without it.
    pub fn new(global: &Global, usual: Depth) -> Self {
        let depth = global.read.map_or(usual, |read| match read {
            ReadDepth::Quick => Depth::Quick,
            ReadDepth::Full => Depth::Full,
        });
        Self {
            depth,
            revoked: Pairs::new(),
            control_tower: false,
            all_tags: false,
            only: Only::default(),
            bound: None,
            revert: None,
        }
    }

    /// The same, to undo something: whatever that is about must have been read, declared or not.
    #[must_use]
    pub fn undoing(self, revert: Option<Revert>) -> Self {
        match revert {
            Some(_) => Self { depth: Depth::Full, all_tags: true, revert, ..self },
            None => self,
        }
    }
}

/// The pace that is asked for, else the usual one.
fn pace(typed: &source::declared::Pace) -> Pace {
    let Pace { sso_admin, identity_store, organizations, control_tower, cloudtrail } =
        Pace::default();
    Pace {
        sso_admin: typed.sso_admin.unwrap_or(sso_admin),
        identity_store: typed.identity_store.unwrap_or(identity_store),
        organizations: typed.organizations.unwrap_or(organizations),
        cloudtrail,
        control_tower,
    }
}

/// What is live, as the arguments say: from a snapshot, or from AWS, and then with the connection.
pub async fn observe(
    env: &Env,
    global: &Global,
    declared: &Declared,
    reach: &Reach,
) -> Result<(Live, Option<Connection>), Failure> {
    if let Some(path) = &global.live {
        let live = from_snapshot(path)?;
        if let Some(bound) = &reach.bound {
            bound.check(&live)?;
        }
        return Ok((live, None));
    }
    let connection = connect(env, global, declared).await?;
    let live = read(env, global, declared, &connection, reach).await?;
    Ok((live, Some(connection)))
}

/// Reads a snapshot file.
pub fn from_snapshot(path: &Path) -> Result<Live, Failure> {
    let file = store::open(path).map_err(|e| Failure::file("reading", path, &e))?;
    snapshot::load(file)
        .map_err(|e| Failure::new(Exit::Failure, format!("reading {}: {e}", path.display())))
}

/// A plan with what it was made from.
#[derive(Debug)]
pub struct Made {
    /// The plan.
    pub plan: Plan,
    /// The Identity Center that was read.
    pub target: Target,
    /// Its primary region.
    pub region: String,
    /// What is live, by name.
    pub projection: Projection,
    /// The renames that the plan holds.
    pub renames: Renames,
}

impl Made {
    fn of(plan: Plan, live: &Live, projection: Projection, renames: Renames) -> Self {
        let region = live.identity_center.region.clone();
        Self { plan, target: Target::of(live), region, projection, renames }
    }
}

/// Reads AWS.
pub async fn read(
    env: &Env,
    global: &Global,
    declared: &Declared,
    connection: &Connection,
    reach: &Reach,
) -> Result<Live, Failure> {
    let progress = Reading::new(env, global, &connection.aws);
    progress.begins(reach.only.is_empty());
    // Boxed: every command holds one, and it is large.
    let reading = Box::pin(read_all(env, declared, connection, reach, &progress));
    let live = tokio::select! {
        biased;
        live = reading => live,
        never = progress.tell() => match never {},
    };
    progress.finish();
    let live = live?;
    if global.verbose > 0 {
        for (operation, count) in &live.taken.calls {
            env.err(&format!("{count:>6} {operation}\n"));
        }
    }
    Ok(live)
}

/// Reads in steps, each of which knows what to ask from those before.
async fn read_all(
    env: &Env,
    declared: &Declared,
    connection: &Connection,
    reach: &Reach,
    progress: &Reading<'_>,
) -> Result<Live, Failure> {
    let Questions { users, members_of, controls } = questions(declared);
    let instance = declared.settings.instance.as_ref().map(|i| i.value.clone());
    let bound = reach.bound.clone();
    let undone = reach.revert.as_ref().and_then(Revert::controls);
    let asked = reach.control_tower.then(BTreeSet::new);
    let controls = [controls, undone, asked].into_iter().flatten().reduce(|a, b| &a | &b);
    let wanted = Wanted { instance, depth: reach.depth, users, members_of, bound, controls };
    let aws = &connection.aws;
    let tags_of = |organization: &Organization| {
        if reach.all_tags {
            return organization.accounts.keys().cloned().collect();
        }
        needing_tags(declared, &reach.only, organization)
    };
    if !reach.only.is_empty() {
        return read_some(env, declared, aws, (&wanted, &tags_of, reach), progress).await;
    }
    let mut live = aws::read::read(aws, &wanted, &tags_of, &env.now, progress).await?;
    tower_too(env, declared, aws, &mut live, progress).await?;
    // Grants are asked for where the instance is.
    let there = aws.in_region(&live.identity_center.region);
    let needed = needed(removals(declared, &live), reach, &live);
    aws::read::read_grants(&there, &mut live, needed, &env.now, progress).await?;
    Ok(live)
}

/// Reads for the accounts of `--only`: the organization tells which they are, and only then is it known
/// what to ask of Identity Center. Nothing that others may have is removed.
async fn read_some(
    env: &Env,
    declared: &Declared,
    aws: &Aws,
    (wanted, tags_of, reach): (&Wanted, TagsOf<'_>, &Reach),
    progress: &Reading<'_>,
) -> Result<Live, Failure> {
    let mut live = aws::read::read_organization(aws, wanted, tags_of, &env.now, progress).await?;
    tower_too(env, declared, aws, &mut live, progress).await?;
    let organization = organization_to_be(declared, &live, &project(&live));
    let selection = select(&reach.only, &organization, &live)?;
    let mut accounts = selection.map(|selection| selection.accounts).unwrap_or_default();
    let (sets, groups) = granted_in(declared, &organization, &accounts);
    accounts.retain(|id| !id.is_to_come());
    let narrow = Narrow { accounts, sets, groups };
    aws::read::read_center(aws, &mut live, (wanted, &narrow), &env.now, progress).await?;
    let there = aws.in_region(&live.identity_center.region);
    let needed = needed(Removals::default(), reach, &live);
    aws::read::read_grants(&there, &mut live, needed, &env.now, progress).await?;
    Ok(live)
}

/// Reads Control Tower as well where the plan will be about what that governs.
async fn tower_too(
    env: &Env,
    declared: &Declared,
    aws: &Aws,
    live: &mut Live,
    progress: &Reading<'_>,
) -> Result<(), Failure> {
    if live.control_tower.is_none() && touches_landing_zone(declared, live, &project(live)) {
        aws::read::read_tower(aws, live, &env.now, progress).await?;
    }
    Ok(())
}

/// What has to be known wholly: whatever may be removed, and where something is revoked.
fn needed(removals: Removals, reach: &Reach, live: &Live) -> Needed {
    let Removals { users, sets, groups } = removals;
    let mut called: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for (arn, set) in &live.identity_center.permission_sets {
        called.entry(&set.name).or_default().push(arn);
    }
    let pairs = reach.revoked.iter().flat_map(|(account, name)| {
        let arns = called.get(name.as_str()).into_iter().flatten();
        arns.map(|arn| (account.clone(), (*arn).clone()))
    });
    Needed { users, sets, pairs: pairs.collect(), groups }
}

/// Resolves the definitions against what was read and plans. Diagnostics have been printed.
pub fn plan(
    env: &Env,
    declared: &Declared,
    live: &Live,
    (reach, as_of): (&Reach, Timestamp),
    color: bool,
) -> Result<Made, Failure> {
    let projection = project(live);
    if let Some(revert) = &reach.revert {
        return Ok(undo(declared, live, projection, (revert, as_of)));
    }
    let desired = resolved(env, declared, (live, &projection), as_of, color)?;
    let only = select(&reach.only, &desired.organization, live)?;
    let rules = Rules { only, ..Rules::of(declared) };
    Ok(Made::of(plan::make(live, &projection, &desired, &rules), live, projection, desired.renames))
}

/// Resolves the definitions against what was read. Diagnostics have been printed.
pub fn resolved(
    env: &Env,
    declared: &Declared,
    (live, projection): (&Live, &Projection),
    as_of: Timestamp,
    color: bool,
) -> Result<Desired, Failure> {
    let (desired, diagnostics) = resolve(declared, live, projection, as_of);
    env.err(&emit::text(&declared.files, &diagnostics, color));
    if diag::has_errors(&diagnostics) {
        // A name that is not found may be among what could not be read.
        let unread = if live.gaps.is_empty() { Exit::Done } else { Exit::Incomplete };
        return Err(Failure::said(Exit::Definitions.worst(unread)));
    }
    Ok(desired)
}

/// Plans to undo what an apply did. What the definitions ask for is not done; where they ask for the
/// opposite, the plan says so.
fn undo(
    declared: &Declared,
    live: &Live,
    projection: Projection,
    (revert, as_of): (&Revert, Timestamp),
) -> Made {
    // What goes is what the journal says, not what nobody declares.
    let rules = Rules { nothing_declared: BTreeSet::new(), ..Rules::of(declared) };
    let (wanted, diagnostics) = resolve(declared, live, &projection, as_of);
    let mut desired = revert::desired(revert, declared, live, &projection);
    // Undoing must not break what must stay, either.
    desired.kept.clone_from(&wanted.kept);
    let mut plan = plan::make(live, &projection, &desired, &rules);
    plan.reverts = Some(revert.clone());
    if diag::has_errors(&diagnostics) {
        let text = "the definitions do not fit what is live: whether they ask for the opposite is not known";
        plan.findings.push(text.to_owned());
    } else {
        let labels = &projection.labels;
        plan.findings.extend(revert::opposed(&plan, &desired, &wanted, &rules, labels));
    }
    Made::of(plan, live, projection, desired.renames)
}

/// The accounts of `--only`. Where the organization was not read whole, nobody knows that a selector
/// means nothing.
fn select(only: &Only, organization: &OrgView, live: &Live) -> Result<Option<Selection>, Failure> {
    let unread = |gap: &Gap| matches!(gap.part, Part::Ous | Part::Accounts | Part::AccountTags(_));
    only.select(organization).map_err(|error| match &error {
        SelectionError::Empty { .. } if live.gaps.iter().any(unread) => {
            Failure::new(Exit::Incomplete, format!("{error} of what could be read"))
        }
        SelectionError::Empty { help, .. } => {
            let failure = Failure::new(Exit::Usage, error.to_string());
            help.iter().fold(failure, Failure::hint)
        }
        SelectionError::UnknownState { .. } => Failure::new(Exit::Incomplete, error.to_string()),
    })
}
