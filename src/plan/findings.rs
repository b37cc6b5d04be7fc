//! Things worth knowing that change nothing.

use super::change::{Change, What};
use super::keep::own::Caller;
use crate::access::delta::compare;
use crate::id::{AccountId, GroupName, PermissionSetName};
use crate::live::project::{Labels, Projection};
use crate::live::{Gap, Part};
use crate::model::{Grants, Principal};
use crate::resolve::{Desired, Rules, Selection};
use crate::text::counted;
use std::collections::{BTreeMap, BTreeSet};

/// Accounts that a line names before it only counts them.
const NAMED: usize = 5;

/// All of them, a line each.
pub(super) fn findings(
    projection: &Projection,
    desired: &Desired,
    rules: &Rules,
    gaps: &[Gap],
    changes: &[Change],
) -> Vec<String> {
    let mut out = desired.notes.clone();
    if rules.external {
        let source = "the identity source is external";
        out.push(format!("{source}: users, groups and memberships are read, never written"));
    }
    let labels = &desired.labels(projection);
    for change in changes.iter().filter(|change| change.reason.word == "not-provisioned") {
        let What::ProvisionSet { name, accounts } = &change.what else { continue };
        let stale = desired.live.stale.get(name).into_iter().flatten();
        let stale: Vec<&str> = stale.map(|account| labels.of(account)).collect();
        let of = counted(accounts.len(), "account");
        let places = stale.join(", ");
        // What is provisioned there is an older version, which no API tells.
        out.push(format!(
            "people with {name} in {places} get its latest version; what they have there now is \
             not known ({of} in all)"
        ));
    }
    out.extend(kept_sets(desired, changes));
    out.extend(churn(&projection.state.grants, changes, labels));
    out.extend(groups(projection, desired, gaps, rules.only.as_ref()));
    // Only ACTIVE accounts are selected.
    if rules.only.is_some() {
        return out;
    }
    let accounts: BTreeSet<&AccountId> = projection.inactive.keys().collect();
    for account in accounts {
        let granted = projection.state.grants.of_account(account).count();
        if granted > 0 {
            let label = labels.of(account);
            out.push(format!("account {label} is not ACTIVE, with grants left: {granted}"));
        }
    }
    out
}

/// Says of a caller who came by a permission set, and whom no user is, that nobody watches over that
/// access.
pub(super) fn caller(caller: &Caller, idle: bool) -> Option<String> {
    let Caller::Stranger(name) = caller else { return None };
    let what = "you came by a permission set";
    (!idle).then(|| {
        format!("{what} as {name}, whom no known user is: whether you would lose it was not judged")
    })
}

/// Edits of sets that are kept: the way in stays, and what it leads to is another.
fn kept_sets(desired: &Desired, changes: &[Change]) -> Vec<String> {
    let kept: BTreeSet<&PermissionSetName> = desired.kept.iter().map(|kept| &kept.set).collect();
    let edits = changes.iter().filter_map(|change| {
        let What::UpdateSet { name, before, after } = &change.what else { return None };
        kept.contains(name).then_some((change, name, compare(before, after).1))
    });
    edits
        .map(|(change, name, narrower)| {
            let what = if narrower.is_empty() {
                "takes nothing out of it".to_owned()
            } else {
                narrower.because.join("; ")
            };
            format!("{} edits {name}, which is kept: {what}", change.id)
        })
        .collect()
}

/// Accounts that lose a set's role: its ARN has a hash at its end, and another one when it comes back.
fn churn(live: &Grants, changes: &[Change], labels: &Labels) -> Vec<String> {
    let mut going: BTreeMap<(&PermissionSetName, &AccountId), Vec<&Change>> = BTreeMap::new();
    let mut coming: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for change in changes {
        match &change.what {
            What::DeleteGrant(grant) => {
                let pair = (&grant.permission_set, &grant.account);
                going.entry(pair).or_default().push(change);
            }
            What::CreateGrant(grant) => {
                let pair = (&grant.permission_set, &grant.account);
                coming.entry(pair).or_default().insert(change.id.as_str());
            }
            _ => {}
        }
    }
    let mut by_set: BTreeMap<(&PermissionSetName, bool), Vec<&str>> = BTreeMap::new();
    for ((set, account), revoked) in going {
        let new = coming.get(&(set, account));
        let after_one = |change: &Change| {
            let mut waits = change.needs.iter().chain(&change.after);
            waits.any(|id| new.is_some_and(|new| new.contains(id.as_str())))
        };
        let keeps_one = live.of_pair(account, set).count() > revoked.len();
        if !keeps_one && !revoked.into_iter().any(after_one) {
            by_set.entry((set, new.is_some())).or_default().push(labels.of(account));
        }
    }
    let lines = by_set.into_iter().map(|((set, returns), mut accounts)| {
        accounts.sort_unstable();
        let number = counted(accounts.len(), "account");
        let first: Vec<&str> = accounts.into_iter().take(NAMED).collect();
        let (what, then) = if returns {
            let what = "leaves and comes back to";
            (what, ": its edit adds and takes away, so those who lose it must be gone before it, and those who get it come after")
        } else {
            ("leaves", ", also should it come back")
        };
        format!(
            "{set} {what} {number} ({}), and the role AWSReservedSSO_{set}_… there goes with it: EKS \
             access entries, KMS key policies and bucket policies that name it stop matching{then}",
            first.join(", ")
        )
    });
    lines.collect()
}

fn groups(
    projection: &Projection,
    desired: &Desired,
    gaps: &[Gap],
    only: Option<&Selection>,
) -> Vec<String> {
    let granted = desired.grants.groups();
    let chosen: Option<BTreeSet<&GroupName>> = only.map(|only| {
        let accounts = only.accounts.iter();
        let grants = accounts.flat_map(|account| desired.state.grants.of_account(account));
        let groups = grants.filter_map(|grant| match &grant.principal {
            Principal::Group(name) => Some(name),
            _ => None,
        });
        groups.collect()
    });
    let matters = |group: &&GroupName| chosen.as_ref().is_none_or(|those| those.contains(group));
    let known = |group: &GroupName| {
        let id = projection.ids.groups.get(group);
        !gaps.iter().any(|gap| match &gap.part {
            Part::Users | Part::Other(_) => true,
            Part::Memberships(hidden) => id == Some(hidden),
            _ => false,
        })
    };
    let mut out = Vec::new();
    for (group, users) in
        projection.dangling.iter().filter(|(group, _)| known(group) && matters(group))
    {
        out.push(format!("group {group} has {} members that no user is", users.len()));
    }
    let members = &desired.state.memberships;
    let granted = granted.iter().filter(matters);
    let empty = granted.filter(|name| !members.contains_key(*name) && known(name));
    for group in empty {
        out.push(format!("group {group} is granted access and has no members"));
    }
    out
}
