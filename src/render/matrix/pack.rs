//! The files of an evidence pack: who reaches what, on what it rests, and what it does not cover.
//!
//! Each file is a function of the same values, so that they agree, and none holds a clock: the same reading
//! gives the same bytes. Where something could not be read, every file says so.

mod completeness;
mod lists;
mod sets;

use super::column::{Cell, Line, columns};
use super::table::{Facts, TABLES, Table};
use super::{By, Format, Head, csv};
use crate::access::level::Level;
use crate::access::matrix::filter::Chosen;
use crate::access::matrix::{Matrix, Row};
use crate::live::Live;
use crate::text::plain_json;
use serde_json::Value;
use std::borrow::Cow;
use std::io::{self, Write};

/// What a pack is made from.
#[derive(Clone, Copy, Debug)]
pub struct Pack<'p> {
    /// Who reaches what.
    pub matrix: &'p Matrix<'p>,
    /// What that is of.
    pub head: &'p Head,
    /// What is asked for of it.
    pub chosen: &'p Chosen,
    /// What was read.
    pub live: &'p Live,
}

/// A file of a pack.
#[derive(Clone, Copy)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// What it holds, in a few words.
    pub about: &'static str,
    /// Writes it, and says how many rows it has, where it has rows.
    pub write: fn(&Pack<'_>, &mut (dyn Write + Send)) -> io::Result<Option<usize>>,
}

/// Every file, but those that tell of files.
pub const FILES: [File; 11] = [
    File {
        name: "access.csv",
        about: "a row for each path of each person, and for what reaches nobody or is not known",
        write: |pack, out| rows(pack, By::Person, |_| true, out),
    },
    File {
        name: "access.jsonl",
        about: "the same, one JSON object a line, texts as they are; the first line says what was read",
        write: |pack, out| {
            let (facts, by) = ((pack.matrix, pack.head), (By::Person, pack.chosen));
            super::write(facts, by, Format::Json, out)?;
            count(pack, By::Person, |_| true)
        },
    },
    File {
        name: "privileged.csv",
        about: "rows of access.csv whose permission set is admin, privileged, or of unknown level",
        write: |pack, out| rows(pack, By::Person, is_privileged, out),
    },
    File {
        name: "assignments.csv",
        about: "a row for each account assignment, with raw ids: what the rest is expanded from",
        write: |pack, out| rows(pack, By::Grant, |_| true, out),
    },
    File {
        name: "principals.csv",
        about: "users and groups, and ids of deleted ones that still have assignments",
        write: lists::principals,
    },
    File { name: "memberships.csv", about: "who is in which group", write: lists::memberships },
    File {
        name: "permission-sets.json",
        about: "permission sets with their policies, their hashes and their access level",
        write: sets::write,
    },
    File {
        name: "accounts.csv",
        about: "accounts with state, place and number of people",
        write: |pack, out| table(pack, "accounts", out),
    },
    File {
        name: "not-covered.csv",
        about: "how it was read, what was not read, and ways to access that no such report tells",
        write: |pack, out| table(pack, "not covered", out),
    },
    File {
        name: "completeness.json",
        about: "how much was read, tie-outs between independent counts, and what was not read",
        write: completeness::write,
    },
    File {
        name: "matrix.xlsx",
        about: "access and the lists, as a workbook",
        write: |pack, out| {
            let (facts, by) = ((pack.matrix, pack.head), (By::Person, pack.chosen));
            super::write(facts, by, Format::Xlsx, out)?;
            Ok(None)
        },
    },
];

/// The name of a column that only an incomplete pack has: so its files say it even where they have no rows.
const INCOMPLETE: &str = "INCOMPLETE";

/// The same in a document: `INCOMPLETE`, or nothing.
fn mark(pack: &Pack<'_>) -> Option<&'static str> {
    (!pack.head.complete).then_some(INCOMPLETE)
}

/// Writes a document with a final newline.
fn document(document: &Value, out: &mut (dyn Write + Send)) -> io::Result<()> {
    let text = serde_json::to_string_pretty(document).map_err(io::Error::other)?;
    writeln!(out, "{}", plain_json(&text))
}

/// Writes records that begin with the names of columns.
struct Records<'r> {
    incomplete: bool,
    count: usize,
    out: &'r mut (dyn Write + Send),
}

impl<'r> Records<'r> {
    fn begin(pack: &Pack<'_>, names: &[&str], out: &'r mut (dyn Write + Send)) -> io::Result<Self> {
        let incomplete = !pack.head.complete;
        let mark = incomplete.then_some(INCOMPLETE);
        csv::record(names.iter().copied().chain(mark).map(Cow::Borrowed), out)?;
        Ok(Self { incomplete, count: 0, out })
    }

    fn give<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) -> io::Result<()> {
        self.count += 1;
        let mark = self.incomplete.then_some(Cow::Borrowed("see completeness.json"));
        csv::record(cells.into_iter().map(csv::shown).chain(mark), self.out)
    }
}

fn each(pack: &Pack<'_>, by: By, give: impl FnMut(&Row<'_>) -> io::Result<()>) -> io::Result<()> {
    match by {
        By::Person => pack.matrix.each_path(pack.chosen, give),
        By::Grant => pack.matrix.each_grant(pack.chosen, give),
    }
}

fn rows(
    pack: &Pack<'_>,
    by: By,
    wanted: fn(&Row<'_>) -> bool,
    out: &mut (dyn Write + Send),
) -> io::Result<Option<usize>> {
    let names: Vec<&str> = columns(by).iter().map(|column| column.name).collect();
    let mut records = Records::begin(pack, &names, out)?;
    each(pack, by, |row| {
        if !wanted(row) {
            return Ok(());
        }
        let line = Line { row, matrix: pack.matrix, head: pack.head };
        records.give(columns(by).iter().map(|column| (column.cell)(&line)))
    })?;
    Ok(Some(records.count))
}

fn count(pack: &Pack<'_>, by: By, wanted: fn(&Row<'_>) -> bool) -> io::Result<Option<usize>> {
    let mut number = 0;
    each(pack, by, |row| {
        number += usize::from(wanted(row));
        Ok(())
    })?;
    Ok(Some(number))
}

/// What is not known is not known to be harmless.
fn is_privileged(row: &Row<'_>) -> bool {
    row.set.is_none_or(|set| set.level.level >= Level::Unknown)
}

fn table(pack: &Pack<'_>, name: &str, out: &mut (dyn Write + Send)) -> io::Result<Option<usize>> {
    let Some(Table { columns, each, .. }) = TABLES.into_iter().find(|table| table.name == name)
    else {
        return Ok(None);
    };
    let facts = Facts::of(pack.matrix, pack.head, pack.chosen);
    let mut records = Records::begin(pack, columns, out)?;
    each(&facts, &mut |cells| records.give(cells.iter().cloned()))?;
    Ok(Some(records.count))
}
