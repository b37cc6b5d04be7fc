//! Sends a message to an HTTP endpoint that only the caller knows: its address is a secret, and is in no error.
//!
//! Bounded in every way: few attempts, short waits, no redirects, TLS everywhere but on this machine.

mod endpoint;
#[cfg(test)]
mod tests;

pub use endpoint::{Endpoint, EndpointError};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::{Connector, tls};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::{BodyExt, Limited};
use sha2::Sha256;
use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;

/// Attempts of a message.
const ATTEMPTS: u32 = 3;
/// How long one may take.
const ATTEMPT: Duration = Duration::from_secs(10);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(5);
/// The first wait; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// The longest wait that an endpoint may ask for.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are looked at.
const ANSWER: usize = 4096;

/// What a receiver may ask of who sends.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Sent as `Authorization: Bearer …`.
    pub token: Option<String>,
    /// The key of `X-Landgrant-Signature: sha256=…`, an HMAC of the body.
    pub key: Option<String>,
}

/// Posts JSON, and again where that may help. An error says in words what went wrong, and holds neither the address nor
/// a secret.
pub async fn post(endpoint: &Endpoint, secrets: &Secrets, body: &str) -> Result<(), String> {
    let connector = connector(endpoint);
    let mut attempt = 1;
    loop {
        let request = request(endpoint, secrets, body)?;
        let sent = tokio::time::timeout(ATTEMPT, send(&connector, request)).await;
        let (trouble, pause) = match sent {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(failed)) => (failed.text, failed.again),
            Err(_) => ("no answer in time".to_owned(), Some(Duration::ZERO)),
        };
        let trouble = endpoint.without_secrets(&trouble, secrets);
        let Some(pause) = pause.filter(|_| attempt < ATTEMPTS) else {
            return Err(trouble);
        };
        let wait = FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt - 1));
        tokio::time::sleep(wait.max(pause.min(LONGEST_WAIT))).await;
        attempt += 1;
    }
}

/// Why an attempt failed; how long to wait for another, where that may help.
struct Failed {
    text: String,
    again: Option<Duration>,
}

fn connector(endpoint: &Endpoint) -> Connector {
    let settings =
        HttpConnectorSettings::builder().connect_timeout(CONNECT).read_timeout(ATTEMPT).build();
    // What is on this machine is behind no proxy.
    let proxy = if endpoint.is_local() { ProxyConfig::disabled() } else { ProxyConfig::from_env() };
    Connector::builder()
        .connector_settings(settings)
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .proxy_config(proxy)
        .tls_provider(tls::Provider::Rustls(tls::rustls_provider::CryptoMode::AwsLc))
        .build()
}

fn request(endpoint: &Endpoint, secrets: &Secrets, body: &str) -> Result<HttpRequest, String> {
    let mut request = http::Request::builder()
        .method("POST")
        .uri(endpoint.uri())
        .header("content-type", "application/json")
        .header("user-agent", concat!("landgrant/", env!("CARGO_PKG_VERSION")));
    if let Some(token) = &secrets.token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    if let Some(key) = &secrets.key {
        request = request.header("x-landgrant-signature", signature(key, body));
    }
    let request = request.body(SdkBody::from(body));
    // The error of a header that is none could show it.
    let wrong = || "the token or the address has characters that HTTP does not take".to_owned();
    HttpRequest::try_from(request.map_err(|_| wrong())?).map_err(|_| wrong())
}

/// `sha256=` and the hexadecimal HMAC of the body, as GitHub signs its webhooks.
fn signature(key: &str, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else {
        // HMAC takes keys of any length.
        return String::new();
    };
    mac.update(body.as_bytes());
    let digest = mac.finalize().into_bytes();
    digest.iter().fold("sha256=".to_owned(), |mut out, byte| {
        // Writing to a String cannot fail.
        let _infallible = write!(out, "{byte:02x}");
        out
    })
}

async fn send(connector: &Connector, request: HttpRequest) -> Result<(), Failed> {
    let response = connector.call(request).await.map_err(|error| unsent(&error))?;
    let status = response.status().as_u16();
    if (200..300).contains(&status) {
        return Ok(());
    }
    let again = match status {
        408 | 429 | 500.. => Some(pause(&response)),
        _ => None,
    };
    let said = match status {
        300..400 => ", and redirects are not followed".to_owned(),
        _ => word(response).await.map(|word| format!(" ({word})")).unwrap_or_default(),
    };
    Err(Failed { text: format!("the receiver answered {status}{said}"), again })
}

fn pause(response: &HttpResponse) -> Duration {
    let seconds = response.headers().get("retry-after").and_then(|text| text.trim().parse().ok());
    Duration::from_secs(seconds.unwrap_or_default())
}

/// A word that an answer consists of, such as Slack's `invalid_payload`. A page of a proxy is no such word, and may say
/// anything.
async fn word(response: HttpResponse) -> Option<String> {
    let body = Limited::new(response.into_body(), ANSWER).collect().await.ok()?.to_bytes();
    let text = std::str::from_utf8(&body).ok()?.trim().to_owned();
    let is_word = |c: char| c.is_ascii_lowercase() || c == '_';
    (1..=40).contains(&text.len()).then_some(text).filter(|text| text.chars().all(is_word))
}

fn unsent(error: &ConnectorError) -> Failed {
    if error.is_timeout() {
        return Failed { text: "no answer in time".to_owned(), again: Some(Duration::ZERO) };
    }
    // The innermost cause is what a person can act on: a name that is not found, a certificate that is not trusted.
    let sources = std::iter::successors(error.source(), |&error| error.source());
    let cause = sources.last().map(ToString::to_string).unwrap_or_default();
    Failed { text: format!("no connection: {cause}"), again: Some(Duration::ZERO) }
}
