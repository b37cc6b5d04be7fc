//! The address of a receiver. It is a secret: who knows it can write there.

use super::Secrets;
use crate::text::{shorten, visible};
use http::Uri;
use std::fmt;
use std::net::IpAddr;

/// The longest error, in characters.
const LONGEST: usize = 160;
/// Parts of an address that are shorter than this are no secrets.
const SHORT: usize = 6;

/// An address that messages may go to.
#[derive(Clone)]
pub struct Endpoint {
    uri: Uri,
    text: String,
}

/// Why a text is none. No variant holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an absolute URL.
    #[error("it holds no URL")]
    Malformed,
    /// Neither TLS nor this machine.
    #[error("its URL is not https, which only one of this machine need not be")]
    Plain,
    /// A name or password before the host.
    #[error("its URL has a user name in it; a token goes into a variable of its own")]
    User,
}

impl Endpoint {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let text = text.trim();
        let uri: Uri = text.parse().map_err(|_| EndpointError::Malformed)?;
        let authority = uri.authority().ok_or(EndpointError::Malformed)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::User);
        }
        if authority.host().is_empty() {
            return Err(EndpointError::Malformed);
        }
        let endpoint = Self { text: text.to_owned(), uri: uri.clone() };
        match uri.scheme_str() {
            Some("https") => Ok(endpoint),
            Some("http") if endpoint.is_local() => Ok(endpoint),
            Some("http") => Err(EndpointError::Plain),
            _ => Err(EndpointError::Malformed),
        }
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Whether it is on this machine.
    pub(super) fn is_local(&self) -> bool {
        let host = self.uri.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// A text without anything of the address or of the secrets, short and harmless.
    pub(super) fn without_secrets(&self, text: &str, secrets: &Secrets) -> String {
        let path = self.uri.path_and_query().map(http::uri::PathAndQuery::as_str);
        let parts = path.unwrap_or_default().split(['/', '?', '&', '=', '#']);
        let whole = [Some(self.text.as_str()), path, self.uri.host()];
        let whole = whole.into_iter().flatten();
        let known = [secrets.token.as_deref(), secrets.key.as_deref()].into_iter().flatten();
        let mut out = text.to_owned();
        for secret in whole.chain(known).chain(parts) {
            if secret.len() >= SHORT {
                out = out.replace(secret, "…");
            }
        }
        shorten(&visible(&out), LONGEST)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint(…)")
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}
