//! Random organizations and definitions, small enough to collide: every name comes from a short list,
//! so that a live sketch and a declared one share some things, differ in others, and each has some of
//! its own.

use proptest::prelude::*;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// Accounts that are always there; the first is the management account.
const ACCOUNTS: [(&str, &str); 4] = [
    ("900000000001", "wallet"),
    ("900000000002", "loyalty-prod"),
    ("900000000003", "loyalty-dev"),
    ("900000000004", "mmf-prod"),
];
const OUS: [&str; 4] = ["Lab", "Work", "Work/Dev", "Work/Prod"];
const SETS: [&str; 3] = ["Admin", "Operator", "Reader"];
const GROUPS: [&str; 3] = ["auditors", "developers", "operators"];
const USERS: [&str; 4] = ["an@w.example", "binh@w.example", "chi@w.example", "dung@w.example"];
const TAGS: [&[(&str, &str)]; 4] =
    [&[], &[("env", "prod")], &[("env", "dev")], &[("env", "prod"), ("team", "x")]];
const DESCRIPTIONS: [Option<&str>; 3] = [None, Some("one"), Some("two")];
const POLICIES: [&str; 3] = ["AdministratorAccess", "ReadOnlyAccess", "SecurityAudit"];
const BOUNDARIES: [Option<&str>; 3] = [None, Some("PowerUserAccess"), Some("/own/Boundary")];
const INLINE: [Option<&str>; 3] = [
    None,
    Some(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#,
    ),
    Some(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#,
    ),
];
const INSTANCE: &str = "arn:aws:sso:::instance/ssoins-1234567890abcdef";

/// What an organization may hold. Numbers are places in the lists above; those that are too high
/// for what a sketch has are taken around.
#[derive(Clone, Debug)]
pub(crate) struct Sketch {
    ous: BTreeSet<usize>,
    /// Of each account: which of the OUs (or the root), which tags.
    accounts: Vec<(usize, usize)>,
    sets: BTreeMap<usize, Set>,
    users: BTreeSet<usize>,
    /// Description and members.
    groups: BTreeMap<usize, (usize, BTreeSet<usize>)>,
    /// Account or selector, set, principal (groups, then users).
    grants: BTreeSet<(usize, usize, usize)>,
}

#[derive(Clone, Debug)]
struct Set {
    description: usize,
    hours: u8,
    policies: BTreeSet<usize>,
    boundary: usize,
    inline: usize,
    tags: usize,
    /// Whether what is provisioned is the latest version.
    current: bool,
}

fn set() -> impl Strategy<Value = Set> {
    let policies = prop::collection::btree_set(0..POLICIES.len(), 0..3);
    (0..3_usize, 1..4_u8, policies, 0..3_usize, 0..3_usize, 0..TAGS.len(), any::<bool>()).prop_map(
        |(description, hours, policies, boundary, inline, tags, current)| Set {
            description,
            hours,
            policies,
            boundary,
            inline,
            tags,
            current,
        },
    )
}

/// Any sketch.
pub(crate) fn sketch() -> impl Strategy<Value = Sketch> {
    let members = prop::collection::btree_set(0..USERS.len(), 0..4);
    (
        prop::collection::btree_set(0..OUS.len(), 0..4),
        prop::collection::vec((0..5_usize, 0..TAGS.len()), ACCOUNTS.len()),
        prop::collection::btree_map(0..SETS.len(), set(), 0..4),
        prop::collection::btree_set(0..USERS.len(), 1..5),
        prop::collection::btree_map(0..GROUPS.len(), (0..3_usize, members), 0..4),
        prop::collection::btree_set((0..7_usize, 0..SETS.len(), 0..7_usize), 0..8),
    )
        .prop_map(|(mut ous, accounts, sets, users, groups, grants)| {
            if ous.iter().any(|ou| *ou > 1) {
                ous.insert(1);
            }
            Sketch { ous, accounts, sets, users, groups, grants }
        })
}

fn tags(which: usize) -> BTreeMap<&'static str, &'static str> {
    TAGS[which].iter().copied().collect()
}

fn ou_id(path: &str) -> String {
    format!("ou-ab12-{:0>8}", path.to_lowercase().replace('/', "0"))
}

fn id(letter: char, n: usize) -> String {
    format!("1234567890-00000000-0000-4000-8000-0000000000{letter}{n}")
}

fn arn(set: usize) -> String {
    format!("arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{set:0>16}")
}

impl Sketch {
    /// The OU of an account: one that the sketch has, or none, which is the root.
    fn ou(&self, account: usize) -> Option<&'static str> {
        let which = self.accounts[account].0;
        (account > 0 && !self.ous.is_empty() && which > 0)
            .then(|| OUS[*self.ous.iter().nth(which % self.ous.len()).unwrap()])
    }

    /// A live world: a snapshot document. Grants to groups and users that the sketch does not have
    /// are orphans.
    pub(crate) fn world(&self) -> String {
        let ous: Vec<Value> = self
            .ous
            .iter()
            .map(|ou| {
                let (parent, name) = match OUS[*ou].split_once('/') {
                    Some((parent, name)) => (ou_id(parent), name),
                    None => ("r-ab12".to_owned(), OUS[*ou]),
                };
                json!({ "id": ou_id(OUS[*ou]), "name": name, "parent": parent })
            })
            .collect();
        let accounts: Vec<Value> = (0..ACCOUNTS.len())
            .map(|n| {
                let (account, name) = ACCOUNTS[n];
                let parent = self.ou(n).map_or_else(|| "r-ab12".to_owned(), ou_id);
                json!({
                    "id": account, "name": name, "email": format!("aws+{account}@w.example"),
                    "parent": parent, "tags": tags(self.accounts[n].1),
                })
            })
            .collect();
        let users: Vec<Value> = self
            .users
            .iter()
            .map(|n| {
                json!({
                    "id": id('b', *n), "user_name": USERS[*n], "given_name": "G", "family_name": "F",
                })
            })
            .collect();
        let groups: Vec<Value> = self
            .groups
            .iter()
            .map(|(n, (text, _))| {
                json!({ "id": id('a', *n), "name": GROUPS[*n], "description": DESCRIPTIONS[*text] })
            })
            .collect();
        let memberships: Vec<Value> = self
            .groups
            .iter()
            .map(|(n, (_, members))| {
                let there = members.intersection(&self.users).map(|u| id('b', *u));
                json!({ "group": id('a', *n), "users": there.collect::<Vec<_>>() })
            })
            .collect();
        json!({
            "format": "landgrant.snapshot", "version": 1,
            "organization": {
                "id": "o-abcdefghij", "management_account": ACCOUNTS[0].0, "root": "r-ab12",
                "ous": ous, "accounts": accounts,
            },
            "identity_center": {
                "instance_arn": INSTANCE, "identity_store_id": "d-1234567890",
                "region": "ap-southeast-1", "permission_sets": self.live_sets(), "users": users,
                "groups": groups, "memberships": memberships, "assignments": self.assignments(),
            },
        })
        .to_string()
    }

    fn live_grants(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let known = self.grants.iter().filter(|(_, set, _)| self.sets.contains_key(set));
        known.map(|(account, set, who)| (*account % ACCOUNTS.len(), *set, *who))
    }

    /// The same without what a quick reading for the definitions of `wanted` cannot see: grants of
    /// orphans and of undeclared users on pairs that somebody explains.
    pub(crate) fn without_hidden_grants(&self, wanted: &Self) -> Self {
        let declared = wanted.grants.iter().filter(|g| wanted.declared_grant(**g).is_some());
        let direct: BTreeSet<usize> = declared.map(|(_, _, who)| *who).collect();
        let explains = |who: &usize| match who.checked_sub(GROUPS.len()) {
            None => self.groups.contains_key(who),
            Some(user) => self.users.contains(&user) && direct.contains(who),
        };
        let pair = |(account, set, _): &(usize, usize, usize)| (*account % ACCOUNTS.len(), *set);
        let known = self.grants.iter().filter(|(_, _, who)| explains(who));
        let explained: BTreeSet<_> = known.map(pair).collect();
        let mut seen = self.clone();
        seen.grants.retain(|grant| explains(&grant.2) || !explained.contains(&pair(grant)));
        seen
    }

    fn assignments(&self) -> Vec<Value> {
        let mut pairs: BTreeMap<(usize, usize), (BTreeSet<String>, BTreeSet<String>)> =
            BTreeMap::new();
        for (account, set, who) in self.live_grants() {
            let (groups, users) = pairs.entry((account, set)).or_default();
            match who.checked_sub(GROUPS.len()) {
                None => groups.insert(id('a', who)),
                Some(user) => users.insert(id('b', user)),
            };
        }
        let pairs = pairs.into_iter();
        pairs
            .map(|((account, set), (groups, users))| {
                json!({
                    "account": ACCOUNTS[account].0, "permission_set": arn(set),
                    "groups": groups, "users": users,
                })
            })
            .collect()
    }

    fn live_sets(&self) -> Vec<Value> {
        let sets = self.sets.iter();
        sets.map(|(n, set)| {
            let Set { description, hours, policies, boundary, inline, tags: labels, current } = set;
            let accounts: BTreeSet<usize> =
                self.live_grants().filter(|grant| grant.1 == *n).map(|grant| grant.0).collect();
            let provisioned: Vec<Value> = accounts
                .iter()
                .map(|a| json!({ "account": ACCOUNTS[*a].0, "current": current }))
                .collect();
            let boundary = BOUNDARIES[*boundary].map(|text| match text.strip_prefix("/own/") {
                Some(name) => json!({ "customer": { "path": "/own/", "name": name } }),
                None => json!({ "managed": format!("arn:aws:iam::aws:policy/{text}") }),
            });
            let policies =
                policies.iter().map(|p| format!("arn:aws:iam::aws:policy/{}", POLICIES[*p]));
            json!({
                "arn": arn(*n), "name": SETS[*n], "description": DESCRIPTIONS[*description],
                "session_duration": format!("PT{hours}H"),
                "managed_policies": policies.collect::<Vec<_>>(),
                "permissions_boundary": boundary, "inline_policy": INLINE[*inline],
                "tags": tags(*labels), "provisioned": provisioned,
            })
        })
        .collect()
    }

    /// Definitions: the tables, each on its own.
    pub(crate) fn tables(&self) -> Vec<String> {
        let mut out: Vec<String> =
            self.ous.iter().map(|n| format!("[ou.{:?}]\n", OUS[*n])).collect();
        for n in 1..ACCOUNTS.len() {
            let tags = TAGS[self.accounts[n].1].iter().map(|(k, v)| format!("{k} = {v:?}"));
            let tags = tags.collect::<Vec<_>>().join(", ");
            let ou = self.ou(n).map(|ou| format!("ou = {ou:?}\n")).unwrap_or_default();
            out.push(format!("[account.{}]\n{ou}tags = {{ {tags} }}\n", ACCOUNTS[n].1));
        }
        out.extend(self.sets.iter().map(|(n, set)| declared_set(*n, set)));
        for n in &self.users {
            let names = "given_name = \"G\"\nfamily_name = \"F\"";
            out.push(format!("[user.{:?}]\n{names}\n", USERS[*n]));
        }
        for (n, (text, members)) in &self.groups {
            let description = DESCRIPTIONS[*text].map(|d| format!("description = {d:?}\n"));
            let members: Vec<&str> =
                members.intersection(&self.users).map(|member| USERS[*member]).collect();
            let description = description.unwrap_or_default();
            out.push(format!("[group.{}]\n{description}members = {members:?}\n", GROUPS[*n]));
        }
        out.extend(self.grants.iter().filter_map(|grant| self.declared_grant(*grant)));
        out
    }

    /// Keeps of some of the rules that are declared, each for so many people.
    pub(crate) fn keeps(&self, which: &[(prop::sample::Index, u8)]) -> String {
        let rules: Vec<String> =
            self.grants.iter().filter_map(|grant| self.declared_grant(*grant)).collect();
        if rules.is_empty() {
            return String::new();
        }
        let keeps = which.iter().map(|(which, people)| {
            let rule = rules[which.index(rules.len())].replace("[[grant]]", "[[keep]]");
            format!("{rule}min_people = {people}\n")
        });
        keeps.collect()
    }

    /// A rule, where what it names is declared.
    fn declared_grant(&self, (place, set, who): (usize, usize, usize)) -> Option<String> {
        let selector = match place {
            0..4 => format!("account:{}", ACCOUNTS[place].1),
            4 => "all".to_owned(),
            5 => "tag:env=prod".to_owned(),
            _ => self.ous.contains(&1).then(|| "ou:Work/**".to_owned())?,
        };
        let principal = match who.checked_sub(GROUPS.len()) {
            None => self.groups.contains_key(&who).then(|| format!("group:{}", GROUPS[who]))?,
            Some(n) => self.users.contains(&n).then(|| format!("user:{}", USERS[n]))?,
        };
        let set = self.sets.contains_key(&set).then(|| SETS[set])?;
        Some(format!("[[grant]]\nto = [{principal:?}]\nallow = [{set:?}]\nin = [{selector:?}]\n"))
    }
}

fn declared_set(n: usize, set: &Set) -> String {
    let Set { description, hours, policies, boundary, inline, tags: labels, current: _ } = set;
    let mut lines =
        vec![format!("[permission_set.{}]", SETS[n]), format!("session = \"{hours}h\"")];
    lines.extend(DESCRIPTIONS[*description].map(|text| format!("description = {text:?}")));
    let policies: Vec<&str> = policies.iter().map(|p| POLICIES[*p]).collect();
    lines.push(format!("managed_policies = {policies:?}"));
    lines.extend(BOUNDARIES[*boundary].map(|text| {
        let kind = if text.starts_with('/') { "customer" } else { "managed" };
        format!("permissions_boundary = {{ {kind} = {text:?} }}")
    }));
    lines.extend(INLINE[*inline].map(|_| format!("inline_policy = \"inline-{inline}.json\"")));
    let tags: Vec<String> =
        TAGS[*labels].iter().map(|(key, value)| format!("{key} = {value:?}")).collect();
    lines.push(format!("tags = {{ {} }}\n", tags.join(", ")));
    lines.join("\n")
}

/// Kinds whose limits are lifted: laws are about what is done, however much that is.
const LIFTED: [&str; 6] = ["grants", "memberships", "groups", "permission_sets", "users", "ous"];

/// `[manage]` with one of adopt and enforce for each kind.
#[derive(Clone, Debug)]
pub(crate) struct Modes(Cow<'static, [bool]>);

/// Any modes that change things.
pub(crate) fn modes() -> impl Strategy<Value = Modes> {
    prop::collection::vec(any::<bool>(), 7).prop_map(|modes| Modes(modes.into()))
}

impl Modes {
    /// Nothing is removed.
    pub(crate) const ADOPT: Self = Self(Cow::Borrowed(&[]));
    /// Whatever is not declared is removed.
    pub(crate) const ENFORCE: Self = Self(Cow::Borrowed(&[true; 7]));

    /// landgrant.toml.
    pub(crate) fn settings(&self) -> String {
        let kinds =
            ["ous", "accounts", "permission_sets", "users", "groups", "memberships", "grants"];
        let mode = |enforce: &bool| if *enforce { "enforce" } else { "adopt" };
        let lines: Vec<String> = kinds
            .iter()
            .zip(self.0.iter())
            .map(|(kind, enforce)| format!("{kind} = {:?}\n", mode(enforce)))
            .collect();
        format!(
            "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
             identity_source = \"directory\"\n[manage]\n{}[limits]\n{}",
            lines.concat(),
            LIFTED
                .map(|kind| format!("{kind} = {{ max_removals = 1000, max_share = 1 }}\n"))
                .concat()
        )
    }
}

/// The policy files that sets refer to.
pub(crate) fn policy_files() -> impl Iterator<Item = (String, &'static str)> {
    INLINE
        .iter()
        .enumerate()
        .filter_map(|(n, text)| text.map(|text| (format!("inline-{n}.json"), text)))
}
