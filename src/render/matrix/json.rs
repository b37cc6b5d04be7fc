//! JSON, one object a line: the first says what the matrix is of, each further one is a row.

use super::column::{Cell, Line, columns};
use super::{By, Head, Missing};
use crate::text::plain_json;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// What kind of document it is.
pub(super) const KIND: &str = "landgrant.matrix";
/// The version of the document: readers ignore keys they don't know and refuse a new major version.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// The line of what it is of.
pub(super) fn begin(head: &Head, by: By, out: &mut dyn Write) -> io::Result<()> {
    write(&document(head, by), out)
}

/// A row. Names are as AWS has them: nothing runs in JSON.
pub(super) fn row(line: &Line<'_>, by: By, out: &mut dyn Write) -> io::Result<()> {
    write(&object(line, by), out)
}

/// A row as an object.
pub(in super::super) fn object(line: &Line<'_>, by: By) -> Value {
    cells(columns(by).iter().map(|column| (column.name, (column.cell)(line))))
}

/// Named cells as an object.
pub(in super::super) fn cells<'l>(cells: impl Iterator<Item = (&'l str, Cell<'l>)>) -> Value {
    let mut object = Map::new();
    for (name, cell) in cells {
        let value = match cell {
            Cell::None | Cell::Flag(None) => Value::Null,
            Cell::Text(text) => Value::String(text.into_owned()),
            Cell::Number(number) => Value::from(number),
            Cell::Flag(Some(flag)) => Value::Bool(flag),
            Cell::List(all) => Value::from(all),
        };
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

fn write(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(plain_json(&format!("{value}\n")).as_bytes())
}

/// What a matrix is of.
pub(in super::super) fn document(head: &Head, by: By) -> Value {
    let gap = |missing: &Missing| {
        let Missing { part, operation, code, message } = missing;
        json!({"part": part, "operation": operation, "code": code, "message": message})
    };
    let gaps: Vec<Value> = head.gaps.iter().map(gap).collect();
    let git = head.git.as_ref().map(|(commit, dirty)| json!({"commit": commit, "dirty": dirty}));
    let filter = head.filter.iter().map(|(flag, value)| json!({"flag": flag, "value": value}));
    json!({
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "tool": {"name": "landgrant", "version": env!("CARGO_PKG_VERSION")},
        "from": head.from,
        "by": by.name(),
        "scope": head.scope(),
        "observed": {
            "started": head.started.to_string(),
            "ended": head.ended.to_string(),
            "depth": head.depth,
            "reading": head.reading,
            "not_seen": head.not_seen,
        },
        "as_of": head.as_of.to_string(),
        "complete": head.complete,
        "gaps": gaps,
        "definitions": {"found": head.definitions, "git": git},
        "filter": filter.collect::<Vec<_>>(),
        "columns": columns(by).iter().map(|column| column.name).collect::<Vec<_>>(),
    })
}
