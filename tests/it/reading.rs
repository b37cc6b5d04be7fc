//! How many calls a reading takes: the least that its depth allows, counted against the world.

use crate::support::NOW;
use jiff::Timestamp;
use landgrant::aws::read::{Narrow, Silent, Wanted, no_tags, read, read_center, read_organization};
use landgrant::aws::{self, Aws};
use landgrant::id::{AccountId, UserName};
use landgrant::live::Live;
use landgrant::live::reading::Depth;
use landgrant::sandbox::{Options, Quotas, Rate, Sandbox};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

/// How large an organization is.
#[derive(Clone, Copy)]
struct Size {
    /// Without the management account.
    accounts: usize,
    ous: usize,
    sets: usize,
    groups: usize,
    users: usize,
    assignments: usize,
    /// Provisioned pairs.
    pairs: usize,
    /// Users with a grant of their own.
    direct: usize,
}

/// The middle and the large organization of docs/reading.md.
const MEDIUM: Size = Size {
    accounts: 100,
    ous: 12,
    sets: 20,
    groups: 60,
    users: 500,
    assignments: 1000,
    pairs: 710,
    direct: 19,
};
const LARGE: Size = Size {
    accounts: 1000,
    ous: 40,
    sets: 50,
    groups: 200,
    users: 5000,
    assignments: 10_000,
    pairs: 8475,
    direct: 183,
};

/// Rows of (account, set, group or user), by numbers.
struct Rows {
    groups: BTreeSet<(usize, usize, usize)>,
    users: BTreeSet<(usize, usize, usize)>,
}

impl Size {
    fn rows(&self) -> Rows {
        let mut rows = Rows { groups: BTreeSet::new(), users: BTreeSet::new() };
        let (all, apart) = (self.accounts * self.sets, self.assignments / self.direct);
        for n in 0..self.assignments {
            // 7,919 is prime, so pairs repeat only where rows are to share one.
            let place = (n % self.pairs) * 7919 % all;
            let (account, set) = (place / self.sets, place % self.sets);
            if n % apart == 0 && n / apart < self.direct {
                rows.users.insert((account, set, n / apart * 7));
            } else {
                rows.groups.insert((account, set, (n * 31 + n / self.pairs) % self.groups));
            }
        }
        rows
    }

    /// Two groups of every user.
    fn memberships(&self) -> BTreeMap<usize, BTreeSet<usize>> {
        let mut members: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for user in 0..self.users {
            for group in [user % self.groups, user * 7 % self.groups] {
                members.entry(group).or_default().insert(user);
            }
        }
        members
    }

    fn world(&self, rows: &Rows) -> String {
        let ou = |n: usize| format!("ou-ab12-{n:0>8}");
        let ous = (0..self.ous).map(|n| {
            let parent = if n == 0 { "r-ab12".to_owned() } else { ou((n - 1) / 3) };
            json!({"id": ou(n), "name": format!("ou{n}"), "parent": parent})
        });
        let accounts = (0..=self.accounts).map(|n| {
            let parent = if n == 0 { "r-ab12".to_owned() } else { ou(n % self.ous) };
            json!({"id": account(n), "name": format!("account-{n}"), "state": "ACTIVE",
                "email": format!("{n}@w.example"), "parent": parent, "tags": {}})
        });
        let mut pairs: BTreeMap<(usize, usize), [BTreeSet<String>; 2]> = BTreeMap::new();
        for (account, set, group) in &rows.groups {
            pairs.entry((*account, *set)).or_default()[0].insert(id('a', *group));
        }
        for (account, set, user) in &rows.users {
            pairs.entry((*account, *set)).or_default()[1].insert(id('b', *user));
        }
        let sets = (0..self.sets).map(|n| {
            let there = pairs.keys().filter(|(_, set)| *set == n);
            let provisioned =
                there.map(|(n, _)| json!({"account": account(n + 1), "current": true}));
            json!({"arn": arn(n), "name": format!("Set{n}"), "session_duration": "PT1H",
                "provisioned": provisioned.collect::<Vec<_>>()})
        });
        let assignments = pairs.iter().map(|((n, set), [groups, users])| {
            json!({"account": account(n + 1), "permission_set": arn(*set), "groups": groups,
                "users": users})
        });
        let users = (0..self.users).map(|n| {
            json!({"id": id('b', n), "user_name": user_name(n), "given_name": "G",
                "family_name": "F"})
        });
        let groups =
            (0..self.groups).map(|n| json!({"id": id('a', n), "name": format!("group-{n}")}));
        let memberships = self.memberships();
        let memberships = memberships.iter().map(|(group, users)| {
            let users: Vec<String> = users.iter().map(|n| id('b', *n)).collect();
            json!({"group": id('a', *group), "users": users})
        });
        json!({
            "format": "landgrant.snapshot", "version": 1,
            "organization": {
                "id": "o-abcdefghij", "management_account": account(0), "root": "r-ab12",
                "ous": ous.collect::<Vec<_>>(), "accounts": accounts.collect::<Vec<_>>(),
            },
            "identity_center": {
                "instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
                "identity_store_id": "d-1234567890", "region": "ap-southeast-1",
                "permission_sets": sets.collect::<Vec<_>>(), "users": users.collect::<Vec<_>>(),
                "groups": groups.collect::<Vec<_>>(),
                "memberships": memberships.collect::<Vec<_>>(),
                "assignments": assignments.collect::<Vec<Value>>(),
            },
        })
        .to_string()
    }

    /// What both depths ask of sso-admin: instances, sets, six details a set, current accounts.
    fn common(&self, rows: &Rows) -> usize {
        let pairs: BTreeSet<(usize, usize)> = rows
            .groups
            .iter()
            .chain(&rows.users)
            .map(|(account, set, _)| (*account, *set))
            .collect();
        let of_set = |n| pairs.iter().filter(|(_, set)| *set == n).count();
        2 + 6 * self.sets + (0..self.sets).map(|n| pages(of_set(n))).sum::<usize>()
    }

    /// The least that a quick reading asks of sso-admin: besides, every page of every group, and of
    /// every declared user with what AWS adds by the user's groups.
    fn hybrid(&self, rows: &Rows) -> usize {
        let of_group = |n| rows.groups.iter().filter(|(_, _, group)| *group == n).count();
        let each: Vec<usize> = (0..self.groups).map(of_group).collect();
        let memberships = self.memberships();
        let inherited = |user| {
            let groups = memberships.iter().filter(move |(_, users)| users.contains(user));
            groups.map(|(group, _)| each[*group]).sum::<usize>()
        };
        let direct = rows.users.iter().map(|(_, _, user)| pages(1 + inherited(user)));
        self.common(rows) + each.iter().map(|n| pages(*n)).sum::<usize>() + direct.sum::<usize>()
    }
}

fn account(n: usize) -> String {
    format!("{:0>12}", 900_000_000_000 + n)
}

fn arn(set: usize) -> String {
    format!("arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{set:0>16}")
}

fn id(letter: char, n: usize) -> String {
    format!("1234567890-00000000-0000-4000-8000-{letter}{n:0>11}")
}

fn user_name(n: usize) -> String {
    format!("user-{n}@w.example")
}

fn pages(rows: usize) -> usize {
    rows.div_ceil(100).max(1)
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

async fn connect(
    size: Size,
    rows: &Rows,
    depth: Depth,
    options: Options,
) -> (Aws, Wanted, Sandbox) {
    let sandbox = Sandbox::from_json(size.world(rows).as_bytes(), options).unwrap();
    let aws = aws::connect(aws::Options {
        region: Some("ap-southeast-1".to_owned()),
        http_client: Some(sandbox.http_client()),
        ..aws::Options::default()
    });
    let users = rows.users.iter().map(|(_, _, user)| UserName::new(user_name(*user)));
    let wanted = Wanted {
        depth,
        users: users.collect(),
        members_of: Some(BTreeSet::new()),
        ..Wanted::default()
    };
    (aws.await, wanted, sandbox)
}

/// Reads for some accounts alone, in which the definitions grant nothing.
async fn narrowed(size: Size, rows: &Rows, accounts: impl IntoIterator<Item = usize>) -> Live {
    let (aws, wanted, _) = connect(size, rows, Depth::Quick, Options::default()).await;
    let accounts = accounts.into_iter().map(|n| AccountId::parse(&account(n)).unwrap());
    let narrow = Narrow { accounts: accounts.collect(), ..Narrow::default() };
    let mut live = read_organization(&aws, &wanted, &no_tags, now, &Silent).await.unwrap();
    read_center(&aws, &mut live, (&wanted, &narrow), now, &Silent).await.unwrap();
    assert!(live.is_complete(), "{:?}", live.gaps);
    live
}

async fn reading(size: Size, depth: Depth) -> Live {
    reading_from(size, depth, Options::default()).await.0
}

/// The reading, and the sandbox that it was taken from.
async fn reading_from(size: Size, depth: Depth, options: Options) -> (Live, Sandbox) {
    let rows = size.rows();
    let (aws, wanted, sandbox) = connect(size, &rows, depth, options).await;
    let live = read(&aws, &wanted, &no_tags, now, &Silent).await.unwrap();
    assert!(live.is_complete(), "{:?}", live.gaps);
    let read = live.identity_center.assignments.values();
    assert_eq!(read.map(|a| a.groups.len() + a.users.len()).sum::<usize>(), size.assignments);
    assert_eq!(live.identity_center.assignments.len(), size.pairs);
    (live, sandbox)
}

fn calls(live: &Live, service: &str) -> u64 {
    let calls = live.taken.calls.iter().filter(|(operation, _)| operation.starts_with(service));
    calls.map(|(_, count)| count).sum()
}

/// Organization, root, pages of accounts, OUs and root; pages of groups, of users, of members.
fn elsewhere(size: Size) -> [u64; 2] {
    let members: usize = size.memberships().values().map(|users| pages(users.len())).sum();
    let organizations = 2 + (size.accounts + 1).div_ceil(20) + size.ous + 1;
    let directory = pages(size.groups) + pages(size.users) + members;
    [organizations, directory].map(|n| n as u64)
}

#[tokio::test(start_paused = true)]
async fn a_quick_reading_of_a_large_organization_takes_the_least_calls() {
    let live = reading(LARGE, Depth::Quick).await;
    assert_eq!(calls(&live, "sso-admin:"), LARGE.hybrid(&LARGE.rows()) as u64);
    assert_eq!(["organizations:", "identitystore:"].map(|s| calls(&live, s)), elsewhere(LARGE));
    assert_eq!(live.taken.reading.asked.unwrap().pairs.len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reading_is_bounded_by_the_quota_and_nothing_else() {
    for latency in [40, 1500] {
        let options = Options {
            quotas: Some(Quotas::default()),
            latency: Duration::from_millis(latency),
            ..Options::default()
        };
        let start = Instant::now();
        let (live, sandbox) = reading_from(LARGE, Depth::Quick, options).await;
        let taken = start.elapsed().as_secs_f64();
        let least = f64::from(u32::try_from(calls(&live, "sso-admin:")).unwrap()) / 20.0;
        // One question waits for another a few times: for the pages of users, most of all.
        let waits = 60.0 * Duration::from_millis(latency).as_secs_f64();
        assert!(taken <= f64::max(1.1 * least, least + waits), "{taken} s, {least} s at the quota");
        assert!(sandbox.counts().values().all(|count| count.throttled == 0));
    }
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_shares_the_quota_with_others_ends_well() {
    // Half of the quota is another's, and so is more of the directory's.
    let mut quotas = Quotas { sso_admin: Rate::per_second(10, 1), ..Quotas::default() };
    quotas.identity_store = Rate::per_second(5, 1);
    let options = Options { quotas: Some(quotas), ..Options::default() };
    let start = Instant::now();
    let (live, sandbox) = reading_from(MEDIUM, Depth::Quick, options).await;
    let least = f64::from(u32::try_from(MEDIUM.hybrid(&MEDIUM.rows())).unwrap()) / 10.0;
    let taken = start.elapsed().as_secs_f64();
    assert!(taken <= 2.5 * least, "{taken} s, {least} s at the quota");
    let counts = sandbox.counts();
    let throttled: u64 = counts.values().map(|count| count.throttled).sum();
    assert!(throttled > 0);
    let calls: u64 = counts.values().map(|count| count.calls).sum();
    assert!(throttled * 5 < calls, "{throttled} of {calls} were throttled");
    assert_eq!(live.gaps, []);
}

#[tokio::test(start_paused = true)]
async fn a_full_reading_asks_every_pair_once_and_every_set_what_is_outdated() {
    let live = reading(MEDIUM, Depth::Full).await;
    let least = MEDIUM.common(&MEDIUM.rows()) + MEDIUM.pairs;
    assert_eq!(calls(&live, "sso-admin:"), (least + MEDIUM.sets) as u64);
    assert_eq!(["organizations:", "identitystore:"].map(|s| calls(&live, s)), elsewhere(MEDIUM));
    let quick = reading(MEDIUM, Depth::Quick).await;
    assert_eq!(calls(&quick, "sso-admin:"), MEDIUM.hybrid(&MEDIUM.rows()) as u64);
    assert_eq!(quick.identity_center.assignments, live.identity_center.assignments);
    assert_eq!(quick.identity_center.permission_sets, live.identity_center.permission_sets);
}

#[tokio::test(start_paused = true)]
async fn a_reading_of_one_account_asks_for_what_the_account_has() {
    let (rows, account_7) = (LARGE.rows(), AccountId::parse(&account(7)).unwrap());
    let live = narrowed(LARGE, &rows, [7]).await;
    let all = || rows.groups.iter().chain(&rows.users);
    // Accounts are counted from the one behind the management account.
    let sets: BTreeSet<usize> =
        all().filter(|(account, _, _)| *account == 6).map(|(_, set, _)| *set).collect();
    let groups: BTreeSet<usize> =
        rows.groups.iter().filter(|(account, _, _)| *account == 6).map(|row| row.2).collect();
    let places = |n| {
        let there = all().filter(|(_, set, _)| *set == n);
        there.map(|(account, _, _)| account).collect::<BTreeSet<_>>().len()
    };
    assert!(sets.len() > 5 && !groups.is_empty());
    // Instances, sets, every name, the account; of its sets five parts, all accounts, the outdated
    // ones; its pairs.
    let accounts: usize = sets.iter().map(|set| pages(places(*set))).sum();
    let least = 2 + LARGE.sets + 1 + (5 + 1) * sets.len() + accounts + sets.len();
    assert_eq!(calls(&live, "sso-admin:"), least as u64);
    assert!(least < 250, "{least}");
    let members = LARGE.memberships();
    let members: usize = groups.iter().map(|n| pages(members[n].len())).sum();
    let directory = pages(LARGE.groups) + pages(LARGE.users) + members;
    assert_eq!(calls(&live, "identitystore:"), directory as u64);

    let center = &live.identity_center;
    assert_eq!(center.permission_sets.len(), LARGE.sets);
    assert_eq!(center.assignments.len(), sets.len());
    let found = center.assignments.values().map(|a| a.groups.len() + a.users.len());
    assert_eq!(found.sum::<usize>(), all().filter(|row| row.0 == 6).count());
    assert!(center.assignments.keys().all(|(account, _)| *account == account_7));
}

#[tokio::test(start_paused = true)]
async fn a_reading_of_many_accounts_is_of_all() {
    // More accounts than sets; as many, that have so much between them that asking everybody is less.
    for accounts in [1..22, 1..21] {
        let rows = MEDIUM.rows();
        let live = narrowed(MEDIUM, &rows, accounts.clone()).await;
        assert_eq!(live.taken.reading.within, None);
        assert_eq!(live.identity_center.assignments.len(), MEDIUM.pairs);
        let asked = if accounts.len() > MEDIUM.sets { 0 } else { accounts.len() };
        let least = MEDIUM.hybrid(&rows) + asked;
        assert_eq!(calls(&live, "sso-admin:"), least as u64);
    }
}
