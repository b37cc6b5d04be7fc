//! JSON with the place of every value, read from JSON text or from a TOML value.

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

/// Reads JSON text. `serde_json` judges the syntax; the walk after it only finds the places.
pub(super) fn from_text(
    file: FileId,
    text: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<Json>> {
    if let Err(error) = serde_json::from_str::<Value>(text) {
        out.push(syntax(file, text, &error));
        return None;
    }
    let read = Walk { file, text, at: 0 }.value();
    if read.is_none() {
        // Not reached, as serde_json took the text; but nothing may ever be dropped in silence.
        let span = Span { file, start: 0, end: 0 };
        out.push(
            Diagnostic::new(Code::InvalidPolicy, span, "the document cannot be read")
                .help("write it as plain JSON"),
        );
    }
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

/// A position in JSON text that is known to be well formed; `None` would mean that it is not.
struct Walk<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
}

impl Walk<'_> {
    /// The next byte that is no white space, which stays.
    fn peek(&mut self) -> Option<u8> {
        let rest = self.text.get(self.at..)?;
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes one byte of punctuation.
    fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    fn span(&self, start: usize) -> Span {
        Span { file: self.file, start, end: self.at }
    }

    fn value(&mut self) -> Option<Spanned<Json>> {
        let first = self.peek()?;
        let start = self.at;
        let value = match first {
            b'{' => self.object()?,
            b'[' => self.list()?,
            b'"' => Json::Text(self.string()?.value),
            _ => self.scalar()?,
        };
        Some(Spanned::new(value, self.span(start)))
    }

    fn object(&mut self) -> Option<Json> {
        self.pass(b'{')?;
        let mut members = Vec::new();
        while self.peek()? != b'}' {
            let name = self.string()?;
            self.pass(b':')?;
            members.push((name, self.value()?));
            if self.peek()? == b',' {
                self.pass(b',')?;
            }
        }
        self.pass(b'}')?;
        Some(Json::Object(members))
    }

    fn list(&mut self) -> Option<Json> {
        self.pass(b'[')?;
        let mut items = Vec::new();
        while self.peek()? != b']' {
            items.push(self.value()?);
            if self.peek()? == b',' {
                self.pass(b',')?;
            }
        }
        self.pass(b']')?;
        Some(Json::List(items))
    }

    fn string(&mut self) -> Option<Spanned<String>> {
        self.peek()?;
        let start = self.at;
        self.pass(b'"')?;
        loop {
            let next = self.text.as_bytes().get(self.at)?;
            self.at += if *next == b'\\' { 2 } else { 1 };
            if *next == b'"' {
                break;
            }
        }
        let text = serde_json::from_str(self.text.get(start..self.at)?).ok()?;
        Some(Spanned::new(text, self.span(start)))
    }

    fn scalar(&mut self) -> Option<Json> {
        let rest = self.text.get(self.at..)?;
        let end = rest.find([',', ']', '}', ' ', '\t', '\n', '\r']).unwrap_or(rest.len());
        self.at += end;
        match serde_json::from_str(&rest[..end]).ok()? {
            Value::Null => Some(Json::Null),
            Value::Bool(value) => Some(Json::Bool(value)),
            Value::Number(number) => Some(Json::Number(number)),
            _ => None,
        }
    }
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
            let read = from_text(FileId(0), text, &mut Vec::new()).unwrap();
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(read.value.to_value(), plain, "{text}");
        }
    }

    #[test]
    fn values_know_their_place() {
        let text = "{ \"a\": [1, \"b\"] }";
        let read = from_text(FileId(0), text, &mut Vec::new()).unwrap();
        let Json::Object(members) = &read.value else { panic!("no object") };
        let (name, list) = &members[0];
        let Json::List(items) = &list.value else { panic!("no list") };
        let at = |span: Span| &text[span.start..span.end];
        assert_eq!(at(name.span), "\"a\"");
        assert_eq!(at(list.span), "[1, \"b\"]");
        assert_eq!(at(items[1].span), "\"b\"");
    }

    #[test]
    fn syntax_errors_lie_in_the_json() {
        for (text, start, why) in [
            ("", 0, "EOF while parsing a value"),
            ("{\n  \"a\": 1,\n}", 12, "trailing comma"),
            ("{\"é\": x}", 7, "expected value"),
            ("{} {}", 3, "trailing characters"),
        ] {
            let mut out = Vec::new();
            assert_eq!(from_text(FileId(0), text, &mut out), None, "{text}");
            assert_eq!(out[0].span.map(|s| s.start), Some(start), "{text}");
            assert_eq!(out[0].label, why, "{text}");
        }
    }
}
