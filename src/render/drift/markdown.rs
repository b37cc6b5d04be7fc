//! Drift as Markdown, for a comment or a page.

use super::{head, totals};
use crate::drift::fail::FailOn;
use crate::drift::{Drift, Item};
use crate::id::UserName;
use crate::text::{counted, visible};
use std::fmt::Write as _;

/// Items that have a row: a comment has an end.
const ROWS: usize = 200;
/// People that a row names before it only counts them.
const NAMED: usize = 5;

/// The whole text.
pub fn markdown(drift: &Drift, on: FailOn) -> String {
    let loud: Vec<&Item> = drift.items.iter().filter(|item| !item.is_accepted()).collect();
    let mut out = String::new();
    if loud.is_empty() && drift.is_complete() {
        line(&mut out, &format!("**{}**", text(&super::clean(drift))));
        return out;
    }
    line(&mut out, &format!("### {}", text(&head(drift, &loud))));
    if !drift.is_complete() {
        let parts = counted(drift.gaps.len(), "part");
        line(&mut out, "");
        line(&mut out, &format!("> {parts} could not be read: of what is there nothing is known."));
    }
    line(&mut out, "");
    // Who did it has a column only where that was asked.
    let by = drift.attributing.is_some();
    let (head, rule) = if by { (" by |", "---|") } else { ("", "") };
    line(&mut out, &format!("| severity | class | what | people | why |{head} mend |"));
    line(&mut out, &format!("|---|---|---|---|---|{rule}---|"));
    for item in loud.iter().take(ROWS) {
        line(&mut out, &row(item, by));
    }
    if loud.len() > ROWS {
        line(&mut out, "");
        line(&mut out, &format!("… and {} more.", counted(loud.len() - ROWS, "item")));
    }
    line(&mut out, "");
    line(&mut out, &text(&totals(drift, on)));
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn row(item: &Item, by: bool) -> String {
    let more = item.people.len().saturating_sub(NAMED);
    let mut people: Vec<String> =
        item.people.iter().take(NAMED).map(UserName::as_str).map(code).collect();
    if more > 0 {
        people.push(format!("{more} more"));
    }
    let news = item.news.map(|news| format!(" ({})", news.name())).unwrap_or_default();
    let mends = [&item.mend.apply, &item.mend.edit];
    let mends: Vec<String> = mends.into_iter().filter(|t| !t.is_empty()).map(|t| text(t)).collect();
    let who = item.attribution.as_ref().map(|by| text(&by.summary())).unwrap_or_default();
    let mut cells = vec![
        item.severity.name().to_owned(),
        format!("{}{news}", item.class.name()),
        code(&item.address),
        people.join(", "),
        text(&item.because),
    ];
    cells.extend(by.then_some(who));
    cells.push(mends.join("; or "));
    format!("| {} |", cells.join(" | "))
}

/// A name that means itself: in a code element nobody is mentioned and nothing is a link.
fn code(name: &str) -> String {
    format!("<code>{}</code>", text(name))
}

/// A text that means itself, wherever it stands: every sign that Markdown or HTML may read is written by
/// its number.
fn text(raw: &str) -> String {
    let mut out = String::new();
    for c in visible(raw).chars() {
        if c.is_ascii_punctuation() && !"-./,;()=\"'?%+".contains(c) {
            // Writing to a String cannot fail.
            let _infallible = write!(out, "&#{};", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}
