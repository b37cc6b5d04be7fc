//! `[[accept]]`: differences that are known, and for how long.

use super::{Drift, Item};
use crate::diag::Span;
use crate::source::declared::Declared;
use wildmatch::WildMatch;

/// An acceptance of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Where it is written.
    pub span: Span,
    /// Why it may stay.
    pub why: String,
    /// Until when, as typed.
    pub until: String,
    /// Where that was decided.
    pub ticket: Option<String>,
    /// Whether the time is over.
    pub is_over: bool,
}

/// What became of everything that is accepted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepts {
    /// Items that are accepted.
    pub items: usize,
    /// Acceptances whose time is over: the pattern, and the rest.
    pub over: Vec<(String, Accepted)>,
    /// Acceptances of what is no item any more.
    pub idle: Vec<(String, Accepted)>,
}

/// Marks the items that are accepted. What could not be read cannot be accepted: nobody knows it.
pub fn mark(drift: &mut Drift, declared: &Declared) {
    let as_of = drift.as_of;
    for accept in &declared.accepts {
        let pattern = WildMatch::new(&accept.value.what.value);
        let accepted = Accepted {
            span: accept.span,
            why: accept.value.why.clone(),
            until: accept.value.until_text.clone(),
            ticket: accept.value.ticket.clone(),
            is_over: accept.value.until.value <= as_of,
        };
        let mut any = false;
        let meant = |item: &&mut Item| item.kind != READING && pattern.matches(&item.address);
        for item in drift.items.iter_mut().filter(meant) {
            any = true;
            // One that holds counts before one that is over.
            if !item.is_accepted() {
                item.accepted = Some(accepted.clone());
            }
        }
        let entry = (accept.value.what.value.clone(), accepted.clone());
        if accepted.is_over {
            drift.accepts.over.push(entry);
        } else if !any {
            drift.accepts.idle.push(entry);
        }
    }
    drift.accepts.items = drift.items.iter().filter(|item| item.is_accepted()).count();
}

/// The kind of what could not be read.
pub(super) const READING: &str = "reading";
