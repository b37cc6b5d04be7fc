//! Principals, and who is in which group.

use super::{Pack, Records};
use crate::access::matrix::card::{Group, Person};
use crate::id::{GroupId, GroupName, UserId, UserName};
use crate::render::matrix::column::Cell;
use crate::render::matrix::table::{completeness, text};
use std::io::{self, Write};

/// Whether AWS knows the principal: what has an assignment and is not there any more is an orphan.
fn standing(named: bool, unknown: bool) -> Cell<'static> {
    text(Some(match (named, unknown) {
        (true, _) => "exists",
        (false, true) => "unresolved",
        (false, false) => "deleted",
    }))
}

/// Groups, then users.
pub(super) fn principals(
    pack: &Pack<'_>,
    out: &mut (dyn Write + Send),
) -> io::Result<Option<usize>> {
    let names = [
        "principal_type",
        "principal_id",
        "name",
        "display_name",
        "email",
        "description",
        "standing",
        "members",
        "groups",
        "ignored",
        "completeness",
    ];
    let mut records = Records::begin(pack, &names, out)?;
    for (_, group) in (0..).zip(&pack.matrix.groups).filter(|(at, _)| pack.chosen.group(*at)) {
        let Group { name, id, description, members, members_known, ignored, notes, unknown } =
            group;
        let number =
            if *members_known { Cell::Number(members.len()) } else { text(Some("unknown")) };
        records.give([
            text(Some("GROUP")),
            text(id.as_ref().map(GroupId::as_str)),
            text(name.as_ref().map(GroupName::as_str)),
            Cell::None,
            Cell::None,
            text(description.as_deref()),
            standing(name.is_some(), *unknown),
            number,
            Cell::None,
            Cell::Flag(Some(*ignored)),
            completeness(&pack.matrix.everywhere, notes),
        ])?;
    }
    for (at, person) in (0..).zip(&pack.matrix.people).filter(|(at, _)| pack.chosen.person(*at)) {
        let Person { name, id, display_name, email, notes, unknown } = person;
        records.give([
            text(Some("USER")),
            text(id.as_ref().map(UserId::as_str)),
            text(name.as_ref().map(UserName::as_str)),
            text(display_name.as_deref()),
            text(email.as_deref()),
            Cell::None,
            standing(name.is_some(), *unknown),
            Cell::None,
            Cell::Number(pack.matrix.groups_of(at).len()),
            Cell::None,
            completeness(&pack.matrix.everywhere, notes),
        ])?;
    }
    Ok(Some(records.count))
}

/// By group, then by person.
pub(super) fn memberships(
    pack: &Pack<'_>,
    out: &mut (dyn Write + Send),
) -> io::Result<Option<usize>> {
    let names = ["group", "group_id", "person", "user_id", "completeness"];
    let mut records = Records::begin(pack, &names, out)?;
    for (_, group) in (0..).zip(&pack.matrix.groups).filter(|(at, _)| pack.chosen.group(*at)) {
        for at in group.members.iter().filter(|at| pack.chosen.person(**at)) {
            let Some(person) = pack.matrix.person(*at) else { continue };
            records.give([
                text(group.name.as_ref().map(GroupName::as_str)),
                text(group.id.as_ref().map(GroupId::as_str)),
                text(person.name.as_ref().map(UserName::as_str)),
                text(person.id.as_ref().map(UserId::as_str)),
                completeness(&pack.matrix.everywhere, &group.notes),
            ])?;
        }
    }
    Ok(Some(records.count))
}
