//! Baselines enabled, disabled, updated and reset. Only those of units: what an account has, it has from its unit, and the
//! landing zone's own are its own.

use super::super::super::check::{ARN, BASELINE_VERSION, Input};
use super::super::super::failure::{Answer, Failure};
use super::super::super::operations::new_baseline;
use super::super::super::operations::{Class, Work};
use super::super::super::router::Call;
use super::super::super::world::governance::{
    IDENTITY_CENTER, IN_SYNC, REGISTRATION, last, version_for,
};
use super::super::super::world::{BaselineDrift, EnabledBaseline, Parameter, World};
use super::super::operation::{accept, check_free};
use super::super::{baseline, read_parameters, refused, tag, zone};
use super::enabled;
use serde_json::{Value, json};

/// The one parameter that there is.
const IDENTITY_CENTER_ARN: &str = "IdentityCenterEnabledBaselineArn";
const BACKUP: &str = "BackupBaseline";

pub(in super::super) fn enable(call: &mut Call<'_>, input: &Input) -> Answer {
    let version = input.text("baselineVersion", &BASELINE_VERSION)?.to_owned();
    let arn = input.text("baselineIdentifier", &ARN)?;
    let target = input.text("targetIdentifier", &ARN)?.to_owned();
    let parameters = read_parameters(input)?.unwrap_or_default();
    let tags = tag::read(input)?;
    let [arn, name, _] = baseline::find(call.world, arn)?;
    let unit = unit(call.world, &target)?;
    check_kind(call, &name, &unit)?;
    check_version(call, &version)?;
    if name == REGISTRATION {
        check_parameters(call, &parameters)?;
        check_parent(call.world, &unit)?;
    } else if !parameters.is_empty() {
        return Err(refused(format!("{name} takes no parameters")));
    }
    let all = call.world.control_tower.enabled_baselines.values();
    if all.into_iter().any(|known| known.baseline == arn && known.target == target) {
        return Err(refused(format!("Baseline {name} is already enabled on {unit}")));
    }
    check_free(call, Class::Unit, &target)?;
    let own = new_baseline(call.world);
    let enabled = EnabledBaseline {
        arn: own.clone(),
        baseline: arn,
        version: Some(version),
        target,
        status: "UNDER_CHANGE".to_owned(),
        drift: BaselineDrift { inheritance: Some(IN_SYNC.to_owned()), source: None },
        parameters,
        tags,
        ..EnabledBaseline::default()
    };
    call.world.control_tower.enabled_baselines.insert(own.clone(), enabled);
    let id = accept(call, Work::EnableBaseline, &own, None);
    Ok(json!({"operationIdentifier": id, "arn": own}))
}

/// The id of the unit that an ARN names. Only units are targets.
fn unit(world: &World, arn: &str) -> Result<String, Failure> {
    let id = last(arn);
    if !arn.contains(":organizations:") || !arn.contains(":ou/") {
        return Err(refused(format!("The target {arn} is not an organizational unit")));
    }
    if arn != world.unit_arn(id) || !world.organization.ous.contains_key(id) {
        return Err(Failure::not_found(format!("Organizational unit {id} does not exist")));
    }
    Ok(id.to_owned())
}

/// A landing zone's own baselines are not for units; that for backups wants the landing zone to have backups.
fn check_kind(call: &Call<'_>, name: &str, unit: &str) -> Result<(), Failure> {
    let backup = zone(call)?.manifest.pointer("/backup/enabled").and_then(Value::as_bool);
    match name {
        BACKUP if backup != Some(true) => {
            Err(refused("AWS Backup is not enabled in the landing zone"))
        }
        BACKUP if call.world.registration(unit).is_none() => {
            Err(refused(format!("Organizational unit {unit} is not registered")))
        }
        REGISTRATION | BACKUP => Ok(()),
        _ => {
            Err(refused(format!("{name} is a baseline of the landing zone and cannot be enabled")))
        }
    }
}

fn check_version(call: &Call<'_>, version: &str) -> Result<(), Failure> {
    let zone = zone(call)?;
    let wanted = version_for(&zone.version);
    if version == wanted {
        return Ok(());
    }
    Err(refused(format!(
        "Baseline version {version} is not compatible with landing zone version {}: it needs {wanted}",
        zone.version
    )))
}

/// Where Control Tower manages Identity Center, and only there, the enabled baseline for it must be named.
fn check_parameters(call: &Call<'_>, parameters: &[Parameter]) -> Result<(), Failure> {
    let managed = zone(call)?.manages_identity_center();
    if let Some(other) = parameters.iter().find(|one| one.key != IDENTITY_CENTER_ARN) {
        return Err(refused(format!("Parameter {} is not supported", other.key)));
    }
    let given = parameters.first().map(|one| &one.value);
    match (managed, given) {
        (true, None) => Err(refused(format!("Parameter {IDENTITY_CENTER_ARN} is required"))),
        (false, Some(_)) => Err(refused(format!(
            "Parameter {IDENTITY_CENTER_ARN} is not supported: the landing zone does not manage Identity Center"
        ))),
        (false, None) => Ok(()),
        (true, Some(value)) => {
            let world = &call.world;
            let known =
                value.as_str().and_then(|arn| world.control_tower.enabled_baselines.get(arn));
            let name = known.and_then(|known| world.baseline_name(&known.baseline));
            if name == Some(IDENTITY_CENTER) {
                return Ok(());
            }
            Err(refused(format!("{value} is not the enabled baseline of Identity Center")))
        }
    }
}

/// A unit's parent must be registered before it, but for the root.
fn check_parent(world: &World, unit: &str) -> Result<(), Failure> {
    let organization = &world.organization;
    let parent = organization.ous.get(unit).map(|ou| ou.parent.as_str()).unwrap_or_default();
    if parent == organization.root || world.registration(parent).is_some() {
        return Ok(());
    }
    Err(refused(format!("The parent {parent} of organizational unit {unit} is not registered")))
}

/// The enabled baseline of a request, if it is one that may be changed.
fn own(call: &Call<'_>, input: &Input) -> Result<EnabledBaseline, Failure> {
    let enabled = enabled(call, input)?;
    if enabled.parent.is_some() {
        return Err(refused(
            "An enabled baseline that is inherited from a parent cannot be changed",
        ));
    }
    if !enabled.target.contains(":ou/") {
        return Err(refused("A baseline of the landing zone cannot be changed"));
    }
    Ok(enabled.clone())
}

pub(in super::super) fn disable(call: &mut Call<'_>, input: &Input) -> Answer {
    let enabled = own(call, input)?;
    let unit = last(&enabled.target);
    if call.world.baseline_name(&enabled.baseline) == Some(REGISTRATION) {
        check_unused(call.world, unit, &enabled)?;
    }
    check_free(call, Class::Unit, &enabled.arn)?;
    let id = accept(call, Work::DisableBaseline, &enabled.arn, None);
    Ok(json!({"operationIdentifier": id}))
}

/// A unit stays registered while one below it is, while controls are enabled on it, and where Control Tower keeps its own
/// accounts. That controls hold it is inference: they would be gone with it otherwise. [U]
fn check_unused(world: &World, unit: &str, enabled: &EnabledBaseline) -> Result<(), Failure> {
    if world.is_foundational(unit) {
        return Err(refused(format!("Organizational unit {unit} is foundational")));
    }
    let ous = world.organization.ous.iter();
    let mut below = ous.filter(|(_, ou)| ou.parent == unit).map(|(id, _)| id);
    if let Some(child) = below.find(|id| world.registration(id).is_some()) {
        return Err(refused(format!("Organizational unit {child} below {unit} is registered")));
    }
    if let Some(control) = super::super::control::first_optional(world, &enabled.target) {
        return Err(refused(format!("Control {control} is enabled on organizational unit {unit}")));
    }
    Ok(())
}

pub(in super::super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let version = input.text("baselineVersion", &BASELINE_VERSION)?.to_owned();
    let parameters = read_parameters(input)?;
    let enabled = own(call, input)?;
    check_version(call, &version)?;
    if call.world.baseline_name(&enabled.baseline) == Some(REGISTRATION) {
        check_parameters(call, parameters.as_deref().unwrap_or(&enabled.parameters))?;
    }
    check_free(call, Class::Unit, &enabled.arn)?;
    let work = Work::UpdateEnabledBaseline { version, parameters };
    let id = accept(call, work, &enabled.arn, None);
    Ok(json!({"operationIdentifier": id}))
}

pub(in super::super) fn reset(call: &mut Call<'_>, input: &Input) -> Answer {
    let enabled = own(call, input)?;
    check_free(call, Class::Unit, &enabled.arn)?;
    let id = accept(call, Work::ResetEnabledBaseline, &enabled.arn, None);
    Ok(json!({"operationIdentifier": id}))
}
