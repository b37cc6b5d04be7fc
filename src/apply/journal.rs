//! The journal of an apply: what is about to be done, and how it ended, a JSON object a line (docs/journal.md).
//!
//! Makes lines and writes none. Keys are sorted; who writes them adds nothing but the end of the line.

use super::outcome::Report;
use super::{At, Done, Event, Failure};
use crate::call::{Answer, Created, parameters};
use crate::journal::{FORMAT_VERSION, KIND};
use crate::plan::Plan;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// The first line: what is going to be done. `document` is the plan's whole document, `manage` the mode of
/// each kind.
pub fn begin(document: &Value, manage: &Value, time: Timestamp) -> String {
    let part = |key: &str| document.get(key).cloned().unwrap_or_default();
    let mut out = Map::new();
    out.insert("kind".to_owned(), json!(KIND));
    out.insert("format_version".to_owned(), json!(FORMAT_VERSION));
    for key in ["tool", "digest", "scope", "desired", "changes", "revert"] {
        if document.get(key).is_some() {
            out.insert(key.to_owned(), part(key));
        }
    }
    out.insert("plan".to_owned(), part("id"));
    out.insert("manage".to_owned(), manage.clone());
    line("begin", time, out)
}

/// The line of an event; `None` for those that a journal says nothing of.
pub fn event(event: &Event<'_>, time: Timestamp) -> Option<String> {
    let (word, body) = match event {
        Event::Started(_) => return None,
        Event::Calling(at, created) => ("call", calling(at, created)),
        Event::Taken(at, request, id) => {
            let mut out = place(at);
            out.insert("request".to_owned(), json!(request));
            out.insert("request_id".to_owned(), json!(id));
            ("taken", out)
        }
        Event::Answered(at, answered) => ("answer", answer(at, answered)),
        Event::Stopping(_, because) => {
            ("stop", Map::from_iter([("because".to_owned(), json!(because))]))
        }
        Event::Ended(change, status) => {
            let mut out = Map::new();
            out.insert("change".to_owned(), json!(change.id));
            out.insert("address".to_owned(), json!(change.address));
            out.insert("action".to_owned(), json!(change.what.action().name()));
            out.insert("status".to_owned(), json!(status.word()));
            out.insert("message".to_owned(), json!(status.message()));
            ("change", out)
        }
    };
    Some(line(word, time, body))
}

/// The last line: how it ended, after the read-back.
pub fn end(
    plan: &Plan,
    report: &Report,
    remaining: Option<usize>,
    exit: u8,
    time: Timestamp,
) -> String {
    let (applied, failed, skipped) = report.counts();
    let results = plan.changes.iter().zip(&report.statuses);
    let results = results.map(|(c, s)| json!({ "change": c.id, "status": s.word() }));
    let mut out = Map::new();
    let summary = json!({ "applied": applied, "failed": failed, "skipped": skipped });
    out.insert("summary".to_owned(), summary);
    out.insert("results".to_owned(), results.collect());
    out.insert("remaining".to_owned(), json!(remaining));
    out.insert("exit".to_owned(), json!(exit));
    line("end", time, out)
}

fn line(word: &str, time: Timestamp, mut out: Map<String, Value>) -> String {
    out.insert("event".to_owned(), json!(word));
    out.insert("time".to_owned(), json!(time.to_string()));
    crate::text::plain_json(&Value::Object(out).to_string())
}

fn place(at: &At<'_>) -> Map<String, Value> {
    Map::from_iter([
        ("change".to_owned(), json!(at.change.id)),
        ("call".to_owned(), json!(at.number)),
    ])
}

fn calling(at: &At<'_>, created: &Created) -> Map<String, Value> {
    let mut out = place(at);
    out.insert("operation".to_owned(), json!(at.call.operation()));
    out.insert("parameters".to_owned(), parameters(at.call, created));
    out
}

fn answer(at: &At<'_>, answered: &Result<Done, Failure>) -> Map<String, Value> {
    let mut out = place(at);
    out.insert("operation".to_owned(), json!(at.call.operation()));
    let (status, attempts, request_id) = match answered {
        Ok(done) => ("done", done.attempts, &done.request_id),
        Err(failure) if failure.unknown => ("unknown", failure.attempts, &failure.request_id),
        Err(failure) => ("failed", failure.attempts, &failure.request_id),
    };
    out.insert("status".to_owned(), json!(status));
    out.insert("attempts".to_owned(), json!(attempts));
    out.insert("request_id".to_owned(), json!(request_id));
    match answered {
        Ok(done) => {
            let created = match &done.answer {
                Answer::Done => return out,
                Answer::Ou(_, id) => json!({ "ou": id.as_str() }),
                Answer::Account(_, id) => json!({ "account": id.as_str() }),
                Answer::PermissionSet(_, arn) => json!({ "permission_set": arn.as_str() }),
                Answer::User(_, id) => json!({ "user": id.as_str() }),
                Answer::Group(_, id) => json!({ "group": id.as_str() }),
            };
            out.insert("created".to_owned(), created);
        }
        Err(failure) => {
            out.insert("message".to_owned(), json!(failure.message));
        }
    }
    out
}
