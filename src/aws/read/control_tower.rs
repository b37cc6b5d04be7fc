//! Control Tower: the landing zone, what is enabled on what, and what the catalog says of it.
//!
//! One call where there is no landing zone. Without permission it is a gap, as everything else.

mod catalog;
mod enabled;

use super::{Gaps, Progress, ReadError};
use crate::aws::Aws;
use crate::aws::document::json;
use crate::aws::error::AwsError;
use crate::aws::page::pages;
use crate::id::{BaselineArn, ControlId, LandingZoneArn};
use crate::live::Part;
use crate::live::control_tower::{ControlTower, LandingZone};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LIST_ZONES: &str = "controltower:ListLandingZones";
const GET_ZONE: &str = "controltower:GetLandingZone";
const LIST_BASELINES: &str = "controltower:ListBaselines";

/// Reads it, in the region that the client is in: Control Tower wants Identity Center in its home region.
/// `named` are controls that somebody asks about, enabled or not.
pub(super) async fn read(
    aws: &Aws,
    named: &BTreeSet<ControlId>,
    progress: &dyn Progress,
) -> Result<(ControlTower, Gaps), ReadError> {
    let (mut tower, mut gaps) = (ControlTower::default(), Gaps::default());
    match landing_zone(aws).await {
        Ok(zone) => tower.landing_zone = zone,
        Err(error) => {
            gaps.note(Part::LandingZone, error)?;
            return Ok((tower, gaps));
        }
    }
    let Some(zone) = &tower.landing_zone else { return Ok((tower, gaps)) };
    let (names, enabled, controls) =
        tokio::join!(baselines(aws), enabled::baselines(aws), enabled::controls(aws));
    match names {
        Ok(names) => tower.baselines = names,
        Err(error) => gaps.note(Part::Baselines, error)?,
    }
    tower.enabled_baselines = enabled.0;
    gaps.note_all(&Part::Baselines, enabled.1)?;
    tower.enabled_controls = controls.0;
    gaps.note_all(&Part::Controls, controls.1)?;
    // What comes from above, and what every landing zone has, is nobody's to change.
    let own = tower.enabled_controls.values().filter(|control| control.parent.is_none());
    let own = own.filter_map(|control| ControlId::parse(&control.control));
    let asked: BTreeSet<ControlId> =
        own.chain(named.iter().cloned()).filter(|id| !id.is_mandatory()).collect();
    tower.controls = catalog::read(aws, zone, asked, &mut gaps, progress).await?;
    enabled::parameters(aws, &mut tower, &mut gaps, progress).await?;
    Ok((tower, gaps))
}

/// The landing zone; `None` where there is none.
async fn landing_zone(aws: &Aws) -> Result<Option<LandingZone>, AwsError> {
    let arns = pages(LIST_ZONES, |token| async move {
        let request = aws.control_tower.list_landing_zones().set_next_token(token);
        let out = aws.call(LIST_ZONES, || request.clone().send()).await?;
        let arns = out.landing_zones.into_iter().map(|zone| zone.arn.unwrap_or_default());
        Ok((arns.collect(), out.next_token))
    })
    .await
    .complete()?;
    let Some(arn) = arns.first() else { return Ok(None) };
    let request = aws.control_tower.get_landing_zone().landing_zone_identifier(arn);
    let out = aws.call(GET_ZONE, || request.clone().send()).await?;
    let zone = out.landing_zone.ok_or_else(|| AwsError::malformed(GET_ZONE, "no landingZone"))?;
    let mut manifest = json(zone.manifest);
    // AWS tells it beside the manifest and takes it beside it: here one document has it all.
    if let (Some(types), Value::Object(keys)) = (zone.remediation_types, &mut manifest) {
        let types: Vec<&str> = types.iter().map(AsRef::as_ref).collect();
        if !types.is_empty() {
            keys.insert("remediationTypes".to_owned(), types.into());
        }
    }
    Ok(Some(LandingZone {
        arn: LandingZoneArn::new(zone.arn.as_deref().unwrap_or(arn)),
        version: zone.version,
        latest_version: zone.latest_available_version,
        status: zone.status.map(|word| word.as_str().to_owned()),
        drift: zone.drift_status.and_then(|drift| Some(drift.status?.as_str().to_owned())),
        manifest,
    }))
}

/// Names of baselines.
async fn baselines(aws: &Aws) -> Result<BTreeMap<BaselineArn, String>, AwsError> {
    let rows = pages(LIST_BASELINES, |token| async move {
        let request = aws.control_tower.list_baselines().max_results(100).set_next_token(token);
        let out = aws.call(LIST_BASELINES, || request.clone().send()).await?;
        Ok((out.baselines, out.next_token))
    })
    .await
    .complete()?;
    if rows.iter().any(|row| row.arn.is_empty() || row.name.is_empty()) {
        return Err(AwsError::malformed(LIST_BASELINES, "a baseline without arn or name"));
    }
    Ok(rows.into_iter().map(|row| (BaselineArn::new(row.arn), row.name)).collect())
}
