//! Identity Center: the cheap listings first, then the grants by the way that these make the
//! cheapest, beside everything that does not wait for them.

use super::assignments::{self, Assignments};
use super::directory::{self, Directory, Memberships};
use super::permission_sets::{self, Sets};
use super::principals::{self, Asked as Principal};
use super::provisioned::{self, Pairs, Provisioned, Which};
use super::question::Question;
use super::strategy::{self, Choice, DENIED, Estimate, Known, Way};
use super::{Gaps, Progress, ReadError, Wanted};
use crate::aws::error::Kind;
use crate::aws::{Aws, Target};
use crate::id::{AccountId, GroupId, GroupName, PermissionSetArn, UserId, UserName};
use crate::live::Part;
use crate::live::reading::{Asked, Depth, Reading};
use std::collections::{BTreeMap, BTreeSet};

/// Whom a quick reading asks.
pub(super) struct Whom {
    /// Users, what they have.
    pub(super) direct: BTreeSet<UserId>,
    /// Groups, who is in them, whatever they have.
    named: BTreeSet<GroupId>,
}

/// What Identity Center told.
pub(super) struct Center {
    pub(super) sets: Sets,
    pub(super) directory: Directory,
    pub(super) memberships: Memberships,
    pub(super) assignments: Assignments,
    pub(super) reading: Reading,
    pub(super) gaps: Gaps,
}

/// The sets that there are.
pub(super) type Listed = (BTreeSet<PermissionSetArn>, Gaps);
/// The same with where they are provisioned.
pub(super) type Placed = (BTreeSet<PermissionSetArn>, Provisioned, Gaps);

/// One reading under way.
pub(super) struct Session<'a> {
    pub(super) aws: &'a Aws,
    pub(super) target: &'a Target,
    pub(super) wanted: &'a Wanted,
    pub(super) progress: &'a dyn Progress,
}

/// Reads it.
pub(super) async fn read(
    aws: &Aws,
    target: &Target,
    wanted: &Wanted,
    progress: &dyn Progress,
) -> Result<Center, ReadError> {
    let go = Session { aws, target, wanted, progress };
    let sets = async {
        let listed = go.list().await?;
        go.placed(listed).await
    };
    let (directory, sets) = tokio::try_join!(directory::list(aws, target, progress), sets)?;
    go.all(directory, sets).await
}

/// Says of every set where it is provisioned.
pub(super) fn place(sets: &mut Sets, mut provisioned: Provisioned) {
    for (arn, set) in sets {
        set.provisioned = provisioned.remove(arn).unwrap_or_default();
    }
}

type Grants = (Assignments, Option<Asked>, Gaps);
type Answer = (Principal, Result<principals::Own, super::AwsError>);

impl Session<'_> {
    /// Lists the sets.
    pub(super) async fn list(&self) -> Result<Listed, ReadError> {
        let mut gaps = Gaps::default();
        let arns = permission_sets::list(self.aws, self.target, &mut gaps).await?;
        Ok((arns, gaps))
    }

    /// Lists where sets are provisioned. A quick reading asks for current accounts alone, because a
    /// principal's answer tells of outdated ones (`suspected`).
    pub(super) async fn placed(&self, (arns, mut gaps): Listed) -> Result<Placed, ReadError> {
        let mut provisioned = Provisioned::new();
        let which = match self.wanted.depth {
            Depth::Quick => Which::Current,
            Depth::Full => Which::Any,
        };
        self.provisioned(arns.iter().cloned(), which, (&mut provisioned, &mut gaps)).await?;
        Ok((arns, provisioned, gaps))
    }

    /// Reads the rest, of everything that is listed.
    pub(super) async fn all(
        &self,
        directory: Directory,
        (arns, mut provisioned, mut gaps): Placed,
    ) -> Result<Center, ReadError> {
        let Self { aws, target, wanted, progress } = *self;
        let whom = self.whom(&directory);
        let known = Known {
            depth: wanted.depth,
            directory_whole: directory.gaps.0.is_empty(),
            sets: arns.len(),
            groups: directory.groups.len(),
            direct: whom.direct.len(),
            pairs: provisioned.values().map(BTreeMap::len).sum(),
            memberships: whom.named.len(),
            chosen: 0, // nothing is left out
        };
        let (choice, first) = self.choose(known, &directory, &whom).await;
        let details = permission_sets::details(aws, target, &arns, progress);
        let (sets, memberships, (assignments, asked, grant_gaps)) = match choice.way {
            Way::ByPair | Way::Within => {
                let groups = directory.groups.keys().cloned();
                let members = directory::members(aws, target, groups, progress);
                tokio::try_join!(details, members, self.by_pair(&mut provisioned))?
            }
            Way::Hybrid => {
                let named = whom.named.iter().cloned();
                let members = directory::members(aws, target, named, progress);
                let grants = self.hybrid(&directory, &whom, first, &mut provisioned);
                let (sets, mut members, (grants, more)) =
                    tokio::try_join!(details, members, grants)?;
                members.0.extend(more.0);
                members.1.0.extend(more.1.0);
                (sets, members, grants)
            }
        };
        let (mut sets, set_gaps) = sets;
        place(&mut sets, provisioned);
        let (memberships, member_gaps) = memberships;
        let because = choice.because.map(str::to_owned);
        let parts = [set_gaps, member_gaps, grant_gaps];
        gaps.0.extend(parts.into_iter().flat_map(|gaps| gaps.0));
        let reading = Reading { depth: wanted.depth, asked, because, within: None };
        Ok(Center { sets, directory, memberships, assignments, reading, gaps })
    }

    pub(super) async fn provisioned(
        &self,
        sets: impl IntoIterator<Item = PermissionSetArn>,
        which: Which,
        into: (&mut Provisioned, &mut Gaps),
    ) -> Result<(), ReadError> {
        provisioned::list(self.aws, self.target, sets, which, into, self.progress).await
    }

    /// Whom a quick reading asks, by the names that are wanted.
    pub(super) fn whom(&self, directory: &Directory) -> Whom {
        let Wanted { instance: _, depth: _, users, members_of, bound: _, controls: _ } =
            self.wanted;
        let direct = directory.users.iter();
        let direct = direct.filter(|(_, user)| users.contains(&UserName::new(&user.user_name)));
        let named = directory.groups.iter().filter(|(_, group)| {
            members_of.as_ref().is_none_or(|names| names.contains(&GroupName::new(&group.name)))
        });
        Whom {
            direct: direct.map(|(id, _)| id.clone()).collect(),
            named: named.map(|(id, _)| id.clone()).collect(),
        }
    }

    /// Chooses the way, and says so. One question of a reading by principal goes ahead: who may not
    /// ask it may ask none of its kind.
    async fn choose(
        &self,
        mut known: Known,
        directory: &Directory,
        whom: &Whom,
    ) -> (Choice, Option<Answer>) {
        let mut choice = strategy::choose(&known);
        let mut first = None;
        if choice.way == Way::Hybrid {
            match self.first(directory, &whom.direct).await {
                Some((_, Err(error))) if error.kind == Kind::Denied => {
                    choice = Choice { way: Way::ByPair, because: Some(DENIED) };
                }
                answer => first = answer,
            }
        }
        if choice.way == Way::ByPair {
            known.memberships = directory.groups.len();
        }
        self.progress.decided(&choice, &Estimate::of(&known, &choice));
        (choice, first)
    }

    /// Asks the first principal there is.
    async fn first(&self, directory: &Directory, direct: &BTreeSet<UserId>) -> Option<Answer> {
        let group = directory.groups.keys().next().cloned().map(Principal::Group);
        let who = group.or_else(|| direct.first().cloned().map(Principal::User))?;
        let own = principals::own(self.aws, self.target, &who).await;
        Some((who, own))
    }

    /// Reads every provisioned pair. A set that no account has is outdated nowhere, if all accounts
    /// were listed.
    async fn by_pair(&self, provisioned: &mut Provisioned) -> Result<Grants, ReadError> {
        let (mut found, mut gaps) = (Assignments::new(), Gaps::default());
        let all_listed = self.wanted.depth == Depth::Full;
        let sets = provisioned.iter().filter(|(_, accounts)| !(all_listed && accounts.is_empty()));
        let sets: Vec<PermissionSetArn> = sets.map(|(arn, _)| arn.clone()).collect();
        self.provisioned(sets, Which::Outdated, (provisioned, &mut gaps)).await?;
        self.pairs(provisioned::pairs(provisioned), (&mut found, &mut gaps)).await?;
        Ok((found, None, gaps))
    }

    async fn pairs(
        &self,
        pairs: Pairs,
        into: (&mut Assignments, &mut Gaps),
    ) -> Result<(), ReadError> {
        assignments::read(self.aws, self.target, pairs, into, self.progress).await
    }

    /// Asks principals, then the pairs that they leave unexplained; and groups that turn out to have
    /// grants for their members.
    async fn hybrid(
        &self,
        directory: &Directory,
        Whom { direct, named }: &Whom,
        first: Option<Answer>,
        provisioned: &mut Provisioned,
    ) -> Result<(Grants, (Memberships, Gaps)), ReadError> {
        let (mut found, mut gaps) = (Assignments::new(), Gaps::default());
        let mut ahead = None;
        if let Some((who, own)) = first {
            match own {
                Ok(own) => principals::add(&who, own, &mut found),
                Err(error) => gaps.note(who.part(), error)?,
            }
            ahead = Some(who);
        }
        let rest = |who: &Principal| ahead.as_ref() != Some(who);
        let groups = directory.groups.keys().cloned().map(Principal::Group).filter(rest);
        self.ask(groups, (&mut found, &mut gaps), Question::GroupGrants).await?;
        // A group that told nothing may have grants too.
        let silent = gaps.0.iter().filter_map(|gap| match &gap.part {
            Part::GroupGrants(id) => Some(id),
            _ => None,
        });
        let granted: BTreeSet<&GroupId> =
            found.values().flat_map(|assigned| &assigned.groups).chain(silent).collect();
        let granted: Vec<GroupId> =
            granted.into_iter().filter(|id| !named.contains(*id)).cloned().collect();
        let members = directory::members(self.aws, self.target, granted, self.progress);
        let users = direct.iter().cloned().map(Principal::User).filter(rest);
        let rest = self.unexplained(users, provisioned, (found, gaps));
        let (members, (found, pairs, outdated, gaps)) = tokio::try_join!(members, rest)?;
        let silent: BTreeSet<&Part> = gaps.0.iter().map(|gap| &gap.part).collect();
        let told = |user: &&UserId| !silent.contains(&Part::UserGrants((*user).clone()));
        let outdated =
            outdated.into_iter().filter(|set| !silent.contains(&Part::Provisioned(set.clone())));
        let outdated = outdated.collect();
        let users = direct.iter().filter(told).cloned().collect();
        let groups = directory.groups.len();
        let asked = Asked { groups, users, sets: BTreeSet::new(), outdated, pairs };
        Ok(((found, Some(asked), gaps), members))
    }

    async fn ask(
        &self,
        who: impl IntoIterator<Item = Principal>,
        into: (&mut Assignments, &mut Gaps),
        what: Question,
    ) -> Result<(), ReadError> {
        principals::ask(self.aws, self.target, who, into, (self.progress, what)).await
    }

    /// Asks the users, and reads the provisioned pairs that nobody explains. Returns these pairs, and the
    /// sets whose outdated accounts were listed for them.
    async fn unexplained(
        &self,
        users: impl IntoIterator<Item = Principal>,
        provisioned: &mut Provisioned,
        (mut found, mut gaps): (Assignments, Gaps),
    ) -> Result<(Assignments, Pairs, Vec<PermissionSetArn>, Gaps), ReadError> {
        self.ask(users, (&mut found, &mut gaps), Question::UserGrants).await?;
        let sets = suspected(&found, provisioned);
        let listed = sets.iter().cloned();
        self.provisioned(listed, Which::Outdated, (provisioned, &mut gaps)).await?;
        let mut pairs = provisioned::pairs(provisioned);
        pairs.retain(|pair| !found.contains_key(pair));
        self.pairs(pairs.clone(), (&mut found, &mut gaps)).await?;
        pairs.retain(|pair| found.contains_key(pair));
        Ok((found, pairs, sets, gaps))
    }
}

/// Sets that may be outdated somewhere: an assignment provisions its pair, so one that is not among
/// the current pairs is on an outdated one, or newer than the listing. A set that no answer tells of
/// may be outdated everywhere.
fn suspected(found: &Assignments, provisioned: &Provisioned) -> Vec<PermissionSetArn> {
    let mut explained: BTreeMap<&PermissionSetArn, BTreeSet<&AccountId>> = BTreeMap::new();
    for (account, set) in found.keys() {
        explained.entry(set).or_default().insert(account);
    }
    let current = |set, accounts: &BTreeSet<&AccountId>| {
        let known = provisioned.get(set);
        known.is_some_and(|known| accounts.iter().all(|account| known.contains_key(*account)))
    };
    let sets = provisioned.keys();
    sets.filter(|set| explained.get(set).is_none_or(|accounts| !current(*set, accounts)))
        .cloned()
        .collect()
}
