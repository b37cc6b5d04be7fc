//! Whether a JSON document is an identity policy that AWS takes.
//!
//! Follows IAM's "Grammar of the IAM JSON policy language". What actions and conditions mean is not
//! judged here: services add new ones every week.

use super::condition;
use super::expand::OPENING;
use super::json::Json;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::text::{listed, suggest};
use std::collections::BTreeMap;

const VERSIONS: &[&str] = &["2012-10-17", "2008-10-17"];
const DOCUMENT: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT: &[&str] =
    &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];

pub(super) type Members = [(Spanned<String>, Spanned<Json>)];

/// Reports everything that AWS would refuse.
pub(super) fn document(json: &Spanned<Json>, out: &mut Vec<Diagnostic>) {
    texts(json, out);
    let Some(members) = object(json, "a policy", out) else { return };
    known("a policy", members, DOCUMENT, out);
    version(json.span, find(members, "Version"), out);
    if let Some(id) = find(members, "Id")
        && !matches!(id.value, Json::Text(_))
    {
        let message = format!("`Id` is a string, not {}", id.value.kind());
        bad(id.span, &message, "", "write it in quotes", out);
    }
    let Some(statements) = find(members, "Statement") else {
        bad(json.span, "the policy lacks `Statement`", "", "add a list of statements", out);
        return;
    };
    match &statements.value {
        Json::List(list) if list.is_empty() => {
            let help = "add a statement, or remove the policy";
            bad(statements.span, "the policy has no statements", "", help, out);
        }
        Json::List(list) => {
            for item in list {
                statement(item, out);
            }
            sids(list, out);
        }
        _ => statement(statements, out),
    }
}

fn version(document: Span, version: Option<&Spanned<Json>>, out: &mut Vec<Diagnostic>) {
    const HELP: &str = "write \"2012-10-17\"; it names the language, not your document";
    let Some(version) = version else {
        out.push(
            Diagnostic::new(Code::MissingVersion, document, "the policy lacks `Version`")
                .label("read by the rules of 2008: `${aws:username}` and the like are plain text")
                .help("add \"Version\": \"2012-10-17\""),
        );
        return;
    };
    if !matches!(&version.value, Json::Text(v) if VERSIONS.contains(&v.as_str())) {
        bad(version.span, "the version is not one of IAM's", "", HELP, out);
    }
}

pub(super) fn bad(span: Span, message: &str, label: &str, help: &str, out: &mut Vec<Diagnostic>) {
    out.push(Diagnostic::new(Code::InvalidPolicy, span, message).label(label).help(help));
}

/// The members of an object; anything else is reported.
pub(super) fn object<'j>(
    json: &'j Spanned<Json>,
    what: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<&'j Members> {
    let Json::Object(members) = &json.value else {
        let message = format!("{what} is an object, not {}", json.value.kind());
        bad(json.span, &message, "", "write { … }", out);
        return None;
    };
    Some(members)
}

fn find<'j>(members: &'j Members, name: &str) -> Option<&'j Spanned<Json>> {
    members.iter().find(|(known, _)| known.value == name).map(|(_, value)| value)
}

/// Reports elements that the language does not have.
fn known(what: &str, members: &Members, names: &[&str], out: &mut Vec<Diagnostic>) {
    for (name, _) in members {
        // A reference was reported when it could not be expanded.
        if names.contains(&name.value.as_str()) || name.value.contains(OPENING) {
            continue;
        }
        let message = format!("`{}` is not an element of {what}", name.value);
        let help = if matches!(name.value.as_str(), "Principal" | "NotPrincipal") {
            "remove it: the policy of a permission set speaks of whoever is granted it".to_owned()
        } else if let Some(near) = suggest(&name.value, names.iter().copied()) {
            format!("did you mean `{near}`?")
        } else {
            format!("the elements are {}", listed(names.iter().copied()))
        };
        out.push(Diagnostic::new(Code::UnknownElement, name.span, message).help(help));
    }
}

fn statement(json: &Spanned<Json>, out: &mut Vec<Diagnostic>) {
    let Some(members) = object(json, "a statement", out) else { return };
    known("a statement", members, STATEMENT, out);
    match find(members, "Effect") {
        None => bad(json.span, "the statement lacks `Effect`", "", EFFECT_HELP, out),
        Some(effect) => {
            if !matches!(&effect.value, Json::Text(e) if e == "Allow" || e == "Deny") {
                bad(effect.span, "the effect is neither `Allow` nor `Deny`", "", EFFECT_HELP, out);
            }
        }
    }
    let is_part = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "-_*?".contains(c);
        !part.is_empty() && part.chars().all(allowed)
    };
    let is_action = |text: &str| {
        text == "*" || text.split_once(':').is_some_and(|(s, a)| is_part(s) && is_part(a))
    };
    either(json.span, members, ["Action", "NotAction"], is_action, "`service:Action` or `*`", out);
    let shape = "`arn:partition:service:region:account:resource` or `*`";
    either(json.span, members, ["Resource", "NotResource"], is_resource, shape, out);
    if let Some(sid) = find(members, "Sid") {
        let allowed = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric());
        if !matches!(&sid.value, Json::Text(text) if allowed(text)) {
            let help = "use ASCII letters and digits";
            bad(sid.span, "`Sid` holds letters and digits only", "", help, out);
        }
    }
    if let Some(condition) = find(members, "Condition") {
        condition::check(condition, out);
    }
}

/// `*`, or an ARN of six parts, of which Region, account and resource may be empty. Where IAM lets
/// wildcards stand is not written down for every part [U], and one at the end may cover the parts
/// behind it [U]: both are taken.
fn is_resource(text: &str) -> bool {
    let parts: Vec<&str> = text.splitn(6, ':').collect();
    let whole = parts.len() == 6 || (parts.len() > 3 && text.ends_with('*'));
    let named = matches!(parts.as_slice(), ["arn", partition, service, ..]
        if !partition.is_empty() && !service.is_empty());
    text == "*" || (whole && named)
}

const EFFECT_HELP: &str = "write \"Allow\" or \"Deny\"";

/// Exactly one of two elements, with well-formed texts.
fn either(
    place: Span,
    members: &Members,
    [plain, negated]: [&str; 2],
    well_formed: impl Fn(&str) -> bool,
    shape: &str,
    out: &mut Vec<Diagnostic>,
) {
    let (first, second) = (find(members, plain), find(members, negated));
    match (first, second) {
        (None, None) => {
            let message = format!("the statement lacks `{plain}`");
            bad(place, &message, "", &format!("add `{plain}` or `{negated}`"), out);
        }
        (Some(_), Some(other)) => {
            let message = format!("the statement has both `{plain}` and `{negated}`");
            bad(other.span, &message, "", "keep one of the two", out);
        }
        _ => {}
    }
    for (name, value) in [(plain, first), (negated, second)] {
        if let Some(value) = value {
            names(name, value, &well_formed, shape, out);
        }
    }
}

/// One text, or a list of some.
fn names(
    name: &str,
    value: &Spanned<Json>,
    well_formed: impl Fn(&str) -> bool,
    shape: &str,
    out: &mut Vec<Diagnostic>,
) {
    let one = std::slice::from_ref(value);
    let list = if let Json::List(items) = &value.value { items } else { one };
    if list.is_empty() {
        bad(value.span, &format!("`{name}` is empty"), "", "name at least one", out);
    }
    for item in list {
        match &item.value {
            // A reference that is still there was reported when it could not be expanded.
            Json::Text(text) if well_formed(text) || text.contains(OPENING) => {}
            Json::Text(text) => {
                let message = format!("`{text}` cannot stand in `{name}`");
                bad(item.span, &message, "", &format!("write {shape}"), out);
            }
            other => {
                let message = format!("`{name}` holds strings, not {}", other.kind());
                bad(item.span, &message, "", &format!("write {shape}"), out);
            }
        }
    }
}

/// Reports statements that share a `Sid`.
fn sids(statements: &[Spanned<Json>], out: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for statement in statements {
        let Json::Object(members) = &statement.value else { continue };
        let Some(sid) = find(members, "Sid") else { continue };
        let Json::Text(text) = &sid.value else { continue };
        if text.is_empty() {
            continue;
        }
        if let Some(before) = first.insert(text, sid.span) {
            let message = format!("two statements have the `Sid` `{text}`");
            out.push(
                Diagnostic::new(Code::DuplicateSid, sid.span, message)
                    .related(before, "first used here")
                    .help("let each statement have its own"),
            );
        }
    }
}

/// Reports names that stand twice in one object and characters that AWS does not take, anywhere.
fn texts(json: &Spanned<Json>, out: &mut Vec<Diagnostic>) {
    match &json.value {
        Json::Text(text) => characters(text, json.span, out),
        Json::List(items) => items.iter().for_each(|item| texts(item, out)),
        Json::Object(members) => {
            let mut first: BTreeMap<&str, Span> = BTreeMap::new();
            for (name, value) in members {
                characters(&name.value, name.span, out);
                if let Some(before) = first.insert(&name.value, name.span) {
                    let message = format!("`{}` stands twice in one object", name.value);
                    out.push(
                        Diagnostic::new(Code::InvalidPolicy, name.span, message)
                            .related(before, "first written here")
                            .help("merge the two"),
                    );
                }
                texts(value, out);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// `[\u0009\u000A\u000D\u0020-\u00FF]`.
fn characters(text: &str, span: Span, out: &mut Vec<Diagnostic>) {
    let allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}');
    if let Some(odd) = text.chars().find(|&c| !allowed(c)) {
        let message = format!("`{odd}` cannot stand in a policy");
        bad(span, &message, "", "AWS takes only characters up to U+00FF here", out);
    }
}
