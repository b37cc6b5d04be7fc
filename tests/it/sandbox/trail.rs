//! CloudTrail's event history, as the SDK's client reads it.

use super::assignments::creation;
use super::{
    AUDITORS, DEV, INSTANCE, MANAGEMENT, PROD, READER, STORE, cloudtrail, code, once, open,
    organizations, sso, store,
};
use aws_sdk_cloudtrail::config::retry::RetryConfig;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use landgrant::sandbox::{Caller, Effect, Fault, Options, Other, Quotas, Sandbox};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::advance;

fn by(key: LookupAttributeKey, value: &str) -> LookupAttribute {
    LookupAttribute::builder().attribute_key(key).attribute_value(value).build().unwrap()
}

/// The texts of the events of a name, newest first.
async fn events(sandbox: &Sandbox, name: &str) -> Vec<Value> {
    let client = cloudtrail(sandbox);
    let pages = client.lookup_events().lookup_attributes(by(LookupAttributeKey::EventName, name));
    let mut pages = pages.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(page.unwrap().events.unwrap());
    }
    let texts = all.iter().map(|event| event.cloud_trail_event.as_deref().unwrap());
    texts.map(|text| serde_json::from_str(text).unwrap()).collect()
}

#[tokio::test(start_paused = true)]
async fn a_write_is_recorded_as_aws_records_it_and_a_read_is_not() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    client.list_permission_sets().instance_arn(INSTANCE).send().await.unwrap();
    creation(&client, PROD, READER, AUDITORS).send().await.unwrap();
    let all = cloudtrail(&sandbox).lookup_events().send().await.unwrap().events.unwrap();
    let [event] = all.as_slice() else { panic!("{all:?}") };
    assert_eq!(event.event_name.as_deref(), Some("CreateAccountAssignment"));
    assert_eq!(event.event_source.as_deref(), Some("sso.amazonaws.com"));
    assert_eq!(event.event_time.unwrap().secs(), 1_767_225_600);
    let text: Value = serde_json::from_str(event.cloud_trail_event.as_deref().unwrap()).unwrap();
    assert_eq!(text["eventID"], event.event_id.clone().unwrap());
    assert_eq!(text["eventTime"], "2026-01-01T00:00:00Z");
    assert_eq!(text["awsRegion"], "ap-southeast-1");
    assert_eq!(text["recipientAccountId"], MANAGEMENT);
    assert_eq!(text["userIdentity"]["type"], "AssumedRole");
    assert!(text["userAgent"].as_str().unwrap().starts_with("aws-sdk-rust/"), "{text}");
    let sent = json!({
        "instanceArn": INSTANCE, "targetId": PROD, "targetType": "AWS_ACCOUNT",
        "permissionSetArn": READER, "principalType": "GROUP", "principalId": AUDITORS,
    });
    assert_eq!(text["requestParameters"], sent);
    let status = &text["responseElements"]["accountAssignmentCreationStatus"];
    assert_eq!(status["targetId"], PROD, "{text}");
}

#[tokio::test(start_paused = true)]
async fn the_directory_hides_names_and_organizations_are_in_one_region() {
    let sandbox = open(Options::default());
    let group = store(&sandbox).create_group().identity_store_id(STORE).display_name("Secret");
    let id = group.send().await.unwrap().group_id;
    let [made] = events(&sandbox, "CreateGroup").await.try_into().unwrap();
    assert_eq!(made["requestParameters"]["displayName"], "HIDDEN_DUE_TO_SECURITY_REASONS");
    assert_eq!(made["responseElements"]["groupId"], id);
    assert!(!made.to_string().contains("Secret"));
    let moved = organizations(&sandbox).move_account().account_id(DEV);
    let moved = moved.source_parent_id("ou-ab12-workload").destination_parent_id("r-ab12");
    moved.send().await.unwrap();
    let [moved] = events(&sandbox, "MoveAccount").await.try_into().unwrap();
    assert_eq!(moved["awsRegion"], "us-east-1");
    assert_eq!(moved["requestParameters"]["destinationParentId"], "r-ab12");
}

#[tokio::test(start_paused = true)]
async fn what_was_refused_is_recorded_with_its_error_and_what_was_edited_is_not() {
    let sandbox = open(Options::default());
    sandbox.script(vec![Fault::new("DeleteGroup", 1, Effect::Deny)]);
    let delete = store(&sandbox).delete_group().identity_store_id(STORE).group_id(AUDITORS);
    delete.send().await.unwrap_err();
    let unknown = format!("{}f", &AUDITORS[..AUDITORS.len() - 1]);
    let delete = store(&sandbox).delete_group().identity_store_id(STORE).group_id(unknown);
    delete.send().await.unwrap_err();
    let all = events(&sandbox, "DeleteGroup").await;
    let codes: Vec<&str> = all.iter().map(|event| event["errorCode"].as_str().unwrap()).collect();
    assert_eq!(codes, ["ResourceNotFoundException", "AccessDenied"], "the newest first");
    sandbox.edit(|world| assert!(world.remove_group(AUDITORS)));
    assert_eq!(events(&sandbox, "DeleteGroup").await.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn others_are_somebody_else_and_another_account_has_its_own_history() {
    let sandbox = open(Options::default());
    let input = json!({
        "InstanceArn": INSTANCE, "TargetId": PROD, "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": READER, "PrincipalType": "GROUP", "PrincipalId": AUDITORS,
    });
    let other = Other {
        service: "sso-admin".to_owned(),
        operation: "CreateAccountAssignment".to_owned(),
        input: input.as_object().unwrap().clone(),
    };
    sandbox.script(vec![Fault::new("ListInstances", 1, Effect::Meanwhile(vec![other]))]);
    sso(&sandbox).list_instances().send().await.unwrap();
    let [event] = events(&sandbox, "CreateAccountAssignment").await.try_into().unwrap();
    let who = event["userIdentity"]["arn"].as_str().unwrap();
    assert!(who.ends_with("AWSReservedSSO_Admin_0123456789abcdef/someone.else"), "{who}");
    assert!(event["userAgent"].as_str().unwrap().starts_with("aws-cli/"));

    let member = Options { caller: Caller::Delegated, ..Options::default() };
    let reopened = Sandbox::from_json(sandbox.to_json().as_bytes(), member).unwrap();
    assert!(events(&reopened, "CreateAccountAssignment").await.is_empty());
    let same = Sandbox::from_json(sandbox.to_json().as_bytes(), Options::default()).unwrap();
    assert_eq!(events(&same, "CreateAccountAssignment").await, [event], "kept with the world");
}

#[tokio::test(start_paused = true)]
async fn pages_times_and_attributes_are_aws_s() {
    let sandbox = open(Options::default());
    let client = store(&sandbox);
    for n in 0..120 {
        let group = client.create_group().identity_store_id(STORE).display_name(format!("g{n}"));
        group.send().await.unwrap();
        advance(Duration::from_secs(10)).await;
    }
    assert_eq!(events(&sandbox, "CreateGroup").await.len(), 120);
    let trail = cloudtrail(&sandbox);
    let lookup = || trail.lookup_events();
    let first = lookup().send().await.unwrap();
    assert_eq!(first.events().len(), 50);
    let start = 1_767_225_600;
    let some = lookup().start_time(DateTime::from_secs(start + 1_000));
    let some = some.end_time(DateTime::from_secs(start + 1_100)).send().await.unwrap();
    let times: Vec<i64> = some.events().iter().map(|e| e.event_time.unwrap().secs()).collect();
    assert_eq!(times.len(), 11);
    assert_eq!((times[0], times[10]), (start + 1_100, start + 1_000));
    let name = || by(LookupAttributeKey::EventName, "CreateGroup");
    let id = first.events()[3].event_id.clone().unwrap();
    let own = lookup().lookup_attributes(by(LookupAttributeKey::EventId, &id)).send().await;
    assert_eq!(own.unwrap().events()[0].event_id.as_deref(), Some(id.as_str()));

    let two = lookup().lookup_attributes(name()).lookup_attributes(name()).send().await;
    let turned = lookup().start_time(DateTime::from_secs(start + 1));
    let turned = turned.end_time(DateTime::from_secs(start)).send().await;
    for (answer, wanted) in [
        (two, "InvalidLookupAttributesException"),
        (turned, "InvalidTimeRangeException"),
        (lookup().max_results(51).send().await, "InvalidMaxResultsException"),
        (lookup().next_token("no").send().await, "InvalidNextTokenException"),
    ] {
        assert_eq!(code(&answer.unwrap_err()), wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn two_lookups_a_second_and_a_bounded_history() {
    let sandbox = open(Options { quotas: Some(Quotas::default()), ..Options::default() });
    let client = once!(aws_sdk_cloudtrail, cloudtrail(&sandbox));
    for _ in 0..2 {
        client.lookup_events().send().await.unwrap();
    }
    let error = client.lookup_events().send().await.unwrap_err();
    assert_eq!(code(&error), "ThrottlingException");
    advance(Duration::from_millis(500)).await;
    client.lookup_events().send().await.unwrap();

    let sandbox = open(Options::default());
    let store = store(&sandbox);
    for n in 0..510 {
        let group = store.create_group().identity_store_id(STORE).display_name(format!("g{n}"));
        group.send().await.unwrap();
    }
    assert_eq!(events(&sandbox, "CreateGroup").await.len(), 500);
}
