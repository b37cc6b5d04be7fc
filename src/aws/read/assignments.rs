//! Who has a permission set in an account, pair by pair.

use super::provisioned::Pairs;
use super::question::Question;
use super::{Gaps, Progress, ReadError};
use crate::aws::error::AwsError;
use crate::aws::page::{each, listed, pages};
use crate::aws::{Aws, Target};
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::live::{Assigned, Part};
use aws_sdk_ssoadmin::types::{AccountAssignment, PrincipalType};
use std::collections::BTreeMap;

const LIST: &str = "sso-admin:ListAccountAssignments";

pub(super) type Assignments = BTreeMap<(AccountId, PermissionSetArn), Assigned>;

/// Reads pairs into `found`. What a pair tells takes the place of what principals told of it.
pub(super) async fn read(
    aws: &Aws,
    target: &Target,
    pairs: Pairs,
    (found, gaps): (&mut Assignments, &mut Gaps),
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let (mut done, total) = (0, pairs.len());
    let work = |(account, set): (AccountId, PermissionSetArn)| async move {
        (read_pair(aws, target, &account, &set).await, account, set)
    };
    each(pairs, work, |(assigned, account, set)| {
        done += 1;
        progress.step(Question::PairGrants, done, total);
        match assigned {
            Ok(assigned) => {
                found.insert((account, set), assigned);
                Ok(())
            }
            Err(error) => gaps.note(Part::Grants(account, set), error),
        }
    })
    .await
}

/// Reads one pair: every principal that has the set in the account directly.
pub async fn read_pair(
    aws: &Aws,
    target: &Target,
    account: &AccountId,
    set: &PermissionSetArn,
) -> Result<Assigned, AwsError> {
    let rows = pages(LIST, |token| async move {
        let request = aws.sso_admin.list_account_assignments();
        let request = request.instance_arn(target.instance.as_str()).account_id(account.as_str());
        let request = request.permission_set_arn(set.as_str());
        let out = aws
            .call(LIST, || request.clone().max_results(100).set_next_token(token.clone()).send())
            .await?;
        Ok((listed(LIST, out.account_assignments)?, out.next_token))
    })
    .await
    .complete()?;
    let mut assigned = Assigned::default();
    for row in rows {
        take(row, account, set, &mut assigned)?;
    }
    Ok(assigned)
}

/// Reads one row. A row that is about another pair, or about nobody, makes the whole answer
/// worthless: nobody knows what it should have said.
fn take(
    row: AccountAssignment,
    account: &AccountId,
    set: &PermissionSetArn,
    assigned: &mut Assigned,
) -> Result<(), AwsError> {
    let AccountAssignment { account_id, permission_set_arn, principal_type, principal_id, .. } =
        row;
    let foreign = account_id.is_some_and(|id| id != account.as_str())
        || permission_set_arn.is_some_and(|arn| arn != set.as_str());
    if foreign {
        return Err(AwsError::malformed(LIST, "an assignment of another pair"));
    }
    let Some(id) = principal_id.filter(|id| !id.is_empty()) else {
        return Err(AwsError::malformed(LIST, "an assignment without PrincipalId"));
    };
    match principal_type {
        Some(PrincipalType::Group) => {
            assigned.groups.insert(GroupId::new(id));
        }
        Some(PrincipalType::User) => {
            assigned.users.insert(UserId::new(id));
        }
        other => {
            let word = other.as_ref().map_or("none", PrincipalType::as_str);
            return Err(AwsError::malformed(LIST, format!("unknown PrincipalType: {word}")));
        }
    }
    Ok(())
}
