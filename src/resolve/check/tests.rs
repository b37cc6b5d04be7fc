use super::{CHECKS, besides_live, offline};
use crate::diag::Diagnostic;
use crate::source::{Input, Tree, checks, load};
use jiff::Timestamp;
use std::collections::BTreeSet;

const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n";

fn now() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// `code line:column` in `t.toml` of what is found beside what loading finds.
fn found(settings: &str, text: &str, check: impl Fn(&str, &str) -> Vec<Diagnostic>) -> String {
    check(settings, text).iter().map(place(text)).collect::<Vec<_>>().join(", ")
}

fn place(text: &str) -> impl Fn(&Diagnostic) -> String {
    move |d| {
        let before = &text[..d.span.unwrap().start];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        format!("{} {line}:{column}", d.code)
    }
}

fn loaded(settings: &str, text: &str) -> crate::source::declared::Declared {
    let input = |path: &str, text: &str| Input { path: path.into(), bytes: text.into() };
    let files = vec![input("landgrant.toml", settings), input("t.toml", text)];
    load(&Tree { files, ..Tree::default() }).0
}

fn everything(settings: &str, text: &str) -> Vec<Diagnostic> {
    offline(&loaded(settings, text), now())
}

/// Checks a table of cases; a grant of `A` to group `g` everywhere uses both in each.
fn each(settings: &str, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let settings = format!("{SETTINGS}{settings}");
        let text = format!(
            "{text}[group.g]\n[permission_set.A]\n\
             [[grant]]\nto = [\"group:g\"]\nallow = [\"A\"]\nin = [\"all\"]\n"
        );
        assert_eq!(found(&settings, &text, everything), *expected, "{text}");
    }
}

#[test]
fn undeclared_names_must_exist_or_are_wrong() {
    let grant = "[[grant]]\nto = [\"group:b\", \"user:c\"]\nallow = [\"B\"]\nin = [\"all\"]\n";
    let twice = format!("{grant}{grant}");
    let adopted = "undeclared-name 2:7, undeclared-name 2:18, undeclared-name 3:10";
    each("", &[(grant, adopted), (&twice, adopted)]);
    let enforced = "[manage]\ngroups = \"enforce\"\nusers = \"enforce\"\n";
    each(
        enforced,
        &[
            (
                &twice,
                "unknown-name 2:7, unknown-name 2:18, undeclared-name 3:10, \
                unknown-name 6:7, unknown-name 6:18",
            ),
            ("[group.x]\nmembers = [\"c\"]\n", "unused-group 1:8, unknown-name 2:12"),
        ],
    );
}

#[test]
fn names_that_differ_by_case_alone_are_wrong() {
    each(
        "",
        &[
            (
                "[[grant]]\nto = [\"group:G\"]\nallow = [\"a\"]\nin = [\"all\"]\n",
                "case-collision 2:7, case-collision 3:10",
            ),
            (
                "[[grant]]\nto = [\"user:an\", \"user:An\"]\nallow = [\"A\"]\nin = [\"all\"]\n",
                "undeclared-name 2:7, case-collision 2:18, undeclared-name 2:18",
            ),
        ],
    );
}

#[test]
fn what_is_ignored_is_neither_declared_nor_used() {
    each(
        "[ignore]\ngroups = [\"okta-*\"]\naccounts = [\"old-*\", \"ou:Attic/**\", \"tag:env=off\"]\n",
        &[
            ("[group.okta-a]\n", "declared-ignored 1:8"),
            (
                "[[grant]]\nto = [\"group:okta-a\"]\nallow = [\"A\"]\nin = [\"all\"]\n",
                "declared-ignored 2:7",
            ),
            (
                "[account.old-a]\n[account.b]\nou = \"Attic/X\"\n[account.c]\ntags = { env = \"off\" }\n\
              [account.d]\nou = \"Workloads\"\n",
                "declared-ignored 1:10, declared-ignored 2:10, declared-ignored 4:10",
            ),
            (
                "[[grant]]\nto = [\"group:g\"]\nallow = [\"A\"]\nin = [\"account:old-a\"]\n",
                "declared-ignored 4:7",
            ),
            (
                "[permission_set.AWSReadOnlyAccess]\n[[grant]]\nto = [\"group:g\"]\n\
              allow = [\"AWSReadOnlyAccess\"]\nin = [\"all\"]\n",
                "declared-ignored 1:17",
            ),
        ],
    );
}

#[test]
fn selected_names_are_declared_or_must_exist() {
    let grant = |within: &str| {
        format!(
            "[[grant]]\nto = [\"group:g\"]\nallow = [\"A\"]\nin = [{within}]\n\
            [account.prod]\nid = \"111122223333\"\nou = \"Workloads/Prod\"\n"
        )
    };
    let cases = [
        ("\"account:prod\", \"account:111122223333\", \"account:p*\"", ""),
        ("\"ou:Workloads/**\", \"ou:Workloads/Prod\", \"ou:/\"", "empty-selection 4:47"),
        ("\"account:pord\", \"account:pord & all\"", "undeclared-name 4:7"),
        ("\"ou:Workload/**\"", "undeclared-name 4:7"),
        ("\"tag:a=b & ou:X & account:Y\"", "undeclared-name 4:7, undeclared-name 4:7"),
    ];
    for (within, expected) in cases {
        each("", &[(&grant(within), expected)]);
    }
    each("[manage]\nous = \"enforce\"\n", &[(&grant("\"ou:Workload/**\""), "unknown-name 4:7")]);
}

#[test]
fn selections_that_are_surely_empty_are_warned_of() {
    let rule = |lists: &str| {
        format!(
            "[[grant]]\nto = [\"group:g\"]\nallow = [\"A\"]\n{lists}\n\
            [account.prod]\nou = \"Workloads/Prod\"\ntags = {{ env = \"prod\" }}\n"
        )
    };
    for (lists, expected) in [
        ("in = [\"account:prod\"]\nexcept = [\"ou:Workloads/**\"]", "empty-selection 4:7"),
        ("in = [\"account:prod & tag:env=dev\"]", "empty-selection 4:7"),
        ("in = [\"account:prod & tag:team=x\"]", ""),
        ("in = [\"tag:env=prd\"]", "empty-selection 4:7"),
        ("in = [\"tag:env=prod & ou:Other\"]\n[ou.Other]\n[account.main]", "empty-selection 4:7"),
        ("in = [\"ou:Other\"]\n[ou.Other]\n[account.main]", ""),
        ("in = [\"account:p*\", \"account:q*\"]", "empty-selection 4:21"),
        ("in = [\"account:1111*\"]", ""),
        ("in = [\"all\"]\nexcept = [\"account:q*\"]", "empty-selection 5:11"),
        ("in = [\"account:prod\", \"all\"]\nexcept = [\"account:prod\"]", "empty-selection 4:7"),
        ("in = [\"account:prod\"]\nexcept = [\"tag:env=dev\"]", "empty-selection 5:11"),
    ] {
        each("", &[(&rule(lists), expected)]);
    }
}

#[test]
fn accounts_in_nested_ous_are_not_left_out_in_silence() {
    let rule = |within: &str| {
        format!(
            "[[grant]]\nto = [\"group:g\"]\nallow = [\"A\"]\nin = [{within}]\n\
            [account.prod]\nou = \"Workloads/Prod\"\n"
        )
    };
    for (within, expected) in [
        ("\"ou:Workloads\"", "nested-left-out 4:7"),
        ("\"ou:Workloads/**\"", ""),
        ("\"ou:Workloads\", \"ou:Workloads/Prod\"", ""),
        ("\"ou:Workloads\", \"account:prod\"", ""),
    ] {
        each("", &[(&rule(within), expected)]);
    }
}

#[test]
fn what_nothing_uses_is_warned_of() {
    each(
        "",
        &[
            (
                "[group.x]\n[permission_set.X]\n[network.x]\ncidrs = [\"10.0.0.0/8\"]\n",
                "unused-group 1:8, unused-permission-set 2:17, unused-network 3:10",
            ),
            // A name that was misspelt, or that stands where something is wrong, is not unused.
            (
                "[group.loyalty-developers]\n[[grant]]\nto = [\"group:loyalty-develoers\"]\n\
              allow = [\"A\"]\nin = [\"all\"]\n",
                "undeclared-name 3:7",
            ),
            (
                "[permission_set.Ops]\n[[grant]]\nto = [\"group:g\"]\nalow = [\n\"Ops\",\n]\n\
                in = [\"all\"]\n",
                "",
            ),
            (
                "[group.ops]\n[[grant]]\nto = [\"groups:ops\"]\nallow = [\"A\"]\nin = [\"all\"]\n",
                "",
            ),
            ("[group.ops]\n[[grant]]\nto = group:ops\nallow = [\"A\"]\nin = [\"all\"]\n", ""),
            (
                "[permission_set.N.inline_policy]\nVersion = \"2012-10-17\"\n\
              Statement.Effect = \"Deny\"\nStatement.Action = \"*\"\nStatement.Resource = \"*\"\n\
              Statement.Condition.IpAddress.\"aws:SourceIp\" = \"${network.n}\"\n\
              [network.n]\ncidrs = [\"10.0.0.0/8\"]\n",
                "unused-permission-set 1:17",
            ),
        ],
    );
    let unused = |settings: &str, text: &str| besides_live(&loaded(settings, text), now());
    let text =
        "[group.loyalty]\n[[grant]]\nto = [\"group:other\"]\nallow = [\"B\"]\nin = [\"all\"]\n";
    assert_eq!(found(SETTINGS, text, unused), "unused-group 1:8");
}

#[test]
fn expired_grants_are_warned_of_with_their_age() {
    let grant = |expires: &str| {
        format!(
            "[[grant]]\nto = [\"group:g\"]\nallow = [\"A\"]\nin = [\"all\"]\nexpires = {expires}\n"
        )
    };
    for (expires, label) in [
        ("2026-11-25", None),
        ("2026-11-25T12:00:00Z", Some("less than a day ago")),
        ("2026-11-24", Some("less than a day ago")),
        ("2026-11-23", Some("1 day ago")),
        ("2026-11-20T12:00:00+07:00", Some("5 days ago")),
    ] {
        let text = grant(expires);
        let found = everything(SETTINGS, &text);
        let expired = found.iter().find(|d| d.code.name() == "expired-grant");
        assert_eq!(expired.map(|d| d.label.as_str()), label, "{expires}");
    }
}

#[test]
fn checks_have_names_of_their_own_and_are_documented() {
    let documented = include_str!("../../../docs/definitions.md");
    let mut names = BTreeSet::new();
    let here = CHECKS.iter().map(|check| check.name);
    for name in here.chain(checks::CHECKS.iter().map(|(name, _)| *name)) {
        assert!(names.insert(name), "{name} stands twice");
        assert!(documented.contains(&format!("- {name}")), "docs/definitions.md lacks: {name}");
    }
}
