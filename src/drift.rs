//! The difference between what is declared and what is live, as a list of things that are wrong: each
//! with how bad it is, whom it affects and how it is mended.
//!
//! The same differences that a plan makes changes of, and besides what a plan leaves alone: what it
//! holds, what `[manage]` does not let it touch, and what could not be read.

pub mod accept;
pub mod attribution;
pub mod baseline;
mod difference;
pub mod document;
pub mod fail;
mod found;
mod mend;
mod recreated;
mod severity;
pub mod tell;
#[cfg(test)]
pub(crate) mod tests;

use crate::access::level::Level;
use crate::diag::Span;
use crate::id::{AccountId, PermissionSetName, UserName};
use crate::live::fingerprint;
use crate::live::project::{Labels, Projection};
use crate::live::reading::Reading;
use crate::live::{Live, Taken};
use crate::plan::{Counts, Place, Plan};
use crate::resolve::{Desired, Hold};
use crate::source::declared::Declared;
pub use crate::source::declared::Severity;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is wrong, and how much was looked at.
#[derive(Clone, Debug)]
pub struct Drift {
    /// Where.
    pub scope: Place,
    /// When it was read, at what cost.
    pub taken: Taken,
    /// The instant at which starts and expiries were judged.
    pub as_of: Timestamp,
    /// How much was read.
    pub counts: Counts,
    /// What could not be read: the part, the operation, the code and the message.
    pub gaps: Vec<Unread>,
    /// What is wrong, the worst first.
    pub items: Vec<Item>,
    /// What was handed off, counted by kind.
    pub ignored: BTreeMap<&'static str, usize>,
    /// What is live and undeclared, gives nobody access by itself and is of a kind that is not
    /// enforced: counted by kind.
    pub unmanaged: BTreeMap<&'static str, usize>,
    /// What accounts are called.
    pub labels: Labels,
    /// What became of what is accepted.
    pub accepts: accept::Accepts,
    /// When everything was last read: this time, or as far as the run before knew.
    pub last_complete: Option<Timestamp>,
    /// What became of the items of the run before; `None` where none was asked for.
    pub since: Option<baseline::Since>,
    /// What became of the search for who did it; `None` where nobody was looked for.
    pub attributing: Option<attribution::Attributing>,
    /// Who was told of it, and whether that worked.
    pub told: Vec<tell::Told>,
}

/// A part that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    /// The part in a few words.
    pub part: String,
    /// The operation that failed; empty where none was tried.
    pub operation: String,
    /// AWS's code, or a word of ours.
    pub code: String,
    /// AWS's message.
    pub message: String,
}

impl Unread {
    /// The operation and what it said, without the message, which differs from run to run.
    pub fn code_of(&self) -> String {
        format!("{} said {}", self.operation, self.code)
    }
}

/// How a thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// Live, not declared and not ignored.
    Unmanaged,
    /// Declared and not live.
    Missing,
    /// Live otherwise than declared.
    Changed,
    /// A permission set that accounts have in an older version.
    NotProvisioned,
    /// A grant whose group or user was deleted.
    Orphaned,
    /// A grant whose last day has passed.
    ExpiredStillLive,
    /// An account in another OU than its own.
    MisplacedAccount,
    /// A group that was deleted and made again: the grants stayed with the old id.
    RecreatedGroup,
    /// Something could not be read, so nobody knows.
    Unknown,
}

impl Class {
    /// Every class.
    pub const ALL: [Self; 9] = [
        Self::Unmanaged,
        Self::Missing,
        Self::Changed,
        Self::NotProvisioned,
        Self::Orphaned,
        Self::ExpiredStillLive,
        Self::MisplacedAccount,
        Self::RecreatedGroup,
        Self::Unknown,
    ];

    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unmanaged => "unmanaged",
            Self::Missing => "missing",
            Self::Changed => "changed",
            Self::NotProvisioned => "not-provisioned",
            Self::Orphaned => "orphaned",
            Self::ExpiredStillLive => "expired-still-live",
            Self::MisplacedAccount => "misplaced-account",
            Self::RecreatedGroup => "recreated-group",
            Self::Unknown => "unknown",
        }
    }

    /// What it means, in one sentence.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Unmanaged => "It is live, not declared and not ignored.",
            Self::Missing => "It is declared and not live.",
            Self::Changed => "It is live otherwise than it is declared.",
            Self::NotProvisioned => "Accounts have an older version of the permission set.",
            Self::Orphaned => "The grant's group or user was deleted, and the grant stayed.",
            Self::ExpiredStillLive => "The grant's last day has passed, and it is still live.",
            Self::MisplacedAccount => "The account stands in another OU than the declared one.",
            Self::RecreatedGroup => {
                "The group was deleted and made again; its grants stayed with the old id."
            }
            Self::Unknown => "It could not be read, so nobody knows.",
        }
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// How.
    pub class: Class,
    /// What an apply would do about it: `create`, `delete`, …; `read` for what could not be read.
    pub action: &'static str,
    /// The kind of thing, as `[manage]` has it; `reading` for what could not be read.
    pub kind: &'static str,
    /// What.
    pub address: String,
    /// How bad that is.
    pub severity: Severity,
    /// Whose access it is about.
    pub people: BTreeSet<UserName>,
    /// Where it is declared, if it is.
    pub origin: Option<Span>,
    /// Where to look in the files, if it is not: its account or its permission set.
    pub near: Option<Span>,
    /// The account.
    pub account: Option<AccountId>,
    /// The permission set, and how much it allows.
    pub permission_set: Option<(PermissionSetName, Level)>,
    /// The group or user of a grant.
    pub principal: Option<String>,
    /// In a few words, why it is wrong.
    pub because: String,
    /// Why a plan would not mend it.
    pub held: Option<(Hold, String)>,
    /// How it is mended.
    pub mend: Mend,
    /// Addresses of differences that this one stands for.
    pub covers: BTreeSet<String>,
    /// Until when it is accepted, and why; an acceptance that is over stands here as well.
    pub accepted: Option<accept::Accepted>,
    /// Whether it was there in the run before; `None` where none was asked for.
    pub news: Option<baseline::News>,
    /// The calls that it may come from.
    pub clues: Vec<attribution::Clue>,
    /// Who did it; `None` where nobody was looked for.
    pub attribution: Option<attribution::Attribution>,
    /// Who should have heard of it and has not.
    pub untold: BTreeSet<String>,
    /// What identifies it from run to run.
    pub fingerprint: String,
    /// What it is at present: another one is another difference in the same place.
    pub value_fingerprint: String,
}

/// How a thing is mended, in either direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mend {
    /// What is live made as it is declared.
    pub apply: String,
    /// The files made as it is live.
    pub edit: String,
}

impl Item {
    /// Gives it its fingerprints. Who a thing reaches is part of its value: more people behind an
    /// undeclared group are news.
    fn sealed(mut self, value: &Value) -> Self {
        let identity = json!([self.class.name(), self.action, self.address]);
        self.fingerprint = fingerprint::of(&identity);
        let people: Vec<&str> = self.people.iter().map(UserName::as_str).collect();
        let level = self.permission_set.as_ref().map(|(_, level)| level.name());
        self.value_fingerprint = fingerprint::of(&json!([value, people, level, self.covers]));
        self
    }

    /// Whether somebody has accepted it, for the time being.
    pub fn is_accepted(&self) -> bool {
        self.accepted.as_ref().is_some_and(|accepted| !accepted.is_over)
    }

    /// The order of outputs: the worst first, then by class, then by address.
    fn place(&self) -> (Severity, Class, &str, &str) {
        (self.severity, self.class, &self.address, self.action)
    }
}

impl Drift {
    /// Whether everything was read.
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty()
    }

    /// How grants were read.
    pub fn reading(&self) -> &Reading {
        &self.taken.reading
    }
}

/// What a search for drift stands on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The definitions.
    pub declared: &'a Declared,
    /// What was read.
    pub live: &'a Live,
    /// The same by name.
    pub projection: &'a Projection,
    /// The definitions, resolved.
    pub desired: &'a Desired,
    /// The plan of them all.
    pub plan: &'a Plan,
    /// The instant at which starts and expiries were judged.
    pub as_of: Timestamp,
}

/// Finds everything that is wrong.
pub fn find(facts: &Facts<'_>) -> Drift {
    let Facts { plan, desired, projection, as_of, .. } = facts;
    let differences = recreated::merge(found::differences(facts), facts);
    let judge = severity::Judge::new(facts);
    let mut items: Vec<Item> =
        differences.iter().map(|difference| difference.item(facts, &judge)).collect();
    let gaps = plan.observed.gaps.iter();
    items.extend(gaps.map(|(gap, part)| found::gap(gap, part, facts, &judge)));
    items.sort_by(|a, b| a.place().cmp(&b.place()));
    items.dedup_by(|again, first| again.fingerprint == first.fingerprint);
    let unread = plan.observed.gaps.iter().map(|(gap, part)| Unread {
        part: part.clone(),
        operation: gap.operation.clone(),
        code: gap.code.clone(),
        message: gap.message.clone(),
    });
    Drift {
        scope: plan.scope.clone(),
        taken: plan.observed.taken.clone(),
        as_of: *as_of,
        counts: plan.observed.counts,
        gaps: unread.collect(),
        unmanaged: found::left_alone(desired, &items),
        items,
        ignored: plan.ignored.clone(),
        labels: desired.labels(projection),
        last_complete: plan.is_complete().then_some(plan.observed.taken.ended),
        accepts: accept::Accepts::default(),
        since: None,
        attributing: None,
        told: Vec::new(),
    }
}
