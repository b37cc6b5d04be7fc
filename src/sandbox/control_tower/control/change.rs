//! Controls enabled, disabled, updated and reset.

use super::super::super::check::{ARN, Input};
use super::super::super::control_catalog::{Entry, Kind, find as entry};
use super::super::super::failure::{Answer, Failure};
use super::super::super::id;
use super::super::super::operations::{Class, Work};
use super::super::super::router::Call;
use super::super::super::world::governance::{DRIFTED, IN_SYNC, last};
use super::super::super::world::{ControlDrift, EnabledControl, Parameter, World};
use super::super::operation::{accept, check_free};
use super::super::{read_parameters, refused, tag, zone};
use super::{check_target, find, is_account};
use serde_json::json;

/// The control of a request. One of another Region than the landing zone's is not found.
fn control(call: &Call<'_>, arn: &str) -> Result<Entry, Failure> {
    let region = zone(call)?.region();
    let here = !arn.contains(":controltower:") || arn.split(':').nth(3) == Some(region);
    let found = entry(call.world, arn).filter(|_| here);
    let found = found.ok_or_else(|| Failure::not_found(format!("Control {arn} does not exist")))?;
    if found.mandatory {
        return Err(refused(format!(
            "{}: only Strongly recommended and Elective controls are permitted",
            last(arn)
        )));
    }
    Ok(found)
}

fn check_unit(world: &World, target: &str) -> Result<(), Failure> {
    if is_account(target) || !target.contains(":ou/") {
        return Err(refused(format!("The target {target} is not an organizational unit")));
    }
    check_target(world, target)
}

/// What is enabled of a control on a unit itself, whichever form it was enabled by.
fn enabled<'w>(world: &'w World, control: &Entry, target: &str) -> Option<&'w EnabledControl> {
    let mut all = world.control_tower.enabled_controls.values();
    all.find(|enabled| {
        enabled.parent.is_none()
            && enabled.target == target
            && entry(world, &enabled.control).is_some_and(|own| own.key() == control.key())
    })
}

fn check_parameters(control: &Entry, parameters: &[Parameter]) -> Result<(), Failure> {
    for (at, one) in parameters.iter().enumerate() {
        if parameters.iter().take(at).any(|other| other.key == one.key) {
            return Err(refused(format!("Parameter {} is there twice", one.key)));
        }
    }
    let Some(known) = &control.parameters else { return Ok(()) };
    let name = control.aliases.first().map_or("the control", String::as_str);
    let is_known = |one: &&Parameter| known.iter().any(|(key, _)| *key == one.key);
    if let Some(other) = parameters.iter().find(|one| !is_known(one)) {
        return Err(refused(format!("Parameter {} is not supported by {name}", other.key)));
    }
    let given = |key: &String| parameters.iter().any(|one| one.key == *key);
    if let Some((key, _)) = known.iter().find(|(key, must)| *must && !given(key)) {
        return Err(refused(format!("Parameter {key} is required by {name}")));
    }
    Ok(())
}

pub(in super::super) fn enable(call: &mut Call<'_>, input: &Input) -> Answer {
    let arn = input.text("controlIdentifier", &ARN)?.to_owned();
    let target = input.text("targetIdentifier", &ARN)?.to_owned();
    let parameters = read_parameters(input)?.unwrap_or_default();
    let tags = tag::read(input)?;
    let control = control(call, &arn)?;
    check_unit(call.world, &target)?;
    check_parameters(&control, &parameters)?;
    if enabled(call.world, &control, &target).is_some() {
        let name = control.aliases.first().map_or_else(|| last(&arn), String::as_str);
        let unit = last(&target);
        return Err(refused(format!(
            "Guardrail {name} is already enabled on organizational unit {unit}"
        )));
    }
    check_free(call, Class::Control, &target)?;
    let number = call.world.next_number();
    let own = id::hex(&format!("enabled-control/{number}"), 16).to_uppercase();
    let own = call.world.tower_arn("enabledcontrol", &own);
    // Control Tower does not look for drift of hooks.
    let drift = if control.kind == Some(Kind::Hook) { "NOT_CHECKING" } else { IN_SYNC };
    let enabled = EnabledControl {
        arn: own.clone(),
        control: arn.clone(),
        target: target.clone(),
        status: "UNDER_CHANGE".to_owned(),
        drift: ControlDrift { status: Some(drift.to_owned()), ..ControlDrift::default() },
        parameters,
        tags,
        ..EnabledControl::default()
    };
    call.world.control_tower.enabled_controls.insert(own.clone(), enabled);
    let id = accept(call, Work::EnableControl, &own, Some((&arn, &target)));
    Ok(json!({"operationIdentifier": id, "arn": own}))
}

/// What a request wants to change; nothing that is mandatory or inherited.
fn own(call: &Call<'_>, arn: &str) -> Result<(EnabledControl, Entry), Failure> {
    let enabled = find(call.world, arn)?;
    let control = control(call, &enabled.control)?;
    if enabled.parent.is_some() {
        return Err(refused("A control that is inherited from a parent cannot be changed"));
    }
    Ok((enabled, control))
}

/// By what it is, or by control and unit: any form of the control will do.
pub(in super::super) fn disable(call: &mut Call<'_>, input: &Input) -> Answer {
    let arn = input.optional("enabledControlIdentifier", &ARN)?;
    let control_arn = input.optional("controlIdentifier", &ARN)?;
    let target = input.optional("targetIdentifier", &ARN)?;
    let enabled = match (arn, control_arn, target) {
        (Some(arn), None, None) => own(call, arn)?.0,
        (None, Some(arn), Some(target)) => {
            let control = control(call, arn)?;
            check_unit(call.world, target)?;
            let known = enabled(call.world, &control, target).cloned();
            known.ok_or_else(|| {
                let (control, unit) = (last(arn), last(target));
                let text = format!("{control} is not enabled on organizational unit {unit}");
                Failure::not_found(text)
            })?
        }
        _ => {
            let text =
                "Give either enabledControlIdentifier, or controlIdentifier and targetIdentifier";
            return Err(refused(text));
        }
    };
    start(call, Work::DisableControl, &enabled)
}

fn start(call: &mut Call<'_>, work: Work, enabled: &EnabledControl) -> Answer {
    check_free(call, Class::Control, &enabled.arn)?;
    let about = (enabled.control.as_str(), enabled.target.as_str());
    let id = accept(call, work, &enabled.arn, Some(about));
    Ok(json!({"operationIdentifier": id}))
}

pub(in super::super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let arn = input.text("enabledControlIdentifier", &ARN)?;
    let Some(parameters) = read_parameters(input)? else {
        return Err(input.invalid("parameters", "Member must not be null"));
    };
    let (enabled, control) = own(call, arn)?;
    check_parameters(&control, &parameters)?;
    if enabled.drift.status.as_deref() == Some(DRIFTED) {
        return Err(refused("The control has drifted. Reset it instead of updating it"));
    }
    if enabled.status == "SUCCEEDED" && same(&enabled.parameters, &parameters) {
        return Err(refused("The parameters are those that the control is enabled with"));
    }
    start(call, Work::UpdateEnabledControl { parameters }, &enabled)
}

/// Parameters are the same in any order; the values of a list are not.
fn same(one: &[Parameter], other: &[Parameter]) -> bool {
    one.len() == other.len() && one.iter().all(|parameter| other.contains(parameter))
}

pub(in super::super) fn reset(call: &mut Call<'_>, input: &Input) -> Answer {
    let arn = input.text("enabledControlIdentifier", &ARN)?;
    let (enabled, control) = own(call, arn)?;
    if control.kind == Some(Kind::Scp) {
        return Err(refused(
            "Controls that are implemented with service control policies cannot be reset",
        ));
    }
    start(call, Work::ResetEnabledControl, &enabled)
}
