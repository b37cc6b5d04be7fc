//! How a sandbox behaves: what it takes, what it allows, who calls and what stands beside its world.

use super::fault::Fault;
use super::quota::Quotas;
use std::time::Duration;

/// How a sandbox behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long an asynchronous request stays `IN_PROGRESS`.
    pub delay: Duration,
    /// How long every answer takes, refusals included. A call is done when it comes in and answered when this has
    /// passed, on tokio's clock; calls made side by side wait side by side.
    pub latency: Duration,
    /// What AWS limits: calls a second, requests under way, things in a place. None is no limit at all.
    pub quotas: Option<Quotas>,
    /// The account that everyone calls from.
    pub caller: Caller,
    /// What `ListInstances` shows beside the world's own instance.
    pub instances: Vec<Instance>,
    /// The world's instance has permission sets switched off.
    pub permission_sets_disabled: bool,
    /// Caps every page, below what the service and the request allow.
    pub page_limit: Option<usize>,
    /// Every listing starts with an empty page that carries a token, which AWS allows and clients forget.
    pub empty_first_page: bool,
    /// What "now" is when the sandbox starts, in RFC 3339; the base of all dates.
    pub started: String,
    /// What goes wrong from the start; [`super::Sandbox::script`] replaces it.
    pub faults: Vec<Fault>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(200),
            latency: Duration::ZERO,
            quotas: None,
            caller: Caller::Management,
            instances: Vec::new(),
            permission_sets_disabled: false,
            page_limit: None,
            empty_first_page: false,
            started: "2026-01-01T00:00:00Z".to_owned(),
            faults: Vec::new(),
        }
    }
}

/// The account that calls come from. It is found when the world is opened; what it may do follows from the world as it
/// is at each call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Caller {
    /// The management account: everything is allowed.
    #[default]
    Management,
    /// The account that is registered as delegated administrator for `sso.amazonaws.com`.
    Delegated,
    /// The first account that neither is the management account nor administers anything.
    Member,
    /// The account of this id.
    Account(String),
}

/// An instance of Identity Center that is listed and described, but holds nothing: whatever else is asked of it is
/// refused as of an instance without permission sets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// `arn:aws:sso:::instance/ssoins-…`
    pub arn: String,
    /// `d-…`
    pub identity_store_id: String,
    /// The account that owns it: the management account of an organization instance, any other of an account instance.
    pub owner: String,
    /// `ACTIVE`, `CREATE_IN_PROGRESS`, `CREATE_FAILED` or `DELETE_IN_PROGRESS`.
    pub status: String,
    /// Its primary Region.
    pub region: String,
}
