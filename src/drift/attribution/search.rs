//! The search itself: which page of which calls to ask for next, and what to make of it. It asks nobody itself.

use super::clues::Named;
use super::{Attributing, Attribution, Clue, Deed, OTHERS, Place};
use crate::drift::baseline::News;
use crate::drift::{Drift, Item, Severity, Unread};
use crate::live::Live;
use crate::live::event::Event;
use jiff::Timestamp;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Runs that an item is looked for in: CloudTrail may need a quarter of an hour to tell of a call.
const TRIES: u8 = 2;
/// Pages of calls that only tell what another call meant.
const BACKGROUND: usize = 10;

type Key = (Place, &'static str);

/// A page to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Whose event history.
    pub place: Place,
    /// The operation.
    pub name: &'static str,
    /// From when on.
    pub since: Timestamp,
    /// The token of the page; `None` for the first.
    pub token: Option<String>,
}

/// What is known of the calls of one operation.
#[derive(Debug)]
struct Ask {
    since: Timestamp,
    pages: usize,
    token: Option<String>,
    /// Whether there may be more.
    open: bool,
    /// How far back the pages reach that came.
    reached: Option<Timestamp>,
}

/// An item that somebody is looked for behind.
#[derive(Debug)]
struct Case {
    item: usize,
    severity: Severity,
    clues: Vec<Clue>,
    /// From when on.
    since: Timestamp,
    tries: u8,
    /// Events that fit, by operation, the newest first.
    found: BTreeMap<Key, Vec<Event>>,
    /// Ids of memberships that what is missing had.
    memberships: BTreeSet<String>,
}

/// A search for who is behind the items that are news.
#[derive(Debug)]
pub struct Search {
    since: Timestamp,
    cases: Vec<Case>,
    asks: BTreeMap<Key, Ask>,
    calls: usize,
    troubles: Vec<Unread>,
    stopped: BTreeMap<Place, String>,
    /// Calls that named what they removed by an id of its own.
    removals: Vec<(Event, Named)>,
}

impl Search {
    /// Of what is news, and of what was looked for in vain for the first time by the run before.
    /// `history` is how far back there are events: what made a thing may be older than what removed it.
    pub fn new(drift: &Drift, since: Timestamp, history: Timestamp) -> Self {
        let mut cases: Vec<Case> = Vec::new();
        for (at, item) in drift.items.iter().enumerate() {
            let Some((from, tries)) = wanted(item, since) else { continue };
            let (severity, clues) = (item.severity, item.clues.clone());
            let (found, memberships) = (BTreeMap::new(), BTreeSet::new());
            cases.push(Case { item: at, severity, clues, since: from, tries, found, memberships });
        }
        let mut asks: BTreeMap<Key, Ask> = BTreeMap::new();
        for case in &cases {
            for clue in &case.clues {
                let mut ask = |clue: &Clue, from: Timestamp| {
                    let new = Ask { since, pages: 0, token: None, open: true, reached: None };
                    let ask = asks.entry((clue.place(), clue.event)).or_insert(new);
                    ask.since = ask.since.min(from);
                };
                ask(clue, case.since);
                if let Some(made) = clue.made() {
                    ask(made, history);
                }
            }
        }
        let (troubles, stopped) = (Vec::new(), BTreeMap::new());
        Self { since, cases, asks, calls: 0, troubles, stopped, removals: Vec::new() }
    }

    /// The page that is needed most: the first ones before the second ones, for the worst items first.
    pub fn next(&self) -> Option<Query> {
        let needed = self.asks.iter().filter_map(|(key, ask)| {
            let open = ask.open && !self.stopped.contains_key(&key.0);
            let needs = |case: &&Case| case.needs(*key, ask) || self.wants(case, *key, ask);
            let worst = self.cases.iter().filter(|case| open && needs(case));
            Some((ask.pages, worst.map(|case| case.severity).min()?, key, ask))
        });
        let (.., key, ask) = needed.min_by_key(|(pages, worst, key, _)| (*pages, *worst, **key))?;
        let (place, name) = *key;
        Some(Query { place, name, since: ask.since, token: ask.token.clone() })
    }

    /// Takes a page, newest first, and the token of the next one.
    pub fn learn(&mut self, query: &Query, events: Vec<Event>, next: Option<String>) {
        self.calls += 1;
        let key = (query.place, query.name);
        let Some(ask) = self.asks.get_mut(&key) else { return };
        ask.pages += 1;
        // A token that comes again would lead in a circle.
        ask.open = next.is_some() && next != ask.token;
        ask.token = next;
        ask.reached = events.iter().map(|event| event.time).min().or(ask.reached);
        for event in events {
            let named = Named::of(&event);
            for case in &mut self.cases {
                let fits = |clue: &Clue| clue.place() == key.0 && clue.fits(&event, &named);
                if case.since <= event.time && case.clues.iter().any(fits) {
                    let found = case.found.entry(key).or_default();
                    found.push(event.clone());
                    found.sort_by_key(|event| Reverse(event.time));
                }
                if case.made().is_some_and(|made| made.fits(&event, &named)) {
                    case.memberships.extend(named.memberships().cloned());
                }
            }
            if named.removes() {
                self.removals.push((event, named));
            }
        }
        for case in &mut self.cases {
            case.join(&self.removals);
        }
    }

    /// Whether more events of an operation would tell what was removed: something was, and nobody knows what.
    fn wants(&self, case: &Case, key: Key, ask: &Ask) -> bool {
        let of = |made: &Clue| (made.place(), made.event) == key;
        case.made().is_some_and(of)
            && case.found.is_empty()
            && case.memberships.is_empty()
            && !self.removals.is_empty()
            && ask.pages < BACKGROUND
    }

    /// Notes that a place does not answer: nothing more is asked there.
    pub fn fails(&mut self, place: Place, trouble: Unread) {
        self.calls += 1;
        self.stop(place, trouble);
    }

    /// The same, where nothing was asked.
    pub fn stop(&mut self, place: Place, trouble: Unread) {
        self.stopped.insert(place, trouble.code_of());
        if !self.troubles.contains(&trouble) {
            self.troubles.push(trouble);
        }
    }

    /// Whether anybody is looked for.
    pub fn is_needed(&self) -> bool {
        !self.cases.is_empty()
    }

    /// Pages that were asked for.
    pub fn calls(&self) -> usize {
        self.calls
    }

    /// Writes down who was found. `most` is how many pages were allowed.
    pub fn finish(self, drift: &mut Drift, live: &Live, most: usize) {
        let ran_out = self.next().is_some();
        let Self { since, cases, asks, calls, troubles, stopped, removals: _ } = self;
        for case in cases {
            let because = case.because(&asks, &stopped);
            let Some(item) = drift.items.get_mut(case.item) else { continue };
            let mut found: Vec<Event> = case.found.into_values().flatten().collect();
            found.sort_by(|a, b| b.time.cmp(&a.time).then_with(|| a.id.cmp(&b.id)));
            let others = found.iter().skip(1).take(OTHERS).map(|event| event.id.clone()).collect();
            item.attribution = Some(match found.first() {
                Some(event) => Attribution::To(Box::new(Deed::of(event, others, live))),
                None => Attribution::Nobody { because, since: case.since, tries: case.tries },
            });
        }
        drift.attributing = Some(Attributing { since, calls, most, ran_out, troubles });
    }
}

/// From when on somebody is looked for behind an item, and in which run; `None` where nobody is.
fn wanted(item: &Item, since: Timestamp) -> Option<(Timestamp, u8)> {
    // Nobody did what could not be read.
    if item.action == "read" || item.class == crate::drift::Class::Unknown {
        return None;
    }
    match (item.news, &item.attribution) {
        (Some(News::Unchanged), Some(Attribution::Nobody { since: from, tries, .. })) => {
            (*tries < TRIES).then_some((*from, tries.saturating_add(1)))
        }
        // Attributed, or of a run that did not look.
        (Some(News::Unchanged), _) => None,
        _ => Some((since, 1)),
    }
}

impl Case {
    /// The call that made what is missing.
    fn made(&self) -> Option<&Clue> {
        self.clues.iter().find_map(Clue::made)
    }

    /// Takes the calls that removed what is missing by an id of its own.
    fn join(&mut self, removals: &[(Event, Named)]) {
        let Some(clue) = self.clues.iter().find(|clue| clue.made().is_some()) else { return };
        let key = (clue.place(), clue.event);
        for (event, named) in removals {
            let known =
                self.found.get(&key).into_iter().flatten().any(|known| known.id == event.id);
            let fits = clue.fits_made(event, named, &self.memberships);
            if !known && fits && self.since <= event.time {
                self.found.entry(key).or_default().push(event.clone());
            }
        }
    }

    /// Whether more events of an operation could tell more: not where one of it is known, nor where a newer
    /// one of another is.
    fn needs(&self, key: Key, ask: &Ask) -> bool {
        if !self.clues.iter().any(|clue| (clue.place(), clue.event) == key) {
            return false;
        }
        let newest = self.found.values().flatten().map(|event| event.time).max();
        !self.found.contains_key(&key)
            && newest.is_none_or(|newest| ask.reached.is_none_or(|reached| newest < reached))
    }

    /// Why nobody was found.
    fn because(&self, asks: &BTreeMap<Key, Ask>, stopped: &BTreeMap<Place, String>) -> String {
        if self.clues.is_empty() {
            return "no call could have named it by an id that is known".to_owned();
        }
        if let Some(why) = self.clues.iter().find_map(|clue| stopped.get(&clue.place())) {
            return why.clone();
        }
        let open = self.clues.iter().filter_map(|clue| asks.get(&(clue.place(), clue.event)));
        if open.into_iter().any(|ask| ask.open) {
            return "not all events were looked at".to_owned();
        }
        let since = self.since.strftime("%Y-%m-%dT%H:%M:%SZ");
        format!("no event since {since} names it")
    }
}
