//! What each change waits for.
//!
//! Three strengths: what must *exist* (a held-back or failed one takes its dependents along), what
//! must have *succeeded* so that access is never wider or narrower than planned on the way (a failed
//! one takes its dependents along, a held-back one doesn't: then there is nothing to wait for), and
//! what must merely have *ended*.

use super::change::What;
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::model::Principal;
use std::collections::{BTreeMap, BTreeSet};

/// Indices of the changes that one change waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) exist: BTreeSet<usize>,
    pub(super) succeed: BTreeSet<usize>,
    pub(super) end: BTreeSet<usize>,
}

type Many<K> = BTreeMap<K, Vec<usize>>;

/// Where to find the changes that others wait for.
#[derive(Default)]
struct Index<'a> {
    ous: BTreeMap<&'a OuPath, usize>,
    deleted_ous: BTreeMap<&'a OuPath, usize>,
    leaving: Vec<(&'a OuPath, usize)>,
    accounts: Many<&'a AccountId>,
    sets: BTreeMap<&'a PermissionSetName, usize>,
    edits: BTreeMap<&'a PermissionSetName, usize>,
    provisions: BTreeMap<&'a PermissionSetName, usize>,
    users: BTreeMap<&'a UserName, usize>,
    groups: BTreeMap<&'a GroupName, usize>,
    removed_members: Many<&'a GroupName>,
    created_grants: Many<(&'a AccountId, &'a PermissionSetName)>,
    deleted_grants_of: Many<&'a Principal>,
    deleted_grants_with: Many<&'a PermissionSetName>,
}

fn index<'a>(changes: &[&'a What], by_tag: bool) -> Index<'a> {
    let mut at = Index::default();
    for (i, &what) in changes.iter().enumerate() {
        match what {
            What::CreateOu(path) | What::RenameOu { to: path, .. } => {
                at.ous.insert(path, i);
            }
            What::DeleteOu(path) => {
                at.deleted_ous.insert(path, i);
            }
            What::MoveAccount { account, from, .. } => {
                at.leaving.push((from, i));
                at.accounts.entry(account).or_default().push(i);
            }
            What::TagAccount { account, .. } if by_tag => {
                at.accounts.entry(account).or_default().push(i);
            }
            What::CreateSet(name, _) => {
                at.sets.insert(name, i);
            }
            What::UpdateSet { name, .. } => {
                at.edits.insert(name, i);
            }
            What::ProvisionSet { name, .. } => {
                at.provisions.insert(name, i);
            }
            What::CreateUser(name, _) => {
                at.users.insert(name, i);
            }
            What::CreateGroup(name, _) | What::RenameGroup { to: name, .. } => {
                at.groups.insert(name, i);
            }
            What::RemoveMember(group, _) => at.removed_members.entry(group).or_default().push(i),
            What::CreateGrant(grant) => {
                let pair = (&grant.account, &grant.permission_set);
                at.created_grants.entry(pair).or_default().push(i);
            }
            What::DeleteGrant(grant) => {
                at.deleted_grants_of.entry(&grant.principal).or_default().push(i);
                at.deleted_grants_with.entry(&grant.permission_set).or_default().push(i);
            }
            What::DeleteSet(..)
            | What::TagAccount { .. }
            | What::AddMember(..)
            | What::UpdateUser { .. }
            | What::DeleteUser(..)
            | What::UpdateGroup { .. }
            | What::DeleteGroup(..) => {}
        }
    }
    at
}

/// What each change waits for, by its place in the list.
/// Tags of accounts are waited for only where `by_tag`, that is, where a selector looks at them.
pub(super) fn links(changes: &[&What], by_tag: bool) -> Vec<Links> {
    let at = index(changes, by_tag);
    let mut all: Vec<Links> = changes.iter().map(|what| of(what, &at)).collect();
    for (i, links) in all.iter_mut().enumerate() {
        links.exist.remove(&i);
        links.succeed.remove(&i);
        links.end.remove(&i);
    }
    all
}

fn many<K: Ord>(map: &Many<K>, key: &K) -> impl Iterator<Item = usize> {
    map.get(key).into_iter().flatten().copied()
}

fn of(what: &What, at: &Index<'_>) -> Links {
    let mut links = Links::default();
    match what {
        What::CreateOu(path) | What::RenameOu { to: path, .. } => ancestors(path, at, &mut links),
        What::MoveAccount { to, .. } => {
            links.exist.extend(at.ous.get(to));
            ancestors(to, at, &mut links);
        }
        What::DeleteOu(path) => {
            links
                .exist
                .extend(at.leaving.iter().filter(|(from, _)| from.is_within(path)).map(|l| l.1));
            links
                .exist
                .extend(at.deleted_ous.iter().filter(|(p, _)| p.is_within(path)).map(|d| *d.1));
        }
        What::ProvisionSet { name, .. } => links.exist.extend(at.edits.get(name)),
        What::UpdateGroup { name, .. } => links.exist.extend(at.groups.get(name)),
        What::AddMember(group, user) => {
            links.exist.extend(at.groups.get(group));
            links.exist.extend(at.users.get(user));
            // A new member must not enjoy, for a moment, what the group is about to lose.
            links.succeed.extend(many(&at.deleted_grants_of, &&Principal::Group(group.clone())));
        }
        // The id stays, so nothing keeps a member from leaving.
        What::RemoveMember(group, _) => links.end.extend(at.groups.get(group)),
        What::CreateGrant(grant) => {
            links.exist.extend(at.sets.get(&grant.permission_set));
            // Nobody gets the set before it is what it should be.
            links.succeed.extend(at.edits.get(&grant.permission_set));
            links.succeed.extend(at.provisions.get(&grant.permission_set));
            links.succeed.extend(many(&at.accounts, &&grant.account));
            match &grant.principal {
                Principal::Group(group) => {
                    links.exist.extend(at.groups.get(group));
                    // Nor must a leaving member enjoy, for a moment, what the group gets.
                    links.succeed.extend(many(&at.removed_members, &group));
                }
                Principal::User(user) => links.exist.extend(at.users.get(user)),
                Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {}
            }
        }
        What::DeleteGrant(grant) => {
            // The account keeps the set's role, and so its ARN, while the new grant is made; and
            // where the new one fails, nobody is locked out.
            let pair = (&grant.account, &grant.permission_set);
            links.succeed.extend(many(&at.created_grants, &pair));
            links.succeed.extend(many(&at.accounts, &&grant.account));
            // Provisioning a pair whose last grant is going ends FAILED (docs/aws.md).
            links.end.extend(at.provisions.get(&grant.permission_set));
        }
        What::DeleteGroup(name, _) => {
            links.exist.extend(many(&at.deleted_grants_of, &&Principal::Group(name.clone())));
        }
        What::DeleteUser(name, _) => {
            links.exist.extend(many(&at.deleted_grants_of, &&Principal::User(name.clone())));
        }
        What::DeleteSet(name, _) => {
            links.exist.extend(many(&at.deleted_grants_with, &name));
        }
        What::TagAccount { .. }
        | What::CreateSet(..)
        | What::UpdateSet { .. }
        | What::CreateUser(..)
        | What::UpdateUser { .. }
        | What::RenameGroup { .. }
        | What::CreateGroup(..) => {}
    }
    links
}

fn ancestors(path: &OuPath, at: &Index<'_>, links: &mut Links) {
    let mut above = path.parent();
    while let Some(path) = above {
        links.exist.extend(at.ous.get(&path));
        above = path.parent();
    }
}
