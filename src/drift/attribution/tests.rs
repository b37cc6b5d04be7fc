//! Which event is taken for the cause of a difference, and what is asked for to find it.

use super::*;
use crate::diag::Files;
use crate::drift::baseline::Baseline;
use crate::drift::fail::FailOn;
use crate::drift::tests::{ADMIN, APP, MANAGEMENT, READER, center, enforced, grant, live, world};
use crate::drift::{Unread, document};
use serde_json::{Value, json};

const SINCE: &str = "2026-11-22T00:00:00Z";

fn since() -> Timestamp {
    SINCE.parse().unwrap()
}

fn history() -> Timestamp {
    "2026-08-25T00:00:00Z".parse().unwrap()
}

/// An event of Identity Center at an hour of the day.
fn event(id: &str, name: &str, hour: u8, request: &Value) -> Event {
    from("sso.amazonaws.com", id, name, hour, request)
}

fn from(source: &str, id: &str, name: &str, hour: u8, request: &Value) -> Event {
    let text = json!({
        "eventID": id, "eventName": name, "eventSource": source, "awsRegion": "ap-southeast-1",
        "eventTime": format!("2026-11-22T{hour:02}:00:00Z"),
        "userIdentity": {"type": "AssumedRole", "principalId": "AROA:mallory",
            "arn": "arn:aws:sts::999999999999:assumed-role/AWSReservedSSO_Admin_00/mallory"},
        "userAgent": "aws-cli/2.31.0 md/x", "sourceIPAddress": "203.0.113.7",
        "requestParameters": request,
    });
    Event::parse(&text.to_string()).unwrap()
}

fn assignment(account: &str, set: &str, principal: &str) -> Value {
    json!({"targetId": account, "permissionSetArn": set, "principalId": principal})
}

/// Chi is an administrator of the management account, and nobody has declared it.
fn chi() -> (Drift, Live) {
    let mut world = world();
    grant(&mut world, MANAGEMENT, ADMIN, &[], &["u-3"]);
    (enforced(&world), live(&world))
}

/// Answers every query with the events of its name, on one page.
fn found(drift: &mut Drift, live: &Live, events: &[Event]) -> Vec<Query> {
    let mut search = Search::new(drift, since(), history());
    let mut asked = Vec::new();
    while let Some(query) = search.next() {
        let some = events.iter().filter(|event| event.name == query.name).cloned();
        let mut some: Vec<Event> = some.collect();
        some.sort_by_key(|event| std::cmp::Reverse(event.time));
        search.learn(&query, some, None);
        asked.push(query);
    }
    search.finish(drift, live, 40);
    asked
}

fn to(drift: &Drift) -> Option<&Deed> {
    match drift.items[0].attribution.as_ref().unwrap() {
        Attribution::To(deed) => Some(deed),
        Attribution::Nobody { .. } => None,
    }
}

#[test]
fn the_newest_event_that_names_every_id_is_the_cause() {
    let (mut drift, live) = chi();
    let own = assignment(MANAGEMENT, ADMIN, "u-3");
    let events = [
        event("older", "CreateAccountAssignment", 3, &own),
        event("own", "CreateAccountAssignment", 5, &own),
        event("account", "CreateAccountAssignment", 6, &assignment(APP, ADMIN, "u-3")),
        event("set", "CreateAccountAssignment", 7, &assignment(MANAGEMENT, READER, "u-3")),
        event("person", "CreateAccountAssignment", 8, &assignment(MANAGEMENT, ADMIN, "u-1")),
        event("other call", "DeleteAccountAssignment", 9, &own),
    ];
    let asked = found(&mut drift, &live, &events);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!((asked[0].place, asked[0].since), (Place::IdentityCenter, since()));
    let deed = to(&drift).unwrap();
    assert_eq!((deed.event_id.as_str(), deed.person.as_deref()), ("own", Some("mallory")));
    assert_eq!(deed.others, ["older"]);
    assert!(!deed.by_landgrant);
    assert_eq!(
        deed.summary(),
        "arn:aws:sts::999999999999:assumed-role/AWSReservedSSO_Admin_00/mallory · \
         2026-11-22T05:00:00Z · CreateAccountAssignment · aws-cli/2.31.0 from 203.0.113.7 · event own"
    );
}

#[test]
fn what_was_refused_of_another_service_or_only_mentions_ids_is_no_cause() {
    let own = assignment(MANAGEMENT, ADMIN, "u-3");
    let name = "CreateAccountAssignment";
    let refused = Event { error: Some("AccessDenied".to_owned()), ..event("e", name, 5, &own) };
    let elsewhere = from("sns.amazonaws.com", "e", name, 5, &own);
    let text = json!({"targetId": MANAGEMENT, "permissionSetArn": ADMIN, "description": "u-3"});
    let early =
        Event { time: "2026-11-21T23:00:00Z".parse().unwrap(), ..event("e", name, 5, &own) };
    for event in [refused, elsewhere, event("e", name, 5, &text), early] {
        let (mut drift, live) = chi();
        found(&mut drift, &live, std::slice::from_ref(&event));
        assert_eq!(to(&drift), None, "{event:?}");
        let because = drift.items[0].attribution.as_ref().and_then(Attribution::because);
        assert_eq!(because, Some("no event since 2026-11-22T00:00:00Z names it"));
    }
}

#[test]
fn our_own_applies_are_known_by_the_user_agent() {
    let agents = [
        (
            "aws-sdk-rust/1.7 ua/2.1 app/landgrant-0.1.0+plan-0123456789ab",
            true,
            Some("0123456789ab"),
        ),
        ("aws-sdk-rust/1.7 app/landgrant-0.1.0", true, None),
        ("curl/8 xapp/landgrant-0.1.0+plan-0123456789ab", false, None),
        ("", false, None),
    ];
    for (agent, ours, plan) in agents {
        let (mut drift, live) = chi();
        let own = assignment(MANAGEMENT, ADMIN, "u-3");
        let event = event("own", "CreateAccountAssignment", 5, &own);
        found(&mut drift, &live, &[Event { user_agent: agent.to_owned(), ..event }]);
        let deed = to(&drift).unwrap();
        assert_eq!((deed.by_landgrant, deed.plan.as_deref()), (ours, plan), "{agent}");
        assert_eq!(
            Attribution::parse(&Attribution::To(Box::new(deed.clone())).json()),
            Some(Attribution::To(Box::new(deed.clone())))
        );
    }
}

#[test]
fn only_edits_of_what_differs_are_asked_for() {
    let mut world = world();
    center(&mut world, "permission_sets")[1]["session_duration"] = json!("PT8H");
    center(&mut world, "permission_sets")[1]["inline_policy"] = json!("{\"Statement\":[]}");
    let mut drift = enforced(&world);
    let request = json!({"permissionSetArn": READER, "sessionDuration": "PT8H"});
    let events = [
        event("late", "PutInlinePolicyToPermissionSet", 9, &json!({"permissionSetArn": READER})),
        event("early", "UpdatePermissionSet", 4, &request),
    ];
    let asked = found(&mut drift, &live(&world), &events);
    let names: Vec<&str> = asked.iter().map(|query| query.name).collect();
    assert_eq!(names, ["PutInlinePolicyToPermissionSet", "UpdatePermissionSet"]);
    let deed = to(&drift).unwrap();
    assert_eq!(
        (deed.event_id.as_str(), deed.others.as_slice()),
        ("late", &["early".to_owned()][..])
    );
}

#[test]
fn members_are_matched_in_the_form_of_either_interface() {
    let forms = [
        (
            "identitystore.amazonaws.com",
            "CreateGroupMembership",
            json!({"groupId": "g-1", "memberId": {"userId": "u-3"}}),
        ),
        (
            "identitystore.amazonaws.com",
            "CreateGroupMembership",
            json!({
            "groupId": "arn:aws:identitystore:::group/g-1", "memberId": {"userId": "arn:aws:identitystore:::user/u-3"}}),
        ),
        (
            "sso-directory.amazonaws.com",
            "AddMemberToGroup",
            json!({"groupId": "g-1", "member": {"memberId": "u-3"}}),
        ),
    ];
    for (source, name, request) in forms {
        let mut world = world();
        center(&mut world, "memberships")[0]["users"].as_array_mut().unwrap().push(json!("u-3"));
        let mut drift = enforced(&world);
        let events = [from(source, "e", name, 5, &request)];
        found(&mut drift, &live(&world), &events);
        assert_eq!(to(&drift).map(|deed| deed.event_name.as_str()), Some(name));
    }
}

#[test]
fn pages_go_on_until_it_is_known_and_tokens_that_circle_end_it() {
    let (mut drift, live) = chi();
    let mut search = Search::new(&drift, since(), history());
    let own = event("own", "CreateAccountAssignment", 5, &assignment(MANAGEMENT, ADMIN, "u-3"));
    let other = event("x", "CreateAccountAssignment", 7, &assignment(APP, ADMIN, "u-3"));
    let first = search.next().unwrap();
    search.learn(&first, vec![other.clone()], Some("t1".to_owned()));
    let second = search.next().unwrap();
    assert_eq!(second.token.as_deref(), Some("t1"));
    search.learn(&second, vec![own], Some("t2".to_owned()));
    assert_eq!(search.next(), None, "the newest is known");
    search.finish(&mut drift, &live, 40);
    assert!(to(&drift).is_some());
    assert!(!drift.attributing.as_ref().unwrap().ran_out);

    let (mut drift, live) = chi();
    let mut search = Search::new(&drift, since(), history());
    for _ in 0..2 {
        let query = search.next().unwrap();
        search.learn(&query, vec![other.clone()], Some("t".to_owned()));
    }
    assert_eq!(search.next(), None);
    search.finish(&mut drift, &live, 40);
    assert_eq!(to(&drift), None);
}

#[test]
fn who_may_not_ask_hears_why_once_and_nothing_else_changes() {
    let (mut drift, live) = chi();
    let before = drift.items[0].clone();
    let mut search = Search::new(&drift, since(), history());
    let query = search.next().unwrap();
    let denied = Unread {
        part: "who did it".to_owned(),
        operation: "cloudtrail:LookupEvents".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: "no".to_owned(),
    };
    search.fails(query.place, denied.clone());
    assert_eq!(search.next(), None);
    search.finish(&mut drift, &live, 40);
    assert_eq!(drift.attributing.as_ref().unwrap().troubles, [denied]);
    assert_eq!(drift.attributed(), (0, 1));
    let after = &drift.items[0];
    assert_eq!(
        (&after.fingerprint, &after.value_fingerprint),
        (&before.fingerprint, &before.value_fingerprint)
    );
}

#[test]
fn what_is_known_stays_known_and_what_came_too_late_is_looked_for_once_more() {
    let run = |before: Option<&Value>, events: &[Event]| {
        let (mut drift, live) = chi();
        if let Some(before) = before {
            let baseline = Baseline::read(before.to_string().as_bytes()).unwrap();
            baseline.compare(&mut drift).unwrap();
        }
        let asked = found(&mut drift, &live, events).len();
        let document = document::document(&drift, &Files::default(), FailOn::Any);
        (asked, document["items"][0]["attribution"]["status"].clone(), document)
    };
    let own = event("own", "CreateAccountAssignment", 5, &assignment(MANAGEMENT, ADMIN, "u-3"));
    let (asked, status, first) = run(None, &[]);
    assert_eq!((asked, status), (1, json!("unattributed")));
    let (asked, status, second) = run(Some(&first), &[own]);
    assert_eq!((asked, status), (1, json!("attributed")), "the event came late");
    let (asked, status, _) = run(Some(&second), &[]);
    assert_eq!((asked, status), (0, json!("attributed")));
    let (_, _, vain) = run(Some(&first), &[]);
    let (asked, status, _) = run(Some(&vain), &[]);
    assert_eq!((asked, status), (0, json!("unattributed")), "twice is enough");
}

#[test]
fn a_removed_member_is_known_by_the_call_that_made_the_membership() {
    let removed = |membership: &str| {
        let request = json!({"identityStoreId": "d-1", "membershipId": membership});
        from("identitystore.amazonaws.com", "gone", "DeleteGroupMembership", 9, &request)
    };
    let request = json!({"groupId": "g-1", "memberId": {"userId": "u-1"}});
    let mut made =
        from("identitystore.amazonaws.com", "made", "CreateGroupMembership", 1, &request);
    made.time = "2026-10-01T00:00:00Z".parse().unwrap();
    made.response = json!({"membershipId": "m-1", "identityStoreId": "d-1"});
    let run = |events: &[Event]| {
        let mut world = world();
        center(&mut world, "memberships")[0]["users"] = json!([]);
        let mut drift = enforced(&world);
        assert_eq!(drift.items[0].address, "membership/readers/an");
        let asked = found(&mut drift, &live(&world), events);
        let names: Vec<&str> = asked.iter().map(|query| query.name).collect();
        let id = to(&drift).map(|deed| deed.event_id.clone());
        (names.contains(&"CreateGroupMembership"), id)
    };
    assert_eq!(run(&[removed("m-1"), made.clone()]), (true, Some("gone".to_owned())));
    assert_eq!(run(&[removed("m-2"), made.clone()]), (true, None), "another membership");
    assert_eq!(run(std::slice::from_ref(&made)), (false, None), "nothing was removed");
}
