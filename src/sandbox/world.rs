//! The world: everything the sandbox knows, as plain data with the indexes that lookups need.
//!
//! It refuses to know anything of requests, wire formats and files. Maps are ordered, so that every listing and every
//! document made from a world comes out the same.

mod control_tower;
pub mod governance;
mod index;

pub use control_tower::{
    Baseline, BaselineDrift, Control, ControlDrift, ControlTower, EnabledBaseline, EnabledControl,
    LandingZone, Parameter,
};
pub use index::{Assignments, Memberships, Pair};

use std::collections::{BTreeMap, BTreeSet};

/// One organization with its Identity Center instance.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// The organization: units, accounts, delegations.
    pub organization: Organization,
    /// The Identity Center instance with its identity store.
    pub identity_center: IdentityCenter,
    /// Control Tower.
    pub control_tower: ControlTower,
    /// Creation dates and revisions of what this sandbox created or changed, by id or ARN.
    pub stamps: BTreeMap<String, Stamp>,
    /// The last number used to make an id.
    pub counter: u64,
}

/// When something was made and changed, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stamp {
    /// Seconds since 1970.
    pub created: i64,
    /// Seconds since 1970.
    pub updated: i64,
    /// Identity Store's revision, from 1.
    pub revision: u64,
}

/// AWS Organizations.
#[derive(Clone, Debug, Default)]
pub struct Organization {
    /// `o-…`
    pub id: String,
    /// The id of the management account.
    pub management_account: String,
    /// `r-…`
    pub root: String,
    /// The root's tags.
    pub root_tags: BTreeMap<String, String>,
    /// Organizational units by id.
    pub ous: BTreeMap<String, Ou>,
    /// Accounts by id.
    pub accounts: BTreeMap<String, Account>,
    /// Account ids by service principal.
    pub delegated_administrators: BTreeMap<String, Vec<String>>,
}

/// An organizational unit.
#[derive(Clone, Debug, Default)]
pub struct Ou {
    /// Its name, unique below its parent.
    pub name: String,
    /// The root's or another unit's id.
    pub parent: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A member account (or the management account).
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Its name; need not be unique.
    pub name: String,
    /// The root user's e-mail address.
    pub email: String,
    /// `ACTIVE`, `SUSPENDED`, …; none where the snapshot could not tell.
    pub state: Option<String>,
    /// The root's or a unit's id.
    pub parent: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// IAM Identity Center.
#[derive(Clone, Debug, Default)]
pub struct IdentityCenter {
    /// `arn:aws:sso:::instance/ssoins-…`
    pub instance_arn: String,
    /// `d-…`
    pub identity_store_id: String,
    /// The instance's primary Region.
    pub region: String,
    /// The instance's tags.
    pub tags: BTreeMap<String, String>,
    /// Permission sets by ARN.
    pub permission_sets: BTreeMap<String, PermissionSet>,
    /// Users by id.
    pub users: BTreeMap<String, User>,
    /// Groups by id.
    pub groups: BTreeMap<String, Group>,
    /// Who is in which group.
    pub memberships: Memberships,
    /// Who has which permission set in which account.
    pub assignments: Assignments,
}

/// A permission set.
#[derive(Clone, Debug, Default)]
pub struct PermissionSet {
    /// Its name.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// ISO 8601, as it was given.
    pub session_duration: String,
    /// Where a session starts in the console.
    pub relay_state: Option<String>,
    /// ARNs of AWS managed policies.
    pub managed_policies: BTreeSet<String>,
    /// Path and name of customer managed policies.
    pub customer_managed_policies: BTreeSet<CustomerPolicy>,
    /// The text of the inline policy.
    pub inline_policy: Option<String>,
    /// The permissions boundary.
    pub permissions_boundary: Option<Boundary>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Counts the edits that accounts only see after provisioning.
    pub version: u64,
    /// The version that each account has.
    pub provisioned: BTreeMap<String, u64>,
}

impl PermissionSet {
    /// Records an edit that makes every provisioned account stale.
    pub fn edited(&mut self) {
        self.version += 1;
    }

    /// Whether an account has the latest version.
    pub fn is_current(&self, account: &str) -> bool {
        self.provisioned.get(account) == Some(&self.version)
    }

    /// Gives an account a version, never an older one than it has.
    pub fn provision(&mut self, account: &str, version: u64) {
        let has = self.provisioned.entry(account.to_owned()).or_insert(version);
        *has = version.max(*has);
    }
}

/// A reference to a policy that must exist in each account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerPolicy {
    /// Begins and ends with `/`.
    pub path: String,
    /// The policy's name.
    pub name: String,
}

/// A permissions boundary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Boundary {
    /// The ARN of an AWS managed policy.
    Managed(String),
    /// A policy that must exist in each account.
    Customer(CustomerPolicy),
}

/// A user of the identity store.
#[derive(Clone, Debug, Default)]
pub struct User {
    /// Unique in the store.
    pub user_name: String,
    /// Shown in the portal.
    pub display_name: Option<String>,
    /// `Name.GivenName`
    pub given_name: Option<String>,
    /// `Name.FamilyName`
    pub family_name: Option<String>,
    /// The primary e-mail address.
    pub email: Option<String>,
    /// Issuer and id where the user came by SCIM.
    pub external_ids: Vec<ExternalId>,
    /// Other attributes by the API's member name.
    pub attributes: BTreeMap<String, serde_json::Value>,
}

/// A group of the identity store.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Its display name, unique in the store.
    pub name: String,
    /// Its description.
    pub description: Option<String>,
    /// Issuer and id where the group came by SCIM.
    pub external_ids: Vec<ExternalId>,
}

/// The id of a user or group at its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId {
    /// Who issued it.
    pub issuer: String,
    /// The id there.
    pub id: String,
}

/// A user or a group, by id: what an assignment is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A group's id.
    Group(String),
    /// A user's id.
    User(String),
}

impl Principal {
    /// From the API's `PrincipalType` and `PrincipalId`.
    pub fn new(kind: &str, id: &str) -> Self {
        if kind == "USER" { Self::User(id.to_owned()) } else { Self::Group(id.to_owned()) }
    }

    /// The API's `PrincipalType`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Group(_) => "GROUP",
            Self::User(_) => "USER",
        }
    }

    /// The id.
    pub fn id(&self) -> &str {
        match self {
            Self::Group(id) | Self::User(id) => id,
        }
    }
}

impl World {
    /// Whether a principal of an assignment still exists.
    pub fn has_principal(&self, principal: &Principal) -> bool {
        match principal {
            Principal::Group(id) => self.identity_center.groups.contains_key(id),
            Principal::User(id) => self.identity_center.users.contains_key(id),
        }
    }

    /// Removes a group with its memberships. Its assignments stay behind, as they do in AWS.
    pub fn remove_group(&mut self, id: &str) -> bool {
        let center = &mut self.identity_center;
        let users: Vec<String> = center.memberships.of_group(id).keys().cloned().collect();
        for user in users {
            center.memberships.remove(id, &user);
        }
        self.stamps.remove(id);
        center.groups.remove(id).is_some()
    }

    /// Removes a user with its memberships. Its assignments stay behind, as they do in AWS.
    pub fn remove_user(&mut self, id: &str) -> bool {
        let center = &mut self.identity_center;
        let groups: Vec<String> = center.memberships.of_user(id).keys().cloned().collect();
        for group in groups {
            center.memberships.remove(&group, id);
        }
        self.stamps.remove(id);
        center.users.remove(id).is_some()
    }

    /// Adds an assignment and provisions the set's current version in the account.
    pub fn assign(&mut self, account: &str, set: &str, principal: Principal) {
        if let Some(known) = self.identity_center.permission_sets.get_mut(set) {
            known.provision(account, known.version);
        }
        self.identity_center.assignments.insert((account.to_owned(), set.to_owned()), principal);
    }

    /// Removes an assignment; the pair's last one takes the provisioned set away too.
    pub fn unassign(&mut self, account: &str, set: &str, principal: &Principal) -> bool {
        let center = &mut self.identity_center;
        let pair = (account.to_owned(), set.to_owned());
        let was = center.assignments.remove(&pair, principal);
        if center.assignments.of_pair(&pair).next().is_none()
            && let Some(known) = center.permission_sets.get_mut(set)
        {
            known.provisioned.remove(account);
        }
        was
    }

    /// A new number for an id.
    pub fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}
