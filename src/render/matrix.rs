//! A matrix as a file: rows → bytes, one at a time.

pub mod column;
pub(super) mod csv;
pub(super) mod json;
pub(super) mod markdown;
pub mod pack;
pub mod table;
#[cfg(test)]
mod tests;
mod xlsx;

use crate::access::matrix::filter::Chosen;
use crate::access::matrix::{Matrix, Row};
use crate::live::{Gap, Live};
pub use csv::defused;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::{self, Write};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// A path of a person.
    Person,
    /// A grant.
    Grant,
}

impl By {
    /// The word that documents carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Grant => "grant",
        }
    }
}

/// The form of a file of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// One JSON object a line.
    Json,
    /// A workbook.
    Xlsx,
    /// A table.
    Markdown,
}

/// What a matrix is of, and how much of it is known.
#[derive(Clone, Debug)]
pub struct Head {
    /// `live`, `desired` or `planned`.
    pub from: &'static str,
    /// `o-…`.
    pub organization: String,
    /// The instance's ARN.
    pub instance: String,
    /// The directory, `d-…`.
    pub identity_store: String,
    /// The primary region.
    pub region: String,
    /// Who asked; `None` where nobody told.
    pub caller: Option<String>,
    /// Where in the organization the caller stands.
    pub standing: &'static str,
    /// First call.
    pub started: Timestamp,
    /// Last answer.
    pub ended: Timestamp,
    /// When periods are judged.
    pub as_of: Timestamp,
    /// Whether everything was read.
    pub complete: bool,
    /// What was not.
    pub gaps: Vec<Missing>,
    /// How much of the grants was asked for: `full` or `quick`.
    pub depth: &'static str,
    /// How the grants were read, in words.
    pub reading: String,
    /// What such a reading cannot see.
    pub not_seen: Vec<String>,
    /// `resolved`, `errors` or `absent`.
    pub definitions: &'static str,
    /// The commit of the definitions, and whether they differ from it.
    pub git: Option<(String, bool)>,
    /// What rows were asked for, as typed: flag and value.
    pub filter: Vec<(&'static str, String)>,
}

/// A part that was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The part in words.
    pub part: String,
    /// The operation that failed.
    pub operation: String,
    /// AWS's error code, or a word of ours.
    pub code: String,
    /// AWS's message.
    pub message: String,
}

impl Missing {
    /// A gap, with its part in words.
    pub fn of(gap: &Gap, part: String) -> Self {
        let Gap { part: _, operation, code, message } = gap; // in words
        let [operation, code, message] = [operation, code, message].map(String::clone);
        Self { part, operation, code, message }
    }
}

impl Head {
    /// What a reading says of itself; of a matrix of what is live, all of it, without definitions.
    pub fn of(live: &Live, gaps: Vec<Missing>) -> Self {
        let taken = &live.taken;
        Self {
            from: "live",
            organization: live.organization.id.to_string(),
            instance: live.identity_center.instance.to_string(),
            identity_store: live.identity_center.identity_store.to_string(),
            region: live.identity_center.region.clone(),
            caller: taken.by.clone(),
            standing: taken.standing.name(),
            started: taken.started,
            ended: taken.ended,
            as_of: taken.ended,
            complete: gaps.is_empty(),
            gaps,
            depth: taken.reading.depth.name(),
            reading: taken.reading.strategy(),
            not_seen: taken.reading.cannot_see(),
            definitions: "absent",
            git: None,
            filter: Vec::new(),
        }
    }
}

impl Head {
    /// What was read, and by whom, as documents have it.
    pub fn scope(&self) -> Value {
        json!({
            "organization": self.organization,
            "instance": self.instance,
            "identity_store": self.identity_store,
            "region": self.region,
            "caller": self.caller,
            "standing": self.standing,
        })
    }
}

/// Writes the chosen rows of a matrix in a form, as they are made.
pub fn write(
    (matrix, head): (&Matrix<'_>, &Head),
    (by, chosen): (By, &Chosen),
    format: Format,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    type Begin = fn(&Head, By, &mut dyn Write) -> io::Result<()>;
    type Next = fn(&column::Line<'_>, By, &mut dyn Write) -> io::Result<()>;
    let (begin, row): (Begin, Next) = match format {
        Format::Csv => (csv::begin, csv::row),
        Format::Json => (json::begin, json::row),
        Format::Markdown => (markdown::begin, markdown::row),
        Format::Xlsx => return xlsx::write((matrix, head), (by, chosen), out),
    };
    begin(head, by, out)?;
    let give = |line: &Row<'_>| row(&column::Line { row: line, matrix, head }, by, out);
    match by {
        By::Person => matrix.each_path(chosen, give),
        By::Grant => matrix.each_grant(chosen, give),
    }
}
