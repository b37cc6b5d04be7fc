//! Who gained and lost what between two readings: as text, Markdown, csv and JSON.

use super::matrix::column::Cell;
use super::matrix::{Head, csv, json, markdown};
use super::{Page, Tone, counted};
use crate::access::between::{Change, Word};
use crate::access::level::Level;
use crate::text::plain_json;
use serde_json::{Value, json};
use std::io::{self, Write};

const KIND: &str = "landgrant.access_difference";
const FORMAT_VERSION: &str = "1.0";

const COLUMNS: [&str; 11] = [
    "change",
    "person",
    "account",
    "account_id",
    "permission_set",
    "via",
    "level_before",
    "level_after",
    "detail",
    "user_id",
    "privileged",
];

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The earlier reading.
    pub before: &'a Head,
    /// The later one.
    pub after: &'a Head,
    /// What differs.
    pub changes: &'a [Change],
}

impl Sides<'_> {
    /// Whether both were read whole.
    pub fn complete(&self) -> bool {
        self.before.complete && self.after.complete
    }

    fn count(&self, word: Word) -> usize {
        self.changes.iter().filter(|change| change.word == word).count()
    }
}

fn cells(change: &Change) -> [Cell<'_>; COLUMNS.len()] {
    let text = |text: &'static str| Cell::Text(text.into());
    let level = |level: Option<Level>| level.map_or(Cell::None, |level| text(level.name()));
    let highest = change.before.max(change.after);
    let own = |text: &str| match text {
        "" => Cell::None,
        some => Cell::Text(some.to_owned().into()),
    };
    [
        text(change.word.name()),
        own(&change.person),
        own(&change.account),
        own(change.account_id.as_str()),
        own(&change.permission_set),
        Cell::List(change.via.clone()),
        level(change.before),
        level(change.after),
        own(&change.detail),
        own(&change.user_id),
        Cell::Flag(
            highest.filter(|level| *level != Level::Unknown).map(|l| l >= Level::Privileged),
        ),
    ]
}

/// Comma-separated values.
pub fn comma_separated(sides: &Sides<'_>, out: &mut dyn Write) -> io::Result<()> {
    csv::record(COLUMNS.iter().map(|name| (*name).into()), out)?;
    for change in sides.changes {
        csv::record(cells(change).into_iter().map(csv::shown), out)?;
    }
    Ok(())
}

/// JSON, an object a line: what is compared, then each change.
pub fn lines(sides: &Sides<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut write = |value: &Value| out.write_all(plain_json(&format!("{value}\n")).as_bytes());
    let counts: serde_json::Map<String, Value> =
        Word::ALL.into_iter().map(|w| (w.name().to_owned(), sides.count(w).into())).collect();
    let head = |head: &Head| {
        let document = json::document(head, super::matrix::By::Person);
        json!({
            "scope": document["scope"],
            "observed": document["observed"],
            "complete": document["complete"],
            "gaps": document["gaps"],
        })
    };
    write(&json!({
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "tool": {"name": "landgrant", "version": env!("CARGO_PKG_VERSION")},
        "before": head(sides.before),
        "after": head(sides.after),
        "complete": sides.complete(),
        "summary": counts,
        "columns": COLUMNS,
    }))?;
    for change in sides.changes {
        write(&json::cells(COLUMNS.into_iter().zip(cells(change))))?;
    }
    Ok(())
}

/// A table in Markdown.
pub fn table(sides: &Sides<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Who gained and lost what\n")?;
    let [before, after] = [sides.before, sides.after].map(|head| head.ended);
    writeln!(out, "- {}", markdown::escaped(&sides.before.organization))?;
    writeln!(out, "- from {before} to {after}")?;
    writeln!(out, "- {}", numbers(sides))?;
    for (word, head) in [("before", sides.before), ("after", sides.after)] {
        for missing in &head.gaps {
            let text = format!("{}: {}: {}", missing.part, missing.code, missing.message);
            writeln!(out, "- **INCOMPLETE** {word}: {}", markdown::escaped(&text))?;
        }
    }
    writeln!(out)?;
    let shown = 9;
    let names: Vec<String> = COLUMNS.iter().take(shown).map(|n| n.replace('_', " ")).collect();
    writeln!(out, "| {} |", names.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(names.len()))?;
    for change in sides.changes {
        for cell in cells(change).into_iter().take(shown) {
            write!(out, "| {} ", markdown::escaped(&csv::shown(cell)))?;
        }
        writeln!(out, "|")?;
    }
    Ok(())
}

fn numbers(sides: &Sides<'_>) -> String {
    let all = [
        (Word::Gain, "gained"),
        (Word::Lose, "lost"),
        (Word::Widen, "widened"),
        (Word::Narrow, "narrowed"),
        (Word::Unknown, "unknown"),
    ];
    let some = all.into_iter().map(|(word, text)| (sides.count(word), text));
    let some: Vec<String> =
        some.filter(|(n, _)| *n > 0).map(|(n, text)| format!("{n} {text}")).collect();
    match (some.is_empty(), sides.complete()) {
        (false, _) => some.join(", "),
        (true, true) => "nobody gained or lost anything".to_owned(),
        (true, false) => {
            "nobody is seen to have gained or lost anything, and not everything was read".to_owned()
        }
    }
}

/// For people: counts first, then each kind, danger first.
pub fn text(sides: &Sides<'_>, color: bool) -> String {
    let mut page = Page::new(color);
    let Sides { before, after, changes } = sides;
    page.heading(
        "between",
        &format!("{} and {} · {}", before.ended, after.ended, before.organization),
    );
    let people: std::collections::BTreeSet<&str> =
        changes.iter().map(|change| change.user_id.as_str()).collect();
    let rest = if changes.is_empty() {
        String::new()
    } else {
        format!(" · {}", counted(people.len(), "person"))
    };
    page.heading("access", &format!("{}{rest}", numbers(sides)));
    for (word, head) in [("before", before), ("after", after)] {
        for missing in &head.gaps {
            page.row(2, Tone::Warn, &format!("! INCOMPLETE, {word}: not read: {}", missing.part));
        }
    }
    for word in Word::ALL {
        let (sign, tone) = match word {
            Word::Gain => ('+', Tone::Add),
            Word::Lose => ('-', Tone::Remove),
            Word::Widen | Word::Narrow => ('~', Tone::Change),
            Word::Unknown => ('?', Tone::Warn),
        };
        let mut of = changes.iter().filter(|change| change.word == word).peekable();
        if of.peek().is_none() {
            continue;
        }
        page.gap();
        page.row(2, Tone::Strong, word.name());
        for change in of {
            row(&mut page, change, sign, tone);
        }
    }
    page.finish()
}

fn row(page: &mut Page, change: &Change, sign: char, tone: Tone) {
    let mark = match change.before.max(change.after) {
        Some(Level::Admin) => "  ! administrator access",
        Some(Level::Privileged) => "  ! privileged access",
        _ => "",
    };
    let Change { person, account, account_id, permission_set, .. } = change;
    page.row(
        2,
        tone,
        &format!("{sign} {permission_set} on {account} ({account_id}): {person}{mark}"),
    );
    let word = if change.after.is_none() { "was via" } else { "via" };
    let mut parts = vec![format!("{word} {}", change.via.join(" and "))];
    if let (Some(before), Some(after)) = (change.before, change.after)
        && before != after
    {
        parts.push(format!("{} -> {}", before.name(), after.name()));
    }
    parts.extend(Some(change.detail.clone()).filter(|detail| !detail.is_empty()));
    page.row(8, Tone::Quiet, &parts.join(" · "));
}
