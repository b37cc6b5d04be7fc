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
            ReadError::NotActive { .. } => Self::new(Exit::Refused, message)
                .hint("wait until AWS has finished with it"),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::InstanceArn;

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
