//! `[drift]` and `[[accept]]`.

use super::declared::{Accept, DriftSettings, Severities, Severity};
use super::decode::{Node, Table};
use super::grant::{selector, words};
use super::period::{self, End};
use super::selector::Selector;
use crate::diag::{Code, Diagnostic, Spanned};

const SEVERITIES: &[(&str, Severity)] = &[
    ("critical", Severity::Critical),
    ("high", Severity::High),
    ("medium", Severity::Medium),
    ("low", Severity::Low),
];

/// Reads `[drift]`.
pub(super) fn settings(node: Node<'_>, out: &mut Vec<Diagnostic>) -> DriftSettings {
    let mut drift = DriftSettings::default();
    let Some(mut table) = Table::of("drift", node.span, node, out) else { return drift };
    if let Some(node) = table.optional("sensitive") {
        drift.sensitive = node.strings(out, |text, out| selector(text, Selector::parse, out));
    }
    if let Some(node) = table.optional("severity") {
        severities(node, &mut drift.severity, out);
    }
    table.finish(out);
    drift
}

fn severities(node: Node<'_>, severities: &mut Severities, out: &mut Vec<Diagnostic>) {
    let Some(mut table) = Table::of("drift.severity", node.span, node, out) else { return };
    let Severities {
        unmanaged,
        missing,
        changed,
        not_provisioned,
        orphaned,
        expired_still_live,
        misplaced_account,
        recreated_group,
        unknown,
    } = severities;
    for (key, severity) in [
        ("unmanaged", unmanaged),
        ("missing", missing),
        ("changed", changed),
        ("not-provisioned", not_provisioned),
        ("orphaned", orphaned),
        ("expired-still-live", expired_still_live),
        ("misplaced-account", misplaced_account),
        ("recreated-group", recreated_group),
        ("unknown", unknown),
    ] {
        let word = table.optional(key).and_then(|node| node.word(SEVERITIES, out));
        *severity = word.map(|word| word.value);
    }
    table.finish(out);
}

/// Reads the list under `accept`; `text` is its file's.
pub(super) fn accepts(
    node: Node<'_>,
    text: &str,
    out: &mut Vec<Diagnostic>,
) -> Vec<Spanned<Accept>> {
    if !matches!(node.value, toml::de::DeValue::Array(_)) {
        out.push(node.wrong_type("a list of tables").help("write each under [[accept]]"));
        return Vec::new();
    }
    let items = node.items(out).unwrap_or_default();
    items.into_iter().filter_map(|item| accept(item, text, out)).collect()
}

/// Reads one. What lacks anything accepts nothing.
fn accept(node: Node<'_>, text: &str, out: &mut Vec<Diagnostic>) -> Option<Spanned<Accept>> {
    let mut table = Table::of("accept", node.span, node, out)?;
    let what = table.required("what", "write the address as drift prints it: what = \"grant/…\"");
    let why = table.required("why", "write why it may stay: why = \"…\"");
    let until_node = table.required("until", "write until when it may stay: until = 2026-12-31");
    let what = what.and_then(|node| some_text(node, out));
    let why = why.and_then(|node| some_text(node, out));
    let until = until_node.and_then(|node| period::read(node, End::Close, out));
    let ticket = words(table.optional("ticket"), out);
    table.finish(out);
    let until_text = until_node.and_then(|node| text.get(node.span.start..node.span.end));
    let accept = Accept {
        what: what?,
        why: why?.value,
        until: until?,
        until_text: until_text.unwrap_or_default().to_owned(),
        ticket,
    };
    Some(Spanned::new(accept, node.span))
}

fn some_text(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let text = node.string(out)?;
    if text.value.is_empty() {
        let message = format!("`{}` is empty", node.key);
        out.push(Diagnostic::new(Code::InvalidValue, text.span, message).help("write a text"));
        return None;
    }
    Some(text.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use crate::source::tests::{SETTINGS, places, tree};

    fn found(more: &str) -> String {
        let text = format!("{SETTINGS}{more}");
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
    fn severities_and_sensitive_accounts_are_checked() {
        for (text, expected) in [
            ("[drift]\nsensitive = [\"tag:env=prod\"]\nseverity = { orphaned = \"high\" }\n", ""),
            ("[drift]\nsensitive = []\n", ""),
            ("[drift]\nsensitive = [\"prod\"]\n", "invalid-selector 2:14"),
            ("[drift]\nseverity = { orphaned = \"bad\" }\n", "invalid-value 2:25"),
            ("[drift]\nseverity = { orphan = \"high\" }\n", "unknown-key 2:14"),
            ("[drift]\nquiet = 1\n", "unknown-key 2:1"),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_accepted_needs_a_reason_and_an_end() {
        let whole = "[[accept]]\nwhat = \"grant/a/*\"\nwhy = \"moving\"\nuntil = 2026-12-31\n";
        for (text, expected) in [
            (whole.to_owned(), ""),
            (format!("{whole}ticket = \"SEC-1\"\n"), ""),
            ("[[accept]]\n".to_owned(), "missing-key 1:1, missing-key 1:1, missing-key 1:1"),
            (whole.replace("\"moving\"", "\"\""), "invalid-value 3:7"),
            (whole.replace("2026-12-31", "\"2026-12-31\""), "wrong-type 4:9"),
            (whole.replace("why", "reason"), "missing-key 1:1, unknown-key 3:1"),
            ("[accept]\n".to_owned(), "wrong-type 1:1"),
        ] {
            assert_eq!(found(&text), expected, "{text}");
        }
    }

    #[test]
    fn a_team_may_accept_in_its_own_file() {
        let accept =
            "[[accept]]\nwhat = \"grant/a/*\"\nwhy = \"moving\"\nuntil = 2026-12-31\n[group.a]\n";
        let declared =
            crate::source::load(&tree(&[("landgrant.toml", SETTINGS), ("t.toml", accept)])).0;
        assert_eq!(declared.accepts.len(), 1);
        assert_eq!(declared.accepts[0].value.until_text, "2026-12-31");
    }
}
