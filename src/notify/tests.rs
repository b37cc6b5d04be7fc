//! Which addresses are taken, and what is never said of them.

use super::*;

#[test]
fn only_tls_leaves_this_machine() {
    for (text, taken) in [
        ("https://hooks.slack.example/services/T0/B0/secret", Ok(())),
        (" https://hooks.example:8443/x?y=z\n", Ok(())),
        ("http://127.0.0.1:8080/x", Ok(())),
        ("http://[::1]:8080/x", Ok(())),
        ("http://localhost/x", Ok(())),
        ("http://localhost.example/x", Err(EndpointError::Plain)),
        ("http://127.0.0.1.example/x", Err(EndpointError::Plain)),
        ("http://hooks.example/x", Err(EndpointError::Plain)),
        ("https://user:secret@hooks.example/x", Err(EndpointError::User)),
        ("ftp://hooks.example/x", Err(EndpointError::Malformed)),
        ("hooks.example", Err(EndpointError::Malformed)),
        ("/services/T0", Err(EndpointError::Malformed)),
        ("", Err(EndpointError::Malformed)),
        ("https://exa mple/x", Err(EndpointError::Malformed)),
    ] {
        assert_eq!(Endpoint::parse(text).map(drop), taken, "{text}");
    }
}

#[test]
fn nothing_of_an_address_is_in_a_text() {
    let endpoint = Endpoint::parse("https://hooks.example/services/T0123456/SECRETPART?k=HIDDEN12");
    let endpoint = endpoint.unwrap();
    let secrets =
        Secrets { token: Some("tokentoken".to_owned()), key: Some("signing-key".to_owned()) };
    let text = "at https://hooks.example/services/T0123456/SECRETPART?k=HIDDEN12, hooks.example, \
        SECRETPART, HIDDEN12, tokentoken, signing-key \u{1b}[31m";
    let clean = endpoint.without_secrets(text, &secrets);
    for part in
        ["SECRETPART", "HIDDEN12", "T0123456", "hooks.example", "token", "signing", "\u{1b}"]
    {
        assert!(!clean.contains(part), "{part}: {clean}");
    }
    for shown in [format!("{endpoint:?}"), format!("{secrets:?}")] {
        assert!(!shown.contains("SECRET") && !shown.contains("token"), "{shown}");
    }
}

#[test]
fn a_signature_is_that_of_rfc_4231() {
    // Test case 2.
    assert_eq!(
        signature("Jefe", "what do ya want for nothing?"),
        "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
}
