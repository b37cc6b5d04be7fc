//! The journal of an apply: what was done, what was asked of AWS, and what was under way at its end.

use super::{Page, Tone, counted};
use crate::journal::{Answer, Called, Change, End, Ended, Journal, Status};
use crate::text::{plain_json, shorten};
use jiff::Timestamp;
use serde_json::{Value, json};

/// Characters of a message.
const LONG: usize = 500;
/// Damaged lines that are named.
const MOST: usize = 20;

/// The table for people.
pub fn text(journal: &Journal, color: bool) -> String {
    let mut page = Page::new(color);
    page.row(0, Tone::Strong, &format!("journal of plan {}", journal.begin.plan));
    page.gap();
    head(&mut page, journal);
    page.gap();
    page.heading("changes", &journal.changes.len().to_string());
    for change in &journal.changes {
        one(&mut page, change);
    }
    page.gap();
    page.heading("total", &totals(journal));
    ending(&mut page, journal);
    page.finish()
}

fn head(page: &mut Page, journal: &Journal) {
    let begin = &journal.begin;
    let instant = |time: Option<Timestamp>| {
        time.map_or_else(|| "an unknown time".to_owned(), |time| time.to_string())
    };
    let took = seconds(begin.time, journal.last).map(|s| format!(" ({s})")).unwrap_or_default();
    page.heading("when", &format!("{} to {}{took}", instant(begin.time), instant(journal.last)));
    page.heading("who", begin.caller.as_deref().unwrap_or("an unknown caller"));
    let instance = begin.instance.rsplit('/').next().unwrap_or_default();
    let place = format!("{} · {instance} in {}", begin.organization, begin.region);
    page.heading("where", &place);
    let version = begin.version.as_deref().unwrap_or("of an unknown version");
    let git = begin.git.as_ref().map(|(commit, dirty)| {
        format!(" · definitions at {commit}{}", if *dirty { ", with edits" } else { "" })
    });
    page.heading("by", &format!("landgrant {version}{}", git.unwrap_or_default()));
}

fn word(status: Status) -> (&'static str, Tone) {
    match status {
        Status::Applied => ("done", Tone::Add),
        Status::Failed => ("FAILED", Tone::Remove),
        Status::Unknown => ("unknown", Tone::Remove),
        Status::UnderWay => ("under way", Tone::Warn),
        Status::Skipped => ("skipped", Tone::Warn),
        Status::NotBegun => ("not begun", Tone::Quiet),
    }
}

fn one(page: &mut Page, change: &Change) {
    let (word, tone) = word(change.status());
    let (begun, ended) = change.times();
    let took = seconds(begun, ended).map(|s| format!("  {s}")).unwrap_or_default();
    page.row(2, tone, &format!("{word:<10} {:<9} {}{took}", change.action, change.address));
    for call in change.calls.values() {
        let Called { operation, time: _, taken, answer } = call;
        let mut parts = vec![operation.clone()];
        let request = taken.as_ref().and_then(|(request, _)| request.as_ref());
        match answer {
            None => parts.push("no answer: it may have been carried out".to_owned()),
            Some(Answer { status, attempts, created, .. }) => {
                parts.push(status.clone());
                if let Some(n) = attempts.filter(|n| *n > 1) {
                    parts.push(counted(usize::try_from(n).unwrap_or(usize::MAX), "attempt"));
                }
                parts.extend(created.iter().map(|(kind, id)| format!("made {kind} {id}")));
            }
        }
        parts.extend(request_id(call).map(|id| format!("request {id}")));
        parts.extend(request.map(|id| format!("status {id}")));
        page.row(13, Tone::Quiet, &parts.join(" · "));
        if let Some(message) = answer.as_ref().and_then(|answer| answer.message.as_ref()) {
            page.row(15, Tone::Plain, &shorten(message, LONG));
        }
    }
    let told = change
        .calls
        .values()
        .any(|call| call.answer.as_ref().is_some_and(|answer| answer.message.is_some()));
    if let Some(Ended { message: Some(message), .. }) = change.ended.as_ref().filter(|_| !told) {
        page.row(13, Tone::Plain, &shorten(message, LONG));
    }
}

/// The id of the request that was answered last.
fn request_id(call: &Called) -> Option<&String> {
    let answered = call.answer.as_ref().and_then(|answer| answer.request_id.as_ref());
    answered.or_else(|| call.taken.as_ref().and_then(|(_, id)| id.as_ref()))
}

fn seconds(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    let seconds = to?.duration_since(from?).as_secs_f64();
    Some(format!("{seconds:.1} s"))
}

fn totals(journal: &Journal) -> String {
    let counts = journal.counts();
    let some = Status::ALL.iter().filter_map(|status| {
        let n = counts.get(status)?;
        Some(format!("{n} {}", word(*status).0.to_lowercase()))
    });
    let text = some.collect::<Vec<_>>().join(", ");
    if text.is_empty() { "nothing was to be done".to_owned() } else { text }
}

fn ending(page: &mut Page, journal: &Journal) {
    if let Some((_, because)) = &journal.stopped {
        page.heading("stopped", because);
    }
    match &journal.end {
        Some(End { time: _, remaining, exit }) => {
            let remaining = match remaining {
                Some(0) => "nothing differed any more".to_owned(),
                Some(n) => {
                    let n = usize::try_from(*n).unwrap_or(usize::MAX);
                    format!("{} still to be done", counted(n, "change"))
                }
                None => "it was not read back".to_owned(),
            };
            let exit = exit.map(|exit| format!(" · exit {exit}")).unwrap_or_default();
            page.heading("end", &format!("{remaining}{exit}"));
        }
        None => page.heading("end", "none: the apply was killed, or is under way"),
    }
    if let Some(line) = journal.cut_off {
        page.row(12, Tone::Warn, &format!("! line {line}, the last one, was cut off"));
    }
    for (line, why) in journal.damaged.iter().take(MOST) {
        page.row(12, Tone::Warn, &format!("! line {line} says nothing: {why}"));
    }
    let more = journal.damaged.len().saturating_sub(MOST);
    if more > 0 {
        page.row(12, Tone::Warn, &format!("! and {}", counted(more, "more such line")));
    }
}

/// The same as a value.
fn value(journal: &Journal) -> Value {
    let Journal { begin, changes, stopped, end, last, cut_off, damaged } = journal;
    let instant = |time: &Option<Timestamp>| time.map(|time| time.to_string());
    let changes: Vec<Value> = changes.iter().map(change_value).collect();
    let counts: serde_json::Map<String, Value> = Status::ALL
        .iter()
        .map(|s| (s.name().to_owned(), json!(journal.counts().get(s).unwrap_or(&0))))
        .collect();
    let damaged: Vec<Value> =
        damaged.iter().map(|(line, why)| json!({ "line": line, "because": why })).collect();
    json!({
        "plan": begin.plan,
        "digest": begin.digest,
        "tool": { "version": begin.version },
        "scope": {
            "organization": begin.organization,
            "instance": begin.instance,
            "region": begin.region,
            "caller": begin.caller,
        },
        "git": begin.git.as_ref().map(|(commit, dirty)| json!({ "commit": commit, "dirty": dirty })),
        "begun": instant(&begin.time),
        "last": instant(last),
        "changes": changes,
        "summary": counts,
        "stopped": stopped.as_ref().map(|(_, because)| because),
        "end": end.as_ref().map(|end| json!({
            "time": instant(&end.time), "remaining": end.remaining, "exit": end.exit,
        })),
        "cut_off": cut_off,
        "damaged": damaged,
    })
}

fn change_value(change: &Change) -> Value {
    let calls = change.calls.iter().map(|(number, call)| {
        let Called { operation, time, taken, answer } = call;
        json!({
            "call": number,
            "operation": operation,
            "time": time.map(|time| time.to_string()),
            "request": taken.as_ref().and_then(|(request, _)| request.as_ref()),
            "request_id": request_id(call),
            "status": answer.as_ref().map(|answer| &answer.status),
            "attempts": answer.as_ref().and_then(|answer| answer.attempts),
            "message": answer.as_ref().and_then(|answer| answer.message.as_ref()),
            "created": answer.as_ref().map(|answer| &answer.created),
        })
    });
    let (begun, ended) = change.times();
    json!({
        "id": change.id,
        "address": change.address,
        "action": change.action,
        "status": change.status().name(),
        "message": change.ended.as_ref().and_then(|ended| ended.message.as_ref()),
        "begun": begun.map(|time| time.to_string()),
        "ended": ended.map(|time| time.to_string()),
        "calls": calls.collect::<Vec<_>>(),
    })
}

/// The document for programs.
pub fn json(journal: &Journal) -> String {
    let mut document = value(journal);
    document["format_version"] = "1.0".into();
    document["kind"] = "landgrant.history".into();
    plain_json(&format!("{document:#}\n"))
}

/// A journal in a list: its file, and what is in it or why that cannot be read.
pub type Listed = (String, Result<Journal, String>);

/// The journals that there are, a row each, the newest last.
pub fn list(journals: &[Listed], color: bool) -> String {
    let mut page = Page::new(color);
    for (file, journal) in journals {
        match journal {
            Ok(journal) => {
                let end = if journal.end.is_some() { "" } else { " · no end" };
                let who = journal.begin.caller.as_deref().unwrap_or("an unknown caller");
                let begun = journal.begin.time.map(|time| time.to_string()).unwrap_or_default();
                let text = format!("{file}  {begun}  {}{end} · {who}", totals(journal));
                page.row(0, Tone::Plain, &text);
            }
            Err(why) => page.row(0, Tone::Warn, &format!("{file}  cannot be read: {why}")),
        }
    }
    if journals.is_empty() {
        page.row(0, Tone::Quiet, "there are no journals here");
    }
    page.finish()
}

/// The same for programs.
pub fn list_json(journals: &[Listed]) -> String {
    let rows = journals.iter().map(|(file, journal)| match journal {
        Ok(journal) => {
            let mut row = value(journal);
            if let Some(row) = row.as_object_mut() {
                row.remove("changes");
            }
            row["file"] = file.as_str().into();
            row
        }
        Err(why) => json!({ "file": file, "error": why }),
    });
    let document = json!({
        "format_version": "1.0",
        "kind": "landgrant.histories",
        "journals": rows.collect::<Vec<_>>(),
    });
    plain_json(&format!("{document:#}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::read;

    #[test]
    fn nothing_of_a_journal_reaches_the_terminal_raw() {
        let evil = "\\u001b[31m\\u202e";
        let lines = [
            format!(
                r#"{{"event":"begin","kind":"landgrant.journal","format_version":"1.0","plan":"{evil}","scope":{{"caller":"{evil}","instance":"{evil}"}},"changes":[{{"id":"c1","address":"{evil}","action":"{evil}"}}]}}"#
            ),
            format!(r#"{{"event":"call","change":"c1","call":1,"operation":"{evil}"}}"#),
            format!(r#"{{"event":"taken","change":"c1","call":1,"request":"{evil}"}}"#),
            format!(
                r#"{{"event":"answer","change":"c1","call":1,"status":"{evil}","request_id":"{evil}","message":"{evil}","created":{{"{evil}":"{evil}"}}}}"#
            ),
            format!(r#"{{"event":"stop","because":"{evil}"}}"#),
            format!(r#"{{"event":"call","change":"{evil}","call":1}}"#),
        ];
        let journal = read(lines.join("\n").as_bytes()).unwrap();
        let listed = [
            (evil.to_owned(), Ok(journal.clone())),
            ("\u{1b}".to_owned(), Err("\u{9b}".to_owned())),
        ];
        for text in
            [text(&journal, false), json(&journal), list(&listed, false), list_json(&listed)]
        {
            assert!(!text.chars().any(|c| crate::text::is_hidden(c) && c != '\n'), "{text}");
        }
    }
}
