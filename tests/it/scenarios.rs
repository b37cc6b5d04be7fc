//! Scenarios: a folder of `tests/scenarios` is a test.
//!
//! `defs/` is the policy repository, `world.json` the sandbox's world (or the shared one beside the
//! folders), `script` says what is run, and `expected.txt` is all of what was printed, how each
//! command ended, and what it changed in AWS. `BLESS=1` writes the latter. A script has, line by
//! line:
//!
//! ```text
//! plan --format json            a command of landgrant; $DIR is the repository
//! given apply --yes             the same, but what it prints is not the point; it exits 0
//! as-of 2026-12-01T00:00:00Z    sets the clock
//! use FOLDER                    lays the definitions of another folder over those of defs/
//! fault OPERATION N EFFECT      the N-th such call of each further command (0: each) goes wrong, `NxT` T of
//!                               them from there (T 0: all): deny | throttle | fail500 | lose | reset |
//!                               busy | exists | expire | hang | async-fail REASON |
//!                               meanwhile SERVICE:OPERATION JSON (others make this call just before)
//! mend                          nothing goes wrong any more
//! answer TEXT                   a person sits at the terminal and types TEXT
//! pages N                       short pages, each listing beginning with an empty one
//! any-order                     what runs side by side is written down in the order of its text
//! ends differing                the last plan need not be empty: the scenario is about what stays
//! ```
//!
//! A scenario ends with `plan --detailed-exitcode`, which exits 0: what was applied is what was meant.

use crate::support::{self, Ran, Repository};
use landgrant::cli::exit::Exit;
use landgrant::sandbox::{Effect, Fault, Other};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Longest transcript that a person reads before blessing it.
const MOST_LINES: usize = 200;
const LAST: &str = "plan --detailed-exitcode";

macro_rules! scenarios {
    ($($name:ident)*) => {
        const ALL: &[&str] = &[$(stringify!($name)),*];
        $(
            #[tokio::test(start_paused = true)]
            async fn $name() {
                Box::pin(scenario(stringify!($name))).await;
            }
        )*
    };
}

scenarios! {
    access_between_dates
    access_by_tag_after_retagging
    account_closed
    account_tags_change
    accounts_by_factory
    accounts_vended
    admin_rights_and_management_account
    answer_other_than_yes
    async_failure_skips_dependents
    controls_reconciled
    controls_without_landing_zone
    creation_resumed
    denied_directory_is_a_gap
    denied_listing_is_a_gap
    difference_shown
    direct_grant_to_a_user
    drift_attributed
    drift_found_and_mended
    drift_told
    drift_of_an_incomplete_reading
    drift_since_the_last_run
    empty_definitions
    empty_organization
    explain_incomplete
    explain_paths
    external_identity_source
    first_apply
    grant_expires
    grant_starts_later
    group_renamed_and_described
    hostile_names
    ignored_and_unmanaged
    invalid_definitions
    keep_holds_at_every_step
    journal_shown
    limits_refuse_removals
    matrix_defuses
    matrix_incomplete
    matrix_of_people
    lost_answer_is_read_back
    lost_attachment_is_found
    lost_creations
    members_join_and_leave
    no_terminal
    nothing_declared_removes_nothing
    observed_kinds
    only_one_account
    only_reaches_no_other
    only_reads_less
    orphans_are_cleaned_up
    ou_renamed
    ou_removed_when_empty
    account_moves
    permission_set_edited
    permission_set_emptied
    permission_set_removed
    person_joins_after_review
    plan_file_refused
    quick_and_full
    revert_held
    revert_resumed
    reverted
    same_access_by_another_path
    set_grows_while_grants_go
    stale_plan
    stale_provisioning
    status_as_json
    suspended_account
    throttled_and_short_pages
    two_operators
    unrelated_drift
    users_created_and_updated
}

fn folder() -> PathBuf {
    support::package("tests/scenarios")
}

async fn scenario(name: &str) {
    let folder = folder().join(name);
    let transcript = Box::pin(play(&folder)).await;
    let lines = transcript.lines().count();
    assert!(lines <= MOST_LINES, "{name}: {lines} lines; at most {MOST_LINES} can be reviewed");
    let golden = folder.join("expected.txt");
    if blessing() {
        support::write(&golden, &transcript);
        return;
    }
    let expected = support::read(&golden);
    assert!(
        transcript == expected,
        "{name} differs from its expected.txt; where that is right, BLESS=1 accepts it\n{}",
        similar::TextDiff::from_lines(&expected, &transcript).unified_diff()
    );
}

#[expect(clippy::disallowed_methods, reason = "how a person asks for new transcripts")]
fn blessing() -> bool {
    std::env::var("BLESS").is_ok()
}

/// Runs a script and writes down everything that can be seen.
async fn play(folder: &Path) -> String {
    let mut repository = Repository::new();
    let own = folder.join("world.json");
    let world = if own.exists() { own } else { self::folder().join("world.json") };
    support::write(&repository.path().join("sandbox.json"), &support::read(&world));
    support::overlay(&folder.join("defs"), repository.path());

    let script = support::read(&folder.join("script"));
    let mut out = String::new();
    let (mut differing, mut in_any_order, mut last) = (false, false, None);
    for line in script.lines().filter(|line| !line.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match word {
            "#" => {}
            "as-of" => repository.now = rest.parse().unwrap(),
            "use" => support::overlay(&folder.join(rest), repository.path()),
            "fault" => repository.sandbox.faults.push(fault(rest)),
            "mend" => repository.sandbox.faults.clear(),
            "answer" => repository.answer = Some(rest.to_owned()),
            "pages" => {
                repository.sandbox.page_limit = Some(rest.parse().unwrap());
                repository.sandbox.empty_first_page = true;
            }
            "ends" => differing = true,
            // The SDK waits for a random time between attempts: what runs side by side overtakes.
            "any-order" => in_any_order = true,
            "given" => {
                let ran = run(&repository, rest).await;
                assert_eq!(ran.exit, Exit::Done, "{out}{line}\n{}{}", ran.stdout, ran.stderr);
                last = Some((rest, ran.exit));
            }
            _ => {
                let mut ran = run(&repository, line).await;
                if in_any_order {
                    ran.sort();
                }
                record(&mut out, line, &ran);
                last = Some((line, ran.exit));
                continue;
            }
        }
        if word != "ends" {
            writeln!(out, "{line}").unwrap();
        }
    }
    if !differing {
        assert_eq!(last, Some((LAST, Exit::Done)), "the last plan is to be empty\n{out}");
    }
    out
}

async fn run(repository: &Repository, line: &str) -> Ran {
    repository.run(&line.split(' ').collect::<Vec<_>>()).await
}

fn fault(text: &str) -> Fault {
    let mut words = text.splitn(3, ' ');
    let (operation, nth) = (words.next().unwrap(), words.next().unwrap());
    let (nth, times) = match nth.split_once('x') {
        Some((nth, times)) => (nth, times.parse().unwrap()),
        None => (nth, 1),
    };
    let effect = match words.next().unwrap() {
        "deny" => Effect::Deny,
        "throttle" => Effect::Throttle,
        "fail500" => Effect::Fail500,
        "lose" => Effect::Lose,
        "reset" => Effect::Reset,
        "busy" => Effect::Busy,
        "exists" => Effect::Exists,
        "expire" => Effect::Expire,
        "hang" => Effect::Hang,
        meanwhile if meanwhile.starts_with("meanwhile ") => meanwhile_others(meanwhile),
        other => Effect::AsyncFail(other.strip_prefix("async-fail ").unwrap().to_owned()),
    };
    Fault::new(operation, nth.parse().unwrap(), effect).times(times)
}

/// `meanwhile sso-admin:CreateAccountAssignment {…}`
fn meanwhile_others(text: &str) -> Effect {
    let mut words = text.splitn(3, ' ').skip(1);
    let (service, operation) = words.next().unwrap().split_once(':').unwrap();
    Effect::Meanwhile(vec![Other {
        service: service.to_owned(),
        operation: operation.to_owned(),
        input: serde_json::from_str(words.next().unwrap()).unwrap(),
    }])
}

fn record(out: &mut String, line: &str, ran: &Ran) {
    let Ran { exit, stdout, stderr, writes } = ran;
    writeln!(out, "$ landgrant {line}").unwrap();
    out.push_str(stdout);
    for line in stderr.lines() {
        writeln!(out, "stderr: {line}").unwrap();
    }
    for call in writes {
        let operation = format!("{}:{}", call.service, call.operation);
        let outcome = if call.outcome == "ok" { "" } else { &format!(" [{}]", call.outcome) };
        writeln!(out, "write: {operation}{outcome} {}", call.summary).unwrap();
    }
    writeln!(out, "exit: {}\n", exit.code()).unwrap();
}

#[test]
fn every_folder_is_a_scenario_and_every_scenario_a_folder() {
    let folders: BTreeSet<String> = support::entries(&folder())
        .iter()
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    let listed: BTreeSet<String> = ALL.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(folders, listed);
    for name in &listed {
        for part in ["script", "expected.txt", "defs"] {
            assert!(folder().join(name).join(part).exists(), "{name} has no {part}");
        }
    }
}
