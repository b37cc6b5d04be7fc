//! `Condition`: operators, keys and values.

use super::check::{bad, object};
use super::expand::OPENING;
use super::json::Json;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::text::suggest;
use ipnet::IpNet;
use std::net::IpAddr;

/// Every operator, without `IfExists` behind it and without a set operator before it (IAM User Guide,
/// "IAM JSON policy elements: Condition operators").
const OPERATORS: &[&str] = &[
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "BinaryEquals",
    "Bool",
    "DateEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateNotEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
    "NumericEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericNotEquals",
    "StringEquals",
    "StringEqualsIgnoreCase",
    "StringLike",
    "StringNotEquals",
    "StringNotEqualsIgnoreCase",
    "StringNotLike",
];

/// What turns an operator into one over sets.
const SETS: &[&str] = &["ForAllValues:", "ForAnyValue:"];

/// Checks operator → key → values.
pub(super) fn check(json: &Spanned<Json>, out: &mut Vec<Diagnostic>) {
    let Some(operators) = object(json, "`Condition`", out) else { return };
    for (operator, keys) in operators {
        let (set, plain) = parts(&operator.value);
        let known = OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(plain));
        // A reference was reported when it could not be expanded.
        if !known && !operator.value.contains(OPENING) {
            out.push(unknown(operator, set, plain));
        }
        let addresses =
            plain.eq_ignore_ascii_case("IpAddress") || plain.eq_ignore_ascii_case("NotIpAddress");
        let place = keys.span;
        let Some(keys) = object(keys, "a condition operator", out) else { continue };
        if keys.is_empty() {
            let message = format!("`{}` compares nothing", operator.value);
            bad(place, &message, "", "write { \"KEY\": \"VALUE\" }, or remove it", out);
        }
        for (key, value) in keys {
            if key.value.is_empty() {
                let help = "write a condition key, such as aws:SourceIp";
                bad(key.span, "a condition key is empty", "", help, out);
            }
            self::values(&key.value, value, addresses, out);
        }
    }
}

/// The set operator, and the operator without what may stand around it.
fn parts(operator: &str) -> (&'static str, &str) {
    let set = SETS.iter().find(|set| operator.starts_with(*set)).copied().unwrap_or_default();
    let plain = &operator[set.len()..];
    (set, plain.strip_suffix("IfExists").unwrap_or(plain))
}

fn unknown(operator: &Spanned<String>, set: &str, plain: &str) -> Diagnostic {
    let message = format!("`{}` is not a condition operator", operator.value);
    let help = match suggest(plain, OPERATORS.iter().copied()) {
        Some(near) => {
            let end = if operator.value.ends_with("IfExists") { "IfExists" } else { "" };
            format!("did you mean `{set}{near}{end}`?")
        }
        None => "write an operator of IAM, such as StringEquals, Bool or IpAddress".to_owned(),
    };
    Diagnostic::new(Code::UnknownElement, operator.span, message).help(help)
}

fn values(key: &str, value: &Spanned<Json>, addresses: bool, out: &mut Vec<Diagnostic>) {
    let one = std::slice::from_ref(value);
    let list = if let Json::List(items) = &value.value { items } else { one };
    if list.is_empty() {
        let message = format!("`{key}` is compared with no value");
        bad(value.span, &message, "", "name at least one", out);
    }
    for item in list {
        match &item.value {
            Json::Null | Json::List(_) | Json::Object(_) => {
                let message = format!("`{key}` is compared with what is no value");
                bad(value.span, &message, "", "write a string or a list of strings", out);
                return;
            }
            Json::Text(text) if addresses && !is_range(text) => {
                let message = format!("`{text}` is not an address or CIDR range");
                out.push(
                    Diagnostic::new(Code::InvalidCidr, item.span, message)
                        .help("write an address and a prefix length: 10.20.0.0/16"),
                );
            }
            _ => {}
        }
    }
}

/// An address or range; a variable may hold one, and a reference that is still there was reported.
fn is_range(text: &str) -> bool {
    text.parse::<IpNet>().is_ok()
        || text.parse::<IpAddr>().is_ok()
        || text.contains("${")
        || text.contains(OPENING)
}
