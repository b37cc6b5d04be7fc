//! Definitions that describe an organization, but for a few differences.

use super::{Rule, Size, To, Within, account, account_id, group, members, ou, rules, set, user};
use landgrant::source::{Input, Tree};
use std::fmt::Write as _;

/// Rules in a file, as a team may have them.
const RULES_OF_A_FILE: usize = 100;
/// Groups in a file.
const GROUPS_OF_A_FILE: usize = 20;
/// Accounts or sets in a file.
const OTHERS_OF_A_FILE: usize = 500;

/// The repository that describes an organization. It differs in: one rule gone, one rule new, one set
/// edited, one member who joins and one who leaves.
pub(crate) fn definitions(size: Size) -> Tree {
    let mut files = vec![input("landgrant.toml".to_owned(), SETTINGS.to_owned())];
    let mut add = |folder: &str, of_a_file: usize, tables: Vec<String>| {
        files.extend(
            tables
                .chunks(of_a_file)
                .enumerate()
                .map(|(n, tables)| input(format!("{folder}/{n:04}.toml"), tables.concat())),
        );
    };
    add("accounts", OTHERS_OF_A_FILE, (0..size.accounts).map(|n| account_table(size, n)).collect());
    add("sets", OTHERS_OF_A_FILE, (0..size.sets).map(set_table).collect());
    let members = members(size);
    let of_group = |n: usize| {
        // The first group loses its first member, who joins the second.
        let mut names: Vec<usize> = members[n].iter().copied().collect();
        match n {
            0 => drop(names.remove(0)),
            1 => names.extend(members[0].first()),
            _ => {}
        }
        names
    };
    add(
        "groups",
        GROUPS_OF_A_FILE,
        (0..size.groups).map(|n| group_table(n, &of_group(n))).collect(),
    );
    let rules = rules(size);
    let first = rules.first().map(|rule| Rule { set: (rule.set + 1) % size.sets, ..*rule });
    let declared = first.iter().chain(rules.iter().skip(1));
    add("grants", RULES_OF_A_FILE, declared.map(rule_table).collect());
    Tree { files, ..Tree::default() }
}

const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n[manage]\npermission_sets = \"enforce\"\n\
    memberships = \"enforce\"\ngrants = \"enforce\"\n";

fn input(path: String, text: String) -> Input {
    Input { path, bytes: text.into_bytes() }
}

fn account_table(size: Size, n: usize) -> String {
    let ou = ou(n % (size.ous - 1));
    format!("[account.{}]\nid = \"{}\"\nou = \"{ou}\"\n", account(n), account_id(n))
}

fn set_table(n: usize) -> String {
    let hours = if n == 0 { 4 } else { 8 };
    format!(
        "[permission_set.{}]\ndescription = \"Operate workload {n}\"\nsession = \"{hours}h\"\n\
         managed_policies = [\"ReadOnlyAccess\"]\n[permission_set.{0}.inline_policy]\n\
         Version = \"2012-10-17\"\n[[permission_set.{0}.inline_policy.Statement]]\nEffect = \"Allow\"\n\
         Action = \"s3:GetObject\"\nResource = \"arn:aws:s3:::bucket{n}/*\"\n",
        set(n)
    )
}

fn group_table(n: usize, members: &[usize]) -> String {
    let mut text = format!("[group.{}]\ndescription = \"Squad {n}\"\nmembers = [\n", group(n));
    for member in members {
        writeln!(text, "  \"{}\",", user(*member)).expect("a text takes everything");
    }
    text.push_str("]\n");
    text
}

fn rule_table(rule: &Rule) -> String {
    let to = match rule.to {
        To::Group(n) => format!("group:{}", group(n)),
        To::User(n) => format!("user:{}", user(n)),
    };
    let within = match rule.within {
        Within::Ou(n) => format!("ou:{}/**", ou(n)),
        Within::Account(n) => format!("account:{}", account(n)),
    };
    format!(
        "[[grant]]\nto = [\"{to}\"]\nallow = [\"{}\"]\nin = [\"{within}\"]\nreason = \"their work\"\n",
        set(rule.set)
    )
}
