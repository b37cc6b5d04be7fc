//! `[drift]` and `[[accept]]`, as typed: how loud a difference is, and which are known.

use crate::diag::Spanned;
use crate::source::schema::forms;
use crate::source::selector::{Selector, Term};
use jiff::Timestamp;
use schemars::JsonSchema;

/// How bad it is that something differs, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum Severity {
    /// The most dangerous access, or access to the most sensitive accounts, is not as declared.
    Critical,
    /// Dangerous access, or access to sensitive accounts, is not as declared.
    High,
    /// Somebody's access is not as declared.
    Medium,
    /// Nobody's access differs.
    Low,
}

impl Severity {
    /// Every severity, the worst first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// As files and documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }

    /// Reads the word of a file or document.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.name() == text)
    }
}

/// How `drift` judges. What is left out has the defaults of `docs/drift.md`.
#[derive(Clone, Debug, Default, JsonSchema)]
#[schemars(default, deny_unknown_fields)]
pub struct DriftSettings {
    /// Selectors of accounts that are sensitive besides the management account. Accounts below the OU
    /// `Security` and those called `audit` or `log-archive`, if left out.
    #[schemars(with = "Vec<Selector>")]
    pub sensitive: Option<Vec<Spanned<Selector>>>,
    /// A severity for all that is of a class, in place of the one that is found by kind, account and
    /// access level.
    pub severity: Severities,
}

impl DriftSettings {
    /// Whether it takes tags to know which accounts are sensitive.
    pub fn looks_at_tags(&self) -> bool {
        let terms = self.sensitive.iter().flatten().flat_map(|selector| &selector.value.terms);
        terms.into_iter().any(|term| matches!(term, Term::Tag(..)))
    }
}

/// A severity for all that is of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema)]
#[schemars(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Severities {
    /// Live, not declared and not ignored.
    pub unmanaged: Option<Severity>,
    /// Declared and not live.
    pub missing: Option<Severity>,
    /// Live otherwise than declared.
    pub changed: Option<Severity>,
    /// A permission set that accounts have in an older version.
    pub not_provisioned: Option<Severity>,
    /// A grant whose group or user was deleted.
    pub orphaned: Option<Severity>,
    /// A grant whose last day has passed.
    pub expired_still_live: Option<Severity>,
    /// An account in another OU.
    pub misplaced_account: Option<Severity>,
    /// A group that was deleted and made again, whose grants stayed with the old one.
    pub recreated_group: Option<Severity>,
    /// What could not be read.
    pub unknown: Option<Severity>,
}

/// A difference that is known, and for how long it may stay: `drift` counts it and is quiet about it.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Accept {
    /// The address as `drift` prints it, with `*` and `?`: `grant/loyalty-prod/*/user:an@wallet.example`.
    #[schemars(with = "forms::Glob")]
    pub what: Spanned<String>,
    /// Why it may stay.
    #[schemars(with = "forms::Glob")]
    pub why: String,
    /// Until when: a day (`2026-12-31`, through its end, UTC) or an instant with its offset
    /// (`2026-12-31T18:00:00+07:00`), without quotes. Afterwards it is as loud as if it had never been
    /// accepted.
    #[schemars(with = "forms::Moment")]
    pub until: Spanned<Timestamp>,
    /// The text of `until` as typed, for people.
    #[schemars(skip)]
    pub until_text: String,
    /// Where it was decided; shown beside the difference.
    pub ticket: Option<String>,
}
