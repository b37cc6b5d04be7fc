//! Controls by their names: one has an ARN in the catalog, perhaps one of Control Tower in every region, and
//! readable ids.

use std::fmt;

/// A control by one of its names, without partition and region: what a person writes, or AWS answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ControlId {
    form: ControlForm,
    id: String,
}

/// The kinds of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlForm {
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
            None => (ControlForm::Tower, text),
            Some(rest) => {
                let mut parts = rest.splitn(5, ':');
                let (_partition, service) = (parts.next()?, parts.next()?);
                let (_region, _account) = (parts.next()?, parts.next()?);
                let form = match service {
                    "controlcatalog" => ControlForm::Catalog,
                    "controltower" => ControlForm::Tower,
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
    pub fn form(&self) -> ControlForm {
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
            ControlForm::Catalog => format!("arn:{partition}:controlcatalog:::control/{id}"),
            ControlForm::Tower => format!("arn:{partition}:controltower:{region}::control/{id}"),
        }
    }

    /// Whether it names a control that no call enables or disables.
    pub fn is_mandatory(&self) -> bool {
        self.form == ControlForm::Tower && is_mandatory(&self.id)
    }
}

impl fmt::Display for ControlId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form {
            ControlForm::Catalog => write!(f, "arn:aws:controlcatalog:::control/{}", self.id),
            ControlForm::Tower => f.write_str(&self.id),
        }
    }
}

/// Their ids ("Mandatory controls", AWS Control Tower controls reference), with the landing zone's own
/// denial of regions.
const MANDATORY: [&str; 26] = [
    "AWS-GR_AUDIT_BUCKET_DELETION_PROHIBITED",
    "AWS-GR_AUDIT_BUCKET_ENCRYPTION_ENABLED",
    "AWS-GR_AUDIT_BUCKET_LOGGING_ENABLED",
    "AWS-GR_AUDIT_BUCKET_POLICY_CHANGES_PROHIBITED",
    "AWS-GR_AUDIT_BUCKET_PUBLIC_READ_PROHIBITED",
    "AWS-GR_AUDIT_BUCKET_PUBLIC_WRITE_PROHIBITED",
    "AWS-GR_AUDIT_BUCKET_RETENTION_POLICY",
    "AWS-GR_CLOUDTRAIL_CHANGE_PROHIBITED",
    "AWS-GR_CLOUDTRAIL_CLOUDWATCH_LOGS_ENABLED",
    "AWS-GR_CLOUDTRAIL_ENABLED",
    "AWS-GR_CLOUDTRAIL_VALIDATION_ENABLED",
    "AWS-GR_CLOUDWATCH_EVENTS_CHANGE_PROHIBITED",
    "AWS-GR_CONFIG_AGGREGATION_AUTHORIZATION_POLICY",
    "AWS-GR_CONFIG_AGGREGATION_CHANGE_PROHIBITED",
    "AWS-GR_CONFIG_CHANGE_PROHIBITED",
    "AWS-GR_CONFIG_ENABLED",
    "AWS-GR_CONFIG_RULE_CHANGE_PROHIBITED",
    "AWS-GR_CT_AUDIT_BUCKET_ENCRYPTION_CHANGES_PROHIBITED",
    "AWS-GR_CT_AUDIT_BUCKET_LIFECYCLE_CONFIGURATION_CHANGES_PROHIBITED",
    "AWS-GR_CT_AUDIT_BUCKET_LOGGING_CONFIGURATION_CHANGES_PROHIBITED",
    "AWS-GR_CT_AUDIT_BUCKET_POLICY_CHANGES_PROHIBITED",
    "AWS-GR_IAM_ROLE_CHANGE_PROHIBITED",
    "AWS-GR_LAMBDA_CHANGE_PROHIBITED",
    "AWS-GR_LOG_GROUP_POLICY",
    "AWS-GR_SNS_CHANGE_PROHIBITED",
    "AWS-GR_SNS_SUBSCRIPTION_CHANGE_PROHIBITED",
];

/// Others that come with a landing zone and with nothing else.
const LANDING_ZONES_OWN: [&str; 3] = [
    "AWS-GR_DETECT_CLOUDTRAIL_ENABLED_ON_SHARED_ACCOUNTS",
    "AWS-GR_ENSURE_CLOUDTRAIL_ENABLED_ON_SHARED_ACCOUNTS",
    "AWS-GR_REGION_DENY",
];

/// Whether a control, by its readable id, is one that cannot be changed.
fn is_mandatory(alias: &str) -> bool {
    MANDATORY.contains(&alias) || LANDING_ZONES_OWN.contains(&alias)
}
