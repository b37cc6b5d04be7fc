//! Diff → [`Plan`]: what is changed, in which order, what is held back, and what it does to people.
//!
//! The plan is the contract: an apply runs its calls and chooses nothing.

mod along;
pub mod change;
pub mod difference;
pub mod document;
mod draft;
mod effect;
mod estimate;
pub mod file;
mod findings;
mod gaps;
pub mod guard;
pub mod hold;
mod keep;
mod links;
mod lower;
mod observe;
mod order;
pub mod predict;
mod renames;
pub mod revert;
pub mod risk;
mod rows;
#[cfg(test)]
mod tests;

use crate::access::delta::{Delta, delta};
use crate::access::level::Classified;
use crate::access::{Access, Via};
use crate::diff::diff;
use crate::id::{AccountId, PermissionSetName};
use crate::live::fingerprint;
use crate::live::project::{Labels, Projection};
use crate::live::reading::Standing;
use crate::live::{Gap, Live, Part, Taken};
use crate::model::{Grant, Principal};
use crate::resolve::{Cause, Desired, Held, Rules, Selection};
use crate::source::declared::Mode;
use along::Along;
use change::{Action, Change, Kind, Reason, What};
pub use draft::why_gone;
use guard::Excess;
pub use hold::Withheld;
use jiff::SignedDuration;
use keep::own::{self, Caller};
pub use keep::{Refusal, Rule};
use links::{Ground, settle};
pub use observe::Governed;
use observe::observe;
use predict::predict;
pub use renames::parts;
pub use renames::{renamed, renamed_ids};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Everything that a person reviews and an apply carries out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Where it applies.
    pub scope: Place,
    /// What was read.
    pub observed: Observed,
    /// The fingerprint of what is desired.
    pub desired_fingerprint: String,
    /// In an order in which they may run one after the other.
    pub changes: Vec<Change>,
    /// What changes for people.
    pub access: Delta,
    /// What was deliberately not planned.
    pub held: Vec<Held>,
    /// Of that, what differs: as changes, which `held` tells of by their addresses.
    pub withheld: Vec<Withheld>,
    /// The accounts that it is about, where these are not all.
    pub only: Option<Selection>,
    /// Changes that it leaves out because they are not about those accounts, as far as they were read,
    /// counted by kind.
    pub left_out: BTreeMap<&'static str, usize>,
    /// The applied plan that it undoes, in place of doing what is declared.
    pub reverts: Option<revert::Revert>,
    /// What was handed off, counted by kind.
    pub ignored: BTreeMap<&'static str, usize>,
    /// Addresses of what is live, undeclared and left alone.
    pub unmanaged: BTreeSet<String>,
    /// Kinds of which it removes what nobody declared, and of which nothing tells that they were enforced
    /// before: how much goes, by account, by group, or by no name.
    pub newly_enforced: BTreeMap<Kind, BTreeMap<String, usize>>,
    /// Things worth knowing that change nothing.
    pub findings: Vec<String>,
    /// How many things it removes, and the limits that this exceeds.
    pub removals: (usize, Vec<Excess>),
    /// Why it must not be applied, whoever asks.
    pub refused: Vec<Refusal>,
    /// How long it may be applied after its reading ended; a week at most.
    pub valid: SignedDuration,
    /// What accounts are called.
    pub labels: Labels,
    /// How much the sets of `access` allow: before, and after.
    pub levels: (Classes, Classes),
    /// Why each grant is desired that somebody gains something by.
    pub causes: BTreeMap<Grant, Arc<Cause>>,
}

/// Where a plan applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The organization.
    pub organization: String,
    /// The Identity Center instance.
    pub instance: String,
    /// Its primary region.
    pub region: String,
    /// The management account.
    pub management: AccountId,
    /// Who asked; `None` where STS did not tell.
    pub caller: Option<String>,
    /// Where in the organization the caller stands.
    pub standing: Standing,
}

/// What was read.
#[derive(Clone, Debug)]
pub struct Observed {
    /// When, at what cost.
    pub taken: Taken,
    /// What could not be read.
    pub gaps: Vec<(Gap, String)>,
    /// How much was read, by kind.
    pub counts: Counts,
    /// What was read of Control Tower; `None` where it was not asked for.
    pub control_tower: Option<Governed>,
    /// The fingerprint of everything that is live.
    pub fingerprint: String,
    /// The fingerprints of the parts that the changes touch.
    pub parts: BTreeMap<String, String>,
}

/// How much was read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the kinds of `[manage]`")]
pub struct Counts {
    pub accounts: usize,
    pub permission_sets: usize,
    pub users: usize,
    pub groups: usize,
    pub grants: usize,
}

/// Permission sets with how much they allow.
pub type Classes = BTreeMap<PermissionSetName, Classified>;

/// Accounts and permission sets.
pub type Pairs = BTreeSet<(AccountId, PermissionSetName)>;

impl Plan {
    /// The pairs of every grant that it revokes.
    pub fn revoked(&self) -> Pairs {
        let whats = self.changes.iter().map(|change| &change.what);
        whats
            .filter_map(|what| match what {
                What::DeleteGrant(grant) => {
                    Some((grant.account.clone(), grant.permission_set.clone()))
                }
                _ => None,
            })
            .collect()
    }

    /// How many changes have an action that creates, deletes, or does anything else.
    pub fn summary(&self) -> (usize, usize, usize) {
        let count = |action| self.changes.iter().filter(|c| c.what.action() == action).count();
        let (create, delete) = (count(Action::Create), count(Action::Delete));
        (create, self.changes.len() - create - delete, delete)
    }

    /// Whether a limit or a rule stands against it.
    pub fn is_refused(&self) -> bool {
        !self.refused.is_empty() || !self.removals.1.is_empty()
    }

    /// Whether everything was read.
    pub fn is_complete(&self) -> bool {
        self.observed.gaps.is_empty()
    }

    /// Whether everything is known that decides who reaches what: only then does the ledger name
    /// everyone, and everything that they keep.
    pub fn knows_people(&self) -> bool {
        let elsewhere = |gap: &Gap| match gap.part {
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
            | Part::Standing => true,
            Part::PermissionSets
            | Part::PermissionSet(_)
            | Part::Provisioned(_)
            | Part::Users
            | Part::Groups
            | Part::Memberships(_)
            | Part::Grants(..)
            | Part::GroupGrants(_)
            | Part::UserGrants(_)
            | Part::Other(_) => false,
        };
        self.observed.gaps.iter().all(|(gap, _)| elsewhere(gap))
    }

    /// How many mutating requests it takes.
    pub fn calls(&self) -> usize {
        self.changes.iter().map(|change| change.calls.len()).sum()
    }
}

/// Makes the plan. `desired` comes from a resolution without errors.
pub fn make(live: &Live, projection: &Projection, desired: &Desired, rules: &Rules) -> Plan {
    let labels = &desired.labels(projection);
    let ids = renamed_ids(&projection.ids, &desired.renames);
    // Everything that is live, ignored things too, under the names that it will have: a rename
    // changes nobody's access, whether it is carried out or held.
    let before = renamed(&projection.state, &desired.renames);
    let mut gaps = gaps::gaps(live, projection, desired, rules.only.as_ref());
    let ground = Ground {
        by_tag: desired.selects_by_tag,
        grants: &before.grants,
        stale: &before.stale,
        members: &before.memberships,
    };
    let facts = hold::Facts {
        rules,
        gaps: &gaps,
        ids: &ids,
        labels,
        live: &before,
        groups: &desired.live.groups,
        ground,
        twins: &projection.twins,
        dangling: &projection.dangling,
        organization_known: desired.organization_known,
        reading: &live.taken.reading,
        elsewhere: hold::Elsewhere::of(live, projection),
        only: rules.only.as_ref(),
        joining: hold::Joining::of(live),
        tower: live.control_tower.as_ref(),
        provisioned: &projection.provisioned,
    };
    let mut drafts =
        draft::drafts(&diff(&desired.live, &desired.state), desired, &projection.provisioned);
    if rules.manage.memberships == Mode::Enforce {
        drafts.extend(draft::leavers(desired));
    }
    if let Some(plan) = &desired.undoes {
        for draft in &mut drafts {
            draft.reason = Reason { word: draft::REVERTED, detail: format!("plan {plan}") };
        }
    }
    let hold::Parted { kept, mut withheld, left_out, standing_missed } =
        hold::split(drafts, &facts);
    // Where the caller stands hides nothing else.
    gaps.retain(|gap| gap.part != Part::Standing || standing_missed);
    let about = rules.only.as_ref().map(|only| only.about(labels));
    let about = |address: &str| about.as_ref().is_none_or(|about| about(address));
    let created = lower::Created::of(kept.iter().map(|d| &d.what));
    let lookup = lower::Lookup { ids: &ids, created: &created };
    let (kept, unknown): (Vec<_>, Vec<_>) =
        kept.into_iter().partition(|draft| lookup.calls(&draft.what).is_some());
    withheld.extend(unknown.into_iter().map(|draft| Withheld::without_id(draft, labels)));
    let elsewhere = desired.held.iter().filter(|held| about(&held.address));
    let mut held: Vec<Held> =
        withheld.iter().map(|withheld| &withheld.held).chain(elsewhere).cloned().collect();
    held.sort();
    held.dedup();

    let kept = settle(kept, ground);
    let after = predict(&before, kept.iter().map(|d| &d.what));
    let caller = own::caller(live.taken.by.as_deref(), &before);
    let own = if let Caller::Person(own) = &caller { Some(own) } else { None };
    let claims = keep::claims(&desired.kept, own, rules.only.as_ref());
    let placed = order::order(kept, labels, ground, (&claims, &before));
    let steps = keep::Steps {
        whats: placed.iter().map(|placed| &placed.draft.what).collect(),
        needs: placed.iter().map(|placed| &placed.needs).collect(),
    };
    let (mut refused, mut notes) = keep::judge(&claims, &desired.kept, &before, &steps, labels);
    refused.extend(guard::nothing_declared(rules, &held));
    notes.extend(findings::caller(&caller, placed.is_empty()));
    let whats = placed.iter().map(|placed| &placed.draft.what);
    let management = &live.organization.management_account;
    let danger = risk::Danger::new([&*before, &after], management, whats);
    let access = delta(&before, &after);
    let effects = effect::Effects::of(&access);
    let along = Along::new(&before, placed.iter().map(|placed| &placed.draft.what));
    let changes: Vec<Change> = placed
        .into_iter()
        .enumerate()
        .map(|(place, placed)| change(place, placed, labels, &lookup, (&danger, &along, &effects)))
        .collect();
    let levels = (risk::levels(&before, &access), risk::levels(&after, &access));
    Plan {
        scope: Place {
            organization: live.organization.id.to_string(),
            instance: live.identity_center.instance.to_string(),
            region: live.identity_center.region.clone(),
            management: management.clone(),
            caller: live.taken.by.clone(),
            standing: live.taken.standing,
        },
        observed: observe(live, &before, &gaps, (&ids, labels), &changes),
        desired_fingerprint: fingerprint::whole(&desired.state),
        causes: causes(&access, desired),
        access,
        levels,
        findings: [notes, findings::findings(projection, desired, rules, &gaps, &changes)].concat(),
        ignored: desired.ignored.clone(),
        unmanaged: desired.unmanaged.iter().filter(|address| about(address)).cloned().collect(),
        only: rules.only.clone(),
        reverts: None,
        newly_enforced: BTreeMap::new(),
        valid: document::VALID,
        left_out,
        labels: labels.clone(),
        refused,
        removals: guard::judge(
            changes.iter().map(|c| &c.what),
            &desired.live,
            &rules.limits,
            rules.only.as_ref(),
        ),
        changes,
        held,
        withheld,
    }
}

fn change(
    place: usize,
    placed: order::Placed,
    labels: &Labels,
    lookup: &lower::Lookup<'_>,
    (danger, along, effects): (&risk::Danger<'_>, &Along<'_>, &effect::Effects<'_>),
) -> Change {
    let order::Placed { draft, needs, after } = placed;
    let named = |places: &BTreeSet<usize>| places.iter().map(|p| format!("c{}", p + 1)).collect();
    Change {
        id: format!("c{}", place + 1),
        address: draft.what.address(labels),
        risk: danger.of(&draft.what),
        ids: lookup.known_ids(&draft.what),
        needs: named(&needs),
        after: named(&after),
        calls: lookup.calls(&draft.what).unwrap_or_default(),
        along: along.of(&draft.what),
        people: effects.people(&draft.what),
        what: draft.what,
        reason: draft.reason,
        origin: draft.origin,
        until: draft.until,
    }
}

/// Why each grant is desired that somebody gains something by.
fn causes(access: &Delta, desired: &Desired) -> BTreeMap<Grant, Arc<Cause>> {
    let grants =
        access.gain.iter().flat_map(|(access, via)| via.iter().map(|via| grant_of(access, via)));
    grants
        .filter_map(|grant| Some((grant.clone(), Arc::clone(desired.grants.get(&grant)?))))
        .collect()
}

/// The grant by which a path leads to an access.
pub fn grant_of(access: &Access, via: &Via) -> Grant {
    Grant {
        account: access.account.clone(),
        permission_set: access.permission_set.clone(),
        principal: match via {
            Via::Group(name) => Principal::Group(name.clone()),
            Via::Direct => Principal::User(access.person.clone()),
        },
    }
}
