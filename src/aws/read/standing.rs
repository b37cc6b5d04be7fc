//! Where in the organization the caller stands: some of AWS's writes are for one place only.

use super::ReadError;
use crate::aws::Aws;
use crate::aws::error::{AwsError, Kind};
use crate::aws::page::{listed, pages};
use crate::id::AccountId;
use crate::live::reading::Standing;
use std::collections::BTreeMap;

const IDENTITY: &str = "sts:GetCallerIdentity";
const LIST: &str = "organizations:ListDelegatedAdministrators";
/// The service principal of Identity Center.
const SERVICE: &str = "sso.amazonaws.com";

/// Who asks.
#[derive(Debug, Default)]
pub(super) struct Caller {
    pub(super) arn: Option<String>,
    account: Option<AccountId>,
    /// Why nobody told.
    pub(super) error: Option<AwsError>,
}

/// The caller. An endpoint need not offer STS, so only failing credentials end the reading.
pub(super) async fn caller(aws: &Aws) -> Result<Caller, ReadError> {
    match aws.call(IDENTITY, || aws.sts.get_caller_identity().send()).await {
        Ok(identity) => {
            let account = identity.account.as_deref().and_then(AccountId::parse);
            let missing = || AwsError::malformed(IDENTITY, "a caller without an account");
            let error = account.is_none().then(missing);
            Ok(Caller { account, arn: identity.arn, error })
        }
        Err(error) if error.kind == Kind::Credentials => Err(ReadError::Credentials(error)),
        Err(error) => Ok(Caller { error: Some(error), ..Caller::default() }),
    }
}

/// Service principal → accounts.
pub(super) type Delegated = BTreeMap<String, Vec<AccountId>>;

/// Where the caller stands, and the delegated administrators where those had to be asked for.
pub(super) async fn find(
    aws: &Aws,
    caller: &Caller,
    management: &AccountId,
) -> Result<(Standing, Delegated), ReadError> {
    let Some(account) = &caller.account else { return Ok((Standing::Unknown, Delegated::new())) };
    if account == management {
        return Ok((Standing::Management, Delegated::new()));
    }
    match delegated(aws).await {
        Ok(accounts) => {
            let here = accounts.contains(account);
            let standing = if here { Standing::Delegated } else { Standing::Member };
            Ok((standing, BTreeMap::from([(SERVICE.to_owned(), accounts)])))
        }
        Err(error) if error.kind == Kind::Credentials => Err(ReadError::Credentials(error)),
        // Only the management account and delegated administrators may ask (API reference). Others may
        // be kept from it by their policy, so this is no proof, and nothing is made of it but caution.
        Err(_) => Ok((Standing::Member, Delegated::new())),
    }
}

/// What to say where the caller may not even read where to begin: a role that lacks rights is mended
/// elsewhere than an account that has none.
pub(super) async fn refused(aws: &Aws, caller: &Caller, error: AwsError) -> ReadError {
    let Some(account) = caller.account.clone().filter(|_| error.kind == Kind::Denied) else {
        return error.into();
    };
    match delegated(aws).await {
        Ok(accounts) if accounts.contains(&account) => error.into(),
        _ => ReadError::Member { account, error: error.into() },
    }
}

async fn delegated(aws: &Aws) -> Result<Vec<AccountId>, AwsError> {
    let rows = pages(LIST, |token| async move {
        let request = aws.organizations.list_delegated_administrators().service_principal(SERVICE);
        let out = aws
            .call(LIST, || request.clone().max_results(20).set_next_token(token.clone()).send())
            .await?;
        Ok((listed(LIST, out.delegated_administrators)?, out.next_token))
    })
    .await
    .complete()?;
    let mut ids: Vec<AccountId> =
        rows.iter().filter_map(|row| AccountId::parse(row.id()?)).collect();
    ids.sort();
    Ok(ids)
}
