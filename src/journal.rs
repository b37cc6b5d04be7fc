//! The journal of an apply (docs/journal.md), read back: text → [`Journal`].
//!
//! Tolerant: what it does not know it passes over, and what is damaged it names. It decides nothing about
//! what is live.

mod read;
#[cfg(test)]
mod tests;

use jiff::Timestamp;
pub use read::read;
use serde_json::Value;
use std::collections::BTreeMap;

/// The version of the lines: readers ignore keys and events that they don't know, and refuse a new major
/// version.
pub const FORMAT_VERSION: &str = "1.0";
/// What kind of document a journal is.
pub const KIND: &str = "landgrant.journal";

/// What an apply wrote down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journal {
    /// Its first line.
    pub begin: Begin,
    /// The plan's changes, in their order, with what became of them.
    pub changes: Vec<Change>,
    /// Why nothing more was begun, and when.
    pub stopped: Option<(Option<Timestamp>, String)>,
    /// Its last line; `None` where the apply was killed, or is under way.
    pub end: Option<End>,
    /// When the last line was written that could be read.
    pub last: Option<Timestamp>,
    /// The number of a last line that was cut off.
    pub cut_off: Option<usize>,
    /// Lines that say nothing that could be understood: number and reason.
    pub damaged: Vec<(usize, String)>,
}

/// How a journal begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// The plan's short name.
    pub plan: String,
    /// The digest of its changes.
    pub digest: String,
    /// When.
    pub time: Option<Timestamp>,
    /// The version of the landgrant that wrote it.
    pub version: Option<String>,
    /// Who applied.
    pub caller: Option<String>,
    /// `o-…`.
    pub organization: String,
    /// The instance's ARN.
    pub instance: String,
    /// Its region.
    pub region: String,
    /// The commit of the definitions, and whether they differed from it.
    pub git: Option<(String, bool)>,
}

/// A change of the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// `c3`.
    pub id: String,
    /// What it is about.
    pub address: String,
    /// What it does.
    pub action: String,
    /// The thing before.
    pub before: Value,
    /// The thing afterwards.
    pub after: Value,
    /// AWS's ids, as far as the plan knew them.
    pub ids: BTreeMap<String, String>,
    /// Addresses of what goes along.
    pub takes_along: Vec<String>,
    /// What was asked of AWS, by the number of the call.
    pub calls: BTreeMap<u64, Called>,
    /// How it ended, as far as was known before it was read back.
    pub ended: Option<Ended>,
    /// How it ended, as it was read back.
    pub result: Option<Status>,
}

/// A request that was about to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Called {
    /// `sso-admin:CreateAccountAssignment`.
    pub operation: String,
    /// When.
    pub time: Option<Timestamp>,
    /// AWS's id of what it does, and the id of the request that was answered by it.
    pub taken: Option<(Option<String>, Option<String>)>,
    /// How it ended.
    pub answer: Option<Answer>,
}

/// How a request ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// When.
    pub time: Option<Timestamp>,
    /// `done`, `failed` or `unknown`, as it was written.
    pub status: String,
    /// Requests sent.
    pub attempts: Option<u64>,
    /// AWS's id of the last of them.
    pub request_id: Option<String>,
    /// AWS's words where it failed.
    pub message: Option<String>,
    /// Ids of what was created, by kind.
    pub created: BTreeMap<String, String>,
}

/// How a change ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// When.
    pub time: Option<Timestamp>,
    /// How.
    pub status: Status,
    /// More, where there is more.
    pub message: Option<String>,
}

/// How an apply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// When.
    pub time: Option<Timestamp>,
    /// Changes that a plan made then would have held; `None` where it was not read back.
    pub remaining: Option<u64>,
    /// The exit code.
    pub exit: Option<u64>,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// It was done.
    Applied,
    /// It was not done, or not all of it.
    Failed,
    /// Nobody knows.
    Unknown,
    /// It was begun, and nothing says how it ended.
    UnderWay,
    /// It was left out.
    Skipped,
    /// It was never begun.
    NotBegun,
}

impl Status {
    /// Every one, in the order in which they are counted.
    pub const ALL: [Self; 6] =
        [Self::Applied, Self::Failed, Self::Unknown, Self::UnderWay, Self::Skipped, Self::NotBegun];

    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::UnderWay => "under-way",
            Self::Skipped => "skipped",
            Self::NotBegun => "not-begun",
        }
    }

    /// Reads a journal's word; what is not known is unknown.
    fn parse(word: &str) -> Self {
        match word {
            "applied" => Self::Applied,
            "failed" => Self::Failed,
            "skipped" => Self::Skipped,
            _ => Self::Unknown,
        }
    }
}

impl Change {
    /// What became of it, by the last that was said of it.
    pub fn status(&self) -> Status {
        if let Some(result) = self.result {
            return result;
        }
        match &self.ended {
            Some(ended) => ended.status,
            None if self.calls.is_empty() => Status::NotBegun,
            None => Status::UnderWay,
        }
    }

    /// Whether AWS may have done anything of it. A call that failed did nothing; one of which nothing was
    /// heard may have done all.
    pub fn may_have_acted(&self) -> bool {
        let failed = |call: &Called| call.answer.as_ref().is_some_and(|a| a.status == "failed");
        match self.status() {
            Status::NotBegun | Status::Skipped => !self.calls.values().all(failed),
            Status::Failed => self.calls.is_empty() || !self.calls.values().all(failed),
            Status::Applied | Status::Unknown | Status::UnderWay => true,
        }
    }

    /// Ids of what it acted on and of what it created, by kind.
    pub fn all_ids(&self) -> BTreeMap<String, String> {
        let mut ids = self.ids.clone();
        for answer in self.calls.values().filter_map(|call| call.answer.as_ref()) {
            ids.extend(answer.created.clone());
        }
        ids
    }

    /// When it began and when it ended.
    pub fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let begun = self.calls.values().filter_map(|call| call.time).min();
        (begun, self.ended.as_ref().and_then(|ended| ended.time))
    }
}

impl Journal {
    /// How many changes ended in each way.
    pub fn counts(&self) -> BTreeMap<Status, usize> {
        let mut counts = BTreeMap::new();
        for change in &self.changes {
            *counts.entry(change.status()).or_default() += 1;
        }
        counts
    }
}

/// Why a text is not a journal that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// There is no line in it.
    #[error("it is empty: nothing was begun")]
    Empty,
    /// Its first line is damaged.
    #[error("its first line, which says what it is, cannot be read: {0}")]
    Begin(String),
    /// It is something else.
    #[error("it is not a journal: its first line is no `begin` of kind \"{KIND}\"")]
    Kind,
    /// Of another major version.
    #[error(
        "its format version is {format}{}, and this landgrant ({}) reads {FORMAT_VERSION}",
        by.as_ref().map(|by| format!(" (landgrant {by})")).unwrap_or_default(),
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The journal's version.
        format: String,
        /// The version of the landgrant that wrote it.
        by: Option<String>,
    },
}
