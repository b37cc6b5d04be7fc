//! What is enabled on what.

use super::super::question::Question;
use super::super::{Gaps, Progress, ReadError};
use crate::aws::Aws;
use crate::aws::document::json;
use crate::aws::error::AwsError;
use crate::aws::page::{each, pages};
use crate::id::{BaselineArn, ControlId, EnabledBaselineArn, EnabledControlArn};
use crate::live::Part;
use crate::live::control_tower::{
    ControlTower, EnabledBaseline, EnabledControl, Parameters, Target,
};
use aws_sdk_controltower::types::{EnabledBaselineSummary, EnabledControlSummary};
use std::collections::BTreeMap;

const LIST_BASELINES: &str = "controltower:ListEnabledBaselines";
const LIST_CONTROLS: &str = "controltower:ListEnabledControls";
const GET_CONTROL: &str = "controltower:GetEnabledControl";

/// Rows by their ARN, and why they are not all.
type Read<Arn, Row> = (BTreeMap<Arn, Row>, Vec<AwsError>);

/// Every enabled baseline, those of accounts too.
pub(super) async fn baselines(aws: &Aws) -> Read<EnabledBaselineArn, EnabledBaseline> {
    let listing = pages(LIST_BASELINES, |token| async move {
        let request = aws.control_tower.list_enabled_baselines().include_children(true);
        let request = request.max_results(100).set_next_token(token);
        let out = aws.call(LIST_BASELINES, || request.clone().send()).await?;
        Ok((out.enabled_baselines, out.next_token))
    })
    .await;
    let mut errors: Vec<AwsError> = listing.error.into_iter().collect();
    let mut rows = BTreeMap::new();
    for row in listing.rows {
        if row.arn.is_empty() || row.baseline_identifier.is_empty() {
            let text = "an enabled baseline without arn or baselineIdentifier";
            errors.push(AwsError::malformed(LIST_BASELINES, text));
            continue;
        }
        rows.insert(EnabledBaselineArn::new(&row.arn), baseline(row));
    }
    (rows, errors)
}

fn baseline(row: EnabledBaselineSummary) -> EnabledBaseline {
    let types = row.drift_status_summary.and_then(|drift| drift.types);
    let inheritance = types.and_then(|types| types.inheritance);
    EnabledBaseline {
        baseline: BaselineArn::new(row.baseline_identifier),
        version: row.baseline_version,
        target: Target::parse(&row.target_identifier),
        parent: row.parent_identifier.map(EnabledBaselineArn::new),
        status: row.status_summary.and_then(|s| Some(s.status?.as_str().to_owned())),
        inheritance: inheritance.and_then(|drift| Some(drift.status?.as_str().to_owned())),
        // The SDK's model does not have it.
        source: None,
        parameters: None,
    }
}

/// Every enabled control.
pub(super) async fn controls(aws: &Aws) -> Read<EnabledControlArn, EnabledControl> {
    let listing = pages(LIST_CONTROLS, |token| async move {
        let request = aws.control_tower.list_enabled_controls().max_results(200);
        let request = request.set_next_token(token);
        let out = aws.call(LIST_CONTROLS, || request.clone().send()).await?;
        Ok((out.enabled_controls, out.next_token))
    })
    .await;
    let mut errors: Vec<AwsError> = listing.error.into_iter().collect();
    let mut rows = BTreeMap::new();
    for row in listing.rows {
        match control(row) {
            Some((arn, row)) => {
                rows.insert(arn, row);
            }
            None => {
                let text = "an enabled control without arn, controlIdentifier or targetIdentifier";
                errors.push(AwsError::malformed(LIST_CONTROLS, text));
            }
        }
    }
    (rows, errors)
}

fn control(row: EnabledControlSummary) -> Option<(EnabledControlArn, EnabledControl)> {
    let drift = row.drift_status_summary;
    let (word, types) = drift.map(|drift| (drift.drift_status, drift.types)).unwrap_or_default();
    let (inheritance, resource) = types.map(|t| (t.inheritance, t.resource)).unwrap_or_default();
    let arn = row.arn.filter(|arn| !arn.is_empty())?;
    let control = EnabledControl {
        control: row.control_identifier.filter(|id| !id.is_empty())?,
        target: Target::parse(&row.target_identifier?),
        parent: row.parent_identifier.map(EnabledControlArn::new),
        status: row.status_summary.and_then(|s| Some(s.status?.as_str().to_owned())),
        drift: word.map(|word| word.as_str().to_owned()),
        inheritance: inheritance.and_then(|drift| Some(drift.status?.as_str().to_owned())),
        resource: resource.and_then(|drift| Some(drift.status?.as_str().to_owned())),
        parameters: None,
    };
    Some((EnabledControlArn::new(arn), control))
}

/// Reads the parameters of the controls that have some: no listing tells them.
pub(super) async fn parameters(
    aws: &Aws,
    tower: &mut ControlTower,
    gaps: &mut Gaps,
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let mut ask = Vec::new();
    for (arn, enabled) in &mut tower.enabled_controls {
        let id = ControlId::parse(&enabled.control);
        if enabled.parent.is_some() || id.as_ref().is_some_and(ControlId::is_mandatory) {
            continue;
        }
        let known = id.and_then(|id| tower.controls.iter().find(|control| control.is(&id)));
        // Whether one that the catalog does not tell of has some, nobody knows.
        match known.and_then(|control| control.parameters.as_ref()) {
            Some(keys) if keys.is_empty() => enabled.parameters = Some(Parameters::new()),
            _ => ask.push(arn.clone()),
        }
    }
    let (mut done, total) = (0, ask.len());
    let work = |arn: EnabledControlArn| async move { (of_control(aws, &arn).await, arn) };
    each(ask, work, |(parameters, arn)| {
        done += 1;
        progress.step(Question::ControlParameters, done, total);
        match parameters {
            Ok(parameters) => {
                if let Some(enabled) = tower.enabled_controls.get_mut(&arn) {
                    enabled.parameters = Some(parameters);
                }
                Ok(())
            }
            Err(error) => gaps.note(Part::EnabledControl(arn), error),
        }
    })
    .await
}

async fn of_control(aws: &Aws, arn: &EnabledControlArn) -> Result<Parameters, AwsError> {
    let request = aws.control_tower.get_enabled_control().enabled_control_identifier(arn.as_str());
    let out = aws.call(GET_CONTROL, || request.clone().send()).await?;
    let details = out.enabled_control_details;
    let details =
        details.ok_or_else(|| AwsError::malformed(GET_CONTROL, "no enabledControlDetails"))?;
    let rows = details.parameters.unwrap_or_default().into_iter();
    Ok(rows.map(|row| (row.key, json(row.value))).collect())
}
