//! A plan as a page for reviewers: its document, and the texts of its changes.

use super::{Shell, json};
use crate::diag::Files;
use crate::plan::Plan;
use crate::render::changes;
use serde_json::{Map, Value, json as value};
use std::io::{self, Write};

const SCRIPT: &str = include_str!("plan.js");

/// Writes the page of a plan, whose document is given.
pub fn write(
    (plan, document): (&Plan, &Value),
    files: &Files,
    apply_with: &str,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = format!("Plan {} of {}", crate::plan::document::id(plan), plan.scope.organization);
    let incomplete = !plan.is_complete();
    let warning = match (incomplete, plan.is_refused()) {
        (true, _) => {
            Some("INCOMPLETE: not everything could be read, and nothing is known about the rest")
        }
        (false, true) => Some("REFUSED: this plan cannot be applied"),
        (false, false) => None,
    };
    let shell = Shell { title: &title, warning, script: SCRIPT };
    shell.begin(out)?;
    let texts: Map<String, Value> = plan
        .changes
        .iter()
        .map(|change| (change.id.clone(), changes::lines(plan, change, files).into()))
        .collect();
    let data = value!({
        "document": document,
        "texts": texts,
        "management": plan.scope.management.as_str(),
        "everybody": plan.knows_people(),
        "apply_with": apply_with,
        "seconds": plan.estimate(),
        "calls": plan.calls(),
    });
    json(&data, out)?;
    shell.end(out)
}
