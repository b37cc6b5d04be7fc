//! A table in Markdown, with the columns that people ask for first.

use super::column::{Column, Line, columns};
use super::csv::shown;
use super::{By, Head};
use crate::text::visible;
use std::io::{self, Write};

const PERSON: [&str; 10] = [
    "person",
    "account",
    "account_id",
    "permission_set",
    "via",
    "access_level",
    "expires",
    "status",
    "origin",
    "completeness",
];
const GRANT: [&str; 10] = [
    "account",
    "account_id",
    "permission_set",
    "principal_type",
    "principal",
    "people",
    "access_level",
    "status",
    "origin",
    "completeness",
];

fn chosen(by: By) -> impl Iterator<Item = &'static Column> {
    let names = match by {
        By::Person => PERSON,
        By::Grant => GRANT,
    };
    names.into_iter().filter_map(move |name| columns(by).iter().find(|column| column.name == name))
}

/// What it is of, and the names of the columns.
pub(super) fn begin(head: &Head, by: By, out: &mut dyn Write) -> io::Result<()> {
    let Head { from, organization, instance, started, ended, reading, .. } = head;
    let complete = if head.complete { "everything was read" } else { "**INCOMPLETE**" };
    writeln!(out, "# Who reaches what ({from})\n")?;
    writeln!(out, "- {}, {}", escaped(organization), escaped(instance))?;
    writeln!(out, "- read from {started} to {ended}; {complete}")?;
    writeln!(out, "- {}", escaped(reading))?;
    for missing in &head.gaps {
        let text = format!("{}: {}: {}", missing.part, missing.code, missing.message);
        writeln!(out, "- **not read**: {}", escaped(&text))?;
    }
    for unseen in &head.not_seen {
        writeln!(out, "- not seen by such a reading: {}", escaped(unseen))?;
    }
    for (flag, value) in &head.filter {
        writeln!(out, "- only `{flag}` {}", escaped(value))?;
    }
    writeln!(out)?;
    let names: Vec<String> = chosen(by).map(|column| column.name.replace('_', " ")).collect();
    writeln!(out, "| {} |", names.join(" | "))?;
    writeln!(out, "|{}", " --- |".repeat(names.len()))
}

/// A row.
pub(super) fn row(line: &Line<'_>, by: By, out: &mut dyn Write) -> io::Result<()> {
    for column in chosen(by) {
        let mut text = shown((column.cell)(line)).into_owned();
        // What is not an ordinary row says so where its person would stand.
        if column.name == chosen(by).next().map_or("", |first| first.name)
            && line.row.kind.name() != "access"
        {
            let space = if text.is_empty() { "" } else { " " };
            text = format!("({}){space}{text}", line.row.kind.name());
        }
        if column.name == "completeness" && text == "complete" {
            text.clear();
        }
        write!(out, "| {} ", escaped(&text))?;
    }
    writeln!(out, "|")
}

/// A text that Markdown shows as it stands: nothing in it is markup, a mention or an end of the cell.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // An entity: sites make mentions of what follows it, backslash or not.
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '|' | '#' | '!' | '~' | '$' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
