//! The baselines that may be enabled.

use super::super::check::{BASELINE_ARN, Input};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::world::{World, governance::BASELINES, governance::last};
use super::PAGE;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// ARN, name and description of all, by id: AWS's own, and what the document says otherwise.
fn all(world: &World) -> BTreeMap<String, [String; 3]> {
    let zone = world.control_tower.landing_zone.as_ref();
    let region = zone.map_or(world.identity_center.region.as_str(), |zone| zone.region());
    let known = BASELINES.iter().map(|(id, name, description)| {
        let arn = format!("arn:aws:controltower:{region}::baseline/{id}");
        ((*id).to_owned(), [arn, (*name).to_owned(), (*description).to_owned()])
    });
    let mut all: BTreeMap<String, [String; 3]> = known.collect();
    for baseline in world.control_tower.baselines.iter().flatten() {
        let id = last(&baseline.arn).to_owned();
        let description = all.get(&id).map(|[_, _, text]| text.clone()).unwrap_or_default();
        all.insert(id, [baseline.arn.clone(), baseline.name.clone(), description]);
    }
    all
}

fn show([arn, name, description]: &[String; 3]) -> Value {
    json!({"arn": arn, "name": name, "description": description})
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let all = all(call.world);
    call.paging_from(input, 4, PAGE).page("baselines", all.into_iter(), |baseline| show(&baseline))
}

pub(super) fn get(call: &Call<'_>, input: &Input) -> Answer {
    let arn = input.text("baselineIdentifier", &BASELINE_ARN)?;
    find(call.world, arn).map(|baseline| show(&baseline))
}

/// A baseline by its ARN: ARN, name, description.
pub(super) fn find(world: &World, arn: &str) -> Result<[String; 3], Failure> {
    let found = all(world).into_values().find(|[own, _, _]| own == arn);
    found.ok_or_else(|| Failure::not_found(format!("Baseline {arn} does not exist")))
}
