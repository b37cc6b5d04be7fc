//! What is in use: a grant that stays keeps its principal and its set.

use super::{Facts, Reason};
use crate::id::PermissionSetName;
use crate::model::{Grant, Principal};
use crate::plan::change::What;
use crate::plan::draft::Draft;
use crate::resolve::Hold;
use std::collections::{BTreeMap, BTreeSet};

/// A group, user or set with a grant that stays cannot go: the grant would be left an orphan, or AWS
/// would refuse.
pub(super) fn in_use(drafts: &[Draft], reasons: &mut [Reason], facts: &Facts<'_>) {
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
