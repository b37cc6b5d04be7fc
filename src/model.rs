//! [`State`]: the one comparable shape. Live AWS is projected onto it and definitions are resolved to
//! it; a plan is the difference of two of them.
//!
//! Things are keyed by what people call them (accounts by id, because account names need not be
//! unique). Ids that AWS made up stay outside: they are looked up when a difference becomes a call.

pub mod address;
pub mod control;
pub mod grant;
pub mod grants;
pub mod json;
pub mod permission_set;
pub mod policy;

use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
pub use control::{Baseline, Control, Parameters, Placed};
pub use grant::{Grant, Principal};
pub use grants::Grants;
pub use permission_set::{Boundary, CustomerPolicy, PermissionSet, PolicyArn, Session};
pub use policy::Policy;
use std::collections::{BTreeMap, BTreeSet};

/// Tag keys and values.
pub type Tags = BTreeMap<String, String>;

/// Everything that landgrant compares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Every OU by its path; the root is not listed.
    pub ous: BTreeSet<OuPath>,
    /// Every account by its id.
    pub accounts: BTreeMap<AccountId, Account>,
    /// OUs with Control Tower's baseline.
    pub baselines: BTreeMap<OuPath, Baseline>,
    /// Controls that are enabled on an OU itself.
    pub controls: BTreeMap<Placed, Control>,
    /// Permission sets by name.
    pub permission_sets: BTreeMap<PermissionSetName, PermissionSet>,
    /// Accounts where a set is provisioned in an older version than its latest.
    pub stale: BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
    /// Users by `UserName`.
    pub users: BTreeMap<UserName, User>,
    /// Groups by `DisplayName`.
    pub groups: BTreeMap<GroupName, Group>,
    /// Members of each group. A group without members may be missing.
    pub memberships: BTreeMap<GroupName, BTreeSet<UserName>>,
    /// Every grant.
    pub grants: Grants,
}

impl State {
    /// Gives an OU another path, with everything below it.
    pub fn rename_ou(&mut self, from: &OuPath, to: &OuPath) {
        self.ous = self.ous.iter().map(|path| path.moved(from, to)).collect();
        for account in self.accounts.values_mut() {
            account.ou = account.ou.moved(from, to);
        }
        let baselines = std::mem::take(&mut self.baselines).into_iter();
        self.baselines = baselines.map(|(ou, at)| (ou.moved(from, to), at)).collect();
        let controls = std::mem::take(&mut self.controls).into_iter();
        self.controls = controls.map(|(at, control)| (at.moved(from, to), control)).collect();
    }

    /// Gives a group another name wherever it stands.
    pub fn rename_group(&mut self, from: &GroupName, to: &GroupName) {
        self.rename_groups(&BTreeMap::from([(from.clone(), to.clone())]));
    }

    /// Gives groups other names, old → new, wherever they stand. Grants are many: they are passed
    /// over once.
    pub fn rename_groups(&mut self, names: &BTreeMap<GroupName, GroupName>) {
        if names.is_empty() {
            return;
        }
        for (from, to) in names {
            if let Some(group) = self.groups.remove(from) {
                self.groups.insert(to.clone(), group);
            }
            if let Some(members) = self.memberships.remove(from) {
                self.memberships.insert(to.clone(), members);
            }
        }
        let renamed = self.grants.iter().cloned().map(|mut grant| {
            if let Principal::Group(name) = &grant.principal
                && let Some(to) = names.get(name)
            {
                grant.principal = Principal::Group(to.clone());
            }
            grant
        });
        self.grants = renamed.collect();
    }
}

/// Where an account stands and how it is tagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The OU that holds it directly.
    pub ou: OuPath,
    /// Its tags; empty where nobody needs them (they are then not read).
    pub tags: Tags,
    /// Whether it is closed, or being closed.
    pub closed: bool,
}

/// What it takes to create an account besides its OU and tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccount {
    /// Its name in Organizations: 1 to 50 printable ASCII characters (`CreateAccount`).
    pub name: String,
    /// The root user's address.
    pub email: String,
    /// Who creates it.
    pub by: Vendor,
}

/// Who creates accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Vendor {
    /// Organizations: `CreateAccount`, which leaves it in the root.
    Organizations,
    /// Control Tower's Account Factory, which enrols it in its OU and makes a user of Identity Center
    /// with administrator access to it.
    AccountFactory(AccountOwner),
}

/// The user that Account Factory makes for an account (`SSOUserEmail`, `SSOUserFirstName`,
/// `SSOUserLastName`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountOwner {
    /// The address, which becomes the user name.
    pub email: String,
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
}

impl Vendor {
    /// As `organization.create_accounts` has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Organizations => "organizations",
            Self::AccountFactory(_) => "account-factory",
        }
    }
}

/// A directory user's attributes that definitions can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct User {
    /// `Name.GivenName`.
    pub given_name: Option<String>,
    /// `Name.FamilyName`.
    pub family_name: Option<String>,
}

/// A group's attributes that definitions can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// `Description`.
    pub description: Option<String>,
}
