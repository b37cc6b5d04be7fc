//! The identity store: users, groups and who is in them.

use super::question::Question;
use super::{Gaps, Progress, ReadError, present};
use crate::aws::error::AwsError;
use crate::aws::page::{Listing, each, pages, told_pages};
use crate::aws::{Aws, Target};
use crate::id::{GroupId, UserId};
use crate::live::{Group, Part, User};
use aws_sdk_identitystore::types::{self, MemberId};
use std::collections::{BTreeMap, BTreeSet};

const LIST_USERS: &str = "identitystore:ListUsers";
const LIST_GROUPS: &str = "identitystore:ListGroups";
const LIST_MEMBERSHIPS: &str = "identitystore:ListGroupMemberships";
/// The largest page of identitystore (botocore model, `MaxResults`).
const PAGE: i32 = 100;

/// Who is in the identity store.
#[derive(Default)]
pub(super) struct Directory {
    pub(super) users: BTreeMap<UserId, User>,
    pub(super) groups: BTreeMap<GroupId, Group>,
    pub(super) gaps: Gaps,
}

pub(super) type Memberships = BTreeMap<GroupId, BTreeSet<UserId>>;

/// Lists users and groups.
pub(super) async fn list(
    aws: &Aws,
    target: &Target,
    progress: &dyn Progress,
) -> Result<Directory, ReadError> {
    let mut found = Directory::default();
    let (users, groups) =
        tokio::join!(list_users(aws, target, progress), list_groups(aws, target, progress));
    for row in users.rows {
        if let Some((id, user)) = user(row) {
            found.users.insert(id, user);
        } else {
            let error = AwsError::malformed(LIST_USERS, "a user without an id");
            found.gaps.note(Part::Users, error)?;
        }
    }
    for row in groups.rows {
        if let Some((id, group)) = group(row) {
            found.groups.insert(id, group);
        } else {
            let error = AwsError::malformed(LIST_GROUPS, "a group without an id");
            found.gaps.note(Part::Groups, error)?;
        }
    }
    if let Some(error) = users.error {
        found.gaps.note(Part::Users, error)?;
    }
    if let Some(error) = groups.error {
        found.gaps.note(Part::Groups, error)?;
    }
    Ok(found)
}

async fn list_users(aws: &Aws, target: &Target, progress: &dyn Progress) -> Listing<types::User> {
    let fetch = |token| async move {
        let request = aws.identity_store.list_users();
        let request = request.identity_store_id(target.identity_store.as_str());
        let request = request.max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_USERS, || request.clone().send()).await?;
        Ok((out.users, out.next_token))
    };
    told_pages(LIST_USERS, fetch, |rows| progress.step(Question::Users, rows, 0)).await
}

async fn list_groups(aws: &Aws, target: &Target, progress: &dyn Progress) -> Listing<types::Group> {
    let fetch = |token| async move {
        let request = aws.identity_store.list_groups();
        let request = request.identity_store_id(target.identity_store.as_str());
        let request = request.max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_GROUPS, || request.clone().send()).await?;
        Ok((out.groups, out.next_token))
    };
    told_pages(LIST_GROUPS, fetch, |rows| progress.step(Question::Groups, rows, 0)).await
}

/// Reads the members of groups.
pub(super) async fn members(
    aws: &Aws,
    target: &Target,
    groups: impl IntoIterator<Item = GroupId>,
    progress: &dyn Progress,
) -> Result<(Memberships, Gaps), ReadError> {
    let (mut memberships, mut gaps) = (Memberships::new(), Gaps::default());
    let groups: BTreeSet<GroupId> = groups.into_iter().collect();
    let (mut done, total) = (0, groups.len());
    let work = |id: GroupId| async move { (read_group_members(aws, target, &id).await, id) };
    each(groups, work, |(members, id)| {
        done += 1;
        progress.step(Question::Members, done, total);
        match members {
            Ok(members) => {
                memberships.insert(id, members);
                Ok(())
            }
            Err(error) => gaps.note(Part::Memberships(id), error),
        }
    })
    .await?;
    Ok((memberships, gaps))
}

/// Reads the members of one group. Groups do not nest: a member that is no user is none we know.
async fn read_group_members(
    aws: &Aws,
    target: &Target,
    group: &GroupId,
) -> Result<BTreeSet<UserId>, AwsError> {
    let rows = pages(LIST_MEMBERSHIPS, |token| async move {
        let request = aws.identity_store.list_group_memberships().group_id(group.as_str());
        let request = request.identity_store_id(target.identity_store.as_str());
        let request = request.max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_MEMBERSHIPS, || request.clone().send()).await?;
        Ok((out.group_memberships, out.next_token))
    })
    .await
    .complete()?;
    rows.into_iter()
        .map(|row| match row.member_id {
            Some(MemberId::UserId(id)) if !id.is_empty() => Ok(UserId::new(id)),
            _ => Err(AwsError::malformed(LIST_MEMBERSHIPS, "a member that is no user")),
        })
        .collect()
}

/// Reads a row; `None` without an id: the SDK puts "" where a required one is missing.
fn user(row: types::User) -> Option<(UserId, User)> {
    let id = Some(row.user_id).filter(|id| !id.is_empty())?;
    let name = row.name;
    let given_name = name.as_ref().and_then(|name| present(name.given_name.clone()));
    let family_name = name.and_then(|name| present(name.family_name));
    let emails = row.emails.unwrap_or_default();
    let email = emails
        .iter()
        .filter(|email| email.primary)
        .chain(&emails)
        .find_map(|email| present(email.value.clone()));
    let user = User {
        // Optional in AWS's model; like a group without a name, it goes by its id then.
        user_name: present(row.user_name).unwrap_or_else(|| id.clone()),
        display_name: present(row.display_name),
        given_name,
        family_name,
        email,
        external_ids: external_ids(row.external_ids),
    };
    Some((UserId::new(id), user))
}

fn group(row: types::Group) -> Option<(GroupId, Group)> {
    let id = Some(row.group_id).filter(|id| !id.is_empty())?;
    let group = Group {
        name: present(row.display_name).unwrap_or_else(|| id.clone()),
        description: present(row.description),
        external_ids: external_ids(row.external_ids),
    };
    Some((GroupId::new(id), group))
}

fn external_ids(ids: Option<Vec<types::ExternalId>>) -> Vec<(String, String)> {
    let mut ids: Vec<_> = ids
        .unwrap_or_default()
        .into_iter()
        .map(|external| (external.issuer, external.id))
        .collect();
    ids.sort();
    ids
}
