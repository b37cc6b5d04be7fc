//! What only a process of its own shows: signals.

use crate::support;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program, in a policy repository.
fn landgrant(folder: &Path, words: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_landgrant"))
        .arg("-C")
        .arg(folder)
        .args(words)
        .env("AWS_ACCESS_KEY_ID", "x")
        .env("AWS_SECRET_ACCESS_KEY", "x")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// The repository of the e-wallet, where a first apply has much to do.
fn wallet() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    support::overlay(&support::package("examples/e-wallet"), folder.path());
    folder
}

/// Reads until a line holds some words, and gives what follows.
fn until(reader: impl Read, words: &[&str]) -> BufReader<impl Read> {
    let mut reader = BufReader::new(reader);
    let mut line = String::new();
    while !words.iter().all(|word| line.contains(word)) {
        line.clear();
        assert!(reader.read_line(&mut line).unwrap() > 0, "it ended before it said {words:?}");
    }
    reader
}

fn rest(mut reader: BufReader<impl Read>) -> Vec<Value> {
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn journal(folder: &Path) -> Vec<Value> {
    let files = support::entries(&folder.join(".landgrant/journal"));
    let text = support::read(files.last().unwrap());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

const APPLY: &[&str] = &["apply", "--yes", "--format", "json"];

#[test]
fn the_first_signal_drains_and_the_rest_is_done_the_next_time() {
    for name in ["INT", "TERM"] {
        let folder = wallet();
        let words: Vec<&str> = ["--sandbox"].iter().chain(APPLY).copied().collect();
        let mut child = landgrant(folder.path(), &words);
        let out = until(child.stdout.take().unwrap(), &["\"event\":\"begin\""]);
        signal(&child, name);
        let told = rest(out);
        assert_eq!(child.wait().unwrap().code(), Some(130), "{name}");
        let end = told.last().unwrap();
        assert_eq!((&end["event"], &end["stopped"]), (&"end".into(), &true.into()));
        let summary = &end["summary"];
        let skipped = summary["skipped"].as_u64().unwrap();
        assert!(skipped > 0, "{end}");
        assert_eq!(summary["failed"], 0);
        // What was skipped is what is left.
        assert_eq!(end["remaining"], skipped);
        let lines = journal(folder.path());
        let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
        assert_eq!((count("stop"), count("end")), (1, 1));
        assert_eq!(count("call"), count("answer"));

        let mut again = landgrant(folder.path(), &words);
        let told = rest(BufReader::new(again.stdout.take().unwrap()));
        assert_eq!(again.wait().unwrap().code(), Some(0));
        assert_eq!(told.last().unwrap()["summary"]["applied"], skipped);
    }
}

/// An AWS whose asynchronous requests do not end, and its address.
fn slow(folder: &Path) -> (Child, String) {
    let mut server = landgrant(folder, &["sandbox", "serve", "--port", "0", "--delay", "3600000"]);
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    (server, address.trim().to_owned())
}

#[test]
fn the_second_signal_leaves_at_once_and_the_journal_tells_what_was_under_way() {
    let folder = wallet();
    let (mut server, address) = slow(folder.path());
    let words: Vec<&str> = ["--endpoint-url", &address].iter().chain(APPLY).copied().collect();
    let mut child = landgrant(folder.path(), &words);
    let _out =
        until(child.stdout.take().unwrap(), &["\"address\":\"grant/", "\"event\":\"begin\""]);
    signal(&child, "INT");
    let _err = until(child.stderr.take().unwrap(), &["stopping (interrupted): waiting for"]);
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let lines = journal(folder.path());
    let count = |event: &str| lines.iter().filter(|line| line["event"] == event).count();
    assert_eq!((count("stop"), count("end")), (1, 0));
    assert!(count("call") > count("answer"), "what is under way has no answer");
    server.kill().unwrap();
    server.wait().unwrap();
}

/// Serves a world until it is dropped.
struct Served {
    server: Child,
    address: String,
}

impl Served {
    fn of(folder: &Path) -> Self {
        let mut server = landgrant(folder, &["sandbox", "serve", "--port", "0", "--delay", "20"]);
        let mut address = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
        Self { server, address: address.trim().to_owned() }
    }

    fn run(&self, folder: &Path, words: &[&str]) -> Child {
        let words: Vec<&str> =
            ["--endpoint-url", &self.address].iter().chain(words).copied().collect();
        landgrant(folder, &words)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

/// What a process printed, and how it ended.
fn ended(child: Child) -> (String, Option<i32>) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout) + &text(&output.stderr), output.status.code())
}

#[test]
fn two_applies_of_the_same_definitions_end_with_them() {
    let folder = wallet();
    let served = Served::of(folder.path());
    let apply = || served.run(folder.path(), &["apply", "--yes"]);
    let both = [apply(), apply()].map(ended);
    for (text, code) in &both {
        // Whoever lost a race says so, and what is left.
        assert!([Some(0), Some(5)].contains(code), "{code:?} {text}");
    }
    let (text, code) = ended(served.run(folder.path(), &["apply", "--yes"]));
    assert_eq!(code, Some(0), "{text}");
    let (text, code) = ended(served.run(folder.path(), &["plan", "--detailed-exitcode"]));
    assert_eq!(code, Some(0), "{text}");
    // Two journals of the race, each whole, and one of the run that mended it, if there was anything.
    let files = support::entries(&folder.path().join(".landgrant/journal"));
    assert!((2..=3).contains(&files.len()), "{files:?}");
}

#[test]
fn two_applies_of_different_definitions_end_with_both() {
    let folder = wallet();
    let served = Served::of(folder.path());
    let team = |name: &str| {
        let folder = tempfile::tempdir().unwrap();
        let settings = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
            identity_source = \"directory\"\n[manage]\nmemberships = \"enforce\"\n";
        support::write(&folder.path().join("landgrant.toml"), settings);
        let tables = format!(
            "[permission_set.{name}]\nmanaged_policies = [\"ReadOnlyAccess\"]\n[user.\"{name}@wallet.example\"]\n\
             given_name = \"A\"\nfamily_name = \"B\"\n[group.{name}]\nmembers = [\"{name}@wallet.example\"]\n\
             [[grant]]\nto = [\"group:{name}\"]\nallow = [\"{name}\"]\nin = [\"all\"]\n"
        );
        support::write(&folder.path().join("team.toml"), &tables);
        folder
    };
    let teams = ["red", "blue"].map(team);
    let applies: Vec<Child> =
        teams.iter().map(|team| served.run(team.path(), &["apply", "--yes"])).collect();
    for child in applies {
        let (text, code) = ended(child);
        assert_eq!(code, Some(0), "{text}");
    }
    for team in &teams {
        let (text, code) = ended(served.run(team.path(), &["plan", "--detailed-exitcode"]));
        assert_eq!(code, Some(0), "{text}");
    }
}

#[test]
fn a_reading_that_is_interrupted_changes_nothing_and_leaves_nothing_behind() {
    // An AWS that hears the first question and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", silent.local_addr().unwrap());
    for words in [
        &["plan", "--out", "plan.json"][..],
        &["snapshot", "--out", "snapshot.json"],
        &["apply", "--yes"],
        &["--read", "full", "plan"],
    ] {
        for name in ["INT", "TERM"] {
            let folder = wallet();
            let before = support::entries(folder.path());
            let words: Vec<String> = ["--endpoint-url", &address]
                .iter()
                .chain(words)
                // What is written goes where it would be seen.
                .map(|word| match word.strip_suffix(".json") {
                    Some(_) => folder.path().join(word).display().to_string(),
                    None => (*word).to_owned(),
                })
                .collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let child = landgrant(folder.path(), &words);
            let asked = silent.accept().unwrap();
            signal(&child, name);
            let (text, code) = ended(child);
            drop(asked);
            assert_eq!(code, Some(130), "{words:?} {text}");
            assert!(text.ends_with("interrupted: nothing was changed\n"), "{words:?} {text}");
            assert_eq!(text.matches("interrupted").count(), 1, "{text}");
            assert_eq!(support::entries(folder.path()), before);
        }
    }
}
