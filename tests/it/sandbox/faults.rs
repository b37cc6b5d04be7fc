//! Scripted faults, and what the SDK makes of them.

use super::{INSTANCE, PROD, READER, last, open, organizations, settle, sso};
use aws_sdk_ssoadmin::types::ProvisionTargetType;
use landgrant::sandbox::{Effect, Fault, Options};

fn fault(operation: &str, nth: usize, effect: Effect) -> Fault {
    Fault::new(operation, nth, effect)
}

#[tokio::test(start_paused = true)]
async fn throttling_and_breakage_are_retried_and_denial_is_not() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let list = || client.list_permission_sets().instance_arn(INSTANCE).send();
    for effect in [Effect::Throttle, Effect::Fail500, Effect::Lose, Effect::Reset] {
        let before = sandbox.calls().len();
        sandbox.script(vec![fault("ListPermissionSets", 1, effect.clone())]);
        assert_eq!(list().await.unwrap().permission_sets(), [READER], "{effect:?}");
        assert_eq!(sandbox.calls().len() - before, 2, "{effect:?}");
    }
    let before = sandbox.calls().len();
    sandbox.script(vec![fault("*", 0, Effect::Deny)]);
    let error = list().await.unwrap_err().into_service_error();
    assert!(error.is_access_denied_exception());
    assert_eq!(sandbox.calls().len() - before, 1);
    assert_eq!(last(&sandbox), "AccessDeniedException");
    sandbox.script(vec![fault("ListRoots", 0, Effect::Throttle)]);
    let error = organizations(&sandbox).list_roots().send().await.unwrap_err();
    assert!(error.into_service_error().is_too_many_requests_exception());
}

#[tokio::test(start_paused = true)]
async fn an_asynchronous_request_fails_as_scripted() {
    let sandbox = open(Options::default());
    let client = sso(&sandbox);
    let operation = "ProvisionPermissionSet";
    sandbox.script(vec![fault(operation, 2, Effect::AsyncFail("no such policy".to_owned()))]);
    let mut reasons = Vec::new();
    for _ in 0..2 {
        let request = client.provision_permission_set().instance_arn(INSTANCE);
        let request = request.permission_set_arn(READER).target_id(PROD);
        let answer = request.target_type(ProvisionTargetType::AwsAccount).send().await.unwrap();
        let id = answer.permission_set_provisioning_status.unwrap().request_id.unwrap();
        settle().await;
        let describe = client.describe_permission_set_provisioning_status().instance_arn(INSTANCE);
        let answer = describe.provision_permission_set_request_id(id).send().await.unwrap();
        reasons.push(answer.permission_set_provisioning_status.unwrap().failure_reason);
    }
    assert_eq!(reasons, [None, Some("no such policy".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn calls_are_logged() {
    let sandbox = open(Options::default());
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let heard = seen.clone();
    sandbox.on_call(Box::new(move |entry| heard.lock().unwrap().push(entry.clone())));
    let client = sso(&sandbox);
    client.create_permission_set().instance_arn(INSTANCE).name("New").send().await.unwrap();
    client.create_permission_set().instance_arn(INSTANCE).name("New").send().await.unwrap_err();
    let calls = sandbox.calls();
    assert_eq!(*seen.lock().unwrap(), calls);
    let [first, second] = calls.as_slice() else { panic!("{calls:?}") };
    assert_eq!((first.run, first.n, first.write), (1, 1, true));
    assert_eq!(first.service, "sso-admin");
    assert_eq!(first.operation, "CreatePermissionSet");
    assert_eq!(first.summary, "Name=New");
    assert_eq!((first.outcome.as_str(), second.outcome.as_str()), ("ok", "ConflictException"));
}
