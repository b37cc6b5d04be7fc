//! Records: what became of a request.

use super::super::check::{ANY, Input};
use super::super::factory::{Kind, Record};
use super::super::failure::Answer;
use super::super::router::Call;
use super::{KIND, VERSIONS, missing, own_id, version_id};
use serde_json::{Map, Value, json};

const PAGE: usize = 20;

pub(super) fn show(call: &Call<'_>, record: &Record) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("RecordId", json!(record.id));
    add("ProvisionedProductName", json!(record.name));
    add("Status", json!(record.status()));
    add("CreatedTime", json!(record.created));
    add("UpdatedTime", json!(record.updated));
    add("ProvisionedProductType", json!(KIND));
    add("RecordType", json!(record.kind.name()));
    add("ProvisionedProductId", json!(record.product));
    add("ProductId", json!(own_id(call.world, "prod")));
    add("ProvisioningArtifactId", json!(version_id(call.world, VERSIONS.len() - 1)));
    add("PathId", json!(own_id(call.world, "lpv2")));
    let errors = record.error().map(|text| json!({"Code": "InternalFailure", "Description": text}));
    add("RecordErrors", errors.into_iter().collect());
    add("RecordTags", json!([]));
    members
}

/// Key and value, as both records and products tell them.
pub(super) fn output((key, value): &(String, String)) -> Value {
    json!({"OutputKey": key, "OutputValue": value, "Description": key})
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let id = input.text("Id", &ANY)?;
    let record = call.factory.records().get(id);
    let record = record.ok_or_else(|| missing(format!("Record {id} not found")))?;
    let outputs = if record.kind == Kind::Terminate { &[] } else { record.outputs.as_slice() };
    let items = outputs.iter().map(|one| (one.0.clone(), one));
    let mut answer = call.paging(input, PAGE).page("RecordOutputs", items, output)?;
    if let Value::Object(members) = &mut answer {
        members.insert("RecordDetail".to_owned(), Value::Object(show(call, record)));
    }
    Ok(answer)
}
