//! Permission sets: definitions, policies, staleness.

use super::{INSTANCE, PROD, READER, code, open, settle, sso};
use aws_sdk_ssoadmin::Client;
use aws_sdk_ssoadmin::types::{
    CustomerManagedPolicyReference, PermissionsBoundary, ProvisionTargetType, ProvisioningStatus,
    Tag,
};
use landgrant::sandbox::Options;

async fn stale(client: &Client, set: &str) -> Vec<String> {
    let request = client.list_accounts_for_provisioned_permission_set().instance_arn(INSTANCE);
    let status = ProvisioningStatus::LatestPermissionSetNotProvisioned;
    let answer = request.permission_set_arn(set).provisioning_status(status).send().await.unwrap();
    answer.account_ids().to_vec()
}

#[tokio::test(start_paused = true)]
async fn an_edit_makes_accounts_stale_until_they_are_provisioned() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    assert!(stale(&client, READER).await.is_empty());
    let tag = Tag::builder().key("a").value("b").build().unwrap();
    client
        .tag_resource()
        .resource_arn(READER)
        .instance_arn(INSTANCE)
        .tags(tag)
        .send()
        .await
        .unwrap();
    assert!(stale(&client, READER).await.is_empty(), "a tag needs no provisioning");

    let request = client.put_inline_policy_to_permission_set().instance_arn(INSTANCE);
    request
        .permission_set_arn(READER)
        .inline_policy("{\"Version\": \"2012-10-17\"}")
        .send()
        .await
        .unwrap();
    assert_eq!(stale(&client, READER).await, [PROD]);

    let request = client.provision_permission_set().instance_arn(INSTANCE);
    let request = request.permission_set_arn(READER);
    let target = ProvisionTargetType::AllProvisionedAccounts;
    let status = request.target_type(target).send().await.unwrap();
    let status = status.permission_set_provisioning_status.unwrap();
    assert_eq!(status.status.unwrap().as_str(), "IN_PROGRESS");
    // An edit after the request is not in what it provisions.
    let request = client.delete_inline_policy_from_permission_set().instance_arn(INSTANCE);
    request.permission_set_arn(READER).send().await.unwrap();
    settle().await;
    let describe = client.describe_permission_set_provisioning_status().instance_arn(INSTANCE);
    let id = status.request_id.unwrap();
    let answer = describe.provision_permission_set_request_id(&id).send().await.unwrap();
    let status = answer.permission_set_provisioning_status.unwrap();
    assert_eq!(status.status.unwrap().as_str(), "SUCCEEDED");
    assert_eq!(stale(&client, READER).await, [PROD]);
}

#[tokio::test(start_paused = true)]
async fn an_update_without_relay_state_clears_it() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let request = client.update_permission_set().instance_arn(INSTANCE).permission_set_arn(READER);
    request.description("Reads more").send().await.unwrap();
    let request = client.describe_permission_set().instance_arn(INSTANCE);
    let answer = request.permission_set_arn(READER).send().await.unwrap();
    let set = answer.permission_set.unwrap();
    assert_eq!(set.description.as_deref(), Some("Reads more"));
    assert_eq!(set.session_duration.as_deref(), Some("PT8H"));
    assert_eq!(set.relay_state, None);
}

#[tokio::test(start_paused = true)]
async fn policies_are_attached_listed_and_detached() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let arn = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess";
    let attach = || {
        let request = client.attach_managed_policy_to_permission_set().instance_arn(INSTANCE);
        request.permission_set_arn(READER).managed_policy_arn(arn).send()
    };
    attach().await.unwrap();
    assert!(attach().await.unwrap_err().into_service_error().is_conflict_exception());
    let request = client.list_managed_policies_in_permission_set().instance_arn(INSTANCE);
    let answer = request.permission_set_arn(READER).send().await.unwrap();
    let names: Vec<_> =
        answer.attached_managed_policies().iter().filter_map(|p| p.name()).collect();
    assert_eq!(names, ["ReadOnlyAccess", "ViewOnlyAccess"]);

    let guard =
        CustomerManagedPolicyReference::builder().name("Guard").path("/platform/").build().unwrap();
    let detach = client
        .detach_customer_managed_policy_reference_from_permission_set()
        .instance_arn(INSTANCE)
        .permission_set_arn(READER)
        .customer_managed_policy_reference(guard.clone());
    let error = detach.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    let attach = client.attach_customer_managed_policy_reference_to_permission_set();
    let attach = attach.instance_arn(INSTANCE).permission_set_arn(READER);
    attach.customer_managed_policy_reference(guard).send().await.unwrap();
    detach.send().await.unwrap();

    let get = client.get_permissions_boundary_for_permission_set().instance_arn(INSTANCE);
    let get = get.permission_set_arn(READER);
    let error = get.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    let put = client.put_permissions_boundary_to_permission_set().instance_arn(INSTANCE);
    let put = put.permission_set_arn(READER);
    let none = put.clone().permissions_boundary(PermissionsBoundary::builder().build());
    assert!(none.send().await.unwrap_err().into_service_error().is_validation_exception());
    let boundary = PermissionsBoundary::builder().managed_policy_arn(arn).build();
    put.permissions_boundary(boundary.clone()).send().await.unwrap();
    assert_eq!(get.send().await.unwrap().permissions_boundary, Some(boundary));

    let get = client.get_inline_policy_for_permission_set().instance_arn(INSTANCE);
    let answer = get.permission_set_arn(READER).send().await.unwrap();
    assert_eq!(answer.inline_policy(), Some(""));
}

#[tokio::test(start_paused = true)]
async fn bad_members_are_named() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let create = || client.create_permission_set().instance_arn(INSTANCE);
    let cases = [
        (create().name("x".repeat(33)), "'name'"),
        (create().name("has space"), "'name'"),
        (create().name("A").description("\u{2013}"), "'description'"),
        (create().name("A").session_duration("8h"), "'sessionDuration'"),
        (create().name("A").session_duration("PT13H"), "'sessionDuration'"),
        (create().name("A").relay_state("<>"), "'relayState'"),
    ];
    for (request, member) in cases {
        let error = request.send().await.unwrap_err().into_service_error();
        assert!(error.is_validation_exception(), "{error:?}");
        assert!(
            error.to_string().contains(member) || error.meta().message().unwrap().contains(member)
        );
    }
    let error = create().name("Reader").send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception());
    assert_eq!(error.meta().message(), Some("PermissionSet with name Reader already exists"));
    let delete = client.delete_permission_set().instance_arn(INSTANCE).permission_set_arn(READER);
    let error = delete.send().await.unwrap_err().into_service_error();
    assert_eq!(code(&error), "ConflictException");
    let wrong = client
        .list_permission_sets()
        .instance_arn("arn:aws:sso:::instance/ssoins-0000000000000000");
    assert!(wrong.send().await.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn provisioning_a_set_that_is_nowhere_fails() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let answer = client.create_permission_set().instance_arn(INSTANCE).name("New").send().await;
    let arn = answer.unwrap().permission_set.unwrap().permission_set_arn.unwrap();
    let request = client.provision_permission_set().instance_arn(INSTANCE);
    let request = request.permission_set_arn(&arn);
    let target = ProvisionTargetType::AllProvisionedAccounts;
    let status = request.target_type(target).send().await.unwrap();
    let id = status.permission_set_provisioning_status.unwrap().request_id.unwrap();
    settle().await;
    let describe = client.describe_permission_set_provisioning_status().instance_arn(INSTANCE);
    let answer = describe.provision_permission_set_request_id(&id).send().await.unwrap();
    let reason = answer.permission_set_provisioning_status.unwrap().failure_reason.unwrap();
    assert!(reason.contains("404"), "{reason}");
}
