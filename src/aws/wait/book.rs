//! What is known of asynchronous requests, and when to look again. Pure: time is given.

use super::{Outcome, RequestKind};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// The first look, where nothing is known of how long requests take; most assignments take a second or two.
const FIRST: Duration = Duration::from_millis(250);
/// The longest pause: a poll is one of 20 calls a second that the whole service allows.
const LONGEST: Duration = Duration::from_secs(2);
/// The shortest pause.
const SHORTEST: Duration = Duration::from_millis(75);
/// The shortest pause where calls wait for the quota: a poll takes the place of a change.
const THRIFTY: Duration = Duration::from_millis(400);
/// A listing that takes longer than this waited for the quota, most likely.
const PROMPT: Duration = Duration::from_millis(150);
/// How long past its time the first request may be before it is worth a poll of its own.
const GRACE: (Duration, Duration) = (Duration::from_millis(40), Duration::from_millis(400));
/// So many of which AWS is done are asked for together, by the listing of those that failed; fewer are
/// cheaper to ask for one by one.
const FEW: usize = 3;
/// So many are worth a listing at once;
const MANY: usize = 25;
/// fewer wait so long for others.
const PATIENCE: Duration = Duration::from_secs(4);

/// One request.
#[derive(Debug)]
struct Entry {
    kind: RequestKind,
    since: Instant,
    /// Whether other changes wait for how it ends.
    decides: bool,
    /// When a listing last had it.
    seen: Option<Instant>,
    /// Listings that did not have it since.
    absent: u32,
    /// Since when AWS does not work on it any more.
    released: Option<Instant>,
}

/// Requests that ended and of which it is not known how.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Doubt {
    /// To be asked for one by one.
    pub(super) alone: Vec<String>,
    /// To be asked for together: those that did not fail succeeded.
    pub(super) together: Vec<String>,
}

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Book {
    outstanding: BTreeMap<String, Entry>,
    ended: BTreeMap<String, Outcome>,
    /// How long requests of a kind take, as a rule.
    typical: BTreeMap<RequestKind, Duration>,
    /// Kinds that cannot be listed: each request is asked for by itself.
    unlisted: BTreeSet<RequestKind>,
    /// Why the last look at a kind failed.
    troubles: BTreeMap<RequestKind, String>,
    /// Rounds since AWS was last done with any.
    quiet: u32,
    /// Whether calls wait for the quota.
    congested: bool,
    news: bool,
}

impl Book {
    /// Enters a request that AWS took.
    pub(super) fn enter(&mut self, id: &str, kind: RequestKind, decides: bool, now: Instant) {
        if self.outstanding.is_empty() {
            self.quiet = 0;
        }
        let entry = Entry { kind, since: now, decides, seen: None, absent: 0, released: None };
        self.outstanding.insert(id.to_owned(), entry);
    }

    /// Forgets a request; says what kept its end from being known, if anything did.
    pub(super) fn leave(&mut self, id: &str) -> Option<String> {
        self.ended.remove(id);
        let entry = self.outstanding.remove(id)?;
        let trouble = self.troubles.get(&entry.kind)?;
        Some(format!("its status could not be read: {trouble}"))
    }

    /// How it ended, once that is known.
    pub(super) fn ended(&self, id: &str) -> Option<Outcome> {
        self.ended.get(id).cloned()
    }

    /// Whether AWS does not work on it any more.
    pub(super) fn is_released(&self, id: &str) -> bool {
        self.outstanding.get(id).is_some_and(|entry| entry.released.is_some())
    }

    /// How long to wait before the next round.
    pub(super) fn pause(&self, now: Instant) -> Duration {
        let mut due: Vec<Instant> = Vec::new();
        for entry in self.outstanding.values().filter(|entry| entry.released.is_none()) {
            match self.typical.get(&entry.kind) {
                Some(typical) => due.push(entry.since + *typical),
                None => return doubled(FIRST, self.quiet),
            }
        }
        due.sort_unstable();
        let (Some(first), Some(half)) = (due.first(), due.get(due.len() / 2)) else {
            return FIRST; // AWS is done with all: only how they ended is to be asked.
        };
        let typical = self.typical.values().max().copied().unwrap_or_default();
        let (least, most) = GRACE;
        let at = (*first + (typical / 40).clamp(least, most)).min((*half).max(*first));
        let shortest = if self.congested { THRIFTY } else { SHORTEST };
        at.saturating_duration_since(now).clamp(doubled(shortest, self.quiet), LONGEST)
    }

    /// The kinds to look at, and whether any of it may still run.
    pub(super) fn begin_round(&mut self) -> BTreeMap<RequestKind, bool> {
        self.news = false;
        let mut kinds = BTreeMap::new();
        for entry in self.outstanding.values() {
            let runs = entry.released.is_none() || (entry.seen.is_none() && entry.absent < 2);
            *kinds.entry(entry.kind).or_default() |= runs && !self.unlisted.contains(&entry.kind);
        }
        kinds
    }

    /// Ends a round.
    pub(super) fn end_round(&mut self) {
        self.quiet = if self.news { 0 } else { self.quiet.saturating_add(1) };
    }

    /// Takes in which requests of a kind are in progress, by a listing that was asked for at `asked`.
    pub(super) fn saw(
        &mut self,
        kind: RequestKind,
        running: &BTreeSet<String>,
        (asked, now): (Instant, Instant),
    ) {
        self.troubles.remove(&kind);
        self.congested = now.saturating_duration_since(asked) > PROMPT;
        for (id, entry) in self.outstanding.iter_mut().filter(|(_, entry)| entry.kind == kind) {
            if running.contains(id) {
                entry.seen = Some(now);
                entry.absent = 0;
                continue;
            }
            entry.absent += 1;
            if entry.released.is_none() {
                entry.released = Some(now);
                self.news = true;
                let took = probably(entry, now);
                let typical = self.typical.entry(kind).or_insert(took);
                *typical = (*typical * 3 + took) / 4;
            }
        }
    }

    /// A kind cannot be listed.
    pub(super) fn has_no_listing(&mut self, kind: RequestKind) {
        self.unlisted.insert(kind);
    }

    /// A look at a kind failed and may work the next time.
    pub(super) fn troubled(&mut self, kind: RequestKind, because: &str) {
        self.troubles.insert(kind, because.to_owned());
    }

    /// What is to be asked now of those that AWS is done with.
    pub(super) fn doubt(&self, kind: RequestKind, now: Instant) -> Doubt {
        let of_kind = self.outstanding.iter().filter(|(_, entry)| entry.kind == kind);
        if self.unlisted.contains(&kind) {
            let alone = of_kind.map(|(id, _)| id.clone()).collect();
            return Doubt { alone, together: Vec::new() };
        }
        let mut out = Doubt::default();
        let (mut running, mut oldest) = (false, now);
        for (id, entry) in of_kind {
            match entry.released {
                None => running = true,
                Some(_) if entry.decides => out.alone.push(id.clone()),
                Some(since) => {
                    oldest = oldest.min(since);
                    out.together.push(id.clone());
                }
            }
        }
        let worth = out.together.len() >= MANY
            || now.saturating_duration_since(oldest) >= PATIENCE
            || !running;
        if !worth {
            out.together.clear();
        } else if out.together.len() <= FEW {
            out.alone.append(&mut out.together);
        } else {
            // One that no listing had yet may not have got there.
            let sure = |id: &String| {
                self.outstanding
                    .get(id)
                    .is_some_and(|entry| entry.seen.is_some() || entry.absent >= 2)
            };
            out.together.retain(sure);
        }
        out
    }

    /// A request ended.
    pub(super) fn end(&mut self, id: &str, outcome: Outcome) {
        if self.outstanding.remove(id).is_some() {
            self.news = true;
            self.ended.insert(id.to_owned(), outcome);
        }
    }

    /// These did what they should.
    pub(super) fn end_all(&mut self, ids: Vec<String>) {
        for id in ids {
            self.end(&id, Outcome::Succeeded);
        }
    }

    /// A request that a listing left out runs all the same.
    pub(super) fn still_runs(&mut self, id: &str) {
        if let Some(entry) = self.outstanding.get_mut(id) {
            entry.absent = 0;
        }
    }
}

/// How long a request took of which a listing says that it has ended: it ended after the last listing that
/// had it. Where none had it, there is only an upper bound, which must not stay the estimate: the
/// next look would be as late.
fn probably(entry: &Entry, now: Instant) -> Duration {
    let most = now.saturating_duration_since(entry.since);
    match entry.seen {
        Some(seen) => (seen.saturating_duration_since(entry.since) + most) / 2,
        None => most * 3 / 4,
    }
}

fn doubled(pause: Duration, times: u32) -> Duration {
    pause.saturating_mul(2_u32.saturating_pow(times)).min(LONGEST)
}
