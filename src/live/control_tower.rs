//! AWS Control Tower as it was read: the landing zone, its baselines, its controls.
//!
//! "Nothing" is only said of what was read: whoever asks whether an OU is registered or an account
//! enrolled asks [`Live::gap_for`](super::Live::gap_for) first (`Part::LandingZone`, `Part::Baselines`).

mod control;
mod manifest;

use crate::id::{
    AccountId, BaselineArn, ControlId, ControlName, EnabledBaselineArn, EnabledControlArn,
    LandingZoneArn, OuId,
};
pub use control::Control;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The baseline that registers an OU (and enrols its accounts).
pub const CONTROL_TOWER_BASELINE: &str = "AWSControlTowerBaseline";
/// The landing zone's own baseline for Identity Center; there where Control Tower manages that.
pub const IDENTITY_CENTER_BASELINE: &str = "IdentityCenterBaseline";
/// The ids of AWS's baselines, the same in every region ("Types of baselines", AWS Control Tower user
/// guide). What `ListBaselines` says comes first.
const BASELINES: [(&str, &str); 7] = [
    ("17BSJV3IGJ2QSGA2", CONTROL_TOWER_BASELINE),
    ("LN25R72TTG6IGPTQ", IDENTITY_CENTER_BASELINE),
    ("4T4HA1KMO10S6311", "AuditBaseline"),
    ("J8HX46AHS5MIKQPD", "LogArchiveBaseline"),
    ("APO9ATVPBKFRRGLK", "BackupBaseline"),
    ("3WPD0NA6TJ9AOMU2", "BackupCentralVaultBaseline"),
    ("H6C5JFCJJ3CPU3J5", "BackupAdminBaseline"),
];

/// What Control Tower told, in the region of Identity Center.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlTower {
    /// The landing zone; `None` where there is none, or `Part::LandingZone` is a gap.
    pub landing_zone: Option<LandingZone>,
    /// Names of baselines.
    pub baselines: BTreeMap<BaselineArn, String>,
    /// Baselines that are enabled on something; those of accounts have a parent.
    pub enabled_baselines: BTreeMap<EnabledBaselineArn, EnabledBaseline>,
    /// Controls that are enabled on something; those that come from above have a parent.
    pub enabled_controls: BTreeMap<EnabledControlArn, EnabledControl>,
    /// What the catalog says of the controls that somebody asked about.
    pub controls: Vec<Control>,
}

/// The landing zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LandingZone {
    /// Its ARN.
    pub arn: LandingZoneArn,
    /// Its version, `3.3`.
    pub version: String,
    /// The newest version that it can be updated to.
    pub latest_version: Option<String>,
    /// `ACTIVE`, `PROCESSING` or `FAILED`; `None` where AWS did not tell.
    pub status: Option<String>,
    /// `IN_SYNC` or `DRIFTED`; `None` where AWS did not tell.
    pub drift: Option<String>,
    /// Its manifest, with `remediationTypes`, which AWS tells beside it.
    pub manifest: Value,
}

/// What something is enabled on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// An OU, or the root.
    Ou(OuId),
    /// An account.
    Account(AccountId),
    /// Anything else, by its ARN.
    Other(String),
}

/// A baseline that is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnabledBaseline {
    /// Which.
    pub baseline: BaselineArn,
    /// Its version, which AWS raises by itself at times.
    pub version: Option<String>,
    /// On what.
    pub target: Target,
    /// The enabled baseline that it came with; such are never written.
    pub parent: Option<EnabledBaselineArn>,
    /// `SUCCEEDED`, `FAILED` or `UNDER_CHANGE`.
    pub status: Option<String>,
    /// Whether it differs from its parent's.
    pub inheritance: Option<String>,
    /// Whether what it rests on was moved.
    pub source: Option<String>,
    /// Its parameters; `None` where nobody asked.
    pub parameters: Option<Parameters>,
}

/// A control that is enabled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnabledControl {
    /// Which, in the form that it was enabled by.
    pub control: String,
    /// On what.
    pub target: Target,
    /// The enabled control above that it came from; such are never written.
    pub parent: Option<EnabledControlArn>,
    /// `SUCCEEDED`, `FAILED` or `UNDER_CHANGE`.
    pub status: Option<String>,
    /// `IN_SYNC`, `DRIFTED`, `NOT_CHECKING` or `UNKNOWN`.
    pub drift: Option<String>,
    /// Whether it differs from its parent's.
    pub inheritance: Option<String>,
    /// Whether what it made was changed.
    pub resource: Option<String>,
    /// Its parameters; `None` where they were not asked for.
    pub parameters: Option<Parameters>,
}

/// Parameters by key.
pub type Parameters = BTreeMap<String, Value>;

/// AWS's word for what is not as Control Tower made it.
const DRIFTED: &str = "DRIFTED";

fn drifted(word: Option<&String>) -> bool {
    word.is_some_and(|word| word == DRIFTED)
}

impl LandingZone {
    /// Whether AWS says that it has drifted.
    pub fn is_drifted(&self) -> bool {
        drifted(self.drift.as_ref())
    }

    /// Whether a newer version can be had.
    pub fn is_outdated(&self) -> bool {
        self.latest_version.as_ref().is_some_and(|latest| *latest != self.version)
    }

    /// The home region, as its ARN has it.
    pub fn region(&self) -> Option<&str> {
        self.arn.as_str().split(':').nth(3).filter(|region| !region.is_empty())
    }

    /// `aws`, or the partition that its ARN has.
    pub fn partition(&self) -> &str {
        self.arn.as_str().split(':').nth(1).filter(|text| !text.is_empty()).unwrap_or("aws")
    }
}

impl Target {
    /// Reads an ARN of Organizations: its end is the id.
    pub fn parse(arn: &str) -> Self {
        let mut parts = arn.splitn(6, ':').skip(2);
        let (service, rest) = (parts.next(), parts.nth(2).unwrap_or_default());
        let (kind, id) = (rest.split('/').next(), rest.rsplit('/').next().unwrap_or_default());
        match (service, kind, AccountId::parse(id)) {
            (Some("organizations"), Some("ou" | "root"), _) if !id.is_empty() => {
                Self::Ou(OuId::new(id))
            }
            (Some("organizations"), Some("account"), Some(account)) => Self::Account(account),
            _ => Self::Other(arn.to_owned()),
        }
    }

    /// The ARN, of an organization.
    pub fn arn(&self, organization: &super::Organization, partition: &str) -> String {
        let (id, owner) = (&organization.id, &organization.management_account);
        match self {
            Self::Ou(ou) => {
                let kind = if ou.as_str() == organization.root.as_str() { "root" } else { "ou" };
                format!("arn:{partition}:organizations::{owner}:{kind}/{id}/{ou}")
            }
            Self::Account(account) => {
                format!("arn:{partition}:organizations::{owner}:account/{id}/{account}")
            }
            Self::Other(arn) => arn.clone(),
        }
    }
}

impl EnabledBaseline {
    /// Whether it is not what it should be: it has drifted, or what was done to it last failed.
    pub fn is_broken(&self) -> bool {
        self.is_drifted() || self.status.as_deref() == Some("FAILED")
    }

    /// Whether AWS says that it has drifted.
    pub fn is_drifted(&self) -> bool {
        drifted(self.inheritance.as_ref()) || drifted(self.source.as_ref())
    }
}

impl EnabledControl {
    /// Whether it is not what it should be: it has drifted, or what was done to it last failed.
    pub fn is_broken(&self) -> bool {
        self.is_drifted() || self.status.as_deref() == Some("FAILED")
    }

    /// Whether AWS says that it has drifted.
    pub fn is_drifted(&self) -> bool {
        [&self.drift, &self.inheritance, &self.resource].into_iter().any(|w| drifted(w.as_ref()))
    }
}

impl ControlTower {
    /// The name of a baseline; of one that nobody named its ARN.
    pub fn baseline_name<'a>(&'a self, arn: &'a BaselineArn) -> &'a str {
        let known = self.baselines.get(arn).map(String::as_str);
        let own = || {
            let id = arn.as_str().rsplit(['/', ':']).next()?;
            BASELINES.iter().find(|(known, _)| *known == id).map(|(_, name)| *name)
        };
        known.or_else(own).unwrap_or(arn.as_str())
    }

    /// The ARN of a baseline; `None` where `ListBaselines` did not tell it.
    pub fn baseline(&self, name: &str) -> Option<&BaselineArn> {
        self.baselines.iter().find(|(_, known)| *known == name).map(|(arn, _)| arn)
    }

    /// Enabled baselines of this name.
    pub fn enabled<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = (&'a EnabledBaselineArn, &'a EnabledBaseline)> {
        self.enabled_baselines
            .iter()
            .filter(move |(_, enabled)| self.baseline_name(&enabled.baseline) == name)
    }

    /// Whether an OU is registered: `AWSControlTowerBaseline` is enabled on it itself.
    pub fn is_registered(&self, ou: &OuId) -> bool {
        self.enabled(CONTROL_TOWER_BASELINE)
            .any(|(_, enabled)| matches!(&enabled.target, Target::Ou(id) if id == ou))
    }

    /// Whether an account is enrolled: it has the baseline of its OU, or, as the accounts that Control
    /// Tower itself stands on, one of its own.
    pub fn is_enrolled(&self, account: &AccountId) -> bool {
        self.enabled(CONTROL_TOWER_BASELINE)
            .any(|(_, enabled)| matches!(&enabled.target, Target::Account(id) if id == account))
    }

    /// Whether accounts are enrolled by themselves where they are moved to.
    pub fn auto_enrols(&self) -> bool {
        self.landing_zone.as_ref().is_some_and(|zone| manifest::auto_enrols(&zone.manifest))
    }

    /// The log archive, the audit account and whatever else the manifest names: the landing zone stands
    /// on them.
    pub fn foundational_accounts(&self) -> BTreeSet<AccountId> {
        let zone = self.landing_zone.as_ref();
        zone.map(|zone| manifest::accounts(&zone.manifest)).unwrap_or_default()
    }

    /// Names of the OUs at the top level that Control Tower made, as the manifest has them.
    pub fn foundational_ous(&self) -> BTreeSet<String> {
        let zone = self.landing_zone.as_ref();
        zone.map(|zone| manifest::ous(&zone.manifest)).unwrap_or_default()
    }

    /// What a control is called here: by its readable id, unless another has the same.
    pub fn name_of(&self, id: &ControlId) -> ControlName {
        let Some(control) = self.control(id) else { return ControlName::new(id.id()) };
        let readable = control.readable();
        let twins = self.controls.iter().filter(|other| other.readable() == readable).count();
        let opaque = control.arn.as_deref().and_then(ControlId::parse);
        let chosen = if twins > 1 { opaque } else { readable };
        ControlName::new(chosen.as_ref().unwrap_or(id).id())
    }

    /// Whether a call can enable or disable a control: it is not mandatory, which those are too that the
    /// catalog does not have.
    pub fn may_change(&self, id: &ControlId) -> bool {
        let known = self.control(id);
        !id.is_mandatory() && known.is_none_or(|known| !known.mandatory && known.arn.is_some())
    }

    /// Whether drift of a control can be mended by itself; of one that is not known it is tried.
    pub fn may_be_reset(&self, id: &ControlId) -> bool {
        self.control(id).is_none_or(Control::may_be_reset)
    }

    /// What the catalog says of a control, in any of its forms.
    pub fn control(&self, id: &ControlId) -> Option<&Control> {
        self.controls.iter().find(|control| control.is(id))
    }
}

#[cfg(test)]
mod tests;
