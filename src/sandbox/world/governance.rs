//! What Control Tower governs: which units are registered, which accounts are enrolled, and what has drifted.

use super::{BaselineDrift, EnabledBaseline, Ou, World};
use std::collections::{BTreeMap, BTreeSet};

/// The baseline that registers a unit and enrols its accounts.
pub const REGISTRATION: &str = "AWSControlTowerBaseline";
/// The landing zone's baseline for Identity Center.
pub const IDENTITY_CENTER: &str = "IdentityCenterBaseline";
/// In order, and as expected.
pub const IN_SYNC: &str = "IN_SYNC";
/// Otherwise than expected.
pub const DRIFTED: &str = "DRIFTED";

/// Id, name and description of AWS's baselines. The ids are the same in every Region.
pub const BASELINES: [(&str, &str, &str); 7] = [
    (
        "17BSJV3IGJ2QSGA2",
        REGISTRATION,
        "Sets up resources and mandatory controls for member accounts within the target OU, required for AWS Control \
         Tower governance.",
    ),
    (
        "LN25R72TTG6IGPTQ",
        IDENTITY_CENTER,
        "Sets up shared resources for AWS Identity Center, which prepares the AWSControlTowerBaseline to set up \
         Identity Center access for accounts.",
    ),
    (
        "4T4HA1KMO10S6311",
        "AuditBaseline",
        "Sets up resources to monitor security and compliance of accounts in your organization.",
    ),
    (
        "J8HX46AHS5MIKQPD",
        "LogArchiveBaseline",
        "Sets up a central repository for logs of API activities and resource configurations from accounts in your \
         organization.",
    ),
    ("APO9ATVPBKFRRGLK", "BackupBaseline", "Sets up AWS Backup for the accounts of the target OU."),
    ("3WPD0NA6TJ9AOMU2", "BackupCentralVaultBaseline", "Sets up the central vault of AWS Backup."),
    ("H6C5JFCJJ3CPU3J5", "BackupManagerBaseline", "Sets up the administration of AWS Backup."),
];

/// The version of a baseline that goes with a version of the landing zone.
pub fn version_for(zone: &str) -> &'static str {
    match zone {
        "2.0" | "2.1" | "2.2" | "2.3" | "2.4" | "2.5" | "2.6" | "2.7" => "1.0",
        "2.8" | "2.9" => "2.0",
        "3.0" | "3.1" => "3.0",
        "3.2" | "3.3" => "4.0",
        _ => "5.0",
    }
}

/// The last part of an ARN: the id of what it names.
pub fn last(arn: &str) -> &str {
    arn.rsplit_once('/').map_or(arn, |(_, id)| id)
}

impl World {
    /// The name of a baseline by its ARN.
    pub fn baseline_name(&self, arn: &str) -> Option<&str> {
        let of_document = self.control_tower.baselines.iter().flatten();
        let mut of_document = of_document.filter(|baseline| baseline.arn == arn);
        let known = BASELINES.iter().find(|(id, _, _)| *id == last(arn)).map(|(_, name, _)| *name);
        of_document.next().map(|baseline| baseline.name.as_str()).or(known)
    }

    /// The ARN of a baseline by its name.
    pub fn baseline_arn(&self, name: &str) -> Option<String> {
        let of_document = self.control_tower.baselines.iter().flatten();
        let mut of_document = of_document.filter(|baseline| baseline.name == name);
        let region = self.control_tower.landing_zone.as_ref()?.region();
        let known = BASELINES.iter().find(|(_, known, _)| *known == name);
        let known = known.map(|(id, _, _)| format!("arn:aws:controltower:{region}::baseline/{id}"));
        of_document.next().map(|baseline| baseline.arn.clone()).or(known)
    }

    /// The name of the foundational unit for security, where the manifest gives one.
    pub fn security_name(&self) -> Option<&str> {
        let zone = self.control_tower.landing_zone.as_ref()?;
        zone.manifest.pointer("/organizationStructure/security/name")?.as_str()
    }

    /// Whether a unit is Control Tower's own, for its log archive and audit accounts.
    pub fn is_foundational(&self, unit: &str) -> bool {
        let organization = &self.organization;
        let ou = organization.ous.get(unit).filter(|ou| ou.parent == organization.root);
        ou.is_some_and(|ou| Some(ou.name.as_str()) == self.security_name())
    }

    /// Whether an account is one of Control Tower's own, for logs and for audits.
    pub fn is_tower_account(&self, account: &str) -> bool {
        let zone = self.control_tower.landing_zone.as_ref();
        let places = ["/centralizedLogging/accountId", "/securityRoles/accountId"];
        let own = |place: &&str| {
            zone.and_then(|zone| zone.manifest.pointer(place)).and_then(serde_json::Value::as_str)
        };
        account == self.organization.management_account
            || places.iter().filter_map(own).any(|id| id == account)
    }

    /// The ARN of a unit.
    pub fn unit_arn(&self, id: &str) -> String {
        self.organizations_arn("ou", id)
    }

    /// The ARN of an account.
    pub fn account_arn(&self, id: &str) -> String {
        self.organizations_arn("account", id)
    }

    fn organizations_arn(&self, kind: &str, id: &str) -> String {
        let organization = &self.organization;
        let management = &organization.management_account;
        format!("arn:aws:organizations::{management}:{kind}/{}/{id}", organization.id)
    }

    /// A new ARN of Control Tower: `enabledbaseline` or `enabledcontrol`.
    pub fn tower_arn(&self, kind: &str, id: &str) -> String {
        let zone = self.control_tower.landing_zone.as_ref();
        let region = zone.map_or("us-east-1", |zone| zone.region());
        format!(
            "arn:aws:controltower:{region}:{}:{kind}/{id}",
            self.organization.management_account
        )
    }

    fn registrations(&self) -> impl Iterator<Item = &EnabledBaseline> {
        let all = self.control_tower.enabled_baselines.values();
        all.filter(|enabled| self.baseline_name(&enabled.baseline) == Some(REGISTRATION))
    }

    /// The enabled baseline that registers a unit.
    pub fn registration(&self, unit: &str) -> Option<&EnabledBaseline> {
        self.registrations()
            .find(|enabled| enabled.parent.is_none() && last(&enabled.target) == unit)
    }

    /// The enabled baseline that enrols an account.
    pub fn enrolment(&self, account: &str) -> Option<&EnabledBaseline> {
        self.registrations()
            .find(|enabled| enabled.parent.is_some() && last(&enabled.target) == account)
    }

    /// The accounts that are enrolled.
    pub fn enrolled(&self) -> BTreeSet<&str> {
        let children = self.registrations().filter(|enabled| enabled.parent.is_some());
        children.map(|enabled| last(&enabled.target)).collect()
    }

    /// Enrols an account in a registered unit: it gets the unit's baseline, or gets it anew.
    pub fn enrol(&mut self, account: &str, unit: &str, arn: impl FnOnce(&mut Self) -> String) {
        let Some(registration) = self.registration(unit).cloned() else { return };
        let known = self.enrolment(account).map(|enabled| enabled.arn.clone());
        let arn = match known {
            Some(arn) => arn,
            None => arn(self),
        };
        let target = self.account_arn(account);
        let enabled = EnabledBaseline {
            arn: arn.clone(),
            baseline: registration.baseline,
            version: registration.version,
            target,
            parent: Some(registration.arn),
            status: "SUCCEEDED".to_owned(),
            drift: BaselineDrift { inheritance: Some(IN_SYNC.to_owned()), source: None },
            last_operation: registration.last_operation,
            ..EnabledBaseline::default()
        };
        self.control_tower.enabled_baselines.insert(arn, enabled);
    }

    /// The ARN of every unit's registration, by the unit.
    fn registered(&self) -> BTreeMap<&str, &str> {
        let own = self.registrations().filter(|enabled| enabled.parent.is_none());
        own.map(|enabled| (last(&enabled.target), enabled.arn.as_str())).collect()
    }

    /// The unit that an enrolled account is in, where that is not the one that its baseline comes from.
    fn misplaced<'w>(
        &'w self,
        child: &EnabledBaseline,
        registered: &BTreeMap<&str, &str>,
    ) -> Option<&'w str> {
        let account = self.organization.accounts.get(last(&child.target))?;
        // An account that was closed has left, and is nobody's drift.
        let here = registered.get(account.parent.as_str()).copied();
        let elsewhere =
            account.state.as_deref() == Some("ACTIVE") && here != child.parent.as_deref();
        elsewhere.then_some(account.parent.as_str())
    }

    /// Whether something is to be seen that makes the landing zone drifted: an enrolled account that is elsewhere, a
    /// registered unit that is gone, a foundational unit that is gone or has another name.
    pub fn drift_is_visible(&self) -> bool {
        let ous = &self.organization.ous;
        let registered = self.registered();
        let gone = |enabled: &EnabledBaseline| {
            enabled.target.contains(":ou/") && !ous.contains_key(last(&enabled.target))
        };
        let mut all = self.registrations();
        all.any(|enabled| {
            let child = enabled.parent.is_some();
            gone(enabled) || child && self.misplaced(enabled, &registered).is_some()
        }) || self.lacks_foundational()
    }

    fn lacks_foundational(&self) -> bool {
        let ous = &self.organization.ous;
        self.security_name().is_some() && !ous.keys().any(|unit| self.is_foundational(unit))
    }

    /// Puts the foundational unit back: under its name where it is registered and renamed, else as a new one.
    pub fn restore_foundational(&mut self) {
        if !self.lacks_foundational() {
            return;
        }
        let Some(name) = self.security_name().map(str::to_owned) else { return };
        let zone = self.control_tower.landing_zone.as_ref();
        let keeper = zone.and_then(|zone| zone.manifest.pointer("/centralizedLogging/accountId"));
        let keeper = keeper.and_then(serde_json::Value::as_str);
        let unit =
            keeper.and_then(|id| self.organization.accounts.get(id)).map(|a| a.parent.clone());
        let renamed = unit.and_then(|unit| self.organization.ous.get_mut(&unit));
        if let Some(renamed) = renamed {
            renamed.name = name;
            return;
        }
        let number = self.next_number();
        let root = self.organization.root.clone();
        let id = format!("ou-{}-{number:08}", root.strip_prefix("r-").unwrap_or(&root));
        self.organization.ous.insert(id, Ou { name, parent: root, ..Ou::default() });
    }

    /// Sees what an account's new place means: an enrolled account is drifted wherever its baseline does not come from.
    pub fn account_moved(&mut self, account: &str, from: &str, to: &str) {
        if let Some(child) = self.enrolment(account) {
            let in_place = self.misplaced(child, &self.registered()).is_none();
            let arn = child.arn.clone();
            let status = if in_place { IN_SYNC } else { DRIFTED };
            if let Some(child) = self.control_tower.enabled_baselines.get_mut(&arn) {
                child.drift.inheritance = Some(status.to_owned());
            }
            self.recheck_unit(from);
            self.recheck_unit(to);
            self.recheck_zone(in_place);
        }
    }

    /// The landing zone is drifted where that is to be seen; and no longer, where something was put right.
    pub fn recheck_zone(&mut self, repaired: bool) {
        let visible = self.drift_is_visible();
        if let Some(zone) = &mut self.control_tower.landing_zone
            && (visible || repaired)
        {
            let drift = if visible { DRIFTED } else { IN_SYNC };
            drift.clone_into(&mut zone.drift);
        }
    }

    /// Sees whether a unit has accounts with the baseline of another.
    pub fn recheck_unit(&mut self, unit: &str) {
        let status = if self.strangers().contains(unit) { DRIFTED } else { IN_SYNC };
        self.set_unit(unit, status);
    }

    /// The same of every unit, but finds none in order: a document may know more.
    pub fn recheck_units(&mut self) {
        for unit in self.strangers() {
            self.set_unit(&unit, DRIFTED);
        }
    }

    fn set_unit(&mut self, unit: &str, status: &str) {
        let Some(arn) = self.registration(unit).map(|own| own.arn.clone()) else { return };
        if let Some(own) = self.control_tower.enabled_baselines.get_mut(&arn) {
            own.drift.inheritance = Some(status.to_owned());
        }
    }

    /// The units that have accounts with the baseline of another.
    fn strangers(&self) -> BTreeSet<String> {
        let registered = self.registered();
        let children = self.registrations().filter(|enabled| enabled.parent.is_some());
        let units = children.filter_map(|child| self.misplaced(child, &registered));
        units.map(str::to_owned).collect()
    }
}
