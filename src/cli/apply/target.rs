//! AWS, or the sandbox, as the executor sees it.

use crate::apply;
use crate::aws::call::{CallError, perform};
use crate::aws::read::read_pair;
use crate::aws::wait::{Outcome, Waiter, limit};
use crate::aws::{Aws, Kind, Target};
use crate::call::{Answer, Call, Created, PrincipalId, Ref};

/// AWS, or the sandbox, as the executor sees it.
pub(super) struct LiveTarget {
    pub(super) aws: Aws,
    pub(super) target: Target,
    pub(super) waiter: Waiter,
}

impl apply::Target for LiveTarget {
    async fn carry_out(&self, call: &Call, created: &Created) -> Result<Answer, apply::Failure> {
        let done = perform(&self.aws, &self.target, call, created).await.map_err(explain)?;
        let Some(pending) = &done.pending else { return Ok(done.answer) };
        let accounts = match call {
            Call::ProvisionPermissionSet { accounts, .. } => *accounts,
            _ => 1,
        };
        match self.waiter.wait(pending, limit(accounts)).await {
            Outcome::Succeeded => Ok(done.answer),
            Outcome::Failed { .. } if self.is_gone(call).await => Ok(done.answer),
            Outcome::Failed { reason } => Err(apply::Failure::new(reason)),
            Outcome::Unknown { because } => Err(apply::Failure::new(because).unknown()),
        }
    }
}

impl LiveTarget {
    /// Whether a grant whose revocation failed is not there any more: AWS ends the revocation of an
    /// orphan FAILED and removes its row all the same, and fails that of a row which has gone
    /// already. What waits for it may go on.
    async fn is_gone(&self, call: &Call) -> bool {
        let Call::DeleteAccountAssignment { account, set: Ref::Known(set), principal } = call
        else {
            return false;
        };
        let Ok(assigned) = read_pair(&self.aws, &self.target, account, set).await else {
            return false;
        };
        match principal {
            PrincipalId::Group(Ref::Known(id)) => !assigned.groups.contains(id),
            PrincipalId::User(Ref::Known(id)) => !assigned.users.contains(id),
            PrincipalId::Group(Ref::Created(_)) | PrincipalId::User(Ref::Created(_)) => false,
        }
    }
}

fn explain(error: CallError) -> apply::Failure {
    let message = error.to_string();
    match error {
        CallError::Missing { .. } => apply::Failure::new(message),
        CallError::Aws(error) => apply::Failure {
            message,
            unknown: matches!(error.kind, Kind::Network | Kind::Malformed | Kind::Server),
            fatal: error.kind == Kind::Credentials,
            denied: error.kind == Kind::Denied,
        },
    }
}
