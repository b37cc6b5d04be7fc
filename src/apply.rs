//! Runs a plan against a [`Target`]: in the order of its links, as much at a time as AWS allows, until
//! everything that can be done is done.
//!
//! Chooses nothing. What it says was done is a claim until the read-back in [`outcome`] confirms it. Every
//! step is told before it is taken ([`Event`]); where that cannot be written down, it is not taken.

pub mod hint;
pub mod journal;
pub mod outcome;
mod schedule;
pub mod stop;
#[cfg(test)]
pub(crate) mod tests;

use crate::call::{Answer, Call, Created};
use crate::plan::Plan;
use crate::plan::change::Change;
use futures_util::stream::{FuturesUnordered, StreamExt};
use outcome::{Report, Status};
use schedule::Schedule;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub use stop::Stop;
use tokio::sync::mpsc;

/// How much may be under way at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// Account assignments. AWS allows 15 outstanding (docs/aws.md); other tools share them.
    pub assignments: usize,
    /// Provisionings. AWS allows 3.
    pub provisionings: usize,
    /// Changes of the directory and of permission sets: enough to fill 20 requests a second at usual
    /// latency.
    pub others: usize,
}

impl Default for Caps {
    fn default() -> Self {
        Self { assignments: 10, provisionings: 2, others: 16 }
    }
}

/// Where calls go.
pub trait Target: Sync {
    /// Carries out one call and waits until it has taken effect or failed. `decides` says whether other
    /// changes wait for how it ends; `tell` is told what happens meanwhile.
    fn carry_out(
        &self,
        call: &Call,
        created: &Created,
        decides: bool,
        tell: &(dyn Fn(Step<'_>) + Sync),
    ) -> impl Future<Output = Result<Done, Failure>> + Send;
}

/// What happens while a call is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// AWS accepted what takes a while: its id of that, and of the request.
    Taken(&'a str, Option<&'a str>),
    /// AWS does not work on it any more, though it is not known yet how it ended.
    Released,
}

/// A call that was carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Done {
    /// What later calls need.
    pub answer: Answer,
    /// The request's id.
    pub request_id: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
}

/// Why a call did not do what it should.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failure {
    /// AWS's words.
    pub message: String,
    /// Whether nobody knows if it was carried out: the answer was lost, or its status never ended.
    pub unknown: bool,
    /// Whether every further call would fail the same way (credentials).
    pub fatal: bool,
    /// Whether the caller may not do this.
    pub denied: bool,
    /// The request's id, where an answer came.
    pub request_id: Option<String>,
    /// How many requests were sent.
    pub attempts: u32,
}

impl Failure {
    /// A failure of which nothing is known but a message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }

    /// The same, where nobody knows whether it was carried out.
    #[must_use]
    pub fn unknown(self) -> Self {
        Self { unknown: true, ..self }
    }
}

/// One of a change's calls.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The change.
    pub change: &'a Change,
    /// Which of its calls, from 1.
    pub number: usize,
    /// The call.
    pub call: &'a Call,
}

/// What happens on the way, for whoever shows it or writes it down.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A change begins.
    Started(&'a Change),
    /// A request is about to be sent, with the ids of what was created so far.
    Calling(At<'a>, &'a Created),
    /// AWS accepted what takes a while.
    Taken(At<'a>, &'a str, Option<&'a str>),
    /// A call has ended.
    Answered(At<'a>, &'a Result<Done, Failure>),
    /// Nothing more begins, and why; so many changes are still under way.
    Stopping(usize, &'a str),
    /// A change has ended.
    Ended(&'a Change, &'a Status),
}

/// Who is told. An error stops the run, and keeps what is about to be sent from being sent.
pub type Listener<'a> = &'a (dyn Fn(Event<'_>) -> Result<(), String> + Sync);

/// Runs all changes of a plan.
pub async fn run<T: Target>(
    plan: &Plan,
    target: &T,
    caps: Caps,
    stop: &Stop,
    listener: Listener<'_>,
) -> Report {
    let changes = &plan.changes;
    let mut schedule = Schedule::new(changes, caps);
    let mut statuses: Vec<Option<Status>> = vec![None; changes.len()];
    let (released, mut releases) = mpsc::unbounded_channel();
    let work = Work { target, stop, listener, created: Mutex::default(), released };
    let mut under_way = FuturesUnordered::new();
    let mut stopping = false;
    loop {
        if stop.asked() && !std::mem::replace(&mut stopping, true) {
            let because = stop.reason().unwrap_or_default();
            work.tell(Event::Stopping(under_way.len(), &because));
            for i in schedule.drain() {
                let because = "stopped before it began".to_owned();
                work.end(changes, &mut statuses, i, Status::Skipped(because));
            }
        }
        while let Some((i, change)) = (!stop.asked())
            .then(|| schedule.next())
            .flatten()
            .and_then(|i| Some((i, changes.get(i)?)))
        {
            work.tell(Event::Started(change));
            under_way.push(work.perform(i, change, schedule.decides(i)));
        }
        let ended = tokio::select! {
            ended = under_way.next() => ended,
            Some(i) = releases.recv() => {
                schedule.release(i);
                continue;
            }
            // Only to wake up: whether it was asked is looked at above.
            () = stop.until_asked(), if !stopping => continue,
        };
        let Some((i, status)) = ended else { break };
        let applied = status == Status::Applied;
        work.end(changes, &mut statuses, i, status);
        for (skipped, needed) in schedule.end(i, applied) {
            let address = changes.get(needed).map(|c| c.address.as_str()).unwrap_or_default();
            let because = format!("it needs {address}, which was not done");
            work.end(changes, &mut statuses, skipped, Status::Skipped(because));
        }
    }
    let statuses = statuses
        .into_iter()
        .map(|s| s.unwrap_or_else(|| Status::Skipped("it was never reached".to_owned())));
    Report {
        statuses: statuses.collect(),
        notes: BTreeMap::new(),
        stopped: stop.reason().filter(|_| stop.asked()),
        interrupted: stop.is_interrupted(),
    }
}

/// What every change under way needs.
struct Work<'a, T> {
    target: &'a T,
    stop: &'a Stop,
    listener: Listener<'a>,
    created: Mutex<Arc<Created>>,
    /// Places of changes that AWS is done with.
    released: mpsc::UnboundedSender<usize>,
}

impl<T: Target> Work<'_, T> {
    /// Tells what happened; where that cannot be written down, nothing more begins.
    fn tell(&self, event: Event<'_>) {
        if let Err(because) = (self.listener)(event) {
            self.stop.ask(because);
        }
    }

    fn end(&self, changes: &[Change], all: &mut [Option<Status>], i: usize, status: Status) {
        let (Some(change), Some(slot)) = (changes.get(i), all.get_mut(i)) else { return };
        self.tell(Event::Ended(change, &status));
        *slot = Some(status);
    }

    fn created(&self) -> MutexGuard<'_, Arc<Created>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the calls of a change one after the other.
    async fn perform(&self, i: usize, change: &Change, decides: bool) -> (usize, Status) {
        for (at, call) in change.calls.iter().enumerate() {
            let at = At { change, number: at + 1, call };
            if let Err(failure) = self.carry_out(i, at, decides).await {
                if failure.fatal {
                    self.stop.ask(failure.message.clone());
                }
                return (i, Status::Failed(failure));
            }
        }
        (i, Status::Applied)
    }

    async fn carry_out(&self, i: usize, at: At<'_>, decides: bool) -> Result<(), Failure> {
        let so_far = Arc::clone(&self.created());
        if let Err(because) = (self.listener)(Event::Calling(at, &so_far)) {
            self.stop.ask(because.clone());
            return Err(Failure::new(format!("not sent: {because}")));
        }
        let tell = |step: Step<'_>| match step {
            Step::Taken(request, id) => self.tell(Event::Taken(at, request, id)),
            // Nobody listens any more once the run is over.
            Step::Released => drop(self.released.send(i)),
        };
        let answered = self.target.carry_out(at.call, &so_far, decides, &tell).await;
        drop(so_far);
        self.tell(Event::Answered(at, &answered));
        let answer = answered?.answer;
        if answer != Answer::Done {
            Arc::make_mut(&mut self.created()).learn(answer);
        }
        Ok(())
    }
}
