//! The document's own types, key by key as the contract has them.
//!
//! The long lists are read row by row into what they become, so that no second copy of an
//! organization is ever held.

pub(super) use super::tower::ControlTower;

use super::rows;
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::live;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What says which kind of document it is.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) format: String,
    #[serde(default)]
    pub(super) version: u32,
}

#[derive(Deserialize)]
pub(super) struct Snapshot {
    #[serde(default)]
    pub(super) format: String,
    #[serde(default)]
    pub(super) version: u32,
    pub(super) taken: Taken,
    pub(super) organization: Organization,
    pub(super) identity_center: IdentityCenter,
    /// Left out where nobody asked.
    #[serde(default)]
    pub(super) control_tower: Option<ControlTower>,
    #[serde(default)]
    pub(super) gaps: Vec<Gap>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Taken {
    pub(super) started: String,
    pub(super) ended: String,
    #[serde(default)]
    pub(super) by: Option<String>,
    #[serde(default)]
    pub(super) calls: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) standing: String,
    /// Left out where every pair was read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reading: Option<Reading>,
}

/// A reading that did not ask for everything, or was not to.
#[derive(Deserialize, Serialize)]
pub(super) struct Reading {
    pub(super) depth: String,
    #[serde(default)]
    pub(super) asked: Option<Asked>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) because: Option<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Asked {
    pub(super) groups: usize,
    pub(super) users: Vec<String>,
    pub(super) sets: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) outdated: Vec<String>,
    /// Account and permission set.
    pub(super) pairs: Vec<(String, String)>,
}

#[derive(Deserialize)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) management_account: String,
    pub(super) root: String,
    #[serde(default)]
    pub(super) ous: Vec<Ou>,
    #[serde(default, deserialize_with = "rows::accounts")]
    pub(super) accounts: BTreeMap<AccountId, live::Account>,
    #[serde(default)]
    pub(super) delegated_administrators: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Ou {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) parent: String,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: String,
    #[serde(default)]
    pub(super) state: Option<String>,
    pub(super) parent: String,
    /// Null where they were not read.
    #[serde(default)]
    pub(super) tags: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
pub(super) struct IdentityCenter {
    pub(super) instance_arn: String,
    pub(super) identity_store_id: String,
    pub(super) region: String,
    #[serde(default, deserialize_with = "rows::permission_sets")]
    pub(super) permission_sets: BTreeMap<PermissionSetArn, live::PermissionSet>,
    #[serde(default, deserialize_with = "rows::users")]
    pub(super) users: BTreeMap<UserId, live::User>,
    #[serde(default, deserialize_with = "rows::groups")]
    pub(super) groups: BTreeMap<GroupId, live::Group>,
    #[serde(default, deserialize_with = "rows::memberships")]
    pub(super) memberships: BTreeMap<GroupId, BTreeSet<UserId>>,
    #[serde(default, deserialize_with = "rows::assignments")]
    pub(super) assignments: BTreeMap<(AccountId, PermissionSetArn), live::Assigned>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct PermissionSet {
    pub(super) arn: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) session_duration: Option<String>,
    #[serde(default)]
    pub(super) relay_state: Option<String>,
    #[serde(default)]
    pub(super) managed_policies: Vec<String>,
    #[serde(default)]
    pub(super) customer_managed_policies: Vec<CustomerPolicy>,
    /// The document's text.
    #[serde(default)]
    pub(super) inline_policy: Option<String>,
    #[serde(default)]
    pub(super) permissions_boundary: Option<Boundary>,
    #[serde(default)]
    pub(super) tags: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) provisioned: Vec<Provisioned>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct CustomerPolicy {
    pub(super) path: String,
    pub(super) name: String,
}

/// `{"managed": ARN}` or `{"customer": {"path": …, "name": …}}`.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Boundary {
    Managed(String),
    Customer(CustomerPolicy),
}

#[derive(Deserialize, Serialize)]
pub(super) struct Provisioned {
    pub(super) account: String,
    pub(super) current: bool,
}

#[expect(clippy::struct_field_names, reason = "`user_name` is the contract's key")]
#[derive(Deserialize, Serialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) user_name: String,
    #[serde(default)]
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) given_name: Option<String>,
    #[serde(default)]
    pub(super) family_name: Option<String>,
    #[serde(default)]
    pub(super) email: Option<String>,
    #[serde(default)]
    pub(super) external_ids: Vec<ExternalId>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) external_ids: Vec<ExternalId>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct ExternalId {
    pub(super) issuer: String,
    pub(super) id: String,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Membership {
    pub(super) group: String,
    pub(super) users: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Assignment {
    pub(super) account: String,
    pub(super) permission_set: String,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    #[serde(default)]
    pub(super) users: Vec<String>,
}

#[derive(Deserialize, Serialize)]
pub(super) struct Gap {
    pub(super) part: Told,
    #[serde(default)]
    pub(super) operation: String,
    #[serde(default)]
    pub(super) code: String,
    #[serde(default)]
    pub(super) message: String,
}

/// A part, or what a newer landgrant wrote in its place. Any JSON is one of the two, so a gap is never
/// lost, nor does it keep the rest from being read.
#[derive(Deserialize, Serialize)]
#[serde(untagged)]
pub(super) enum Told {
    Known(Part),
    Other(serde_json::Value),
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Part {
    Ous,
    Accounts,
    AccountTags(String),
    AccountState(String),
    Standing,
    PermissionSets,
    PermissionSet(String),
    Provisioned(String),
    Users,
    Groups,
    Memberships(String),
    Grants(String, String),
    GroupGrants(String),
    UserGrants(String),
    LandingZone,
    Baselines,
    Controls,
    ControlCatalog,
    Control(String),
    EnabledControl(String),
}
