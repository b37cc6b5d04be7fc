//! What is deliberately not planned: observed kinds, what a gap could make wrong, what is in use, and
//! everything that needs one of those.

mod elsewhere;
mod hides;
mod in_use;
mod joining;
mod only;
mod tower;
mod unread;

use super::change::{Action, Kind, What};
use super::draft::Draft;
use super::links::{Ground, links};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserId, UserName};
use crate::live::control_tower::ControlTower;
use crate::live::part::part_name;
use crate::live::project::{Ids, Labels, Twins};
use crate::live::reading::Reading;
use crate::live::{Gap, Part};
use crate::model::{Baseline, Group, Principal, State};
use crate::resolve::{Held, Hold, Rules, Selection};
use crate::source::declared::Mode;
pub(super) use elsewhere::Elsewhere;
use hides::hides;
use in_use::in_use;
pub(super) use joining::Joining;
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
    /// What nobody knows of the grants that new members would get.
    pub(super) joining: Joining<'a>,
    /// OUs that have Control Tower's baseline, or are to have it.
    pub(super) registering: &'a BTreeMap<OuPath, Baseline>,
    /// Control Tower, where it was asked for.
    pub(super) tower: Option<&'a ControlTower>,
    /// Accounts where each set is provisioned.
    pub(super) provisioned: &'a BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
}

/// A change that is held, with all that it would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withheld {
    /// What it would do.
    pub what: What,
    /// Why it would be done.
    pub because: super::change::Reason,
    /// Why it is not.
    pub held: Held,
}

impl Withheld {
    pub(super) fn of(draft: Draft, (reason, detail): (Hold, String), labels: &Labels) -> Self {
        let held = Held {
            address: draft.what.address(labels),
            action: draft.what.action().name(),
            reason,
            detail,
            origin: draft.origin.map(|(span, _)| span),
        };
        Self { what: draft.what, because: draft.reason, held }
    }

    pub(super) fn without_id(draft: Draft, labels: &Labels) -> Self {
        let detail = "the id of something that it names is not known".to_owned();
        Self::of(draft, (Hold::Gap, detail), labels)
    }
}

/// What becomes of the drafts.
pub(super) struct Parted {
    /// Those that are planned.
    pub(super) kept: Vec<Draft>,
    /// Those that are not, with the reason.
    pub(super) withheld: Vec<Withheld>,
    /// How many are not about the accounts that the plan is about, by kind.
    pub(super) left_out: BTreeMap<&'static str, usize>,
    /// Whether one is held because nobody could tell where the caller stands.
    pub(super) standing_missed: bool,
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
    let caller = facts.elsewhere.as_ref().filter(|caller| !caller.known);
    let refused = |what| caller.is_some_and(|caller| caller.refused(what).is_some());
    let standing_missed = drafts
        .iter()
        .zip(&reasons)
        .any(|(draft, reason)| matches!(reason, Some((Hold::Gap, _))) && refused(&draft.what));
    let (mut kept, mut withheld) = (Vec::new(), Vec::new());
    for (draft, reason) in drafts.into_iter().zip(reasons) {
        match reason {
            // Memberships go with their user; nobody removes them one by one.
            _ if matches!(&draft.what, What::RemoveMember(_, user) if going.contains(user)) => {}
            None => kept.push(draft),
            Some(why) => withheld.push(Withheld::of(draft, why, facts.labels)),
        }
    }
    Parted { kept, withheld, left_out, standing_missed }
}

fn reason_to_hold(what: &What, facts: &Facts<'_>) -> Reason {
    let manage = &facts.rules.manage;
    let directory = matches!(what.kind(), Kind::Users | Kind::Groups | Kind::Memberships);
    if directory && facts.rules.external {
        let detail = "users, groups and memberships come from the external identity source";
        return Some((Hold::External, detail.to_owned()));
    }
    if what.kind().mode(manage) == Mode::Observe {
        let detail = format!("manage.{} is \"observe\"", what.kind().name());
        return Some((Hold::Observed, detail));
    }
    if what.action() == Action::Delete && facts.rules.nothing_declared.contains(what.kind().name())
    {
        let detail = "nothing of its kind is declared, which removes nothing".to_owned();
        return Some((Hold::NothingDeclared, detail));
    }
    if tower::takes(what) {
        return Some((Hold::Protected, "it is Control Tower's own".to_owned()));
    }
    if let Some(held) = tower::drifts(what, facts) {
        return Some(held);
    }
    let elsewhere = facts.elsewhere.as_ref().filter(|caller| caller.known);
    if let Some(detail) = elsewhere.and_then(|caller| caller.refused(what)) {
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
    let refused = facts.elsewhere.as_ref().filter(|_| gap.part == Part::Standing);
    Some((
        Hold::Gap,
        match refused.and_then(|caller| caller.refused(what)) {
            Some(refused) => format!("{refused}, and {detail}"),
            None => detail,
        },
    ))
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
        What::CreateAccount { ou, .. } => ous.contains(ou).then(|| ou.to_string()),
        What::MoveAccount { from, to, .. } => {
            [from, to].into_iter().find(|path| ous.contains(*path)).map(ToString::to_string)
        }
        _ => None,
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
