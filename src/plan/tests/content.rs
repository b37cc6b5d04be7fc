//! Sets that grow while grants of them come and go.

use super::*;
use crate::id::{AccountId, GroupId, PermissionSetArn};
use crate::live::Group;

const MANAGED: &str = "[manage]\npermission_sets = \"enforce\"\ngrants = \"enforce\"\n\
    memberships = \"enforce\"\nusers = \"enforce\"\n[group.team]\nmembers = [\"leaver\"]\n[group.other]\n\
    [user.leaver]\n";

/// The world, with groups `team` and `other`, and the set granted to those that are named.
fn granted_to(groups: &[&str]) -> Live {
    let mut live = world();
    let center = &mut live.identity_center;
    let other = Group { name: "other".to_owned(), description: None, external_ids: Vec::new() };
    center.groups.insert(GroupId::new("g-2"), other);
    let app = AccountId::parse("111122223333").unwrap();
    let pair = center.assignments.get_mut(&(app, PermissionSetArn::new(SET))).unwrap();
    pair.users.clear();
    pair.groups = groups.iter().map(|id| GroupId::new(*id)).collect();
    live
}

fn definitions(set: &str, to: Option<&str>) -> String {
    let rule = to.map(|to| {
        format!("[[grant]]\nto = [\"group:{to}\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n")
    });
    format!("{MANAGED}[permission_set.S]\n{set}{}", rule.unwrap_or_default())
}

const WIDER: &str = "session = \"2h\"\n";
const MIXED: &str = "session = \"2h\"\npermissions_boundary = { managed = \"ReadOnlyAccess\" }\n";

const REVOKED: &str = "delete grant/app/S/group:team";
const GRANTED: &str = "create grant/app/S/group:other";
const EDITED: &str = "update permission_set/S";
const PROVISIONED: &str = "provision permission_set/S";

#[test]
fn who_loses_a_set_is_gone_before_it_grows() {
    let (plan, _) = planned(&granted_to(&["g-1", "g-2"]), &definitions(WIDER, Some("other")));
    assert_eq!(addresses(&plan), [REVOKED, EDITED, PROVISIONED]);
    assert!(plan.changes[1].needs.contains(&"c1".to_owned()));
    assert!(plan.changes[0].needs.is_empty() && plan.changes[0].after.is_empty());
}

#[test]
fn who_takes_the_place_of_somebody_comes_before_the_set_grows() {
    let (plan, _) = planned(&granted_to(&["g-1"]), &definitions(WIDER, Some("other")));
    assert_eq!(addresses(&plan), [GRANTED, REVOKED, EDITED, PROVISIONED]);
    assert!(
        plan.findings.iter().all(|line| !line.contains("AWSReservedSSO")),
        "{:?}",
        plan.findings
    );
}

#[test]
fn where_a_set_grows_and_shrinks_nobody_has_both_and_its_role_is_said_to_change() {
    let (plan, _) = planned(&granted_to(&["g-1"]), &definitions(MIXED, Some("other")));
    // The account does not have the set when the edit would be provisioned.
    assert_eq!(addresses(&plan), [REVOKED, EDITED, GRANTED]);
    let said = "S leaves and comes back to 1 account (app)";
    assert!(plan.findings.iter().any(|line| line.starts_with(said)), "{:?}", plan.findings);
}

#[test]
fn a_set_that_leaves_every_account_is_not_provisioned() {
    let (plan, _) = planned(&granted_to(&["g-1"]), &definitions(WIDER, None));
    assert_eq!(addresses(&plan), [REVOKED, EDITED]);
    // Where it does not grow, what AWS likes better holds.
    let mut live = granted_to(&["g-1"]);
    let set = live.identity_center.permission_sets.get_mut(&PermissionSetArn::new(SET)).unwrap();
    set.session_duration = Some("PT3H".to_owned());
    let (plan, _) = planned(&live, &definitions(WIDER, None));
    assert_eq!(addresses(&plan), [EDITED, PROVISIONED, REVOKED]);
}

#[test]
fn a_version_that_nobody_knows_counts_as_less() {
    let mut live = granted_to(&["g-1", "g-2"]);
    let set = live.identity_center.permission_sets.get_mut(&PermissionSetArn::new(SET)).unwrap();
    for current in set.provisioned.values_mut() {
        *current = false;
    }
    let (plan, _) = planned(&live, &definitions("", Some("other")));
    assert_eq!(addresses(&plan), [REVOKED, PROVISIONED]);
    // With its last grant it goes in whatever version.
    let (plan, _) = planned(&live, &definitions("", None));
    assert_eq!(
        addresses(&plan),
        ["delete grant/app/S/group:other", "delete grant/app/S/group:team"]
    );
}

#[test]
fn a_user_who_is_deleted_has_no_part_in_what_a_set_gets() {
    // In the group, and granted the set alone.
    let mut live = granted_to(&["g-1"]);
    let app = AccountId::parse("111122223333").unwrap();
    let pair =
        live.identity_center.assignments.get_mut(&(app, PermissionSetArn::new(SET))).unwrap();
    pair.users.insert(crate::id::UserId::new("u-1"));
    let text = definitions(WIDER, Some("team")).replace("[\"leaver\"]\n", "[]\n");
    let (plan, _) = planned(&live, &text.replace("[user.leaver]\n", ""));
    let order = addresses(&plan);
    let place = |wanted: &str| order.iter().position(|line| line == wanted).unwrap();
    assert!(place("delete user/leaver") < place(EDITED), "{order:?}");
    assert!(place("delete grant/app/S/user:leaver") < place("delete user/leaver"), "{order:?}");
}
