//! Inline policies: from a JSON file or a TOML table to a checked [`Policy`].

mod check;
mod condition;
mod expand;
mod json;
mod library;
mod walk;

use super::declared::Declared;
use super::decode::Node;
use super::files::{self, Texts};
use crate::diag::{Code, Diagnostic, FileId, Span, Spanned, has_errors};
use crate::model::Policy;
use crate::text::counted;
use json::Json;
pub(super) use library::Library;
use std::collections::BTreeSet;
use toml::de::DeValue;

/// The quota on an inline policy, which does not count white space (docs/aws.md).
const MAX_BYTES: usize = 10_240;

/// What the API takes, white space and all (docs/aws.md).
const MAX_CHARS: usize = 32_768;

/// What a policy may refer to.
pub(super) struct Context<'a> {
    /// What it shares with all others.
    pub(super) library: &'a Library<'a>,
    /// The path of the file that holds the reference.
    pub(super) path: &'a str,
}

/// A document and what it refers to.
#[derive(Clone)]
struct Judged {
    outcome: Outcome,
    /// The networks that it names, rightly or not.
    networks: BTreeSet<String>,
}

/// What became of a document.
#[derive(Clone)]
enum Outcome {
    /// AWS takes it.
    Fits(Policy),
    /// AWS would refuse its length, which the text tells.
    TooLarge(String),
    /// Its mistakes have been reported.
    Wrong,
}

/// Reads a TOML value as JSON where it is no policy.
pub(super) fn value(node: Node<'_>, out: &mut Vec<Diagnostic>) -> serde_json::Value {
    let mut found = Vec::new();
    let value = json::from_toml(node, &mut found).value.to_value();
    found.iter_mut().for_each(|diagnostic| diagnostic.code = Code::InvalidValue);
    out.append(&mut found);
    value
}

/// Reads `inline_policy`: a path, or the document itself as a table. The networks that it refers to
/// are added to `networks`.
pub(super) fn read(
    node: Node<'_>,
    context: &Context<'_>,
    networks: &mut BTreeSet<String>,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<Policy>> {
    let library = context.library;
    let judged = match node.value {
        DeValue::String(path) => {
            let (file, text) = find(Spanned::new(path, node.span), context, out)?;
            library.once(file, || {
                let mut wrong = Vec::new();
                let document = json::from_text(file, text, &mut wrong, out);
                judge(document, &wrong, library, out)
            })
        }
        DeValue::Table(_) => {
            let before = out.len();
            let document = json::from_toml(node, out);
            let wrong: Vec<_> = out[before..].iter().map(|found| found.span).collect();
            judge(Some(document), &wrong, library, out)
        }
        _ => {
            let help = "write a path relative to this file, or the policy as a table";
            out.push(node.wrong_type("a path or a table").help(help));
            return None;
        }
    };
    networks.extend(judged.networks);
    match judged.outcome {
        Outcome::Fits(policy) => Some(Spanned::new(policy, node.span)),
        Outcome::TooLarge(message) => {
            out.push(
                Diagnostic::new(Code::PolicyTooLarge, node.span, message)
                    .label(format!("{MAX_BYTES} at most"))
                    .help("move a part into a customer managed policy"),
            );
            None
        }
        Outcome::Wrong => None,
    }
}

/// Expands and checks a document; `None` is one that could not be read. Of values that are `wrong`,
/// which has been reported, nothing more is said.
fn judge(
    document: Option<Spanned<Json>>,
    wrong: &[Option<Span>],
    library: &Library<'_>,
    out: &mut Vec<Diagnostic>,
) -> Judged {
    let mut networks = BTreeSet::new();
    let mut found = Vec::new();
    let mut outcome = Outcome::Wrong;
    if let Some(document) = document {
        expand::references(&document.value, &mut networks);
        outcome = fit(document, library, &mut found);
        found.retain(|diagnostic| !wrong.contains(&diagnostic.span));
    }
    if has_errors(&found) || !wrong.is_empty() {
        outcome = Outcome::Wrong;
    }
    out.append(&mut found);
    Judged { outcome, networks }
}

fn fit(document: Spanned<Json>, library: &Library<'_>, out: &mut Vec<Diagnostic>) -> Outcome {
    let Some(document) = expand::expand(document, library, out) else {
        // A few references to long networks mean more than fits into memory.
        let limit = counted(MAX_BYTES, "byte");
        return Outcome::TooLarge(format!("the policy has more than {limit} without white space"));
    };
    check::document(&document, out);
    size(Policy::new(&Json::to_value(&document.value).to_string()))
}

/// Whether a diagnostic is of a network whose definition could not be read.
pub(super) fn names_lost_network(found: &Diagnostic, texts: &Texts, declared: &Declared) -> bool {
    let text = found.span.filter(|_| found.code == Code::UnknownName).and_then(|span| {
        texts.files.get(span.file).and_then(|file| file.text.get(span.start..span.end))
    });
    text.and_then(expand::name).is_some_and(|name| declared.lost.may_define(name))
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
    let texts = context.library.texts;
    let path = texts.follow(&path);
    let Some((file, text)) = texts.find(&path) else {
        let help = match context.library.json_files().nearest(&path) {
            Some(near) => format!("there is `{}`", relative(context.path, near)),
            None => "the path is relative to this file".to_owned(),
        };
        out.push(bad(format!("`{path}` is not there")).help(help));
        return None;
    };
    let damaged = texts.not_utf8(file);
    if !damaged.is_empty() {
        out.extend(damaged);
        return None;
    }
    if let Some((code, message)) = texts.unusable.get(&file) {
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

/// How a file names another, both by their paths from the repository's root.
fn relative(from: &str, to: &str) -> String {
    let mut from: Vec<&str> = from.split('/').collect();
    from.pop();
    let to: Vec<&str> = to.split('/').collect();
    let shared = from.iter().zip(&to[..to.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", from.len() - shared);
    up.chain(to[shared..].iter().copied()).collect::<Vec<_>>().join("/")
}

fn is_json(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "json")
}

/// Whether AWS takes a document of this length.
fn size(policy: Policy) -> Outcome {
    let text = policy.as_str();
    let bytes = text.bytes().filter(|b| !b.is_ascii_whitespace()).count();
    if bytes <= MAX_BYTES && text.chars().count() <= MAX_CHARS {
        return Outcome::Fits(policy);
    }
    Outcome::TooLarge(format!("the policy has {} without white space", counted(bytes, "byte")))
}

#[cfg(test)]
mod tests;
