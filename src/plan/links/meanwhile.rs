//! What nobody may have for a moment, on the way from before to after.

use super::Ground;
use super::content::{Content, Contents};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal};
use crate::plan::change::What;
use std::collections::{BTreeMap, BTreeSet};

/// Changes that should wait for others, unless that makes a circle: the late one and the early one.
pub(super) fn pairs(
    changes: &[&What],
    ground: Ground<'_>,
    contents: &Contents<'_>,
) -> Vec<(usize, usize)> {
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
    let holders = holders(changes, ground, contents);
    let held = |group| holders.get(group).into_iter().flat_map(BTreeMap::values);
    for (place, what) in changes.iter().enumerate() {
        match what {
            // A new member must not enjoy what a set is about to lose.
            What::AddMember(group, _) => {
                let narrowing = held(group).filter(|held| held.content.narrows());
                pairs.extend(narrowing.map(|held| (place, held.provisioning)));
            }
            // Nor a leaving one what it is about to get.
            What::RemoveMember(group, _) => {
                let widening = held(group).filter(|held| held.content.widens());
                pairs.extend(widening.map(|held| (held.content.gate, place)));
            }
            _ => {}
        }
    }
    for (group, holdings) in &holders {
        let widening = || holdings.values().filter(|held| held.content.widens());
        for early in leaving(group) {
            pairs.extend(widening().map(|held| (held.content.gate, early)));
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

/// A set that a group has, and that is provisioned.
#[derive(Clone, Copy)]
struct Holding {
    provisioning: usize,
    content: Content,
}

/// The sets that each group has and that are provisioned, by the place of that.
fn holders<'a>(
    changes: &[&'a What],
    ground: Ground<'a>,
    contents: &Contents<'_>,
) -> BTreeMap<&'a GroupName, BTreeMap<usize, Holding>> {
    let provisionings: BTreeMap<&PermissionSetName, usize> = places(changes, |what| match what {
        What::ProvisionSet { name, .. } => Some(name),
        _ => None,
    });
    let mut holders: BTreeMap<&GroupName, BTreeMap<usize, Holding>> = BTreeMap::new();
    if provisionings.is_empty() {
        return holders; // Grants are many.
    }
    let mut seen = BTreeSet::new();
    for grant in ground.grants.iter() {
        let Principal::Group(group) = &grant.principal else { continue };
        let Some(provisioning) = provisionings.get(&grant.permission_set).copied() else {
            continue;
        };
        if !seen.insert((group, provisioning)) {
            continue;
        }
        if let Some(content) = contents.of(&grant.permission_set) {
            let holding = Holding { provisioning, content };
            holders.entry(group).or_default().insert(provisioning, holding);
        }
    }
    holders
}
