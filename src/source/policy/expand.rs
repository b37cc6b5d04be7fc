//! `"${network.NAME}"` in a policy: the list of that network's ranges.

use super::json::Json;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::source::network::Networks;
use crate::text::suggest;
use std::collections::BTreeSet;

/// How a reference to a network begins.
pub(super) const OPENING: &str = "${network.";

/// Adds the name of every network that is referred to, however well.
pub(super) fn references(json: &Json, used: &mut BTreeSet<String>) {
    match json {
        Json::Text(text) => {
            let after = text.split(OPENING).skip(1);
            used.extend(after.filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())));
        }
        Json::List(items) => items.iter().for_each(|item| references(&item.value, used)),
        Json::Object(members) => {
            for (_, value) in members {
                references(&value.value, used);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// The name in a reference to a network.
pub(in crate::source) fn name(text: &str) -> Option<&str> {
    Some(text.split_once(OPENING)?.1.split_once('}')?.0)
}

/// Replaces every reference to a network. A string becomes a list; in a list it is spliced.
pub(super) fn expand(
    json: Spanned<Json>,
    networks: &Networks,
    out: &mut Vec<Diagnostic>,
) -> Spanned<Json> {
    let span = json.span;
    let value = match json.value {
        Json::Text(text) => match ranges(&text, span, networks, out) {
            Some(ranges) => Json::List(ranges),
            None => Json::Text(text),
        },
        Json::List(items) => Json::List(items.into_iter().fold(Vec::new(), |mut list, item| {
            let spliced = match &item.value {
                Json::Text(text) => ranges(text, item.span, networks, out),
                _ => None,
            };
            match spliced {
                Some(ranges) => list.extend(ranges),
                None if matches!(item.value, Json::Text(_)) => list.push(item),
                None => list.push(expand(item, networks, out)),
            }
            list
        })),
        Json::Object(members) => Json::Object(
            members.into_iter().map(|(name, value)| (name, expand(value, networks, out))).collect(),
        ),
        other => other,
    };
    Spanned::new(value, span)
}

/// Whether a text holds what reads like a reference to a network. AWS has no variable of that name.
fn nearly(text: &str) -> bool {
    text.split("${")
        .skip(1)
        .any(|rest| rest.trim_start().to_ascii_lowercase().starts_with("network"))
}

/// The ranges that a text refers to; `None` where it refers to none.
fn ranges(
    text: &str,
    span: Span,
    networks: &Networks,
    out: &mut Vec<Diagnostic>,
) -> Option<Vec<Spanned<Json>>> {
    let Some((before, rest)) = text.split_once(OPENING) else {
        if nearly(text) {
            let message = format!("`{text}` is not a reference to a network");
            out.push(
                Diagnostic::new(Code::InvalidPolicy, span, message)
                    .help("write ${network.NAME}, in lower case and without spaces"),
            );
        }
        return None;
    };
    let name = rest
        .strip_suffix('}')
        .filter(|name| before.is_empty() && !name.is_empty() && !name.contains('}'));
    let Some(name) = name else {
        let message = format!("`{text}` is not one reference to a network");
        out.push(
            Diagnostic::new(Code::InvalidPolicy, span, message)
                .help("let the reference be the whole string: \"${network.NAME}\""),
        );
        return None;
    };
    let Some(network) = networks.get(name) else {
        let help = match suggest(name, networks.keys().map(String::as_str)) {
            Some(near) => format!("did you mean `{OPENING}{near}}}`?"),
            None => format!("define `[network.{name}]` with `cidrs`"),
        };
        let message = format!("`{name}` is not a network");
        out.push(Diagnostic::new(Code::UnknownName, span, message).help(help));
        return None;
    };
    let text =
        |cidr: &Spanned<ipnet::IpNet>| Spanned::new(Json::Text(cidr.value.to_string()), span);
    Some(network.value.cidrs.iter().map(text).collect())
}
