//! Assignments and memberships with an index for each way they are asked for.
//!
//! Their fields are private so that the indexes cannot part.

use super::Principal;
use std::collections::{BTreeMap, BTreeSet};

/// Account id and permission set ARN.
pub type Pair = (String, String);

/// The assignments, found by pair and by principal.
#[derive(Clone, Debug, Default)]
pub struct Assignments {
    by_pair: BTreeMap<Pair, BTreeSet<Principal>>,
    by_principal: BTreeMap<Principal, BTreeSet<Pair>>,
}

impl Assignments {
    /// Adds a row; adding it again changes nothing.
    pub fn insert(&mut self, pair: Pair, principal: Principal) {
        self.by_principal.entry(principal.clone()).or_default().insert(pair.clone());
        self.by_pair.entry(pair).or_default().insert(principal);
    }

    /// Removes a row, and says whether it was there.
    pub fn remove(&mut self, pair: &Pair, principal: &Principal) -> bool {
        let Some(principals) = self.by_pair.get_mut(pair) else { return false };
        let was = principals.remove(principal);
        if principals.is_empty() {
            self.by_pair.remove(pair);
        }
        if let Some(pairs) = self.by_principal.get_mut(principal) {
            pairs.remove(pair);
            if pairs.is_empty() {
                self.by_principal.remove(principal);
            }
        }
        was
    }

    /// Who has this pair.
    pub fn of_pair(&self, pair: &Pair) -> impl Iterator<Item = &Principal> {
        self.by_pair.get(pair).into_iter().flatten()
    }

    /// The pairs of one principal from `first` on, in order, not counting what a user has through groups.
    pub fn of_principal_from(
        &self,
        principal: &Principal,
        first: Pair,
    ) -> impl Iterator<Item = &Pair> {
        self.by_principal
            .get(principal)
            .into_iter()
            .flat_map(move |pairs| pairs.range(first.clone()..))
    }

    /// Every pair that someone has.
    pub fn pairs(&self) -> impl Iterator<Item = (&Pair, &BTreeSet<Principal>)> {
        self.by_pair.iter()
    }
}

/// The memberships, found by group, by user and by id.
///
/// A membership's id follows from its group and user: the snapshot format has no place for it. It is kept in every index,
/// since making it costs more than finding it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::struct_field_names, reason = "three indexes over the same rows")]
pub struct Memberships {
    by_group: BTreeMap<String, BTreeMap<String, String>>,
    by_user: BTreeMap<String, BTreeMap<String, String>>,
    by_id: BTreeMap<String, (String, String)>,
}

/// What a group without members has.
static NOBODY: BTreeMap<String, String> = BTreeMap::new();

impl Memberships {
    /// Adds a member, and gives the membership's id.
    pub fn insert(&mut self, group: &str, user: &str) -> String {
        let id = Self::new_id(group, user);
        let of = |map: &mut BTreeMap<String, BTreeMap<String, String>>, one: &str, other: &str| {
            map.entry(one.to_owned()).or_default().insert(other.to_owned(), id.clone());
        };
        of(&mut self.by_group, group, user);
        of(&mut self.by_user, user, group);
        self.by_id.insert(id.clone(), (group.to_owned(), user.to_owned()));
        id
    }

    /// Removes a member, and says whether it was one.
    pub fn remove(&mut self, group: &str, user: &str) -> bool {
        if let Some(groups) = self.by_user.get_mut(user) {
            groups.remove(group);
        }
        let id = self.by_group.get_mut(group).and_then(|users| users.remove(user));
        id.is_some_and(|id| self.by_id.remove(&id).is_some())
    }

    fn new_id(group: &str, user: &str) -> String {
        super::super::id::uuid_like(&format!("membership/{group}/{user}"))
    }

    /// The members of a group, each with the membership's id.
    pub fn of_group(&self, group: &str) -> &BTreeMap<String, String> {
        self.by_group.get(group).unwrap_or(&NOBODY)
    }

    /// The groups of a user, each with the membership's id.
    pub fn of_user(&self, user: &str) -> &BTreeMap<String, String> {
        self.by_user.get(user).unwrap_or(&NOBODY)
    }

    /// Group and user of a membership.
    pub fn find(&self, id: &str) -> Option<&(String, String)> {
        self.by_id.get(id)
    }

    /// Every group that has or had members, with them.
    pub fn groups(&self) -> impl Iterator<Item = (&String, &BTreeMap<String, String>)> {
        self.by_group.iter()
    }
}
