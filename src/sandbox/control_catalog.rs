//! The control catalog: what controls there are. The same for everyone, with a landing zone or without.

mod builtin;
mod entry;

use super::check::{ANY, CONTROL_ARN, Input};
use super::failure::{Answer, Failure};
use super::router::Call;
use serde_json::{Map, Value, json};

pub(super) use builtin::{EVERYWHERE, Kind, SECURITY};
pub(super) use entry::{Entry, find};

/// The most that a page may hold, and that one of mappings may.
const PAGE: usize = 100;
const MAPPINGS: usize = 1_000;

pub(super) fn answer(call: &Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "GetControl" => get(call, input),
        "ListControls" => list(call, input),
        "ListControlMappings" => mappings(call, input),
        other => Err(Failure::unknown_operation(other)),
    }
}

/// Either ARN is taken, and the catalog's is answered. Mandatory controls are not in the catalog.
fn get(call: &Call<'_>, input: &Input) -> Answer {
    let arn = input.text("ControlArn", &CONTROL_ARN)?;
    let entry = find(call.world, arn).filter(|entry| entry.arn.is_some());
    let entry = entry.ok_or_else(|| Failure::not_found("The specified control was not found."))?;
    let mut members = show(call, &entry);
    let parameters: Vec<Value> = entry
        .parameters
        .iter()
        .flatten()
        .map(|(name, must)| {
            json!({"Name": name, "Requirement": if *must { "REQUIRED" } else { "OPTIONAL" }})
        })
        .collect();
    members.insert("Parameters".to_owned(), parameters.into());
    let regional = matches!(entry.kind, Some(Kind::Config | Kind::Hook));
    let regions = call.world.control_tower.landing_zone.as_ref();
    let regions = regions.map(super::world::LandingZone::governed_regions).unwrap_or_default();
    let configuration = if regional {
        json!({"Scope": "REGIONAL", "DeployableRegions": regions})
    } else {
        json!({"Scope": "GLOBAL"})
    };
    members.insert("RegionConfiguration".to_owned(), configuration);
    Ok(Value::Object(members))
}

/// What a listing shows of a control.
fn show(call: &Call<'_>, entry: &Entry) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("Arn", json!(entry.arn));
    add("Aliases", json!(entry.aliases));
    add("Name", json!(entry.name));
    add("Description", json!(format!("{}.", entry.name)));
    add("Behavior", json!(entry.behavior));
    if let Some(severity) = &entry.severity {
        add("Severity", json!(severity));
    }
    if let Some(kind) = entry.kind {
        add("Implementation", json!({"Type": kind.name()}));
    }
    if let Some(parameters) = &entry.parameters {
        let summary = match parameters.as_slice() {
            [] => "NONE",
            all if all.iter().any(|(_, must)| *must) => "REQUIRED",
            _ => "OPTIONAL",
        };
        add("ParameterRequirementSummary", json!(summary));
    }
    add("CreateTime", json!(call.clock.base()));
    add("GovernedProviders", json!(["AWS"]));
    members
}

fn list(call: &Call<'_>, input: &Input) -> Answer {
    let filter = input.optional_object("Filter")?;
    let implementations = match &filter {
        Some(filter) => filter.optional_object("Implementations")?,
        None => None,
    };
    let types = match &implementations {
        Some(filter) => filter.optional_texts("Types", (1, 1), &ANY)?,
        None => None,
    };
    let all = entry::all(call.world);
    let wanted = |entry: &&Entry| {
        let kind = entry.kind.map(Kind::name);
        entry.arn.is_some()
            && types.as_ref().is_none_or(|types| types.iter().any(|one| Some(one.as_str()) == kind))
    };
    let items = all.values().filter(wanted).map(|entry| (entry.key(), entry));
    call.paging(input, PAGE).page("Controls", items, |entry| Value::Object(show(call, entry)))
}

/// Frameworks and common controls are none of the sandbox's: no control is mapped to any.
fn mappings(call: &Call<'_>, input: &Input) -> Answer {
    input.optional_object("Filter")?;
    let none = std::iter::empty::<(String, ())>();
    call.paging(input, MAPPINGS).page("ControlMappings", none, |()| Value::Null)
}
