//! Every form, of ordinary and of hostile names.

use super::*;
use crate::drift::baseline::Baseline;
use crate::drift::document;
use crate::drift::tests::{ADMIN, APP, MANAGEMENT, READER, center, enforced, grant, world};
use serde_json::{Value, json};

const HOSTILE: &str = "x|<b>&`*_[a](b)\"'@team\u{202e}]]>";

/// A grant that nobody declared, to somebody with such a name; and one of little weight.
fn found(name: &str) -> Drift {
    let mut world = world();
    grant(&mut world, MANAGEMENT, ADMIN, &[], &["u-3"]);
    grant(&mut world, APP, READER, &[], &["u-9"]);
    center(&mut world, "users")[2]["user_name"] = json!(name);
    enforced(&world)
}

fn files() -> Files {
    Files::default()
}

#[test]
fn nothing_wrong_is_one_line_of_text_and_of_markdown() {
    let clean = enforced(&world());
    let text = text(&clean, &files(), FailOn::Any, false);
    assert!(text.starts_with("no drift: 3 accounts") && text.lines().count() == 1, "{text}");
    let markdown = markdown(&clean, FailOn::Any);
    assert!(markdown.starts_with("**no drift") && markdown.lines().count() == 1, "{markdown}");
}

#[test]
fn a_thousand_items_are_told_the_worst_first_and_in_few_lines() {
    let mut world = world();
    for n in 0..1000 {
        let id = format!("x-{n}");
        let name = format!("user{n:04}");
        center(&mut world, "users").push(json!({"id": id, "user_name": name, "display_name": name,
            "given_name": name, "family_name": name, "email": null, "external_ids": []}));
        let account = if n == 500 { MANAGEMENT } else { APP };
        grant(&mut world, account, if n == 500 { ADMIN } else { READER }, &[], &[id.as_str()]);
    }
    let drift = enforced(&world);
    assert_eq!(drift.items.len(), 1000);
    let text = text(&drift, &files(), FailOn::Any, false);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("drift: 1000 items · 1 critical, 999 medium"), "{}", lines[0]);
    assert!(lines.iter().find(|l| l.contains("! ")).unwrap().contains("user0500"), "{text}");
    assert!(lines.len() < 400, "{}", lines.len());
    assert!(text.contains("× medium unmanaged grants"), "{text}");
}

#[test]
fn markdown_takes_no_name_for_markup() {
    let text = markdown(&found(HOSTILE), FailOn::Any);
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| critical")).collect();
    assert_eq!(rows.len(), 1, "{text}");
    assert_eq!(rows[0].matches('|').count(), 7, "{}", rows[0]);
    for mark in ["<b>", "`", "[a]", "@team", "\u{202e}"] {
        assert!(!text.contains(mark), "{mark}: {text}");
    }
    assert!(text.contains("<code>grant/mgmt/Admin/user&#58;x&#124;"), "{text}");
}

#[test]
fn junit_tells_failures_from_what_does_not_count() {
    let drift = found("chi");
    let all = junit(&drift, FailOn::Any);
    assert!(all.contains("tests=\"9\" failures=\"2\" errors=\"0\" skipped=\"0\""), "{all}");
    let some = junit(&drift, FailOn::Severity(Severity::High));
    assert!(some.contains("failures=\"1\" errors=\"0\" skipped=\"1\""), "{some}");
    assert!(
        some.contains("<failure type=\"critical\" message=\"critical: nothing declares it\">chi")
    );
    let hostile = junit(&found(HOSTILE), FailOn::Any);
    for mark in ["<b>", "]]>", "\u{202e}"] {
        assert!(!hostile.contains(mark), "{mark}: {hostile}");
    }
}

#[test]
fn sarif_has_own_fingerprints_and_what_became_of_the_run_before() {
    let drift = found("chi");
    let before = document::document(&drift, &files(), FailOn::Any).to_string();
    let run = sarif(&drift, &files())["runs"][0].clone();
    assert_eq!(run["invocations"][0]["executionSuccessful"], true);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    let [first, second] = [&results[0], &results[1]];
    assert_eq!((&first["ruleId"], &first["level"]), (&json!("unmanaged"), &json!("error")));
    assert_eq!((&second["ruleId"], &second["level"]), (&json!("orphaned"), &json!("note")));
    assert_eq!(first["partialFingerprints"]["landgrant/v1"], drift.items[0].fingerprint.as_str());
    assert_eq!(first["baselineState"], Value::Null);

    let mut now = enforced(&world());
    Baseline::read(before.as_bytes()).unwrap().compare(&mut now).unwrap();
    let run = sarif(&now, &files())["runs"][0].clone();
    let states: Vec<&Value> =
        run["results"].as_array().unwrap().iter().map(|r| &r["baselineState"]).collect();
    assert_eq!(states, ["absent", "absent"]);
}

#[test]
fn metrics_name_nobody() {
    let text = prometheus(&found("chi"), FailOn::Any);
    for name in ["chi", "mgmt", "Admin", "u-9", "999999999999"] {
        assert!(!text.contains(name), "{name}: {text}");
    }
    let sample = "landgrant_drift_items{organization=\"o-abcde12345\",class=\"unmanaged\",\
        severity=\"critical\",accepted=\"false\"} 1\n";
    assert!(text.contains(sample), "{text}");
    assert!(
        text.contains("landgrant_drift_observation_complete{organization=\"o-abcde12345\"} 1\n")
    );
    assert!(text.ends_with('\n'));
    // Each metric has one head, and stands together.
    let heads: Vec<&str> = text.lines().filter(|line| line.starts_with("# TYPE")).collect();
    let once: std::collections::BTreeSet<&str> = heads.iter().copied().collect();
    assert_eq!(heads.len(), once.len());
}

/// What a target is told of a run.
fn told(drift: &Drift) -> notice::Notice {
    let telling = drift.telling("slack=X", FailOn::Any, true).unwrap();
    let link = Some("https://ci.example/1|2");
    notice::notice(drift, &telling, notice::Source { link, rehearsal: None })
}

#[test]
fn a_message_takes_no_name_for_markup_and_says_nothing_twice() {
    let message = told(&found("<!channel> \u{202e}*x*\n`y`"));
    assert_eq!(message.subject, "drift in o-abcde12345: 2 items to look at: 1 critical, 1 low");
    let blocks = message.slack["blocks"].as_array().unwrap();
    for block in blocks {
        let text = &block["text"];
        let name = text["text"].as_str().unwrap();
        assert!(!name.contains('\u{202e}'), "{name}");
        // Where a name stands nothing is marked up.
        assert!(text["type"] == "plain_text" || !name.contains("channel"), "{name}");
    }
    assert_eq!(blocks.last().unwrap()["text"]["text"], "<https://ci.example/1%7C2|open the run>");
    assert!(!message.slack["text"].as_str().unwrap().contains('<'));
    assert!(!message.text.contains('\u{202e}') && message.text.contains("\\u{202e}"));
}

#[test]
fn a_message_of_a_thousand_items_is_one_that_every_receiver_takes() {
    let mut world = world();
    for n in 0..1000 {
        let (id, name) = (format!("x-{n}"), format!("{n:04}{}", "n".repeat(120)));
        center(&mut world, "users").push(json!({"id": id, "user_name": name, "display_name": name,
            "given_name": name, "family_name": name, "email": null, "external_ids": []}));
        let account = if n == 500 { MANAGEMENT } else { APP };
        grant(&mut world, account, if n == 500 { ADMIN } else { READER }, &[], &[id.as_str()]);
    }
    let message = told(&enforced(&world));
    let blocks = message.slack["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50, "{}", blocks.len());
    for (at, block) in blocks.iter().enumerate() {
        let text = block["text"]["text"].as_str().unwrap();
        let most = if at == 0 { 150 } else { 3_000 };
        assert!((1..=most).contains(&text.chars().count()), "{text}");
    }
    let first = blocks[2]["text"]["text"].as_str().unwrap();
    assert!(first.starts_with("critical unmanaged grant/mgmt/Admin/user:0500"), "{first}");
    let more = blocks[blocks.len() - 2]["text"]["text"].as_str().unwrap();
    assert_eq!(more, "… and 980 more items: 980 medium");
    assert!(message.subject.len() <= 100 && message.subject.is_ascii());
    assert!(message.text.len() < 262_144);
    let webhook = &message.webhook;
    assert_eq!((webhook["items"].as_array().unwrap().len(), &webhook["more"]), (100, &json!(900)));
    assert_eq!(webhook["counts"]["told"], json!({"critical": 1, "medium": 999}));
}
