//! JSON with the place of every value, read from JSON text or from a TOML value.

use super::walk::Walk;
use crate::diag::{Code, Diagnostic, FileId, Span, Spanned};
use crate::source::decode::{Node, entries};
use serde_json::{Number, Value};
use toml::de::DeValue;

/// A JSON value whose parts know where they stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Spanned<Self>>),
    /// In the order of the file; a name may stand twice.
    Object(Vec<(Spanned<String>, Spanned<Self>)>),
}

impl Json {
    /// What messages call the type.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }

    /// The same without places.
    pub(super) fn to_value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Bool(value) => Value::Bool(*value),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(items) => items.iter().map(|item| item.value.to_value()).collect(),
            Self::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, value)| (name.value.clone(), value.value.to_value()))
                    .collect(),
            ),
        }
    }
}

/// Reads JSON text. `serde_json` judges the syntax; the walk finds the places, and the mistakes where
/// there are any. Values that are guessed go to `wrong`, which is empty for sound JSON only.
pub(super) fn from_text(
    file: FileId,
    text: &str,
    wrong: &mut Vec<Option<Span>>,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<Json>> {
    let judged = serde_json::from_str::<Value>(text);
    let mut walk = Walk::new(file, text);
    let read = walk.document();
    match judged {
        Ok(_) if read.is_some() => return read,
        Ok(_) => {
            // Not reached, as serde_json took the text; but nothing may ever be dropped in silence.
            let span = Span { file, start: 0, end: 0 };
            out.push(
                Diagnostic::new(Code::InvalidPolicy, span, "the document cannot be read")
                    .help("write it as plain JSON"),
            );
        }
        Err(error) if walk.mistakes.is_empty() => out.push(syntax(file, text, &error)),
        Err(_) => out.append(&mut walk.mistakes),
    }
    wrong.push(None);
    wrong.extend(walk.guessed.into_iter().map(Some));
    read
}

/// A syntax error at its place in the JSON file.
fn syntax(file: FileId, text: &str, error: &serde_json::Error) -> Diagnostic {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => text.match_indices('\n').nth(line - 2).map_or(text.len(), |(i, _)| i + 1),
    };
    let mut start = (line_start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let end = start + text[start..].chars().next().map_or(0, char::len_utf8);
    let whole = error.to_string();
    let why = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(why, _)| why);
    Diagnostic::new(Code::PolicySyntax, Span { file, start, end }, "the document is not JSON")
        .label(why)
        .help("mend the JSON; it has neither comments nor trailing commas")
}

/// Reads a TOML value; one that JSON does not have is reported, and null stands for it.
pub(super) fn from_toml(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Spanned<Json> {
    let value = match node.value {
        DeValue::String(text) => Json::Text(text.clone().into_owned()),
        DeValue::Boolean(value) => Json::Bool(*value),
        DeValue::Integer(_) => {
            node.integer(out).map_or(Json::Null, |number| Json::Number(number.into()))
        }
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            if number.is_none() {
                out.push(
                    Diagnostic::new(Code::InvalidPolicy, node.span, "JSON has no such number")
                        .help("write it in quotes"),
                );
            }
            number.map_or(Json::Null, Json::Number)
        }
        DeValue::Datetime(_) => {
            let message = "JSON has no dates";
            out.push(
                Diagnostic::new(Code::InvalidPolicy, node.span, message).help("write it in quotes"),
            );
            Json::Null
        }
        DeValue::Array(_) => {
            let items = node.items(out).unwrap_or_default();
            Json::List(items.into_iter().map(|item| from_toml(item, out)).collect())
        }
        DeValue::Table(table) => {
            let members = entries(node.span.file, table).into_iter();
            Json::Object(
                members
                    .map(|(name, value)| (name.map(str::to_owned), from_toml(value, out)))
                    .collect(),
            )
        }
    };
    Spanned::new(value, node.span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_reads_what_serde_json_reads() {
        for text in [
            "{}",
            " [ ] ",
            "\"a\\\"b\\\\\"",
            r#"{"a":[1,-2.5e3,true,false,null,"x\u00e9"],"b":{"c":{}}}"#,
            "{\r\n\t\"a\" : [ 1 , { \"b\" : \"}\" } ]\n}\n",
        ] {
            let read = from_text(FileId(0), text, &mut Vec::new(), &mut Vec::new()).unwrap();
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read.value.to_value(), plain, "{text}");
        }
    }

    #[test]
    fn values_know_their_place() {
        let text = "{ \"a\": [1, \"b\"] }";
        let read = from_text(FileId(0), text, &mut Vec::new(), &mut Vec::new()).unwrap();
        let Json::Object(members) = &read.value else { panic!("no object") };
        let (name, list) = &members[0];
        let Json::List(items) = &list.value else { panic!("no list") };
        let at = |span: Span| &text[span.start..span.end];
        assert_eq!(at(name.span), "\"a\"");
        assert_eq!(at(list.span), "[1, \"b\"]");
        assert_eq!(at(items[1].span), "\"b\"");
    }

    fn mistakes(text: &str) -> Vec<Diagnostic> {
        let mut out = Vec::new();
        from_text(FileId(0), text, &mut Vec::new(), &mut out);
        out
    }

    #[test]
    fn syntax_errors_lie_in_the_json() {
        for (text, expected) in [
            ("", "0 the file is empty"),
            ("{\n  \"a\": 1,\n}", "10 a trailing comma"),
            ("[1 2]", "3 a comma is missing before this"),
            ("[1] // x", "4 JSON has no comments"),
            ("# x\n[/* y */]", "0 JSON has no comments, 5 JSON has no comments"),
            ("{\"a\": 'x'}", "6 in single quotes"),
            ("{\"é\": x}", "7 neither in quotes nor a number, true, false or null"),
            ("{a: 1}", "1 a name without quotes"),
            ("{\"a\" 1}", "5 a colon is missing before this"),
            ("{\"a\": [1", "8 the document ends too early"),
            ("{\"a\": [1}", "8 closes what is not the innermost bracket"),
            ("{\"a\": \"x\n}", "6 the closing quote is missing"),
            ("{} {}", "3 text behind the document"),
        ] {
            let found: Vec<String> = mistakes(text)
                .iter()
                .map(|d| format!("{} {}", d.span.unwrap().start, d.label))
                .collect();
            assert_eq!(found.join(", "), expected, "{text}");
        }
        assert_eq!(mistakes(&"[x ".repeat(100_000)).len(), 100);
    }

    proptest::proptest! {
        #[test]
        fn a_damaged_policy_has_mistakes_where_serde_json_refuses_it(
            damage in proptest::collection::vec(
                (0_usize..200, 0_usize..4, "[\\[\\]{},:\"'\\\\#/*a1é\u{a0} \n\t-]{0,3}"), 0..5),
        ) {
            const GOOD: &str = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Deny\",\n\
                \"Action\": [\"s3:*\", \"a\\u00e9\"], \"Resource\": \"*\", \"n\": [1.5, true, null, {}]}]}";
            let mut text = GOOD.to_owned();
            for (at, length, other) in damage {
                let start = text.floor_char_boundary(at);
                let end = text.floor_char_boundary(start + length).max(start);
                text.replace_range(start..end, &other);
            }
            let taken = serde_json::from_str::<Value>(&text).is_ok();
            let mut walk = Walk::new(FileId(0), &text);
            let _read = walk.document();
            proptest::prop_assert_eq!(walk.mistakes.is_empty(), taken, "{}", text);
            for found in mistakes(&text) {
                let span = found.span.unwrap();
                proptest::prop_assert!(text.get(span.start..span.end).is_some(), "{}", text);
            }
        }
    }
}
