//! New accounts, by Organizations, and the closing of accounts.
//!
//! Neither knows a client token, so that a run which died leaves nothing to go on with but what AWS
//! lists: a creation that is under way is found again by the account's name, and never asked for twice.

use super::{BACKOFF, CallError, Done, Session, busy};
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{listed, pages};
use crate::aws::wait::account::{Vending, VendingKind};
use crate::call::Answer;
use crate::id::AccountId;
use crate::model::Tags;
use aws_sdk_organizations::types::{
    Account, AccountState, CreateAccountState, CreateAccountStatus, Tag,
};
use aws_sdk_ssoadmin::operation::RequestId;

const LIST: &str = "organizations:ListCreateAccountStatus";
const DESCRIBE: &str = "organizations:DescribeAccount";

impl Session<'_> {
    pub(super) async fn create_account(
        &self,
        name: &str,
        email: &str,
        tags: &Tags,
    ) -> Result<Done, CallError> {
        let mut request = self.aws.organizations.create_account().account_name(name).email(email);
        for (key, value) in tags {
            request = request.tags(self.built(Tag::builder().key(key).value(value).build())?);
        }
        let request = &request;
        let asked = self.asked_once(
            || self.created_before(name, email),
            || async move {
                let out = self.send(busy, || request.clone().send()).await?;
                let status = out.create_account_status.as_ref();
                let vending = status.and_then(|status| vending(status, name, email));
                let vending = vending.ok_or_else(|| self.malformed("no id of the request"))?;
                Ok(Done { vending: Some(vending), ..Done::new(out.request_id()) })
            },
        );
        asked.await
    }

    /// Asks for something that AWS would make twice, were it asked twice: looks before each time whether it
    /// is there or under way.
    pub(super) async fn asked_once<L, A>(
        &self,
        look: impl Fn() -> L,
        ask: impl Fn() -> A,
    ) -> Result<Done, CallError>
    where
        L: Future<Output = Result<Option<Done>, CallError>>,
        A: Future<Output = Result<Done, CallError>>,
    {
        let mut pauses = BACKOFF.into_iter();
        loop {
            if let Some(found) = look().await? {
                return Ok(found);
            }
            match ask().await {
                Err(CallError::Aws(error)) if is_lost(&error) => {
                    let Some(pause) = pauses.next() else { return Err(error.into()) };
                    tokio::time::sleep(pause).await;
                }
                answer => return answer,
            }
        }
    }

    /// A creation of the same account that is under way or ended well since the plan was made.
    async fn created_before(&self, name: &str, email: &str) -> Result<Option<Done>, CallError> {
        let states = [CreateAccountState::InProgress, CreateAccountState::Succeeded];
        let states = &states;
        let listing = pages(LIST, |token| async move {
            let request = self.aws.organizations.list_create_account_status();
            let request = request.set_states(Some(states.to_vec())).max_results(20);
            let request = request.set_next_token(token);
            let out = self.aws.call(LIST, || request.clone().send()).await?;
            Ok((listed(LIST, out.create_account_statuses)?, out.next_token))
        });
        let mut same = listing.await.complete()?;
        same.retain(|status| status.account_name.as_deref() == Some(name));
        for status in &same {
            let ended = status.state == Some(CreateAccountState::Succeeded);
            let id = status.account_id.as_deref().and_then(AccountId::parse);
            if ended
                && let Some(id) = id
                && self.is_account(&id, name, email).await?
            {
                return Ok(Some(Done::already(None).with(Answer::Account(name.to_owned(), id))));
            }
        }
        let runs = |s: &&CreateAccountStatus| s.state == Some(CreateAccountState::InProgress);
        let running = same.iter().find(runs).and_then(|status| vending(status, name, email));
        Ok(running.map(|vending| Done { vending: Some(vending), ..Done::already(None) }))
    }

    /// Whether an account is in use under this name and address. One that is not in the organization any
    /// more is not.
    pub(super) async fn is_account(
        &self,
        id: &AccountId,
        name: &str,
        email: &str,
    ) -> Result<bool, AwsError> {
        let request = self.aws.organizations.describe_account().account_id(id.as_str());
        let account = match self.aws.call(DESCRIBE, || request.clone().send()).await {
            Err(error) if error.kind == Kind::NotFound => return Ok(false),
            answer => answer?.account,
        };
        Ok(account.is_some_and(|account| is(&account, name, email)))
    }

    /// An account's name.
    pub(super) async fn name_of(&self, account: &AccountId) -> Result<String, AwsError> {
        let request = self.aws.organizations.describe_account().account_id(account.as_str());
        let out = self.aws.call(DESCRIBE, || request.clone().send()).await?;
        let name = out.account.and_then(|account| account.name);
        name.ok_or_else(|| AwsError::malformed(DESCRIBE, "an account without a name"))
    }

    /// Closes an account. One that is closed or being closed is answered by an error about that.
    pub(super) async fn close_account(&self, account: &AccountId) -> Result<Done, CallError> {
        let request = self.aws.organizations.close_account().account_id(account.as_str());
        match self.change(busy, || request.clone().send()).await {
            Err(CallError::Aws(error)) if error.code == "AccountAlreadyClosedException" => {
                Ok(Done::already(error.request_id))
            }
            answer => answer,
        }
    }

    pub(super) fn malformed(&self, why: &str) -> AwsError {
        AwsError::malformed(self.operation, why)
    }
}

/// Whether AWS may have heard a request although it failed.
fn is_lost(error: &AwsError) -> bool {
    matches!(error.kind, Kind::Network | Kind::Server | Kind::Malformed)
}

fn vending(status: &CreateAccountStatus, name: &str, email: &str) -> Option<Vending> {
    let request_id = status.id.clone().filter(|id| !id.is_empty())?;
    let (name, email) = (name.to_owned(), email.to_owned());
    Some(Vending { kind: VendingKind::Creation, request_id, name, email, account: None })
}

/// Addresses are compared as AWS does: it takes two that differ by case for one.
fn is(account: &Account, name: &str, email: &str) -> bool {
    account.name.as_deref() == Some(name)
        && account.email.as_deref().is_some_and(|e| e.eq_ignore_ascii_case(email))
        && account.state == Some(AccountState::Active)
}
