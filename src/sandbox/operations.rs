//! Asynchronous operations of Control Tower, accepted at once and settled when their time has come, as those of the other
//! services are.
//!
//! Control Tower does one thing at a time, with two exceptions: controls are enabled side by side, and so are accounts
//! provisioned and enrolled. What disturbs something else is refused when it is asked for.

mod perform;

use super::clock::Clock;
use super::id;
use super::requests::Status;
use super::world::{Parameter, World};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use tokio::time::Instant;

pub(super) use perform::new_baseline;

/// What an operation does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Work {
    EnableBaseline,
    DisableBaseline,
    UpdateEnabledBaseline {
        version: String,
        parameters: Option<Vec<Parameter>>,
    },
    ResetEnabledBaseline,
    EnableControl,
    DisableControl,
    UpdateEnabledControl {
        parameters: Vec<Parameter>,
    },
    ResetEnabledControl,
    /// `UPDATE` of the landing zone.
    Update {
        version: String,
        manifest: Option<Value>,
        remediation_types: Option<Vec<String>>,
    },
    /// `RESET` of the landing zone.
    Reset,
    /// An account that was moved is enrolled where it came to. No operation of the API's: nobody can ask for it.
    Enrol {
        account: String,
        unit: String,
    },
}

/// What disturbs what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Zone,
    Unit,
    Control,
    Account,
}

impl Work {
    pub(super) fn class(&self) -> Class {
        match self {
            Self::EnableBaseline
            | Self::DisableBaseline
            | Self::UpdateEnabledBaseline { .. }
            | Self::ResetEnabledBaseline => Class::Unit,
            Self::EnableControl
            | Self::DisableControl
            | Self::UpdateEnabledControl { .. }
            | Self::ResetEnabledControl => Class::Control,
            Self::Update { .. } | Self::Reset => Class::Zone,
            Self::Enrol { .. } => Class::Account,
        }
    }

    /// The API's `operationType`.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::EnableBaseline => "ENABLE_BASELINE",
            Self::DisableBaseline => "DISABLE_BASELINE",
            Self::UpdateEnabledBaseline { .. } => "UPDATE_ENABLED_BASELINE",
            Self::ResetEnabledBaseline => "RESET_ENABLED_BASELINE",
            Self::EnableControl => "ENABLE_CONTROL",
            Self::DisableControl => "DISABLE_CONTROL",
            Self::UpdateEnabledControl { .. } => "UPDATE_ENABLED_CONTROL",
            Self::ResetEnabledControl => "RESET_ENABLED_CONTROL",
            Self::Update { .. } => "UPDATE",
            Self::Reset => "RESET",
            Self::Enrol { .. } => "ENROL",
        }
    }
}

/// An accepted operation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Operation {
    /// Counts operations, so that they have an order.
    pub(super) number: u64,
    pub(super) work: Work,
    /// The ARN of what is enabled, or of the landing zone.
    pub(super) subject: String,
    /// The control's ARN and the unit's, which are asked for when what was enabled is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) control: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) target: Option<String>,
    /// Seconds since 1970.
    pub(super) started: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ended: Option<i64>,
    /// A scripted failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) forced: Option<String>,
    /// Written down as what is left of it.
    #[serde(skip)]
    pub(super) status: Status,
}

impl Operation {
    /// The API's `operationIdentifier`.
    pub(super) fn id(&self) -> String {
        id::uuid(&format!("operation/{}", self.number))
    }

    fn due(&self) -> Option<Instant> {
        match self.status {
            Status::InProgress(due) => Some(due),
            Status::Succeeded | Status::Failed(_) => None,
        }
    }
}

/// How many finished operations are remembered. AWS forgets them after 90 days.
const REMEMBERED: usize = 2_000;

/// All operations, by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Operations(BTreeMap<u64, Operation>);

impl Operations {
    /// Adds one, be it a new one or as it was persisted.
    pub(super) fn add(&mut self, operation: Operation) {
        self.0.insert(operation.number, operation);
        while self.0.len() > REMEMBERED {
            let ended = self.0.values().find(|operation| operation.due().is_none());
            let Some(number) = ended.map(|operation| operation.number) else { return };
            self.0.remove(&number);
        }
    }

    /// All of them, oldest first.
    pub(super) fn all(&self) -> impl DoubleEndedIterator<Item = &Operation> {
        self.0.values()
    }

    /// How many of a class are under way.
    pub(super) fn under_way(&self, class: Class) -> usize {
        let running = self.0.values().filter(|operation| operation.due().is_some());
        running.filter(|operation| operation.work.class() == class).count()
    }

    /// Whether something is under way for what an ARN names.
    pub(super) fn is_changing(&self, subject: &str) -> bool {
        self.0.values().any(|operation| operation.due().is_some() && operation.subject == subject)
    }

    /// The unit that an account is being enrolled in.
    pub(super) fn is_enrolling(&self, unit: &str) -> bool {
        self.0.values().any(|operation| {
            let here = matches!(&operation.work, Work::Enrol { unit: own, .. } if own == unit);
            here && operation.due().is_some()
        })
    }

    /// Settles what is due, and says whether anything was.
    pub(super) fn settle(&mut self, world: &mut World, clock: Clock) -> bool {
        let now = Instant::now();
        let due = |operation: &&mut Operation| operation.due().is_some_and(|due| due <= now);
        let mut ready: Vec<&mut Operation> = self.0.values_mut().filter(due).collect();
        // Stable: those with the same due time settle in the order they were made.
        ready.sort_by_key(|operation| operation.due());
        let settled = !ready.is_empty();
        for operation in ready {
            let at = operation.due().unwrap_or(now);
            operation.ended = Some(clock.at(at));
            operation.status = match perform::perform(world, operation) {
                Ok(()) => Status::Succeeded,
                Err(reason) => Status::Failed(reason),
            };
        }
        settled
    }
}
