use super::*;
use crate::diag::{Code, Diagnostic};
use crate::source::load;
use crate::source::tests::{SETTINGS, tree};
use std::collections::BTreeSet;

/// Every table whose keys are known: where the schema describes it, and a file in which it stands
/// empty (but for `@`, which marks where a key can be written).
const OBJECTS: &[(&str, &str)] = &[
    ("", "@"),
    ("/properties/identity_center", "schema = 1\n[identity_center]\n@"),
    ("/properties/organization", "{settings}[organization]\n@"),
    ("/properties/manage", "{settings}[manage]\n@"),
    ("/properties/ignore", "{settings}[ignore]\n@"),
    ("/properties/limits", "{settings}[limits]\n@"),
    ("/properties/pace", "{settings}[pace]\n@"),
    ("/properties/drift", "{settings}[drift]\n@"),
    ("/properties/drift/properties/severity", "{settings}[drift.severity]\n@"),
    ("/properties/accept/items", "{settings}[[accept]]\n@"),
    ("/properties/limits/properties/accounts", "{settings}[limits.accounts]\n@"),
    ("/properties/limits/properties/controls", "{settings}[limits.controls]\n@"),
    ("/properties/limits/properties/grants", "{settings}[limits.grants]\n@"),
    ("/properties/limits/properties/groups", "{settings}[limits.groups]\n@"),
    ("/properties/limits/properties/memberships", "{settings}[limits.memberships]\n@"),
    ("/properties/limits/properties/permission_sets", "{settings}[limits.permission_sets]\n@"),
    ("/properties/limits/properties/users", "{settings}[limits.users]\n@"),
    ("/properties/limits/properties/ous", "{settings}[limits.ous]\n@"),
    ("/properties/keep/items", "{settings}[[keep]]\n@"),
    ("/properties/ou/additionalProperties", "{settings}[ou.x]\n@"),
    ("/properties/account/additionalProperties", "{settings}[account.x]\n@"),
    ("/properties/account/additionalProperties/properties/owner", "{settings}[account.x.owner]\n@"),
    ("/properties/permission_set/additionalProperties", "{settings}[permission_set.x]\n@"),
    (
        "/properties/permission_set/additionalProperties/properties/permissions_boundary",
        "{settings}[permission_set.x.permissions_boundary]\n@",
    ),
    ("/properties/network/additionalProperties", "{settings}[network.x]\n@"),
    ("/properties/user/additionalProperties", "{settings}[user.x]\n@"),
    ("/properties/group/additionalProperties", "{settings}[group.x]\n@"),
    ("/properties/control/items", "{settings}[[control]]\n@"),
    ("/properties/grant/items", "{settings}[[grant]]\n@"),
];

/// What the loader says of `landgrant.toml`.
fn diagnostics(template: &str, typed: &str) -> Vec<Diagnostic> {
    let text = template.replace("{settings}", SETTINGS).replace('@', typed);
    load(&tree(&[("landgrant.toml", &text)])).2
}

/// The words in backticks.
fn quoted(text: &str) -> BTreeSet<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// Calls `visit` for every schema in the document, with its pointer.
fn walk(at: &str, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, value);
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                walk(&format!("{at}/{key}"), value, visit);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(&format!("{at}/{index}"), value, visit);
            }
        }
        _ => {}
    }
}

#[test]
fn the_keys_of_every_table_are_those_of_the_loader() {
    let document = document();
    for (pointer, template) in OBJECTS {
        let schema = document.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}"));
        let properties = schema["properties"].as_object().unwrap();
        let found = diagnostics(template, "zzzzzzzz = 1\n");
        let unknown = found.iter().find(|d| d.code == Code::UnknownKey).unwrap();
        let known = unknown.help.strip_prefix("the keys are ").unwrap();
        assert_eq!(properties.keys().map(String::as_str).collect::<BTreeSet<_>>(), quoted(known));
    }
}

#[test]
fn the_required_keys_of_every_table_are_those_of_the_loader() {
    let document = document();
    // The file itself requires nothing, unless it holds settings; the boundary requires one of two.
    for (pointer, template) in OBJECTS.iter().skip(1) {
        let required = document.pointer(pointer).unwrap().get("required").cloned();
        let required: Vec<String> =
            serde_json::from_value(required.unwrap_or_else(|| json!([]))).unwrap();
        let missing: BTreeSet<String> = diagnostics(template, "")
            .iter()
            .filter(|d| d.code == Code::MissingKey)
            .filter_map(|d| Some(d.message.split_once("lacks `")?.1.trim_matches('`').to_owned()))
            .collect();
        assert_eq!(required.into_iter().collect::<BTreeSet<_>>(), missing, "{pointer}");
    }
    let settings = diagnostics("", "");
    let missing: BTreeSet<&str> = settings
        .iter()
        .filter(|d| d.code == Code::MissingKey)
        .filter_map(|d| Some(d.message.split_once("lacks `")?.1.trim_matches('`')))
        .collect();
    assert_eq!(missing, NEEDED.into());
}

#[test]
fn no_table_with_known_keys_is_left_out() {
    let mut closed = BTreeSet::new();
    walk("", &document(), &mut |at, schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            closed.insert(at.to_owned());
        }
    });
    assert_eq!(closed, OBJECTS.iter().map(|(pointer, _)| (*pointer).to_owned()).collect());
}

#[test]
fn the_words_of_every_choice_are_those_of_the_loader() {
    let document = document();
    let mut choices = Vec::new();
    walk("", &document, &mut |at, schema| {
        let words = schema.get("enum").filter(|_| !at.ends_with("/not")).and_then(Value::as_array);
        if let Some(words) = words {
            let words: BTreeSet<String> =
                words.iter().map(|word| word.as_str().unwrap().to_owned()).collect();
            choices.push((at.to_owned(), words));
        }
    });
    assert_eq!(choices.len(), 20);
    for (pointer, words) in choices {
        let key = pointer.rsplit('/').next().unwrap();
        let table = pointer.strip_suffix(&format!("/properties/{key}")).unwrap();
        let (_, template) = OBJECTS.iter().find(|(pointer, _)| *pointer == table).unwrap();
        let found = diagnostics(template, &format!("{key} = \"zzzzzzzz\"\n"));
        let invalid = found.iter().find(|d| d.code == Code::InvalidValue).unwrap();
        let known = invalid.help.strip_prefix("the values are ").unwrap();
        assert_eq!(words.iter().map(String::as_str).collect::<BTreeSet<_>>(), quoted(known));
    }
}

#[test]
fn every_key_has_a_text_to_hover_over() {
    walk("", &document(), &mut |at, schema| {
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return };
        for (key, property) in properties {
            let text = property.get("description").and_then(Value::as_str).unwrap_or_default();
            assert!(text.len() >= 10 && text.ends_with('.'), "{at}/{key}: {text:?}");
        }
    });
}

#[test]
fn nothing_is_said_that_toml_or_other_tools_lack() {
    walk("", &document(), &mut |at, schema| {
        assert_ne!(schema, "null", "{at}");
        for word in ["$ref", "$defs", "format", "oneOf"] {
            assert!(schema.get(word).is_none(), "{at}/{word}");
        }
    });
}
