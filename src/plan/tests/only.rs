//! Plans about some accounts.

use super::*;
use crate::id::{AccountId, PermissionSetArn};
use crate::live::reading::{Asked, Within};

const MODES: &str = "[manage]\npermission_sets = \"enforce\"\nusers = \"enforce\"\n\
    memberships = \"enforce\"\ngrants = \"enforce\"\nous = \"enforce\"\ngroups = \"enforce\"\n";

fn held(plan: &Plan) -> Vec<(&str, &str, &str)> {
    let held = plan.held.iter();
    held.map(|h| (h.address.as_str(), h.reason.name(), h.detail.as_str())).collect()
}

fn of_app(live: &Live, definitions: &str) -> Plan {
    planned_only(live, &format!("{MODES}{definitions}"), &["account:app"]).0
}

#[test]
fn nothing_that_others_may_have_is_deleted_and_what_is_left_out_is_counted() {
    let plan = of_app(&world(), "[group.new]\n");
    // The set, the user and the group would go, and the new group would come.
    assert_eq!(addresses(&plan), ["delete grant/app/S/user:leaver"]);
    assert_eq!(held(&plan), []);
    let left_out: Vec<_> = plan.left_out.iter().map(|(kind, n)| (*kind, *n)).collect();
    assert_eq!(left_out, [("groups", 2), ("permission_sets", 1), ("users", 1)]);
    assert_eq!(plan.removals.0, 1);
}

#[test]
fn what_is_new_comes_along_as_far_as_it_is_needed() {
    let definitions = "[ou.\"B/C\"]\n[ou.D]\n[account.app]\nou = \"B/C\"\n\
        [permission_set.S]\n[permission_set.T]\n[permission_set.U]\n[user.leaver]\n\
        [user.new]\ngiven_name = \"N\"\nfamily_name = \"N\"\n[group.team]\nmembers = [\"leaver\"]\n\
        [group.squad]\nmembers = [\"new\", \"leaver\"]\n\
        [[grant]]\nto = [\"group:squad\"]\nallow = [\"T\"]\nin = [\"all\", \"account:mgmt\"]\n\
        [[grant]]\nto = [\"user:leaver\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";
    let expected = [
        "create ou/B",
        "create ou/B/C",
        "move account/app",
        "create permission_set/T",
        "create user/new",
        "create group/squad",
        "create membership/squad/leaver",
        "create membership/squad/new",
        "create grant/app/T/group:squad",
    ];
    assert_eq!(addresses(&of_app(&world(), definitions)), expected);
}

/// The group `team` has S in the management account too, where the user of that name leaves it.
fn shared() -> Live {
    let mut live = world();
    let (set, center) = (PermissionSetArn::new(SET), &mut live.identity_center);
    let management = AccountId::parse("999999999999").unwrap();
    center.permission_sets.get_mut(&set).unwrap().provisioned.insert(management.clone(), true);
    let team = center.groups.keys().next().unwrap().clone();
    center.assignments.entry((management, set)).or_default().groups.insert(team);
    live
}

#[test]
fn what_reaches_other_accounts_is_not_taken_along() {
    let keep = "[user.leaver]\n[[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\n\
        in = [\"account:mgmt\"]\n[[grant]]\nto = [\"user:leaver\"]\nallow = [\"S\"]\n\
        in = [\"account:app\"]\n[permission_set.T]\n";
    let edited = "[permission_set.S]\nsession = \"2h\"\n[group.team]\nmembers = [\"leaver\"]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";
    let plan = of_app(&shared(), &format!("{keep}{edited}"));
    let detail = "it needs permission_set/S (update), which reaches mgmt";
    assert_eq!(held(&plan), [("grant/app/S/group:team", "outside-only", detail)]);
    assert_eq!(addresses(&plan), [""; 0]);

    let left = "[permission_set.S]\n[group.team]\nmembers = []\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"T\"]\nin = [\"account:app\"]\n";
    let plan = of_app(&shared(), &format!("{keep}{left}"));
    let detail = "it needs membership/team/leaver (delete), which reaches mgmt";
    assert_eq!(held(&plan), [("grant/app/T/group:team", "outside-only", detail)]);
    // The new set was needed by nothing else.
    assert_eq!(addresses(&plan), [""; 0]);

    // A user who is deleted leaves by that, and no user is deleted here.
    let going = "[permission_set.S]\n[permission_set.T]\n[group.team]\nmembers = []\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"T\"]\nin = [\"account:app\"]\n";
    let plan = of_app(&world(), going);
    assert_eq!(held(&plan).len(), 1, "{:?}", plan.held);
    assert!(held(&plan)[0].2.contains("user/leaver (delete)"), "{:?}", plan.held);
    assert_eq!(addresses(&plan), ["delete grant/app/S/user:leaver"]);
}

#[test]
fn what_is_held_for_another_reason_is_not_waited_for() {
    // An edit that is only observed comes whether the grant is made or not.
    let definitions = "[manage]\npermission_sets = \"observe\"\n[permission_set.S]\n\
        session = \"2h\"\n[group.team]\n[[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\n\
        in = [\"account:app\"]\n";
    let (plan, _) = planned_only(&shared(), definitions, &["account:app"]);
    assert_eq!(addresses(&plan), ["create grant/app/S/group:team"]);
    assert_eq!(held(&plan), []);
}

#[test]
fn a_narrowed_reading_takes_nothing_for_absent_that_it_did_not_ask_for() {
    let mut live = world();
    live.taken.reading.asked = Some(Asked::default());
    live.taken.reading.within = Some(Within {
        accounts: [AccountId::parse("999999999999").unwrap()].into(),
        ..Within::default()
    });
    live.identity_center.memberships.clear();
    live.identity_center.assignments.clear();
    let definitions = "[user.leaver]\n[permission_set.S]\nsession = \"2h\"\n[group.team]\n\
        members = [\"leaver\"]\n\
        [[grant]]\nto = [\"user:leaver\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";
    // Even a plan that was not told of the accounts changes nothing there.
    let (plan, _) = planned(&live, &format!("{MODES}{definitions}"));
    assert_eq!(addresses(&plan), [""; 0]);
    let reasons: BTreeSet<&str> = plan.held.iter().map(|held| held.reason.name()).collect();
    assert_eq!(reasons, ["gap", "in-use"].into());
    let said = "the reading was narrowed to the accounts of --only and did not ask for";
    let about = |address: &str| plan.held.iter().find(|held| held.address == address).unwrap();
    for address in ["permission_set/S", "membership/team/leaver", "grant/app/S/user:leaver"] {
        assert!(about(address).detail.starts_with(said), "{:?}", about(address));
    }
}

#[test]
fn a_share_is_of_what_the_accounts_have_however_much_was_read() {
    let limits = "[limits]\ngrants = { max_removals = 100, max_share = 0.5 }\n";
    let mut live = world();
    let set = PermissionSetArn::new(SET);
    let management = AccountId::parse("999999999999").unwrap();
    let app = AccountId::parse("111122223333").unwrap();
    let center = &mut live.identity_center;
    for (account, orphans) in [(&app, 12), (&management, 100)] {
        let assigned = center.assignments.entry((account.clone(), set.clone())).or_default();
        assigned.users.extend((0..orphans).map(|n| crate::id::UserId::new(format!("gone-{n}"))));
    }
    let team = center.groups.keys().next().unwrap().clone();
    let pairs = [(app.clone(), set.clone())].into();
    let mut narrowed = live.clone();
    narrowed.taken.reading.asked = Some(Asked { pairs, ..Asked::default() });
    narrowed.taken.reading.within = Some(Within {
        accounts: [app.clone()].into(),
        sets: [set.clone()].into(),
        groups: [team].into(),
    });
    narrowed.identity_center.assignments.remove(&(management, set));
    for live in [live, narrowed] {
        let plan = of_app(&live, limits);
        let excess = plan.removals.1.first().unwrap();
        assert_eq!((excess.removals, excess.live), (13, 13), "{:?}", plan.removals);
    }
}
