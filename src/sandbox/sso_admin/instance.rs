//! The instance and its Regions: the world's organization instance in one Region, and others that are there to be seen.

use super::super::check::{ANY, Input};
use super::super::failure::{Answer, Failure};
use super::super::options::Instance;
use super::super::router::Call;
use super::PAGE;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

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
    if call.options.instances.iter().any(|other| other.arn == arn) {
        return Err(unsupported());
    }
    super::obey_instance(input, arn)?;
    Err(unknown(format!("Instance not found: {arn}")))
}

/// The error of an instance that has no permission sets: an account instance, or one where they are switched off. Its
/// code is inference. [U]
fn unsupported() -> Failure {
    let text = "The operation is not supported for this Identity Center instance";
    Failure::new("ValidationException", text)
}

/// Refuses what needs permission sets where they are switched off.
pub(super) fn check_permission_sets(call: &Call<'_>) -> Result<(), Failure> {
    if call.options.permission_sets_disabled { Err(unsupported()) } else { Ok(()) }
}

/// The operations on instances model no `ResourceNotFoundException`.
fn denied(text: String) -> Failure {
    Failure::new("AccessDeniedException", text)
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    input.optional_choice("RegionScope", &["CURRENT_REGION", "ALL_REGIONS"])?;
    let instances = std::iter::once(own(call)).chain(call.options.instances.iter().cloned());
    let instances: BTreeMap<String, Instance> =
        instances.map(|instance| (instance.arn.clone(), instance)).collect();
    call.paging(input, PAGE).page_of(
        "Instances",
        &instances,
        |_, _| true,
        |_, instance| Value::Object(show(call, instance)),
    )
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let arn = input.text("InstanceArn", &ANY)?;
    let other = call.options.instances.iter().find(|instance| instance.arn == arn);
    if other.is_none() {
        check(call, input, denied)?;
    }
    let mut members = show(call, other.unwrap_or(&own(call)));
    let enabled = other.is_none() && !call.options.permission_sets_disabled;
    members.insert("PermissionSetsEnabled".to_owned(), enabled.into());
    members.insert(
        "EncryptionConfigurationDetails".to_owned(),
        json!({"KeyType": "AWS_OWNED_KMS_KEY", "EncryptionStatus": "ENABLED"}),
    );
    Ok(Value::Object(members))
}

/// The world's instance.
fn own(call: &Call<'_>) -> Instance {
    let center = &call.world.identity_center;
    Instance {
        arn: center.instance_arn.clone(),
        identity_store_id: center.identity_store_id.clone(),
        owner: call.world.organization.management_account.clone(),
        status: "ACTIVE".to_owned(),
        region: center.region.clone(),
    }
}

fn show(call: &Call<'_>, instance: &Instance) -> Map<String, Value> {
    let Instance { arn, identity_store_id: store, owner, status, region: name } = instance;
    let members = [
        ("InstanceArn", json!(arn)),
        ("IdentityStoreId", json!(store)),
        (
            "IdentityStoreArn",
            json!(format!("arn:aws:identitystore::{owner}:identitystore/{store}")),
        ),
        ("OwnerAccountId", json!(owner)),
        ("CreatedDate", json!(call.clock.base())),
        ("Status", json!(status)),
        ("PrimaryRegion", json!(name)),
        ("Regions", json!([region(call, name)])),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn region(call: &Call<'_>, name: &str) -> Value {
    json!({
        "RegionName": name,
        "Status": "ACTIVE",
        "AddedDate": call.clock.base(),
        "IsPrimaryRegion": true,
    })
}

pub(super) fn list_regions(call: &Call<'_>, input: &Input) -> Answer {
    check(call, input, denied)?;
    let name = &call.world.identity_center.region;
    let items = std::iter::once((name.clone(), name));
    call.paging(input, PAGE).page("Regions", items, |name| region(call, name))
}

pub(super) fn describe_region(call: &Call<'_>, input: &Input) -> Answer {
    check(call, input, Failure::not_found)?;
    let name = input.text("RegionName", &ANY)?;
    if name != call.world.identity_center.region {
        return Err(Failure::not_found(format!("Region not found: {name}")));
    }
    Ok(region(call, name))
}
