//! What people typed: every table of the definitions, spanned, each value checked on its own.
//!
//! Nothing here is resolved: names may not exist, selectors may select nothing.
//!
//! `landgrant schema` is made from these types: their comments are what an editor shows, so they speak
//! to whoever writes definitions. A field is named like its key, unless `rename` says otherwise.

mod control;
mod drift;
mod keep;
mod settings;

use super::lost::Lost;
use super::organization::MAX_ACCOUNT_TAGS;
use super::permission_set::MAX_TAGS;
use super::schema::forms;
use super::selector::Selector;
use crate::diag::{Files, Span, Spanned};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::model::{CustomerPolicy, Policy, Session, Tags};
pub use control::{Baseline, ControlRule, OuSelector};
pub use drift::{Accept, DriftSettings, Severities, Severity};
use ipnet::IpNet;
use jiff::Timestamp;
pub use keep::{Keep, Sentence};
use schemars::JsonSchema;
pub use settings::{
    CreateAccounts, IdentitySource, Ignore, Limit, Limits, Manage, Mode, Pace, Settings,
};
use std::collections::{BTreeMap, BTreeSet};

/// One file of a policy repository of landgrant: `landgrant.toml`, which also holds the settings, or
/// any other `*.toml` below it. Every definition may stand in any of them.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(title = "landgrant definitions", deny_unknown_fields)]
pub struct Declared {
    /// The files that spans point into.
    #[schemars(skip)]
    pub files: Files,
    /// The settings tables of `landgrant.toml`.
    #[schemars(skip)]
    pub settings: Settings,
    /// Organizational units by their path from the root: `[ou."Workloads/Prod"]`. A `/` inside a name
    /// is written `\/`.
    #[schemars(rename = "ou", with = "forms::Named<forms::DeclaredOu, Ou>")]
    pub ous: BTreeMap<OuPath, Spanned<Ou>>,
    /// Accounts by their name in Organizations: `[account.loyalty-prod]`.
    #[schemars(rename = "account", with = "forms::Named<forms::AccountName, Account>")]
    pub accounts: BTreeMap<String, Spanned<Account>>,
    /// Permission sets by name: `[permission_set.Auditor]`. AWS cannot rename one.
    #[schemars(rename = "permission_set", with = "forms::Named<PermissionSetName, PermissionSet>")]
    pub permission_sets: BTreeMap<PermissionSetName, Spanned<PermissionSet>>,
    /// Named lists of address ranges: `[network.on-prem]`. In an inline policy `"${network.NAME}"`
    /// becomes the list.
    #[schemars(rename = "network", with = "forms::Named<forms::NetworkName, Network>")]
    pub networks: BTreeMap<String, Spanned<Network>>,
    /// Users of the directory by user name: `[user."an.nguyen@wallet.example"]`. Only with
    /// `identity_source = "directory"`.
    #[schemars(rename = "user", with = "forms::Named<UserName, User>")]
    pub users: BTreeMap<UserName, Spanned<User>>,
    /// Groups by display name: `[group.loyalty-developers]`.
    #[schemars(rename = "group", with = "forms::Named<forms::NewGroup, Group>")]
    pub groups: BTreeMap<GroupName, Spanned<Group>>,
    /// Grants, each under `[[grant]]`: to whom, what, where. They keep the order of files and lines.
    #[schemars(rename = "grant")]
    pub grants: Vec<Spanned<GrantRule>>,
    /// Controls of AWS Control Tower, each under `[[control]]`: which, and on which OUs.
    #[schemars(rename = "control")]
    pub controls: Vec<Spanned<ControlRule>>,
    /// Differences that are known and may stay for a while, each under `[[accept]]`.
    #[schemars(rename = "accept")]
    pub accepts: Vec<Spanned<Accept>>,
    /// What was typed and could not be taken in, because of mistakes that were reported: a name that
    /// seems to be missing may stand there. Empty where there is no error.
    #[schemars(skip)]
    pub lost: Lost,
}

/// An OU. It declares every OU above it.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Ou {
    /// Paths that it had before. If one of them is live and this one is not, the OU is renamed and
    /// keeps its id.
    #[schemars(default, with = "Vec<forms::DeclaredOu>")]
    pub previously: Vec<Spanned<OuPath>>,
    /// The baseline of AWS Control Tower that it has: `AWSControlTowerBaseline` registers it and enrols
    /// its accounts. Left alone, if left out. `manage.controls` decides what is done.
    #[schemars(default, with = "Baseline")]
    pub baseline: Option<Spanned<Baseline>>,
}

/// An account, found by `id` if there is one, else by its name, else by `email`.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Account {
    /// A pin: its twelve digits, in quotes.
    pub id: Option<Spanned<AccountId>>,
    /// The root user's address; finds the account where its name does not.
    #[schemars(with = "Option<forms::Email>")]
    pub email: Option<Spanned<String>>,
    /// The path of the OU that it belongs to; `"/"` is the root. It stays where it is, if left out.
    pub ou: Option<Spanned<OuPath>>,
    /// Its tags, `{ key = "value" }`: at most 50. Left alone, if left out.
    #[schemars(with = "Option<forms::TagTable<MAX_ACCOUNT_TAGS>>")]
    pub tags: Option<Spanned<Tags>>,
    /// Who owns it: the user that Account Factory makes, with administrator access to the account.
    pub owner: Option<Owner>,
    /// `true` closes the account for good; only with `id`. False, if left out.
    #[schemars(default, with = "bool")]
    pub closed: Option<Spanned<bool>>,
}

/// Who owns an account: the user that Account Factory makes for it.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Owner {
    /// The address, which becomes the user name.
    #[schemars(with = "forms::Email")]
    pub email: Spanned<String>,
    /// First name.
    #[schemars(with = "Option<forms::PersonName>")]
    pub given_name: Option<Spanned<String>>,
    /// Last name.
    #[schemars(with = "Option<forms::PersonName>")]
    pub family_name: Option<Spanned<String>>,
}

/// A permission set, declared whole: what is left out is removed, but the description.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct PermissionSet {
    /// 1 to 700 characters of Latin-1. Stays as it is in AWS, if left out, because it cannot be
    /// cleared.
    #[schemars(with = "Option<forms::SetDescription>")]
    pub description: Option<Spanned<String>>,
    /// How long a session lasts, from 1 to 12 hours: `8h`, `90m`, `1h30m` or `PT8H`. One hour, if left
    /// out.
    pub session: Option<Spanned<Session>>,
    /// The URL at which a console session begins. None, if left out.
    #[schemars(with = "Option<forms::RelayState>")]
    pub relay_state: Option<Spanned<String>>,
    /// Policies of AWS: what follows `arn:aws:iam::aws:policy/`, such as `ReadOnlyAccess` or
    /// `job-function/ViewOnlyAccess`, or the whole ARN. None, if left out.
    #[schemars(default)]
    pub managed_policies: Vec<Spanned<PolicyRef>>,
    /// Policies of your own, by `Name` or `/path/Name`; they must exist in each account. None, if left
    /// out.
    #[schemars(default)]
    pub customer_managed_policies: Vec<Spanned<CustomerPolicy>>,
    /// The path of a JSON file, relative to this file, inside the repository; or the policy as a
    /// table. None, if left out.
    pub inline_policy: Option<Spanned<Policy>>,
    /// The networks that the inline policy refers to.
    #[schemars(skip)]
    pub networks: BTreeSet<String>,
    /// The most that the set can allow: `{ managed = "PowerUserAccess" }` or
    /// `{ customer = "/platform/Boundary" }`. None, if left out.
    pub permissions_boundary: Option<Spanned<BoundaryRef>>,
    /// Its tags, `{ key = "value" }`: at most 75. None, if left out.
    #[schemars(with = "Option<forms::TagTable<MAX_TAGS>>")]
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

/// A named list of address ranges, for inline policies.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Network {
    /// IPv4 or IPv6 ranges, such as `10.20.0.0/16`: at least one, without bits after the prefix.
    #[schemars(with = "forms::Ranges")]
    pub cidrs: Vec<Spanned<IpNet>>,
}

/// A user of the directory. Users who are live may be named in groups and grants without it, unless
/// users are enforced. To create one, AWS needs both names.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct User {
    /// First name. Stays as it is, if left out.
    #[schemars(with = "Option<forms::PersonName>")]
    pub given_name: Option<Spanned<String>>,
    /// Last name. Stays as it is, if left out.
    #[schemars(with = "Option<forms::PersonName>")]
    pub family_name: Option<Spanned<String>>,
}

/// A group.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Group {
    /// What it is for. Stays as it is in AWS, if left out.
    #[schemars(with = "Option<forms::GroupDescription>")]
    pub description: Option<Spanned<String>>,
    /// Who is in it, by user name. Nobody, if left out: where memberships are enforced, all members
    /// are removed.
    pub members: Option<Spanned<Vec<Spanned<UserName>>>>,
    /// A person to ask; for readers of the file.
    #[schemars(with = "Option<String>")]
    pub owner: Option<Spanned<String>>,
    /// Names that it had before. If one of them is live and this one is not, the group is renamed and
    /// keeps its id, and so its grants.
    #[schemars(default, with = "Vec<forms::NewGroup>")]
    pub previously: Vec<Spanned<GroupName>>,
}

/// A grant, read as a sentence: to … allow … in …. Each of `allow` for each of `to` in each account
/// that `in` selects and `except` does not.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct GrantRule {
    /// Who is granted it: `group:NAME` or `user:NAME`, at least one.
    #[schemars(length(min = 1))]
    pub to: Vec<Spanned<PrincipalRef>>,
    /// What is granted: names of permission sets, at least one.
    #[schemars(length(min = 1))]
    pub allow: Vec<Spanned<PermissionSetName>>,
    /// Where it is granted: selectors of accounts, at least one. An account that any of them selects
    /// is meant.
    #[schemars(rename = "in", length(min = 1))]
    pub within: Vec<Spanned<Selector>>,
    /// Selectors of accounts in which it is not granted after all. None, if left out.
    #[schemars(default)]
    pub except: Vec<Spanned<Selector>>,
    /// From when it holds: a day (`2026-10-01`, from 00:00 UTC) or an instant with its offset, without
    /// quotes. At once, if left out.
    #[schemars(with = "Option<forms::Moment>")]
    pub starts: Option<Spanned<Timestamp>>,
    /// Until when it holds: a day (`2026-12-31`, through its end, UTC) or an instant with its offset
    /// (`2026-12-31T18:00:00+07:00`), without quotes. For good, if left out.
    // Kept as the first instant at which it no longer holds.
    #[schemars(with = "Option<forms::Moment>")]
    pub expires: Option<Spanned<Timestamp>>,
    /// The text of `expires` as typed, for people.
    #[schemars(skip)]
    pub expires_text: Option<String>,
    /// Why it is granted; shown in plans.
    pub reason: Option<String>,
    /// Where it was asked for; for readers of the file.
    pub ticket: Option<String>,
    /// A person to ask; for readers of the file.
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
