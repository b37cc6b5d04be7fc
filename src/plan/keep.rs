//! What must stand at every step: the keeps of `landgrant.toml`, and the caller's own access.
//!
//! An apply may stop anywhere, and any change may fail. What it may have done by then is any set of
//! changes that holds, with each of them, all that it needs. Through every such set a claim must hold:
//! [`order`] links what takes people away behind what brings people, where that makes no circle, and
//! [`judge`] looks at what is left.

mod judge;
mod order;
pub(super) mod own;
mod refusal;

use super::change::What;
use crate::diag::Span;
use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal, State};
use crate::resolve::Selection;
use crate::resolve::kept::Kept;
pub(super) use judge::{Steps, judge};
pub(super) use order::order;
use own::Own;
pub use refusal::{Refusal, Rule};
use std::collections::{BTreeMap, BTreeSet};

/// An access that somebody must have at every step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Claim<'a> {
    account: &'a AccountId,
    set: &'a PermissionSetName,
    by: By<'a>,
    /// Whether the plan is about the account: if not, it may leave the claim as it is.
    about: bool,
}

/// Who must have it.
#[derive(Clone, Copy, Debug)]
enum By<'a> {
    /// So many people through certain principals, each of whom has a grant.
    Kept(&'a Kept),
    /// One person, however.
    Person(&'a UserName),
}

/// Every claim of the definitions, and the caller's.
pub(super) fn claims<'a>(
    kept: &'a [Kept],
    own: Option<&'a Own>,
    only: Option<&Selection>,
) -> Vec<Claim<'a>> {
    let about = |account| only.is_none_or(|only| only.accounts.contains(account));
    let keeps = kept.iter().flat_map(|kept| {
        let Kept { accounts, set, .. } = kept;
        accounts.iter().map(move |account| (account, set, By::Kept(kept)))
    });
    let own = own.map(|Own { account, set, person }| (account, set, By::Person(person)));
    let all = keeps.chain(own);
    all.map(|(account, set, by)| Claim { account, set, by, about: about(account) }).collect()
}

impl Claim<'_> {
    fn means(&self, principal: &Principal) -> bool {
        match self.by {
            By::Kept(kept) => kept.principals.contains(principal),
            By::Person(_) => true,
        }
    }

    fn is_on(&self, grant: &Grant) -> bool {
        grant.account == *self.account
            && grant.permission_set == *self.set
            && self.means(&grant.principal)
    }

    /// How many people must have it.
    fn wanted(&self) -> usize {
        match self.by {
            By::Kept(kept) => kept.min_people,
            By::Person(_) => 1,
        }
    }

    fn origin(&self) -> Option<Span> {
        match self.by {
            By::Kept(kept) => Some(kept.span),
            By::Person(_) => None,
        }
    }

    /// How many of some people count.
    fn count(&self, people: &BTreeSet<&UserName>) -> usize {
        match self.by {
            By::Kept(_) => people.len(),
            By::Person(person) => usize::from(people.contains(person)),
        }
    }
}

/// Who has what a claim is about, at some step.
#[derive(Clone, Debug)]
struct Reach<'a> {
    granted: BTreeSet<&'a Principal>,
    members: BTreeMap<&'a GroupName, BTreeSet<&'a UserName>>,
}

impl<'a> Reach<'a> {
    /// Before anything is done. What could not be read is nobody.
    fn before(claim: &Claim<'a>, state: &'a State, index: &Index<'a>) -> Self {
        let here = state.grants.of_pair(claim.account, claim.set);
        let granted: BTreeSet<&Principal> =
            here.map(|grant| &grant.principal).filter(|who| claim.means(who)).collect();
        let coming = index.grants(claim).into_iter().filter_map(|(_, what)| match what {
            What::CreateGrant(grant) => Some(&grant.principal),
            _ => None,
        });
        let groups = granted.iter().copied().chain(coming).filter_map(|who| match who {
            Principal::Group(name) => Some(name),
            _ => None,
        });
        let members = groups.map(|name| {
            let members = state.memberships.get(name).into_iter().flatten().collect();
            (name, members)
        });
        let members = members.collect();
        Self { granted, members }
    }

    fn people(&self) -> BTreeSet<&'a UserName> {
        let mut people = BTreeSet::new();
        for principal in &self.granted {
            match principal {
                Principal::Group(name) => {
                    people.extend(self.members.get(name).into_iter().flatten());
                }
                Principal::User(name) => drop(people.insert(name)),
                Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {}
            }
        }
        people
    }

    fn has(&self, group: &GroupName, user: &UserName) -> bool {
        let granted =
            self.granted.iter().any(|who| matches!(who, Principal::Group(g) if g == group));
        granted && self.members.get(group).is_some_and(|members| members.contains(user))
    }

    /// Does what a change does to it.
    fn apply(&mut self, claim: &Claim<'_>, what: &'a What) {
        match what {
            What::CreateGrant(grant) if claim.is_on(grant) => {
                self.granted.insert(&grant.principal);
            }
            What::DeleteGrant(grant) if claim.is_on(grant) => {
                self.granted.remove(&grant.principal);
            }
            What::AddMember(group, user) => {
                if let Some(members) = self.members.get_mut(group) {
                    members.insert(user);
                }
            }
            What::RemoveMember(group, user) => {
                if let Some(members) = self.members.get_mut(group) {
                    members.remove(user);
                }
            }
            What::DeleteUser(user, _) => {
                self.granted.retain(|who| !matches!(who, Principal::User(u) if u == user));
                for members in self.members.values_mut() {
                    members.remove(user);
                }
            }
            What::DeleteGroup(group, _) => {
                self.granted.retain(|who| !matches!(who, Principal::Group(g) if g == group));
            }
            What::DeleteSet(set, _) if set == claim.set => self.granted.clear(),
            _ => {}
        }
    }

    /// Whether a change cuts a way by which somebody has it.
    fn is_cut_by(&self, claim: &Claim<'_>, what: &What) -> bool {
        match what {
            What::DeleteGrant(grant) => {
                claim.is_on(grant) && self.granted.contains(&grant.principal)
            }
            What::RemoveMember(group, user) => self.has(group, user),
            What::DeleteUser(user, _) => self.people().contains(user),
            What::DeleteGroup(group, _) => self.members.contains_key(group),
            What::DeleteSet(set, _) => set == claim.set,
            _ => false,
        }
    }
}

/// The changes that may bear on claims.
#[derive(Default)]
struct Index<'a> {
    grants: BTreeMap<(&'a AccountId, &'a PermissionSetName), Vec<(usize, &'a What)>>,
    groups: BTreeMap<&'a GroupName, Vec<(usize, &'a What)>>,
    users: BTreeMap<&'a UserName, (usize, &'a What)>,
    sets: BTreeMap<&'a PermissionSetName, (usize, &'a What)>,
}

impl<'a> Index<'a> {
    fn new(whats: &[&'a What]) -> Self {
        let mut at = Self::default();
        for (i, &what) in whats.iter().enumerate() {
            match what {
                What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                    let pair = (&grant.account, &grant.permission_set);
                    at.grants.entry(pair).or_default().push((i, what));
                }
                What::AddMember(group, _)
                | What::RemoveMember(group, _)
                | What::DeleteGroup(group, _) => {
                    at.groups.entry(group).or_default().push((i, what));
                }
                What::DeleteUser(user, _) => drop(at.users.insert(user, (i, what))),
                What::DeleteSet(set, _) => drop(at.sets.insert(set, (i, what))),
                _ => {}
            }
        }
        at
    }

    /// Grants that come and go where the claim is.
    fn grants(&self, claim: &Claim<'_>) -> Vec<(usize, &'a What)> {
        let here = self.grants.get(&(claim.account, claim.set)).into_iter().flatten();
        let meant = here.copied().filter(|(_, what)| match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => claim.means(&grant.principal),
            _ => false,
        });
        meant.collect()
    }

    /// Every change that bears on a claim, by its place.
    fn bearing(&self, claim: &Claim<'_>, before: &Reach<'a>) -> BTreeMap<usize, &'a What> {
        let mut out: BTreeMap<usize, &'a What> = self.grants(claim).into_iter().collect();
        for (group, members) in &before.members {
            out.extend(self.groups.get(group).into_iter().flatten().copied());
            let gone = members.iter().filter_map(|member| self.users.get(member));
            out.extend(gone.copied());
        }
        for principal in &before.granted {
            let Principal::User(name) = principal else { continue };
            out.extend(self.users.get(name).copied());
        }
        out.extend(self.sets.get(claim.set).copied());
        out
    }
}

/// Whether a change brings people to what they did not reach.
fn brings(what: &What) -> bool {
    matches!(what, What::CreateGrant(_) | What::AddMember(..))
}
