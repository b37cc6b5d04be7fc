//! Lines → [`Journal`].

use super::{
    Answer, Begin, Change, End, Ended, FORMAT_VERSION, Journal, JournalError, KIND, Status,
};
use crate::text::json::{self, JsonError};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// Reads a journal, as far as it goes.
pub fn read(bytes: &[u8]) -> Result<Journal, JournalError> {
    let mut lines = bytes
        .split(|byte| *byte == b'\n')
        .zip(1..)
        .filter(|(line, _)| !line.iter().all(u8::is_ascii_whitespace))
        .peekable();
    let (first, _) = lines.next().ok_or(JournalError::Empty)?;
    let first = json::parse(first).map_err(|error| JournalError::Begin(error.to_string()))?;
    let mut out = begin(&first)?;
    let places: BTreeMap<String, usize> =
        out.changes.iter().enumerate().map(|(at, change)| (change.id.clone(), at)).collect();
    while let Some((line, number)) = lines.next() {
        let is_last = lines.peek().is_none();
        let read = json::parse(line);
        if is_last && matches!(read, Err(JsonError::CutOff(_))) {
            out.cut_off = Some(number);
            continue;
        }
        let told = match read {
            Ok(value) => event(&mut out, &places, &value),
            Err(JsonError::CutOff(_)) => Err("it ends in the middle".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        if let Err(why) = told {
            out.damaged.push((number, why));
        }
    }
    Ok(out)
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn time(value: &Value) -> Option<Timestamp> {
    value.get("time").and_then(Value::as_str)?.parse().ok()
}

fn texts(value: Option<&Value>) -> BTreeMap<String, String> {
    let entries = value.and_then(Value::as_object).into_iter().flatten();
    entries.filter_map(|(key, text)| Some((key.clone(), text.as_str()?.to_owned()))).collect()
}

fn begin(line: &Value) -> Result<Journal, JournalError> {
    let is = |key: &str, word: &str| line.get(key).and_then(Value::as_str) == Some(word);
    if !is("event", "begin") || !is("kind", KIND) {
        return Err(JournalError::Kind);
    }
    let by = text(line, "/tool/version");
    let format = text(line, "/format_version").unwrap_or_default();
    if format.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(JournalError::Version { format, by });
    }
    let missing = || JournalError::Begin("its `changes` are missing or malformed".to_owned());
    let list = line.get("changes").and_then(Value::as_array).ok_or_else(missing)?;
    let changes: Option<Vec<Change>> = list.iter().map(change).collect();
    let dirty = line.pointer("/desired/git/dirty").and_then(Value::as_bool);
    let said = |pointer| text(line, pointer).unwrap_or_default();
    let begin = Begin {
        plan: said("/plan"),
        digest: said("/digest"),
        time: time(line),
        version: by,
        caller: text(line, "/scope/caller"),
        organization: said("/scope/organization"),
        instance: said("/scope/instance"),
        region: said("/scope/region"),
        git: text(line, "/desired/git/commit").zip(dirty),
    };
    Ok(Journal {
        last: begin.time,
        begin,
        changes: changes.ok_or_else(missing)?,
        stopped: None,
        end: None,
        cut_off: None,
        damaged: Vec::new(),
    })
}

fn change(entry: &Value) -> Option<Change> {
    let along = entry.get("takes_along").and_then(Value::as_array).into_iter().flatten();
    Some(Change {
        id: text(entry, "/id")?,
        address: text(entry, "/address")?,
        action: text(entry, "/action")?,
        before: entry.get("before").cloned().unwrap_or_default(),
        after: entry.get("after").cloned().unwrap_or_default(),
        ids: texts(entry.get("ids")),
        takes_along: along.filter_map(Value::as_str).map(str::to_owned).collect(),
        ..Change::default()
    })
}

/// Takes in a line. What it says of a change that the plan does not hold is an error; what it is, if it is
/// not known, is not.
fn event(out: &mut Journal, places: &BTreeMap<String, usize>, line: &Value) -> Result<(), String> {
    let word = line.get("event").and_then(Value::as_str).ok_or("it has no `event`")?;
    let at = time(line);
    out.last = at.or(out.last);
    match word {
        "call" | "taken" | "answer" | "change" => {
            let id = line.get("change").and_then(Value::as_str).ok_or("it names no change")?;
            let change = places.get(id).and_then(|place| out.changes.get_mut(*place));
            let change = change.ok_or_else(|| format!("the plan holds no change {id}"))?;
            of_change(change, word, line, at)
        }
        "stop" => {
            out.stopped = Some((at, text(line, "/because").unwrap_or_default()));
            Ok(())
        }
        "end" => {
            let results = line.get("results").and_then(Value::as_array).into_iter().flatten();
            for result in results {
                let place = text(result, "/change").and_then(|id| places.get(&id));
                let change = place.and_then(|place| out.changes.get_mut(*place));
                if let (Some(change), Some(word)) = (change, text(result, "/status")) {
                    change.result = Some(Status::parse(&word));
                }
            }
            let number = |key: &str| line.get(key).and_then(Value::as_u64);
            out.end = Some(End { time: at, remaining: number("remaining"), exit: number("exit") });
            Ok(())
        }
        _ => Ok(()),
    }
}

fn of_change(
    change: &mut Change,
    word: &str,
    line: &Value,
    at: Option<Timestamp>,
) -> Result<(), String> {
    if word == "change" {
        let status = Status::parse(&text(line, "/status").ok_or("it has no `status`")?);
        change.ended = Some(Ended { time: at, status, message: text(line, "/message") });
        return Ok(());
    }
    let number = line.get("call").and_then(Value::as_u64).ok_or("it names no call")?;
    let call = change.calls.entry(number).or_default();
    if let Some(operation) = text(line, "/operation") {
        call.operation = operation;
    }
    match word {
        "call" => call.time = at,
        "taken" => call.taken = Some((text(line, "/request"), text(line, "/request_id"))),
        _ => {
            call.answer = Some(Answer {
                time: at,
                status: text(line, "/status").unwrap_or_else(|| "unknown".to_owned()),
                attempts: line.get("attempts").and_then(Value::as_u64),
                request_id: text(line, "/request_id"),
                message: text(line, "/message"),
                created: texts(line.get("created")),
            });
        }
    }
    Ok(())
}
