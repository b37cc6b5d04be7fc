use super::*;
use crate::apply::tests::{edit, of};
use crate::id::{GroupName, PermissionSetName};
use crate::model::{Grant, Principal};

const CAPS: Caps = Caps { assignments: 2, provisionings: 1, others: 2 };

fn account(n: usize) -> AccountId {
    AccountId::parse(&format!("{n:012}")).unwrap()
}

fn grant(n: usize, who: &str) -> What {
    What::CreateGrant(Grant {
        account: account(n),
        permission_set: PermissionSetName::new("S"),
        principal: Principal::Group(GroupName::new(who)),
    })
}

fn provision(set: &str, accounts: &[usize]) -> What {
    What::ProvisionSet {
        name: PermissionSetName::new(set),
        accounts: accounts.iter().copied().map(account).collect(),
    }
}

fn begun(schedule: &mut Schedule<'_>) -> Vec<usize> {
    std::iter::from_fn(|| schedule.next()).collect()
}

#[test]
fn one_write_in_an_account_and_so_many_in_all() {
    let plan = of(vec![grant(1, "a"), grant(1, "b"), grant(2, "a"), grant(3, "a")]);
    let mut schedule = Schedule::new(&plan.changes, CAPS);
    assert_eq!(begun(&mut schedule), [0, 2]);
    // AWS is done with it, though how it ended is still being asked.
    schedule.release(2);
    assert_eq!(begun(&mut schedule), [3]);
    assert!(schedule.end(0, true).is_empty());
    assert_eq!(begun(&mut schedule), [1]);
    assert!(schedule.end(2, true).is_empty());
    assert_eq!(begun(&mut schedule), [0; 0]);
}

#[test]
fn what_reaches_many_accounts_is_not_overtaken_for_ever() {
    let plan = of(vec![
        grant(1, "a"),
        grant(2, "a"),
        provision("P", &[1, 2]),
        grant(1, "b"),
        grant(2, "b"),
    ]);
    let mut schedule = Schedule::new(&plan.changes, CAPS);
    // A provisioning that is free to go goes with the rest.
    let mut order = begun(&mut schedule);
    assert_eq!(order, [0, 1]);
    for i in [0, 1] {
        assert!(schedule.end(i, true).is_empty());
        order.extend(begun(&mut schedule));
    }
    assert_eq!(order, [0, 1, 2]);
    assert!(schedule.end(2, true).is_empty());
    assert_eq!(begun(&mut schedule), [3, 4]);
}

#[test]
fn provisionings_that_share_accounts_do_not_block_each_other() {
    let plan = of(vec![
        grant(2, "a"),
        provision("P", &[1, 2]),
        provision("Q", &[1, 3]),
        provision("R", &[2, 3]),
    ]);
    let caps = Caps { provisionings: 3, ..CAPS };
    let mut schedule = Schedule::new(&plan.changes, caps);
    let mut order = begun(&mut schedule);
    let mut next = 0;
    while let Some(i) = order.get(next).copied() {
        assert!(schedule.end(i, true).is_empty());
        order.extend(begun(&mut schedule));
        next += 1;
    }
    order.sort_unstable();
    assert_eq!(order, [0, 1, 2, 3]);
}

proptest::proptest! {
    #[test]
    fn everything_gets_its_turn(
        kinds in proptest::collection::vec((0..3_usize, proptest::collection::btree_set(0..5_usize, 1..4)), 1..25),
        links in proptest::collection::vec((0..25_usize, 0..25_usize), 0..12),
        ends in proptest::collection::vec(0..100_usize, 60),
    ) {
        let what = |(n, (kind, places)): (usize, &(usize, std::collections::BTreeSet<usize>))| {
            match kind {
                0 => grant(*places.first().unwrap(), &format!("g{n}")),
                1 => provision(&format!("P{n}"), &places.iter().copied().collect::<Vec<_>>()),
                _ => edit(n),
            }
        };
        let mut plan = of(kinds.iter().enumerate().map(what).collect());
        for (from, to) in links {
            if from < to && to < plan.changes.len() {
                let needed = plan.changes[from].id.clone();
                plan.changes[to].needs.push(needed);
            }
        }
        let caps = Caps { provisionings: 2, ..CAPS };
        let mut schedule = Schedule::new(&plan.changes, caps);
        let (mut under_way, mut done) = (Vec::new(), 0);
        let mut ends = ends.into_iter().cycle();
        loop {
            under_way.extend(std::iter::from_fn(|| schedule.next()));
            let busy: Vec<_> = under_way
                .iter()
                .flat_map(|i: &usize| accounts(&plan.changes[*i].what))
                .collect();
            let apart: std::collections::BTreeSet<_> = busy.iter().collect();
            proptest::prop_assert_eq!(busy.len(), apart.len(), "one write in an account");
            if under_way.is_empty() {
                break;
            }
            let i = under_way.swap_remove(ends.next().unwrap() % under_way.len());
            proptest::prop_assert!(schedule.end(i, true).is_empty());
            done += 1;
        }
        proptest::prop_assert_eq!(done, plan.changes.len());
    }
}

#[test]
fn what_fails_takes_along_what_needs_it_and_frees_what_only_waits() {
    let mut plan = of((0..4).map(edit).collect());
    plan.changes[1].needs = vec!["c1".to_owned()];
    plan.changes[2].needs = vec!["c2".to_owned()];
    plan.changes[3].after = vec!["c3".to_owned()];
    let mut schedule = Schedule::new(&plan.changes, CAPS);
    assert!(schedule.decides(0) && !schedule.decides(3));
    assert_eq!(begun(&mut schedule), [0]);
    assert_eq!(schedule.end(0, false), [(1, 0), (2, 1)]);
    assert_eq!(begun(&mut schedule), [3]);
}

#[test]
fn what_has_not_begun_can_be_ended() {
    let plan = of((0..4).map(edit).collect());
    let mut schedule = Schedule::new(&plan.changes, CAPS);
    assert_eq!(begun(&mut schedule), [0, 1]);
    assert_eq!(schedule.drain(), [2, 3]);
    assert!(schedule.end(0, true).is_empty());
    assert_eq!(begun(&mut schedule), [0; 0]);
}
