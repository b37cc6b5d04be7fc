//! Names of groups, users and permission sets: declared or not, ignored or not, spelled alike.

use super::ground::{Ground, Kind, Named};
use crate::diag::{Code, Diagnostic, Span};
use crate::id::{GroupName, PermissionSetName};
use crate::resolve::scope::{self, Scope};
use crate::resolve::{Rules, expand};
use crate::source::declared::Mode;
use crate::text::Names;
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// Names that are used and not declared, and where.
fn undeclared<'n, 'd>(named: &'n Named<'d>) -> impl Iterator<Item = (&'d str, &'n [Span])> {
    let used = named.used.iter().map(|(name, places)| (*name, places.as_slice()));
    used.filter(|(name, _)| !named.declared.contains_key(name))
}

/// A name that is used and not declared is wrong where its kind is enforced, for it would be removed;
/// else it must exist in AWS. Said once where it may exist, and wherever it is wrong.
pub(super) fn declared(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let rules = Rules::of(ground.declared);
    for (kind, named) in &ground.names {
        let folded = folded(named);
        let enforced = kind.mode(&rules) == Mode::Enforce;
        let near = OnceCell::new();
        for (name, places) in undeclared(named) {
            if folded.contains_key(&name.to_lowercase())
                || is_ignored(&ground.scope, *kind, name).is_some()
                || ground.declared.lost.may_define(name)
            {
                continue;
            }
            let near = near.get_or_init(|| Names::new(named.declared.keys().copied()));
            let said = if enforced { places.len() } else { 1 };
            for place in &places[..said] {
                out.push(not_declared(*kind, name, *place, enforced, near.nearest(name)));
            }
        }
    }
}

fn not_declared(
    kind: Kind,
    name: &str,
    span: Span,
    enforced: bool,
    near: Option<&str>,
) -> Diagnostic {
    let kind = kind.word();
    let (code, label, help) = if enforced {
        let help = format!("declare it, or manage {kind}s with \"adopt\" where it exists in AWS");
        (Code::UnknownName, format!("undeclared {kind}s are removed here"), help)
    } else {
        let help = "a plan looks it up; a declared one is checked here".to_owned();
        (Code::UndeclaredName, "it must exist in AWS".to_owned(), help)
    };
    let help = near.map_or(help, |near| format!("did you mean `{near}`?"));
    Diagnostic::new(code, span, format!("{kind} `{name}` is not declared")).label(label).help(help)
}

/// The declared names by their lower case.
fn folded<'d>(named: &Named<'d>) -> BTreeMap<String, (&'d str, Span)> {
    named.declared.iter().map(|(name, span)| (name.to_lowercase(), (*name, *span))).collect()
}

/// Two names that differ by case alone: whether AWS tells them apart is not documented.
pub(super) fn spelling(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    for (kind, named) in &ground.names {
        let mut first = folded(named);
        let mut used: Vec<(&str, &[Span])> = undeclared(named).collect();
        used.sort_by_key(|(_, places)| places.first().copied());
        for (name, places) in used {
            let Some(start) = places.first() else { continue };
            let (other, at) = *first.entry(name.to_lowercase()).or_insert((name, *start));
            if other == name {
                continue;
            }
            let word = kind.word();
            let (one, two) = (other.min(name), other.max(name));
            out.extend(places.iter().map(|place| {
                let message = format!("the {word}s `{one}` and `{two}` differ by case alone");
                Diagnostic::new(Code::CaseCollision, *place, message)
                    .related(at, "the other one")
                    .help(format!("did you mean `{other}`? names match exactly"))
            }));
        }
    }
}

#[expect(clippy::option_option, reason = "ignored or not, and then by a typed pattern or not")]
fn is_ignored(scope: &Scope, kind: Kind, name: &str) -> Option<Option<Span>> {
    match kind {
        Kind::Group => scope.group(&GroupName::new(name)),
        Kind::PermissionSet => scope.set(&PermissionSetName::new(name)),
        Kind::User => None,
    }
}

/// What `[ignore]` hands off must be neither declared nor used, but by a keep: members of a group can
/// be taken out whose grants are ignored.
pub(super) fn ignored(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    ground.scope.check_declared(ground.declared, out);
    for (kind, named) in &ground.names {
        // Where it is declared, that is the mistake.
        for (name, places) in undeclared(named) {
            let Some(by) = is_ignored(&ground.scope, *kind, name) else { continue };
            let what = format!("{} `{name}`", kind.word());
            let places = places.iter().filter(|place| !named.kept.contains(*place));
            out.extend(places.map(|place| scope::ignored(*place, &what, by)));
        }
    }
}

/// Grants whose last day has passed.
pub(super) fn expired(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    for rule in &ground.declared.grants {
        expand::warn_expired(rule, ground.now, out);
    }
}
