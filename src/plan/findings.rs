//! Things worth knowing that change nothing.

use super::change::{Change, What};
use crate::id::{AccountId, GroupName};
use crate::live::project::Projection;
use crate::live::{Gap, Part};
use crate::model::Principal;
use crate::resolve::{Desired, Rules, Selection};
use crate::text::counted;
use std::collections::BTreeSet;

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
    let labels = &projection.labels;
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
