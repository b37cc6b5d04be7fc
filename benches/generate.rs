//! Policy repositories of any size, and organizations that they fit. The same size gives the same
//! bytes.

use jiff::Timestamp;
use landgrant::id::{AccountId, IdentityStoreId, InstanceArn, OrganizationId, OuId, RootId};
use landgrant::live::reading::{Reading, Standing};
use landgrant::live::{Account, AccountState, IdentityCenter, Live, Organization, Ou, Taken};
use landgrant::source::{Input, Tree};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// How much there is of everything.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// TOML files, `landgrant.toml` apart.
    pub(crate) files: usize,
    /// `[[grant]]` statements.
    pub(crate) grants: usize,
    /// Accounts, in files and in the organization.
    pub(crate) accounts: usize,
    /// Where the random numbers begin.
    pub(crate) seed: u64,
}

/// OUs below each of the two at the top.
const OUS: usize = 30;
/// Environments of a workload, each an account.
const ENVIRONMENTS: [&str; 4] = ["dev", "test", "stage", "prod"];

impl Size {
    /// A repository as they are: twenty grants in a file.
    pub(crate) fn of_files(files: usize) -> Self {
        Self { files, grants: files * 20, accounts: 1000, seed: 42 }
    }

    fn groups(self) -> usize {
        (self.grants / 10).max(1)
    }

    fn users(self) -> usize {
        (self.grants / 4).max(1)
    }

    fn sets(self) -> usize {
        (self.grants / 100).max(1)
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

fn account(n: usize) -> String {
    format!("workload{}-{}", n / ENVIRONMENTS.len(), ENVIRONMENTS[n % ENVIRONMENTS.len()])
}

fn account_id(n: usize) -> String {
    format!("{:012}", 100_000_000_000 + n)
}

fn ou(n: usize) -> String {
    let top = if n.is_multiple_of(2) { "Prod" } else { "NonProd" };
    format!("{top}/Unit{}", n / 2 % OUS)
}

fn group(n: usize) -> String {
    format!("team{n}-developers")
}

fn user(n: usize) -> String {
    format!("given{n}.family@wallet.example")
}

fn set(n: usize) -> String {
    format!("Workload{n}Access")
}

fn input(path: &str, text: String) -> Input {
    Input { path: path.to_owned(), bytes: text.into_bytes() }
}

/// The settings, as strict as they can be: everything that is used must be declared.
pub(crate) fn settings() -> Input {
    let text = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
        identity_source = \"directory\"\n[manage]\nusers = \"enforce\"\ngroups = \"enforce\"\n\
        permission_sets = \"enforce\"\n[ignore]\npermission_sets = [\"Vendor-*\"]\n\
        accounts = [\"suspended-*\"]\n";
    input("landgrant.toml", text.to_owned())
}

/// A repository without a mistake.
pub(crate) fn repository(size: Size) -> Tree {
    let mut random = Random(size.seed);
    let mut files = vec![settings()];
    let share =
        |all: usize, file: usize| (all * file / size.files)..(all * (file + 1) / size.files);
    for file in 0..size.files {
        let mut text = String::new();
        organization_part(&mut text, file, size, share(size.accounts, file));
        for n in share(size.sets(), file) {
            permission_set(&mut text, n, &mut files);
        }
        for n in share(size.users(), file) {
            let name = user(n);
            add(
                &mut text,
                format_args!(
                    "[user.{name:?}]\ngiven_name = \"Given {n}\"\nfamily_name = \"Family\"\n"
                ),
            );
        }
        for n in share(size.groups(), file) {
            let members: Vec<String> =
                (0..4).map(|i| user((n * 4 + i * 7) % size.users())).collect();
            let mut members: Vec<String> = members.iter().map(|m| format!("{m:?}")).collect();
            members.sort();
            members.dedup();
            let members = members.join(", ");
            add(
                &mut text,
                format_args!(
                    "[group.{}]\ndescription = \"Squad {n}\"\nmembers = [{members}]\n",
                    group(n)
                ),
            );
        }
        for _ in share(size.grants, file) {
            grant(&mut text, size, &mut random);
        }
        files.push(input(&format!("teams/team{file}.toml"), text));
    }
    Tree { files, ..Tree::default() }
}

fn add(text: &mut String, what: std::fmt::Arguments<'_>) {
    text.write_fmt(what).expect("a text takes everything");
}

fn organization_part(text: &mut String, file: usize, size: Size, accounts: std::ops::Range<usize>) {
    if file == 0 {
        for n in 0..OUS * 2 {
            add(text, format_args!("[ou.{:?}]\n", ou(n)));
        }
    }
    for n in accounts {
        let (name, id, ou) = (account(n), account_id(n), ou(n));
        add(
            text,
            format_args!(
                "[account.{name}]\nid = \"{id}\"\nemail = \"aws+{n}@wallet.example\"\nou = {ou:?}\n"
            ),
        );
    }
    if file.is_multiple_of(10) && file < 2560 {
        let n = file / 10;
        add(
            text,
            format_args!("[network.site{n}]\ncidrs = [\"10.{n}.0.0/17\", \"10.{n}.128.0/17\"]\n"),
        );
    }
    debug_assert!(size.files > 0);
}

fn permission_set(text: &mut String, n: usize, files: &mut Vec<Input>) {
    let name = set(n);
    add(
        text,
        format_args!(
            "[permission_set.{name}]\ndescription = \"Operate workload {n}\"\nsession = \"8h\"\nmanaged_policies = [\"ReadOnlyAccess\"]\n"
        ),
    );
    match n % 3 {
        0 => {
            add(text, format_args!("inline_policy = \"../policies/p{n}.json\"\n"));
            let policy = format!(
                "{{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {{ \"Effect\": \"Allow\", \"Action\": [\"s3:GetObject\", \"s3:PutObject\"],\n      \"Resource\": \"arn:aws:s3:::bucket{n}/*\" }},\n    {{ \"Effect\": \"Deny\", \"Action\": \"*\", \"Resource\": \"*\",\n      \"Condition\": {{ \"NotIpAddress\": {{ \"aws:SourceIp\": \"${{network.site0}}\" }} }} }}\n  ]\n}}\n"
            );
            files.push(input(&format!("policies/p{n}.json"), policy));
        }
        1 => add(
            text,
            format_args!(
                "[[permission_set.{name}.inline_policy.Statement]]\nEffect = \"Allow\"\nAction = [\"logs:*\", \"ec2:Describe*\"]\nResource = \"*\"\n"
            ),
        ),
        _ => {}
    }
}

fn grant(text: &mut String, size: Size, random: &mut Random) {
    let to = match random.below(20) {
        0 => format!("\"user:{}\"", user(random.below(size.users()))),
        _ => format!("\"group:{}\"", group(random.below(size.groups()))),
    };
    let allow = set(random.below(size.sets()));
    let workload = random.below(size.accounts.div_ceil(ENVIRONMENTS.len()));
    let within = match random.below(10) {
        0 => format!("\"ou:{}/**\"", ou(random.below(OUS * 2))),
        1 => format!("\"account:workload{workload}-*\""),
        _ => format!("\"account:{}\"", account(random.below(size.accounts))),
    };
    add(
        text,
        format_args!(
            "[[grant]]\nto = [{to}]\nallow = [{allow:?}]\nin = [{within}]\nreason = \"their work\"\nticket = \"SEC-{}\"\n",
            random.below(10_000)
        ),
    );
    if random.below(10) == 0 {
        text.push_str("expires = 2099-12-31\n");
    }
}

/// One definition file of about so many bytes: groups and their grants, named by `part`.
pub(crate) fn long_file(part: usize, bytes: usize) -> Input {
    let mut text = String::with_capacity(bytes);
    let mut n = 0;
    while text.len() + 400 < bytes {
        add(
            &mut text,
            format_args!(
                "[group.part{part}-team{n}]\ndescription = \"Squad {n}\"\n[[grant]]\nto = [\"group:part{part}-team{n}\"]\nallow = [\"Shared\"]\nin = [\"account:workload{n}-prod\"]\n"
            ),
        );
        n += 1;
    }
    if part == 0 {
        text.push_str("[permission_set.Shared]\n");
    }
    input(&format!("long{part}.toml"), text)
}

/// The organization that a repository describes, before any grant was made.
pub(crate) fn organization(size: Size) -> Live {
    let root = OuId::new("r-root");
    let mut ous = BTreeMap::new();
    for top in ["Prod", "NonProd"] {
        ous.insert(OuId::new(top), Ou { name: top.to_owned(), parent: root.clone() });
    }
    for n in 0..OUS * 2 {
        let path = ou(n);
        let (top, name) = path.split_once('/').expect("two names");
        ous.insert(OuId::new(path.as_str()), Ou { name: name.to_owned(), parent: OuId::new(top) });
    }
    let accounts = (0..size.accounts).map(|n| {
        let account = Account {
            name: account(n),
            email: format!("aws+{n}@wallet.example"),
            state: AccountState::Active,
            parent: OuId::new(ou(n)),
            tags: None,
        };
        (AccountId::parse(&account_id(n)).expect("twelve digits"), account)
    });
    let center = IdentityCenter {
        instance: InstanceArn::new("arn:aws:sso:::instance/ssoins-1"),
        identity_store: IdentityStoreId::new("d-1"),
        region: "ap-southeast-1".to_owned(),
        permission_sets: BTreeMap::new(),
        users: BTreeMap::new(),
        groups: BTreeMap::new(),
        memberships: BTreeMap::new(),
        assignments: BTreeMap::new(),
    };
    Live {
        taken: Taken {
            started: now(),
            ended: now(),
            by: None,
            calls: BTreeMap::new(),
            standing: Standing::default(),
            reading: Reading::default(),
        },
        organization: Organization {
            id: OrganizationId::new("o-1"),
            management_account: AccountId::parse("999999999999").expect("twelve digits"),
            root: RootId::new("r-root"),
            ous,
            accounts: accounts.collect(),
            delegated_administrators: BTreeMap::new(),
        },
        identity_center: center,
        control_tower: None,
        gaps: Vec::new(),
    }
}

/// The instant as of which everything is judged.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_795_564_800).expect("a day in 2026")
}
