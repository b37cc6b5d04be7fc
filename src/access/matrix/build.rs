//! What both kinds of matrix are put together from.

use super::card::{Account, Set};
use super::{At, Definitions, Granted, Matrix, To};
use crate::access::level::{Classified, Level, Levels};
use crate::id::{AccountId, PermissionSetArn, PermissionSetName};
use crate::live::Live;
use crate::model::PermissionSet;
use crate::resolve::scope::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// Places of cards by what is known of them.
pub(super) type Places<Key> = BTreeMap<Key, At>;

/// The place that comes next in a list.
pub(super) fn next<T>(list: &[T]) -> At {
    At::try_from(list.len()).unwrap_or(At::MAX)
}

/// Sorts cards and tells where each one is.
pub(super) fn sorted<Key: Ord + Clone, Card>(
    cards: BTreeMap<Key, Card>,
    order: impl Fn(&Card) -> (bool, String),
) -> (Vec<Card>, Places<Key>) {
    let mut all: Vec<((bool, String), Key, Card)> =
        cards.into_iter().map(|(key, card)| (order(&card), key, card)).collect();
    all.sort_by(|(a, a_key, _), (b, b_key, _)| (a, a_key).cmp(&(b, b_key)));
    let places = (0..).zip(&all).map(|(at, (_, key, _))| (key.clone(), at)).collect();
    (all.into_iter().map(|(_, _, card)| card).collect(), places)
}

/// The card of a permission set of which there is no more than what is compared.
pub(super) fn set_card(
    (name, arn): (Option<PermissionSetName>, Option<PermissionSetArn>),
    set: Option<&PermissionSet>,
    levels: &Levels,
) -> Set {
    let unknown = || Classified { level: Level::Unknown, reason: "it was not read".to_owned() };
    Set {
        description: set.and_then(|set| set.description.clone()),
        session: set.map(|set| set.session.to_string()),
        level: set.map_or_else(unknown, |set| levels.of(set)),
        boundary: set.and_then(|set| set.permissions_boundary.as_ref()).map(ToString::to_string),
        current: BTreeMap::new(),
        ignored: false,
        notes: Vec::new(),
        name,
        arn,
    }
}

/// What is not known of a set's parts may allow more than what is.
pub(super) fn partly_read(level: &mut Classified) {
    let Classified { level: known, reason } = level;
    if *known >= Level::Unknown {
        return;
    }
    *reason = format!("its parts were not all read; at least {}: {reason}", known.name());
    *known = Level::Unknown;
}

/// The cards of accounts: those of the organization, and those that only grants name.
pub(super) fn accounts<'i>(
    live: &'i Live,
    named: impl Iterator<Item = &'i AccountId>,
    scope: Option<&Scope>,
) -> BTreeMap<AccountId, Account> {
    let organization = &live.organization;
    let ids: BTreeSet<&AccountId> = organization.accounts.keys().chain(named).collect();
    let card = |id: &AccountId| {
        let known = organization.accounts.get(id);
        Account {
            id: id.clone(),
            name: known.map(|account| account.name.clone()).unwrap_or_default(),
            email: known.map(|account| account.email.clone()).unwrap_or_default(),
            state: known.map(|account| account.state.as_str().to_owned()).unwrap_or_default(),
            ou: None,
            management: *id == organization.management_account,
            ignored: scope.is_some_and(|scope| scope.account(id).is_some()),
            notes: Vec::new(),
        }
    };
    ids.into_iter().map(|id| (id.clone(), card(id))).collect()
}

impl<'a> Matrix<'a> {
    /// Puts grants in order and turns them and memberships around.
    pub(super) fn finish(mut self, definitions: Option<&Definitions<'a>>) -> Self {
        self.grants.sort_by_key(|granted| (granted.account, granted.set, granted.to));
        self.grants.dedup_by_key(|granted| (granted.account, granted.set, granted.to));
        self.of_group = vec![Vec::new(); self.groups.len()];
        self.of_person = vec![Vec::new(); self.people.len()];
        self.groups_of = vec![Vec::new(); self.people.len()];
        for (at, Granted { to, .. }) in (0..).zip(&self.grants) {
            let places = match to {
                To::Group(group) => self.of_group.get_mut(*group as usize),
                To::Person(person) => self.of_person.get_mut(*person as usize),
            };
            if let Some(places) = places {
                places.push(at);
            }
        }
        for (at, group) in (0..).zip(&mut self.groups) {
            group.members.sort_unstable();
            group.members.dedup();
            for person in &group.members {
                if let Some(groups) = self.groups_of.get_mut(*person as usize) {
                    groups.push(at);
                }
            }
        }
        if let Some(definitions) = definitions {
            definitions.give(&mut self);
        }
        self
    }
}
