//! What is held back because of how it was read, and from where.

use super::*;
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::live::reading::{Asked, Depth, Standing};

pub(super) fn set() -> PermissionSetArn {
    PermissionSetArn::new(SET)
}

pub(super) fn held(plan: &Plan) -> Vec<String> {
    let held = plan.held.iter();
    let mut texts: Vec<String> =
        held.map(|h| format!("{} {} {}", h.action, h.address, h.reason.name())).collect();
    texts.sort();
    texts
}

pub(super) fn quick() -> Live {
    let mut live = world();
    live.taken.reading.depth = Depth::Quick;
    live.taken.reading.asked = Some(Asked { groups: 1, ..Asked::default() });
    live
}

fn asked(live: &mut Live) -> &mut Asked {
    live.taken.reading.asked.get_or_insert_default()
}

#[test]
fn a_delegated_administrator_leaves_to_the_management_account_what_is_its_own() {
    let definitions = "[manage]\npermission_sets = \"enforce\"\n[ou.B]\n\
        [account.app]\nou = \"/\"\ntags = { a = \"b\" }\n\
        [permission_set.S]\nsession = \"2h\"\n[permission_set.T]\n[group.team]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"S\", \"T\"]\nin = [\"account:app\"]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"T\"]\nin = [\"account:mgmt\"]\n";
    let mut live = world();
    live.taken.standing = Standing::Delegated;
    let (plan, _) = planned(&live, definitions);
    let organization = [
        "create grant/mgmt/T/group:team management-only",
        "create ou/B management-only",
        "move account/app management-only",
        "update account/app management-only",
    ];
    assert_eq!(held(&plan), organization);
    assert!(addresses(&plan).contains(&"update permission_set/S".to_owned()));
    assert!(addresses(&plan).contains(&"create grant/app/S/group:team".to_owned()));

    // A set that the management account has is the management account's, wherever it is granted.
    let sets = &mut live.identity_center.permission_sets;
    let management = AccountId::parse("999999999999").unwrap();
    sets.get_mut(&set()).unwrap().provisioned.insert(management.clone(), true);
    let (plan, _) = planned(&live, definitions);
    for address in [
        "create grant/app/S/group:team management-only",
        "provision permission_set/S management-only",
        "update permission_set/S management-only",
    ] {
        assert!(held(&plan).contains(&address.to_owned()), "{address}: {:?}", held(&plan));
    }
    assert!(addresses(&plan).contains(&"create grant/app/T/group:team".to_owned()));

    // From the management account, and where nobody tells, AWS is asked.
    for standing in [Standing::Management, Standing::Unknown] {
        live.taken.standing = standing;
        let (plan, _) = planned(&live, definitions);
        assert_eq!(held(&plan), [""; 0], "{standing:?}");
        assert_eq!(
            document::document(
                &plan,
                &crate::diag::Files::default(),
                &document::Context::default()
            )["scope"]["standing"],
            standing.name()
        );
    }
}

#[test]
fn a_quick_reading_removes_only_what_it_knows_wholly() {
    let definitions = "[manage]\nusers = \"enforce\"\npermission_sets = \"enforce\"\n\
        grants = \"enforce\"\n[group.team]\nmembers = []\n";
    let mut live = quick();
    let (plan, _) = planned(&live, definitions);
    assert_eq!(held(&plan), ["delete permission_set/S gap", "delete user/leaver gap"]);
    assert_eq!(addresses(&plan), ["delete grant/app/S/user:leaver"]);
    // It is not called incomplete: what it was to read, it did read.
    assert!(plan.is_complete());

    asked(&mut live).users.insert(UserId::new("u-1"));
    asked(&mut live).sets.insert(set());
    let (plan, _) = planned(&live, definitions);
    assert_eq!(held(&plan), [""; 0]);
    assert_eq!(plan.changes.len(), 3);
}

#[test]
fn a_quick_reading_gives_nothing_to_whom_it_did_not_ask() {
    let definitions = "[permission_set.S]\n[[grant]]\nto = [\"user:leaver\"]\nallow = [\"S\"]\n\
        in = [\"account:mgmt\"]\n";
    let mut live = quick();
    let (plan, _) = planned(&live, definitions);
    assert_eq!(held(&plan), ["create grant/mgmt/S/user:leaver gap"]);
    let mut one_pair = live.clone();
    asked(&mut one_pair).pairs.insert((AccountId::parse("999999999999").unwrap(), set()));
    asked(&mut live).users.insert(UserId::new("u-1"));
    for live in [live, one_pair] {
        let (plan, _) = planned(&live, definitions);
        assert_eq!(addresses(&plan), ["create grant/mgmt/S/user:leaver"]);
    }
}

#[test]
fn members_that_nobody_asked_for_are_not_taken_for_absent() {
    let definitions = "[group.team]\nmembers = [\"leaver\"]\n";
    let mut live = quick();
    live.identity_center.memberships.clear();
    let (plan, _) = planned(&live, definitions);
    assert_eq!(addresses(&plan), [""; 0]);
    assert_eq!(held(&plan), ["create membership/team/leaver gap"]);
    assert!(!plan.is_complete());
    // A full reading has asked every group: one that has no members has none.
    live.taken.reading.asked = None;
    let (plan, _) = planned(&live, definitions);
    assert_eq!(addresses(&plan), ["create membership/team/leaver"]);
}

#[test]
fn a_principal_that_told_nothing_holds_back_what_is_about_it() {
    let definitions = "[permission_set.S]\n[group.team]\nmembers = []\n[[grant]]\n\
        to = [\"group:team\", \"user:leaver\"]\nallow = [\"S\"]\nin = [\"account:mgmt\"]\n";
    let mut live = quick();
    asked(&mut live).users.insert(UserId::new("u-1"));
    for (part, about) in [
        (Part::GroupGrants(GroupId::new("g-1")), "group:team"),
        (Part::UserGrants(UserId::new("u-1")), "user:leaver"),
    ] {
        let mut live = live.clone();
        live.gaps.push(Gap {
            part,
            operation: "sso-admin:ListAccountAssignmentsForPrincipal".into(),
            code: "InternalServerException".into(),
            message: String::new(),
        });
        let (plan, _) = planned(&live, definitions);
        assert_eq!(held(&plan), [format!("create grant/mgmt/S/{about} gap")]);
        assert_eq!(plan.changes.len(), 1, "{:?}", addresses(&plan));
    }
}
