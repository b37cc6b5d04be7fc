//! Comma-separated values (RFC 4180) that a spreadsheet can open without running anything.

use super::column::{Cell, Line, columns};
use super::{By, Head};
use crate::text::visible;
use std::borrow::Cow;
use std::io::{self, Write};

/// The names of the columns.
pub(super) fn begin(_: &Head, by: By, out: &mut dyn Write) -> io::Result<()> {
    record(columns(by).iter().map(|column| Cow::Borrowed(column.name)), out)
}

/// A row.
pub(super) fn row(line: &Line<'_>, by: By, out: &mut dyn Write) -> io::Result<()> {
    record(columns(by).iter().map(|column| shown((column.cell)(line))), out)
}

/// A cell as a text.
pub(super) fn shown(cell: Cell<'_>) -> Cow<'_, str> {
    match cell {
        Cell::None => Cow::Borrowed(""),
        Cell::Text(text) => text,
        Cell::Number(number) => Cow::Owned(number.to_string()),
        Cell::Flag(Some(true)) => Cow::Borrowed("yes"),
        Cell::Flag(Some(false)) => Cow::Borrowed("no"),
        Cell::Flag(None) => Cow::Borrowed("unknown"),
        Cell::List(all) => Cow::Owned(all.join("; ")),
    }
}

/// A text that no spreadsheet takes for a formula: what begins like one gets a `'` in front (CWE-1236).
/// Hidden characters are spelled out, line ends too, so that a row is a line.
pub fn defused(text: &str) -> Cow<'_, str> {
    // Some spreadsheets take the wide forms of these characters for the narrow ones.
    let runs =
        |c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠');
    let mark = if text.starts_with(runs) { "'" } else { "" };
    let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    match (mark, plain) {
        ("", true) => Cow::Borrowed(text),
        (mark, true) => Cow::Owned(format!("{mark}{text}")),
        (mark, false) => Cow::Owned(format!("{mark}{}", visible(text))),
    }
}

fn record<'l>(cells: impl Iterator<Item = Cow<'l, str>>, out: &mut dyn Write) -> io::Result<()> {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.write_all(b",")?;
        }
        let cell = defused(&cell);
        if cell.contains([',', '"', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            write!(out, "\"{}\"", cell.replace('"', "\"\""))?;
        } else {
            out.write_all(cell.as_bytes())?;
        }
    }
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+84 1", "'+84 1"),
            ("-x", "'-x"),
            ("@Admin", "'@Admin"),
            ("\tx", "'\\u{9}x"),
            ("\rx", "'\\u{d}x"),
            ("\nx", "'\\u{a}x"),
            ("＝1", "'＝1"),
            ("a=b", "a=b"),
            ("", ""),
            ("an@w.example", "an@w.example"),
            ("\u{feff}=1", "\\u{feff}=1"),
            ("Đạt", "Đạt"),
        ] {
            assert_eq!(defused(text), cell);
        }
    }

    #[test]
    fn a_record_is_a_line_that_reads_back() {
        let mut out = Vec::new();
        let cells = ["a,b", "say \"x\"", "", " lead", "two\nlines"];
        record(cells.into_iter().map(Cow::Borrowed), &mut out).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line, "\"a,b\",\"say \"\"x\"\"\",,\" lead\",two\\u{a}lines\n");
    }
}
