//! Drafts → one order that respects every link.

use super::change::What;
use super::draft::Draft;
use super::keep::{self, Claim};
use super::links::{Ground, Links, links};
use crate::live::project::Labels;
use crate::model::State;
use std::collections::{BTreeMap, BTreeSet};

/// A draft in its place, with the places of what it waits for.
pub(super) struct Placed {
    pub(super) draft: Draft,
    /// Places of what must have succeeded.
    pub(super) needs: BTreeSet<usize>,
    /// Places of what must have ended.
    pub(super) after: BTreeSet<usize>,
}

/// The step of the design's order to which a change belongs: OUs, accounts, Control Tower, permission
/// sets and their provisioning, users, groups, memberships, new grants, revoked grants, deletions.
fn step(what: &What) -> u8 {
    match what {
        What::CreateOu(_) | What::RenameOu { .. } => 0,
        What::CreateAccount { .. } | What::MoveAccount { .. } | What::TagAccount { .. } => 1,
        What::EnableBaseline(_) | What::ResetBaseline(_) => 2,
        What::EnableControl(..) | What::UpdateControl { .. } | What::DisableControl(..) => 3,
        What::CreateSet(..) | What::UpdateSet { .. } => 4,
        What::ProvisionSet { .. } => 5,
        What::CreateUser(..) | What::UpdateUser { .. } => 6,
        What::CreateGroup(..) | What::UpdateGroup { .. } | What::RenameGroup { .. } => 7,
        What::AddMember(..) => 8,
        What::RemoveMember(..) => 9,
        What::CreateGrant(_) => 10,
        What::DeleteGrant(_) => 11,
        What::DeleteGroup(..) => 12,
        What::DeleteUser(..) => 13,
        What::DeleteSet(..) => 14,
        What::CloseAccount(_) => 15,
        What::DeleteOu(_) => 16,
    }
}

/// Orders by steps and addresses as far as the links allow. The links have no circle; were there
/// one, its members would come last, in the order of steps.
pub(super) fn order(
    drafts: Vec<Draft>,
    labels: &Labels,
    ground: Ground<'_>,
    (claims, before): (&[Claim<'_>], &State),
) -> Vec<Placed> {
    let whats: Vec<&What> = drafts.iter().map(|d| &d.what).collect();
    let mut links = links(&drafts, ground);
    keep::order(claims, before, &whats, &mut links);
    let keys: Vec<(u8, String)> = whats.iter().map(|w| (step(w), w.address(labels))).collect();
    let mut waiting: Vec<BTreeSet<usize>> = links.iter().map(all).collect();
    let mut left: BTreeSet<(&(u8, String), usize)> =
        keys.iter().enumerate().map(|(i, key)| (key, i)).collect();
    let mut sequence = Vec::with_capacity(drafts.len());
    let free =
        |waiting: &[BTreeSet<usize>], i: usize| waiting.get(i).is_none_or(BTreeSet::is_empty);
    let mut dependents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (i, wants) in waiting.iter().enumerate() {
        for &wanted in wants {
            dependents.entry(wanted).or_default().push(i);
        }
    }
    let mut ready: BTreeSet<(&(u8, String), usize)> =
        left.iter().filter(|(_, i)| free(&waiting, *i)).copied().collect();
    while let Some(next) = ready.pop_first().or_else(|| left.first().copied()) {
        left.remove(&next);
        let (_, i) = next;
        sequence.push(i);
        for &dependent in dependents.get(&i).into_iter().flatten() {
            if let Some(wants) = waiting.get_mut(dependent) {
                wants.remove(&i);
            }
            let entry = keys.get(dependent).map(|key| (key, dependent));
            if let Some(entry) = entry.filter(|e| free(&waiting, dependent) && left.contains(e)) {
                ready.insert(entry);
            }
        }
    }
    place(drafts, &sequence, &links)
}

fn all(links: &Links) -> BTreeSet<usize> {
    let Links { exist, succeed, end, replaced: _ } = links;
    exist.iter().chain(succeed).chain(end).copied().collect()
}

fn place(drafts: Vec<Draft>, sequence: &[usize], links: &[Links]) -> Vec<Placed> {
    let mut place_of = BTreeMap::new();
    for (place, i) in sequence.iter().enumerate() {
        place_of.insert(*i, place);
    }
    let places = |set: &BTreeSet<usize>| -> BTreeSet<usize> {
        set.iter().filter_map(|i| place_of.get(i).copied()).collect()
    };
    let mut drafts: Vec<Option<Draft>> = drafts.into_iter().map(Some).collect();
    let mut placed = Vec::with_capacity(sequence.len());
    for i in sequence {
        let draft = drafts.get_mut(*i).and_then(Option::take);
        let (Some(draft), Some(links)) = (draft, links.get(*i)) else { continue };
        let Links { exist, succeed, end, replaced: _ } = links;
        let needs: BTreeSet<usize> = exist.union(succeed).copied().collect();
        placed.push(Placed { draft, needs: places(&needs), after: places(end) });
    }
    placed
}
