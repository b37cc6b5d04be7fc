//! Waits for asynchronous requests, all of them with one poll a round.
//!
//! `List…Status` filtered by `IN_PROGRESS` tells in one call which of up to 100 requests still
//! run; one that is not listed any more is described once, for how it ended. However many wait at a
//! time, one of them polls and the others hear the result.

use super::error::{AwsError, Kind};
use super::page::{each, pages};
use super::{Aws, Target};
use aws_sdk_ssoadmin::types::{OperationStatusFilter, StatusValues};
use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The first look; most assignments take a second or two.
const FIRST: Duration = Duration::from_millis(250);
/// The next look after something ended: more is likely to end soon.
const LIVELY: Duration = Duration::from_millis(500);
/// The longest pause: a poll is one of 20 calls a second that the whole service allows.
const LONGEST: Duration = Duration::from_secs(2);
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

#[derive(Debug, Default)]
struct Book {
    outstanding: BTreeMap<String, RequestKind>,
    ended: BTreeMap<String, Outcome>,
    pause: Duration,
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
    pub async fn wait(&self, pending: &Pending, limit: Duration) -> Outcome {
        match &pending.status {
            Status::Succeeded => return Outcome::Succeeded,
            Status::Failed { reason: Some(reason) } => {
                return Outcome::Failed { reason: reason.clone() };
            }
            // The reason is still to be asked for.
            Status::Failed { reason: None } | Status::InProgress => {}
        }
        let id = pending.request_id.as_str();
        self.enter(id, pending.kind);
        let ended = tokio::time::timeout(limit, self.follow(id)).await;
        self.book().outstanding.remove(id);
        ended.unwrap_or_else(|_| Outcome::Unknown {
            because: format!("still in progress after {} s", limit.as_secs()),
        })
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self, id: &str, kind: RequestKind) {
        let mut book = self.book();
        if book.outstanding.is_empty() {
            book.pause = FIRST;
        }
        book.outstanding.insert(id.to_owned(), kind);
    }

    fn ended(&self, id: &str) -> Option<Outcome> {
        self.book().ended.get(id).cloned()
    }

    /// Polls, or waits for another one's poll, until the book knows. A poller that is dropped leaves
    /// its place to the next.
    async fn follow(&self, id: &str) -> Outcome {
        loop {
            let mut round = pin!(self.rounds.notified());
            // From here on no round is missed.
            round.as_mut().enable();
            if let Some(outcome) = self.ended(id) {
                return outcome;
            }
            tokio::select! {
                biased;
                _turn = self.polling.lock() => {
                    // The one before may have heard of it since.
                    if let Some(outcome) = self.ended(id) {
                        return outcome;
                    }
                    let pause = self.book().pause;
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
        let mut outstanding: BTreeMap<RequestKind, Vec<String>> = BTreeMap::new();
        for (id, kind) in &self.book().outstanding {
            outstanding.entry(*kind).or_default().push(id.clone());
        }
        let before = self.book().ended.len();
        for (kind, ids) in outstanding {
            self.look(kind, ids).await;
        }
        let mut book = self.book();
        let quiet = book.ended.len() == before;
        book.pause = if quiet { (book.pause * 2).min(LONGEST) } else { LIVELY };
    }

    /// Finds out which requests of a kind ended, and how. Failures that may pass leave them
    /// outstanding, for the next round.
    async fn look(&self, kind: RequestKind, ids: Vec<String>) {
        let running = match self.running(kind).await {
            Ok(running) => running,
            Err(error) => {
                if is_hopeless(&error) {
                    for id in &ids {
                        self.end(id, unknown(&error));
                    }
                }
                return;
            }
        };
        let gone = ids.into_iter().filter(|id| !running.contains(id));
        let work = |id: String| async move { (self.describe(kind, &id).await, id) };
        let Ok(()) = each(gone, work, |(status, id)| {
            match status {
                Ok(Status::Succeeded) => self.end(&id, Outcome::Succeeded),
                Ok(Status::Failed { reason }) => {
                    let reason = reason.unwrap_or_else(|| "no reason given".to_owned());
                    self.end(&id, Outcome::Failed { reason });
                }
                Err(error) if is_hopeless(&error) => self.end(&id, unknown(&error)),
                // Listings lag behind (not listed yet is no end), and troubles pass.
                Ok(Status::InProgress) | Err(_) => {}
            }
            Ok::<(), std::convert::Infallible>(())
        })
        .await;
    }

    fn end(&self, id: &str, outcome: Outcome) {
        let mut book = self.book();
        if book.outstanding.remove(id).is_some() {
            book.ended.insert(id.to_owned(), outcome);
        }
    }

    /// Ids of all requests of a kind that are in progress, ours and others'.
    async fn running(&self, kind: RequestKind) -> Result<BTreeSet<String>, AwsError> {
        match kind {
            RequestKind::Creation => self.creations().await,
            RequestKind::Deletion => self.deletions().await,
            RequestKind::Provisioning => self.provisionings().await,
        }
    }

    async fn creations(&self) -> Result<BTreeSet<String>, AwsError> {
        const LIST: &str = "sso-admin:ListAccountAssignmentCreationStatus";
        let rows = pages(LIST, |token| async move {
            let request = self.aws.sso_admin.list_account_assignment_creation_status();
            let request = request.instance_arn(self.target.instance.as_str());
            let request = request.filter(in_progress()).max_results(100).set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            Ok((out.account_assignments_creation_status.unwrap_or_default(), out.next_token))
        })
        .await
        .complete()?;
        Ok(rows.into_iter().filter_map(|row| row.request_id).collect())
    }

    async fn deletions(&self) -> Result<BTreeSet<String>, AwsError> {
        const LIST: &str = "sso-admin:ListAccountAssignmentDeletionStatus";
        let rows = pages(LIST, |token| async move {
            let request = self.aws.sso_admin.list_account_assignment_deletion_status();
            let request = request.instance_arn(self.target.instance.as_str());
            let request = request.filter(in_progress()).max_results(100).set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            Ok((out.account_assignments_deletion_status.unwrap_or_default(), out.next_token))
        })
        .await
        .complete()?;
        Ok(rows.into_iter().filter_map(|row| row.request_id).collect())
    }

    async fn provisionings(&self) -> Result<BTreeSet<String>, AwsError> {
        const LIST: &str = "sso-admin:ListPermissionSetProvisioningStatus";
        let rows = pages(LIST, |token| async move {
            let request = self.aws.sso_admin.list_permission_set_provisioning_status();
            let request = request.instance_arn(self.target.instance.as_str());
            let request = request.filter(in_progress()).max_results(100).set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            Ok((out.permission_sets_provisioning_status.unwrap_or_default(), out.next_token))
        })
        .await
        .complete()?;
        Ok(rows.into_iter().filter_map(|row| row.request_id).collect())
    }

    async fn describe(&self, kind: RequestKind, id: &str) -> Result<Status, AwsError> {
        let (sso, instance) = (&self.aws.sso_admin, self.target.instance.as_str());
        let told = match kind {
            RequestKind::Creation => {
                let request = sso.describe_account_assignment_creation_status();
                let request = request.instance_arn(instance);
                let request = request.account_assignment_creation_request_id(id);
                let operation = "sso-admin:DescribeAccountAssignmentCreationStatus";
                let out = self.aws.call(operation, || request.clone().send()).await?;
                out.account_assignment_creation_status
                    .map(|s| status(s.status.as_ref(), s.failure_reason))
            }
            RequestKind::Deletion => {
                let request = sso.describe_account_assignment_deletion_status();
                let request = request.instance_arn(instance);
                let request = request.account_assignment_deletion_request_id(id);
                let operation = "sso-admin:DescribeAccountAssignmentDeletionStatus";
                let out = self.aws.call(operation, || request.clone().send()).await?;
                out.account_assignment_deletion_status
                    .map(|s| status(s.status.as_ref(), s.failure_reason))
            }
            RequestKind::Provisioning => {
                let request = sso.describe_permission_set_provisioning_status();
                let request = request.instance_arn(instance);
                let request = request.provision_permission_set_request_id(id);
                let operation = "sso-admin:DescribePermissionSetProvisioningStatus";
                let out = self.aws.call(operation, || request.clone().send()).await?;
                out.permission_set_provisioning_status
                    .map(|s| status(s.status.as_ref(), s.failure_reason))
            }
        };
        Ok(told.unwrap_or(Status::InProgress))
    }
}

fn in_progress() -> OperationStatusFilter {
    OperationStatusFilter::builder().status(StatusValues::InProgress).build()
}

/// Whether asking again cannot help.
fn is_hopeless(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Denied | Kind::Credentials | Kind::Validation)
}

fn unknown(error: &AwsError) -> Outcome {
    Outcome::Unknown { because: error.to_string() }
}
