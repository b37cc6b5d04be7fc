//! Where the caller stands, and which instance it works on.

use super::{Fake, INSTANCE, Reply, caller, error, ok, small};
use crate::aws::read::{ReadError, Silent, Wanted, no_tags, read};
use crate::id::{AccountId, InstanceArn};
use crate::live::reading::Standing;
use crate::live::{Live, Part};
use jiff::Timestamp;
use serde_json::{Value, json};

const ADMINISTRATORS: &str = "organizations:ListDelegatedAdministrators";
const INSTANCES: &str = "sso-admin:ListInstances";

async fn read_from(
    answers: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static,
) -> (Result<Live, ReadError>, Fake) {
    let fake = Fake::new(move |operation, body| {
        answers(operation, body).unwrap_or_else(|| small(operation, body))
    });
    let aws = fake.connect().await;
    (read(&aws, &Wanted::default(), &no_tags, || Timestamp::UNIX_EPOCH, &Silent).await, fake)
}

#[tokio::test]
async fn the_callers_account_tells_where_it_stands() {
    for (account, answer, standing) in [
        ("999999999999", None, Standing::Management),
        ("111122223333", Some(Ok(())), Standing::Delegated),
        ("444455556666", Some(Ok(())), Standing::Member),
        // Who may not ask is no administrator, as far as anybody can say.
        ("444455556666", Some(Err(())), Standing::Member),
        ("nonsense", None, Standing::Unknown),
    ] {
        let (live, fake) = read_from(move |operation, _| match operation {
            "sts:GetCallerIdentity" => Some(caller(account)),
            ADMINISTRATORS => Some(match answer {
                Some(Ok(())) => ok(&json!({"DelegatedAdministrators": [{"Id": "111122223333"}]})),
                _ => error("AccessDeniedException", "no"),
            }),
            _ => None,
        })
        .await;
        let live = live.unwrap();
        assert_eq!(live.taken.standing, standing, "{account}");
        // Nothing that is live is hidden by it.
        let gap = live.gap_for(&Part::Standing).is_some();
        assert_eq!((gap, live.is_complete()), (standing == Standing::Unknown, true), "{account}");
        assert_eq!(fake.asked(ADMINISTRATORS).len(), usize::from(answer.is_some()), "{account}");
        let told = live.organization.delegated_administrators.get("sso.amazonaws.com");
        let administrator = AccountId::parse("111122223333").unwrap();
        let listed = matches!(answer, Some(Ok(())));
        assert_eq!(told.is_some_and(|ids| ids.contains(&administrator)), listed, "{account}");
    }
}

#[tokio::test]
async fn an_instance_elsewhere_is_named_with_its_region() {
    let elsewhere = |region: &'static str| {
        move |operation: &str, body: &Value| {
            (operation == INSTANCES).then(|| match body["RegionScope"].as_str() {
                Some("ALL_REGIONS") => ok(&json!({"Instances": [
                    {"InstanceArn": INSTANCE, "PrimaryRegion": region},
                    {"InstanceArn": "arn:member", "PrimaryRegion": "eu-north-1",
                        "OwnerAccountId": "111122223333"}]})),
                _ => ok(&json!({"Instances": []})),
            })
        }
    };
    let (live, _) = read_from(elsewhere("eu-west-1")).await;
    let error = live.unwrap_err();
    assert!(matches!(&error, ReadError::OtherRegion { regions, .. } if regions == &["eu-west-1"]));
    assert!(error.to_string().ends_with("but in eu-west-1"), "{error}");
    let (live, _) = read_from(elsewhere("us-east-1")).await;
    assert!(matches!(live, Err(ReadError::NoInstance { .. })));
}

#[tokio::test]
async fn an_instance_that_is_not_active_is_not_worked_on() {
    for status in ["DELETE_IN_PROGRESS", "SURPRISE"] {
        let (live, _) = read_from(move |operation, _| {
            (operation == INSTANCES).then(|| {
                ok(&json!({"Instances": [{"InstanceArn": INSTANCE, "IdentityStoreId": "d-1",
                    "OwnerAccountId": "999999999999", "Status": status}]}))
            })
        })
        .await;
        let instance = InstanceArn::new(INSTANCE);
        let status = status.to_owned();
        assert_eq!(live.unwrap_err(), ReadError::NotActive { instance, status });
    }
}

#[tokio::test]
async fn permission_sets_that_are_not_enabled_are_not_taken_for_none() {
    for (enabled, refused) in [(false, true), (true, false)] {
        let (live, fake) = read_from(move |operation, _| match operation {
            "sso-admin:ListPermissionSets" => Some(ok(&json!({"PermissionSets": []}))),
            "sso-admin:DescribeInstance" => {
                Some(ok(&json!({"InstanceArn": INSTANCE, "PermissionSetsEnabled": enabled})))
            }
            _ => None,
        })
        .await;
        assert_eq!(matches!(live, Err(ReadError::NoPermissionSets(_))), refused);
        assert_eq!(fake.asked("sso-admin:DescribeInstance").len(), 1);
    }
    // Where there are some, there is nothing to ask.
    let (_, fake) = read_from(|_, _| None).await;
    assert_eq!(fake.asked("sso-admin:DescribeInstance").len(), 0);
}

#[tokio::test]
async fn an_account_that_may_not_read_is_told_from_a_role_that_may_not() {
    for administrator in [true, false] {
        let (live, _) = read_from(move |operation, _| match operation {
            "sts:GetCallerIdentity" => Some(caller("111122223333")),
            ADMINISTRATORS if administrator => {
                Some(ok(&json!({"DelegatedAdministrators": [{"Id": "111122223333"}]})))
            }
            ADMINISTRATORS | "organizations:DescribeOrganization" => {
                Some(error("AccessDeniedException", "no"))
            }
            _ => None,
        })
        .await;
        let refused = live.unwrap_err();
        assert_eq!(matches!(refused, ReadError::Denied(_)), administrator);
        assert_eq!(matches!(refused, ReadError::Member { .. }), !administrator);
    }
}
