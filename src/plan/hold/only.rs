//! `--only`: what is about some accounts, what that needs, and nothing that reaches beyond them.

use super::{Facts, Reason};
use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::Principal;
use crate::plan::change::What;
use crate::plan::draft::Draft;
use crate::plan::links::{Links, links};
use crate::resolve::{Hold, Selection};
use crate::text::counted;
use std::collections::{BTreeMap, BTreeSet};

/// How many accounts a reason names before it counts the rest.
const NAMED: usize = 3;

/// Takes away the drafts that are not about the selected accounts and that nothing about them needs;
/// counts those that would have been changes. What needs a change that reaches beyond the accounts is
/// held: that change is not taken along in silence.
pub(super) fn limit(
    drafts: Vec<Draft>,
    mut reasons: Vec<Reason>,
    only: &Selection,
    facts: &Facts<'_>,
) -> (Vec<Draft>, Vec<Reason>, BTreeMap<&'static str, usize>) {
    let scope = Scope::new(&drafts, only, facts);
    let needs = needs(&drafts, &reasons, facts);
    let blocked = scope.blocked(&drafts, &reasons, &needs);
    let inside = scope.inside(&drafts, &reasons, &needs, &blocked);
    for (i, because) in blocked {
        if let Some(reason) = reasons.get_mut(i).filter(|_| inside.contains(&i)) {
            *reason = Some((Hold::OutsideOnly, because));
        }
    }
    let mut left_out = BTreeMap::new();
    let (mut kept, mut why) = (Vec::new(), Vec::new());
    for (i, (draft, reason)) in drafts.into_iter().zip(reasons).enumerate() {
        if inside.contains(&i) {
            kept.push(draft);
            why.push(reason);
        } else if reason.is_none() {
            *left_out.entry(draft.what.kind().name()).or_default() += 1;
        }
    }
    (kept, why, left_out)
}

/// By the place of a draft: what must be there or have succeeded before it. One that is held for
/// another reason waits for nothing but what is held as well, and nothing succeeds what is held.
fn needs(drafts: &[Draft], reasons: &[Reason], facts: &Facts<'_>) -> Vec<BTreeSet<usize>> {
    let held = |i: &usize| reasons.get(*i).is_some_and(Option::is_some);
    let of = |(i, links): (usize, Links)| {
        let Links { exist, succeed, end: _, replaced } = links; // an end is waited for, and needed by nobody
        if held(&i) {
            return exist.into_iter().filter(held).collect();
        }
        let wanted = succeed.into_iter().chain(replaced).filter(|i| !held(i));
        exist.into_iter().chain(wanted).collect()
    };
    links(drafts, facts.ground).into_iter().enumerate().map(of).collect()
}

/// The accounts, and what of the rest the drafts may reach.
struct Scope<'a> {
    accounts: &'a BTreeSet<AccountId>,
    facts: &'a Facts<'a>,
    /// Other accounts where sets are that are edited or provisioned.
    sets: BTreeMap<PermissionSetName, BTreeSet<&'a AccountId>>,
    /// Other accounts where groups have grants that lose members.
    groups: BTreeMap<GroupName, BTreeSet<&'a AccountId>>,
    /// Users who are to be deleted.
    going: BTreeSet<UserName>,
    /// Groups that are to be created.
    created: BTreeSet<GroupName>,
}

impl<'a> Scope<'a> {
    fn new(drafts: &[Draft], only: &'a Selection, facts: &'a Facts<'a>) -> Self {
        let mut out = Self {
            accounts: &only.accounts,
            facts,
            sets: BTreeMap::new(),
            groups: BTreeMap::new(),
            going: BTreeSet::new(),
            created: BTreeSet::new(),
        };
        for draft in drafts {
            match &draft.what {
                What::UpdateSet { name, .. } | What::ProvisionSet { name, .. } => {
                    let there = facts.provisioned.get(name).into_iter().flatten();
                    let others = there.filter(|account| !only.accounts.contains(*account));
                    out.sets.insert(name.clone(), others.collect());
                }
                What::RemoveMember(group, _) => drop(out.groups.entry(group.clone()).or_default()),
                What::DeleteUser(name, _) => drop(out.going.insert(name.clone())),
                What::CreateGroup(name, _) => drop(out.created.insert(name.clone())),
                _ => {}
            }
        }
        if !out.sets.is_empty() || !out.groups.is_empty() {
            let live = facts.live.grants.iter();
            for grant in live.filter(|grant| !only.accounts.contains(&grant.account)) {
                if let Some(accounts) = out.sets.get_mut(&grant.permission_set) {
                    accounts.insert(&grant.account);
                }
                if let Principal::Group(name) = &grant.principal
                    && let Some(accounts) = out.groups.get_mut(name)
                {
                    accounts.insert(&grant.account);
                }
            }
        }
        out
    }

    /// Whether a change is about one of the accounts.
    fn is_about(&self, what: &What) -> bool {
        match what {
            What::CreateAccount { account, .. }
            | What::CloseAccount(account)
            | What::MoveAccount { account, .. }
            | What::TagAccount { account, .. } => self.accounts.contains(account),
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                self.accounts.contains(&grant.account)
            }
            _ => false,
        }
    }

    /// Why a change may not come along with what needs it; `None` where it may.
    fn reaches(&self, what: &What) -> Option<String> {
        if self.is_about(what) {
            return None;
        }
        match what {
            // Nothing that is new reaches anybody yet.
            What::CreateOu(_)
            | What::CreateSet(..)
            | What::CreateUser(..)
            | What::CreateGroup(..) => None,
            What::AddMember(group, _) if self.created.contains(group) => None,
            What::UpdateSet { name, .. } | What::ProvisionSet { name, .. } => {
                self.others(self.sets.get(name)?)
            }
            What::RemoveMember(_, user) if self.going.contains(user) => {
                Some(format!("which goes with user {user}, and no user is deleted"))
            }
            What::RemoveMember(group, _) => match self.others(self.groups.get(group)?) {
                None if self.facts.reading.within.is_some() => {
                    let text = "and whether the group has grants in other accounts was not read: \
                        `--read full` does";
                    Some(text.to_owned())
                }
                others => others,
            },
            _ => Some("which is about something else than the accounts".to_owned()),
        }
    }

    /// Names other accounts.
    fn others(&self, accounts: &BTreeSet<&AccountId>) -> Option<String> {
        let mut names: Vec<&str> = accounts.iter().map(|id| self.facts.labels.of(id)).collect();
        names.sort_unstable();
        let more = match names.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {} more", counted(more, "account")),
        };
        names.truncate(NAMED);
        (!names.is_empty()).then(|| format!("which reaches {}{more}", names.join(", ")))
    }

    /// Drafts that need, at however many removes, one that reaches beyond the accounts, each with why.
    fn blocked(
        &self,
        drafts: &[Draft],
        reasons: &[Reason],
        needs: &[BTreeSet<usize>],
    ) -> BTreeMap<usize, String> {
        let mut dependents: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for (i, needed) in needs.iter().enumerate() {
            if reasons.get(i).is_some_and(Option::is_none) {
                for n in needed {
                    dependents.entry(*n).or_default().push(i);
                }
            }
        }
        let mut blocked = BTreeMap::new();
        for (i, (draft, reason)) in drafts.iter().zip(reasons).enumerate() {
            let Some(reach) = reason.is_none().then(|| self.reaches(&draft.what)).flatten() else {
                continue;
            };
            let (action, address) =
                (draft.what.action().name(), draft.what.address(self.facts.labels));
            let mut next = vec![i];
            while let Some(n) = next.pop() {
                for dependent in dependents.get(&n).into_iter().flatten() {
                    if !blocked.contains_key(dependent) {
                        let because = format!("it needs {address} ({action}), {reach}");
                        blocked.insert(*dependent, because);
                        next.push(*dependent);
                    }
                }
            }
        }
        blocked
    }

    /// Drafts about the accounts and those that they need. A new group comes with its members: without
    /// them its grants would reach nobody.
    fn inside(
        &self,
        drafts: &[Draft],
        reasons: &[Reason],
        needs: &[BTreeSet<usize>],
        blocked: &BTreeMap<usize, String>,
    ) -> BTreeSet<usize> {
        let mut joining: BTreeMap<&GroupName, Vec<usize>> = BTreeMap::new();
        for (i, draft) in drafts.iter().enumerate() {
            if let What::AddMember(group, _) = &draft.what {
                joining.entry(group).or_default().push(i);
            }
        }
        let about = drafts.iter().enumerate().filter(|(_, draft)| self.is_about(&draft.what));
        let mut next: Vec<usize> = about.map(|(i, _)| i).collect();
        let mut inside: BTreeSet<usize> = next.iter().copied().collect();
        while let Some(i) = next.pop() {
            if blocked.contains_key(&i) {
                continue;
            }
            let mut more: Vec<usize> = needs.get(i).into_iter().flatten().copied().collect();
            if let (Some(What::CreateGroup(name, _)), Some(None)) =
                (drafts.get(i).map(|draft| &draft.what), reasons.get(i))
            {
                more.extend(joining.get(name).into_iter().flatten());
            }
            next.extend(more.into_iter().filter(|more| inside.insert(*more)));
        }
        inside
    }
}
