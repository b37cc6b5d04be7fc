//! Counts every attempt that is sent, per operation.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Attempts per operation; clones share them.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls(Arc<Mutex<BTreeMap<String, u64>>>);

impl Calls {
    pub(super) fn snapshot(&self) -> BTreeMap<String, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn add(&self, operation: String) {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(operation).or_default() += 1;
    }
}

/// What was counted between two snapshots.
pub(super) fn since(
    earlier: &BTreeMap<String, u64>,
    later: BTreeMap<String, u64>,
) -> BTreeMap<String, u64> {
    later
        .into_iter()
        .map(|(operation, n)| {
            let before = earlier.get(&operation).copied().unwrap_or_default();
            (operation, n.saturating_sub(before))
        })
        .filter(|(_, n)| *n > 0)
        .collect()
}

/// Counts the attempts of one client under its service's name.
#[derive(Debug)]
pub(super) struct Counter {
    service: &'static str,
    calls: Calls,
}

impl Counter {
    pub(super) fn new(service: &'static str, calls: Calls) -> Self {
        Self { service, calls }
    }
}

impl Intercept for Counter {
    fn name(&self) -> &'static str {
        "landgrant call counter"
    }

    /// Runs once for each attempt, retries included.
    fn read_before_transmit(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let operation = config.load::<Metadata>().map_or("unknown", Metadata::name);
        self.calls.add(format!("{}:{operation}", self.service));
        Ok(())
    }
}
