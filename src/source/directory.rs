//! `[user."NAME"]` and `[group.NAME]`.

use super::declared::{Declared, Group, IdentitySource, User};
use super::decode::{Table, entries};
use super::define;
use super::names::{self, GROUP_DESCRIPTION, USER};
use super::organization::person;
use crate::diag::{Code, Diagnostic, FileId, Spanned};
use crate::id::{GroupName, UserName};
use toml::de::DeTable;

/// Reads every `[user."NAME"]` of a file.
pub(super) fn users(
    file: FileId,
    table: &DeTable<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    for (name, node) in entries(file, table) {
        let title = format!("user.{}", name.value);
        let Some(mut table) = Table::of(title, name.span, node, out) else { continue };
        let given_name = person(table.optional("given_name"), out);
        let family_name = person(table.optional("family_name"), out);
        table.finish(out);
        if let Some(name) = USER.check(name, out) {
            let user = Spanned::new(User { given_name, family_name }, name.span);
            define(&mut all.users, "user", UserName::new(name.value), user, out);
        }
    }
}

/// Reads every `[group.NAME]` of a file.
pub(super) fn groups(
    file: FileId,
    table: &DeTable<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    for (name, node) in entries(file, table) {
        let title = format!("group.{}", name.value);
        let Some(table) = Table::of(title, name.span, node, out) else { continue };
        let group = group(table, out);
        if let Some(name) = names::group(name, out) {
            let spanned = Spanned::new(group, name.span);
            define(&mut all.groups, "group", GroupName::new(name.value), spanned, out);
        }
    }
}

fn group(mut table: Table<'_>, out: &mut Vec<Diagnostic>) -> Group {
    let description = table
        .optional("description")
        .and_then(|node| node.string(out))
        .and_then(|text| GROUP_DESCRIPTION.check(text, out));
    let members = table.optional("members").and_then(|node| {
        let list = node.strings(out, |text, out| {
            USER.check(text, out).map(|name| UserName::new(name.value))
        })?;
        Some(Spanned::new(list, node.span))
    });
    let owner = table
        .optional("owner")
        .and_then(|node| node.string(out))
        .map(|text| text.map(str::to_owned));
    let previously = table.optional("previously").and_then(|node| {
        node.strings(out, |text, out| {
            names::group(text, out).map(|name| GroupName::new(name.value))
        })
    });
    table.finish(out);
    Group { description, members, owner, previously: previously.unwrap_or_default() }
}

/// Reports users that are defined although they arrive from elsewhere and are never written.
pub(super) fn external(declared: &Declared, out: &mut Vec<Diagnostic>) {
    let settings = &declared.settings;
    if settings.identity_source.value != IdentitySource::External {
        return;
    }
    for (name, user) in &declared.users {
        let message = format!("`{name}` is defined, but users come from an external source");
        out.push(
            Diagnostic::new(Code::ExternalUser, user.span, message)
                .related(settings.identity_source.span, "external here")
                .help("remove the table: grants and groups may name live users without it"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::source::tests::{SETTINGS, each, places};

    #[test]
    fn users_and_groups_are_checked() {
        each(&[
            ("[user.\"a b\"]\n", "invalid-name 1:7"),
            ("[user.a]\ngiven_name = \"\"\nname = \"x\"\n", "invalid-name 2:14, unknown-key 3:1"),
            ("[group.Administrator]\n", "reserved-name 1:8"),
            ("[group.\"a\\u0007\"]\n", "invalid-name 1:8"),
            ("[group.\"a\\u00a0b\\u3000c\"]\n", ""),
            ("[group.\"a\\u200bb\"]\n[user.\"c\\u00add\"]\n", "invalid-name 1:8, invalid-name 2:7"),
            ("[group.a]\ndescription = 1\nowner = 2\n", "wrong-type 2:15, wrong-type 3:9"),
            ("[group.a]\nmembers = \"b\"\n", "wrong-type 2:11"),
            (
                "[group.a]\nmembers = [\"b\", \"c d\", \"b\"]\n",
                "invalid-name 2:17, duplicate-member 2:24",
            ),
        ]);
    }

    #[test]
    fn users_from_elsewhere_are_not_defined_here() {
        let settings = SETTINGS.replace("directory", "external");
        let found = places(&[("landgrant.toml", &settings), ("t.toml", "[user.a]\n[group.b]\n")]);
        assert_eq!(found, ["external-user t.toml:1:7"]);
    }
}
