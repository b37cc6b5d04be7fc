//! Reading past mistakes of syntax.
//!
//! The parser stops where a statement breaks off, and calls everything inside an open bracket wrong.
//! So the text is taken apart into statements by its lines; one that does not parse on its own is
//! reported, once, and then mended by a small insertion, or left out where none helps.

use super::lines::{self, Line, Open};
use super::{Damage, diagnostic};
use crate::diag::{Diagnostic, FileId};
use crate::source::decode;
use std::ops::Range;
use toml::de::{DeArray, DeTable, DeValue, Error};

/// Insertions into one statement; beyond them it is left out.
const MOST_INSERTIONS: usize = 16;

/// Bytes of a statement that are looked at together: none is as long by intent.
const LONGEST: usize = 64 * 1024;

/// A text that parses but for what stands twice, and its way back to the file.
pub(in super::super) struct Recovered {
    /// The text.
    pub(super) text: String,
    /// What was inserted: where in [`Self::text`], how many bytes, and how many before it; in order.
    inserted: Vec<(usize, usize, usize)>,
    /// What is gone.
    pub(super) damage: Damage,
}

/// Takes a text apart and puts together what is sound of it.
pub(super) fn recover(file: FileId, text: &str, out: &mut Vec<Diagnostic>) -> Recovered {
    let mut recovered =
        Recovered { text: String::new(), inserted: Vec::new(), damage: Damage::default() };
    // Where the table that is being read begins, and whether it lost a part.
    let mut table = 0;
    let mut incomplete = false;
    // Behind a header that cannot be read, nobody knows what the keys belong to.
    let mut homeless = false;
    for (kind, range) in statements(text) {
        let source = &text[range.clone()];
        if kind == Line::Header {
            if incomplete {
                recovered.damage.incomplete.push(table..range.start);
            }
            (table, incomplete, homeless) = (range.start, false, false);
        }
        let errors = mistakes(source);
        let mended = match (errors.is_empty(), kind) {
            (true, _) => Some(Mended::default()),
            (false, Line::Header) => opened(source).or_else(|| mend(source)),
            (false, _) => mend(source),
        };
        match &mended {
            Some(mended) if errors.is_empty() && mended.insertions.is_empty() => {}
            Some(mended) => {
                for (place, error) in &mended.errors {
                    out.push(diagnostic(file, shift(place, range.start), error));
                }
            }
            None => out.extend(errors.first().map(|error| broken(file, &range, source, error))),
        }
        let keep = mended.filter(|_| !homeless);
        if let Some(mended) = keep {
            recovered.keep(kind, range.start, source, &mended);
        } else {
            recovered.leave_out(kind, source);
            incomplete = true;
            homeless |= kind == Line::Header;
        }
    }
    if incomplete {
        recovered.damage.incomplete.push(table..text.len() + 1);
    }
    recovered
}

fn shift(range: &Range<usize>, by: usize) -> Range<usize> {
    range.start + by..range.end + by
}

/// The mistake of a statement that is left out.
fn broken(file: FileId, range: &Range<usize>, source: &str, error: &Error) -> Diagnostic {
    let end = source.trim_end().len();
    let place = error.span().unwrap_or(0..0);
    let place = place.start.min(end)..place.end.min(end);
    let found = diagnostic(file, shift(&place, range.start), error);
    let lead = source.len() - source.trim_start().len();
    let first = &source[lead..source.len().min(lead + source[lead..].find('\n').unwrap_or(end))];
    if place.start <= lead + first.len() {
        return found;
    }
    let begin = range.start + lead..range.start + lead + first.trim_end().len();
    found.related(decode::span(file, begin), "begins here")
}

/// The mistakes of a statement on its own. Without its last line end: what is missing is missing at
/// the end of the line, not at the beginning of the next.
fn mistakes(source: &str) -> Vec<Error> {
    DeTable::parse_recoverable(source.trim_end()).1
}

/// How a statement is made to parse.
#[derive(Default)]
struct Mended {
    /// What is inserted before which byte; in order.
    insertions: Vec<(usize, &'static str)>,
    /// The mistakes that this mends.
    errors: Vec<(Range<usize>, Error)>,
    /// Values that are a guess.
    guessed: Vec<Range<usize>>,
}

impl Mended {
    fn text(&self, source: &str) -> String {
        let mut out = String::with_capacity(source.len() + self.insertions.len());
        let mut from = 0;
        for (at, what) in &self.insertions {
            out.push_str(&source[from..*at]);
            out.push_str(what);
            from = *at;
        }
        out.push_str(&source[from..]);
        out
    }

    /// The place in the source of a place in the text.
    fn original(&self, at: usize) -> usize {
        let mut before = 0;
        for (place, what) in &self.insertions {
            if place + before >= at {
                break;
            }
            before += what.len().min(at - place - before);
        }
        at - before
    }

    fn insert(&mut self, at: usize, what: &'static str) {
        let behind = self.insertions.partition_point(|(other, _)| *other <= at);
        self.insertions.insert(behind, (at, what));
    }
}

/// Opens a header that is only closed.
fn opened(source: &str) -> Option<Mended> {
    let line = source.trim();
    let missing = match (line.starts_with('['), line.ends_with("]]")) {
        (false, false) => "[",
        (false, true) => "[[",
        (true, true) if !line.starts_with("[[") => "[",
        _ => return None,
    };
    let at = source.len() - source.trim_start().len();
    let mut mended = Mended::default();
    mended.insert(at, missing);
    let errors = mistakes(source);
    let first = errors.first().filter(|_| mistakes(&mended.text(source)).is_empty())?;
    mended.errors.push((at..at + line.len(), first.clone()));
    Some(mended)
}

/// Mends one mistake after the other, from the left; `None` where one cannot be mended.
fn mend(source: &str) -> Option<Mended> {
    let source = source.trim_end();
    let mut mended = Mended::default();
    let mut before: Option<(usize, String)> = None;
    while mended.errors.len() < MOST_INSERTIONS {
        let text = mended.text(source);
        let errors = mistakes(&text);
        let Some(error) = errors.iter().min_by_key(|error| error.span().map(|span| span.start))
        else {
            return Some(mended);
        };
        let span = error.span()?;
        let place = mended.original(span.start)..mended.original(span.end);
        source.get(place.clone())?;
        // The same mistake where it was mended already, or one before it: the guess was wrong.
        let here = (place.end, error.message().to_owned());
        if before.is_some_and(|before| before.0 > here.0 || before == here) {
            return None;
        }
        before = Some(here);
        step(&mut mended, source, &place, error)?;
        mended.errors.push((place, error.clone()));
    }
    None
}

/// The insertion that mends a mistake.
fn step(mended: &mut Mended, source: &str, place: &Range<usize>, error: &Error) -> Option<()> {
    let message = error.message();
    let says = |word: &str| message.contains(word);
    if says("missing comma between") {
        mended.insert(place.start, ",");
    } else if says("unclosed array table") {
        let half = source[..place.start].trim_end().ends_with(']');
        mended.insert(place.start, if half { "]" } else { "]]" });
    } else if says("unclosed array") || says("unclosed table") {
        mended.insert(place.start, "]");
    } else if says("unclosed inline table") {
        mended.insert(place.start, "}");
    } else if says("missing assignment between") {
        mended.insert(place.start, "=");
    } else if says("basic string") && says("expected `\"`") && !source[place.start..].contains('\n')
    {
        mended.insert(place.end, "\"");
    } else if (says("quoted") || says("invalid")) && !place.is_empty() {
        let value = source.get(place.clone())?;
        if value.contains(['"', '\'', '\\', '\n', '=']) || value.contains(char::is_control) {
            return None;
        }
        mended.insert(place.start, "\"");
        mended.insert(place.end, "\"");
        mended.guessed.push(place.clone());
    } else {
        return None;
    }
    Some(())
}

/// The statements of a text, and the stretches between them.
struct Statements<'t> {
    text: &'t str,
    at: usize,
}

/// The statements of a text, in order.
pub(super) fn statements(text: &str) -> impl Iterator<Item = (Line, Range<usize>)> {
    Statements { text, at: 0 }
}

impl Iterator for Statements<'_> {
    type Item = (Line, Range<usize>);

    fn next(&mut self) -> Option<(Line, Range<usize>)> {
        let start = self.at;
        let first = self.line(start)?;
        let line = &self.text[first.clone()];
        let kind = match lines::kind(line) {
            Line::Other if lines::is_open_header(line) => Line::Header,
            kind => kind,
        };
        let end = match kind {
            Line::Blank | Line::Header => first.end,
            Line::Key | Line::Other => self.end(first),
        };
        self.at = end;
        Some((kind, start..end))
    }
}

impl Statements<'_> {
    fn line(&self, start: usize) -> Option<Range<usize>> {
        let rest = &self.text[start..];
        (!rest.is_empty()).then(|| start..start + rest.find('\n').map_or(rest.len(), |at| at + 1))
    }

    /// Where a statement ends: where everything in it is closed; else before the next statement.
    fn end(&self, first: Range<usize>) -> usize {
        let mut open = Open::default().after(&self.text[first.clone()]);
        let mut next_statement = None;
        let mut end = first.end;
        while !open.is_closed() && end - first.start <= LONGEST {
            let Some(line) = self.line(end) else { break };
            let source = &self.text[line.clone()];
            let kind = lines::kind(source);
            if matches!(kind, Line::Header | Line::Key) {
                next_statement.get_or_insert(line.start);
            }
            if open.ends_before(kind) {
                break;
            }
            open = open.after(source);
            end = line.end;
        }
        if open.is_closed() { end } else { next_statement.unwrap_or(end) }
    }
}

impl Recovered {
    /// A text of which nothing is read.
    pub(super) fn nothing(text: &str) -> Self {
        let damage = Damage { lost_headers: text.to_owned(), ..Damage::default() };
        Self { text: String::new(), inserted: Vec::new(), damage }
    }

    fn keep(&mut self, kind: Line, start: usize, source: &str, mended: &Mended) {
        let mut inserted = 0;
        for (at, what) in &mended.insertions {
            let before = self.inserted.last().map_or(0, |(_, len, before)| len + before);
            self.inserted.push((self.text.len() + at + inserted, what.len(), before));
            inserted += what.len();
        }
        self.damage.guessed.extend(mended.guessed.iter().map(|range| shift(range, start)));
        if !mended.insertions.is_empty() {
            self.damage.mended.push(start..start + source.len());
            // The guess may be wrong, and the name stand elsewhere.
            self.lose(kind, source);
        }
        self.text.push_str(&mended.text(source));
    }

    /// Blanks stand for what is left out, so that everything behind it keeps its place.
    fn leave_out(&mut self, kind: Line, source: &str) {
        self.lose(kind, source);
        self.text.extend(source.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
    }

    fn lose(&mut self, kind: Line, source: &str) {
        let Damage { lost_headers, lost, .. } = &mut self.damage;
        let lost = if kind == Line::Header { lost_headers } else { lost };
        lost.push_str(source);
        lost.push('\n');
    }

    /// The place in the file of a place in the text.
    fn original_at(&self, at: usize) -> usize {
        let behind = self.inserted.partition_point(|(place, ..)| *place < at);
        let last = self.inserted[..behind].last();
        at - last.map_or(0, |(place, len, before)| before + (*len).min(at - place))
    }

    /// The stretch of the file of a stretch of the text.
    pub(super) fn original(&self, range: Range<usize>) -> Range<usize> {
        let start = self.original_at(range.start);
        start..self.original_at(range.end).max(start)
    }

    /// The tables with the places of the file.
    pub(super) fn restored<'t>(&self, table: DeTable<'t>) -> DeTable<'t> {
        let mut out = DeTable::new();
        for (key, value) in table {
            let place = self.original(key.span());
            out.insert(toml::Spanned::new(place, key.into_inner()), self.value(value));
        }
        out
    }

    fn value<'t>(&self, value: toml::Spanned<DeValue<'t>>) -> toml::Spanned<DeValue<'t>> {
        let place = self.original(value.span());
        let value = match value.into_inner() {
            DeValue::Table(table) => DeValue::Table(self.restored(table)),
            DeValue::Array(items) => {
                let mut list = DeArray::new();
                for item in items {
                    list.push(self.value(item));
                }
                DeValue::Array(list)
            }
            plain => plain,
        };
        toml::Spanned::new(place, value)
    }
}

#[cfg(test)]
mod tests;
