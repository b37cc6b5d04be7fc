//! The end of an apply: a table and a line, or a document.

use super::{Page, Tone, counted};
use crate::apply::Event;
use crate::apply::hint::hint;
use crate::apply::outcome::{Report, Status};
use crate::plan::Plan;
use crate::plan::change::Change;
use crate::plan::document::id;
use crate::text::plain_json;
use serde_json::{Value, json};

/// The version of the lines for programs: readers ignore keys and events that they don't know.
pub(super) const FORMAT_VERSION: &str = "1.0";
/// What kind of document each line is.
pub(super) const KIND: &str = "landgrant.apply";

/// The table for people. `remaining` is how many changes a plan made now would still hold; `None`
/// where it could not be read back.
pub fn text(plan: &Plan, report: &Report, remaining: Option<usize>, color: bool) -> String {
    let mut page = Page::new(color);
    page.gap();
    page.heading("result", "");
    for (i, (change, status)) in plan.changes.iter().zip(&report.statuses).enumerate() {
        let (word, tone) = match status {
            Status::Applied => ("done", Tone::Add),
            Status::Failed(f) if f.unknown => ("unknown", Tone::Remove),
            Status::Failed(_) => ("FAILED", Tone::Remove),
            Status::Skipped(_) => ("skipped", Tone::Warn),
        };
        let verb = change.what.action().name();
        page.row(2, tone, &format!("{word:<9}{verb:<10}{}", change.address));
        match status {
            Status::Applied => {}
            Status::Failed(failure) => {
                page.row(11, Tone::Plain, &failure.message);
                if let Some(hint) = hint(&failure.message) {
                    page.row(11, Tone::Quiet, &format!("hint: {hint}"));
                }
            }
            Status::Skipped(because) => page.row(11, Tone::Quiet, because),
        }
        if let Some(note) = report.notes.get(&i) {
            page.row(11, Tone::Quiet, &format!("it is done, although its call failed: {note}"));
        }
    }
    page.gap();
    let (applied, failed, skipped) = report.counts();
    let total = format!("{applied} applied, {failed} failed, {skipped} skipped");
    page.heading("total", &total);
    let proof = match remaining {
        Some(0) => "nothing differs any more".to_owned(),
        Some(n) => format!("{} still to be done", counted(n, "change")),
        None => "it could not be read back, so nothing is proven".to_owned(),
    };
    page.heading("read back", &proof);
    if let Some(because) = &report.stopped {
        page.heading("stopped", &format!("{because}; run apply again to go on"));
    }
    page.finish()
}

/// The first line for programs: the plan's document, before anything is done.
pub fn plan(document: &Value) -> String {
    let line = json!({
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "event": "plan",
        "document": document,
    });
    plain_json(&format!("{line}\n"))
}

/// What happens on the way, as a line for programs; `None` for what only the journal tells.
pub fn event(event: &Event<'_>) -> Option<String> {
    let of = |word: &str, change: &Change, status: Option<&Status>| {
        json!({
            "format_version": FORMAT_VERSION,
            "kind": KIND,
            "event": word,
            "change": change.id,
            "address": change.address,
            "action": change.what.action().name(),
            "status": status.map(Status::word),
            "message": status.and_then(Status::message),
        })
    };
    let line = match event {
        Event::Started(change) => of("begin", change, None),
        Event::Ended(change, status) => of("change", change, Some(status)),
        Event::Stopping(under_way, because) => json!({
            "format_version": FORMAT_VERSION,
            "kind": KIND,
            "event": "stop",
            "because": because,
            "under_way": under_way,
        }),
        _ => return None,
    };
    Some(plain_json(&format!("{line}\n")))
}

/// The last line for programs: how it ended.
pub fn json(plan: &Plan, report: &Report, remaining: Option<usize>) -> String {
    let (applied, failed, skipped) = report.counts();
    let rows =
        plan.changes.iter().zip(&report.statuses).enumerate().map(|(i, (change, status))| {
            let (word, message) = (status.word(), status.message());
            json!({
                "id": change.id,
                "address": change.address,
                "action": change.what.action().name(),
                "status": word,
                "message": message,
                "note": report.notes.get(&i),
                "hint": message.filter(|_| word != "skipped").and_then(hint),
            })
        });
    let document = json!({
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "event": "end",
        "plan": id(plan),
        "results": rows.collect::<Vec<Value>>(),
        "summary": { "applied": applied, "failed": failed, "skipped": skipped },
        "stopped": report.stopped.is_some(),
        "because": report.stopped,
        "remaining": remaining,
    });
    plain_json(&format!("{document}\n"))
}
