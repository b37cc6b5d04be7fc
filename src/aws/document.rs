//! Free JSON in requests and answers, which the SDK has a type of its own for.

use aws_smithy_types::{Document, Number};
use serde_json::Value;

/// A document of an answer.
pub(super) fn json(document: Document) -> Value {
    match document {
        Document::Object(keys) => keys.into_iter().map(|(key, value)| (key, json(value))).collect(),
        Document::Array(items) => items.into_iter().map(json).collect(),
        Document::Number(Number::PosInt(number)) => number.into(),
        Document::Number(Number::NegInt(number)) => number.into(),
        Document::Number(Number::Float(number)) => number.into(),
        Document::String(text) => text.into(),
        Document::Bool(flag) => flag.into(),
        Document::Null => Value::Null,
    }
}
