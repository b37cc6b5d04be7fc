//! A snapshot stands for the reading that it was taken from.

use crate::support::{Ran, Repository, overlay, package, read};
use landgrant::cli::exit::Exit;
use landgrant::sandbox::{Effect, Fault};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;

/// A plan's document without what its reading cost.
fn plan(ran: &Ran) -> String {
    let mut document: Value = serde_json::from_str(&ran.stdout).unwrap();
    document["observed"]["calls"] = Value::Null;
    format!("{document:#}")
}

/// Plans from AWS and from a snapshot of it, and compares.
async fn compare(faults: Vec<Fault>, expected: Exit) {
    let mut repository = Repository::new();
    overlay(&package("examples/e-wallet"), repository.path());
    repository.sandbox.faults = faults;
    let words = ["plan", "--format", "json"];
    // As deep as a snapshot is, unless told otherwise.
    let from_aws = repository.run_on(&["--sandbox", "--read", "full"], &words).await;
    assert_eq!(from_aws.exit, expected, "{}", from_aws.stderr);
    let taken = repository.run(&["snapshot", "--out", "$DIR/live.json"]).await;
    assert_eq!(taken.exit == Exit::Done, expected != Exit::Incomplete, "{}", taken.stderr);
    let from_snapshot = repository.run_on(&["--live", "$DIR/live.json"], &words).await;
    assert_eq!(from_snapshot.exit, expected, "{}", from_snapshot.stderr);
    assert_eq!(plan(&from_aws), plan(&from_snapshot));

    let path = repository.path().join("live.json");
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    // A snapshot of a snapshot is the same document, whichever way it is written.
    let again = repository.run_on(&["--live", "$DIR/live.json"], &["snapshot"]).await;
    assert_eq!(again.stdout, read(&path));
}

#[tokio::test(start_paused = true)]
async fn a_plan_from_a_snapshot_is_the_plan_from_aws() {
    Box::pin(compare(Vec::new(), Exit::Done)).await;
}

#[tokio::test(start_paused = true)]
async fn what_a_reading_lacked_its_snapshot_lacks() {
    let denied = |operation: &str| Fault::new(operation, 1, Effect::Deny);
    let faults = vec![denied("ListUsers"), denied("GetInlinePolicyForPermissionSet")];
    Box::pin(compare(faults, Exit::Incomplete)).await;
}
