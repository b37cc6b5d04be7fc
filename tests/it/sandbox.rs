//! The sandbox, driven through the SDK's real clients on a paused clock.

mod assignments;
mod callers;
mod caps;
mod directory;
mod factory;
mod faults;
mod files;
mod instances;
mod large;
mod lifecycle;
mod log;
mod quotas;
mod serve;
mod sets;
mod tower;
mod trail;
mod tree;

use aws_credential_types::Credentials;
use aws_sdk_ssoadmin::config::BehaviorVersion;
use aws_sdk_ssoadmin::config::retry::RetryConfig;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use landgrant::sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::time::Duration;

pub(crate) const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
pub(crate) const READER: &str =
    "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-00000000reader00";
pub(crate) const STORE: &str = "d-1234567890";
pub(crate) const MANAGEMENT: &str = "999999999999";
pub(crate) const PROD: &str = "111122223333";
pub(crate) const DEV: &str = "444455556666";
pub(crate) const CLOSED: &str = "777788889999";
pub(crate) const DEVELOPERS: &str = "1234567890-00000000-0000-4000-8000-0000000000a1";
pub(crate) const AUDITORS: &str = "1234567890-00000000-0000-4000-8000-0000000000a2";
pub(crate) const AN: &str = "1234567890-00000000-0000-4000-8000-0000000000b1";
pub(crate) const BINH: &str = "1234567890-00000000-0000-4000-8000-0000000000b2";

/// Three accounts in two units, one permission set that developers have in prod, two groups, two users.
pub(crate) fn world() -> Value {
    json!({
        "format": "landgrant.snapshot", "version": 1,
        "organization": {
            "id": "o-abcdefghij", "management_account": MANAGEMENT, "root": "r-ab12",
            "ous": [
                {"id": "ou-ab12-workload", "name": "Workloads", "parent": "r-ab12"},
                {"id": "ou-ab12-prod0000", "name": "Prod", "parent": "ou-ab12-workload"},
            ],
            "accounts": [
                {"id": MANAGEMENT, "name": "management", "email": "aws@wallet.example", "state": "ACTIVE", "parent": "r-ab12"},
                {"id": PROD, "name": "loyalty-prod", "email": "aws+p@wallet.example", "state": "ACTIVE", "parent": "ou-ab12-prod0000", "tags": {"env": "prod"}},
                {"id": DEV, "name": "loyalty-dev", "email": "aws+d@wallet.example", "state": "ACTIVE", "parent": "ou-ab12-workload"},
                {"id": CLOSED, "name": "old", "email": "aws+o@wallet.example", "state": "CLOSED", "parent": "ou-ab12-workload"},
            ],
            "delegated_administrators": {"sso.amazonaws.com": [DEV]},
        },
        "identity_center": {
            "instance_arn": INSTANCE, "identity_store_id": STORE, "region": "ap-southeast-1",
            "permission_sets": [{
                "arn": READER, "name": "Reader", "description": "Reads", "session_duration": "PT8H",
                "relay_state": "https://console.aws.amazon.com/s3", "managed_policies": ["ReadOnlyAccess"],
                "tags": {"team": "loyalty"}, "provisioned": [{"account": PROD, "current": true}],
            }],
            "users": [
                {"id": AN, "user_name": "an@wallet.example", "display_name": "An", "given_name": "An", "family_name": "Nguyen", "email": "an@wallet.example"},
                {"id": BINH, "user_name": "binh@wallet.example", "display_name": "Binh", "given_name": "Binh", "family_name": "Tran", "email": "binh@wallet.example",
                 "external_ids": [{"issuer": "https://idp.example", "id": "42"}]},
            ],
            "groups": [
                {"id": DEVELOPERS, "name": "developers", "description": "Build"},
                {"id": AUDITORS, "name": "auditors"},
            ],
            "memberships": [{"group": DEVELOPERS, "users": [AN]}],
            "assignments": [{"account": PROD, "permission_set": READER, "groups": [DEVELOPERS]}],
        },
        "control_tower": {"landing_zone": null},
    })
}

pub(crate) fn open(options: Options) -> Sandbox {
    Sandbox::from_json(world().to_string().as_bytes(), options).unwrap()
}

macro_rules! client {
    ($service:ident, $sandbox:expr) => {
        $service::Client::from_conf(
            $service::Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .region($service::config::Region::new("ap-southeast-1"))
                .credentials_provider(Credentials::new("AKID", "secret", None, None, "test"))
                .retry_config(RetryConfig::standard().with_max_attempts(3))
                .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
                .http_client($sandbox.http_client())
                .build(),
        )
    };
}

pub(crate) fn sso(sandbox: &Sandbox) -> aws_sdk_ssoadmin::Client {
    client!(aws_sdk_ssoadmin, sandbox)
}

pub(crate) fn store(sandbox: &Sandbox) -> aws_sdk_identitystore::Client {
    client!(aws_sdk_identitystore, sandbox)
}

pub(crate) fn organizations(sandbox: &Sandbox) -> aws_sdk_organizations::Client {
    client!(aws_sdk_organizations, sandbox)
}

pub(crate) fn sts(sandbox: &Sandbox) -> aws_sdk_sts::Client {
    client!(aws_sdk_sts, sandbox)
}

pub(crate) fn cloudtrail(sandbox: &Sandbox) -> aws_sdk_cloudtrail::Client {
    client!(aws_sdk_cloudtrail, sandbox)
}

pub(crate) fn tower(sandbox: &Sandbox) -> aws_sdk_controltower::Client {
    client!(aws_sdk_controltower, sandbox)
}

pub(crate) fn catalog(sandbox: &Sandbox) -> aws_sdk_controlcatalog::Client {
    client!(aws_sdk_controlcatalog, sandbox)
}

pub(crate) fn products(sandbox: &Sandbox) -> aws_sdk_servicecatalog::Client {
    client!(aws_sdk_servicecatalog, sandbox)
}

/// A client that asks once: what refuses a call shows, instead of being waited out.
macro_rules! once {
    ($service:ident, $client:expr) => {{
        let config = $client.config().to_builder().retry_config(RetryConfig::disabled());
        $service::Client::from_conf(config.build())
    }};
}

pub(crate) use once;

/// Lets everything in flight settle.
pub(crate) async fn settle() {
    tokio::time::sleep(Duration::from_secs(1)).await;
}

/// The code of an error, by which a client branches.
pub(crate) fn code<E: ProvideErrorMetadata>(error: &E) -> &str {
    error.code().unwrap_or("none")
}

/// The outcome that the log has for the last call.
pub(crate) fn last(sandbox: &Sandbox) -> String {
    sandbox.calls().last().map(|entry| entry.outcome.clone()).unwrap_or_default()
}
