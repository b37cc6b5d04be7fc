use super::{Fake, error, ok, target};
use crate::aws::wait::{Outcome, Pending, RequestKind, Status, Waiter, limit};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_mins(1);
const LIST: &str = "sso-admin:ListAccountAssignmentCreationStatus";
const DESCRIBE: &str = "sso-admin:DescribeAccountAssignmentCreationStatus";

fn pending(kind: RequestKind, n: usize) -> Pending {
    Pending { kind, request_id: format!("r-{n}"), status: Status::InProgress }
}

async fn one(aws: &crate::aws::Aws, kind: RequestKind) -> Outcome {
    Waiter::new(aws, &target()).wait(&pending(kind, 1), MINUTE, true, &|| ()).await
}

/// Creations that end after some polls; those with an odd number fail.
fn ending_after(polls: usize, count: usize) -> Fake {
    let asked = AtomicUsize::new(0);
    Fake::new(move |operation, body| match operation {
        LIST if asked.fetch_add(1, Ordering::Relaxed) < polls => {
            assert_eq!(body["Filter"]["Status"], "IN_PROGRESS");
            let rows: Vec<_> = (0..count).map(|n| json!({"RequestId": format!("r-{n}")})).collect();
            ok(&json!({"AccountAssignmentsCreationStatus": rows}))
        }
        LIST => ok(&json!({"AccountAssignmentsCreationStatus": []})),
        _ => {
            let id = body["AccountAssignmentCreationRequestId"].as_str().unwrap();
            let odd = id.ends_with(['1', '3', '5', '7', '9']);
            let (status, reason) =
                if odd { ("FAILED", Some("404 not found")) } else { ("SUCCEEDED", None) };
            ok(&json!({"AccountAssignmentCreationStatus":
                {"Status": status, "RequestId": id, "FailureReason": reason}}))
        }
    })
}

#[tokio::test(start_paused = true)]
async fn many_wait_and_one_polls() {
    let fake = ending_after(3, 10);
    let aws = fake.connect().await;
    let requests: Vec<_> = (0..10).map(|n| pending(RequestKind::Creation, n)).collect();
    let started = Instant::now();
    let waiter = Waiter::new(&aws, &target());
    let waits = requests.iter().map(|request| waiter.wait(request, MINUTE, true, &|| ()));
    let outcomes = futures_util::future::join_all(waits).await;
    assert_eq!(started.elapsed(), Duration::from_millis(250 + 500 + 1000 + 2000));
    for (n, outcome) in outcomes.into_iter().enumerate() {
        let failed = Outcome::Failed { reason: "404 not found".into() };
        assert_eq!(outcome, if n % 2 == 0 { Outcome::Succeeded } else { failed }, "{n}");
    }
    assert_eq!(fake.asked(LIST).len(), 4);
    let described: BTreeSet<_> = fake.asked(DESCRIBE).iter().map(Value::to_string).collect();
    assert_eq!((described.len(), fake.asked(DESCRIBE).len()), (10, 10));
}

#[tokio::test(start_paused = true)]
async fn a_poller_that_is_dropped_is_replaced() {
    let fake = ending_after(1, 2);
    let aws = fake.connect().await;
    let waiter = Waiter::new(&aws, &target());
    let (first, second) = (pending(RequestKind::Creation, 0), pending(RequestKind::Creation, 2));
    let first =
        tokio::time::timeout(Duration::from_millis(10), waiter.wait(&first, MINUTE, true, &|| ()));
    let (first, second) = tokio::join!(first, waiter.wait(&second, MINUTE, true, &|| ()));
    assert!(first.is_err());
    assert_eq!(second, Outcome::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn what_the_answer_says_already_is_not_asked_for() {
    let fake = Fake::new(|operation, _| panic!("{operation}"));
    let aws = fake.connect().await;
    let waiter = Waiter::new(&aws, &target());
    let done = Pending { status: Status::Succeeded, ..pending(RequestKind::Deletion, 1) };
    assert_eq!(waiter.wait(&done, MINUTE, true, &|| ()).await, Outcome::Succeeded);
    let failed = Status::Failed { reason: Some("x".into()) };
    let failed = Pending { status: failed, ..pending(RequestKind::Deletion, 2) };
    assert_eq!(
        waiter.wait(&failed, MINUTE, true, &|| ()).await,
        Outcome::Failed { reason: "x".into() }
    );
}

#[tokio::test(start_paused = true)]
async fn only_outstanding_kinds_are_polled_and_waiting_ends() {
    let fake = Fake::new(|operation, _| {
        assert_eq!(operation, "sso-admin:ListPermissionSetProvisioningStatus");
        ok(&json!({"PermissionSetsProvisioningStatus": [{"RequestId": "r-1"}]}))
    });
    let aws = fake.connect().await;
    let request = pending(RequestKind::Provisioning, 1);
    let started = Instant::now();
    let waiter = Waiter::new(&aws, &target());
    let outcome = waiter.wait(&request, Duration::from_secs(30), true, &|| ()).await;
    assert_eq!(
        outcome,
        Outcome::Unknown { because: "still in progress after 30 s".into(), fatal: false }
    );
    assert_eq!(started.elapsed(), Duration::from_secs(30));
}

#[tokio::test(start_paused = true)]
async fn a_listing_that_lags_behind_is_no_end() {
    let described = AtomicUsize::new(0);
    let fake = Fake::new(move |operation, _| match operation {
        "sso-admin:ListAccountAssignmentDeletionStatus" => {
            ok(&json!({"AccountAssignmentsDeletionStatus": []}))
        }
        _ if described.fetch_add(1, Ordering::Relaxed) == 0 => {
            error("ResourceNotFoundException", "no such request")
        }
        _ => ok(&json!({"AccountAssignmentDeletionStatus": {"Status": "SUCCEEDED"}})),
    });
    let aws = fake.connect().await;
    let outcome = one(&aws, RequestKind::Deletion).await;
    assert_eq!(outcome, Outcome::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_denied_poll_is_unknown_at_once() {
    let fake = Fake::new(|_, _| error("AccessDeniedException", "no"));
    let aws = fake.connect().await;
    let outcome = one(&aws, RequestKind::Deletion).await;
    assert!(
        matches!(outcome, Outcome::Unknown { because, .. } if because.contains("AccessDenied"))
    );
    // Neither may be listed nor asked for.
    assert_eq!(aws.calls().values().sum::<u64>(), 2);
}

#[test]
fn many_accounts_are_awaited_longer() {
    assert_eq!(limit(0), Duration::from_mins(10));
    assert_eq!(limit(1500), Duration::from_hours(1));
}
