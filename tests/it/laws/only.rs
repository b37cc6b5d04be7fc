//! Laws of `--only`: what a plan of some accounts is, beside the plan of everything.

use super::{
    Modes, Run, block_on, connect, denials, effects, files, modes, run, sketch, tree, verbs,
};
use crate::support::NOW;
use jiff::Timestamp;
use landgrant::aws::read::{Narrow, Silent, Wanted, read_center, read_organization};
use landgrant::id::AccountId;
use landgrant::live::project::project;
use landgrant::live::reading::Depth;
use landgrant::live::{Live, Organization};
use landgrant::plan::{self, Plan, predict};
use landgrant::resolve::reading::{Questions, granted_in, questions};
use landgrant::resolve::{Hold, Only, Rules, Selection, needing_tags, organization_to_be, resolve};
use landgrant::sandbox::{Options, Sandbox};
use landgrant::source::Tree;
use landgrant::{diag, source};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Some of the accounts that are always there, the management account too.
fn selectors() -> impl Strategy<Value = Vec<String>> {
    prop::collection::btree_set(1..5_u8, 1..3)
        .prop_map(|ids| ids.iter().map(|n| format!("account:90000000000{n}")).collect())
}

/// The same as a plan was made of, for some accounts.
fn limited(run: &Run, only: &Only) -> (Selection, Plan) {
    let selection = only.select(&run.desired.organization).unwrap().unwrap();
    let rules = Rules { only: Some(selection.clone()), ..Rules::of(&run.declared) };
    (selection, plan::make(&run.live, &run.projection, &run.desired, &rules))
}

/// Reads no more than the accounts need, and plans. `None` where something could not be read and
/// nothing could be selected or looked up for it.
fn narrow(world: &str, tree: &Tree, only: &Only, options: Options) -> Option<(Live, Plan)> {
    let now: Timestamp = NOW.parse().unwrap();
    let declared = source::load(tree).0;
    let sandbox = Sandbox::from_json(world.as_bytes(), options).unwrap();
    let live = block_on(async {
        let aws = connect(&sandbox).await;
        let Questions { users, members_of, controls } = questions(&declared);
        let wanted =
            Wanted { depth: Depth::Quick, users, members_of, controls, ..Wanted::default() };
        let tags_of = |there: &Organization| needing_tags(&declared, only, there);
        let live = read_organization(&aws, &wanted, &tags_of, || now, &Silent).await;
        let mut live = live.unwrap();
        let organization = organization_to_be(&declared, &live, &project(&live));
        let accounts = only.select(&organization).ok()??.accounts;
        let (sets, groups) = granted_in(&declared, &organization, &accounts);
        let narrow = Narrow { accounts, sets, groups };
        read_center(&aws, &mut live, (&wanted, &narrow), || now, &Silent).await.unwrap();
        Some(live)
    })?;
    let projection = project(&live);
    let (desired, diagnostics) = resolve(&declared, &live, &projection, now);
    if diag::has_errors(&diagnostics) {
        assert!(!live.gaps.is_empty(), "{diagnostics:?}");
        return None;
    }
    let only = only.select(&desired.organization).ok()?;
    let plan = plan::make(&live, &projection, &desired, &Rules { only, ..Rules::of(&declared) });
    Some((live, plan))
}

/// The accounts in which a plan changes anybody's access.
fn accounts_of(plan: &Plan) -> BTreeSet<AccountId> {
    let access = &plan.access;
    let rows = access.gain.keys().chain(access.lose.keys()).map(|access| &access.account);
    let edits = access.widen.values().chain(access.narrow.values());
    rows.chain(edits.flat_map(|reach| reach.rows.keys())).cloned().collect()
}

/// What a plan does, whatever the order.
fn steps(plan: &Plan) -> BTreeSet<String> {
    plan.changes.iter().map(|change| format!("{:?}", change.what)).collect()
}

fn texts(modes: &Modes, wanted: &super::Sketch) -> Tree {
    tree(files(modes, &wanted.tables(), false))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_of_some_accounts_is_part_of_the_plan_and_reaches_no_other(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        selectors in selectors(),
    ) {
        let only = Only::parse(&selectors).unwrap();
        let run = run(&live.world(), &texts(&modes, &wanted), Options::default()).unwrap();
        let (selection, part) = limited(&run, &only);
        let (all, some) = (steps(&run.plan), steps(&part));
        prop_assert!(some.is_subset(&all), "{:?}", some.difference(&all).collect::<Vec<_>>());
        let reached = accounts_of(&part);
        prop_assert!(reached.is_subset(&selection.accounts), "{reached:?} in {:?}", verbs(&part));

        // What a change needs stands before it, and what is held is said.
        let mut before = BTreeSet::new();
        for change in &part.changes {
            prop_assert!(change.needs.iter().all(|wanted| before.contains(wanted)), "{change:?}");
            before.insert(change.id.clone());
        }
        let whats = part.changes.iter().map(|change| &change.what);
        let left = predict::predict(&run.projection.state, whats);
        let about = selection.about(run.labels());
        let held: BTreeSet<&str> = part.held.iter().map(|held| held.address.as_str()).collect();
        for change in run.plan.changes.iter().filter(|change| about(&change.address)) {
            let (planned, said) = (verbs(&part), held.contains(change.address.as_str()));
            let verb = change.what.action().name();
            prop_assert!(said || planned.contains(&(change.address.clone(), verb)), "{change:?}");
        }

        // Nobody elsewhere has anything else than before.
        let elsewhere = |state: &landgrant::model::State| {
            let all = super::reach(state).into_iter();
            all.filter(|row| !selection.accounts.contains(&row.1)).collect::<BTreeSet<_>>()
        };
        prop_assert_eq!(elsewhere(&left), elsewhere(&run.projection.state));
    }

    #[test]
    fn a_narrowed_reading_plans_what_a_whole_one_does(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        selectors in selectors(),
    ) {
        let only = Only::parse(&selectors).unwrap();
        let tree = texts(&modes, &wanted);
        let run = run(&live.world(), &tree, Options::default()).unwrap();
        let (_, whole) = limited(&run, &only);
        // A narrowed reading deletes nobody, and so nothing of it waits for that: whoever stays and gains is
        // in its ledger.
        let waits_for_user = |held: &landgrant::resolve::Held| {
            held.reason == Hold::OutsideOnly && held.detail.contains("user/")
        };
        prop_assume!(!whole.held.iter().any(waits_for_user));
        let (read, part) = narrow(&live.world(), &tree, &only, Options::default()).unwrap();
        prop_assume!(read.taken.reading.within.is_some());
        prop_assert!(part.is_complete(), "{:?}", part.observed.gaps);
        let (all, some) = (steps(&whole), steps(&part));
        prop_assert!(some.is_subset(&all), "{:?}", some.difference(&all).collect::<Vec<_>>());
        // It does not know where else a group has grants that loses a member, and holds what needs that.
        if part.held.iter().all(|held| held.reason != Hold::OutsideOnly) {
            prop_assert_eq!(some, all);
            prop_assert_eq!(&whole.access, &part.access);
        }
    }

    #[test]
    fn what_is_denied_to_a_narrowed_reading_is_never_taken_for_absent(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        selectors in selectors(),
        faults in denials(),
    ) {
        let only = Only::parse(&selectors).unwrap();
        let tree = texts(&modes, &wanted);
        let whole = run(&live.world(), &tree, Options::default()).unwrap();
        let options = Options { faults, ..Options::default() };
        let Some((read, part)) = narrow(&live.world(), &tree, &only, options) else {
            return Ok(());
        };
        let (known, planned) = (effects(&whole), verbs(&part));
        let invented: Vec<_> = planned.difference(&known).collect();
        prop_assert!(invented.is_empty(), "{invented:?} for {:?}", read.gaps);
    }
}
