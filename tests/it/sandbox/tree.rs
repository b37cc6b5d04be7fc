//! Organizations and STS.

use super::{CLOSED, DEV, MANAGEMENT, PROD, open, organizations, sts};
use aws_sdk_organizations::error::ProvideErrorMetadata as _;
use aws_sdk_organizations::types::{ConstraintViolationExceptionReason, Tag};
use landgrant::sandbox::Options;

#[tokio::test(start_paused = true)]
async fn accounts_say_where_they_are() {
    let sandbox =
        open(Options { page_limit: Some(2), empty_first_page: true, ..Options::default() });
    let client = organizations(&sandbox);
    let mut pages = client.list_accounts().into_paginator().send();
    let mut accounts = Vec::new();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        sizes.push(page.accounts().len());
        accounts.extend(page.accounts.unwrap_or_default());
    }
    assert_eq!(sizes, [0, 2, 2]);
    let prod = accounts.iter().find(|account| account.id() == Some(PROD)).unwrap();
    let path = format!("o-abcdefghij/r-ab12/ou-ab12-workload/ou-ab12-prod0000/{PROD}/");
    assert_eq!(prod.paths(), [path]);
    assert_eq!(prod.state().unwrap().as_str(), "ACTIVE");
    let closed = accounts.iter().find(|account| account.id() == Some(CLOSED)).unwrap();
    assert_eq!(closed.state().unwrap().as_str(), "CLOSED");
    let status = closed.status();
    assert_eq!(status, None);
    let error = client.list_accounts().max_results(21).send().await.unwrap_err();
    assert!(error.into_service_error().is_invalid_input_exception());
}

#[tokio::test(start_paused = true)]
async fn units_are_made_renamed_and_removed() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let create = |parent: &str, name: &str| {
        client.create_organizational_unit().parent_id(parent).name(name).send()
    };
    let mut parent = "ou-ab12-prod0000".to_owned();
    for name in ["3", "4", "5"] {
        let unit = create(&parent, name).await.unwrap().organizational_unit.unwrap();
        parent = unit.id.unwrap();
    }
    let error = create(&parent, "6").await.unwrap_err().into_service_error();
    let aws_sdk_organizations::operation::create_organizational_unit::CreateOrganizationalUnitError::ConstraintViolationException(error) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(error.reason(), Some(&ConstraintViolationExceptionReason::OuDepthLimitExceeded));
    let error = create("r-ab12", "Workloads").await.unwrap_err().into_service_error();
    assert!(error.is_duplicate_organizational_unit_exception());
    let error = create("r-zz99", "X").await.unwrap_err().into_service_error();
    assert!(error.is_parent_not_found_exception());

    let rename = client.update_organizational_unit().organizational_unit_id(&parent).name("five");
    let unit = rename.send().await.unwrap().organizational_unit.unwrap();
    assert_eq!(unit.name(), Some("five"));
    let delete = |id: &str| client.delete_organizational_unit().organizational_unit_id(id).send();
    let error = delete("ou-ab12-prod0000").await.unwrap_err().into_service_error();
    assert!(error.is_organizational_unit_not_empty_exception());
    delete(&parent).await.unwrap();
    let error = delete(&parent).await.unwrap_err().into_service_error();
    assert!(error.is_organizational_unit_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn a_move_needs_the_right_source() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let shift = |source: &str, destination: &str| {
        let request = client.move_account().account_id(DEV).source_parent_id(source);
        request.destination_parent_id(destination).send()
    };
    let (workloads, prod) = ("ou-ab12-workload", "ou-ab12-prod0000");
    let error = shift("r-ab12", prod).await.unwrap_err().into_service_error();
    assert!(error.is_source_parent_not_found_exception());
    let error = shift(workloads, "ou-ab12-00000000").await.unwrap_err().into_service_error();
    assert!(error.is_destination_parent_not_found_exception());
    let error = shift(workloads, workloads).await.unwrap_err().into_service_error();
    assert!(error.is_duplicate_account_exception());
    shift(workloads, prod).await.unwrap();
    let parents = client.list_parents().child_id(DEV).send().await.unwrap();
    assert_eq!(parents.parents()[0].id(), Some(prod));
}

#[tokio::test(start_paused = true)]
async fn tags_and_delegations_are_listed() {
    let sandbox = open(Options::default());
    let client = organizations(&sandbox);
    let tag = Tag::builder().key("team").value("loyalty").build().unwrap();
    client.tag_resource().resource_id(PROD).tags(tag).send().await.unwrap();
    client.untag_resource().resource_id(PROD).tag_keys("env").send().await.unwrap();
    let tags = client.list_tags_for_resource().resource_id(PROD).send().await.unwrap();
    assert_eq!(tags.tags().iter().map(Tag::key).collect::<Vec<_>>(), ["team"]);
    let error = client.list_tags_for_resource().resource_id("000000000000").send().await;
    assert_eq!(error.unwrap_err().code(), Some("TargetNotFoundException"));

    let list = client.list_delegated_administrators().service_principal("sso.amazonaws.com");
    let answer = list.send().await.unwrap();
    assert_eq!(answer.delegated_administrators()[0].id(), Some(DEV));
    let services = client.list_delegated_services_for_account().account_id(PROD).send().await;
    assert!(services.unwrap_err().into_service_error().is_account_not_registered_exception());
    let organization = client.describe_organization().send().await.unwrap().organization.unwrap();
    assert_eq!(organization.master_account_id(), Some(MANAGEMENT));
}

#[tokio::test(start_paused = true)]
async fn the_caller_is_of_the_management_account() {
    let sandbox = open(Options::default());
    let caller = sts(&sandbox).get_caller_identity().send().await.unwrap();
    assert_eq!(caller.account(), Some(MANAGEMENT));
    let arn = format!("arn:aws:sts::{MANAGEMENT}:assumed-role/landgrant/sandbox");
    assert_eq!(caller.arn(), Some(arn.as_str()));
    let error = sts(&sandbox).get_session_token().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidAction"));
}
