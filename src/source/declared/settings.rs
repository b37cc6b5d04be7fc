//! The settings of `landgrant.toml`, as typed. Their comments are what an editor shows.

use super::{DriftSettings, Keep};
use crate::diag::{FileId, Span, Spanned};
use crate::id::InstanceArn;
use crate::source::schema::forms;
use crate::source::selector::Selector;
use crate::source::settings::pace::{ASSIGNMENTS, PROVISIONINGS, RATE, SHARE};
use schemars::JsonSchema;

/// The settings tables of `landgrant.toml`.
#[derive(Clone, Debug, JsonSchema)]
pub struct Settings {
    /// The Region in which Identity Center was enabled, such as `ap-southeast-1`. The option
    /// `--region` overrides it.
    #[schemars(with = "forms::Region")]
    pub region: Spanned<String>,
    /// Where users and groups come from. There is no default, because AWS does not tell.
    pub identity_source: Spanned<IdentitySource>,
    /// The ARN of the instance, `arn:aws:sso:::instance/ssoins-…`. Needed only where more than one
    /// organization instance is visible.
    pub instance: Option<Spanned<InstanceArn>>,
    /// How a declared account that does not exist comes to be. Never, if left out.
    #[schemars(with = "Option<CreateAccounts>")]
    pub create_accounts: CreateAccounts,
    /// What may be done to each kind of thing: a mode each, `adopt` if left out. In `landgrant.toml`
    /// only.
    #[schemars(default)]
    pub manage: Manage,
    /// What is handed off: taken out of both sides before anything is compared, and counted in every
    /// plan. In `landgrant.toml` only.
    #[schemars(with = "Option<Ignore>")]
    pub ignore: Ignore,
    /// How much one plan may remove. What is not named here has the limits that are the default. In
    /// `landgrant.toml` only.
    #[schemars(default)]
    pub limits: Limits,
    /// How fast AWS is called: a little below its quotas, if left out. In `landgrant.toml` only.
    #[schemars(default)]
    pub pace: Pace,
    /// How `drift` judges what differs. In `landgrant.toml` only.
    #[schemars(default)]
    pub drift: DriftSettings,
    /// Grants that must stand before a plan, after it and at every step of it, each under `[[keep]]`:
    /// a way in that no mistake may close. In `landgrant.toml` only.
    #[schemars(rename = "keep")]
    pub keeps: Vec<Spanned<Keep>>,
}

/// What stands for settings that are missing or wrong, which is an error.
impl Default for Settings {
    fn default() -> Self {
        let nowhere = Span { file: FileId(0), start: 0, end: 0 };
        Self {
            region: Spanned::new(String::new(), nowhere),
            identity_source: Spanned::new(IdentitySource::Directory, nowhere),
            instance: None,
            create_accounts: CreateAccounts::Never,
            manage: Manage::default(),
            ignore: Ignore::default(),
            limits: Limits::default(),
            pace: Pace::default(),
            drift: DriftSettings::default(),
            keeps: Vec::new(),
        }
    }
}

/// Where users and groups come from. AWS tells nobody (docs/aws.md), so people must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum IdentitySource {
    /// The Identity Center directory: landgrant may write users, groups and memberships.
    Directory,
    /// An external provider by SCIM, or Active Directory: never written.
    External,
}

/// How a declared account that does not exist comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum CreateAccounts {
    /// Not by landgrant: it is held.
    Never,
    /// By `CreateAccount` of Organizations.
    Organizations,
    /// By Control Tower's Account Factory.
    AccountFactory,
}

/// What may be done to a kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Mode {
    /// Nothing: differences are reported.
    Observe,
    /// Create and update, never remove. The default.
    Adopt,
    /// Create, update, and remove what is neither declared nor ignored.
    Enforce,
}

impl Mode {
    /// As `[manage]` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Observe => "observe",
            Self::Adopt => "adopt",
            Self::Enforce => "enforce",
        }
    }
}

/// A mode for each kind of thing; `adopt`, if left out.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(default, deny_unknown_fields)]
pub struct Manage {
    /// OUs: created and renamed; removed under `enforce` if they are empty. `adopt`, if left out.
    pub ous: Mode,
    /// Where accounts stand and how they are tagged; no mode closes one. `adopt`, if left out.
    pub accounts: Mode,
    /// Controls of Control Tower: accepted, without effect in this version.
    pub controls: Mode,
    /// Permission sets, their policies, tags and provisioning. `adopt`, if left out.
    pub permission_sets: Mode,
    /// Users of the directory. `adopt`, if left out; an external source is only observed.
    pub users: Mode,
    /// Groups and their descriptions. `adopt`, if left out; an external source is only observed.
    pub groups: Mode,
    /// Members of declared groups. `adopt`, if left out; an external source is only observed.
    pub memberships: Mode,
    /// Grants, which are account assignments. `adopt`, if left out.
    pub grants: Mode,
}

impl Manage {
    /// The mode of each kind, by the kind's name in `[manage]`.
    pub fn modes(&self) -> [(&'static str, Mode); 8] {
        let Self { ous, accounts, controls, permission_sets, users, groups, memberships, grants } =
            self;
        [
            ("ous", *ous),
            ("accounts", *accounts),
            ("controls", *controls),
            ("permission_sets", *permission_sets),
            ("users", *users),
            ("groups", *groups),
            ("memberships", *memberships),
            ("grants", *grants),
        ]
    }
}

impl Default for Manage {
    fn default() -> Self {
        Self {
            ous: Mode::Adopt,
            accounts: Mode::Adopt,
            controls: Mode::Adopt,
            permission_sets: Mode::Adopt,
            users: Mode::Adopt,
            groups: Mode::Adopt,
            memberships: Mode::Adopt,
            grants: Mode::Adopt,
        }
    }
}

/// What is handed off. Declaring or using an ignored thing is an error.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Ignore {
    /// Whether the groups and permission sets that Control Tower makes are ignored, with their
    /// grants. `true`, if left out.
    #[schemars(with = "Option<bool>")]
    pub control_tower: bool,
    /// Permission sets by name, with `*` and `?`; their grants as well. None, if left out.
    #[schemars(default, with = "Vec<forms::Glob>")]
    pub permission_sets: Vec<Spanned<String>>,
    /// Groups by name, with `*` and `?`; their members and grants as well. None, if left out.
    #[schemars(default, with = "Vec<forms::Glob>")]
    pub groups: Vec<Spanned<String>>,
    /// Accounts by selector, or by name with `*` and `?`; the grants in them as well. None, if left
    /// out.
    #[schemars(default, with = "Vec<forms::IgnoredAccounts>")]
    pub accounts: Vec<Spanned<Selector>>,
}

impl Default for Ignore {
    fn default() -> Self {
        Self {
            control_tower: true,
            permission_sets: Vec::new(),
            groups: Vec::new(),
            accounts: Vec::new(),
        }
    }
}

/// How much one plan may remove. A number that is left out is the default, which is stated with each.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(default, deny_unknown_fields)]
pub struct Limits {
    /// Removals of grants. 25, and a share of 0.30, if left out.
    pub grants: Limit,
    /// Removals of members from groups that stay. 25, and a share of 0.30, if left out.
    pub memberships: Limit,
    /// Removals of groups. 2, and no share, if left out.
    pub groups: Limit,
    /// Removals of permission sets. 2, and no share, if left out.
    pub permission_sets: Limit,
    /// Removals of users. 10, and a share of 0.30, if left out.
    pub users: Limit,
    /// Removals of OUs, which are empty. 5, and no share, if left out.
    pub ous: Limit,
    /// Accounts that are closed. 1, and no share, if left out.
    pub accounts: Limit,
    /// Controls that are disabled. 2, and no share, if left out.
    pub controls: Limit,
}

/// There is always a limit: the first plan under `enforce` is the one that most needs it.
impl Default for Limits {
    fn default() -> Self {
        let few = Limit { max_removals: Some(2), max_share: None };
        let some = |most| Limit { max_removals: Some(most), max_share: Some(0.30) };
        Self {
            grants: some(25),
            memberships: some(25),
            groups: few,
            permission_sets: few,
            users: some(10),
            ous: Limit { max_removals: Some(5), max_share: None },
            accounts: Limit { max_removals: Some(1), max_share: None },
            controls: few,
        }
    }
}

/// How many removals one plan may hold; above it is refused unless the number is acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Limit {
    /// At most so many removals in one plan. The default of the kind, if left out.
    #[schemars(range(min = 0, max = 4_294_967_295_u32))]
    pub max_removals: Option<u32>,
    /// At most this share, from 0 to 1, of what is live and not ignored; counts from ten live ones up.
    /// The default of the kind, if left out.
    #[schemars(range(min = 0, max = 1))]
    pub max_share: Option<f64>,
}

/// How fast AWS is called. What is not named is a little below AWS's quota; throttling slows it down
/// further, for as long as it lasts.
#[derive(Clone, Debug, Default, PartialEq, JsonSchema)]
#[schemars(default, deny_unknown_fields)]
pub struct Pace {
    /// Calls a second to Identity Center, all operations together. AWS allows 20.
    #[schemars(range(min = RATE.0, max = RATE.1))]
    pub sso_admin: Option<f64>,
    /// Calls a second to the Identity Store, for each operation. AWS allows 20.
    #[schemars(range(min = RATE.0, max = RATE.1))]
    pub identity_store: Option<f64>,
    /// The share of AWS's rates that is used of Organizations, whose operations have a rate each.
    #[schemars(range(min = SHARE.0, max = SHARE.1))]
    pub organizations: Option<f64>,
    /// Account assignments under way at once: 10, if left out. AWS allows 15, for all tools together.
    #[schemars(range(min = ASSIGNMENTS.0, max = ASSIGNMENTS.1))]
    pub assignments: Option<usize>,
    /// Provisionings under way at once: 2, if left out. AWS allows 3, for all tools together.
    #[schemars(range(min = PROVISIONINGS.0, max = PROVISIONINGS.1))]
    pub provisionings: Option<usize>,
}
