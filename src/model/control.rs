//! What AWS Control Tower has on an OU: its baseline, and controls.

use crate::id::{ControlName, OuPath};
use serde_json::Value;
use std::collections::BTreeMap;

/// Parameters of a control by key.
pub type Parameters = BTreeMap<String, Value>;

/// A control on an OU.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Placed {
    /// The OU that it is enabled on.
    pub ou: OuPath,
    /// The control.
    pub control: ControlName,
}

impl Placed {
    /// The same after an OU was renamed.
    #[must_use]
    pub fn moved(self, from: &OuPath, to: &OuPath) -> Self {
        Self { ou: self.ou.moved(from, to), ..self }
    }
}

/// How a control is enabled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// Its parameters.
    pub parameters: Parameters,
    /// Whether AWS says that it is not what it should be any more.
    pub drifted: bool,
}

/// How a baseline is enabled. Its version is AWS's business.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Whether AWS says that it is not what it should be any more.
    pub drifted: bool,
}
