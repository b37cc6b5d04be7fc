//! What is new since the run before, and what is accepted.

use super::*;
use crate::drift::baseline::{Baseline, BaselineError, News};
use crate::drift::fail::FailOn;

/// The document of a run.
fn written(drift: &Drift) -> Vec<u8> {
    document::document(drift, &crate::diag::Files::default(), FailOn::Any).to_string().into_bytes()
}

fn since(before: &Drift, mut now: Drift) -> Drift {
    Baseline::read(&written(before)).unwrap().compare(&mut now).unwrap();
    now
}

#[test]
fn only_what_is_new_or_worse_since_the_last_run_counts_as_news() {
    let clean = enforced(&world());
    let mut moved = world();
    center(&mut moved, "groups")
        .push(json!({"id": "g-9", "name": "extra", "description": null, "external_ids": []}));
    center(&mut moved, "memberships").push(json!({"group": "g-9", "users": ["u-3"]}));
    let adopt = |world: &Value| drift(world, DEFINITIONS);
    grant(&mut moved, MANAGEMENT, ADMIN, &["g-9"], &[]);
    let first = since(&clean, adopt(&moved));
    let news = |drift: &Drift| drift.items.iter().map(|item| item.news).collect::<Vec<_>>();
    assert_eq!(news(&first), [Some(News::New); 2]);
    assert_eq!(first.counting(FailOn::New).count(), 2);

    let second = since(&first, adopt(&moved));
    assert_eq!(news(&second), [Some(News::Unchanged); 2]);
    assert_eq!(second.counting(FailOn::New).count(), 0);
    assert_eq!(second.counting(FailOn::Any).count(), 2);

    // Somebody joins the group that nobody declared: the same grant reaches more people.
    let members = center(&mut moved, "memberships");
    members.last_mut().unwrap()["users"] = json!(["u-1", "u-3"]);
    let third = since(&second, adopt(&moved));
    assert_eq!(news(&third), [Some(News::Worse); 2]);

    let fourth = since(&third, adopt(&world()));
    assert_eq!(fourth.items.len(), 0);
    assert_eq!(fourth.since.as_ref().unwrap().resolved.len(), 2);
}

#[test]
fn what_an_incomplete_run_hides_is_neither_resolved_nor_news_afterwards() {
    let mut moved = world();
    grant(&mut moved, MANAGEMENT, ADMIN, &[], &["u-3"]);
    let first = enforced(&moved);
    let mut unread = live(&world());
    unread.gaps.push(Gap {
        part: Part::Grants(
            AccountId::parse(MANAGEMENT).unwrap(),
            crate::id::PermissionSetArn::new(ADMIN),
        ),
        operation: String::new(),
        code: "x".to_owned(),
        message: String::new(),
    });
    let second = since(&first, drift_of(&unread, &format!("{ENFORCE}{DEFINITIONS}")));
    assert_eq!(second.since.as_ref().unwrap().resolved.len(), 0);
    assert_eq!(second.since.as_ref().unwrap().hidden.len(), 1);
    let third = since(&second, enforced(&moved));
    assert_eq!(third.items[0].news, Some(News::Unchanged));
}

#[test]
fn a_file_that_is_no_baseline_says_so() {
    let clean = written(&enforced(&world()));
    assert!(matches!(Baseline::read(&clean[..clean.len() / 2]), Err(BaselineError::Damaged(_))));
    assert!(matches!(Baseline::read(b"{}"), Err(BaselineError::Other(_))));
    let text = String::from_utf8(clean).unwrap();
    let newer = text.replace("\"format_version\":\"1.0\"", "\"format_version\":\"2.0\"");
    assert!(matches!(Baseline::read(newer.as_bytes()), Err(BaselineError::Other(_))));
    let other = text.replace("o-abcde12345", "o-zzzzz12345");
    let elsewhere = Baseline::read(other.as_bytes()).unwrap();
    let error = elsewhere.compare(&mut enforced(&world())).unwrap_err();
    assert!(matches!(error, BaselineError::Elsewhere(..)), "{error}");
}

#[test]
fn what_is_accepted_is_quiet_until_its_day_has_passed() {
    let mut moved = world();
    grant(&mut moved, MANAGEMENT, ADMIN, &[], &["u-3"]);
    let accept = |what: &str, until: &str| {
        format!("[[accept]]\nwhat = \"{what}\"\nwhy = \"moving\"\nuntil = {until}\n")
    };
    let with = |accepts: &str| drift(&moved, &format!("{ENFORCE}{DEFINITIONS}{accepts}"));
    let quiet = with(&accept("grant/mgmt/*", "2026-12-31"));
    assert_eq!((quiet.items.len(), quiet.counting(FailOn::Any).count()), (1, 0));
    assert_eq!(quiet.accepts.items, 1);

    let over = with(&accept("grant/mgmt/*", "2026-11-22"));
    assert_eq!((over.counting(FailOn::Any).count(), over.accepts.over.len()), (1, 1));
    // What was quiet is as loud as on its first day.
    assert_eq!(since(&quiet, over).items[0].news, Some(News::New));

    let idle = with(&accept("grant/other/*", "2026-12-31"));
    assert_eq!((idle.counting(FailOn::Any).count(), idle.accepts.idle.len()), (1, 1));
    // A gap cannot be accepted.
    let mut unread = live(&world());
    unread.gaps.push(Gap {
        part: Part::Users,
        operation: String::new(),
        code: "x".to_owned(),
        message: String::new(),
    });
    let all = drift_of(&unread, &format!("{ENFORCE}{DEFINITIONS}{}", accept("*", "2026-12-31")));
    assert!(all.counting(FailOn::Any).any(|item| item.kind == "reading"));
}
