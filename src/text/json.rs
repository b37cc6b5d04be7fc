//! JSON documents that something binding is read from: nothing is passed over that a reader of the
//! text would see.

use super::shorten;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Why a text is not a JSON document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// It ends in the middle.
    #[error("it ends in the middle, in line {0}: it was cut off")]
    CutOff(usize),
    /// It is something else, or nests too deeply, or has a key twice.
    #[error("it is not a JSON document: {0}")]
    Other(String),
}

/// Reads a document. A key that stands twice in an object is an error: others would read the first of
/// them where this reads the last.
pub fn parse(bytes: &[u8]) -> Result<Value, JsonError> {
    let Whole(value) = serde_json::from_slice(bytes).map_err(|error| {
        if error.is_eof() {
            return JsonError::CutOff(error.line());
        }
        JsonError::Other(error.to_string())
    })?;
    Ok(value)
}

/// A value whose objects have each key once.
struct Whole(Value);

impl<'de> Deserialize<'de> for Whole {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reading).map(Whole)
    }
}

struct Reading;

impl<'de> Visitor<'de> for Reading {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Whole(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((key, Whole(value))) = entries.next_entry::<String, Whole>()? {
            if map.contains_key(&key) {
                let key = shorten(&key, 40);
                return Err(A::Error::custom(format!("the key `{key}` stands twice")));
            }
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_read_as_it_stands() {
        let text = br#"{"b":[1,-2,1.5,null,true],"a":{"x":"\u00e9","y":18446744073709551615}}"#;
        let value = json!({"a": {"x": "é", "y": u64::MAX}, "b": [1, -2, 1.5, null, true]});
        assert_eq!(parse(text), Ok(value));
    }

    #[test]
    fn what_is_wrong_with_a_text_is_told() {
        let deep = "[".repeat(100_000);
        for (text, told) in [
            ("", "it ends in the middle, in line 1"),
            ("{\n\"a\": [1,", "it ends in the middle, in line 2"),
            ("{\"a\": tru", "it ends in the middle"),
            ("plan", "expected value at line 1"),
            ("{} {}", "trailing characters"),
            (r#"{"a":{"k":1,"k":1}}"#, "the key `k` stands twice at line 1"),
            (&deep, "recursion limit exceeded"),
        ] {
            let error = parse(text.as_bytes()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
        assert!(parse(b"\"\xff\"").unwrap_err().to_string().contains("invalid unicode"));
    }
}
