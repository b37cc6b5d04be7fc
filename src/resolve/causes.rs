//! Every desired grant with why it is desired.

use super::Cause;
use crate::id::{AccountId, GroupName, PermissionSetName};
use crate::model::{Grant, Grants, Principal};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Why each desired grant is desired. A rule that selects a thousand accounts has one cause for all.
#[derive(Clone, Debug, Default)]
pub struct Causes {
    /// By account, each in order and once.
    by_account: BTreeMap<AccountId, Vec<Entry>>,
    groups: BTreeSet<GroupName>,
}

/// A grant in an account.
#[derive(Clone, Debug)]
struct Entry {
    permission_set: PermissionSetName,
    principal: Principal,
    cause: Arc<Cause>,
}

impl Entry {
    fn key(&self) -> (&PermissionSetName, &Principal) {
        (&self.permission_set, &self.principal)
    }
}

impl Causes {
    /// Why a grant is desired; `None` where it isn't.
    pub fn get(&self, grant: &Grant) -> Option<&Arc<Cause>> {
        let Grant { account, permission_set, principal } = grant;
        let entries = self.by_account.get(account)?;
        let at = entries.binary_search_by(|e| e.key().cmp(&(permission_set, principal))).ok()?;
        entries.get(at).map(|entry| &entry.cause)
    }

    /// Every desired grant; accounts that have the same as on the live side share the value.
    pub fn grants(&self, live: &Grants) -> Grants {
        let accounts = self.by_account.iter();
        Grants::sharing(accounts.map(|(account, all)| (account, all.iter().map(Entry::key))), live)
    }

    /// Groups with any desired grant.
    pub fn groups(&self) -> &BTreeSet<GroupName> {
        &self.groups
    }
}

/// [`Causes`] under construction: rules come in the order of definitions.
#[derive(Debug, Default)]
pub(super) struct Collected(Causes);

impl Collected {
    /// Adds what a rule grants to a principal: a set in accounts, for a reason each.
    pub(super) fn add<'a>(
        &mut self,
        principal: &Principal,
        permission_set: &PermissionSetName,
        accounts: impl Iterator<Item = (&'a AccountId, &'a Arc<Cause>)>,
    ) {
        let mut any = false;
        for (account, cause) in accounts {
            any = true;
            let entry = Entry {
                permission_set: permission_set.clone(),
                principal: principal.clone(),
                cause: Arc::clone(cause),
            };
            match self.0.by_account.get_mut(account) {
                Some(entries) => entries.push(entry),
                None => drop(self.0.by_account.insert(account.clone(), vec![entry])),
            }
        }
        if let (true, Principal::Group(name)) = (any, principal)
            && !self.0.groups.contains(name)
        {
            self.0.groups.insert(name.clone());
        }
    }

    /// All of them, grants that were reached more than once with all that reaches them.
    pub(super) fn finish(self) -> Causes {
        let Causes { mut by_account, groups } = self.0;
        for entries in by_account.values_mut() {
            // Equal ones stay in the order of rules.
            entries.sort_by(|a, b| a.key().cmp(&b.key()));
            entries.dedup_by(|again, first| {
                let same = again.key() == first.key();
                if same {
                    Arc::make_mut(&mut first.cause).also(&again.cause);
                }
                same
            });
            entries.shrink_to_fit();
        }
        Causes { by_account, groups }
    }
}

impl Cause {
    /// Another rule, or the same one again, reaches the same grant.
    fn also(&mut self, other: &Self) {
        let Self { origins, expires, reason: _ } = other; // the first rule's stands
        for origin in origins {
            // Rules come one after the other, so only the last one can be this one.
            if self.origins.last() != Some(origin) {
                self.origins.push(origin.clone());
            }
        }
        // It lasts as long as its longest rule.
        self.expires = self.expires.take().zip(expires.clone()).map(|(a, b)| a.max(b));
    }
}
