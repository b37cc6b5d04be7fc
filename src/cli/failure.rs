//! Why a command could not do its work: the exit code for programs, the text for people.

use super::exit::Exit;
use crate::aws::read::ReadError;
use crate::text::{file_trouble, visible};
use std::path::Path;

/// Why a command could not do its work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// How the process ends.
    pub exit: Exit,
    /// One lowercase line; empty where everything was said already.
    pub message: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Failure {
    /// A failure with a message.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), hints: Vec::new() }
    }

    /// An ending that has been explained already.
    pub fn said(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same with another ending.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// A file that could not be read or written.
    pub fn file(doing: &str, path: &Path, error: &std::io::Error) -> Self {
        Self::new(Exit::Failure, format!("{doing} {}: {}", path.display(), file_trouble(error)))
    }

    /// The text for stderr; empty where there is no message.
    pub fn text(&self) -> String {
        if self.message.is_empty() {
            return String::new();
        }
        // Messages of the SDK's own libraries may be several lines; one is enough for a person.
        let message = self.message.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut text = format!("error: {}\n", visible(&message));
        for hint in &self.hints {
            text.push_str("\nhint: ");
            text.push_str(&visible(hint));
            text.push('\n');
        }
        text
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let message = error.to_string();
        match error {
            ReadError::Credentials(_) => Self::new(Exit::Credentials, message).hint(
                "log in (`aws sso login`), set AWS_PROFILE or --profile, or try it without an account: --sandbox",
            ),
            ReadError::Denied(_) => Self::new(Exit::Credentials, message)
                .hint("the caller's role needs policies/landgrant-read.json"),
            ReadError::Member { account, .. } => Self::new(Exit::Credentials, message)
                .hint(format!("account {account} seems to be a plain member of its organization: run it from the management account or from a delegated administrator of IAM Identity Center"))
                .hint("if it is one of those, the caller's role needs policies/landgrant-read.json"),
            ReadError::NoRegion => Self::new(Exit::Definitions, message),
            ReadError::ManyInstances(instances) => {
                let lines = instances.iter().map(|arn| format!("instance = {:?}", arn.as_str()));
                lines.fold(Self::new(Exit::Definitions, message), |failure, line| {
                    failure.hint(format!("in `[identity_center]` of landgrant.toml: {line}"))
                })
            }
            ReadError::OtherRegion { regions, .. } => {
                let lines = regions.iter().map(|region| format!("region = {region:?}"));
                lines.fold(Self::new(Exit::Refused, message), |failure, line| {
                    failure.hint(format!("in `[identity_center]` of landgrant.toml: {line}"))
                })
            }
            ReadError::NotActive { status, .. } => {
                Self::new(Exit::Refused, message).hint(not_active(&status))
            }
            ReadError::NoPermissionSets(_) => Self::new(Exit::Refused, message)
                .hint("enable multi-account permissions of the instance in the management account"),
            ReadError::NoInstance { .. } => Self::new(Exit::Refused, message)
                .hint("identity_center.region must be the instance's primary region"),
            ReadError::AccountInstance { .. } => Self::new(Exit::Refused, message)
                .hint("run it from the management account or a delegated administrator; or enable the organization's instance in the management account"),
            ReadError::NoOrganization(_) => Self::new(Exit::Refused, message),
            ReadError::Elsewhere { .. } => Self::new(Exit::Refused, message)
                .hint("apply it with the credentials, the profile and the definitions that it was made with"),
            ReadError::Failed(_) => Self::new(Exit::Incomplete, message)
                .hint("nothing could be read to begin with; check the endpoint and the network"),
        }
    }
}

/// What to do about an instance that is not ACTIVE.
fn not_active(status: &str) -> &'static str {
    match status {
        "CREATE_IN_PROGRESS" => "AWS is still making it: try again in some minutes",
        "CREATE_FAILED" => {
            "AWS could not make it: look at it in the console of IAM Identity Center, delete it and enable it again"
        }
        "DELETE_IN_PROGRESS" => {
            "it is being deleted, with its permission sets and assignments: nothing in it can be managed any more"
        }
        _ => {
            "this version does not know that status: look at the instance in the console of IAM Identity Center"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::AwsError;
    use crate::aws::Kind;
    use crate::id::{AccountId, InstanceArn};

    fn denied() -> AwsError {
        AwsError {
            operation: "organizations:DescribeOrganization",
            kind: Kind::Denied,
            code: "AccessDeniedException".to_owned(),
            message: "no".to_owned(),
            request_id: None,
            reason: None,
            retry_after: None,
        }
    }

    #[test]
    fn an_account_that_may_not_is_told_from_a_role_that_may_not() {
        let account = AccountId::parse("111122223333").unwrap();
        let member = Failure::from(ReadError::Member { account, error: denied().into() });
        assert_eq!(member.exit, Exit::Credentials);
        assert!(member.hints[0].starts_with("account 111122223333 seems to be a plain member"));
        let role = Failure::from(ReadError::Denied(denied()));
        assert_eq!(role.hints, ["the caller's role needs policies/landgrant-read.json"]);
    }

    #[test]
    fn every_status_of_an_instance_says_what_to_do() {
        for (status, text) in [
            ("CREATE_IN_PROGRESS", "some minutes"),
            ("CREATE_FAILED", "enable it again"),
            ("DELETE_IN_PROGRESS", "being deleted"),
            ("SURPRISE", "does not know that status"),
        ] {
            let instance = InstanceArn::new("arn:a");
            let failure =
                Failure::from(ReadError::NotActive { instance, status: status.to_owned() });
            assert!(failure.text().contains(text), "{}", failure.text());
        }
    }

    #[test]
    fn what_to_write_into_the_settings_can_be_copied() {
        let many = ["arn:a", "arn:b"].map(InstanceArn::new).to_vec();
        let text = Failure::from(ReadError::ManyInstances(many)).text();
        assert!(text.contains("instance = \"arn:a\"\n") && text.contains("instance = \"arn:b\"\n"));
        let elsewhere = ReadError::OtherRegion {
            region: "us-east-1".to_owned(),
            regions: vec!["eu-west-1".to_owned()],
        };
        let failure = Failure::from(elsewhere);
        assert_eq!(failure.exit, Exit::Refused);
        assert!(failure.text().contains("landgrant.toml: region = \"eu-west-1\"\n"));
    }
}
