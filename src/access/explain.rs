//! Why somebody reaches what they do, and why not what they don't.

mod why_not;

use super::matrix::card::Account;
use super::matrix::filter::{Chosen, Filter};
use super::matrix::{At, Definitions, Matrix, To};
use crate::id::GroupName;
use crate::text::Names;
use std::collections::BTreeSet;
use why_not::Asked;

/// Whom a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person.
    Person(At),
    /// A group.
    Group(At),
    /// A user that the definitions name and that is not there: name, and where.
    DeclaredUser(String, Option<String>),
    /// A group of that kind.
    DeclaredGroup(String, Option<String>),
}

/// Why a question has no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotFound {
    /// Nothing is called that; what it was most likely meant to be.
    Nothing {
        /// `person or group`, `account`.
        what: &'static str,
        /// As typed.
        name: String,
        /// What it was most likely meant to be.
        near: Option<String>,
    },
    /// Several things are: how to say which.
    Several {
        /// As typed.
        name: String,
        /// What to write instead.
        write: Vec<String>,
    },
}

/// An answer.
#[derive(Debug)]
pub struct Explanation<'m> {
    /// Whom it is about.
    pub subject: Subject,
    /// The account that was asked about.
    pub account: Option<&'m Account>,
    /// The groups that a person is in, each with where that is declared.
    pub groups: Vec<(At, Option<String>)>,
    /// What they reach, or what the group is granted, by account, set and path.
    pub paths: Vec<At>,
    /// Why they do not reach more.
    pub reasons: Vec<Reason>,
    /// What could not be read and may be about this.
    pub unread: Vec<String>,
}

/// Why something is not reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// A stable word.
    pub word: &'static str,
    /// In words.
    pub text: String,
    /// The permission set that it is about.
    pub permission_set: Option<String>,
    /// The principal: `group:NAME` or `user:NAME`.
    pub principal: Option<String>,
    /// Where that is declared: `file:line`.
    pub origin: Option<String>,
}

/// Finds whom a text means: a user name, a group's name, an id, or either with `user:` or `group:` before.
pub fn subject(
    text: &str,
    matrix: &Matrix<'_>,
    definitions: Option<&Definitions<'_>>,
) -> Result<Subject, NotFound> {
    let (users, groups, name) = match text.split_once(':') {
        Some(("user", name)) => (true, false, name),
        Some(("group", name)) => (false, true, name),
        _ => (true, true, text),
    };
    let is = |shown: &str, id: Option<&str>| shown == name || id == Some(name);
    let mut found = Vec::new();
    let mut write = Vec::new();
    for (at, card) in (0..).zip(&matrix.people).filter(|_| users) {
        let id = card.id.as_ref().map(super::super::id::UserId::as_str);
        if is(card.shown(), id) {
            found.push(Subject::Person(at));
            write.push(id.map_or_else(|| format!("user:{name}"), str::to_owned));
        }
    }
    for (at, card) in (0..).zip(&matrix.groups).filter(|_| groups) {
        let id = card.id.as_ref().map(super::super::id::GroupId::as_str);
        if is(card.shown(), id) {
            found.push(Subject::Group(at));
            write.push(id.map_or_else(|| format!("group:{name}"), str::to_owned));
        }
    }
    if found.is_empty() {
        found.extend(declared(name, (users, groups), definitions));
    }
    if found.len() > 1 {
        return Err(NotFound::Several { name: text.to_owned(), write });
    }
    found.pop().ok_or_else(|| {
        let people = matrix.people.iter().filter(|_| users).map(super::matrix::card::Person::shown);
        let groups = matrix.groups.iter().filter(|_| groups).map(super::matrix::card::Group::shown);
        let near = Names::new(people.chain(groups)).nearest(name).map(str::to_owned);
        NotFound::Nothing { what: "person or group", name: text.to_owned(), near }
    })
}

/// What is declared, and not there yet.
fn declared(
    name: &str,
    (users, groups): (bool, bool),
    definitions: Option<&Definitions<'_>>,
) -> Option<Subject> {
    let definitions = definitions?;
    let at = |span| {
        let at = definitions.declared.files.position(span);
        Some(format!("{}:{}", at.file, at.line))
    };
    let origins = &definitions.desired.origins;
    let user = origins.users.get(name).filter(|_| users);
    let group = origins.groups.get(name).filter(|_| groups);
    user.map(|span| Subject::DeclaredUser(name.to_owned(), at(*span)))
        .or_else(|| group.map(|span| Subject::DeclaredGroup(name.to_owned(), at(*span))))
}

/// Finds the account that a text means, by name or id.
pub fn account(text: &str, matrix: &Matrix<'_>) -> Result<At, NotFound> {
    let all = (0..).zip(&matrix.accounts);
    let found: Vec<(At, &Account)> =
        all.filter(|(_, card)| card.name == text || card.id.as_str() == text).collect();
    match found.as_slice() {
        [(at, _)] => Ok(*at),
        [] => {
            let names = matrix.accounts.iter().map(super::matrix::card::Account::shown);
            let near = Names::new(names).nearest(text).map(str::to_owned);
            Err(NotFound::Nothing { what: "account", name: text.to_owned(), near })
        }
        several => {
            let write = several.iter().map(|(_, card)| card.id.to_string()).collect();
            Err(NotFound::Several { name: text.to_owned(), write })
        }
    }
}

/// Explains what somebody reaches, in one account or in all.
pub fn explain<'m>(
    matrix: &'m Matrix<'m>,
    definitions: Option<&Definitions<'_>>,
    subject: Subject,
    account: Option<At>,
) -> Explanation<'m> {
    let to = match &subject {
        Subject::Person(at) => Some(To::Person(*at)),
        Subject::Group(at) => Some(To::Group(*at)),
        Subject::DeclaredUser(..) | Subject::DeclaredGroup(..) => None,
    };
    let groups: Vec<At> = match to {
        Some(To::Person(at)) => matrix.groups_of(at).to_vec(),
        _ => Vec::new(),
    };
    let mut principals: Vec<To> = groups.iter().map(|at| To::Group(*at)).collect();
    principals.extend(to);
    let here = |at: &At| {
        matrix.grants.get(*at as usize).is_some_and(|granted| {
            principals.contains(&granted.to)
                && account.is_none_or(|account| granted.account == account)
        })
    };
    let places = (0..).zip(&matrix.grants).map(|(at, _)| at);
    let paths: Vec<At> = places.filter(here).collect();
    let with_origin = |at: &At| (*at, membership(matrix, definitions, to, *at));
    let asked = Asked { matrix, definitions, subject: &subject, account, principals: &principals };
    let reasons = asked.reasons(&paths);
    let unread = unread(matrix, account, &principals, to);
    Explanation {
        account: account.and_then(|at| matrix.account(at)),
        groups: groups.iter().map(with_origin).collect(),
        paths,
        reasons,
        unread,
        subject,
    }
}

/// Where it is declared that a person is in a group.
fn membership(
    matrix: &Matrix<'_>,
    definitions: Option<&Definitions<'_>>,
    to: Option<To>,
    group: At,
) -> Option<String> {
    let definitions = definitions?;
    let Some(To::Person(person)) = to else { return None };
    let person = matrix.person(person)?.name.clone()?;
    let group = new_name(definitions, matrix.group(group)?.name.as_ref()?);
    let span = definitions.desired.origins.memberships.get(&(group, person))?;
    let at = definitions.declared.files.position(*span);
    Some(format!("{}:{}", at.file, at.line))
}

/// The name that a live group has in the definitions.
fn new_name(definitions: &Definitions<'_>, group: &GroupName) -> GroupName {
    definitions.desired.renames.groups.get(group).unwrap_or(group).clone()
}

/// What was not read and may be about the question.
fn unread(
    matrix: &Matrix<'_>,
    account: Option<At>,
    principals: &[To],
    to: Option<To>,
) -> Vec<String> {
    let chosen = Chosen::of(&Filter::default(), matrix).unwrap_or_default();
    let mut all: BTreeSet<&str> = matrix.everywhere.iter().map(String::as_str).collect();
    for unread in &matrix.unread {
        let elsewhere = unread.account.zip(account).is_some_and(|(a, b)| a != b);
        // Members that were not read may be this person.
        let others = match unread.to {
            Some(To::Group(at)) => {
                let whole = matrix.group(at).is_some_and(|group| group.members_known);
                !principals.contains(&To::Group(at))
                    && (whole || !matches!(to, Some(To::Person(_))))
            }
            Some(person) => !principals.contains(&person),
            None => false,
        };
        if chosen.unread(unread) && !elsewhere && !others {
            all.insert(&unread.text);
        }
    }
    for group in principals.iter().filter_map(|to| match to {
        To::Group(at) => matrix.group(*at),
        To::Person(_) => None,
    }) {
        all.extend(group.notes.iter().map(String::as_str));
    }
    all.into_iter().map(str::to_owned).collect()
}
