//! What can be typed. Filling these may only validate; what it means is decided by the commands.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts, which show backticks raw"
)]

mod access;
mod drift;

use crate::diag::{Code, explain};
use crate::plan::document::VALID_AT_MOST;
use crate::source::selector::{self, Selector};
pub use access::{By, ExplainArgs, From, MatrixArgs, MatrixFormat, StatusArgs, VerifyArgs};
use clap::{Args, Parser, Subcommand, ValueEnum};
pub(super) use drift::link as drift_link;
pub use drift::{DriftArgs, DriftFormat, Since};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;

/// Keeps access to an AWS landing zone in reviewed text files.
#[derive(Clone, Debug, Parser)]
#[command(name = "landgrant", version, propagate_version = true, max_term_width = 100)]
#[command(after_help = "Exit codes: 0 done, 1 unexpected failure, 2 changes present \
    (drift; plan --detailed-exitcode), 3 refused, 4 stale plan, 5 partly applied, 7 incomplete read, \
    8 credentials or permissions, 64 usage, 65 invalid definitions, 130 interrupted.")]
pub struct Cli {
    /// What holds for every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What holds for every command.
#[derive(Args, Clone, Debug)]
pub struct Global {
    /// The policy repository: the folder with landgrant.toml
    #[arg(short = 'C', value_name = "DIR", default_value = ".", global = true)]
    pub directory: PathBuf,
    /// Talk to the built-in AWS instead: DIR/sandbox.json and what became of it
    #[arg(long, global = true, conflicts_with_all = ["profile", "endpoint_url"])]
    pub sandbox: bool,
    /// Read a snapshot instead of AWS: nothing can be applied
    #[arg(long, value_name = "FILE", global = true)]
    #[arg(conflicts_with_all = ["sandbox", "profile", "endpoint_url"])]
    pub live: Option<PathBuf>,
    /// A profile of the AWS configuration files
    #[arg(long, value_name = "P", global = true)]
    pub profile: Option<String>,
    /// The region of Identity Center, in place of identity_center.region
    #[arg(long, value_name = "R", global = true)]
    pub region: Option<String>,
    /// An AWS-compatible endpoint (AWS_ENDPOINT_URL works as well)
    #[arg(long, value_name = "URL", global = true)]
    pub endpoint_url: Option<String>,
    /// How much of the grants to read: plan and apply are quick unless told otherwise
    #[arg(long, value_enum, value_name = "DEPTH", global = true, conflicts_with = "live")]
    pub read: Option<ReadDepth>,
    /// When to colour
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub color: Color,
    /// Say less: no progress
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more: what is about to be read, calls per operation
    #[arg(short, long, action = clap::ArgAction::Count, global = true)]
    pub verbose: u8,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How much of the grants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReadDepth {
    /// Groups, declared users and what they leave unexplained: fewest calls, and not all is seen
    Quick,
    /// Everything
    Full,
}

/// The commands.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Check the definitions alone: no credentials, no network
    Check(CheckArgs),
    /// Compare the definitions with live AWS and show what an apply would do
    Plan(PlanArgs),
    /// Carry out the plan, after asking
    Apply(ApplyArgs),
    /// Say what is live otherwise than declared, for a scheduled job
    Drift(DriftArgs),
    /// Show what an apply did, as it wrote it down
    Journal(JournalArgs),
    /// Show who reaches what, and by which path
    Matrix(MatrixArgs),
    /// Check that an evidence pack is as it was written
    Verify(VerifyArgs),
    /// Explain why a person or group reaches what they do, and why not what they don't
    Explain(ExplainArgs),
    /// Show the landing zone on one screen: OUs, accounts, Control Tower, who has access
    Status(StatusArgs),
    /// Write everything that is live as one JSON document
    Snapshot(SnapshotArgs),
    /// The built-in AWS
    #[command(subcommand)]
    Sandbox(SandboxCommand),
    /// Print a JSON Schema of the definitions, with which editors complete and check them
    Schema,
    /// Print a completion script
    Completions {
        /// For which shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// `check`.
#[derive(Args, Clone, Debug)]
pub struct CheckArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    pub format: CheckFormat,
    /// Print what a code such as unknown-key means and how it is cured; checks nothing
    #[arg(long, value_name = "CODE", value_parser = explain::parse, conflicts_with = "format")]
    pub explain: Option<Code>,
}

/// Text for people or a document for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people, with source lines
    Text,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code review
    Sarif,
}

/// Text for people or a document for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// The forms of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// For a pull request: what changes for people, and the rest folded away
    Markdown,
    /// A page for reviewers, in one file
    Html,
}

/// `plan`.
#[derive(Args, Clone, Debug)]
pub struct PlanArgs {
    /// Save the plan for `apply FILE`; it tells who has access to what, and only you may read it
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = PlanFormat::Text)]
    pub format: PlanFormat,
    /// Only changes about these accounts, and what they need; as in a grant's `in`, may be repeated
    #[arg(long, value_name = "SELECTOR", value_parser = selector)]
    pub only: Vec<String>,
    /// Undo what an apply did, by its journal, instead of doing what is declared
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["only", "as_of"])]
    pub revert: Option<PathBuf>,
    /// How long the plan may be applied after the reading, 1m to 168h
    #[arg(long, value_name = "DURATION", value_parser = validity, default_value = "24h")]
    pub valid_for: SignedDuration,
    /// Exit with 2 where anything would change
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// Judge starts and expiries as of this instant (RFC 3339) or day (its first instant, UTC)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub as_of: Option<Timestamp>,
}

/// `apply`.
#[derive(Args, Clone, Debug)]
pub struct ApplyArgs {
    /// A saved plan: nothing that it does not hold is done
    pub planfile: Option<PathBuf>,
    /// Only changes about these accounts, and what they need; as in a grant's `in`, may be repeated
    #[arg(long, value_name = "SELECTOR", value_parser = selector)]
    pub only: Vec<String>,
    /// Do not ask
    #[arg(long)]
    pub yes: bool,
    /// Write the journal to this file, which must not exist, instead of DIR/.landgrant/journal
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Acknowledge that the plan removes exactly N things, where a limit refuses it; any other number
    /// is refused
    #[arg(long, value_name = "N")]
    pub accept_removals: Option<usize>,
    /// The form of the output: JSON is one object a line, as things happen
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `journal`.
#[derive(Args, Clone, Debug)]
pub struct JournalArgs {
    /// The journal; the newest of DIR/.landgrant/journal if left out
    pub file: Option<PathBuf>,
    /// List the journals of DIR/.landgrant/journal instead, the newest last
    #[arg(long, conflicts_with = "file")]
    pub list: bool,
    /// The form of the output
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// `snapshot`.
#[derive(Args, Clone, Debug)]
pub struct SnapshotArgs {
    /// The file, which only you may read; without it the document goes to stdout
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// `sandbox …`.
#[derive(Clone, Debug, Subcommand)]
pub enum SandboxCommand {
    /// Speak to any AWS client over HTTP on the loopback address, until interrupted
    Serve(ServeArgs),
    /// Forget what became of the world: the next use begins with DIR/sandbox.json
    Reset,
    /// List the calls that were made
    Log {
        /// Only calls that change something
        #[arg(long)]
        writes: bool,
        /// Count them by operation instead, with those that were throttled and denied
        #[arg(long)]
        counts: bool,
        /// Only the calls of the N-th run; "last" for the newest
        #[arg(long, value_name = "N")]
        run: Option<String>,
        /// The form of the output: JSON is one object a line
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
}

/// `sandbox serve`.
#[derive(Args, Clone, Debug)]
pub struct ServeArgs {
    /// The port; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 4580)]
    pub port: u16,
    /// How many milliseconds an asynchronous request takes
    #[arg(long, value_name = "MS", default_value_t = 200)]
    pub delay: u64,
    /// How many milliseconds every answer takes
    #[arg(long, value_name = "MS", default_value_t = 0)]
    pub latency: u64,
    /// Limit calls a second, requests under way and things in one place, as AWS does
    #[arg(long)]
    pub quotas: bool,
    /// The account that every call comes from
    #[arg(long, value_enum, default_value_t = Caller::Management)]
    pub caller: Caller,
    /// The longest page of any listing
    #[arg(long, value_name = "N")]
    pub page_limit: Option<usize>,
    /// Begin every listing with an empty page that carries a token
    #[arg(long)]
    pub empty_pages: bool,
}

/// The account that calls of the sandbox come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Caller {
    /// The management account: everything is allowed
    Management,
    /// The delegated administrator of Identity Center: nothing that touches the management account
    Delegated,
    /// A member account that administers nothing: no call but who it is
    Member,
}

fn selector(text: &str) -> Result<String, String> {
    match Selector::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(why) => Err(format!("{why}; {}", selector::help(text, Selector::parse))),
    }
}

fn validity(text: &str) -> Result<SignedDuration, String> {
    let duration: SignedDuration =
        text.parse().map_err(|_| "not a duration such as 8h, 90m or PT8H".to_owned())?;
    if duration < SignedDuration::from_mins(1) || duration > VALID_AT_MOST {
        return Err("a plan may be valid for a minute to a week (168h)".to_owned());
    }
    Ok(duration)
}

fn instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(timestamp) = text.parse() {
        return Ok(timestamp);
    }
    let date: jiff::civil::Date =
        text.parse().map_err(|_| "neither an RFC 3339 instant nor a date".to_owned())?;
    let midnight = jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0));
    midnight.map_err(|_| "outside the range of instants".to_owned())
}
