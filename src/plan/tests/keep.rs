//! What must stand at every step.

use super::*;
use crate::id::{AccountId, GroupId, UserId};
use crate::live::{Group, User};

const ENFORCED: &str =
    "[manage]\npermission_sets = \"enforce\"\nmemberships = \"enforce\"\ngrants = \"enforce\"\n";
const SET: &str = "[permission_set.S]\n";
const GRANT: &str = "[[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";
const KEEP: &str = "[[keep]]\nto = [\"group:team\"]\nallow = [\"S\"]\nin = [\"account:app\"]\nreason = \"way in\"\n";

fn app() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

/// The world with the set granted to the group, of which some of two users are members.
fn live(members: &[&str]) -> Live {
    let mut live = world();
    let center = &mut live.identity_center;
    let user = User { user_name: "other".to_owned(), ..center.users[&UserId::new("u-1")].clone() };
    center.users.insert(UserId::new("u-2"), user);
    let arn = crate::id::PermissionSetArn::new(super::SET);
    let pair = center.assignments.get_mut(&(app(), arn)).unwrap();
    pair.users.clear();
    pair.groups.insert(GroupId::new("g-1"));
    let ids = members.iter().map(|name| match *name {
        "leaver" => UserId::new("u-1"),
        _ => UserId::new("u-2"),
    });
    center.memberships.insert(GroupId::new("g-1"), ids.collect());
    live
}

fn team(members: &str) -> String {
    format!("[group.team]\nmembers = [{members}]\n")
}

fn messages(plan: &Plan) -> Vec<&str> {
    plan.refused.iter().map(|refusal| refusal.message.as_str()).collect()
}

#[test]
fn what_is_kept_and_stays_is_not_spoken_of() {
    let definitions = format!("{ENFORCED}{KEEP}{SET}{}{GRANT}", team("\"leaver\""));
    let (plan, diagnostics) = planned(&live(&["leaver"]), &definitions);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(messages(&plan), [""; 0]);
    assert_eq!(plan.findings, [""; 0]);
}

#[test]
fn a_kept_grant_is_not_taken_away() {
    // Another grant is declared, or nothing would be removed anyhow.
    let other = GRANT.replace("account:app", "account:mgmt");
    let definitions = format!("{ENFORCED}{KEEP}{SET}{}{other}", team("\"leaver\""));
    let (plan, _) = planned(&live(&["leaver"]), &definitions);
    assert_eq!(addresses(&plan).len(), 2);
    let said = messages(&plan).join("\n");
    assert!(said.contains("S in app is kept for group:team (way in), and c2 would take"), "{said}");
    assert!(plan.is_refused());
    assert_eq!(plan.refused[0].changes, ["c2"]);
}

#[test]
fn the_last_people_are_not_taken_away() {
    let definitions = format!("{ENFORCED}{KEEP}{SET}{}{GRANT}", team(""));
    let (plan, _) = planned(&live(&["leaver"]), &definitions);
    let said = messages(&plan).join("\n");
    assert!(
        said.contains("at least 1 person must reach it, and 0 people would after c1"),
        "{said}"
    );
    let two = KEEP.replace("reason", "min_people = 2\nreason");
    let definitions = format!("{ENFORCED}{two}{SET}{}{GRANT}", team("\"leaver\""));
    let (plan, _) = planned(&live(&["leaver", "other"]), &definitions);
    assert!(messages(&plan)[0].contains("1 person would after c1: leaver"), "{:?}", plan.refused);
}

#[test]
fn people_come_before_others_go() {
    let definitions = format!("{ENFORCED}{KEEP}{SET}{}{GRANT}", team("\"other\""));
    let (plan, _) = planned(&live(&["leaver"]), &definitions);
    assert_eq!(addresses(&plan), ["create membership/team/other", "delete membership/team/leaver"]);
    assert_eq!(plan.changes[1].needs, ["c1"]);
    assert_eq!(messages(&plan), [""; 0]);
    // Nobody waits where nothing is kept.
    let (plan, _) = planned(&live(&["leaver"]), &definitions.replace(KEEP, ""));
    assert!(plan.changes.iter().all(|change| change.needs.is_empty()));
}

#[test]
fn what_does_not_hold_yet_has_to_be_brought_about() {
    let definitions = format!("{ENFORCED}{KEEP}{SET}{}{GRANT}", team("\"leaver\""));
    let mut bare = live(&["leaver"]);
    bare.identity_center.assignments.clear();
    let (plan, _) = planned(&bare, &definitions);
    assert_eq!(messages(&plan), [""; 0]);
    assert_eq!(plan.findings.len(), 2, "{:?}", plan.findings);
    // Without the grant nothing does.
    let (plan, _) = planned(&bare, &definitions.replace(GRANT, ""));
    assert!(messages(&plan)[0].contains("has no grant of it, nor would have one"));
}

#[test]
fn who_could_not_be_read_is_nobody() {
    let definitions = format!("{ENFORCED}{KEEP}{SET}{GRANT}");
    let mut hidden = live(&[]);
    hidden.gaps.push(Gap {
        part: Part::Memberships(GroupId::new("g-1")),
        operation: "identitystore:ListGroupMemberships".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: String::new(),
    });
    let (plan, _) = planned(&hidden, &definitions);
    assert!(messages(&plan)[0].contains("0 people would"), "{:?}", plan.refused);
}

#[test]
fn nobody_knows_what_a_keep_means_where_the_organization_was_not_read() {
    let keep = KEEP.replace("account:app", "ou:**");
    let definitions = format!("{ENFORCED}{keep}{SET}{}{GRANT}", team("\"other\""));
    let mut hidden = live(&["leaver", "other"]);
    hidden.gaps.push(Gap {
        part: Part::Ous,
        operation: "organizations:ListOrganizationalUnitsForParent".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: String::new(),
    });
    let (plan, _) = planned(&hidden, &definitions);
    assert!(messages(&plan).iter().any(|m| m.contains("nobody knows")), "{:?}", plan.refused);
}

#[test]
fn moving_an_account_out_of_sight_takes_nothing_along() {
    let keep = KEEP.replace("account:app", "ou:A/**");
    let moved = "[ou.B]\n[account.app]\nou = \"B\"\n";
    let grant = GRANT.replace("account:app", "ou:A/**");
    let definitions = format!("{ENFORCED}{keep}{SET}{}{grant}{moved}", team("\"leaver\""));
    let (plan, _) = planned(&live(&["leaver"]), &definitions);
    assert!(
        messages(&plan).iter().any(|m| m.contains("would take the grant")),
        "{:?}",
        plan.refused
    );
}

#[test]
fn nobody_takes_away_what_they_are_here_by() {
    let mut here = live(&["leaver", "other"]);
    here.taken.by = Some(
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_S_0123456789abcdef/Leaver"
            .to_owned(),
    );
    let definitions = format!("{ENFORCED}{SET}{}{GRANT}", team("\"other\""));
    let (plan, _) = planned(&here, &definitions);
    assert_eq!(plan.refused.len(), 1, "{:?}", plan.refused);
    assert_eq!(plan.refused[0].rule, Rule::OwnAccess);
    // Another one's is no matter of the caller's.
    let definitions = format!("{ENFORCED}{SET}{}{GRANT}", team("\"leaver\""));
    assert_eq!(messages(&planned(&here, &definitions).0), [""; 0]);
    here.taken.by = Some(
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_S_0123456789abcdef/who".to_owned(),
    );
    let (plan, _) = planned(&here, &definitions);
    assert!(plan.findings.iter().any(|f| f.contains("was not judged")), "{:?}", plan.findings);
}

#[test]
fn the_callers_way_in_may_change_if_the_new_one_comes_first() {
    // From one group to another: the grant of the new one comes first.
    let mut here = live(&["leaver"]);
    let new = Group { name: "new".to_owned(), description: None, external_ids: Vec::new() };
    here.identity_center.groups.insert(GroupId::new("g-2"), new);
    here.taken.by = Some(
        "arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_S_0123456789abcdef/leaver"
            .to_owned(),
    );
    let new = "[group.new]\nmembers = [\"leaver\"]\n";
    let grant = GRANT.replace("group:team", "group:new");
    let definitions = format!("{ENFORCED}{SET}{}{new}{grant}", team("\"leaver\""));
    let (plan, _) = planned(&here, &definitions);
    assert_eq!(messages(&plan), [""; 0]);
    let last = plan.changes.last().unwrap();
    assert_eq!((last.address.as_str(), last.needs.len()), ("grant/app/S/group:team", 2));
}
