//! Two states → [`Diff`]: no I/O, no text, no decision about what may be done.
//!
//! The laws (`tests/it/laws.rs`): `diff(x, x)` is empty, and applying `diff(a, b)` to `a` gives `b`.

use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::model::{
    Account, Baseline, Control, Grant, Group, PermissionSet, Placed, State, Tags, User,
};
use std::collections::{BTreeMap, BTreeSet};

/// What happens to one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit<T> {
    /// It is only on the desired side.
    Create(T),
    /// It is on both, and differs.
    Update {
        /// As it is.
        before: T,
        /// As it should be.
        after: T,
    },
    /// It is only on the live side.
    Delete(T),
}

/// Everything that differs, by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// OUs: created or deleted.
    pub ous: BTreeMap<OuPath, Edit<()>>,
    /// Accounts that are to be created.
    pub new_accounts: BTreeMap<AccountId, Account>,
    /// Accounts that are to be closed.
    pub closed: BTreeSet<AccountId>,
    /// Accounts that stand elsewhere: from → to.
    pub moves: BTreeMap<AccountId, (OuPath, OuPath)>,
    /// Accounts with other tags: before → after.
    pub account_tags: BTreeMap<AccountId, (Tags, Tags)>,
    /// Control Tower's baselines: enabled, or to be mended.
    pub baselines: BTreeMap<OuPath, Edit<Baseline>>,
    /// Controls.
    pub controls: BTreeMap<Placed, Edit<Control>>,
    /// Permission sets.
    pub permission_sets: BTreeMap<PermissionSetName, Edit<PermissionSet>>,
    /// Sets that are provisioned somewhere in an old version and should not be.
    pub stale: BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
    /// Users.
    pub users: BTreeMap<UserName, Edit<User>>,
    /// Groups.
    pub groups: BTreeMap<GroupName, Edit<Group>>,
    /// Memberships of groups and users that are on both sides or created.
    pub memberships: BTreeMap<(GroupName, UserName), Edit<()>>,
    /// Grants.
    pub grants: BTreeMap<Grant, Edit<()>>,
}

impl Diff {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let Self {
            ous,
            new_accounts,
            closed,
            moves,
            account_tags,
            baselines,
            controls,
            permission_sets,
            stale,
            users,
            groups,
            memberships,
            grants,
        } = self;
        ous.is_empty()
            && new_accounts.is_empty()
            && closed.is_empty()
            && moves.is_empty()
            && account_tags.is_empty()
            && baselines.is_empty()
            && controls.is_empty()
            && permission_sets.is_empty()
            && stale.is_empty()
            && users.is_empty()
            && groups.is_empty()
            && memberships.is_empty()
            && grants.is_empty()
    }
}

/// Compares what is with what should be.
pub fn diff(live: &State, desired: &State) -> Diff {
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
    } = live;
    let mut out = Diff {
        ous: sets(ous, &desired.ous),
        baselines: maps(baselines, &desired.baselines),
        controls: maps(controls, &desired.controls),
        permission_sets: maps(permission_sets, &desired.permission_sets),
        users: maps(users, &desired.users),
        groups: maps(groups, &desired.groups),
        memberships: edges(memberships, &desired.memberships),
        grants: edits(desired.grants.difference(grants), grants.difference(&desired.grants)),
        ..Diff::default()
    };
    // A deleted group or user takes its memberships along.
    out.memberships.retain(|(group, user), edit| {
        !matches!(edit, Edit::Delete(()))
            || (desired.groups.contains_key(group) && desired.users.contains_key(user))
    });
    // What goes with its OU goes by itself.
    out.baselines.retain(|ou, edit| !matches!(edit, Edit::Delete(_)) || desired.ous.contains(ou));
    out.controls
        .retain(|at, edit| !matches!(edit, Edit::Delete(_)) || desired.ous.contains(&at.ou));
    let new = desired.accounts.iter().filter(|(id, _)| !accounts.contains_key(*id));
    out.new_accounts = new.map(|(id, account)| (id.clone(), account.clone())).collect();
    for (id, Account { ou, tags, closed }) in accounts {
        let Some(after) = desired.accounts.get(id) else { continue };
        if *ou != after.ou {
            out.moves.insert(id.clone(), (ou.clone(), after.ou.clone()));
        }
        if !closed && after.closed {
            out.closed.insert(id.clone());
        }
        if *tags != after.tags {
            out.account_tags.insert(id.clone(), (tags.clone(), after.tags.clone()));
        }
    }
    for (name, accounts) in stale {
        let still: BTreeSet<_> = desired.stale.get(name).cloned().unwrap_or_default();
        let gone: BTreeSet<_> = accounts.difference(&still).cloned().collect();
        if !gone.is_empty() && desired.permission_sets.contains_key(name) {
            out.stale.insert(name.clone(), gone);
        }
    }
    out
}

type Members = BTreeMap<GroupName, BTreeSet<UserName>>;

/// Memberships as pairs. Most groups are alike on both sides, and only the others are taken apart.
fn edges(live: &Members, desired: &Members) -> BTreeMap<(GroupName, UserName), Edit<()>> {
    fn only_in(these: &Members, those: &Members) -> Vec<(GroupName, UserName)> {
        let differing = these.iter().filter(|(group, users)| those.get(*group) != Some(users));
        let mut out = Vec::new();
        for (group, users) in differing {
            let others = those.get(group);
            let only = users.iter().filter(|u| !others.is_some_and(|others| others.contains(*u)));
            out.extend(only.map(|user| (group.clone(), user.clone())));
        }
        out
    }
    edits(only_in(desired, live).iter(), only_in(live, desired).iter())
}

fn sets<K: Ord + Clone>(live: &BTreeSet<K>, desired: &BTreeSet<K>) -> BTreeMap<K, Edit<()>> {
    edits(desired.difference(live), live.difference(desired))
}

fn edits<'a, K: Ord + Clone + 'a>(
    created: impl Iterator<Item = &'a K>,
    deleted: impl Iterator<Item = &'a K>,
) -> BTreeMap<K, Edit<()>> {
    let created = created.map(|key| (key.clone(), Edit::Create(())));
    created.chain(deleted.map(|key| (key.clone(), Edit::Delete(())))).collect()
}

fn maps<K: Ord + Clone, V: Clone + PartialEq>(
    live: &BTreeMap<K, V>,
    desired: &BTreeMap<K, V>,
) -> BTreeMap<K, Edit<V>> {
    let mut out = BTreeMap::new();
    for (key, after) in desired {
        match live.get(key) {
            None => {
                out.insert(key.clone(), Edit::Create(after.clone()));
            }
            Some(before) if before != after => {
                let edit = Edit::Update { before: before.clone(), after: after.clone() };
                out.insert(key.clone(), edit);
            }
            Some(_) => {}
        }
    }
    for (key, before) in live {
        if !desired.contains_key(key) {
            out.insert(key.clone(), Edit::Delete(before.clone()));
        }
    }
    out
}
