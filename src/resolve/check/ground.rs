//! What several checks look at, put together once.

use super::known::Known;
use crate::diag::Span;
use crate::resolve::Rules;
use crate::resolve::index::Index;
use crate::resolve::scope::Scope;
use crate::source::declared::{Declared, Mode, PrincipalRef};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};

/// What grants and groups name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Group,
    User,
    PermissionSet,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::Group, Self::User, Self::PermissionSet];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::User => "user",
            Self::PermissionSet => "permission set",
        }
    }

    pub(super) fn mode(self, rules: &Rules) -> Mode {
        match self {
            Self::Group => rules.manage.groups,
            Self::User => rules.manage.users,
            Self::PermissionSet => rules.manage.permission_sets,
        }
    }
}

/// Names of one kind.
#[derive(Debug, Default)]
pub(super) struct Named<'d> {
    /// The declared ones, and where each stands.
    pub(super) declared: BTreeMap<&'d str, Span>,
    /// The used ones, and where each is used, in order of place.
    pub(super) used: BTreeMap<&'d str, Vec<Span>>,
    /// Places where a keep uses one. That grants nothing, and may name what is ignored.
    pub(super) kept: BTreeSet<Span>,
}

/// The definitions, and what follows from them for more than one check.
pub(super) struct Ground<'a> {
    pub(super) declared: &'a Declared,
    pub(super) now: Timestamp,
    /// What `[ignore]` names.
    pub(super) scope: Scope,
    pub(super) names: BTreeMap<Kind, Named<'a>>,
    /// The organization as far as it is declared.
    pub(super) known: &'a Known<'a>,
    pub(super) index: Index<'a>,
}

impl<'a> Ground<'a> {
    pub(super) fn new(declared: &'a Declared, known: &'a Known<'a>, now: Timestamp) -> Self {
        Self {
            declared,
            now,
            scope: Scope::of_names(declared),
            names: Kind::ALL.map(|kind| (kind, named(kind, declared))).into(),
            known,
            index: Index::new(&known.view),
        }
    }
}

fn named(kind: Kind, declared: &Declared) -> Named<'_> {
    let mut named = Named::default();
    let mut uses: Vec<(Span, &str)> = Vec::new();
    let rules = declared.sentences();
    match kind {
        Kind::Group => {
            named.declared = declared.groups.iter().map(|(n, g)| (n.as_str(), g.span)).collect();
            uses.extend(rules.flat_map(|rule| rule.to).filter_map(|to| match &to.value {
                PrincipalRef::Group(name) => Some((to.span, name.as_str())),
                PrincipalRef::User(_) => None,
            }));
        }
        Kind::User => {
            named.declared = declared.users.iter().map(|(n, u)| (n.as_str(), u.span)).collect();
            uses.extend(rules.flat_map(|rule| rule.to).filter_map(|to| match &to.value {
                PrincipalRef::User(name) => Some((to.span, name.as_str())),
                PrincipalRef::Group(_) => None,
            }));
            let members = declared.groups.values().flat_map(|group| &group.value.members);
            let members = members.flat_map(|list| &list.value);
            uses.extend(members.map(|member| (member.span, member.value.as_str())));
        }
        Kind::PermissionSet => {
            let sets = declared.permission_sets.iter();
            named.declared = sets.map(|(n, s)| (n.as_str(), s.span)).collect();
            let sets = rules.flat_map(|rule| rule.allow);
            uses.extend(sets.map(|set| (set.span, set.value.as_str())));
        }
    }
    let keeps = declared.settings.keeps.iter().map(|keep| keep.value.sentence());
    named.kept = keeps
        .flat_map(|keep| {
            let to = keep.to.iter().map(|to| to.span);
            to.chain(keep.allow.iter().map(|set| set.span))
        })
        .collect();
    uses.sort_unstable();
    for (span, name) in uses {
        named.used.entry(name).or_default().push(span);
    }
    named
}
