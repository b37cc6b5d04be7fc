//! The definitions as a JSON Schema, for editors: completion, hover texts, mistakes while typing.
//!
//! Made from the types of [`super::declared`] and the rules of `source::names`. It takes every file
//! that the loader takes. What it cannot judge (whether a name is defined, whether ranges overlap, in
//! which file a settings table stands) stays with `landgrant check`.

pub(super) mod forms;
mod pattern;
#[cfg(test)]
mod tests;

use super::declared::{Declared, Settings};
use super::settings::KEYS;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

/// The settings that stand in a table of their own in the file, but not in [`Settings`]: the name of
/// the table, what an editor says of it, and its keys.
const GROUPED: [(&str, &str, &[&str]); 2] = [
    (
        "identity_center",
        "The instance of IAM Identity Center, and where its users come from. Required in \
         `landgrant.toml`.",
        &["region", "identity_source", "instance"],
    ),
    (
        "organization",
        "What may be done to the organization itself. In `landgrant.toml` only.",
        &["create_accounts"],
    ),
];

/// The settings without which there are none.
const NEEDED: [&str; 2] = ["schema", "identity_center"];

/// The schema of one file. `landgrant.toml` and all others share it, so that an editor needs no more
/// than one line to find it.
pub fn document() -> Value {
    let mut root = object::<Declared>();
    let mut settings = object::<Settings>();
    let required = settings.remove("required").unwrap_or_default();
    let settings = settings.get_mut("properties").and_then(Value::as_object_mut);
    let mut properties = settings.map(std::mem::take).unwrap_or_default();
    for (table, description, keys) in GROUPED {
        let group = grouped(&mut properties, &required, description, keys);
        properties.insert(table.to_owned(), group);
    }
    let description = "The version of the format. Required in `landgrant.toml`, where it is `1`.";
    properties.insert("schema".to_owned(), json!({ "const": 1, "description": description }));
    if let Some(definitions) = root.get_mut("properties").and_then(Value::as_object_mut) {
        definitions.append(&mut properties);
    }
    let (any, needed) = together();
    root.insert("if".to_owned(), any);
    root.insert("then".to_owned(), needed);
    root.remove("required");
    Value::Object(root)
}

/// The schema of a type, everything in its place: editors that follow a reference lose what stands
/// beside it, such as the description of the key.
fn object<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12()
        .with(|settings| settings.inline_subschemas = true)
        .with_transform(RecursiveTransform(plain));
    let schema = settings.into_generator().into_root_schema_for::<T>();
    schema.to_value().as_object().cloned().unwrap_or_default()
}

/// Moves keys of [`Settings`] into a table.
fn grouped(
    properties: &mut Map<String, Value>,
    required: &Value,
    description: &str,
    keys: &[&str],
) -> Value {
    let inner: Map<String, Value> =
        keys.iter().filter_map(|key| properties.remove_entry(*key)).collect();
    let required = required.as_array().into_iter().flatten();
    let required: Vec<&Value> =
        required.filter(|key| key.as_str().is_some_and(|key| inner.contains_key(key))).collect();
    json!({
        "additionalProperties": false,
        "description": description,
        "properties": inner,
        "required": required,
        "type": "object",
    })
}

/// Settings stand together: where there is one, the needed ones are there too. (`dependentRequired`
/// says the same, but Taplo does not know it.)
fn together() -> (Value, Value) {
    let any: Vec<Value> = KEYS.iter().map(|key| json!({ "required": [key] })).collect();
    (json!({ "anyOf": any }), json!({ "required": NEEDED }))
}

/// Takes out what TOML does not have, and words what it has as editors expect it.
fn plain(schema: &mut Schema) {
    // Rust's names of numbers (`uint32`) are formats that no other tool knows; the range says it.
    schema.remove("format");
    without_null(schema);
    as_words(schema);
    if let Some(Value::String(text)) = schema.get_mut("description") {
        // Comments are wrapped for the width of the code.
        *text = text.replace('\n', " ").replace("  ", "\n\n");
    }
}

/// TOML has no null: what is optional is left out.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [one] = types.as_slice() {
            let one = one.clone();
            schema.insert("type".to_owned(), one);
        }
    }
    let Some(Value::Array(ways)) = schema.get_mut("anyOf") else { return };
    let before = ways.len();
    ways.retain(|way| way.get("type").is_none_or(|name| name != "null"));
    if ways.len() == before {
        return;
    }
    if let [Value::Object(one)] = ways.as_mut_slice() {
        let one = std::mem::take(one);
        schema.remove("anyOf");
        for (key, value) in one {
            // What the key says goes before what its type says.
            if schema.get(&key).is_none() {
                schema.insert(key, value);
            }
        }
    }
}

/// One of a few words, each with its description: an `enum`, which reads better in messages than
/// `oneOf` with a branch for each, and the descriptions where Taplo looks for them.
fn as_words(schema: &mut Schema) {
    let Some(ways) = schema.get("oneOf").and_then(Value::as_array) else { return };
    let words: Option<Vec<Value>> = ways.iter().map(|way| way.get("const").cloned()).collect();
    let Some(words) = words else { return };
    let texts: Vec<Value> = ways.iter().filter_map(|way| way.get("description").cloned()).collect();
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), words.into());
    schema.insert("x-taplo".to_owned(), json!({ "docs": { "enumValues": texts } }));
}
