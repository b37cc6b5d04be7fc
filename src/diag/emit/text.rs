//! Drawing diagnostics with source lines and carets.
//!
//! What the renderer gets is never the file itself but an excerpt of it: few lines, of bounded
//! length, in which nothing is hidden. So neither a file of one endless line nor one full of
//! escapes can harm a terminal.

use super::excerpt::{self, Excerpt, Mark};
use crate::diag::{Code, Diagnostic, Files, Severity, Span};
use crate::text::{counted, shorten, visible};
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use std::fmt::Write as _;

/// Columns of a source line: more than any excerpt has, so that the renderer cuts nothing itself.
const WIDTH: usize = 1000;

/// Characters of a message, label or help: a name in it may be as long as its file.
const WORDS: usize = 400;

/// All diagnostics for people, and closing lines that count them and say where to read on. Empty
/// where there are none.
pub fn text(files: &Files, diagnostics: &[Diagnostic], color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii).term_width(WIDTH);
    let mut out = String::new();
    for diagnostic in diagnostics {
        draw(&renderer, files, diagnostic, &mut out);
        out.push_str("\n\n");
    }
    if let Some(code) = first(diagnostics) {
        out.push_str(&totals(diagnostics));
        out.push_str("\nfor more: landgrant check --explain ");
        out.push_str(code.name());
        out.push('\n');
    }
    out
}

/// The code to read about first.
fn first(diagnostics: &[Diagnostic]) -> Option<Code> {
    let error = diagnostics.iter().find(|d| d.severity() == Severity::Error);
    error.or(diagnostics.first()).map(|d| d.code)
}

/// `3 errors, 1 warning`.
fn totals(diagnostics: &[Diagnostic]) -> String {
    match super::counts(diagnostics) {
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => {
            format!("{}, {}", counted(errors, "error"), counted(warnings, "warning"))
        }
    }
}

fn draw(renderer: &Renderer, files: &Files, diagnostic: &Diagnostic, out: &mut String) {
    let Diagnostic { code, message, span, label, related, help } = diagnostic;
    let level = match code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = Group::with_title(level.primary_title(words(message)).id(code.name()));
    let mark = |span: Span, label: &str, primary| Mark { span, label: words(label), primary };
    let primary = span.iter().map(|span| mark(*span, label, true));
    let secondary = related.iter().map(|other| mark(other.span, &other.label, false));
    let mut places = Vec::new();
    for excerpt in excerpt::excerpts(files, primary.chain(secondary).collect()) {
        places.push((visible(&excerpt.path), excerpt.place));
        group = group.element(snippet(excerpt));
    }
    if !help.is_empty() {
        group = group.element(Level::HELP.message(words(help)));
    }
    place(&renderer.render(&[group]), places, out);
}

fn snippet(excerpt: Excerpt) -> Snippet<'static, Annotation<'static>> {
    let Excerpt { path, place: _, first_line, text, marks } = excerpt;
    let snippet = Snippet::source(text).path(visible(&path)).line_start(first_line);
    marks.into_iter().fold(snippet, |snippet, (range, mark)| {
        let kind = if mark.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = (!mark.label.is_empty()).then_some(mark.label);
        snippet.annotation(kind.span(range).label(label))
    })
}

/// Writes a drawing with the true places in its headers: the renderer counts columns in what it was
/// given, which begins somewhere within a long line.
fn place(drawing: &str, places: Vec<(String, (usize, usize))>, out: &mut String) {
    let mut places = places.into_iter().peekable();
    for (number, line) in drawing.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        let arrow = ["--> ", "::: "].iter().filter_map(|arrow| line.find(arrow)).min();
        // A line of source has a `|` before anything else; the message is the first line.
        let header = arrow.filter(|at| number > 0 && !line[..*at].contains('|'));
        let path = header.and(places.peek()).and_then(|(path, _)| {
            let shown = line.rsplitn(3, ':').nth(2)?;
            shown.ends_with(path.as_str()).then_some(shown)
        });
        match path.zip(path.and_then(|_| places.next())) {
            Some((path, (_, (line, column)))) => {
                // Writing to a String cannot fail.
                let _infallible = write!(out, "{path}:{line}:{column}");
            }
            None => out.push_str(line),
        }
    }
}

fn words(text: &str) -> String {
    visible(&shorten(text, WORDS))
}
