//! A world of many pages, read through every listing: nothing is missed, nothing comes twice.

use super::{INSTANCE, MANAGEMENT, STORE, organizations, sso, store};
use aws_sdk_ssoadmin::types::PrincipalType;
use landgrant::sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ACCOUNTS: usize = 300;
const SETS: usize = 20;
const GROUPS: usize = 20;
const MEMBERS: usize = 150;
const USERS: usize = 1_500;
const PAIRS: usize = 3_000;
const UNITS: usize = 10;

fn account(n: usize) -> String {
    format!("{:012}", 100_000_000_000 + n)
}

fn set(n: usize) -> String {
    format!("arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{n:016}")
}

fn unit(n: usize) -> String {
    format!("ou-ab12-{n:08}")
}

fn group(n: usize) -> String {
    format!("1234567890-00000000-0000-4000-8000-a{n:011}")
}

fn user(n: usize) -> String {
    format!("1234567890-00000000-0000-4000-8000-b{n:011}")
}

/// Account, set and principal.
type Row = (String, String, String);

/// The rows of a pair: one group, and a user on every tenth.
fn rows(n: usize) -> Vec<Row> {
    let pair = n * 7 % (ACCOUNTS * SETS);
    let (account, set) = (account(pair / SETS), set(pair % SETS));
    let mut rows = vec![(account.clone(), set.clone(), group(n % GROUPS))];
    if n.is_multiple_of(10) {
        rows.push((account, set, user(n % 7)));
    }
    rows
}

/// The groups of a user are two: each begins half a group's members after the one before.
fn members(n: usize) -> impl Iterator<Item = usize> {
    (0..MEMBERS).map(move |m| (n * MEMBERS / 2 + m) % USERS)
}

fn world() -> Value {
    let accounts = (0..ACCOUNTS).map(
        |n| json!({"id": account(n), "name": format!("account-{n}"), "parent": unit(n % UNITS)}),
    );
    let management = json!({"id": MANAGEMENT, "name": "management", "parent": "r-ab12"});
    let assignments = (0..PAIRS).map(|n| {
        let rows = rows(n);
        let (account, set, group) = &rows[0];
        let users: Vec<_> = rows[1..].iter().map(|(_, _, user)| user).collect();
        json!({"account": account, "permission_set": set, "groups": [group], "users": users})
    });
    let list = |count: usize, of: &dyn Fn(usize) -> Value| (0..count).map(of).collect::<Vec<_>>();
    json!({
        "organization": {
            "id": "o-abcdefghij", "management_account": MANAGEMENT, "root": "r-ab12",
            "ous": list(UNITS, &|n| json!({"id": unit(n), "name": format!("unit-{n}")})),
            "accounts": accounts.chain([management]).collect::<Vec<_>>(),
        },
        "identity_center": {
            "instance_arn": INSTANCE, "identity_store_id": STORE,
            "permission_sets": list(SETS, &|n| json!({"arn": set(n), "name": format!("Set-{n}")})),
            "users": list(USERS, &|n| json!({"id": user(n), "user_name": format!("user-{n}")})),
            "groups": list(GROUPS, &|n| json!({"id": group(n), "name": format!("group-{n}")})),
            "memberships": list(GROUPS, &|n| {
                json!({"group": group(n), "users": members(n).map(user).collect::<Vec<_>>()})
            }),
            "assignments": assignments.collect::<Vec<_>>(),
        },
    })
}

fn large() -> Sandbox {
    Sandbox::from_json(world().to_string().as_bytes(), Options::default()).unwrap()
}

/// Puts ids or rows in a set; each may come once.
fn once<T: Ord + std::fmt::Debug>(items: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    for item in items {
        assert!(!seen.contains(&item), "{item:?} came twice");
        seen.insert(item);
    }
    seen
}

/// The rows that AWS lists for a principal.
async fn listed(sandbox: &Sandbox, kind: PrincipalType, id: String) -> BTreeSet<Row> {
    let of = sso(sandbox).list_account_assignments_for_principal().instance_arn(INSTANCE);
    let of = of.principal_type(kind).principal_id(id).into_paginator().items().send();
    let found: Vec<_> = of.collect::<Result<_, _>>().await.unwrap();
    once(found.into_iter().map(|row| {
        let text = |text: Option<String>| text.unwrap();
        (text(row.account_id), text(row.permission_set_arn), text(row.principal_id))
    }))
}

/// The rows that a principal has by itself.
fn direct(id: &str) -> BTreeSet<Row> {
    (0..PAIRS).flat_map(rows).filter(|(_, _, principal)| principal == id).collect()
}

#[tokio::test(start_paused = true)]
async fn the_tree_and_the_directory_are_listed_whole() {
    let sandbox = large();
    let (store, tree) = (store(&sandbox), organizations(&sandbox));
    let ids = |pages: &[Vec<aws_sdk_organizations::types::Account>]| {
        once(pages.iter().flatten().map(|account| account.id.clone().unwrap()))
    };
    let pages = tree.list_accounts().into_paginator().send().collect::<Result<Vec<_>, _>>().await;
    let pages: Vec<_> = pages.unwrap().into_iter().map(|page| page.accounts.unwrap()).collect();
    assert_eq!(ids(&pages).len(), ACCOUNTS + 1);
    for n in 0..UNITS {
        let of = tree.list_accounts_for_parent().parent_id(unit(n)).into_paginator().send();
        let pages: Vec<_> = of.collect::<Result<_, _>>().await.unwrap();
        let pages: Vec<_> = pages.into_iter().map(|page| page.accounts.unwrap()).collect();
        let expected = (0..ACCOUNTS).filter(|account| account % UNITS == n).map(account);
        assert_eq!(ids(&pages), expected.collect());
    }
    let users = store.list_users().identity_store_id(STORE).into_paginator().items().send();
    let users: Vec<_> = users.collect::<Result<_, _>>().await.unwrap();
    let users = once(users.into_iter().map(|user| user.user_id));
    assert_eq!(users, (0..USERS).map(user).collect());
    for n in 0..GROUPS {
        let of = store.list_group_memberships().identity_store_id(STORE).group_id(group(n));
        let found: Vec<_> =
            of.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
        let found =
            found.into_iter().map(|row| row.member_id.unwrap().as_user_id().unwrap().clone());
        assert_eq!(once(found), members(n).map(user).collect());
    }
}

#[tokio::test(start_paused = true)]
async fn assignments_are_listed_whole_by_principal() {
    let sandbox = large();
    for n in 0..GROUPS {
        assert_eq!(listed(&sandbox, PrincipalType::Group, group(n)).await, direct(&group(n)));
    }
    for n in 0..8 {
        let mut expected = direct(&user(n));
        for at in (0..GROUPS).filter(|at| members(*at).any(|member| member == n)) {
            expected.append(&mut direct(&group(at)));
        }
        assert_eq!(listed(&sandbox, PrincipalType::User, user(n)).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn and_so_they_are_by_account_and_by_permission_set() {
    let sandbox = large();
    let client = sso(&sandbox);
    let filter = aws_sdk_ssoadmin::types::ListAccountAssignmentsFilter::builder();
    let filter = filter.account_id(account(5)).build();
    let of = client.list_account_assignments_for_principal().instance_arn(INSTANCE);
    let of = of.principal_type(PrincipalType::Group).principal_id(group(1)).filter(filter);
    let found: Vec<_> = of.into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    let found = once(found.into_iter().map(|row| row.permission_set_arn.unwrap()));
    let expected =
        direct(&group(1)).into_iter().filter(|(account_id, ..)| *account_id == account(5));
    assert_eq!(found, expected.map(|(_, set, _)| set).collect());
    let mut pairs: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (account, set, _) in (0..PAIRS).flat_map(rows) {
        pairs.entry(set).or_default().insert(account);
    }
    for n in 0..SETS {
        let of = client.list_accounts_for_provisioned_permission_set().instance_arn(INSTANCE);
        let of = of.permission_set_arn(set(n)).into_paginator().items().send();
        let found: Vec<String> = of.collect::<Result<_, _>>().await.unwrap();
        assert_eq!(once(found), pairs[&set(n)]);
    }
}
