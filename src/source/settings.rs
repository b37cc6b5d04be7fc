//! The settings tables of `landgrant.toml`.

pub(super) mod pace;

use super::TABLES;
use super::declared::{
    CreateAccounts, IdentitySource, Ignore, Limit, Limits, Manage, Mode, Settings,
};
use super::decode::{Node, Table, span, unknown_key};
use super::drift;
use super::files::SETTINGS;
use super::keep;
use super::names::REGION;
use super::selector::Selector;
use crate::diag::{Code, Diagnostic, FileId, Spanned};
use crate::id::InstanceArn;
use toml::de::{DeTable, DeValue};

/// The keys of `landgrant.toml` that may stand in no other file.
pub(super) const KEYS: &[&str] = &[
    "schema",
    "identity_center",
    "organization",
    "manage",
    "ignore",
    "limits",
    "pace",
    "drift",
    "keep",
];

const MODES: &[(&str, Mode)] =
    &[("observe", Mode::Observe), ("adopt", Mode::Adopt), ("enforce", Mode::Enforce)];

const SOURCES: &[(&str, IdentitySource)] =
    &[("directory", IdentitySource::Directory), ("external", IdentitySource::External)];

const CREATE_ACCOUNTS: &[(&str, CreateAccounts)] = &[
    ("never", CreateAccounts::Never),
    ("organizations", CreateAccounts::Organizations),
    ("account-factory", CreateAccounts::AccountFactory),
];

/// Reads every settings table; a required setting that is missing or wrong stands for its default.
pub(super) fn settings(file: FileId, root: &DeTable<'_>, out: &mut Vec<Diagnostic>) -> Settings {
    let known: Vec<&str> = TABLES.iter().chain(KEYS).copied().collect();
    let mut table = Table::new(SETTINGS, span(file, 0..0), root);
    let mut settings = Settings::default();
    if let Some(node) = table.required("schema", "write `schema = 1` in the first line") {
        schema(node, out);
    }
    let center_node = table.required("identity_center", CENTER_HELP);
    let [
        organization_node,
        manage_node,
        ignore_node,
        limits_node,
        pace_node,
        drift_node,
        keep_node,
    ] = ["organization", "manage", "ignore", "limits", "pace", "drift", "keep"]
        .map(|key| table.optional(key));
    // What stands in a misspelt table is checked all the same.
    let near = |key| table.near(key, &known);
    if let Some(node) = center_node.or_else(|| near("identity_center")) {
        center(node, &mut settings, out);
    }
    if let Some(node) = organization_node.or_else(|| near("organization")) {
        organization(node, &mut settings, out);
    }
    if let Some(node) = manage_node.or_else(|| near("manage")) {
        settings.manage = manage(node, out);
    }
    if let Some(node) = ignore_node.or_else(|| near("ignore")) {
        settings.ignore = ignore(node, out);
    }
    if let Some(node) = limits_node.or_else(|| near("limits")) {
        settings.limits = limits(node, out);
    }
    if let Some(node) = pace_node.or_else(|| near("pace")) {
        settings.pace = pace::pace(node, out);
    }
    if let Some(node) = drift_node.or_else(|| near("drift")) {
        settings.drift = drift::settings(node, out);
    }
    if let Some(node) = keep_node {
        settings.keeps = keep::keeps(node, out);
    }
    table.finish_among(&known, |_, key, known| unknown_key("", key, known), out);
    settings
}

/// Checks a settings table that stands in another file; what it says is not taken.
pub(super) fn misplaced(key: &str, node: Node<'_>, out: &mut Vec<Diagnostic>) {
    let mut settings = Settings::default();
    let mut found = Vec::new();
    match key {
        "schema" => schema(node, &mut found),
        "identity_center" => center(node, &mut settings, &mut found),
        "organization" => organization(node, &mut settings, &mut found),
        "manage" => drop(manage(node, &mut found)),
        "ignore" => drop(ignore(node, &mut found)),
        "limits" => drop(limits(node, &mut found)),
        "drift" => drop(drift::settings(node, &mut found)),
        "keep" => drop(keep::keeps(node, &mut found)),
        _ => drop(pace::pace(node, &mut found)),
    }
    // What is missing may stand in the right place.
    found.retain(|diagnostic| diagnostic.code != Code::MissingKey);
    out.append(&mut found);
}

/// Checks `schema`. Whatever it says, the rest is read as schema 1, so that nothing else that is wrong
/// has to wait for the next run.
fn schema(node: Node<'_>, out: &mut Vec<Diagnostic>) {
    let Some(number) = node.integer(out).filter(|number| *number != 1) else { return };
    let message = format!("schema {number} is not one that this version reads");
    out.push(
        Diagnostic::new(Code::UnsupportedSchema, node.span, message)
            .label("read as schema 1")
            .help("use a version of landgrant that reads it, or write `schema = 1`"),
    );
}

const CENTER_HELP: &str = "add `[identity_center]` with `region` and `identity_source`";

const SOURCE_HELP: &str = "write \"directory\" where users and groups are kept in Identity Center \
    itself, or \"external\" where they arrive by SCIM or from Active Directory and are never \
    written; AWS does not tell which";

fn center(node: Node<'_>, settings: &mut Settings, out: &mut Vec<Diagnostic>) {
    let Some(mut table) = Table::of("identity_center", node.span, node, out) else { return };
    let region = table
        .required("region", "write the Region that Identity Center was enabled in")
        .and_then(|node| node.string(out))
        .and_then(|text| REGION.check_as(Code::InvalidValue, text, out));
    let source =
        table.required("identity_source", SOURCE_HELP).and_then(|node| node.word(SOURCES, out));
    settings.instance = table.optional("instance").and_then(|node| instance(node, out));
    table.finish(out);
    if let Some(region) = region {
        settings.region = region;
    }
    if let Some(source) = source {
        settings.identity_source = source;
    }
}

/// `arn:aws…:sso:::instance/(sso)?ins-[a-zA-Z0-9-.]{16}`.
fn instance(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<InstanceArn>> {
    let text = node.string(out)?;
    let id = text
        .value
        .strip_prefix("arn:aws")
        .and_then(|rest| rest.split_once(":sso:::instance/"))
        .and_then(|(_, id)| id.strip_prefix("sso").unwrap_or(id).strip_prefix("ins-"));
    let is_id = |id: &str| {
        id.len() == 16 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c))
    };
    if !id.is_some_and(is_id) {
        let message = format!("`{}` is not the ARN of an Identity Center instance", text.value);
        out.push(
            Diagnostic::new(Code::InvalidValue, text.span, message)
                .help("it looks like arn:aws:sso:::instance/ssoins-1234567890abcdef"),
        );
        return None;
    }
    Some(text.map(InstanceArn::new))
}

fn organization(node: Node<'_>, settings: &mut Settings, out: &mut Vec<Diagnostic>) {
    let Some(mut table) = Table::of("organization", node.span, node, out) else { return };
    let create = table.optional("create_accounts").and_then(|n| n.word(CREATE_ACCOUNTS, out));
    table.finish(out);
    if let Some(create) = create {
        settings.create_accounts = create.value;
    }
}

fn manage(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Manage {
    let mut manage = Manage::default();
    let Some(mut table) = Table::of("manage", node.span, node, out) else { return manage };
    let Manage { ous, accounts, controls, permission_sets, users, groups, memberships, grants } =
        &mut manage;
    for (key, mode) in [
        ("ous", ous),
        ("accounts", accounts),
        ("controls", controls),
        ("permission_sets", permission_sets),
        ("users", users),
        ("groups", groups),
        ("memberships", memberships),
        ("grants", grants),
    ] {
        if let Some(typed) = table.optional(key).and_then(|node| node.word(MODES, out)) {
            *mode = typed.value;
        }
    }
    table.finish(out);
    manage
}

fn ignore(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Ignore {
    let mut ignore = Ignore::default();
    let Some(mut table) = Table::of("ignore", node.span, node, out) else { return ignore };
    if let Some(value) = table.optional("control_tower").and_then(|node| node.boolean(out)) {
        ignore.control_tower = value;
    }
    for (key, list) in
        [("permission_sets", &mut ignore.permission_sets), ("groups", &mut ignore.groups)]
    {
        if let Some(node) = table.optional(key) {
            *list = globs(node, out);
        }
    }
    let accounts = table.optional("accounts").and_then(|node| {
        node.strings(out, |text, out| super::grant::selector(text, Selector::parse_or_account, out))
    });
    ignore.accounts = accounts.unwrap_or_default();
    table.finish(out);
    ignore
}

fn globs(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Vec<Spanned<String>> {
    let read = |text: Spanned<&str>, out: &mut Vec<Diagnostic>| {
        if text.value.is_empty() {
            let message = format!("an empty name stands in `{}`", node.key);
            out.push(Diagnostic::new(Code::InvalidValue, text.span, message).help("remove it"));
            return None;
        }
        Some(text.value.to_owned())
    };
    node.strings(out, read).unwrap_or_default()
}

fn limits(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Limits {
    let mut limits = Limits::default();
    let Some(mut table) = Table::of("limits", node.span, node, out) else { return limits };
    let Limits { grants, memberships, groups, permission_sets, users, ous, accounts, controls } =
        &mut limits;
    for (key, limit) in [
        ("grants", grants),
        ("memberships", memberships),
        ("groups", groups),
        ("permission_sets", permission_sets),
        ("users", users),
        ("ous", ous),
        ("accounts", accounts),
        ("controls", controls),
    ] {
        if let Some(node) = table.optional(key) {
            one_limit(key, node, limit, out);
        }
    }
    table.finish(out);
    limits
}

/// A key that is left out keeps its default: typing one number must not lift the other limit.
fn one_limit(kind: &str, node: Node<'_>, limit: &mut Limit, out: &mut Vec<Diagnostic>) {
    let Some(mut table) = Table::of(format!("limits.{kind}"), node.span, node, out) else {
        return;
    };
    if let Some(number) = table.optional("max_removals").and_then(|node| removals(node, out)) {
        limit.max_removals = Some(number);
    }
    if let Some(share) = table.optional("max_share").and_then(|node| share(node, out)) {
        limit.max_share = Some(share);
    }
    table.finish(out);
}

fn removals(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<u32> {
    let number = node.integer(out)?;
    let removals = u32::try_from(number).ok();
    if removals.is_none() {
        let message = format!("`max_removals` cannot be {number}");
        out.push(
            Diagnostic::new(Code::InvalidValue, node.span, message)
                .help("write how many removals one plan may hold, from 0"),
        );
    }
    removals
}

fn share(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<f64> {
    let share = number(node, out)?.filter(|share| (0.0..=1.0).contains(share));
    if share.is_none() {
        let diagnostic =
            Diagnostic::new(Code::InvalidValue, node.span, "`max_share` is a share from 0 to 1");
        out.push(diagnostic.help("write 0.30 for three in ten"));
    }
    share
}

/// A number with or without a fraction; `Some(None)` where it is too large for any use.
#[expect(
    clippy::option_option,
    reason = "no number, and a number that is out of any range, differ"
)]
fn number(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Option<f64>> {
    match node.value {
        DeValue::Float(float) => Some(float.as_str().parse().ok()),
        DeValue::Integer(_) => {
            node.integer(out).map(|n| i32::try_from(n).ok()).map(|n| n.map(f64::from))
        }
        _ => {
            out.push(node.wrong_type("a number"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::places;

    /// Checks settings that follow `schema` and a whole `[identity_center]`.
    pub(super) fn each(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            let settings = format!(
                "schema = 1\nidentity_center = {{ region = \"eu-west-1\", identity_source = \
                 \"directory\" }}\n{text}"
            );
            let found = places(&[("landgrant.toml", &settings), ("t.toml", "[group.a]\n")]);
            let found = found.join(", ").replace(" landgrant.toml:", " ");
            assert_eq!(found, *expected, "{text}");
        }
    }

    #[test]
    fn each_setting_is_checked() {
        each(&[
            ("[manage]\ngrants = \"enforced\"\n", "invalid-value 4:10"),
            ("[manage]\ngrant = \"enforce\"\n", "unknown-key 4:1"),
            ("manage = 1\n", "wrong-type 3:10"),
            ("[organization]\ncreate_accounts = \"always\"\n", "invalid-value 4:19"),
            ("[ignore]\ncontrol_tower = \"yes\"\n", "wrong-type 4:17"),
            (
                "[ignore]\ngroups = [\"a\", \"\", \"a\"]\n",
                "invalid-value 4:16, duplicate-member 4:20",
            ),
            ("[ignore]\naccounts = [\"x-*\", \"org:y\"]\n", "invalid-selector 4:20"),
            ("[limits]\ngrants = 5\n", "wrong-type 4:10"),
            ("[limits.grants]\nmax_removals = -1\n", "invalid-value 4:16"),
            ("[limits.grants]\nmax_share = 1.5\n", "invalid-value 4:13"),
            ("[limits.grants]\nmax_share = nan\n", "invalid-value 4:13"),
            ("[limits.grants]\nmax_share = 1\nmax = 1\n", "unknown-key 5:1"),
        ]);
    }

    #[test]
    fn required_settings_are_asked_for() {
        for (text, expected) in [
            ("", &["missing-key landgrant.toml:1:1", "missing-key landgrant.toml:1:1"][..]),
            (
                "schema = 1\n[identity_center]\n",
                &["missing-key landgrant.toml:2:1", "missing-key landgrant.toml:2:1"],
            ),
            (
                "schema = \"1\"\n",
                &["missing-key landgrant.toml:1:1", "wrong-type landgrant.toml:1:10"],
            ),
            (
                "schema = 0x2\n",
                &["missing-key landgrant.toml:1:1", "unsupported-schema landgrant.toml:1:10"],
            ),
            (
                "schema = 1\n[identity_center]\nregion = \"Singapore\"\n\
                 identity_source = \"scim\"\ninstance = \"arn:aws:sso:::instance/x\"\n",
                &[
                    "invalid-value landgrant.toml:3:10",
                    "invalid-value landgrant.toml:4:19",
                    "invalid-value landgrant.toml:5:12",
                ],
            ),
        ] {
            assert_eq!(places(&[("landgrant.toml", text)]), expected, "{text}");
        }
    }

    #[test]
    fn a_limit_that_is_left_out_keeps_its_default() {
        let settings = format!(
            "{}[limits]\ngrants = {{ max_removals = 3 }}\n",
            crate::source::tests::SETTINGS
        );
        let tree = crate::source::tests::tree(&[("landgrant.toml", &settings)]);
        let limits = crate::source::load(&tree).0.settings.limits;
        assert_eq!(limits.grants, Limit { max_removals: Some(3), max_share: Some(0.30) });
        assert_eq!(limits.groups, Limits::default().groups);
    }
}
