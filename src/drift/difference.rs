//! One difference between what is live and what is declared, and the item that tells of it.

use super::severity::Judge;
use super::{Class, Facts, Item, attribution, mend};
use crate::access::people;
use crate::diag::Span;
use crate::id::{AccountId, GroupId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal, State, address};
use crate::plan::change::{Kind, Reason, What};
use crate::resolve::{Desired, Hold};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// One difference.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) what: Subject,
    pub(super) because: Reason,
    pub(super) origin: Option<Span>,
    pub(super) held: Option<(Hold, String)>,
    /// Differences that this one stands for.
    pub(super) covers: BTreeSet<String>,
    /// The id of a group that was deleted and made again.
    pub(super) old_group: Option<GroupId>,
}

/// What differs.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// What a change would mend.
    Change(What),
    /// A group that was made again, with the old one's id and the grants that stayed with it.
    Recreated(GroupName, Vec<Grant>),
    /// What is known by its address alone, and what would be done about it.
    Address(String, &'static str),
}

impl Difference {
    /// The class that it is of.
    pub(super) fn class(&self) -> Class {
        if matches!(self.held, Some((Hold::Gap, _))) {
            return Class::Unknown;
        }
        let what = match &self.what {
            Subject::Change(what) => what,
            Subject::Recreated(..) => return Class::RecreatedGroup,
            Subject::Address(_, "delete") => return Class::Unmanaged,
            Subject::Address(_, "create") => return Class::Missing,
            Subject::Address(_, "move") => return Class::MisplacedAccount,
            Subject::Address(..) => return Class::Changed,
        };
        match what {
            What::CreateOu(_)
            | What::CreateAccount { .. }
            | What::EnableBaseline(_)
            | What::EnableControl(..)
            | What::CreateSet(..)
            | What::CreateUser(..)
            | What::CreateGroup(..)
            | What::AddMember(..)
            | What::CreateGrant(_) => Class::Missing,
            What::DeleteGrant(_) => match self.because.word {
                "orphaned" => Class::Orphaned,
                "expired" => Class::ExpiredStillLive,
                _ => Class::Unmanaged,
            },
            What::DeleteOu(_)
            | What::DisableControl(..)
            | What::DeleteSet(..)
            | What::DeleteUser(..)
            | What::DeleteGroup(..)
            | What::RemoveMember(..) => Class::Unmanaged,
            What::RenameOu { .. }
            | What::CloseAccount(_)
            | What::TagAccount { .. }
            | What::ResetBaseline(_)
            | What::UpdateControl { .. }
            | What::UpdateSet { .. }
            | What::UpdateUser { .. }
            | What::UpdateGroup { .. }
            | What::RenameGroup { .. } => Class::Changed,
            What::MoveAccount { .. } => Class::MisplacedAccount,
            What::ProvisionSet { .. } => Class::NotProvisioned,
        }
    }

    /// The item that says so.
    pub(super) fn item(&self, facts: &Facts<'_>, judge: &Judge<'_>) -> Item {
        let labels = &facts.plan.labels;
        let class = self.class();
        let (address, action, kind, value) = match &self.what {
            Subject::Change(what) => {
                let (before, after) = what.before_after();
                let value = json!([before, after]);
                (what.address(labels), what.action().name(), what.kind().name(), value)
            }
            Subject::Recreated(name, _) => {
                (address::group(name), "create", Kind::Groups.name(), Value::Null)
            }
            Subject::Address(address, action) => {
                (address.clone(), *action, kind_of(address), Value::Null)
            }
        };
        let grant = match &self.what {
            Subject::Change(What::CreateGrant(grant) | What::DeleteGrant(grant)) => Some(grant),
            _ => None,
        };
        let set = self.set().map(|name| (name.clone(), judge.level(name)));
        let item = Item {
            class,
            action,
            kind,
            severity: judge.severity(self, class),
            people: self.people(&facts.desired.live, &facts.desired.state, judge),
            origin: self.origin,
            near: self.near(facts.desired),
            account: self.account().cloned(),
            permission_set: set,
            principal: grant.map(|grant| grant.principal.to_string()),
            because: mend::because(self, class, facts),
            mend: mend::mend(self, class, facts),
            address,
            held: self.held.clone(),
            covers: self.covers.clone(),
            accepted: None,
            news: None,
            clues: attribution::clues::clues(self, facts),
            attribution: None,
            untold: BTreeSet::new(),
            fingerprint: String::new(),
            value_fingerprint: String::new(),
        };
        item.sealed(&value)
    }

    fn account(&self) -> Option<&AccountId> {
        match &self.what {
            Subject::Change(
                What::CreateGrant(Grant { account, .. })
                | What::DeleteGrant(Grant { account, .. })
                | What::CreateAccount { account, .. }
                | What::CloseAccount(account)
                | What::MoveAccount { account, .. }
                | What::TagAccount { account, .. },
            ) => Some(account),
            _ => None,
        }
    }

    fn set(&self) -> Option<&PermissionSetName> {
        match &self.what {
            Subject::Change(
                What::CreateGrant(Grant { permission_set: name, .. })
                | What::DeleteGrant(Grant { permission_set: name, .. })
                | What::CreateSet(name, _)
                | What::UpdateSet { name, .. }
                | What::ProvisionSet { name, .. }
                | What::DeleteSet(name, _),
            ) => Some(name),
            _ => None,
        }
    }

    fn near(&self, desired: &Desired) -> Option<Span> {
        let origins = &desired.origins;
        let set = self.set().and_then(|set| origins.permission_sets.get(set));
        let account = self.account().and_then(|account| origins.accounts.get(account));
        self.origin.or(account.copied()).or(set.copied())
    }

    /// Whose access it is about: those who reach it as it is, and of what is missing those who would.
    fn people(&self, live: &State, desired: &State, judge: &Judge<'_>) -> BTreeSet<UserName> {
        let members = |state: &State, group: &GroupName| {
            people(state, &Principal::Group(group.clone())).cloned().collect::<BTreeSet<_>>()
        };
        let reaching = |grants: &mut dyn Iterator<Item = &Grant>| {
            let principals: BTreeSet<&Principal> = grants.map(|grant| &grant.principal).collect();
            principals.into_iter().flat_map(|who| people(live, who)).cloned().collect()
        };
        let what = match &self.what {
            Subject::Change(what) => what,
            Subject::Recreated(name, _) => return members(live, name),
            Subject::Address(..) => return BTreeSet::new(),
        };
        match what {
            What::CreateGrant(grant) => people(desired, &grant.principal).cloned().collect(),
            What::DeleteGrant(grant) => people(live, &grant.principal).cloned().collect(),
            What::AddMember(_, user)
            | What::RemoveMember(_, user)
            | What::CreateUser(user, _)
            | What::UpdateUser { name: user, .. }
            | What::DeleteUser(user, _) => [user.clone()].into(),
            What::CreateGroup(group, _) => members(desired, group),
            What::UpdateGroup { name, .. }
            | What::DeleteGroup(name, _)
            | What::RenameGroup { to: name, .. } => members(live, name),
            What::UpdateSet { name, .. } | What::DeleteSet(name, _) => {
                let holders = judge.holders(name);
                holders.flat_map(|who| people(live, who)).cloned().collect()
            }
            What::ProvisionSet { name, .. } => {
                let stale = live.stale.get(name).into_iter().flatten();
                reaching(&mut stale.flat_map(|account| live.grants.of_pair(account, name)))
            }
            What::CreateAccount { account, .. }
            | What::CloseAccount(account)
            | What::MoveAccount { account, .. }
            | What::TagAccount { account, .. } => reaching(&mut live.grants.of_account(account)),
            What::CreateOu(_)
            | What::RenameOu { .. }
            | What::DeleteOu(_)
            | What::EnableBaseline(_)
            | What::ResetBaseline(_)
            | What::EnableControl(..)
            | What::UpdateControl { .. }
            | What::DisableControl(..)
            | What::CreateSet(..) => BTreeSet::new(),
        }
    }
}

/// The kind of thing that an address is of.
pub(super) fn kind_of(address: &str) -> &'static str {
    match address.split('/').next().unwrap_or_default() {
        "ou" => Kind::Ous.name(),
        "account" => Kind::Accounts.name(),
        "control" | "baseline" => Kind::Controls.name(),
        "permission_set" => Kind::PermissionSets.name(),
        "user" => Kind::Users.name(),
        "group" => Kind::Groups.name(),
        "membership" => Kind::Memberships.name(),
        _ => Kind::Grants.name(),
    }
}
