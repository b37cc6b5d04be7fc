//! What is handed off by `[ignore]`: projected out of both sides before anything is compared.

use super::select::{OrgView, Ready, is_exact};
use crate::diag::{Code, Diagnostic, Span};
use crate::id::{AccountId, GroupName, PermissionSetName};
use crate::live::Live;
use crate::live::project::Projection;
use crate::model::{Grant, Grants, Principal, State};
use crate::source::declared::Declared;
use crate::text::lines_of;
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

const CONTROL_TOWER_GROUPS: &str = include_str!("../../policies/control-tower-groups.txt");
const CONTROL_TOWER_SETS: &str = include_str!("../../policies/control-tower-permission-sets.txt");

/// Whether Control Tower makes and uses a permission set of this name.
pub fn is_control_towers_set(name: &PermissionSetName) -> bool {
    lines_of(CONTROL_TOWER_SETS).any(|own| own == name.as_str())
}

/// Whether Control Tower makes and uses a group of this name.
pub fn is_control_towers_group(name: &GroupName) -> bool {
    lines_of(CONTROL_TOWER_GROUPS).any(|own| own == name.as_str())
}

/// What is ignored.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    sets: Patterns,
    groups: Patterns,
    accounts: BTreeMap<AccountId, Span>,
}

/// Names and globs. Every grant is held against them, and most are names: those are looked up.
#[derive(Clone, Debug, Default)]
struct Patterns {
    /// Each with its number, counted over both, and where it was typed; `None` for built-in names.
    names: BTreeMap<String, (usize, Option<Span>)>,
    globs: Vec<(usize, WildMatch, Option<Span>)>,
}

impl Patterns {
    fn add(&mut self, pattern: &str, span: Option<Span>) {
        let number = self.names.len() + self.globs.len();
        if is_exact(pattern) {
            self.names.entry(pattern.to_owned()).or_insert((number, span));
        } else {
            self.globs.push((number, WildMatch::new(pattern), span));
        }
    }

    /// Whether a name fits any pattern, and where the first of those was typed.
    #[expect(clippy::option_option, reason = "built-in patterns fit and were typed nowhere")]
    fn find(&self, name: &str) -> Option<Option<Span>> {
        let known = self.names.get(name);
        let before =
            |(number, _, _): &&(usize, WildMatch, _)| known.is_none_or(|(n, _)| number < n);
        let globs = self.globs.iter().take_while(before);
        let glob = globs.into_iter().find(|(_, glob, _)| glob.matches(name));
        glob.map(|(_, _, span)| *span).or(known.map(|(_, span)| *span))
    }
}

impl Scope {
    /// Reads `[ignore]`. Account selectors are matched on the organization as it is, because ignored
    /// accounts are out of sight before anything moves.
    pub fn new(declared: &Declared, live: &Live, projection: &Projection) -> Self {
        let mut scope = Self::of_names(declared);
        let view = OrgView::as_it_is(live, projection);
        for selector in &declared.settings.ignore.accounts {
            let ready = Ready::new(&selector.value);
            for place in view.places.values().filter(|p| ready.matches(p)) {
                scope.accounts.entry(place.id.clone()).or_insert(selector.span);
            }
        }
        scope
    }

    /// The part of `[ignore]` that needs no organization: sets and groups.
    pub fn of_names(declared: &Declared) -> Self {
        let ignore = &declared.settings.ignore;
        let mut scope = Self::default();
        if ignore.control_tower {
            lines_of(CONTROL_TOWER_SETS).for_each(|name| scope.sets.add(name, None));
            lines_of(CONTROL_TOWER_GROUPS).for_each(|name| scope.groups.add(name, None));
        }
        ignore.permission_sets.iter().for_each(|p| scope.sets.add(&p.value, Some(p.span)));
        ignore.groups.iter().for_each(|p| scope.groups.add(&p.value, Some(p.span)));
        scope
    }

    /// Whether a set is ignored, and by which typed pattern.
    pub fn set(&self, name: &PermissionSetName) -> Option<Option<Span>> {
        self.sets.find(name.as_str())
    }

    /// Whether a group is ignored, and by which typed pattern.
    pub fn group(&self, name: &GroupName) -> Option<Option<Span>> {
        self.groups.find(name.as_str())
    }

    /// The accounts that are ignored.
    pub(super) fn ignored_accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.accounts.keys()
    }

    /// Whether an account is ignored, and by which selector.
    pub fn account(&self, id: &AccountId) -> Option<Span> {
        self.accounts.get(id).copied()
    }

    /// The grants of a state that are not ignored. A grant is ignored with its set, its group or its
    /// account; the names of a million grants are few, so those are looked at first.
    fn grants(&self, state: &State) -> Grants {
        let accounts = &self.accounts;
        let sets: BTreeSet<_> =
            state.permission_sets.keys().filter(|name| self.set(name).is_some()).collect();
        let groups: BTreeSet<_> =
            state.groups.keys().filter(|name| self.group(name).is_some()).collect();
        if accounts.is_empty() && sets.is_empty() && groups.is_empty() {
            return state.grants.clone();
        }
        state.grants.filter(|Grant { account, permission_set, principal }| {
            !accounts.contains_key(account)
                && !sets.contains(permission_set)
                && !matches!(principal, Principal::Group(name) if groups.contains(name))
        })
    }

    /// The state without what is ignored, and how much that was, by kind.
    pub fn project(&self, state: &State) -> (State, BTreeMap<&'static str, usize>) {
        let State {
            ous,
            accounts,
            baselines,
            controls,
            permission_sets,
            stale,
            users,
            groups,
            memberships,
            grants,
        } = state;
        let mut counts = BTreeMap::new();
        let mut count = |kind, before: usize, after: usize| {
            if before > after {
                counts.insert(kind, before - after);
            }
        };
        let kept_accounts = kept(accounts, |id| self.account(id).is_none());
        count("accounts", accounts.len(), kept_accounts.len());
        let kept_sets = kept(permission_sets, |name| self.set(name).is_none());
        count("permission_sets", permission_sets.len(), kept_sets.len());
        let kept_groups = kept(groups, |name| self.group(name).is_none());
        count("groups", groups.len(), kept_groups.len());
        let kept_memberships = kept(memberships, |name| self.group(name).is_none());
        let members = |m: &BTreeMap<_, BTreeSet<_>>| m.values().map(BTreeSet::len).sum();
        count("memberships", members(memberships), members(&kept_memberships));
        let kept_grants = self.grants(state);
        count("grants", grants.len(), kept_grants.len());
        let kept_stale = stale
            .iter()
            .filter(|(name, _)| self.set(name).is_none())
            .map(|(name, accounts)| {
                let seen = accounts.iter().filter(|id| self.account(id).is_none());
                (name.clone(), seen.cloned().collect::<BTreeSet<_>>())
            })
            .filter(|(_, accounts)| !accounts.is_empty())
            .collect();
        let state = State {
            ous: ous.clone(),
            baselines: baselines.clone(),
            controls: controls.clone(),
            accounts: kept_accounts,
            permission_sets: kept_sets,
            stale: kept_stale,
            users: users.clone(),
            groups: kept_groups,
            memberships: kept_memberships,
            grants: kept_grants,
        };
        (state, counts)
    }

    /// Declaring an ignored set or group is an error: nobody could tell which of the two was meant.
    /// Accounts are checked where they are found, grants where they are expanded.
    pub(super) fn check_declared(&self, declared: &Declared, out: &mut Vec<Diagnostic>) {
        for (name, set) in &declared.permission_sets {
            if let Some(by) = self.set(name) {
                out.push(ignored(set.span, &format!("permission set `{name}`"), by));
            }
        }
        for (name, group) in &declared.groups {
            if let Some(by) = self.group(name) {
                out.push(ignored(group.span, &format!("group `{name}`"), by));
            }
            for old in &group.value.previously {
                if let Some(by) = self.group(&old.value) {
                    out.push(ignored(old.span, &format!("group `{}`", old.value), by));
                }
            }
        }
    }
}

/// The entries of a map whose keys are kept.
fn kept<K: Ord + Clone, V: Clone>(
    all: &BTreeMap<K, V>,
    keep: impl Fn(&K) -> bool,
) -> BTreeMap<K, V> {
    let kept = all.iter().filter(|(key, _)| keep(key));
    kept.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The diagnostic for something that is both used and ignored.
pub(super) fn ignored(span: Span, what: &str, by: Option<Span>) -> Diagnostic {
    let d = Diagnostic::new(Code::DeclaredIgnored, span, format!("{what} is ignored"));
    match by {
        Some(pattern) => d
            .related(pattern, "handed off here")
            .help("remove it here, or take it out of `[ignore]`"),
        None => d.help(
            "it belongs to Control Tower; choose another name, or set `ignore.control_tower = false` \
             to take it over",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_lists_are_the_documented_ones() {
        assert_eq!(lines_of(CONTROL_TOWER_GROUPS).count(), 8);
        assert_eq!(lines_of(CONTROL_TOWER_SETS).count(), 6);
    }

    #[test]
    fn the_first_pattern_that_fits_is_the_one() {
        let file = crate::diag::FileId(0);
        let mut patterns = Patterns::default();
        for (at, pattern) in ["a", "b*", "bc", "d", "d", "d?", "*e"].iter().enumerate() {
            patterns.add(pattern, Some(Span { file, start: at, end: at }));
        }
        let names = [("a", 0), ("b", 1), ("bc", 1), ("d", 3), ("de", 5), ("ae", 6)];
        for (name, at) in names {
            assert_eq!(patterns.find(name).flatten().map(|span| span.start), Some(at), "{name}");
        }
        assert_eq!(patterns.find("c"), None);
    }
}
