//! What is left behind by an apply of changes, before anything is done.

use super::change::What;
use crate::model::{Account, Baseline, Grant, State};

/// The state after all of the given changes: what an apply of them leaves behind.
pub fn predict<'a>(live: &State, changes: impl IntoIterator<Item = &'a What>) -> State {
    let mut state = live.clone();
    for what in changes {
        apply(&mut state, what);
    }
    state.memberships.retain(|_, members| !members.is_empty());
    state.stale.retain(|_, accounts| !accounts.is_empty());
    state
}

fn apply(state: &mut State, what: &What) {
    match what.clone() {
        What::CreateOu(path) => {
            state.ous.insert(path);
        }
        What::DeleteOu(path) => {
            state.ous.remove(&path);
            state.baselines.remove(&path);
            state.controls.retain(|at, _| at.ou != path);
        }
        What::RenameOu { from, to } => {
            state.rename_ou(&from, &to);
        }
        What::CreateAccount { account, ou, tags, new: _ } => {
            state.accounts.insert(account, Account { ou, tags, closed: false });
        }
        What::CloseAccount(account) => {
            if let Some(account) = state.accounts.get_mut(&account) {
                account.closed = true;
            }
        }
        What::MoveAccount { account, to, .. } => {
            if let Some(account) = state.accounts.get_mut(&account) {
                account.ou = to;
            }
        }
        What::TagAccount { account, after, .. } => {
            if let Some(account) = state.accounts.get_mut(&account) {
                account.tags = after;
            }
        }
        What::EnableBaseline(ou) | What::ResetBaseline(ou) => {
            state.baselines.insert(ou, Baseline::default());
        }
        What::EnableControl(at, control) | What::UpdateControl { at, after: control, .. } => {
            state.controls.insert(at, control);
        }
        What::DisableControl(at, _) => {
            state.controls.remove(&at);
        }
        What::CreateSet(name, set) | What::UpdateSet { name, after: set, .. } => {
            state.permission_sets.insert(name, *set);
        }
        What::DeleteSet(name, _) => {
            state.permission_sets.remove(&name);
            state.stale.remove(&name);
        }
        What::ProvisionSet { name, .. } => {
            state.stale.remove(&name);
        }
        What::CreateUser(name, user) | What::UpdateUser { name, after: user, .. } => {
            state.users.insert(name, user);
        }
        What::DeleteUser(name, _) => {
            state.users.remove(&name);
            for members in state.memberships.values_mut() {
                members.remove(&name);
            }
        }
        What::CreateGroup(name, group) | What::UpdateGroup { name, after: group, .. } => {
            state.groups.insert(name, group);
        }
        What::RenameGroup { from, to } => state.rename_group(&from, &to),
        What::DeleteGroup(name, _) => {
            state.groups.remove(&name);
            state.memberships.remove(&name);
        }
        What::AddMember(group, user) => {
            state.memberships.entry(group).or_default().insert(user);
        }
        What::RemoveMember(group, user) => {
            if let Some(members) = state.memberships.get_mut(&group) {
                members.remove(&user);
            }
        }
        What::CreateGrant(grant) => {
            state.grants.insert(grant);
        }
        What::DeleteGrant(grant) => {
            state.grants.remove(&grant);
            leave_behind(state, &grant);
        }
    }
}

/// With its last grant in an account a set leaves the account, in whatever version.
fn leave_behind(state: &mut State, gone: &Grant) {
    let Grant { account, permission_set, principal: _ } = gone; // who had it makes no difference
    if !state.stale.contains_key(permission_set) {
        return;
    }
    if state.grants.of_pair(account, permission_set).next().is_some() {
        return;
    }
    if let Some(accounts) = state.stale.get_mut(permission_set) {
        accounts.remove(account);
    }
}
