//! When a call may start: a token bucket for each quota of AWS, and how often a call is tried.
//!
//! AWS counts Identity Center's calls together, those of the Identity Store and of Organizations by
//! operation (docs/aws.md). Pacing beats retrying: a call that is throttled costs the quota as well.
//! Every attempt passes [`Gates::enter`], retries too; the SDK's own retries are off.

mod breaker;
mod bucket;
mod quota;

use super::error::{AwsError, Kind};
use breaker::Breaker;
use bucket::Bucket;
use quota::Quota;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// The rates that landgrant keeps to, a little below AWS's quotas.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Calls a second to Identity Center, all operations together. AWS allows 20.
    pub sso_admin: f64,
    /// Calls a second to the Identity Store, for each operation. AWS allows 20.
    pub identity_store: f64,
    /// The share of AWS's rate of each operation of Organizations.
    pub organizations: f64,
    /// Calls a second to CloudTrail's event history. AWS allows 2 in each Region.
    pub cloudtrail: f64,
    /// Calls a second to Control Tower and to its catalog, for each of the two. AWS documents no quota.
    pub control_tower: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            sso_admin: 19.5,
            identity_store: 19.5,
            organizations: 0.95,
            control_tower: 5.0,
            cloudtrail: 1.9,
        }
    }
}

impl Pace {
    /// No pace at all: for an AWS that has no quotas.
    pub const UNBOUNDED: Self = Self {
        sso_admin: UNBOUNDED,
        identity_store: UNBOUNDED,
        organizations: UNBOUNDED,
        cloudtrail: UNBOUNDED,
        control_tower: UNBOUNDED,
    };

    /// The quota of an operation, and the name of the bucket that it shares.
    fn quota<'o>(&self, operation: &'o str) -> (&'o str, Quota) {
        let (service, name) = operation.split_once(':').unwrap_or(("", operation));
        match service {
            "sso-admin" => (service, bounded(self.sso_admin, BURST)),
            "identitystore" => (operation, bounded(self.identity_store, BURST)),
            "organizations" => {
                let Quota { rate, burst } = quota::organizations(name);
                (operation, bounded(rate * self.organizations, burst))
            }
            "cloudtrail" => (operation, bounded(self.cloudtrail, 1.0)),
            "controltower" | "controlcatalog" => (service, bounded(self.control_tower, BURST)),
            // STS, once a run.
            _ => (service, bounded(UNBOUNDED, BURST)),
        }
    }
}

/// Calls a second where nothing bounds them.
const UNBOUNDED: f64 = 1e9;

fn bounded(rate: f64, burst: f64) -> Quota {
    // A timer ticks once a millisecond: what is faster must not wait at all.
    Quota { rate, burst: if rate > 1e6 { rate } else { burst } }
}
/// How much of a burst the documents of Identity Center allow is not said: as good as none is asked for.
const BURST: f64 = 2.0;
/// An answer that takes longer than this holds up calls that the quota would allow.
const LONGEST_LATENCY: f64 = 5.0;
/// Calls in flight of one bucket, at the least and at the most.
const IN_FLIGHT: (f64, f64) = (8.0, 128.0);

/// How long a call that is throttled is tried: AWS will answer it in the end.
const THROTTLED_FOR: Duration = Duration::from_mins(10);
/// Attempts of a call that AWS fails to answer.
const ATTEMPTS: u32 = 8;
/// The same for STS, which an endpoint need not offer: one without may answer 500 each time.
const STS_ATTEMPTS: u32 = 2;
/// The same for what a run does well without: who did it, and telling others.
const EXTRA_ATTEMPTS: u32 = 3;
/// The longest wait after the first failure; it doubles each time.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait where AWS fails to answer.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// The longest wait of a call that is throttled: its gate has slowed down already.
const LONGEST_THROTTLED_WAIT: Duration = Duration::from_secs(2);

/// How long to wait before a failed call is tried again; `None` where it is not worth it. `since` is how
/// long it has been tried.
pub(super) fn retry(
    error: &AwsError,
    attempt: u32,
    since: Duration,
    chance: f64,
) -> Option<Duration> {
    let attempts = match error.operation.split_once(':') {
        Some(("sts", _)) => STS_ATTEMPTS,
        Some(("cloudtrail" | "sns", _)) => EXTRA_ATTEMPTS,
        // Whoever asks for an account looks first whether the last request was heard.
        Some((_, "CreateAccount" | "ProvisionProduct")) => 1,
        _ => ATTEMPTS,
    };
    let (more, longest) = match error.kind {
        Kind::Throttled if attempts == EXTRA_ATTEMPTS => {
            (attempt < attempts, LONGEST_THROTTLED_WAIT)
        }
        Kind::Throttled => (since < THROTTLED_FOR, LONGEST_THROTTLED_WAIT),
        Kind::Server | Kind::Network => (attempt < attempts, LONGEST_WAIT),
        _ => return None,
    };
    if !more {
        return None;
    }
    let doubled =
        FIRST_WAIT.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1))).min(longest);
    // Half of it by chance, so that those who failed together do not come back together.
    let wait = doubled.mul_f64(0.5 + chance / 2.0);
    Some(error.pause().map_or(wait, |pause| pause + wait.min(FIRST_WAIT)))
}

/// The gates of all quotas.
#[derive(Debug)]
pub(super) struct Gates {
    pace: Pace,
    by_quota: Mutex<BTreeMap<String, Arc<Gate>>>,
    breakers: Mutex<BTreeMap<&'static str, Breaker>>,
}

impl Gates {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, by_quota: Mutex::default(), breakers: Mutex::default() }
    }

    /// Waits until a call of this operation (`sso-admin:ListInstances`) may start. It may run as long
    /// as the permit lives.
    pub(super) async fn enter(&self, operation: &str) -> Permit {
        let gate = self.gate(operation);
        // Whoever comes first goes first; the others wait here.
        let turn = gate.turn.lock().await;
        // The semaphore is never closed, so there always is a permit.
        let slot = Arc::clone(&gate.slots).acquire_owned().await.ok();
        loop {
            let now = Instant::now();
            let due = gate.bucket().due(now);
            if due <= now {
                gate.bucket().take(now);
                break;
            }
            sleep_until(due).await;
        }
        drop(turn);
        Permit { gate, _slot: slot }
    }

    /// Why a question is not asked any more; `None` where it may be.
    pub(super) fn refuses(&self, operation: &'static str) -> Option<AwsError> {
        self.breaker(operation, |breaker| breaker.refuses(Instant::now())).flatten()
    }

    /// Whether another attempt of a question is not worth it.
    pub(super) fn is_open(&self, operation: &'static str) -> bool {
        self.breaker(operation, |breaker| breaker.is_open(Instant::now())).unwrap_or_default()
    }

    /// Learns how a question ended, after all of its attempts.
    pub(super) fn ended<T>(&self, operation: &'static str, answer: &Result<T, AwsError>) {
        let error = answer.as_ref().err();
        self.breaker(operation, |breaker| breaker.ended(Instant::now(), error));
    }

    fn breaker<T>(&self, operation: &'static str, of: impl Fn(&mut Breaker) -> T) -> Option<T> {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        Breaker::is_for(operation).then(|| of(breakers.entry(operation).or_default()))
    }

    /// The quota of an operation, and how many calls a second it allows now.
    pub(super) fn rate<'o>(&self, operation: &'o str) -> (&'o str, f64) {
        (self.pace.quota(operation).0, self.gate(operation).bucket().rate())
    }

    fn gate(&self, operation: &str) -> Arc<Gate> {
        let (name, quota) = self.pace.quota(operation);
        let mut gates = self.by_quota.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.entry(name.to_owned()).or_insert_with(|| Arc::new(Gate::new(quota)));
        Arc::clone(gate)
    }
}

/// The gate of one quota.
#[derive(Debug)]
struct Gate {
    turn: tokio::sync::Mutex<()>,
    slots: Arc<Semaphore>,
    bucket: Mutex<Bucket>,
}

impl Gate {
    fn new(quota: Quota) -> Self {
        let (least, most) = IN_FLIGHT;
        let slots = (quota.rate * LONGEST_LATENCY).clamp(least, most);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "8 to 128")]
        let slots = slots as usize;
        Self {
            turn: tokio::sync::Mutex::default(),
            slots: Arc::new(Semaphore::new(slots)),
            bucket: Mutex::new(Bucket::new(quota, Instant::now())),
        }
    }

    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leave to call, given back when dropped.
#[derive(Debug)]
pub(super) struct Permit {
    gate: Arc<Gate>,
    _slot: Option<OwnedSemaphorePermit>,
}

impl Permit {
    /// Learns from what became of the call.
    pub(super) fn learn<T>(self, answer: &Result<T, AwsError>) {
        let now = Instant::now();
        match answer {
            // A server that names a time is busy, whatever it calls that.
            Err(error)
                if error.kind == Kind::Throttled
                    || (error.kind == Kind::Server && error.pause().is_some()) =>
            {
                self.gate.bucket().throttled(now, error.pause());
            }
            _ => self.gate.bucket().answered(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotas_are_shared_as_aws_counts() {
        let pace = Pace::default();
        let bucket = |operation| pace.quota(operation).0;
        assert_eq!(bucket("sso-admin:ListInstances"), bucket("sso-admin:TagResource"));
        assert_ne!(bucket("identitystore:ListUsers"), bucket("identitystore:ListGroups"));
        assert_ne!(bucket("organizations:ListRoots"), bucket("organizations:ListAccounts"));
        let quota = pace.quota("organizations:CreateAccount").1;
        assert_eq!(quota, Quota { rate: 0.1 * 0.95, burst: 3.0 });
        assert!(pace.quota("organizations:SomethingNew").1.rate < 1.0);
    }

    fn failed(kind: Kind, retry_after: Option<u16>) -> AwsError {
        AwsError { kind, retry_after, ..AwsError::malformed("sso-admin:ListInstances", "") }
    }

    #[test]
    fn waits_grow_and_end() {
        let waits = |kind| {
            let error = failed(kind, None);
            let mut since = Duration::ZERO;
            let wait = |attempt| {
                let wait = retry(&error, attempt, since, 1.0)?;
                since += wait;
                Some(wait)
            };
            (1..).map_while(wait).collect::<Vec<_>>()
        };
        let throttled = waits(Kind::Throttled);
        assert!(throttled.iter().sum::<Duration>() >= THROTTLED_FOR);
        assert_eq!(throttled[..3], [250, 500, 1000].map(Duration::from_millis));
        assert_eq!(throttled[18], LONGEST_THROTTLED_WAIT);
        assert_eq!(waits(Kind::Network)[6], Duration::from_secs(16));
        assert_eq!(waits(Kind::Server).len(), 7);
        assert!(waits(Kind::Denied).is_empty());
        assert!(waits(Kind::Malformed).is_empty());
    }

    #[test]
    fn chance_takes_at_most_half_and_nobody_comes_before_aws_said() {
        let error = failed(Kind::Throttled, None);
        assert_eq!(retry(&error, 1, Duration::ZERO, 0.0), Some(FIRST_WAIT / 2));
        let told = failed(Kind::Throttled, Some(9));
        assert!(retry(&told, 1, Duration::ZERO, 0.0) >= Some(Duration::from_secs(9)));
    }

    #[tokio::test(start_paused = true)]
    async fn calls_start_at_the_rate_however_long_they_take() {
        let gates = Gates::new(Pace::default());
        let start = Instant::now();
        let calls = (0..200).map(|_| async {
            let permit = gates.enter("sso-admin:ListAccountAssignments").await;
            let started = Instant::now();
            tokio::time::sleep(Duration::from_secs(4)).await;
            permit.learn(&Ok(()));
            started
        });
        let started = futures_util::future::join_all(calls).await;
        let last = started.into_iter().max().unwrap_or(start) - start;
        // 198 of them at 19.5 a second, behind a burst of two.
        assert!((10.15..10.2).contains(&last.as_secs_f64()), "{last:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_busy_server_that_names_a_time_slows_the_bucket_and_one_that_does_not_leaves_it() {
        let kinds = [
            (Kind::Server, Some(3), 3.0),
            (Kind::Server, None, 0.0),
            (Kind::Throttled, Some(3), 3.0),
        ];
        for (kind, retry_after, pause) in kinds {
            let gates = Gates::new(Pace::default());
            let start = Instant::now();
            let permit = gates.enter("sso-admin:ListInstances").await;
            permit.learn::<()>(&Err(failed(kind, retry_after)));
            drop(gates.enter("sso-admin:ListPermissionSets").await);
            let waited = start.elapsed().as_secs_f64();
            assert!((pause..pause + 0.2).contains(&waited), "{kind:?}: {waited}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_holds_up_those_who_wait_already() {
        let gates = Gates::new(Pace::default());
        let start = Instant::now();
        for _ in 0..2 {
            drop(gates.enter("identitystore:ListUsers").await);
        }
        let permit = gates.enter("identitystore:ListUsers").await;
        let told = failed(Kind::Throttled, Some(3));
        let waiting = gates.enter("identitystore:ListUsers");
        let ((), _permit) = tokio::join!(async { permit.learn::<()>(&Err(told)) }, waiting);
        assert!(start.elapsed() >= Duration::from_secs(3));
        // What has a quota of its own goes on.
        let before = Instant::now();
        drop(gates.enter("identitystore:ListGroups").await);
        assert_eq!(before.elapsed(), Duration::ZERO);
    }
}
