//! Account Factory: accounts that are provisioned, and those that cannot be.

use super::tower::{WORKLOADS, enrolment, open};
use super::{code, once, organizations, products, settle, tower};
use aws_sdk_servicecatalog::Client;
use aws_sdk_servicecatalog::operation::describe_record::DescribeRecordOutput;
use aws_sdk_servicecatalog::operation::provision_product::builders::ProvisionProductFluentBuilder;
use aws_sdk_servicecatalog::types::{
    AccessLevelFilter, AccessLevelFilterKey, ProvisioningParameter, RecordStatus,
};
use aws_sdk_ssoadmin::config::retry::RetryConfig;
use landgrant::sandbox::{Caller, Effect, Fault, Options, Sandbox};
use std::time::Duration;

const PRODUCT: &str = "AWS Control Tower Account Factory";
const VERSION: &str = "AWS Control Tower Account Factory v2";

fn provision(client: &Client, name: &str) -> ProvisionProductFluentBuilder {
    let values = [
        ("AccountEmail", format!("aws+{name}@wallet.example")),
        ("AccountName", name.to_owned()),
        ("ManagedOrganizationalUnit", "Workloads".to_owned()),
        ("SSOUserEmail", "an@wallet.example".to_owned()),
        ("SSOUserFirstName", "An".to_owned()),
        ("SSOUserLastName", "Nguyen".to_owned()),
    ];
    let request = client.provision_product().product_name(PRODUCT).provisioned_product_name(name);
    let request = request.provisioning_artifact_name(VERSION).provision_token(format!("t-{name}"));
    values.into_iter().fold(request, |request, (key, value)| {
        let parameter = ProvisioningParameter::builder().key(key).value(value).build();
        request.provisioning_parameters(parameter)
    })
}

async fn begin(client: &Client, name: &str) -> String {
    let answer = provision(client, name).send().await.unwrap();
    answer.record_detail.unwrap().record_id.unwrap()
}

async fn record(client: &Client, id: &str) -> DescribeRecordOutput {
    client.describe_record().id(id).send().await.unwrap()
}

async fn status(client: &Client, id: &str) -> RecordStatus {
    record(client, id).await.record_detail.unwrap().status.unwrap()
}

async fn reason(client: &Client, id: &str) -> String {
    let detail = record(client, id).await.record_detail.unwrap();
    detail.record_errors()[0].description().unwrap().to_owned()
}

/// The accounts of a name, with their parents.
async fn places(sandbox: &Sandbox, name: &str) -> Vec<(String, String)> {
    let client = organizations(sandbox);
    let list = client.list_accounts().send().await.unwrap();
    let mut found = Vec::new();
    for account in list.accounts().iter().filter(|account| account.name() == Some(name)) {
        let id = account.id().unwrap();
        let parents = client.list_parents().child_id(id).send().await.unwrap();
        found.push((id.to_owned(), parents.parents()[0].id().unwrap().to_owned()));
    }
    found
}

fn slow() -> Options {
    Options { delay: Duration::from_secs(80), ..Options::default() }
}

#[tokio::test(start_paused = true)]
async fn an_account_is_there_before_it_is_in_its_place() {
    let sandbox = open(slow());
    let client = products(&sandbox);
    let id = begin(&client, "new").await;
    assert_eq!(status(&client, &id).await, RecordStatus::Created);
    assert!(places(&sandbox, "new").await.is_empty());
    tokio::time::sleep(Duration::from_secs(41)).await;
    assert_eq!(status(&client, &id).await, RecordStatus::InProgress);
    let halfway = places(&sandbox, "new").await;
    assert_eq!(halfway[0].1, "r-ab12");
    // Even if the process ends here, there is one account in the end.
    let again = Sandbox::from_json(sandbox.to_json().as_bytes(), slow()).unwrap();
    let client = products(&again);
    tokio::time::sleep(Duration::from_secs(40)).await;
    assert_eq!(status(&client, &id).await, RecordStatus::Succeeded);
    assert_eq!(
        places(&again, "new").await,
        [(halfway[0].0.clone(), "ou-ab12-workload".to_owned())]
    );
    assert!(enrolment(&again, &halfway[0].0).await.is_some());
    let outputs = record(&client, &id).await.record_outputs.unwrap();
    let own = outputs.iter().find(|output| output.output_key() == Some("AccountId")).unwrap();
    assert_eq!(own.output_value(), Some(halfway[0].0.as_str()));
}

#[tokio::test(start_paused = true)]
async fn what_fails_is_in_error_before() {
    let sandbox = open(slow());
    let client = products(&sandbox);
    let failing = Effect::AsyncFail("the account could not be set up".to_owned());
    sandbox.script(vec![
        Fault::new("ProvisionProduct", 1, failing),
        Fault::new("ProvisionProduct", 2, Effect::Hang),
    ]);
    let id = begin(&client, "new").await;
    let hanging = begin(&client, "other").await;
    tokio::time::sleep(Duration::from_secs(70)).await;
    assert_eq!(status(&client, &id).await, RecordStatus::InProgressInError);
    assert_eq!(reason(&client, &id).await, "the account could not be set up");
    tokio::time::sleep(Duration::from_secs(11)).await;
    assert_eq!(status(&client, &id).await, RecordStatus::Failed);
    assert!(places(&sandbox, "new").await.is_empty());
    assert_eq!(status(&client, &hanging).await, RecordStatus::InProgress);
    let describe = client.describe_provisioned_product().name("new").send().await.unwrap();
    let detail = describe.provisioned_product_detail.unwrap();
    assert_eq!(detail.status.unwrap().as_str(), "ERROR");
}

#[tokio::test(start_paused = true)]
async fn two_that_want_one_address_are_one_account() {
    let sandbox = open(Options::default());
    let client = products(&sandbox);
    let first = begin(&client, "new").await;
    let create = organizations(&sandbox).create_account().account_name("new");
    create.email("AWS+New@wallet.example").send().await.unwrap();
    settle().await;
    settle().await;
    assert_eq!(places(&sandbox, "new").await.len(), 1);
    let ended = status(&client, &first).await;
    let created = organizations(&sandbox).list_create_account_status().send().await.unwrap();
    let other = created.create_account_statuses()[0].state().unwrap().as_str();
    let both = (ended == RecordStatus::Succeeded, other == "SUCCEEDED");
    assert!(both == (true, false) || both == (false, true), "{ended:?} {other}");
}

#[tokio::test(start_paused = true)]
async fn five_at_a_time_and_none_while_a_unit_is_changed() {
    let sandbox = open(Options::default());
    let client = products(&sandbox);
    for name in ["a1", "a2", "a3", "a4", "a5"] {
        begin(&client, name).await;
    }
    let sixth = begin(&client, "a6").await;
    let reset = tower(&sandbox).list_enabled_baselines().send().await.unwrap();
    let own = reset.enabled_baselines().iter().find(|one| one.target_identifier() == WORKLOADS);
    let own = own.unwrap().arn().to_owned();
    let tower = once!(aws_sdk_controltower, tower(&sandbox));
    let reset = tower.reset_enabled_baseline().enabled_baseline_identifier(own);
    let error = reset.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception(), "{error:?}");
    settle().await;
    assert!(reason(&client, &sixth).await.contains("5 account operations"));
    for name in ["a1", "a2", "a3", "a4", "a5"] {
        assert_eq!(places(&sandbox, name).await[0].1, "ou-ab12-workload", "{name}");
    }
    reset.send().await.unwrap();
    let busy = begin(&client, "a7").await;
    settle().await;
    assert!(reason(&client, &busy).await.contains("another operation is in progress"));
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_had_again_by_its_token() {
    let sandbox = open(Options::default());
    let client = once!(aws_sdk_servicecatalog, products(&sandbox));
    sandbox.script(vec![Fault::new("ProvisionProduct", 1, Effect::Lose)]);
    provision(&client, "new").send().await.unwrap_err();
    let id = begin(&client, "new").await;
    settle().await;
    assert_eq!(status(&client, &id).await, RecordStatus::Succeeded);
    let again = begin(&client, "new").await;
    assert_eq!((again, places(&sandbox, "new").await.len()), (id, 1));
    let error = provision(&client, "new").provision_token("other").send().await.unwrap_err();
    assert_eq!(code(&error), "DuplicateResourceException");
}

#[tokio::test(start_paused = true)]
async fn the_product_is_for_the_management_account_with_a_landing_zone() {
    let delegated = open(Options { caller: Caller::Delegated, ..Options::default() });
    let without = super::open(Options::default());
    for sandbox in [delegated, without] {
        let client = products(&sandbox);
        let found = client.search_products().send().await.unwrap();
        assert!(found.product_view_summaries().is_empty());
        let error = provision(&client, "new").send().await.unwrap_err();
        assert_eq!(code(&error), "ResourceNotFoundException");
        let all = AccessLevelFilter::builder().key(AccessLevelFilterKey::Account).value("self");
        let found = client.search_provisioned_products().access_level_filter(all.build());
        assert!(found.send().await.unwrap().provisioned_products().is_empty());
    }
}
