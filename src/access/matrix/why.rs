//! Whether a grant is declared, where, and in what words.

use super::{At, Granted, Matrix};
use crate::diag::{Files, Position, Span};
use crate::model::{Grant, Principal};
use crate::resolve::scope::Scope;
use crate::resolve::{Cause, Desired, Lapse, LapseKind};
use crate::source::declared::{Declared, Origin};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The definitions, resolved: what origins come from.
#[derive(Clone, Copy, Debug)]
pub struct Definitions<'a> {
    /// As typed.
    pub declared: &'a Declared,
    /// Resolved against what is live.
    pub desired: &'a Desired,
    /// What is ignored.
    pub scope: &'a Scope,
    /// Whether they are without errors: else what seems undeclared may be declared.
    pub whole: bool,
}

/// Whether a grant is declared.
#[derive(Clone, Debug, PartialEq)]
pub enum Why {
    /// By these rules.
    Declared(Arc<Cause>),
    /// By a rule whose period does not hold.
    Lapsed(Box<Lapse>),
    /// By none.
    Unmanaged,
    /// Handed off by `[ignore]`.
    Ignored,
    /// The definitions are not there or have errors.
    Unknown,
}

/// The word that outputs carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// Declared.
    Managed,
    /// Declared, and past its end.
    Expired,
    /// Declared, and before its beginning.
    NotBegun,
    /// Live, not declared, not ignored.
    Unmanaged,
    /// Handed off.
    Ignored,
    /// Nobody knows.
    Unknown,
}

impl Status {
    /// The word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Managed => "managed",
            Self::Expired => "expired",
            Self::NotBegun => "not-begun",
            Self::Unmanaged => "unmanaged",
            Self::Ignored => "ignored",
            Self::Unknown => "unknown",
        }
    }
}

/// What rules say for their readers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// `reason`.
    pub reason: String,
    /// `ticket`.
    pub ticket: String,
    /// `owner`.
    pub owner: String,
}

impl<'a> Definitions<'a> {
    /// Why a grant is there. A live group may be declared under another name.
    pub(super) fn why(&self, grant: Grant, ignored: bool) -> Why {
        let grant = self.renamed(grant);
        if let Some(cause) = self.desired.grants.get(&grant) {
            return Why::Declared(Arc::clone(cause));
        }
        if ignored {
            return Why::Ignored;
        }
        if let Some(lapse) = self.desired.lapsed.get(&grant) {
            return Why::Lapsed(Box::new(lapse.clone()));
        }
        if self.whole { Why::Unmanaged } else { Why::Unknown }
    }

    fn renamed(&self, grant: Grant) -> Grant {
        let Grant { account, permission_set, principal } = grant;
        let principal = match principal {
            Principal::Group(name) => {
                Principal::Group(self.desired.renames.groups.get(&name).cloned().unwrap_or(name))
            }
            other => other,
        };
        Grant { account, permission_set, principal }
    }

    pub(super) fn give(self, matrix: &mut Matrix<'a>) {
        let rules = self.declared.grants.iter();
        matrix.rules = rules.map(|rule| (rule.span, &rule.value)).collect();
        matrix.files = Some(&self.declared.files);
    }
}

impl Granted {
    /// Whether it is declared, in a word.
    pub fn status(&self) -> Status {
        match &self.why {
            Why::Declared(_) => Status::Managed,
            Why::Lapsed(lapse) => match lapse.when {
                LapseKind::Expired(_) => Status::Expired,
                LapseKind::NotStarted(_) => Status::NotBegun,
            },
            Why::Unmanaged => Status::Unmanaged,
            Why::Ignored => Status::Ignored,
            Why::Unknown => Status::Unknown,
        }
    }

    /// When it ends or ended, as typed.
    pub fn expires(&self) -> Option<&str> {
        match &self.why {
            Why::Declared(cause) => cause.expires.as_ref().map(|until| until.text.as_str()),
            Why::Lapsed(lapse) => match &lapse.when {
                LapseKind::Expired(text) => Some(text),
                LapseKind::NotStarted(_) => None,
            },
            Why::Unmanaged | Why::Ignored | Why::Unknown => None,
        }
    }

    /// The rules and selectors that give it.
    pub fn origins(&self) -> &[Origin] {
        match &self.why {
            Why::Declared(cause) => &cause.origins,
            Why::Lapsed(lapse) => std::slice::from_ref(&lapse.origin),
            Why::Unmanaged | Why::Ignored | Why::Unknown => &[],
        }
    }
}

impl Matrix<'_> {
    /// Where a span is.
    pub fn position(&self, span: Span) -> Option<Position> {
        self.files.map(|files: &Files| files.position(span))
    }

    /// Where a grant is declared: `file:line`, each place once.
    pub fn places(&self, granted: &Granted) -> Vec<String> {
        let mut places = Vec::new();
        for origin in granted.origins() {
            let Some(at) = self.position(origin.span) else { continue };
            let place = format!("{}:{}", at.file, at.line);
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        places
    }

    /// What the rules of a grant say for their readers, each text once.
    pub fn words(&self, granted: &Granted) -> Words {
        let spans: BTreeSet<Span> = granted.origins().iter().map(|origin| origin.span).collect();
        let rules: Vec<_> = spans.iter().filter_map(|span| self.rules.get(span)).collect();
        let joined = |texts: Vec<&Option<String>>| {
            let mut all: Vec<&str> = Vec::new();
            for text in texts.into_iter().flatten() {
                if !all.contains(&text.as_str()) {
                    all.push(text);
                }
            }
            all.join("; ")
        };
        Words {
            reason: joined(rules.iter().map(|rule| &rule.reason).collect()),
            ticket: joined(rules.iter().map(|rule| &rule.ticket).collect()),
            owner: joined(rules.iter().map(|rule| &rule.owner).collect()),
        }
    }

    /// Whether anything of a grant is handed off.
    pub(super) fn is_ignored(&self, account: At, set: At, group: Option<At>) -> bool {
        self.account(account).is_some_and(|card| card.ignored)
            || self.set(set).is_some_and(|card| card.ignored)
            || group.and_then(|at| self.group(at)).is_some_and(|card| card.ignored)
    }
}
