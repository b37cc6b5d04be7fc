//! [`State`]: the one comparable shape. Live AWS is projected onto it and definitions are resolved to
//! it; a plan is the difference of two of them.
//!
//! Things are keyed by what people call them (accounts by id, because account names need not be
//! unique). Ids that AWS made up stay outside: they are looked up when a difference becomes a call.

pub mod grant;
pub mod permission_set;
pub mod policy;

use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
pub use grant::{Grant, Principal};
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
    pub grants: BTreeSet<Grant>,
}

/// Where an account stands and how it is tagged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The OU that holds it directly.
    pub ou: OuPath,
    /// Its tags; empty where nobody needs them (they are then not read).
    pub tags: Tags,
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
