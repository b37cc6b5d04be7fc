//! Groups that were deleted and made again: the same name, a new id, and the grants stayed with the old.

use super::Facts;
use super::difference::{Difference, Subject};
use crate::id::{AccountId, GroupId, GroupName, PermissionSetName};
use crate::model::{Grant, Principal, address};
use crate::plan::change::{Reason, What};
use crate::resolve::Hold;
use std::collections::{BTreeMap, BTreeSet};

/// Where a principal has grants.
type Places = BTreeSet<(AccountId, PermissionSetName)>;

/// Puts together what belongs to one such group: AWS tells nobody what a deleted group was called, but
/// one whose grants are exactly what a live group lacks was most likely that one. Where two could be
/// meant, nothing is put together.
pub(super) fn merge(differences: Vec<Difference>, facts: &Facts<'_>) -> Vec<Difference> {
    let mut left: BTreeMap<&GroupId, Places> = BTreeMap::new();
    let mut lacking: BTreeMap<&GroupName, Places> = BTreeMap::new();
    for difference in &differences {
        let (grant, created) = match &difference.what {
            Subject::Change(What::CreateGrant(grant)) => (grant, true),
            Subject::Change(What::DeleteGrant(grant)) => (grant, false),
            _ => continue,
        };
        let place = (grant.account.clone(), grant.permission_set.clone());
        match (&grant.principal, created) {
            (Principal::OrphanGroup(id), false) if !unknown(difference) => {
                left.entry(id).or_default().insert(place);
            }
            (Principal::Group(name), true) if facts.desired.live.groups.contains_key(name) => {
                lacking.entry(name).or_default().insert(place);
            }
            _ => {}
        }
    }
    let mut by_places: BTreeMap<&Places, (Vec<&GroupId>, Vec<&GroupName>)> = BTreeMap::new();
    for (id, places) in &left {
        by_places.entry(places).or_default().0.push(id);
    }
    for (name, places) in &lacking {
        if let Some((_, names)) = by_places.get_mut(places) {
            names.push(name);
        }
    }
    let pairs: BTreeMap<GroupId, GroupName> = by_places
        .into_values()
        .filter_map(|(ids, names)| match (ids.as_slice(), names.as_slice()) {
            ([id], [name]) => Some(((*id).clone(), (*name).clone())),
            _ => None,
        })
        .collect();
    if pairs.is_empty() { differences } else { together(differences, &pairs, facts) }
}

fn unknown(difference: &Difference) -> bool {
    matches!(difference.held, Some((Hold::Gap, _)))
}

/// One difference for each group in place of those of its grants.
fn together(
    differences: Vec<Difference>,
    pairs: &BTreeMap<GroupId, GroupName>,
    facts: &Facts<'_>,
) -> Vec<Difference> {
    let labels = &facts.plan.labels;
    let names: BTreeSet<&GroupName> = pairs.values().collect();
    let mut groups: BTreeMap<GroupName, (Vec<Grant>, BTreeSet<String>)> = BTreeMap::new();
    let mut held: BTreeMap<GroupName, Option<(Hold, String)>> = BTreeMap::new();
    let mut out = Vec::new();
    for difference in differences {
        let (grant, name) = match &difference.what {
            Subject::Change(What::DeleteGrant(grant)) => match &grant.principal {
                Principal::OrphanGroup(id) => (grant, pairs.get(id)),
                _ => (grant, None),
            },
            Subject::Change(What::CreateGrant(grant)) => match &grant.principal {
                Principal::Group(name) => (grant, names.get(name).copied()),
                _ => (grant, None),
            },
            _ => {
                out.push(difference);
                continue;
            }
        };
        let Some(name) = name else {
            out.push(difference);
            continue;
        };
        let (grants, covers) = groups.entry(name.clone()).or_default();
        let label = labels.of(&grant.account);
        covers.insert(address::grant(label, &grant.permission_set, &grant.principal));
        if matches!(difference.what, Subject::Change(What::CreateGrant(_))) {
            // What keeps the group's own grants from being made keeps it from being mended.
            let first = held.entry(name.clone()).or_default();
            *first = first.take().or_else(|| difference.held.clone());
            grants.push(grant.clone());
        }
    }
    let old: BTreeMap<&GroupName, &GroupId> = pairs.iter().map(|(id, name)| (name, id)).collect();
    let made_again = groups.into_iter().map(|(name, (grants, covers))| Difference {
        old_group: old.get(&name).map(|id| (*id).clone()),
        origin: facts.desired.origins.groups.get(&name).copied(),
        held: held.remove(&name).flatten(),
        what: Subject::Recreated(name, grants),
        because: Reason { word: "recreated", detail: String::new() },
        covers,
    });
    out.extend(made_again);
    out
}
