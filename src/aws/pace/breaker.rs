//! What happens where AWS fails to answer one question after another: the next are not asked.
//!
//! Without it an operation that is down would cost every question of a reading all of its attempts, for
//! hours in a large organization, only to make the same gaps.

use crate::aws::error::{AwsError, Kind};
use std::time::Duration;
use tokio::time::Instant;

/// Questions in a row that no attempt had an answer to.
const FAILURES: u32 = 3;
/// How long nothing is asked then. The first question after it has one attempt, and tells whether AWS
/// answers again.
const PAUSE: Duration = Duration::from_mins(1);

/// The breaker of one operation.
#[derive(Debug, Default)]
pub(super) struct Breaker {
    failures: u32,
    last: Option<AwsError>,
    until: Option<Instant>,
}

impl Breaker {
    /// Whether an operation has one: those that only read. What writes may have been carried out, and
    /// whoever awaits a request counts by himself how often he asks for its status.
    pub(super) fn is_for(operation: &str) -> bool {
        let name = operation.split_once(':').map_or(operation, |(_, name)| name);
        let reads = ["List", "Describe", "Get"].iter().any(|verb| name.starts_with(verb));
        reads && !name.contains("Status")
    }

    /// Why a question is not asked; `None` where it may be.
    pub(super) fn refuses(&mut self, now: Instant) -> Option<AwsError> {
        let until = self.until?;
        if now >= until {
            self.until = Some(now + PAUSE);
            return None;
        }
        self.error()
    }

    /// Whether a question that failed is not worth another attempt.
    pub(super) fn is_open(&self, now: Instant) -> bool {
        self.until.is_some_and(|until| now < until)
    }

    /// Learns how a question ended, after all of its attempts. Any answer is one, a refusal too.
    pub(super) fn ended(&mut self, now: Instant, error: Option<&AwsError>) {
        let unanswered = |error: &&AwsError| {
            matches!(error.kind, Kind::Server | Kind::Network | Kind::Throttled)
        };
        let Some(error) = error.filter(unanswered) else {
            *self = Self::default();
            return;
        };
        self.failures = self.failures.saturating_add(1);
        self.last = Some(error.clone());
        if self.failures >= FAILURES && !self.is_open(now) {
            self.until = Some(now + PAUSE);
        }
    }

    fn error(&self) -> Option<AwsError> {
        let last = self.last.as_ref()?;
        let message = format!(
            "not asked, because AWS did not answer {FAILURES} such questions in a row: {}",
            last.message
        );
        Some(AwsError { message, request_id: None, retry_after: None, ..last.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: Kind) -> AwsError {
        AwsError { kind, ..AwsError::malformed("sso-admin:ListAccountAssignments", "boom") }
    }

    #[test]
    fn it_opens_after_failures_in_a_row_and_one_question_tells_whether_aws_is_back() {
        let start = Instant::now();
        let (mut breaker, down) = (Breaker::default(), failed(Kind::Server));
        for error in [&down, &down, &failed(Kind::Denied), &down, &down] {
            breaker.ended(start, Some(error));
            assert_eq!(breaker.refuses(start), None, "a refusal is an answer");
        }
        breaker.ended(start, Some(&down));
        let refused = breaker.refuses(start).unwrap();
        assert_eq!((refused.kind, refused.code.as_str()), (Kind::Server, down.code.as_str()));
        assert!(refused.message.ends_with("in a row: boom"), "{}", refused.message);

        let later = start + PAUSE;
        assert_eq!(breaker.refuses(later), None);
        assert!(breaker.refuses(later).is_some(), "one question, not all that wait");
        assert!(breaker.is_open(later), "and one attempt");
        breaker.ended(later, Some(&down));
        assert!(breaker.refuses(later).is_some());
        breaker.ended(later, None);
        assert_eq!(breaker.refuses(later), None);
    }

    #[test]
    fn only_questions_have_one() {
        for (operation, has) in [
            ("sso-admin:ListAccountAssignments", true),
            ("sso-admin:GetInlinePolicyForPermissionSet", true),
            ("organizations:DescribeOrganization", true),
            ("sso-admin:DescribeAccountAssignmentCreationStatus", false),
            ("sso-admin:CreateAccountAssignment", false),
            ("identitystore:DeleteGroup", false),
        ] {
            assert_eq!(Breaker::is_for(operation), has, "{operation}");
        }
    }
}
