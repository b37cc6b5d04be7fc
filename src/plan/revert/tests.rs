//! What is undone of an apply, after the world has moved on.

use super::*;
use crate::diag::Files;
use crate::id::{AccountId, GroupId, UserId};
use crate::live::project::project;
use crate::live::{Gap, Live, Part};
use crate::model::Tags;
use crate::plan::document::{Context, document};
use crate::plan::tests::{addresses, declared, planned, world};
use crate::plan::{Plan, make};
use crate::resolve::Rules;

/// A journal that says that everything was done, with ids of what was made.
fn done(plan: &Plan, made: &[(&str, &str, &str)]) -> Revert {
    let document = document(plan, &Files::default(), &Context::default());
    let begin = json!({
        "event": "begin", "kind": journal::KIND, "format_version": "1.0", "plan": "p1",
        "changes": document["changes"],
    });
    let answers = plan.changes.iter().map(|change| {
        let made = made.iter().find(|(address, ..)| *address == change.address);
        let created = made.map(|(_, kind, id)| json!({ *kind: id }));
        json!({
            "event": "answer", "change": change.id, "call": 1, "status": "done", "created": created,
        })
    });
    let lines: Vec<String> =
        std::iter::once(begin).chain(answers).map(|line| line.to_string()).collect();
    Revert::of(&journal::read(lines.join("\n").as_bytes()).unwrap())
}

fn undone(revert: &Revert, live: &Live, definitions: &str) -> Plan {
    // As the saved plan has it.
    let revert = Revert::read(&revert.value()).unwrap();
    let declared = declared(definitions);
    let projection = project(live);
    let desired = desired(&revert, &declared, live, &projection);
    make(live, &projection, &desired, &Rules::of(&declared))
}

fn held(plan: &Plan) -> Vec<String> {
    let held = plan.held.iter();
    held.map(|h| format!("{} {}: {} ({})", h.action, h.address, h.reason.name(), h.detail))
        .collect()
}

const MADE: &str = "[group.made]\ndescription = \"d\"\nmembers = [\"leaver\"]\n\
    [[grant]]\nto = [\"group:made\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";

/// The world after `MADE` was applied to it.
fn with_group(id: &str) -> Live {
    let mut live = world();
    let center = &mut live.identity_center;
    let group = crate::live::Group {
        name: "made".into(),
        description: Some("d".into()),
        external_ids: Vec::new(),
    };
    center.groups.insert(GroupId::new(id), group);
    center.memberships.insert(GroupId::new(id), [UserId::new("u-1")].into());
    for assigned in center.assignments.values_mut() {
        assigned.groups.insert(GroupId::new(id));
    }
    live
}

#[test]
fn what_was_made_goes_while_it_is_what_was_made() {
    let revert = done(&planned(&world(), MADE).0, &[("group/made", "group", "g-9")]);
    let plan = undone(&revert, &with_group("g-9"), "");
    let all =
        ["delete membership/made/leaver", "delete grant/app/S/group:made", "delete group/made"];
    assert_eq!(addresses(&plan).len(), 2, "the member goes with the group: {:?}", addresses(&plan));
    assert!(addresses(&plan).iter().all(|address| all.contains(&address.as_str())));
    assert_eq!(held(&plan), [""; 0]);
    assert!(plan.changes.iter().all(|change| change.reason.word == "reverted"));
    // It is gone already.
    assert_eq!(addresses(&undone(&revert, &world(), "")), [""; 0]);

    // Another group of that name, with the same member and grant.
    let plan = undone(&revert, &with_group("g-8"), "");
    assert_eq!(addresses(&plan), [""; 0]);
    assert_eq!(plan.held.len(), 3);
    let other = "changed-since (group made is another one by now, with another id)";
    assert!(held(&plan).iter().all(|held| held.ends_with(other)), "{:?}", held(&plan));

    // The answer was lost, so its id is known to nobody.
    let lost = done(&planned(&world(), MADE).0, &[]);
    let plan = undone(&lost, &with_group("g-9"), "");
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(held(&plan)[0].contains("the journal does not tell the id of group made"));

    // Somebody edited it.
    let mut edited = with_group("g-9");
    let group = edited.identity_center.groups.get_mut(&GroupId::new("g-9")).unwrap();
    group.description = Some("theirs".into());
    let plan = undone(&revert, &edited, "");
    let told = ["delete group/made: changed-since (it was edited since it was created)"];
    assert_eq!(held(&plan), told);

    // Handed off by now.
    let plan = undone(&revert, &with_group("g-9"), "[ignore]\ngroups = [\"made\"]\n");
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(held(&plan).iter().all(|held| held.contains(": ignored (")), "{:?}", held(&plan));
    // Only observed by now.
    let plan = undone(&revert, &with_group("g-9"), "[manage]\ngroups = \"observe\"\n");
    assert!(
        held(&plan).contains(&"delete group/made: observed (manage.groups is \"observe\")".into())
    );
}

#[test]
fn what_could_not_be_read_is_not_taken_for_undone() {
    let revert = done(&planned(&world(), MADE).0, &[("group/made", "group", "g-9")]);
    let mut live = world();
    live.identity_center.groups.clear();
    live.gaps.push(Gap {
        part: Part::Groups,
        operation: "identitystore:ListGroups".into(),
        code: "AccessDeniedException".into(),
        message: String::new(),
    });
    let plan = undone(&revert, &live, "");
    assert_eq!(addresses(&plan), [""; 0]);
    assert_eq!(plan.held.len(), 3, "{:?}", held(&plan));
    assert!(held(&plan).iter().all(|held| held.contains(": gap (")), "{:?}", held(&plan));
}

const GONE: &str = "[manage]\ngroups = \"enforce\"\ngrants = \"enforce\"\nusers = \"enforce\"\n\
    permission_sets = \"enforce\"\n";

/// The world after `GONE` was applied to it.
fn emptied() -> Live {
    let mut live = world();
    let center = &mut live.identity_center;
    center.groups.clear();
    center.users.clear();
    center.memberships.clear();
    center.assignments.clear();
    center.permission_sets.clear();
    live
}

#[test]
fn what_went_comes_back_with_what_went_along() {
    let gone = planned(&world(), GONE).0;
    let revert = done(&gone, &[]);
    let along: Vec<&str> =
        revert.undone.iter().flat_map(|undo| &undo.entry.along).map(String::as_str).collect();
    assert_eq!(along, ["membership/team/leaver", "membership/team/leaver"]);
    let plan = undone(&revert, &emptied(), "");
    assert_eq!(
        addresses(&plan),
        [
            "create permission_set/S",
            "create user/leaver",
            "create group/team",
            "create membership/team/leaver",
            "create grant/app/S/user:leaver",
        ]
    );
    assert_eq!(plan.findings.len(), 3, "{:?}", plan.findings);
    // Nothing of it went.
    assert_eq!(addresses(&undone(&revert, &world(), "")), [""; 0]);

    // The account may not be granted anything by now.
    let mut suspended = emptied();
    let app = AccountId::parse("111122223333").unwrap();
    let account = suspended.organization.accounts.get_mut(&app).unwrap();
    account.state = crate::live::AccountState::Suspended;
    let plan = undone(&revert, &suspended, "");
    assert_eq!(
        held(&plan),
        ["create grant/app/S/user:leaver: inactive (the account is SUSPENDED)"]
    );
    suspended.organization.accounts.remove(&app);
    let plan = undone(&revert, &suspended, "");
    assert!(held(&plan)[0].ends_with("no-account (the account is not there)"), "{:?}", held(&plan));
}

#[test]
fn edits_are_undone_half_way_ones_too_and_those_of_others_are_not() {
    let edit = "[account.app]\ntags = { a = \"1\", b = \"2\" }\n";
    let revert = done(&planned(&world(), edit).0, &[]);
    let tagged = |tags: &[(&str, &str)]| {
        let mut live = world();
        for account in live.organization.accounts.values_mut() {
            let tags: Tags = tags.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
            account.tags = Some(tags);
        }
        undone(&revert, &live, "")
    };
    for (tags, expected) in [
        (&[("a", "1"), ("b", "2")][..], 1),
        (&[("a", "1")], 1),
        (&[], 0),
        (&[("a", "1"), ("b", "3")], 0),
        (&[("a", "1"), ("b", "2"), ("c", "4")], 0),
    ] {
        assert_eq!(tagged(tags).changes.len(), expected, "{tags:?}");
    }
    let told = ["update account/app: changed-since (its tags were changed since)"];
    assert_eq!(held(&tagged(&[("b", "3")])), told);
    let mut unread = world();
    for account in unread.organization.accounts.values_mut() {
        account.tags = None;
    }
    assert!(held(&undone(&revert, &unread, ""))[0].contains("gap (the reading holds no tags"));
}

#[test]
fn what_aws_cannot_do_is_said() {
    let revert = done(&planned(&world(), "[group.team]\ndescription = \"new\"\n").0, &[]);
    let mut live = world();
    for group in live.identity_center.groups.values_mut() {
        group.description = Some("new".into());
    }
    let told = "update group/team: cannot-undo (a group's description can be changed, and not be taken away)";
    assert_eq!(held(&undone(&revert, &live, "")), [told]);
    // Of a kind that a later version knows.
    let mut unknown = revert.clone();
    unknown.undone[0].entry.address = "control/Workloads/AWS-GR_X".into();
    let told = "update control/Workloads/AWS-GR_X: cannot-undo (this version of landgrant does not know such \
        a change)";
    assert_eq!(held(&undone(&unknown, &live, "")), [told]);
}
