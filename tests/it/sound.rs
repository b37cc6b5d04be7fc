//! What holds of any bytes whatsoever. The fuzz targets run it, and so do the tests of the package,
//! on the seeds and on damaged seeds.
#![allow(
    dead_code,
    clippy::expect_used,
    clippy::panic,
    reason = "a target uses its own part; they fail loudly"
)]

use jiff::Timestamp;
use landgrant::diag::{Diagnostic, Files, emit};
use landgrant::resolve::check;
use landgrant::source::{Input, Tree, load};

/// The line between the files of a seed.
const BETWEEN: &[u8] = b"\n=====\n";

/// Settings for inputs that bring none.
const SETTINGS: &[u8] = b"schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n[manage]\ngroups = \"enforce\"\n";

/// A definition file that uses the policy and has networks for it to refer to.
const SET: &[u8] = b"[permission_set.A]\ninline_policy = \"p.json\"\n\
    [network.on-prem]\ncidrs = [\"10.20.0.0/16\", \"fd00::/8\"]\n";

/// `a.toml`; or the settings and `a.toml`; or the settings, `a.toml` and `p.json`.
pub(crate) fn definitions(bytes: &[u8]) {
    let mut parts = split(bytes);
    if parts.len() == 1 {
        parts.insert(0, SETTINGS);
    }
    soundly(&["landgrant.toml", "a.toml", "p.json"], &parts);
}

/// `p.json`, used by a permission set.
pub(crate) fn policy(bytes: &[u8]) {
    soundly(&["landgrant.toml", "a.toml", "p.json"], &[SETTINGS, SET, bytes]);
}

/// The files of an input, three at most.
fn split(bytes: &[u8]) -> Vec<&[u8]> {
    let mut parts = Vec::new();
    let mut rest = bytes;
    while parts.len() < 2
        && let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN)
    {
        parts.push(&rest[..=at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    parts.push(rest);
    parts
}

/// Loads and checks; every span lies on characters of its file, and everything can be shown.
fn soundly(paths: &[&str], parts: &[&[u8]]) {
    let input =
        |(path, bytes): (&&str, &&[u8])| Input { path: (*path).into(), bytes: bytes.to_vec() };
    let files = paths.iter().zip(parts).map(input).collect();
    let (declared, files, mut diagnostics) = load(&Tree { files, ..Tree::default() });
    let now = Timestamp::from_second(1_795_564_800).expect("a day in November 2026");
    diagnostics.extend(check::offline(&declared, now));
    for set in declared.permission_sets.values() {
        if let Some(policy) = &set.value.inline_policy {
            assert!(policy.value.as_str().len() <= 32_768 * 4, "a policy that AWS refuses");
        }
    }
    for diagnostic in &diagnostics {
        inside(&files, diagnostic);
    }
    let text = emit::text(&files, &diagnostics, true);
    assert_eq!(text.is_empty(), diagnostics.is_empty());
    let json = emit::json(&files, &diagnostics);
    assert_eq!(json["diagnostics"].as_array().map(Vec::len), Some(diagnostics.len()));
    let results = emit::sarif(&files, &diagnostics);
    let results = results["runs"][0]["results"].as_array().map(Vec::len);
    assert_eq!(results, Some(diagnostics.len()));
}

fn inside(files: &Files, diagnostic: &Diagnostic) {
    let related = diagnostic.related.iter().map(|related| related.span);
    for span in diagnostic.span.into_iter().chain(related) {
        let text = files.get(span.file).map(|file| file.text.as_str());
        let slice = text.and_then(|text| text.get(span.start..span.end));
        assert!(slice.is_some(), "a span outside its file: {diagnostic:?}");
    }
}
