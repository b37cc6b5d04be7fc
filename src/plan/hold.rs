//! What is deliberately not planned: observed kinds, what a gap could make wrong, what is in use, and
//! everything that needs one of those.

mod elsewhere;
mod only;
mod unread;

use super::change::{Action, Kind, What};
use super::draft::Draft;
use super::links::{Ground, links};
use crate::id::{AccountId, GroupName, PermissionSetName, UserId, UserName};
use crate::live::project::{Ids, Labels, Twins};
use crate::live::reading::Reading;
use crate::live::{Gap, Part};
use crate::model::{Grant, Group, Principal, State};
use crate::resolve::{Held, Hold, Rules, Selection};
use crate::source::declared::Mode;
pub(super) use elsewhere::Elsewhere;
use std::collections::{BTreeMap, BTreeSet};

/// What decides about holding back.
pub(super) struct Facts<'a> {
    pub(super) rules: &'a Rules,
    pub(super) gaps: &'a [Gap],
    pub(super) ids: &'a Ids,
    pub(super) labels: &'a Labels,
    /// Everything that is live, ignored things too, under the names that it will have.
    pub(super) live: &'a State,
    /// Groups that are live and not ignored.
    pub(super) groups: &'a BTreeMap<GroupName, Group>,
    /// What links depend on.
    pub(super) ground: Ground<'a>,
    /// Names that two live things share.
    pub(super) twins: &'a Twins,
    /// Groups with members that no known user is.
    pub(super) dangling: &'a BTreeMap<GroupName, BTreeSet<UserId>>,
    /// Whether grants depend on a part of the organization that could not be read.
    pub(super) organization_known: bool,
    /// How grants were read.
    pub(super) reading: &'a Reading,
    /// The caller, who may not be in the management account.
    pub(super) elsewhere: Option<Elsewhere<'a>>,
    /// The accounts that the plan is about, where these are not all.
    pub(super) only: Option<&'a Selection>,
    /// Accounts where each set is provisioned.
    pub(super) provisioned: &'a BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
}

/// What becomes of the drafts.
pub(super) struct Parted {
    /// Those that are planned.
    pub(super) kept: Vec<Draft>,
    /// Those that are not, with the reason.
    pub(super) held: Vec<Held>,
    /// How many are not about the accounts that the plan is about, by kind.
    pub(super) left_out: BTreeMap<&'static str, usize>,
}

/// Why a draft is held back, and more for people; `None` where it is not.
pub(super) type Reason = Option<(Hold, String)>;

/// Parts the drafts into those that are planned, those that are held and those that are left out.
pub(super) fn split(mut drafts: Vec<Draft>, facts: &Facts<'_>) -> Parted {
    let mut reasons: Vec<Reason> = drafts.iter().map(|d| reason_to_hold(&d.what, facts)).collect();
    in_use(&drafts, &mut reasons, facts);
    spread(&drafts, &mut reasons, facts);
    let mut left_out = BTreeMap::new();
    if let Some(only) = facts.only {
        (drafts, reasons, left_out) = only::limit(drafts, reasons, only, facts);
    }
    let going: BTreeSet<UserName> = drafts
        .iter()
        .zip(&reasons)
        .filter_map(|(draft, reason)| match (&draft.what, reason) {
            (What::DeleteUser(name, _), None) => Some(name.clone()),
            _ => None,
        })
        .collect();
    let (mut kept, mut held) = (Vec::new(), Vec::new());
    for (draft, reason) in drafts.into_iter().zip(reasons) {
        match reason {
            // Memberships go with their user; nobody removes them one by one.
            _ if matches!(&draft.what, What::RemoveMember(_, user) if going.contains(user)) => {}
            None => kept.push(draft),
            Some((reason, detail)) => held.push(Held {
                address: draft.what.address(facts.labels),
                action: draft.what.action().name(),
                reason,
                detail,
                origin: draft.origin.map(|(span, _)| span),
            }),
        }
    }
    Parted { kept, held, left_out }
}

fn reason_to_hold(what: &What, facts: &Facts<'_>) -> Reason {
    let manage = &facts.rules.manage;
    let directory = matches!(what.kind(), Kind::Users | Kind::Groups | Kind::Memberships);
    if directory && facts.rules.external {
        let detail = "users, groups and memberships come from the external identity source";
        return Some((Hold::External, detail.to_owned()));
    }
    let mode = match what.kind() {
        Kind::Ous => manage.ous,
        Kind::Accounts => manage.accounts,
        Kind::PermissionSets => manage.permission_sets,
        Kind::Users => manage.users,
        Kind::Groups => manage.groups,
        Kind::Memberships => manage.memberships,
        Kind::Grants => manage.grants,
    };
    if mode == Mode::Observe {
        let detail = format!("manage.{} is \"observe\"", what.kind().name());
        return Some((Hold::Observed, detail));
    }
    if what.action() == Action::Delete && facts.rules.nothing_declared.contains(what.kind().name()) {
        let detail = "nothing of its kind is declared, which removes nothing".to_owned();
        return Some((Hold::NothingDeclared, detail));
    }
    if let Some(detail) = facts.elsewhere.as_ref().and_then(|caller| caller.refused(what)) {
        return Some((Hold::ManagementOnly, detail));
    }
    if let Some(name) = twin(what, facts.twins) {
        return Some((Hold::Gap, format!("two live things are called {name}")));
    }
    if let Some(detail) = unread::unasked(what, facts.reading, facts) {
        return Some((Hold::Gap, detail));
    }
    let gap = facts.gaps.iter().find(|gap| hides(&gap.part, what, facts))?;
    let part = part_name(&gap.part, facts.ids, facts.labels);
    let detail = format!("{part} could not be read ({})", gap.code);
    Some((Hold::Gap, detail))
}

/// A name in a change that two live things share: nobody can tell which of them is meant.
fn twin(what: &What, twins: &Twins) -> Option<String> {
    let Twins { ous, permission_sets, users, groups } = twins;
    let user = |name: &UserName| users.contains(name).then(|| name.to_string());
    let group = |name: &GroupName| groups.contains(name).then(|| name.to_string());
    let set = set_of(what).filter(|name| permission_sets.contains(*name));
    if let Some(name) = set {
        return Some(name.to_string());
    }
    match what {
        What::CreateUser(name, _) | What::UpdateUser { name, .. } | What::DeleteUser(name, _) => {
            user(name)
        }
        What::CreateGroup(name, _)
        | What::UpdateGroup { name, .. }
        | What::RenameGroup { from: name, .. }
        | What::DeleteGroup(name, _) => group(name),
        What::AddMember(g, u) | What::RemoveMember(g, u) => group(g).or_else(|| user(u)),
        What::CreateGrant(grant) | What::DeleteGrant(grant) => match &grant.principal {
            Principal::Group(name) => group(name),
            Principal::User(name) => user(name),
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => None,
        },
        What::CreateOu(path) | What::RenameOu { from: path, .. } | What::DeleteOu(path) => {
            ous.contains(path).then(|| path.to_string())
        }
        What::MoveAccount { from, to, .. } => {
            [from, to].into_iter().find(|path| ous.contains(*path)).map(ToString::to_string)
        }
        _ => None,
    }
}

/// Whether what a gap hides could make a change wrong. In doubt it could.
fn hides(part: &Part, what: &What, facts: &Facts<'_>) -> bool {
    let kind = what.kind();
    let deletes =
        matches!(what, What::DeleteGroup(..) | What::DeleteUser(..) | What::DeleteSet(..));
    match part {
        Part::Ous => {
            matches!(kind, Kind::Ous | Kind::Grants) || matches!(what, What::MoveAccount { .. })
        }
        Part::Accounts => matches!(what, What::DeleteOu(_)) || kind == Kind::Grants,
        Part::AccountTags(id) => {
            matches!(what, What::TagAccount { account, .. } if account == id)
                || (kind == Kind::Grants && !facts.organization_known)
        }
        // A set that was not seen may be any set that seems absent, and may hold any grant.
        Part::PermissionSets | Part::PermissionSet(_) => {
            matches!(what, What::CreateSet(..) | What::DeleteGroup(..) | What::DeleteUser(..))
        }
        Part::Provisioned(arn) => {
            let set = set_of(what).and_then(|name| facts.ids.permission_sets.get(name));
            set == Some(arn) || matches!(what, What::DeleteGroup(..) | What::DeleteUser(..))
        }
        Part::Users => match what {
            What::CreateUser(..) | What::DeleteUser(..) => true,
            What::CreateGrant(grant) | What::DeleteGrant(grant) => match &grant.principal {
                Principal::OrphanUser(_) => true,
                // Nobody can say whom a group's new grant would reach.
                Principal::Group(name) => {
                    matches!(what, What::CreateGrant(_)) && facts.dangling.contains_key(name)
                }
                _ => false,
            },
            _ => false,
        },
        Part::Groups => match what {
            // A user may be in a group that was not seen, and that is ignored.
            What::CreateGroup(..)
            | What::DeleteGroup(..)
            | What::RenameGroup { .. }
            | What::DeleteUser(..) => true,
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                matches!(grant.principal, Principal::OrphanGroup(_))
            }
            _ => false,
        },
        Part::Memberships(id) => {
            let unseen = |group| facts.ids.groups.get(group) == Some(id);
            match what {
                // Nobody can say whom a new grant would reach, nor take out first who must not have it.
                What::AddMember(group, _)
                | What::RemoveMember(group, _)
                | What::CreateGrant(Grant { principal: Principal::Group(group), .. })
                | What::DeleteGroup(group, _) => unseen(group),
                What::DeleteUser(..) => true,
                _ => false,
            }
        }
        Part::Grants(account, arn) => match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                grant.account == *account
                    && facts.ids.permission_sets.get(&grant.permission_set) == Some(arn)
            }
            What::DeleteSet(name, _) => facts.ids.permission_sets.get(name) == Some(arn),
            _ => deletes,
        },
        Part::GroupGrants(id) => match what {
            // What a group has, its new members would have as well.
            What::DeleteGroup(group, _)
            | What::AddMember(group, _)
            | What::CreateGrant(Grant { principal: Principal::Group(group), .. })
            | What::DeleteGrant(Grant { principal: Principal::Group(group), .. }) => {
                facts.ids.groups.get(group) == Some(id)
            }
            _ => false,
        },
        Part::UserGrants(id) => match what {
            What::DeleteUser(user, _)
            | What::CreateGrant(Grant { principal: Principal::User(user), .. })
            | What::DeleteGrant(Grant { principal: Principal::User(user), .. }) => {
                facts.ids.users.get(user) == Some(id)
            }
            _ => false,
        },
    }
}

fn set_of(what: &What) -> Option<&PermissionSetName> {
    match what {
        What::CreateSet(name, _)
        | What::UpdateSet { name, .. }
        | What::ProvisionSet { name, .. }
        | What::DeleteSet(name, _) => Some(name),
        What::CreateGrant(grant) | What::DeleteGrant(grant) => Some(&grant.permission_set),
        _ => None,
    }
}

/// A part in a few words, for people.
pub fn part_name(part: &Part, ids: &Ids, labels: &Labels) -> String {
    let set = |arn| {
        let known = ids.permission_sets.iter().find(|(_, a)| *a == arn);
        known.map_or_else(|| format!("{arn}"), |(name, _)| name.to_string())
    };
    let group = |id| {
        let known = ids.groups.iter().find(|(_, g)| *g == id);
        known.map_or_else(|| format!("{id}"), |(name, _)| name.to_string())
    };
    match part {
        Part::Ous => "the tree of OUs".to_owned(),
        Part::Accounts => "the list of accounts".to_owned(),
        Part::AccountTags(id) => format!("the tags of account {}", labels.of(id)),
        Part::PermissionSets => "the list of permission sets".to_owned(),
        Part::PermissionSet(arn) => format!("the parts of permission set {}", set(arn)),
        Part::Provisioned(arn) => {
            format!("the accounts where permission set {} is provisioned", set(arn))
        }
        Part::Users => "the list of users".to_owned(),
        Part::Groups => "the list of groups".to_owned(),
        Part::Memberships(id) => format!("the members of group {}", group(id)),
        Part::GroupGrants(id) => format!("the grants of group {}", group(id)),
        Part::UserGrants(id) => {
            let known = ids.users.iter().find(|(_, u)| *u == id);
            let name = known.map_or_else(|| id.to_string(), |(name, _)| name.to_string());
            format!("the grants of user {name}")
        }
        Part::Grants(account, arn) => {
            format!("the grants of {} in {}", set(arn), labels.of(account))
        }
    }
}

/// A group, user or set with a grant that stays cannot go: the grant would be left an orphan, or AWS
/// would refuse.
fn in_use(drafts: &[Draft], reasons: &mut [Reason], facts: &Facts<'_>) {
    for (draft, reason) in drafts.iter().zip(reasons.iter_mut()) {
        let (What::DeleteUser(name, _), None) = (&draft.what, &reason) else { continue };
        let theirs =
            facts.live.memberships.iter().find(|(group, members)| {
                members.contains(name) && !facts.groups.contains_key(*group)
            });
        if let Some((group, _)) = theirs {
            let detail = format!("it is a member of {group}, which is ignored");
            *reason = Some((Hold::InUse, detail));
        }
    }
    let staying = Staying::of(drafts, reasons, facts);
    for (draft, reason) in drafts.iter().zip(reasons) {
        if let (Some(grant), None) = (staying.by(&draft.what), &reason) {
            let account = facts.labels.of(&grant.account);
            let set = &grant.permission_set;
            let detail = format!("its grant of {set} in {account} stays");
            *reason = Some((Hold::InUse, detail));
        }
    }
}

/// The first grant that stays of everything that is to be deleted.
#[derive(Default)]
struct Staying<'a> {
    by_principal: BTreeMap<Principal, Option<&'a Grant>>,
    by_set: BTreeMap<&'a PermissionSetName, Option<&'a Grant>>,
}

impl<'a> Staying<'a> {
    fn of(drafts: &'a [Draft], reasons: &[Reason], facts: &Facts<'a>) -> Self {
        let mut out = Self::default();
        let mut going = BTreeSet::new();
        for (draft, reason) in drafts.iter().zip(reasons) {
            match &draft.what {
                What::DeleteGroup(name, _) => {
                    out.by_principal.insert(Principal::Group(name.clone()), None);
                }
                What::DeleteUser(name, _) => {
                    out.by_principal.insert(Principal::User(name.clone()), None);
                }
                What::DeleteSet(name, _) => drop(out.by_set.insert(name, None)),
                What::DeleteGrant(grant) if reason.is_none() => drop(going.insert(grant)),
                _ => {}
            }
        }
        if out.by_principal.is_empty() && out.by_set.is_empty() {
            return out; // Nothing asks, and grants are many.
        }
        for grant in facts.live.grants.iter() {
            let of_principal = out.by_principal.get_mut(&grant.principal);
            let of_set = out.by_set.get_mut(&grant.permission_set);
            for first in of_principal.into_iter().chain(of_set).filter(|first| first.is_none()) {
                if !going.contains(grant) {
                    *first = Some(grant);
                }
            }
        }
        out
    }

    /// The grant that keeps something from being deleted.
    fn by(&self, what: &What) -> Option<&'a Grant> {
        match what {
            What::DeleteGroup(name, _) => self.by_principal.get(&Principal::Group(name.clone())),
            What::DeleteUser(name, _) => self.by_principal.get(&Principal::User(name.clone())),
            What::DeleteSet(name, _) => self.by_set.get(name),
            _ => None,
        }
        .copied()
        .flatten()
    }
}

/// Holds back what needs something that is held back, until nothing more follows.
fn spread(drafts: &[Draft], reasons: &mut [Reason], facts: &Facts<'_>) {
    let whats: Vec<&What> = drafts.iter().map(|d| &d.what).collect();
    let links = links(drafts, facts.ground);
    loop {
        let mut more = false;
        for (i, link) in links.iter().enumerate() {
            let Some(&needed) =
                link.exist.iter().find(|n| reasons.get(**n).is_some_and(Option::is_some))
            else {
                continue;
            };
            let Some(reason @ None) = reasons.get_mut(i) else { continue };
            let address = whats.get(needed).map(|w| w.address(facts.labels)).unwrap_or_default();
            *reason = Some((Hold::Needs, format!("it needs {address}, which is held")));
            more = true;
        }
        if !more {
            return;
        }
    }
}
