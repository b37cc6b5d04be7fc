//! Many grants, shared by the states that have the same ones.

use super::{Grant, Principal};
use crate::id::{AccountId, GroupName, PermissionSetName};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A set of grants, in order.
///
/// The grants of an account are one value that copies of the set share until one of them changes it.
/// So a copy costs as much as there are accounts, and two sets of which one came from the other are
/// compared where they differ: a plan has half a dozen states with up to a million grants each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(
    /// By account; never an account without any.
    BTreeMap<AccountId, Arc<BTreeSet<Grant>>>,
);

impl Grants {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.values().map(|grants| grants.len()).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a grant is among them.
    pub fn contains(&self, grant: &Grant) -> bool {
        self.0.get(&grant.account).is_some_and(|grants| grants.contains(grant))
    }

    /// Adds a grant; `false` where it was there.
    pub fn insert(&mut self, grant: Grant) -> bool {
        Arc::make_mut(self.0.entry(grant.account.clone()).or_default()).insert(grant)
    }

    /// Takes a grant out; `false` where it was not there.
    pub fn remove(&mut self, grant: &Grant) -> bool {
        let Some(grants) = self.0.get_mut(&grant.account).filter(|g| g.contains(grant)) else {
            return false;
        };
        Arc::make_mut(grants).remove(grant);
        if grants.is_empty() {
            self.0.remove(&grant.account);
        }
        true
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Grant> {
        self.0.values().flat_map(|grants| grants.iter())
    }

    /// The accounts that have any.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.0.keys()
    }

    /// Those of one account.
    pub fn of_account(&self, account: &AccountId) -> impl Iterator<Item = &Grant> {
        self.0.get(account).into_iter().flat_map(|grants| grants.iter())
    }

    /// Those of one set in one account.
    pub fn of_pair<'a>(
        &'a self,
        account: &'a AccountId,
        set: &'a PermissionSetName,
    ) -> impl Iterator<Item = &'a Grant> {
        // Principals are in order of their kinds, and this is the first that any can be.
        let first = Grant {
            account: account.clone(),
            permission_set: set.clone(),
            principal: Principal::Group(GroupName::new("")),
        };
        let grants = self.0.get(account).into_iter();
        let from = grants.flat_map(move |grants| grants.range(first.clone()..));
        from.take_while(move |grant| grant.permission_set == *set)
    }

    /// Those that another set does not have.
    pub fn difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Grant> {
        let pairs = self.0.iter().map(move |(account, grants)| (grants, other.0.get(account)));
        let differing = pairs.filter(|(grants, others)| {
            // What is shared is equal without a look at it.
            !others.is_some_and(|others| Arc::ptr_eq(grants, others))
        });
        differing.flat_map(|(grants, others)| {
            grants.iter().filter(move |g| !others.is_some_and(|others| others.contains(*g)))
        })
    }

    /// Those that are in one of two sets alone; not in order.
    pub fn symmetric_difference<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a Grant> {
        self.difference(other).chain(other.difference(self))
    }

    /// Those of each account, in order, sharing the value of another set wherever that has the same.
    ///
    /// `accounts` gives an account once.
    pub fn sharing<'a, Few>(
        accounts: impl Iterator<Item = (&'a AccountId, Few)>,
        other: &'a Self,
    ) -> Self
    where
        Few: Iterator<Item = (&'a PermissionSetName, &'a Principal)> + Clone,
    {
        let shared = accounts.map(|(account, grants)| {
            let same = other.0.get(account).filter(|others| {
                let others = others.iter().map(|grant| (&grant.permission_set, &grant.principal));
                others.eq(grants.clone())
            });
            let value = same.cloned().unwrap_or_else(|| {
                let own = grants.map(|(set, principal)| Grant {
                    account: account.clone(),
                    permission_set: set.clone(),
                    principal: principal.clone(),
                });
                Arc::new(own.collect())
            });
            (account.clone(), value)
        });
        Self(shared.filter(|(_, grants)| !grants.is_empty()).collect())
    }

    /// Those that satisfy a condition, sharing the accounts where all do.
    #[must_use]
    pub fn filter(&self, keep: impl Fn(&Grant) -> bool) -> Self {
        let kept = self.0.iter().filter_map(|(account, grants)| {
            if grants.iter().all(&keep) {
                return Some((account.clone(), Arc::clone(grants)));
            }
            let some: BTreeSet<Grant> = grants.iter().filter(|g| keep(g)).cloned().collect();
            (!some.is_empty()).then(|| (account.clone(), Arc::new(some)))
        });
        Self(kept.collect())
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        let mut by_account: BTreeMap<AccountId, Vec<Grant>> = BTreeMap::new();
        let mut grants = grants.into_iter().peekable();
        while let Some(first) = grants.next() {
            // Grants mostly come account by account.
            let account = first.account.clone();
            let of_account = by_account.entry(account.clone()).or_default();
            of_account.push(first);
            while let Some(next) = grants.next_if(|grant| grant.account == account) {
                of_account.push(next);
            }
        }
        let shared = |grants: Vec<Grant>| Arc::new(grants.into_iter().collect());
        Self(by_account.into_iter().map(|(account, grants)| (account, shared(grants))).collect())
    }
}

impl<'a> IntoIterator for &'a Grants {
    type Item = &'a Grant;
    type IntoIter = Box<dyn Iterator<Item = &'a Grant> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(account: u8, set: &str, group: &str) -> Grant {
        Grant {
            account: AccountId::parse(&format!("{account:012}")).unwrap(),
            permission_set: PermissionSetName::new(set),
            principal: Principal::Group(GroupName::new(group)),
        }
    }

    fn some() -> Grants {
        let all = [(2, "R", "b"), (1, "R", "a"), (1, "A", "a"), (1, "R", "b"), (2, "R", "b")];
        all.into_iter().map(|(account, set, group)| grant(account, set, group)).collect()
    }

    #[test]
    fn they_are_a_set_in_order() {
        let grants = some();
        let plain: BTreeSet<Grant> = grants.iter().cloned().collect();
        assert!(grants.iter().eq(&plain));
        assert_eq!((grants.len(), plain.len()), (4, 4));
        let first = grant(1, "R", "a");
        assert!(
            grants
                .of_pair(&first.account, &first.permission_set)
                .eq([&grant(1, "R", "a"), &grant(1, "R", "b"),])
        );
        assert_eq!(grants.of_account(&first.account).count(), 3);
    }

    #[test]
    fn a_copy_changes_alone() {
        let before = some();
        let mut after = before.clone();
        assert!(after.remove(&grant(2, "R", "b")) && !after.remove(&grant(2, "R", "b")));
        assert!(after.insert(grant(1, "R", "c")) && !after.insert(grant(1, "R", "c")));
        assert!(after.insert(grant(3, "R", "c")));
        assert_eq!(before, some());
        assert!(before.difference(&after).eq([&grant(2, "R", "b")]));
        assert!(after.difference(&before).eq([&grant(1, "R", "c"), &grant(3, "R", "c")]));
        // An account that lost its last grant is as one that never had any.
        assert!(after.remove(&grant(3, "R", "c")));
        assert_eq!(after.accounts().count(), 1);
        after.insert(grant(2, "R", "b"));
        after.remove(&grant(1, "R", "c"));
        assert_eq!(after, before);
    }

    #[test]
    fn what_is_kept_whole_stays_shared() {
        let all = some();
        let kept = all.filter(|grant| grant.principal != Principal::Group(GroupName::new("b")));
        assert_eq!((kept.len(), kept.accounts().count()), (2, 1));
    }

    #[test]
    fn what_is_made_alike_is_shared() {
        let (all, more) = (some(), grant(1, "R", "c"));
        let accounts = || {
            let of = |account| all.of_account(account).map(|g| (&g.permission_set, &g.principal));
            all.accounts().map(move |account| (account, of(account).collect::<Vec<_>>()))
        };
        let made = |other: &Grants| {
            let accounts = accounts().map(|(account, grants)| (account, grants.into_iter()));
            Grants::sharing(accounts, other)
        };
        let same = made(&all);
        assert!(same.0.values().zip(all.0.values()).all(|(a, b)| Arc::ptr_eq(a, b)));
        let mut other = all.clone();
        other.insert(more);
        assert_eq!(made(&other), all);
        assert_eq!(made(&Grants::default()), all);
    }

    #[test]
    fn what_satisfies_everything_is_all() {
        let all = some();
        assert_eq!(all.filter(|_| true), all);
    }
}
