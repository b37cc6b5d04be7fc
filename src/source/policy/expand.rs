//! `"${network.NAME}"` in a policy: the list of that network's ranges.

use super::json::Json;
use super::{Library, MAX_BYTES};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use std::collections::BTreeSet;

/// How a reference to a network begins.
pub(super) const OPENING: &str = "${network.";

/// Replaces every reference to a network. A string becomes a list; in a list it is spliced.
/// `None` where the ranges alone are longer than any policy: the rest is then not written out.
pub(super) fn expand(
    json: Spanned<Json>,
    library: &Library<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<Json>> {
    let mut expansion = Expansion { library, room: MAX_BYTES, out };
    expansion.expand(json)
}

/// Adds the name of every network that is referred to, however well.
pub(super) fn references(json: &Json, used: &mut BTreeSet<String>) {
    match json {
        Json::Text(text) => named(text, used),
        Json::List(items) => items.iter().for_each(|item| references(&item.value, used)),
        Json::Object(members) => {
            for (name, value) in members {
                named(&name.value, used);
                references(&value.value, used);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn named(text: &str, used: &mut BTreeSet<String>) {
    let after = text.split(OPENING).skip(1);
    used.extend(after.filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())));
}

/// The name in a reference to a network.
pub(in super::super) fn name(text: &str) -> Option<&str> {
    Some(text.split_once(OPENING)?.1.split_once('}')?.0)
}

/// Whether a text holds what reads like a reference to a network. AWS has no variable of that name.
fn nearly(text: &str) -> bool {
    text.split("${")
        .skip(1)
        .any(|rest| rest.trim_start().to_ascii_lowercase().starts_with("network"))
}

struct Expansion<'a> {
    library: &'a Library<'a>,
    /// Bytes that further ranges may have.
    room: usize,
    out: &'a mut Vec<Diagnostic>,
}

/// What a text stands for.
enum Meaning {
    /// Itself.
    Itself,
    /// The ranges of a network.
    Ranges(Vec<Spanned<Json>>),
}

impl Expansion<'_> {
    fn expand(&mut self, json: Spanned<Json>) -> Option<Spanned<Json>> {
        let span = json.span;
        let value = match json.value {
            Json::Text(text) => match self.meaning(&text, span)? {
                Meaning::Ranges(ranges) => Json::List(ranges),
                Meaning::Itself => Json::Text(text),
            },
            Json::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    let Json::Text(text) = &item.value else {
                        list.push(self.expand(item)?);
                        continue;
                    };
                    match self.meaning(text, item.span)? {
                        Meaning::Ranges(ranges) => list.extend(ranges),
                        Meaning::Itself => list.push(item),
                    }
                }
                Json::List(list)
            }
            Json::Object(members) => {
                let expanded = members
                    .into_iter()
                    .map(|(name, value)| {
                        self.name(&name);
                        Some((name, self.expand(value)?))
                    })
                    .collect::<Option<_>>();
                Json::Object(expanded?)
            }
            other => other,
        };
        Some(Spanned::new(value, span))
    }

    /// Reports a reference in the name of a member, where a list of ranges has no place.
    fn name(&mut self, name: &Spanned<String>) {
        if nearly(&name.value) {
            let message = format!("`{}` is a name, where no network can stand", name.value);
            self.out.push(
                Diagnostic::new(Code::InvalidPolicy, name.span, message)
                    .label("a reference cannot be a name")
                    .help(
                        "write the reference as the value: \"aws:SourceIp\": \"${network.NAME}\"",
                    ),
            );
        }
    }

    /// What a text stands for; `None` where there is no room for it.
    fn meaning(&mut self, text: &str, span: Span) -> Option<Meaning> {
        let Some((before, rest)) = text.split_once(OPENING) else {
            if nearly(text) {
                let message = format!("`{text}` is not a reference to a network");
                self.out.push(
                    Diagnostic::new(Code::InvalidPolicy, span, message)
                        .help("write ${network.NAME}, in lower case and without spaces"),
                );
            }
            return Some(Meaning::Itself);
        };
        let name = rest
            .strip_suffix('}')
            .filter(|name| before.is_empty() && !name.is_empty() && !name.contains('}'));
        let Some(name) = name else {
            let message = format!("`{text}` is not one reference to a network");
            self.out.push(
                Diagnostic::new(Code::InvalidPolicy, span, message)
                    .help("let the reference be the whole string: \"${network.NAME}\""),
            );
            return Some(Meaning::Itself);
        };
        let Some(network) = self.library.networks.get(name) else {
            let help = match self.library.network_names().nearest(name) {
                Some(near) => format!("did you mean `{OPENING}{near}}}`?"),
                None => format!("define `[network.{name}]` with `cidrs`"),
            };
            let message = format!("`{name}` is not a network");
            self.out.push(Diagnostic::new(Code::UnknownName, span, message).help(help));
            return Some(Meaning::Itself);
        };
        let mut ranges = Vec::new();
        for cidr in &network.value.cidrs {
            let text = cidr.value.to_string();
            // With its quotation marks.
            self.room = self.room.checked_sub(text.len() + 2)?;
            ranges.push(Spanned::new(Json::Text(text), span));
        }
        Some(Meaning::Ranges(ranges))
    }
}
