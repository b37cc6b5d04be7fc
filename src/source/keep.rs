//! `[[keep]]`: a grant that must stand before, after and at every step of a plan.

use super::declared::Keep;
use super::decode::{Node, Table, unknown_key};
use super::grant::{accounts, permission_set, principal, words};
use crate::diag::{Code, Diagnostic, Spanned};

/// What a grant has and a keep has not.
const PERIOD: [&str; 2] = ["starts", "expires"];

const PERIOD_HELP: &str = "remove it: a keep has no period, it holds for as long as it stands here";

/// Reads the list under `keep`.
pub(super) fn keeps(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Vec<Spanned<Keep>> {
    if !matches!(node.value, toml::de::DeValue::Array(_)) {
        out.push(node.wrong_type("a list of tables").help("write each keep under [[keep]]"));
        return Vec::new();
    }
    let items = node.items(out).unwrap_or_default();
    items.into_iter().filter_map(|item| keep(item, out)).collect()
}

/// Reads one `[[keep]]`. What is missing or wrong in it is left out.
fn keep(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<Keep>> {
    let mut table = Table::of("keep", node.span, node, out)?;
    let to = table
        .required("to", "write who must keep it: to = [\"group:NAME\"]")
        .and_then(|node| node.some_strings(out, principal));
    let allow = table
        .required("allow", "write what must stay granted: allow = [\"PERMISSION-SET\"]")
        .and_then(|node| node.some_strings(out, permission_set));
    let within = table
        .required("in", "write where it must stay granted: in = [\"account:NAME\"]")
        .and_then(|node| node.some_strings(out, accounts));
    let except = table.optional("except").and_then(|node| node.strings(out, accounts));
    let min_people = table.optional("min_people").and_then(|node| people(node, out));
    let [reason, ticket, owner] =
        ["reason", "ticket", "owner"].map(|key| words(table.optional(key), out));
    table.finish_with(
        |table, key, known| {
            let unknown = unknown_key(table, key, known);
            if PERIOD.contains(&key.value) { unknown.help(PERIOD_HELP) } else { unknown }
        },
        out,
    );
    let keep = Keep {
        to: to.unwrap_or_default(),
        allow: allow.unwrap_or_default(),
        within: within.unwrap_or_default(),
        except: except.unwrap_or_default(),
        min_people,
        reason,
        ticket,
        owner,
    };
    Some(Spanned::new(keep, node.span))
}

fn people(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<u32> {
    let number = node.integer(out)?;
    let people = u32::try_from(number).ok().filter(|number| *number > 0);
    if people.is_none() {
        let message = format!("`min_people` cannot be {number}");
        out.push(
            Diagnostic::new(Code::InvalidValue, node.span, message)
                .help("write how many people must keep the access, from 1"),
        );
    }
    people
}

#[cfg(test)]
mod tests {
    use crate::source::tests::{SETTINGS, places, tree};

    fn found(keep: &str) -> String {
        let text = format!("{SETTINGS}{keep}");
        let first = SETTINGS.lines().count();
        let found = places(&[("landgrant.toml", &text), ("t.toml", "[group.a]\n")]);
        let relative = found.iter().map(|line| {
            let (code, place) = line.split_once(" landgrant.toml:").unwrap();
            let (line, column) = place.split_once(':').unwrap();
            format!("{code} {}:{column}", line.parse::<usize>().unwrap() - first)
        });
        relative.collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_keep_says_who_keeps_what_and_where() {
        let whole = "[[keep]]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\n";
        for (text, expected) in [
            ("[[keep]]\n".to_owned(), "missing-key 1:1, missing-key 1:1, missing-key 1:1"),
            (whole.to_owned(), ""),
            (format!("{whole}min_people = 2\nexcept = [\"account:x\"]\nowner = \"o\"\n"), ""),
            (format!("{whole}min_people = 0\n"), "invalid-value 5:14"),
            (format!("{whole}min_people = -1\n"), "invalid-value 5:14"),
            (format!("{whole}min_people = \"2\"\n"), "wrong-type 5:14"),
            (format!("{whole}min_peopel = 2\n"), "unknown-key 5:1"),
            (format!("{whole}expires = 2026-12-31\n"), "unknown-key 5:1"),
            (
                "[[keep]]\nto = [\"a\"]\nallow = [\"A B\"]\nin = [\"b\"]\n".to_owned(),
                "invalid-principal 2:7, invalid-name 3:10, invalid-selector 4:7",
            ),
        ] {
            assert_eq!(found(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_period_is_told_apart_from_a_misspelling() {
        let keep = "[[keep]]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\nstarts = 1\n";
        let text = format!("{SETTINGS}{keep}");
        let diagnostics = crate::source::load(&tree(&[("landgrant.toml", &text)])).2;
        let period = diagnostics.iter().find(|d| d.message.contains("`starts`")).unwrap();
        assert!(period.help.contains("no period"), "{}", period.help);
    }

    #[test]
    fn what_protects_stands_outside_what_it_protects() {
        let keep = "[[keep]]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\nmin = 1\n";
        let found = places(&[("landgrant.toml", SETTINGS), ("teams/a.toml", keep)]);
        assert_eq!(found, ["misplaced-settings teams/a.toml:1:3", "unknown-key teams/a.toml:5:1"]);
        let keeps =
            |files: &[(&str, &str)]| crate::source::load(&tree(files)).0.settings.keeps.len();
        let whole = format!("{SETTINGS}{}", keep.replace("min = 1\n", ""));
        assert_eq!(keeps(&[("landgrant.toml", &whole)]), 1);
        assert_eq!(keeps(&[("landgrant.toml", SETTINGS), ("a.toml", keep)]), 0);
    }
}
