//! AWS, or the sandbox, as the executor sees it.

use crate::apply::{self, Done, Step};
use crate::aws::call::{CallError, Done as Taken, perform};
use crate::aws::read::read_pair;
use crate::aws::wait::account::{Vended, Vending, vended};
use crate::aws::wait::tower::ended;
use crate::aws::wait::{Outcome, Waiter, limit};
use crate::aws::{Aws, Kind, Target};
use crate::call::{Answer, Call, Created, PrincipalId, Ref};
use crate::id::{GroupId, UserId};
use std::collections::BTreeMap;
use std::time::Duration;

/// Waits before a provisioning is tried again that met an account which the set is just leaving.
const LEAVING: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
];

/// AWS, or the sandbox, as the executor sees it.
pub(super) struct LiveTarget {
    pub(super) aws: Aws,
    pub(super) target: Target,
    pub(super) waiter: Waiter,
}

impl apply::Target for LiveTarget {
    async fn carry_out(
        &self,
        call: &Call,
        created: &Created,
        decides: bool,
        tell: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Done, apply::Failure> {
        let (mut before, mut pauses) = (0, LEAVING.into_iter());
        loop {
            let ended = match self.once(call, created, decides, tell).await {
                Ok(done) => Ok(Done { attempts: done.attempts + before, ..done }),
                Err(failure) => {
                    Err(apply::Failure { attempts: failure.attempts + before, ..failure })
                }
            };
            match ended {
                Err(failure) if meets_what_leaves(call, &failure) => {
                    let Some(pause) = pauses.next() else { return Err(failure) };
                    before = failure.attempts;
                    tokio::time::sleep(pause).await;
                }
                ended => return ended,
            }
        }
    }
}

/// Whether a provisioning failed because its set was just leaving an account: AWS says so for a while
/// after a last revocation has ended (docs/aws.md).
fn meets_what_leaves(call: &Call, failure: &apply::Failure) -> bool {
    let text = failure.message.to_lowercase();
    matches!(call, Call::ProvisionPermissionSet { .. })
        && !failure.unknown
        && text.contains("404")
        && (text.contains("provision not found") || text.contains("assignment not found"))
}

impl LiveTarget {
    /// Sends a call once, and waits for how it ends.
    async fn once(
        &self,
        call: &Call,
        created: &Created,
        decides: bool,
        tell: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Done, apply::Failure> {
        let taken = match perform(&self.aws, &self.target, call, created).await {
            Ok(taken) => taken,
            // AWS's "no", or no answer at all, may come of an earlier attempt that was carried out.
            Err((CallError::Aws(error), attempts)) if may_be_so(error.kind) => {
                if self.is_so(call, created).await {
                    let request_id = error.request_id;
                    return Ok(Done { answer: Answer::Done, request_id, attempts });
                }
                return Err(explain(CallError::Aws(error), attempts));
            }
            Err((error, attempts)) => return Err(explain(error, attempts)),
        };
        let Taken { answer, already: _, request_id, attempts, pending, vending, governing } = taken;
        if let Some(vending) = vending {
            return self.vend(&vending, request_id, attempts, tell).await;
        }
        if let Some(operation) = governing {
            tell(Step::Taken(&operation.id, request_id.as_deref()));
            let failure = |text| apply::Failure::new(text);
            let failure = match ended(&self.aws, &operation).await {
                Outcome::Succeeded => return Ok(Done { answer, request_id, attempts }),
                Outcome::Failed { reason } => failure(reason),
                Outcome::Unknown { because, fatal } => {
                    apply::Failure { fatal, ..failure(because).unknown() }
                }
            };
            return Err(apply::Failure { request_id, attempts, ..failure });
        }
        let Some(pending) = pending else { return Ok(Done { answer, request_id, attempts }) };
        tell(Step::Taken(&pending.request_id, request_id.as_deref()));
        let accounts = match call {
            Call::ProvisionPermissionSet { accounts, .. } => *accounts,
            _ => 1,
        };
        let released = || tell(Step::Released);
        let failed = |message: String| apply::Failure {
            request_id: request_id.clone(),
            attempts,
            ..apply::Failure::new(message)
        };
        match self.waiter.wait(&pending, limit(accounts), decides, &released).await {
            Outcome::Succeeded => Ok(Done { answer, request_id, attempts }),
            Outcome::Failed { .. } if self.is_so(call, created).await => {
                Ok(Done { answer, request_id, attempts })
            }
            Outcome::Failed { reason } => Err(failed(reason)),
            Outcome::Unknown { because, fatal } => {
                Err(apply::Failure { fatal, ..failed(because).unknown() })
            }
        }
    }
}

impl LiveTarget {
    /// Waits for a request that makes or moves an account.
    async fn vend(
        &self,
        vending: &Vending,
        request_id: Option<String>,
        attempts: u32,
        tell: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Done, apply::Failure> {
        tell(Step::Taken(&vending.request_id, request_id.as_deref()));
        match vended(&self.aws, vending).await {
            Vended::Done(account) => {
                let answer = Answer::Account(vending.name.clone(), account);
                Ok(Done { answer, request_id, attempts })
            }
            Vended::Failed { reason } => {
                Err(apply::Failure { request_id, attempts, ..apply::Failure::new(reason) })
            }
            Vended::Unknown { because, fatal } => {
                let failure = apply::Failure::new(because).unknown();
                Err(apply::Failure { fatal, request_id, attempts, ..failure })
            }
        }
    }
}

/// Whether what was asked for may be so although the call failed.
fn may_be_so(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Conflict | Kind::Network | Kind::Server | Kind::Malformed | Kind::Throttled
    )
}

impl LiveTarget {
    /// Whether a grant is, or is no more, as a call that failed was to make it. AWS ends the revocation
    /// of an orphan FAILED and removes its row all the same, and fails that of a row which has gone
    /// already; an answer may be lost after the call was carried out. What waits for it may go on.
    async fn is_so(&self, call: &Call, created: &Created) -> bool {
        let (account, set, principal) = match call {
            Call::CreateAccountAssignment { account, set, principal } => {
                let Some(account) = known(account, &created.accounts) else { return false };
                (account, set, principal)
            }
            Call::DeleteAccountAssignment { account, set, principal } => (account, set, principal),
            _ => return false,
        };
        let wanted = matches!(call, Call::CreateAccountAssignment { .. });
        let (Some(set), Some(there)) = (
            known(set, &created.permission_sets),
            match principal {
                PrincipalId::Group(group) => known(group, &created.groups).map(Either::Group),
                PrincipalId::User(user) => known(user, &created.users).map(Either::User),
            },
        ) else {
            return false;
        };
        let Ok(assigned) = read_pair(&self.aws, &self.target, account, set).await else {
            return false;
        };
        let is_there = match there {
            Either::Group(id) => assigned.groups.contains(id),
            Either::User(id) => assigned.users.contains(id),
        };
        is_there == wanted
    }
}

/// The id of a principal.
enum Either<'a> {
    Group(&'a GroupId),
    User(&'a UserId),
}

fn known<'a, Id, Name: Ord>(
    wanted: &'a Ref<Id, Name>,
    created: &'a BTreeMap<Name, Id>,
) -> Option<&'a Id> {
    match wanted {
        Ref::Known(id) => Some(id),
        Ref::Created(name) => created.get(name),
    }
}

fn explain(error: CallError, attempts: u32) -> apply::Failure {
    let message = error.to_string();
    match error {
        CallError::Missing { .. } => apply::Failure::new(message),
        CallError::Aws(error) => apply::Failure {
            message,
            attempts,
            unknown: matches!(error.kind, Kind::Network | Kind::Malformed | Kind::Server),
            fatal: error.kind == Kind::Credentials,
            denied: error.kind == Kind::Denied,
            request_id: error.request_id,
        },
    }
}
