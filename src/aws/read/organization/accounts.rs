//! Accounts, and the OU that holds each.

use super::PAGE;
use crate::aws::Aws;
use crate::aws::error::AwsError;
use crate::aws::page::{Listing, each, listed, pages, told_pages};
use crate::aws::read::question::Question;
use crate::aws::read::{Gaps, Progress, ReadError};
use crate::id::{AccountId, OuId, RootId};
use crate::live::{Account, AccountState, Organization, Part};
use aws_sdk_organizations::types;
use std::collections::BTreeMap;

const LIST: &str = "organizations:ListAccounts";
const LIST_FOR_PARENT: &str = "organizations:ListAccountsForParent";

/// Every account of the organization, in no order.
pub(super) async fn list(aws: &Aws, progress: &dyn Progress) -> Listing<types::Account> {
    let fetch = |token| async move {
        let request = aws.organizations.list_accounts().max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST, || request.clone().send()).await?;
        Ok((listed(LIST, out.accounts)?, out.next_token))
    };
    told_pages(LIST, fetch, |rows| progress.step(Question::Accounts, rows, 0)).await
}

/// Finds the parent of every account: from its `Paths`, or, where an endpoint does not tell usable
/// ones for all, by listing the accounts of the root and every OU.
pub(super) async fn place(
    aws: &Aws,
    listing: Listing<types::Account>,
    organization: &Organization,
    tree_is_complete: bool,
    gaps: &mut Gaps,
    progress: &dyn Progress,
) -> Result<BTreeMap<AccountId, Account>, ReadError> {
    let manages = |row: &types::Account| row.id() == Some(organization.management_account.as_str());
    if let Some(error) = listing.error {
        gaps.note(Part::Accounts, error)?;
    } else if !listing.rows.iter().any(manages) {
        // Every organization has one, so this is not all of it.
        let error = AwsError::malformed(LIST, "the management account is not listed");
        gaps.note(Part::Accounts, error)?;
    }
    let known = |ou: &OuId| {
        !tree_is_complete
            || ou.as_str() == organization.root.as_str()
            || organization.ous.contains_key(ou)
    };
    let by_path = |account: &types::Account| parent_of(account.paths()).filter(known);
    let parents = if listing.rows.iter().all(|account| by_path(account).is_some()) {
        BTreeMap::new()
    } else {
        by_parent(aws, organization, gaps, progress).await?
    };
    let mut accounts = BTreeMap::new();
    for row in listing.rows {
        let Some(id) = row.id().and_then(AccountId::parse) else {
            gaps.note(Part::Accounts, AwsError::malformed(LIST, "an account without an id"))?;
            continue;
        };
        let parent = parents.get(&id).cloned().or_else(|| by_path(&row));
        match (account(row, parent), accounts.contains_key(&id)) {
            (Some(account), false) => {
                accounts.insert(id, account);
            }
            (None, _) => {
                let message = format!("account {id} has no name, or nobody tells its parent");
                gaps.note(Part::Accounts, AwsError::malformed(LIST, message))?;
            }
            // Pages may shift while accounts are created; a row that comes again tells nothing new.
            (Some(_), true) => {}
        }
    }
    Ok(accounts)
}

/// Reads a row. `State` replaces `Status`, which was announced to end on 2026-09-09; only older
/// endpoints tell just `Status`.
fn account(row: types::Account, parent: Option<OuId>) -> Option<Account> {
    let state = match (row.state(), row.status()) {
        (Some(state), _) => AccountState::parse(state.as_str()),
        (None, Some(status)) => AccountState::parse(status.as_str()),
        (None, None) => AccountState::Unknown(String::new()),
    };
    Some(Account {
        name: row.name.filter(|name| !name.is_empty())?,
        email: row.email.unwrap_or_default(),
        state,
        parent: parent?,
        tags: None,
    })
}

/// The last root or OU of `o-…/r-…/ou-…/ou-…/` (an account id may follow); `None` where several
/// paths disagree or there is none.
fn parent_of(paths: &[String]) -> Option<OuId> {
    let mut parents = paths.iter().map(|path| {
        path.split('/').rfind(|part| part.starts_with("ou-") || part.starts_with("r-"))
    });
    let first = parents.next()??;
    parents.all(|parent| parent == Some(first)).then(|| OuId::new(first))
}

/// The root of `o-…/r-…/…`.
pub(super) fn root_of(paths: &[String]) -> Option<RootId> {
    let root = paths.first()?.split('/').find(|part| part.starts_with("r-"))?;
    Some(RootId::new(root))
}

async fn by_parent(
    aws: &Aws,
    organization: &Organization,
    gaps: &mut Gaps,
    progress: &dyn Progress,
) -> Result<BTreeMap<AccountId, OuId>, ReadError> {
    let mut found = BTreeMap::new();
    let mut done = 0;
    let total = organization.ous.len() + 1;
    let root = OuId::new(organization.root.as_str());
    let parents = std::iter::once(root).chain(organization.ous.keys().cloned());
    let work = |parent: OuId| async move { (in_parent(aws, &parent).await, parent) };
    each(parents, work, |(listing, parent)| {
        done += 1;
        progress.step(Question::AccountsOfUnits, done, total);
        for id in listing.rows.iter().filter_map(|row| AccountId::parse(row.id()?)) {
            found.insert(id, parent.clone());
        }
        listing.error.map_or(Ok(()), |error| gaps.note(Part::Accounts, error))
    })
    .await?;
    Ok(found)
}

async fn in_parent(aws: &Aws, parent: &OuId) -> Listing<types::Account> {
    pages(LIST_FOR_PARENT, |token| async move {
        let request = aws.organizations.list_accounts_for_parent().parent_id(parent.as_str());
        let request = request.max_results(PAGE).set_next_token(token);
        let out = aws.call(LIST_FOR_PARENT, || request.clone().send()).await?;
        Ok((listed(LIST_FOR_PARENT, out.accounts)?, out.next_token))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_is_the_last_unit_of_the_path() {
        for (paths, parent) in [
            (&["o-1/r-ab12/ou-ab12-1/ou-ab12-2/"][..], Some("ou-ab12-2")),
            (&["o-1/r-ab12/ou-ab12-1/111122223333"], Some("ou-ab12-1")),
            (&["o-1/r-ab12/"], Some("r-ab12")),
            (&["o-1/r-ab12/ou-ab12-1/", "o-1/r-ab12/ou-ab12-2/"], None),
            (&["something else"], None),
            (&[], None),
        ] {
            let paths: Vec<_> = paths.iter().map(|p| (*p).to_owned()).collect();
            assert_eq!(parent_of(&paths), parent.map(OuId::new), "{paths:?}");
        }
    }
}
