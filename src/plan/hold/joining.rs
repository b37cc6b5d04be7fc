//! What a new member of a group would get that nobody knows.

use super::Facts;
use crate::id::{GroupId, GroupName, PermissionSetArn};
use crate::live::{Live, Part};
use std::collections::{BTreeMap, BTreeSet};

/// How far what was read tells what groups have.
pub(in super::super) struct Joining<'a> {
    /// Whether groups told all of their grants themselves. Where grants were read by pair, a pair that
    /// was not read may be any group's.
    told_by_groups: bool,
    /// Whether a set may not even be listed.
    unlisted: bool,
    /// Sets whose name is known.
    named: BTreeSet<&'a PermissionSetArn>,
    /// Groups that have sets whose name is not, and which.
    unnamed: BTreeMap<&'a GroupId, BTreeSet<&'a PermissionSetArn>>,
}

impl<'a> Joining<'a> {
    pub(in super::super) fn of(live: &'a Live) -> Self {
        let reading = &live.taken.reading;
        let center = &live.identity_center;
        let named: BTreeSet<_> = center.permission_sets.keys().collect();
        let mut unnamed: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        let nameless = center.assignments.iter().filter(|((_, arn), _)| !named.contains(arn));
        for ((_, arn), assigned) in nameless {
            for group in &assigned.groups {
                unnamed.entry(group).or_default().insert(arn);
            }
        }
        Self {
            told_by_groups: reading.asked.is_some() && reading.within.is_none(),
            unlisted: live.gap_for(&Part::PermissionSets).is_some(),
            named,
            unnamed,
        }
    }

    /// Whether the name of a set is known.
    pub(super) fn is_named(&self, set: &PermissionSetArn) -> bool {
        self.named.contains(set)
    }

    /// Whether a part that could not be read may hold something that a group has. A group that is yet to
    /// be created has nothing.
    pub(super) fn is_blind(&self, group: &GroupName, part: &Part, facts: &Facts<'_>) -> bool {
        let Some(id) = facts.ids.groups.get(group) else { return false };
        let unnamed = self.unnamed.get(id);
        match part {
            // Two sets with one name are such a gap as well, and both were read.
            Part::PermissionSets if !self.unlisted => false,
            Part::PermissionSets => !self.told_by_groups || unnamed.is_some(),
            Part::PermissionSet(arn) => {
                !self.told_by_groups || unnamed.is_some_and(|sets| sets.contains(arn))
            }
            _ => !self.told_by_groups,
        }
    }
}
