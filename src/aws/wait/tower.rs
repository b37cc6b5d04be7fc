//! Waits for an operation of Control Tower.

use crate::aws::Aws;
use crate::aws::error::{AwsError, Kind};
use crate::aws::wait::Outcome;
use aws_sdk_controltower::types::{BaselineOperationStatus, ControlOperationStatus};
use std::time::Duration;
use tokio::time::Instant;

const GET_BASELINE: &str = "controltower:GetBaselineOperation";
const GET_CONTROL: &str = "controltower:GetControlOperation";
/// Registering an OU of a thousand accounts takes hours.
const LIMIT: Duration = Duration::from_hours(6);
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(15);
/// How long a status may be unreadable before nobody waits for it any more.
const PATIENCE: Duration = Duration::from_mins(10);

/// Which operation tells how it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// `GetBaselineOperation`.
    Baseline,
    /// `GetControlOperation`.
    Control,
}

/// An operation of Control Tower that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Operation {
    /// On what.
    pub kind: OperationKind,
    /// AWS's id of it.
    pub id: String,
}

/// Waits until an operation ended.
pub async fn ended(aws: &Aws, operation: &Operation) -> Outcome {
    let (begun, mut pause) = (Instant::now(), FIRST);
    let mut seen = begun;
    loop {
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST);
        match look(aws, operation).await {
            Ok(None) => seen = Instant::now(),
            Ok(Some(Ok(()))) => return Outcome::Succeeded,
            Ok(Some(Err(reason))) => return Outcome::Failed { reason },
            Err(error) if is_final(&error) || seen.elapsed() > PATIENCE => {
                let fatal = error.kind == Kind::Credentials;
                return Outcome::Unknown { because: error.to_string(), fatal };
            }
            Err(_) => {}
        }
        if begun.elapsed() > LIMIT {
            let because = format!("still in progress after {} s", LIMIT.as_secs());
            return Outcome::Unknown { because, fatal: false };
        }
    }
}

fn is_final(error: &AwsError) -> bool {
    matches!(
        error.kind,
        Kind::Denied | Kind::Credentials | Kind::Validation | Kind::NotFound | Kind::Other
    )
}

/// How an operation is: `None` while it runs, else whether it succeeded, or why not.
async fn look(aws: &Aws, operation: &Operation) -> Result<Option<Result<(), String>>, AwsError> {
    let Operation { kind, id } = operation;
    let failed = |text: Option<String>| text.unwrap_or_else(|| "no reason given".to_owned());
    Ok(match kind {
        OperationKind::Baseline => {
            let request = aws.control_tower.get_baseline_operation().operation_identifier(id);
            let out = aws.call(GET_BASELINE, || request.clone().send()).await?;
            let missing =
                || AwsError::malformed(GET_BASELINE, "an answer without baselineOperation");
            let operation = out.baseline_operation.ok_or_else(missing)?;
            match operation.status {
                Some(BaselineOperationStatus::Succeeded) => Some(Ok(())),
                Some(BaselineOperationStatus::Failed) => {
                    Some(Err(failed(operation.status_message)))
                }
                _ => None,
            }
        }
        OperationKind::Control => {
            let request = aws.control_tower.get_control_operation().operation_identifier(id);
            let out = aws.call(GET_CONTROL, || request.clone().send()).await?;
            let missing = || AwsError::malformed(GET_CONTROL, "an answer without controlOperation");
            let operation = out.control_operation.ok_or_else(missing)?;
            match operation.status {
                Some(ControlOperationStatus::Succeeded) => Some(Ok(())),
                Some(ControlOperationStatus::Failed) => Some(Err(failed(operation.status_message))),
                _ => None,
            }
        }
    })
}
