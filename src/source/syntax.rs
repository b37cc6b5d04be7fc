//! Text → TOML, with every mistake of the text.
//!
//! A file with mistakes of syntax is not given up: what is sound in it is read as if the rest were
//! not there ([`recover`]), so that its other mistakes are found in the same run and what it defines
//! is not taken for missing elsewhere.

mod duplicate;
mod lines;
mod recover;

use super::decode;
use crate::diag::{Code, Diagnostic, FileId};
use crate::text::counted;
use recover::Recovered;
use std::ops::Range;
use toml::de::{DeTable, Error};

/// What a file says, as far as it can be read.
pub(super) struct Document<'t> {
    /// The tables. Every place is one of the file's text.
    pub(super) root: DeTable<'t>,
    /// What could not be read.
    pub(super) damage: Damage,
    /// Where a key or table stands again that stands before: it was not read.
    pub(super) repeated: Vec<Range<usize>>,
}

/// What mistakes of syntax took away.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Damage {
    /// The headers that were left out or mended: what is not defined may stand there.
    pub(super) lost_headers: String,
    /// Everything else that was left out or mended: what is not used may stand there.
    pub(super) lost: String,
    /// Stretches from one header to the next that lost a part, so that keys may seem to be missing.
    pub(super) incomplete: Vec<Range<usize>>,
    /// Values that were read by a guess; nothing more is said of them.
    pub(super) guessed: Vec<Range<usize>>,
    /// Statements that were read by a guess; what they hold may be of another type than was meant.
    pub(super) mended: Vec<Range<usize>>,
}

impl Damage {
    /// Whether a mistake that was found may be nothing but a consequence of the damage.
    pub(super) fn explains(&self, found: &Diagnostic) -> bool {
        let Some(span) = found.span else { return false };
        // Ranges are in order and apart.
        let inside = |ranges: &[Range<usize>]| {
            let at = ranges.partition_point(|range| range.end <= span.start);
            ranges.get(at).is_some_and(|range| range.start < span.end.max(span.start + 1))
        };
        (found.code == Code::MissingKey && inside(&self.incomplete))
            || (found.code == Code::WrongType && inside(&self.mended))
            || inside(&self.guessed)
    }
}

/// A text that parses, but for what stands twice in it.
pub(super) enum Text<'t> {
    /// The file's own, as it was parsed.
    Sound(DeTable<'t>, Vec<Error>),
    /// What is sound of it.
    Recovered(Recovered),
}

/// Parses a file and reports its mistakes of syntax.
pub(super) fn read<'t>(file: FileId, text: &'t str, out: &mut Vec<Diagnostic>) -> Text<'t> {
    let (root, errors) = DeTable::parse_recoverable(text);
    match decode::bounded(root.into_inner()) {
        Ok(root) if errors.iter().all(is_repetition) => Text::Sound(root, errors),
        Ok(_) => {
            let before = out.len();
            let recovered = recover::recover(file, text, out);
            limit(before, out);
            Text::Recovered(recovered)
        }
        Err(range) => {
            let message = "tables and lists nest too deep";
            let span = decode::span(file, range);
            out.push(Diagnostic::new(Code::TomlSyntax, span, message).help("flatten them"));
            Text::Recovered(Recovered::nothing(text))
        }
    }
}

/// Mistakes of syntax of one file that are told one by one: a file that is no TOML has one a line.
pub(super) const MAX_MISTAKES: usize = 1000;

/// Tells the mistakes of a file beyond [`MAX_MISTAKES`] as one.
fn limit(before: usize, out: &mut Vec<Diagnostic>) {
    let rest = out.split_off(out.len().min(before + MAX_MISTAKES));
    let Some(span) = rest.first().and_then(|next| next.span) else { return };
    let message = format!("{} more from here on", counted(rest.len(), "mistake"));
    out.push(Diagnostic::new(Code::TomlSyntax, span, message).help("mend the first ones"));
}

impl Text<'_> {
    /// The document, once: whatever stands twice in it is reported.
    pub(super) fn document(
        &mut self,
        file: FileId,
        text: &str,
        out: &mut Vec<Diagnostic>,
    ) -> Document<'_> {
        let (root, repeated, damage) = match self {
            Text::Sound(root, errors) => {
                let repeated = errors.iter().filter_map(Error::span).collect();
                (std::mem::take(root), repeated, Damage::default())
            }
            Text::Recovered(recovered) => {
                let damage = std::mem::take(&mut recovered.damage);
                let (root, errors) = DeTable::parse_recoverable(&recovered.text);
                let root = decode::bounded(root.into_inner()).unwrap_or_default();
                let repeated = errors.iter().filter(|error| is_repetition(error));
                let repeated = repeated.filter_map(Error::span);
                let repeated: Vec<_> = repeated.map(|span| recovered.original(span)).collect();
                (recovered.restored(root), repeated, damage)
            }
        };
        duplicate::report(file, text, &root, &repeated, out);
        Document { root, damage, repeated }
    }
}

/// Whether a place stands in the header of a table.
pub(super) fn in_header(text: &str, at: usize) -> bool {
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    lines::kind(line) == lines::Line::Header
}

/// What is typed from a key on, up to the next key or header.
pub(super) fn statement(text: &str, start: usize) -> &str {
    let rest = text.get(start..).unwrap_or_default();
    let mut end = 0;
    for line in rest.split_inclusive('\n') {
        if end > 0 && matches!(lines::kind(line), lines::Line::Header | lines::Line::Key) {
            break;
        }
        end += line.len();
    }
    &rest[..end]
}

/// The statements of a file, blank lines too: whether each is a header, and where it stands.
pub(super) fn statements(text: &str) -> impl Iterator<Item = (bool, Range<usize>)> {
    recover::statements(text).map(|(kind, range)| (kind == lines::Line::Header, range))
}

/// Whether an error is about a key that stands twice, which leaves the rest of the document as it is.
fn is_repetition(error: &Error) -> bool {
    error.message() == "duplicate key" || error.message().starts_with("cannot extend value")
}

/// A mistake of syntax, in words: the parser's, and how such a mistake is mended.
fn diagnostic(file: FileId, range: Range<usize>, error: &Error) -> Diagnostic {
    let (message, expected) = match error.message().rsplit_once(", expected ") {
        Some((message, "nothing")) => (message, ""),
        Some((message, expected)) => (message, expected),
        None => (error.message(), ""),
    };
    let (message, expected) = match message {
        "string values must be quoted" if range.is_empty() => ("the value is missing", ""),
        message => (message, expected),
    };
    let label = if expected.is_empty() { String::new() } else { format!("expected {expected}") };
    Diagnostic::new(Code::TomlSyntax, decode::span(file, range), message)
        .label(label)
        .help(remedy(message, expected))
}

/// How a mistake of syntax is mended.
fn remedy(message: &str, expected: &str) -> &'static str {
    let says = |word: &str| message.contains(word);
    if says("multi-line") && !says("keys") {
        "close it with the three quotes that it begins with"
    } else if says("date") || says("time") {
        "write a day (2026-12-31) or an instant (2026-12-31T18:00:00Z)"
    } else if says("quoted") || says("opening quote") || says("literal string") {
        "write it in double quotes"
    } else if says("basic string") && expected.contains('"') {
        "close it with a double quote on the same line"
    } else if says("escape") || says("unicode") {
        "write `\\\\` for a backslash, or the string in single quotes"
    } else if says("comma") {
        "set one comma between two items"
    } else if says("unclosed array table") {
        "close the header with `]]`"
    } else if says("unclosed table") {
        "close the header with `]`"
    } else if says("unclosed array") {
        "close the list with `]`"
    } else if says("inline table") {
        "close the table with `}`, and set commas between its keys"
    } else if says("no value") || says("value is missing") || says("missing value") {
        "write `key = value`, or remove the key"
    } else if says("assignment") || says("`=`") {
        "write one `key = value` a line"
    } else if says("integer") || says("float") || says("digit") || says("sign") || says("radix") {
        "write a plain number, or the text in double quotes"
    } else if says("unquoted key") || says("missing key") {
        "write the key with letters, digits, `_` and `-`, or in double quotes"
    } else if says("carriage return") || says("comment") {
        "remove the control character"
    } else {
        "write one `key = value` a line, strings in double quotes, lists in `[ ]`"
    }
}
