use super::{Fake, INSTANCE, Reply, SET, account, because, error, ok, small};
use crate::aws::call::perform;
use crate::aws::read::{ReadError, Silent, Wanted, no_tags, read};
use crate::aws::wait::{Pending, RequestKind, Status, Waiter};
use crate::aws::{Aws, Kind};
use crate::call::Call;
use crate::call::Created;
use crate::id::{AccountId, GroupId, InstanceArn, OuId, PermissionSetArn, UserId};
use crate::live::{AccountState, Gap, Live, Organization, Part};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

pub(super) async fn read_from(
    answers: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static,
) -> (Result<Live, ReadError>, Fake) {
    let fake = Fake::new(move |operation, body| {
        answers(operation, body).unwrap_or_else(|| small(operation, body))
    });
    let aws = fake.connect().await;
    (read(&aws, &Wanted::default(), &no_tags, now, &Silent).await, fake)
}

pub(super) fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

#[tokio::test]
async fn a_key_that_is_gone_is_no_missing_boundary() {
    let (live, _) = read_from(|operation, _| {
        let boundary = operation == "sso-admin:GetPermissionsBoundaryForPermissionSet";
        let reason = Some("KMS_NotFoundException");
        boundary.then(|| because("ResourceNotFoundException", "no key", reason))
    })
    .await;
    let live = live.unwrap();
    let gaps: Vec<&Part> = live.gaps.iter().map(|gap| &gap.part).collect();
    assert_eq!(gaps, [&Part::PermissionSet(PermissionSetArn::new(SET))]);
}

#[tokio::test]
async fn everything_is_read_and_counted() {
    let (live, fake) = read_from(|_, _| None).await;
    let live = live.unwrap();
    assert_eq!(live.gaps, []);
    assert_eq!(live.taken.by.as_deref(), Some("arn:aws:iam::999999999999:user/ci"));
    let organization = &live.organization;
    assert_eq!(organization.ous[&OuId::new("ou-ab12-2")].parent, OuId::new("ou-ab12-1"));
    let member = &organization.accounts[&id("111122223333")];
    assert_eq!(member.parent, OuId::new("ou-ab12-2"));
    assert_eq!((&member.state, &member.tags), (&AccountState::Active, &None));
    let center = &live.identity_center;
    assert_eq!(center.region, "us-east-1");
    let set = &center.permission_sets[&PermissionSetArn::new(SET)];
    assert_eq!((set.name.as_str(), &set.inline_policy), ("Developer", &None));
    assert_eq!(set.customer_managed_policies.first().unwrap().to_string(), "/Guard");
    assert_eq!(set.tags.keys().collect::<Vec<_>>(), ["team"]);
    assert!(set.provisioned[&id("111122223333")]);
    let assigned = &center.assignments[&(id("111122223333"), PermissionSetArn::new(SET))];
    assert_eq!(assigned.groups, BTreeSet::from([GroupId::new("g-1")]));
    let user = &center.users[&UserId::new("u-1")];
    assert_eq!(user.email.as_deref(), Some("an@x.example"));
    assert_eq!(center.memberships[&GroupId::new("g-1")], BTreeSet::from([UserId::new("u-1")]));
    // Nothing is read twice: 3 parents, 2 provisioning listings, everything else once.
    let calls = &live.taken.calls;
    assert_eq!(calls["organizations:ListOrganizationalUnitsForParent"], 3);
    assert_eq!(calls["sso-admin:ListAccountsForProvisionedPermissionSet"], 2);
    assert_eq!(calls.values().sum::<u64>(), 21, "{calls:?}");
    assert_eq!(fake.asked("sso-admin:ListAccountAssignments")[0]["MaxResults"], 100);
    assert_eq!(fake.asked("organizations:ListAccounts")[0]["MaxResults"], 20);
}

#[tokio::test]
async fn an_empty_page_with_a_token_is_not_the_end() {
    let (live, fake) = read_from(|operation, body| {
        let token = body.get("NextToken").and_then(Value::as_str);
        (operation == "identitystore:ListUsers").then(|| match token {
            None => ok(&json!({"Users": [{"UserId": "u-1"}], "NextToken": "a"})),
            Some("a") => ok(&json!({"Users": [], "NextToken": "b"})),
            Some(_) => ok(&json!({"Users": [{"UserId": "u-2"}]})),
        })
    })
    .await;
    let live = live.unwrap();
    assert!(live.is_complete(), "{:?}", live.gaps);
    assert_eq!(live.identity_center.users.len(), 2);
    assert_eq!(fake.asked("identitystore:ListUsers").len(), 3);
}

#[tokio::test]
async fn a_token_that_comes_twice_is_a_gap() {
    let (live, fake) = read_from(|operation, _| {
        (operation == "identitystore:ListGroups")
            .then(|| ok(&json!({"Groups": [{"GroupId": "g-1"}], "NextToken": "again"})))
    })
    .await;
    let live = live.unwrap();
    let gap = live.gap_for(&Part::Groups).unwrap();
    assert_eq!(
        (gap.code.as_str(), gap.operation.as_str()),
        ("malformed answer", "identitystore:ListGroups")
    );
    assert_eq!(fake.asked("identitystore:ListGroups").len(), 2);
    assert_eq!(live.identity_center.groups.len(), 1);
}

#[tokio::test]
async fn a_denied_page_is_a_gap_and_the_rest_is_read() {
    let (live, _) = read_from(|operation, body| {
        let second = body.get("NextToken").is_some_and(Value::is_string);
        match operation {
            "sso-admin:ListAccountAssignments" if second => {
                Some(error("AccessDeniedException", "no"))
            }
            "sso-admin:ListAccountAssignments" => Some(ok(&json!({"AccountAssignments": [
                {"PrincipalType": "GROUP", "PrincipalId": "g-1"}], "NextToken": "a"}))),
            _ => None,
        }
    })
    .await;
    let live = live.unwrap();
    let part = Part::Grants(id("111122223333"), PermissionSetArn::new(SET));
    assert_eq!(
        live.gaps,
        [Gap {
            part,
            operation: "sso-admin:ListAccountAssignments".into(),
            code: "AccessDeniedException".into(),
            message: "no".into(),
        }]
    );
    assert!(live.identity_center.assignments.is_empty());
    assert_eq!(live.identity_center.users.len(), 1);
}

#[tokio::test]
async fn each_part_has_its_own_gap() {
    let set = PermissionSetArn::new(SET);
    for (operation, part) in [
        ("organizations:ListOrganizationalUnitsForParent", Part::Ous),
        ("organizations:ListAccounts", Part::Accounts),
        ("sso-admin:ListPermissionSets", Part::PermissionSets),
        ("sso-admin:ListTagsForResource", Part::PermissionSet(set.clone())),
        ("sso-admin:ListAccountsForProvisionedPermissionSet", Part::Provisioned(set)),
        ("identitystore:ListUsers", Part::Users),
        ("identitystore:ListGroups", Part::Groups),
        ("identitystore:ListGroupMemberships", Part::Memberships(GroupId::new("g-1"))),
    ] {
        let (live, _) = read_from(move |asked, _| {
            (asked == operation).then(|| error("AccessDeniedException", "no"))
        })
        .await;
        let parts: Vec<_> = live.unwrap().gaps.into_iter().map(|gap| gap.part).collect();
        assert_eq!(parts, [part], "{operation}");
    }
}

#[tokio::test]
async fn rows_about_nobody_are_gaps() {
    for row in [
        json!({"PrincipalType": "ROBOT", "PrincipalId": "x"}),
        json!({"PrincipalType": "USER", "PrincipalId": null}),
        json!({"PrincipalType": "USER", "PrincipalId": ""}),
        json!({"PrincipalType": "USER", "PrincipalId": "u-1", "AccountId": "000000000000"}),
    ] {
        let (live, _) = read_from(move |operation, _| {
            (operation == "sso-admin:ListAccountAssignments")
                .then(|| ok(&json!({"AccountAssignments": [row]})))
        })
        .await;
        assert_eq!(live.unwrap().gaps[0].code, "malformed answer");
    }
}

#[tokio::test]
async fn without_paths_accounts_are_asked_for_by_parent() {
    let (live, fake) = read_from(|operation, body| match operation {
        "organizations:ListAccounts" => Some(ok(&json!({"Accounts": [
            {"Id": "111122223333", "Name": "a", "Status": "SUSPENDED"},
            {"Id": "444455556666", "Name": "b"},
            account("999999999999", "o-abc1234567/r-ab12/")]}))),
        "organizations:ListAccountsForParent" => Some(match body["ParentId"].as_str() {
            Some("ou-ab12-1") => ok(&json!({"Accounts": [{"Id": "111122223333"}]})),
            Some("r-ab12") => ok(&json!({"Accounts": [{"Id": "999999999999"}]})),
            _ => ok(&json!({"Accounts": [{"Id": "444455556666"}]})),
        }),
        _ => None,
    })
    .await;
    let live = live.unwrap();
    let unknown = [&Part::AccountState(id("444455556666"))];
    assert_eq!(live.gaps.iter().map(|gap| &gap.part).collect::<Vec<_>>(), unknown);
    let accounts = &live.organization.accounts;
    assert_eq!(fake.asked("organizations:ListAccountsForParent").len(), 3);
    assert_eq!(accounts[&id("111122223333")].parent, OuId::new("ou-ab12-1"));
    assert_eq!(accounts[&id("444455556666")].parent, OuId::new("ou-ab12-2"));
    assert_eq!(accounts[&id("999999999999")].parent, OuId::new("r-ab12"));
    // `Status` stands in for `State`; neither is never taken for inactive.
    assert_eq!(accounts[&id("111122223333")].state, AccountState::Suspended);
    assert_eq!(accounts[&id("444455556666")].state, AccountState::Unknown(String::new()));
}

#[tokio::test]
async fn failing_credentials_end_the_reading() {
    for operation in ["sts:GetCallerIdentity", "identitystore:ListGroupMemberships"] {
        let (live, _) = read_from(move |asked, _| {
            (asked == operation).then(|| match operation {
                "sts:GetCallerIdentity" => Reply {
                    status: 403,
                    body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>old</Message>\
                        </Error></ErrorResponse>"
                        .to_owned(),
                },
                _ => error("ExpiredTokenException", "old"),
            })
        })
        .await;
        let error = live.unwrap_err();
        assert!(matches!(error, ReadError::Credentials(_)), "{operation}: {error:?}");
    }
}

#[tokio::test]
async fn sts_need_not_be_offered() {
    let (live, _) = read_from(|operation, _| {
        (operation == "sts:GetCallerIdentity")
            .then(|| Reply { status: 404, body: "<html/>".to_owned() })
    })
    .await;
    assert_eq!(live.unwrap().taken.by, None);
}

#[tokio::test]
async fn without_a_beginning_there_is_an_error() {
    let (live, _) = read_from(|operation, _| {
        (operation == "sso-admin:ListInstances").then(|| error("AccessDeniedException", "no"))
    })
    .await;
    assert!(matches!(live, Err(ReadError::Denied(e)) if e.kind == Kind::Denied));
    let (live, _) = read_from(|operation, _| {
        (operation == "organizations:DescribeOrganization")
            .then(|| error("AWSOrganizationsNotInUseException", "none"))
    })
    .await;
    assert!(matches!(live, Err(ReadError::NoOrganization(_))));
}

async fn choose(rows: &[(&str, &str)], wanted: Option<&str>) -> Result<Live, ReadError> {
    let rows: Vec<_> = rows
        .iter()
        .map(|(arn, owner)| {
            json!({"InstanceArn": arn, "OwnerAccountId": owner, "IdentityStoreId": "d-1",
                "PrimaryRegion": "eu-west-1"})
        })
        .collect();
    let fake = Fake::new(move |operation, body| match operation {
        "sso-admin:ListInstances" => ok(&json!({"Instances": rows})),
        _ => small(operation, body),
    });
    let aws: Aws = fake.connect().await;
    let wanted = Wanted { instance: wanted.map(InstanceArn::new), ..Wanted::default() };
    read(&aws, &wanted, &no_tags, now, &Silent).await
}

#[tokio::test]
async fn the_instance_is_the_organizations_own() {
    let (own, other) = ("999999999999", "111122223333");
    let live = choose(&[("arn:member", other), (INSTANCE, own)], None).await.unwrap();
    assert_eq!(live.identity_center.instance, InstanceArn::new(INSTANCE));
    assert_eq!(live.identity_center.region, "eu-west-1");
    let error = choose(&[("arn:b", own), ("arn:a", own)], None).await.unwrap_err();
    assert!(error.to_string().ends_with("one of arn:a, arn:b"), "{error}");
    assert!(choose(&[("arn:b", own), ("arn:a", own)], Some("arn:b")).await.is_ok());
    let error = choose(&[("arn:member", other)], None).await.unwrap_err();
    assert!(matches!(error, ReadError::AccountInstance { .. }), "{error:?}");
    for (rows, wanted) in [(&[][..], None), (&[(INSTANCE, own)][..], Some("arn:b"))] {
        let error = choose(rows, wanted).await.unwrap_err();
        assert!(matches!(error, ReadError::NoInstance { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn tags_are_read_for_those_that_are_asked_for() {
    let fake = Fake::new(|operation, body| match body["ResourceId"].as_str() {
        Some("999999999999") => error("AccessDeniedException", "no"),
        _ => small(operation, body),
    });
    let aws = fake.connect().await;
    let two = |organization: &Organization| {
        assert!(organization.accounts.contains_key(&id("111122223333")));
        BTreeSet::from([id("111122223333"), id("999999999999")])
    };
    let live = read(&aws, &Wanted::default(), &two, now, &Silent).await.unwrap();
    let tags = |account| live.organization.accounts[&id(account)].tags.clone();
    assert_eq!(tags("111122223333").unwrap()["env"], "prod");
    assert_eq!(tags("999999999999"), None);
    assert!(live.gap_for(&Part::AccountTags(id("999999999999"))).is_some());
    assert_eq!(live.taken.calls["organizations:ListTagsForResource"], 2);
}

#[tokio::test]
async fn futures_may_move_between_threads() {
    fn is_send<T: Send>(_: &T) {}
    let aws = Fake::new(small).connect().await;
    let (target, created) = (super::target(), Created::default());
    let call = Call::DeleteGroup { group: GroupId::new("g-1") };
    is_send(&read(&aws, &Wanted::default(), &no_tags, now, &Silent));
    is_send(&perform(&aws, &target, &call, &created));
    let (kind, request_id) = (RequestKind::Deletion, String::new());
    let pending = Pending { kind, request_id, status: Status::InProgress };
    is_send(&Waiter::new(&aws, &target).wait(&pending, Duration::ZERO, true, &|| ()));
}

#[tokio::test(start_paused = true)]
async fn an_answer_without_its_list_is_no_empty_list() {
    for (operation, part) in [
        ("identitystore:ListUsers", Part::Users),
        ("identitystore:ListGroups", Part::Groups),
        ("organizations:ListAccounts", Part::Accounts),
        ("organizations:ListOrganizationalUnitsForParent", Part::Ous),
        ("sso-admin:ListPermissionSets", Part::PermissionSets),
    ] {
        let fake = Fake::new(move |asked, body| match asked {
            _ if asked == operation => ok(&json!({})),
            _ => small(asked, body),
        });
        let live = read(&fake.connect().await, &Wanted::default(), &no_tags, now, &Silent).await;
        let live = live.unwrap();
        assert!(live.gap_for(&part).is_some(), "{operation}: {:?}", live.gaps);
    }
}

#[tokio::test(start_paused = true)]
async fn accounts_without_the_management_account_are_not_all() {
    let fake = Fake::new(|asked, body| match asked {
        "organizations:ListAccounts" => ok(&json!({"Accounts": []})),
        _ => small(asked, body),
    });
    let live = read(&fake.connect().await, &Wanted::default(), &no_tags, now, &Silent).await;
    assert!(live.unwrap().gap_for(&Part::Accounts).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_root_that_is_not_told_is_a_gap_and_the_rest_is_read() {
    let fake = Fake::new(|asked, body| match asked {
        "organizations:ListRoots" => error("AccessDeniedException", "no"),
        _ => small(asked, body),
    });
    let live = read(&fake.connect().await, &Wanted::default(), &no_tags, now, &Silent).await;
    let live = live.unwrap();
    assert!(live.gap_for(&Part::Ous).is_some());
    assert_eq!(live.gaps.len(), 1, "{:?}", live.gaps);
    assert!(!live.organization.accounts.is_empty());
    assert!(!live.identity_center.permission_sets.is_empty());
}
