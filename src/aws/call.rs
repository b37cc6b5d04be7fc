//! Carries out one [`Call`]. All its parameters are filled in; only ids of things that this run
//! created are looked up.
//!
//! Two answers of AWS are not taken as they stand: "busy" is retried for a while, and "already so"
//! is success, marked as such; what is to be created and exists already is looked up by its name.
//! A conflict that lasts is an error; whoever called reads again and decides. An answer may also be lost after the SDK's last attempt, so an error never proves that
//! nothing happened.

mod accounts;
mod assignments;
mod directory;
mod existing;
mod factory;
mod organization;
mod permission_sets;
mod tower;

use super::error::{AwsError, Kind};
use super::wait::Pending;
use super::wait::account::Vending;
use super::wait::tower::Operation;
use super::{Aws, Target};
use crate::call::{
    AccountRef, Answer, Call, Created, GroupRef, OuRef, OuTarget, Ref, SetRef, UserRef, ou_form,
};
use crate::id::{AccountId, GroupId, OuId, PermissionSetArn, UserId};
use aws_sdk_ssoadmin::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::error::operation::BuildError;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Waits before a busy call is tried again; half a minute together. Deleting a permission set
/// conflicts "for seconds" after its last assignment went.
const BACKOFF: [Duration; 6] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(16),
];

impl Created {
    fn ou(&self, ou: &OuRef) -> Result<OuId, CallError> {
        find(&self.ous, ou, "organizational unit")
    }

    /// The ARN of an OU.
    fn target(&self, target: &OuTarget) -> Result<String, CallError> {
        Ok(format!("{}{}", target.prefix, self.ou(&target.ou)?))
    }

    fn account(&self, account: &AccountRef) -> Result<AccountId, CallError> {
        find(&self.accounts, account, "account")
    }

    fn set(&self, set: &SetRef) -> Result<PermissionSetArn, CallError> {
        find(&self.permission_sets, set, "permission set")
    }

    fn user(&self, user: &UserRef) -> Result<UserId, CallError> {
        find(&self.users, user, "user")
    }

    fn group(&self, group: &GroupRef) -> Result<GroupId, CallError> {
        find(&self.groups, group, "group")
    }
}

fn find<Id: Clone, Name: Ord + ToString>(
    created: &BTreeMap<Name, Id>,
    wanted: &Ref<Id, Name>,
    what: &'static str,
) -> Result<Id, CallError> {
    match wanted {
        Ref::Known(id) => Ok(id.clone()),
        Ref::Created(name) => created
            .get(name)
            .cloned()
            .ok_or_else(|| CallError::Missing { what, name: name.to_string() }),
    }
}

/// A call that AWS took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Done {
    /// What later calls need.
    pub answer: Answer,
    /// Whether AWS said that it was so before.
    pub already: bool,
    /// The request's id.
    pub request_id: Option<String>,
    /// How many requests it took.
    pub attempts: u32,
    /// The asynchronous request that has to end before anything is done.
    pub pending: Option<Pending>,
    /// The same, where it is about an account.
    pub vending: Option<Vending>,
    /// The same, where Control Tower does it.
    pub governing: Option<Operation>,
}

impl Done {
    fn new(request_id: Option<&str>) -> Self {
        let request_id = request_id.map(str::to_owned);
        Self {
            answer: Answer::Done,
            already: false,
            request_id,
            attempts: 0,
            pending: None,
            vending: None,
            governing: None,
        }
    }

    fn already(request_id: Option<String>) -> Self {
        Self { already: true, request_id, ..Self::new(None) }
    }

    fn with(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }
}

/// Why a call was not carried out, as far as one knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It needs something that an earlier change should have created. Nothing was sent.
    #[error("{what} {name} was not created")]
    Missing {
        /// What kind of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// AWS refused, or no answer came.
    #[error(transparent)]
    Aws(#[from] AwsError),
}

/// Carries out one call. An error comes with how many requests were sent.
pub async fn perform(
    aws: &Aws,
    target: &Target,
    call: &Call,
    ids: &Created,
) -> Result<Done, (CallError, u32)> {
    let attempts = AtomicU32::new(0);
    let go = Session { aws, target, operation: call.operation(), attempts: &attempts };
    let done = dispatch(go, call, ids).await;
    let attempts = attempts.load(Ordering::Relaxed);
    match done {
        Ok(done) => Ok(Done { attempts, ..done }),
        Err(error) => Err((error, attempts)),
    }
}

async fn dispatch(go: Session<'_>, call: &Call, ids: &Created) -> Result<Done, CallError> {
    use Call as C;
    match call {
        C::CreateOrganizationalUnit { parent, name, path } => {
            go.create_ou(&ids.ou(parent)?, name, path).await
        }
        C::UpdateOrganizationalUnit { ou, name } => go.rename_ou(ou, name).await,
        C::DeleteOrganizationalUnit { ou } => go.delete_ou(ou).await,
        C::CreateAccount { name, email, tags } => go.create_account(name, email, tags).await,
        C::ProvisionAccount { name, email, ou, ou_name, owner } => {
            go.provision_account((name, email), &ou_form(&ids.ou(ou)?, ou_name), owner).await
        }
        C::MoveAccount { account, from, to } => {
            go.move_account(&ids.account(account)?, &ids.ou(from)?, &ids.ou(to)?).await
        }
        C::MoveEnrolledAccount { account, to, ou_name } => {
            go.move_enrolled(account, &ids.ou(to)?, ou_name).await
        }
        C::CloseAccount { account } => go.close_account(account).await,
        C::TagAccount { account, tags } => go.tag_account(&ids.account(account)?, tags).await,
        C::UntagAccount { account, keys } => go.untag_account(account, keys).await,
        C::EnableBaseline { baseline, version, target, parameters } => {
            go.enable_baseline(baseline, version, &ids.target(target)?, parameters).await
        }
        C::ResetEnabledBaseline { enabled } => go.reset_baseline(enabled).await,
        C::EnableControl { control, target, parameters } => {
            go.enable_control(control, &ids.target(target)?, parameters).await
        }
        C::UpdateEnabledControl { enabled, parameters } => {
            go.update_control(enabled, parameters).await
        }
        C::ResetEnabledControl { enabled } => go.reset_control(enabled).await,
        C::DisableControl { enabled } => go.disable_control(enabled).await,
        C::CreatePermissionSet { name, description, session_duration, relay_state, tags } => {
            let (description, relay_state) = (description.as_deref(), relay_state.as_deref());
            go.create_set(name, description, session_duration, relay_state, tags).await
        }
        C::UpdatePermissionSet { set, description, session_duration, relay_state } => {
            let (description, relay_state) = (description.as_deref(), relay_state.as_deref());
            go.update_set(&ids.set(set)?, description, session_duration, relay_state).await
        }
        C::AttachManagedPolicy { set, policy } => go.attach(&ids.set(set)?, policy).await,
        C::DetachManagedPolicy { set, policy } => go.detach(&ids.set(set)?, policy).await,
        C::AttachCustomerManagedPolicy { set, policy } => {
            go.attach_customer(&ids.set(set)?, policy).await
        }
        C::DetachCustomerManagedPolicy { set, policy } => {
            go.detach_customer(&ids.set(set)?, policy).await
        }
        C::PutInlinePolicy { set, policy } => go.put_inline(&ids.set(set)?, policy).await,
        C::DeleteInlinePolicy { set } => go.delete_inline(&ids.set(set)?).await,
        C::PutPermissionsBoundary { set, boundary } => {
            go.put_boundary(&ids.set(set)?, boundary).await
        }
        C::DeletePermissionsBoundary { set } => go.delete_boundary(&ids.set(set)?).await,
        C::TagPermissionSet { set, tags } => go.tag_set(&ids.set(set)?, tags).await,
        C::UntagPermissionSet { set, keys } => go.untag_set(&ids.set(set)?, keys).await,
        C::ProvisionPermissionSet { set, accounts: _ } => go.provision(&ids.set(set)?).await,
        C::DeletePermissionSet { set } => go.delete_set(&ids.set(set)?).await,
        C::CreateUser { name, given_name, family_name, display_name, email } => {
            go.create_user(name, given_name, family_name, display_name, email.as_deref()).await
        }
        C::UpdateUser { user, given_name, family_name } => {
            go.update_user(user, given_name.as_deref(), family_name.as_deref()).await
        }
        C::DeleteUser { user } => go.delete_user(user).await,
        C::CreateGroup { name, description } => go.create_group(name, description.as_deref()).await,
        C::UpdateGroup { group, name, description } => {
            go.update_group(group, name.as_ref(), description.as_deref()).await
        }
        C::DeleteGroup { group } => go.delete_group(group).await,
        C::CreateGroupMembership { group, user } => {
            go.add_member(&ids.group(group)?, &ids.user(user)?).await
        }
        C::DeleteGroupMembership { group, user } => go.remove_member(group, user).await,
        C::CreateAccountAssignment { account, set, principal } => {
            go.assign(&ids.account(account)?, &ids.set(set)?, ids.principal(principal)?).await
        }
        C::DeleteAccountAssignment { account, set, principal } => {
            go.unassign(account, &ids.set(set)?, ids.principal(principal)?).await
        }
    }
}

/// One call under way. Its operations stand in the submodules, a service or a kind each.
#[derive(Clone, Copy)]
struct Session<'a> {
    aws: &'a Aws,
    target: &'a Target,
    operation: &'static str,
    /// Requests sent so far, retries too.
    attempts: &'a AtomicU32,
}

impl Session<'_> {
    /// Sends a request, and again while it is `busy`.
    async fn send<T, E, F>(
        &self,
        busy: fn(&AwsError) -> bool,
        request: impl Fn() -> F + Send + Sync,
    ) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: Send,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let request = || {
            self.attempts.fetch_add(1, Ordering::Relaxed);
            request()
        };
        for delay in BACKOFF {
            match self.aws.call(self.operation, request).await {
                // A part of it by chance, so that two who disturbed each other do not do so again.
                Err(error) if busy(&error) => {
                    tokio::time::sleep(delay.mul_f64(0.75 + fastrand::f64() / 4.0)).await;
                }
                answer => return answer,
            }
        }
        self.aws.call(self.operation, request).await
    }

    /// Sends a request whose answer holds nothing that anyone needs.
    async fn change<T, E, F>(
        &self,
        busy: fn(&AwsError) -> bool,
        request: impl Fn() -> F + Send + Sync,
    ) -> Result<Done, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: RequestId + Send,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        let out = self.send(busy, request).await?;
        Ok(Done::new(out.request_id()))
    }

    /// Sends a request that removes something: what does not exist is removed already.
    async fn remove<T, E, F>(
        &self,
        request: impl Fn() -> F + Send + Sync,
    ) -> Result<Done, CallError>
    where
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: RequestId + Send,
        E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
    {
        match self.change(busy, request).await {
            Err(CallError::Aws(error)) if error.kind == Kind::NotFound => {
                Ok(Done::already(error.request_id))
            }
            answer => answer,
        }
    }

    /// The SDK's builders check that required fields are set; they always are here.
    fn built<T>(&self, built: Result<T, BuildError>) -> Result<T, AwsError> {
        built.map_err(|error| AwsError::malformed(self.operation, error.to_string()))
    }

    /// An id of a success's answer, which may not be empty: the SDK puts "" where it is missing.
    fn id(&self, id: Option<String>) -> Result<String, AwsError> {
        id.filter(|id| !id.is_empty())
            .ok_or_else(|| AwsError::malformed(self.operation, "no id of what was created"))
    }
}

/// Whether another change is under way, so that the same request may work in a moment: "retry with
/// backoff is the recommended response" (sso-admin, `ConflictException`; organizations,
/// `ConcurrentModificationException` and `FinalizingOrganizationException`).
fn busy(error: &AwsError) -> bool {
    match (error.code.as_str(), error.reason.as_deref()) {
        ("ConcurrentModificationException" | "FinalizingOrganizationException", _) => true,
        ("ConflictException", Some("UNIQUENESS_CONSTRAINT_VIOLATION")) => false,
        // sso-admin has one code for "busy" and for "already so", and no reason. Its words are only
        // trusted to spare the wait: the call fails either way, and its caller reads again.
        ("ConflictException", _) => {
            let message = error.message.to_lowercase();
            !message.contains("already") || message.contains("progress")
        }
        _ => false,
    }
}

/// The same for asynchronous requests, of which only so many may be under way: other tools share their number.
fn full(error: &AwsError) -> bool {
    busy(error) || error.kind == Kind::Quota
}

/// The same for requests whose plain conflict means "exists" (identitystore tells them apart by
/// `Reason`).
fn concurrent(error: &AwsError) -> bool {
    error.kind == Kind::Conflict && error.reason.as_deref() == Some("CONCURRENT_MODIFICATION")
}
