//! What stands twice in one file. The parser keeps what stands first; the mistakes in what stands
//! again are found by reading it once more, alone.

use super::declared::Declared;
use super::files::SETTINGS;
use super::network::Networks;
use super::policy::Library;
use super::syntax::{self, Damage};
use super::{Parsed, network, settings, tables};
use crate::diag::{Code, Diagnostic, Span};
use std::collections::BTreeSet;
use std::ops::Range;
use toml::de::DeTable;

/// How often one key is read again: each further time takes another look at the whole file.
const MOST_TIMES: usize = 8;

/// Reports the mistakes in what stands again, but for those that were found already. What it declares
/// is not kept: nobody knows which of the two is meant.
pub(super) fn report(parsed: &[Parsed<'_>], library: &Library<'_>, out: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<_> = out.iter().map(key).collect();
    for file in parsed {
        let mut repeated = file.repeated.clone();
        for _ in 0..MOST_TIMES {
            if repeated.is_empty() {
                break;
            }
            let (text, kept) = alone(file.text, &repeated);
            let stands: BTreeSet<usize> = repeated.iter().map(|place| place.start).collect();
            let (root, errors) = DeTable::parse_recoverable(&text);
            repeated = errors.iter().filter_map(toml::de::Error::span).collect();
            let alone = Parsed {
                file: file.file,
                path: file.path,
                text: file.text,
                root: root.into_inner(),
                damage: Damage::default(),
                repeated: Vec::new(),
            };
            for found in mistakes(&alone, library) {
                if counts(&found, file, &kept, &stands) && known.insert(key(&found)) {
                    out.push(found);
                }
            }
        }
    }
}

/// What makes a mistake the same as another.
fn key(found: &Diagnostic) -> (Code, Option<Span>, String) {
    (found.code, found.span, found.message.clone())
}

/// The mistakes of one file that is read as if it were the only one.
fn mistakes(file: &Parsed<'_>, library: &Library<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if file.path == SETTINGS {
        settings::settings(file.file, &file.root, &mut found);
    }
    network::of(file, &mut Networks::new(), &mut found);
    tables(std::slice::from_ref(file), library, &mut Declared::default(), &mut found);
    found
}

/// Whether a mistake is one of what stands again, and not a consequence of reading it alone.
fn counts(
    found: &Diagnostic,
    file: &Parsed<'_>,
    kept: &[Range<usize>],
    stands: &BTreeSet<usize>,
) -> bool {
    let alone = [Code::DuplicateKey, Code::DuplicateDefinition, Code::MissingKey];
    let Some(span) = found.span.filter(|_| !alone.contains(&found.code)) else { return false };
    // An unknown key was called so where it stands first.
    if found.code == Code::UnknownKey && stands.contains(&span.start) {
        return false;
    }
    // What a policy's file says stands in that file.
    span.file != file.file || kept.iter().any(|range| range.contains(&span.start))
}

/// The text with blanks for everything but the statements at some places and the headers they stand
/// under, and where those statements are.
fn alone(text: &str, places: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let places: BTreeSet<usize> = places.iter().map(|place| place.start).collect();
    let (mut kept, mut visible) = (Vec::new(), Vec::new());
    let mut header: Option<Range<usize>> = None;
    for (is_header, range) in syntax::statements(text) {
        let named = places.range(range.clone()).next().is_some();
        if is_header {
            header = Some(range);
        } else if named {
            visible.extend(header.take());
            visible.push(range.clone());
            kept.push(range);
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for range in visible {
        out.extend(text[from..range.start].bytes().map(blank));
        out.push_str(&text[range.clone()]);
        from = range.end;
    }
    out.extend(text[from..].bytes().map(blank));
    (out, kept)
}

/// A blank for a byte, so that everything behind it keeps its place.
fn blank(byte: u8) -> char {
    if byte == b'\n' { '\n' } else { ' ' }
}
