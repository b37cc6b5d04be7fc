//! Quick readings of an organization with one group and one user, whom the definitions name.

use super::{Fake, Reply, SET, error, ok, small};
use crate::aws::read::{Needed, ReadError, Silent, Wanted, no_tags, read, read_grants};
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId, UserName};
use crate::live::reading::Depth;
use crate::live::{Live, Part};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const FOR_PRINCIPAL: &str = "sso-admin:ListAccountAssignmentsForPrincipal";
const PAIR: &str = "sso-admin:ListAccountAssignments";
const PROVISIONED: &str = "sso-admin:ListAccountsForProvisionedPermissionSet";

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

/// The n-th account, and the set.
fn pair(n: usize) -> (AccountId, PermissionSetArn) {
    (AccountId::parse(&id(n)).unwrap(), PermissionSetArn::new(SET))
}

fn id(n: usize) -> String {
    format!("{n:0>12}")
}

fn row(n: usize, kind: &str, principal: &str) -> Value {
    json!({"AccountId": id(n), "PermissionSetArn": SET,
        "PrincipalType": kind, "PrincipalId": principal})
}

/// The set is current in accounts 1 to 4. The group has it in 1 and 2, the user `an` in 3 and, by the
/// group, in 1 and 2. In 4 somebody has it whom nobody asks.
fn world(operation: &str, body: &Value) -> Reply {
    match operation {
        FOR_PRINCIPAL if body["PrincipalType"] == "GROUP" => ok(&json!({"AccountAssignments": [
            row(1, "GROUP", "g-1"), row(2, "GROUP", "g-1")]})),
        FOR_PRINCIPAL => ok(&json!({"AccountAssignments": [
            row(1, "GROUP", "g-1"), row(2, "GROUP", "g-1"), row(3, "USER", "u-1")]})),
        PAIR if body["AccountId"] == id(4) => {
            ok(&json!({"AccountAssignments": [row(4, "USER", "u-9")]}))
        }
        PROVISIONED => match body["ProvisioningStatus"].as_str() {
            Some("LATEST_PERMISSION_SET_NOT_PROVISIONED") => ok(&json!({"AccountIds": []})),
            _ => ok(&json!({"AccountIds": [id(1), id(2), id(3), id(4)]})),
        },
        _ => small(operation, body),
    }
}

fn wanted() -> Wanted {
    Wanted {
        depth: Depth::Quick,
        users: [UserName::new("an")].into(),
        members_of: Some(BTreeSet::new()),
        ..Wanted::default()
    }
}

async fn read_from(
    answers: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static,
) -> (Result<Live, ReadError>, Fake) {
    let fake = Fake::new(move |operation, body| {
        answers(operation, body).unwrap_or_else(|| world(operation, body))
    });
    let aws = fake.connect().await;
    (read(&aws, &wanted(), &no_tags, now, &Silent).await, fake)
}

#[tokio::test]
async fn principals_are_asked_and_pairs_that_they_leave_unexplained() {
    let (live, fake) = read_from(|_, _| None).await;
    let live = live.unwrap();
    assert_eq!(live.gaps, []);
    let found = &live.identity_center.assignments;
    assert_eq!(found.keys().cloned().collect::<Vec<_>>(), [1, 2, 3, 4].map(pair));
    assert_eq!(found[&pair(1)].groups, BTreeSet::from([GroupId::new("g-1")]));
    // What a user has by a group is the group's.
    assert_eq!(found[&pair(1)].users, BTreeSet::new());
    assert_eq!(found[&pair(3)].users, BTreeSet::from([UserId::new("u-1")]));
    assert_eq!(found[&pair(4)].users, BTreeSet::from([UserId::new("u-9")]));
    let asked = live.taken.reading.asked.as_ref().unwrap();
    assert_eq!((asked.groups, asked.users.len()), (1, 1));
    assert_eq!(asked.pairs, BTreeSet::from([pair(4)]));
    assert!(!live.taken.reading.cannot_see().is_empty());

    let count = |operation: &str| live.taken.calls[operation];
    assert_eq!([FOR_PRINCIPAL, PAIR, PROVISIONED].map(count), [2, 1, 1]);
    let current = "LATEST_PERMISSION_SET_PROVISIONED";
    assert_eq!(fake.asked(PROVISIONED)[0]["ProvisioningStatus"], current);
    assert_eq!(fake.asked(FOR_PRINCIPAL)[0]["MaxResults"], 100);
    // The group has grants, so its members matter, whoever names it.
    assert_eq!(live.identity_center.memberships.len(), 1);
}

#[tokio::test]
async fn where_a_set_is_outdated_is_asked_once() {
    let fake = Fake::new(|operation, body| match operation {
        FOR_PRINCIPAL => ok(&json!({"AccountAssignments": []})),
        _ => world(operation, body),
    });
    let aws = fake.connect().await;
    let mut live = read(&aws, &wanted(), &no_tags, now, &Silent).await.unwrap();
    let set = PermissionSetArn::new(SET);
    let needed = Needed { sets: [set.clone()].into(), ..Needed::default() };
    let before = fake.asked(PAIR).len();
    read_grants(&aws, &mut live, needed, now, &Silent).await.unwrap();
    assert!(live.taken.reading.knows_set(&set));
    assert_eq!(fake.asked(PROVISIONED).len(), 2, "current and outdated");
    assert_eq!(fake.asked(PAIR).len(), before);
}

#[tokio::test]
async fn members_of_groups_that_matter_to_nobody_are_not_asked_for() {
    let (live, fake) = read_from(|operation, body| match operation {
        FOR_PRINCIPAL if body["PrincipalType"] == "GROUP" => {
            Some(ok(&json!({"AccountAssignments": []})))
        }
        _ => None,
    })
    .await;
    assert!(live.unwrap().is_complete());
    assert_eq!(fake.asked("identitystore:ListGroupMemberships").len(), 0);
}

#[tokio::test]
async fn a_grant_beside_the_current_pairs_makes_the_outdated_ones_be_asked_for() {
    let (live, _) = read_from(|operation, body| match operation {
        FOR_PRINCIPAL if body["PrincipalType"] == "GROUP" => {
            Some(ok(&json!({"AccountAssignments": [row(5, "GROUP", "g-1")]})))
        }
        PROVISIONED => match body["ProvisioningStatus"].as_str() {
            Some("LATEST_PERMISSION_SET_NOT_PROVISIONED") => {
                Some(ok(&json!({"AccountIds": [id(5), id(6)]})))
            }
            _ => None,
        },
        PAIR => Some(ok(&json!({"AccountAssignments": []}))),
        _ => None,
    })
    .await;
    let live = live.unwrap();
    let set = &live.identity_center.permission_sets[&PermissionSetArn::new(SET)];
    let outdated = set.provisioned.iter().filter(|(_, current)| !**current);
    assert_eq!(outdated.map(|(id, _)| id.clone()).collect::<Vec<_>>(), [pair(5).0, pair(6).0]);
    // Nobody explains 6: it is asked for, outdated as it is.
    assert!(live.identity_center.assignments.contains_key(&pair(6)));
    assert_eq!(live.taken.calls[PROVISIONED], 2);
}

#[tokio::test]
async fn who_may_not_ask_by_principal_reads_every_pair() {
    let (live, fake) = read_from(|operation, _| {
        (operation == FOR_PRINCIPAL).then(|| error("AccessDeniedException", "no"))
    })
    .await;
    let live = live.unwrap();
    assert!(live.is_complete(), "{:?}", live.gaps);
    let reading = &live.taken.reading;
    assert_eq!((reading.depth, &reading.asked), (Depth::Quick, &None));
    assert!(reading.strategy().contains("may not list grants by principal"));
    assert_eq!(reading.cannot_see(), [""; 0]);
    assert_eq!((fake.asked(FOR_PRINCIPAL).len(), fake.asked(PAIR).len()), (1, 4));
    assert_eq!(live.identity_center.memberships.len(), 1);
}

#[tokio::test]
async fn a_principal_that_tells_nothing_or_nonsense_is_a_gap() {
    for answer in [
        || error("ValidationException", "no"),
        || ok(&json!({"AccountAssignments": [row(3, "USER", "u-2")]})),
        || ok(&json!({"AccountAssignments": [row(3, "ROBOT", "u-1")]})),
        || {
            ok(&json!({"AccountAssignments": [
            {"AccountId": id(3), "PrincipalType": "USER", "PrincipalId": "u-1"}]}))
        },
        || {
            ok(&json!({"AccountAssignments": [
            {"PermissionSetArn": SET, "PrincipalType": "USER", "PrincipalId": "u-1"}]}))
        },
        || ok(&json!({"AccountAssignments": [{"AccountId": id(3), "PermissionSetArn": SET}]})),
    ] {
        let (live, _) = read_from(move |operation, body| {
            let user = operation == FOR_PRINCIPAL && body["PrincipalType"] == "USER";
            user.then(answer)
        })
        .await;
        let live = live.unwrap();
        let parts: Vec<&Part> = live.gaps.iter().map(|gap| &gap.part).collect();
        assert_eq!(parts, [&Part::UserGrants(UserId::new("u-1"))]);
        // What nobody explains is read all the same, and the user is not among those who told.
        assert!(live.identity_center.assignments.contains_key(&pair(3)));
        assert!(!live.taken.reading.knows_user(&UserId::new("u-1")));
    }
    let (live, _) = read_from(|operation, body| {
        let group = operation == FOR_PRINCIPAL && body["PrincipalType"] == "GROUP";
        group.then(|| ok(&json!({"AccountAssignments": [row(3, "GROUP", "g-2")]})))
    })
    .await;
    assert!(live.unwrap().gap_for(&Part::GroupGrants(GroupId::new("g-1"))).is_some());
}

#[tokio::test]
async fn without_a_whole_directory_every_pair_is_read() {
    let (live, fake) = read_from(|operation, _| {
        (operation == "identitystore:ListUsers").then(|| error("AccessDeniedException", "no"))
    })
    .await;
    assert_eq!(live.unwrap().taken.reading.asked, None);
    assert_eq!((fake.asked(FOR_PRINCIPAL).len(), fake.asked(PAIR).len()), (0, 4));
}

#[tokio::test]
async fn what_removals_stand_on_is_read_before_they_are_planned() {
    let fake = Fake::new(world);
    let aws = fake.connect().await;
    let mut live =
        read(&aws, &Wanted { users: BTreeSet::new(), ..wanted() }, &no_tags, now, &Silent)
            .await
            .unwrap();
    let (user, set) = (UserId::new("u-1"), PermissionSetArn::new(SET));
    let reading = &live.taken.reading;
    assert!(!reading.knows_user(&user) && !reading.knows_set(&set));
    let needed = Needed {
        users: [user.clone()].into(),
        sets: [set.clone()].into(),
        pairs: [pair(1)].into(),
        groups: BTreeSet::new(),
    };
    read_grants(&aws, &mut live, needed.clone(), now, &Silent).await.unwrap();
    let reading = &live.taken.reading;
    assert!(reading.knows_user(&user) && reading.knows_set(&set));
    assert!(reading.knows_pair(&pair(1).0, &pair(1).1));
    let count = |operation: &str| fake.asked(operation).len();
    let before = [FOR_PRINCIPAL, PAIR, PROVISIONED].map(count);
    assert_eq!(before, [2, 4, 2]);
    assert_eq!(live.taken.calls[PAIR], 4);
    // Nothing is asked twice.
    read_grants(&aws, &mut live, needed, now, &Silent).await.unwrap();
    assert_eq!([FOR_PRINCIPAL, PAIR, PROVISIONED].map(count), before);
}

#[tokio::test]
async fn what_could_not_be_read_for_a_removal_stays_unknown() {
    let fake = Fake::new(|operation, body| match operation {
        PAIR if body["AccountId"] == id(1) => error("AccessDeniedException", "no"),
        _ => world(operation, body),
    });
    let aws = fake.connect().await;
    let mut live = read(&aws, &wanted(), &no_tags, now, &Silent).await.unwrap();
    let set = PermissionSetArn::new(SET);
    let needed = Needed { sets: [set.clone()].into(), ..Needed::default() };
    read_grants(&aws, &mut live, needed, now, &Silent).await.unwrap();
    assert!(!live.taken.reading.knows_set(&set));
    let (account, set) = pair(1);
    assert!(live.gap_for(&Part::Grants(account, set)).is_some());
}
