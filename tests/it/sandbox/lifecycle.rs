//! Accounts that are created and closed.

use super::{CLOSED, DEV, MANAGEMENT, PROD, once, open, organizations, settle};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{CreateAccountState, CreateAccountStatus, Tag};
use aws_sdk_ssoadmin::config::retry::RetryConfig;
use landgrant::sandbox::{Effect, Fault, Options, Quotas, Rate, Sandbox};
use std::time::Duration;

async fn create(client: &Client, name: &str) -> CreateAccountStatus {
    let email = format!("aws+{name}@wallet.example");
    let request = client.create_account().account_name(name).email(email);
    let tag = Tag::builder().key("env").value("new").build().unwrap();
    request.tags(tag).send().await.unwrap().create_account_status.unwrap()
}

async fn status(client: &Client, id: &str) -> CreateAccountStatus {
    let describe = client.describe_create_account_status().create_account_request_id(id);
    describe.send().await.unwrap().create_account_status.unwrap()
}

async fn state(client: &Client, id: &str) -> String {
    let describe = client.describe_account().account_id(id).send().await.unwrap();
    describe.account.unwrap().state.unwrap().as_str().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_new_account_lands_in_the_root_when_its_request_succeeds() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let request = create(&client, "new").await;
    assert_eq!(request.state, Some(CreateAccountState::InProgress));
    assert_eq!((request.account_id, request.account_name.as_deref()), (None, Some("new")));
    assert_eq!(client.list_accounts().send().await.unwrap().accounts().len(), 4);
    settle().await;
    let id = request.id.unwrap();
    let done = status(&client, &id).await;
    assert_eq!(done.state, Some(CreateAccountState::Succeeded));
    assert!(done.completed_timestamp.is_some());
    let account = done.account_id.unwrap();
    assert_eq!(state(&client, &account).await, "ACTIVE");
    let parents = client.list_parents().child_id(&account).send().await.unwrap();
    assert_eq!(parents.parents()[0].id(), Some("r-ab12"));
    let tags = client.list_tags_for_resource().resource_id(&account).send().await.unwrap();
    assert_eq!(tags.tags()[0].value(), "new");
}

#[tokio::test(start_paused = true)]
async fn a_creation_fails_later_and_says_why() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let failed = Effect::AsyncFail("INTERNAL_FAILURE".to_owned());
    sandbox.script(vec![Fault::new("CreateAccount", 3, failed)]);
    let first = create(&client, "one").await;
    // The same address in other letters, while the first one is under way.
    let again = client.create_account().account_name("again").email("AWS+one@wallet.example");
    let again = again.send().await.unwrap().create_account_status.unwrap();
    let third = create(&client, "three").await;
    settle().await;
    let mut ends = Vec::new();
    for request in [first, again, third] {
        let done = status(&client, request.id().unwrap()).await;
        ends.push(done.failure_reason.map(|reason| reason.as_str().to_owned()));
    }
    let failed = |reason: &str| Some(reason.to_owned());
    assert_eq!(ends, [None, failed("EMAIL_ALREADY_EXISTS"), failed("INTERNAL_FAILURE")]);
    let list = client.list_create_account_status().states(CreateAccountState::Failed);
    assert_eq!(list.send().await.unwrap().create_account_statuses().len(), 2);
    let nobody = client.describe_create_account_status().create_account_request_id("car-00000000");
    let error = nobody.send().await.unwrap_err().into_service_error();
    assert!(error.is_create_account_status_not_found_exception());
    let wrong = client.create_account().account_name("x").email("no address").send().await;
    assert!(wrong.unwrap_err().into_service_error().is_invalid_input_exception());
}

#[tokio::test(start_paused = true)]
async fn a_closed_account_waits_and_is_suspended() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let close = |id: &str| client.close_account().account_id(id).send();
    close(DEV).await.unwrap();
    assert_eq!(state(&client, DEV).await, "PENDING_CLOSURE");
    assert!(close(DEV).await.unwrap_err().into_service_error().is_conflict_exception());
    settle().await;
    assert_eq!(state(&client, DEV).await, "SUSPENDED");
    for id in [DEV, CLOSED] {
        let error = close(id).await.unwrap_err().into_service_error();
        assert!(error.is_account_already_closed_exception(), "{error:?}");
    }
    let error = close(MANAGEMENT).await.unwrap_err().into_service_error();
    assert!(error.is_constraint_violation_exception());
    let error = close("000000000000").await.unwrap_err().into_service_error();
    assert!(error.is_account_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn what_is_under_way_survives_a_new_process() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let id = create(&client, "new").await.id.unwrap();
    client.close_account().account_id(DEV).send().await.unwrap();
    let text = sandbox.to_json();
    let again = Sandbox::from_json(text.as_bytes(), Options::default()).unwrap();
    let client = organizations(&again);
    assert_eq!(status(&client, &id).await.state, Some(CreateAccountState::InProgress));
    settle().await;
    assert_eq!(status(&client, &id).await.state, Some(CreateAccountState::Succeeded));
    assert_eq!(state(&client, DEV).await, "SUSPENDED");
    let third = Sandbox::from_json(again.to_json().as_bytes(), Options::default()).unwrap();
    let done = status(&organizations(&third), &id).await;
    assert!(done.account_id.is_some() && done.completed_timestamp.is_some());
}

/// AWS's caps with rates that do not come in their way.
fn unhurried() -> Quotas {
    let mut quotas = Quotas::default();
    quotas.organizations.retain(|_, rate| {
        *rate = Rate::per_second(100, 100);
        true
    });
    quotas
}

#[tokio::test(start_paused = true)]
async fn five_accounts_may_be_created_at_once_and_three_closed() {
    let sandbox = open(Options { quotas: Some(unhurried()), ..Options::default() });
    let client = once!(aws_sdk_organizations, organizations(&sandbox));
    for name in ["a", "b", "c", "e", "f"] {
        create(&client, name).await;
    }
    let sixth = client.create_account().account_name("g").email("aws+g@wallet.example");
    let error = sixth.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_too_many_requests_exception(), "{error:?}");
    settle().await;
    sixth.send().await.unwrap();
    settle().await;
    let list = client.list_accounts().send().await.unwrap();
    let new = list.accounts().iter().filter(|account| account.name().unwrap().len() == 1);
    let new: Vec<&str> = new.map(|account| account.id().unwrap()).collect();
    assert_eq!(new.len(), 6);
    for id in &new[..3] {
        client.close_account().account_id(*id).send().await.unwrap();
    }
    let fourth = client.close_account().account_id(new[3]);
    let error = fourth.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_constraint_violation_exception(), "{error:?}");
    assert_eq!(state(&client, new[3]).await, "ACTIVE");
    settle().await;
    fourth.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn accounts_come_and_go_slowly() {
    let sandbox = open(Options { quotas: Some(Quotas::default()), ..Options::default() });
    let client = once!(aws_sdk_organizations, organizations(&sandbox));
    for name in ["a", "b", "c"] {
        create(&client, name).await;
    }
    let fourth = client.create_account().account_name("d").email("aws+d2@wallet.example");
    fourth.clone().send().await.unwrap_err();
    tokio::time::advance(Duration::from_secs(10)).await;
    fourth.send().await.unwrap();
    client.close_account().account_id(DEV).send().await.unwrap();
    let next = client.close_account().account_id(PROD);
    tokio::time::advance(Duration::from_secs(19)).await;
    next.clone().send().await.unwrap_err();
    tokio::time::advance(Duration::from_secs(1)).await;
    next.send().await.unwrap();
    let counts = sandbox.counts();
    assert_eq!(counts["organizations:CreateAccount"].throttled, 1);
    assert_eq!(counts["organizations:CloseAccount"].throttled, 1);
}

#[tokio::test(start_paused = true)]
async fn only_so_many_accounts_are_closed_in_a_month() {
    let quotas = Quotas { account_closures_a_month: 1, ..unhurried() };
    let options = || Options { quotas: Some(quotas.clone()), ..Options::default() };
    let sandbox = open(options());
    let close = async |sandbox: &Sandbox, id: &str| {
        let client = once!(aws_sdk_organizations, organizations(sandbox));
        client.close_account().account_id(id).send().await
    };
    close(&sandbox, DEV).await.unwrap();
    settle().await;
    let again = Sandbox::from_json(sandbox.to_json().as_bytes(), options()).unwrap();
    let error = close(&again, PROD).await.unwrap_err().into_service_error();
    let text = format!("{error:?}");
    assert!(
        text.contains("CloseAccountQuotaExceeded") || text.contains("CLOSE_ACCOUNT_QUOTA_EXCEEDED"),
        "{text}"
    );
    tokio::time::sleep(Duration::from_hours(31 * 24)).await;
    close(&again, PROD).await.unwrap();
}
