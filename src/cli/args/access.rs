//! The arguments of who reaches what: `matrix`, `verify`, `explain`.

use super::{Format, instant, selector};
use clap::{Args, ValueEnum};
use jiff::Timestamp;
use std::path::PathBuf;

/// `matrix`.
#[derive(Args, Clone, Debug)]
pub struct MatrixArgs {
    /// What is live, what the definitions ask for, or what an apply would leave behind
    #[arg(long, value_enum, default_value_t = From::Live)]
    pub from: From,
    /// A row for each path of each person, or for each grant with raw ids
    #[arg(long, value_enum, default_value_t = By::Person)]
    pub by: By,
    /// Compare two snapshots instead: who gained and lost what from the first to the second
    #[arg(long, num_args = 2, value_names = ["A", "B"])]
    #[arg(conflicts_with_all = ["live", "from", "by", "account", "only", "person", "group", "permission_set", "as_of", "evidence"])]
    pub diff: Option<Vec<PathBuf>>,
    /// The form of the output, csv if left out, of --diff text; JSON is one object a line, the first of
    /// which says what was read
    #[arg(long, value_enum)]
    pub format: Option<MatrixFormat>,
    /// The file, which only you may read; without it the rows go to stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Write an evidence pack into this folder instead: every form, what it rests on, and hashes
    #[arg(long, value_name = "DIR", conflicts_with_all = ["out", "format", "by"])]
    pub evidence: Option<PathBuf>,
    /// Only this account, by name or id; * and ? stand for any text, may be repeated
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Vec<String>,
    /// Only accounts that this selects, as in a grant's in, whatever their state; may be repeated
    #[arg(long, value_name = "SELECTOR", value_parser = selector)]
    pub only: Vec<String>,
    /// Only this person, by user name or id; * and ? stand for any text, may be repeated
    #[arg(long, value_name = "PERSON")]
    pub person: Vec<String>,
    /// Only what comes by this group, by name or id; * and ? stand for any text, may be repeated
    #[arg(long, value_name = "GROUP")]
    pub group: Vec<String>,
    /// Only this permission set, by name or ARN; * and ? stand for any text, may be repeated
    #[arg(long, value_name = "SET")]
    pub permission_set: Vec<String>,
    /// Judge starts and expiries as of this instant (RFC 3339) or day (its first instant, UTC)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub as_of: Option<Timestamp>,
}

/// `verify`.
#[derive(Args, Clone, Debug)]
pub struct VerifyArgs {
    /// The folder that `matrix --evidence` wrote
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}

/// `explain`.
#[derive(Args, Clone, Debug)]
pub struct ExplainArgs {
    /// A user name, a group's name, or an id; user:NAME or group:NAME where both are called that
    #[arg(value_name = "PERSON|GROUP")]
    pub who: String,
    /// Only this account, by name or id
    pub account: Option<String>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `status`.
#[derive(Args, Clone, Debug)]
pub struct StatusArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Name grants that end within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub within: u16,
    /// List every account, also in an organization of many
    #[arg(long)]
    pub all: bool,
}

/// Of which state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum From {
    /// What was read, ignored things too
    Live,
    /// What the definitions ask for
    Desired,
    /// What an apply of the definitions would leave behind
    Planned,
}

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// A path of a person
    Person,
    /// A grant
    Grant,
}

/// The form of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MatrixFormat {
    /// For people; of --diff alone
    Text,
    /// Comma-separated values, safe to open in a spreadsheet
    Csv,
    /// One JSON object a line
    Json,
    /// A workbook: access, people, groups, permission sets, accounts, what is not covered
    Xlsx,
    /// A table for pull requests and wikis
    Markdown,
    /// A page with a heat map, in one file
    Html,
}
