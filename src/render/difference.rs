//! A reviewed plan against the plan that is needed now, for a person who has to decide again, and as a
//! line for programs.

use super::changes::unified;
use super::outcome::{FORMAT_VERSION, KIND};
use super::{Page, Tone, counted};
use crate::model::Policy;
use crate::plan::difference::{Because, Changed, Difference, Field, Named};
use crate::text::{plain_json, shorten};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rows of a section, and lines of a policy, before the rest is counted.
const MOST: usize = 40;
/// Characters of a value.
const LONG: usize = 200;

/// The text, from the reason to the details.
pub fn text(difference: &Difference, color: bool) -> String {
    let Difference { plan, reviewed, needed, new, changed, gone, access, because } = difference;
    let mut page = Page::new(color);
    let head = format!(
        "plan {plan} is stale: {} reviewed, {needed} needed now",
        counted(*reviewed, "change")
    );
    page.row(0, Tone::Strong, &head);
    page.gap();
    why(&mut page, because);
    section(&mut page, "new", new, |page, named| one(page, '+', Tone::Add, named));
    section(&mut page, "changed", changed, |page, Changed { change, fields }| {
        one(page, '~', Tone::Change, change);
        rows(page, 8, fields, field);
    });
    section(&mut page, "access", access, |page, line| {
        page.row(2, Tone::Warn, &format!("! {line}"));
    });
    section(&mut page, "no longer", gone, |page, named| one(page, '-', Tone::Quiet, named));
    page.finish()
}

fn why(page: &mut Page, because: &Because) {
    let Because { definitions, git, live } = because;
    let commit = |git: &Option<(String, bool)>| match git {
        Some((commit, dirty)) => {
            let edits = if *dirty { " and edits" } else { "" };
            format!("{}{edits}", shorten(commit, 12))
        }
        None => "no commit".to_owned(),
    };
    let commits = match git {
        [None, None] => String::new(),
        [then, now] if then == now => format!(" ({})", commit(now)),
        [then, now] => format!(" ({}, now {})", commit(then), commit(now)),
    };
    let edited = match definitions {
        Some(true) => "the definitions were edited since",
        Some(false) => "the definitions are the same",
        None => "whether the definitions were edited is not known",
    };
    page.heading("why", &format!("{edited}{commits}"));
    if live.is_empty() {
        let text = "what the reviewed changes touch is live as it was then";
        let more = ": other things moved, or a period began or ended";
        let more = if definitions == &Some(false) { more } else { "" };
        page.row(12, Tone::Plain, &format!("{text}{more}"));
        return;
    }
    let parts = counted(live.len(), "part");
    page.row(12, Tone::Plain, &format!("{parts} of what is live and touched by it moved since:"));
    rows(page, 14, live, |page, name| page.row(14, Tone::Plain, name));
}

fn section<T>(page: &mut Page, word: &str, list: &[T], row: impl Fn(&mut Page, &T)) {
    if !list.is_empty() {
        page.heading(word, &list.len().to_string());
        rows(page, 2, list, row);
    }
}

/// As many rows as a person reads, and how many there are besides.
fn rows<T>(page: &mut Page, indent: usize, list: &[T], row: impl Fn(&mut Page, &T)) {
    list.iter().take(MOST).for_each(|entry| row(page, entry));
    if list.len() > MOST {
        page.row(indent, Tone::Quiet, &format!("… and {} more", list.len() - MOST));
    }
}

fn one(page: &mut Page, sign: char, tone: Tone, named: &Named) {
    let Named { address, action } = named;
    page.row(2, tone, &format!("{sign} {action} {address}"));
}

fn field(page: &mut Page, field: &Field) {
    let Field { of, key, then, now } = field;
    let name = match (*of, key.as_str()) {
        (of, "") => of.to_owned(),
        ("after", key) => key.replace('_', " "),
        ("ids", key) => format!("id of {}", key.replace('_', " ")),
        (of, key) => format!("{of}: {}", key.replace('_', " ")),
    };
    let put = |page: &mut Page, text: &str| {
        let text = format!("{name:<20} {}", shorten(text, LONG));
        page.row(8, Tone::Plain, text.trim_end());
    };
    if key == "inline_policy" {
        put(page, "");
        let pretty = |value: &Value| match value {
            Value::Null => String::new(),
            Value::String(text) => Policy::new(text).pretty(),
            value => Policy::new(&value.to_string()).pretty(),
        };
        unified(page, &pretty(then), &pretty(now), MOST);
    } else if let (Some(then), Some(now)) = (texts(then), texts(now)) {
        let signed = |sign, text: &String| format!("{sign} {text}");
        let lines: Vec<String> = then
            .difference(&now)
            .map(|text| signed('-', text))
            .chain(now.difference(&then).map(|text| signed('+', text)))
            .collect();
        rows(page, 8, &lines, |page, line| put(page, line));
    } else {
        put(page, &format!("{} -> {}", said(then), said(now)));
    }
}

fn said(value: &Value) -> String {
    if value.is_null() { "nothing".to_owned() } else { shorten(&value.to_string(), LONG / 2) }
}

/// A list of texts, and an object of texts as `key = value`.
fn texts(value: &Value) -> Option<BTreeSet<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match value {
        Value::Array(list) => list.iter().map(text).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| Some(format!("{key} = {}", text(value)?))).collect()
        }
        _ => None,
    }
}

/// The same as one of the lines of an apply.
pub fn json(difference: &Difference) -> String {
    let Difference { plan, reviewed, needed, new, changed, gone, access, because } = difference;
    let Because { definitions, git: [then, now], live } = because;
    let git = |git: &Option<(String, bool)>| {
        git.as_ref().map(|(commit, dirty)| json!({ "commit": commit, "dirty": dirty }))
    };
    let named = |Named { address, action }: &Named| json!({ "address": address, "action": action });
    let list = |list: &[Named]| list.iter().map(named).collect::<Vec<_>>();
    let field = |Field { of, key, then, now }: &Field| json!({ "of": of, "key": key, "reviewed": then, "now": now });
    let changed = changed.iter().map(|Changed { change: Named { address, action }, fields }| {
        let fields: Vec<Value> = fields.iter().map(field).collect();
        json!({ "address": address, "action": action, "fields": fields })
    });
    let document = json!({
        "format_version": FORMAT_VERSION,
        "kind": KIND,
        "event": "difference",
        "plan": plan,
        "reviewed": reviewed,
        "needed": needed,
        "new": list(new),
        "changed": changed.collect::<Vec<_>>(),
        "gone": list(gone),
        "access": access,
        "moved": {
            "definitions": definitions,
            "git": { "reviewed": git(then), "now": git(now) },
            "live": live,
        },
    });
    plain_json(&format!("{document}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_bounded_and_paints_nothing() {
        let named =
            |n: usize| Named { address: format!("group/\u{1b}[31m{n:04}"), action: "x".into() };
        let long = Value::from("v\u{202e}".repeat(10_000));
        let texts: Value = (0..500).map(|n| format!("\u{7}{n}")).collect();
        let field = |key: &str, now: &Value| Field {
            of: "after",
            key: key.to_owned(),
            then: Value::Null,
            now: now.clone(),
        };
        let lists = Field { then: json!([]), ..field("managed_policies", &texts) };
        let fields = vec![field("description", &long), lists, field("inline_policy", &texts)];
        let difference = Difference {
            plan: "\u{1b}".into(),
            reviewed: 1,
            needed: 10_000,
            new: (0..10_000).map(named).collect(),
            changed: (0..60)
                .map(|n| Changed { change: named(n), fields: fields.clone() })
                .collect(),
            gone: (0..10_000).map(named).collect(),
            access: (0..10_000).map(|n| format!("gain: \u{9b}{n}")).collect(),
            because: Because {
                live: (0..10_000).map(|n| format!("groups/\u{7f}{n}")).collect(),
                ..Because::default()
            },
        };
        let text = text(&difference, false);
        assert!(text.lines().count() < 6000 && text.len() < 400_000, "{}", text.len());
        assert!(!text.chars().any(|c| crate::text::is_hidden(c) && c != '\n'));
        assert!(text.contains("… and 9960 more"));
        let json = json(&difference);
        assert_eq!(json.matches('\n').count(), 1);
        let read: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(read["new"].as_array().map(Vec::len), Some(10_000));
    }
}
