//! What may stand once in all files together: names, names regardless of case, pins.

use super::declared::Declared;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use std::collections::BTreeMap;

/// Names of one kind that differ by case alone.
pub(super) fn case(all: &Declared, out: &mut Vec<Diagnostic>) {
    folded("OU", &all.ous, out);
    folded("account", &all.accounts, out);
    folded("permission set", &all.permission_sets, out);
    folded("user", &all.users, out);
    folded("group", &all.groups, out);
    folded("network", &all.networks, out);
}

/// Names that a thing had before and another thing has, or had.
pub(super) fn renames(all: &Declared, out: &mut Vec<Diagnostic>) {
    let ous = all.ous.values().flat_map(|ou| &ou.value.previously);
    previous("OU", &all.ous, ous.map(|old| (old.value.to_string(), old.span)), out);
    let groups = all.groups.values().flat_map(|group| &group.value.previously);
    previous("group", &all.groups, groups.map(|old| (old.value.to_string(), old.span)), out);
}

/// Ids and addresses of more than one account.
pub(super) fn pins(all: &Declared, out: &mut Vec<Diagnostic>) {
    let ids = all.accounts.values().filter_map(|account| account.value.id.as_ref());
    once("id", ids.map(|id| (id.value.to_string(), id.span)), out);
    let emails = all.accounts.values().filter_map(|account| account.value.email.as_ref());
    once("address", emails.map(|email| (email.value.to_lowercase(), email.span)), out);
}

/// Whether AWS folds case in names is not documented for most of them (docs/aws.md): two names
/// that differ by case alone are refused.
fn folded<K: ToString, V>(kind: &str, map: &BTreeMap<K, Spanned<V>>, out: &mut Vec<Diagnostic>) {
    let mut names: Vec<(Span, String)> =
        map.iter().map(|(name, value)| (value.span, name.to_string())).collect();
    names.sort();
    let mut first: BTreeMap<String, (Span, String)> = BTreeMap::new();
    for (span, name) in names {
        if let Some((place, other)) = first.get(&name.to_lowercase()) {
            let (one, two) = if *other < name { (other, &name) } else { (&name, other) };
            let message = format!("the {kind}s `{one}` and `{two}` differ by case alone");
            out.push(
                Diagnostic::new(Code::CaseCollision, span, message)
                    .related(*place, "the other one")
                    .help("rename one of the two"),
            );
            continue;
        }
        first.insert(name.to_lowercase(), (span, name));
    }
}

/// A name that a thing had before belongs to that thing alone.
fn previous<K: ToString, V>(
    kind: &str,
    map: &BTreeMap<K, Spanned<V>>,
    previously: impl Iterator<Item = (String, Span)>,
    out: &mut Vec<Diagnostic>,
) {
    let mut owners: BTreeMap<String, Span> =
        map.iter().map(|(name, value)| (name.to_string(), value.span)).collect();
    let mut previously: Vec<(String, Span)> = previously.collect();
    previously.sort_by_key(|(_, span)| *span);
    for (name, span) in previously {
        if let Some(owner) = owners.get(&name) {
            let message = format!("`{name}` names more than one {kind}");
            out.push(
                Diagnostic::new(Code::DuplicateDefinition, span, message)
                    .label("a name it had before")
                    .related(*owner, "also named here")
                    .help("a name, present or previous, belongs to one of them"),
            );
            continue;
        }
        owners.insert(name, span);
    }
}

/// A pin fits one account only.
fn once(what: &str, pins: impl Iterator<Item = (String, Span)>, out: &mut Vec<Diagnostic>) {
    let mut pins: Vec<(String, Span)> = pins.collect();
    pins.sort_by_key(|(_, span)| *span);
    let mut first: BTreeMap<String, Span> = BTreeMap::new();
    for (pin, span) in pins {
        if let Some(place) = first.get(&pin) {
            let message = format!("two accounts have the {what} `{pin}`");
            out.push(
                Diagnostic::new(Code::DuplicateDefinition, span, message)
                    .related(*place, "first used here")
                    .help("correct one of the two"),
            );
            continue;
        }
        first.insert(pin, span);
    }
}

#[cfg(test)]
mod tests {
    use crate::source::tests::{SETTINGS, each, places};

    #[test]
    fn names_and_pins_stand_once() {
        each(&[
            ("[group.Ops]\n[group.ops]\n", "case-collision 2:8"),
            ("[ou.\"A/B\"]\n[ou.\"A/b\"]\n", "case-collision 2:5"),
            ("[group.a]\npreviously = [\"b\"]\n[group.b]\n", "duplicate-definition 2:15"),
            ("[group.a]\npreviously = [\"a\"]\n", "duplicate-definition 2:15"),
            (
                "[group.a]\npreviously = [\"x\"]\n[group.b]\npreviously = [\"x\"]\n",
                "duplicate-definition 4:15",
            ),
            (
                "[ou.A]\npreviously = [\"B\"]\n[ou.C]\npreviously = [\"B\"]\n",
                "duplicate-definition 4:15",
            ),
            (
                "[account.a]\nid = \"111122223333\"\n[account.b]\nid = \"111122223333\"\n",
                "duplicate-definition 4:6",
            ),
            (
                "[account.a]\nemail = \"a@b.example\"\n[account.b]\nemail = \"A@b.example\"\n",
                "duplicate-definition 4:9",
            ),
        ]);
    }

    #[test]
    fn the_first_definition_is_that_of_the_first_path() {
        let one = "[account.a]\n[permission_set.a]\n[user.a]\n[group.a]\n[network.a]\n\
            cidrs = [\"10.0.0.0/8\"]\n[ou.a]\n";
        let found = places(&[("z.toml", one), ("landgrant.toml", SETTINGS), ("b.toml", one)]);
        let expected = [(1, 10), (2, 17), (3, 7), (4, 8), (5, 10), (7, 5)]
            .map(|(line, column)| format!("duplicate-definition z.toml:{line}:{column}"));
        assert_eq!(found, expected);
    }
}
