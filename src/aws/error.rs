//! One error type for every operation of every service.

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_ssoadmin::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use std::error::Error;
use std::time::Duration;

/// What an error means to whoever branches on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The caller may not do this.
    Denied,
    /// There are no credentials, or they are expired or wrong.
    Credentials,
    /// Too many calls, still after the retries.
    Throttled,
    /// What was named does not exist.
    NotFound,
    /// Already so, in use, or another change is under way.
    Conflict,
    /// AWS found the request invalid.
    Validation,
    /// A quota is exhausted.
    Quota,
    /// AWS failed.
    Server,
    /// No answer: no connection, or none in time. The request may have been carried out.
    Network,
    /// An answer that makes no sense.
    Malformed,
    /// Anything else.
    Other,
}

/// A call that failed. Code, message and reason are AWS's own, unescaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{operation}: {code}: {message}{}", reason.as_ref().map(|r| format!(" ({r})")).unwrap_or_default())]
pub struct AwsError {
    /// `sso-admin:ListInstances`.
    pub operation: &'static str,
    /// What it means.
    pub kind: Kind,
    /// AWS's error code, or a word of ours (`malformed answer`, `no answer`).
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// The request's id, where an answer came.
    pub request_id: Option<String>,
    /// `Reason` of the error's body: KMS troubles of sso-admin, which conflict it is in
    /// identitystore, which constraint in Organizations.
    pub reason: Option<String>,
    /// How many seconds AWS asks to wait, at most 120.
    pub retry_after: Option<u16>,
}

/// The longest wait that is granted, in seconds: a broken answer must not stop a run for good.
const LONGEST_PAUSE: u16 = 120;

/// The code of an answer that makes no sense.
const MALFORMED: &str = "malformed answer";

impl AwsError {
    /// An answer that came as a success and makes no sense.
    pub(super) fn malformed(operation: &'static str, message: impl Into<String>) -> Self {
        Self {
            operation,
            kind: Kind::Malformed,
            code: MALFORMED.to_owned(),
            message: message.into(),
            request_id: None,
            reason: None,
            retry_after: None,
        }
    }

    /// How long AWS asks to wait.
    pub(super) fn pause(&self) -> Option<Duration> {
        self.retry_after.map(|seconds| Duration::from_secs(seconds.into()))
    }

    /// Reads an error of the SDK.
    pub(super) fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    {
        let status = error.raw_response().map(|raw| raw.status().as_u16());
        let body = error
            .raw_response()
            .and_then(|raw| raw.body().bytes())
            .and_then(|body| serde_json::from_slice::<serde_json::Value>(body).ok());
        let reason = body.as_ref().and_then(|body| Some(body.get("Reason")?.as_str()?.to_owned()));
        let retry_after = error.raw_response().and_then(|raw| pause(raw, body.as_ref()));
        let (kind, code) = match error.code() {
            Some(code) => (of_code(code, reason.as_deref(), status), code.to_owned()),
            None => without_code(error, status),
        };
        let message = match error.message() {
            Some(message) => message.to_owned(),
            None => chain(error),
        };
        let request_id = error.request_id().map(str::to_owned);
        Self { operation, kind, code, message, request_id, reason, retry_after }
    }
}

/// How long AWS asks to wait: the header of any service, or `RetryAfterSeconds` of the Identity Store's
/// `ThrottlingException` and `InternalServerException` (botocore model). A date in the header, which
/// HTTP allows and AWS does not send, is passed over.
fn pause(raw: &HttpResponse, body: Option<&serde_json::Value>) -> Option<u16> {
    let header = raw.headers().get("retry-after").and_then(|value| value.trim().parse().ok());
    let told = || body?.get("RetryAfterSeconds")?.as_f64();
    let seconds = header.or_else(told)?.min(f64::from(LONGEST_PAUSE)).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "1 to 120")]
    (seconds >= 1.0).then_some(seconds as u16)
}

/// Where AWS gave no code: nothing came, or nothing that the SDK understood.
fn without_code<E>(error: &SdkError<E, HttpResponse>, status: Option<u16>) -> (Kind, String)
where
    E: Error + Send + Sync + 'static,
{
    let kind = match (error, status) {
        _ if is_about_credentials(error) => {
            return (Kind::Credentials, "no credentials".to_owned());
        }
        (SdkError::TimeoutError(_) | SdkError::DispatchFailure(_), _) => Kind::Network,
        (SdkError::ConstructionFailure(_), _) => return (Kind::Other, "not sent".to_owned()),
        (_, Some(429)) => Kind::Throttled,
        (_, Some(408)) => Kind::Network,
        (_, Some(500..)) => Kind::Server,
        // The connection broke before the whole answer was there.
        _ if error.raw_response().is_some_and(|raw| raw.body().bytes().is_none()) => Kind::Network,
        // A proxy between us and AWS, most likely.
        (_, Some(401 | 403)) => Kind::Denied,
        _ => Kind::Malformed,
    };
    let code = match (kind, status) {
        (Kind::Network, _) => "no answer".to_owned(),
        (Kind::Malformed, None | Some(..300)) => MALFORMED.to_owned(),
        (_, Some(status)) => format!("HTTP {status}"),
        (_, None) => "unknown".to_owned(),
    };
    (kind, code)
}

fn of_code(code: &str, reason: Option<&str>, status: Option<u16>) -> Kind {
    match code {
        "ExpiredToken"
        | "ExpiredTokenException"
        | "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "IncompleteSignature"
        | "IncompleteSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "RequestExpired" => Kind::Credentials,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown" => Kind::Throttled,
        "ConflictException"
        | "ConcurrentModificationException"
        | "FinalizingOrganizationException"
        | "OrganizationalUnitNotEmptyException" => Kind::Conflict,
        "ValidationException"
        | "ValidationError"
        | "InvalidInputException"
        | "SerializationException" => Kind::Validation,
        // One code for quotas and for rules in Organizations; `Reason` tells them apart.
        "ConstraintViolationException" => match reason {
            Some(reason) if reason.contains("LIMIT_EXCEEDED") => Kind::Quota,
            _ => Kind::Validation,
        },
        "ServiceQuotaExceededException" | "LimitExceededException" => Kind::Quota,
        _ if status == Some(429) => Kind::Throttled,
        "ServiceException"
        | "InternalServerException"
        | "InternalFailure"
        | "ServiceUnavailable"
        | "ServiceUnavailableException" => Kind::Server,
        "RequestTimeout" | "RequestTimeoutException" => Kind::Network,
        _ if code.starts_with("AccessDenied") || code == "UnauthorizedOperation" => Kind::Denied,
        // What was named may well exist: the key that its data is encrypted with does not.
        _ if code.ends_with("NotFoundException") => match reason {
            Some(reason) if reason.starts_with("KMS_") => Kind::Other,
            _ => Kind::NotFound,
        },
        _ if code.starts_with("Duplicate") => Kind::Conflict,
        _ if status.is_some_and(|status| status >= 500) => Kind::Server,
        _ => Kind::Other,
    }
}

/// Whether a provider of credentials is somewhere below: the SDK wraps it several times.
fn is_about_credentials(error: &(dyn Error + 'static)) -> bool {
    sources(error).any(<dyn Error>::is::<CredentialsError>)
}

/// Every message from the outermost to the cause, each once.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for source in sources(error) {
        let text = source.to_string();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

fn sources<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_credentials_are_not_codes_of_permissions() {
        for (code, kind) in [
            ("ExpiredTokenException", Kind::Credentials),
            ("UnrecognizedClientException", Kind::Credentials),
            ("AccessDeniedException", Kind::Denied),
            ("AccessDenied", Kind::Denied),
            ("OrganizationalUnitNotFoundException", Kind::NotFound),
            ("DuplicateOrganizationalUnitException", Kind::Conflict),
            ("ConcurrentModificationException", Kind::Conflict),
            ("TooManyRequestsException", Kind::Throttled),
            ("Surprise", Kind::Other),
        ] {
            assert_eq!(of_code(code, None, Some(400)), kind, "{code}");
        }
        assert_eq!(of_code("Surprise", None, Some(503)), Kind::Server);
        assert_eq!(of_code("ServiceUnavailable", None, Some(429)), Kind::Throttled);
        let key = Some("KMS_NotFoundException");
        assert_eq!(of_code("ResourceNotFoundException", key, Some(400)), Kind::Other);
        assert_eq!(of_code("ResourceNotFoundException", None, Some(400)), Kind::NotFound);
        let quota = Some("OU_NUMBER_LIMIT_EXCEEDED");
        assert_eq!(of_code("ConstraintViolationException", quota, Some(400)), Kind::Quota);
        assert_eq!(of_code("ConstraintViolationException", None, Some(400)), Kind::Validation);
    }
}
