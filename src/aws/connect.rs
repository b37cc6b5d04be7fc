//! The clients of all services, made from one configuration.

use super::count::{Calls, Counter};
use super::error::AwsError;
use super::pace::{Gates, Pace, retry};
use super::whole::Whole;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::future::BoxFuture;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(30);
/// Where the sandbox lives when nobody names a region.
const SANDBOX_REGION: &str = "us-east-1";

/// How to reach AWS.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The region of Identity Center; `None` takes it from the SDK's usual chain.
    pub region: Option<String>,
    /// A profile of the shared configuration files; `None` takes the usual one.
    pub profile: Option<String>,
    /// Overrides `AWS_ENDPOINT_URL` and its like.
    pub endpoint_url: Option<String>,
    /// The sandbox: requests go here, and neither environment nor files are looked at.
    pub http_client: Option<SharedHttpClient>,
    /// Static credentials in place of the usual chain.
    pub credentials: Option<Credentials>,
    /// How fast to call.
    pub pace: Pace,
}

/// Clients of every service that is used, with their counters and gates. Clones share them.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(super) sso_admin: aws_sdk_ssoadmin::Client,
    pub(super) identity_store: aws_sdk_identitystore::Client,
    pub(super) organizations: aws_sdk_organizations::Client,
    pub(super) service_catalog: aws_sdk_servicecatalog::Client,
    pub(super) sts: aws_sdk_sts::Client,
    pub(super) cloudtrail: aws_sdk_cloudtrail::Client,
    pub(super) sns: aws_sdk_sns::Client,
    pub(super) control_tower: aws_sdk_controltower::Client,
    pub(super) control_catalog: aws_sdk_controlcatalog::Client,
    config: SdkConfig,
    counted: Calls,
    gates: Arc<Gates>,
}

/// Connects: loads configuration, calls nothing of AWS but what credentials need, and that lazily.
pub async fn connect(options: Options) -> Aws {
    let config = match &options.http_client {
        Some(http_client) => offline(&options, http_client.clone()),
        None => load(&options).await,
    };
    Aws::new(config, Calls::default(), Arc::new(Gates::new(options.pace)))
}

/// The usual chain: environment, profiles, SSO, container, instance metadata.
async fn load(options: &Options) -> SdkConfig {
    let mut loader = aws_config::defaults(behavior()).timeout_config(timeouts());
    if let Some(name) = app_name(None) {
        loader = loader.app_name(name);
    }
    if let Some(region) = &options.region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(profile) = &options.profile {
        loader = loader.profile_name(profile);
    }
    if let Some(url) = &options.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(credentials) = &options.credentials {
        loader = loader.credentials_provider(credentials.clone());
    }
    loader.load().await
}

/// A configuration that reads neither environment nor files.
fn offline(options: &Options, http_client: SharedHttpClient) -> SdkConfig {
    let credentials = options.credentials.clone().unwrap_or_else(|| {
        // Not secret and worth nothing: the sandbox checks no signature.
        Credentials::from_keys("AKIASANDBOXSANDBOX00", "sandbox", None)
    });
    let region = options.region.clone().unwrap_or_else(|| SANDBOX_REGION.to_owned());
    let mut builder = SdkConfig::builder()
        .behavior_version(behavior())
        .timeout_config(timeouts())
        .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
        .region(Region::new(region))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .http_client(http_client);
    builder.set_app_name(app_name(None));
    builder.set_endpoint_url(options.endpoint_url.clone());
    builder.build()
}

/// Pinned: a new default of the SDK must not change what a plan does.
fn behavior() -> BehaviorVersion {
    BehaviorVersion::v2026_01_12()
}

/// None of the SDK's own: it does not know the quota, and a retry that does not pass the gate takes
/// from the calls that do.
fn no_retries() -> RetryConfig {
    RetryConfig::disabled()
}

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(ATTEMPT_TIMEOUT)
        .operation_attempt_timeout(ATTEMPT_TIMEOUT)
        .build()
}

/// `app/landgrant-0.1.0` in the user agent, and during an apply `app/landgrant-0.1.0+plan-0123456789ab`: the
/// SDK allows no slash in the name.
fn app_name(plan: Option<&str>) -> Option<AppName> {
    let plan = plan.map(|id| format!("+plan-{id}")).unwrap_or_default();
    AppName::new(format!("landgrant-{}{plan}", env!("CARGO_PKG_VERSION"))).ok()
}

impl Aws {
    fn new(config: SdkConfig, counted: Calls, gates: Arc<Gates>) -> Self {
        let interceptor = |service| Counter::new(service, counted.clone());
        let sso_admin = aws_sdk_ssoadmin::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("sso-admin"));
        let identity_store = aws_sdk_identitystore::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("identitystore"))
            .interceptor(Whole);
        let organizations = aws_sdk_organizations::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("organizations"));
        let service_catalog = aws_sdk_servicecatalog::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("servicecatalog"));
        let sts = aws_sdk_sts::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("sts"));
        let cloudtrail = aws_sdk_cloudtrail::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("cloudtrail"));
        let sns = aws_sdk_sns::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("sns"));
        let control_tower = aws_sdk_controltower::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("controltower"));
        let control_catalog = aws_sdk_controlcatalog::config::Builder::from(&config)
            .retry_config(no_retries())
            .interceptor(interceptor("controlcatalog"));
        Self {
            sso_admin: aws_sdk_ssoadmin::Client::from_conf(sso_admin.build()),
            identity_store: aws_sdk_identitystore::Client::from_conf(identity_store.build()),
            organizations: aws_sdk_organizations::Client::from_conf(organizations.build()),
            service_catalog: aws_sdk_servicecatalog::Client::from_conf(service_catalog.build()),
            sts: aws_sdk_sts::Client::from_conf(sts.build()),
            cloudtrail: aws_sdk_cloudtrail::Client::from_conf(cloudtrail.build()),
            sns: aws_sdk_sns::Client::from_conf(sns.build()),
            control_tower: aws_sdk_controltower::Client::from_conf(control_tower.build()),
            control_catalog: aws_sdk_controlcatalog::Client::from_conf(control_catalog.build()),
            config,
            counted,
            gates,
        }
    }

    /// The region that calls go to; `None` where neither the options nor the chain named one.
    pub fn region(&self) -> Option<&str> {
        self.config.region().map(AsRef::as_ref)
    }

    /// The same connection in another region, with the same counters and gates.
    ///
    /// An instance that is replicated takes permission-set and assignment calls in its primary
    /// region only ("Using IAM Identity Center across multiple AWS Regions"), so whoever acts on a
    /// reading goes to the region that the reading names.
    #[must_use]
    pub fn in_region(&self, region: &str) -> Self {
        if self.region() == Some(region) {
            return self.clone();
        }
        let config = self.config.to_builder().region(Some(Region::new(region.to_owned()))).build();
        Self::new(config, self.counted.clone(), Arc::clone(&self.gates))
    }

    /// The same connection for the calls of a plan, whose id CloudTrail then records with each of them.
    #[must_use]
    pub fn for_plan(&self, id: &str) -> Self {
        let mut config = self.config.to_builder();
        // Ids are hexadecimal; of one that was no name, the calls would still be known as ours.
        config.set_app_name(app_name(Some(id)).or_else(|| app_name(None)));
        Self::new(config.build(), self.counted.clone(), Arc::clone(&self.gates))
    }

    /// The quota of an operation, and how many calls a second it allows now.
    pub fn rate<'o>(&self, operation: &'o str) -> (&'o str, f64) {
        self.gates.rate(operation)
    }

    /// Attempts made so far per operation, `sso-admin:ListInstances` → 1; retries count.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.counted.snapshot()
    }

    /// Sends one request through the gate of its quota, and again where that may help. Every request of
    /// this module passes here.
    ///
    /// Boxed at once: the SDK's futures are several KiB each, and readings hold many.
    pub(super) fn call<'a, T, E, F>(
        &'a self,
        operation: &'static str,
        request: impl Fn() -> F + Send + 'a,
    ) -> BoxFuture<'a, Result<T, AwsError>>
    where
        T: Send + 'a,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send + 'a,
    {
        Box::pin(async move {
            let mut attempt = 1;
            let begun = Instant::now();
            if let Some(error) = self.gates.refuses(operation) {
                return Err(error);
            }
            loop {
                let permit = self.gates.enter(operation).await;
                let sent = request();
                let answer = sent.await.map_err(|error| AwsError::from_sdk(operation, &error));
                permit.learn(&answer);
                let again = answer.as_ref().err().filter(|_| !self.gates.is_open(operation));
                let again =
                    again.and_then(|error| retry(error, attempt, begun.elapsed(), fastrand::f64()));
                let Some(wait) = again else {
                    self.gates.ended(operation, &answer);
                    return answer;
                };
                tokio::time::sleep(wait).await;
                attempt += 1;
            }
        })
    }
}
