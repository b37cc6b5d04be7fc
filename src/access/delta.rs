//! What changes for people between two states: gained, lost, widened and narrowed access.

use super::{Access, Via, people, through};
use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, PermissionSet, Principal, Session, State};
use std::collections::{BTreeMap, BTreeSet};

/// What changes for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delta {
    /// Access that somebody has only afterwards, with all its paths.
    pub gain: BTreeMap<Access, BTreeSet<Via>>,
    /// Access that somebody has only before.
    pub lose: BTreeMap<Access, Loss>,
    /// Sets that allow more afterwards, to people who have them before and after.
    pub widen: BTreeMap<PermissionSetName, Reach>,
    /// Sets that allow less afterwards, to people who have them before and after.
    pub narrow: BTreeMap<PermissionSetName, Reach>,
}

/// A lost access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The paths that it had.
    pub via: BTreeSet<Via>,
    /// Other sets that the person keeps in the account.
    pub keeps: BTreeSet<PermissionSetName>,
    /// How long a session that is open now may live on: the set's session duration as it is.
    pub session: Session,
}

/// Whom an edit of a set reaches, and what it does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Accounts in which somebody has it before and after.
    pub accounts: BTreeSet<AccountId>,
    /// Who has it in which account.
    pub rows: BTreeSet<(AccountId, UserName)>,
    /// Who.
    pub people: BTreeSet<UserName>,
    /// What it does, in a few words each.
    pub because: Vec<String>,
}

/// Compares what people can reach before and after.
pub fn delta(before: &State, after: &State) -> Delta {
    let touched = Touched::between(before, after);
    let of = |state: &State| through(state, state.grants.iter().filter(|g| touched.is(g)));
    let (had, has) = (of(before), of(after));
    let mut out = Delta::default();
    for (access, via) in &has {
        if !had.contains_key(access) {
            out.gain.insert(access.clone(), via.clone());
        }
    }
    let keeps = kept_by_losers(after, &had, &has);
    for (access, via) in &had {
        if has.contains_key(access) {
            continue;
        }
        let set = before.permission_sets.get(&access.permission_set);
        let loss = Loss {
            via: via.clone(),
            keeps: keeps
                .get(&(access.person.clone(), access.account.clone()))
                .cloned()
                .unwrap_or_default(),
            session: set.map_or(Session::DEFAULT, |s| s.session.clone()),
        };
        out.lose.insert(access.clone(), loss);
    }
    edits(before, after, &had, &has, &mut out);
    out
}

/// Where anything about anybody's access may differ: everything else is alike on both sides and need
/// not be expanded to people.
struct Touched<'a> {
    pairs: BTreeSet<(&'a AccountId, &'a PermissionSetName)>,
    sets: BTreeSet<&'a PermissionSetName>,
}

impl<'a> Touched<'a> {
    fn between(before: &'a State, after: &'a State) -> Self {
        let groups: BTreeSet<&GroupName> = before
            .memberships
            .keys()
            .chain(after.memberships.keys())
            .filter(|group| before.memberships.get(*group) != after.memberships.get(*group))
            .collect();
        let regrouped = |grant: &&Grant| matches!(&grant.principal, Principal::Group(name) if groups.contains(name));
        let pairs = before
            .grants
            .symmetric_difference(&after.grants)
            .chain(before.grants.iter().filter(regrouped))
            .chain(after.grants.iter().filter(regrouped))
            .map(|grant| (&grant.account, &grant.permission_set))
            .collect();
        let sets = after
            .permission_sets
            .iter()
            .filter(|(name, set)| before.permission_sets.get(*name).is_some_and(|old| old != *set))
            .map(|(name, _)| name)
            .collect();
        Self { pairs, sets }
    }

    fn is(&self, grant: &Grant) -> bool {
        self.sets.contains(&grant.permission_set)
            || self.pairs.contains(&(&grant.account, &grant.permission_set))
    }
}

type Kept = BTreeMap<(UserName, AccountId), BTreeSet<PermissionSetName>>;

/// What people who lose something in an account still have there.
fn kept_by_losers(
    after: &State,
    had: &BTreeMap<Access, BTreeSet<Via>>,
    has: &BTreeMap<Access, BTreeSet<Via>>,
) -> Kept {
    let losers: BTreeSet<(&UserName, &AccountId)> = had
        .keys()
        .filter(|access| !has.contains_key(*access))
        .map(|access| (&access.person, &access.account))
        .collect();
    let places: BTreeSet<&AccountId> = losers.iter().map(|(_, account)| *account).collect();
    let mut kept = Kept::new();
    for grant in after.grants.iter().filter(|grant| places.contains(&grant.account)) {
        for (person, _) in people(after, grant) {
            if losers.contains(&(person, &grant.account)) {
                let key = (person.clone(), grant.account.clone());
                kept.entry(key).or_default().insert(grant.permission_set.clone());
            }
        }
    }
    kept
}

fn edits(
    before: &State,
    after: &State,
    had: &BTreeMap<Access, BTreeSet<Via>>,
    has: &BTreeMap<Access, BTreeSet<Via>>,
    out: &mut Delta,
) {
    let mut reach: BTreeMap<PermissionSetName, (Reach, Reach)> = BTreeMap::new();
    for (name, new) in &after.permission_sets {
        let Some(old) = before.permission_sets.get(name).filter(|old| *old != new) else {
            continue;
        };
        let (wider, narrower) = compare(old, new);
        let with = |because: Vec<String>| Reach { because, ..Reach::default() };
        reach.insert(name.clone(), (with(wider), with(narrower)));
    }
    for access in had.keys().filter(|access| has.contains_key(*access)) {
        let Some((wider, narrower)) = reach.get_mut(&access.permission_set) else { continue };
        for reach in [wider, narrower] {
            reach.accounts.insert(access.account.clone());
            reach.people.insert(access.person.clone());
            reach.rows.insert((access.account.clone(), access.person.clone()));
        }
    }
    for (name, (wider, narrower)) in reach {
        if !wider.people.is_empty() && !wider.because.is_empty() {
            out.widen.insert(name.clone(), wider);
        }
        if !narrower.people.is_empty() && !narrower.because.is_empty() {
            out.narrow.insert(name, narrower);
        }
    }
}

/// What an edit of a set allows more and less. Policies are compared by statement: an edited
/// statement counts both ways, because nobody can tell without evaluating it.
pub fn compare(old: &PermissionSet, new: &PermissionSet) -> (Vec<String>, Vec<String>) {
    let PermissionSet {
        description: _, // nobody's access
        session,
        relay_state: _, // where a console session begins, not what it may do
        managed_policies,
        customer_managed_policies,
        inline_policy: _, // below, by statement
        permissions_boundary,
        tags: _, // nobody's access
    } = new;
    let (mut wider, mut narrower) = (Vec::new(), Vec::new());
    for policy in managed_policies.difference(&old.managed_policies) {
        wider.push(format!("policy {} attached", last(&policy.0)));
    }
    for policy in old.managed_policies.difference(managed_policies) {
        narrower.push(format!("policy {} detached", last(&policy.0)));
    }
    for policy in customer_managed_policies.difference(&old.customer_managed_policies) {
        wider.push(format!("policy {policy} attached"));
    }
    for policy in old.customer_managed_policies.difference(customer_managed_policies) {
        narrower.push(format!("policy {policy} detached"));
    }
    match (&old.permissions_boundary, permissions_boundary) {
        (None, Some(_)) => narrower.push("permissions boundary set".to_owned()),
        (Some(_), None) => wider.push("permissions boundary removed".to_owned()),
        (Some(a), Some(b)) if a != b => {
            wider.push("permissions boundary changed".to_owned());
            narrower.push("permissions boundary changed".to_owned());
        }
        _ => {}
    }
    if let (Session::Seconds(a), Session::Seconds(b)) = (&old.session, session) {
        let text = format!("session {} instead of {}", session, old.session);
        match b.cmp(a) {
            std::cmp::Ordering::Greater => wider.push(text),
            std::cmp::Ordering::Less => narrower.push(text),
            std::cmp::Ordering::Equal => {}
        }
    }
    statements(old, new, &mut wider, &mut narrower);
    (wider, narrower)
}

fn statements(
    old: &PermissionSet,
    new: &PermissionSet,
    wider: &mut Vec<String>,
    narrower: &mut Vec<String>,
) {
    let of = |set: &PermissionSet| {
        set.inline_policy.as_ref().map(crate::model::Policy::statements).unwrap_or_default()
    };
    let (before, after) = (of(old), of(new));
    let count = |among: &[crate::model::policy::Statement],
                 other: &[crate::model::policy::Statement],
                 allows: bool| {
        among.iter().filter(|s| s.allows == allows && !other.contains(s)).count()
    };
    let say = |out: &mut Vec<String>, n: usize, what: &str| {
        if n > 0 {
            out.push(format!("inline policy: {n} {what}{}", if n == 1 { "" } else { "s" }));
        }
    };
    say(wider, count(&after, &before, true), "new allow statement");
    say(wider, count(&before, &after, false), "dropped deny statement");
    say(narrower, count(&before, &after, true), "dropped allow statement");
    say(narrower, count(&after, &before, false), "new deny statement");
    let same = |a: &[crate::model::policy::Statement], b: &[_]| a.iter().all(|s| b.contains(s));
    if old.inline_policy != new.inline_policy && same(&before, &after) && same(&after, &before) {
        // No statement differs, so what does (the version, or no JSON at all) may go either way.
        wider.push("inline policy changed".to_owned());
        narrower.push("inline policy changed".to_owned());
    }
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
