use super::{Fake, INSTANCE, Reply, SET, because, error, ok, small, target};
use crate::aws::Kind;
use crate::aws::call::{CallError, Done, perform};
use crate::aws::wait::{RequestKind, Status};
use crate::call::Created;
use crate::call::{Answer, Call, PrincipalId, Ref};
use crate::id::{
    AccountId, GroupId, GroupName, OuId, OuPath, PermissionSetArn, PermissionSetName, UserId,
    UserName,
};
use crate::model::PolicyArn;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

async fn run(fake: &Fake, call: &Call) -> Result<Done, CallError> {
    perform(&fake.connect().await, &target(), call, &Created::default()).await.map_err(|e| e.0)
}

/// Fails the first calls, then succeeds.
fn failing(times: usize, with: impl Fn() -> Reply + Send + Sync + 'static, then: Value) -> Fake {
    let asked = AtomicUsize::new(0);
    Fake::new(
        move |_, _| {
            if asked.fetch_add(1, Ordering::Relaxed) < times { with() } else { ok(&then) }
        },
    )
}

fn set() -> Ref<PermissionSetArn, PermissionSetName> {
    Ref::Known(PermissionSetArn::new(SET))
}

fn assign() -> Call {
    Call::CreateAccountAssignment {
        account: Ref::Known(AccountId::parse("111122223333").unwrap()),
        set: set(),
        principal: PrincipalId::Group(Ref::Known(GroupId::new("g-1"))),
    }
}

fn aws_error(result: Result<Done, CallError>) -> crate::aws::AwsError {
    match result.unwrap_err() {
        CallError::Aws(error) => error,
        CallError::Missing { what, name } => panic!("missing {what} {name}"),
    }
}

#[tokio::test(start_paused = true)]
async fn busy_is_retried_after_waits_that_double() {
    let accepted = json!({"AccountAssignmentCreationStatus": {
        "Status": "IN_PROGRESS", "RequestId": "r-1"}});
    let fake =
        failing(3, || error("ConflictException", "an operation is already in progress"), accepted);
    let started = Instant::now();
    let done = run(&fake, &assign()).await.unwrap();
    // At most a quarter less, by chance.
    let most = Duration::from_millis(500 + 1000 + 2000);
    assert!((most.mul_f64(0.74)..=most).contains(&started.elapsed()), "{:?}", started.elapsed());
    assert_eq!(fake.asked("sso-admin:CreateAccountAssignment").len(), 4);
    let pending = done.pending.unwrap();
    assert_eq!(pending.kind, RequestKind::Creation);
    assert_eq!((pending.request_id.as_str(), pending.status), ("r-1", Status::InProgress));
    assert_eq!(
        fake.asked("sso-admin:CreateAccountAssignment")[3],
        json!({"InstanceArn": INSTANCE, "TargetId": "111122223333", "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": SET, "PrincipalType": "GROUP", "PrincipalId": "g-1"})
    );
}

#[tokio::test(start_paused = true)]
async fn retries_of_a_conflict_end() {
    let fake = failing(usize::MAX, || error("ConflictException", "busy"), json!({}));
    let error = aws_error(run(&fake, &Call::DeletePermissionSet { set: set() }).await);
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(fake.asked("sso-admin:DeletePermissionSet").len(), 7);
}

#[tokio::test(start_paused = true)]
async fn organizations_is_busy_by_another_code() {
    let call = Call::DeleteOrganizationalUnit { ou: OuId::new("ou-ab12-1") };
    let fake = failing(2, || error("ConcurrentModificationException", "x"), json!({}));
    assert!(!run(&fake, &call).await.unwrap().already);
    assert_eq!(fake.asked("organizations:DeleteOrganizationalUnit").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn what_exists_is_not_waited_for() {
    let create = Call::CreatePermissionSet {
        name: PermissionSetName::new("X"),
        description: None,
        session_duration: "PT1H".into(),
        relay_state: None,
        tags: [].into(),
    };
    let group = Call::CreateGroup { name: GroupName::new("g"), description: None };
    let attach = Call::AttachManagedPolicy { set: set(), policy: PolicyArn("arn:p".into()) };
    for (call, operation, reason) in [
        (create, "sso-admin:CreatePermissionSet", None),
        (group, "identitystore:CreateGroup", Some("UNIQUENESS_CONSTRAINT_VIOLATION")),
        (attach, "sso-admin:AttachManagedPolicyToPermissionSet", None),
    ] {
        let conflict = move || because("ConflictException", "already there", reason);
        let fake = failing(usize::MAX, conflict, json!({}));
        assert_eq!(aws_error(run(&fake, &call).await).kind, Kind::Conflict);
        assert_eq!(fake.asked(operation).len(), 1, "{operation}");
    }
}

/// A conflict for creations, and the small organization for everything else.
fn existing(operation: &str, body: &Value) -> Reply {
    match operation {
        "sso-admin:CreatePermissionSet"
        | "identitystore:CreateGroup"
        | "identitystore:CreateUser" => error("ConflictException", "already there"),
        "organizations:CreateOrganizationalUnit" => {
            error("DuplicateOrganizationalUnitException", "already there")
        }
        "identitystore:GetGroupId" => ok(&json!({"GroupId": "g-1", "IdentityStoreId": "d-1"})),
        "identitystore:GetUserId" => ok(&json!({"UserId": "u-1", "IdentityStoreId": "d-1"})),
        "sso-admin:UpdatePermissionSet" | "sso-admin:TagResource" => ok(&json!({})),
        _ => small(operation, body),
    }
}

fn create_set(name: &str) -> Call {
    Call::CreatePermissionSet {
        name: PermissionSetName::new(name),
        description: Some("d".into()),
        session_duration: "PT1H".into(),
        relay_state: None,
        tags: [("team".into(), "loyalty".into())].into(),
    }
}

#[tokio::test(start_paused = true)]
async fn what_exists_is_found_by_its_name() {
    let group = GroupName::new("devs");
    let user = UserName::new("an");
    let path = OuPath::parse("Workloads").unwrap();
    let root = Ref::Known(OuId::new("r-ab12"));
    for (call, answer) in [
        (create_set("Developer"), {
            Answer::PermissionSet(PermissionSetName::new("Developer"), PermissionSetArn::new(SET))
        }),
        (
            Call::CreateGroup { name: group.clone(), description: None },
            Answer::Group(group, GroupId::new("g-1")),
        ),
        (
            Call::CreateUser {
                name: user.clone(),
                given_name: "An".into(),
                family_name: "N".into(),
                display_name: "An N".into(),
                email: None,
            },
            Answer::User(user, UserId::new("u-1")),
        ),
        (
            Call::CreateOrganizationalUnit {
                parent: root.clone(),
                name: "Workloads".into(),
                path: path.clone(),
            },
            Answer::Ou(path, OuId::new("ou-ab12-1")),
        ),
    ] {
        let fake = Fake::new(existing);
        let done = run(&fake, &call).await.unwrap();
        assert!(done.already, "{call:?}");
        assert_eq!(done.answer, answer);
    }
    // What creation would have said is said, and nothing is taken for what it is not.
    let fake = Fake::new(existing);
    assert!(run(&fake, &create_set("Developer")).await.unwrap().already);
    assert_eq!(fake.asked("sso-admin:UpdatePermissionSet")[0]["Description"], "d");
    assert_eq!(fake.asked("sso-admin:TagResource")[0]["Tags"][0]["Key"], "team");
    let fake = Fake::new(existing);
    assert_eq!(aws_error(run(&fake, &create_set("Other")).await).kind, Kind::Conflict);
    assert!(fake.asked("sso-admin:UpdatePermissionSet").is_empty());
    let name = "Other".to_owned();
    let path = OuPath::parse("Other").unwrap();
    let call = Call::CreateOrganizationalUnit { parent: root, name, path };
    assert_eq!(aws_error(run(&fake, &call).await).kind, Kind::Conflict);
}

#[tokio::test(start_paused = true)]
async fn a_create_is_retried_while_an_earlier_write_spreads() {
    let create = Call::CreatePermissionSet {
        name: PermissionSetName::new("X"),
        description: None,
        session_duration: "PT1H".into(),
        relay_state: None,
        tags: [].into(),
    };
    let earlier = || error("ConflictException", "conflict with a previous successful write");
    let fake = failing(2, earlier, json!({"PermissionSet": {"PermissionSetArn": SET}}));
    assert!(!run(&fake, &create).await.unwrap().already);
    assert_eq!(fake.asked("sso-admin:CreatePermissionSet").len(), 3);
}

#[tokio::test(start_paused = true)]
async fn the_directory_tells_concurrent_from_existing() {
    let (group, user) = (GroupId::new("g-1"), UserId::new("u-1"));
    let add = Call::CreateGroupMembership {
        group: Ref::Known(group.clone()),
        user: Ref::Known(user.clone()),
    };
    let unique =
        || because("ConflictException", "is there", Some("UNIQUENESS_CONSTRAINT_VIOLATION"));
    let fake = failing(usize::MAX, unique, json!({}));
    assert!(run(&fake, &add).await.unwrap().already);
    let concurrent = || because("ConflictException", "x", Some("CONCURRENT_MODIFICATION"));
    let fake = failing(1, concurrent, json!({"MembershipId": "m-1", "IdentityStoreId": "d-1"}));
    assert!(!run(&fake, &add).await.unwrap().already);
    assert_eq!(fake.asked("identitystore:CreateGroupMembership").len(), 2);
    let fake = failing(1, concurrent, json!({}));
    assert!(!run(&fake, &Call::DeleteGroup { group }).await.unwrap().already);
}

#[tokio::test]
async fn what_does_not_exist_is_removed_already() {
    let group = GroupId::new("g-1");
    let account = AccountId::parse("111122223333").unwrap();
    for call in [
        Call::DeletePermissionSet { set: set() },
        Call::DeleteInlinePolicy { set: set() },
        Call::DetachManagedPolicy { set: set(), policy: PolicyArn("arn:p".into()) },
        Call::DeleteGroup { group: group.clone() },
        Call::DeleteGroupMembership { group: group.clone(), user: UserId::new("u-1") },
        Call::DeleteAccountAssignment {
            account,
            set: set(),
            principal: PrincipalId::Group(Ref::Known(group)),
        },
    ] {
        let fake = Fake::new(|_, _| error("ResourceNotFoundException", "gone"));
        let done = run(&fake, &call).await.unwrap();
        assert!(done.already && done.pending.is_none(), "{call:?}");
    }
    let fake = Fake::new(|_, _| error("ResourceNotFoundException", "gone"));
    assert_eq!(aws_error(run(&fake, &assign()).await).kind, Kind::NotFound);
    // A key that is gone removes nothing.
    let key = || because("ResourceNotFoundException", "no key", Some("KMS_NotFoundException"));
    let fake = Fake::new(move |_, _| key());
    let call = Call::DeletePermissionSet { set: set() };
    assert_eq!(aws_error(run(&fake, &call).await).kind, Kind::Other);
}

#[tokio::test]
async fn created_ids_are_found_by_name() {
    let fake = Fake::new(|operation, _| match operation {
        "identitystore:CreateGroup" => ok(&json!({"GroupId": "g-9", "IdentityStoreId": "d-1"})),
        _ => ok(&json!({"MembershipId": "m-1", "IdentityStoreId": "d-1"})),
    });
    let aws = fake.connect().await;
    let name = GroupName::new("devs");
    let add = Call::CreateGroupMembership {
        group: Ref::Created(name.clone()),
        user: Ref::Known(UserId::new("u-1")),
    };
    let mut ids = Created::default();
    let missing = perform(&aws, &target(), &add, &ids).await.unwrap_err();
    assert_eq!(missing.0, CallError::Missing { what: "group", name: "devs".into() });
    let create = Call::CreateGroup { name: name.clone(), description: Some("d".into()) };
    let done = perform(&aws, &target(), &create, &ids).await.unwrap();
    assert_eq!(done.answer, Answer::Group(name, GroupId::new("g-9")));
    ids.learn(done.answer);
    assert!(!perform(&aws, &target(), &add, &ids).await.unwrap().already);
    assert_eq!(fake.asked("identitystore:CreateGroupMembership")[0]["GroupId"], "g-9");
}

#[tokio::test]
async fn an_id_that_is_missing_is_no_success() {
    let fake = Fake::new(|_, _| ok(&json!({"IdentityStoreId": "d-1"})));
    let call = Call::CreateGroup { name: GroupName::new("g"), description: None };
    assert_eq!(aws_error(run(&fake, &call).await).kind, Kind::Malformed);
}

#[tokio::test]
async fn users_and_updates_are_sent_as_aws_takes_them() {
    let fake = Fake::new(|_, _| ok(&json!({"UserId": "u-9", "IdentityStoreId": "d-1"})));
    let create = Call::CreateUser {
        name: UserName::new("an"),
        given_name: "An".into(),
        family_name: "Nguyen".into(),
        display_name: "An Nguyen".into(),
        email: Some("an@x.example".into()),
    };
    assert_eq!(
        run(&fake, &create).await.unwrap().answer,
        Answer::User(UserName::new("an"), UserId::new("u-9"))
    );
    assert_eq!(
        fake.asked("identitystore:CreateUser")[0],
        json!({"IdentityStoreId": "d-1234567890", "UserName": "an", "DisplayName": "An Nguyen",
            "Name": {"GivenName": "An", "FamilyName": "Nguyen"},
            "Emails": [{"Value": "an@x.example", "Type": "work", "Primary": true}]})
    );
    let update = Call::UpdateUser {
        user: UserId::new("u-9"),
        given_name: None,
        family_name: Some("Tran".into()),
    };
    assert!(!run(&fake, &update).await.unwrap().already);
    assert_eq!(
        fake.asked("identitystore:UpdateUser")[0]["Operations"],
        json!([{"AttributePath": "name.familyName", "AttributeValue": "Tran"}])
    );
    let update = Call::UpdatePermissionSet {
        set: set(),
        description: Some("d".into()),
        session_duration: "PT8H".into(),
        relay_state: None,
    };
    assert!(!run(&fake, &update).await.unwrap().already);
    assert_eq!(
        fake.asked("sso-admin:UpdatePermissionSet")[0],
        json!({"InstanceArn": INSTANCE, "PermissionSetArn": SET, "Description": "d",
            "SessionDuration": "PT8H"})
    );
}
