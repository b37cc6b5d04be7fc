//! Control Tower: the landing zone, what is enabled on units and accounts, and what is known of controls.
//!
//! These are the snapshot's own shapes: a key that this sandbox does not know stays where it stood.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Control Tower's part of the world.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ControlTower {
    /// None where the organization has no Control Tower.
    pub landing_zone: Option<LandingZone>,
    /// The baselines there are; none where the document leaves them to the sandbox.
    pub baselines: Option<Vec<Baseline>>,
    /// Enabled baselines by ARN, those of accounts too.
    pub enabled_baselines: BTreeMap<String, EnabledBaseline>,
    /// Enabled controls by ARN.
    pub enabled_controls: BTreeMap<String, EnabledControl>,
    /// Catalog entries that the document brought.
    pub controls: Vec<Control>,
    /// Keys that the sandbox does not know.
    pub other: Map<String, Value>,
}

/// The landing zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LandingZone {
    /// `arn:aws:controltower:REGION:MANAGEMENT:landingzone/…`
    #[serde(default, deserialize_with = "lenient")]
    pub arn: String,
    /// The deployed version.
    #[serde(default, deserialize_with = "lenient")]
    pub version: String,
    /// The latest version that AWS offers.
    #[serde(default, deserialize_with = "lenient")]
    pub latest_version: String,
    /// `ACTIVE`, `PROCESSING` or `FAILED`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// `IN_SYNC` or `DRIFTED`.
    #[serde(default, alias = "drift_status", deserialize_with = "lenient")]
    pub drift: String,
    /// A document without a published schema.
    #[serde(default)]
    pub manifest: Value,
    /// `INHERITANCE_DRIFT` where accounts are enrolled when they are moved.
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "Vec::is_empty")]
    pub remediation_types: Vec<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Keys that the sandbox does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A baseline that may be enabled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// `arn:aws:controltower:REGION::baseline/…`
    pub arn: String,
    /// Such as `AWSControlTowerBaseline`.
    pub name: String,
    /// Keys that the sandbox does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A baseline that is enabled on a unit, or by its unit on an account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EnabledBaseline {
    /// `arn:aws:controltower:REGION:MANAGEMENT:enabledbaseline/…`
    pub arn: String,
    /// The baseline's ARN.
    pub baseline: String,
    /// The baseline's version.
    #[serde(default)]
    pub version: Option<String>,
    /// The unit's or the account's ARN.
    pub target: String,
    /// For an account, the ARN of its unit's enabled baseline.
    #[serde(default)]
    pub parent: Option<String>,
    /// `SUCCEEDED`, `FAILED` or `UNDER_CHANGE`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// How it differs from what is expected.
    #[serde(default, deserialize_with = "lenient")]
    pub drift: BaselineDrift,
    /// What it was enabled with.
    #[serde(default, deserialize_with = "lenient")]
    pub parameters: Vec<Parameter>,
    /// The last operation's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_operation: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Keys that the sandbox does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The drift of an enabled baseline, each `IN_SYNC` or `DRIFTED`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BaselineDrift {
    /// An account has another configuration than its unit.
    #[serde(default)]
    pub inheritance: Option<String>,
    /// The baseline has another configuration than the landing zone.
    #[serde(default)]
    pub source: Option<String>,
}

/// A control that is enabled on a unit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EnabledControl {
    /// `arn:aws:controltower:REGION:MANAGEMENT:enabledcontrol/…`
    pub arn: String,
    /// The control's ARN, in the form that it was enabled by.
    pub control: String,
    /// The unit's ARN; an account's where it is inherited.
    pub target: String,
    /// The ARN of the enabled control that this one comes from.
    #[serde(default)]
    pub parent: Option<String>,
    /// `SUCCEEDED`, `FAILED` or `UNDER_CHANGE`.
    #[serde(default, deserialize_with = "lenient")]
    pub status: String,
    /// How it differs from what is expected.
    #[serde(default, deserialize_with = "lenient")]
    pub drift: ControlDrift,
    /// What it was enabled with.
    #[serde(default, deserialize_with = "lenient")]
    pub parameters: Vec<Parameter>,
    /// The last operation's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_operation: Option<String>,
    /// Its tags.
    #[serde(default, deserialize_with = "lenient", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Keys that the sandbox does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// The drift of an enabled control, each `IN_SYNC`, `DRIFTED`, `NOT_CHECKING` or `UNKNOWN`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ControlDrift {
    /// All in all.
    #[serde(default)]
    pub status: Option<String>,
    /// It is otherwise than where it is inherited from.
    #[serde(default)]
    pub inheritance: Option<String>,
    /// What it deployed was changed.
    #[serde(default)]
    pub resource: Option<String>,
}

/// A parameter of a baseline or of a control.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name.
    pub key: String,
    /// Any document.
    #[serde(default)]
    pub value: Value,
}

/// An entry of the control catalog.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Control {
    /// `arn:aws:controlcatalog:::control/…`; empty where the catalog does not have it.
    #[serde(default, deserialize_with = "lenient")]
    pub arn: String,
    /// Other names, bare or as Control Tower's ARNs.
    #[serde(default, deserialize_with = "lenient")]
    pub aliases: Vec<String>,
    /// For people.
    #[serde(default, deserialize_with = "lenient")]
    pub name: String,
    /// `PREVENTIVE`, `DETECTIVE` or `PROACTIVE`.
    #[serde(default)]
    pub behavior: Option<String>,
    /// How it is implemented, such as `AWS::Config::ConfigRule`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<String>,
    /// The names of its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<Vec<String>>,
    /// `LOW`, `MEDIUM`, `HIGH` or `CRITICAL`.
    #[serde(default)]
    pub severity: Option<String>,
    /// Whether Control Tower enables it by itself.
    #[serde(default, deserialize_with = "lenient")]
    pub mandatory: bool,
    /// Keys that the sandbox does not know.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// A snapshot writes `null` for what was not read.
fn lenient<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    from: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(from).map(Option::unwrap_or_default)
}

impl LandingZone {
    /// The home Region, out of the ARN.
    pub fn region(&self) -> &str {
        self.arn.split(':').nth(3).unwrap_or_default()
    }

    /// Whether an account that is moved to a governed unit is enrolled there by itself.
    pub fn auto_enrols(&self) -> bool {
        let of_manifest = self.manifest.get("remediationTypes").and_then(Value::as_array);
        let of_manifest = of_manifest.into_iter().flatten().filter_map(Value::as_str);
        let mut all = self.remediation_types.iter().map(String::as_str).chain(of_manifest);
        all.any(|kind| kind == "INHERITANCE_DRIFT")
    }

    /// Whether Control Tower manages Identity Center: unless the manifest says no.
    pub fn manages_identity_center(&self) -> bool {
        let enabled = self.manifest.pointer("/accessManagement/enabled");
        enabled.and_then(Value::as_bool).unwrap_or(true)
    }

    /// The Regions it governs.
    pub fn governed_regions(&self) -> Vec<String> {
        let regions = self.manifest.get("governedRegions").and_then(Value::as_array);
        let regions = regions.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let regions: Vec<String> = regions.collect();
        if regions.is_empty() { vec![self.region().to_owned()] } else { regions }
    }
}
