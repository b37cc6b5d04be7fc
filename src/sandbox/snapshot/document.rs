//! The shape of the document, key by key.

use super::super::world::Stamp;
use super::{factory, tower};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(default = "format")]
    pub(super) format: String,
    #[serde(default = "version")]
    pub(super) version: u64,
    #[serde(default)]
    pub(super) taken: Value,
    pub(super) organization: Organization,
    pub(super) identity_center: IdentityCenter,
    #[serde(default)]
    pub(super) control_tower: Option<tower::Document>,
    #[serde(default)]
    pub(super) gaps: Vec<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sandbox: Option<Sandbox>,
}

pub(super) fn format() -> String {
    "landgrant.snapshot".to_owned()
}

pub(super) fn version() -> u64 {
    1
}

#[expect(clippy::unnecessary_wraps, reason = "serde wants the field's type")]
fn active() -> Option<String> {
    Some("ACTIVE".to_owned())
}

fn slash() -> String {
    "/".to_owned()
}

type Tags = BTreeMap<String, String>;

#[derive(Serialize, Deserialize)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) management_account: String,
    pub(super) root: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) root_tags: Tags,
    #[serde(default)]
    pub(super) ous: Vec<Ou>,
    #[serde(default)]
    pub(super) accounts: Vec<Account>,
    #[serde(default)]
    pub(super) delegated_administrators: BTreeMap<String, Vec<String>>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Ou {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) parent: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: Tags,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) email: Option<String>,
    /// A missing key is an active account; `null` is one whose state could not be told.
    #[serde(default = "active")]
    pub(super) state: Option<String>,
    #[serde(default)]
    pub(super) parent: Option<String>,
    /// `null` where the snapshot did not read them.
    #[serde(default)]
    pub(super) tags: Option<Tags>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct IdentityCenter {
    pub(super) instance_arn: String,
    pub(super) identity_store_id: String,
    #[serde(default)]
    pub(super) region: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: Tags,
    #[serde(default)]
    pub(super) permission_sets: Vec<PermissionSet>,
    #[serde(default)]
    pub(super) users: Vec<User>,
    #[serde(default)]
    pub(super) groups: Vec<Group>,
    #[serde(default)]
    pub(super) memberships: Vec<Membership>,
    #[serde(default)]
    pub(super) assignments: Vec<Assignment>,
}

#[derive(Serialize, Deserialize)]
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
    /// The policy's text; an object is read too.
    #[serde(default)]
    pub(super) inline_policy: Option<Value>,
    #[serde(default)]
    pub(super) permissions_boundary: Option<Boundary>,
    #[serde(default)]
    pub(super) tags: Option<Tags>,
    #[serde(default)]
    pub(super) provisioned: Vec<Provisioned>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct CustomerPolicy {
    #[serde(default = "slash")]
    pub(super) path: String,
    pub(super) name: String,
}

/// `{"managed": ARN}` or `{"customer": {"path": …, "name": …}}`.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Boundary {
    #[serde(alias = "managed_policy", alias = "managed_policy_arn")]
    Managed(String),
    #[serde(alias = "customer_managed", alias = "customer_managed_policy")]
    Customer(CustomerReference),
}

/// A reference, or path and name in one text.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum CustomerReference {
    Parts(CustomerPolicy),
    Text(String),
}

#[derive(Serialize, Deserialize)]
pub(super) struct Provisioned {
    pub(super) account: String,
    #[serde(default)]
    pub(super) current: Option<bool>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ExternalId {
    #[serde(alias = "Issuer")]
    pub(super) issuer: String,
    #[serde(alias = "Id")]
    pub(super) id: String,
}

#[derive(Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "the format's keys")]
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
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) attributes: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) external_ids: Vec<ExternalId>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Membership {
    pub(super) group: String,
    #[serde(default)]
    pub(super) users: Vec<String>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Assignment {
    pub(super) account: String,
    pub(super) permission_set: String,
    #[serde(default)]
    pub(super) groups: Vec<String>,
    #[serde(default)]
    pub(super) users: Vec<String>,
}

/// What a snapshot has no place for.
#[derive(Serialize, Deserialize)]
pub(super) struct Sandbox {
    #[serde(default)]
    pub(super) run: u64,
    #[serde(default)]
    pub(super) counter: u64,
    #[serde(default)]
    pub(super) requests: Vec<Request>,
    #[serde(default)]
    pub(super) stamps: BTreeMap<String, Stamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) creations: Vec<Creation>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) operations: Vec<tower::Operation>,
    #[serde(default, skip_serializing_if = "factory::Document::is_empty")]
    pub(super) factory: factory::Document,
    /// Milliseconds until each account is suspended that waits for it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) closures: BTreeMap<String, u64>,
    /// What CloudTrail recorded, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) events: Vec<Value>,
    /// When each account was asked to be closed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) closed: BTreeMap<String, i64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Creation {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: Tags,
    pub(super) requested: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) completed: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) forced_failure: Option<String>,
    #[serde(flatten)]
    pub(super) progress: Progress,
}

/// Where a request stands.
#[derive(Serialize, Deserialize)]
pub(super) struct Progress {
    pub(super) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) failure_reason: Option<String>,
    /// Milliseconds until it settles, counted from the moment the document was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) remaining_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Request {
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) permission_set: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<String>,
    /// Whether it carries the set's latest version.
    pub(super) current: bool,
    pub(super) created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) forced_failure: Option<String>,
    #[serde(flatten)]
    pub(super) progress: Progress,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Assign,
    Unassign,
    Provision,
}
