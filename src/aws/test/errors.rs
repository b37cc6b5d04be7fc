use super::{Fake, error, ok, small};
use crate::aws::{Aws, Kind};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

async fn describe(aws: &Aws) -> Result<(), crate::aws::AwsError> {
    let request = || aws.organizations.describe_organization().send();
    aws.call("organizations:DescribeOrganization", request).await.map(|_| ())
}

#[tokio::test(start_paused = true)]
async fn throttling_is_retried_and_every_attempt_is_counted() {
    let asked = AtomicUsize::new(0);
    let fake = Fake::new(move |operation, body| match asked.fetch_add(1, Ordering::Relaxed) {
        0..5 => error("TooManyRequestsException", "slow down"),
        _ => small(operation, body),
    });
    let aws = fake.connect().await;
    describe(&aws).await.unwrap();
    assert_eq!(aws.calls()["organizations:DescribeOrganization"], 6);
    assert_eq!(aws.in_region("eu-west-1").calls(), aws.calls());
    assert!(fake.user_agents()[0].contains("app/landgrant-"), "{:?}", fake.user_agents());
}

#[tokio::test(start_paused = true)]
async fn throttling_without_end_is_an_error_in_the_end() {
    let fake = Fake::new(|_, _| error("TooManyRequestsException", "slow down"));
    let aws = fake.connect().await;
    let start = tokio::time::Instant::now();
    assert_eq!(describe(&aws).await.unwrap_err().kind, Kind::Throttled);
    assert!((600..605).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_before_aws_said_so() {
    let asked = AtomicUsize::new(0);
    let fake = Fake::new(move |operation, body| match asked.fetch_add(1, Ordering::Relaxed) {
        0 => ok(&json!({"__type": "ThrottlingException", "RetryAfterSeconds": 17})).failed(400),
        1 => ok(&json!({"__type": "ThrottlingException", "RetryAfterSeconds": 1e300})).failed(400),
        _ => small(operation, body),
    });
    let aws = fake.connect().await;
    let start = tokio::time::Instant::now();
    describe(&aws).await.unwrap();
    // No more than two minutes, whatever AWS says.
    let waited = start.elapsed().as_secs();
    assert!((17 + 120..17 + 120 + 3).contains(&waited), "{waited}");
}

#[tokio::test]
async fn errors_carry_what_aws_told() {
    let fake = Fake::new(|_, _| {
        super::because("AccessDeniedException", "User \u{1b}[31m may not", Some("KMS_AccessDenied"))
    });
    let aws = fake.connect().await;
    let request = || aws.sso_admin.list_instances().send();
    let error = aws.call("sso-admin:ListInstances", request).await.unwrap_err();
    assert_eq!(error.kind, Kind::Denied);
    assert_eq!(error.code, "AccessDeniedException");
    assert_eq!(error.message, "User \u{1b}[31m may not");
    assert_eq!(error.reason.as_deref(), Some("KMS_AccessDenied"));
}

#[tokio::test]
async fn an_answer_that_does_not_parse_is_malformed() {
    let fake = Fake::new(|_, _| ok(&json!({"Instances": "many"})));
    let aws = fake.connect().await;
    let request = || aws.sso_admin.list_instances().send();
    let error = aws.call("sso-admin:ListInstances", request).await.unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (Kind::Malformed, "malformed answer"));
}

#[tokio::test]
async fn no_credentials_are_no_network_trouble() {
    use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
    #[derive(Debug)]
    struct None;
    impl ProvideCredentials for None {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::ready(Err(CredentialsError::not_loaded("nothing here")))
        }
    }
    let fake = Fake::new(small);
    let aws = fake.connect().await;
    let config = aws.sso_admin.config().to_builder().credentials_provider(None).build();
    let client = aws_sdk_ssoadmin::Client::from_conf(config);
    let request = || client.list_instances().send();
    let error = aws.call("sso-admin:ListInstances", request).await.unwrap_err();
    assert_eq!(error.kind, Kind::Credentials, "{error:?}");
    assert!(error.message.contains("nothing here"), "{error:?}");
    assert!(aws.calls().is_empty());
}
