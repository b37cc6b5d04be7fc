//! What stands between a call and AWS: one gate per service.
//!
//! This is where pacing belongs: [`Gates::enter`] is awaited before every call. The SDK's own
//! retries of a call do not pass again.

use tokio::sync::{Semaphore, SemaphorePermit};

/// Calls in flight per service. 20 a second (the quota of Identity Center) at a usual latency of
/// 200–400 ms keep 4–8 in flight; more would only queue at AWS.
pub(super) const IN_FLIGHT: usize = 8;

/// Gates of all services.
#[derive(Debug, Default)]
pub(super) struct Gates {
    sso_admin: Gate,
    identity_store: Gate,
    organizations: Gate,
    other: Gate,
}

impl Gates {
    /// Waits until a call of this operation (`sso-admin:ListInstances`) may start. It may run as long
    /// as the permit lives.
    pub(super) async fn enter(&self, operation: &str) -> Permit<'_> {
        let gate = match operation.split_once(':').map(|(service, _)| service) {
            Some("sso-admin") => &self.sso_admin,
            Some("identitystore") => &self.identity_store,
            Some("organizations") => &self.organizations,
            _ => &self.other,
        };
        // The semaphore is never closed, so there always is a permit.
        Permit { _slot: gate.slots.acquire().await.ok() }
    }
}

/// The gate of one service.
#[derive(Debug)]
struct Gate {
    slots: Semaphore,
}

impl Default for Gate {
    fn default() -> Self {
        Self { slots: Semaphore::new(IN_FLIGHT) }
    }
}

/// Leave to call, given back when dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    _slot: Option<SemaphorePermit<'a>>,
}
