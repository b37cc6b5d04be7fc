//! What the management account, a delegated administrator and a plain member may do.

use super::assignments::creation;
use super::{
    AN, AUDITORS, DEV, INSTANCE, MANAGEMENT, PROD, READER, STORE, code, last, open, organizations,
    sso, store, sts, world,
};
use aws_sdk_ssoadmin::types::{PrincipalType, ProvisionTargetType, Tag};
use landgrant::sandbox::{Caller, Options, Sandbox};

const DENIED: &str = "AccessDeniedException";

fn called_by(caller: Caller) -> Sandbox {
    open(Options { caller, ..Options::default() })
}

async fn account(sandbox: &Sandbox) -> String {
    sts(sandbox).get_caller_identity().send().await.unwrap().account.unwrap()
}

/// Whether the last call was denied; whatever else came of it is no matter here.
fn denied(sandbox: &Sandbox) -> bool {
    last(sandbox) == DENIED
}

#[tokio::test(start_paused = true)]
async fn a_delegated_administrator_may_not_touch_the_management_account() {
    let sandbox = called_by(Caller::Delegated);
    assert_eq!(account(&sandbox).await, DEV);
    let client = sso(&sandbox);
    creation(&client, PROD, READER, AUDITORS).send().await.unwrap();
    let error = creation(&client, MANAGEMENT, READER, AUDITORS).send().await.unwrap_err();
    let error = error.into_service_error();
    assert!(error.is_access_denied_exception());
    let text = error.meta().message().unwrap_or_default();
    assert!(text.contains("is not authorized to perform: sso:CreateAccountAssignment"), "{text}");
    let delete = client.delete_account_assignment().instance_arn(INSTANCE).target_id(MANAGEMENT);
    let delete = delete.target_type(aws_sdk_ssoadmin::types::TargetType::AwsAccount);
    let delete = delete.permission_set_arn(READER).principal_type(PrincipalType::Group);
    assert_eq!(code(&delete.principal_id(AUDITORS).send().await.unwrap_err()), DENIED);
    let rows = client.list_account_assignments_for_principal().instance_arn(INSTANCE);
    let rows = rows.principal_type(PrincipalType::User).principal_id(AN).send().await.unwrap();
    assert_eq!(rows.account_assignments().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn nor_a_permission_set_that_is_provisioned_there() {
    let sandbox = called_by(Caller::Delegated);
    let client = sso(&sandbox);
    let update = client.update_permission_set().instance_arn(INSTANCE).permission_set_arn(READER);
    let update = update.session_duration("PT2H");
    update.clone().send().await.unwrap();
    let create = client.create_permission_set().instance_arn(INSTANCE).name("Other");
    let other = create.send().await.unwrap().permission_set.unwrap().permission_set_arn.unwrap();
    sandbox.edit(|world| {
        let auditors = landgrant::sandbox::world::Principal::Group(AUDITORS.to_owned());
        world.assign(MANAGEMENT, READER, auditors);
    });
    assert_eq!(code(&update.send().await.unwrap_err()), DENIED);
    let assign = creation(&client, PROD, READER, AUDITORS);
    assert_eq!(code(&assign.send().await.unwrap_err()), DENIED);
    let provision = client.provision_permission_set().instance_arn(INSTANCE);
    let provision = provision.permission_set_arn(READER).target_id(PROD);
    let provision = provision.target_type(ProvisionTargetType::AwsAccount);
    assert_eq!(code(&provision.send().await.unwrap_err()), DENIED);
    let tag = Tag::builder().key("a").value("b").build().unwrap();
    let tag = client.tag_resource().instance_arn(INSTANCE).resource_arn(READER).tags(tag);
    assert_eq!(code(&tag.send().await.unwrap_err()), DENIED);
    assert_eq!(sandbox.counts()["sso-admin:TagResource"].denied, 1);
    // It may be read, and other sets are not concerned.
    let describe = client.describe_permission_set().instance_arn(INSTANCE);
    describe.permission_set_arn(READER).send().await.unwrap();
    creation(&client, PROD, &other, AUDITORS).send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_delegated_administrator_reads_the_organization_and_writes_the_directory() {
    let sandbox = called_by(Caller::Delegated);
    let tree = organizations(&sandbox);
    tree.describe_organization().send().await.unwrap();
    assert_eq!(tree.list_accounts().send().await.unwrap().accounts().len(), 4);
    let create = tree.create_organizational_unit().parent_id("r-ab12").name("New");
    assert!(create.send().await.unwrap_err().into_service_error().is_access_denied_exception());
    let group = store(&sandbox).create_group().identity_store_id(STORE).display_name("new");
    group.send().await.unwrap();
    // Rights follow the world: without the registration the account is a plain member.
    sandbox.edit(|world| world.organization.delegated_administrators.clear());
    tree.list_accounts().send().await.unwrap_err();
    assert!(denied(&sandbox));
}

#[tokio::test(start_paused = true)]
async fn a_delegated_administrator_of_another_service_reads_the_organization_alone() {
    let sandbox = called_by(Caller::Account(PROD.to_owned()));
    sandbox.edit(|world| {
        let delegated = &mut world.organization.delegated_administrators;
        delegated.insert("config.amazonaws.com".to_owned(), vec![PROD.to_owned()]);
    });
    organizations(&sandbox).list_roots().send().await.unwrap();
    sso(&sandbox).list_instances().send().await.unwrap_err();
    assert!(denied(&sandbox));
    store(&sandbox).list_users().identity_store_id(STORE).send().await.unwrap_err();
    assert!(denied(&sandbox));
}

#[tokio::test(start_paused = true)]
async fn a_plain_member_learns_who_it_is_and_nothing_else() {
    let sandbox = called_by(Caller::Member);
    assert_eq!(account(&sandbox).await, PROD);
    let arn = sts(&sandbox).get_caller_identity().send().await.unwrap().arn.unwrap();
    assert!(arn.starts_with(&format!("arn:aws:sts::{PROD}:")), "{arn}");
    let error = sso(&sandbox).list_instances().send().await.unwrap_err().into_service_error();
    assert!(error.is_access_denied_exception());
    let error = organizations(&sandbox).list_accounts().send().await.unwrap_err();
    assert!(error.into_service_error().is_access_denied_exception());
    let error = store(&sandbox).list_groups().identity_store_id(STORE).send().await.unwrap_err();
    assert!(error.into_service_error().is_access_denied_exception());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_the_world_lacks_is_refused() {
    let mut world = world();
    world["organization"]["delegated_administrators"] = serde_json::json!({});
    for (caller, text) in [
        (Caller::Delegated, "delegated administrator for sso.amazonaws.com"),
        (Caller::Account("000000000000".to_owned()), "`000000000000` is not there"),
    ] {
        let options = Options { caller, ..Options::default() };
        let error = Sandbox::from_json(world.to_string().as_bytes(), options).unwrap_err();
        assert!(error.to_string().contains(text), "{error}");
    }
}
