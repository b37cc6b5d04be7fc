//! Controls and what they are called: one has an ARN in the catalog, perhaps one of Control Tower in every
//! region, and readable ids.

use super::mandatory::is_mandatory;
use std::fmt;

/// A control by one of its names, without partition and region: what a person writes, or AWS answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlId {
    form: Form,
    id: String,
}

/// The kinds of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// `arn:aws:controlcatalog:::control/OPAQUE`, the same everywhere.
    Catalog,
    /// `arn:aws:controltower:REGION::control/ID`, or what stands behind its slash.
    Tower,
}

impl ControlId {
    /// Reads an ARN of either kind, or a bare id; `None` where it is neither. The region that an ARN names
    /// is told apart by [`ControlId::region_of`].
    pub fn parse(text: &str) -> Option<Self> {
        let (form, id) = match text.strip_prefix("arn:") {
            None => (Form::Tower, text),
            Some(rest) => {
                let mut parts = rest.splitn(5, ':');
                let (_partition, service) = (parts.next()?, parts.next()?);
                let (_region, _account) = (parts.next()?, parts.next()?);
                let form = match service {
                    "controlcatalog" => Form::Catalog,
                    "controltower" => Form::Tower,
                    _ => return None,
                };
                (form, parts.next()?.strip_prefix("control/")?)
            }
        };
        let may = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let fits = !id.is_empty() && id.chars().all(may);
        fits.then(|| Self { form, id: id.to_owned() })
    }

    /// The region that an ARN of Control Tower names.
    pub fn region_of(text: &str) -> Option<&str> {
        let mut parts = text.strip_prefix("arn:")?.split(':').skip(1);
        (parts.next()? == "controltower").then_some(parts.next()?)
    }

    /// Which kind of name it is.
    pub fn form(&self) -> Form {
        self.form
    }

    /// What stands behind the slash of the ARN.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The ARN, in a partition and a region.
    pub fn arn(&self, partition: &str, region: &str) -> String {
        let Self { form, id } = self;
        match form {
            Form::Catalog => format!("arn:{partition}:controlcatalog:::control/{id}"),
            Form::Tower => format!("arn:{partition}:controltower:{region}::control/{id}"),
        }
    }

    /// Whether it names a control that no call enables or disables.
    pub fn is_mandatory(&self) -> bool {
        self.form == Form::Tower && is_mandatory(&self.id)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            Form::Catalog => write!(f, "arn:aws:controlcatalog:::control/{}", self.id),
            Form::Tower => f.write_str(&self.id),
        }
    }
}

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
        let tower = |id: &ControlId| id.form == Form::Tower;
        let own = |id: &&ControlId| id.id.starts_with("AWS-GR_") || id.id.starts_with("CT.");
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
