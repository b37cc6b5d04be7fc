//! `[ou."A/B"]` and `[account.NAME]`.

use super::declared::{Account, Baseline, Declared, Ou, Owner};
use super::decode::{Node, Table, entries};
use super::names::{self, ACCOUNT, OU, PERSON};
use super::{define, tags};
use crate::diag::{Code, Diagnostic, FileId, Spanned};
use crate::id::{AccountId, OuPath};
use toml::de::DeTable;

/// OUs nest five deep below the root (docs/aws.md).
pub(super) const MAX_DEPTH: usize = 5;

/// The baselines that an OU can have.
const BASELINES: &[(&str, Baseline)] = &[("AWSControlTowerBaseline", Baseline::ControlTower)];

/// Organizations' limit (docs/aws.md).
pub(super) const MAX_ACCOUNT_TAGS: usize = 50;

/// Reads every `[ou."A/B"]` of a file.
pub(super) fn ous(
    file: FileId,
    table: &DeTable<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    for (name, node) in entries(file, table) {
        let place = name.span;
        let Some(mut table) = Table::of(format!("ou.{}", name.value), place, node, out) else {
            continue;
        };
        let previously = table.optional("previously").and_then(|node| node.strings(out, named_ou));
        let baseline = table.optional("baseline").and_then(|node| node.word(BASELINES, out));
        table.finish(out);
        let Some(path) = named_ou(name, out) else { continue };
        let ou = Ou { previously: previously.unwrap_or_default(), baseline };
        define(&mut all.ous, "OU", path, Spanned::new(ou, place), out);
    }
}

/// AWS renames OUs but does not move them: but for OUs above that are renamed as well, a previous path
/// has the same parent.
pub(super) fn renamed_in_place(declared: &Declared, out: &mut Vec<Diagnostic>) {
    let renamed =
        |path: &OuPath| declared.ous.get(path).is_some_and(|ou| !ou.value.previously.is_empty());
    for (path, ou) in &declared.ous {
        let mut above = path.parent();
        let mut settled = true;
        while let Some(here) = above {
            settled &= !renamed(&here);
            above = here.parent();
        }
        for old in &ou.value.previously {
            let moved = old.value.depth() != path.depth()
                || (settled && old.value.parent() != path.parent());
            if moved {
                let message = format!("OU `{}` cannot become `{path}`", old.value);
                out.push(
                    Diagnostic::new(Code::InvalidValue, old.span, message)
                        .label("has another parent")
                        .related(ou.span, "declared here")
                        .help("AWS renames OUs but cannot move them; move the accounts instead"),
                );
            }
        }
    }
}

/// The path of an OU that can have a definition: any but the root.
fn named_ou(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<OuPath> {
    let path = ou_path(text, out)?;
    if path.depth() == 0 {
        let message = "the root is not an OU that can be defined or renamed";
        out.push(Diagnostic::new(Code::InvalidName, text.span, message).help("remove it"));
        return None;
    }
    Some(path)
}

/// A path of OU names, which may be the root.
pub(super) fn ou_path(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<OuPath> {
    let path = OuPath::parse(text.value).filter(|_| !text.value.is_empty());
    let Some(path) = path else {
        let message = format!("`{}` is not an OU path", text.value);
        out.push(
            Diagnostic::new(Code::InvalidName, text.span, message)
                .label("a name is empty")
                .help("write the names from the root down, joined by `/`; `/` alone is the root"),
        );
        return None;
    };
    if path.depth() > MAX_DEPTH {
        let message = format!("`{}` is {} levels deep", text.value, path.depth());
        out.push(
            Diagnostic::new(Code::InvalidName, text.span, message)
                .help(format!("Organizations nests OUs {MAX_DEPTH} deep at most")),
        );
        return None;
    }
    let mut at = Some(path.clone());
    while let Some(here) = at {
        let name = Spanned::new(here.name().unwrap_or("-"), text.span);
        OU.check(name, out)?;
        at = here.parent();
    }
    Some(path)
}

/// Reads every `[account.NAME]` of a file.
pub(super) fn accounts(
    file: FileId,
    table: &DeTable<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    for (name, node) in entries(file, table) {
        let title = format!("account.{}", name.value);
        let Some(table) = Table::of(title, name.span, node, out) else { continue };
        let account = account(table, out);
        if let Some(name) = ACCOUNT.check(name, out) {
            let spanned = Spanned::new(account, name.span);
            define(&mut all.accounts, "account", name.value, spanned, out);
        }
    }
}

fn account(mut table: Table<'_>, out: &mut Vec<Diagnostic>) -> Account {
    let id = table.optional("id").and_then(|node| account_id(node, out));
    let email = address(table.optional("email"), out);
    let ou = table.optional("ou").and_then(|node| {
        let text = node.string(out)?;
        ou_path(text, out).map(|path| Spanned::new(path, node.span))
    });
    let tags = table.optional("tags").and_then(|node| tags::read(node, MAX_ACCOUNT_TAGS, out));
    let owner = table.optional("owner").and_then(|node| {
        let title = format!("{}.owner", table.name);
        owner(Table::of(title, node.span, node, out)?, out)
    });
    let closed = table.optional("closed").and_then(|node| {
        let span = node.span;
        node.boolean(out).map(|closed| Spanned::new(closed, span))
    });
    if let Some(closed) = closed.filter(|closed| closed.value && id.is_none()) {
        let message = "an account is closed only by its `id`";
        out.push(Diagnostic::new(Code::MissingKey, closed.span, message).help(
            "write its twelve digits beside: `id = \"…\"`; a name may come to mean another account",
        ));
    }
    table.finish(out);
    Account { id, email, ou, tags, owner, closed }
}

fn account_id(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<AccountId>> {
    if matches!(node.value, toml::de::DeValue::Integer(_)) {
        let help = "write the id in quotes: it may begin with zeros";
        out.push(node.wrong_type("a string").help(help));
        return None;
    }
    let text = node.string(out)?;
    let id = AccountId::parse(text.value);
    if id.is_none() {
        let message = format!("`{}` is not an account id", text.value);
        out.push(
            Diagnostic::new(Code::InvalidName, text.span, message).help("write its twelve digits"),
        );
    }
    id.map(|id| Spanned::new(id, node.span))
}

fn owner(mut table: Table<'_>, out: &mut Vec<Diagnostic>) -> Option<Owner> {
    let email = table.required("email", "write the address that becomes the user name");
    let email = address(email, out);
    let given_name = person(table.optional("given_name"), out);
    let family_name = person(table.optional("family_name"), out);
    table.finish(out);
    Some(Owner { email: email?, given_name, family_name })
}

fn address(node: Option<Node<'_>>, out: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    names::email(node?.string(out)?, out)
}

/// A given or family name.
pub(super) fn person(node: Option<Node<'_>>, out: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    PERSON.check(node?.string(out)?, out)
}

#[cfg(test)]
mod tests {
    use crate::source::tests::{declared, each};

    #[test]
    fn ous_and_accounts_are_checked() {
        each(&[
            ("[ou.\"A//B\"]\n", "invalid-name 1:5"),
            ("[ou.\"/\"]\n", "invalid-name 1:5"),
            ("[ou.\"1/2/3/4/5\"]\n", ""),
            ("[ou.\"1/2/3/4/5/6\"]\n", "invalid-name 1:5"),
            ("[ou.A]\npreviously = [\"/\"]\n", "invalid-name 2:15"),
            ("[ou.A]\nbase = \"x\"\n", "unknown-key 2:1"),
            ("[ou.A]\nbaseline = \"AWSControlTowerBaseline\"\n", ""),
            ("[ou.A]\nbaseline = \"IdentityCenterBaseline\"\n", "invalid-value 2:12"),
            ("[ou.A]\nbaseline = [\"AWSControlTowerBaseline\"]\n", "wrong-type 2:12"),
            ("[ou.A]\npreviously = [\"B\", 1]\n", "wrong-type 2:20"),
            ("[account.\"\"]\n", "invalid-name 1:10"),
            ("[account.a]\nid = 111122223333\n", "wrong-type 2:6"),
            ("[account.a]\nid = \"11112222333\"\n", "invalid-name 2:6"),
            ("[account.a]\nemail = \"a.example\"\n", "invalid-name 2:9"),
            ("[account.a]\nou = \"A/\"\nclosed = true\n", "invalid-name 2:6, missing-key 3:10"),
            ("[account.a]\nid = \"111122223333\"\nclosed = true\n", ""),
            ("[account.a]\nclosed = \"yes\"\n", "wrong-type 2:10"),
            (
                "[account.a]\ntags = { a = 1, \"AWS:b\" = \"c\", d = \"#\" }\n",
                "wrong-type 2:14, invalid-tag 2:17, invalid-tag 2:36",
            ),
            ("[account.a]\nowner = { given_name = \"A\" }\n", "missing-key 2:9"),
        ]);
    }

    #[test]
    fn absent_and_empty_tags_are_two_things() {
        let accounts = declared("[account.a]\ntags = {}\n[account.b]\nou = \"/\"\n").accounts;
        assert!(accounts["a"].value.tags.as_ref().unwrap().value.is_empty());
        assert!(accounts["b"].value.tags.is_none());
        assert_eq!(accounts["b"].value.ou.as_ref().unwrap().value.depth(), 0);
    }
}
