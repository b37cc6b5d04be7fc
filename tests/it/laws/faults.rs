//! Any definitions on any world, however often the apply fails or is killed: in the end it is as if nothing had
//! happened, and on the way nobody had what nobody has before or afterwards.

use super::{Options, block_on, files, modes, run, sketch, support, tree};
use crate::support::Repository;
use futures_util::FutureExt as _;
use landgrant::access::people;
use landgrant::cli::exit::Exit;
use landgrant::model::State;
use landgrant::sandbox::{Effect, Fault};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// What goes wrong in one run: writes by their number, and the journal's line after which it is killed.
type Trouble = (Vec<(usize, usize)>, Option<usize>);

const EFFECTS: [Effect; 6] =
    [Effect::Fail500, Effect::Reset, Effect::Lose, Effect::Busy, Effect::Throttle, Effect::Exists];

fn troubles() -> impl Strategy<Value = Vec<Trouble>> {
    let faults = prop::collection::vec((1..40_usize, 0..EFFECTS.len()), 0..4);
    prop::collection::vec((faults, prop::option::of(1..80_usize)), 1..4)
}

fn state(folder: &Path, texts: &[(String, String)]) -> State {
    let world = support::read(&folder.join(".landgrant/sandbox/world.json"));
    let mut state =
        run(&world, &tree(texts.to_vec()), Options::default()).unwrap().projection.state;
    state.memberships.retain(|_, members| !members.is_empty());
    state
}

type Reach = BTreeSet<(String, String, String)>;

fn reach(state: &State) -> Reach {
    let rows = state.grants.iter().flat_map(|grant| {
        let who = people(state, &grant.principal);
        who.map(move |person| {
            (person.to_string(), grant.account.to_string(), grant.permission_set.to_string())
        })
    });
    rows.collect()
}

fn repository(world: &str, texts: &[(String, String)]) -> Repository {
    let repository = Repository::new();
    for (path, text) in texts {
        support::write(&repository.path().join(path), text);
    }
    support::write(&repository.path().join("sandbox.json"), world);
    repository
}

const APPLY: &[&str] = &["apply", "--read", "full", "--yes"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn whatever_goes_wrong_ends_as_if_nothing_had(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
        troubles in troubles(),
    ) {
        let texts = files(&modes, &wanted.tables(), false);
        let plain = repository(&live.world(), &texts);
        let before = run(&live.world(), &tree(texts.clone()), Options::default()).unwrap();
        if !before.plan.refused.is_empty() {
            return Ok(()); // Of some kind nothing is declared.
        }
        let applied = block_on(plain.run(APPLY));
        prop_assert_eq!(applied.exit, Exit::Done, "{}{}", applied.stdout, applied.stderr);
        let after = state(plain.path(), &texts);
        let allowed: Reach =
            reach(&before.projection.state).union(&reach(&after)).cloned().collect();

        let mut disturbed = repository(&live.world(), &texts);
        let wider = Arc::new(Mutex::new(Reach::new()));
        for (faults, killed) in troubles.into_iter().chain([(Vec::new(), None)]) {
            let fault = |(nth, which): (usize, usize)| Fault::new("writes", nth, EFFECTS[which].clone());
            disturbed.sandbox.faults = faults.into_iter().map(fault).collect();
            let left = AtomicUsize::new(killed.unwrap_or(usize::MAX));
            let (found, folder) = (Arc::clone(&wider), disturbed.path().to_owned());
            let (texts, allowed) = (texts.clone(), allowed.clone());
            disturbed.on_journal = Arc::new(move |line| {
                if line.contains("\"event\":\"change\"") {
                    // A runtime within a runtime is not possible; a thread of its own is.
                    let now = std::thread::scope(|scope| scope.spawn(|| reach(&state(&folder, &texts))).join());
                    found.lock().unwrap().extend(now.unwrap().difference(&allowed).cloned());
                }
                if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                    resume_unwind(Box::new("killed"));
                }
            });
            drop(block_on(AssertUnwindSafe(Box::pin(disturbed.run(APPLY))).catch_unwind()));
        }
        prop_assert_eq!(&*wider.lock().unwrap(), &Reach::new());
        prop_assert!(state(disturbed.path(), &texts) == after);
    }
}
