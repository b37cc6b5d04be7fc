//! Reads TOML tables key by key and reports every key and value that does not fit.
//!
//! serde would stop at the first mistake; here each value is taken from the parsed table on its own,
//! and [`Table::finish`] reports the keys that nobody asked for.

use crate::diag::{Code, Diagnostic, FileId, Span, Spanned};
use crate::text::{listed, shorten, suggest};
use std::collections::BTreeMap;
use std::ops::Range;
use toml::de::{DeTable, DeValue};

/// A value under a key, or an item of the list under a key.
#[derive(Clone, Copy)]
pub(super) struct Node<'v> {
    /// The key, for messages.
    pub(super) key: &'v str,
    /// What was typed.
    pub(super) value: &'v DeValue<'v>,
    /// Where.
    pub(super) span: Span,
}

/// A table whose keys are taken one after the other.
pub(super) struct Table<'v> {
    /// What messages call it: `permission_set.Auditor`.
    pub(super) name: String,
    /// What a missing key is blamed on.
    pub(super) place: Span,
    entries: &'v DeTable<'v>,
    known: Vec<&'static str>,
    /// Keys that must be there and are not.
    missing: Vec<(&'static str, Diagnostic)>,
}

/// Characters of a table's name in messages.
const MAX_NAME: usize = 200;

/// A stretch of a file.
pub(super) fn span(file: FileId, range: Range<usize>) -> Span {
    Span { file, start: range.start, end: range.end }
}

/// Levels of tables and lists; a policy needs about ten.
const MAX_DEPTH: usize = 64;

/// The table again, or where it nests so deep that recursion over it, even dropping it, could
/// exhaust the stack: the parser bounds dotted keys and nesting, but not one inside the other.
pub(super) fn bounded(root: DeTable<'_>) -> Result<DeTable<'_>, Range<usize>> {
    let mut deep = None;
    let mut open: Vec<(usize, &toml::Spanned<DeValue<'_>>)> =
        root.values().map(|value| (1, value)).collect();
    while let Some((depth, value)) = open.pop() {
        if depth > MAX_DEPTH {
            deep = Some(value.span());
            break;
        }
        match value.get_ref() {
            DeValue::Array(items) => open.extend(items.iter().map(|item| (depth + 1, item))),
            DeValue::Table(table) => open.extend(table.values().map(|value| (depth + 1, value))),
            _ => {}
        }
    }
    let Some(deep) = deep else { return Ok(root) };
    let mut parts: Vec<DeValue<'_>> = vec![DeValue::Table(root)];
    while let Some(part) = parts.pop() {
        match part {
            DeValue::Array(items) => parts.extend(items.into_iter().map(toml::Spanned::into_inner)),
            DeValue::Table(table) => {
                parts.extend(table.into_iter().map(|(_, value)| value.into_inner()));
            }
            _ => {}
        }
    }
    Err(deep)
}

/// The entries of a table in the order in which their keys were first written.
pub(super) fn entries<'v>(
    file: FileId,
    table: &'v DeTable<'v>,
) -> Vec<(Spanned<&'v str>, Node<'v>)> {
    let mut list: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let name: &str = key.get_ref();
            let node = Node { key: name, value: value.get_ref(), span: span(file, value.span()) };
            (Spanned::new(name, span(file, key.span())), node)
        })
        .collect();
    list.sort_by_key(|(key, _)| key.span);
    list
}

impl<'v> Table<'v> {
    /// A table that was taken apart already; `place` is what a missing key is blamed on.
    pub(super) fn new(name: impl Into<String>, place: Span, entries: &'v DeTable<'v>) -> Self {
        // Every mistake in the table repeats its name: a long one and many of those would be a product.
        let name = shorten(&name.into(), MAX_NAME);
        Self { name, place, entries, known: Vec::new(), missing: Vec::new() }
    }

    /// The table under a key; anything else is reported.
    pub(super) fn of(
        name: impl Into<String>,
        place: Span,
        node: Node<'v>,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Self> {
        let DeValue::Table(entries) = node.value else {
            let help = format!("write [{}] and its keys below", shorten(&name.into(), MAX_NAME));
            out.push(node.wrong_type("a table").help(help));
            return None;
        };
        Some(Self::new(name, place, entries))
    }

    /// The value of a key that may be left out.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<Node<'v>> {
        self.known.push(key);
        let value = self.entries.get(key)?;
        Some(Node { key, value: value.get_ref(), span: span(self.place.file, value.span()) })
    }

    /// The value of a key that must be there; its absence is reported with `help` in the end.
    pub(super) fn required(&mut self, key: &'static str, help: &str) -> Option<Node<'v>> {
        let node = self.optional(key);
        if node.is_none() {
            let message = format!("`{}` lacks `{key}`", self.name);
            let missing = Diagnostic::new(Code::MissingKey, self.place, message).help(help);
            self.missing.push((key, missing));
        }
        node
    }

    /// The table under a key that is none of the known ones and was most likely meant to be this one.
    pub(super) fn near(&self, key: &'static str, known: &[&str]) -> Option<Node<'v>> {
        let odd = entries(self.place.file, self.entries).into_iter();
        let mut tables = odd.filter(|(odd, node)| {
            !known.contains(&odd.value) && matches!(node.value, DeValue::Table(_))
        });
        let near = tables.find(|(odd, _)| suggest(odd.value, known.iter().copied()) == Some(key));
        near.map(|(_, node)| node)
    }

    /// Reports every key that was not asked for, and every key that is missing.
    pub(super) fn finish(self, out: &mut Vec<Diagnostic>) {
        self.finish_with(unknown_key, out);
    }

    /// The same; `unknown` says what is wrong with a key that was not asked for.
    pub(super) fn finish_with(
        mut self,
        unknown: impl Fn(&str, Spanned<&str>, &[&str]) -> Diagnostic,
        out: &mut Vec<Diagnostic>,
    ) {
        let known = std::mem::take(&mut self.known);
        self.finish_among(&known, unknown, out);
    }

    /// Reports every key that is missing and not merely misspelt, and by `unknown` those that are not
    /// known.
    pub(super) fn finish_among(
        self,
        known: &[&str],
        unknown: impl Fn(&str, Spanned<&str>, &[&str]) -> Diagnostic,
        out: &mut Vec<Diagnostic>,
    ) {
        let mut known = known.to_vec();
        known.sort_unstable();
        let all = entries(self.place.file, self.entries);
        let odd: Vec<_> =
            all.into_iter().filter(|(key, _)| known.binary_search(&key.value).is_err()).collect();
        let meant: Vec<Option<&str>> =
            odd.iter().map(|(key, _)| suggest(key.value, known.iter().copied())).collect();
        out.extend(odd.into_iter().map(|(key, _)| unknown(&self.name, key, &known)));
        let missing = self.missing.into_iter().filter(|(key, _)| !meant.contains(&Some(*key)));
        out.extend(missing.map(|(_, diagnostic)| diagnostic));
    }
}

/// A key that a table does not have, with what was likely meant.
pub(super) fn unknown_key(table: &str, key: Spanned<&str>, known: &[&str]) -> Diagnostic {
    let whose = if table.is_empty() { String::new() } else { format!(" of `{table}`") };
    let help = match suggest(key.value, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the keys are {}", listed(known.iter().copied())),
    };
    let message = format!("`{}` is not a key{whose}", key.value);
    Diagnostic::new(Code::UnknownKey, key.span, message).label("unknown key").help(help)
}

impl<'v> Node<'v> {
    /// The diagnostic for a value of another type than the key takes.
    pub(super) fn wrong_type(self, expected: &str) -> Diagnostic {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a float",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        let message = format!("`{}` takes {expected}, not {found}", self.key);
        let help = match expected {
            "strings" => "write each in quotes".to_owned(),
            expected => format!("write {expected}"),
        };
        Diagnostic::new(Code::WrongType, self.span, message)
            .label(format!("expected {expected}"))
            .help(help)
    }

    /// A string.
    pub(super) fn string(self, out: &mut Vec<Diagnostic>) -> Option<Spanned<&'v str>> {
        let DeValue::String(text) = self.value else {
            let diagnostic = self.wrong_type("a string");
            out.push(match self.value {
                DeValue::Array(_) => diagnostic.help("write it without brackets"),
                DeValue::Table(_) => diagnostic,
                _ => diagnostic.help("write it in quotes"),
            });
            return None;
        };
        Some(Spanned::new(text, self.span))
    }

    /// A boolean.
    pub(super) fn boolean(self, out: &mut Vec<Diagnostic>) -> Option<bool> {
        let DeValue::Boolean(value) = self.value else {
            out.push(self.wrong_type("`true` or `false`").help("write it without quotes"));
            return None;
        };
        Some(*value)
    }

    /// An integer of any size that TOML promises.
    pub(super) fn integer(self, out: &mut Vec<Diagnostic>) -> Option<i64> {
        let DeValue::Integer(digits) = self.value else {
            out.push(self.wrong_type("an integer"));
            return None;
        };
        let value = i64::from_str_radix(digits.as_str(), digits.radix()).ok();
        if value.is_none() {
            let message = format!("`{}` is larger than any number it could mean", self.key);
            out.push(
                Diagnostic::new(Code::InvalidValue, self.span, message).help("write a smaller one"),
            );
        }
        value
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(
        self,
        words: &[(&'static str, T)],
        out: &mut Vec<Diagnostic>,
    ) -> Option<Spanned<T>> {
        let text = self.string(out)?;
        let found = words.iter().find(|(word, _)| *word == text.value);
        if found.is_none() {
            let message = format!("`{}` is not a value of `{}`", text.value, self.key);
            let known = words.iter().map(|(word, _)| *word);
            let help = match suggest(text.value, known.clone()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the values are {}", listed(known)),
            };
            out.push(Diagnostic::new(Code::InvalidValue, self.span, message).help(help));
        }
        found.map(|(_, value)| Spanned::new(*value, self.span))
    }

    /// The items of a list.
    pub(super) fn items(self, out: &mut Vec<Diagnostic>) -> Option<Vec<Self>> {
        let DeValue::Array(items) = self.value else {
            let diagnostic = self.wrong_type("a list");
            out.push(match self.value {
                DeValue::String(_) => diagnostic.help("write it as a list: [\"…\"]"),
                _ => diagnostic,
            });
            return None;
        };
        let file = self.span.file;
        let node = |item: &'v toml::Spanned<DeValue<'v>>| Self {
            key: self.key,
            value: item.get_ref(),
            span: span(file, item.span()),
        };
        Some(items.iter().map(node).collect())
    }

    /// A list of distinct strings, each read by `read`; a repeated one is warned of and left out.
    pub(super) fn strings<T>(
        self,
        out: &mut Vec<Diagnostic>,
        mut read: impl FnMut(Spanned<&'v str>, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<Vec<Spanned<T>>> {
        let mut first: BTreeMap<&str, Span> = BTreeMap::new();
        let mut list = Vec::new();
        for item in self.items(out)? {
            let DeValue::String(text) = item.value else {
                out.push(item.wrong_type("strings"));
                continue;
            };
            if let Some(before) = first.get(text.as_ref()) {
                let message = format!("`{text}` stands twice in `{}`", self.key);
                out.push(
                    Diagnostic::new(Code::DuplicateMember, item.span, message)
                        .related(*before, "first listed here")
                        .help("remove one of the two"),
                );
                continue;
            }
            first.insert(text, item.span);
            if let Some(value) = read(Spanned::new(text, item.span), out) {
                list.push(Spanned::new(value, item.span));
            }
        }
        Some(list)
    }

    /// Like [`Self::strings`], and an empty list is an error.
    pub(super) fn some_strings<T>(
        self,
        out: &mut Vec<Diagnostic>,
        read: impl FnMut(Spanned<&'v str>, &mut Vec<Diagnostic>) -> Option<T>,
    ) -> Option<Vec<Spanned<T>>> {
        if matches!(self.value, DeValue::Array(items) if items.is_empty()) {
            let message = format!("`{}` is empty", self.key);
            out.push(
                Diagnostic::new(Code::InvalidValue, self.span, message).help("name at least one"),
            );
            return None;
        }
        self.strings(out, read)
    }
}
