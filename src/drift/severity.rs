//! How bad a difference is: a function of the kind of thing, the account and the access level, which
//! `docs/drift.md` tells.

use super::difference::{Difference, Subject};
use super::{Class, Facts, Severity};
use crate::access::delta::compare;
use crate::access::level::{Level, Levels};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName};
use crate::live::Part;
use crate::model::{Grant, PermissionSet, Principal};
use crate::plan::change::What;
use crate::resolve::select::{OrgView, Place, matches};
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Names of the accounts that Control Tower keeps for auditors and logs.
const SHARED: [&str; 4] = ["audit", "log archive", "log-archive", "logarchive"];
/// The OU that Control Tower keeps them in.
const SECURITY: &str = "Security";

/// What judging needs, looked up once.
pub(super) struct Judge<'a> {
    facts: Facts<'a>,
    sensitive: BTreeSet<&'a AccountId>,
    levels: BTreeMap<&'a PermissionSetName, Level>,
    holders: OnceCell<BTreeMap<&'a PermissionSetName, Holders<'a>>>,
    ranks: OnceCell<BTreeMap<&'a GroupName, u8>>,
}

/// Who has a set anywhere, and where.
#[derive(Default)]
struct Holders<'a> {
    principals: BTreeSet<&'a Principal>,
    sensitive: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(facts: &Facts<'a>) -> Self {
        let shipped = Levels::shipped();
        let mut levels: BTreeMap<&PermissionSetName, Level> = BTreeMap::new();
        let sets = |state: &'a crate::model::State| state.permission_sets.iter();
        let desired = facts.desired;
        for (name, set) in sets(&desired.live).chain(sets(&desired.state)) {
            let level = shipped.of(set).level;
            levels.entry(name).and_modify(|known| *known = level.max(*known)).or_insert(level);
        }
        Self {
            facts: *facts,
            sensitive: sensitive(facts),
            levels,
            holders: OnceCell::new(),
            ranks: OnceCell::new(),
        }
    }

    /// How much a set allows, as it is or as it should be, whichever is more.
    pub(super) fn level(&self, set: &PermissionSetName) -> Level {
        self.levels.get(set).copied().unwrap_or(Level::Unknown)
    }

    /// Who has a set anywhere.
    pub(super) fn holders(&self, set: &PermissionSetName) -> impl Iterator<Item = &'a Principal> {
        let holders = self.all_holders().get(set);
        holders.into_iter().flat_map(|holders| holders.principals.iter().copied())
    }

    fn all_holders(&self) -> &BTreeMap<&'a PermissionSetName, Holders<'a>> {
        self.holders.get_or_init(|| {
            let mut all: BTreeMap<&PermissionSetName, Holders<'_>> = BTreeMap::new();
            for grant in self.facts.desired.live.grants.iter() {
                let holders = all.entry(&grant.permission_set).or_default();
                holders.principals.insert(&grant.principal);
                holders.sensitive |= self.sensitive.contains(&grant.account);
            }
            all
        })
    }

    /// 0 for ordinary access, 1 for dangerous access or a sensitive account, 2 for both.
    fn rank(&self, grant: &Grant) -> u8 {
        let dangerous = self.level(&grant.permission_set) >= Level::Privileged;
        u8::from(dangerous) + u8::from(self.sensitive.contains(&grant.account))
    }

    /// The highest rank of what a group is granted, or should be; `None` where that is nothing.
    fn rank_of_group(&self, group: &GroupName) -> Option<u8> {
        let ranks = self.ranks.get_or_init(|| {
            let mut ranks: BTreeMap<&GroupName, u8> = BTreeMap::new();
            let desired = self.facts.desired;
            let both = [&desired.live, &desired.state];
            for grant in both.into_iter().flat_map(|state| state.grants.iter()) {
                if let Principal::Group(name) = &grant.principal {
                    let rank = self.rank(grant);
                    ranks.entry(name).and_modify(|r| *r = rank.max(*r)).or_insert(rank);
                }
            }
            ranks
        });
        ranks.get(group).copied()
    }

    /// The severity that the settings give to the class, or the one that is found.
    pub(super) fn severity(&self, difference: &Difference, class: Class) -> Severity {
        self.typed(class).unwrap_or_else(|| self.found(difference, class))
    }

    /// The severity of a part that could not be read.
    pub(super) fn gap(&self, part: &Part) -> Severity {
        let found = match part {
            Part::PermissionSets
            | Part::PermissionSet(_)
            | Part::Provisioned(_)
            | Part::Users
            | Part::Groups
            | Part::Memberships(_)
            | Part::Grants(..)
            | Part::GroupGrants(_)
            | Part::UserGrants(_)
            | Part::Other(_) => Severity::High,
            Part::Ous
            | Part::Accounts
            | Part::AccountTags(_)
            | Part::AccountState(_)
            | Part::LandingZone
            | Part::Baselines
            | Part::Controls
            | Part::ControlCatalog
            | Part::Control(_)
            | Part::EnabledControl(_)
            | Part::Standing => Severity::Medium,
        };
        self.typed(Class::Unknown).unwrap_or(found)
    }

    fn typed(&self, class: Class) -> Option<Severity> {
        let typed = &self.facts.declared.settings.drift.severity;
        match class {
            Class::Unmanaged => typed.unmanaged,
            Class::Missing => typed.missing,
            Class::Changed => typed.changed,
            Class::NotProvisioned => typed.not_provisioned,
            Class::Orphaned => typed.orphaned,
            Class::ExpiredStillLive => typed.expired_still_live,
            Class::MisplacedAccount => typed.misplaced_account,
            Class::RecreatedGroup => typed.recreated_group,
            Class::Unknown => typed.unknown,
        }
    }

    fn found(&self, difference: &Difference, class: Class) -> Severity {
        let what = match &difference.what {
            Subject::Change(what) => what,
            Subject::Recreated(..) => return Severity::High,
            Subject::Address(address, action) => return by_address(address, action),
        };
        match what {
            What::CreateGrant(grant) if self.is_kept(grant) => Severity::High,
            What::CreateGrant(grant) => lacking(self.rank(grant)),
            What::DeleteGrant(_) if class == Class::Orphaned => Severity::Low,
            What::DeleteGrant(grant) => open(self.rank(grant)),
            What::RemoveMember(group, _) => self.rank_of_group(group).map_or(Severity::Low, open),
            What::AddMember(group, _) => self.rank_of_group(group).map_or(Severity::Low, lacking),
            What::UpdateSet { name, before, after } => self.edited(name, before, after),
            What::MoveAccount { account, .. } => self.moved(account),
            What::TagAccount { .. } if self.facts.desired.selects_by_tag => Severity::Medium,
            What::CreateSet(..)
            | What::CreateAccount { .. }
            | What::CloseAccount(_)
            | What::EnableBaseline(_)
            | What::ResetBaseline(_)
            | What::EnableControl(..)
            | What::UpdateControl { .. }
            | What::ProvisionSet { .. }
            | What::CreateUser(..)
            | What::CreateGroup(..) => Severity::Medium,
            What::TagAccount { .. }
            | What::DisableControl(..)
            | What::CreateOu(_)
            | What::RenameOu { .. }
            | What::DeleteOu(_)
            | What::DeleteSet(..)
            | What::UpdateUser { .. }
            | What::DeleteUser(..)
            | What::UpdateGroup { .. }
            | What::DeleteGroup(..)
            | What::RenameGroup { .. } => Severity::Low,
        }
    }

    /// Whether a `[[keep]]` says that it must stand.
    fn is_kept(&self, grant: &Grant) -> bool {
        let Grant { account, permission_set, principal } = grant;
        self.facts.desired.kept.iter().any(|kept| {
            kept.set == *permission_set
                && kept.principals.contains(principal)
                && kept.accounts.contains(account)
        })
    }

    /// A set that allows more than is declared is like a grant that nobody declared.
    fn edited(
        &self,
        name: &PermissionSetName,
        live: &PermissionSet,
        declared: &PermissionSet,
    ) -> Severity {
        let (lacks, exceeds) = compare(live, declared);
        if exceeds.is_empty() {
            return if lacks.is_empty() { Severity::Low } else { Severity::Medium };
        }
        let dangerous = self.level(name) >= Level::Privileged;
        let sensitive = self.all_holders().get(name).is_some_and(|holders| holders.sensitive);
        open(u8::from(dangerous) + u8::from(sensitive))
    }

    /// Grants by OU and policies of the organization change with the place of an account.
    fn moved(&self, account: &AccountId) -> Severity {
        if self.sensitive.contains(account) { Severity::Critical } else { Severity::High }
    }
}

/// Access that nobody declared.
fn open(rank: u8) -> Severity {
    match rank {
        0 => Severity::Medium,
        1 => Severity::High,
        _ => Severity::Critical,
    }
}

/// Access that somebody should have and has not.
fn lacking(rank: u8) -> Severity {
    if rank > 1 { Severity::High } else { Severity::Medium }
}

fn by_address(address: &str, action: &str) -> Severity {
    match address.split('/').next().unwrap_or_default() {
        "account" if action == "move" => Severity::High,
        "ou" | "user" => Severity::Low,
        _ => Severity::Medium,
    }
}

/// The management account, and those that the settings name or Control Tower keeps.
fn sensitive<'a>(facts: &Facts<'a>) -> BTreeSet<&'a AccountId> {
    let accounts = &facts.live.organization.accounts;
    let view = OrgView::as_it_is(facts.live, facts.projection);
    let typed = facts.declared.settings.drift.sensitive.as_ref();
    let is_sensitive = |place: &Place| {
        if let Some(selectors) = typed {
            return selectors.iter().any(|selector| matches(&selector.value, place));
        }
        let security = OuPath::root().child(SECURITY);
        SHARED.contains(&place.name.to_lowercase().as_str()) || place.ou.is_within(&security)
    };
    let those = accounts.iter().filter(|(id, account)| {
        // Where tags were asked for and not read, nobody can say that it is not.
        let untold = account.tags.is_none() && facts.declared.settings.drift.looks_at_tags();
        let place = view.places.get(*id);
        place.is_some_and(|place| place.management || untold || is_sensitive(place))
    });
    those.map(|(id, _)| id).collect()
}
