//! Identity Center as far as some accounts go: the names of all sets, and of the rest only what those
//! accounts have or are to have.

use super::center::{self, Center, Listed, Session};
use super::directory::{self, Directory};
use super::permission_sets::{self, Sets};
use super::provisioned::{self, Pairs, Provisioned, Which};
use super::question::Question;
use super::strategy::{self, Choice, Estimate, Known, Way};
use super::{Gaps, Narrow, Progress, ReadError, Wanted, assignments};
use crate::aws::error::Kind;
use crate::aws::page::each;
use crate::aws::{Aws, Target};
use crate::id::{GroupId, GroupName, PermissionSetArn, PermissionSetName};
use crate::live::reading::{Asked, Reading, Within};
use crate::live::{Assigned, Part};
use std::collections::BTreeSet;

/// Reads it: of the chosen accounts alone where that takes fewer calls, else all of it.
pub(super) async fn read(
    aws: &Aws,
    target: &Target,
    (wanted, chosen): (&Wanted, &Narrow),
    progress: &dyn Progress,
) -> Result<Center, ReadError> {
    let go = Session { aws, target, wanted, progress };
    let (directory, listed) = tokio::try_join!(directory::list(aws, target, progress), go.list())?;
    match pairs(&go, chosen, &directory, &listed).await? {
        Some(pairs) => within(&go, chosen, directory, (listed, pairs)).await,
        None => go.all(directory, go.placed(listed).await?).await,
    }
}

/// The pairs that the accounts have; `None` where it does not pay to be narrow, or where an account
/// could not be asked: then every set is.
async fn pairs(
    go: &Session<'_>,
    chosen: &Narrow,
    directory: &Directory,
    (arns, _): &Listed,
) -> Result<Option<Pairs>, ReadError> {
    let (accounts, depth) = (&chosen.accounts, go.wanted.depth);
    if !strategy::may_narrow(depth, accounts.len(), arns.len()) {
        return Ok(None);
    }
    let pairs = match provisioned::in_accounts(go.aws, go.target, accounts).await {
        Ok(pairs) => pairs,
        Err(error) if error.kind == Kind::Credentials => return Err(ReadError::Credentials(error)),
        Err(_) => return Ok(None),
    };
    let there: BTreeSet<_> = pairs.iter().map(|(_, set)| set).collect();
    let known = Known {
        depth,
        sets: arns.len(),
        groups: directory.groups.len(),
        direct: go.whom(directory).direct.len(),
        pairs: pairs.len(),
        memberships: chosen.groups.len(),
        chosen: (there.len() + chosen.sets.len()).min(arns.len()),
        ..Known::default()
    };
    if !strategy::narrows(&known) {
        return Ok(None);
    }
    let choice = Choice { way: Way::Within, because: None };
    go.progress.decided(&choice, &Estimate::of(&known, &choice));
    Ok(Some(pairs))
}

/// Reads what the accounts have or are to have.
async fn within(
    go: &Session<'_>,
    chosen: &Narrow,
    directory: Directory,
    ((arns, mut gaps), mut pairs): (Listed, Pairs),
) -> Result<Center, ReadError> {
    let Session { aws, target, progress, .. } = *go;
    let (mut sets, mut found) = (Sets::new(), assignments::Assignments::new());
    let describe = |arn: PermissionSetArn| async move {
        (permission_sets::describe(aws, target, &arn).await, arn)
    };
    let (mut done, total) = (0, arns.len());
    each(arns, describe, |(described, arn)| {
        done += 1;
        progress.step(Question::SetNames, done, total);
        match described {
            Ok(set) => {
                sets.insert(arn, set);
                Ok(())
            }
            Err(error) => gaps.note(Part::PermissionSet(arn), error),
        }
    })
    .await?;
    let declared = |name: &str| chosen.sets.contains(&PermissionSetName::new(name));
    let named = sets.iter().filter(|(_, set)| declared(&set.name)).map(|(arn, _)| arn);
    let matter: BTreeSet<PermissionSetArn> =
        named.chain(pairs.iter().map(|(_, set)| set)).cloned().collect();
    let (provisioned, more) = accounts_of(go, &matter).await?;
    gaps.0.extend(more.0);
    let listed = provisioned::pairs(&provisioned);
    pairs.extend(listed.into_iter().filter(|(account, _)| chosen.accounts.contains(account)));
    assignments::read(aws, target, pairs.clone(), (&mut found, &mut gaps), progress).await?;
    parts(go, &matter, (&mut sets, &mut gaps)).await?;
    center::place(&mut sets, provisioned);

    let granted = groups(&directory, chosen, found.values());
    let (memberships, more) = directory::members(aws, target, granted, progress).await?;
    gaps.0.extend(more.0);
    pairs.retain(|pair| found.contains_key(pair));
    let within = Within {
        accounts: chosen.accounts.clone(),
        sets: matter,
        groups: memberships.keys().cloned().collect(),
    };
    let reading = Reading {
        depth: go.wanted.depth,
        asked: Some(Asked { pairs, ..Asked::default() }),
        because: None,
        within: Some(within),
    };
    Ok(Center { sets, directory, memberships, assignments: found, reading, gaps })
}

/// Every account that has one of the sets: who edits one must know whom that reaches.
async fn accounts_of(
    go: &Session<'_>,
    sets: &BTreeSet<PermissionSetArn>,
) -> Result<(Provisioned, Gaps), ReadError> {
    let (mut found, mut gaps) = (Provisioned::new(), Gaps::default());
    for which in [Which::Any, Which::Outdated] {
        go.provisioned(sets.iter().cloned(), which, (&mut found, &mut gaps)).await?;
    }
    Ok((found, gaps))
}

/// Gives described sets their parts.
async fn parts(
    go: &Session<'_>,
    matter: &BTreeSet<PermissionSetArn>,
    (sets, gaps): (&mut Sets, &mut Gaps),
) -> Result<(), ReadError> {
    let known: Vec<_> = matter.iter().filter(|arn| sets.contains_key(*arn)).cloned().collect();
    let (mut done, total) = (0, known.len());
    let work = |arn: PermissionSetArn| async move {
        (permission_sets::parts(go.aws, go.target, &arn).await, arn)
    };
    each(known, work, |(parts, arn)| {
        done += 1;
        go.progress.step(Question::SetParts, done, total);
        let errors = sets.get_mut(&arn).map(|set| parts.place(set)).unwrap_or_default();
        gaps.note_all(&Part::PermissionSet(arn), errors)
    })
    .await
}

/// Groups that have a grant in the accounts or may get one.
fn groups<'a>(
    directory: &Directory,
    chosen: &Narrow,
    found: impl Iterator<Item = &'a Assigned>,
) -> BTreeSet<GroupId> {
    let granted: BTreeSet<&GroupId> = found.flat_map(|assigned| &assigned.groups).collect();
    let matters = |id: &GroupId, name: &str| {
        granted.contains(id) || chosen.groups.contains(&GroupName::new(name))
    };
    let groups = directory.groups.iter().filter(|(id, group)| matters(id, &group.name));
    groups.map(|(id, _)| id.clone()).collect()
}
