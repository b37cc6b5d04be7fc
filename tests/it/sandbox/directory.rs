//! The identity store: names, revisions, memberships, pages.

use super::{AN, AUDITORS, BINH, DEVELOPERS, STORE, open, store};
use aws_sdk_identitystore::types::{
    AlternateIdentifier, AttributeOperation, ConflictExceptionReason, MemberId, ResourceType,
    UniqueAttribute,
};
use aws_smithy_types::Document;
use landgrant::sandbox::Options;

#[tokio::test(start_paused = true)]
async fn pages_lead_through_all_groups() {
    let sandbox =
        open(Options { page_limit: Some(2), empty_first_page: true, ..Options::default() });
    let client = store(&sandbox);
    for name in ["a", "b", "c"] {
        client.create_group().identity_store_id(STORE).display_name(name).send().await.unwrap();
    }
    let first = client.list_groups().identity_store_id(STORE).send().await.unwrap();
    assert!(first.groups().is_empty() && first.next_token().is_some());
    let pages = client.list_groups().identity_store_id(STORE).into_paginator();
    let groups = pages.items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    let mut names: Vec<_> = groups.iter().filter_map(|group| group.display_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "auditors", "b", "c", "developers"]);

    let wrong = client.list_groups().identity_store_id(STORE).next_token("garbage");
    assert!(wrong.send().await.unwrap_err().into_service_error().is_validation_exception());
    let token = first.next_token().unwrap();
    let foreign = client.list_users().identity_store_id(STORE).next_token(token);
    assert!(foreign.send().await.unwrap_err().into_service_error().is_validation_exception());
    let many = client.list_groups().identity_store_id(STORE).max_results(101);
    assert!(many.send().await.unwrap_err().into_service_error().is_validation_exception());
}

#[tokio::test(start_paused = true)]
async fn names_are_unique_and_some_are_reserved() {
    let sandbox = open(Options::default());
    let client = store(&sandbox);
    let create = |name: &str| client.create_group().identity_store_id(STORE).display_name(name);
    let error = create("Developers").send().await.unwrap_err().into_service_error();
    let aws_sdk_identitystore::operation::create_group::CreateGroupError::ConflictException(error) =
        error
    else {
        panic!("{error:?}");
    };
    assert_eq!(error.reason(), Some(&ConflictExceptionReason::UniquenessConstraintViolation));
    for name in ["AWSAdministrators", ""] {
        let error = create(name).send().await.unwrap_err().into_service_error();
        assert!(error.is_validation_exception(), "{error:?}");
    }
    let user = client.create_user().identity_store_id(STORE).user_name("AN@wallet.example");
    assert!(user.send().await.unwrap_err().into_service_error().is_conflict_exception());
}

#[tokio::test(start_paused = true)]
async fn a_rename_keeps_the_id_and_counts_revisions() {
    let sandbox = open(Options::default());
    let client = store(&sandbox);
    let describe = || client.describe_group().identity_store_id(STORE).group_id(DEVELOPERS).send();
    let revision = describe().await.unwrap().revision;
    let set = |path: &str, value: Option<&str>| {
        let value = value.map(|text| Document::String(text.to_owned()));
        AttributeOperation::builder()
            .attribute_path(path)
            .set_attribute_value(value)
            .build()
            .unwrap()
    };
    let update = client
        .update_group()
        .identity_store_id(STORE)
        .group_id(DEVELOPERS)
        .operations(set("displayName", Some("builders")))
        .operations(set("description", None))
        .revision(&revision);
    update.clone().send().await.unwrap();
    let group = describe().await.unwrap();
    assert_eq!(group.display_name(), Some("builders"));
    assert_eq!(group.description(), None);
    assert_ne!(group.revision, revision);
    let error = update.send().await.unwrap_err().into_service_error();
    assert!(error.is_conflict_exception(), "an old revision: {error:?}");
    let name = UniqueAttribute::builder()
        .attribute_path("displayName")
        .attribute_value(Document::String("builders".to_owned()))
        .build()
        .unwrap();
    let find = client.get_group_id().identity_store_id(STORE);
    let find = find.alternate_identifier(AlternateIdentifier::UniqueAttribute(name));
    assert_eq!(find.send().await.unwrap().group_id, DEVELOPERS);
}

#[tokio::test(start_paused = true)]
async fn memberships_come_and_go() {
    let sandbox = open(Options::default());
    let client = store(&sandbox);
    let add = || {
        let request = client.create_group_membership().identity_store_id(STORE);
        request.group_id(AUDITORS).member_id(MemberId::UserId(BINH.to_owned())).send()
    };
    let id = add().await.unwrap().membership_id;
    assert!(add().await.unwrap_err().into_service_error().is_conflict_exception());
    let check = || {
        let request = client.is_member_in_groups().identity_store_id(STORE);
        let request = request.member_id(MemberId::UserId(BINH.to_owned()));
        request.group_ids(AUDITORS).group_ids(DEVELOPERS).send()
    };
    let results = check().await.unwrap().results;
    assert_eq!(results.iter().map(|r| r.membership_exists).collect::<Vec<_>>(), [true, false]);
    let delete =
        || client.delete_group_membership().identity_store_id(STORE).membership_id(&id).send();
    delete().await.unwrap();
    let error = delete().await.unwrap_err().into_service_error();
    let aws_sdk_identitystore::operation::delete_group_membership::DeleteGroupMembershipError::ResourceNotFoundException(error) = error
    else {
        panic!("{error:?}");
    };
    assert_eq!(error.resource_type(), Some(&ResourceType::GroupMembership));

    client.delete_user().identity_store_id(STORE).user_id(AN).send().await.unwrap();
    let list = client.list_group_memberships().identity_store_id(STORE).group_id(DEVELOPERS);
    assert!(list.send().await.unwrap().group_memberships.is_empty());
    let list = client.list_group_memberships_for_member().identity_store_id(STORE);
    let list = list.member_id(MemberId::UserId(AN.to_owned())).send().await;
    assert!(list.unwrap_err().into_service_error().is_resource_not_found_exception());
}

#[tokio::test(start_paused = true)]
async fn a_user_is_read_back_as_it_was_written() {
    let sandbox = open(Options::default());
    let client = store(&sandbox);
    let user = client.describe_user().identity_store_id(STORE).user_id(BINH).send().await.unwrap();
    assert_eq!(user.user_name(), Some("binh@wallet.example"));
    assert_eq!(user.name().unwrap().family_name(), Some("Tran"));
    assert_eq!(user.emails()[0].value(), Some("binh@wallet.example"));
    assert_eq!(user.external_ids()[0].issuer(), "https://idp.example");
    let change = AttributeOperation::builder()
        .attribute_path("name.familyName")
        .attribute_value(Document::String("Le".to_owned()))
        .build()
        .unwrap();
    let update = client.update_user().identity_store_id(STORE).user_id(BINH).operations(change);
    update.send().await.unwrap();
    let user = client.describe_user().identity_store_id(STORE).user_id(BINH).send().await.unwrap();
    assert_eq!(user.name().unwrap().family_name(), Some("Le"));
    let wrong = AttributeOperation::builder().attribute_path("shoeSize").build().unwrap();
    let update = client.update_user().identity_store_id(STORE).user_id(BINH).operations(wrong);
    assert!(update.send().await.unwrap_err().into_service_error().is_validation_exception());
}
