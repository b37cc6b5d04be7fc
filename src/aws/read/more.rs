//! What a plan's removals stand on, read into a quick reading before they are planned: nothing is
//! removed on a guess.

use super::principals::{self, Asked as Principal};
use super::provisioned::{self, Pairs, Provisioned, Which};
use super::question::Question;
use super::{Gaps, Progress, ReadError, assignments, charge, directory, tidy};
use crate::aws::{Aws, Target};
use crate::id::{GroupId, PermissionSetArn, UserId};
use crate::live::reading::Asked;
use crate::live::{Live, Part};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// What has to be known wholly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needed {
    /// Users: everything that they have directly.
    pub users: BTreeSet<UserId>,
    /// Sets: everybody who has them anywhere.
    pub sets: BTreeSet<PermissionSetArn>,
    /// Pairs: everybody who has a grant there.
    pub pairs: Pairs,
    /// Groups: everybody who is in them.
    pub groups: BTreeSet<GroupId>,
}

/// Reads what is needed and was not asked before. A full reading knows it all.
pub async fn read_grants(
    aws: &Aws,
    live: &mut Live,
    needed: Needed,
    now: impl Fn() -> Timestamp,
    progress: &dyn Progress,
) -> Result<(), ReadError> {
    let target = Target::of(live);
    let Live { taken, identity_center: center, gaps: earlier, organization: _, control_tower: _ } =
        live;
    let Some(asked) = &mut taken.reading.asked else { return Ok(()) };
    let Asked { groups: _, users: known_users, sets: known_sets, outdated, pairs: known_pairs } =
        asked;
    let Needed { mut users, mut sets, mut pairs, mut groups } = needed;
    groups.retain(|group| !center.memberships.contains_key(group));
    users.retain(|user| !known_users.contains(user));
    sets.retain(|set| !known_sets.contains(set));
    let counted = aws.calls();
    let (mut gaps, mut listed) = (Gaps::default(), Provisioned::new());
    let into = (&mut listed, &mut gaps);
    let unlisted: Vec<PermissionSetArn> = sets.difference(outdated).cloned().collect();
    provisioned::list(aws, &target, unlisted.clone(), Which::Outdated, into, progress).await?;
    for set in &sets {
        let Some(known) = center.permission_sets.get_mut(set) else { continue };
        known.provisioned.extend(listed.remove(set).unwrap_or_default());
        pairs.extend(known.provisioned.keys().map(|account| (account.clone(), set.clone())));
    }
    pairs.retain(|pair| !known_pairs.contains(pair));
    let (members, unread) = directory::members(aws, &target, groups, progress).await?;
    center.memberships.extend(members);
    gaps.0.extend(unread.0);
    let found = &mut center.assignments;
    let who = users.iter().cloned().map(Principal::User);
    let into = (&mut *found, &mut gaps);
    principals::ask(aws, &target, who, into, (progress, Question::UserGrants)).await?;
    assignments::read(aws, &target, pairs.clone(), (found, &mut gaps), progress).await?;

    let failed: BTreeSet<&Part> = gaps.0.iter().map(|gap| &gap.part).collect();
    let told = |part: Part| !failed.contains(&part);
    known_users.extend(users.into_iter().filter(|user| told(Part::UserGrants(user.clone()))));
    pairs.retain(|(account, set)| told(Part::Grants(account.clone(), set.clone())));
    known_pairs.extend(pairs);
    outdated.extend(unlisted.into_iter().filter(|set| told(Part::Provisioned(set.clone()))));
    known_sets.extend(sets.into_iter().filter(|set| {
        let provisioned = center.permission_sets.get(set).map(|set| set.provisioned.keys());
        told(Part::Provisioned(set.clone()))
            && provisioned.is_some_and(|mut accounts| {
                accounts.all(|account| known_pairs.contains(&(account.clone(), set.clone())))
            })
    }));
    earlier.extend(gaps.0);
    tidy(earlier);
    charge(taken, &counted, aws, now());
    Ok(())
}
