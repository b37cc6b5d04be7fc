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

/// A document of a request.
pub(super) fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(flag) => Document::Bool(*flag),
        Value::String(text) => Document::String(text.clone()),
        Value::Array(items) => Document::Array(items.iter().map(document).collect()),
        Value::Object(keys) => Document::Object(
            keys.iter().map(|(key, value)| (key.clone(), document(value))).collect(),
        ),
        Value::Number(number) => Document::Number(match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Number::PosInt(number),
            (None, Some(number)) => Number::NegInt(number),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
    }
}
