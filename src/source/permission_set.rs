//! `[permission_set.NAME]`.

use super::declared::{BoundaryRef, Declared, PermissionSet};
use super::decode::{Node, Table, entries};
use super::names::{PERMISSION_SET, PERMISSION_SET_DESCRIPTION, RELAY_STATE, is_iam};
use super::policy::{self, Context};
use super::policy_reference::{by_name, by_path, customer, distinct, managed};
use super::{define, tags};
use crate::diag::{Code, Diagnostic, FileId, Spanned};
use crate::id::PermissionSetName;
use crate::model::Session;
use std::collections::BTreeSet;
use toml::de::{DeTable, DeValue};

/// The API's limit of tags on a permission set (docs/aws.md).
pub(super) const MAX_TAGS: usize = 75;

/// Managed policies of both kinds in a set (docs/aws.md).
const MAX_POLICIES: usize = 25;

/// IAM's default quota of managed policies on a role, which each account applies to the set's role.
const ROLE_POLICIES: usize = 10;

/// The longest reference to a managed policy that is read as one.
pub(super) const MAX_REFERENCE: usize = 2000;

/// A session lasts from one hour to twelve (docs/aws.md).
pub(super) const SESSION_SECONDS: std::ops::RangeInclusive<u32> = 3600..=43_200;

/// Reads every `[permission_set.NAME]` of a file.
pub(super) fn permission_sets(
    file: FileId,
    table: &DeTable<'_>,
    context: &Context<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    for (name, node) in entries(file, table) {
        let title = format!("permission_set.{}", name.value);
        let Some(table) = Table::of(title, name.span, node, out) else { continue };
        let set = permission_set(table, context, out);
        count(&name, &set, out);
        if let Some(name) = PERMISSION_SET.check(name, out) {
            let key = PermissionSetName::new(name.value);
            let spanned = Spanned::new(set, name.span);
            define(&mut all.permission_sets, "permission set", key, spanned, out);
        }
    }
}

fn permission_set(
    mut table: Table<'_>,
    context: &Context<'_>,
    out: &mut Vec<Diagnostic>,
) -> PermissionSet {
    let description = table
        .optional("description")
        .and_then(|node| node.string(out))
        .and_then(|text| PERMISSION_SET_DESCRIPTION.check(text, out));
    let session = table.optional("session").and_then(|node| session(node, out));
    let relay_state = table
        .optional("relay_state")
        .and_then(|node| node.string(out))
        .and_then(|text| RELAY_STATE.check(text, out));
    let managed = table.optional("managed_policies").and_then(|n| {
        let list = n.strings(out, managed)?;
        Some(distinct("managed_policies", list, by_name, out))
    });
    let customer = table.optional("customer_managed_policies").and_then(|n| {
        let list = n.strings(out, customer)?;
        Some(distinct("customer_managed_policies", list, by_path, out))
    });
    let mut networks = BTreeSet::new();
    let inline_policy = table
        .optional("inline_policy")
        .and_then(|node| policy::read(node, context, &mut networks, out));
    let permissions_boundary =
        table.optional("permissions_boundary").and_then(|node| boundary(&table.name, node, out));
    let tags = table.optional("tags").and_then(|node| tags::read(node, MAX_TAGS, out));
    table.finish(out);
    PermissionSet {
        description,
        session,
        relay_state,
        managed_policies: managed.unwrap_or_default(),
        customer_managed_policies: customer.unwrap_or_default(),
        inline_policy,
        networks,
        permissions_boundary,
        tags,
    }
}

fn count(name: &Spanned<&str>, set: &PermissionSet, out: &mut Vec<Diagnostic>) {
    let number = set.managed_policies.len() + set.customer_managed_policies.len();
    let message = format!("`{}` has {number} managed policies", name.value);
    if number > MAX_POLICIES {
        out.push(
            Diagnostic::new(Code::TooManyPolicies, name.span, message)
                .label(format!("{MAX_POLICIES} at most"))
                .help("move some of them into one customer managed policy"),
        );
    } else if number > ROLE_POLICIES {
        out.push(
            Diagnostic::new(Code::ManyPolicies, name.span, message)
                .label(format!(
                    "IAM lets a role hold {ROLE_POLICIES} unless the quota was raised in each account"
                ))
                .help(
                    "bring several together in one customer managed policy, or have the quota raised",
                ),
        );
    }
}

fn session(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<Session>> {
    let text = node.string(out)?;
    let fault = match Session::parse(text.value) {
        Some(Session::Seconds(seconds)) if SESSION_SECONDS.contains(&seconds) => {
            return Some(Spanned::new(Session::Seconds(seconds), node.span));
        }
        Some(_) => "not from 1 to 12 hours",
        None => "not a duration",
    };
    let message = format!("`{}` is not how long a session may last", text.value);
    out.push(
        Diagnostic::new(Code::InvalidSession, node.span, message)
            .label(fault)
            .help("write 1h to 12h; 90m, 1h30m and PT8H also read"),
    );
    None
}

/// `{ managed = "…" }` or `{ customer = "…" }`.
fn boundary(set: &str, node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<BoundaryRef>> {
    let title = format!("{set}.permissions_boundary");
    if let DeValue::String(typed) = node.value {
        out.push(node.wrong_type("a table").help(as_table(typed)));
        return None;
    }
    let mut table = Table::of(title, node.span, node, out)?;
    let by_managed = table.optional("managed");
    let by_customer = table.optional("customer");
    let before = out.len();
    table.finish(out);
    let has_other = out.len() > before;
    let boundary = match (by_managed, by_customer) {
        (Some(node), None) => BoundaryRef::Managed(managed(node.string(out)?, out)?),
        (None, Some(node)) => BoundaryRef::Customer(customer(node.string(out)?, out)?),
        // What stands there instead has been reported.
        (None, None) if has_other => return None,
        (one, _) => {
            let (code, what) = match one {
                None => (Code::MissingKey, "names no policy"),
                Some(_) => (Code::InvalidValue, "names two policies"),
            };
            let message = format!("the permissions boundary {what}");
            out.push(
                Diagnostic::new(code, node.span, message)
                    .help("write { managed = \"NAME\" } or { customer = \"/path/Name\" }"),
            );
            return None;
        }
    };
    Some(Spanned::new(boundary, node.span))
}

/// How to write a boundary that was written as a text.
fn as_table(typed: &str) -> String {
    let plain = |c: char| is_iam(c) || c == '/' || c == ':';
    let typed = if typed.is_empty() || !typed.chars().all(plain) { "NAME" } else { typed };
    match typed.rsplit_once('/') {
        _ if typed.starts_with("arn:") => format!("write {{ managed = \"{typed}\" }}"),
        Some(_) if typed.starts_with('/') => format!("write {{ customer = \"{typed}\" }}"),
        Some((_, name)) => {
            format!("write {{ managed = \"{typed}\" }} or {{ customer = \"/path/{name}\" }}")
        }
        None => {
            format!("write {{ managed = \"{typed}\" }} or {{ customer = \"/path/{typed}\" }}")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::source::tests::each;

    #[test]
    fn permission_sets_are_checked() {
        each(&[
            ("[permission_set.\"a b\"]\n", "invalid-name 1:17"),
            ("[permission_set.a]\ndescription = \"Việt\"\n", "invalid-name 2:15"),
            ("[permission_set.a]\ndescription = \"\"\n", "invalid-name 2:15"),
            ("[permission_set.a]\nsession = \"13h\"\n", "invalid-session 2:11"),
            ("[permission_set.a]\nsession = \"59m\"\n", "invalid-session 2:11"),
            ("[permission_set.a]\nsession = \"long\"\n", "invalid-session 2:11"),
            ("[permission_set.a]\nsession = 8\n", "wrong-type 2:11"),
            ("[permission_set.a]\nrelay_state = \"é\"\n", "invalid-name 2:15"),
            ("[permission_set.a]\npermissions_boundary = {}\n", "missing-key 2:24"),
            (
                "[permission_set.a]\npermissions_boundary = { managed = \"a\", customer = \"b\" }\n",
                "invalid-value 2:24",
            ),
            (
                "[permission_set.a]\npermissions_boundary = { customer = \"arn:aws:iam::1:policy/b\" }\n",
                "invalid-policy-reference 2:37",
            ),
            ("[permission_set.a]\npermissions_boundary = \"X\"\n", "wrong-type 2:24"),
            (
                "[permission_set.a]\nmanaged_policies = [\"X\", \"arn:aws:iam::aws:policy/X\"]\n",
                "duplicate-member 2:26",
            ),
            (
                "[permission_set.a]\ncustomer_managed_policies = [\"B\", \"/B\", \"/b/B\"]\n",
                "duplicate-member 2:35",
            ),
            ("[permission_set.a]\nsesion = \"8h\"\n", "unknown-key 2:1"),
        ]);
    }

    #[test]
    fn policies_are_counted() {
        for (number, expected) in
            [(10, ""), (11, "many-policies 1:17"), (26, "too-many-policies 1:17")]
        {
            let names: Vec<String> = (0..number).map(|n| format!("P{n}")).collect();
            let text = format!("[permission_set.a]\nmanaged_policies = {names:?}\n");
            each(&[(&text, expected)]);
        }
    }
}
