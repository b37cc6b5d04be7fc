//! Lists beside the rows: people, groups, permission sets, accounts, and what a matrix does not cover.

use super::Head;
use super::column::Cell;
use crate::access::level::Level;
use crate::access::matrix::filter::Chosen;
use crate::access::matrix::{At, Matrix, To};
use std::collections::BTreeSet;

/// A list.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The names of its columns.
    pub columns: &'static [&'static str],
    /// Gives its rows, one at a time.
    pub each: Each,
}

type Each = fn(&Facts<'_>, Give<'_>) -> std::io::Result<()>;
type Give<'g> = &'g mut dyn FnMut(&[Cell<'_>]) -> std::io::Result<()>;

/// What lists are made from.
#[derive(Debug)]
pub struct Facts<'f> {
    matrix: &'f Matrix<'f>,
    head: &'f Head,
    chosen: &'f Chosen,
    people: Vec<Sum>,
    groups: Vec<Sum>,
    sets: Vec<Sum>,
    accounts: Vec<Sum>,
}

/// What is counted of a thing.
#[derive(Clone, Debug, Default)]
struct Sum {
    grants: usize,
    /// Accesses of a person; people of anything else.
    reached: usize,
    accounts: usize,
    level: Option<Level>,
}

impl<'f> Facts<'f> {
    /// Counts what is chosen of a matrix, person by person.
    pub fn of(matrix: &'f Matrix<'f>, head: &'f Head, chosen: &'f Chosen) -> Self {
        let sums = |number: usize| vec![Sum::default(); number];
        let mut facts = Self {
            matrix,
            head,
            chosen,
            people: sums(matrix.people.len()),
            groups: sums(matrix.groups.len()),
            sets: sums(matrix.sets.len()),
            accounts: sums(matrix.accounts.len()),
        };
        for granted in matrix.grants.iter().filter(|granted| chosen.granted(granted)) {
            let level = matrix.set(granted.set).map(|set| set.level.level);
            count(&mut facts.sets, granted.set, level);
            count(&mut facts.accounts, granted.account, level);
            match granted.to {
                To::Group(at) => count(&mut facts.groups, at, level),
                To::Person(at) => count(&mut facts.people, at, level),
            }
        }
        facts.count_people();
        facts
    }

    fn count_people(&mut self) {
        let people = (0..).zip(&self.matrix.people);
        let mut pairs: BTreeSet<(At, At)> = BTreeSet::new();
        for (at, person) in people.filter(|(at, _)| self.chosen.person(*at)) {
            if person.name.is_none() && !person.unknown {
                continue;
            }
            pairs.clear();
            let reaching = self.matrix.reaching(at);
            let chosen = reaching.into_iter().filter(|granted| self.chosen.granted(granted));
            pairs.extend(chosen.map(|granted| (granted.account, granted.set)));
            let accounts: BTreeSet<At> = pairs.iter().map(|(account, _)| *account).collect();
            let sets: BTreeSet<At> = pairs.iter().map(|(_, set)| *set).collect();
            let levels = sets.iter().filter_map(|set| self.matrix.set(*set));
            let highest = levels.map(|set| set.level.level).max();
            if let Some(sum) = self.people.get_mut(at as usize) {
                sum.reached = pairs.len();
                sum.accounts = accounts.len();
                sum.level = highest;
            }
            reach(&mut self.accounts, &accounts);
            reach(&mut self.sets, &sets);
        }
    }

    fn sum(sums: &[Sum], at: At) -> Sum {
        sums.get(at as usize).cloned().unwrap_or_default()
    }
}

fn count(sums: &mut [Sum], at: At, level: Option<Level>) {
    if let Some(sum) = sums.get_mut(at as usize) {
        sum.grants += 1;
        sum.level = sum.level.max(level);
    }
}

fn reach(sums: &mut [Sum], places: &BTreeSet<At>) {
    for at in places {
        if let Some(sum) = sums.get_mut(*at as usize) {
            sum.reached += 1;
        }
    }
}

/// Every list.
pub const TABLES: [Table; 5] = [
    Table {
        name: "people",
        columns: &[
            "person",
            "display_name",
            "email",
            "user_id",
            "kind",
            "groups",
            "direct_grants",
            "accesses",
            "accounts",
            "highest_level",
            "completeness",
        ],
        each: people,
    },
    Table {
        name: "groups",
        columns: &[
            "group",
            "group_id",
            "description",
            "kind",
            "members",
            "grants",
            "highest_level",
            "ignored",
            "completeness",
        ],
        each: groups,
    },
    Table {
        name: "permission sets",
        columns: &[
            "permission_set",
            "permission_set_arn",
            "description",
            "access_level",
            "access_level_reason",
            "privileged",
            "session_duration",
            "permissions_boundary",
            "grants",
            "people",
            "ignored",
            "completeness",
        ],
        each: sets,
    },
    Table {
        name: "accounts",
        columns: &[
            "account",
            "account_id",
            "account_state",
            "ou_path",
            "account_email",
            "management_account",
            "grants",
            "people",
            "highest_level",
            "ignored",
            "completeness",
        ],
        each: accounts,
    },
    Table { name: "not covered", columns: &["kind", "what", "detail"], each: not_covered },
];

fn text(text: Option<&str>) -> Cell<'_> {
    text.filter(|text| !text.is_empty()).map_or(Cell::None, |text| Cell::Text(text.into()))
}

fn level(sum: &Sum) -> Cell<'static> {
    text(sum.level.map(Level::name))
}

fn completeness(everywhere: &[String], notes: &[String]) -> Cell<'static> {
    let all: Vec<&str> = everywhere.iter().chain(notes).map(String::as_str).collect();
    if all.is_empty() {
        return text(Some("complete"));
    }
    Cell::Text(format!("INCOMPLETE: {}", all.join("; ")).into())
}

/// Whether there is such a thing, or what is known of that.
fn kind(named: bool, unknown: bool, named_word: &'static str) -> Cell<'static> {
    text(Some(match (named, unknown) {
        (true, _) => named_word,
        (false, true) => "unresolved",
        (false, false) => "orphan",
    }))
}

fn people(facts: &Facts<'_>, give: Give<'_>) -> std::io::Result<()> {
    let all = (0..).zip(&facts.matrix.people);
    for (at, card) in all.filter(|(at, _)| facts.chosen.person(*at)) {
        let sum = Facts::sum(&facts.people, at);
        give(&[
            text(card.name.as_ref().map(|name| name.as_str())),
            text(card.display_name.as_deref()),
            text(card.email.as_deref()),
            text(card.id.as_ref().map(|id| id.as_str())),
            kind(card.name.is_some(), card.unknown, "user"),
            Cell::Number(facts.matrix.groups_of(at).len()),
            Cell::Number(sum.grants),
            Cell::Number(sum.reached),
            Cell::Number(sum.accounts),
            level(&sum),
            completeness(&facts.matrix.everywhere, &card.notes),
        ])?;
    }
    Ok(())
}

fn groups(facts: &Facts<'_>, give: Give<'_>) -> std::io::Result<()> {
    let all = (0..).zip(&facts.matrix.groups);
    for (at, card) in all.filter(|(at, _)| facts.chosen.group(*at)) {
        let sum = Facts::sum(&facts.groups, at);
        let members = Cell::Number(card.members.len());
        give(&[
            text(card.name.as_ref().map(|name| name.as_str())),
            text(card.id.as_ref().map(|id| id.as_str())),
            text(card.description.as_deref()),
            kind(card.name.is_some(), card.unknown, "group"),
            if card.members_known { members } else { text(Some("unknown")) },
            Cell::Number(sum.grants),
            level(&sum),
            Cell::Flag(Some(card.ignored)),
            completeness(&facts.matrix.everywhere, &card.notes),
        ])?;
    }
    Ok(())
}

fn sets(facts: &Facts<'_>, give: Give<'_>) -> std::io::Result<()> {
    let all = (0..).zip(&facts.matrix.sets);
    for (at, card) in all.filter(|(at, _)| facts.chosen.set(*at)) {
        let sum = Facts::sum(&facts.sets, at);
        let known = card.level.level != Level::Unknown;
        give(&[
            text(card.name.as_ref().map(|name| name.as_str())),
            text(card.arn.as_ref().map(|arn| arn.as_str())),
            text(card.description.as_deref()),
            text(Some(card.level.level.name())),
            text(Some(&card.level.reason)),
            Cell::Flag(known.then_some(card.level.level >= Level::Privileged)),
            text(card.session.as_deref()),
            text(card.boundary.as_deref()),
            Cell::Number(sum.grants),
            Cell::Number(sum.reached),
            Cell::Flag(Some(card.ignored)),
            completeness(&facts.matrix.everywhere, &card.notes),
        ])?;
    }
    Ok(())
}

fn accounts(facts: &Facts<'_>, give: Give<'_>) -> std::io::Result<()> {
    let all = (0..).zip(&facts.matrix.accounts);
    for (at, card) in all.filter(|(at, _)| facts.chosen.account(*at)) {
        let sum = Facts::sum(&facts.accounts, at);
        let ou = card.ou.as_ref().map(ToString::to_string);
        give(&[
            text(Some(card.shown())),
            text(Some(card.id.as_str())),
            text(Some(&card.state)),
            text(ou.as_deref()),
            text(Some(&card.email)),
            Cell::Flag(Some(card.management)),
            Cell::Number(sum.grants),
            Cell::Number(sum.reached),
            level(&sum),
            Cell::Flag(Some(card.ignored)),
            completeness(&facts.matrix.everywhere, &card.notes),
        ])?;
    }
    Ok(())
}

/// Ways to access that no matrix of permission sets tells.
const BEYOND: [(&str, &str); 7] = [
    ("IAM users and access keys", "in each account; not read"),
    ("the root user of each account", "not read"),
    (
        "IAM roles outside permission sets",
        "with SAML or OIDC providers of an account, or trusted by other accounts; not read",
    ),
    ("account access manager entitlements", "not read"),
    ("applications of Identity Center", "their assignments are not read"),
    ("groups of the identity provider", "as far as they have not arrived in the directory"),
    (
        "what a person can do",
        "is judged by permission set (access level), not by evaluating policies",
    ),
];

fn not_covered(facts: &Facts<'_>, give: Give<'_>) -> std::io::Result<()> {
    let head = facts.head;
    let mut row = |kind: &str, what: &str, detail: &str| {
        give(&[text(Some(kind)), text(Some(what)), text(Some(detail))])
    };
    let complete = if head.complete { "everything was read" } else { "INCOMPLETE" };
    row("about", "completeness", complete)?;
    row("about", "from", head.from)?;
    row("about", "organization", &head.organization)?;
    row("about", "instance", &head.instance)?;
    row("about", "caller", head.caller.as_deref().unwrap_or("unknown"))?;
    row("about", "read from", &head.started.to_string())?;
    row("about", "read to", &head.ended.to_string())?;
    row("about", "how", &head.reading)?;
    row("about", "definitions", head.definitions)?;
    for (flag, value) in &head.filter {
        row("filter", flag, value)?;
    }
    for gap in &head.gaps {
        row("not read", &gap.part, &format!("{}: {}: {}", gap.operation, gap.code, gap.message))?;
    }
    for unseen in &head.not_seen {
        row("not seen", unseen, "such a reading does not ask")?;
    }
    BEYOND.iter().try_for_each(|(what, detail)| row("not covered", what, detail))
}
