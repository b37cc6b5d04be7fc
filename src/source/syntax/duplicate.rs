//! What stands twice in one file: both places are found, because the parser tells only the second.

use super::lines::{self, Line};
use crate::diag::{Code, Diagnostic, FileId};
use crate::source::{TABLES, decode};
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A header of the file.
struct Header {
    /// `["group", "a"]` for `[group.a]`.
    path: Vec<String>,
    /// The last name.
    name: Range<usize>,
    /// Its line.
    line: Range<usize>,
}

/// Reports keys and tables that stand twice, by the places where each stands again.
pub(super) fn report(
    file: FileId,
    text: &str,
    root: &DeTable<'_>,
    repeated: &[Range<usize>],
    out: &mut Vec<Diagnostic>,
) {
    if repeated.is_empty() {
        return;
    }
    let headers = headers(text);
    for again in repeated {
        let name = text.get(again.clone()).unwrap_or_default();
        let at = headers.partition_point(|header| header.line.end <= again.start);
        let here = headers.get(at).filter(|header| header.line.contains(&again.start));
        let (code, message, first) = if let Some(here) = here {
            let first = headers[..at].iter().find(|other| other.path == here.path);
            let first = first.map(|first| first.name.clone());
            let (code, message) = table(&here.path);
            (code, message, first.or_else(|| key_between(root, name, 0..again.start)))
        } else {
            let name = unquoted(name);
            let table = at.checked_sub(1).map(|before| &headers[before].line);
            let from = table.map_or(0, |line| line.end);
            let first = key_between(root, &name, from..again.start);
            // In a table that stands again, of course its keys do.
            if first.is_none()
                && table.is_some_and(|line| repeated.iter().any(|r| line.contains(&r.start)))
            {
                continue;
            }
            (Code::DuplicateKey, format!("`{name}` stands twice in one table"), first)
        };
        let mut found = Diagnostic::new(code, decode::span(file, again.clone()), message)
            .label("written again")
            .help("remove one of the two, or merge them");
        if let Some(first) = first {
            found = found.related(decode::span(file, first), "first written here");
        }
        out.push(found);
    }
}

/// What to say of a table that stands twice.
fn table(path: &[String]) -> (Code, String) {
    match path {
        [kind, name] if TABLES.contains(&kind.as_str()) => {
            let kind = kind.replace('_', " ");
            let kind = if kind == "ou" { "OU" } else { kind.as_str() };
            (Code::DuplicateDefinition, format!("the {kind} `{name}` is defined twice"))
        }
        path => (Code::DuplicateKey, format!("`{}` stands twice in one file", path.join("."))),
    }
}

/// The headers of a file, in order.
fn headers(text: &str) -> Vec<Header> {
    let mut all = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        if lines::kind(line) != Line::Header {
            continue;
        }
        if let Ok(root) = DeTable::parse(line) {
            let mut path = Vec::new();
            let name = names(root.get_ref(), &mut path);
            let name = range.start + name.start..range.start + name.end;
            all.push(Header { path, name, line: range });
        }
    }
    all
}

/// The names of the only table of a document, from the outside in, and where the last one stands.
fn names(root: &DeTable<'_>, path: &mut Vec<String>) -> Range<usize> {
    let mut place = 0..0;
    let mut table = root;
    while let Some((key, value)) = table.iter().next() {
        path.push(key.get_ref().to_string());
        place = key.span();
        table = match value.get_ref() {
            DeValue::Table(inner) => inner,
            DeValue::Array(items) => match items.iter().next().map(toml::Spanned::get_ref) {
                Some(DeValue::Table(inner)) => inner,
                _ => break,
            },
            _ => break,
        };
    }
    place
}

/// The last key of a name in a stretch of the file.
fn key_between(root: &DeTable<'_>, name: &str, within: Range<usize>) -> Option<Range<usize>> {
    let mut last: Option<Range<usize>> = None;
    let mut open: Vec<&DeTable<'_>> = vec![root];
    while let Some(table) = open.pop() {
        for (key, value) in table {
            let place = key.span();
            if key.get_ref() == name
                && within.contains(&place.start)
                && last.as_ref().is_none_or(|last| last.start < place.start)
            {
                last = Some(place);
            }
            match value.get_ref() {
                DeValue::Table(inner) => open.push(inner),
                DeValue::Array(items) => {
                    open.extend(items.iter().filter_map(|item| match item.get_ref() {
                        DeValue::Table(inner) => Some(inner),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
    }
    last
}

/// A key as it is meant.
fn unquoted(key: &str) -> String {
    key.trim_matches(['"', '\'']).to_owned()
}
