//! Who reaches what, as rows: person × account × permission set × path, and one for whatever reaches
//! nobody or is not known.
//!
//! Everything that a row names is a card, made once; a grant is three places in the lists of cards. So a
//! [`Matrix`] grows with grants and memberships, and rows, which are their product, are made one by
//! one and held by nobody.

mod build;
pub mod card;
pub mod filter;
mod live;
mod notes;
mod rows;
mod state;
mod why;

use crate::diag::{Files, Span};
use crate::source::declared::GrantRule;
use card::{Account, Group, Person, Set};
pub use live::of_live;
pub use rows::{Kind, Row, Via};
pub use state::{Source, of_state};
use std::collections::BTreeMap;
pub use why::{Definitions, Status, Why, Words};

/// A place in a list of cards or grants.
pub type At = u32;

/// Who reaches what, in one state.
#[derive(Debug, Default)]
pub struct Matrix<'a> {
    /// Everybody, by name; behind them ids that no user has.
    pub people: Vec<Person>,
    /// Every group, by name; behind them ids that no group has.
    pub groups: Vec<Group>,
    /// Every permission set, by name; behind them ARNs without one.
    pub sets: Vec<Set>,
    /// Every account, by name.
    pub accounts: Vec<Account>,
    /// Every grant, by account, set and principal.
    pub grants: Vec<Granted>,
    /// What could not be read and may hold more than there are rows.
    pub unread: Vec<Unread>,
    /// What makes every row incomplete.
    pub everywhere: Vec<String>,
    /// The files that origins point into.
    files: Option<&'a Files>,
    /// The rules of the definitions, by their place.
    rules: BTreeMap<Span, &'a GrantRule>,
    /// The grants of each group, and those of each person alone, in order.
    of_group: Vec<Vec<At>>,
    of_person: Vec<Vec<At>>,
    /// The groups that each person is in, in order.
    groups_of: Vec<Vec<At>>,
}

/// A grant, by the places of what it joins.
#[derive(Clone, Debug, PartialEq)]
pub struct Granted {
    /// Where.
    pub account: At,
    /// What.
    pub set: At,
    /// To whom.
    pub to: To,
    /// Whether it is declared, and why.
    pub why: Why,
    /// Whether others may have the set there, whom nobody could read.
    pub pair_unread: bool,
}

/// Who is granted something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum To {
    /// A group.
    Group(At),
    /// A person alone.
    Person(At),
}

/// A part that could not be read, as far as it is known what it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unread {
    /// The account, where it is one.
    pub account: Option<At>,
    /// The set, where it is one.
    pub set: Option<At>,
    /// The principal, where it is one.
    pub to: Option<To>,
    /// What was not read.
    pub text: String,
}

impl Matrix<'_> {
    /// The card of an account.
    pub fn account(&self, at: At) -> Option<&Account> {
        self.accounts.get(at as usize)
    }

    /// The card of a permission set.
    pub fn set(&self, at: At) -> Option<&Set> {
        self.sets.get(at as usize)
    }

    /// The card of a group.
    pub fn group(&self, at: At) -> Option<&Group> {
        self.groups.get(at as usize)
    }

    /// The card of a person.
    pub fn person(&self, at: At) -> Option<&Person> {
        self.people.get(at as usize)
    }

    /// The grants of a group, or of a person alone, by account and set.
    pub fn grants_of(&self, to: To) -> impl Iterator<Item = &Granted> {
        let places = match to {
            To::Group(at) => self.of_group.get(at as usize),
            To::Person(at) => self.of_person.get(at as usize),
        };
        places.into_iter().flatten().filter_map(|at| self.grants.get(*at as usize))
    }

    /// The groups that a person is in.
    pub fn groups_of(&self, person: At) -> &[At] {
        self.groups_of.get(person as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether the members of every group that is granted anything are known.
    pub fn knows_members(&self) -> bool {
        let granted = self.groups.iter().zip(&self.of_group).filter(|(_, of)| !of.is_empty());
        granted.into_iter().all(|(group, _)| group.members_known)
    }
}
