//! Waits for a request that makes an account or moves one between OUs of Control Tower.
//!
//! There are five at a time at most, and each takes minutes: every one is asked for by itself.

use crate::aws::Aws;
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{listed, pages};
use crate::id::AccountId;
use aws_sdk_organizations::types::{Account, CreateAccountState};
use aws_sdk_servicecatalog::types::{RecordDetail, RecordStatus};
use std::time::Duration;
use tokio::time::Instant;

/// Account Factory takes half an hour for an account, where several wait for each other longer.
const LIMIT: Duration = Duration::from_hours(3);
const FIRST: Duration = Duration::from_millis(250);
const LONGEST: Duration = Duration::from_secs(10);
/// How long a status may be unreadable before nobody waits for it any more.
const PATIENCE: Duration = Duration::from_mins(10);

/// What kind of request it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendingKind {
    /// organizations `CreateAccount`.
    Creation,
    /// A record of Service Catalog.
    Record,
}

/// A request for an account that AWS took.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct Vending {
    /// What kind.
    pub kind: VendingKind,
    /// AWS's id of it.
    pub request_id: String,
    /// The account's name.
    pub name: String,
    /// Its address, by which it is found.
    pub email: String,
    /// The account, where it was there before.
    pub account: Option<AccountId>,
}

/// How such a request ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Vended {
    /// It did what it should, for this account.
    Done(AccountId),
    /// It did not.
    Failed {
        /// AWS's reason, unescaped.
        reason: String,
    },
    /// Nobody knows.
    Unknown {
        /// Why.
        because: String,
        /// Whether every further call would fail the same way (credentials).
        fatal: bool,
    },
}

enum Look {
    Runs,
    Done(Option<AccountId>),
    Failed(String),
}

/// Waits until a request ended.
pub async fn vended(aws: &Aws, vending: &Vending) -> Vended {
    let (begun, mut pause) = (Instant::now(), FIRST);
    let mut seen = begun;
    loop {
        tokio::time::sleep(pause).await;
        pause = pause.saturating_mul(2).min(LONGEST);
        let look = match vending.kind {
            VendingKind::Creation => creation(aws, &vending.request_id).await,
            VendingKind::Record => record(aws, &vending.request_id).await,
        };
        match look {
            Ok(Look::Runs) => seen = Instant::now(),
            Ok(Look::Done(told)) => match told.or_else(|| vending.account.clone()) {
                Some(account) => return Vended::Done(account),
                None => return found(aws, vending, None).await,
            },
            Ok(Look::Failed(reason)) => return found(aws, vending, Some(reason)).await,
            Err(error) if is_final(&error) || seen.elapsed() > PATIENCE => {
                let fatal = error.kind == Kind::Credentials;
                return Vended::Unknown { because: error.to_string(), fatal };
            }
            Err(_) => {}
        }
        if begun.elapsed() > LIMIT {
            let because = format!("still in progress after {} s", LIMIT.as_secs());
            return Vended::Unknown { because, fatal: false };
        }
    }
}

fn is_final(error: &AwsError) -> bool {
    matches!(
        error.kind,
        Kind::Denied | Kind::Credentials | Kind::Validation | Kind::NotFound | Kind::Other
    )
}

/// Looks for the account itself: where AWS did not tell its id, or says that the address is taken, which
/// it also says of an account that an earlier request made whose answer was lost.
async fn found(aws: &Aws, vending: &Vending, failure: Option<String>) -> Vended {
    let taken = failure.as_deref().is_none_or(|reason| reason.contains("EMAIL_ALREADY_EXISTS"));
    if let (Some(reason), false) = (&failure, taken) {
        return Vended::Failed { reason: reason.clone() };
    }
    let account = match account_of(aws, &vending.email).await {
        Ok(account) => account,
        Err(error) => {
            let fatal = error.kind == Kind::Credentials;
            return Vended::Unknown { because: error.to_string(), fatal };
        }
    };
    let (id, name) = match &account {
        Some(account) => (account.id.as_deref().and_then(AccountId::parse), account.name.clone()),
        None => (None, None),
    };
    let email = &vending.email;
    match (id, failure) {
        (Some(id), _) if name.as_deref() == Some(&vending.name) => Vended::Done(id),
        (Some(id), Some(reason)) => {
            let name = name.unwrap_or_default();
            let reason = format!("{reason}: {email} is the address of account {name} ({id})");
            Vended::Failed { reason }
        }
        (None, Some(reason)) => {
            let reason = format!(
                "{reason}: {email} is the address of an AWS account outside of this organization"
            );
            Vended::Failed { reason }
        }
        (_, None) => Vended::Unknown {
            because: "AWS says that it is done, and lists no such account".to_owned(),
            fatal: false,
        },
    }
}

/// The account of an address.
async fn account_of(aws: &Aws, email: &str) -> Result<Option<Account>, AwsError> {
    const LIST: &str = "organizations:ListAccounts";
    let listing = pages(LIST, |token| async move {
        let request = aws.organizations.list_accounts().max_results(20).set_next_token(token);
        let out = aws.call(LIST, || request.clone().send()).await?;
        Ok((listed(LIST, out.accounts)?, out.next_token))
    });
    let is = |account: &Account| {
        account.email.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(email))
    };
    Ok(listing.await.complete()?.into_iter().find(is))
}

async fn creation(aws: &Aws, id: &str) -> Result<Look, AwsError> {
    const DESCRIBE: &str = "organizations:DescribeCreateAccountStatus";
    let request = aws.organizations.describe_create_account_status().create_account_request_id(id);
    let out = aws.call(DESCRIBE, || request.clone().send()).await?;
    let status = out
        .create_account_status
        .ok_or_else(|| AwsError::malformed(DESCRIBE, "an answer without its status"))?;
    Ok(match status.state {
        Some(CreateAccountState::Succeeded) => {
            Look::Done(status.account_id.as_deref().and_then(AccountId::parse))
        }
        Some(CreateAccountState::Failed) => {
            let reason = status.failure_reason.map(|reason| reason.as_str().to_owned());
            Look::Failed(reason.unwrap_or_else(|| "no reason given".to_owned()))
        }
        _ => Look::Runs,
    })
}

/// `IN_PROGRESS_IN_ERROR` still runs: Service Catalog takes back what it did, and ends `FAILED`.
async fn record(aws: &Aws, id: &str) -> Result<Look, AwsError> {
    const DESCRIBE: &str = "servicecatalog:DescribeRecord";
    let request = aws.service_catalog.describe_record().id(id);
    let out = aws.call(DESCRIBE, || request.clone().send()).await?;
    let detail = out
        .record_detail
        .ok_or_else(|| AwsError::malformed(DESCRIBE, "an answer without its record"))?;
    let outputs = out.record_outputs.unwrap_or_default();
    Ok(match detail.status {
        Some(RecordStatus::Succeeded) => {
            let id =
                outputs.iter().find(|output| output.output_key.as_deref() == Some("AccountId"));
            Look::Done(id.and_then(|output| AccountId::parse(output.output_value.as_deref()?)))
        }
        Some(RecordStatus::Failed) => Look::Failed(errors(&detail)),
        _ => Look::Runs,
    })
}

/// Why a record failed, as AWS has it.
fn errors(record: &RecordDetail) -> String {
    let errors = record.record_errors.iter().flatten().map(|error| {
        let (code, text) = (error.code.as_deref(), error.description.as_deref());
        [code, text].into_iter().flatten().collect::<Vec<_>>().join(": ")
    });
    let text = errors.collect::<Vec<_>>().join("; ");
    if text.is_empty() { "no reason given".to_owned() } else { text }
}
