//! Inline policies: from a JSON file or a TOML table to a checked [`Policy`].

mod check;
mod condition;
mod expand;
mod json;

use super::declared::Declared;
use super::decode::Node;
use super::files::{self, Texts};
use super::network::Networks;
use crate::diag::{Code, Diagnostic, FileId, Span, Spanned, has_errors};
use crate::model::Policy;
use crate::text::{counted, suggest};
use json::Json;
use std::collections::BTreeSet;
use toml::de::DeValue;

/// The quota on an inline policy, which does not count white space (docs/aws.md).
const MAX_BYTES: usize = 10_240;

/// What the API takes, white space and all (docs/aws.md).
const MAX_CHARS: usize = 32_768;

/// What a policy may refer to.
pub(super) struct Context<'a> {
    /// The files of the repository.
    pub(super) texts: &'a Texts,
    /// The path of the file that holds the reference.
    pub(super) path: &'a str,
    /// The networks of all files.
    pub(super) networks: &'a Networks,
}

/// Reads `inline_policy`: a path, or the document itself as a table. The networks that it refers to
/// are added to `used`.
pub(super) fn read(
    node: Node<'_>,
    context: &Context<'_>,
    used: &mut BTreeSet<String>,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<Policy>> {
    let before = out.len();
    let document = match node.value {
        DeValue::String(path) => {
            let (file, text) = find(Spanned::new(path, node.span), context, out)?;
            json::from_text(file, text, out)?
        }
        DeValue::Table(_) => json::from_toml(node, out),
        _ => {
            let help = "write a path relative to this file, or the policy as a table";
            out.push(node.wrong_type("a path or a table").help(help));
            return None;
        }
    };
    // Of a value that cannot be read, nothing more is said.
    let wrong: Vec<Option<Span>> = out[before..].iter().map(|found| found.span).collect();
    let read = out.len();
    expand::references(&document.value, used);
    let document = expand::expand(document, context.networks, out);
    check::document(&document, out);
    let later = out.split_off(read);
    out.extend(later.into_iter().filter(|found| !wrong.contains(&found.span)));
    if has_errors(&out[before..]) {
        return None;
    }
    let policy = Policy::new(&Json::to_value(&document.value).to_string());
    size(&policy, node, out).then(|| Spanned::new(policy, node.span))
}

/// Whether a diagnostic is of a network whose definition could not be read.
pub(super) fn names_lost_network(found: &Diagnostic, texts: &Texts, declared: &Declared) -> bool {
    let text = found.span.filter(|_| found.code == Code::UnknownName).and_then(|span| {
        texts.files.get(span.file).and_then(|file| file.text.get(span.start..span.end))
    });
    text.and_then(expand::name).is_some_and(|name| declared.may_be_lost(name))
}

/// The file that a reference means.
fn find<'a>(
    reference: Spanned<&str>,
    context: &Context<'a>,
    out: &mut Vec<Diagnostic>,
) -> Option<(FileId, &'a str)> {
    let typed = reference.value;
    let bad = |message: String| Diagnostic::new(Code::PolicyFile, reference.span, message);
    let path = match files::resolve(context.path, typed) {
        Ok(path) => path,
        Err(why) => {
            let message = format!("`{typed}` is not a file of the repository");
            let help = "write a path relative to this file, inside the repository";
            out.push(
                Diagnostic::new(why.code(), reference.span, message).label(why.words()).help(help),
            );
            return None;
        }
    };
    if !is_json(&path) {
        let message = format!("`{typed}` is not a JSON file");
        out.push(bad(message).help("name a file that ends in .json"));
        return None;
    }
    let path = context.texts.follow(&path);
    let Some((file, text)) = context.texts.find(&path) else {
        let known = context.texts.files.list.iter().map(|file| file.path.as_str());
        let help = match suggest(&path, known.filter(|path| is_json(path))) {
            Some(near) => format!("there is `{near}`"),
            None => "the path is relative to this file".to_owned(),
        };
        out.push(bad(format!("`{path}` is not there")).help(help));
        return None;
    };
    if let Some(found) = context.texts.not_utf8(file) {
        out.push(found.related(reference.span, "named here"));
        return None;
    }
    if let Some((code, message)) = context.texts.unusable.get(&file) {
        let itself = Span { file, start: 0, end: 0 };
        let diagnostic = Diagnostic::new(*code, reference.span, message);
        out.push(diagnostic.related(itself, "this file").help(match code {
            Code::FileTooLarge => "a policy has 10,240 bytes at most",
            other => files::remedy(*other),
        }));
        return None;
    }
    Some((file, text))
}

fn is_json(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "json")
}

/// Whether AWS takes a document of this length.
fn size(policy: &Policy, node: Node<'_>, out: &mut Vec<Diagnostic>) -> bool {
    let text = policy.as_str();
    let bytes = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
    let fits = bytes <= MAX_BYTES && text.chars().count() <= MAX_CHARS;
    if !fits {
        let message = format!("the policy has {} without white space", counted(bytes, "byte"));
        out.push(
            Diagnostic::new(Code::PolicyTooLarge, node.span, message)
                .label(format!("{MAX_BYTES} at most"))
                .help("move a part into a customer managed policy"),
        );
    }
    fits
}

#[cfg(test)]
mod tests;
