//! What each gap holds back, and that it holds back no more.

use super::reading::{held, quick, set};
use super::*;
use crate::id::{AccountId, GroupId, PermissionSetArn};
use crate::live::reading::Standing;
use crate::live::{AccountState, Assigned, User};

const APP: &str = "111122223333";

fn app() -> AccountId {
    AccountId::parse(APP).unwrap()
}

fn hidden(live: &Live, part: Part) -> Live {
    let mut live = live.clone();
    let text = || "x".to_owned();
    live.gaps.push(Gap { part, operation: text(), code: "Denied".into(), message: text() });
    live
}

/// Knows the account's state as AWS's word.
fn in_state(live: &Live, word: &str) -> Live {
    let mut live = live.clone();
    live.organization.accounts.get_mut(&app()).unwrap().state = AccountState::parse(word);
    live.gaps.extend(live.organization.unknown_states());
    live
}

#[test]
fn an_account_whose_state_is_not_known_is_left_alone_and_not_called_inactive() {
    let definitions = "[manage]\npermission_sets = \"enforce\"\nusers = \"enforce\"\n\
        grants = \"enforce\"\n[ou.B]\n[account.app]\nou = \"B\"\ntags = { a = \"b\" }\n\
        [group.team]\n[permission_set.T]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"T\"]\nin = [\"account:mgmt\"]\n";
    let gap = [
        "delete grant/app/S/user:leaver gap",
        "delete permission_set/S gap",
        "delete user/leaver in-use",
        "move account/app gap",
        "update account/app gap",
    ];
    for word in ["FROZEN", ""] {
        let (plan, diagnostics) = planned(&in_state(&world(), word), definitions);
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        assert_eq!(held(&plan), gap, "{word}");
        assert!(!plan.is_complete());
        let rest = ["create grant/mgmt/T/group:team", "create ou/B", "create permission_set/T"];
        let mut planned = addresses(&plan);
        planned.sort();
        assert_eq!(planned, rest);
    }
    // A known one says nothing of the reading, and an ignored one is nobody's question.
    let (plan, _) = planned(&in_state(&world(), "SUSPENDED"), definitions);
    assert!(plan.is_complete());
    let ignored = "[ignore]\naccounts = [\"account:app\"]\n";
    assert!(planned(&in_state(&world(), "FROZEN"), ignored).0.is_complete());
}

#[test]
fn a_part_that_only_a_newer_landgrant_knows_holds_everything() {
    let definitions = "[manage]\npermission_sets = \"enforce\"\nusers = \"enforce\"\n\
        grants = \"enforce\"\n[ou.B]\n[account.app]\nou = \"B\"\ntags = { a = \"b\" }\n\
        [group.team]\nmembers = []\n[group.new]\n[permission_set.T]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"T\"]\nin = [\"account:mgmt\"]\n";
    assert!(planned(&world(), definitions).0.changes.len() > 6);
    let live = hidden(&world(), Part::Other("{\"trusts\":\"x\"}".to_owned()));
    let (plan, _) = planned(&live, definitions);
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(!plan.is_complete() && !plan.knows_people());
    assert!(plan.held.iter().any(|held| held.detail.contains("that this version does not know")));
}

#[test]
fn without_the_callers_place_what_only_the_management_account_may_change_is_held() {
    let definitions = "[ou.B]\n[permission_set.T]\n[group.team]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"S\", \"T\"]\nin = [\"account:app\"]\n";
    let mut live = hidden(&world(), Part::Standing);
    live.taken.standing = Standing::Unknown;
    let (plan, _) = planned(&live, definitions);
    assert_eq!(held(&plan), ["create ou/B gap"]);
    assert!(!plan.is_complete() && plan.knows_people());
    assert!(plan.held[0].detail.starts_with("only the management account may change"));
    assert_eq!(plan.changes.len(), 3);
    // Nothing depends on it: nothing is missing.
    let (plan, _) = planned(&live, &definitions.replace("[ou.B]\n", ""));
    assert!(plan.is_complete() && plan.held.is_empty());
}

#[test]
fn a_set_with_unknown_parts_is_granted_and_not_edited() {
    let definitions = "[manage]\ngrants = \"enforce\"\n[permission_set.S]\nsession = \"2h\"\n\
        [permission_set.T]\n[group.team]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\nin = [\"account:app\", \"account:mgmt\"]\n";
    let live = hidden(&world(), Part::PermissionSet(set()));
    let (plan, _) = planned(&live, definitions);
    assert_eq!(held(&plan), ["provision permission_set/S gap", "update permission_set/S gap"]);
    let expected = [
        "create permission_set/T",
        "create grant/app/S/group:team",
        "create grant/mgmt/S/group:team",
        "delete grant/app/S/user:leaver",
    ];
    let mut planned = addresses(&plan);
    planned.sort_by_key(|a| expected.iter().position(|e| e == a));
    assert_eq!(planned, expected);
}

#[test]
fn nobody_joins_a_group_that_may_have_more_than_the_plan_shows() {
    let definitions = "[group.team]\nmembers = [\"leaver\", \"joiner\"]\n\
        [group.new]\nmembers = [\"joiner\"]\n";
    let joiner = User {
        user_name: "joiner".to_owned(),
        display_name: None,
        given_name: None,
        family_name: None,
        email: None,
        external_ids: Vec::new(),
    };
    let nameless = PermissionSetArn::new("arn:aws:sso:::permissionSet/ssoins-1/ps-2");
    let (mut full, mut quick) = (world(), quick());
    for live in [&mut full, &mut quick] {
        live.identity_center.users.insert(crate::id::UserId::new("u-2"), joiner.clone());
    }
    let mut has_nameless = quick.clone();
    let groups = [GroupId::new("g-1")].into();
    let assigned = Assigned { groups, ..Assigned::default() };
    has_nameless.identity_center.assignments.insert((app(), nameless.clone()), assigned);
    let lists = [
        Part::Grants(app(), set()),
        Part::Provisioned(set()),
        Part::PermissionSets,
        Part::PermissionSet(nameless.clone()),
    ];
    for part in lists {
        // Read by pair, it may be this group's; asked itself, the group has told.
        let of_sets = matches!(part, Part::PermissionSets | Part::PermissionSet(_));
        for (live, blind) in [(&full, true), (&quick, false), (&has_nameless, of_sets)] {
            let (plan, _) = planned(&hidden(live, part.clone()), definitions);
            let expected: &[&str] =
                if blind { &["create membership/team/joiner gap"] } else { &[] };
            assert_eq!(held(&plan), expected, "{part:?}");
            let new = "create membership/new/joiner".to_owned();
            assert!(addresses(&plan).contains(&new), "a new group has nothing: {part:?}");
        }
    }
    // The rest of what is known of a set tells nothing of who has it.
    let (plan, _) = planned(&hidden(&full, Part::PermissionSet(set())), definitions);
    assert_eq!(held(&plan), [""; 0]);
}
