//! The instance and its Regions: one organization instance, in one Region.

use super::super::check::{ANY, Input};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::PAGE;
use serde_json::{Map, Value, json};

/// Checks that a request is for this instance; `unknown` makes the error that the operation has for another one.
pub(super) fn check(
    call: &Call<'_>,
    input: &Input,
    unknown: fn(String) -> Failure,
) -> Result<(), Failure> {
    let arn = input.text("InstanceArn", &ANY)?;
    if arn == call.world.identity_center.instance_arn {
        return Ok(());
    }
    super::obey_instance(input, arn)?;
    Err(unknown(format!("Instance not found: {arn}")))
}

/// The operations on instances model no `ResourceNotFoundException`.
fn denied(text: String) -> Failure {
    Failure::new("AccessDeniedException", text)
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    input.optional_choice("RegionScope", &["CURRENT_REGION", "ALL_REGIONS"])?;
    let instance = call.world.identity_center.instance_arn.clone();
    let items = std::iter::once((instance, ()));
    call.paging(input, PAGE).page("Instances", items, |()| Value::Object(instance_of(call)))
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    check(call, input, denied)?;
    let mut instance = instance_of(call);
    instance.insert("PermissionSetsEnabled".to_owned(), true.into());
    instance.insert(
        "EncryptionConfigurationDetails".to_owned(),
        json!({"KeyType": "AWS_OWNED_KMS_KEY", "EncryptionStatus": "ENABLED"}),
    );
    Ok(Value::Object(instance))
}

fn instance_of(call: &Call<'_>) -> Map<String, Value> {
    let center = &call.world.identity_center;
    let owner = &call.world.organization.management_account;
    let store = &center.identity_store_id;
    let members = [
        ("InstanceArn", json!(center.instance_arn)),
        ("IdentityStoreId", json!(store)),
        (
            "IdentityStoreArn",
            json!(format!("arn:aws:identitystore::{owner}:identitystore/{store}")),
        ),
        ("OwnerAccountId", json!(owner)),
        ("CreatedDate", json!(call.clock.base())),
        ("Status", json!("ACTIVE")),
        ("PrimaryRegion", json!(center.region)),
        ("Regions", json!([region(call)])),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn region(call: &Call<'_>) -> Value {
    json!({
        "RegionName": call.world.identity_center.region,
        "Status": "ACTIVE",
        "AddedDate": call.clock.base(),
        "IsPrimaryRegion": true,
    })
}

pub(super) fn list_regions(call: &Call<'_>, input: &Input) -> Answer {
    check(call, input, denied)?;
    let items = std::iter::once((call.world.identity_center.region.clone(), ()));
    call.paging(input, PAGE).page("Regions", items, |()| region(call))
}

pub(super) fn describe_region(call: &Call<'_>, input: &Input) -> Answer {
    check(call, input, Failure::not_found)?;
    let name = input.text("RegionName", &ANY)?;
    if name != call.world.identity_center.region {
        return Err(Failure::not_found(format!("Region not found: {name}")));
    }
    Ok(region(call))
}
