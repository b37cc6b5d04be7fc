//! The arguments of `drift`.
#![expect(
    clippy::doc_markdown,
    reason = "these comments are the help texts, which show backticks raw"
)]

use super::instant;
use crate::drift::fail::FailOn;
use clap::{Args, ValueEnum};
use jiff::Timestamp;
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
    /// Judge starts and expiries as of this instant (RFC 3339) or day (its first instant, UTC)
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub as_of: Option<Timestamp>,
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
