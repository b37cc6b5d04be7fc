//! Control Tower's part of the document, both ways. Keys that the sandbox does not know stay.

use super::super::operations;
use super::super::world::{
    Baseline, Control, ControlTower, EnabledBaseline, EnabledControl, LandingZone,
};
use super::document::Progress;
use super::{read, write};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The keys as they stand in the document. What is missing is told from what is empty: it is for the sandbox to say.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    landing_zone: Option<LandingZone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    baselines: Option<Vec<Baseline>>,
    #[serde(default)]
    enabled_baselines: Option<Vec<EnabledBaseline>>,
    #[serde(default)]
    enabled_controls: Option<Vec<EnabledControl>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    controls: Vec<Control>,
    #[serde(flatten)]
    other: Map<String, Value>,
}

/// What the document did not say.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Missing {
    pub(in super::super) baselines: bool,
    pub(in super::super) controls: bool,
}

pub(super) fn read_tower(document: Document) -> (ControlTower, Missing) {
    let Document { landing_zone, baselines, enabled_baselines, enabled_controls, controls, other } =
        document;
    let missing =
        Missing { baselines: enabled_baselines.is_none(), controls: enabled_controls.is_none() };
    let mut enabled_baselines = enabled_baselines.unwrap_or_default();
    let mut enabled_controls = enabled_controls.unwrap_or_default();
    let of_baselines = enabled_baselines.iter_mut().map(|enabled| &mut enabled.status);
    let of_controls = enabled_controls.iter_mut().map(|enabled| &mut enabled.status);
    for status in of_baselines.chain(of_controls).filter(|status| status.is_empty()) {
        "SUCCEEDED".clone_into(status);
    }
    let enabled_baselines =
        enabled_baselines.into_iter().map(|one| (one.arn.clone(), one)).collect();
    let enabled_controls = enabled_controls.into_iter().map(|one| (one.arn.clone(), one)).collect();
    let tower = ControlTower {
        landing_zone,
        baselines,
        enabled_baselines,
        enabled_controls,
        controls,
        other,
    };
    (tower, missing)
}

pub(super) fn write_tower(tower: &ControlTower) -> Document {
    let ControlTower {
        landing_zone,
        baselines,
        enabled_baselines,
        enabled_controls,
        controls,
        other,
    } = tower;
    Document {
        landing_zone: landing_zone.clone(),
        baselines: baselines.clone(),
        enabled_baselines: Some(enabled_baselines.values().cloned().collect()),
        enabled_controls: Some(enabled_controls.values().cloned().collect()),
        controls: controls.clone(),
        other: other.clone(),
    }
}

/// An operation of Control Tower with where it stands.
#[derive(Serialize, Deserialize)]
pub(super) struct Operation {
    #[serde(flatten)]
    operation: operations::Operation,
    #[serde(flatten)]
    progress: Progress,
}

pub(super) fn read_operation(document: Operation) -> operations::Operation {
    let Operation { operation, progress } = document;
    operations::Operation { status: read::read_progress(progress), ..operation }
}

pub(super) fn operation(from: &operations::Operation) -> Operation {
    Operation { operation: from.clone(), progress: write::progress_of(&from.status) }
}
