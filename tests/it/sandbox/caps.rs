//! What may be under way at once, and how much has room in one place.

use super::assignments::creation;
use super::{AN, AUDITORS, DEV, DEVELOPERS, INSTANCE, PROD, READER, once, open, settle, sso};
use aws_sdk_ssoadmin::Client;
use aws_sdk_ssoadmin::config::retry::RetryConfig;
use aws_sdk_ssoadmin::types::{PrincipalType, ProvisionTargetType};
use landgrant::sandbox::{Options, Quotas, Sandbox};
use std::time::Duration;
use tokio::time::sleep;

fn limited(quotas: Quotas) -> (Sandbox, Client) {
    let sandbox = open(Options { quotas: Some(quotas), ..Options::default() });
    let client = once!(aws_sdk_ssoadmin, sso(&sandbox));
    (sandbox, client)
}

/// How many creations of assignments have each status: in progress, succeeded.
async fn statuses(client: &Client) -> (usize, usize) {
    let list = client.list_account_assignment_creation_status().instance_arn(INSTANCE);
    let answer = list.send().await.unwrap();
    let of = |wanted: &str| {
        let all = answer.account_assignments_creation_status().iter();
        all.filter(|one| one.status().is_some_and(|status| status.as_str() == wanted)).count()
    };
    (of("IN_PROGRESS"), of("SUCCEEDED"))
}

#[tokio::test(start_paused = true)]
async fn fifteen_assignments_may_be_outstanding() {
    let (sandbox, client) = limited(Quotas::default());
    for _ in 0..15 {
        creation(&client, DEV, READER, AUDITORS).send().await.unwrap();
    }
    let next = creation(&client, PROD, READER, AUDITORS);
    let error = next.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_service_quota_exceeded_exception(), "{error:?}");
    // Deletions are not counted.
    let delete = client.delete_account_assignment().instance_arn(INSTANCE).target_id(PROD);
    let delete = delete.target_type(aws_sdk_ssoadmin::types::TargetType::AwsAccount);
    let delete = delete.permission_set_arn(READER).principal_type(PrincipalType::Group);
    delete.principal_id(DEVELOPERS).send().await.unwrap();
    // One has ended, and there is room for one.
    sleep(Duration::from_millis(250)).await;
    next.clone().send().await.unwrap();
    next.send().await.unwrap_err();
    assert_eq!(sandbox.counts()["sso-admin:CreateAccountAssignment"].throttled, 0);
}

#[tokio::test(start_paused = true)]
async fn three_sets_may_be_provisioned_at_once() {
    let (_, client) = limited(Quotas::default());
    let provision = client.provision_permission_set().instance_arn(INSTANCE);
    let provision = provision.permission_set_arn(READER);
    let provision = provision.target_type(ProvisionTargetType::AllProvisionedAccounts);
    for _ in 0..3 {
        provision.clone().send().await.unwrap();
    }
    let error = provision.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception(), "{error:?}");
    settle().await;
    provision.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn requests_in_one_account_take_turns() {
    let (_, client) = limited(Quotas::default());
    for (account, group) in [(DEV, AUDITORS), (DEV, DEVELOPERS), (PROD, AUDITORS)] {
        creation(&client, account, READER, group).send().await.unwrap();
    }
    // In prod, where the set is provisioned, this waits for the assignment.
    let provision = client.provision_permission_set().instance_arn(INSTANCE);
    let provision = provision.permission_set_arn(READER);
    let provision = provision.target_type(ProvisionTargetType::AllProvisionedAccounts);
    let answer = provision.send().await.unwrap().permission_set_provisioning_status.unwrap();
    let ended = || async {
        let describe = client.describe_permission_set_provisioning_status().instance_arn(INSTANCE);
        let describe =
            describe.provision_permission_set_request_id(answer.request_id.clone().unwrap());
        let answer = describe.send().await.unwrap();
        let status = answer.permission_set_provisioning_status.unwrap().status.unwrap();
        status.as_str() == "SUCCEEDED"
    };
    assert_eq!(statuses(&client).await, (3, 0));
    sleep(Duration::from_millis(201)).await;
    assert_eq!(statuses(&client).await, (1, 2), "one in each account has ended");
    assert!(!ended().await);
    sleep(Duration::from_millis(200)).await;
    assert_eq!(statuses(&client).await, (0, 3));
    assert!(ended().await);
}

#[tokio::test(start_paused = true)]
async fn without_quotas_requests_run_side_by_side() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    for group in [AUDITORS, DEVELOPERS] {
        creation(&client, DEV, READER, group).send().await.unwrap();
    }
    sleep(Duration::from_millis(201)).await;
    assert_eq!(statuses(&client).await, (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_pair_has_room_for_so_many_groups() {
    let (_, client) = limited(Quotas { groups_per_pair: 1, ..Quotas::default() });
    let error = creation(&client, PROD, READER, AUDITORS).send().await.unwrap_err();
    assert!(error.into_service_error().is_service_quota_exceeded_exception());
    // The group that has it already takes no room, nor does a user.
    creation(&client, PROD, READER, DEVELOPERS).send().await.unwrap();
    let user = creation(&client, PROD, READER, AN).principal_type(PrincipalType::User);
    user.send().await.unwrap();
    // What is under way takes its room at once.
    creation(&client, DEV, READER, DEVELOPERS).send().await.unwrap();
    creation(&client, DEV, READER, AUDITORS).send().await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn an_account_has_room_for_so_many_sets() {
    let (_, client) = limited(Quotas { sets_per_account: 1, ..Quotas::default() });
    let create = client.create_permission_set().instance_arn(INSTANCE).name("Other");
    let other = create.send().await.unwrap().permission_set.unwrap().permission_set_arn.unwrap();
    let error = creation(&client, PROD, &other, AUDITORS).send().await.unwrap_err();
    assert!(error.into_service_error().is_service_quota_exceeded_exception());
    creation(&client, PROD, READER, AUDITORS).send().await.unwrap();
    creation(&client, DEV, &other, AUDITORS).send().await.unwrap();
    creation(&client, DEV, READER, AUDITORS).send().await.unwrap_err();
}
