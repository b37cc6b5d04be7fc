//! `[[grant]]`: to … allow … in ….

use super::declared::{GrantRule, PrincipalRef};
use super::decode::{Node, Table};
use super::names::{GROUP, PERMISSION_SET, USER};
use super::period::{self, End};
use super::selector::Selector;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::text::suggest;

/// Reads one `[[grant]]`; `text` is its file's. `None` where a required part is missing or wrong.
pub(super) fn read(
    node: Node<'_>,
    text: &str,
    out: &mut Vec<Diagnostic>,
) -> Option<Spanned<GrantRule>> {
    let mut table = Table::of("grant", node.span, node, out)?;
    let to = table
        .required("to", "write who is granted it: to = [\"group:NAME\"]", out)
        .and_then(|node| node.some_strings(out, principal));
    let allow = table
        .required("allow", "write what is granted: allow = [\"PERMISSION-SET\"]", out)
        .and_then(|node| node.some_strings(out, permission_set));
    let within = table
        .required("in", "write where it is granted: in = [\"account:NAME\"]", out)
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
        to: to?,
        allow: allow?,
        within: within?,
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

fn words(node: Option<Node<'_>>, out: &mut Vec<Diagnostic>) -> Option<String> {
    node?.string(out).map(|text| text.value.to_owned())
}

fn permission_set(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<PermissionSetName> {
    PERMISSION_SET.check(text, out).map(|name| PermissionSetName::new(name.value))
}

/// `group:NAME` or `user:NAME`.
fn principal(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<PrincipalRef> {
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

fn accounts(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<Selector> {
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
            out.push(Diagnostic::new(Code::InvalidSelector, text.span, message).label(why).help(
                "write `account:NAME-OR-ID`, `ou:A/B`, `ou:A/B/**`, `tag:key=value` or `all`, \
                 joined by ` & `",
            ));
            None
        }
    }
}
