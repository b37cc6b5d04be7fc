//! Scripted faults: what a test wants to go wrong.

use super::failure::Failure;
use super::log;
use super::wire::Route;
use serde_json::{Map, Value};

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation it hits, such as `CreateAccountAssignment`; `*` hits every operation, `writes` every one that
    /// changes something.
    pub operation: String,
    /// Which call of it, from 1, counted from the moment the script was given, without those that a quota
    /// refuses; 0 is every call.
    pub nth: usize,
    /// How many calls from that one on; 0 is all of them.
    pub times: usize,
    /// What happens.
    pub effect: Effect,
}

impl Fault {
    /// A fault that hits one call; every one, where `nth` is 0.
    pub fn new(operation: impl Into<String>, nth: usize, effect: Effect) -> Self {
        Self { operation: operation.into(), nth, times: 1, effect }
    }

    /// The same for so many calls from that one on; 0 is all of them.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    fn is_about(&self, operation: &str) -> bool {
        match self.operation.as_str() {
            "*" => true,
            "writes" => log::writes(operation),
            own => own == operation,
        }
    }

    fn hits(&self, met: usize) -> bool {
        let until = match self.times {
            0 => usize::MAX,
            times => self.nth.saturating_add(times - 1),
        };
        self.nth == 0 || (self.nth..=until).contains(&met)
    }
}

/// What a fault does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// `AccessDeniedException`; nothing is done.
    Deny,
    /// The service's throttling error; nothing is done.
    Throttle,
    /// HTTP status 500; nothing is done.
    Fail500,
    /// `ExpiredTokenException`; nothing is done.
    Expire,
    /// The connection breaks; nothing is done.
    Reset,
    /// The call is done, but its answer never arrives: the connection breaks.
    Lose,
    /// The service's error for changes that disturb each other; nothing is done.
    Busy,
    /// The call is done, and is answered as if it had been so before.
    Exists,
    /// An asynchronous request is accepted, and ends FAILED with this reason.
    AsyncFail(String),
    /// An asynchronous request is accepted, and never ends.
    Hang,
    /// Others do this just before the call.
    Meanwhile(Vec<Other>),
}

/// A call that others make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// `sso-admin`, `identitystore`, `organizations`, `controltower` or `servicecatalog`.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Its parameters.
    pub input: Map<String, Value>,
}

/// The faults in force, with how often each was met.
#[derive(Clone, Debug, Default)]
pub(super) struct Script(Vec<(Fault, usize)>);

impl Script {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(faults.into_iter().map(|fault| (fault, 0)).collect())
    }

    /// Counts a call, and gives the effect of the first fault that hits it.
    pub(super) fn meet(&mut self, operation: &str) -> Option<Effect> {
        let mut effect = None;
        for (fault, met) in &mut self.0 {
            if fault.is_about(operation) {
                *met += 1;
                if effect.is_none() && fault.hits(*met) {
                    effect = Some(fault.effect.clone());
                }
            }
        }
        effect
    }
}

/// AWS fails.
pub(super) fn broken(route: &Route) -> Failure {
    let organizations = route.service == "organizations";
    let code = if organizations { "ServiceException" } else { "InternalServerException" };
    Failure { status: 500, ..Failure::new(code, "An internal error occurred") }
}

/// The credentials have expired.
pub(super) fn expired() -> Failure {
    Failure::new("ExpiredTokenException", "The security token included in the request is expired")
}

/// Another change is under way.
pub(super) fn busy(route: &Route) -> Failure {
    match route.service.as_str() {
        "organizations" => Failure::new(
            "ConcurrentModificationException",
            "AWS Organizations can't complete your request because it conflicts with another one",
        ),
        "identitystore" => Failure::conflict("The resource is being modified by another operation")
            .with("Reason", "CONCURRENT_MODIFICATION"),
        // Its model has no error for this. [U]
        "servicecatalog" => Failure::new(
            "InvalidParametersException",
            "The request conflicts with another one that is in progress",
        ),
        _ => Failure::conflict(
            "The request conflicts with a previous successful write. Retry with backoff",
        ),
    }
}

/// What was asked for is so already.
pub(super) fn exists(route: &Route) -> Failure {
    match (route.service.as_str(), route.operation.as_str()) {
        ("organizations", "CreateOrganizationalUnit" | "UpdateOrganizationalUnit") => {
            Failure::new("DuplicateOrganizationalUnitException", "An OU with this name exists")
        }
        ("organizations", _) => {
            Failure::new("DuplicateAccountException", "The account is already there")
        }
        ("identitystore", _) => Failure::conflict("Duplicate: it already exists")
            .with("Reason", "UNIQUENESS_CONSTRAINT_VIOLATION"),
        ("servicecatalog", _) => {
            Failure::new("DuplicateResourceException", "The specified resource is a duplicate")
        }
        ("controltower", "EnableControl" | "EnableBaseline") => {
            Failure::new("ValidationException", "It is already enabled on the organizational unit")
        }
        _ => Failure::conflict("It already exists"),
    }
}
