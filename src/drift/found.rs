//! Where live and desired state differ: what a plan changes, what it holds, and what it leaves alone.

use super::mend;
use super::severity::Judge;
use super::{Class, Facts, Item, Mend};
use crate::access::people;
use crate::diag::Span;
use crate::id::{AccountId, GroupName, UserName};
use crate::live::{Gap, Part};
use crate::model::{Grant, Group, Principal, State, address};
use crate::plan::change::{Kind, Reason, What};
use crate::plan::why_gone;
use crate::resolve::{Desired, Hold};
use crate::source::declared::{IdentitySource, Mode};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// One difference.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) what: Subject,
    pub(super) because: Reason,
    pub(super) origin: Option<Span>,
    pub(super) held: Option<(Hold, String)>,
    /// Differences that this one stands for.
    pub(super) covers: BTreeSet<String>,
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

/// All of them, each once.
pub(super) fn differences(facts: &Facts<'_>) -> Vec<Difference> {
    let mut out = Vec::new();
    let Facts { plan, desired, .. } = facts;
    for change in &plan.changes {
        let origin = change.origin.as_ref().map(|(span, _)| *span);
        out.push(difference(change.what.clone(), change.reason.clone(), origin, None));
    }
    for withheld in &plan.withheld {
        let held = Some((withheld.held.reason, withheld.held.detail.clone()));
        let (what, because) = (withheld.what.clone(), withheld.because.clone());
        out.push(difference(what, because, withheld.held.origin, held));
    }
    // An edited set is provisioned anyway; that is a difference of its own only where some accounts
    // have an older version already.
    out.retain(|found| match &found.what {
        Subject::Change(What::ProvisionSet { name, .. }) => {
            found.because.word != "edited"
                || desired.live.stale.get(name).is_some_and(|accounts| !accounts.is_empty())
        }
        _ => true,
    });
    let mut known: BTreeSet<String> = out
        .iter()
        .filter_map(|found| match &found.what {
            Subject::Change(what) => Some(what.address(&facts.projection.labels)),
            _ => None,
        })
        .collect();
    for held in &desired.held {
        // A live grant is found below, with all that is known of it.
        let grant = held.action == "delete" && held.address.starts_with("grant/");
        if known.insert(held.address.clone()) && !grant {
            out.push(Difference {
                what: Subject::Address(held.address.clone(), held.action),
                because: Reason { word: "declared", detail: String::new() },
                origin: held.origin,
                held: Some((held.reason, held.detail.clone())),
                covers: BTreeSet::new(),
            });
        }
    }
    undeclared_grants(facts, &mut known, &mut out);
    undeclared_members(facts, &mut known, &mut out);
    undeclared_things(facts, &mut known, &mut out);
    out
}

fn difference(
    what: What,
    because: Reason,
    origin: Option<Span>,
    held: Option<(Hold, String)>,
) -> Difference {
    Difference { what: Subject::Change(what), because, origin, held, covers: BTreeSet::new() }
}

fn undeclared(mode: Mode, kind: Kind) -> Option<(Hold, String)> {
    let detail = format!("manage.{} is \"{}\"", kind.name(), mode.name());
    (mode != Mode::Enforce).then_some((Hold::Observed, detail))
}

/// Live grants that nothing declares, whatever the mode: they let people in.
fn undeclared_grants(facts: &Facts<'_>, known: &mut BTreeSet<String>, out: &mut Vec<Difference>) {
    let Facts { desired, projection, declared, .. } = facts;
    let held: BTreeMap<&str, (Hold, &str)> = desired
        .held
        .iter()
        .map(|held| (held.address.as_str(), (held.reason, held.detail.as_str())))
        .collect();
    let mode = declared.settings.manage.grants;
    for grant in desired.live.grants.iter().filter(|grant| desired.grants.get(grant).is_none()) {
        let label = projection.labels.of(&grant.account);
        let address = address::grant(label, &grant.permission_set, &grant.principal);
        let because = held.get(address.as_str()).map(|(hold, text)| (*hold, (*text).to_owned()));
        // What is held is known by its address, and by nothing else.
        if known.contains(&address) && because.is_none() {
            continue;
        }
        known.insert(address);
        let (reason, origin) = why_gone(grant, desired);
        let held = because.or_else(|| undeclared(mode, Kind::Grants));
        let origin = origin.map(|(span, _)| span);
        out.push(difference(What::DeleteGrant(grant.clone()), reason, origin, held));
    }
}

/// Live members of groups that say who their members are.
fn undeclared_members(facts: &Facts<'_>, known: &mut BTreeSet<String>, out: &mut Vec<Difference>) {
    let Facts { desired, declared, .. } = facts;
    let mode = declared.settings.manage.memberships;
    for (name, group) in &declared.groups {
        let Some(members) = &group.value.members else { continue };
        let listed: BTreeSet<&UserName> =
            members.value.iter().map(|member| &member.value).collect();
        for user in desired.live.memberships.get(name).into_iter().flatten() {
            if listed.contains(user) || !known.insert(address::membership(name, user)) {
                continue;
            }
            // Members go with a user who goes.
            if !desired.state.users.contains_key(user) && desired.live.users.contains_key(user) {
                continue;
            }
            let what = What::RemoveMember(name.clone(), user.clone());
            let held = match declared.settings.identity_source.value {
                IdentitySource::External => {
                    let detail = "members come from the external identity source".to_owned();
                    Some((Hold::External, detail))
                }
                IdentitySource::Directory => undeclared(mode, Kind::Memberships),
            };
            let reason = Reason { word: "undeclared", detail: String::new() };
            out.push(difference(what, reason, Some(group.span), held));
        }
    }
}

/// Live permission sets and groups that nothing declares. Groups of an external source are not for the
/// files to list.
fn undeclared_things(facts: &Facts<'_>, known: &mut BTreeSet<String>, out: &mut Vec<Difference>) {
    let Facts { desired, declared, .. } = facts;
    let manage = &declared.settings.manage;
    let reason = || Reason { word: "undeclared", detail: String::new() };
    for (name, set) in &desired.live.permission_sets {
        let free = !declared.permission_sets.contains_key(name);
        if free && known.insert(address::permission_set(name)) {
            let what = What::DeleteSet(name.clone(), Box::new(set.clone()));
            let held = undeclared(manage.permission_sets, Kind::PermissionSets);
            out.push(difference(what, reason(), None, held));
        }
    }
    if declared.settings.identity_source.value == IdentitySource::External {
        return;
    }
    for (name, Group { description }) in &desired.live.groups {
        let free = !declared.groups.contains_key(name);
        if free && known.insert(address::group(name)) {
            let group = Group { description: description.clone() };
            let held = undeclared(manage.groups, Kind::Groups);
            out.push(difference(What::DeleteGroup(name.clone(), group), reason(), None, held));
        }
    }
}

/// What is live and undeclared and is no item, by kind.
pub(super) fn left_alone(desired: &Desired, items: &[Item]) -> BTreeMap<&'static str, usize> {
    let said: BTreeSet<&str> = items.iter().map(|item| item.address.as_str()).collect();
    let mut out = BTreeMap::new();
    for address in desired.unmanaged.iter().filter(|address| !said.contains(address.as_str())) {
        *out.entry(kind_of(address)).or_insert(0) += 1;
    }
    out
}

/// The kind of thing that an address is of.
fn kind_of(address: &str) -> &'static str {
    match address.split('/').next().unwrap_or_default() {
        "ou" => Kind::Ous.name(),
        "account" => Kind::Accounts.name(),
        "permission_set" => Kind::PermissionSets.name(),
        "user" => Kind::Users.name(),
        "group" => Kind::Groups.name(),
        "membership" => Kind::Memberships.name(),
        _ => Kind::Grants.name(),
    }
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
            | What::DeleteSet(..)
            | What::DeleteUser(..)
            | What::DeleteGroup(..)
            | What::RemoveMember(..) => Class::Unmanaged,
            What::RenameOu { .. }
            | What::TagAccount { .. }
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
        let labels = &facts.projection.labels;
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
                | What::MoveAccount { account, .. }
                | What::TagAccount { account, .. },
            ) => Some(account),
            _ => None,
        }
    }

    fn set(&self) -> Option<&crate::id::PermissionSetName> {
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
            What::MoveAccount { account, .. } | What::TagAccount { account, .. } => {
                reaching(&mut live.grants.of_account(account))
            }
            What::CreateOu(_) | What::RenameOu { .. } | What::DeleteOu(_) | What::CreateSet(..) => {
                BTreeSet::new()
            }
        }
    }
}

/// The item for a part that could not be read.
pub(super) fn gap(gap: &Gap, part: &str, facts: &Facts<'_>, judge: &Judge<'_>) -> Item {
    let account = match &gap.part {
        Part::AccountTags(id) | Part::AccountState(id) | Part::Grants(id, _) => Some(id.clone()),
        _ => None,
    };
    let near = account.as_ref().and_then(|id| facts.desired.origins.accounts.get(id)).copied();
    let how = if gap.operation.is_empty() {
        format!("{part}: {}", gap.code)
    } else {
        format!("{part}: {} said {}", gap.operation, gap.code)
    };
    let item = Item {
        class: Class::Unknown,
        action: "read",
        kind: "reading",
        address: format!("reading/{part}"),
        severity: judge.gap(&gap.part),
        people: BTreeSet::new(),
        origin: None,
        near,
        account,
        permission_set: None,
        principal: None,
        because: how,
        held: None,
        mend: Mend {
            apply: "run it again; where it is denied, give the caller's role policies/landgrant-read.json"
                .to_owned(),
            edit: String::new(),
        },
        covers: BTreeSet::new(),
        accepted: None,
        news: None,
        fingerprint: String::new(),
        value_fingerprint: String::new(),
    };
    // Messages hold ids of requests, which differ from run to run.
    item.sealed(&json!([gap.operation, gap.code]))
}
