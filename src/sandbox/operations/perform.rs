//! What an operation does to the world when it ends.

use super::super::control_catalog;
use super::super::id;
use super::super::seed::mandatory;
use super::super::world::governance::{DRIFTED, IN_SYNC, last, version_for};
use super::super::world::{EnabledBaseline, EnabledControl, World};
use super::{Operation, Work};

const SUCCEEDED: &str = "SUCCEEDED";
const FAILED: &str = "FAILED";

/// Does what an operation is for, or gives the reason why it failed. A failure leaves what it was about FAILED.
pub(super) fn perform(world: &mut World, operation: &Operation) -> Result<(), String> {
    let Operation { work, subject, forced, .. } = operation;
    let done = match forced {
        Some(reason) => Err(reason.clone()),
        None => work_on(world, work, subject),
    };
    let status = if done.is_ok() { SUCCEEDED } else { FAILED };
    let tower = &mut world.control_tower;
    if let Some(enabled) = tower.enabled_baselines.get_mut(subject) {
        status.clone_into(&mut enabled.status);
    }
    if let Some(enabled) = tower.enabled_controls.get_mut(subject) {
        status.clone_into(&mut enabled.status);
    }
    if let Some(zone) = &mut tower.landing_zone
        && zone.arn == *subject
    {
        let status = if done.is_ok() { "ACTIVE" } else { FAILED };
        status.clone_into(&mut zone.status);
    }
    done
}

fn work_on(world: &mut World, work: &Work, subject: &str) -> Result<(), String> {
    match work {
        Work::EnableBaseline | Work::ResetEnabledBaseline => {
            repairing(world, |world| register(world, subject))
        }
        Work::DisableBaseline => repairing(world, |world| deregister(world, subject)),
        Work::UpdateEnabledBaseline { version, parameters } => {
            let enabled = baseline(world, subject)?;
            enabled.version = Some(version.clone());
            if let Some(parameters) = parameters {
                enabled.parameters.clone_from(parameters);
            }
            repairing(world, |world| register(world, subject))
        }
        Work::EnableControl => spread(world, subject),
        Work::DisableControl => {
            let tower = &mut world.control_tower;
            tower.enabled_controls.retain(|_, one| one.parent.as_deref() != Some(subject));
            tower.enabled_controls.remove(subject);
            Ok(())
        }
        Work::UpdateEnabledControl { parameters } => {
            control(world, subject)?.parameters.clone_from(parameters);
            spread(world, subject)
        }
        Work::ResetEnabledControl => {
            settle_drift(control(world, subject)?);
            spread(world, subject)
        }
        Work::Update { version, manifest, remediation_types } => {
            if let Some(zone) = &mut world.control_tower.landing_zone {
                zone.version.clone_from(version);
                if let Some(manifest) = manifest {
                    zone.manifest.clone_from(manifest);
                }
                if let Some(types) = remediation_types {
                    zone.remediation_types.clone_from(types);
                }
            }
            update_sources(world);
            repair_zone(world);
            Ok(())
        }
        Work::Reset => {
            repair_zone(world);
            Ok(())
        }
        Work::Enrol { account, unit } => {
            let there = world.organization.accounts.get(account).is_some_and(|a| a.parent == *unit);
            if !there || world.registration(unit).is_none() {
                return Err(format!("Account {account} is no longer in {unit}"));
            }
            repairing(world, |world| {
                world.enrol(account, unit, new_baseline);
                world.recheck_unit(unit);
                Ok(())
            })
        }
    }
}

/// Does something after which nothing may be left that the landing zone was drifted for.
fn repairing(
    world: &mut World,
    work: impl FnOnce(&mut World) -> Result<(), String>,
) -> Result<(), String> {
    let was = world.drift_is_visible();
    let done = work(world);
    world.recheck_units();
    if was
        && !world.drift_is_visible()
        && let Some(zone) = &mut world.control_tower.landing_zone
    {
        IN_SYNC.clone_into(&mut zone.drift);
    }
    done
}

fn baseline<'w>(world: &'w mut World, arn: &str) -> Result<&'w mut EnabledBaseline, String> {
    let known = world.control_tower.enabled_baselines.get_mut(arn);
    known.ok_or_else(|| format!("Enabled baseline {arn} does not exist"))
}

fn control<'w>(world: &'w mut World, arn: &str) -> Result<&'w mut EnabledControl, String> {
    let known = world.control_tower.enabled_controls.get_mut(arn);
    known.ok_or_else(|| format!("Enabled control {arn} does not exist"))
}

/// The ARN of a new enabled baseline.
pub(in super::super) fn new_baseline(world: &mut World) -> String {
    let number = world.next_number();
    let own = id::hex(&format!("enabled-baseline/{number}"), 16).to_uppercase();
    world.tower_arn("enabledbaseline", &format!("X{own}"))
}

/// Makes a unit and its accounts what the baseline says. It is also how a unit is reset.
fn register(world: &mut World, arn: &str) -> Result<(), String> {
    let enabled = baseline(world, arn)?;
    enabled.drift.inheritance = Some(IN_SYNC.to_owned());
    enabled.drift.source = enabled.drift.source.as_ref().map(|_| IN_SYNC.to_owned());
    SUCCEEDED.clone_into(&mut enabled.status);
    let unit = last(&enabled.target).to_owned();
    let organization = &world.organization;
    if !organization.ous.contains_key(&unit) {
        return Err(format!("Organizational unit {unit} does not exist"));
    }
    if world.registration(&unit).is_none_or(|own| own.arn != arn) {
        return Ok(());
    }
    let management = &organization.management_account;
    let accounts = organization.accounts.iter().filter(|(id, account)| {
        account.parent == unit && account.state.as_deref() == Some("ACTIVE") && *id != management
    });
    let accounts: Vec<String> = accounts.map(|(id, _)| id.clone()).collect();
    for account in accounts {
        world.enrol(&account, &unit, new_baseline);
    }
    mandatory(world, &unit);
    inherit(world, &unit);
    Ok(())
}

fn deregister(world: &mut World, arn: &str) -> Result<(), String> {
    let target = baseline(world, arn)?.target.clone();
    let registers = world.registration(last(&target)).is_some_and(|own| own.arn == arn);
    let tower = &mut world.control_tower;
    tower.enabled_baselines.remove(arn);
    tower.enabled_baselines.retain(|_, enabled| enabled.parent.as_deref() != Some(arn));
    if registers {
        tower.enabled_controls.retain(|_, enabled| enabled.target != target);
    }
    Ok(())
}

fn settle_drift(enabled: &mut EnabledControl) {
    let drift = &mut enabled.drift;
    for status in [&mut drift.status, &mut drift.inheritance, &mut drift.resource] {
        if status.as_deref().is_some_and(|status| status == DRIFTED || status == "UNKNOWN") {
            *status = Some(IN_SYNC.to_owned());
        }
    }
}

/// Whether a unit is below another.
fn is_below(world: &World, unit: &str, above: &str) -> bool {
    let ous = &world.organization.ous;
    let parent = |id: &String| ous.get(id).map(|ou| ou.parent.clone());
    let mut all = std::iter::successors(parent(&unit.to_owned()), parent);
    all.any(|id| id == above)
}

/// Gives the registered units below one what is enabled there.
fn spread(world: &mut World, arn: &str) -> Result<(), String> {
    let enabled = control(world, arn)?.clone();
    let above = last(&enabled.target).to_owned();
    let units = world.organization.ous.keys();
    let units = units.filter(|id| is_below(world, id, &above) && world.registration(id).is_some());
    let units: Vec<String> = units.cloned().collect();
    for unit in units {
        inherit_one(world, &enabled, &unit);
    }
    Ok(())
}

/// Gives a unit what is enabled on those above it.
fn inherit(world: &mut World, unit: &str) {
    let all = world.control_tower.enabled_controls.values();
    let above = all.filter(|enabled| {
        enabled.parent.is_none()
            && is_below(world, unit, last(&enabled.target))
            && !control_catalog::find(world, &enabled.control).is_some_and(|entry| entry.mandatory)
    });
    let above: Vec<EnabledControl> = above.cloned().collect();
    for enabled in above {
        inherit_one(world, &enabled, unit);
    }
}

fn inherit_one(world: &mut World, enabled: &EnabledControl, unit: &str) {
    let target = world.unit_arn(unit);
    let own = id::hex(&format!("inherited/{}/{unit}", enabled.arn), 16).to_uppercase();
    let arn = world.tower_arn("enabledcontrol", &own);
    let child = EnabledControl {
        arn: arn.clone(),
        target,
        parent: Some(enabled.arn.clone()),
        status: SUCCEEDED.to_owned(),
        ..enabled.clone()
    };
    world.control_tower.enabled_controls.insert(arn, child);
}

/// A landing zone of another version has other versions of its baselines. Its own are updated with it; what is enabled on
/// units in an older version is drifted from its source until it is updated.
fn update_sources(world: &mut World) {
    let Some(zone) = &world.control_tower.landing_zone else { return };
    let version = version_for(&zone.version);
    for enabled in world.control_tower.enabled_baselines.values_mut() {
        if enabled.parent.is_none() && !enabled.target.contains(":ou/") {
            enabled.version = enabled.version.as_ref().map(|_| version.to_owned());
        } else if enabled.version.as_deref().is_some_and(|own| own != version) {
            enabled.drift.source = Some(DRIFTED.to_owned());
        }
    }
}

/// Puts the landing zone's own unit back, and takes it for in order. Accounts that were moved are their units' to repair.
fn repair_zone(world: &mut World) {
    world.restore_foundational();
    world.recheck_units();
    let drift = if world.drift_is_visible() { DRIFTED } else { IN_SYNC };
    if let Some(zone) = &mut world.control_tower.landing_zone {
        drift.clone_into(&mut zone.drift);
    }
}
