//! Control Tower's part of the document, both ways. Keys that the sandbox does not know stay.

use super::super::operations::{self, Work};
use super::super::world::{
    Baseline, Control, ControlTower, EnabledBaseline, EnabledControl, LandingZone,
};
use super::document::Progress;
use super::{read, write};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

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
    let by_arn = |(arn, mut status): (&String, String)| {
        if status.is_empty() {
            "SUCCEEDED".clone_into(&mut status);
        }
        (arn.clone(), status)
    };
    let enabled_baselines: BTreeMap<_, _> = enabled_baselines
        .unwrap_or_default()
        .into_iter()
        .map(|enabled| {
            let (arn, status) = by_arn((&enabled.arn, enabled.status.clone()));
            (arn, EnabledBaseline { status, ..enabled })
        })
        .collect();
    let enabled_controls: BTreeMap<_, _> = enabled_controls
        .unwrap_or_default()
        .into_iter()
        .map(|enabled| {
            let (arn, status) = by_arn((&enabled.arn, enabled.status.clone()));
            (arn, EnabledControl { status, ..enabled })
        })
        .collect();
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

/// An operation of Control Tower.
#[derive(Serialize, Deserialize)]
pub(super) struct Operation {
    number: u64,
    work: Work,
    subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    control: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    started: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    forced_failure: Option<String>,
    #[serde(flatten)]
    progress: Progress,
}

pub(super) fn read_operation(document: Operation) -> operations::Operation {
    let Operation {
        number,
        work,
        subject,
        control,
        target,
        started,
        ended,
        forced_failure,
        progress,
    } = document;
    let status = read::read_progress(progress);
    let forced = forced_failure;
    operations::Operation { number, work, subject, control, target, started, ended, forced, status }
}

pub(super) fn operation(from: &operations::Operation) -> Operation {
    let operations::Operation {
        number,
        work,
        subject,
        control,
        target,
        started,
        ended,
        forced,
        status,
    } = from.clone();
    let progress = write::progress_of(&status);
    let forced_failure = forced;
    Operation { number, work, subject, control, target, started, ended, forced_failure, progress }
}
