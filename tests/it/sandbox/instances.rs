//! Several instances of Identity Center, and one without permission sets.

use super::{INSTANCE, MANAGEMENT, PROD, open, sso};
use landgrant::sandbox::{Instance, Options};

const OTHER: &str = "arn:aws:sso:::instance/ssoins-0000000000000000";

fn account_instance() -> Instance {
    Instance {
        arn: OTHER.to_owned(),
        identity_store_id: "d-0000000000".to_owned(),
        owner: PROD.to_owned(),
        status: "CREATE_IN_PROGRESS".to_owned(),
        region: "eu-central-1".to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn other_instances_are_listed_and_hold_nothing() {
    let sandbox = open(Options {
        instances: vec![account_instance()],
        page_limit: Some(1),
        ..Options::default()
    });
    let client = sso(&sandbox);
    let all = client.list_instances().into_paginator().items().send();
    let all: Vec<_> = all.collect::<Result<_, _>>().await.unwrap();
    let seen = all.iter().map(|one| {
        let (arn, owner) = (one.instance_arn().unwrap(), one.owner_account_id().unwrap());
        (arn, owner, one.status().unwrap().as_str(), one.primary_region().unwrap())
    });
    assert_eq!(
        seen.collect::<Vec<_>>(),
        [
            (OTHER, PROD, "CREATE_IN_PROGRESS", "eu-central-1"),
            (INSTANCE, MANAGEMENT, "ACTIVE", "ap-southeast-1"),
        ]
    );
    let describe = |arn: &str| client.describe_instance().instance_arn(arn).send();
    let other = describe(OTHER).await.unwrap();
    assert_eq!(other.identity_store_id(), Some("d-0000000000"));
    assert_eq!(other.permission_sets_enabled(), Some(false));
    assert_eq!(describe(INSTANCE).await.unwrap().permission_sets_enabled(), Some(true));
    let list = client.list_permission_sets().instance_arn(OTHER).send().await;
    let error = list.unwrap_err().into_service_error();
    assert!(error.is_validation_exception(), "{error:?}");
    assert_eq!(error.meta().message().map(|text| text.contains("not supported")), Some(true));
}

#[tokio::test(start_paused = true)]
async fn permission_sets_may_be_switched_off() {
    let sandbox = open(Options { permission_sets_disabled: true, ..Options::default() });
    let client = sso(&sandbox);
    let describe = client.describe_instance().instance_arn(INSTANCE).send().await.unwrap();
    assert_eq!(describe.permission_sets_enabled(), Some(false));
    let error = client.list_permission_sets().instance_arn(INSTANCE).send().await.unwrap_err();
    assert!(error.into_service_error().is_validation_exception());
    let create = client.create_permission_set().instance_arn(INSTANCE).name("New");
    assert!(create.send().await.unwrap_err().into_service_error().is_validation_exception());
}
