//! A matrix as a page: cards once, grants as numbers, and the browser makes of them what is looked at.

use super::{Shell, json};
use crate::access::matrix::card::{Account, Group, Person, Set};
use crate::access::matrix::filter::Chosen;
use crate::access::matrix::{Granted, Kind, Matrix, Row, To};
use crate::render::matrix::column::{self, Cell, Line};
use crate::render::matrix::{Head, Missing};
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::io::{self, Write};

const SCRIPT: &str = include_str!("matrix.js");

/// Writes the chosen part of a matrix as a page.
pub fn write(
    (matrix, head): (&Matrix<'_>, &Head),
    chosen: &Chosen,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = format!("Who can reach what in {}", head.organization);
    let incomplete =
        "INCOMPLETE: not everything could be read. There may be more access than this page shows";
    let warning = (!head.complete).then_some(incomplete);
    let shell = Shell { title: &title, warning, script: SCRIPT };
    shell.begin(out)?;
    out.write_all(b"{\"head\":")?;
    json(&head_of(head), out)?;
    list("accounts", matrix.accounts.iter().map(account), out)?;
    list("sets", matrix.sets.iter().map(set), out)?;
    list("people", matrix.people.iter().map(person), out)?;
    list("groups", matrix.groups.iter().map(|card| group(card, chosen)), out)?;
    let unread = matrix.unread.iter().filter(|unread| chosen.unread(unread));
    list("unread", unread.map(|unread| Value::from(unread.text.as_str())), out)?;
    let mut grants = Grants::default();
    out.write_all(b",\"grants\":[")?;
    matrix.each_grant(chosen, |row| grants.row((matrix, head), row, out))?;
    out.write_all(b"]")?;
    let mut whys: Vec<_> = grants.whys.into_iter().collect();
    whys.sort_by_key(|(_, at)| *at);
    let whys = whys.into_iter().map(|(text, _)| serde_json::from_str(&text).unwrap_or_default());
    list("whys", whys, out)?;
    out.write_all(b"}")?;
    shell.end(out)
}

fn list(name: &str, items: impl Iterator<Item = Value>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, ",\"{name}\":[")?;
    for (place, item) in items.enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        json(&item, out)?;
    }
    out.write_all(b"]")
}

/// Grants as they are written, and why each is, by the place that its text has.
#[derive(Default)]
struct Grants {
    any: bool,
    whys: BTreeMap<String, usize>,
}

impl Grants {
    /// Four numbers: account, set, principal (people odd), why.
    fn row(
        &mut self,
        (matrix, head): (&Matrix<'_>, &Head),
        row: &Row<'_>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let Some(Granted { account, set, to, .. }) = row.granted else { return Ok(()) };
        let to = match to {
            To::Group(at) => u64::from(*at) * 2,
            To::Person(at) => u64::from(*at) * 2 + 1,
        };
        let why = why(&Line { row, matrix, head }).to_string();
        let next = self.whys.len();
        let why = *self.whys.entry(why).or_insert(next);
        let comma = if self.any { "," } else { "" };
        self.any = true;
        write!(out, "{comma}{account},{set},{to},{why}")
    }
}

/// What the columns say of a grant's reason for being.
fn why(line: &Line<'_>) -> Value {
    let names = ["status", "origin", "expires", "reason", "ticket", "owner"];
    let columns = column::columns(super::super::matrix::By::Grant);
    let cell = |name| columns.iter().find(|column| column.name == name).map(|c| (c.cell)(line));
    names
        .into_iter()
        .map(|name| match cell(name) {
            Some(Cell::Text(text)) => Value::from(text.as_ref()),
            Some(Cell::List(texts)) => Value::from(texts.join(", ")),
            Some(Cell::None | Cell::Number(_) | Cell::Flag(_)) | None => Value::from(""),
        })
        .collect()
}

fn account(card: &Account) -> Value {
    let Account { id, name: _, email, state, ou, management, ignored, notes } = card;
    let ou = ou.as_ref().map(ToString::to_string);
    value!([
        card.shown(),
        id.as_str(),
        ou,
        state,
        u8::from(*management),
        u8::from(*ignored),
        email,
        notes
    ])
}

fn set(card: &Set) -> Value {
    let Set {
        name: _,
        arn: _,
        description,
        session,
        level,
        boundary,
        current: _,
        ignored,
        notes,
        unread: _,
    } = card;
    let (word, reason) = (level.level.name(), &level.reason);
    value!([card.shown(), word, reason, session, boundary, u8::from(*ignored), description, notes])
}

fn person(card: &Person) -> Value {
    let Person { name, id: _, display_name, email: _, notes, unknown } = card;
    let kind = match (name, unknown) {
        (Some(_), _) => "",
        (None, true) => Kind::Unresolved.name(),
        (None, false) => Kind::Orphan.name(),
    };
    value!([card.shown(), display_name, kind, notes])
}

fn group(card: &Group, chosen: &Chosen) -> Value {
    let Group { name, id: _, description, members, members_known, ignored, notes, unknown } = card;
    let kind = match (name, unknown) {
        (Some(_), _) => "",
        (None, true) => Kind::Unresolved.name(),
        (None, false) => Kind::Orphan.name(),
    };
    let members: Vec<u32> = members.iter().copied().filter(|at| chosen.person(*at)).collect();
    let known = u8::from(*members_known);
    value!([card.shown(), members, known, kind, u8::from(*ignored), description, notes])
}

fn head_of(head: &Head) -> Value {
    let Head {
        from,
        organization,
        instance,
        identity_store: _, // the instance says it
        region,
        caller,
        standing,
        started,
        ended,
        as_of,
        complete,
        gaps,
        depth,
        reading,
        not_seen,
        definitions,
        git,
        filter,
    } = head;
    let missing = |gap: &Missing| {
        let Missing { part, operation, code, message } = gap;
        format!("{part}: {operation} {code}: {message}")
    };
    let filter: Vec<String> = filter.iter().map(|(flag, text)| format!("{flag} {text}")).collect();
    value!({
        "from": from, "organization": organization, "instance": instance, "region": region,
        "caller": caller, "standing": standing, "started": started.to_string(),
        "ended": ended.to_string(), "as_of": as_of.to_string(), "complete": complete,
        "gaps": gaps.iter().map(missing).collect::<Vec<_>>(), "depth": depth, "reading": reading,
        "not_seen": not_seen, "definitions": definitions, "git": git, "filter": filter,
        "version": env!("CARGO_PKG_VERSION"),
    })
}
