//! A plan for a pull request: what it does to people in sight, the whole of it folded away.

use super::{Options, text};
use crate::diag::Files;
use crate::plan::Plan;
use crate::plan::document::id;
use crate::render::{Page, access, changes};
use crate::text::counted;

/// The whole text. Everything that somebody may have named stands in fences.
pub fn markdown(plan: &Plan, files: &Files, options: &Options) -> String {
    let options = Options { color: false, ..options.clone() };
    let mut page = Page::new(false);
    access::section(&mut page, plan, files);
    let people = page.finish();
    let (first, rest) = people.split_once('\n').unwrap_or((people.as_str(), ""));
    let effect = first.strip_prefix("access").unwrap_or(first).trim();
    let mut out = format!("### landgrant plan {}: {effect}\n\n", id(plan));
    for warning in warnings(plan) {
        out.extend(["- **", &warning, "**\n"]);
    }
    if plan.changes.is_empty() {
        out.push_str("- nothing to change\n");
    } else {
        let calls = counted(plan.calls(), "call");
        out.extend(["- ", &changes::counts(plan), " · ", &calls, "\n"]);
    }
    out.push('\n');
    if !rest.trim().is_empty() {
        out.push_str(&fenced(rest));
    }
    out.push_str("<details><summary>The whole plan</summary>\n\n");
    out.push_str(&fenced(&text(plan, files, &options)));
    out.push_str("</details>\n");
    out
}

/// What nobody may miss, in counts alone.
fn warnings(plan: &Plan) -> Vec<String> {
    let mut out = Vec::new();
    let (rules, limits) = (plan.refused.len(), plan.removals.1.len());
    if rules + limits > 0 {
        out.push(format!("refused: {}", counted(rules + limits, "reason")));
    }
    if !plan.is_complete() {
        out.push(format!("INCOMPLETE: {} not read", counted(plan.observed.gaps.len(), "part")));
    }
    if !plan.newly_enforced.is_empty() {
        let kinds: Vec<&str> = plan.newly_enforced.keys().map(|kind| kind.name()).collect();
        out.push(format!("enforced for the first time: {}", kinds.join(", ")));
    }
    out
}

/// A block of text that nothing in it ends.
fn fenced(body: &str) -> String {
    let runs = body.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(runs.max(2) + 1);
    format!("{fence}text\n{}\n{fence}\n\n", body.trim_matches('\n'))
}

#[cfg(test)]
mod tests {
    use super::fenced;

    #[test]
    fn nothing_in_a_block_ends_it() {
        assert_eq!(fenced("a"), "```text\na\n```\n\n");
        assert_eq!(fenced("\n```\n# b\n"), "````text\n```\n# b\n````\n\n");
    }
}
