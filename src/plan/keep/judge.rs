//! Whether every claim holds, whatever an apply has done when it stops.

use super::refusal::{Breach, Broken, Refusal};
use super::{By, Claim, Index, Reach, brings};
use crate::id::UserName;
use crate::live::project::Labels;
use crate::model::{Grant, Principal, State};
use crate::plan::change::What;
use crate::resolve::kept::Kept;
use std::collections::{BTreeMap, BTreeSet};

/// Changes in their order, and the places of what each needs.
pub(in super::super) struct Steps<'a> {
    pub(in super::super) whats: Vec<&'a What>,
    pub(in super::super) needs: Vec<&'a BTreeSet<usize>>,
}

impl Steps<'_> {
    /// Everything that has been done once a change has been.
    fn done_with(&self, change: usize) -> BTreeSet<usize> {
        let (mut done, mut open) = (BTreeSet::new(), vec![change]);
        while let Some(next) = open.pop() {
            if done.insert(next) {
                open.extend(self.needs.get(next).into_iter().copied().flatten());
            }
        }
        done
    }
}

/// Judges every claim: what breaks one, and what is worth knowing of those that hold.
pub(in super::super) fn judge<'a>(
    claims: &[Claim<'a>],
    kept: &'a [Kept],
    before: &'a State,
    steps: &Steps<'a>,
    labels: &Labels,
) -> (Vec<Refusal>, Vec<String>) {
    let index = Index::new(&steps.whats);
    let mut broken = Broken::new(labels);
    let mut known = BTreeMap::new();
    for claim in claims {
        one(claim, before, (&index, steps, &mut known), &mut broken);
    }
    for kept in kept.iter().filter(|kept| !kept.complete) {
        unjudged(kept, before, steps, &mut broken);
    }
    broken.finish()
}

fn one<'a>(
    claim: &Claim<'a>,
    before: &'a State,
    (index, steps, known): (&Index<'a>, &Steps<'a>, &mut BTreeMap<usize, BTreeSet<usize>>),
    broken: &mut Broken<'a>,
) {
    let reach = Reach::before(claim, before, index);
    let bearing = index.bearing(claim, &reach);
    let mut after = reach.clone();
    for what in bearing.values() {
        after.apply(claim, what);
    }
    if grants(claim, (&reach, &after), &bearing, broken) {
        return; // Who has it less is what follows from that.
    }
    let (had, has) = (reach.people(), after.people());
    let (wanted, had, left) = (claim.wanted(), claim.count(&had), claim.count(&has));
    let floor = wanted.min(had);
    let taking: Vec<usize> =
        bearing.iter().filter(|(_, what)| reach.is_cut_by(claim, what)).map(|(i, _)| *i).collect();
    // A person whose access was not seen has none that could be taken.
    let due = if matches!(claim.by, By::Kept(_)) && claim.about { wanted } else { floor };
    if left < due {
        broken.add(claim, Breach::TooFew { left: names(&has), wanted: due }, taking);
        return;
    }
    if had < wanted && left >= wanted {
        let bringing = bearing.iter().filter(|(_, what)| brings(what)).map(|(i, _)| *i);
        broken.comes(claim, had, bringing.collect());
    }
    if let Some((fewest, late)) = on_the_way(claim, &reach, &bearing, &taking, (steps, known))
        && fewest < floor
    {
        broken.add(claim, Breach::OnTheWay { left: fewest, wanted: floor }, vec![late]);
    }
}

/// The fewest people that may be left once anything has been taken away, and the change that took it.
///
/// Whatever has been done by then, one of those that take has been, and with it all that it needs. More
/// than everything that takes cannot have been done, so no fewer can be left.
fn on_the_way<'a>(
    claim: &Claim<'a>,
    reach: &Reach<'a>,
    bearing: &BTreeMap<usize, &'a What>,
    taking: &[usize],
    (steps, known): (&Steps<'a>, &mut BTreeMap<usize, BTreeSet<usize>>),
) -> Option<(usize, usize)> {
    let mut bare = reach.clone();
    for (_, what) in bearing.iter().filter(|(i, _)| taking.contains(i)) {
        bare.apply(claim, what);
    }
    let left = taking.iter().map(|late| {
        let done = known.entry(*late).or_insert_with(|| steps.done_with(*late));
        let mut at = bare.clone();
        for (_, what) in bearing.iter().filter(|(i, what)| done.contains(i) && brings(what)) {
            at.apply(claim, what);
        }
        (claim.count(&at.people()), *late)
    });
    left.min()
}

/// Every kept principal has its grant, before and after, or it comes; whether any has not.
fn grants<'a>(
    claim: &Claim<'a>,
    (reach, after): (&Reach<'a>, &Reach<'a>),
    bearing: &BTreeMap<usize, &'a What>,
    broken: &mut Broken<'a>,
) -> bool {
    let By::Kept(kept) = claim.by else { return false };
    let mut any = false;
    for principal in &kept.principals {
        let going = bearing.iter().filter(
            |(_, what)| matches!(what, What::DeleteGrant(grant) if grant.principal == *principal),
        );
        let going: Vec<usize> = going.map(|(i, _)| *i).collect();
        if !going.is_empty() {
            broken.add(claim, Breach::Removed(principal), going);
            any = true;
        } else if claim.about && !after.granted.contains(principal) {
            broken.add(claim, Breach::Missing(principal), Vec::new());
            any = true;
        } else if claim.about && !reach.granted.contains(principal) {
            let coming = bearing.iter().filter(|(_, what)| {
                matches!(what, What::CreateGrant(grant) if grant.principal == *principal)
            });
            broken.granted(claim, principal, coming.map(|(i, _)| *i).collect());
        }
    }
    any
}

/// Where nobody knows which accounts a keep means, it may be any of those where something is taken.
fn unjudged<'a>(kept: &'a Kept, before: &State, steps: &Steps<'a>, broken: &mut Broken<'a>) {
    let takes = |what: &&What| match what {
        What::DeleteGrant(Grant { permission_set, principal, account: _ }) => {
            *permission_set == kept.set && kept.principals.contains(principal)
        }
        What::RemoveMember(group, _) | What::DeleteGroup(group, _) => {
            kept.principals.contains(&Principal::Group(group.clone()))
        }
        What::DeleteUser(user, _) => kept
            .principals
            .iter()
            .any(|principal| crate::access::people(before, principal).any(|person| person == user)),
        What::DeleteSet(set, _) => *set == kept.set,
        _ => false,
    };
    let whats = steps.whats.iter().enumerate();
    let taking: Vec<usize> = whats.filter(|(_, what)| takes(what)).map(|(i, _)| i).collect();
    if !taking.is_empty() {
        broken.unjudged(kept, taking);
    }
}

fn names(people: &BTreeSet<&UserName>) -> Vec<String> {
    people.iter().map(ToString::to_string).collect()
}
