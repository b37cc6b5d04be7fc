//! Where live and desired state differ: what a plan changes, what it holds, and what it leaves alone.

use super::difference::{Difference, Subject, kind_of};
use super::severity::Judge;
use super::{Class, Facts, Item, Mend};
use crate::diag::Span;
use crate::id::UserName;
use crate::live::{Gap, Part};
use crate::model::{Group, address};
use crate::plan::change::{Kind, Reason, What};
use crate::plan::why_gone;
use crate::resolve::{Desired, Hold};
use crate::source::declared::{IdentitySource, Mode};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

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
            Subject::Change(what) => Some(what.address(&facts.plan.labels)),
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
                old_group: None,
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
    let (covers, old_group) = (BTreeSet::new(), None);
    Difference { what: Subject::Change(what), because, origin, held, covers, old_group }
}

fn undeclared(mode: Mode, kind: Kind) -> Option<(Hold, String)> {
    let detail = format!("manage.{} is \"{}\"", kind.name(), mode.name());
    (mode != Mode::Enforce).then_some((Hold::Observed, detail))
}

/// Live grants that nothing declares, whatever the mode: they let people in.
fn undeclared_grants(facts: &Facts<'_>, known: &mut BTreeSet<String>, out: &mut Vec<Difference>) {
    let Facts { desired, declared, .. } = facts;
    let held: BTreeMap<&str, (Hold, &str)> = desired
        .held
        .iter()
        .map(|held| (held.address.as_str(), (held.reason, held.detail.as_str())))
        .collect();
    let mode = declared.settings.manage.grants;
    for grant in desired.live.grants.iter().filter(|grant| desired.grants.get(grant).is_none()) {
        let label = facts.plan.labels.of(&grant.account);
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
        clues: Vec::new(),
        attribution: None,
        untold: BTreeSet::new(),
        fingerprint: String::new(),
        value_fingerprint: String::new(),
    };
    // Messages hold ids of requests, which differ from run to run.
    item.sealed(&json!([gap.operation, gap.code]))
}
