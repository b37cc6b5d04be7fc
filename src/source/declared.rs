//! What people typed: every table of the definitions, spanned, each value checked on its own.
//!
//! Nothing here is resolved: names may not exist, selectors may select nothing.

use super::selector::Selector;
use crate::diag::{FileId, Files, Span, Spanned};
use crate::id::{AccountId, GroupName, InstanceArn, OuPath, PermissionSetName, UserName};
use crate::model::{CustomerPolicy, Policy, Session, Tags};
use ipnet::IpNet;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// A whole policy repository.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// The files that spans point into.
    pub files: Files,
    /// The settings tables of `landgrant.toml`.
    pub settings: Settings,
    /// `[ou."A/B"]`; the span is the path's.
    pub ous: BTreeMap<OuPath, Spanned<Ou>>,
    /// `[account.NAME]` by the name in Organizations.
    pub accounts: BTreeMap<String, Spanned<Account>>,
    /// `[permission_set.NAME]`.
    pub permission_sets: BTreeMap<PermissionSetName, Spanned<PermissionSet>>,
    /// `[network.NAME]`.
    pub networks: BTreeMap<String, Spanned<Network>>,
    /// `[user."NAME"]`.
    pub users: BTreeMap<UserName, Spanned<User>>,
    /// `[group.NAME]`.
    pub groups: BTreeMap<GroupName, Spanned<Group>>,
    /// `[[grant]]`, in the order of files and lines; the span is the table's header.
    pub grants: Vec<Spanned<GrantRule>>,
    /// What was typed and could not be taken in, because of mistakes that were reported: a name that
    /// seems to be missing may stand there. Empty where there is no error.
    pub lost: String,
}

impl Declared {
    /// Whether a name that seems to be missing may stand in what could not be taken in.
    pub fn may_be_lost(&self, name: &str) -> bool {
        let outside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && c != '_');
        !name.is_empty()
            && self.lost.match_indices(name).any(|(at, _)| {
                outside(self.lost[..at].chars().next_back())
                    && outside(self.lost[at + name.len()..].chars().next())
            })
    }
}

/// The settings tables.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `identity_center.region`.
    pub region: Spanned<String>,
    /// `identity_center.identity_source`.
    pub identity_source: Spanned<IdentitySource>,
    /// `identity_center.instance`.
    pub instance: Option<Spanned<InstanceArn>>,
    /// `organization.create_accounts`.
    pub create_accounts: CreateAccounts,
    /// `[manage]`.
    pub manage: Manage,
    /// `[ignore]`.
    pub ignore: Ignore,
    /// `[limits]`.
    pub limits: Limits,
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
        }
    }
}

/// Where users and groups come from. AWS tells nobody (docs/aws.md), so people must.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentitySource {
    /// The Identity Center directory: landgrant may write users, groups and memberships.
    Directory,
    /// An external provider by SCIM, or Active Directory: never written.
    External,
}

/// How a declared account that does not exist comes to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CreateAccounts {
    /// Not by landgrant.
    Never,
    /// `CreateAccount`.
    Organizations,
    /// Control Tower's Account Factory.
    AccountFactory,
}

/// What may be done to a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Report only.
    Observe,
    /// Create and update, never remove.
    Adopt,
    /// Also remove what is not declared.
    Enforce,
}

/// `[manage]`: a mode for each kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manage {
    /// OUs.
    pub ous: Mode,
    /// Accounts: placement and tags.
    pub accounts: Mode,
    /// Control Tower controls.
    pub controls: Mode,
    /// Permission sets.
    pub permission_sets: Mode,
    /// Users.
    pub users: Mode,
    /// Groups.
    pub groups: Mode,
    /// Memberships of declared groups.
    pub memberships: Mode,
    /// Grants.
    pub grants: Mode,
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

/// `[ignore]`: what is handed off.
#[derive(Clone, Debug)]
pub struct Ignore {
    /// Control Tower's own groups and sets; true unless switched off.
    pub control_tower: bool,
    /// Globs over permission-set names.
    pub permission_sets: Vec<Spanned<String>>,
    /// Globs over group names.
    pub groups: Vec<Spanned<String>>,
    /// Selectors, or globs over account names.
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

/// `[limits]`: how much a plan may remove. What is not named there is not limited.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Limits {
    /// Grants.
    pub grants: Limit,
    /// Memberships.
    pub memberships: Limit,
    /// Groups.
    pub groups: Limit,
    /// Permission sets.
    pub permission_sets: Limit,
}

/// One limit; `None` does not limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limit {
    /// At most so many removals in one plan.
    pub max_removals: Option<u32>,
    /// At most this share (0 to 1) of what is live; counts from ten live ones up.
    pub max_share: Option<f64>,
}

/// `[ou."A/B"]`.
#[derive(Clone, Debug, Default)]
pub struct Ou {
    /// Paths that it had before.
    pub previously: Vec<Spanned<OuPath>>,
}

/// `[account.NAME]`.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// A pin.
    pub id: Option<Spanned<AccountId>>,
    /// Root user's address.
    pub email: Option<Spanned<String>>,
    /// Where it belongs; `None` leaves it where it is.
    pub ou: Option<Spanned<OuPath>>,
    /// Its tags; `None` leaves them alone.
    pub tags: Option<Spanned<Tags>>,
    /// Account Factory's user.
    pub owner: Option<Owner>,
}

/// `account.NAME.owner`.
#[derive(Clone, Debug)]
pub struct Owner {
    /// Address, which becomes the user name.
    pub email: Spanned<String>,
    /// First name.
    pub given_name: Option<Spanned<String>>,
    /// Last name.
    pub family_name: Option<Spanned<String>>,
}

/// `[permission_set.NAME]`.
#[derive(Clone, Debug, Default)]
pub struct PermissionSet {
    /// `None` leaves AWS's as it is, because it cannot be cleared.
    pub description: Option<Spanned<String>>,
    /// `None` is one hour.
    pub session: Option<Spanned<Session>>,
    /// `None` is none.
    pub relay_state: Option<Spanned<String>>,
    /// Names under `aws:policy/`, or ARNs.
    pub managed_policies: Vec<Spanned<PolicyRef>>,
    /// Path and name.
    pub customer_managed_policies: Vec<Spanned<CustomerPolicy>>,
    /// Read from its file or table.
    pub inline_policy: Option<Spanned<Policy>>,
    /// The networks that the inline policy refers to.
    pub networks: BTreeSet<String>,
    /// The boundary.
    pub permissions_boundary: Option<Spanned<BoundaryRef>>,
    /// Tags; `None` is none.
    pub tags: Option<Spanned<Tags>>,
}

/// An AWS managed policy as typed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyRef {
    /// `ReadOnlyAccess`, `job-function/ViewOnlyAccess`: what follows `…:policy/`.
    Name(String),
    /// A whole ARN.
    Arn(String),
}

/// A boundary as typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BoundaryRef {
    /// `{ managed = "…" }`.
    Managed(PolicyRef),
    /// `{ customer = "/path/Name" }`.
    Customer(CustomerPolicy),
}

/// `[network.NAME]`.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// Address ranges, without bits behind the prefix.
    pub cidrs: Vec<Spanned<IpNet>>,
}

/// `[user."NAME"]`.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// First name.
    pub given_name: Option<Spanned<String>>,
    /// Last name.
    pub family_name: Option<Spanned<String>>,
}

/// `[group.NAME]`.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// `None` leaves AWS's as it is.
    pub description: Option<Spanned<String>>,
    /// Who is in it; `None` means the same as an empty list.
    pub members: Option<Spanned<Vec<Spanned<UserName>>>>,
    /// A person to ask.
    pub owner: Option<Spanned<String>>,
    /// Names that it had before.
    pub previously: Vec<Spanned<GroupName>>,
}

/// `[[grant]]`: to … allow … in ….
#[derive(Clone, Debug)]
pub struct GrantRule {
    /// Principals.
    pub to: Vec<Spanned<PrincipalRef>>,
    /// Permission sets.
    pub allow: Vec<Spanned<PermissionSetName>>,
    /// Selectors, joined by "or".
    pub within: Vec<Spanned<Selector>>,
    /// Selectors taken away again.
    pub except: Vec<Spanned<Selector>>,
    /// Not desired before this instant.
    pub starts: Option<Spanned<Timestamp>>,
    /// Not desired from this instant on: the end (exclusive) of the day that was typed.
    pub expires: Option<Spanned<Timestamp>>,
    /// The text of `expires` as typed, for people.
    pub expires_text: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where it was asked for.
    pub ticket: Option<String>,
    /// A person to ask.
    pub owner: Option<String>,
}

/// `group:NAME` or `user:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalRef {
    /// A group.
    Group(GroupName),
    /// A user.
    User(UserName),
}

impl GrantRule {
    /// Whether the period holds at an instant.
    pub fn holds_at(&self, now: Timestamp) -> bool {
        self.starts.as_ref().is_none_or(|s| s.value <= now)
            && self.expires.as_ref().is_none_or(|e| now < e.value)
    }
}

/// Where a desired fact was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The place.
    pub span: Span,
    /// The selector that produced it, where one did.
    pub selector: Option<String>,
}
