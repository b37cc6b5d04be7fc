//! Diagnostics for people and for programs: with source lines and carets, as JSON, as SARIF.
//!
//! The work grows with the diagnostics and what is shown of each, never with the files around them.

mod excerpt;
mod json;
pub mod sarif;
mod text;

pub use json::json;
pub use sarif::sarif;
pub use text::text;

use super::{Diagnostic, Severity};

/// How many errors and how many warnings there are.
fn counts(diagnostics: &[Diagnostic]) -> (usize, usize) {
    let errors = diagnostics.iter().filter(|d| d.severity() == Severity::Error).count();
    (errors, diagnostics.len() - errors)
}

#[cfg(test)]
mod tests;
