//! The columns of a matrix, in their order, which is part of the contract.

use super::{By, Head};
use crate::access::level::Level;
use crate::access::matrix::card::{Account, Group, Person, Set};
use crate::access::matrix::{Granted, Matrix, Row, Via};
use crate::id::{GroupId, GroupName, PermissionSetArn, UserId};
use std::borrow::Cow;

/// What a row looks its cells up in.
#[derive(Clone, Copy, Debug)]
pub struct Line<'l> {
    /// The row.
    pub row: &'l Row<'l>,
    /// The matrix that it is of.
    pub matrix: &'l Matrix<'l>,
    /// What that is of.
    pub head: &'l Head,
}

/// What stands in a column of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'l> {
    /// Nothing: there is none.
    None,
    /// A text.
    Text(Cow<'l, str>),
    /// A number.
    Number(usize),
    /// Whether it is so; `None` where nobody knows.
    Flag(Option<bool>),
    /// Several texts.
    List(Vec<String>),
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name, in every form.
    pub name: &'static str,
    /// What stands in it.
    pub cell: for<'l> fn(&Line<'l>) -> Cell<'l>,
}

/// The columns of rows of a kind.
pub fn columns(by: By) -> &'static [Column] {
    match by {
        By::Person => PERSON,
        By::Grant => GRANT,
    }
}

macro_rules! columns {
    ($($name:ident),* $(,)?) => {
        &[$(Column { name: stringify!($name), cell: $name }),*]
    };
}

const PERSON: &[Column] = columns![
    person,
    account,
    account_id,
    permission_set,
    via,
    row,
    completeness,
    access_level,
    access_level_reason,
    privileged,
    session_duration,
    permissions_boundary,
    status,
    origin,
    expires,
    reason,
    ticket,
    owner,
    display_name,
    email,
    user_id,
    principal_type,
    principal_id,
    group,
    permission_set_arn,
    provisioned_current,
    account_state,
    ou_path,
    account_email,
    management_account,
    organization,
    instance_arn,
    as_of_start,
    as_of_end,
];

const GRANT: &[Column] = columns![
    account_id,
    permission_set_arn,
    principal_type,
    principal_id,
    account,
    permission_set,
    principal,
    people,
    row,
    completeness,
    access_level,
    access_level_reason,
    privileged,
    session_duration,
    permissions_boundary,
    status,
    origin,
    expires,
    reason,
    ticket,
    owner,
    provisioned_current,
    account_state,
    ou_path,
    account_email,
    management_account,
    organization,
    instance_arn,
    as_of_start,
    as_of_end,
];

fn text(text: Option<&str>) -> Cell<'_> {
    text.filter(|text| !text.is_empty()).map_or(Cell::None, |text| Cell::Text(text.into()))
}

fn own<'l>(text: String) -> Cell<'l> {
    if text.is_empty() { Cell::None } else { Cell::Text(text.into()) }
}

/// The user that a row is about: in a row of a grant only where that is to one alone.
fn who<'l>(line: &Line<'l>) -> Option<&'l Person> {
    line.row.person
}

fn person<'l>(line: &Line<'l>) -> Cell<'l> {
    // An id that no user has is nobody; one whose name was not read is somebody.
    text(who(line).filter(|person| person.name.is_some() || person.unknown).map(Person::shown))
}

fn display_name<'l>(line: &Line<'l>) -> Cell<'l> {
    text(who(line).and_then(|person| person.display_name.as_deref()))
}

fn email<'l>(line: &Line<'l>) -> Cell<'l> {
    text(who(line).and_then(|person| person.email.as_deref()))
}

fn user_id<'l>(line: &Line<'l>) -> Cell<'l> {
    text(who(line).and_then(|person| person.id.as_ref()).map(UserId::as_str))
}

fn account<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.account.map(Account::shown))
}

fn account_id<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.account.and_then(|account| account.id.known()))
}

fn account_state<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.account.map(|account| account.state.as_str()))
}

fn account_email<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.account.map(|account| account.email.as_str()))
}

fn ou_path<'l>(line: &Line<'l>) -> Cell<'l> {
    line.row.account.and_then(|a| a.ou.as_ref()).map_or(Cell::None, |ou| own(ou.to_string()))
}

fn management_account<'l>(line: &Line<'l>) -> Cell<'l> {
    line.row.account.map_or(Cell::None, |account| Cell::Flag(Some(account.management)))
}

fn permission_set<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.set.map(Set::shown))
}

fn permission_set_arn<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.set.and_then(|set| set.arn.as_ref()).map(PermissionSetArn::as_str))
}

fn access_level<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.set.map(|set| set.level.level.name()))
}

fn access_level_reason<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.set.map(|set| set.level.reason.as_str()))
}

fn privileged<'l>(line: &Line<'l>) -> Cell<'l> {
    let Some(set) = line.row.set else { return Cell::None };
    let level = set.level.level;
    Cell::Flag((level != Level::Unknown).then_some(level >= Level::Privileged))
}

fn session_duration<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.set.and_then(|set| set.session.as_deref()))
}

fn permissions_boundary<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.set.and_then(|set| set.boundary.as_deref()))
}

fn provisioned_current<'l>(line: &Line<'l>) -> Cell<'l> {
    let (Some(set), Some(account)) = (line.row.set, line.row.account) else { return Cell::None };
    Cell::Flag(set.current.get(&account.id).copied())
}

fn via<'l>(line: &Line<'l>) -> Cell<'l> {
    line.row.via.as_ref().map_or(Cell::None, |via| own(via.text()))
}

fn principal<'l>(line: &Line<'l>) -> Cell<'l> {
    match line.row.via {
        Some(Via::Group(group)) => text(Some(Group::shown(group))),
        Some(Via::Direct(person)) => text(Some(Person::shown(person))),
        None => Cell::None,
    }
}

fn group<'l>(line: &Line<'l>) -> Cell<'l> {
    match line.row.via {
        Some(Via::Group(group)) => text(group.name.as_ref().map(GroupName::as_str)),
        Some(Via::Direct(_)) | None => Cell::None,
    }
}

fn principal_type<'l>(line: &Line<'l>) -> Cell<'l> {
    // AWS's words, as its calls have them.
    match line.row.via {
        Some(Via::Group(_)) => text(Some("GROUP")),
        Some(Via::Direct(_)) => text(Some("USER")),
        None => Cell::None,
    }
}

fn principal_id<'l>(line: &Line<'l>) -> Cell<'l> {
    match line.row.via {
        Some(Via::Group(group)) => text(group.id.as_ref().map(GroupId::as_str)),
        Some(Via::Direct(person)) => text(person.id.as_ref().map(UserId::as_str)),
        None => Cell::None,
    }
}

/// How many people a grant reaches, as far as that is known.
fn people<'l>(line: &Line<'l>) -> Cell<'l> {
    match line.row.via {
        Some(Via::Group(group)) if group.members_known => {
            let named = group.members.iter().filter_map(|at| line.matrix.person(*at));
            Cell::Number(named.filter(|person| person.name.is_some() || person.unknown).count())
        }
        Some(Via::Direct(person)) => {
            Cell::Number(usize::from(person.name.is_some() || person.unknown))
        }
        Some(Via::Group(_)) | None => Cell::None,
    }
}

fn row<'l>(line: &Line<'l>) -> Cell<'l> {
    text(Some(line.row.kind.name()))
}

fn completeness<'l>(line: &Line<'l>) -> Cell<'l> {
    let missing = line.row.missing();
    if missing.is_empty() {
        return text(Some("complete"));
    }
    own(format!("INCOMPLETE: {}", missing.join("; ")))
}

fn status<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.granted.map(|granted| granted.status().name()))
}

fn origin<'l>(line: &Line<'l>) -> Cell<'l> {
    let places = line.row.granted.map(|granted| line.matrix.places(granted)).unwrap_or_default();
    if places.is_empty() { Cell::None } else { Cell::List(places) }
}

fn expires<'l>(line: &Line<'l>) -> Cell<'l> {
    text(line.row.granted.and_then(Granted::expires))
}

fn reason<'l>(line: &Line<'l>) -> Cell<'l> {
    line.row.granted.map_or(Cell::None, |granted| own(line.matrix.words(granted).reason))
}

fn ticket<'l>(line: &Line<'l>) -> Cell<'l> {
    line.row.granted.map_or(Cell::None, |granted| own(line.matrix.words(granted).ticket))
}

fn owner<'l>(line: &Line<'l>) -> Cell<'l> {
    line.row.granted.map_or(Cell::None, |granted| own(line.matrix.words(granted).owner))
}

fn organization<'l>(line: &Line<'l>) -> Cell<'l> {
    text(Some(&line.head.organization))
}

fn instance_arn<'l>(line: &Line<'l>) -> Cell<'l> {
    text(Some(&line.head.instance))
}

fn as_of_start<'l>(line: &Line<'l>) -> Cell<'l> {
    own(line.head.started.to_string())
}

fn as_of_end<'l>(line: &Line<'l>) -> Cell<'l> {
    own(line.head.ended.to_string())
}
