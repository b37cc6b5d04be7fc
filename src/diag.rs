//! Diagnostics: what is wrong with the definitions, where, and how to mend it.
//!
//! A [`Diagnostic`] is plain data with byte spans; [`emit`] draws it with source lines and carets, or
//! writes it down for programs; [`explain`] says what its code means.
//! Nothing here reads files or decides an exit code.

pub mod code;
pub mod emit;
pub mod explain;

pub use code::{Code, Severity};
use std::fmt;
use std::ops::Range;
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

/// What makes places cheap: without it each would count from the beginning of its file or line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Index {
    /// Where each line begins, in bytes: the first at 0.
    lines: Vec<usize>,
    /// How many characters begin before each [`STRIDE`]th byte: a line may be as long as its file.
    characters: Vec<usize>,
}

/// Bytes between two entries of [`Index::characters`]: the most that one column has to count.
const STRIDE: usize = 4096;

/// How many characters begin in these bytes of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| (**byte & 0xc0) != 0x80).count()
}

impl File {
    /// A file of the repository.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), index: OnceLock::new() }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let after = self.text.match_indices('\n').map(|(at, _)| at + 1);
            let mut characters = vec![0];
            for chunk in self.text.as_bytes().chunks(STRIDE) {
                let before = characters.last().copied().unwrap_or(0);
                characters.push(before + beginnings(chunk));
            }
            Index { lines: std::iter::once(0).chain(after).collect(), characters }
        })
    }

    /// The number of the line that an offset lies in, from 1.
    fn line_at(&self, at: usize) -> usize {
        self.index().lines.partition_point(|start| *start <= at)
    }

    /// The bytes of a line by its number from 1, without the end of line.
    fn line(&self, number: usize) -> Range<usize> {
        let lines = &self.index().lines;
        let start = lines.get(number.saturating_sub(1)).copied().unwrap_or(self.text.len());
        // The next line begins behind a line feed.
        let end = lines.get(number).map_or(self.text.len(), |next| next - 1);
        let text = &self.text[start..end];
        start..start + text.strip_suffix('\r').unwrap_or(text).len()
    }

    /// How many characters lie between two offsets inside the text.
    fn characters(&self, from: usize, to: usize) -> usize {
        let bytes = self.text.as_bytes();
        if to - from <= STRIDE {
            return beginnings(&bytes[from..to]);
        }
        let before = |at: usize| {
            let whole = self.index().characters.get(at / STRIDE).copied().unwrap_or(0);
            whole + beginnings(&bytes[at - at % STRIDE..at])
        };
        before(to) - before(from)
    }

    /// The nearest character boundary at or before an offset.
    fn floor(&self, at: usize) -> usize {
        self.text.floor_char_boundary(at)
    }

    /// Line and column of an offset, from 1; one outside the text is moved to its end.
    fn place(&self, at: usize) -> (usize, usize) {
        let at = self.floor(at);
        let line = self.line_at(at);
        let start = self.line(line).start;
        (line, self.characters(start, at) + 1)
    }
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
        let (line, column) = file.place(span.start);
        Position { file: file.path.clone(), line, column }
    }

    /// Where a span ends: line and column of what stands behind it; never before its beginning.
    pub fn end(&self, span: Span) -> (usize, usize) {
        let file = self.get(span.file);
        file.map_or((1, 1), |file| file.place(span.end.max(span.start)))
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
