//! Saved plans against plans made anew.

use super::*;
use crate::access::Access;
use crate::access::delta::{Delta, Loss, Reach};
use crate::apply::tests::of;
use crate::diag::Files;
use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Group, PermissionSet, Principal, Session};
use crate::plan::Plan;
use crate::plan::difference::{Because, Changed, Difference, Field, Named};
use crate::plan::document::{Context, document};
use crate::resolve::Selection;

fn saved(plan: &Plan) -> Value {
    document(plan, &Files::default(), &Context::default())
}

fn reviewed(plan: &Plan) -> Reviewed {
    parse(&saved(plan)).unwrap()
}

fn parse(document: &Value) -> Result<Reviewed, PlanFileError> {
    read(document.to_string().as_bytes())
}

/// What somebody would have to write who edits a file and knows how it is sealed.
fn reseal(document: &mut Value) {
    let entries = document.as_object_mut().unwrap();
    let seal = seal_of(entries);
    entries.insert("seal".to_owned(), seal.into());
}

/// Whose access a plan changes that was not reviewed.
fn new_access(then: &Reviewed, now: &Plan) -> Vec<String> {
    let difference = Difference::of(then, now, Origin::default);
    difference.map(|difference| difference.access).unwrap_or_default()
}

fn accepts(then: &Plan, now: &Plan) -> bool {
    reviewed(then).unreviewed(&now.changes, &now.labels).is_empty()
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
    assert_eq!(new_access(&then, &gaining(&["an", "binh"])), [""; 0]);
    assert_eq!(new_access(&then, &gaining(&["an"])), [""; 0]);
    let more = new_access(&then, &gaining(&["an", "chi"]));
    assert_eq!(more, ["gain: chi, S in 111111111111"]);
    // Who was to gain it has it by now, in an earlier version.
    assert_eq!(new_access(&then, &widening(&["an"])), [""; 0]);
    assert_eq!(new_access(&then, &widening(&["chi"])).len(), 1);
    let then = reviewed(&widening(&["an"]));
    assert_eq!(new_access(&then, &widening(&["an"])), [""; 0]);
    assert_eq!(new_access(&then, &widening(&["chi"])), ["widen: chi, S in 111111111111"]);
    assert_eq!(new_access(&then, &gaining(&["an"])).len(), 1);
    let loss = Loss { via: [].into(), keeps: [].into(), session: Session::DEFAULT };
    let lose = [(access("an"), loss)].into();
    let now = Plan { access: Delta { lose, ..Delta::default() }, ..of(Vec::new()) };
    assert_eq!(new_access(&then, &now), ["lose: an, S in 111111111111"]);
}

/// Every place of a document that holds no object and no array.
fn leaves(value: &Value, at: &str, out: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(k, v)| leaves(v, &format!("{at}/{}", escaped(k)), out));
        }
        Value::Array(list) if !list.is_empty() => {
            list.iter().enumerate().for_each(|(n, v)| leaves(v, &format!("{at}/{n}"), out));
        }
        _ => out.push(at.to_owned()),
    }
}

fn rich() -> Value {
    let mut plan = gaining(&["an"]);
    plan.access.widen = widening(&["an"]).access.widen;
    plan.changes[0].ids.insert("group", "g-1".into());
    plan.changes[0].needs.push("c0".into());
    plan.observed.parts.insert("grants/111111111111/S".into(), "sha256:1".into());
    saved(&plan)
}

#[test]
fn any_edit_of_a_file_is_found_out() {
    let document = rich();
    assert!(parse(&document).is_ok());
    let mut all = Vec::new();
    leaves(&document, "", &mut all);
    assert!(all.len() > 40, "{all:?}");
    for pointer in all.iter().filter(|p| !["/kind", "/format_version"].contains(&p.as_str())) {
        let mut edited = document.clone();
        *edited.pointer_mut(pointer).unwrap() = "mallory".into();
        assert_eq!(parse(&edited).unwrap_err(), PlanFileError::Seal, "{pointer}");
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let mut edited = document.clone();
        let parent = edited.pointer_mut(parent).unwrap();
        if let Some(list) = parent.as_array_mut() {
            list.clear();
        } else {
            parent.as_object_mut().unwrap().remove(&key.replace("~1", "/"));
        }
        let error = parse(&edited).unwrap_err();
        let expected =
            if pointer == "/seal" { PlanFileError::Part("seal") } else { PlanFileError::Seal };
        assert_eq!(error, expected, "{pointer} taken away");
    }
    let mut more = document.clone();
    more["approved"] = true.into();
    assert_eq!(parse(&more).unwrap_err(), PlanFileError::Seal);
}

#[test]
fn white_space_and_the_order_of_keys_do_not_matter_and_new_keys_are_passed_over() {
    let mut document = rich();
    assert!(read(format!("\n{document:#}\n\n").as_bytes()).is_ok());
    let entries: Vec<String> = document
        .as_object()
        .unwrap()
        .iter()
        .rev()
        .map(|(key, value)| format!("{key:?} : {value}"))
        .collect();
    assert!(read(format!("{{{}}}", entries.join(" , ")).as_bytes()).is_ok());
    document["format_version"] = "1.7".into();
    document["novelty"] = serde_json::json!({ "changes": [1, 2] });
    document["changes"][0]["novelty"] = "x".into();
    reseal(&mut document);
    assert_eq!(parse(&document).unwrap().len(), 1);
}

#[test]
fn what_is_no_plan_of_this_version_is_refused_and_named() {
    let text = rich().to_string();
    let with = |edit: &dyn Fn(&mut Value)| {
        let mut document = rich();
        edit(&mut document);
        reseal(&mut document);
        document.to_string()
    };
    let twice = text.replacen('{', r#"{"changes":[],"#, 1);
    let deep = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
    for (file, told) in [
        ("", "it ends in the middle, in line 1: it was cut off"),
        (&text[..text.len() / 2], "it ends in the middle, in line 1: it was cut off"),
        ("landgrant plan 1234", "it is not a JSON document: expected value"),
        (&twice, "the key `changes` stands twice"),
        (&deep, "recursion limit exceeded"),
        ("[]", "it is not a plan: its `kind` is missing"),
        (&with(&|d| d["kind"] = "landgrant.apply".into()), "its `kind` is \"landgrant.apply\""),
        (
            &with(&|d| {
                d["format_version"] = "2.0".into();
                d["tool"]["version"] = "0.9.0".into();
            }),
            "its format version is 2.0 (landgrant 0.9.0), and this landgrant (",
        ),
        (&with(&|d| d["format_version"] = "0.9".into()), "its format version is 0.9"),
        (
            &with(&|d| d["format_version"] = 1.into()),
            "its `format_version` is missing or malformed",
        ),
        (&with(&|d| d["expires"] = "soon".into()), "its `expires` is missing or malformed"),
        (&with(&|d| d["changes"] = "none".into()), "its `changes` is missing or malformed"),
        (
            &with(&|d| d["observed"]["parts"] = 1.into()),
            "its `observed.parts` is missing or malformed",
        ),
    ] {
        let error = read(file.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
}

#[test]
fn a_plan_is_applied_in_its_time() {
    let mut plan = reviewed(&of(Vec::new()));
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    plan.made = at("2026-11-23T09:00:00Z");
    plan.expires = at("2026-11-24T09:00:00Z");
    assert_eq!(plan.check_time(at("2026-11-23T08:55:00Z")), Ok(()));
    assert!(matches!(plan.check_time(at("2026-11-23T08:54:59Z")), Err(Untimely::Early { .. })));
    assert_eq!(plan.check_time(at("2026-11-24T08:59:59Z")), Ok(()));
    assert_eq!(plan.check_time(plan.expires), Err(Untimely::Over(plan.expires)));
    // No plan says that it is valid for longer than a week.
    plan.expires = at("2027-11-24T09:00:00Z");
    let ends = at("2026-11-30T09:00:00Z");
    assert_eq!(plan.check_time(ends), Err(Untimely::Over(ends)));
}

#[test]
fn an_edited_digest_is_found_out() {
    for pointer in [
        "/changes/0/address",
        "/changes/0/ids/group",
        "/access/gain/0/person",
        "/access/widen/0/reach/0/people/0",
        "/access/widen/0/permission_set",
    ] {
        let mut edited = rich();
        *edited.pointer_mut(pointer).unwrap() = "mallory".into();
        reseal(&mut edited);
        assert_eq!(parse(&edited).unwrap_err(), PlanFileError::Digest, "{pointer}");
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
    for (only, error) in [
        (serde_json::json!(["account:a"]), PlanFileError::Digest),
        (serde_json::json!("account:a"), PlanFileError::Part("scope.only")),
    ] {
        let mut edited = saved(&plan);
        edited["scope"]["only"] = only;
        reseal(&mut edited);
        assert_eq!(parse(&edited).unwrap_err(), error);
    }
}

#[test]
fn a_difference_names_what_is_new_what_differs_and_what_is_gone() {
    let then = of(vec![
        What::CreateSet(name(), set("reviewed")),
        What::DeleteGroup(GroupName::new("gone"), Group::default()),
        grant('1'),
        provision("12"),
    ]);
    let now = of(vec![
        What::CreateSet(name(), set("other")),
        What::CreateGroup(GroupName::new("new"), Group::default()),
        grant('1'),
        provision("123"),
    ]);
    let mut then = reviewed(&then);
    then.ground = Origin {
        definitions: Some("a".into()),
        git: Some(("abc".into(), false)),
        parts: [("groups/gone".into(), "1".into()), ("ous".into(), "2".into())].into(),
    };
    let ground = || Origin {
        definitions: Some("b".into()),
        git: Some(("def".into(), true)),
        parts: [("groups/gone".into(), "3".into()), ("ous".into(), "2".into())].into(),
    };
    let difference = Difference::of(&then, &now, ground).unwrap();
    let named = |list: &[Named]| {
        list.iter().map(|n| format!("{} {}", n.action, n.address)).collect::<Vec<_>>()
    };
    assert_eq!(named(&difference.new), ["create group/new"]);
    assert_eq!(named(&difference.gone), ["delete group/gone"]);
    let fields = |changed: &Changed| {
        let of = |f: &Field| format!("{}.{}: {} {}", f.of, f.key, f.then, f.now);
        (changed.change.action.clone(), changed.fields.iter().map(of).collect::<Vec<_>>())
    };
    assert_eq!(
        difference.changed.iter().map(fields).collect::<Vec<_>>(),
        [
            ("create".to_owned(), vec!["after.description: \"reviewed\" \"other\"".to_owned()]),
            (
                "provision".to_owned(),
                vec![
                    "after.accounts: [\"111111111111\",\"222222222222\"] \
                     [\"111111111111\",\"222222222222\",\"333333333333\"]"
                        .to_owned()
                ]
            ),
        ]
    );
    let Because { definitions, git: [_, commit], live } = difference.because;
    assert_eq!((definitions, live), (Some(true), vec!["groups/gone".to_owned()]));
    assert_eq!(commit, Some(("def".to_owned(), true)));
    assert_eq!(Difference::of(&then, &of(vec![grant('1')]), Origin::default), None);
}
