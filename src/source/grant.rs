//! `[[grant]]`: to … allow … in ….

use super::declared::{GrantRule, PrincipalRef};
use super::decode::{Node, Table};
use super::names::{GROUP, PERMISSION_SET, USER};
use super::period::{self, End};
use super::selector::{Selector, help};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::text::suggest;

/// Reads one `[[grant]]`; `text` is its file's. What is missing or wrong in it is left out.
pub(super) fn read(
    node: Node<'_>,
    text: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<GrantRule>> {
    let mut table = Table::of("grant", node.span, node, out)?;
    let to = table
        .required("to", "write who is granted it: to = [\"group:NAME\"]")
        .and_then(|node| node.some_strings(out, principal));
    let allow = table
        .required("allow", "write what is granted: allow = [\"PERMISSION-SET\"]")
        .and_then(|node| node.some_strings(out, permission_set));
    let within = table
        .required("in", "write where it is granted: in = [\"account:NAME\"]")
        .and_then(|node| node.some_strings(out, accounts));
    let except = table.optional("except").and_then(|node| node.strings(out, accounts));
    let starts = table.optional("starts").and_then(|node| period::read(node, End::Start, out));
    let expires_node = table.optional("expires");
    let expires = expires_node.and_then(|node| period::read(node, End::Close, out));
    let [reason, ticket, owner] =
        ["reason", "ticket", "owner"].map(|key| words(table.optional(key), out));
    table.finish(out);
    period::order(starts.as_ref(), expires.as_ref(), out);
    let grant = GrantRule {
        to: to.unwrap_or_default(),
        allow: allow.unwrap_or_default(),
        within: within.unwrap_or_default(),
        except: except.unwrap_or_default(),
        starts,
        expires,
        expires_text: expires_node
            .and_then(|node| text.get(node.span.start..node.span.end))
            .map(str::to_owned),
        reason,
        ticket,
        owner,
    };
    Some(Spanned::new(grant, node.span))
}

/// Reads a text for people.
pub(super) fn words(node: Option<Node<'_>>, out: &mut Vec<Diagnostic>) -> Option<String> {
    node?.string(out).map(|text| text.value.to_owned())
}

/// Reads the name of a permission set.
pub(super) fn permission_set(
    text: Spanned<&str>,
    out: &mut Vec<Diagnostic>,
) -> Option<PermissionSetName> {
    PERMISSION_SET.check(text, out).map(|name| PermissionSetName::new(name.value))
}

/// Reads `group:NAME` or `user:NAME`.
pub(super) fn principal(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<PrincipalRef> {
    match text.value.split_once(':') {
        Some(("group", name)) => {
            let name = Spanned::new(name, text.span);
            let name = GROUP.check_as(Code::InvalidPrincipal, name, out)?;
            Some(PrincipalRef::Group(GroupName::new(name.value)))
        }
        Some(("user", name)) => {
            let name = Spanned::new(name, text.span);
            let name = USER.check_as(Code::InvalidPrincipal, name, out)?;
            Some(PrincipalRef::User(UserName::new(name.value)))
        }
        other => {
            let help = match other.and_then(|(kind, name)| {
                suggest(kind, ["group", "user"]).map(|near| format!("{near}:{name}"))
            }) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("write `group:{0}` or `user:{0}`", text.value),
            };
            let message = format!("`{}` is neither a group nor a user", text.value);
            out.push(Diagnostic::new(Code::InvalidPrincipal, text.span, message).help(help));
            None
        }
    }
}

/// Reads a selector of accounts.
pub(super) fn accounts(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<Selector> {
    selector(text, Selector::parse, out)
}

/// Reads a selector by `parse`, whose error becomes the label.
pub(super) fn selector(
    text: Spanned<&str>,
    parse: fn(&str) -> Result<Selector, String>,
    out: &mut Vec<Diagnostic>,
) -> Option<Selector> {
    match parse(text.value) {
        Ok(selector) => Some(selector),
        Err(why) => {
            let message = format!("`{}` is not a selector", text.value);
            let help = help(text.value, parse);
            out.push(
                Diagnostic::new(Code::InvalidSelector, text.span, message).label(why).help(help),
            );
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::tests::{declared, each};

    /// Checks one more line of a grant that is whole; it is line 5.
    fn each_line(cases: &[(&str, &str)]) {
        for (line, expected) in cases {
            let text =
                format!("[[grant]]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\n{line}\n");
            each(&[(&text, expected)]);
        }
    }

    #[test]
    fn a_grant_says_to_whom_what_and_where() {
        each(&[
            ("[[grant]]\n", "missing-key 1:1, missing-key 1:1, missing-key 1:1"),
            (
                "[[grant]]\nto = []\nallow = \"A\"\nin = 1\n",
                "invalid-value 2:6, wrong-type 3:9, wrong-type 4:6",
            ),
            (
                "[[grant]]\nto = [\"a\", \"groups:b\", \"group:\", \"user:c d\", \"user:e\", \"user:e\"]\n\
              allow = [\"A B\"]\nin = [\"b\", \"ou:A/*\"]\n",
                "invalid-principal 2:7, invalid-principal 2:12, invalid-principal 2:24, \
              invalid-principal 2:34, duplicate-member 2:56, invalid-name 3:10, \
              invalid-selector 4:7, invalid-selector 4:12",
            ),
        ]);
    }

    #[test]
    fn periods_are_days_or_instants() {
        each_line(&[
            ("expires = 2026-12-31", ""),
            ("starts = 2026-12-31\nexpires = 2026-12-31", ""),
            ("starts = 2027-01-01\nexpires = 2026-12-31", "invalid-period 6:11"),
            ("expires = \"2026-12-31\"", "wrong-type 5:11"),
            ("expires = 2026-12-31T10:00:00", "invalid-period 5:11"),
            ("expires = 10:00:00", "invalid-period 5:11"),
            ("starts = 1", "wrong-type 5:10"),
            ("reason = 1\nwhy = 2", "wrong-type 5:10, unknown-key 6:1"),
            ("except = [\"account\"]", "invalid-selector 5:11"),
        ]);
    }

    #[test]
    fn grants_keep_their_order_and_their_words() {
        let text = "[[grant]]\nto = [\"user:b\"]\nallow = [\"Z\"]\nin = [\"all\"]\n\
            expires = 2026-12-31 23:00:00+07:00 # soon\n\
            [[grant]]\nto = [\"group:a\"]\nallow = [\"A\"]\nin = [\"all\"]\n";
        let grants = declared(text).grants;
        assert_eq!(grants[0].value.to[0].value, PrincipalRef::User(UserName::new("b")));
        assert_eq!(grants[0].value.expires_text.as_deref(), Some("2026-12-31 23:00:00+07:00"));
        assert_eq!(grants[1].value.to[0].value, PrincipalRef::Group(GroupName::new("a")));
        assert_eq!(&text[grants[0].span.start..grants[0].span.end], "[[grant]]");
    }
}
