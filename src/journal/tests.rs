//! Journals, whole and damaged.

use super::*;

const BEGIN: &str = r#"{"event":"begin","kind":"landgrant.journal","format_version":"1.3","time":"2026-11-23T09:00:00Z","plan":"p1","scope":{"organization":"o-1","instance":"i","region":"r","caller":"arn:me"},"changes":[{"id":"c1","address":"group/g","action":"create","before":null,"after":{},"ids":{}},{"id":"c2","address":"grant/a/S/group:g","action":"create","before":null,"after":{},"ids":{"account":"1"},"novelty":1},{"id":"c3","address":"ou/A","action":"create"}],"novelty":{}}"#;
const CALL: &str = r#"{"event":"call","time":"2026-11-23T09:00:01Z","change":"c1","call":1,"operation":"identitystore:CreateGroup","parameters":{}}"#;
const ANSWER: &str = r#"{"event":"answer","time":"2026-11-23T09:00:02Z","change":"c1","call":1,"operation":"identitystore:CreateGroup","status":"done","attempts":2,"request_id":"r-1","created":{"group":"g-1"}}"#;
const CHANGE: &str = r#"{"event":"change","time":"2026-11-23T09:00:02Z","change":"c1","address":"group/g","action":"create","status":"applied","message":null}"#;
const OTHER: &str = r#"{"event":"call","time":"2026-11-23T09:00:03Z","change":"c2","call":1,"operation":"sso-admin:CreateAccountAssignment"}"#;
const END: &str = r#"{"event":"end","time":"2026-11-23T09:00:09Z","exit":5,"remaining":1,"results":[{"change":"c1","status":"unknown"},{"change":"c9","status":"applied"}]}"#;

fn journal(lines: &[&str]) -> Journal {
    read(lines.join("\n").as_bytes()).unwrap()
}

fn statuses(journal: &Journal) -> Vec<Status> {
    journal.changes.iter().map(Change::status).collect()
}

#[test]
fn what_became_of_each_change_is_known_at_any_moment() {
    use Status::{Applied, NotBegun, UnderWay, Unknown};
    let all = [BEGIN, CALL, ANSWER, CHANGE, OTHER, END];
    for (lines, expected) in [
        (1, [NotBegun, NotBegun, NotBegun]),
        (2, [UnderWay, NotBegun, NotBegun]),
        (3, [UnderWay, NotBegun, NotBegun]),
        (4, [Applied, NotBegun, NotBegun]),
        (5, [Applied, UnderWay, NotBegun]),
        // The read-back has the last word.
        (6, [Unknown, UnderWay, NotBegun]),
    ] {
        let journal = journal(&all[..lines]);
        assert_eq!(statuses(&journal), expected, "{lines} lines");
        assert_eq!(journal.damaged, []);
    }
    let whole = journal(&all);
    assert_eq!(whole.end.as_ref().and_then(|end| end.remaining), Some(1));
    assert_eq!(whole.begin.caller.as_deref(), Some("arn:me"));
    let ids = whole.changes[0].all_ids();
    assert_eq!(ids.get("group").map(String::as_str), Some("g-1"));
    assert_eq!(whole.counts()[&UnderWay], 1);
}

#[test]
fn damage_is_named_and_the_rest_is_read() {
    let unknown = r#"{"event":"snack","time":"2026-11-23T09:00:03Z"}"#;
    let lines = [
        BEGIN,
        CALL,
        "\0\0\0",
        ANSWER,
        "{\"event\":",
        unknown,
        "",
        "[]",
        r#"{"event":"call","change":"c9","call":1}"#,
        CHANGE,
        "{\"event\":\"ca",
    ];
    let journal = journal(&lines);
    assert_eq!(statuses(&journal), [Status::Applied, Status::NotBegun, Status::NotBegun]);
    let numbers: Vec<usize> = journal.damaged.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [3, 5, 8, 9]);
    assert_eq!(journal.cut_off, Some(11));
    assert_eq!(journal.damaged[3].1, "the plan holds no change c9");
    // Cut off anywhere, it says no more than what was written.
    let text = [BEGIN, CALL, ANSWER, CHANGE].join("\n");
    for end in BEGIN.len()..text.len() {
        let part = read(&text.as_bytes()[..end]).unwrap();
        assert_eq!(part.damaged, [], "{end}");
    }
}

#[test]
fn what_is_no_journal_is_refused() {
    let newer = BEGIN.replace("\"1.3\"", "\"2.0\"");
    for (text, told) in [
        ("", "it is empty"),
        ("\n \n", "it is empty"),
        (
            &BEGIN[..50],
            "its first line, which says what it is, cannot be read: it ends in the middle",
        ),
        (CALL, "it is not a journal"),
        ("{\"kind\":\"landgrant.plan\"}", "it is not a journal"),
        (&newer, "its format version is 2.0, and this landgrant"),
        (&BEGIN.replace("changes", "chances"), "its `changes` are missing"),
    ] {
        let error = read(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_call_that_nobody_heard_of_may_have_acted() {
    let failed = ANSWER.replace("done", "failed");
    let skipped = CHANGE.replace("applied", "failed");
    assert!(!journal(&[BEGIN, CALL, &failed, &skipped]).changes[0].may_have_acted());
    assert!(!journal(&[BEGIN]).changes[0].may_have_acted());
    for lines in [
        vec![BEGIN, CALL],
        vec![BEGIN, CALL, ANSWER],
        vec![BEGIN, CALL, &skipped],
        vec![BEGIN, CHANGE],
        vec![BEGIN, CALL, ANSWER, &skipped],
    ] {
        assert!(journal(&lines).changes[0].may_have_acted(), "{lines:?}");
    }
}
