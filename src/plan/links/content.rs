//! Sets whose content changes in accounts: who must be gone before it grows, and who may come before.
//!
//! What a set allows reaches an account by a provisioning, and by a new grant there. Where it grows, nobody
//! who is about to lose the set may have it then: revocations come first, and the account is left out
//! of the provisioning where its last grant goes. Provisioning where a last grant is just going ends
//! FAILED (docs/aws.md), so where nothing grows, provisioning comes first.

use super::{Ground, Pair};
use crate::access::delta::compare;
use crate::id::{AccountId, PermissionSetName};
use crate::model::{Grant, Grants, Principal};
use crate::plan::change::What;
use std::collections::{BTreeMap, BTreeSet};

/// A set whose content changes.
#[derive(Clone, Copy)]
pub(super) struct Content {
    /// The first change that lets it reach accounts: its edit, or else its provisioning.
    pub(super) gate: usize,
    /// Whether the edit allows more, and whether it allows less.
    edit: (bool, bool),
    /// Whether an account has an older version: nobody can tell which, so it may be more or less.
    older: bool,
}

impl Content {
    /// Whether it may allow more afterwards.
    pub(super) fn widens(self) -> bool {
        self.edit.0 || self.older
    }

    /// Whether it may allow less afterwards.
    pub(super) fn narrows(self) -> bool {
        self.edit.1 || self.older
    }
}

/// How a revocation stands to the content of its set and to new grants of the pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// After the provisioning and after the new grants, if the pair would be without any.
    Last,
    /// Before the content grows, and after the new grants: these may have the set as it is.
    Between,
    /// Before the content changes, and the new grants after it: nobody may have both.
    First,
}

/// The contents that change, and pairs that lose every grant they have.
pub(super) struct Contents<'a> {
    of: BTreeMap<&'a PermissionSetName, Content>,
    /// Pairs that lose every grant they have: there the account would lose the set's role for a moment,
    /// and with it the role's ARN, unless a new grant comes first.
    emptied: BTreeSet<Pair<'a>>,
    created: BTreeSet<Pair<'a>>,
}

impl<'a> Contents<'a> {
    pub(super) fn new(changes: &[&'a What], ground: Ground<'_>) -> Self {
        let older = |name| ground.stale.get(name).is_some_and(|accounts| !accounts.is_empty());
        let mut of = BTreeMap::new();
        let mut created = BTreeSet::new();
        for (gate, what) in changes.iter().enumerate() {
            match what {
                What::ProvisionSet { name, .. } => {
                    let content = Content { gate, edit: (false, false), older: older(name) };
                    of.entry(name).or_insert(content);
                }
                What::UpdateSet { name, before, after } => {
                    let (wider, narrower) = compare(before, after);
                    let edit = (!wider.is_empty(), !narrower.is_empty());
                    of.insert(name, Content { gate, edit, older: older(name) });
                }
                What::CreateGrant(grant) => drop(created.insert(pair_of(grant))),
                _ => {}
            }
        }
        Self { of, emptied: emptied(changes, ground.grants), created }
    }

    pub(super) fn of(&self, set: &PermissionSetName) -> Option<Content> {
        self.of.get(set).copied()
    }

    /// Whether the pair loses every grant that it has.
    pub(super) fn empties(&self, grant: &Grant) -> bool {
        self.emptied.contains(&pair_of(grant))
    }

    /// When a revocation has its turn.
    pub(super) fn turn(&self, grant: &Grant) -> Turn {
        let nobody =
            matches!(grant.principal, Principal::OrphanGroup(_) | Principal::OrphanUser(_));
        let Some(content) = self.of(&grant.permission_set).filter(|c| c.widens() && !nobody) else {
            return Turn::Last;
        };
        let replaced = self.empties(grant) && self.created.contains(&pair_of(grant));
        match (replaced, content.edit) {
            (false, _) | (true, (true, true)) => Turn::First,
            (true, (true, false)) => Turn::Between,
            // Nothing tells that the latest version is more than what the account has.
            (true, (false, _)) => Turn::Last,
        }
    }

    /// Whether a new grant comes before the content grows: it takes the place of grants that do.
    pub(super) fn is_early(&self, grant: &Grant) -> bool {
        let content = self.of(&grant.permission_set);
        self.empties(grant) && content.is_some_and(|content| content.edit == (true, false))
    }

    /// Pairs that are no more when their set is provisioned: all of their grants go first.
    pub(super) fn left(&self, changes: &[&'a What]) -> BTreeSet<Pair<'a>> {
        let mut left = self.emptied.clone();
        for what in changes {
            if let What::DeleteGrant(grant) = what
                && self.turn(grant) != Turn::First
            {
                left.remove(&pair_of(grant));
            }
        }
        left
    }
}

fn pair_of(grant: &Grant) -> (&AccountId, &PermissionSetName) {
    (&grant.account, &grant.permission_set)
}

fn emptied<'a>(changes: &[&'a What], live: &Grants) -> BTreeSet<Pair<'a>> {
    let mut going: BTreeMap<_, usize> = BTreeMap::new();
    for what in changes {
        if let What::DeleteGrant(grant) = what {
            *going.entry(pair_of(grant)).or_default() += 1;
        }
    }
    let all_go = |(account, set), n| live.of_pair(account, set).count() <= n;
    going.into_iter().filter(|(pair, n)| all_go(*pair, *n)).map(|(pair, _)| pair).collect()
}
