//! Waits for asynchronous requests, all of them with one poll a round.
//!
//! `List…Status` filtered by `IN_PROGRESS` tells in one call which of up to 100 requests still
//! run. How one that is not listed any more ended is asked by itself where others wait for that, else, of
//! many at a time, from the listing of those that failed. However many wait, one of them polls and the
//! others hear the result.

pub mod account;
mod book;
mod listing;
pub mod tower;

use super::error::{AwsError, Kind};
use super::page::each;
use super::{Aws, Target};
use aws_sdk_ssoadmin::types::StatusValues;
use book::{Book, Doubt};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long one request is awaited at least.
const LIMIT: Duration = Duration::from_mins(10);
/// How much longer for each account that it reaches: a provisioning goes through them one by one.
const PER_ACCOUNT: Duration = Duration::from_secs(2);

/// How long to await a request that reaches so many accounts.
pub fn limit(accounts: usize) -> Duration {
    PER_ACCOUNT.saturating_mul(u32::try_from(accounts).unwrap_or(u32::MAX)).saturating_add(LIMIT)
}

/// Which listing a request shows up in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestKind {
    /// `CreateAccountAssignment`.
    Creation,
    /// `DeleteAccountAssignment`.
    Deletion,
    /// `ProvisionPermissionSet`.
    Provisioning,
}

/// An asynchronous request that AWS took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Pending {
    /// Which kind.
    pub kind: RequestKind,
    /// AWS's id of it.
    pub request_id: String,
    /// Its status in the answer that took it.
    pub status: Status,
}

/// The status of an asynchronous request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// It still runs. A status that this version does not know counts as this.
    InProgress,
    /// It did what it should.
    Succeeded,
    /// It did not.
    Failed {
        /// AWS's `FailureReason`, unescaped; `None` where the answer leaves it out.
        reason: Option<String>,
    },
}

/// How an asynchronous request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// It did what it should.
    Succeeded,
    /// It did not. For a deletion this may mean that there was nothing to delete: read again.
    Failed {
        /// AWS's `FailureReason`, unescaped.
        reason: String,
    },
    /// Nobody knows: it ran too long, or its status could not be read.
    Unknown {
        /// Why.
        because: String,
        /// Whether every further call would fail the same way (credentials).
        fatal: bool,
    },
}

/// Reads AWS's status.
pub(super) fn status(status: Option<&StatusValues>, reason: Option<String>) -> Status {
    match status {
        Some(StatusValues::Succeeded) => Status::Succeeded,
        Some(StatusValues::Failed) => {
            Status::Failed { reason: reason.filter(|reason| !reason.is_empty()) }
        }
        _ => Status::InProgress,
    }
}

/// Awaits requests for any number of callers at once.
#[derive(Debug)]
pub struct Waiter {
    aws: Aws,
    target: Target,
    book: Mutex<Book>,
    /// Held by the one who polls.
    polling: tokio::sync::Mutex<()>,
    /// Tells the others after each round to look into the book, in the order in which they came: what
    /// ended together is reported in the same order every time.
    rounds: Notify,
}

impl Waiter {
    /// A waiter for requests of one instance.
    pub fn new(aws: &Aws, target: &Target) -> Self {
        Self {
            aws: aws.clone(),
            target: target.clone(),
            book: Mutex::default(),
            polling: tokio::sync::Mutex::default(),
            rounds: Notify::new(),
        }
    }

    /// Waits until a request ended, or the limit passed. May be called for many requests at once.
    ///
    /// `released` is called once AWS does not work on the request any more, which is known before it is
    /// known how it ended. Where nothing is decided by that, the answer may come some seconds late.
    pub async fn wait(
        &self,
        pending: &Pending,
        limit: Duration,
        decides: bool,
        released: &(dyn Fn() + Sync),
    ) -> Outcome {
        match &pending.status {
            Status::Succeeded => return Outcome::Succeeded,
            Status::Failed { reason: Some(reason) } => {
                return Outcome::Failed { reason: reason.clone() };
            }
            // The reason is still to be asked for.
            Status::Failed { reason: None } | Status::InProgress => {}
        }
        let id = pending.request_id.as_str();
        self.book().enter(id, pending.kind, decides, Instant::now());
        let ended = tokio::time::timeout(limit, self.follow(id, released)).await;
        let last = self.book().leave(id);
        ended.unwrap_or_else(|_| Outcome::Unknown {
            fatal: false,
            because: last
                .unwrap_or_else(|| format!("still in progress after {} s", limit.as_secs())),
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Polls, or waits for another one's poll, until the book knows. A poller that is dropped leaves
    /// its place to the next.
    async fn follow(&self, id: &str, released: &(dyn Fn() + Sync)) -> Outcome {
        let mut told = false;
        loop {
            let mut round = pin!(self.rounds.notified());
            // From here on no round is missed.
            round.as_mut().enable();
            if let Some(outcome) = self.book().ended(id) {
                return outcome;
            }
            if !told && self.book().is_released(id) {
                told = true;
                released();
            }
            tokio::select! {
                biased;
                _turn = self.polling.lock() => {
                    // The one before may have heard of it since.
                    if let Some(outcome) = self.book().ended(id) {
                        return outcome;
                    }
                    let pause = self.book().pause(Instant::now());
                    tokio::time::sleep(pause).await;
                    self.round().await;
                    self.rounds.notify_waiters();
                }
                () = round => {}
            }
        }
    }

    /// One poll for every kind that is outstanding.
    async fn round(&self) {
        let kinds = self.book().begin_round();
        for (kind, running) in kinds {
            self.look(kind, running).await;
        }
        self.book().end_round();
    }

    /// Finds out which requests of a kind ended, and how. Failures that may pass leave them
    /// outstanding, for the next round.
    async fn look(&self, kind: RequestKind, running: bool) {
        if running {
            let asked = Instant::now();
            let listed = self.listed(kind, StatusValues::InProgress).await;
            let mut book = self.book();
            match listed {
                Ok(running) => book.saw(kind, &running, (asked, Instant::now())),
                Err(error) if is_hopeless(&error) => book.has_no_listing(kind),
                Err(error) => return book.troubled(kind, &error.to_string()),
            }
        }
        let Doubt { alone, together } = self.book().doubt(kind, Instant::now());
        self.ask(kind, alone).await;
        if together.is_empty() {
            return;
        }
        match self.listed(kind, StatusValues::Failed).await {
            Ok(failed) => {
                let (failed, rest) = together.into_iter().partition(|id| failed.contains(id));
                self.ask(kind, failed).await;
                self.book().end_all(rest);
            }
            Err(error) if is_hopeless(&error) => self.ask(kind, together).await,
            Err(error) => self.book().troubled(kind, &error.to_string()),
        }
    }

    /// Asks of each request by itself how it ended.
    async fn ask(&self, kind: RequestKind, ids: Vec<String>) {
        let work = |id: String| async move { (self.describe(kind, &id).await, id) };
        let Ok(()) = each(ids, work, |(status, id)| {
            let mut book = self.book();
            match status {
                Ok(Status::Succeeded) => book.end(&id, Outcome::Succeeded),
                Ok(Status::Failed { reason }) => {
                    let reason = reason.unwrap_or_else(|| "no reason given".to_owned());
                    book.end(&id, Outcome::Failed { reason });
                }
                Err(error) if is_hopeless(&error) => {
                    let fatal = error.kind == Kind::Credentials;
                    book.end(&id, Outcome::Unknown { because: error.to_string(), fatal });
                }
                // Listings lag behind (not listed yet is no end), and troubles pass.
                Ok(Status::InProgress) => book.still_runs(&id),
                Err(error) => book.troubled(kind, &error.to_string()),
            }
            Ok::<(), std::convert::Infallible>(())
        })
        .await;
    }
}

/// Whether asking again cannot help.
fn is_hopeless(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Denied | Kind::Credentials | Kind::Validation)
}
