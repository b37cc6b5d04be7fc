//! What may stand once in all files together: names, names regardless of case, pins.

use super::declared::Declared;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::OuPath;
use std::collections::BTreeMap;

/// Names of one kind that differ by case alone.
pub(super) fn case(all: &Declared, out: &mut Vec<Diagnostic>) {
    ous(all, out);
    folded("account", &all.accounts, out);
    folded("permission set", &all.permission_sets, out);
    folded("user", &all.users, out);
    folded("group", &all.groups, out);
    folded("network", &all.networks, out);
}

/// OUs that differ by case alone, those above a declared one and those that accounts stand in too.
fn ous(all: &Declared, out: &mut Vec<Diagnostic>) {
    let placed = all.accounts.values().filter_map(|account| account.value.ou.as_ref());
    let placed = placed.map(|ou| (ou.span, &ou.value));
    let mut paths: Vec<(Span, &OuPath)> =
        all.ous.iter().map(|(path, ou)| (ou.span, path)).chain(placed).collect();
    paths.sort();
    let mut first: BTreeMap<String, (Span, String)> = BTreeMap::new();
    for (span, path) in paths {
        let mut at = Some(path.clone());
        let mut said = false;
        while let Some(path) = at.filter(|path| path.depth() > 0) {
            let name = path.to_string();
            let (place, other) =
                first.entry(name.to_lowercase()).or_insert_with(|| (span, name.clone()));
            if *other != name && !said {
                out.push(collision("OU", (other, *place), (&name, span)));
                said = true;
            }
            at = path.parent();
        }
    }
}

/// Two names that differ by case alone, the one that stands first and the other.
fn collision(kind: &str, (other, place): (&str, Span), (name, span): (&str, Span)) -> Diagnostic {
    let (one, two) = (other.min(name), other.max(name));
    let message = format!("the {kind}s `{one}` and `{two}` differ by case alone");
    Diagnostic::new(Code::CaseCollision, span, message)
        .related(place, "the other one")
        .help("rename one of the two")
}

/// Names that a thing had before and another thing has, or had.
pub(super) fn renames(all: &Declared, out: &mut Vec<Diagnostic>) {
    let ous = all.ous.iter().flat_map(|(name, ou)| {
        ou.value.previously.iter().map(|old| (name.to_string(), old.value.to_string(), old.span))
    });
    previous("OU", &all.ous, ous.collect(), out);
    let groups = all.groups.iter().flat_map(|(name, group)| {
        let old = group.value.previously.iter();
        old.map(|old| (name.to_string(), old.value.to_string(), old.span))
    });
    previous("group", &all.groups, groups.collect(), out);
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
            out.push(collision(kind, (other, *place), (&name, span)));
            continue;
        }
        first.insert(name.to_lowercase(), (span, name));
    }
}

/// A name that a thing had before belongs to that thing alone: `previously` holds the owner, the name
/// and its place. A thing may have had its name in another case.
fn previous<K: ToString, V>(
    kind: &str,
    map: &BTreeMap<K, Spanned<V>>,
    mut previously: Vec<(String, String, Span)>,
    out: &mut Vec<Diagnostic>,
) {
    // By the name regardless of case: whose it is, the name, and where it stands.
    let mut owners: BTreeMap<String, (String, String, Span)> = BTreeMap::new();
    for (name, value) in map {
        let name = name.to_string();
        owners.entry(name.to_lowercase()).or_insert_with(|| (name.clone(), name, value.span));
    }
    previously.sort_by_key(|(_, _, span)| *span);
    for (thing, name, span) in previously {
        let Some((owner, other, place)) = owners.get(&name.to_lowercase()) else {
            owners.insert(name.to_lowercase(), (thing, name, span));
            continue;
        };
        if *other == name {
            let message = format!("`{name}` names more than one {kind}");
            out.push(
                Diagnostic::new(Code::DuplicateDefinition, span, message)
                    .label("a name it had before")
                    .related(*place, "also named here")
                    .help("a name, present or previous, belongs to one of them"),
            );
        } else if *owner != thing {
            out.push(collision(kind, (other, *place), (&name, span)));
        }
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
            ("[group.Ops]\npreviously = [\"ops\"]\n", ""),
            ("[group.a]\npreviously = [\"OPS\"]\n[group.ops]\n", "case-collision 2:15"),
            ("[ou.\"Work/Prod\"]\n[ou.\"work/Dev\"]\n", "case-collision 2:5"),
            ("[ou.Work]\n[account.a]\nou = \"WORK/x\"\n", "case-collision 3:6"),
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
