//! An AWS of canned answers behind the SDK's HTTP client, and the tests that need one.

mod call;
mod errors;
mod events;
mod quick;
mod read;
mod standing;
mod tower;
mod unknown;
mod wait;

use super::{Aws, Options, Pace, Target, connect};
use crate::id::{IdentityStoreId, InstanceArn};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt;
use serde_json::{Value, json};
use std::fmt;
use std::sync::{Arc, Mutex};

pub(super) const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
pub(super) const SET: &str =
    "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-000000000000000a";
const STS: &str = "sts:GetCallerIdentity";

/// What the fake answers.
pub(super) struct Reply {
    status: u16,
    body: String,
}

impl Reply {
    /// The same body, as an error.
    pub(super) fn failed(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

pub(super) fn ok(body: &Value) -> Reply {
    Reply { status: 200, body: body.to_string() }
}

pub(super) fn error(code: &str, message: &str) -> Reply {
    because(code, message, None)
}

pub(super) fn because(code: &str, message: &str, reason: Option<&str>) -> Reply {
    let body = json!({"__type": code, "Message": message, "Reason": reason});
    Reply { status: 400, body: body.to_string() }
}

type Answers = dyn Fn(&str, &Value) -> Reply + Send + Sync;

/// Answers by operation (`sso-admin:ListInstances`) and keeps what it was asked.
#[derive(Clone)]
pub(super) struct Fake {
    answers: Arc<Answers>,
    log: Arc<Mutex<Vec<(String, Value)>>>,
    user_agents: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub(super) fn new(answers: impl Fn(&str, &Value) -> Reply + Send + Sync + 'static) -> Self {
        Self { answers: Arc::new(answers), log: Arc::default(), user_agents: Arc::default() }
    }

    pub(super) async fn connect(&self) -> Aws {
        let http_client = Some(SharedHttpClient::new(self.clone()));
        connect(Options { http_client, pace: Pace::UNBOUNDED, ..Options::default() }).await
    }

    /// The bodies of all requests of an operation.
    pub(super) fn asked(&self, operation: &str) -> Vec<Value> {
        let log = self.log.lock().unwrap();
        log.iter().filter(|(name, _)| name == operation).map(|(_, body)| body.clone()).collect()
    }

    pub(super) fn user_agents(&self) -> Vec<String> {
        self.user_agents.lock().unwrap().clone()
    }
}

pub(super) fn target() -> Target {
    Target {
        instance: InstanceArn::new(INSTANCE),
        identity_store: IdentityStoreId::new("d-1234567890"),
    }
}

impl fmt::Debug for Fake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fake")
    }
}

impl HttpClient for Fake {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Fake {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let fake = self.clone();
        HttpConnectorFuture::new(async move {
            let target = request.headers().get("x-amz-target").map(name);
            let operation = target.unwrap_or_else(|| by_path(request.uri()));
            let agent = request.headers().get("x-amz-user-agent").unwrap_or_default().to_owned();
            fake.user_agents.lock().unwrap().push(agent);
            // Not draining the body would look like a stalled upload to the SDK.
            let body = request.into_body().collect().await;
            let body = body.map_err(ConnectorError::user)?.to_bytes();
            let body: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
            let Reply { status, body: answer } = (fake.answers)(&operation, &body);
            fake.log.lock().unwrap().push((operation, body));
            Ok(HttpResponse::new(status.try_into().unwrap(), SdkBody::from(answer)))
        })
    }
}

/// `SWBExternalService.ListInstances` → `sso-admin:ListInstances`.
fn name(target: &str) -> String {
    let (service, operation) = target.split_once('.').unwrap();
    let service = match service {
        "SWBExternalService" => "sso-admin",
        "AWSIdentityStore" => "identitystore",
        "AWSOrganizationsV20161128" => "organizations",
        "CloudTrail_20131101" => "cloudtrail",
        other => panic!("unknown service {other}"),
    };
    format!("{service}:{operation}")
}

/// `https://controltower.us-east-1.amazonaws.com/list-landing-zones?x=1` →
/// `controltower:ListLandingZones`; what has no path is STS.
fn by_path(uri: &str) -> String {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let words = path.split('?').next().unwrap_or_default().split('-');
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        format!("{}{rest}", first.to_ascii_uppercase())
    };
    let operation: String = words.map(capital).collect();
    let operation = operation.replace("Landingzone", "LandingZone");
    let service = host.split('.').next().unwrap_or_default();
    if operation.is_empty() { STS.to_owned() } else { format!("{service}:{operation}") }
}

/// A small organization: two OUs, two accounts, one set, one group with one member, one grant.
pub(super) fn small(operation: &str, body: &Value) -> Reply {
    let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let answer = match operation {
        STS => return caller("999999999999"),
        "organizations:DescribeOrganization" => {
            json!({"Organization": {"Id": "o-abc1234567", "MasterAccountId": "999999999999"}})
        }
        "organizations:ListRoots" => json!({"Roots": [{"Id": "r-ab12"}]}),
        "organizations:ListOrganizationalUnitsForParent" => match text("ParentId").as_str() {
            "r-ab12" => json!({"OrganizationalUnits": [{"Id": "ou-ab12-1", "Name": "Workloads"}]}),
            "ou-ab12-1" => json!({"OrganizationalUnits": [{"Id": "ou-ab12-2", "Name": "Prod"}]}),
            _ => json!({"OrganizationalUnits": []}),
        },
        "organizations:ListAccounts" => json!({"Accounts": [
            account("999999999999", "o-abc1234567/r-ab12/"),
            account("111122223333", "o-abc1234567/r-ab12/ou-ab12-1/ou-ab12-2/"),
        ]}),
        "sso-admin:ListInstances" => json!({"Instances": [{
            "InstanceArn": INSTANCE, "IdentityStoreId": "d-1234567890",
            "OwnerAccountId": "999999999999"}]}),
        "sso-admin:DescribeInstance" => json!({"PermissionSetsEnabled": true}),
        "sso-admin:ListPermissionSets" => json!({"PermissionSets": [SET]}),
        "sso-admin:DescribePermissionSet" => json!({"PermissionSet": {
            "Name": "Developer", "PermissionSetArn": SET, "SessionDuration": "PT8H"}}),
        "sso-admin:ListManagedPoliciesInPermissionSet" => json!({"AttachedManagedPolicies": [
            {"Name": "ReadOnlyAccess", "Arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}),
        "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet" => {
            json!({"CustomerManagedPolicyReferences": [{"Name": "Guard"}]})
        }
        "sso-admin:GetInlinePolicyForPermissionSet" => json!({"InlinePolicy": ""}),
        "sso-admin:GetPermissionsBoundaryForPermissionSet" => {
            return error("ResourceNotFoundException", "no boundary");
        }
        "sso-admin:ListTagsForResource" => json!({"Tags": [
            {"Key": "team", "Value": "loyalty"}, {"Key": "aws:own", "Value": "x"}]}),
        "organizations:ListTagsForResource" => json!({"Tags": [{"Key": "env", "Value": "prod"}]}),
        "sso-admin:ListAccountsForProvisionedPermissionSet" => {
            match text("ProvisioningStatus").as_str() {
                "LATEST_PERMISSION_SET_NOT_PROVISIONED" => json!({"AccountIds": []}),
                _ => json!({"AccountIds": ["111122223333"]}),
            }
        }
        "sso-admin:ListAccountAssignments" => json!({"AccountAssignments": [{
            "AccountId": text("AccountId"), "PermissionSetArn": text("PermissionSetArn"),
            "PrincipalType": "GROUP", "PrincipalId": "g-1"}]}),
        "identitystore:ListUsers" => json!({"Users": [{
            "UserId": "u-1", "UserName": "an", "IdentityStoreId": "d-1234567890",
            "Name": {"GivenName": "An", "FamilyName": "Nguyen"},
            "Emails": [{"Value": "old@x.example"}, {"Value": "an@x.example", "Primary": true}]}]}),
        "identitystore:ListGroups" => json!({"Groups": [{
            "GroupId": "g-1", "DisplayName": "devs", "IdentityStoreId": "d-1234567890"}]}),
        "identitystore:ListGroupMemberships" => json!({"GroupMemberships": [{
            "MembershipId": "m-1", "GroupId": "g-1", "MemberId": {"UserId": "u-1"}}]}),
        other => panic!("the fake does not know {other}"),
    };
    ok(&answer)
}

/// STS's answer to a caller of an account.
pub(super) fn caller(account: &str) -> Reply {
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
        <GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/ci</Arn>\
        <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    Reply { status: 200, body }
}

pub(super) fn account(id: &str, path: &str) -> Value {
    json!({"Id": id, "Name": format!("account {id}"), "Email": format!("{id}@x.example"),
        "State": "ACTIVE", "Paths": [path]})
}
