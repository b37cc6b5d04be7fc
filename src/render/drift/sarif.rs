//! Drift as SARIF 2.1.0 (OASIS), which code review tools show beside the definitions.

use crate::diag::Files;
use crate::diag::emit::sarif::{literal, log, physical};
use crate::drift::attribution::Attribution;
use crate::drift::baseline::{Known, News};
use crate::drift::{Class, Drift, Item, Severity};
use crate::id::UserName;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A whole document with one run.
pub fn sarif(drift: &Drift, files: &Files) -> Value {
    let indices: BTreeMap<&str, usize> = Class::ALL.iter().map(|c| c.name()).zip(0..).collect();
    let mut results: Vec<Value> =
        drift.items.iter().map(|item| result(item, files, &indices)).collect();
    if let Some(since) = &drift.since {
        results.extend(since.resolved.iter().map(|(print, known)| gone(print, known, files)));
    }
    let rules: Vec<Value> = Class::ALL.iter().map(|class| rule(*class)).collect();
    let mut log = log(&rules, &results);
    let notes: Vec<Value> = drift
        .gaps
        .iter()
        .map(|gap| {
            let text = format!("{}: {} {}", gap.part, gap.code, gap.message);
            json!({ "level": "error", "message": { "text": literal(&text) } })
        })
        .collect();
    let invocation = json!({
        "executionSuccessful": drift.is_complete(),
        "startTimeUtc": drift.taken.started.to_string(),
        "endTimeUtc": drift.taken.ended.to_string(),
        "toolExecutionNotifications": notes,
    });
    if let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut) {
        run.insert("invocations".to_owned(), json!([invocation]));
    }
    log
}

fn rule(class: Class) -> Value {
    json!({
        "id": class.name(),
        "shortDescription": { "text": class.describe() },
        "help": { "text": "docs/drift.md of landgrant tells what each class and severity means." },
        "defaultConfiguration": { "level": "warning" },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

fn result(item: &Item, files: &Files, indices: &BTreeMap<&str, usize>) -> Value {
    let people: Vec<&str> = item.people.iter().map(UserName::as_str).collect();
    let lines = [&format!("{}: {}", item.address, item.because), &item.mend.apply, &item.mend.edit];
    let lines: Vec<String> =
        lines.into_iter().filter(|line| !line.is_empty()).map(|line| literal(line)).collect();
    let mut out = Map::new();
    let mut put = |key: &str, value: Value| drop(out.insert(key.to_owned(), value));
    put("ruleId", json!(item.class.name()));
    put("ruleIndex", json!(indices.get(item.class.name())));
    put("level", json!(level(item.severity)));
    put("message", json!({ "text": lines.join("\n") }));
    put(
        "locations",
        json!([{
            "physicalLocation": physical(files, item.origin.or(item.near)),
            "logicalLocations": [{ "fullyQualifiedName": item.address }],
        }]),
    );
    // Own keys: GitHub makes its own from lines, which move.
    put(
        "partialFingerprints",
        json!({
            "landgrant/v1": item.fingerprint,
            "landgrantValue/v1": item.value_fingerprint,
        }),
    );
    put(
        "properties",
        json!({
            "address": item.address,
            "severity": item.severity.name(),
            "people": people,
            "attribution": item.attribution.as_ref().map(Attribution::json),
        }),
    );
    if let Some(news) = item.news {
        put(
            "baselineState",
            json!(match news {
                News::New => "new",
                News::Worse => "updated",
                News::Unchanged => "unchanged",
            }),
        );
    }
    let accepted = item.accepted.as_ref().filter(|accepted| !accepted.is_over);
    put(
        "suppressions",
        accepted.map_or(json!([]), |accepted| {
            let why = format!("until {}: {}", accepted.until, accepted.why);
            json!([{ "kind": "external", "justification": literal(&why) }])
        }),
    );
    Value::Object(out)
}

/// What the run before showed and this one does not.
fn gone(fingerprint: &str, known: &Known, files: &Files) -> Value {
    json!({
        "ruleId": known.class,
        "level": "none",
        "kind": "pass",
        "message": { "text": literal(&format!("{}: it is as declared again", known.address)) },
        "locations": [{
            "physicalLocation": physical(files, None),
            "logicalLocations": [{ "fullyQualifiedName": known.address }],
        }],
        "partialFingerprints": {
            "landgrant/v1": fingerprint,
            "landgrantValue/v1": known.value_fingerprint,
        },
        "baselineState": "absent",
    })
}
