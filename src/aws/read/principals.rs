//! What a principal has, in every account at once.

use super::assignments::Assignments;
use super::question::Question;
use super::{Gaps, Progress, ReadError};
use crate::aws::error::AwsError;
use crate::aws::page::{each, listed, pages};
use crate::aws::{Aws, Target};
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::live::Part;
use aws_sdk_ssoadmin::types::{AccountAssignmentForPrincipal, PrincipalType};
use std::collections::BTreeSet;

const LIST: &str = "sso-admin:ListAccountAssignmentsForPrincipal";

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Asked {
    Group(GroupId),
    User(UserId),
}

impl Asked {
    fn id(&self) -> &str {
        match self {
            Self::Group(id) => id.as_str(),
            Self::User(id) => id.as_str(),
        }
    }

    fn kind(&self) -> PrincipalType {
        match self {
            Self::Group(_) => PrincipalType::Group,
            Self::User(_) => PrincipalType::User,
        }
    }

    /// What is not known where the question is not answered.
    pub(super) fn part(&self) -> Part {
        match self {
            Self::Group(id) => Part::GroupGrants(id.clone()),
            Self::User(id) => Part::UserGrants(id.clone()),
        }
    }
}

/// Pairs on which somebody has a grant of their own.
pub(super) type Own = BTreeSet<(AccountId, PermissionSetArn)>;

/// Asks everybody, and adds what they have to `found`. Who could not be asked is a gap.
pub(super) async fn ask(
    aws: &Aws,
    target: &Target,
    who: impl IntoIterator<Item = Asked>,
    (found, gaps): (&mut Assignments, &mut Gaps),
    (progress, what): (&dyn Progress, Question),
) -> Result<(), ReadError> {
    let who: Vec<Asked> = who.into_iter().collect();
    let (mut done, total) = (0, who.len());
    let work = |asked: Asked| async move { (own(aws, target, &asked).await, asked) };
    each(who, work, |(own, asked)| {
        done += 1;
        progress.step(what, done, total);
        match own {
            Ok(own) => {
                add(&asked, own, found);
                Ok(())
            }
            Err(error) => gaps.note(asked.part(), error),
        }
    })
    .await
}

/// Adds what one principal has.
pub(super) fn add(asked: &Asked, own: Own, found: &mut Assignments) {
    for pair in own {
        let assigned = found.entry(pair).or_default();
        match asked {
            Asked::Group(id) => assigned.groups.insert(id.clone()),
            Asked::User(id) => assigned.users.insert(id.clone()),
        };
    }
}

/// Lists the grants that a principal has itself. For a user AWS tells also what comes through groups,
/// as rows of the group: those are the groups' own.
pub(super) async fn own(aws: &Aws, target: &Target, asked: &Asked) -> Result<Own, AwsError> {
    let rows = pages(LIST, |token| async move {
        let request = aws.sso_admin.list_account_assignments_for_principal();
        let request = request.instance_arn(target.instance.as_str());
        let request = request.principal_id(asked.id()).principal_type(asked.kind());
        let out = aws
            .call(LIST, || request.clone().max_results(100).set_next_token(token.clone()).send())
            .await?;
        Ok((listed(LIST, out.account_assignments)?, out.next_token))
    })
    .await
    .complete()?;
    let rows = rows.into_iter().filter_map(|row| pair(row, asked).transpose());
    rows.collect()
}

/// The pair of a row; `None` where a user has it through a group. A row of somebody else makes the
/// whole answer worthless: nobody knows what it should have said.
fn pair(
    row: AccountAssignmentForPrincipal,
    asked: &Asked,
) -> Result<Option<(AccountId, PermissionSetArn)>, AwsError> {
    let AccountAssignmentForPrincipal {
        account_id,
        permission_set_arn,
        principal_id,
        principal_type,
        ..
    } = row;
    let malformed = |text: String| AwsError::malformed(LIST, text);
    match (asked, &principal_type, principal_id.as_deref()) {
        (Asked::Group(id), Some(PrincipalType::Group), Some(told)) if told == id.as_str() => {}
        // A group inherits from nobody: rows that leave out whose they are can only be its own.
        (Asked::Group(_), None, None) => {}
        (Asked::User(id), Some(PrincipalType::User), Some(told)) if told == id.as_str() => {}
        (Asked::User(_), Some(PrincipalType::Group), Some(told)) if !told.is_empty() => {
            return Ok(None);
        }
        (_, kind, _) => {
            let word = kind.as_ref().map_or("none", PrincipalType::as_str);
            return Err(malformed(format!("an assignment of another principal, a {word}")));
        }
    }
    let account = account_id.and_then(|id| AccountId::parse(&id));
    let account = account.ok_or_else(|| malformed("an assignment without AccountId".to_owned()))?;
    let set = permission_set_arn.filter(|arn| !arn.is_empty());
    let set = set.ok_or_else(|| malformed("an assignment without PermissionSetArn".to_owned()))?;
    Ok(Some((account, PermissionSetArn::new(set))))
}
