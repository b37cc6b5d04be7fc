//! Assignments: asynchronous, inherited, orphaned.

use super::{
    AN, AUDITORS, CLOSED, DEV, DEVELOPERS, INSTANCE, PROD, READER, STORE, open, settle, sso, store,
};
use aws_sdk_ssoadmin::Client;
use aws_sdk_ssoadmin::operation::create_account_assignment::builders::CreateAccountAssignmentFluentBuilder;
use aws_sdk_ssoadmin::types::{
    AccountAssignmentOperationStatus, PrincipalType, StatusValues, TargetType,
};
use landgrant::sandbox::{Options, Sandbox};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The request that gives a group a permission set in an account.
pub(super) fn creation(
    client: &Client,
    account: &str,
    set: &str,
    group: &str,
) -> CreateAccountAssignmentFluentBuilder {
    client
        .create_account_assignment()
        .instance_arn(INSTANCE)
        .target_id(account)
        .target_type(TargetType::AwsAccount)
        .permission_set_arn(set)
        .principal_type(PrincipalType::Group)
        .principal_id(group)
}

async fn assign(client: &Client, account: &str, group: &str) -> String {
    let answer = creation(client, account, READER, group).send().await;
    let status = answer.unwrap().account_assignment_creation_status.unwrap();
    assert_eq!(status.status, Some(StatusValues::InProgress));
    status.request_id.unwrap()
}

async fn assigned(client: &Client, id: &str) -> AccountAssignmentOperationStatus {
    let request = client.describe_account_assignment_creation_status().instance_arn(INSTANCE);
    let answer = request.account_assignment_creation_request_id(id).send().await.unwrap();
    answer.account_assignment_creation_status.unwrap()
}

async fn revoke(client: &Client, account: &str, group: &str) -> AccountAssignmentOperationStatus {
    let answer = client
        .delete_account_assignment()
        .instance_arn(INSTANCE)
        .target_id(account)
        .target_type(TargetType::AwsAccount)
        .permission_set_arn(READER)
        .principal_type(PrincipalType::Group)
        .principal_id(group)
        .send()
        .await;
    let id = answer.unwrap().account_assignment_deletion_status.unwrap().request_id.unwrap();
    settle().await;
    let request = client.describe_account_assignment_deletion_status().instance_arn(INSTANCE);
    let answer = request.account_assignment_deletion_request_id(id).send().await.unwrap();
    answer.account_assignment_deletion_status.unwrap()
}

async fn rows(client: &Client, account: &str) -> Vec<String> {
    let request = client.list_account_assignments().instance_arn(INSTANCE).account_id(account);
    let answer = request.permission_set_arn(READER).send().await.unwrap();
    answer.account_assignments().iter().filter_map(|row| row.principal_id.clone()).collect()
}

async fn accounts(client: &Client) -> Vec<String> {
    let request = client.list_accounts_for_provisioned_permission_set().instance_arn(INSTANCE);
    let answer = request.permission_set_arn(READER).send().await.unwrap();
    answer.account_ids().to_vec()
}

#[tokio::test(start_paused = true)]
async fn an_assignment_takes_effect_when_its_request_succeeds() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let id = assign(&client, DEV, AUDITORS).await;
    assert!(rows(&client, DEV).await.is_empty());
    let request = client.list_account_assignment_creation_status().instance_arn(INSTANCE);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.account_assignments_creation_status()[0].request_id(), Some(id.as_str()));
    settle().await;
    assert_eq!(assigned(&client, &id).await.status, Some(StatusValues::Succeeded));
    assert_eq!(rows(&client, DEV).await, [AUDITORS]);
    assert_eq!(accounts(&client).await, [PROD, DEV]);
    // Once more is accepted, and changes nothing.
    let id = assign(&client, DEV, AUDITORS).await;
    settle().await;
    assert_eq!(assigned(&client, &id).await.status, Some(StatusValues::Succeeded));
    assert_eq!(rows(&client, DEV).await, [AUDITORS]);

    assert_eq!(revoke(&client, DEV, AUDITORS).await.status, Some(StatusValues::Succeeded));
    assert!(rows(&client, DEV).await.is_empty());
    assert_eq!(accounts(&client).await, [PROD]);
    let again = revoke(&client, DEV, AUDITORS).await;
    assert!(again.failure_reason.unwrap().contains("404"));
}

#[tokio::test(start_paused = true)]
async fn an_opposite_request_in_flight_is_a_conflict() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    assign(&client, DEV, AUDITORS).await;
    let delete = client
        .delete_account_assignment()
        .instance_arn(INSTANCE)
        .target_id(DEV)
        .target_type(TargetType::AwsAccount)
        .permission_set_arn(READER)
        .principal_type(PrincipalType::Group)
        .principal_id(AUDITORS);
    let error = delete.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception());
    settle().await;
    delete.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_assigned_fails_now_or_later() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let id = assign(&client, CLOSED, AUDITORS).await;
    settle().await;
    let status = assigned(&client, &id).await;
    assert_eq!(status.status, Some(StatusValues::Failed));
    assert!(status.failure_reason.unwrap().contains("CLOSED"));
    let nobody = "1234567890-00000000-0000-4000-8000-0000000000ff";
    for (account, group, validation) in
        [(DEV, nobody, false), (DEV, "nobody", true), ("12", AUDITORS, true)]
    {
        let request = creation(&client, account, READER, group);
        let error = request.send().await.unwrap_err().into_service_error();
        assert_eq!(error.is_validation_exception(), validation, "{error:?}");
        assert_eq!(error.is_resource_not_found_exception(), !validation, "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_has_rows_through_groups() {
    let sandbox = open(Options { empty_first_page: true, ..Options::default() });
    sandbox.edit(|world| {
        let user = landgrant::sandbox::world::Principal::User(AN.to_owned());
        world.assign(DEV, READER, user);
    });
    let client = sso(&sandbox);
    let list = |account: Option<&str>| {
        let filter = account.map(|account| {
            aws_sdk_ssoadmin::types::ListAccountAssignmentsFilter::builder()
                .account_id(account)
                .build()
        });
        let request = client.list_account_assignments_for_principal().instance_arn(INSTANCE);
        let request = request.principal_type(PrincipalType::User).principal_id(AN);
        let pages = request.set_filter(filter).into_paginator().items();
        async move {
            let rows = pages.send().collect::<Result<Vec<_>, _>>().await.unwrap();
            rows.into_iter()
                .map(|row| {
                    let kind = row.principal_type.unwrap();
                    (row.account_id.unwrap(), kind, row.principal_id.unwrap())
                })
                .collect::<Vec<_>>()
        }
    };
    let inherited = (PROD.to_owned(), PrincipalType::Group, DEVELOPERS.to_owned());
    let direct = (DEV.to_owned(), PrincipalType::User, AN.to_owned());
    assert_eq!(list(None).await, [inherited.clone(), direct]);
    assert_eq!(list(Some(PROD)).await, [inherited]);
}

#[tokio::test(start_paused = true)]
async fn a_deleted_group_leaves_rows_that_fail_to_go() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let directory = store(&sandbox);
    directory.delete_group().identity_store_id(STORE).group_id(DEVELOPERS).send().await.unwrap();
    assert_eq!(rows(&client, PROD).await, [DEVELOPERS]);
    let status = revoke(&client, PROD, DEVELOPERS).await;
    assert_eq!(status.status, Some(StatusValues::Failed));
    let reason = status.failure_reason.unwrap();
    assert!(reason.contains("404") && reason.contains("not found in directory"), "{reason}");
    assert!(rows(&client, PROD).await.is_empty());
    assert!(accounts(&client).await.is_empty());
    let delete = client.delete_permission_set().instance_arn(INSTANCE).permission_set_arn(READER);
    delete.send().await.unwrap();
}

static WRITES: AtomicUsize = AtomicUsize::new(0);

#[tokio::test(start_paused = true)]
async fn what_is_in_flight_survives_a_new_process() {
    let sandbox = open(Options::default());
    sandbox.on_write(Box::new(|sandbox| {
        assert!(sandbox.to_json().contains("sandbox"));
        WRITES.fetch_add(1, Ordering::SeqCst);
    }));
    let client = sso(&sandbox);
    let id = assign(&client, DEV, AUDITORS).await;
    assert_eq!(WRITES.load(Ordering::SeqCst), 1);
    let text = sandbox.to_json();
    let again = Sandbox::from_json(text.as_bytes(), Options::default()).unwrap();
    let other = sso(&again);
    assert_eq!(assigned(&other, &id).await.status, Some(StatusValues::InProgress));
    settle().await;
    assert_eq!(assigned(&other, &id).await.status, Some(StatusValues::Succeeded));
    assert_eq!(rows(&other, DEV).await, [AUDITORS]);
    assert_eq!(again.calls()[0].run, 2);
    assert_eq!(rows(&client, DEV).await, [AUDITORS]);
    assert_eq!(WRITES.load(Ordering::SeqCst), 2, "a read that settles something is a write too");
}
