//! AWS Organizations: the tree, the accounts and where they stand, their tags.

mod accounts;

use super::question::Question;
use super::strategy::Estimate;
use super::{Gaps, Progress, ReadError, TagsOf};
use crate::aws::Aws;
use crate::aws::error::AwsError;
use crate::aws::page::{Listing, each, listed, pages};
use crate::id::{AccountId, OrganizationId, OuId, RootId};
use crate::live::{Organization, Ou, Part};
use crate::model::Tags;
use aws_sdk_organizations::types::OrganizationalUnit;
use std::collections::{BTreeMap, BTreeSet};

/// Organizations takes no more than 20 rows a page (botocore model, `MaxResults`).
const PAGE: i32 = 20;
const DESCRIBE: &str = "organizations:DescribeOrganization";
const LIST_ROOTS: &str = "organizations:ListRoots";
const LIST_OUS: &str = "organizations:ListOrganizationalUnitsForParent";
const LIST_TAGS: &str = "organizations:ListTagsForResource";

/// What everything else stands on.
pub(super) struct Base {
    pub(super) id: OrganizationId,
    pub(super) management_account: AccountId,
    /// Its root, or why that is not known.
    root: Result<RootId, AwsError>,
}

/// Reads the organization itself and its root.
pub(super) async fn base(aws: &Aws) -> Result<Base, AwsError> {
    let (described, roots) = tokio::join!(
        aws.call(DESCRIBE, || aws.organizations.describe_organization().send()),
        roots(aws)
    );
    let described = described?;
    let missing = |what| AwsError::malformed(DESCRIBE, format!("no {what}"));
    let organization = described.organization.ok_or_else(|| missing("Organization"))?;
    let id = organization.id.filter(|id| !id.is_empty()).ok_or_else(|| missing("Id"))?;
    let management_account = organization
        .master_account_id
        .and_then(|id| AccountId::parse(&id))
        .ok_or_else(|| missing("MasterAccountId"))?;
    let root = roots.and_then(|roots| {
        let root = roots.into_iter().next().filter(|id| !id.is_empty());
        root.map(RootId::new).ok_or_else(|| AwsError::malformed(LIST_ROOTS, "no root"))
    });
    Ok(Base { id: OrganizationId::new(id), management_account, root })
}

async fn roots(aws: &Aws) -> Result<Vec<String>, AwsError> {
    pages(LIST_ROOTS, |token| async move {
        let request = aws.organizations.list_roots().max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_ROOTS, || request.clone().send()).await?;
        let ids = listed(LIST_ROOTS, out.roots)?.into_iter().map(|r| r.id.unwrap_or_default());
        Ok((ids.collect(), out.next_token))
    })
    .await
    .complete()
}

/// Reads the tree and the accounts, and of their tags those that are asked for.
pub(super) async fn read(
    aws: &Aws,
    base: &Base,
    tags_of: TagsOf<'_>,
    progress: &dyn Progress,
) -> Result<(Organization, Gaps), ReadError> {
    let mut gaps = Gaps::default();
    let (root, listed, (ous, tree_gaps)) = match &base.root {
        Ok(root) => {
            let listed = accounts::list(aws, progress);
            let (tree, listed) = tokio::join!(tree(aws, root, progress), listed);
            (root.clone(), listed, tree?)
        }
        Err(error) => {
            gaps.note(Part::Ous, error.clone())?;
            let listed = accounts::list(aws, progress).await;
            // The accounts' paths begin with it.
            let root = listed.rows.iter().find_map(|row| accounts::root_of(row.paths()));
            let tree = match &root {
                Some(root) => tree(aws, root, progress).await?,
                None => (BTreeMap::new(), Gaps::default()),
            };
            (root.unwrap_or_else(|| RootId::new("unknown")), listed, tree)
        }
    };
    let tree_is_complete = gaps.0.is_empty() && tree_gaps.0.is_empty();
    gaps.0.extend(tree_gaps.0);
    let mut organization = Organization {
        id: base.id.clone(),
        management_account: base.management_account.clone(),
        root,
        ous,
        accounts: BTreeMap::new(),
        delegated_administrators: BTreeMap::new(),
    };
    let accounts =
        accounts::place(aws, listed, &organization, tree_is_complete, &mut gaps, progress).await?;
    organization.accounts = accounts;
    // Tags have a quota of their own, and wait for nothing but the accounts.
    let ids = tags_of(&organization);
    account_tags(aws, &mut organization, ids, &mut gaps, progress).await?;
    Ok((organization, gaps))
}

/// Reads the tree level by level: `DescribeOrganizationalUnit` has a tenth of the quota.
async fn tree(
    aws: &Aws,
    root: &RootId,
    progress: &dyn Progress,
) -> Result<(BTreeMap<OuId, Ou>, Gaps), ReadError> {
    let mut ous = BTreeMap::new();
    let mut gaps = Gaps::default();
    let mut level = vec![OuId::new(root.as_str())];
    let mut asked = 0;
    while !level.is_empty() {
        let mut below = Vec::new();
        let parents = std::mem::take(&mut level);
        let total = asked + parents.len();
        let work = |parent: OuId| async move { (children(aws, &parent).await, parent) };
        each(parents, work, |(listing, parent)| {
            asked += 1;
            progress.step(Question::Units, asked, total);
            for ou in listing.rows {
                let (id, name) = (ou.id.unwrap_or_default(), ou.name.unwrap_or_default());
                let id = OuId::new(id);
                if id.as_str().is_empty() || name.is_empty() || ous.contains_key(&id) {
                    let error = AwsError::malformed(LIST_OUS, "an OU without id or name, or twice");
                    gaps.note(Part::Ous, error)?;
                    continue;
                }
                below.push(id.clone());
                ous.insert(id, Ou { name, parent: parent.clone() });
            }
            listing.error.map_or(Ok(()), |error| gaps.note(Part::Ous, error))
        })
        .await?;
        level = below;
    }
    Ok((ous, gaps))
}

/// Lists what stands directly below a parent.
pub(in crate::aws) async fn children(aws: &Aws, parent: &OuId) -> Listing<OrganizationalUnit> {
    pages(LIST_OUS, |token| async move {
        let request = aws.organizations.list_organizational_units_for_parent();
        let request = request.parent_id(parent.as_str()).max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_OUS, || request.clone().send()).await?;
        Ok((listed(LIST_OUS, out.organizational_units)?, out.next_token))
    })
    .await
}

/// Reads the tags of accounts: one call each, so only for those that somebody needs.
async fn account_tags(
    aws: &Aws,
    organization: &mut Organization,
    ids: BTreeSet<AccountId>,
    gaps: &mut Gaps,
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let (mut done, total) = (0, ids.len());
    progress.ahead(&Estimate::asking(Question::AccountTags, total));
    let work = |id: AccountId| async move { (tags(aws, &id).await, id) };
    each(ids, work, |(tags, id)| {
        done += 1;
        progress.step(Question::AccountTags, done, total);
        match tags {
            Ok(tags) => {
                if let Some(account) = organization.accounts.get_mut(&id) {
                    account.tags = Some(tags);
                }
                Ok(())
            }
            Err(error) => gaps.note(Part::AccountTags(id), error),
        }
    })
    .await
}

/// One account's tags, without AWS's own. `ListTagsForResource` pages, but takes no page size.
async fn tags(aws: &Aws, id: &AccountId) -> Result<Tags, AwsError> {
    let rows = pages(LIST_TAGS, |token| async move {
        let request = aws.organizations.list_tags_for_resource().resource_id(id.as_str());
        let out =
            aws.call(LIST_TAGS, || request.clone().set_next_token(token.clone()).send()).await?;
        Ok((listed(LIST_TAGS, out.tags)?, out.next_token))
    })
    .await
    .complete()?;
    Ok(rows
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .filter(|(key, _)| !key.starts_with("aws:"))
        .collect())
}
