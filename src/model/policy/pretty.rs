//! A policy document as people write one: elements in the order of IAM's grammar, short lists and
//! conditions on one line, long ones an item a line, so that a diff shows the item.

use serde_json::Value;

/// Columns that a value may fill before it is broken up.
const WIDTH: usize = 88;

/// The order of elements in IAM's grammar ("Grammar of the IAM JSON policy language").
const ORDER: &[&str] = &[
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Draws a normalised document.
pub(super) fn pretty(document: &Value) -> String {
    let mut out = String::new();
    draw(document, 0, true, &mut out);
    out.push('\n');
    out
}

fn draw(value: &Value, indent: usize, break_up: bool, out: &mut String) {
    let value = single(value);
    let flat = inline(value);
    let composed = matches!(value, Value::Object(_) | Value::Array(_));
    if !composed || (!break_up && indent + flat.chars().count() <= WIDTH) {
        out.push_str(&flat);
        return;
    }
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort_by_key(|k| (place(k), *k));
            block(indent, ['{', '}'], keys.len(), out, |i, inner, out| {
                let Some((key, value)) = keys.get(i).and_then(|k| Some((*k, map.get(*k)?))) else {
                    return;
                };
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push_str(": ");
                draw(value, inner, key == "Statement", out);
            });
        }
        Value::Array(items) => {
            block(indent, ['[', ']'], items.len(), out, |i, inner, out| {
                let Some(item) = items.get(i) else { return };
                draw(item, inner, item.is_object(), out);
            });
        }
        other => out.push_str(&other.to_string()),
    }
}

fn block(
    indent: usize,
    [open, close]: [char; 2],
    len: usize,
    out: &mut String,
    item: impl Fn(usize, usize, &mut String),
) {
    out.push(open);
    let inner = indent + 2;
    for i in 0..len {
        out.push('\n');
        out.extend(std::iter::repeat_n(' ', inner));
        item(i, inner, out);
        if i + 1 < len {
            out.push(',');
        }
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
    out.push(close);
}

/// One string and a list of it mean the same; one string reads better.
fn single(value: &Value) -> &Value {
    match value {
        Value::Array(items) => match items.as_slice() {
            [one @ (Value::String(_) | Value::Bool(_) | Value::Number(_))] => one,
            _ => value,
        },
        _ => value,
    }
}

fn inline(value: &Value) -> String {
    match single(value) {
        Value::Object(map) => {
            let mut keys: Vec<(&String, &Value)> = map.iter().collect();
            keys.sort_by_key(|(k, _)| (place(k), *k));
            let pairs: Vec<String> = keys
                .iter()
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), inline(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn place(key: &str) -> usize {
    ORDER.iter().position(|k| *k == key).unwrap_or(ORDER.len())
}

#[cfg(test)]
mod tests {
    use crate::model::Policy;

    #[test]
    fn a_document_reads_as_people_write_it() {
        let policy = Policy::new(
            r#"{"Statement":[{"Resource":["*"],"Effect":"Deny","Action":["*"],"Sid":"Outside",
            "Condition":{"NotIpAddress":{"aws:SourceIp":["203.0.113.0/24","198.51.100.0/25"]},
            "Bool":{"aws:ViaAWSService":"false"}}}],"Version":"2012-10-17"}"#,
        );
        let expected = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "Outside",
      "Effect": "Deny",
      "Action": "*",
      "Resource": "*",
      "Condition": {
        "Bool": { "aws:ViaAWSService": "false" },
        "NotIpAddress": { "aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/25"] }
      }
    }
  ]
}
"#;
        assert_eq!(policy.pretty(), expected);
        assert_eq!(Policy::new(expected), policy);
    }
}
