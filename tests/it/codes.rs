//! `docs/codes.md` and the codes are one thing: each code has its section, and its example is run.

use crate::support::{self, NOW, Repository};
use jiff::Timestamp;
use landgrant::cli::exit::Exit;
use landgrant::diag::{Code, Diagnostic, Severity, emit, explain};
use landgrant::live::{Live, project::project, snapshot};
use landgrant::resolve::{check, resolve};
use landgrant::source::{self, Input, Tree};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Codes that only live AWS can give a reason for; their examples are run against [`world`].
const LIVE: &[Code] = &[
    Code::AmbiguousName,       // two live accounts with one name
    Code::EmptySelection,      // which accounts there are
    Code::NestedLeftOut,       // where the accounts stand
    Code::UnknownAccountState, // what AWS says of an account
    Code::EmptiedGroup,        // who is in the group now
];

/// Codes whose example is the message, because the mistake is no text: its bytes, its size, its
/// absence. [`untold`] makes it.
const UNTOLD: &[Code] = &[
    Code::InvalidUtf8,
    Code::FileTooLarge,
    Code::UnreadableFile,
    Code::MissingSettings,
    Code::PolicyTooLarge,
];

const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n";

type Files = BTreeMap<String, Vec<u8>>;

/// File names and texts, in the order of the page.
type Blocks = Vec<(String, String)>;

/// The blocks of an example or cure by file name, as the page's head explains them.
fn blocks(markdown: &str) -> Blocks {
    let mut out = Vec::new();
    for (number, part) in format!("\n{markdown}").split("\n```").enumerate() {
        // What stands between fences is every second part.
        if number % 2 == 0 {
            continue;
        }
        let (info, text) = part.split_once('\n').unwrap();
        let (language, name) = info.split_once(' ').unwrap_or((info, ""));
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("# ").filter(|name| name.strip_suffix(".toml").is_some());
        let name = match (language, name, named) {
            ("toml", "", None) => "team.toml",
            ("json", "", _) => "policy.json",
            ("toml", "", Some(name)) | ("json", name, _) => name,
            ("text", ..) => continue,
            other => panic!("{other:?}: {text}"),
        };
        out.push((name.to_owned(), format!("{text}\n")));
    }
    out
}

/// The blocks before and behind the word "Cure".
fn example_and_cure(code: Code) -> (Blocks, Blocks) {
    let (example, cure) = explain::section(code).split_once("\n\n**Cure**: ").unwrap();
    (blocks(example), blocks(cure))
}

/// A repository of blocks, later ones in place of earlier ones, with what they take for granted.
fn repository(blocks: &[(String, String)]) -> Files {
    let mut files: Files = blocks.iter().cloned().map(|(k, v)| (k, v.into_bytes())).collect();
    if files.keys().eq(["policy.json"]) {
        let set = "[permission_set.Auditor]\ninline_policy = \"policy.json\"\n";
        files.insert("team.toml".to_owned(), set.into());
    }
    let settings = files.entry("landgrant.toml".to_owned()).or_default();
    if !settings.starts_with(b"# landgrant.toml\nschema") {
        settings.splice(0..0, SETTINGS.bytes());
    }
    files
}

/// A repository with a mistake that no text shows.
fn untold(code: Code) -> Tree {
    let mut files = repository(&[]);
    let mut unreadable = Vec::new();
    match code {
        Code::InvalidUtf8 => {
            files.insert("team.toml".to_owned(), b"# Gr\xf6\xdfe".to_vec());
        }
        Code::FileTooLarge => {
            files.insert("team.toml".to_owned(), vec![b'#'; (1 << 20) + 1]);
        }
        Code::UnreadableFile => unreadable.push(("team.toml".to_owned(), "denied".to_owned())),
        Code::MissingSettings => {
            files.clear();
        }
        Code::PolicyTooLarge => {
            let many: Vec<String> = (0..1000).map(|n| format!("s3:Get{n:08}")).collect();
            let statement = json!({"Effect": "Allow", "Action": many, "Resource": "*"});
            let policy = json!({"Version": "2012-10-17", "Statement": statement}).to_string();
            files = repository(&[("policy.json".to_owned(), policy)]);
        }
        other => panic!("{other} can be told"),
    }
    Tree { unreadable, ..tree(files) }
}

fn tree(files: Files) -> Tree {
    let input = |(path, bytes)| Input { path, bytes };
    Tree { files: files.into_iter().map(input).collect(), ..Tree::default() }
}

/// Two accounts called `loyalty`, one of them below another OU, one whose state AWS did not tell; a group
/// with a member.
fn world() -> Live {
    let account = |id: &str, name: &str, state: Value, parent: &str, workload: &str| {
        json!({"id": id, "name": name, "email": format!("{id}@wallet.example"), "state": state,
               "parent": parent, "tags": {"workload": workload}})
    };
    let document = json!({
        "format": "landgrant.snapshot", "version": 1,
        "taken": {"started": NOW, "ended": NOW},
        "organization": {
            "id": "o-abcdefghij", "management_account": "999999999999", "root": "r-ab12",
            "ous": [
                {"id": "ou-ab12-workload", "name": "Workloads", "parent": "r-ab12"},
                {"id": "ou-ab12-prod0000", "name": "Prod", "parent": "ou-ab12-workload"},
            ],
            "accounts": [
                account("999999999999", "wallet", json!("ACTIVE"), "r-ab12", ""),
                account("111122223333", "loyalty", json!("ACTIVE"), "ou-ab12-prod0000", "loyalty"),
                account("444455556666", "loyalty", json!("ACTIVE"), "ou-ab12-workload", "loyalty"),
                account("777788889999", "mmf", Value::Null, "r-ab12", "mmf"),
            ],
        },
        "identity_center": {
            "instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
            "identity_store_id": "d-1234567890", "region": "ap-southeast-1",
            "permission_sets": [{
                "arn": "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
                "name": "Auditor",
            }],
            "users": [{"id": "u1", "user_name": "an.nguyen@wallet.example"}],
            "groups": [{"id": "g1", "name": "loyalty-developers"}],
            "memberships": [{"group": "g1", "users": ["u1"]}],
        },
    });
    snapshot::read(document.to_string().as_bytes()).unwrap()
}

/// What `check` finds, with a snapshot if need be; also as text.
fn found(tree: &Tree, live: Option<&Live>) -> (Vec<Diagnostic>, String) {
    let now: Timestamp = NOW.parse().unwrap();
    let (declared, files, mut diagnostics) = source::load(tree);
    diagnostics.extend(match live {
        Some(live) => resolve(&declared, live, &project(live), now).1,
        None => check::offline(&declared, now),
    });
    let text = emit::text(&files, &diagnostics, false);
    (diagnostics, text)
}

fn has(diagnostics: &[Diagnostic], code: Code) -> bool {
    diagnostics.iter().any(|d| d.code == code)
}

#[test]
fn the_page_has_a_section_for_each_code_in_order() {
    let page = support::read(&support::package("docs/codes.md"));
    let headings: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    let codes: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(headings, codes);
    assert_eq!(page.matches("\n```").count() % 2, 0, "a block is not closed");
    for &code in Code::ALL {
        let section = explain::section(code);
        let severity = section.lines().nth(2).unwrap();
        assert_eq!(severity, format!("Severity: {}", code.severity().name()), "{code}");
        let (example, cure) = section.split_once("\n\n**Cure**: ").unwrap_or_else(|| {
            panic!("`{code}` has no cure");
        });
        assert!(example.contains("\n```"), "`{code}` has no example");
        assert!(!cure.contains("**Cure**") && cure.contains('.'), "{code}: {cure}");
        assert!(example.split("\n\n").count() > 3, "`{code}` does not say why it matters");
    }
}

#[test]
fn each_example_yields_its_code_and_each_cure_mends_it() {
    let world = world();
    for &code in Code::ALL {
        let live = LIVE.contains(&code).then_some(&world);
        let (mut blocks, cure) = example_and_cure(code);
        let example = if UNTOLD.contains(&code) { untold(code) } else { tree(repository(&blocks)) };
        let (diagnostics, text) = found(&example, live);
        assert!(has(&diagnostics, code), "the example of `{code}` yields:\n{text}");
        let others: BTreeSet<Code> = diagnostics
            .iter()
            .filter(|d| d.severity() == Severity::Error && d.code != code)
            .map(|d| d.code)
            .collect();
        assert!(others.is_empty(), "the example of `{code}` also yields:\n{text}");
        if cure.is_empty() {
            assert!(UNTOLD.contains(&code), "`{code}` is cured by words alone");
            continue;
        }
        blocks.extend(cure);
        let (diagnostics, text) = found(&tree(repository(&blocks)), live);
        let left = diagnostics.iter().any(|d| d.code == code || d.severity() == Severity::Error);
        assert!(!left, "the cure of `{code}` yields:\n{text}");
    }
}

#[tokio::test]
async fn explain_prints_the_section_and_touches_nothing() {
    let repository = Repository::new();
    for &code in Code::ALL {
        let ran = repository.run(&["check", "--explain", code.name()]).await;
        assert_eq!((ran.exit, ran.stderr.as_str()), (Exit::Done, ""));
        assert_eq!(ran.stdout, format!("{}\n", explain::section(code)));
    }
    let ran = repository.run(&["check", "--explain", "unknown-kye"]).await;
    assert_eq!((ran.exit, ran.stdout.as_str()), (Exit::Usage, ""));
    assert!(ran.stderr.contains("did you mean `unknown-key`?"), "{}", ran.stderr);
}

#[tokio::test]
async fn check_writes_documents_that_hide_nothing() {
    let repository = Repository::new();
    support::write(&repository.path().join("landgrant.toml"), SETTINGS);
    support::write(&repository.path().join("tệp.toml"), "[group.\"a\\u009b\\u202e\"]\nx = 1\n");
    for (format, pointer) in [("json", "/diagnostics"), ("sarif", "/runs/0/results")] {
        let ran = repository.run(&["check", "--format", format]).await;
        assert_eq!((ran.exit, ran.stderr.as_str()), (Exit::Definitions, ""));
        let document: Value = serde_json::from_str(&ran.stdout).unwrap();
        assert_eq!(document.pointer(pointer).unwrap().as_array().unwrap().len(), 2);
        assert!(!ran.stdout.contains(['\u{9b}', '\u{202e}']), "{}", ran.stdout);
    }
}
