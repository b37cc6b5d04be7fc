//! The landing zone: there is one or none.

use super::super::check::{ANY, Input, ZONE_VERSION};
use super::super::failure::{Answer, Failure};
use super::super::operations::{Class, Work};
use super::super::router::Call;
use super::super::world::{LandingZone, governance::last};
use super::operation::{accept, check_free};
use super::refused;
use serde_json::{Map, Value, json};

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let zone = call.world.control_tower.landing_zone.as_ref();
    let items = zone.into_iter().map(|zone| (zone.arn.clone(), zone));
    call.paging(input, 1).page("landingZones", items, |zone| json!({"arn": zone.arn}))
}

/// The landing zone of a request, which may name it by its ARN or by its id.
fn zone<'c>(call: &'c Call<'_>, input: &Input) -> Result<&'c LandingZone, Failure> {
    let id = input.text("landingZoneIdentifier", &ANY)?;
    let zone = call.world.control_tower.landing_zone.as_ref();
    zone.filter(|zone| zone.arn == id || last(&zone.arn) == id)
        .ok_or_else(|| Failure::not_found(format!("Landing zone {id} does not exist")))
}

pub(super) fn get(call: &Call<'_>, input: &Input) -> Answer {
    let LandingZone {
        arn,
        version,
        latest_version,
        status,
        drift,
        manifest,
        remediation_types,
        tags: _,  // an operation of their own
        other: _, // not AWS's
    } = zone(call, input)?;
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("arn", json!(arn));
    add("version", json!(version));
    add("latestAvailableVersion", json!(latest_version));
    add("status", json!(status));
    add("driftStatus", json!({"status": drift}));
    add("manifest", manifest.clone());
    if !remediation_types.is_empty() {
        add("remediationTypes", json!(remediation_types));
    }
    Ok(json!({"landingZone": members}))
}

/// The two numbers of a version, to compare.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|part| part.parse().ok()).collect()
}

/// To the latest version, or to another configuration of the same. A version before the fourth wants its manifest.
pub(super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let version = input.text("version", &ZONE_VERSION)?.to_owned();
    let manifest = input.value("manifest").cloned();
    let kinds = ["INHERITANCE_DRIFT"];
    let remediation_types = input.optional_choices("remediationTypes", (1, 1), &kinds)?;
    let zone = zone(call, input)?;
    let arn = zone.arn.clone();
    if version != zone.version && version != zone.latest_version {
        return Err(refused(format!(
            "The landing zone can stay at version {} or be updated to {}, not to {version}",
            zone.version, zone.latest_version
        )));
    }
    if manifest.is_none() && numbers(&version) < numbers("4.0") {
        return Err(refused(format!("Landing zone version {version} needs a manifest")));
    }
    check_free(call, Class::Zone, &arn)?;
    let id = accept(call, Work::Update { version, manifest, remediation_types }, &arn, None);
    Ok(json!({"operationIdentifier": id}))
}

/// Only the latest version can be reset.
pub(super) fn reset(call: &mut Call<'_>, input: &Input) -> Answer {
    let zone = zone(call, input)?;
    let (arn, version) = (zone.arn.clone(), zone.version.clone());
    if version != zone.latest_version {
        return Err(refused(format!(
            "Landing zone version {version} cannot be reset: update it to {} first",
            zone.latest_version
        )));
    }
    check_free(call, Class::Zone, &arn)?;
    let id = accept(call, Work::Reset, &arn, None);
    Ok(json!({"operationIdentifier": id}))
}
