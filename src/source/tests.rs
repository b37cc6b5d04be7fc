//! What `load` says of whole repositories, and the words in which the tables of cases are written.

use super::*;
use crate::diag::{Severity, has_errors};
use crate::id::PermissionSetName;

mod bounds;
mod laws;

/// Settings without a mistake.
pub(super) const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n";

/// A tree of texts.
pub(super) fn tree(files: &[(&str, &str)]) -> Tree {
    let input = |(path, text): &(&str, &str)| Input { path: (*path).into(), bytes: (*text).into() };
    Tree { files: files.iter().map(input).collect(), ..Tree::default() }
}

/// `code file:line:column` of everything that is found.
pub(super) fn places(files: &[(&str, &str)]) -> Vec<String> {
    let (_, files, diagnostics) = load(&tree(files));
    let place = |d: &Diagnostic| match d.span {
        Some(span) => format!("{} {}", d.code, files.position(span)),
        None => d.code.to_string(),
    };
    diagnostics.iter().map(place).collect()
}

/// Checks a table of cases: the text of `t.toml`, and `code line:column` of what is found there,
/// joined by commas.
pub(super) fn each(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let found = places(&[("landgrant.toml", SETTINGS), ("t.toml", text)]);
        let found = found.join(", ").replace(" t.toml:", " ");
        assert_eq!(found, *expected, "{}", crate::text::shorten(text, 400));
    }
}

/// What one definition file declares beside [`SETTINGS`]; it must have no mistake.
pub(super) fn declared(text: &str) -> Declared {
    let (declared, files, diagnostics) =
        load(&tree(&[("landgrant.toml", SETTINGS), ("t.toml", text)]));
    assert_eq!(crate::diag::emit::text(&files, &diagnostics, false), "", "{text}");
    declared
}

#[test]
fn the_sample_of_the_design_has_no_mistake() {
    let files = [
        ("landgrant.toml", include_str!("tests/sample/landgrant.toml")),
        ("teams/loyalty.toml", include_str!("tests/sample/loyalty.toml")),
        ("teams/policies/developer.json", include_str!("tests/sample/developer.json")),
    ];
    let (declared, files, diagnostics) = load(&tree(&files));
    assert_eq!(crate::diag::emit::text(&files, &diagnostics, false), "");
    assert_eq!(declared.ous.len(), 1);
    assert_eq!(declared.accounts.len(), 1);
    assert_eq!(declared.users.len(), 1);
    let set = &declared.permission_sets[&PermissionSetName::new("LoyaltyDeveloper")].value;
    assert_eq!(set.managed_policies.len(), 2);
    assert!(set.inline_policy.as_ref().unwrap().value.as_str().contains("\"10.20.0.0/16\""));
    let grant = &declared.grants[0].value;
    assert_eq!(grant.expires_text.as_deref(), Some("2026-12-31"));
    assert_eq!(grant.expires.unwrap().value.to_string(), "2027-01-01T00:00:00Z");
}

#[test]
fn every_mistake_of_every_file_is_found_in_one_run() {
    assert_eq!(
        places(&[
            ("landgrant.toml", "schema = 1\n[identity_center]\nregion = 1\n[mange]\n"),
            ("a.toml", "[group.a]\nmember = []\n[[grant]]\nto = \"group:a\"\n"),
            ("b.toml", "[group.b\n"),
            ("c.toml", "schema = 1\n[group.A]\n[group.a]\n"),
        ]),
        [
            "unknown-key a.toml:2:1",
            "missing-key a.toml:3:1",
            "missing-key a.toml:3:1",
            "wrong-type a.toml:4:6",
            "toml-syntax b.toml:1:9",
            "misplaced-settings c.toml:1:1",
            "case-collision c.toml:2:8",
            "duplicate-definition c.toml:3:8",
            "missing-key landgrant.toml:2:1",
            "wrong-type landgrant.toml:3:10",
            "unknown-key landgrant.toml:4:2",
        ]
    );
}

#[test]
fn without_settings_the_rest_is_checked_all_the_same() {
    let team = ("a.toml", "[group.a]\nx = 1\n");
    for (files, expected) in [
        (&[][..], &["missing-settings"][..]),
        (&[team], &["missing-settings", "unknown-key"]),
        (&[("sub/landgrant.toml", "[group.a]\n")], &["missing-settings"]),
        (
            &[("landgrant.toml", "schema = 2\n[x]\n"), team],
            &["unknown-key", "missing-key", "unsupported-schema", "unknown-key"],
        ),
        (
            &[("landgrant.toml", "schema = 1\n[x\n"), team],
            &["unknown-key", "missing-key", "unknown-key", "toml-syntax"],
        ),
    ] {
        let (_, _, diagnostics) = load(&tree(files));
        let errors = diagnostics.iter().filter(|d| d.severity() == Severity::Error);
        assert_eq!(errors.map(|d| d.code.name()).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn settings_alone_are_declared_and_warned_of() {
    let (_, _, diagnostics) = load(&tree(&[("landgrant.toml", SETTINGS)]));
    assert!(!has_errors(&diagnostics));
    assert_eq!(diagnostics[0].code, Code::NoDefinitions);
}

#[test]
fn settings_that_could_be_read_are_declared_whatever_else_is_wrong() {
    let broken =
        [("landgrant.toml", SETTINGS), ("a.toml", "[group.a]\nx = 1\n"), ("b.toml", "[x\n")];
    let (declared, _, diagnostics) = load(&tree(&broken));
    assert_eq!(declared.groups.len(), 1);
    assert_eq!(diagnostics.len(), 3, "an unknown key, an unclosed header, an unknown table");
}

#[test]
fn what_stands_in_a_misspelt_table_is_checked() {
    each(&[
        ("[groups.a]\nmember = []\n", "unknown-key 1:2, unknown-key 2:1"),
        ("[[grants]]\nto = [\"group:a\"]\nallow = [\"A\"]\n", "missing-key 1:1, unknown-key 1:3"),
        ("[netwrok.a]\ncidrs = [\"x\"]\n", "unknown-key 1:2, invalid-cidr 2:10"),
        ("[[group]]\n[mange]\nx = 1\n", "wrong-type 1:1, unknown-key 2:2"),
    ]);
    let settings =
        "schema = 1\n[identity_centre]\nregion = \"x\"\nidentity_source = \"directory\"\n";
    let found = places(&[("landgrant.toml", settings), ("t.toml", "[group.a]\n")]);
    assert_eq!(found, ["unknown-key landgrant.toml:2:2", "invalid-value landgrant.toml:3:10"]);
}

#[test]
fn top_level_tables_have_their_form() {
    each(&[
        ("[groups.a]\n", "unknown-key 1:2"),
        ("[[group]]\n", "wrong-type 1:1"),
        ("group = 1\n", "wrong-type 1:9"),
        ("group.a = 1\n", "wrong-type 1:11"),
        ("[grant]\n", "wrong-type 1:1"),
        ("grant = [1]\n", "wrong-type 1:10"),
        (
            "[[contract]]\n[[keep]]\n[page]\n",
            "unknown-key 1:3, misplaced-settings 2:3, unknown-key 3:2",
        ),
        ("network = 1\n", "wrong-type 1:11"),
        ("a = 1\r\na = 2\r\n", "unknown-key 1:1, duplicate-key 2:1"),
    ]);
}

#[test]
fn depth_is_bounded_whatever_the_keys() {
    let dotted = vec!["a"; 70].join(".");
    let deep = (0..70).fold("1".to_owned(), |inner, _| format!("{{ {dotted} = {inner} }}"));
    each(&[
        (&format!("x = {deep}\n"), "toml-syntax 1:133"),
        (&format!("x = {}", "[".repeat(500)), "toml-syntax 1:85"),
    ]);
}

#[test]
fn unreadable_files_are_errors_at_their_path() {
    let mut tree = tree(&[("landgrant.toml", SETTINGS)]);
    tree.unreadable.push(("teams".into(), "permission denied".into()));
    let (_, files, diagnostics) = load(&tree);
    assert_eq!(diagnostics.len(), 1, "nothing is known of what hides there");
    assert_eq!(diagnostics[0].code, Code::UnreadableFile);
    assert_eq!(files.position(diagnostics[0].span.unwrap()).file, "teams");
}

#[test]
fn what_stands_again_is_read_for_its_mistakes() {
    each(&[
        (
            "[group.a]\ndescription = \"A\"\n[group.a]\ndescription = 5\n",
            "duplicate-definition 3:8, wrong-type 4:15",
        ),
        (
            "[permission_set.A]\nsession = \"8h\"\nsession = \"99h\"\nsession = \"98h\"\n",
            "duplicate-key 3:1, invalid-session 3:11, duplicate-key 4:1, invalid-session 4:11",
        ),
        (
            "[network.n]\ncidrs = [\"10.0.0.0/8\"]\ncidrs = [\"10.0.0.0/99\"]\n",
            "duplicate-key 3:1, invalid-cidr 3:10",
        ),
        // Nothing is said of what is only missing because the rest is not looked at.
        (
            "[permission_set.A]\nsession = \"8h\"\n[permission_set.A]\nsession = \"8h\"\n",
            "duplicate-definition 3:17",
        ),
    ]);
    let again = format!("{SETTINGS}region = \"Not one\"\n");
    assert_eq!(
        places(&[("landgrant.toml", &again), ("t.toml", "[group.a]\n")]),
        ["duplicate-key landgrant.toml:5:1", "invalid-value landgrant.toml:5:10"]
    );
}
