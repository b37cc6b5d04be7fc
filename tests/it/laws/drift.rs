//! Drift is the difference, all of it, each part once.

use super::oracle::addresses;
use super::*;
use landgrant::drift::fail::FailOn;
use landgrant::drift::{self, Drift, Facts, document};

fn drift(run: &Run) -> Drift {
    let Run { live, projection, desired, plan, declared } = run;
    let as_of = NOW.parse().unwrap();
    drift::find(&Facts { declared, live, projection, desired, plan, as_of })
}

/// Its document without what a reading costs.
fn json(run: &Run) -> String {
    let mut json = document::document(&drift(run), &run.declared.files, FailOn::Any);
    json["observed"] = serde_json::Value::Null;
    format!("{json:#}")
}

/// What a person sees of an item, wherever it is written.
fn essence(run: &Run) -> Vec<(String, String, &'static str)> {
    let drift = drift(run);
    let all = drift.items.into_iter();
    all.map(|item| (item.fingerprint, item.value_fingerprint, item.severity.name())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn every_difference_is_in_exactly_one_item(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
    ) {
        let tree = tree(files(&modes, &wanted.tables(), false));
        let run = run(&live.world(), &tree, Options::default()).unwrap();
        let drift = drift(&run);
        let mut said: Vec<(String, &str)> = Vec::new();
        for item in &drift.items {
            if item.covers.is_empty() {
                said.push((item.address.clone(), item.action));
            }
            said.extend(item.covers.iter().map(|address| (address.clone(), "covered")));
        }
        let number = said.len();
        let said: BTreeSet<(String, &str)> = said.into_iter().collect();
        prop_assert_eq!(said.len(), number);
        let said: BTreeSet<String> = said.into_iter().map(|(address, _)| address).collect();

        let differing = addresses(&diff(&run.desired.live, &run.desired.state), run.labels());
        let unsaid: Vec<_> = differing.difference(&said).collect();
        prop_assert!(unsaid.is_empty(), "{unsaid:?}");
        // Whatever the modes: a grant that nobody declared lets somebody in.
        for grant in run.desired.live.grants.iter() {
            let label = run.labels().of(&grant.account);
            let address = address::grant(label, &grant.permission_set, &grant.principal);
            prop_assert_eq!(said.contains(&address), run.desired.grants.get(grant).is_none());
        }
        let prints: BTreeSet<&String> = drift.items.iter().map(|item| &item.fingerprint).collect();
        prop_assert_eq!(prints.len(), drift.items.len());
    }

    #[test]
    fn its_order_never_shows_and_its_fingerprints_stay(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        page in 1..3_usize,
    ) {
        let tables = wanted.tables();
        let each = files(&modes, &tables, true);
        let plain = run(&live.world(), &tree(each.clone()), Options::default()).unwrap();
        let mut turned = each;
        turned.reverse();
        let options = Options { page_limit: Some(page), ..Options::default() };
        let other = run(&live.world(), &tree(turned), options).unwrap();
        prop_assert_eq!(json(&plain), json(&other));
        // The same tables elsewhere: only places differ.
        let mut tables = tables;
        tables.reverse();
        let other = run(&live.world(), &tree(files(&modes, &tables, false)), Options::default());
        prop_assert_eq!(essence(&plain), essence(&other.unwrap()));
    }

    #[test]
    fn a_gap_never_ends_as_clean(live in sketch(), wanted in sketch(), faults in denials()) {
        let tree = tree(files(&Modes::ADOPT, &wanted.tables(), false));
        let options = Options { faults, ..Options::default() };
        let Some(part) = run(&live.world(), &tree, options) else { return Ok(()) };
        let drift = drift(&part);
        prop_assert!(part.live.is_complete() || !drift.is_complete());
        prop_assert!(drift.is_complete() || drift.items.iter().any(|item| item.kind == "reading"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_left_of_it_after_an_apply_that_enforces_everything(
        live in sketch(),
        wanted in sketch(),
    ) {
        let texts = files(&Modes::ENFORCE, &wanted.tables(), false);
        let planned = run(&live.world(), &tree(texts.clone()), Options::default()).unwrap();
        prop_assume!(planned.plan.refused.is_empty());
        let repository = Repository::new();
        for (path, text) in &texts {
            support::write(&repository.path().join(path), text);
        }
        support::write(&repository.path().join("sandbox.json"), &live.world());
        let removals = planned.plan.removals.0.to_string();
        let words = ["apply", "--read", "full", "--yes", "--accept-removals", removals.as_str()];
        let applied = block_on(repository.run(&words));
        prop_assert_eq!(applied.exit, Exit::Done, "{}{}", applied.stdout, applied.stderr);

        let after = support::read(&repository.path().join(".landgrant/sandbox/world.json"));
        let left = run(&after, &tree(texts), Options::default()).unwrap();
        let held: BTreeSet<&String> = left.plan.held.iter().map(|held| &held.address).collect();
        let drift = drift(&left);
        prop_assert!(drift.items.iter().all(|item| held.contains(&item.address)), "{:?}", drift.items);

        let ran = block_on(repository.run(&["drift"]));
        let clean = drift.items.is_empty();
        prop_assert_eq!(ran.exit, if clean { Exit::Done } else { Exit::Changes }, "{}", ran.stdout);
        prop_assert!(!clean || ran.stdout.lines().count() == 1, "{}", ran.stdout);
    }
}
