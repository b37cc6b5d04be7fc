//! How an apply goes: as fast as AWS lets it, and with everything written down before it is done.

use crate::support::{self, Repository};
use landgrant::cli::exit::Exit;
use landgrant::sandbox::Quotas;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

const MANAGEMENT: &str = "999999999999";

/// An organization with so many accounts, permission sets and groups of one person each, and no grants.
fn world(accounts: usize, sets: usize, groups: usize) -> Value {
    let id = |n: usize| format!("1234567890-00000000-0000-4000-8000-{n:012}");
    let account = |n: usize| {
        json!({"id": format!("{:012}", 100_000_000_000 + n), "name": format!("account-{n}"),
            "email": format!("account-{n}@wallet.example"), "state": "ACTIVE", "parent": "ou-ab12-00000001"})
    };
    let set = |n: usize| {
        json!({"arn": format!("arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-{n:016}"),
            "name": format!("Set{n}"), "session_duration": "PT1H"})
    };
    let management = json!({"id": MANAGEMENT, "name": "management", "email": "root@wallet.example",
        "state": "ACTIVE", "parent": "r-ab12"});
    let user =
        |n: usize| json!({"id": id(1000 + n), "user_name": format!("user-{n}@wallet.example")});
    json!({
        "format": "landgrant.snapshot",
        "version": 1,
        "organization": {
            "id": "o-abcde12345",
            "management_account": MANAGEMENT,
            "root": "r-ab12",
            "ous": [{"id": "ou-ab12-00000001", "name": "Workloads", "parent": "r-ab12"}],
            "accounts": (0..accounts).map(account).chain([management]).collect::<Vec<_>>(),
        },
        "identity_center": {
            "instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
            "identity_store_id": "d-1234567890",
            "region": "eu-west-1",
            "permission_sets": (0..sets).map(set).collect::<Vec<_>>(),
            "users": (0..groups).map(user).collect::<Vec<_>>(),
            "groups": (0..groups)
                .map(|n| json!({"id": id(n), "name": format!("group-{n}")}))
                .collect::<Vec<_>>(),
            "memberships": (0..groups)
                .map(|n| json!({"group": id(n), "users": [id(1000 + n)]}))
                .collect::<Vec<_>>(),
            "assignments": [],
        },
    })
}

const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"eu-west-1\"\n\
    identity_source = \"directory\"\n[manage]\ngrants = \"enforce\"\n";

/// A repository that grants every set to every group in every account.
fn everything(accounts: usize, sets: usize, groups: usize) -> Repository {
    let repository = Repository::new();
    let world = world(accounts, sets, groups);
    support::write(&repository.path().join("sandbox.json"), &world.to_string());
    let list = |name: &str, count: usize| {
        let names: Vec<String> = (0..count).map(|n| format!("\"{name}{n}\"")).collect();
        names.join(", ")
    };
    let grants = format!(
        "{SETTINGS}[[grant]]\nto = [{}]\nallow = [{}]\nin = [\"ou:Workloads\"]\n",
        list("group:group-", groups),
        list("Set", sets)
    );
    support::write(&repository.path().join("landgrant.toml"), &grants);
    repository
}

/// The lines of the newest journal.
fn journal(repository: &Repository) -> Vec<Value> {
    let files = support::entries(&repository.path().join(".landgrant/journal"));
    let text = support::read(files.last().unwrap());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// How long new grants, ten in each account, take to be made on an AWS with quotas, where each takes so
/// long.
async fn making(accounts: u32, delay: Duration) -> Duration {
    let mut repository = everything(accounts as usize, 5, 2);
    repository.sandbox.quotas = Some(Quotas::default());
    repository.sandbox.latency = Duration::from_millis(40);
    repository.sandbox.delay = delay;
    let begun = Instant::now();
    assert_eq!(repository.run(&["plan"]).await.exit, Exit::Done);
    let reading = begun.elapsed();
    let begun = Instant::now();
    let ran = repository.run(&["apply", "--yes"]).await;
    let made = ran.writes.len();
    assert_eq!((ran.exit, made), (Exit::Done, accounts as usize * 10), "{}", ran.stderr);
    // An apply reads before its changes and after them.
    begun.elapsed().checked_sub(reading * 2).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_cap_of_outstanding_assignments_bounds_new_grants_and_nothing_else() {
    let delay = Duration::from_secs(2);
    let (took, least) = (making(60, delay).await, delay * 60);
    assert!(took < least.mul_f64(1.1), "{took:?} for at least {least:?}");
}

#[tokio::test(start_paused = true)]
#[ignore = "takes minutes"]
async fn ten_thousand_new_grants_are_bounded_by_the_cap_too() {
    let delay = Duration::from_secs(3);
    let (took, least) = (making(1000, delay).await, delay * 1000);
    println!("{took:?} for at least {least:?}");
    assert!(took < least.mul_f64(1.1), "{took:?} for at least {least:?}");
}

#[tokio::test(start_paused = true)]
async fn the_quota_bounds_new_grants_that_take_no_time() {
    let took = making(60, Duration::from_millis(200)).await;
    let least = Duration::from_mins(10) / 20;
    // Beside each there is its share of the polls that tell when others may begin.
    assert!(took < least.mul_f64(1.3), "{took:?} for at least {least:?}");
}

#[tokio::test(start_paused = true)]
async fn every_call_is_written_down_before_it_is_made_and_after() {
    let repository = everything(3, 2, 2);
    let ran = repository.run(&["apply", "--yes", "--format", "json"]).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.stderr);
    let lines = journal(&repository);
    let of = |word: &str| lines.iter().filter(|line| line["event"] == word).collect::<Vec<_>>();
    let begin = of("begin")[0];
    assert_eq!(
        (&begin["kind"], &begin["format_version"]),
        (&json!("landgrant.journal"), &json!("1.0"))
    );
    assert_eq!(begin["manage"]["grants"], "enforce");
    assert_eq!(begin["changes"].as_array().unwrap().len(), 12);
    // The journal tells the calls that the world saw, with their parameters, each before its answer.
    let seen: BTreeSet<String> = ran.writes.iter().map(|call| call.operation.clone()).collect();
    assert_eq!(seen, ["CreateAccountAssignment".to_owned()].into());
    let (calls, answers) = (of("call"), of("answer"));
    assert_eq!((calls.len(), answers.len(), of("taken").len()), (12, 12, 12));
    let told: BTreeSet<String> = calls
        .iter()
        .map(|line| {
            assert_eq!(line["operation"], "sso-admin:CreateAccountAssignment");
            let part = |key: &str| line["parameters"][key].as_str().unwrap().to_owned();
            part("TargetId") + &part("PermissionSetArn")[53..] + &part("PrincipalId")
        })
        .collect();
    assert_eq!(told.len(), 12);
    let place = |event: &str, change: &Value| {
        lines.iter().position(|line| line["event"] == event && line["change"] == *change).unwrap()
    };
    for answer in &answers {
        let change = &answer["change"];
        assert!(place("call", change) < place("taken", change));
        assert!(place("taken", change) < place("answer", change));
        assert!(place("answer", change) < place("change", change));
        assert_eq!((&answer["status"], &answer["attempts"]), (&json!("done"), &json!(1)));
        assert!(answer["request_id"].is_string());
    }
    let end = lines.last().unwrap();
    assert_eq!(
        (&end["event"], &end["exit"], &end["remaining"]),
        (&json!("end"), &json!(0), &json!(0))
    );
    // What is printed are lines as well, each of a kind and a version.
    let mut events: BTreeMap<String, usize> = BTreeMap::new();
    for line in ran.stdout.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&line["kind"], &line["format_version"]),
            (&json!("landgrant.apply"), &json!("1.0"))
        );
        *events.entry(line["event"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    let expected = [("begin", 12), ("change", 12), ("end", 1), ("plan", 1)];
    assert_eq!(events, expected.map(|(word, n)| (word.to_owned(), n)).into());
}

#[tokio::test(start_paused = true)]
async fn without_a_journal_nothing_is_applied() {
    let repository = everything(1, 1, 1);
    support::write(&repository.path().join("there.jsonl"), "");
    support::write(&repository.path().join(".landgrant/journal"), "a file in place of the folder");
    for words in [
        &["apply", "--yes", "--journal", "$DIR/there.jsonl"][..],
        &["apply", "--yes", "--journal", "$DIR/landgrant.toml/x.jsonl"],
        &["apply", "--yes"],
    ] {
        let ran = repository.run(words).await;
        assert_eq!((ran.exit, ran.writes.len()), (Exit::Failure, 0), "{}", ran.stderr);
        assert!(ran.stderr.contains("nothing was applied"), "{}", ran.stderr);
    }
    let ran = repository.run(&["apply", "--yes", "--journal", "$DIR/new/j.jsonl"]).await;
    assert_eq!((ran.exit, ran.writes.len()), (Exit::Done, 1), "{}", ran.stderr);
    assert_eq!(support::read(&repository.path().join("new/j.jsonl")).lines().count(), 6);
}
