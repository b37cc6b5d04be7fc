//! Organizations of any size, and definitions that describe them but for a few differences. Both are
//! made from one list of rules, so they fit; the same size gives the same bytes.

pub(crate) mod definitions;

use jiff::Timestamp;
use landgrant::id::{
    AccountId, GroupId, IdentityStoreId, InstanceArn, OrganizationId, OuId, PermissionSetArn,
    RootId, UserId,
};
use landgrant::live::reading::{Reading, Standing};
use landgrant::live::{
    Account, AccountState, Assigned, Group, IdentityCenter, Live, Organization, Ou, PermissionSet,
    Taken, User,
};
use landgrant::model::{PolicyArn, Tags};
use std::collections::{BTreeMap, BTreeSet};

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Accounts, the management account apart; spread over the OUs.
    pub(crate) accounts: usize,
    /// OUs, all below one at the top that is counted.
    pub(crate) ous: usize,
    /// Permission sets.
    pub(crate) sets: usize,
    /// Groups; somebody is in each.
    pub(crate) groups: usize,
    /// Users; each is in some groups.
    pub(crate) users: usize,
    /// Grants to groups and users together.
    pub(crate) grants: usize,
    /// Users with a grant of their own.
    pub(crate) direct: usize,
    /// How grants are spread.
    pub(crate) spread: Spread,
    /// Where the random numbers begin.
    pub(crate) seed: u64,
}

/// How grants are spread over accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spread {
    /// A rule grants all accounts of an OU, as platform teams do.
    ByOu,
    /// A rule grants one account, so that so many pairs of account and set have any grant.
    ByAccount {
        /// Pairs with a grant.
        pairs: usize,
    },
}

/// Groups that a user is in.
const GROUPS_OF_A_USER: usize = 5;
/// The random part of what AWS calls an instance.
const INSTANCE: &str = "ssoins-1234567890abcdef";

impl Size {
    /// The sizes that are measured, by their number of grants.
    pub(crate) const MEASURED: [(&'static str, Self); 3] = [
        ("10k", Self::by_ou([200, 11, 40, 120, 2_000, 10_000])),
        ("100k", Self::by_ou([1_000, 21, 100, 600, 10_000, 100_000])),
        ("1M", Self::by_ou([5_000, 101, 500, 3_000, 50_000, 1_000_000])),
    ];

    /// The organization on which ways of reading are compared: 1,001 accounts, 40 OUs, 50 sets, 200
    /// groups, 5,000 users, 10,000 assignments on 8,475 pairs, 183 direct users.
    pub(crate) const LARGE: Self = Self {
        accounts: 1_000,
        ous: 40,
        sets: 50,
        groups: 200,
        users: 5_000,
        grants: 10_000,
        direct: 183,
        spread: Spread::ByAccount { pairs: 8_475 },
        seed: 42,
    };

    const fn by_ou([accounts, ous, sets, groups, users, grants]: [usize; 6]) -> Self {
        let direct = grants / 100;
        Self { accounts, ous, sets, groups, users, grants, direct, spread: Spread::ByOu, seed: 42 }
    }

    /// OUs with accounts.
    fn leaves(self) -> usize {
        self.ous - 1
    }
}

/// Random numbers without a clock: `SplitMix64`.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let limit = u64::try_from(limit).unwrap_or(u64::MAX);
        usize::try_from((z ^ (z >> 31)) % limit).unwrap_or_default()
    }
}

/// To whom a rule grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum To {
    /// A group, by number.
    Group(usize),
    /// A user, by number.
    User(usize),
}

/// Where a rule grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Within {
    /// All accounts of an OU, by number.
    Ou(usize),
    /// One account, by number.
    Account(usize),
}

/// One grant statement: to whom, which set, where. No two reach the same grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) to: To,
    pub(crate) set: usize,
    pub(crate) within: Within,
}

/// Every rule of an organization.
pub(crate) fn rules(size: Size) -> Vec<Rule> {
    match size.spread {
        Spread::ByOu => rules_by_ou(size),
        Spread::ByAccount { pairs } => rules_by_account(size, pairs),
    }
}

fn rules_by_ou(size: Size) -> Vec<Rule> {
    let leaves = size.leaves();
    let each = size.accounts / leaves;
    let groups = (0..(size.grants - size.direct) / each).map(|n| {
        // The n-th rule of a group means another OU than those before, so no grant comes twice.
        let (group, nth) = (n % size.groups, n / size.groups);
        let (set, ou) = ((group * 7 + nth * 13) % size.sets, (group * 3 + nth) % leaves);
        Rule { to: To::Group(group), set, within: Within::Ou(ou) }
    });
    let users = (0..size.direct).map(|n| Rule {
        to: To::User(n * 3 % size.users),
        set: (n * 11 + n / size.users) % size.sets,
        within: Within::Account(n * 17 % size.accounts),
    });
    groups.chain(users).collect()
}

/// A group on every pair, and then more principals on pairs that have one.
fn rules_by_account(size: Size, pairs: usize) -> Vec<Rule> {
    let mut random = Random(size.seed);
    let mut chosen = BTreeSet::new();
    while chosen.len() < pairs {
        chosen.insert((random.below(size.accounts), random.below(size.sets)));
    }
    let chosen: Vec<_> = chosen.into_iter().collect();
    let mut all = BTreeSet::new();
    for (n, (account, set)) in chosen.iter().enumerate() {
        all.insert((Within::Account(*account), *set, To::Group((n * 7) % size.groups)));
    }
    for n in 0..size.direct {
        let (account, set) = chosen[random.below(chosen.len())];
        all.insert((Within::Account(account), set, To::User(n)));
    }
    while all.len() < size.grants {
        let (account, set) = chosen[random.below(chosen.len())];
        all.insert((Within::Account(account), set, To::Group(random.below(size.groups))));
    }
    all.into_iter().map(|(within, set, to)| Rule { to, set, within }).collect()
}

pub(crate) fn account(n: usize) -> String {
    format!("workload{}-{}", n / 4, ["dev", "test", "stage", "prod"][n % 4])
}

pub(crate) fn account_id(n: usize) -> AccountId {
    AccountId::parse(&format!("{:012}", 100_000_000_000 + n)).expect("twelve digits")
}

/// The path of an OU below the one at the top.
pub(crate) fn ou(n: usize) -> String {
    format!("Workloads/Unit{n}")
}

fn ou_id(n: usize) -> OuId {
    OuId::new(format!("ou-ab12-{:08}", n + 1))
}

pub(crate) fn group(n: usize) -> String {
    format!("team{n}-developers")
}

fn group_id(n: usize) -> GroupId {
    GroupId::new(format!("9067a1b2c3-{:08x}-1234-4321-8765-0123456789ab", n * 2_654_435))
}

pub(crate) fn user(n: usize) -> String {
    format!("given{n}.family@wallet.example")
}

fn user_id(n: usize) -> UserId {
    UserId::new(format!("9067a1b2c3-{:08x}-4321-1234-8765-ba9876543210", n * 85_899))
}

pub(crate) fn set(n: usize) -> String {
    format!("Workload{n}Access")
}

fn set_arn(n: usize) -> PermissionSetArn {
    PermissionSetArn::new(format!("arn:aws:sso:::permissionSet/{INSTANCE}/ps-{n:016x}"))
}

/// The members of each group.
pub(crate) fn members(size: Size) -> Vec<BTreeSet<usize>> {
    let mut all = vec![BTreeSet::new(); size.groups];
    for user in 0..size.users {
        for nth in 0..GROUPS_OF_A_USER {
            all[(user + nth * (size.groups / GROUPS_OF_A_USER).max(1)) % size.groups].insert(user);
        }
    }
    all
}

/// The accounts of an OU.
fn accounts_of(size: Size, ou: usize) -> impl Iterator<Item = usize> {
    (ou..size.accounts).step_by(size.leaves())
}

/// The organization as it is live.
pub(crate) fn live(size: Size) -> Live {
    let mut assignments: BTreeMap<_, Assigned> = BTreeMap::new();
    let mut provisioned = vec![BTreeMap::new(); size.sets];
    let (accounts, sets): (Vec<_>, Vec<_>) =
        ((0..size.accounts).map(account_id).collect(), (0..size.sets).map(set_arn).collect());
    let (groups, users): (Vec<_>, Vec<_>) =
        ((0..size.groups).map(group_id).collect(), (0..size.users).map(user_id).collect());
    for Rule { to, set, within } in rules(size) {
        let places: Vec<usize> = match within {
            Within::Ou(ou) => accounts_of(size, ou).collect(),
            Within::Account(account) => vec![account],
        };
        for place in places {
            provisioned[set].insert(accounts[place].clone(), true);
            let pair = (accounts[place].clone(), sets[set].clone());
            let assigned = assignments.entry(pair).or_default();
            match to {
                To::Group(n) => assigned.groups.insert(groups[n].clone()),
                To::User(n) => assigned.users.insert(users[n].clone()),
            };
        }
    }
    let sets = sets.into_iter().zip(provisioned).enumerate();
    let memberships = members(size).into_iter().enumerate().map(|(n, members)| {
        (groups[n].clone(), members.into_iter().map(|n| users[n].clone()).collect())
    });
    let center = IdentityCenter {
        instance: InstanceArn::new(format!("arn:aws:sso:::instance/{INSTANCE}")),
        identity_store: IdentityStoreId::new("d-1234567890"),
        region: "ap-southeast-1".to_owned(),
        permission_sets: sets.map(|(n, (arn, places))| (arn, permission_set(n, places))).collect(),
        memberships: memberships.collect(),
        users: users.into_iter().enumerate().map(|(n, id)| (id, live_user(n))).collect(),
        groups: groups.into_iter().enumerate().map(|(n, id)| (id, live_group(n))).collect(),
        assignments,
    };
    Live {
        taken: Taken {
            started: now(),
            ended: now(),
            by: None,
            calls: BTreeMap::new(),
            standing: Standing::Management,
            reading: Reading::default(),
        },
        organization: organization(size),
        identity_center: center,
        control_tower: None,
        gaps: Vec::new(),
    }
}

fn organization(size: Size) -> Organization {
    let root = RootId::new("r-ab12");
    let (at_root, top) = (OuId::new(root.as_str()), OuId::new("ou-ab12-00000000"));
    let mut ous = BTreeMap::from([(
        top.clone(),
        Ou { name: "Workloads".to_owned(), parent: at_root.clone() },
    )]);
    ous.extend((0..size.leaves()).map(|n| {
        let name = ou(n).rsplit('/').next().expect("a name").to_owned();
        (ou_id(n), Ou { name, parent: top.clone() })
    }));
    let live_account = |name: String, address: String, parent: OuId| Account {
        name,
        email: format!("aws+{address}@wallet.example"),
        state: AccountState::Active,
        parent,
        tags: Some(Tags::new()),
    };
    let management = AccountId::parse("999999999999").expect("twelve digits");
    let mut accounts = BTreeMap::from([(
        management.clone(),
        live_account("wallet".to_owned(), "root".to_owned(), at_root),
    )]);
    accounts.extend((0..size.accounts).map(|n| {
        (account_id(n), live_account(account(n), n.to_string(), ou_id(n % size.leaves())))
    }));
    Organization {
        id: OrganizationId::new("o-1234567890"),
        management_account: management,
        root,
        ous,
        accounts,
        delegated_administrators: BTreeMap::new(),
    }
}

fn permission_set(n: usize, provisioned: BTreeMap<AccountId, bool>) -> PermissionSet {
    let inline = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket{n}/*"}}]}}"#
    );
    PermissionSet {
        name: set(n),
        description: Some(format!("Operate workload {n}")),
        session_duration: Some("PT8H".to_owned()),
        relay_state: None,
        managed_policies: [PolicyArn("arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned())].into(),
        customer_managed_policies: BTreeSet::new(),
        inline_policy: Some(inline),
        permissions_boundary: None,
        tags: Tags::new(),
        provisioned,
    }
}

fn live_user(n: usize) -> User {
    User {
        user_name: user(n),
        display_name: Some(format!("Given {n} Family")),
        given_name: Some(format!("Given {n}")),
        family_name: Some("Family".to_owned()),
        email: Some(user(n)),
        external_ids: Vec::new(),
    }
}

fn live_group(n: usize) -> Group {
    Group { name: group(n), description: Some(format!("Squad {n}")), external_ids: Vec::new() }
}

/// The instant as of which everything is judged.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_564_800).expect("a day in 2026")
}
