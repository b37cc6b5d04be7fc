//! Names of groups, users and permission sets: declared or not, ignored or not, spelled alike.

use crate::diag::{Code, Diagnostic, Span};
use crate::id::{GroupName, PermissionSetName};
use crate::resolve::scope::{self, Scope};
use crate::resolve::{Rules, expand};
use crate::source::declared::{Declared, Mode, PrincipalRef};
use crate::text::Names;
use jiff::Timestamp;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// What grants and groups name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Group,
    User,
    PermissionSet,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Group, Self::User, Self::PermissionSet];

    fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::User => "user",
            Self::PermissionSet => "permission set",
        }
    }

    fn mode(self, rules: &Rules) -> Mode {
        match self {
            Self::Group => rules.manage.groups,
            Self::User => rules.manage.users,
            Self::PermissionSet => rules.manage.permission_sets,
        }
    }

    /// The declared names of the kind, and where each stands.
    fn declared(self, declared: &Declared) -> BTreeMap<&str, Span> {
        match self {
            Self::Group => declared.groups.iter().map(|(n, g)| (n.as_str(), g.span)).collect(),
            Self::User => declared.users.iter().map(|(n, u)| (n.as_str(), u.span)).collect(),
            Self::PermissionSet => {
                declared.permission_sets.iter().map(|(n, s)| (n.as_str(), s.span)).collect()
            }
        }
    }
}

/// A use of a name.
#[derive(Clone, Copy)]
pub(super) struct Use<'d> {
    pub(super) kind: Kind,
    pub(super) name: &'d str,
    pub(super) span: Span,
}

/// Every use of a name, by place.
pub(super) fn uses(declared: &Declared) -> Vec<Use<'_>> {
    let mut out = Vec::new();
    for rule in &declared.grants {
        for to in &rule.value.to {
            let (kind, name) = match &to.value {
                PrincipalRef::Group(name) => (Kind::Group, name.as_str()),
                PrincipalRef::User(name) => (Kind::User, name.as_str()),
            };
            out.push(Use { kind, name, span: to.span });
        }
        for set in &rule.value.allow {
            let name = set.value.as_str();
            out.push(Use { kind: Kind::PermissionSet, name, span: set.span });
        }
    }
    for group in declared.groups.values() {
        for member in group.value.members.iter().flat_map(|list| &list.value) {
            out.push(Use { kind: Kind::User, name: member.value.as_str(), span: member.span });
        }
    }
    out.sort_by_key(|usage| usage.span);
    out
}

/// A name that is used and not declared is wrong where its kind is enforced, for it would be removed;
/// else it must exist in AWS. Said once where it may exist, and wherever it is wrong.
pub(super) fn declared(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let rules = Rules::of(declared);
    let scope = Scope::of_names(declared);
    let uses = uses(declared);
    for kind in Kind::ALL {
        let names = kind.declared(declared);
        let folded = folded(&names);
        let enforced = kind.mode(&rules) == Mode::Enforce;
        let near = OnceCell::new();
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for usage in uses.iter().filter(|usage| usage.kind == kind) {
            let name = usage.name;
            let elsewhere = names.contains_key(name)
                || folded.contains_key(&name.to_lowercase())
                || is_ignored(&scope, *usage).is_some()
                || declared.lost.may_define(name);
            if elsewhere || !(said.insert(name) || enforced) {
                continue;
            }
            let near = near.get_or_init(|| Names::new(names.keys().copied()));
            out.push(undeclared(*usage, enforced, near.nearest(name)));
        }
    }
}

fn undeclared(usage: Use<'_>, enforced: bool, near: Option<&str>) -> Diagnostic {
    let Use { kind, name, span } = usage;
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

/// The names by their lower case.
fn folded<'d>(names: &BTreeMap<&'d str, Span>) -> BTreeMap<String, (&'d str, Span)> {
    names.iter().map(|(name, span)| (name.to_lowercase(), (*name, *span))).collect()
}

/// Two names that differ by case alone: whether AWS tells them apart is not documented.
pub(super) fn spelling(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let uses = uses(declared);
    for kind in Kind::ALL {
        let names = kind.declared(declared);
        let mut first = folded(&names);
        for usage in uses.iter().filter(|usage| usage.kind == kind) {
            let (other, place) =
                *first.entry(usage.name.to_lowercase()).or_insert((usage.name, usage.span));
            if other == usage.name || names.contains_key(usage.name) {
                continue;
            }
            let word = kind.word();
            let (one, two) = (other.min(usage.name), other.max(usage.name));
            let message = format!("the {word}s `{one}` and `{two}` differ by case alone");
            out.push(
                Diagnostic::new(Code::CaseCollision, usage.span, message)
                    .related(place, "the other one")
                    .help(format!("did you mean `{other}`? names match exactly")),
            );
        }
    }
}

#[expect(clippy::option_option, reason = "ignored or not, and then by a typed pattern or not")]
fn is_ignored(scope: &Scope, usage: Use<'_>) -> Option<Option<Span>> {
    match usage.kind {
        Kind::Group => scope.group(&GroupName::new(usage.name)),
        Kind::PermissionSet => scope.set(&PermissionSetName::new(usage.name)),
        Kind::User => None,
    }
}

/// What `[ignore]` hands off must be neither declared nor used.
pub(super) fn ignored(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let scope = Scope::of_names(declared);
    scope.check_declared(declared, out);
    let named: BTreeSet<(Kind, &str)> = Kind::ALL
        .into_iter()
        .flat_map(|kind| kind.declared(declared).into_keys().map(move |name| (kind, name)))
        .collect();
    for usage in uses(declared) {
        // Where it is declared, that is the mistake.
        if named.contains(&(usage.kind, usage.name)) {
            continue;
        }
        if let Some(by) = is_ignored(&scope, usage) {
            let what = format!("{} `{}`", usage.kind.word(), usage.name);
            out.push(scope::ignored(usage.span, &what, by));
        }
    }
}

/// Grants whose last day has passed.
pub(super) fn expired(declared: &Declared, now: Timestamp, out: &mut Vec<Diagnostic>) {
    for rule in &declared.grants {
        expand::warn_expired(rule, now, out);
    }
}
