//! Whose access each change has a part in changing. Who has it already by another way, or keeps it by
//! one, is not among them.

use super::change::What;
use super::grant_of;
use crate::access::delta::Delta;
use crate::access::{Access, Via};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::model::Grant;
use std::collections::{BTreeMap, BTreeSet};

type People<'a> = BTreeSet<&'a UserName>;

/// Who gains, or loses, by what.
#[derive(Default)]
struct Side<'a> {
    grants: BTreeMap<Grant, People<'a>>,
    groups: BTreeMap<&'a GroupName, People<'a>>,
    all: People<'a>,
}

impl<'a> Side<'a> {
    fn of(rows: impl Iterator<Item = (&'a Access, &'a BTreeSet<Via>)>) -> Self {
        let mut out = Self::default();
        for (access, ways) in rows {
            out.all.insert(&access.person);
            for via in ways {
                out.grants.entry(grant_of(access, via)).or_default().insert(&access.person);
                if let Via::Group(name) = via {
                    out.groups.entry(name).or_default().insert(&access.person);
                }
            }
        }
        out
    }

    fn member(&self, group: &GroupName, person: &UserName) -> usize {
        usize::from(self.groups.get(group).is_some_and(|people| people.contains(person)))
    }
}

/// The people of a plan's access, found by what changes it.
pub(super) struct Effects<'a> {
    gain: Side<'a>,
    lose: Side<'a>,
    sets: BTreeMap<&'a PermissionSetName, People<'a>>,
}

impl<'a> Effects<'a> {
    pub(super) fn of(access: &'a Delta) -> Self {
        let Delta { gain, lose, widen, narrow } = access;
        let mut sets: BTreeMap<_, People<'a>> = BTreeMap::new();
        for (name, reach) in widen.iter().chain(narrow) {
            sets.entry(name).or_default().extend(&reach.people);
        }
        let lose = lose.iter().map(|(access, loss)| (access, &loss.via));
        Self { gain: Side::of(gain.iter()), lose: Side::of(lose), sets }
    }

    /// How many people; `None` for what is about nobody's access by itself.
    pub(super) fn people(&self, what: &What) -> Option<usize> {
        let Self { gain, lose, sets } = self;
        let granted =
            |side: &Side<'_>, grant: &Grant| side.grants.get(grant).map_or(0, BTreeSet::len);
        Some(match what {
            What::CreateGrant(grant) => granted(gain, grant),
            What::DeleteGrant(grant) => granted(lose, grant),
            What::AddMember(group, user) => gain.member(group, user),
            What::RemoveMember(group, user) => lose.member(group, user),
            What::UpdateSet { name, .. } => sets.get(name).map_or(0, BTreeSet::len),
            What::DeleteGroup(name, _) => lose.groups.get(name).map_or(0, BTreeSet::len),
            What::DeleteUser(name, _) => usize::from(lose.all.contains(name)),
            What::RenameGroup { .. } => 0,
            What::CreateOu(_)
            | What::RenameOu { .. }
            | What::DeleteOu(_)
            | What::CreateAccount { .. }
            | What::CloseAccount(_)
            | What::MoveAccount { .. }
            | What::TagAccount { .. }
            | What::EnableBaseline(_)
            | What::ResetBaseline(_)
            | What::EnableControl(..)
            | What::UpdateControl { .. }
            | What::DisableControl(..)
            | What::CreateSet(..)
            | What::ProvisionSet { .. }
            | What::DeleteSet(..)
            | What::CreateUser(..)
            | What::UpdateUser { .. }
            | What::CreateGroup(..)
            | What::UpdateGroup { .. } => return None,
        })
    }
}
