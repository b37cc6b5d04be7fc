//! Runs a plan against a [`Target`]: in the order of its links, as much at a time as AWS allows, until
//! everything that can be done is done.
//!
//! Chooses nothing. What it says was done is a claim until the read-back in [`outcome`] confirms it.

pub mod hint;
pub mod outcome;
#[cfg(test)]
pub(crate) mod tests;

use crate::call::{Answer, Call, Created};
use crate::id::AccountId;
use crate::plan::Plan;
use crate::plan::change::{Change, Kind, What};
use futures_util::stream::{FuturesUnordered, StreamExt};
use outcome::{Report, Status};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

/// Account assignments under way at once. AWS allows 15 outstanding (docs/aws.md); other tools
/// share them.
const ASSIGNMENTS: usize = 10;
/// Provisionings under way at once. AWS allows 3.
const PROVISIONINGS: usize = 2;
/// Changes of any kind under way at once: enough to fill 20 requests a second at usual latency.
const CHANGES: usize = 16;

/// Where calls go.
pub trait Target: Sync {
    /// Carries out one call and waits until it has taken effect or failed.
    fn carry_out(
        &self,
        call: &Call,
        created: &Created,
    ) -> impl Future<Output = Result<Answer, Failure>> + Send;
}

/// Why a call did not do what it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// AWS's words.
    pub message: String,
    /// Whether nobody knows if it was carried out: the answer was lost, or its status never ended.
    pub unknown: bool,
    /// Whether every further call would fail the same way (credentials).
    pub fatal: bool,
    /// Whether the caller may not do this.
    pub denied: bool,
}

impl Failure {
    /// A failure of which nothing is known but a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), unknown: false, fatal: false, denied: false }
    }

    /// The same, where nobody knows whether it was carried out.
    #[must_use]
    pub fn unknown(self) -> Self {
        Self { unknown: true, ..self }
    }
}

/// What happens on the way, for whoever shows it.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A change begins.
    Started(&'a Change),
    /// Nothing more begins; so many changes are still under way.
    Stopping(usize),
    /// A change has ended.
    Ended(&'a Change, &'a Status),
}

/// A request to begin nothing more.
#[derive(Debug, Default)]
pub struct Stop {
    flag: AtomicBool,
    interrupted: AtomicBool,
    notify: Notify,
}

impl Stop {
    /// Asks to stop: what is under way is awaited, nothing more begins.
    pub fn ask(&self) {
        self.flag.store(true, Ordering::SeqCst);
        self.notify.notify_waiters();
    }

    /// The same, asked by a person.
    pub fn interrupt(&self) {
        self.interrupted.store(true, Ordering::SeqCst);
        self.ask();
    }

    /// Resolves as soon as a person has asked.
    pub async fn interrupted(&self) {
        loop {
            let mut told = pin!(self.notify.notified());
            // From here on no request is missed.
            told.as_mut().enable();
            if self.interrupted.load(Ordering::SeqCst) {
                return;
            }
            told.await;
        }
    }

    /// Whether it was asked.
    pub fn asked(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }
}

/// What a change keeps others from doing at the same time.
#[derive(Default)]
struct Busy {
    running: BTreeSet<usize>,
    assignments: usize,
    provisionings: usize,
    accounts: BTreeSet<AccountId>,
    organization: bool,
}

/// Whether a change writes to Organizations, where writes may disturb each other (docs/aws.md).
fn is_organizations(what: &What) -> bool {
    matches!(what.kind(), Kind::Ous | Kind::Accounts)
}

/// The accounts in which a change writes. AWS updates one role of an account at a time.
fn accounts(what: &What) -> Vec<&AccountId> {
    match what {
        What::CreateGrant(grant) | What::DeleteGrant(grant) => vec![&grant.account],
        What::ProvisionSet { accounts, .. } => accounts.iter().collect(),
        What::MoveAccount { account, .. } | What::TagAccount { account, .. } => vec![account],
        _ => Vec::new(),
    }
}

impl Busy {
    fn admits(&self, what: &What) -> bool {
        let room = match what {
            What::CreateGrant(_) | What::DeleteGrant(_) => self.assignments < ASSIGNMENTS,
            What::ProvisionSet { .. } => self.provisionings < PROVISIONINGS,
            what => !(self.organization && is_organizations(what)),
        };
        room && self.running.len() < CHANGES
            && accounts(what).iter().all(|account| !self.accounts.contains(*account))
    }

    fn begin(&mut self, i: usize, what: &What) {
        self.running.insert(i);
        self.accounts.extend(accounts(what).into_iter().cloned());
        match what {
            What::CreateGrant(_) | What::DeleteGrant(_) => self.assignments += 1,
            What::ProvisionSet { .. } => self.provisionings += 1,
            what => self.organization |= is_organizations(what),
        }
    }

    fn end(&mut self, i: usize, what: &What) {
        self.running.remove(&i);
        for account in accounts(what) {
            self.accounts.remove(account);
        }
        match what {
            What::CreateGrant(_) | What::DeleteGrant(_) => self.assignments -= 1,
            What::ProvisionSet { .. } => self.provisionings -= 1,
            what => self.organization &= !is_organizations(what),
        }
    }
}

/// Runs all changes of a plan.
pub async fn run<T: Target>(
    plan: &Plan,
    target: &T,
    stop: &Stop,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) -> Report {
    let changes = &plan.changes;
    let places: BTreeMap<&str, usize> =
        changes.iter().enumerate().map(|(i, c)| (c.id.as_str(), i)).collect();
    let created = Mutex::new(Arc::new(Created::default()));
    let mut statuses: Vec<Option<Status>> = vec![None; changes.len()];
    let mut busy = Busy::default();
    let mut under_way = FuturesUnordered::new();
    let mut stopping = false;
    loop {
        if stop.asked() && !std::mem::replace(&mut stopping, true) {
            on_event(Event::Stopping(under_way.len()));
        }
        skip(changes, &places, &mut statuses, stop.asked(), &busy, on_event);
        for (i, change) in changes.iter().enumerate() {
            let free = !stop.asked()
                && statuses.get(i).is_some_and(Option::is_none)
                && !busy.running.contains(&i)
                && ready(change, &places, &statuses)
                && busy.admits(&change.what);
            if free {
                busy.begin(i, &change.what);
                on_event(Event::Started(change));
                let created = &created;
                under_way.push(async move { (i, perform(target, change, created).await) });
            }
        }
        let ended = tokio::select! {
            ended = under_way.next() => ended,
            // Only to wake up: the flag is looked at above.
            () = stop.notify.notified(), if !stop.asked() => continue,
        };
        let Some((i, result)) = ended else { break };
        let Some(change) = changes.get(i) else { continue };
        busy.end(i, &change.what);
        let status = match result {
            Ok(()) => Status::Applied,
            Err(failure) => {
                if failure.fatal {
                    stop.ask();
                }
                Status::Failed(failure)
            }
        };
        on_event(Event::Ended(change, &status));
        if let Some(slot) = statuses.get_mut(i) {
            *slot = Some(status);
        }
    }
    let statuses = statuses
        .into_iter()
        .map(|s| s.unwrap_or_else(|| Status::Skipped("it was never reached".to_owned())));
    Report {
        statuses: statuses.collect(),
        notes: BTreeMap::new(),
        stopped: stop.asked(),
        interrupted: stop.interrupted.load(Ordering::SeqCst),
    }
}

fn status_of<'s>(
    id: &str,
    places: &BTreeMap<&str, usize>,
    statuses: &'s [Option<Status>],
) -> Option<&'s Status> {
    places.get(id).and_then(|i| statuses.get(*i)).and_then(Option::as_ref)
}

fn ready(change: &Change, places: &BTreeMap<&str, usize>, statuses: &[Option<Status>]) -> bool {
    change.needs.iter().all(|id| status_of(id, places, statuses) == Some(&Status::Applied))
        && change.after.iter().all(|id| status_of(id, places, statuses).is_some())
}

/// Marks what can no longer be done: what needs a failed change, and everything once asked to stop.
fn skip(
    changes: &[Change],
    places: &BTreeMap<&str, usize>,
    statuses: &mut [Option<Status>],
    stopping: bool,
    busy: &Busy,
    on_event: &(dyn Fn(Event<'_>) + Sync),
) {
    // Changes stand after what they need, so one pass reaches everything that follows.
    for (i, change) in changes.iter().enumerate() {
        if statuses.get(i).is_none_or(Option::is_some) || busy.running.contains(&i) {
            continue;
        }
        let missed = change
            .needs
            .iter()
            .find(|id| status_of(id, places, statuses).is_some_and(|s| *s != Status::Applied));
        let because = match missed.and_then(|id| places.get(id.as_str())) {
            Some(needed) => {
                let address = changes.get(*needed).map(|c| c.address.as_str()).unwrap_or_default();
                format!("it needs {address}, which was not done")
            }
            None if stopping => "stopped before it began".to_owned(),
            None => continue,
        };
        let status = Status::Skipped(because);
        on_event(Event::Ended(change, &status));
        if let Some(slot) = statuses.get_mut(i) {
            *slot = Some(status);
        }
    }
}

/// Makes the calls of a change one after the other.
async fn perform<T: Target>(
    target: &T,
    change: &Change,
    created: &Mutex<Arc<Created>>,
) -> Result<(), Failure> {
    let known = || created.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    for call in &change.calls {
        let so_far = Arc::clone(&known());
        let answer = target.carry_out(call, &so_far).await?;
        drop(so_far);
        if answer != Answer::Done {
            Arc::make_mut(&mut known()).learn(answer);
        }
    }
    Ok(())
}
