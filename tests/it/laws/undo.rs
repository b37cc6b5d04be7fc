//! Undoing is the inverse of doing.

use super::*;
use landgrant::model::Principal;
use std::path::PathBuf;

/// The journal that was written last, of those that are not known.
fn new_journal(repository: &Repository, known: &[PathBuf]) -> Option<PathBuf> {
    let mut all = support::entries(&repository.path().join(".landgrant/journal"));
    all.retain(|path| !known.contains(path));
    assert!(all.len() <= 1, "{all:?}");
    all.pop()
}

fn found(repository: &Repository) -> State {
    let world = support::read(&repository.path().join(".landgrant/sandbox/world.json"));
    run(&world, &settings(), Options::default()).unwrap().projection.state
}

/// Definitions of nothing.
fn settings() -> Tree {
    tree(vec![("landgrant.toml".to_owned(), Modes::ADOPT.settings())])
}

/// A state without what AWS lets nobody bring back: grants of those who were deleted, versions that accounts
/// had, and that there was no description.
fn comparable(mut state: State, other: &State) -> State {
    state.stale.clear();
    state.memberships.retain(|_, members| !members.is_empty());
    let orphan = |grant: &&Grant| {
        matches!(grant.principal, Principal::OrphanGroup(_) | Principal::OrphanUser(_))
    };
    state.grants = state.grants.iter().filter(|grant| !orphan(grant)).cloned().collect();
    for (name, set) in &mut state.permission_sets {
        if other.permission_sets.get(name).is_some_and(|other| other.description.is_none()) {
            set.description = None;
        }
    }
    for (name, group) in &mut state.groups {
        if other.groups.get(name).is_some_and(|other| other.description.is_none()) {
            group.description = None;
        }
    }
    state
}

fn assert_same(a: &State, b: &State, told: &str) {
    let (left, right) = (comparable(a.clone(), b), comparable(b.clone(), a));
    assert!(left == right, "{:#?}\n{told}", diff(&left, &right));
}

/// Undoes what a journal tells, by a saved plan; returns what was printed.
fn undo(repository: &Repository, journal: &std::path::Path) -> String {
    let file = repository.path().join(".undo.json");
    let (journal, file) = (journal.to_str().unwrap(), file.to_str().unwrap());
    let planned = block_on(repository.run(&["plan", "--revert", journal, "--out", file]));
    assert_eq!(planned.exit, Exit::Done, "{}{}", planned.stdout, planned.stderr);
    assert_eq!(planned.writes.len(), 0);
    let undone = block_on(repository.run(&["apply", file, "--yes"]));
    let told = format!("{}\n{}{}", planned.stdout, undone.stdout, undone.stderr);
    assert_eq!(undone.exit, Exit::Done, "{told}");
    let again = block_on(repository.run(&["plan", "--revert", journal, "--detailed-exitcode"]));
    assert_eq!(again.exit, Exit::Done, "{told}{}", again.stdout);
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, ..ProptestConfig::default() })]

    #[test]
    fn what_is_undone_is_as_it_was(live in sketch(), wanted in sketch(), modes in modes()) {
        let repository = Repository::new();
        for (path, text) in files(&modes, &wanted.tables(), false) {
            support::write(&repository.path().join(path), &text);
        }
        support::write(&repository.path().join("sandbox.json"), &live.world());
        let before = state(&live);
        let applied = block_on(repository.run(&["apply", "--read", "full", "--yes"]));
        if applied.exit == Exit::Refused {
            return Ok(()); // Of some kind nothing is declared.
        }
        prop_assert_eq!(applied.exit, Exit::Done, "{}{}", applied.stdout, applied.stderr);
        let Some(first) = new_journal(&repository, &[]) else { return Ok(()) };
        let after = found(&repository);

        let told = undo(&repository, &first);
        assert_same(&found(&repository), &before, &told);

        // And what undid it can be undone.
        let Some(second) = new_journal(&repository, std::slice::from_ref(&first)) else {
            return Ok(());
        };
        let told = undo(&repository, &second);
        assert_same(&found(&repository), &after, &told);
    }

    #[test]
    fn what_nobody_heard_the_end_of_is_undone_or_held(
        live in sketch(),
        wanted in sketch(),
        modes in modes(),
    ) {
        let repository = Repository::new();
        for (path, text) in files(&modes, &wanted.tables(), false) {
            support::write(&repository.path().join(path), &text);
        }
        support::write(&repository.path().join("sandbox.json"), &live.world());
        let before = run(&live.world(), &settings(), Options::default()).unwrap();
        let applied = block_on(repository.run(&["apply", "--read", "full", "--yes"]));
        prop_assert_eq!(applied.exit, Exit::Done, "{}{}", applied.stdout, applied.stderr);
        let Some(journal) = new_journal(&repository, &[]) else { return Ok(()) };

        // As if it had been killed before it heard any answer.
        let heard = ["answer", "change", "end"].map(|word| format!("\"event\":\"{word}\""));
        let text = support::read(&journal);
        let asked = text.lines().filter(|line| !heard.iter().any(|word| line.contains(word)));
        let asked: Vec<&str> = asked.collect();
        support::write(&journal, &asked.join("\n"));
        let told = undo(&repository, &journal);
        let json = block_on(repository.run(&[
            "plan", "--format", "json", "--revert", journal.to_str().unwrap(),
        ]));
        let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        let held = json["held"].as_array().unwrap().iter();
        let held: BTreeSet<&str> = held.map(|held| held["address"].as_str().unwrap()).collect();

        let (then, now) = (&before.projection.state, found(&repository));
        let left = diff(&comparable(now.clone(), then), &comparable(then.clone(), &now));
        for address in addresses(&left, before.labels()) {
            prop_assert!(held.contains(address.as_str()), "{address} is left\n{told}");
        }
    }
}
