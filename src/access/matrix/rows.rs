//! Rows: what a reader of a matrix sees, made one at a time.

use super::card::{Account, Group, Person, Set};
use super::filter::Chosen;
use super::{At, Granted, Matrix, To, Unread};

/// What a row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A person reaches a set in an account.
    Access,
    /// A group is granted something and nobody is in it.
    EmptyGroup,
    /// What is granted something, or is in a group, was deleted: nobody reaches anything by it.
    Orphan,
    /// Somebody reaches a set whose name could not be looked up.
    Unresolved,
    /// It is not known who reaches what.
    Unread,
}

impl Kind {
    /// The word that outputs carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::EmptyGroup => "empty-group",
            Self::Orphan => "orphan",
            Self::Unresolved => "unresolved",
            Self::Unread => "unread",
        }
    }
}

/// How somebody comes to an access.
#[derive(Clone, Copy, Debug)]
pub enum Via<'m> {
    /// By a group.
    Group(&'m Group),
    /// By a grant to the person alone.
    Direct(&'m Person),
}

impl Via<'_> {
    /// `group:NAME` or `user:NAME`; an id where there is no name.
    pub fn text(&self) -> String {
        match self {
            Self::Group(group) => format!("group:{}", group.shown()),
            Self::Direct(person) => format!("user:{}", person.shown()),
        }
    }
}

/// One row. What is missing is not there or not known, as its kind says.
#[derive(Clone, Copy, Debug)]
pub struct Row<'m> {
    /// What it says.
    pub kind: Kind,
    /// Who.
    pub person: Option<&'m Person>,
    /// Where.
    pub account: Option<&'m Account>,
    /// What.
    pub set: Option<&'m Set>,
    /// How; in a row of a grant, to whom.
    pub via: Option<Via<'m>>,
    /// The grant.
    pub granted: Option<&'m Granted>,
    /// The part that was not read.
    pub unread: Option<&'m Unread>,
    everywhere: &'m [String],
}

impl<'m> Row<'m> {
    /// What of it is not known; empty where everything is.
    pub fn missing(&self) -> Vec<&'m str> {
        let mut out: Vec<&str> =
            self.unread.map(|unread| unread.text.as_str()).into_iter().collect();
        out.extend(self.everywhere.iter().map(String::as_str));
        out.extend(self.account.into_iter().flat_map(|card| &card.notes).map(String::as_str));
        out.extend(self.set.into_iter().flat_map(|card| &card.notes).map(String::as_str));
        match self.via {
            Some(Via::Group(card)) => out.extend(card.notes.iter().map(String::as_str)),
            Some(Via::Direct(card)) => out.extend(card.notes.iter().map(String::as_str)),
            None => {}
        }
        if !matches!(self.via, Some(Via::Direct(_))) {
            out.extend(self.person.into_iter().flat_map(|card| &card.notes).map(String::as_str));
        }
        if self.granted.is_some_and(|granted| granted.pair_unread) {
            out.push("who else has the permission set in the account was not read");
        }
        let mut once: Vec<&str> = Vec::new();
        out.retain(|text| {
            let new = !once.contains(text);
            once.push(text);
            new
        });
        out
    }

    /// The id of the person of a row that has no name for them.
    pub fn is_named(&self) -> bool {
        self.person.is_some_and(|person| person.name.is_some())
    }
}

impl Matrix<'_> {
    /// Gives every row of the chosen: one for each path of each person, person by person; then grants
    /// that reach nobody, then what was not read.
    pub fn each_path<E>(
        &self,
        chosen: &Chosen,
        mut give: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for (at, person) in (0..).zip(&self.people).filter(|(at, _)| chosen.person(*at)) {
            for granted in self.reaching(at) {
                if chosen.granted(granted) {
                    give(&self.path(granted, person))?;
                }
            }
        }
        for granted in self.grants.iter().filter(|granted| chosen.granted(granted)) {
            let To::Group(at) = granted.to else { continue };
            let Some(group) = self.group(at) else { continue };
            if !group.members_known || (group.members.is_empty() && chosen.everybody()) {
                give(&self.of_grant(granted))?;
            }
        }
        self.rest(chosen, give)
    }

    /// Gives one row for each grant of the chosen, and then what was not read.
    pub fn each_grant<E>(
        &self,
        chosen: &Chosen,
        mut give: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for granted in self.grants.iter().filter(|granted| chosen.granted(granted)) {
            let wanted = match granted.to {
                _ if chosen.everybody() => true,
                To::Person(at) => chosen.person(at),
                To::Group(at) => self.group(at).is_some_and(|group| {
                    !group.members_known || group.members.iter().any(|at| chosen.person(*at))
                }),
            };
            if wanted {
                give(&self.of_grant(granted))?;
            }
        }
        self.rest(chosen, give)
    }

    /// The grants that reach a person, by account, set and path.
    pub fn reaching(&self, person: At) -> Vec<&Granted> {
        let groups = self.groups_of(person).iter().map(|group| To::Group(*group));
        let grants = groups.chain([To::Person(person)]).flat_map(|to| self.grants_of(to));
        let mut grants: Vec<&Granted> = grants.collect();
        grants.sort_by_key(|granted| (granted.account, granted.set, granted.to));
        grants
    }

    fn path<'m>(&'m self, granted: &'m Granted, person: &'m Person) -> Row<'m> {
        let kind = match (&person.name, person.unknown) {
            (Some(_), _) => Kind::Access,
            (None, true) => Kind::Unresolved,
            (None, false) => Kind::Orphan,
        };
        Row { kind, person: Some(person), ..self.row(granted) }
    }

    /// A row of a grant as it is: the person is there only where it is to one alone.
    fn of_grant<'m>(&'m self, granted: &'m Granted) -> Row<'m> {
        let row = self.row(granted);
        match row.via {
            Some(Via::Group(group)) => {
                let kind = match group {
                    Group { name: None, unknown: true, .. } => Kind::Unresolved,
                    Group { name: None, .. } => Kind::Orphan,
                    Group { members_known: false, .. } => Kind::Unread,
                    group if group.members.is_empty() => Kind::EmptyGroup,
                    _ => Kind::Access,
                };
                Row { kind, ..row }
            }
            Some(Via::Direct(person)) => self.path(granted, person),
            None => row,
        }
    }

    fn row<'m>(&'m self, granted: &'m Granted) -> Row<'m> {
        let via = match granted.to {
            To::Group(at) => self.group(at).map(Via::Group),
            To::Person(at) => self.person(at).map(Via::Direct),
        };
        Row {
            kind: Kind::Access,
            person: None,
            account: self.account(granted.account),
            set: self.set(granted.set),
            via,
            granted: Some(granted),
            unread: None,
            everywhere: &self.everywhere,
        }
    }

    /// What was not read, as far as it may be about the chosen.
    fn rest<E>(
        &self,
        chosen: &Chosen,
        mut give: impl FnMut(&Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        for unread in self.unread.iter().filter(|unread| chosen.unread(unread)) {
            let person = match unread.to {
                Some(To::Person(at)) => self.person(at),
                _ => None,
            };
            let via = match unread.to {
                Some(To::Group(at)) => self.group(at).map(Via::Group),
                Some(To::Person(at)) => self.person(at).map(Via::Direct),
                None => None,
            };
            give(&Row {
                kind: Kind::Unread,
                person,
                account: unread.account.and_then(|at| self.account(at)),
                set: unread.set.and_then(|at| self.set(at)),
                via,
                granted: None,
                unread: Some(unread),
                everywhere: &self.everywhere,
            })?;
        }
        Ok(())
    }
}
