//! Whatever goes wrong during an apply, one more apply makes it right: no duplicate, no loss, nothing touched that was
//! not planned, no access on the way that nobody had before or has afterwards, and a journal that tells what AWS saw.
//!
//! `tests/faults` is a world and definitions whose plan has every kind of change. What every run of the tests looks at
//! is a share of the cases; `cargo test --test it faults:: -- --ignored` looks at all of them.

use crate::laws::oracle::{Row, reach};
use crate::support::{self, Ran, Repository};
use futures_util::FutureExt as _;
use landgrant::cli::exit::Exit;
use landgrant::live::project::project;
use landgrant::live::snapshot;
use landgrant::model::State;
use landgrant::sandbox::{Effect, Fault, Other};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// A share of the cases, for every run.
const SHARE: usize = 16;
/// Accounts that the plan creates.
const NEW: [&str; 2] = ["web-dev", "web-prod"];
const APPLY: &[&str] = &["apply", "--yes", "--read", "full"];

fn repository() -> Repository {
    let repository = Repository::new();
    let folder = support::package("tests/faults");
    support::overlay(&folder.join("defs"), repository.path());
    let world = support::read(&folder.join("world.json"));
    support::write(&repository.path().join("sandbox.json"), &world);
    repository
}

/// What is live in the sandbox, by names. Accounts that were created stand by them too: which id they got
/// depends on what was created before.
fn state(folder: &Path) -> State {
    let begun = folder.join(".landgrant/sandbox/world.json");
    let seed = folder.join("sandbox.json");
    let path = if begun.exists() { begun } else { seed.clone() };
    let mut world = support::read(&path);
    let seed = snapshot::read(support::read(&seed).as_bytes()).unwrap();
    let accounts = snapshot::read(world.as_bytes()).unwrap().organization.accounts;
    let new = accounts.into_iter().filter(|(id, _)| !seed.organization.accounts.contains_key(id));
    for (twins, (id, account)) in (90..).zip(new) {
        let mut number = NEW.iter().position(|name| *name == account.name).unwrap_or(twins);
        if world.contains(&format!("8888888888{number:02}")) {
            number = twins;
        }
        world = world.replace(id.as_str(), &format!("8888888888{number:02}"));
    }
    project(&snapshot::read(world.as_bytes()).unwrap()).state
}

/// Person, account and permission set.
type Reach = BTreeSet<Row>;

/// What an apply is to lead to, and what it may go through.
struct Goal {
    after: State,
    allowed: Reach,
    /// Calls that change something, in an apply that nothing disturbs.
    writes: Vec<String>,
    /// Lines of its journal.
    lines: usize,
}

async fn goal() -> Goal {
    let repository = repository();
    let before = state(repository.path());
    let ran = repository.run(APPLY).await;
    assert_eq!(ran.exit, Exit::Done, "{}", ran.stderr);
    let after = state(repository.path());
    let plan = repository.run(&["plan", "--read", "full", "--detailed-exitcode"]).await;
    assert_eq!(plan.exit, Exit::Done, "{}", plan.stdout);
    let allowed = reach(&before).union(&reach(&after)).cloned().collect();
    let lines = journals(repository.path()).concat().len();
    Goal {
        after,
        allowed,
        writes: ran.writes.into_iter().map(|call| call.operation).collect(),
        lines,
    }
}

/// The lines of every journal, oldest first; all but the last line of each are whole.
fn journals(folder: &Path) -> Vec<Vec<Value>> {
    let files: Vec<PathBuf> = support::entries(&folder.join(".landgrant/journal"));
    let lines = |path: &PathBuf| {
        let text = support::read(path);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    files.iter().map(lines).collect()
}

/// Looks after every line of the journal that nobody has what nobody had before nor has afterwards.
fn watch(repository: &mut Repository, goal: &Goal) -> Arc<Mutex<Reach>> {
    let wider = Arc::new(Mutex::new(Reach::new()));
    let (found, folder) = (Arc::clone(&wider), repository.path().to_owned());
    let allowed = goal.allowed.clone();
    repository.on_journal = Arc::new(move |line| {
        if line.contains("\"event\":\"answer\"") {
            let now = reach(&state(&folder));
            found.lock().unwrap().extend(now.difference(&allowed).cloned());
        }
    });
    wider
}

/// Every write that AWS saw was announced in the journal.
fn announced(repository: &Repository, ran: &Ran) {
    let lines = journals(repository.path()).concat();
    let calls = lines.iter().filter(|line| line["event"] == "call");
    let told: BTreeSet<&str> = calls
        .filter_map(|line| line["operation"].as_str()?.split_once(':'))
        .map(|(_, operation)| operation)
        .collect();
    for write in &ran.writes {
        assert!(told.contains(write.operation.as_str()), "{} was not announced", write.operation);
    }
    // Without a crash each intent has its outcome, and requests were counted right.
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!(count("call"), count("answer"));
    let sent: u64 = lines.iter().filter_map(|line| line["attempts"].as_u64()).sum();
    assert_eq!(sent, ran.writes.len() as u64, "requests that the journal tells and that AWS saw");
}

/// Applies with a fault, and then without.
async fn survives(goal: &Goal, fault: Fault, exits: &[Exit]) {
    let mut repository = repository();
    let wider = watch(&mut repository, goal);
    repository.sandbox.faults = vec![fault.clone()];
    let first = repository.run(APPLY).await;
    let story = || format!("{fault:?}\n{}\n{}", first.stdout, first.stderr);
    assert!(exits.contains(&first.exit), "{:?}: {}", first.exit, story());
    announced(&repository, &first);
    repository.sandbox.faults.clear();
    // What hangs blocks its account for ever; AWS lets go of it some day.
    if fault.effect == Effect::Hang {
        forget_requests(repository.path());
    }
    let second = repository.run(APPLY).await;
    assert_eq!(second.exit, Exit::Done, "{}\nthen\n{}\n{}", story(), second.stdout, second.stderr);
    assert!(state(repository.path()) == goal.after, "{}", story());
    assert_eq!(*wider.lock().unwrap(), Reach::new(), "{}", story());
}

fn forget_requests(folder: &Path) {
    let path = folder.join(".landgrant/sandbox/world.json");
    let mut world: Value = serde_json::from_str(&support::read(&path)).unwrap();
    for requests in ["/sandbox/requests", "/sandbox/creations"] {
        if let Some(requests) = world.pointer_mut(requests) {
            *requests = json!([]);
        }
    }
    support::write(&path, &world.to_string());
}

/// Lets every write of the plan meet an effect, one in each case; of these every `step`-th from `from` on.
async fn each_write(effect: Effect, times: usize, exits: &[Exit], (from, step): (usize, usize)) {
    let goal = goal().await;
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for (i, operation) in goal.writes.iter().enumerate() {
        let nth = met.entry(operation).or_default();
        *nth += 1;
        if i % step == from % step {
            let fault = Fault::new(operation, *nth, effect.clone()).times(times);
            Box::pin(survives(&goal, fault, exits)).await;
        }
    }
}

macro_rules! faults {
    ($($name:ident $all:ident $effect:expr, $times:expr, $exits:expr, $from:expr;)*) => {
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                each_write($effect, $times, &$exits, ($from, SHARE)).await;
            }

            #[tokio::test(start_paused = true)]
            #[ignore = "all cases; minutes"]
            async fn $all() {
                each_write($effect, $times, &$exits, (0, 1)).await;
            }
        )*
    };
}

faults! {
    denied all_denied Effect::Deny, 1, [Exit::Credentials], 0;
    throttled all_throttled Effect::Throttle, 20, [Exit::Done], 1;
    broken all_broken Effect::Fail500, 1, [Exit::Done], 2;
    broken_to_the_end all_broken_to_the_end Effect::Fail500, 8, [Exit::Done, Exit::Partial], 3;
    reset_before all_reset_before Effect::Reset, 1, [Exit::Done], 4;
    reset_after all_reset_after Effect::Lose, 1, [Exit::Done], 5;
    never_answered all_never_answered Effect::Lose, 8, [Exit::Done, Exit::Partial], 6;
    in_conflict_for_a_while all_in_conflict_for_a_while Effect::Busy, 4, [Exit::Done], 7;
    in_conflict_to_the_end all_in_conflict_to_the_end Effect::Busy, 7, [Exit::Done, Exit::Partial], 8;
    so_already all_so_already Effect::Exists, 1, [Exit::Done, Exit::Partial], 0;
    expired_credentials all_expired_credentials Effect::Expire, 0, [Exit::Credentials], 1;
}

/// Asynchronous requests alone.
async fn each_request(effect: Effect) {
    let goal = goal().await;
    let mut met: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in &goal.writes {
        let nth = met.entry(operation).or_default();
        *nth += 1;
        let takes_a_while = [
            "CreateAccount",
            "CreateAccountAssignment",
            "DeleteAccountAssignment",
            "ProvisionPermissionSet",
        ];
        if takes_a_while.contains(&operation.as_str()) {
            let fault = Fault::new(operation, *nth, effect.clone());
            Box::pin(survives(&goal, fault, &[Exit::Partial])).await;
        }
    }
}

/// Credentials that expire while statuses are asked for stop the run as those do that expire with a write.
#[tokio::test(start_paused = true)]
async fn expired_while_waiting() {
    let goal = goal().await;
    for operation in ["ListAccountAssignmentCreationStatus", "ListPermissionSetProvisioningStatus"]
    {
        let fault = Fault::new(operation, 1, Effect::Expire).times(0);
        survives(&goal, fault.clone(), &[Exit::Done]).await;
        let describe = operation.replacen("List", "Describe", 1);
        let mut repository = repository();
        repository.sandbox.faults = vec![fault, Fault::new(describe, 1, Effect::Expire).times(0)];
        let ran = repository.run(APPLY).await;
        // It may be read back after all, and what was under way be done.
        assert_eq!(ran.exit, Exit::Partial, "{}", ran.stderr);
        assert!(ran.stderr.contains("stopping ("), "{}", ran.stderr);
    }
}

#[tokio::test(start_paused = true)]
async fn failed_later() {
    each_request(Effect::AsyncFail("The role could not be made: quota exceeded".to_owned())).await;
}

#[tokio::test(start_paused = true)]
async fn never_ending() {
    each_request(Effect::Hang).await;
}

/// Others do what we are about to do, or undo what we did.
#[tokio::test(start_paused = true)]
async fn the_world_changes_in_between() {
    let goal = goal().await;
    let call = |service: &str, operation: &str, input: Value| Other {
        service: service.to_owned(),
        operation: operation.to_owned(),
        input: input.as_object().unwrap().clone(),
    };
    let store = "d-1234567890";
    let instance = "arn:aws:sso:::instance/ssoins-1234567890abcdef";
    let group = call(
        "identitystore",
        "CreateGroup",
        json!({"IdentityStoreId": store, "DisplayName": "developers", "Description": "Loyalty squad"}),
    );
    let revoke = call(
        "sso-admin",
        "DeleteAccountAssignment",
        json!({"InstanceArn": instance, "TargetId": "777788889999", "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": format!("{}/ps-000000000000read", instance.replace(":instance/", ":permissionSet/")),
            "PrincipalType": "GROUP", "PrincipalId": "1234567890-00000000-0000-4000-8000-0000000000a2"}),
    );
    let cases = [
        ("CreateGroup", group, vec![Exit::Done]),
        ("DeleteAccountAssignment", revoke, vec![Exit::Done]),
    ];
    for (operation, other, exits) in cases {
        survives(&goal, Fault::new(operation, 1, Effect::Meanwhile(vec![other])), &exits).await;
    }
}

const SAVED: &[&str] = &["apply", "$DIR/plan.json", "--yes"];

/// Kills an apply after so many lines of its journal, again and again, until one gets through.
async fn killed(goal: &Goal, lines: usize, runs: usize, apply: &[&str]) {
    let mut repository = repository();
    if apply == SAVED {
        let ran = repository.run(&["plan", "--read", "full", "--out", "$DIR/plan.json"]).await;
        assert_eq!(ran.exit, Exit::Done, "{}", ran.stderr);
    }
    let wider = watch(&mut repository, goal);
    let look = Arc::clone(&repository.on_journal);
    for run in 0.. {
        let left = Arc::new(AtomicUsize::new(lines));
        let look = Arc::clone(&look);
        repository.on_journal = Arc::new(move |line| {
            look(line);
            // As `kill -9` would: nothing of ours runs any more.
            if run < runs && left.fetch_sub(1, Ordering::SeqCst) == 1 {
                resume_unwind(Box::new("killed"));
            }
        });
        let ran = AssertUnwindSafe(Box::pin(repository.run(apply))).catch_unwind().await;
        let Ok(ran) = ran else { continue };
        assert_eq!(ran.exit, Exit::Done, "{lines}: {}\n{}", ran.stdout, ran.stderr);
        break;
    }
    assert!(state(repository.path()) == goal.after, "killed after {lines} lines");
    assert_eq!(*wider.lock().unwrap(), Reach::new(), "killed after {lines} lines");
}

#[tokio::test(start_paused = true)]
async fn killed_after_some_lines() {
    let goal = goal().await;
    for lines in (1..=goal.lines).step_by(SHARE) {
        killed(&goal, lines, 1, APPLY).await;
        // What is left is part of what was reviewed.
        killed(&goal, lines + SHARE / 2, 1, SAVED).await;
    }
    // Several times, and never far.
    killed(&goal, 25, 20, APPLY).await;
    killed(&goal, 30, 20, SAVED).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "all cases; minutes"]
async fn killed_after_each_line() {
    let goal = goal().await;
    for lines in 1..=goal.lines {
        killed(&goal, lines, 1, APPLY).await;
        killed(&goal, lines, 1, SAVED).await;
    }
}
