//! [`Declared`] × [`Live`] → [`Desired`]: names found, selectors
//! expanded, periods judged. Nothing is left to choose afterwards.
//!
//! What is ignored leaves *both* sides here, before anything is compared: a filter after the
//! comparison would forget what depends on what it hides. What is not declared and may not be removed
//! is copied to the desired side, and listed as unmanaged.

mod accounts;
pub mod causes;
pub mod check;
mod directory;
mod expand;
mod index;
pub mod kept;
mod lookup;
pub mod only;
mod organization;
mod permission_sets;
pub mod reading;
pub mod scope;
pub mod select;
mod tower;

use crate::diag::{Diagnostic, Span, sort};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::live::Live;
use crate::live::project::{Labels, Projection};
use crate::model::{Grant, NewAccount, Placed, Principal, State};
use crate::source::declared::{Declared, IdentitySource, Limits, Manage, Mode, Origin};
use jiff::Timestamp;
use select::OrgView;
use std::collections::{BTreeMap, BTreeSet};

pub use accounts::needing_tags;
pub use causes::Causes;
pub use only::{Only, Selection};

/// The definitions, resolved and expanded, beside the live state in the same scope.
#[derive(Clone, Debug, Default)]
pub struct Desired {
    /// What should be, of everything in scope.
    pub state: State,
    /// What is, of everything in scope, under the names that it will have.
    pub live: State,
    /// Renames that keep ids: old → new.
    pub renames: Renames,
    /// Where each declared thing was written.
    pub origins: Origins,
    /// Why each desired grant is desired.
    pub grants: Causes,
    /// Declared grants whose period does not hold now.
    pub lapsed: BTreeMap<Grant, Lapse>,
    /// Principals and sets of every rule that holds now, whatever accounts it selects.
    pub rules: BTreeSet<(Principal, PermissionSetName)>,
    /// What was handed off, counted by kind.
    pub ignored: BTreeMap<&'static str, usize>,
    /// Addresses of what is live, undeclared and left alone.
    pub unmanaged: BTreeSet<String>,
    /// What is declared but deliberately not brought about.
    pub held: Vec<Held>,
    /// What must stand at every step.
    pub kept: Vec<kept::Kept>,
    /// Accounts that are to be created, by the ids that stand for them.
    pub new_accounts: BTreeMap<AccountId, NewAccount>,
    /// Accounts that only Account Factory may move.
    pub by_factory: BTreeSet<AccountId>,
    /// OUs that are never removed: Control Tower's foundational ones.
    pub protected_ous: BTreeSet<OuPath>,
    /// Whether the tree, the accounts and, where a selector asks for them, the tags were read whole:
    /// what selectors select is known only then.
    pub organization_known: bool,
    /// Whether any selector looks at tags, so that retagging an account may change who reaches it.
    pub selects_by_tag: bool,
    /// The organization as it will be, without ignored accounts: what selectors run on.
    pub organization: OrgView,
    /// The short name of an applied plan whose changes are undone, in place of what is declared.
    pub undoes: Option<String>,
    /// Things worth knowing that were found on the way.
    pub notes: Vec<String>,
}

impl Desired {
    /// What accounts are called, those that are to be created too.
    pub fn labels(&self, projection: &Projection) -> Labels {
        projection.labels.with(self.new_accounts.iter().map(|(id, new)| (id, new.name.as_str())))
    }
}

/// Old name → new name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Renames {
    /// OUs, in the order in which they are carried out, parents first: each stands where those before
    /// it have put it. Only the last name differs.
    pub ous: Vec<(OuPath, OuPath)>,
    /// Groups.
    pub groups: BTreeMap<GroupName, GroupName>,
}

/// Where each declared thing was written.
#[derive(Clone, Debug, Default)]
pub struct Origins {
    /// OUs.
    pub ous: BTreeMap<OuPath, Span>,
    /// Accounts.
    pub accounts: BTreeMap<AccountId, Span>,
    /// Baselines of OUs.
    pub baselines: BTreeMap<OuPath, Span>,
    /// Controls on OUs.
    pub controls: BTreeMap<Placed, Origin>,
    /// Permission sets.
    pub permission_sets: BTreeMap<PermissionSetName, Span>,
    /// Users.
    pub users: BTreeMap<UserName, Span>,
    /// Groups.
    pub groups: BTreeMap<GroupName, Span>,
    /// Members.
    pub memberships: BTreeMap<(GroupName, UserName), Span>,
}

/// Why a grant is desired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Every rule and selector that gives it, in order; never empty.
    pub origins: Vec<Origin>,
    /// When it ends, as typed; `None` where any of its rules never ends.
    pub expires: Option<Until>,
    /// The first rule's `reason` and `ticket`.
    pub reason: Option<String>,
}

/// An end of a period.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Until {
    /// The first instant that is not in it.
    pub instant: Timestamp,
    /// As typed.
    pub text: String,
}

/// Why a declared grant is not desired now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// The rule and selector.
    pub origin: Origin,
    /// Which end of its period was missed.
    pub when: LapseKind,
}

/// Which end of a period was missed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LapseKind {
    /// `expires`, as typed.
    Expired(String),
    /// `starts`, as an instant.
    NotStarted(Timestamp),
}

/// A change that is deliberately not planned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// What it is about.
    pub address: String,
    /// What would be done: `create`, `delete`, ….
    pub action: &'static str,
    /// Why not, as a stable word.
    pub reason: Hold,
    /// Why not, for people.
    pub detail: String,
    /// Where it is declared.
    pub origin: Option<Span>,
}

/// Why a change is not planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hold {
    /// `[manage]` says observe.
    Observed,
    /// The identity source is external: users, groups and memberships are not ours to write.
    External,
    /// Something that decides it could not be read.
    Gap,
    /// It needs a change that is held.
    Needs,
    /// The account is not there.
    NoAccount,
    /// The account is not ACTIVE.
    Inactive,
    /// It is in use by something that stays.
    InUse,
    /// It belongs to Control Tower.
    Protected,
    /// Control Tower would call it drift, or cannot do it.
    ControlTower,
    /// Only the management account may do it, and the caller is elsewhere.
    ManagementOnly,
    /// It needs a change that reaches beyond the accounts of `--only`.
    OutsideOnly,
    /// Its kind is enforced, and nothing of the kind is declared.
    NothingDeclared,
    /// It was to be undone, and is not what the undone plan left any more.
    ChangedSince,
    /// It was to be undone, and AWS offers no way.
    CannotUndo,
    /// It was to be undone, and is handed off by `[ignore]`.
    Ignored,
}

impl Hold {
    /// The word that documents carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observed => "observed",
            Self::External => "external",
            Self::Gap => "gap",
            Self::Needs => "needs",
            Self::NoAccount => "no-account",
            Self::Inactive => "inactive",
            Self::InUse => "in-use",
            Self::Protected => "protected",
            Self::ControlTower => "control-tower",
            Self::ManagementOnly => "management-only",
            Self::OutsideOnly => "outside-only",
            Self::NothingDeclared => "nothing-declared",
            Self::ChangedSince => "changed-since",
            Self::CannotUndo => "cannot-undo",
            Self::Ignored => "ignored",
        }
    }
}

/// What every step of resolving sees.
struct Context<'a> {
    declared: &'a Declared,
    live: &'a Live,
    projection: &'a Projection,
    scope: scope::Scope,
    now: Timestamp,
    /// Whether the tree, the accounts and their tags were read whole: only then does a name that is
    /// not there not exist.
    organization_known: bool,
    /// Groups that are live under a name they had before.
    renamed_groups: BTreeMap<GroupName, GroupName>,
    /// What looking up names needs.
    known: lookup::Known,
}

impl Context<'_> {
    fn manage(&self) -> &Manage {
        &self.declared.settings.manage
    }

    /// With an external identity source nothing of the directory is ours, whatever `[manage]` says.
    fn directory_mode(&self, mode: Mode) -> Mode {
        match self.declared.settings.identity_source.value {
            IdentitySource::External => Mode::Observe,
            IdentitySource::Directory => mode,
        }
    }
}

/// Resolves the definitions against what is live, as of an instant.
///
/// Diagnostics are sorted. Where any is an error, the result must not become a plan.
pub fn resolve(
    declared: &Declared,
    live: &Live,
    projection: &Projection,
    now: Timestamp,
) -> (Desired, Vec<Diagnostic>) {
    let (context, mut desired) = begin(declared, live, projection, now);
    let mut diagnostics = Vec::new();
    context.scope.check_declared(declared, &mut diagnostics);
    let view = organize(&context, &mut desired, &mut diagnostics);
    tower::resolve(&context, &mut desired, &mut diagnostics);
    permission_sets::resolve(&context, &mut desired);
    directory::resolve(&context, &mut desired, &mut diagnostics);
    expand::resolve(&context, &view, &mut desired, &mut diagnostics);
    kept::resolve(&context, &view, &mut desired, &mut diagnostics);
    desired.organization = view;
    desired.held.sort();
    desired.held.dedup();
    sort(&mut diagnostics);
    (desired, diagnostics)
}

/// What is live, in scope, as if that were what is desired.
pub fn as_is(declared: &Declared, live: &Live, projection: &Projection) -> Desired {
    let (context, mut desired) = begin(declared, live, projection, live.taken.started);
    organization::protect(&context, &mut desired);
    desired.state = desired.live.clone();
    desired
}

/// The organization as it will be, without ignored accounts; nothing of Identity Center decides about
/// it. What is wrong with the definitions [`resolve`] says.
pub fn organization_to_be(declared: &Declared, live: &Live, projection: &Projection) -> OrgView {
    let (context, mut desired) = begin(declared, live, projection, live.taken.started);
    organize(&context, &mut desired, &mut Vec::new())
}

/// Whether an account is to be made, moved or closed, or an OU renamed or removed, which concerns Control Tower.
pub fn touches_landing_zone(declared: &Declared, live: &Live, projection: &Projection) -> bool {
    let (context, mut desired) = begin(declared, live, projection, live.taken.started);
    organize(&context, &mut desired, &mut Vec::new());
    let accounts = &desired.live.accounts;
    let touched = desired.state.accounts.iter().any(|(id, after)| {
        accounts.get(id).is_none_or(|at| at.ou != after.ou || at.closed != after.closed)
    });
    touched || !desired.renames.ous.is_empty() || !desired.live.ous.is_subset(&desired.state.ous)
}

fn begin<'a>(
    declared: &'a Declared,
    live: &'a Live,
    projection: &'a Projection,
    now: Timestamp,
) -> (Context<'a>, Desired) {
    let scope = scope::Scope::new(declared, live, projection);
    let organization_known = organization::is_known(declared, live, projection);
    let selects_by_tag = organization::selectors(declared).any(organization::has_tag);
    let mut desired = Desired { organization_known, selects_by_tag, ..Desired::default() };
    (desired.live, desired.ignored) = scope.project(&projection.state);
    let renamed_groups = directory::renames(declared, &desired.live);
    let known = lookup::Known::new(live);
    let context = Context {
        declared,
        live,
        projection,
        scope,
        now,
        organization_known,
        renamed_groups,
        known,
    };
    (context, desired)
}

/// OUs and accounts; returns the organization as it will be, where ignored accounts are out of sight
/// of every selector.
fn organize(
    context: &Context<'_>,
    desired: &mut Desired,
    diagnostics: &mut Vec<Diagnostic>,
) -> OrgView {
    organization::resolve(context, desired, diagnostics);
    let mut view = accounts::resolve(context, desired, diagnostics);
    organization::remove_undeclared(context, &view, desired);
    view.places.retain(|id, _| context.scope.account(id).is_none());
    view
}

/// The settings that later steps need besides the desired state.
#[derive(Clone, Debug)]
pub struct Rules {
    /// `[manage]`, with the directory's kinds at observe where the source is external.
    pub manage: Manage,
    /// Whether users, groups and memberships come from elsewhere.
    pub external: bool,
    /// `[limits]`.
    pub limits: Limits,
    /// The accounts of `--only`; `None` is everything.
    pub only: Option<Selection>,
    /// Kinds that are enforced, and of which nothing is declared.
    pub nothing_declared: BTreeSet<&'static str>,
}

impl Rules {
    /// Reads them off the definitions.
    pub fn of(declared: &Declared) -> Self {
        let settings = &declared.settings;
        let external = settings.identity_source.value == IdentitySource::External;
        let mut manage = settings.manage.clone();
        if external {
            manage.users = Mode::Observe;
            manage.groups = Mode::Observe;
            manage.memberships = Mode::Observe;
        }
        let nothing_declared = nothing_declared(declared, &manage);
        Self { manage, external, limits: settings.limits.clone(), only: None, nothing_declared }
    }
}

/// Kinds of which everything would go, because nothing of them is declared. Members are removed from
/// declared groups alone, and accounts never are.
fn nothing_declared(declared: &Declared, manage: &Manage) -> BTreeSet<&'static str> {
    let Declared { ous, accounts, controls, permission_sets, users, groups, grants, .. } = declared;
    let no_ous = ous.is_empty() && accounts.values().all(|account| account.value.ou.is_none());
    [
        ("ous", manage.ous, no_ous),
        ("controls", manage.controls, controls.is_empty()),
        ("permission_sets", manage.permission_sets, permission_sets.is_empty()),
        ("users", manage.users, users.is_empty()),
        ("groups", manage.groups, groups.is_empty()),
        ("grants", manage.grants, grants.is_empty()),
    ]
    .into_iter()
    .filter(|(_, mode, nothing)| *mode == Mode::Enforce && *nothing)
    .map(|(kind, _, _)| kind)
    .collect()
}
