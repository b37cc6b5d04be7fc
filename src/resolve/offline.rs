//! What can be said without live AWS. A used name that is not declared is wrong where its kind is
//! enforced (it would be removed), else it must exist; what is ignored must not be used; a grant may
//! have expired.

use super::scope::{self, Scope};
use super::{Rules, expand};
use crate::diag::{Code, Diagnostic, Span, sort};
use crate::id::{GroupName, PermissionSetName};
use crate::source::declared::{Declared, Mode, PrincipalRef};
use crate::text::Names;
use jiff::Timestamp;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// Judges the definitions alone, as of an instant.
pub fn check(declared: &Declared, now: Timestamp) -> Vec<Diagnostic> {
    let manage = Rules::of(declared).manage;
    let texts = |names: &mut dyn Iterator<Item = String>| names.collect::<BTreeSet<String>>();
    let near: [OnceCell<Names>; 3] = Default::default();
    let kinds = [
        ("group", manage.groups, texts(&mut declared.groups.keys().map(ToString::to_string))),
        ("user", manage.users, texts(&mut declared.users.keys().map(ToString::to_string))),
        (
            "permission set",
            manage.permission_sets,
            texts(&mut declared.permission_sets.keys().map(ToString::to_string)),
        ),
    ];
    let scope = Scope::of_names(declared);
    let mut out = Vec::new();
    let mut said = BTreeSet::new();
    scope.check_declared(declared, &mut out);
    for (kind, name, span) in used(declared) {
        let mut kinds = kinds.iter().zip(&near);
        let Some(((_, mode, known), near)) = kinds.find(|((k, ..), _)| *k == kind) else {
            continue;
        };
        let ignored = match kind {
            "group" => scope.group(&GroupName::new(name.as_str())),
            "permission set" => scope.set(&PermissionSetName::new(name.as_str())),
            _ => None,
        };
        if let Some(by) = ignored {
            out.push(scope::ignored(span, &format!("{kind} `{name}`"), by));
            // What must merely exist is said once; what is wrong, wherever it is wrong.
        } else if !known.contains(&name)
            && (*mode == Mode::Enforce || said.insert((kind, name.clone())))
        {
            let near = near.get_or_init(|| Names::new(known.iter().map(String::as_str)));
            out.push(undeclared(kind, &name, span, *mode, near));
        }
    }
    for rule in &declared.grants {
        expand::warn_expired(rule, now, &mut out);
    }
    sort(&mut out);
    out
}

/// Every use of a name: its kind, itself, where.
fn used(declared: &Declared) -> Vec<(&'static str, String, Span)> {
    let mut out = Vec::new();
    for rule in &declared.grants {
        for to in &rule.value.to {
            match &to.value {
                PrincipalRef::Group(name) => out.push(("group", name.to_string(), to.span)),
                PrincipalRef::User(name) => out.push(("user", name.to_string(), to.span)),
            }
        }
        for set in &rule.value.allow {
            out.push(("permission set", set.value.to_string(), set.span));
        }
    }
    for group in declared.groups.values() {
        for member in group.value.members.iter().flat_map(|list| &list.value) {
            out.push(("user", member.value.to_string(), member.span));
        }
    }
    out
}

fn undeclared(kind: &str, name: &str, span: Span, mode: Mode, known: &Names) -> Diagnostic {
    let near = known.nearest(name).map(|near| format!("did you mean `{near}`?"));
    if mode == Mode::Enforce {
        let help = near.unwrap_or_else(|| {
            format!("declare it, or manage {kind}s with \"adopt\" where it exists in AWS")
        });
        Diagnostic::new(Code::UnknownName, span, format!("{kind} `{name}` is not declared"))
            .label(format!("undeclared {kind}s are removed here"))
            .help(help)
    } else {
        Diagnostic::new(Code::UndeclaredName, span, format!("{kind} `{name}` is not declared"))
            .label("it must exist in AWS")
            .help(
                near.unwrap_or_else(|| {
                    "a plan looks it up; a declared one is checked here".to_owned()
                }),
            )
    }
}
