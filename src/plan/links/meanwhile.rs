//! What nobody may have for a moment, on the way from before to after.

use super::Ground;
use crate::access::delta::compare;
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal};
use crate::plan::change::What;
use std::collections::{BTreeMap, BTreeSet};

/// A provisioning, and what its set becomes.
#[derive(Clone, Copy)]
struct Provisioning {
    place: usize,
    widens: bool,
    narrows: bool,
}

/// Changes that should wait for others, unless that makes a circle: the late one and the early one.
pub(super) fn pairs(changes: &[&What], ground: Ground<'_>) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let gone: BTreeMap<&UserName, usize> = places(changes, |what| match what {
        What::DeleteUser(name, _) => Some(name),
        _ => None,
    });
    let leaving = |group: &GroupName| {
        let members = ground.members.get(group).into_iter().flatten();
        members.filter_map(|member| gone.get(member).copied()).collect::<Vec<_>>()
    };
    if !gone.is_empty() {
        for (place, what) in changes.iter().enumerate() {
            // A user who is about to be deleted must not enjoy what a group gets.
            if let What::CreateGrant(Grant { principal: Principal::Group(group), .. }) = what {
                pairs.extend(leaving(group).into_iter().map(|early| (place, early)));
            }
        }
    }
    let holders = holders(changes, ground);
    let held = |group| holders.get(group).into_iter().flat_map(BTreeMap::values);
    for (place, what) in changes.iter().enumerate() {
        match what {
            // A new member must not enjoy what a set is about to lose.
            What::AddMember(group, _) => {
                let narrowing = held(group).filter(|provisioning| provisioning.narrows);
                pairs.extend(narrowing.map(|provisioning| (place, provisioning.place)));
            }
            // Nor a leaving one what it is about to get.
            What::RemoveMember(group, _) => {
                let widening = held(group).filter(|provisioning| provisioning.widens);
                pairs.extend(widening.map(|provisioning| (provisioning.place, place)));
            }
            _ => {}
        }
    }
    for (group, provisionings) in &holders {
        let widening = || provisionings.values().filter(|provisioning| provisioning.widens);
        for early in leaving(group) {
            pairs.extend(widening().map(|provisioning| (provisioning.place, early)));
        }
    }
    pairs
}

fn places<'a, K: Ord>(
    changes: &[&'a What],
    key: impl Fn(&'a What) -> Option<K>,
) -> BTreeMap<K, usize> {
    let keyed = changes.iter().enumerate();
    keyed.filter_map(|(place, &what)| Some((key(what)?, place))).collect()
}

/// The provisionings of the sets that each group has.
fn holders<'a>(
    changes: &[&'a What],
    ground: Ground<'a>,
) -> BTreeMap<&'a GroupName, BTreeMap<usize, Provisioning>> {
    let mut edits: BTreeMap<&PermissionSetName, (bool, bool)> = BTreeMap::new();
    for what in changes {
        if let What::UpdateSet { name, before, after } = what {
            let (wider, narrower) = compare(before, after);
            edits.insert(name, (!wider.is_empty(), !narrower.is_empty()));
        }
    }
    let provisionings: BTreeMap<&PermissionSetName, usize> = places(changes, |what| match what {
        What::ProvisionSet { name, .. } => Some(name),
        _ => None,
    });
    let mut holders: BTreeMap<&GroupName, BTreeMap<usize, Provisioning>> = BTreeMap::new();
    if provisionings.is_empty() {
        return holders; // Grants are many.
    }
    let mut seen = BTreeSet::new();
    for grant in ground.grants.iter() {
        let Principal::Group(group) = &grant.principal else { continue };
        let Some(place) = provisionings.get(&grant.permission_set).copied() else { continue };
        if !seen.insert((group, place)) {
            continue;
        }
        // What an account has that lacks the latest version is not known: it may be more or less.
        let (widens, narrows) = edits.get(&grant.permission_set).copied().unwrap_or((true, true));
        let provisioning = Provisioning { place, widens, narrows };
        holders.entry(group).or_default().insert(place, provisioning);
    }
    holders
}
