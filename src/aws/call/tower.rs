//! Control Tower: baselines and controls. Every operation is asynchronous.
//!
//! Control Tower does one thing at a time but for controls, and others use it too, for minutes: what finds
//! it busy waits longer than elsewhere.

use super::{CallError, Done, Session};
use crate::aws::document::document;
use crate::aws::error::{AwsError, Kind};
use crate::aws::wait::tower::{Operation, OperationKind};
use crate::id::{BaselineArn, EnabledBaselineArn, EnabledControlArn};
use crate::model::Parameters;
use aws_sdk_controltower::types::{EnabledBaselineParameter, EnabledControlParameter};
use aws_sdk_ssoadmin::operation::RequestId;
use aws_smithy_types::Document;
use std::collections::BTreeMap;
use std::time::Duration;

/// Waits while another operation is under way; a quarter of an hour together. Registering an OU takes
/// longer than anything else that others may be at.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 34;

impl Session<'_> {
    pub(super) async fn enable_baseline(
        &self,
        baseline: &BaselineArn,
        version: &str,
        target: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Done, CallError> {
        let mut request = self.aws.control_tower.enable_baseline();
        for (key, value) in parameters {
            let value = Document::String(value.clone());
            let parameter = EnabledBaselineParameter::builder().key(key).value(value);
            request = request.parameters(self.built(parameter.build())?);
        }
        let request = request.baseline_identifier(baseline.as_str()).baseline_version(version);
        let request = &request.target_identifier(target);
        self.governed(OperationKind::Baseline, || async {
            let out = self.aws.call(self.operation, || request.clone().send()).await?;
            Ok((out.request_id().map(str::to_owned), out.operation_identifier))
        })
        .await
    }

    pub(super) async fn reset_baseline(
        &self,
        enabled: &EnabledBaselineArn,
    ) -> Result<Done, CallError> {
        let request = self.aws.control_tower.reset_enabled_baseline();
        let request = &request.enabled_baseline_identifier(enabled.as_str());
        self.governed(OperationKind::Baseline, || async {
            let out = self.aws.call(self.operation, || request.clone().send()).await?;
            Ok((out.request_id().map(str::to_owned), out.operation_identifier))
        })
        .await
    }

    pub(super) async fn enable_control(
        &self,
        control: &str,
        target: &str,
        parameters: &Parameters,
    ) -> Result<Done, CallError> {
        let request = self.aws.control_tower.enable_control().control_identifier(control);
        let parameters = self.parameters(parameters)?;
        let parameters = Some(parameters).filter(|list| !list.is_empty());
        let request = &request.target_identifier(target).set_parameters(parameters);
        self.governed(OperationKind::Control, || async {
            let out = self.aws.call(self.operation, || request.clone().send()).await?;
            Ok((out.request_id().map(str::to_owned), out.operation_identifier))
        })
        .await
    }

    pub(super) async fn update_control(
        &self,
        enabled: &EnabledControlArn,
        parameters: &Parameters,
    ) -> Result<Done, CallError> {
        let parameters = self.parameters(parameters)?;
        let request = self.aws.control_tower.update_enabled_control();
        let request = request.enabled_control_identifier(enabled.as_str());
        let request = &request.set_parameters(Some(parameters));
        self.governed(OperationKind::Control, || async {
            let out = self.aws.call(self.operation, || request.clone().send()).await?;
            Ok((out.request_id().map(str::to_owned), out.operation_identifier))
        })
        .await
    }

    pub(super) async fn reset_control(
        &self,
        enabled: &EnabledControlArn,
    ) -> Result<Done, CallError> {
        let request = self.aws.control_tower.reset_enabled_control();
        let request = &request.enabled_control_identifier(enabled.as_str());
        self.governed(OperationKind::Control, || async {
            let out = self.aws.call(self.operation, || request.clone().send()).await?;
            Ok((out.request_id().map(str::to_owned), out.operation_identifier))
        })
        .await
    }

    /// Disables a control; one that is not enabled any more is disabled already.
    pub(super) async fn disable_control(
        &self,
        enabled: &EnabledControlArn,
    ) -> Result<Done, CallError> {
        let request = self.aws.control_tower.disable_control();
        let request = &request.enabled_control_identifier(enabled.as_str());
        let done = self.governed(OperationKind::Control, || async {
            let out = self.aws.call(self.operation, || request.clone().send()).await?;
            Ok((out.request_id().map(str::to_owned), out.operation_identifier))
        });
        match done.await {
            Err(CallError::Aws(error)) if error.kind == Kind::NotFound => {
                Ok(Done::already(error.request_id))
            }
            answer => answer,
        }
    }

    fn parameters(
        &self,
        parameters: &Parameters,
    ) -> Result<Vec<EnabledControlParameter>, AwsError> {
        let each = parameters.iter().map(|(key, value)| {
            let parameter = EnabledControlParameter::builder().key(key).value(document(value));
            self.built(parameter.build())
        });
        each.collect()
    }

    /// Sends a request, and again while Control Tower is at something else. What is so already is done.
    async fn governed<F>(
        &self,
        kind: OperationKind,
        request: impl Fn() -> F,
    ) -> Result<Done, CallError>
    where
        F: Future<Output = Result<(Option<String>, String), AwsError>>,
    {
        let mut pause = FIRST;
        let mut attempt = 1;
        loop {
            self.attempts.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            match request().await {
                Ok((request_id, id)) => {
                    let id = self.id(Some(id))?;
                    let operation = Operation { kind, id };
                    let done = Done::new(request_id.as_deref());
                    return Ok(Done { governing: Some(operation), ..done });
                }
                Err(error) if is_so(&error) => return Ok(Done::already(error.request_id)),
                Err(error) if is_busy(&error) && attempt < ATTEMPTS => {
                    let wait = error.pause().map_or(pause, |asked| asked.max(pause));
                    tokio::time::sleep(wait.mul_f64(0.75 + fastrand::f64() / 4.0)).await;
                    pause = pause.saturating_mul(2).min(LONGEST);
                    attempt += 1;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Another operation is under way, or as many as may be.
fn is_busy(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Conflict | Kind::Quota)
}

/// "Guardrail X is already enabled on organizational unit ou-…": whether with the same parameters is for
/// the next reading to say.
fn is_so(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Validation | Kind::Conflict)
        && error.message.to_lowercase().contains("already enabled")
}
