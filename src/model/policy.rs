//! Policy documents, compared by meaning.
//!
//! Key order, white space, one-string-or-list and the order of statements do not matter; anything
//! else does (docs/definitions.md).

mod pretty;

use serde_json::Value;

/// A policy document.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Compact JSON as it is sent to AWS (or as it came, where it is no JSON).
    text: String,
    /// What is compared.
    canonical: String,
}

impl PartialEq for Policy {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Policy {}

impl Policy {
    /// Reads a document. Text that is not JSON is kept and equals only itself, so that a broken live
    /// document is replaced rather than overlooked.
    pub fn new(text: &str) -> Self {
        match serde_json::from_str::<Value>(text) {
            Ok(value) => Self { text: value.to_string(), canonical: canonical(&value) },
            Err(_) => Self { text: text.to_owned(), canonical: text.trim().to_owned() },
        }
    }

    /// Compact JSON, the form that is sent.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form that is compared: equal documents give equal text.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// As people write one, in the document's own order of statements: what a person reads, and what
    /// unified diffs are made of.
    pub fn pretty(&self) -> String {
        match serde_json::from_str::<Value>(&self.text) {
            Ok(value) => pretty::pretty(&normal(&value, None)),
            Err(_) => format!("{}\n", self.text),
        }
    }

    /// Whether it is JSON with a list of statements: nobody knows what another document allows.
    pub fn is_readable(&self) -> bool {
        let value = serde_json::from_str::<Value>(&self.canonical).unwrap_or_default();
        value.get("Statement").is_some_and(Value::is_array)
    }

    /// All but the statements and the document's name, in canonical form: the version decides what
    /// variables in it mean.
    pub fn frame(&self) -> String {
        let mut value = serde_json::from_str::<Value>(&self.canonical).unwrap_or_default();
        if let Some(map) = value.as_object_mut() {
            map.retain(|key, _| key != "Statement" && key != "Id");
        }
        value.to_string()
    }

    /// The statements, each in canonical form with its effect; empty where the document has none.
    pub fn statements(&self) -> Vec<Statement> {
        let Ok(value) = serde_json::from_str::<Value>(&self.canonical) else { return Vec::new() };
        let Some(list) = value.get("Statement").and_then(Value::as_array) else {
            return Vec::new();
        };
        list.iter().map(statement).collect()
    }
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Whether its effect is `Allow` (anything that is not `Deny` counts, to err on the wide side).
    pub allows: bool,
    /// The statement in canonical form.
    pub canonical: String,
    /// What it speaks of.
    pub actions: Listed,
    /// Of which resources.
    pub resources: Listed,
    /// Under which conditions, as JSON.
    pub condition: Option<String>,
    /// Whether it holds nothing else but a name: only then do these say all of it.
    pub plain: bool,
}

/// Actions or resources of a statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Listed {
    /// These.
    Only(Vec<String>),
    /// All but these (`NotAction`, `NotResource`).
    Except(Vec<String>),
    /// No list that can be read.
    Unreadable,
}

fn statement(value: &Value) -> Statement {
    let known =
        ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"].as_slice();
    let plain =
        value.as_object().is_some_and(|map| map.keys().all(|k| known.contains(&k.as_str())));
    Statement {
        allows: value.get("Effect").and_then(Value::as_str) != Some("Deny"),
        canonical: value.to_string(),
        actions: list(value.get("Action"), value.get("NotAction")),
        resources: list(value.get("Resource"), value.get("NotResource")),
        condition: value.get("Condition").map(ToString::to_string),
        plain,
    }
}

fn list(only: Option<&Value>, except: Option<&Value>) -> Listed {
    let found = match (only, except) {
        (Some(only), None) => texts(only).map(Listed::Only),
        (None, Some(except)) => texts(except).map(Listed::Except),
        _ => None,
    };
    found.unwrap_or(Listed::Unreadable)
}

/// A string or a list of them; `None` for anything else.
fn texts(value: &Value) -> Option<Vec<String>> {
    let Value::Array(items) = listed(value) else { return None };
    items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Elements whose value may be one string or a list of them (IAM: "Grammar of the IAM JSON policy
/// language"); inside `Condition` every value may.
const LISTS: &[&str] = &["Action", "NotAction", "Resource", "NotResource"];

fn canonical(value: &Value) -> String {
    let mut value = normal(value, None);
    if let Some(statements) = value.get_mut("Statement").and_then(Value::as_array_mut) {
        statements.sort_by_cached_key(ToString::to_string);
    }
    value.to_string()
}

/// How deep inside `Condition` a value stands: operator → key → values.
fn normal(value: &Value, key: Option<&str>) -> Value {
    match (key, value) {
        (Some("Statement"), Value::Object(_)) => Value::Array(vec![normal(value, None)]),
        (Some("Condition"), Value::Object(operators)) => {
            sorted(operators.iter().map(|(op, keys)| (op.clone(), condition(keys))))
        }
        (Some("Principal" | "NotPrincipal"), Value::Object(kinds)) => {
            sorted(kinds.iter().map(|(kind, v)| (kind.clone(), listed(v))))
        }
        (Some(k), Value::String(_)) if LISTS.contains(&k) => listed(value),
        (_, Value::Object(map)) => sorted(map.iter().map(|(k, v)| (k.clone(), normal(v, Some(k))))),
        (_, Value::Array(items)) => Value::Array(items.iter().map(|v| normal(v, None)).collect()),
        (_, other) => other.clone(),
    }
}

fn condition(keys: &Value) -> Value {
    match keys {
        Value::Object(map) => sorted(map.iter().map(|(k, v)| (k.clone(), listed(v)))),
        other => other.clone(),
    }
}

fn listed(value: &Value) -> Value {
    match value {
        Value::Array(_) | Value::Object(_) => value.clone(),
        one => Value::Array(vec![one.clone()]),
    }
}

/// An object with its keys in order, whatever map `serde_json` was built with.
fn sorted(pairs: impl Iterator<Item = (String, Value)>) -> Value {
    let ordered: std::collections::BTreeMap<String, Value> = pairs.collect();
    Value::Object(ordered.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_does_not_matter() {
        let a = Policy::new(
            r#"{"Version":"2012-10-17","Statement":[
                {"Effect":"Allow","Action":"s3:Get*","Resource":"*"},
                {"Effect":"Deny","Action":["iam:*"],"Resource":["*"],
                 "Condition":{"Bool":{"aws:ViaAWSService":"false"}}}]}"#,
        );
        let b = Policy::new(
            r#"{"Statement":[
                {"Resource":"*","Effect":"Deny","Action":"iam:*",
                 "Condition":{"Bool":{"aws:ViaAWSService":["false"]}}},
                {"Action":["s3:Get*"],"Effect":"Allow","Resource":["*"]}],"Version":"2012-10-17"}"#,
        );
        assert_eq!(a, b);
        let single = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        let listed = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
        assert_eq!(Policy::new(single), Policy::new(listed));
    }

    #[test]
    fn anything_else_matters() {
        let base = r#"{"Statement":[{"Effect":"Allow","Action":["a:B","a:C"],"Resource":"*"}]}"#;
        for other in [
            r#"{"Statement":[{"Effect":"Allow","Action":["a:C","a:B"],"Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":["a:b","a:C"],"Resource":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Deny","Action":["a:B","a:C"],"Resource":"*"}]}"#,
            r#"{"Statement":[{"Sid":"x","Effect":"Allow","Action":["a:B","a:C"],"Resource":"*"}]}"#,
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["a:B","a:C"],"Resource":"*"}]}"#,
            "not json",
        ] {
            assert_ne!(Policy::new(base), Policy::new(other), "{other}");
        }
    }
}
