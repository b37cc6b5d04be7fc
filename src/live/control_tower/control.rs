//! What the catalog says of controls.

use crate::id::{ControlForm, ControlId};

/// What the catalog says of a control.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Control {
    /// Its ARN in the catalog; `None` of one that the catalog does not have.
    pub arn: Option<String>,
    /// Its other names: ARNs and readable ids.
    pub aliases: Vec<String>,
    /// What it is called.
    pub name: String,
    /// `PREVENTIVE`, `DETECTIVE` or `PROACTIVE`.
    pub behavior: String,
    /// `LOW` to `CRITICAL`.
    pub severity: Option<String>,
    /// How it is done, as `AWS::Organizations::Policy::SERVICE_CONTROL_POLICY`.
    pub implementation: Option<String>,
    /// The keys of its parameters; `None` where nobody told.
    pub parameters: Option<Vec<String>>,
    /// Whether every landing zone has it, and no call changes it.
    pub mandatory: bool,
}

impl Control {
    /// Whether it is what an id names.
    pub fn is(&self, id: &ControlId) -> bool {
        self.ids().any(|own| own == *id)
    }

    /// Its names.
    pub fn ids(&self) -> impl Iterator<Item = ControlId> {
        self.arn.iter().chain(&self.aliases).filter_map(|name| ControlId::parse(name))
    }

    /// What to call it: its id of Control Tower's, else its first readable one, else that of the catalog.
    pub fn readable(&self) -> Option<ControlId> {
        let tower = |id: &ControlId| id.form() == ControlForm::Tower;
        let own = |id: &&ControlId| id.id().starts_with("AWS-GR_") || id.id().starts_with("CT.");
        let mut aliases: Vec<ControlId> = self.ids().filter(tower).collect();
        aliases.sort();
        let chosen = aliases.iter().find(own).or_else(|| aliases.first()).cloned();
        chosen.or_else(|| self.ids().next())
    }

    /// Whether drift of it can be mended by `ResetEnabledControl`: AWS says that service control policies
    /// cannot. Where nobody told how it is done, what prevents is taken for one.
    pub fn may_be_reset(&self) -> bool {
        match &self.implementation {
            Some(how) => !how.contains("SERVICE_CONTROL_POLICY"),
            None => !self.behavior.eq_ignore_ascii_case("PREVENTIVE"),
        }
    }
}
