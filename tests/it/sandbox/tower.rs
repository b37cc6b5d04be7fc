//! Control Tower: what is told, what is done in time, what disturbs what, and what drifts.

use super::{
    DEV, MANAGEMENT, PROD, catalog, code, last, once, organizations, settle, tower, world,
};
use aws_sdk_controltower::Client;
use aws_sdk_controltower::types::{
    BaselineOperationStatus, ControlOperationStatus, EnabledBaselineDriftStatus, EnablementStatus,
    LandingZoneDriftStatus,
};
use aws_sdk_ssoadmin::config::retry::RetryConfig;
use landgrant::sandbox::{Caller, Effect, Fault, Options, Quotas, Sandbox};
use serde_json::{Value, json};

pub(super) const ZONE: &str = "arn:aws:controltower:ap-southeast-1:999999999999:landingzone/ABCD";
pub(super) const WORKLOADS: &str =
    "arn:aws:organizations::999999999999:ou/o-abcdefghij/ou-ab12-workload";
const BELOW: &str = "arn:aws:organizations::999999999999:ou/o-abcdefghij/ou-ab12-prod0000";
const REGISTRATION: &str = "arn:aws:controltower:ap-southeast-1::baseline/17BSJV3IGJ2QSGA2";
const IDENTITY: &str = "arn:aws:controltower:ap-southeast-1::baseline/LN25R72TTG6IGPTQ";
const SSH: &str = "arn:aws:controltower:ap-southeast-1::control/AWS-GR_RESTRICTED_SSH";
const OWN: &str =
    "arn:aws:controltower:ap-southeast-1:999999999999:enabledbaseline/X0000000000000001";

/// The usual world with a landing zone that has registered `Workloads` and enrolled its account.
pub(super) fn governed() -> Value {
    let mut world = world();
    let enabled = |id: &str, baseline: &str, target: &str, parent: Option<&str>| {
        json!({"arn": format!("{}{id}", &OWN[..OWN.len() - 1]), "baseline": baseline, "version": "4.0", "target": target,
               "parent": parent, "status": "SUCCEEDED", "drift": {"inheritance": "IN_SYNC", "source": null}})
    };
    let account =
        |id: &str| format!("arn:aws:organizations::999999999999:account/o-abcdefghij/{id}");
    world["control_tower"] = json!({
        "landing_zone": {"arn": ZONE, "version": "3.3", "latest_version": "3.3", "status": "ACTIVE", "drift": "IN_SYNC",
                         "manifest": {"governedRegions": ["ap-southeast-1"]}, "of_tomorrow": 1},
        "enabled_baselines": [
            enabled("1", REGISTRATION, WORKLOADS, None),
            enabled("2", REGISTRATION, &account(DEV), Some(OWN)),
            enabled("3", IDENTITY, &account(MANAGEMENT), None),
        ],
        "enabled_controls": [],
        "of_tomorrow": {"kept": true},
    });
    world
}

pub(super) fn open(options: Options) -> Sandbox {
    Sandbox::from_json(governed().to_string().as_bytes(), options).unwrap()
}

async fn status(client: &Client, arn: &str) -> EnablementStatus {
    let get = client.get_enabled_control().enabled_control_identifier(arn).send().await.unwrap();
    get.enabled_control_details.unwrap().status_summary.unwrap().status.unwrap()
}

async fn drift(client: &Client) -> LandingZoneDriftStatus {
    let get = client.get_landing_zone().landing_zone_identifier(ZONE).send().await.unwrap();
    get.landing_zone.unwrap().drift_status.unwrap().status.unwrap()
}

/// The parent of an account's enabled baseline and its drift.
pub(super) async fn enrolment(
    sandbox: &Sandbox,
    account: &str,
) -> Option<(String, EnabledBaselineDriftStatus)> {
    let list = tower(sandbox).list_enabled_baselines().include_children(true).send().await.unwrap();
    let mut all = list.enabled_baselines.into_iter();
    let own = all.find(|enabled| {
        enabled.parent_identifier.is_some() && enabled.target_identifier.ends_with(account)
    })?;
    let types = own.drift_status_summary.unwrap().types.unwrap();
    Some((own.parent_identifier.unwrap(), types.inheritance.unwrap().status.unwrap()))
}

async fn shift(sandbox: &Sandbox, account: &str, from: &str, to: &str) {
    let request = organizations(sandbox).move_account().account_id(account);
    request.source_parent_id(from).destination_parent_id(to).send().await.unwrap();
}

#[test]
fn keys_that_it_does_not_know_stay() {
    let text = open(Options::default()).to_json();
    let again = Sandbox::from_json(text.as_bytes(), Options::default()).unwrap().to_json();
    for text in [text, again] {
        let document: Value = serde_json::from_str(&text).unwrap();
        let tower = &document["control_tower"];
        assert_eq!(tower["of_tomorrow"], json!({"kept": true}));
        assert_eq!(tower["landing_zone"]["of_tomorrow"], 1);
        assert_eq!(
            tower["enabled_baselines"],
            governed()["control_tower"]["enabled_baselines"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| {
                    let mut row = row.clone();
                    row["parameters"] = json!([]);
                    row
                })
                .collect::<Value>()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_landing_zone_there_is_none_and_nothing_else_is_answered() {
    let sandbox = super::open(Options::default());
    let client = tower(&sandbox);
    assert!(client.list_landing_zones().send().await.unwrap().landing_zones().is_empty());
    let error = client.list_enabled_baselines().send().await.unwrap_err();
    assert_eq!(code(&error), "ValidationException");
    let control = catalog(&sandbox).get_control().control_arn(SSH).send().await.unwrap();
    assert_eq!(control.aliases(), ["AWS-GR_RESTRICTED_SSH"]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_survives_a_new_process() {
    let sandbox = open(Options::default());
    let enable = tower(&sandbox).enable_control().control_identifier(SSH);
    let answer = enable.target_identifier(WORKLOADS).send().await.unwrap();
    let text = sandbox.to_json();
    let again = Sandbox::from_json(text.as_bytes(), Options::default()).unwrap();
    let client = tower(&again);
    let arn = answer.arn.unwrap();
    assert_eq!(status(&client, &arn).await, EnablementStatus::UnderChange);
    settle().await;
    assert_eq!(status(&client, &arn).await, EnablementStatus::Succeeded);
    let get = client.get_control_operation().operation_identifier(answer.operation_identifier);
    let operation = get.send().await.unwrap().control_operation.unwrap();
    assert_eq!(operation.status, Some(ControlOperationStatus::Succeeded));
    assert!(operation.end_time.unwrap() >= operation.start_time.unwrap());
}

#[tokio::test(start_paused = true)]
async fn an_operation_fails_as_scripted_and_leaves_what_it_was_about_failed() {
    let sandbox = open(Options::default());
    let client = tower(&sandbox);
    let failing = Effect::AsyncFail("no room for another policy".to_owned());
    sandbox.script(vec![Fault::new("EnableControl", 1, failing)]);
    let enable = client.enable_control().control_identifier(SSH).target_identifier(WORKLOADS);
    let answer = enable.send().await.unwrap();
    settle().await;
    let get = client.get_control_operation().operation_identifier(answer.operation_identifier());
    let operation = get.send().await.unwrap().control_operation.unwrap();
    assert_eq!(operation.status, Some(ControlOperationStatus::Failed));
    assert_eq!(operation.status_message.as_deref(), Some("no room for another policy"));
    let arn = answer.arn.unwrap();
    assert_eq!(status(&client, &arn).await, EnablementStatus::Failed);
    // A reset is how it is tried again.
    client.reset_enabled_control().enabled_control_identifier(&arn).send().await.unwrap();
    settle().await;
    assert_eq!(status(&client, &arn).await, EnablementStatus::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_hangs_keeps_others_waiting() {
    let sandbox = open(Options::default());
    let client = once!(aws_sdk_controltower, tower(&sandbox));
    sandbox.script(vec![Fault::new("ResetEnabledBaseline", 1, Effect::Hang)]);
    let reset = client.reset_enabled_baseline().enabled_baseline_identifier(OWN);
    let answer = reset.clone().send().await.unwrap();
    settle().await;
    let get = client.get_baseline_operation().operation_identifier(answer.operation_identifier);
    let operation = get.send().await.unwrap().baseline_operation.unwrap();
    assert_eq!(operation.status, Some(BaselineOperationStatus::InProgress));
    let error = reset.send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception(), "{error:?}");
    let enable = client.enable_control().control_identifier(SSH).target_identifier(WORKLOADS);
    assert!(enable.send().await.unwrap_err().into_service_error().is_conflict_exception());
}

#[tokio::test(start_paused = true)]
async fn controls_are_changed_side_by_side_up_to_the_cap() {
    let quotas = Quotas { control_operations: 2, ..Quotas::default() };
    let sandbox = open(Options { quotas: Some(quotas), ..Options::default() });
    let client = once!(aws_sdk_controltower, tower(&sandbox));
    let enable = |name: &str| {
        let arn = format!("arn:aws:controltower:ap-southeast-1::control/AWS-GR_{name}");
        client.enable_control().control_identifier(arn).target_identifier(WORKLOADS).send()
    };
    enable("RESTRICTED_SSH").await.unwrap();
    enable("ENCRYPTED_VOLUMES").await.unwrap();
    let error = enable("RESTRICT_ROOT_USER").await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception(), "{error:?}");
    settle().await;
    enable("RESTRICT_ROOT_USER").await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn only_the_management_account_may_and_too_many_calls_are_throttled() {
    let delegated = open(Options { caller: Caller::Delegated, ..Options::default() });
    let error = tower(&delegated).list_landing_zones().send().await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 403);
    assert_eq!(last(&delegated), "AccessDeniedException");
    catalog(&delegated).list_controls().send().await.unwrap();
    let sandbox = open(Options { quotas: Some(Quotas::default()), ..Options::default() });
    let client = once!(aws_sdk_controltower, tower(&sandbox));
    for _ in 0..10 {
        client.list_landing_zones().send().await.unwrap();
    }
    let error = client.list_landing_zones().send().await.unwrap_err();
    let response = error.raw_response().unwrap();
    assert_eq!(response.status().as_u16(), 429);
    assert_eq!(response.headers().get("retry-after"), Some("1"));
}

#[tokio::test(start_paused = true)]
async fn an_account_that_leaves_its_unit_drifts() {
    let sandbox = open(Options::default());
    let client = tower(&sandbox);
    let (unit, root) = ("ou-ab12-workload", "r-ab12");
    shift(&sandbox, DEV, unit, root).await;
    let drifted = EnabledBaselineDriftStatus::Drifted;
    assert_eq!(enrolment(&sandbox, DEV).await, Some((OWN.to_owned(), drifted)));
    assert_eq!(drift(&client).await, LandingZoneDriftStatus::Drifted);
    shift(&sandbox, DEV, root, unit).await;
    let in_sync = EnabledBaselineDriftStatus::InSync;
    assert_eq!(enrolment(&sandbox, DEV).await, Some((OWN.to_owned(), in_sync)));
    assert_eq!(drift(&client).await, LandingZoneDriftStatus::InSync);
    // One that was never enrolled drifts nowhere, and is enrolled when its unit is reset.
    shift(&sandbox, PROD, "ou-ab12-prod0000", unit).await;
    assert_eq!(enrolment(&sandbox, PROD).await, None);
    assert_eq!(drift(&client).await, LandingZoneDriftStatus::InSync);
    client.reset_enabled_baseline().enabled_baseline_identifier(OWN).send().await.unwrap();
    settle().await;
    assert!(enrolment(&sandbox, PROD).await.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_registered_unit_that_is_gone_makes_the_landing_zone_drift() {
    let sandbox = open(Options::default());
    let client = tower(&sandbox);
    let identity = format!("{}3", &OWN[..OWN.len() - 1]);
    let parameter = aws_sdk_controltower::types::EnabledBaselineParameter::builder()
        .key("IdentityCenterEnabledBaselineArn")
        .value(identity.into())
        .build()
        .unwrap();
    let enable = client.enable_baseline().baseline_identifier(REGISTRATION).baseline_version("4.0");
    let enable = enable.target_identifier(BELOW).parameters(parameter).send().await.unwrap();
    settle().await;
    let (from, to) = ("ou-ab12-prod0000", "ou-ab12-workload");
    shift(&sandbox, PROD, from, to).await;
    client.reset_enabled_baseline().enabled_baseline_identifier(OWN).send().await.unwrap();
    settle().await;
    assert_eq!(drift(&client).await, LandingZoneDriftStatus::InSync);
    let delete = organizations(&sandbox).delete_organizational_unit();
    delete.organizational_unit_id(from).send().await.unwrap();
    assert_eq!(drift(&client).await, LandingZoneDriftStatus::Drifted);
    client.disable_baseline().enabled_baseline_identifier(enable.arn).send().await.unwrap();
    settle().await;
    assert_eq!(drift(&client).await, LandingZoneDriftStatus::InSync);
}

#[tokio::test(start_paused = true)]
async fn moved_accounts_are_enrolled_one_at_a_time_in_each_unit() {
    let mut world = governed();
    world["control_tower"]["landing_zone"]["manifest"]["remediationTypes"] =
        json!(["INHERITANCE_DRIFT"]);
    let more = json!({"id": "222233334444", "name": "more", "email": "aws+m@wallet.example", "parent": "r-ab12"});
    world["organization"]["accounts"].as_array_mut().unwrap().push(more);
    let sandbox = Sandbox::from_json(world.to_string().as_bytes(), Options::default()).unwrap();
    shift(&sandbox, PROD, "ou-ab12-prod0000", "ou-ab12-workload").await;
    shift(&sandbox, "222233334444", "r-ab12", "ou-ab12-workload").await;
    assert_eq!(enrolment(&sandbox, PROD).await, None);
    settle().await;
    assert!(enrolment(&sandbox, PROD).await.is_some());
    // The second came while the first was being enrolled: it has to be moved again, or its unit reset.
    assert_eq!(enrolment(&sandbox, "222233334444").await, None);
    let reset = tower(&sandbox).reset_enabled_baseline().enabled_baseline_identifier(OWN);
    reset.send().await.unwrap();
    settle().await;
    assert!(enrolment(&sandbox, "222233334444").await.is_some());
}

#[tokio::test(start_paused = true)]
async fn catalog_entries_are_read_as_snapshots_write_them() {
    let mut world = governed();
    let own = "arn:aws:controlcatalog:::control/abcdefghijklmnop";
    let region = "arn:aws:controltower:ap-southeast-1::control";
    world["control_tower"]["controls"] = json!([
        {"arn": null, "aliases": ["AWS-GR_CLOUDTRAIL_ENABLED"], "name": "", "behavior": "", "severity": null, "mandatory": true},
        {"arn": own, "aliases": [format!("{region}/AWS-GR_OWN")], "name": "Own", "behavior": "PREVENTIVE",
         "severity": "LOW", "implementation": "AWS::Organizations::Policy::SERVICE_CONTROL_POLICY", "parameters": ["Exempted"], "mandatory": false},
        {"arn": "", "aliases": []},
    ]);
    world["control_tower"]["enabled_controls"] = json!([{
        "arn": format!("{}/A", ZONE.replace("landingzone/ABCD", "enabledcontrol")), "target": WORKLOADS,
        "control": format!("{region}/OFTOMORROW"), "status": null, "parameters": null,
    }]);
    let sandbox = Sandbox::from_json(world.to_string().as_bytes(), Options::default()).unwrap();
    let catalog = catalog(&sandbox);
    let by_alias = catalog.get_control().control_arn(format!("{region}/AWS-GR_OWN"));
    let by_alias = by_alias.send().await.unwrap();
    assert_eq!((by_alias.arn(), by_alias.aliases()), (own, ["AWS-GR_OWN".to_owned()].as_slice()));
    assert_eq!(by_alias.parameters()[0].name(), "Exempted");
    let mandatory =
        catalog.get_control().control_arn(format!("{region}/AWS-GR_CLOUDTRAIL_ENABLED"));
    assert_eq!(code(&mandatory.send().await.unwrap_err()), "ResourceNotFoundException");
    // Nothing is known of this one but that it is enabled; its two forms are one control all the same.
    let unknown = catalog.get_control().control_arn(format!("{region}/OFTOMORROW")).send().await;
    let form = unknown.unwrap().arn;
    let enable = tower(&sandbox).enable_control().control_identifier(form);
    let error = enable.target_identifier(WORKLOADS).send().await.unwrap_err();
    assert!(error.into_service_error().is_validation_exception());
}

#[tokio::test(start_paused = true)]
async fn a_landing_zone_that_is_not_the_latest_is_updated_and_not_reset() {
    let mut world = governed();
    world["control_tower"]["landing_zone"]["latest_version"] = json!("4.0");
    let sandbox = Sandbox::from_json(world.to_string().as_bytes(), Options::default()).unwrap();
    let client = tower(&sandbox);
    let error = client.reset_landing_zone().landing_zone_identifier(ZONE).send().await.unwrap_err();
    assert!(error.into_service_error().is_validation_exception());
    let update = client.update_landing_zone().landing_zone_identifier(ZONE).version("4.0");
    update.send().await.unwrap();
    settle().await;
    let get = client.get_landing_zone().landing_zone_identifier(ZONE).send().await.unwrap();
    assert_eq!(get.landing_zone.unwrap().version, "4.0");
    // What is enabled in an older version is drifted from its source until it is updated.
    // The SDK does not know that drift yet.
    let source = || {
        let document: Value = serde_json::from_str(&sandbox.to_json()).unwrap();
        let all = document["control_tower"]["enabled_baselines"].as_array().unwrap().clone();
        let own = all.iter().find(|enabled| enabled["arn"] == OWN).unwrap();
        own["drift"]["source"].clone()
    };
    assert_eq!(source(), "DRIFTED");
    let identity = format!("{}3", &OWN[..OWN.len() - 1]);
    let parameter = aws_sdk_controltower::types::EnabledBaselineParameter::builder()
        .key("IdentityCenterEnabledBaselineArn")
        .value(identity.into())
        .build()
        .unwrap();
    let update = client.update_enabled_baseline().enabled_baseline_identifier(OWN);
    update.baseline_version("5.0").parameters(parameter).send().await.unwrap();
    settle().await;
    let (_, drift) = enrolment(&sandbox, DEV).await.unwrap();
    assert_eq!(source(), "IN_SYNC");
    assert_eq!(drift, EnabledBaselineDriftStatus::InSync);
}
