//! Calls a second: token buckets, and answers that take time.

use super::{INSTANCE, STORE, once, open, organizations, sso, store};
use aws_sdk_ssoadmin::config::retry::RetryConfig;
use futures_util::future::join_all;
use landgrant::sandbox::{Count, Options, Quotas, Rate, Sandbox};
use std::time::Duration;
use tokio::time::{Instant, advance};

fn limited(quotas: Quotas) -> Sandbox {
    open(Options { quotas: Some(quotas), ..Options::default() })
}

fn count(sandbox: &Sandbox, operation: &str) -> (u64, u64, u64) {
    let counts = sandbox.counts();
    let Count { calls, throttled, denied } = counts.get(operation).copied().unwrap_or_default();
    (calls, throttled, denied)
}

#[tokio::test(start_paused = true)]
async fn sso_admin_has_one_bucket_for_all_operations() {
    let sandbox = limited(Quotas::default());
    let client = once!(aws_sdk_ssoadmin, sso(&sandbox));
    for _ in 0..10 {
        client.list_instances().send().await.unwrap();
        client.list_permission_sets().instance_arn(INSTANCE).send().await.unwrap();
    }
    let create = client.create_permission_set().instance_arn(INSTANCE).name("New");
    let error = create.clone().send().await.unwrap_err().into_service_error();
    assert!(error.is_throttling_exception(), "{error:?}");
    assert_eq!(count(&sandbox, "sso-admin:CreatePermissionSet"), (1, 1, 0));
    // Another service's bucket is another one.
    store(&sandbox).list_users().identity_store_id(STORE).send().await.unwrap();

    advance(Duration::from_millis(49)).await;
    create.clone().send().await.unwrap_err();
    advance(Duration::from_millis(1)).await;
    // Were one of the refused calls done, this one would be a conflict.
    create.clone().send().await.unwrap();
    assert_eq!(count(&sandbox, "sso-admin:CreatePermissionSet"), (3, 2, 0));
    let outcomes = sandbox.calls().into_iter().map(|call| call.outcome);
    assert_eq!(outcomes.filter(|outcome| outcome == "ThrottlingException").count(), 2);
}

#[tokio::test(start_paused = true)]
async fn identity_store_has_a_bucket_for_each_operation_and_says_how_long_to_wait() {
    let rate = Rate { every: Duration::from_millis(1_500), burst: 1 };
    let sandbox = limited(Quotas { identity_store: rate, ..Quotas::default() });
    let client = once!(aws_sdk_identitystore, store(&sandbox));
    let users = client.list_users().identity_store_id(STORE);
    users.clone().send().await.unwrap();
    client.list_groups().identity_store_id(STORE).send().await.unwrap();
    let error = users.clone().send().await.unwrap_err().into_service_error();
    let aws_sdk_identitystore::operation::list_users::ListUsersError::ThrottlingException(error) =
        error
    else {
        panic!("{error:?}")
    };
    assert_eq!(error.retry_after_seconds(), 2);
    advance(Duration::from_millis(1_500)).await;
    users.send().await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn organizations_has_a_rate_for_each_operation() {
    let sandbox = limited(Quotas::default());
    let client = once!(aws_sdk_organizations, organizations(&sandbox));
    let mut answered = [0, 0, 0];
    for _ in 0..40 {
        answered[0] += u32::from(client.list_roots().send().await.is_ok());
        answered[1] += u32::from(client.list_accounts().send().await.is_ok());
        let describe = client.describe_account().account_id(super::PROD);
        answered[2] += u32::from(describe.send().await.is_ok());
    }
    assert_eq!(answered, [2, 12, 30]);
    let error = client.list_roots().send().await.unwrap_err().into_service_error();
    assert!(error.is_too_many_requests_exception(), "{error:?}");
    assert_eq!(count(&sandbox, "organizations:ListRoots"), (41, 39, 0));
    advance(Duration::from_secs(1)).await;
    client.list_roots().send().await.unwrap();
    client.list_roots().send().await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn a_client_that_retries_gets_through() {
    let sandbox = limited(Quotas::default());
    let client = sso(&sandbox);
    for _ in 0..30 {
        client.list_instances().send().await.unwrap();
    }
    let (calls, throttled, _) = count(&sandbox, "sso-admin:ListInstances");
    assert!(throttled > 0 && calls == 30 + throttled, "{calls} {throttled}");
}

#[tokio::test(start_paused = true)]
async fn without_quotas_nothing_is_refused() {
    let sandbox = open(Options::default());
    let client = once!(aws_sdk_ssoadmin, sso(&sandbox));
    for _ in 0..100 {
        client.list_instances().send().await.unwrap();
    }
    assert_eq!(count(&sandbox, "sso-admin:ListInstances"), (100, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn answers_take_the_latency_and_calls_side_by_side_wait_together() {
    let latency = Duration::from_millis(40);
    let quotas = Quotas { sso_admin: Rate::per_second(1, 11), ..Quotas::default() };
    let sandbox = open(Options { latency, quotas: Some(quotas), ..Options::default() });
    let client = once!(aws_sdk_ssoadmin, sso(&sandbox));
    let took = |from: Instant| from.elapsed().as_millis();
    let start = Instant::now();
    let calls = (0..10).map(|_| client.list_instances().send());
    assert!(join_all(calls).await.iter().all(Result::is_ok));
    // The timer counts whole milliseconds, and may be one late.
    assert!((40..=41).contains(&took(start)), "{}", took(start));
    let start = Instant::now();
    client.list_instances().send().await.unwrap();
    client.list_instances().send().await.unwrap_err();
    assert!((80..=82).contains(&took(start)), "a refusal takes as long: {}", took(start));
    let start = Instant::now();
    open(Options::default());
    super::sts(&open(Options::default())).get_caller_identity().send().await.unwrap();
    assert_eq!(took(start), 0, "no latency is no time at all");
}
