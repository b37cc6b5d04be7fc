//! Saved plans against plans made anew.

use super::*;
use crate::access::Access;
use crate::access::delta::{Delta, Loss, Reach};
use crate::apply::tests::of;
use crate::diag::Files;
use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, PermissionSet, Principal, Session};
use crate::plan::document::{Context, document};
use crate::resolve::Selection;

fn saved(plan: &Plan) -> Value {
    document(plan, &Files::default(), &Context::default())
}

fn reviewed(plan: &Plan) -> Reviewed {
    read(&saved(plan).to_string()).unwrap()
}

fn accepts(then: &Plan, now: &Plan) -> bool {
    reviewed(then).unreviewed(&now.changes).is_empty()
}

fn set(description: &str) -> Box<PermissionSet> {
    Box::new(PermissionSet { description: Some(description.into()), ..PermissionSet::default() })
}

fn name() -> PermissionSetName {
    PermissionSetName::new("S")
}

fn update(before: &str, after: &str) -> What {
    What::UpdateSet { name: name(), before: set(before), after: set(after) }
}

fn account(digit: char) -> AccountId {
    AccountId::parse(&digit.to_string().repeat(12)).unwrap()
}

fn provision(digits: &str) -> What {
    What::ProvisionSet { name: name(), accounts: digits.chars().map(account).collect() }
}

fn grant(digit: char) -> What {
    What::CreateGrant(Grant {
        account: account(digit),
        permission_set: name(),
        principal: Principal::Group(GroupName::new("g")),
    })
}

#[test]
fn what_an_interruption_left_was_reviewed() {
    let create = || What::CreateSet(name(), set("new"));
    for (then, now, accepted) in [
        (create(), create(), true),
        (create(), update("", "new"), true),
        (create(), update("", "other"), false),
        (update("old", "new"), update("old", "new"), true),
        (update("old", "new"), update("halfway", "new"), true),
        (update("old", "new"), update("old", "other"), false),
        (update("old", "new"), create(), false),
        (update("old", "new"), What::DeleteSet(name(), set("new")), false),
        (What::DeleteSet(name(), set("a")), What::DeleteSet(name(), set("b")), false),
    ] {
        let label = format!("{then:?} → {now:?}");
        assert_eq!(accepts(&of(vec![then]), &of(vec![now])), accepted, "{label}");
    }
}

#[test]
fn a_provisioning_may_reach_fewer_accounts_and_those_granted() {
    for (then, now, accepted) in [
        (vec![provision("12")], "12", true),
        (vec![provision("12")], "1", true),
        (vec![provision("12")], "123", false),
        (vec![provision("12"), grant('3')], "123", true),
        (vec![update("old", "new"), grant('3')], "3", true),
        (vec![update("old", "new")], "3", false),
        (vec![grant('3')], "3", false),
    ] {
        let label = format!("{then:?}");
        assert_eq!(accepts(&of(then), &of(vec![provision(now)])), accepted, "{label} {now}");
    }
}

#[test]
fn ids_that_were_known_must_be_the_same() {
    let with = |ids: &[(&'static str, &str)]| {
        let mut plan = of(vec![grant('1')]);
        plan.changes[0].ids = ids.iter().map(|(key, id)| (*key, (*id).to_owned())).collect();
        plan
    };
    let then = with(&[("group", "g-1")]);
    assert!(accepts(&then, &with(&[("group", "g-1"), ("permission_set", "ps-1")])));
    assert!(!accepts(&then, &with(&[("group", "g-2")])));
    assert!(!accepts(&then, &with(&[])));
}

fn access(person: &str) -> Access {
    Access { account: account('1'), permission_set: name(), person: UserName::new(person) }
}

fn gaining(people: &[&str]) -> Plan {
    let gain = people.iter().map(|p| (access(p), [].into())).collect();
    Plan { access: Delta { gain, ..Delta::default() }, ..of(vec![grant('1')]) }
}

fn widening(people: &[&str]) -> Plan {
    let people: std::collections::BTreeSet<_> = people.iter().map(UserName::new).collect();
    let rows = [(account('1'), std::sync::Arc::new(people))].into();
    let widen = [(name(), Reach { rows, ..Reach::default() })].into();
    Plan { access: Delta { widen, ..Delta::default() }, ..of(vec![grant('1')]) }
}

#[test]
fn whose_access_changes_was_reviewed() {
    let then = reviewed(&gaining(&["an", "binh"]));
    assert_eq!(then.unreviewed_access(&gaining(&["an", "binh"])), [""; 0]);
    assert_eq!(then.unreviewed_access(&gaining(&["an"])), [""; 0]);
    let more = then.unreviewed_access(&gaining(&["an", "chi"]));
    assert_eq!(more, ["gain: chi, S in 111111111111"]);
    // Who was to gain it has it by now, in an earlier version.
    assert_eq!(then.unreviewed_access(&widening(&["an"])), [""; 0]);
    assert_eq!(then.unreviewed_access(&widening(&["chi"])).len(), 1);
    let then = reviewed(&widening(&["an"]));
    assert_eq!(then.unreviewed_access(&widening(&["an"])), [""; 0]);
    assert_eq!(then.unreviewed_access(&widening(&["chi"])), ["widen: chi, S in 111111111111"]);
    assert_eq!(then.unreviewed_access(&gaining(&["an"])).len(), 1);
    let loss = Loss { via: [].into(), keeps: [].into(), session: Session::DEFAULT };
    let lose = [(access("an"), loss)].into();
    let now = Plan { access: Delta { lose, ..Delta::default() }, ..of(Vec::new()) };
    assert_eq!(then.unreviewed_access(&now), ["lose: an, S in 111111111111"]);
}

#[test]
fn an_edited_file_is_found_out() {
    let mut plan = gaining(&["an"]);
    plan.access.widen = widening(&["an"]).access.widen;
    plan.changes[0].ids.insert("group", "g-1".into());
    let document = saved(&plan);
    assert!(read(&document.to_string()).is_ok());
    for pointer in [
        "/changes/0/address",
        "/changes/0/ids/group",
        "/access/gain/0/person",
        "/access/widen/0/reach/0/people/0",
        "/access/widen/0/permission_set",
    ] {
        let mut edited = document.clone();
        *edited.pointer_mut(pointer).unwrap() = "mallory".into();
        let error = read(&edited.to_string()).unwrap_err();
        assert_eq!(error, PlanFileError::Digest, "{pointer}");
    }
}

#[test]
fn the_accounts_of_a_plan_are_part_of_what_was_reviewed() {
    let mut plan = of(vec![grant('1')]);
    let everything = reviewed(&plan);
    assert_eq!(everything.only, [""; 0]);
    plan.only = Some(Selection {
        selectors: vec!["account:a".into(), "ou:B".into()],
        accounts: [account('1')].into(),
    });
    assert_eq!(reviewed(&plan).only, ["account:a", "ou:B"]);
    assert_ne!(reviewed(&plan).id, everything.id);
    let mut edited = saved(&plan);
    edited["scope"]["only"] = serde_json::json!(["account:a"]);
    assert_eq!(read(&edited.to_string()).unwrap_err(), PlanFileError::Digest);
    edited["scope"]["only"] = serde_json::json!("account:a");
    assert_eq!(read(&edited.to_string()).unwrap_err(), PlanFileError::Part("scope.only"));
}
