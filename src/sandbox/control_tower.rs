//! Control Tower: the landing zone, baselines, controls. rest-json, and only for the management account.

mod baseline;
mod control;
mod enabled_baseline;
mod landing_zone;
mod operation;
mod tag;

use super::check::{ANY, Input};
use super::failure::{Answer, Failure};
use super::operations::{Class, Work};
use super::router::Call;
use super::world::{LandingZone, Parameter};
use serde_json::{Map, Value, json};

/// The most that a page may hold.
const PAGE: usize = 100;

pub(super) fn answer(call: &mut Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "ListLandingZones" => landing_zone::list(call, input),
        "GetLandingZone" => landing_zone::get(call, input),
        "ListBaselines" => baseline::list(call, input),
        "GetBaseline" => baseline::get(call, input),
        "TagResource" => tag::tag(call, input),
        "UntagResource" => tag::untag(call, input),
        "ListTagsForResource" => tag::list(call, input),
        _ => {
            zone(call)?;
            of_zone(call, input)
        }
    }
}

/// What there is only with a landing zone.
fn of_zone(call: &mut Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "UpdateLandingZone" => landing_zone::update(call, input),
        "ResetLandingZone" => landing_zone::reset(call, input),
        "GetLandingZoneOperation" => operation::get(call, input, Class::Zone, "operationDetails"),
        "ListLandingZoneOperations" => operation::list_of_zone(call, input),
        "ListEnabledBaselines" => enabled_baseline::list(call, input),
        "GetEnabledBaseline" => enabled_baseline::get(call, input),
        "EnableBaseline" => enabled_baseline::enable(call, input),
        "DisableBaseline" => enabled_baseline::disable(call, input),
        "UpdateEnabledBaseline" => enabled_baseline::update(call, input),
        "ResetEnabledBaseline" => enabled_baseline::reset(call, input),
        "GetBaselineOperation" => operation::get(call, input, Class::Unit, "baselineOperation"),
        "ListEnabledControls" => control::list(call, input),
        "GetEnabledControl" => control::get(call, input),
        "EnableControl" => control::enable(call, input),
        "DisableControl" => control::disable(call, input),
        "UpdateEnabledControl" => control::update(call, input),
        "ResetEnabledControl" => control::reset(call, input),
        "GetControlOperation" => operation::get(call, input, Class::Control, "controlOperation"),
        "ListControlOperations" => operation::list_of_controls(call, input),
        other => Err(Failure::unknown_operation(other)),
    }
}

/// The landing zone. What AWS answers without one is documented nowhere. [U]
fn zone<'c>(call: &'c Call<'_>) -> Result<&'c LandingZone, Failure> {
    let zone = call.world.control_tower.landing_zone.as_ref();
    zone.ok_or_else(|| refused("AWS Control Tower has no landing zone in this organization"))
}

fn refused(text: impl Into<String>) -> Failure {
    Failure::new("ValidationException", text)
}

/// Status and last operation of what is enabled.
fn status(status: &str, last_operation: Option<&String>) -> Value {
    let mut members = Map::from_iter([("status".to_owned(), json!(status))]);
    if let Some(id) = last_operation {
        members.insert("lastOperationIdentifier".to_owned(), json!(id));
    }
    Value::Object(members)
}

/// A structure of structures with a status each, without those that are not known.
fn drift_types(types: [(&str, Option<&String>); 2]) -> Value {
    let known = types.into_iter().filter_map(|(name, status)| Some((name, status?)));
    Value::Object(
        known.map(|(name, status)| (name.to_owned(), json!({"status": status}))).collect(),
    )
}

fn parameters(of: &[Parameter]) -> Value {
    of.iter().map(|one| json!({"key": one.key, "value": one.value})).collect()
}

/// `parameters` of a request: any document by key.
fn read_parameters(input: &Input) -> Result<Option<Vec<Parameter>>, Failure> {
    if input.value("parameters").is_none() {
        return Ok(None);
    }
    let one = |parameter: Input| {
        let key = parameter.text("key", &ANY)?.to_owned();
        let Some(value) = parameter.value("value").cloned() else {
            return Err(parameter.invalid("value", "Member must not be null"));
        };
        Ok(Parameter { key, value })
    };
    let all = input.objects("parameters", (0, usize::MAX))?;
    all.into_iter().map(one).collect::<Result<_, Failure>>().map(Some)
}

/// Where accounts are enrolled by being moved, one that came to a registered unit is. Only one account at a time is, in
/// each unit; another one that comes meanwhile stays as it is, and so does one that comes while Control Tower is at
/// something else.
pub(super) fn account_moved(call: &mut Call<'_>, account: &str, unit: &str) {
    let zone = call.world.control_tower.landing_zone.as_ref();
    let enrols = zone.is_some_and(LandingZone::auto_enrols);
    if !enrols || call.world.registration(unit).is_none() || call.operations.is_enrolling(unit) {
        return;
    }
    let target = call.world.account_arn(account);
    if operation::check_free(call, Class::Account, &target).is_ok() {
        let work = Work::Enrol { account: account.to_owned(), unit: unit.to_owned() };
        operation::accept(call, work, &target, None);
    }
}

/// Why Control Tower would not do something with an account now. Service Catalog takes such a request all the same: it is
/// its record that fails.
pub(super) fn account_refusal(call: &Call<'_>) -> Option<String> {
    operation::check_free(call, Class::Account, "").err().map(|failure| failure.message)
}
