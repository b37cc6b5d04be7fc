//! What stands twice in one file: both places are found, because the parser tells only the second.

use super::lines::{self, Line};
use crate::diag::{Code, Diagnostic, FileId};
use crate::source::{TABLES, decode};
use std::collections::{BTreeMap, BTreeSet};
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
    let mut firsts: BTreeMap<&[String], &Header> = BTreeMap::new();
    for header in &headers {
        firsts.entry(&header.path).or_insert(header);
    }
    let keys = keys(root);
    let marked: BTreeSet<usize> = repeated.iter().map(|range| range.start).collect();
    for again in repeated {
        let name = text.get(again.clone()).unwrap_or_default();
        let at = headers.partition_point(|header| header.line.end <= again.start);
        let here = headers.get(at).filter(|header| header.line.contains(&again.start));
        let (code, message, first) = if let Some(here) = here {
            let first = firsts.get(here.path.as_slice()).map(|first| first.name.clone());
            let first = first.filter(|first| first.start < again.start);
            let (code, message) = table(&here.path);
            (code, message, first.or_else(|| last(&keys, name, 0..again.start)))
        } else {
            let name = unquoted(name);
            let table = at.checked_sub(1).map(|before| &headers[before].line);
            let from = table.map_or(0, |line| line.end);
            let first = last(&keys, &name, from..again.start);
            // In a table that stands again, of course its keys do.
            let merged = table.is_some_and(|line| marked.range(line.clone()).next().is_some());
            if first.is_none() && merged {
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

/// Where each key stands, in order.
fn keys(root: &DeTable<'_>) -> BTreeMap<String, Vec<Range<usize>>> {
    let mut keys: BTreeMap<String, Vec<Range<usize>>> = BTreeMap::new();
    let mut open: Vec<&DeTable<'_>> = vec![root];
    while let Some(table) = open.pop() {
        for (key, value) in table {
            keys.entry(key.get_ref().to_string()).or_default().push(key.span());
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
    for places in keys.values_mut() {
        places.sort_by_key(|place| place.start);
    }
    keys
}

/// The last key of a name in a stretch of the file.
fn last(
    keys: &BTreeMap<String, Vec<Range<usize>>>,
    name: &str,
    within: Range<usize>,
) -> Option<Range<usize>> {
    let places = keys.get(name)?;
    let behind = places.partition_point(|place| place.start < within.end);
    places[..behind].last().filter(|place| place.start >= within.start).cloned()
}

/// A key as it is meant.
fn unquoted(key: &str) -> String {
    key.trim_matches(['"', '\'']).to_owned()
}
