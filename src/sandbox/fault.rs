//! Scripted faults: what a test wants to go wrong.

/// One fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The operation it hits, such as `CreateAccountAssignment`; `*` hits every operation.
    pub operation: String,
    /// Which call of it, from 1, counted from the moment the script was given, without those that a quota
    /// refuses; 0 is every call.
    pub nth: usize,
    /// What happens.
    pub effect: Effect,
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
    /// An asynchronous request is accepted, and ends FAILED with this reason.
    AsyncFail(String),
    /// The call is done, but its answer never arrives: the connection breaks.
    Lose,
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
            if fault.operation == operation || fault.operation == "*" {
                *met += 1;
                if effect.is_none() && (fault.nth == 0 || fault.nth == *met) {
                    effect = Some(fault.effect.clone());
                }
            }
        }
        effect
    }
}
