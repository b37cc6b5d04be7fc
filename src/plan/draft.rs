//! Diff → drafts: what would change and why, before anything is held back or ordered.

use super::change::{Reason, What};
use crate::diag::Span;
use crate::diff::{Diff, Edit};
use crate::id::{AccountId, PermissionSetName};
use crate::model::{Account, Grant, Principal};
use crate::resolve::{Desired, LapseKind};
use std::collections::{BTreeMap, BTreeSet};

/// The reason of a revocation that follows from where accounts stand or how they are tagged.
pub(super) const DESELECTED: &str = "deselected";

/// The reason of what undoes an applied plan.
pub(super) const REVERTED: &str = "reverted";

/// The reason of what brings back what Control Tower says has drifted.
const DRIFTED: &str = "drifted";

/// A change that has neither an id nor a place in the order yet.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) what: What,
    pub(super) reason: Reason,
    pub(super) origin: Option<(Span, Option<String>)>,
    pub(super) until: Option<String>,
}

/// Everything that differs, as drafts.
pub(super) fn drafts(
    diff: &Diff,
    desired: &Desired,
    provisioned: &BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
) -> Vec<Draft> {
    let mut out = Vec::new();
    organization(diff, desired, &mut out);
    governance(diff, desired, &mut out);
    permission_sets(diff, desired, provisioned, &mut out);
    directory(diff, desired, &mut out);
    grants(diff, desired, &mut out);
    out
}

fn reason(word: &'static str) -> Reason {
    Reason { word, detail: String::new() }
}

/// Why an undeclared grant goes: nothing speaks of it, or a rule does that no longer means the account.
fn removed(grant: &Grant, desired: &Desired) -> Reason {
    let rule = (grant.principal.clone(), grant.permission_set.clone());
    if desired.rules.contains(&rule) {
        let detail = "no selector of its rules means the account".to_owned();
        return Reason { word: DESELECTED, detail };
    }
    reason("undeclared")
}

fn draft(what: What, word: &'static str, origin: Option<&Span>) -> Draft {
    Draft { what, reason: reason(word), origin: origin.map(|s| (*s, None)), until: None }
}

fn organization(diff: &Diff, desired: &Desired, out: &mut Vec<Draft>) {
    let origins = &desired.origins;
    for (from, to) in &desired.renames.ous {
        let what = What::RenameOu { from: from.clone(), to: to.clone() };
        out.push(draft(what, "renamed", origins.ous.get(to)));
    }
    for (path, edit) in &diff.ous {
        let (what, word) = match edit {
            Edit::Create(()) | Edit::Update { .. } => (What::CreateOu(path.clone()), "declared"),
            Edit::Delete(()) => (What::DeleteOu(path.clone()), "undeclared"),
        };
        out.push(draft(what, word, origins.ous.get(path)));
    }
    for (account, Account { ou, tags, closed: _ }) in &diff.new_accounts {
        // Only what is declared is new.
        let Some(new) = desired.new_accounts.get(account) else { continue };
        let what = What::CreateAccount {
            account: account.clone(),
            new: Box::new(new.clone()),
            ou: ou.clone(),
            tags: tags.clone(),
        };
        out.push(draft(what, "declared", origins.accounts.get(account)));
    }
    for account in &diff.closed {
        let what = What::CloseAccount(account.clone());
        out.push(draft(what, "declared", origins.accounts.get(account)));
    }
    for (account, (from, to)) in &diff.moves {
        let what = What::MoveAccount {
            account: account.clone(),
            from: from.clone(),
            to: to.clone(),
            enrolled: desired.by_factory.contains(account),
        };
        out.push(draft(what, "differs", origins.accounts.get(account)));
    }
    for (account, (before, after)) in &diff.account_tags {
        let what = What::TagAccount {
            account: account.clone(),
            before: before.clone(),
            after: after.clone(),
        };
        out.push(draft(what, "differs", origins.accounts.get(account)));
    }
}

/// Control Tower's baselines and controls. A baseline is never taken away.
fn governance(diff: &Diff, desired: &Desired, out: &mut Vec<Draft>) {
    for (ou, edit) in &diff.baselines {
        let (what, word) = match edit {
            Edit::Create(_) => (What::EnableBaseline(ou.clone()), "declared"),
            Edit::Update { .. } => (What::ResetBaseline(ou.clone()), DRIFTED),
            Edit::Delete(_) => continue,
        };
        out.push(draft(what, word, desired.origins.baselines.get(ou)));
    }
    for (at, edit) in &diff.controls {
        let (what, word) = match edit.clone() {
            Edit::Create(control) => (What::EnableControl(at.clone(), control), "declared"),
            Edit::Update { before, after } => {
                let word = if before.drifted { DRIFTED } else { "differs" };
                (What::UpdateControl { at: at.clone(), before, after }, word)
            }
            Edit::Delete(control) => (What::DisableControl(at.clone(), control), "undeclared"),
        };
        let origin = desired.origins.controls.get(at);
        let origin = origin.map(|origin| (origin.span, origin.selector.clone()));
        out.push(Draft { what, reason: reason(word), origin, until: None });
    }
}

fn permission_sets(
    diff: &Diff,
    desired: &Desired,
    provisioned: &BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
    out: &mut Vec<Draft>,
) {
    let mut provision: BTreeMap<&PermissionSetName, &'static str> = BTreeMap::new();
    for (name, edit) in &diff.permission_sets {
        let origin = desired.origins.permission_sets.get(name);
        out.push(match edit {
            Edit::Create(set) => {
                draft(What::CreateSet(name.clone(), Box::new(set.clone())), "declared", origin)
            }
            Edit::Update { before, after } => {
                // Tags live on the set alone; everything else must reach the accounts.
                let mut retagged = before.clone();
                retagged.tags.clone_from(&after.tags);
                if retagged != *after {
                    provision.insert(name, "edited");
                }
                let (before, after) = (Box::new(before.clone()), Box::new(after.clone()));
                draft(What::UpdateSet { name: name.clone(), before, after }, "differs", origin)
            }
            Edit::Delete(set) => {
                draft(What::DeleteSet(name.clone(), Box::new(set.clone())), "undeclared", origin)
            }
        });
    }
    for name in diff.stale.keys() {
        provision.entry(name).or_insert("not-provisioned");
    }
    for (name, word) in provision {
        let accounts = provisioned.get(name).cloned().unwrap_or_default();
        if !accounts.is_empty() {
            let what = What::ProvisionSet { name: name.clone(), accounts };
            out.push(draft(what, word, desired.origins.permission_sets.get(name)));
        }
    }
}

fn directory(diff: &Diff, desired: &Desired, out: &mut Vec<Draft>) {
    let origins = &desired.origins;
    for (name, edit) in &diff.users {
        let (what, word) = match edit.clone() {
            Edit::Create(user) => (What::CreateUser(name.clone(), user), "declared"),
            Edit::Update { before, after } => {
                (What::UpdateUser { name: name.clone(), before, after }, "differs")
            }
            Edit::Delete(user) => (What::DeleteUser(name.clone(), user), "undeclared"),
        };
        out.push(draft(what, word, origins.users.get(name)));
    }
    for (from, to) in &desired.renames.groups {
        let what = What::RenameGroup { from: from.clone(), to: to.clone() };
        out.push(draft(what, "renamed", origins.groups.get(to)));
    }
    for (name, edit) in &diff.groups {
        let (what, word) = match edit.clone() {
            Edit::Create(group) => (What::CreateGroup(name.clone(), group), "declared"),
            Edit::Update { before, after } => {
                (What::UpdateGroup { name: name.clone(), before, after }, "differs")
            }
            Edit::Delete(group) => (What::DeleteGroup(name.clone(), group), "undeclared"),
        };
        out.push(draft(what, word, origins.groups.get(name)));
    }
    for ((group, user), edit) in &diff.memberships {
        let (what, word) = match edit {
            Edit::Create(()) | Edit::Update { .. } => {
                (What::AddMember(group.clone(), user.clone()), "declared")
            }
            Edit::Delete(()) => (What::RemoveMember(group.clone(), user.clone()), "undeclared"),
        };
        let member = origins.memberships.get(&(group.clone(), user.clone()));
        out.push(draft(what, word, member.or_else(|| origins.groups.get(group))));
    }
}

/// Takes users who are to be deleted out of the declared groups, none of which lists them. A deletion
/// does that by itself; where it is held back, they must not stay members for that reason.
pub(super) fn leavers(desired: &Desired) -> Vec<Draft> {
    let mut out = Vec::new();
    for (group, members) in &desired.live.memberships {
        let Some(origin) = desired.origins.groups.get(group) else { continue };
        for user in members.iter().filter(|user| !desired.state.users.contains_key(*user)) {
            let what = What::RemoveMember(group.clone(), user.clone());
            out.push(draft(what, "undeclared", Some(origin)));
        }
    }
    out
}

fn grants(diff: &Diff, desired: &Desired, out: &mut Vec<Draft>) {
    for (grant, edit) in &diff.grants {
        let created = matches!(edit, Edit::Create(()) | Edit::Update { .. });
        if created {
            let cause = desired.grants.get(grant);
            let origin = cause.and_then(|c| c.origins.first());
            out.push(Draft {
                what: What::CreateGrant(grant.clone()),
                reason: Reason {
                    word: "declared",
                    detail: cause.and_then(|c| c.reason.clone()).unwrap_or_default(),
                },
                origin: origin.map(|o| (o.span, o.selector.clone())),
                until: cause.and_then(|c| c.expires.as_ref()).map(|e| e.text.clone()),
            });
            continue;
        }
        let (reason, origin) = why_gone(grant, desired);
        let what = What::DeleteGrant(grant.clone());
        out.push(Draft { what, reason, origin, until: None });
    }
}

/// Why a live grant is not desired, and where that is written.
pub fn why_gone(grant: &Grant, desired: &Desired) -> (Reason, Option<(Span, Option<String>)>) {
    match desired.lapsed.get(grant) {
        Some(lapse) => {
            let reason = match &lapse.when {
                LapseKind::Expired(text) => {
                    Reason { word: "expired", detail: format!("on {text}") }
                }
                LapseKind::NotStarted(at) => {
                    Reason { word: "not-started", detail: format!("before {at}") }
                }
            };
            (reason, Some((lapse.origin.span, lapse.origin.selector.clone())))
        }
        None => match grant.principal {
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {
                let detail = "since its principal was deleted".to_owned();
                (Reason { word: "orphaned", detail }, None)
            }
            Principal::Group(_) | Principal::User(_) => (removed(grant, desired), None),
        },
    }
}
