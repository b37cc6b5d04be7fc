//! What each change waits for.
//!
//! Three strengths: what must *exist* (a held-back or failed one takes its dependents along), what
//! must have *succeeded* so that access is never wider or narrower than planned on the way (a failed
//! one takes its dependents along, a held-back one doesn't: then there is nothing to wait for), and
//! what must merely have *ended*.

mod content;
mod meanwhile;

use super::change::What;
use super::draft::{DESELECTED, Draft, REVERTED};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::model::{Grants, Principal, Vendor};
use content::{Contents, Turn};
use std::collections::{BTreeMap, BTreeSet};

/// Indices of the changes that one change waits for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Links {
    pub(super) exist: BTreeSet<usize>,
    pub(super) succeed: BTreeSet<usize>,
    pub(super) end: BTreeSet<usize>,
    /// What takes the place of it, and comes later: nothing waits for that, but where it is not planned,
    /// this should not be either.
    pub(super) replaced: BTreeSet<usize>,
}

/// An account and a set.
type Pair<'a> = (&'a AccountId, &'a PermissionSetName);
type Many<K> = BTreeMap<K, Vec<usize>>;

/// Where to find the changes that others wait for.
#[derive(Default)]
struct Index<'a> {
    ous: BTreeMap<&'a OuPath, usize>,
    renamed_ous: BTreeMap<&'a OuPath, usize>,
    renamed_groups: BTreeMap<&'a GroupName, usize>,
    deleted_ous: BTreeMap<&'a OuPath, usize>,
    leaving: Vec<(&'a OuPath, usize)>,
    baselines: BTreeMap<&'a OuPath, usize>,
    disabled: Vec<(&'a OuPath, usize)>,
    /// What brings accounts into an OU without Control Tower.
    arriving: Many<&'a OuPath>,
    accounts: Many<&'a AccountId>,
    new_accounts: BTreeMap<&'a AccountId, usize>,
    created_grants_in: Many<&'a AccountId>,
    deleted_grants_in: Many<&'a AccountId>,
    sets: BTreeMap<&'a PermissionSetName, usize>,
    edits: BTreeMap<&'a PermissionSetName, usize>,
    provisions: BTreeMap<&'a PermissionSetName, usize>,
    users: BTreeMap<&'a UserName, usize>,
    groups: BTreeMap<&'a GroupName, usize>,
    removed_members: Many<&'a GroupName>,
    created_grants: Many<Pair<'a>>,
    deleted_grants_of: Many<&'a Principal>,
    deleted_grants_with: Many<&'a PermissionSetName>,
}

fn index<'a>(changes: &[&'a What], by_tag: bool) -> Index<'a> {
    let mut at = Index::default();
    for (i, &what) in changes.iter().enumerate() {
        match what {
            What::CreateOu(path) => {
                at.ous.insert(path, i);
            }
            What::RenameOu { to, .. } => {
                at.renamed_ous.insert(to, i);
            }
            What::DeleteOu(path) => {
                at.deleted_ous.insert(path, i);
            }
            What::EnableBaseline(ou) | What::ResetBaseline(ou) => {
                at.baselines.insert(ou, i);
            }
            What::DisableControl(placed, _) => at.disabled.push((&placed.ou, i)),
            What::CreateAccount { account, new, ou, .. } => {
                at.new_accounts.insert(account, i);
                if new.by == Vendor::Organizations {
                    at.arriving.entry(ou).or_default().push(i);
                }
            }
            What::MoveAccount { account, from, to, enrolled } => {
                at.leaving.push((from, i));
                if !enrolled {
                    at.arriving.entry(to).or_default().push(i);
                }
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
            What::CreateGroup(name, _) => {
                at.groups.insert(name, i);
            }
            What::RenameGroup { to, .. } => {
                at.renamed_groups.insert(to, i);
            }
            What::RemoveMember(group, _) => at.removed_members.entry(group).or_default().push(i),
            What::CreateGrant(grant) => {
                let pair = (&grant.account, &grant.permission_set);
                at.created_grants.entry(pair).or_default().push(i);
                at.created_grants_in.entry(&grant.account).or_default().push(i);
            }
            What::DeleteGrant(grant) => {
                at.deleted_grants_in.entry(&grant.account).or_default().push(i);
                at.deleted_grants_of.entry(&grant.principal).or_default().push(i);
                at.deleted_grants_with.entry(&grant.permission_set).or_default().push(i);
            }
            What::DeleteSet(..)
            | What::EnableControl(..)
            | What::UpdateControl { .. }
            | What::CloseAccount(_)
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

/// What links depend on besides the changes themselves.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    /// Whether any selector looks at tags: only then do grants wait for the tags of accounts.
    pub(super) by_tag: bool,
    /// Every live grant.
    pub(super) grants: &'a Grants,
    /// Accounts where each set is provisioned in an older version.
    pub(super) stale: &'a BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
    /// Who is in which group.
    pub(super) members: &'a BTreeMap<GroupName, BTreeSet<UserName>>,
}

/// What each change waits for, by its place in the list.
pub(super) fn links(drafts: &[Draft], ground: Ground<'_>) -> Vec<Links> {
    let changes: Vec<&What> = drafts.iter().map(|draft| &draft.what).collect();
    let at = index(&changes, ground.by_tag);
    let contents = Contents::new(&changes, ground);
    let mut all: Vec<Links> =
        drafts.iter().enumerate().map(|draft| of(draft, &at, &contents)).collect();
    for (i, links) in all.iter_mut().enumerate() {
        links.exist.remove(&i);
        links.succeed.remove(&i);
        links.end.remove(&i);
    }
    for (early, what) in changes.iter().enumerate() {
        if let What::DeleteGrant(grant) = what
            && contents.turn(grant) != Turn::Last
            && let Some(content) = contents.of(&grant.permission_set)
            && let Some(links) = all.get_mut(content.gate)
        {
            links.succeed.insert(early);
        }
    }
    for (late, early) in meanwhile::pairs(&changes, ground, &contents) {
        if !circles(&all, late, early)
            && let Some(links) = all.get_mut(late)
        {
            links.succeed.insert(early);
        }
    }
    all
}

/// Leaves out of provisionings the accounts that have the set no more by then, and those provisionings
/// that nothing is left for.
pub(super) fn settle(mut drafts: Vec<Draft>, ground: Ground<'_>) -> Vec<Draft> {
    let changes: Vec<&What> = drafts.iter().map(|draft| &draft.what).collect();
    let left = Contents::new(&changes, ground).left(&changes).into_iter();
    let left: BTreeSet<_> = left.map(|(account, set)| (account.clone(), set.clone())).collect();
    let edited = changes.iter().filter_map(|what| match what {
        What::UpdateSet { name, .. } => Some(name.clone()),
        _ => None,
    });
    let edited: BTreeSet<PermissionSetName> = edited.collect();
    drafts.retain_mut(|draft| {
        let What::ProvisionSet { name, accounts } = &mut draft.what else { return true };
        let stays = |account: &AccountId| !left.contains(&(account.clone(), name.clone()));
        accounts.retain(stays);
        let mut stale = ground.stale.get(name).into_iter().flatten();
        !accounts.is_empty() && (edited.contains(name) || stale.any(stays))
    });
    drafts
}

/// Whether letting one change wait for another would make a circle: the other waits for the one.
pub(super) fn circles(links: &[Links], late: usize, early: usize) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![early]);
    while let Some(at) = open.pop() {
        if at == late {
            return true;
        }
        if seen.insert(at) {
            let Some(Links { exist, succeed, end, .. }) = links.get(at) else { continue };
            open.extend(exist.iter().chain(succeed).chain(end));
        }
    }
    false
}

fn many<K: Ord>(map: &Many<K>, key: &K) -> impl Iterator<Item = usize> {
    map.get(key).into_iter().flatten().copied()
}

fn of((own, draft): (usize, &Draft), at: &Index<'_>, contents: &Contents<'_>) -> Links {
    let mut links = Links::default();
    match &draft.what {
        What::CreateOu(path) | What::RenameOu { to: path, .. } => ancestors(path, at, &mut links),
        What::CreateAccount { ou: to, .. } | What::MoveAccount { to, .. } => {
            links.exist.extend(at.ous.get(to));
            ancestors(to, at, &mut links);
            // Account Factory knows registered OUs alone. Whatever else comes into one that is to be registered
            // comes before that, and is enrolled by it.
            if !at.arriving.get(to).is_some_and(|all| all.contains(&own)) {
                links.exist.extend(at.baselines.get(to));
            }
        }
        What::EnableBaseline(ou) | What::ResetBaseline(ou) => {
            links.exist.extend(at.ous.get(ou));
            ancestors(ou, at, &mut links);
            let mut above = ou.parent();
            while let Some(path) = above {
                links.exist.extend(at.baselines.get(&path));
                above = path.parent();
            }
            links.end.extend(many(&at.arriving, &ou));
        }
        What::EnableControl(placed, _) | What::UpdateControl { at: placed, .. } => {
            links.exist.extend(at.ous.get(&placed.ou));
            links.exist.extend(at.baselines.get(&placed.ou));
            ancestors(&placed.ou, at, &mut links);
        }
        What::DeleteOu(path) => {
            let disabled = at.disabled.iter().filter(|(ou, _)| ou.is_within(path));
            links.exist.extend(disabled.map(|(_, i)| *i));
            links
                .exist
                .extend(at.leaving.iter().filter(|(from, _)| from.is_within(path)).map(|l| l.1));
            links
                .exist
                .extend(at.deleted_ous.iter().filter(|(p, _)| p.is_within(path)).map(|d| *d.1));
        }
        What::ProvisionSet { name, .. } => links.exist.extend(at.edits.get(name)),
        What::UpdateGroup { name, .. } => links.end.extend(at.renamed_groups.get(name)),
        What::AddMember(group, user) => {
            links.exist.extend(at.groups.get(group));
            links.end.extend(at.renamed_groups.get(group));
            links.exist.extend(at.users.get(user));
            // A new member must not enjoy, for a moment, what the group is about to lose.
            links.succeed.extend(many(&at.deleted_grants_of, &&Principal::Group(group.clone())));
        }
        // The id stays, so nothing keeps a member from leaving.
        What::RemoveMember(group, _) => links.end.extend(at.renamed_groups.get(group)),
        What::CreateGrant(grant) => {
            links.exist.extend(at.sets.get(&grant.permission_set));
            links.exist.extend(at.new_accounts.get(&grant.account));
            // Nobody gets the set before it is what it should be, unless that only gives more to those
            // whom this takes the place of.
            if !contents.is_early(grant) {
                links.succeed.extend(at.edits.get(&grant.permission_set));
                links.succeed.extend(at.provisions.get(&grant.permission_set));
            }
            links.succeed.extend(many(&at.accounts, &&grant.account));
            match &grant.principal {
                Principal::Group(group) => {
                    links.exist.extend(at.groups.get(group));
                    links.end.extend(at.renamed_groups.get(group));
                    // Nor must a leaving member enjoy, for a moment, what the group gets.
                    links.succeed.extend(many(&at.removed_members, &group));
                }
                Principal::User(user) => links.exist.extend(at.users.get(user)),
                Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {}
            }
        }
        What::DeleteGrant(grant) => {
            let pair = (&grant.account, &grant.permission_set);
            let turn = contents.turn(grant);
            if contents.empties(grant) && turn == Turn::First {
                links.replaced.extend(many(&at.created_grants, &pair));
            } else if contents.empties(grant) {
                // The account keeps the set's role, and so its ARN, while the new grant is made. And
                // where one group takes the place of another and the new grant fails, nobody is
                // locked out; what a person holds alone or past its date goes all the same. What
                // nobody holds any more can wait.
                let swap = match grant.principal {
                    Principal::Group(_) => ["undeclared", REVERTED].contains(&draft.reason.word),
                    Principal::User(_) => false,
                    Principal::OrphanGroup(_) | Principal::OrphanUser(_) => true,
                };
                let strength = if swap { &mut links.succeed } else { &mut links.end };
                strength.extend(many(&at.created_grants, &pair));
            }
            if draft.reason.word == DESELECTED {
                links.succeed.extend(many(&at.accounts, &&grant.account));
            }
            if turn == Turn::Last {
                // Provisioning a pair whose last grant is going ends FAILED (docs/aws.md).
                links.end.extend(at.provisions.get(&grant.permission_set));
            }
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
        // What is revoked there goes first: nothing can be revoked in a closed account, nor is one reopened.
        What::CloseAccount(account) => {
            links.succeed.extend(many(&at.deleted_grants_in, &account));
            links.end.extend(many(&at.created_grants_in, &account));
            links.end.extend(many(&at.accounts, &account));
        }
        What::TagAccount { .. }
        | What::DisableControl(..)
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
        // Its id stays, but siblings may swap names.
        links.end.extend(at.renamed_ous.get(&path));
        above = path.parent();
    }
}
