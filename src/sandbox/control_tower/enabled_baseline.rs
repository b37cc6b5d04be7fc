//! Enabled baselines, read. Those of accounts are children of their unit's, and only listed where that is asked for.

mod change;

use super::super::check::{ARN, Input};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::world::EnabledBaseline;
use super::{PAGE, drift_types, parameters, status};
use serde_json::{Map, Value, json};

pub(super) use change::{disable, enable, reset, update};

fn show(enabled: &EnabledBaseline, details: bool) -> Value {
    let EnabledBaseline {
        arn,
        baseline,
        version,
        target,
        parent,
        status: now,
        drift,
        parameters: with,
        last_operation,
        tags: _,  // an operation of their own
        other: _, // not AWS's
    } = enabled;
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("arn", json!(arn));
    add("baselineIdentifier", json!(baseline));
    if let Some(version) = version {
        add("baselineVersion", json!(version));
    }
    add("targetIdentifier", json!(target));
    if let Some(parent) = parent {
        add("parentIdentifier", json!(parent));
    }
    add("statusSummary", status(now, last_operation.as_ref()));
    let types = [("inheritance", drift.inheritance.as_ref()), ("source", drift.source.as_ref())];
    add("driftStatusSummary", json!({"types": drift_types(types)}));
    if details {
        add("parameters", parameters(with));
    }
    Value::Object(members)
}

pub(super) fn get(call: &Call<'_>, input: &Input) -> Answer {
    let enabled = enabled(call, input)?;
    Ok(json!({"enabledBaselineDetails": show(enabled, true)}))
}

/// The enabled baseline of a request.
pub(super) fn enabled<'c>(
    call: &'c Call<'_>,
    input: &Input,
) -> Result<&'c EnabledBaseline, Failure> {
    let arn = input.text("enabledBaselineIdentifier", &ARN)?;
    let known = call.world.control_tower.enabled_baselines.get(arn);
    known.ok_or_else(|| Failure::not_found(format!("Enabled baseline {arn} does not exist")))
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let children = input.flag("includeChildren")?.unwrap_or_default();
    let filter = Filter::read(input)?;
    let wanted = |_: &str, enabled: &EnabledBaseline| {
        (children || enabled.parent.is_none()) && filter.matches(enabled)
    };
    call.paging_from(input, 5, PAGE).page_of(
        "enabledBaselines",
        &call.world.control_tower.enabled_baselines,
        wanted,
        |_, enabled| show(enabled, false),
    )
}

/// What a listing is narrowed to; what is not said is not asked for.
#[derive(Default)]
struct Filter {
    targets: Option<Vec<String>>,
    baselines: Option<Vec<String>>,
    parents: Option<Vec<String>>,
    statuses: Option<Vec<String>>,
    inheritance: Option<Vec<String>>,
    source: Option<Vec<String>>,
}

const STATUSES: [&str; 3] = ["SUCCEEDED", "FAILED", "UNDER_CHANGE"];
const DRIFTS: [&str; 2] = ["IN_SYNC", "DRIFTED"];

impl Filter {
    fn read(input: &Input) -> Result<Self, Failure> {
        let Some(filter) = input.optional_object("filter")? else { return Ok(Self::default()) };
        Ok(Self {
            targets: filter.optional_texts("targetIdentifiers", (1, 5), &ARN)?,
            baselines: filter.optional_texts("baselineIdentifiers", (1, 5), &ARN)?,
            parents: filter.optional_texts("parentIdentifiers", (1, 5), &ARN)?,
            statuses: filter.optional_choices("statuses", (1, 1), &STATUSES)?,
            inheritance: filter.optional_choices("inheritanceDriftStatuses", (1, 1), &DRIFTS)?,
            source: filter.optional_choices("sourceDriftStatuses", (1, 1), &DRIFTS)?,
        })
    }

    fn matches(&self, enabled: &EnabledBaseline) -> bool {
        let Self { targets, baselines, parents, statuses, inheritance, source } = self;
        among(targets.as_ref(), Some(&enabled.target))
            && among(baselines.as_ref(), Some(&enabled.baseline))
            && among(parents.as_ref(), enabled.parent.as_ref())
            && among(statuses.as_ref(), Some(&enabled.status))
            && among(inheritance.as_ref(), enabled.drift.inheritance.as_ref())
            && among(source.as_ref(), enabled.drift.source.as_ref())
    }
}

/// Whether a value is one of those that are asked for.
pub(super) fn among(wanted: Option<&Vec<String>>, value: Option<&String>) -> bool {
    wanted.is_none_or(|wanted| value.is_some_and(|value| wanted.contains(value)))
}
