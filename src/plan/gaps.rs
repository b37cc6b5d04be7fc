//! What a plan does not know.

use crate::live::project::Projection;
use crate::live::{Gap, Live, Part};
use crate::model::{Grant, Principal};
use crate::resolve::{Desired, Selection};
use std::collections::BTreeSet;

/// What could not be read or told apart, and what the definitions ask for and nobody read: tags that
/// a selector looks at, members of groups that a quick reading passed over.
pub(super) fn gaps(
    live: &Live,
    projection: &Projection,
    desired: &Desired,
    only: Option<&Selection>,
) -> Vec<Gap> {
    // What becomes of an ignored account is nobody's question here.
    let ignored = |part: &Part| match part {
        Part::AccountState(id) => !desired.organization.places.contains_key(id),
        _ => false,
    };
    let all = live.gaps.iter().chain(&projection.ambiguous);
    let mut gaps: Vec<Gap> = all.filter(|gap| !ignored(&gap.part)).cloned().collect();
    let mut unread = |part: Part, message: &str| {
        if !gaps.iter().any(|gap| gap.part == part) {
            gaps.push(Gap {
                part,
                operation: String::new(),
                code: "not read".to_owned(),
                message: message.to_owned(),
            });
        }
    };
    // A snapshot that nobody asked for it says nothing of it.
    let declared = &desired.origins;
    let governs = !declared.controls.is_empty() || !declared.baselines.is_empty();
    if governs && live.control_tower.is_none() {
        unread(Part::LandingZone, "the reading did not ask for Control Tower");
    }
    if desired.selects_by_tag || only.is_some_and(Selection::looks_at_tags) {
        for (id, account) in &live.organization.accounts {
            if account.tags.is_none() {
                unread(Part::AccountTags(id.clone()), "the reading holds no tags of it");
            }
        }
    }
    if live.taken.reading.asked.is_some() {
        let chosen =
            |grant: &&Grant| only.is_none_or(|only| only.accounts.contains(&grant.account));
        let (live_grants, wanted) = (&projection.state.grants, &desired.state.grants);
        let granted = live_grants.iter().filter(chosen).map(|grant| &grant.principal);
        let mut granted: BTreeSet<&Principal> = granted.collect();
        if only.is_some() {
            granted.extend(wanted.iter().filter(chosen).map(|grant| &grant.principal));
        }
        for (name, id) in &projection.ids.groups {
            let new_name = desired.renames.groups.get(name).unwrap_or(name);
            let declared = only.is_none() && desired.origins.groups.contains_key(new_name);
            let matters = declared
                || [name, new_name]
                    .iter()
                    .any(|n| granted.contains(&Principal::Group((*n).clone())));
            if matters && !live.identity_center.memberships.contains_key(id) {
                unread(Part::Memberships(id.clone()), "the reading holds no members of it");
            }
        }
    }
    gaps
}
