//! Why somebody reaches what they do, and why not: as text and as JSON.

use super::matrix::column::Line;
use super::matrix::{By, Head, json};
use super::{Page, Tone, counted};
use crate::access::explain::{Explanation, Reason, Subject};
use crate::access::matrix::{At, Matrix, Row, Status};
use crate::text::plain_json;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const KIND: &str = "landgrant.explain";
const FORMAT_VERSION: &str = "1.0";

/// The kind and name of a subject, its id, and what else it is called.
fn who<'m>(matrix: &'m Matrix<'m>, subject: &'m Subject) -> (&'static str, &'m str, Vec<&'m str>) {
    match subject {
        Subject::Person(at) => matrix.person(*at).map_or(("user", "", Vec::new()), |card| {
            let more = [
                card.display_name.as_deref(),
                card.id.as_ref().map(super::super::id::UserId::as_str),
            ];
            ("user", card.shown(), more.into_iter().flatten().collect())
        }),
        Subject::Group(at) => matrix.group(*at).map_or(("group", "", Vec::new()), |card| {
            let more = [
                card.description.as_deref(),
                card.id.as_ref().map(super::super::id::GroupId::as_str),
            ];
            ("group", card.shown(), more.into_iter().flatten().collect())
        }),
        Subject::DeclaredUser(name, _) => ("user", name, Vec::new()),
        Subject::DeclaredGroup(name, _) => ("group", name, Vec::new()),
    }
}

/// The rows of the paths.
fn rows<'m>(matrix: &'m Matrix<'m>, explanation: &Explanation<'m>) -> Vec<Row<'m>> {
    let person = match explanation.subject {
        Subject::Person(at) => Some(at),
        _ => None,
    };
    explanation.paths.iter().filter_map(|at| matrix.row_of(*at, person)).collect()
}

/// For people.
pub fn text<'m>(
    matrix: &'m Matrix<'m>,
    head: &Head,
    explanation: &'m Explanation<'m>,
    color: bool,
) -> String {
    let mut page = Page::new(color);
    let (kind, name, more) = who(matrix, &explanation.subject);
    let more = more.into_iter().filter(|text| *text != name);
    let more: Vec<&str> = [name].into_iter().chain(more).collect();
    page.heading(kind, &more.join(" · "));
    if let Some(account) = explanation.account {
        page.heading("account", &format!("{} ({})", account.shown(), account.id));
    }
    let incomplete = if head.complete { "" } else { " · INCOMPLETE" };
    page.heading("read", &format!("{} · at {}{incomplete}", head.organization, head.ended));
    page.gap();
    members(&mut page, matrix, explanation);
    paths(&mut page, matrix, explanation);
    if !explanation.reasons.is_empty() {
        page.gap();
        page.heading(if explanation.paths.is_empty() { "why not" } else { "not more" }, "");
        for reason in &explanation.reasons {
            page.row(2, Tone::Change, &format!("- {}", sentence(reason)));
        }
    }
    if !explanation.unread.is_empty() {
        page.gap();
        page.heading("cannot tell", "what could not be read may change this");
        for text in &explanation.unread {
            page.row(2, Tone::Warn, &format!("! {text}"));
        }
    }
    page.finish()
}

fn sentence(reason: &Reason) -> String {
    let Reason { word: _, text, permission_set, principal, origin } = reason; // text says it in words
    let about = match (permission_set, principal) {
        (Some(set), Some(to)) => format!("{set} to {to}: "),
        // Its text names the group.
        _ => String::new(),
    };
    let origin = origin.as_ref().map(|place| format!(" · {place}")).unwrap_or_default();
    format!("{about}{text}{origin}")
}

fn members(page: &mut Page, matrix: &Matrix<'_>, explanation: &Explanation<'_>) {
    match &explanation.subject {
        Subject::Person(_) => {
            let known = matrix.groups.iter().all(|group| group.members_known);
            let rest = if known { "" } else { ", as far as members were read" };
            let number = counted(explanation.groups.len(), "group");
            page.heading("is in", &format!("{number}{rest}"));
            for (at, origin) in &explanation.groups {
                let Some(group) = matrix.group(*at) else { continue };
                let place = origin.as_deref().unwrap_or("membership unmanaged");
                page.row(2, Tone::Plain, &format!("{} · {place}", group.shown()));
            }
        }
        Subject::Group(at) => {
            let Some(group) = matrix.group(*at) else { return };
            let people: Vec<&str> = group
                .members
                .iter()
                .filter_map(|at| matrix.person(*at))
                .map(super::super::access::matrix::card::Person::shown)
                .collect();
            let more = if group.members_known { "" } else { ", and others that were not read" };
            page.heading("members", &format!("{}{more}", counted(people.len(), "person")));
            page.list(2, Tone::Plain, people.into_iter());
        }
        Subject::DeclaredUser(..) | Subject::DeclaredGroup(..) => {}
    }
}

fn paths(page: &mut Page, matrix: &Matrix<'_>, explanation: &Explanation<'_>) {
    let rows = rows(matrix, explanation);
    let pair = |row: &Row<'_>| row.granted.map(|granted| (granted.account, granted.set));
    let accesses: BTreeSet<Option<(At, At)>> = rows.iter().map(pair).collect();
    let word = match explanation.subject {
        // A user who was deleted reaches nothing.
        Subject::Person(at)
            if matrix.person(at).is_some_and(|card| card.name.is_none() && !card.unknown) =>
        {
            "is granted"
        }
        Subject::Person(_) | Subject::DeclaredUser(..) => "reaches",
        Subject::Group(_) | Subject::DeclaredGroup(..) => "is granted",
    };
    let number = match accesses.len() {
        0 => "nothing that was read".to_owned(),
        sets => format!("{} by {}", counted(sets, "permission set"), counted(rows.len(), "path")),
    };
    let number = if explanation.unread.is_empty() && rows.is_empty() {
        "nothing".to_owned()
    } else {
        number
    };
    page.gap();
    page.heading(word, &number);
    let mut last = None;
    for row in &rows {
        let (Some(account), Some(set), Some(granted)) = (row.account, row.set, row.granted) else {
            continue;
        };
        if last != Some(&account.id) {
            page.row(2, Tone::Strong, &format!("{} ({})", account.shown(), account.id));
            last = Some(&account.id);
        }
        let level = &set.level;
        page.row(
            4,
            Tone::Plain,
            &format!("{}  {}: {}", set.shown(), level.level.name(), level.reason),
        );
        let mut parts: Vec<String> =
            row.via.iter().map(|via| format!("via {}", via.text())).collect();
        let status = granted.status();
        if status != Status::Managed {
            parts.push(status.name().to_owned());
        }
        if let Some(until) = granted.expires().filter(|_| status == Status::Managed) {
            parts.push(format!("until {until}"));
        } else if let Some(until) = granted.expires() {
            parts.push(format!("expired on {until}"));
        }
        parts.extend(matrix.places(granted));
        page.row(8, Tone::Quiet, &parts.join(" · "));
        for text in row.missing() {
            page.row(8, Tone::Warn, &format!("! INCOMPLETE: {text}"));
        }
    }
}

/// For programs.
pub fn document<'m>(
    matrix: &'m Matrix<'m>,
    head: &Head,
    explanation: &'m Explanation<'m>,
) -> String {
    let (kind, name, _) = who(matrix, &explanation.subject);
    let id = match &explanation.subject {
        Subject::Person(at) => {
            matrix.person(*at).and_then(|c| c.id.as_ref()).map(super::super::id::UserId::as_str)
        }
        Subject::Group(at) => {
            matrix.group(*at).and_then(|c| c.id.as_ref()).map(super::super::id::GroupId::as_str)
        }
        Subject::DeclaredUser(..) | Subject::DeclaredGroup(..) => None,
    };
    let groups = explanation.groups.iter().filter_map(|(at, origin)| {
        let group = matrix.group(*at)?;
        Some(json!({"group": group.shown(), "group_id": group.id.as_ref().map(super::super::id::GroupId::as_str), "origin": origin}))
    });
    let paths = rows(matrix, explanation);
    let paths = paths.iter().map(|row| json::object(&Line { row, matrix, head }, By::Person));
    let members = match &explanation.subject {
        Subject::Group(at) => matrix.group(*at).map(|group| {
            let people = group.members.iter().filter_map(|at| matrix.person(*at));
            json!({"complete": group.members_known, "people": people.map(super::super::access::matrix::card::Person::shown).collect::<Vec<_>>()})
        }),
        _ => None,
    };
    let reasons = explanation.reasons.iter().map(|reason| {
        let Reason { word, text, permission_set, principal, origin } = reason;
        json!({"reason": word, "text": text, "permission_set": permission_set, "principal": principal, "origin": origin})
    });
    let head = json::document(head, By::Person);
    let account = explanation.account.map(|a| json!({"name": a.shown(), "id": a.id.as_str()}));
    let value = json!({
        "kind": KIND,
        "format_version": FORMAT_VERSION,
        "tool": head["tool"],
        "scope": head["scope"],
        "observed": head["observed"],
        "as_of": head["as_of"],
        "complete": head["complete"],
        "gaps": head["gaps"],
        "definitions": head["definitions"],
        "subject": {"kind": kind, "name": name, "id": id},
        "account": account,
        "groups": groups.collect::<Vec<Value>>(),
        "members": members,
        "paths": paths.collect::<Vec<Value>>(),
        "reasons": reasons.collect::<Vec<Value>>(),
        "cannot_tell": explanation.unread,
    });
    plain_json(&format!("{value:#}\n"))
}
