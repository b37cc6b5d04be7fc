//! Diagnostics as SARIF 2.1.0 (OASIS), which code review tools show beside the lines.

use crate::diag::{Code, Diagnostic, Files, Span, explain};
use crate::text::visible;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What a diagnostic without a place is blamed on: it is about the repository as a whole.
const ROOT: &str = "landgrant.toml";

/// A whole SARIF document with one run.
pub fn sarif(files: &Files, diagnostics: &[Diagnostic]) -> Value {
    let indices: BTreeMap<Code, usize> = Code::ALL.iter().copied().zip(0..).collect();
    let mut seen = BTreeMap::new();
    let mut results = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        let mut result = result(files, diagnostic);
        result.insert("ruleIndex".to_owned(), json!(indices.get(&diagnostic.code)));
        let print = fingerprint(files, diagnostic, &mut seen);
        result.insert("partialFingerprints".to_owned(), json!({ "landgrant/v1": print }));
        results.push(Value::Object(result));
    }
    let rules: Vec<Value> = Code::ALL.iter().map(|code| rule(*code)).collect();
    log(&rules, &results)
}

/// A document with one run of these rules and results.
pub fn log(rules: &[Value], results: &[Value]) -> Value {
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "landgrant",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    let body = explain::body(code);
    json!({
        "id": code.name(),
        "shortDescription": { "text": explain::summary(code) },
        "help": { "text": body, "markdown": body },
        "defaultConfiguration": { "level": code.severity().name() },
    })
}

fn result(files: &Files, diagnostic: &Diagnostic) -> Map<String, Value> {
    let Diagnostic { code, message, span, label, related, help } = diagnostic;
    let mut text = literal(message);
    for more in [label, help].into_iter().filter(|more| !more.is_empty()) {
        text.push('\n');
        text.push_str(&literal(more));
    }
    let physical = physical(files, *span);
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(code.name()));
    result.insert("level".to_owned(), json!(code.severity().name()));
    result.insert("message".to_owned(), json!({ "text": text }));
    result.insert("locations".to_owned(), json!([{ "physicalLocation": physical }]));
    if !related.is_empty() {
        let others = related.iter().zip(1..).map(|(other, id)| {
            json!({
                "id": id,
                "message": { "text": literal(&other.label) },
                "physicalLocation": place(files, other.span),
            })
        });
        result.insert("relatedLocations".to_owned(), others.collect());
    }
    result
}

/// The place of a result; what has none is about the repository as a whole.
pub fn physical(files: &Files, span: Option<Span>) -> Value {
    match span {
        Some(span) => place(files, span),
        // Readers insist on a line, although it is none that is wrong.
        None => json!({
            "artifactLocation": { "uri": ROOT },
            "region": { "startLine": 1, "endLine": 1 },
        }),
    }
}

fn place(files: &Files, span: Span) -> Value {
    let begin = files.position(span);
    let (end_line, end_column) = files.end(span);
    json!({
        "artifactLocation": { "uri": uri(&begin.file) },
        "region": {
            "startLine": begin.line,
            "startColumn": begin.column,
            "endLine": end_line,
            "endColumn": end_column,
        },
    })
}

/// A relative path as a relative URI reference: all but the unreserved characters of RFC 3986 is
/// escaped, and so no name can be read as a scheme, a query or a fragment.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            other => {
                // Writing to a String cannot fail.
                let _infallible = write!(out, "%{other:02X}");
            }
        }
    }
    out
}

/// A text that means itself in a SARIF message, where `[words](target)` would be a link and `{0}` an
/// argument (sections 3.11.5 and 3.11.6).
pub fn literal(text: &str) -> String {
    let mut out = visible(text);
    if out.contains("](") {
        out = out.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
    }
    let argument = |rest: &str| {
        let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        digits.len() < rest.len() && digits.starts_with('}')
    };
    if out.split('{').skip(1).any(argument) {
        out = out.replace('{', "{{").replace('}', "}}");
    }
    out
}

/// What stays the same while lines move: a hash of code, file and message, and which of those that
/// have them in common this is.
fn fingerprint(
    files: &Files,
    diagnostic: &Diagnostic,
    seen: &mut BTreeMap<String, usize>,
) -> String {
    let path = diagnostic.span.and_then(|span| files.get(span.file)).map_or(ROOT, |f| &f.path);
    let parts = json!([diagnostic.code.name(), path, diagnostic.message]);
    let digest = Sha256::digest(parts.to_string().as_bytes());
    let hash = digest.iter().take(16).fold(String::new(), |mut hash, byte| {
        let _infallible = write!(hash, "{byte:02x}");
        hash
    });
    let number = seen.entry(hash.clone()).or_insert(0);
    *number += 1;
    format!("{hash}:{number}")
}
