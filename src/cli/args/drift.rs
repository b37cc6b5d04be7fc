//! The arguments of `drift`.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts, which show backticks raw"
)]

use super::instant;
use crate::drift::fail::FailOn;
use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;

/// `drift`.
#[derive(Args, Clone, Debug)]
pub struct DriftArgs {
    /// The form of the output
    #[arg(long, value_enum, default_value_t = DriftFormat::Text)]
    pub format: DriftFormat,
    /// Write a form to a file besides, which only you may read (prometheus: everybody); may be repeated
    #[arg(long, value_name = "FMT=PATH", value_parser = drift_out)]
    pub out: Vec<(DriftFormat, PathBuf)>,
    /// The JSON document of the run before, to tell what is new since; it need not exist yet
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// What exits with 2: any drift; what is new or worse since the baseline; or what is at least so
    /// severe: critical, high, medium, low
    #[arg(long, value_name = "new|any|SEVERITY", value_parser = fail_on, default_value = "any")]
    pub fail_on: FailOn,
    /// Say who did what is new: ask CloudTrail's event history of the caller's account. What it does not tell
    /// is \"unattributed\", and changes no exit code
    #[arg(long)]
    pub attribute: bool,
    /// From when on: an instant, a day, or how long ago (36h, 7d). Without it since the baseline; without one
    /// all that CloudTrail keeps, which is 90 days
    #[arg(long, value_name = "TIME", value_parser = since, requires = "attribute")]
    pub attribute_since: Option<Since>,
    /// The most pages of events to ask for, two of which AWS answers in a second
    #[arg(long, value_name = "N", default_value_t = 40, requires = "attribute",
        value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub attribute_calls: u16,
    /// Tell others once a run, where something is new, worse, or could not be read: slack=VARIABLE or
    /// webhook=VARIABLE with the name of an environment variable that holds the URL, or sns=ARN of a topic; may
    /// be repeated. A message that fails is a warning
    #[arg(long, value_name = "KIND=WHERE")]
    pub notify: Vec<String>,
    /// Tell them also where nothing is new: so that silence means that the job does not run
    #[arg(long, requires = "notify")]
    pub heartbeat: bool,
    /// Where to read more, for the message. In GitHub's and GitLab's jobs it is the job, without this
    #[arg(long, value_name = "URL", value_parser = link, requires = "notify")]
    pub link: Option<String>,
    /// Judge starts and expiries as of this instant (RFC 3339) or day (its first instant, UTC)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub as_of: Option<Timestamp>,
}

/// Reads a link: a web page.
pub(in super::super) fn link(text: &str) -> Result<String, String> {
    let wrong = || "not an https or http URL of at most 2,000 characters".to_owned();
    let is_plain = text.len() <= 2_000 && text.chars().all(|c| matches!(c, '!'..='~'));
    let uri: http::Uri = text.parse().map_err(|_| wrong())?;
    let is_page = matches!(uri.scheme_str(), Some("https" | "http")) && uri.host().is_some();
    if is_plain && is_page { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// From when on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// An instant.
    At(Timestamp),
    /// So long ago.
    Ago(SignedDuration),
}

fn since(text: &str) -> Result<Since, String> {
    let number = |unit: char| text.strip_suffix(unit)?.parse::<u16>().ok().map(i64::from);
    let ago =
        number('d').map(|days| days * 24).or_else(|| number('h')).map(SignedDuration::from_hours);
    let ago = ago.or_else(|| number('m').map(SignedDuration::from_mins));
    if let Some(ago) = ago {
        return Ok(Since::Ago(ago));
    }
    let wrong =
        |_| "neither an RFC 3339 instant, a date, nor a duration such as 36h or 7d".to_owned();
    instant(text).map(Since::At).map_err(wrong)
}

/// The forms of drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum DriftFormat {
    /// For people
    Text,
    /// One JSON document, which is also the next run's baseline
    Json,
    /// A table, for a comment
    Markdown,
    /// SARIF 2.1.0, for code review
    Sarif,
    /// JUnit XML, for what shows tests
    Junit,
    /// Metrics, for the textfile collector of Prometheus' node exporter
    Prometheus,
}

fn drift_out(text: &str) -> Result<(DriftFormat, PathBuf), String> {
    let (format, path) =
        text.split_once('=').ok_or("write FORMAT=PATH, such as json=drift.json")?;
    let format = DriftFormat::from_str(format, false).map_err(|_| {
        format!("`{format}` is none of text, json, markdown, sarif, junit, prometheus")
    })?;
    if path.is_empty() {
        return Err("the path is empty".to_owned());
    }
    Ok((format, PathBuf::from(path)))
}

fn fail_on(text: &str) -> Result<FailOn, String> {
    FailOn::parse(text).ok_or_else(|| "none of new, any, critical, high, medium, low".to_owned())
}
