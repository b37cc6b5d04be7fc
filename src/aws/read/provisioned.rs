//! In which accounts permission sets are provisioned, and whether in their latest version.
//!
//! One listing tells either, never both: unfiltered it tells every account and no version, filtered
//! by one status it tells the accounts of that status.

use super::question::Question;
use super::{Gaps, Progress, ReadError};
use crate::aws::error::AwsError;
use crate::aws::page::{each, listed, pages};
use crate::aws::{Aws, Target};
use crate::id::{AccountId, PermissionSetArn};
use crate::live::Part;
use aws_sdk_ssoadmin::types::ProvisioningStatus;
use std::collections::{BTreeMap, BTreeSet};

const LIST: &str = "sso-admin:ListAccountsForProvisionedPermissionSet";
const LIST_SETS: &str = "sso-admin:ListPermissionSetsProvisionedToAccount";

/// Accounts by set, each with whether the set is there in its latest version.
pub(super) type Provisioned = BTreeMap<PermissionSetArn, BTreeMap<AccountId, bool>>;
pub(super) type Pairs = BTreeSet<(AccountId, PermissionSetArn)>;

/// Which accounts a listing tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// All.
    Any,
    /// Those with the latest version.
    Current,
    /// Those with an older one.
    Outdated,
}

impl Which {
    fn question(self) -> Question {
        match self {
            Self::Any | Self::Current => Question::AccountsOfSets,
            Self::Outdated => Question::OutdatedAccounts,
        }
    }
}

/// Lists accounts of every given set into `found`. An account that was listed before and is listed
/// as outdated is outdated.
pub(super) async fn list(
    aws: &Aws,
    target: &Target,
    sets: impl IntoIterator<Item = PermissionSetArn>,
    which: Which,
    (found, gaps): (&mut Provisioned, &mut Gaps),
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let sets: Vec<PermissionSetArn> = sets.into_iter().collect();
    let (mut done, total) = (0, sets.len());
    let work =
        |set: PermissionSetArn| async move { (accounts(aws, target, &set, which).await, set) };
    each(sets, work, |(accounts, set)| {
        done += 1;
        progress.step(which.question(), done, total);
        match accounts {
            Ok(accounts) => {
                let of_set = found.entry(set).or_default();
                of_set.extend(accounts.into_iter().map(|id| (id, which != Which::Outdated)));
                Ok(())
            }
            Err(error) => gaps.note(Part::Provisioned(set), error),
        }
    })
    .await
}

/// The pairs of what was listed.
pub(super) fn pairs(provisioned: &Provisioned) -> Pairs {
    provisioned
        .iter()
        .flat_map(|(set, accounts)| accounts.keys().map(|id| (id.clone(), set.clone())))
        .collect()
}

async fn accounts(
    aws: &Aws,
    target: &Target,
    set: &PermissionSetArn,
    which: Which,
) -> Result<Vec<AccountId>, AwsError> {
    let status = match which {
        Which::Any => None,
        Which::Current => Some(ProvisioningStatus::LatestPermissionSetProvisioned),
        Which::Outdated => Some(ProvisioningStatus::LatestPermissionSetNotProvisioned),
    };
    let status = &status;
    let rows = pages(LIST, |token| async move {
        let request = aws.sso_admin.list_accounts_for_provisioned_permission_set();
        let request = request.instance_arn(target.instance.as_str());
        let request = request.permission_set_arn(set.as_str());
        let request = request.set_provisioning_status(status.clone());
        let request = request.max_results(100).set_next_token(token);
        let out = aws.call(LIST, || request.clone().send()).await?;
        Ok((listed(LIST, out.account_ids)?, out.next_token))
    })
    .await
    .complete()?;
    rows.iter()
        .map(|id| AccountId::parse(id))
        .collect::<Option<_>>()
        .ok_or_else(|| AwsError::malformed(LIST, "an account without an id"))
}

/// The pairs of some accounts, in whatever version: every set that each of them has.
pub(super) async fn in_accounts(
    aws: &Aws,
    target: &Target,
    accounts: &BTreeSet<AccountId>,
) -> Result<Pairs, AwsError> {
    let mut found = Pairs::new();
    let work = |account: AccountId| async move { (sets(aws, target, &account).await, account) };
    each(accounts.iter().cloned(), work, |(sets, account)| {
        found.extend(sets?.into_iter().map(|set| (account.clone(), set)));
        Ok::<_, AwsError>(())
    })
    .await?;
    Ok(found)
}

async fn sets(
    aws: &Aws,
    target: &Target,
    account: &AccountId,
) -> Result<Vec<PermissionSetArn>, AwsError> {
    let rows = pages(LIST_SETS, |token| async move {
        let request = aws.sso_admin.list_permission_sets_provisioned_to_account();
        let request = request.instance_arn(target.instance.as_str()).account_id(account.as_str());
        let request = request.max_results(100).set_next_token(token);
        let out = aws.call(LIST_SETS, || request.clone().send()).await?;
        Ok((out.permission_sets.unwrap_or_default(), out.next_token))
    })
    .await
    .complete()?;
    if rows.iter().any(String::is_empty) {
        return Err(AwsError::malformed(LIST_SETS, "a permission set without an ARN"));
    }
    Ok(rows.into_iter().map(PermissionSetArn::new).collect())
}
