//! What Control Tower has on OUs, by name, and what it takes to call it.

use super::Projection;
use crate::id::{
    BaselineArn, ControlId, ControlName, EnabledBaselineArn, EnabledControlArn, OuId, OuPath,
};
use crate::live::Live;
use crate::live::control_tower::{
    CONTROL_TOWER_BASELINE, ControlTower, IDENTITY_CENTER_BASELINE, LandingZone, Target,
};
use crate::model::{Baseline, Control, Placed};
use std::collections::BTreeMap;

/// What it takes to call Control Tower.
#[derive(Clone, Debug, Default)]
pub struct TowerIds {
    /// What stands before an OU's id in its ARN.
    pub ou_prefix: String,
    /// The baseline of an OU.
    pub baseline: Option<BaselineArn>,
    /// The version of it that goes with the landing zone.
    pub version: Option<String>,
    /// Whether Control Tower manages Identity Center: the baseline then wants that named.
    pub manages_identity_center: bool,
    /// The landing zone's own baseline for Identity Center.
    pub identity_center: Option<EnabledBaselineArn>,
    /// What each control is called in requests.
    pub controls: BTreeMap<ControlName, String>,
    /// Controls that are enabled.
    pub enabled_controls: BTreeMap<Placed, EnabledControlArn>,
    /// OUs with the baseline.
    pub enabled_baselines: BTreeMap<OuPath, EnabledBaselineArn>,
}

impl TowerIds {
    /// The same after an OU was renamed.
    #[must_use]
    pub fn moved(self, from: &OuPath, to: &OuPath) -> Self {
        let baselines = self.enabled_baselines.into_iter();
        let controls = self.enabled_controls.into_iter();
        Self {
            enabled_baselines: baselines.map(|(ou, arn)| (ou.moved(from, to), arn)).collect(),
            enabled_controls: controls.map(|(at, arn)| (at.moved(from, to), arn)).collect(),
            ..self
        }
    }
}

/// Versions of the baseline by the landing zone's ("Compatibility of landing zone versions and baseline
/// versions", AWS Control Tower User Guide): the first that is not above it.
const VERSIONS: [(u32, u32, &str); 5] =
    [(4, 0, "5.0"), (3, 2, "4.0"), (3, 0, "3.0"), (2, 8, "2.0"), (2, 0, "1.0")];

/// The version that goes with a landing zone; of one that is newer than the table, the newest that is
/// enabled anywhere.
fn version(tower: &ControlTower, zone: &LandingZone) -> Option<String> {
    let numbers = |text: &str| {
        let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
        Some((major.parse::<u32>().ok()?, minor.parse::<u32>().ok()?))
    };
    let at = numbers(&zone.version);
    let newest = VERSIONS.first().map(|(major, minor, _)| (*major, *minor));
    if let Some(at) = at.filter(|at| Some(*at) <= newest) {
        let known = VERSIONS.iter().find(|(major, minor, _)| (*major, *minor) <= at);
        return known.map(|(_, _, version)| (*version).to_owned());
    }
    let enabled = tower.enabled(CONTROL_TOWER_BASELINE).filter_map(|(_, on)| on.version.clone());
    enabled.max_by_key(|version| numbers(version))
}

/// Projects what Control Tower has on OUs. What comes from above and what cannot be changed stays out.
pub(super) fn control_tower(live: &Live, out: &mut Projection) {
    let Some(tower) = &live.control_tower else { return };
    let mut ids = TowerIds::default();
    let paths: BTreeMap<&OuId, &OuPath> = out.ids.ous.iter().map(|(path, id)| (id, path)).collect();
    let path = |target: &Target| match target {
        Target::Ou(id) => paths.get(id).map(|path| (*path).clone()).filter(|p| p.depth() > 0),
        Target::Account(_) | Target::Other(_) => None,
    };
    if let Some(zone) = &tower.landing_zone {
        let organization = &live.organization;
        ids.ou_prefix = format!(
            "arn:{}:organizations::{}:ou/{}/",
            zone.partition(),
            organization.management_account,
            organization.id
        );
        ids.version = version(tower, zone);
        let manages = zone.manifest.get("accessManagement").and_then(|a| a.get("enabled"));
        ids.manages_identity_center = manages.and_then(serde_json::Value::as_bool) != Some(false);
        let region = zone.region().unwrap_or(&live.identity_center.region);
        for control in tower.controls.iter().filter(|control| !control.mandatory) {
            let Some(arn) = &control.arn else { continue };
            if let Some(id) = ControlId::parse(arn) {
                ids.controls.insert(tower.name_of(&id), arn.clone());
            }
        }
        for enabled in tower.enabled_controls.values() {
            let Some(id) = ControlId::parse(&enabled.control) else { continue };
            let arn = id.arn(zone.partition(), region);
            ids.controls.entry(tower.name_of(&id)).or_insert(arn);
        }
    }
    ids.baseline = tower.baseline(CONTROL_TOWER_BASELINE).cloned();
    ids.identity_center =
        tower.enabled(IDENTITY_CENTER_BASELINE).map(|(arn, _)| arn.clone()).next();
    for (arn, enabled) in tower.enabled(CONTROL_TOWER_BASELINE) {
        if let (Some(ou), None) = (path(&enabled.target), &enabled.parent) {
            let drifted = enabled.is_broken();
            out.state.baselines.insert(ou.clone(), Baseline { drifted });
            ids.enabled_baselines.insert(ou, arn.clone());
        }
    }
    for (arn, enabled) in &tower.enabled_controls {
        let Some(id) = ControlId::parse(&enabled.control) else { continue };
        if enabled.parent.is_some() || !tower.may_change(&id) {
            continue;
        }
        if let Some(ou) = path(&enabled.target) {
            let placed = Placed { ou, control: tower.name_of(&id) };
            let parameters = enabled.parameters.clone().unwrap_or_default();
            let drifted = enabled.is_broken();
            out.state.controls.insert(placed.clone(), Control { parameters, drifted });
            ids.enabled_controls.insert(placed, arn.clone());
        }
    }
    drop(paths);
    out.ids.tower = Some(ids);
}
