//! Drawing diagnostics with source lines and carets, and the same as JSON.
//!
//! What the renderer gets is never the file itself but an excerpt of it: few lines, of bounded
//! length, in which nothing is hidden. So neither a file of one endless line nor one full of
//! escapes can harm a terminal.

mod excerpt;

use super::{Diagnostic, Files, Severity, Span};
use crate::text::{counted, shorten, visible};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use excerpt::{Excerpt, Mark};
use serde_json::{Value, json};

/// Columns of a source line. Wide enough for the marks of any excerpt, or the renderer would give
/// up trimming.
const WIDTH: usize = 200;

/// Characters of a message, label or help: a name in it may be as long as its file.
const WORDS: usize = 400;

/// All diagnostics for people, and a closing line that counts them. Empty where there are none.
pub fn text(files: &Files, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH);
    let mut out = String::new();
    for diagnostic in diagnostics {
        out.push_str(&renderer.render(&[drawing(files, diagnostic)]));
        out.push_str("\n\n");
    }
    if let Some(totals) = totals(diagnostics) {
        out.push_str(&totals);
        out.push('\n');
    }
    out
}

/// `3 errors, 1 warning`; `None` where there are neither.
fn totals(diagnostics: &[Diagnostic]) -> Option<String> {
    let number = |severity| diagnostics.iter().filter(|d| d.severity() == severity).count();
    let (errors, warnings) = (number(Severity::Error), number(Severity::Warning));
    match (errors, warnings) {
        (0, 0) => None,
        (errors, 0) => Some(counted(errors, "error")),
        (0, warnings) => Some(counted(warnings, "warning")),
        (errors, warnings) => {
            Some(format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")))
        }
    }
}

fn drawing(files: &Files, diagnostic: &Diagnostic) -> Group<'static> {
    let Diagnostic { code, message, span, label, related, help } = diagnostic;
    let level = match code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(words(message)).id(code.name()));
    let mark = |span: Span, label: &str, primary| Mark { span, label: words(label), primary };
    let primary = span.iter().map(|span| mark(*span, label, true));
    let secondary = related.iter().map(|other| mark(other.span, &other.label, false));
    let excerpts = excerpt::excerpts(files, primary.chain(secondary).collect());
    group = group.elements(excerpts.into_iter().map(draw));
    if !help.is_empty() {
        group = group.element(Level::HELP.message(words(help)));
    }
    group
}

fn draw(excerpt: Excerpt) -> Snippet<'static, Annotation<'static>> {
    let Excerpt { path, first_line, text, marks } = excerpt;
    let snippet = Snippet::source(text).path(visible(&path)).line_start(first_line);
    marks.into_iter().fold(snippet, |snippet, (range, mark)| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = (!mark.label.is_empty()).then_some(mark.label);
        snippet.annotation(kind.span(range).label(label))
    })
}

fn words(text: &str) -> String {
    visible(&shorten(text, WORDS))
}

/// The list `diagnostics` of a `landgrant.check` document.
pub fn json(files: &Files, diagnostics: &[Diagnostic]) -> Value {
    diagnostics.iter().map(|diagnostic| entry(files, diagnostic)).collect()
}

fn entry(files: &Files, diagnostic: &Diagnostic) -> Value {
    let Diagnostic { code, message, span, label, related, help } = diagnostic;
    let severity = match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let one = |span: Option<Span>, message: &str, label: &str, help: &str, related: Vec<Value>| {
        let position = span.map(|span| files.position(span));
        json!({
            "code": code.name(),
            "severity": severity,
            "message": visible(message),
            "file": position.as_ref().map(|position| &position.file),
            "line": position.as_ref().map(|position| position.line),
            "column": position.as_ref().map(|position| position.column),
            "label": (!label.is_empty()).then(|| visible(label)),
            "help": (!help.is_empty()).then(|| visible(help)),
            "related": related,
        })
    };
    let others =
        related.iter().map(|other| one(Some(other.span), &other.label, "", "", Vec::new()));
    one(*span, message, label, help, others.collect())
}

#[cfg(test)]
mod tests;
