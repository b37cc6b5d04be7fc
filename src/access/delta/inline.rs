//! Two inline policies: which actions one allows or denies that the other does not.
//!
//! It errs on the side of a difference. An action on a resource counts as allowed before only where one
//! statement allowed at least as much, under the same conditions or none.

use crate::access::pattern::Pattern;
use crate::model::Policy;
use crate::model::policy::{Listed, Statement};
use std::collections::{BTreeMap, BTreeSet};

/// Actions of an inline policy that an edit brings or takes, all on the same resources.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    /// Whether they are allowed, or denied.
    pub allows: bool,
    /// The actions.
    pub actions: Listed,
    /// The resources.
    pub resources: Listed,
    /// The conditions, as JSON.
    pub condition: Option<String>,
}

/// What a policy has and another has not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Pieces of statements.
    pub(super) pieces: BTreeSet<Piece>,
    /// How many statements say something that is not understood.
    pub(super) obscure: usize,
}

/// What the statements of `of` say that those of `beside` do not.
pub(super) fn beyond(of: Option<&Policy>, beside: Option<&Policy>) -> Difference {
    let statements = |policy: Option<&Policy>| policy.map(Policy::statements).unwrap_or_default();
    let (of, beside) = (statements(of), statements(beside));
    let covers: Vec<Cover> = beside.iter().map(Cover::new).collect();
    let mut out = Difference::default();
    for statement in &of {
        let same = |other: &Statement| {
            other.canonical == statement.canonical && other.allows == statement.allows
        };
        if beside.iter().any(same) {
            continue;
        }
        match rest(statement, &covers) {
            Some(pieces) => out.pieces.extend(pieces),
            None => out.obscure += 1,
        }
    }
    out
}

/// A statement that others are held against.
struct Cover<'a> {
    statement: &'a Statement,
    actions: Vec<Pattern>,
    resources: Vec<Pattern>,
}

impl<'a> Cover<'a> {
    fn new(statement: &'a Statement) -> Self {
        let list = |listed: &Listed, pattern: fn(&str) -> Pattern| match listed {
            Listed::Only(texts) => texts.iter().map(|text| pattern(text)).collect(),
            Listed::Except(_) | Listed::Unreadable => Vec::new(),
        };
        let actions = list(&statement.actions, Pattern::action);
        let resources = list(&statement.resources, Pattern::resource);
        Self { statement, actions, resources }
    }

    /// Whether it may say all that another one says, but for its actions and resources.
    fn may_hold(&self, other: &Statement) -> bool {
        let Statement { allows, condition, plain, canonical: _, actions: _, resources: _ } =
            self.statement;
        let no_tighter = condition.is_none() || *condition == other.condition;
        *plain && *allows == other.allows && no_tighter
    }

    fn holds_action(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        self.actions.iter().any(|pattern| pattern.covers(&action))
    }

    fn holds_resource(&self, resource: &str) -> bool {
        self.resources.iter().any(|pattern| pattern.covers(resource))
    }
}

/// What is left of a statement where others say as much; `None` where it is not understood.
fn rest(statement: &Statement, covers: &[Cover<'_>]) -> Option<BTreeSet<Piece>> {
    let Statement { allows, canonical: _, actions, resources, condition, plain } = statement;
    if !plain || *actions == Listed::Unreadable || *resources == Listed::Unreadable {
        return None;
    }
    let covers: Vec<&Cover<'_>> = covers.iter().filter(|cover| cover.may_hold(statement)).collect();
    let piece = |actions, resources| Piece {
        allows: *allows,
        actions,
        resources,
        condition: condition.clone(),
    };
    let (Listed::Only(names), Listed::Only(places)) = (actions, resources) else {
        // Lists of exceptions are held against equal ones, and against everything.
        let all = |listed: &Listed| matches!(listed, Listed::Only(l) if l.iter().any(|t| t == "*"));
        let held = covers.iter().any(|cover| {
            let Statement { actions: names, resources: places, .. } = cover.statement;
            (all(names) || same(names, actions)) && (all(places) || same(places, resources))
        });
        return Some(if held {
            [].into()
        } else {
            [piece(sorted(actions), sorted(resources))].into()
        });
    };
    // Which of the others say as much of a resource, once for each.
    let holders: Vec<BTreeSet<usize>> =
        places.iter().map(|place| indices(&covers, |cover| cover.holds_resource(place))).collect();
    let mut left: BTreeMap<Vec<usize>, BTreeSet<&str>> = BTreeMap::new();
    for name in names {
        let by = indices(&covers, |cover| cover.holds_action(name));
        let free = holders.iter().enumerate().filter(|(_, holders)| holders.is_disjoint(&by));
        let free: Vec<usize> = free.map(|(place, _)| place).collect();
        if !free.is_empty() {
            left.entry(free).or_default().insert(name);
        }
    }
    let text = |texts: BTreeSet<&str>| Listed::Only(texts.into_iter().map(str::to_owned).collect());
    let pieces = left.into_iter().map(|(free, names)| {
        let places = free.into_iter().filter_map(|place| places.get(place)).map(String::as_str);
        piece(text(names), text(places.collect()))
    });
    Some(pieces.collect())
}

fn indices(covers: &[&Cover<'_>], holds: impl Fn(&Cover<'_>) -> bool) -> BTreeSet<usize> {
    covers.iter().enumerate().filter(|(_, cover)| holds(cover)).map(|(index, _)| index).collect()
}

fn same(a: &Listed, b: &Listed) -> bool {
    sorted(a) == sorted(b)
}

fn sorted(listed: &Listed) -> Listed {
    let order = |texts: &[String]| {
        let texts: BTreeSet<&String> = texts.iter().collect();
        texts.into_iter().cloned().collect()
    };
    match listed {
        Listed::Only(texts) => Listed::Only(order(texts)),
        Listed::Except(texts) => Listed::Except(order(texts)),
        Listed::Unreadable => Listed::Unreadable,
    }
}

/// What stands in a list before it is cut, in texts for people.
const NAMED: usize = 8;

impl Piece {
    /// What it speaks of: `iam:PassRole on arn:…, under conditions`.
    pub fn text(&self) -> String {
        let Self { allows: _, actions, resources, condition } = self;
        let mut text = few(actions, "any action");
        if *resources != Listed::Only(vec!["*".to_owned()]) {
            text = format!("{text} on {}", few(resources, "any resource"));
        }
        match condition {
            Some(_) => format!("{text} under conditions"),
            None => text,
        }
    }
}

fn few(listed: &Listed, any: &str) -> String {
    let join = |texts: &[String]| {
        let named: Vec<&str> = texts.iter().take(NAMED).map(String::as_str).collect();
        let more = texts.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{rest}", named.join(", "))
    };
    match listed {
        Listed::Only(texts) => join(texts),
        Listed::Except(texts) => format!("{any} but {}", join(texts)),
        Listed::Unreadable => "what cannot be read".to_owned(),
    }
}
