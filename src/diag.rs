//! Diagnostics: what is wrong with the definitions, where, and how to mend it.
//!
//! A [`Diagnostic`] is plain data with byte spans; [`emit`] draws it with source lines and carets.
//! Nothing here reads files or decides an exit code.

pub mod code;
pub mod emit;

pub use code::{Code, Severity};
use std::fmt;
use std::sync::OnceLock;

/// A file of the policy repository, by its place in [`Files`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A stretch of a file: byte offsets, end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Which file.
    pub file: FileId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// A value and where it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Pairs a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }

    /// The same place for another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: f(self.value), span: self.span }
    }
}

/// One file as it was read: a path for people (relative to the repository, `/` between folders) and
/// its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Relative to the repository's root.
    pub path: String,
    /// The whole text, without a byte-order mark.
    pub text: String,
    /// Found when the first place is asked for, because plans ask for many.
    index: OnceLock<Index>,
}

/// What turns an offset into a line and a column without reading the file up to it: a file may be
/// one line, with thousands of mistakes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    /// Where each line begins, in bytes: the first at 0.
    lines: Vec<usize>,
    /// How many characters begin before each block of [`BLOCK`] bytes.
    characters: Vec<usize>,
}

/// Bytes that are read to find a column.
const BLOCK: usize = 1024;

impl File {
    /// A file of the repository.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), index: OnceLock::new() }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let after = self.text.match_indices('\n').map(|(at, _)| at + 1);
            let mut before = 0;
            let blocks = self.text.as_bytes().chunks(BLOCK).map(|block| {
                let here = before;
                before += begun(block);
                here
            });
            Index { characters: blocks.collect(), lines: std::iter::once(0).chain(after).collect() }
        })
    }

    /// Characters that begin before an offset.
    fn characters_before(&self, at: usize) -> usize {
        let block = at / BLOCK;
        let before = self.index().characters.get(block).copied();
        let rest = self.text.as_bytes().get(block * BLOCK..at).unwrap_or_default();
        match before {
            Some(before) => before + begun(rest),
            // The offset is the end of the last block.
            None => begun(self.text.as_bytes()),
        }
    }
}

/// Characters that begin in some bytes of a text.
fn begun(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

/// All files that spans point into, sorted by path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    /// Indexed by [`FileId`].
    pub list: Vec<File>,
}

impl Files {
    /// The file of an id.
    pub fn get(&self, id: FileId) -> Option<&File> {
        self.list.get(id.0 as usize)
    }

    /// Where a span begins, for people.
    pub fn position(&self, span: Span) -> Position {
        let Some(file) = self.get(span.file) else {
            return Position { file: String::new(), line: 1, column: 1 };
        };
        let mut at = span.start.min(file.text.len());
        while !file.text.is_char_boundary(at) {
            at -= 1;
        }
        let lines = &file.index().lines;
        let line = lines.partition_point(|start| *start <= at);
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let column = file.characters_before(at) - file.characters_before(start) + 1;
        Position { file: file.path.clone(), line, column }
    }
}

/// A place in a file, for people: line and column count from 1, columns in characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Relative to the repository's root.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// A second place that belongs to the mistake, with what it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What stands there: "first defined here".
    pub label: String,
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: Code,
    /// One lowercase line that names the thing; no full stop.
    pub message: String,
    /// Where; `None` only where no file can be blamed (a missing file).
    pub span: Option<Span>,
    /// A few words under the caret; may be empty.
    pub label: String,
    /// The other ends.
    pub related: Vec<Related>,
    /// How to mend it; may be empty.
    pub help: String,
}

impl Diagnostic {
    /// A diagnostic at a place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span: Some(span),
            label: String::new(),
            related: Vec::new(),
            help: String::new(),
        }
    }

    /// A diagnostic that no line can be blamed for.
    pub fn without_place(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span: None,
            label: String::new(),
            related: Vec::new(),
            help: String::new(),
        }
    }

    /// Adds the words under the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Adds another end.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push(Related { span, label: label.into() });
        self
    }

    /// Adds how to mend it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Error or warning.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// Whether any of them forbids a plan.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity() == Severity::Error)
}

/// Puts diagnostics in the one order that every output uses: by place, then code, then message;
/// equal ones once.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (a.span, a.code, &a.message, &a.help).cmp(&(b.span, b.code, &b.message, &b.help))
    });
    diagnostics.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_in_lines_of_any_length() {
        let word = "né€𝄞 ";
        let long = word.repeat(1000);
        let files = Files { list: vec![File::new("a.toml", format!("é\n{long}\n{long}"))] };
        let text = &files.list[0].text;
        for start in (0..=text.len()).step_by(7).chain([1023, 1024, 1025, text.len()]) {
            let span = Span { file: FileId(0), start, end: start };
            let mut at = start;
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            let line_start = text[..at].rfind('\n').map_or(0, |before| before + 1);
            let position = files.position(span);
            assert_eq!(position.column, text[line_start..at].chars().count() + 1, "{start}");
            assert_eq!(position.line, text[..at].matches('\n').count() + 1, "{start}");
        }
        let nowhere = Span { file: FileId(0), start: 1 << 40, end: 1 << 40 };
        assert_eq!(files.position(nowhere).line, 3);
    }
}
