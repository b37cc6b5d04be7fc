//! `tags = { key = "value" }`.

use super::decode::{Node, entries};
use super::names::{TAG_KEY, TAG_VALUE};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::model::Tags;
use toml::de::DeValue;

/// Reads tags; a wrong one is reported and left out.
pub(super) fn read(node: Node<'_>, max: usize, out: &mut Vec<Diagnostic>) -> Option<Spanned<Tags>> {
    let DeValue::Table(table) = node.value else {
        out.push(node.wrong_type("a table of strings"));
        return None;
    };
    let mut tags = Tags::new();
    for (key, value) in entries(node.span.file, table) {
        let Some(text) = value.string(out) else { continue };
        if key.value.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:")) {
            let message = format!("`{}` begins with `aws:`", key.value);
            out.push(
                Diagnostic::new(Code::InvalidTag, key.span, message)
                    .help("AWS keeps that prefix for its own tags; choose another key"),
            );
            continue;
        }
        let key = TAG_KEY.check_as(Code::InvalidTag, key, out);
        let text = TAG_VALUE.check_as(Code::InvalidTag, text, out);
        if let (Some(key), Some(text)) = (key, text) {
            tags.insert(key.value, text.value);
        }
    }
    if table.len() > max {
        let message = format!("{} tags, and {max} is the limit", table.len());
        out.push(Diagnostic::new(Code::InvalidTag, node.span, message).help("remove some"));
    }
    Some(Spanned::new(tags, node.span))
}
