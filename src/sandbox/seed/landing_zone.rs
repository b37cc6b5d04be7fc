//! What a landing zone brings that a document leaves out: its manifest, the baselines of its own accounts, and the
//! mandatory controls.

use super::super::control_catalog::{EVERYWHERE, SECURITY};
use super::super::id;
use super::super::snapshot::Missing;
use super::super::world::governance::{
    DRIFTED, IDENTITY_CENTER, IN_SYNC, REGISTRATION, last, version_for,
};
use super::super::world::{
    BaselineDrift, ControlDrift, EnabledBaseline, EnabledControl, LandingZone, World,
};
use serde_json::{Value, json};

/// Fills in what is missing. What was under way when the document was written is taken for done.
pub(in super::super) fn landing_zone(world: &mut World, missing: Missing) {
    let Some(mut zone) = world.control_tower.landing_zone.take() else { return };
    fill(world, &mut zone);
    let manifest = zone.manifest.clone();
    world.control_tower.landing_zone = Some(zone);
    for enabled in world.control_tower.enabled_baselines.values_mut() {
        done(&mut enabled.status);
    }
    for enabled in world.control_tower.enabled_controls.values_mut() {
        done(&mut enabled.status);
    }
    if missing.baselines {
        baselines(world, &manifest);
    }
    if missing.controls {
        let units: Vec<String> = world.organization.ous.keys().cloned().collect();
        for unit in units {
            if world.registration(&unit).is_some() {
                mandatory(world, &unit);
            }
        }
    }
}

fn done(status: &mut String) {
    if status == "UNDER_CHANGE" {
        "SUCCEEDED".clone_into(status);
    }
}

fn or(text: &mut String, otherwise: &str) {
    if text.is_empty() {
        otherwise.clone_into(text);
    }
}

fn fill(world: &World, zone: &mut LandingZone) {
    let organization = &world.organization;
    let region = &world.identity_center.region;
    let own = id::hex(&format!("landing-zone/{}", organization.id), 16).to_uppercase();
    let management = &organization.management_account;
    or(&mut zone.arn, &format!("arn:aws:controltower:{region}:{management}:landingzone/{own}"));
    or(&mut zone.version, "3.3");
    or(&mut zone.latest_version, &zone.version.clone());
    or(&mut zone.status, "ACTIVE");
    if zone.status == "PROCESSING" {
        "ACTIVE".clone_into(&mut zone.status);
    }
    or(&mut zone.drift, IN_SYNC);
    if zone.drift != DRIFTED {
        IN_SYNC.clone_into(&mut zone.drift);
    }
    if zone.manifest.is_null() {
        zone.manifest = manifest(world, zone);
    }
}

/// A manifest as the console writes it, for the accounts and units that have the usual names.
fn manifest(world: &World, zone: &LandingZone) -> Value {
    let accounts = &world.organization.accounts;
    let named = |wanted: &[&str]| {
        let is =
            |name: &str| wanted.contains(&name.to_lowercase().replace([' ', '_'], "-").as_str());
        accounts.iter().find(|(_, account)| is(&account.name)).map(|(id, _)| id)
    };
    let mut manifest = json!({
        "accessManagement": {"enabled": true},
        "governedRegions": [zone.region()],
        "centralizedLogging": {
            "enabled": true,
            "configurations": {
                "loggingBucket": {"retentionDays": 365},
                "accessLoggingBucket": {"retentionDays": 3650},
            },
        },
        "securityRoles": {},
    });
    let organization = &world.organization;
    let mut units = organization.ous.values().filter(|ou| ou.parent == organization.root);
    if let Some(security) = units.find(|ou| ou.name == "Security" || ou.name == "Core") {
        manifest["organizationStructure"] = json!({"security": {"name": security.name}});
    }
    let places = [
        ("/centralizedLogging", named(&["log-archive", "logarchive", "logging"])),
        ("/securityRoles", named(&["audit", "security-audit"])),
    ];
    for (place, account) in places {
        if let (Some(account), Some(Value::Object(section))) =
            (account, manifest.pointer_mut(place))
        {
            section.insert("accountId".to_owned(), json!(account));
        }
    }
    manifest
}

fn baselines(world: &mut World, manifest: &Value) {
    let account = |place: &str| manifest.pointer(place).and_then(Value::as_str).map(str::to_owned);
    let management = world.organization.management_account.clone();
    let own = [
        (IDENTITY_CENTER, Some(management)),
        ("AuditBaseline", account("/securityRoles/accountId")),
        ("LogArchiveBaseline", account("/centralizedLogging/accountId")),
    ];
    for (name, account) in own {
        let Some(account) = account.filter(|id| world.organization.accounts.contains_key(id))
        else {
            continue;
        };
        let target = world.account_arn(&account);
        enable(world, name, &target);
    }
    let security = manifest.pointer("/organizationStructure/security/name");
    let security = security.and_then(Value::as_str).unwrap_or("Security");
    let organization = &world.organization;
    let unit = organization
        .ous
        .iter()
        .find(|(_, ou)| ou.parent == organization.root && ou.name == security)
        .map(|(id, _)| id.clone());
    let Some(unit) = unit else { return };
    let target = world.unit_arn(&unit);
    enable(world, REGISTRATION, &target);
    let here = |parent: &String| *parent == unit;
    let accounts: Vec<String> = world
        .organization
        .accounts
        .iter()
        .filter(|(_, account)| here(&account.parent) && account.state.as_deref() == Some("ACTIVE"))
        .map(|(id, _)| id.clone())
        .collect();
    for account in accounts {
        let arn = arn(world, "enabledbaseline", &format!("enrolment/{account}"));
        world.enrol(&account, &unit, |_| arn);
    }
}

/// An ARN that follows from a text alone, so that the same document always gives the same world.
fn arn(world: &World, kind: &str, of: &str) -> String {
    world.tower_arn(kind, &format!("X{}", id::hex(of, 16).to_uppercase()))
}

fn enable(world: &mut World, name: &str, target: &str) {
    let zone = world.control_tower.landing_zone.as_ref();
    let version = zone.map(|zone| version_for(&zone.version));
    let Some(baseline) = world.baseline_arn(name) else { return };
    let arn = arn(world, "enabledbaseline", &format!("{name}/{target}"));
    let enabled = EnabledBaseline {
        arn: arn.clone(),
        baseline,
        version: version.map(str::to_owned),
        target: target.to_owned(),
        status: "SUCCEEDED".to_owned(),
        drift: BaselineDrift { inheritance: Some(IN_SYNC.to_owned()), source: None },
        ..EnabledBaseline::default()
    };
    world.control_tower.enabled_baselines.insert(arn, enabled);
}

/// Gives a registered unit the controls that Control Tower enables by itself.
pub(in super::super) fn mandatory(world: &mut World, unit: &str) {
    let target = world.unit_arn(unit);
    let security = world.is_foundational(unit);
    let ids = EVERYWHERE.iter().chain(SECURITY.iter().filter(|_| security));
    for name in ids {
        let zone = world.control_tower.landing_zone.as_ref();
        let region = zone.map(|zone| zone.region().to_owned()).unwrap_or_default();
        let arn = arn(world, "enabledcontrol", &format!("{name}/{}", last(&target)));
        let enabled = EnabledControl {
            arn: arn.clone(),
            control: format!("arn:aws:controltower:{region}::control/{name}"),
            target: target.clone(),
            status: "SUCCEEDED".to_owned(),
            drift: ControlDrift { status: Some(IN_SYNC.to_owned()), ..ControlDrift::default() },
            ..EnabledControl::default()
        };
        world.control_tower.enabled_controls.insert(arn, enabled);
    }
}
