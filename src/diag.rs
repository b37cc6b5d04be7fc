//! Diagnostics: what is wrong with the definitions, where, and how to mend it.
//!
//! A [`Diagnostic`] is plain data with byte spans; [`emit`] draws it with source lines and carets.
//! Nothing here reads files or decides an exit code.

pub mod emit;

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
    /// Where each line begins; found when the first place is asked for, because plans ask for many.
    lines: OnceLock<Vec<usize>>,
}

impl File {
    /// A file of the repository.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), lines: OnceLock::new() }
    }

    /// Where each line begins, in bytes: the first at 0.
    fn lines(&self) -> &[usize] {
        self.lines.get_or_init(|| {
            let after = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(after).collect()
        })
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
        let mut at = span.start.min(file.text.len());
        while !file.text.is_char_boundary(at) {
            at -= 1;
        }
        let lines = file.lines();
        let line = lines.partition_point(|start| *start <= at);
        let start = lines.get(line.saturating_sub(1)).copied().unwrap_or(0);
        Position { file: file.path.clone(), line, column: file.text[start..at].chars().count() + 1 }
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

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// No plan is made.
    Error,
    /// Shown, and the work goes on.
    Warning,
}

/// Declares the codes once: variant, kebab-case name, severity.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What kind of mistake a diagnostic reports. The name is stable; people search for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Error or warning.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is not TOML.
    TomlSyntax = "toml-syntax", Error;
    /// The file is not UTF-8.
    InvalidUtf8 = "invalid-utf8", Error;
    /// The file is larger than one definition file may be.
    FileTooLarge = "file-too-large", Error;
    /// The file could not be read.
    UnreadableFile = "unreadable-file", Error;
    /// There is no `landgrant.toml`.
    MissingSettings = "missing-settings", Error;
    /// The folder holds no definitions at all.
    NoDefinitions = "no-definitions", Warning;
    /// `schema` is not one that this version reads.
    UnsupportedSchema = "unsupported-schema", Error;
    /// A key that the table does not have.
    UnknownKey = "unknown-key", Error;
    /// A value of another type than the key takes.
    WrongType = "wrong-type", Error;
    /// A key that the table must have.
    MissingKey = "missing-key", Error;
    /// A value that the key does not take.
    InvalidValue = "invalid-value", Error;
    /// A settings table outside `landgrant.toml`.
    MisplacedSettings = "misplaced-settings", Error;
    /// The same thing defined twice.
    DuplicateDefinition = "duplicate-definition", Error;
    /// Two names that differ by case alone.
    CaseCollision = "case-collision", Error;
    /// A name or text that AWS would refuse.
    InvalidName = "invalid-name", Error;
    /// A session outside 1–12 hours, or not a duration.
    InvalidSession = "invalid-session", Error;
    /// A policy reference that is neither a name nor an ARN of a policy.
    InvalidPolicyReference = "invalid-policy-reference", Error;
    /// A policy file that is not there, or lies outside the repository.
    PolicyFile = "policy-file", Error;
    /// A policy document that is not JSON, or not a policy.
    InvalidPolicy = "invalid-policy", Error;
    /// A policy document over the quota.
    PolicyTooLarge = "policy-too-large", Error;
    /// More managed policies than IAM lets a role hold unless its quota was raised.
    ManyPolicies = "many-policies", Warning;
    /// A tag that AWS would refuse.
    InvalidTag = "invalid-tag", Error;
    /// A principal that is not `group:NAME` or `user:NAME`.
    InvalidPrincipal = "invalid-principal", Error;
    /// A selector that does not parse.
    InvalidSelector = "invalid-selector", Error;
    /// A date that is none, or `starts` after `expires`.
    InvalidPeriod = "invalid-period", Error;
    /// A grant whose last day has passed.
    ExpiredGrant = "expired-grant", Warning;
    /// A user defined where users come from an external source.
    ExternalUser = "external-user", Error;
    /// The same member listed twice.
    DuplicateMember = "duplicate-member", Warning;
    /// A name that is neither declared nor live.
    UnknownName = "unknown-name", Error;
    /// A name that is not declared and must exist in AWS.
    UndeclaredName = "undeclared-name", Warning;
    /// A name that fits more than one live thing.
    AmbiguousName = "ambiguous-name", Error;
    /// A declared thing that `[ignore]` hands off.
    DeclaredIgnored = "declared-ignored", Error;
    /// A selector that selects no account.
    EmptySelection = "empty-selection", Warning;
    /// `ou:X` where nested OUs hold accounts that it leaves out.
    NestedLeftOut = "nested-left-out", Warning;
    /// An account whose state AWS did not tell, or that this version does not know.
    UnknownAccountState = "unknown-account-state", Error;
    /// A declared group without members, where memberships are enforced.
    EmptiedGroup = "emptied-group", Warning;
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
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
