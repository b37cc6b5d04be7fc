//! Control Tower's part of the document, both ways.
//!
//! A list that is missing says nothing where there is a landing zone: it is a gap.

use super::SnapshotError;
use super::write::Writer;
use crate::id::{BaselineArn, EnabledBaselineArn, EnabledControlArn, LandingZoneArn};
use crate::live::control_tower::{self as live, Target};
use crate::live::{Gap, Organization, Part};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io;

#[derive(Deserialize)]
pub(super) struct ControlTower {
    #[serde(default)]
    landing_zone: Option<LandingZone>,
    #[serde(default)]
    baselines: Vec<Baseline>,
    #[serde(default)]
    enabled_baselines: Option<Vec<EnabledBaseline>>,
    #[serde(default)]
    enabled_controls: Option<Vec<EnabledControl>>,
    #[serde(default)]
    controls: Vec<Control>,
}

#[derive(Deserialize, Serialize)]
struct LandingZone {
    #[serde(default)]
    arn: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    latest_version: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    drift: Option<String>,
    #[serde(default)]
    manifest: Value,
}

#[derive(Deserialize, Serialize)]
struct Baseline {
    arn: String,
    name: String,
}

#[derive(Deserialize, Serialize)]
struct EnabledBaseline {
    arn: String,
    baseline: String,
    #[serde(default)]
    version: Option<String>,
    target: String,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    drift: BaselineDrift,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<Parameter>>,
}

#[derive(Default, Deserialize, Serialize)]
struct BaselineDrift {
    #[serde(default)]
    inheritance: Option<String>,
    #[serde(default)]
    source: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct EnabledControl {
    arn: String,
    control: String,
    target: String,
    #[serde(default)]
    parent: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    drift: ControlDrift,
    /// Left out where they were not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<Parameter>>,
}

#[derive(Default, Deserialize, Serialize)]
struct ControlDrift {
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    inheritance: Option<String>,
    #[serde(default)]
    resource: Option<String>,
}

#[derive(Deserialize, Serialize)]
struct Parameter {
    key: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize, Serialize)]
struct Control {
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    behavior: String,
    #[serde(default)]
    severity: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    implementation: Option<String>,
    /// Keys of its parameters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parameters: Option<Vec<String>>,
    #[serde(default)]
    mandatory: bool,
}

/// Reads it, and says what it lacks.
pub(super) fn read(
    tower: ControlTower,
    gaps: &mut Vec<Gap>,
) -> Result<live::ControlTower, SnapshotError> {
    let ControlTower { landing_zone, baselines, enabled_baselines, enabled_controls, controls } =
        tower;
    let zone = landing_zone.is_some();
    let mut missing = |part: Part, known: bool| {
        if zone && !known && !gaps.iter().any(|gap| gap.part == part) {
            gaps.push(Gap {
                part,
                operation: String::new(),
                code: "not read".to_owned(),
                message: "the document holds no list of them".to_owned(),
            });
        }
    };
    missing(Part::Baselines, enabled_baselines.is_some());
    missing(Part::Controls, enabled_controls.is_some());
    let enabled_baselines = enabled_baselines.unwrap_or_default().into_iter();
    let enabled_controls = enabled_controls.unwrap_or_default().into_iter();
    Ok(live::ControlTower {
        landing_zone: landing_zone.map(read_zone),
        baselines: baselines.into_iter().map(|row| (BaselineArn::new(row.arn), row.name)).collect(),
        enabled_baselines: enabled_baselines.map(read_baseline).collect(),
        enabled_controls: enabled_controls.map(read_control).collect(),
        controls: controls.into_iter().map(read_entry).collect(),
    })
}

fn read_zone(zone: LandingZone) -> live::LandingZone {
    let LandingZone { arn, version, latest_version, status, drift, manifest } = zone;
    let arn = LandingZoneArn::new(arn);
    live::LandingZone { arn, version, latest_version, status, drift, manifest }
}

fn read_parameters(rows: Option<Vec<Parameter>>) -> Option<live::Parameters> {
    rows.map(|rows| rows.into_iter().map(|row| (row.key, row.value)).collect())
}

fn read_baseline(row: EnabledBaseline) -> (EnabledBaselineArn, live::EnabledBaseline) {
    let EnabledBaseline { arn, baseline, version, target, parent, status, drift, parameters } = row;
    let BaselineDrift { inheritance, source } = drift;
    let enabled = live::EnabledBaseline {
        baseline: BaselineArn::new(baseline),
        version,
        target: Target::parse(&target),
        parent: parent.map(EnabledBaselineArn::new),
        status,
        inheritance,
        source,
        parameters: read_parameters(parameters),
    };
    (EnabledBaselineArn::new(arn), enabled)
}

fn read_control(row: EnabledControl) -> (EnabledControlArn, live::EnabledControl) {
    let EnabledControl { arn, control, target, parent, status, drift, parameters } = row;
    let ControlDrift { status: word, inheritance, resource } = drift;
    let enabled = live::EnabledControl {
        control,
        target: Target::parse(&target),
        parent: parent.map(EnabledControlArn::new),
        status,
        drift: word,
        inheritance,
        resource,
        parameters: read_parameters(parameters),
    };
    (EnabledControlArn::new(arn), enabled)
}

fn read_entry(row: Control) -> live::Control {
    let Control { arn, aliases, name, behavior, severity, implementation, parameters, mandatory } =
        row;
    live::Control { arn, aliases, name, behavior, severity, implementation, parameters, mandatory }
}

/// Writes its keys.
pub(super) fn write(
    tower: &live::ControlTower,
    organization: &Organization,
    to: &mut Writer<'_>,
) -> io::Result<()> {
    let live::ControlTower {
        landing_zone,
        baselines,
        enabled_baselines,
        enabled_controls,
        controls,
    } = tower;
    let partition = landing_zone.as_ref().map_or("aws", live::LandingZone::partition);
    let zone = landing_zone.clone().map(|zone| {
        let live::LandingZone { arn, version, latest_version, status, drift, manifest } = zone;
        LandingZone { arn: arn.to_string(), version, latest_version, status, drift, manifest }
    });
    to.fields(&[("landing_zone", json!(zone))])?;
    let names = baselines.iter();
    to.list(
        "baselines",
        names.map(|(arn, name)| Baseline { arn: arn.to_string(), name: name.clone() }),
    )?;
    let rows = enabled_baselines.iter().map(|(arn, row)| {
        let live::EnabledBaseline {
            baseline,
            version,
            target,
            parent,
            status,
            inheritance,
            source,
            parameters,
        } = row.clone();
        EnabledBaseline {
            arn: arn.to_string(),
            baseline: baseline.to_string(),
            version,
            target: target.arn(organization, partition),
            parent: parent.map(|arn| arn.to_string()),
            status,
            drift: BaselineDrift { inheritance, source },
            parameters: written(parameters),
        }
    });
    to.list("enabled_baselines", rows)?;
    let rows = enabled_controls.iter().map(|(arn, row)| {
        let live::EnabledControl {
            control,
            target,
            parent,
            status,
            drift,
            inheritance,
            resource,
            parameters,
        } = row.clone();
        EnabledControl {
            arn: arn.to_string(),
            control,
            target: target.arn(organization, partition),
            parent: parent.map(|arn| arn.to_string()),
            status,
            drift: ControlDrift { status: drift, inheritance, resource },
            parameters: written(parameters),
        }
    });
    to.list("enabled_controls", rows)?;
    let rows = controls.iter().cloned().map(|row| {
        let live::Control {
            arn,
            aliases,
            name,
            behavior,
            severity,
            implementation,
            parameters,
            mandatory,
        } = row;
        Control { arn, aliases, name, behavior, severity, implementation, parameters, mandatory }
    });
    to.list("controls", rows)
}

fn written(parameters: Option<live::Parameters>) -> Option<Vec<Parameter>> {
    let rows = parameters?.into_iter().map(|(key, value)| Parameter { key, value });
    Some(rows.collect())
}
