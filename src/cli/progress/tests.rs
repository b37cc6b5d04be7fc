use super::*;
use crate::aws::{self, Options};
use crate::cli::args::Cli;
use clap::Parser;
use std::io::{self, Write};
use std::sync::Arc;

fn rate(operation: &'static str) -> (&'static str, f64) {
    match operation.split_once(':') {
        Some((service @ "sso-admin", _)) => (service, 20.0),
        Some(("organizations", _)) => (operation, 10.0),
        _ => (operation, 20.0),
    }
}

#[test]
fn the_time_that_is_left_is_that_of_the_slowest_quota() {
    let mut seen = Seen::default();
    let told =
        |seen: &Seen, calls, seconds| seen.message(calls, Duration::from_secs(seconds), rate);
    assert_eq!(told(&seen, 1, 0), "no listing is done yet · 1 call");
    seen.hear(Question::Users, 300, 0);
    assert_eq!(told(&seen, 12, 0), "users 300 · 12 calls");
    // What is left of the first listings is not what is left.
    seen.hear(Question::AccountsOfSets, 10, 50);
    assert_eq!(
        told(&seen, 180, 10),
        "accounts of permission sets 10 of 50 · 180 calls, 18 a second"
    );
    seen.hear(Question::AccountsOfSets, 50, 50);
    seen.left.extend([(Question::GroupGrants, 200), (Question::Members, 200)]);
    seen.decided = true;
    seen.hear(Question::GroupGrants, 100, 200);
    seen.hear(Question::SetDetails, 0, 50);
    // 100 and 6 times 50 at 20 a second; the members have a quota of their own.
    let expected = "details of permission sets 0 of 50 · 180 calls, 18 a second, 20 s left";
    assert_eq!(told(&seen, 180, 10), expected);
    seen.left.insert(Question::AccountTags, 1000);
    assert!(told(&seen, 180, 10).ends_with(", 100 s left"));
    seen.left.clear();
    assert!(told(&seen, 960, 50).ends_with("960 calls, 19 a second"));
}

#[test]
fn what_is_ahead_is_told_by_quota() {
    let rows = vec![
        (Question::SetDetails, 300),
        (Question::Members, 200),
        (Question::GroupGrants, 300),
        (Question::UserGrants, 0),
    ];
    let expected = "at least 800 calls ahead, about 30 s at the quotas: 600 calls of sso-admin in 30 s, \
        200 calls of identitystore:ListGroupMemberships in 10 s";
    assert_eq!(ahead(&Estimate { rows }.loads(rate)).unwrap(), expected);
    assert_eq!(ahead(&[]), None);
}

#[derive(Clone, Default)]
struct Stream(Arc<Mutex<Vec<u8>>>);

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a reading of so many seconds tells off a terminal.
async fn lines(words: &[&str], seconds: u64) -> String {
    let stderr = Stream::default();
    let env =
        Env::fake(Box::new(io::sink()), Box::new(stderr.clone()), jiff::Timestamp::UNIX_EPOCH);
    let global = Cli::try_parse_from(["landgrant"].iter().chain(words)).unwrap().global;
    let aws =
        aws::connect(Options { region: Some("eu-west-1".to_owned()), ..Options::default() }).await;
    let reading = Reading::new(&env, &global, &aws);
    reading.step(Question::Users, 7, 0);
    let end = tokio::time::sleep(Duration::from_secs(seconds));
    tokio::select! {
        biased;
        () = end => {}
        never = reading.tell() => match never {},
    }
    let told = stderr.0.lock().unwrap().clone();
    String::from_utf8(told).unwrap()
}

#[tokio::test(start_paused = true)]
async fn off_a_terminal_a_long_reading_says_now_and_then_that_it_goes_on() {
    assert_eq!(lines(&["plan"], 9).await, "");
    let line = "reading AWS: users 7 · 0 calls\n";
    assert_eq!(lines(&["plan"], 11).await, line);
    assert_eq!(lines(&["plan"], 39).await, line);
    assert_eq!(lines(&["plan"], 71).await, line.repeat(3));
    assert_eq!(lines(&["-q", "plan"], 71).await, "");
}
