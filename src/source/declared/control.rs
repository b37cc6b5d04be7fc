//! `[[control]]`, as typed.

use crate::diag::Spanned;
use crate::id::{ControlId, OuPath};
use crate::source::schema::forms;
use schemars::JsonSchema;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// Controls of AWS Control Tower that are enabled on OUs. `manage.controls` decides what is done.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct ControlRule {
    /// Which controls, at least one: an id (`AWS-GR_ENCRYPTED_VOLUMES`, `CT.S3.PR.1`), the ARN of Control
    /// Tower, or that of the catalog. All name the same control. Mandatory ones are always there.
    #[schemars(length(min = 1))]
    pub enable: Vec<Spanned<ControlId>>,
    /// On which OUs, at least one: `ou:A/B` is that OU, `ou:A/B/**` every OU below as well. An account
    /// or a tag cannot be meant, because Control Tower enables controls on OUs.
    #[schemars(rename = "in", length(min = 1))]
    pub within: Vec<Spanned<OuSelector>>,
    /// Parameters by key; each control gets those that it takes. None, if left out.
    #[schemars(default, with = "BTreeMap<String, forms::ControlParameter>")]
    pub parameters: BTreeMap<String, Spanned<Value>>,
    /// Regions that ARNs of Control Tower name.
    #[schemars(skip)]
    pub regions: Vec<Spanned<String>>,
}

/// OUs: one, or one with all below it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OuSelector {
    /// The OU; the root only with what is below.
    pub path: OuPath,
    /// Whether every OU below is meant too.
    pub below: bool,
}

impl OuSelector {
    /// Whether an OU is meant. The root itself never is: Control Tower enables nothing there.
    pub fn matches(&self, ou: &OuPath) -> bool {
        ou.depth() > 0 && (self.path == *ou || (self.below && ou.is_within(&self.path)))
    }
}

impl fmt::Display for OuSelector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { path, below: false } => write!(f, "ou:{path}"),
            Self { path, below: true } if path.depth() == 0 => f.write_str("ou:**"),
            Self { path, below: true } => write!(f, "ou:{path}/**"),
        }
    }
}

/// A baseline of Control Tower that an OU can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
pub enum Baseline {
    /// Registers the OU and enrols its accounts.
    #[schemars(rename = "AWSControlTowerBaseline")]
    ControlTower,
}
