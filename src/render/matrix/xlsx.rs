//! A workbook: the rows, and the lists beside them. Sheets are written row by row.

use super::column::{Cell, Line, columns};
use super::csv::{defused, shown};
use super::table::{Facts, TABLES};
use super::{By, Head};
use crate::access::matrix::filter::Chosen;
use crate::access::matrix::{Matrix, Row};
use crate::text::shorten;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use std::io::{self, Write};

/// Rows that a sheet takes, the one of the names apart.
const MOST_ROWS: u32 = 1_048_575;
/// Characters that a cell takes, with room for the mark of what was cut.
const MOST_CHARACTERS: usize = 32_000;

/// Writes a workbook. The same matrix gives the same bytes.
pub(super) fn write(
    (matrix, head): (&Matrix<'_>, &Head),
    (by, chosen): (By, &Chosen),
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let mut book = Book::new(head).map_err(trouble)?;
    let names: Vec<&str> = columns(by).iter().map(|column| column.name).collect();
    let name = match by {
        By::Person => "access",
        By::Grant => "grants",
    };
    book.begin(name, &names).map_err(trouble)?;
    let give = |row: &Row<'_>| {
        let line = Line { row, matrix, head };
        let cells: Vec<Cell<'_>> = columns(by).iter().map(|column| (column.cell)(&line)).collect();
        book.row(&cells).map_err(trouble)
    };
    match by {
        By::Person => matrix.each_path(chosen, give)?,
        By::Grant => matrix.each_grant(chosen, give)?,
    }
    let facts = Facts::of(matrix, head, chosen);
    for table in TABLES {
        book.begin(table.name, table.columns).map_err(trouble)?;
        (table.each)(&facts, &mut |cells| book.row(cells).map_err(trouble))?;
    }
    book.end().map_err(trouble)?;
    book.workbook.save_to_writer(out).map_err(trouble)
}

fn trouble(error: XlsxError) -> io::Error {
    match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

/// A workbook whose last sheet grows.
struct Book {
    workbook: Workbook,
    bold: Format,
    text: Format,
    /// The name of what is being written, its columns, and how many sheets it has.
    name: String,
    columns: Vec<String>,
    parts: u32,
    /// Sheets in all, and rows in the last one.
    sheets: usize,
    rows: u32,
    most: u32,
}

impl Book {
    fn new(head: &Head) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        let complete = if head.complete { "" } else { "INCOMPLETE: " };
        let title = format!("{complete}who reaches what in {} ({})", head.organization, head.from);
        // Not now: the same reading gives the same bytes.
        let read = ExcelDateTime::from_timestamp(head.ended.as_second())?;
        let properties = DocProperties::new()
            .set_title(title)
            .set_author("landgrant")
            .set_creation_datetime(&read);
        workbook.set_properties(&properties);
        Ok(Self {
            workbook,
            bold: Format::new().set_bold(),
            // Or a spreadsheet makes a number of an account id that somebody edits.
            text: Format::new().set_num_format("@"),
            name: String::new(),
            columns: Vec::new(),
            parts: 0,
            sheets: 0,
            rows: 0,
            most: MOST_ROWS,
        })
    }

    /// Begins a list on a sheet of its own.
    fn begin(&mut self, name: &str, columns: &[&str]) -> Result<(), XlsxError> {
        self.end()?;
        name.clone_into(&mut self.name);
        self.columns = columns.iter().map(|column| (*column).to_owned()).collect();
        self.parts = 0;
        self.sheet()
    }

    /// Another sheet of the list.
    fn sheet(&mut self) -> Result<(), XlsxError> {
        self.parts += 1;
        let name = match self.parts {
            1 => self.name.clone(),
            part => format!("{} {part}", self.name),
        };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(&self.columns) {
            sheet.set_column_width(at, width(column))?;
            sheet.write_string_with_format(0, at, column.as_str(), &self.bold)?;
        }
        self.sheets += 1;
        self.rows = 0;
        Ok(())
    }

    fn row(&mut self, cells: &[Cell<'_>]) -> Result<(), XlsxError> {
        if self.rows == self.most {
            self.end()?;
            self.sheet()?;
        }
        self.rows += 1;
        let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
        for (at, cell) in (0..).zip(cells) {
            match cell {
                Cell::None => {}
                Cell::Number(number) => {
                    let number = u32::try_from(*number).unwrap_or(u32::MAX);
                    sheet.write_number(self.rows, at, number)?;
                }
                other => {
                    let text = shown(other.clone());
                    let text = shorten(&defused(&text), MOST_CHARACTERS);
                    sheet.write_string_with_format(self.rows, at, text, &self.text)?;
                }
            }
        }
        Ok(())
    }

    /// Puts the filter on the last sheet, now that its rows are known.
    fn end(&mut self) -> Result<(), XlsxError> {
        let last = u16::try_from(self.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
        if self.sheets > 0 {
            let sheet = self.workbook.worksheet_from_index(self.sheets - 1)?;
            sheet.autofilter(0, 0, self.rows, last)?;
        }
        Ok(())
    }
}

/// How wide a column is shown.
fn width(column: &str) -> f64 {
    match column {
        "account_id" => 15.0,
        name if name.ends_with("_reason") || name == "completeness" || name == "detail" => 40.0,
        "person" | "via" | "email" | "account_email" | "ou_path" | "what" | "group" => 30.0,
        name if name.ends_with("_id") || name.ends_with("_arn") => 24.0,
        _ => 18.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::matrix::tests::head;

    #[test]
    fn a_full_sheet_is_followed_by_another() {
        let mut book = Book::new(&head()).unwrap();
        book.most = 2;
        book.begin("access", &["person"]).unwrap();
        for name in ["a", "b", "=c"] {
            book.row(&[Cell::Text(name.into())]).unwrap();
        }
        book.begin("people", &["person"]).unwrap();
        book.end().unwrap();
        let names: Vec<String> = book.workbook.worksheets().iter().map(|s| s.name()).collect();
        assert_eq!(names, ["access", "access 2", "people"]);
    }

    #[test]
    fn the_same_matrix_gives_the_same_bytes() {
        let matrix = Matrix::default();
        let written = || {
            let mut out = Vec::new();
            write((&matrix, &head()), (By::Person, &Chosen::default()), &mut out).unwrap();
            out
        };
        assert_eq!(written(), written());
    }
}
