//! Diagnostics as a document of our own.

use crate::diag::{Code, Diagnostic, Files, Related, Span};
use crate::text::visible;
use serde_json::{Value, json};

/// A `landgrant.check` document.
pub fn json(files: &Files, diagnostics: &[Diagnostic]) -> Value {
    let (errors, warnings) = super::counts(diagnostics);
    let list: Vec<Value> = diagnostics.iter().map(|d| entry(files, d)).collect();
    json!({
        "format_version": "1.0",
        "kind": "landgrant.check",
        "diagnostics": list,
        "summary": { "errors": errors, "warnings": warnings },
    })
}

fn entry(files: &Files, diagnostic: &Diagnostic) -> Value {
    let Diagnostic { code, message, span, label, related, help } = diagnostic;
    // The same fields as the diagnostic itself, so that one type reads both.
    let end = |other: &Related| fields(files, *code, Some(other.span), [&other.label, "", ""], &[]);
    let related: Vec<Value> = related.iter().map(end).collect();
    fields(files, *code, *span, [message, label, help], &related)
}

fn fields(
    files: &Files,
    code: Code,
    span: Option<Span>,
    [message, label, help]: [&str; 3],
    related: &[Value],
) -> Value {
    let position = span.map(|span| files.position(span));
    json!({
        "code": code.name(),
        "severity": code.severity().name(),
        "message": visible(message),
        "file": position.as_ref().map(|position| &position.file),
        "line": position.as_ref().map(|position| position.line),
        "column": position.as_ref().map(|position| position.column),
        "label": (!label.is_empty()).then(|| visible(label)),
        "help": (!help.is_empty()).then(|| visible(help)),
        "related": related,
    })
}
