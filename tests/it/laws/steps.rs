//! Laws of the states that an apply may leave: any change may fail, and it may stop anywhere.

use super::oracle::reach;
use super::{Run, files, modes, run, sketch, tree};
use landgrant::access::delta::compare;
use landgrant::access::people;
use landgrant::id::{AccountId, PermissionSetName, UserName};
use landgrant::model::{Grant, PermissionSet, Principal, State};
use landgrant::plan::Plan;
use landgrant::plan::change::What;
use landgrant::plan::predict::predict;
use landgrant::resolve::kept::Kept;
use landgrant::sandbox::Options;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of each change, should it begin.
fn fates() -> impl Strategy<Value = Vec<Vec<bool>>> {
    prop::collection::vec(prop::collection::vec(any::<bool>(), 40), 6)
}

/// What was done when an apply stopped: changes that need one that was not done were not done either.
fn left_by(plan: &Plan, before: &State, fates: &[bool]) -> State {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut whats = Vec::new();
    for (change, succeeds) in plan.changes.iter().zip(fates.iter().cycle()) {
        if *succeeds && change.needs.iter().all(|needed| done.contains(needed.as_str())) {
            done.insert(&change.id);
            whats.push(&change.what);
        }
    }
    predict(before, whats)
}

/// What each set allows in each account that has it, as it was provisioned there; `None` is an older
/// version, which nobody knows.
type Contents = BTreeMap<(AccountId, PermissionSetName), Option<PermissionSet>>;

fn contents(state: &State) -> Contents {
    let of = |grant: &Grant| {
        let Grant { account, permission_set: set, .. } = grant;
        let older = state.stale.get(set).is_some_and(|accounts| accounts.contains(account));
        let known = state.permission_sets.get(set).filter(|_| !older).cloned();
        ((account.clone(), set.clone()), known)
    };
    state.grants.iter().map(of).collect()
}

/// What the accounts have when an apply stopped. A provisioning that fails may have reached any account.
fn contents_left_by(plan: &Plan, before: &State, fates: &[bool]) -> Contents {
    let mut done: BTreeSet<&str> = BTreeSet::new();
    let mut latest = before.permission_sets.clone();
    let mut contents = contents(before);
    for (change, succeeds) in plan.changes.iter().zip(fates.iter().cycle()) {
        if !change.needs.iter().all(|needed| done.contains(needed.as_str())) {
            continue;
        }
        if let What::ProvisionSet { name, accounts } = &change.what {
            for account in accounts {
                if let Some(content) = contents.get_mut(&(account.clone(), name.clone())) {
                    *content = latest.get(name).cloned();
                }
            }
        }
        if !succeeds {
            continue;
        }
        done.insert(&change.id);
        match &change.what {
            What::CreateSet(name, set) | What::UpdateSet { name, after: set, .. } => {
                latest.insert(name.clone(), (**set).clone());
            }
            What::CreateGrant(Grant { account, permission_set: set, .. }) => {
                contents.insert((account.clone(), set.clone()), latest.get(set).cloned());
            }
            _ => {}
        }
    }
    contents
}

/// Who reaches a kept set in an account through those for whom it is kept, and who of them has a grant.
fn kept<'s>(
    state: &'s State,
    kept: &'s Kept,
    account: &landgrant::id::AccountId,
) -> (BTreeSet<&'s UserName>, BTreeSet<&'s Principal>) {
    let granted = kept.principals.iter().filter(|principal| {
        let (permission_set, principal) = (kept.set.clone(), (*principal).clone());
        state.grants.contains(&Grant { account: account.clone(), permission_set, principal })
    });
    let granted: BTreeSet<&Principal> = granted.collect();
    let mut people = BTreeSet::new();
    for principal in &granted {
        match principal {
            Principal::Group(name) => {
                people.extend(state.memberships.get(name).into_iter().flatten());
            }
            Principal::User(name) => drop(people.insert(name)),
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {}
        }
    }
    (people, granted)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn nobody_has_more_on_the_way_than_before_or_after(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        fates in fates(),
    ) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let Run { projection, plan, .. } = run(&live.world(), &tree, Options::default()).unwrap();
        let before = &projection.state;
        let whole = left_by(&plan, before, &[true]);
        let allowed: BTreeSet<_> = reach(before).union(&reach(&whole)).cloned().collect();
        for fates in &fates {
            let at = reach(&left_by(&plan, before, fates));
            let more: Vec<_> = at.difference(&allowed).collect();
            prop_assert!(more.is_empty(), "{more:?}");
        }
    }

    #[test]
    fn nobody_has_a_set_with_more_in_it_on_the_way_than_before_or_after(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        fates in fates(),
    ) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let Run { projection, plan, .. } = run(&live.world(), &tree, Options::default()).unwrap();
        let before = &projection.state;
        let whole = left_by(&plan, before, &[true]);
        let had = (reach(before), contents(before));
        let has = (reach(&whole), contents_left_by(&plan, before, &[true]));
        for fates in &fates {
            let (at, contents) =
                (left_by(&plan, before, fates), contents_left_by(&plan, before, fates));
            for grant in at.grants.iter() {
                let pair = (grant.account.clone(), grant.permission_set.clone());
                let Some(Some(content)) = contents.get(&pair) else { continue };
                for person in people(&at, &grant.principal) {
                    let row = (person.clone(), pair.0.clone(), pair.1.clone());
                    let allows = |(rows, contents): &(BTreeSet<_>, Contents)| {
                        rows.contains(&row) && match contents.get(&pair) {
                            Some(Some(known)) => compare(known, content).0.is_empty(),
                            // What an older version allowed cannot be exceeded knowingly.
                            _ => true,
                        }
                    };
                    prop_assert!(allows(&had) || allows(&has), "{person} has {pair:?}: {content:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_kept_stands_whatever_fails(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        keeps in prop::collection::vec((any::<prop::sample::Index>(), 1..3_u8), 1..3),
        fates in fates(),
    ) {
        let mut files = files(&modes, &wanted.tables(), false);
        files[0].1.push_str(&wanted.keeps(&keeps));
        let run = run(&live.world(), &tree(files), Options::default()).unwrap();
        let Run { projection, plan, desired, .. } = &run;
        if !plan.refused.is_empty() {
            return Ok(());
        }
        let before = &projection.state;
        let whole = left_by(plan, before, &[true]);
        for keep in &desired.kept {
            for account in &keep.accounts {
                let (had, granted) = kept(before, keep, account);
                let (has, all) = kept(&whole, keep, account);
                prop_assert!(has.len() >= keep.min_people && all.len() == keep.principals.len());
                let floor = keep.min_people.min(had.len());
                for fates in &fates {
                    let at = left_by(plan, before, fates);
                    let (people, still) = kept(&at, keep, account);
                    prop_assert!(people.len() >= floor, "{people:?} of {had:?} for {keep:?}");
                    prop_assert!(still.is_superset(&granted));
                }
            }
        }
    }
}
