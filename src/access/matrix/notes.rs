//! Gaps → what rows say of them.

use super::build::{Places, partly_read};
use super::card::Account;
use super::{At, Hides, Matrix, To, Unread};
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::live::part::part_name;
use crate::live::project::Projection;
use crate::live::{Gap, Part};
use std::collections::BTreeSet;

/// Where the card of each id is.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) accounts: Places<AccountId>,
    pub(super) sets: Places<PermissionSetArn>,
    pub(super) groups: Places<GroupId>,
    pub(super) people: Places<UserId>,
}

impl Matrix<'_> {
    /// Writes every gap on the cards and grants that it touches, and into a row of its own where there may
    /// be more than there are rows.
    pub(super) fn note(&mut self, gaps: &[Gap], found: &Found, projection: &Projection) {
        let mut pairs = BTreeSet::new();
        for gap in gaps {
            let text =
                format!("{}: not read", part_name(&gap.part, &projection.ids, &projection.labels));
            self.note_one(&gap.part, &text, found, &mut pairs);
        }
        for granted in &mut self.grants {
            granted.pair_unread = pairs.contains(&(granted.account, granted.set));
        }
        self.note_unread_members();
        self.unread.sort();
        self.unread.dedup();
    }

    fn note_one(&mut self, part: &Part, text: &str, found: &Found, pairs: &mut BTreeSet<(At, At)>) {
        let hides = hides(part, found);
        let mut unread = Unread { text: text.to_owned(), hides, ..Unread::default() };
        match part {
            // Hides nobody's access.
            Part::Standing
            | Part::LandingZone
            | Part::Baselines
            | Part::Controls
            | Part::ControlCatalog
            | Part::Control(_)
            | Part::EnabledControl(_) => return,
            Part::AccountTags(id) | Part::AccountState(id) => {
                unread.account = found.accounts.get(id).copied();
                if matches!(part, Part::AccountState(_)) {
                    let card = unread.account.and_then(|at| self.accounts.get_mut(at as usize));
                    if let Some(card) = card {
                        card.notes.push(text.to_owned());
                    }
                }
            }
            Part::Ous => {
                // A parent that was not read stands as its id in parentheses.
                let unplaced = |card: &&mut Account| {
                    card.ou.as_ref().is_none_or(|path| path.to_string().contains('('))
                };
                let unknown = self.accounts.iter_mut().filter(unplaced);
                unknown.for_each(|card| card.notes.push(text.to_owned()));
            }
            Part::Accounts => {
                let unknown = self.accounts.iter_mut().filter(|card| card.state.is_empty());
                unknown.for_each(|card| card.notes.push(text.to_owned()));
            }
            Part::PermissionSets => {
                let unknown = self.sets.iter_mut().filter(|card| card.name.is_none());
                unknown.for_each(|card| card.notes.push(text.to_owned()));
            }
            Part::PermissionSet(arn) | Part::Provisioned(arn) => {
                let at = found.sets.get(arn).copied().unwrap_or_else(|| self.unnamed_set(arn));
                unread.set = Some(at);
                if let Some(card) = self.sets.get_mut(at as usize) {
                    card.notes.push(text.to_owned());
                    if matches!(part, Part::PermissionSet(_)) {
                        card.unread = true;
                        partly_read(&mut card.level);
                    }
                }
            }
            Part::Users => {
                let unknown = self.people.iter_mut().filter(|card| card.name.is_none());
                unknown.for_each(|card| card.notes.push(text.to_owned()));
            }
            Part::Groups => {
                let unknown = self.groups.iter_mut().filter(|card| card.name.is_none());
                unknown.for_each(|card| card.notes.push(text.to_owned()));
            }
            Part::Memberships(id) | Part::GroupGrants(id) => {
                let at = found.groups.get(id).copied();
                unread.to = at.map(To::Group);
                if let Some(card) = at.and_then(|at| self.groups.get_mut(at as usize)) {
                    card.notes.push(text.to_owned());
                }
            }
            Part::UserGrants(id) => {
                let at = found.people.get(id).copied();
                unread.to = at.map(To::Person);
                if let Some(card) = at.and_then(|at| self.people.get_mut(at as usize)) {
                    card.notes.push(text.to_owned());
                }
            }
            Part::Grants(account, arn) => {
                unread.account = found.accounts.get(account).copied();
                unread.set = found.sets.get(arn).copied();
                pairs.extend(unread.account.zip(unread.set));
            }
            Part::Other(_) => self.everywhere.push(text.to_owned()),
        }
        self.unread.push(unread);
    }

    /// A quick reading asks the members of some groups alone: of the others nothing may be said either.
    fn note_unread_members(&mut self) {
        let unread =
            self.groups.iter_mut().filter(|card| !card.members_known && card.notes.is_empty());
        for card in unread {
            card.notes.push(format!("the members of group {}: not read", card.shown()));
        }
    }
}

/// Whether there may be more access than was seen, where a part was not read.
fn hides(part: &Part, found: &Found) -> Hides {
    match part {
        Part::Standing
        | Part::Ous
        | Part::Accounts
        | Part::AccountTags(_)
        | Part::AccountState(_)
        | Part::LandingZone
        | Part::Baselines
        | Part::Controls
        | Part::ControlCatalog
        | Part::Control(_)
        | Part::EnabledControl(_)
        // Ids are known without names.
        | Part::Users => Hides::Nothing,
        Part::PermissionSet(arn) if found.sets.contains_key(arn) => Hides::Nothing,
        // The members of a group that was not listed were not asked for.
        Part::Groups | Part::Memberships(_) => Hides::Members,
        Part::PermissionSets
        | Part::PermissionSet(_)
        | Part::Provisioned(_)
        | Part::Grants(..)
        | Part::GroupGrants(_)
        | Part::UserGrants(_)
        | Part::Other(_) => Hides::Grants,
    }
}
