//! Where a wrong decision would let somebody in or lock everybody out.

use super::*;
use crate::diag::Code;
use crate::id::{AccountId, GroupId, OuId, PermissionSetArn, UserId};
use crate::live::{Account, Group, Ou};
use crate::model::PolicyArn;
use std::collections::BTreeSet;

const ENFORCED: &str =
    "[manage]\npermission_sets = \"enforce\"\nmemberships = \"enforce\"\ngrants = \"enforce\"\n";
const USED: &str = "[permission_set.S]\n[group.team]\nmembers = [\"leaver\"]\n[[grant]]\n\
    to = [\"group:team\"]\nallow = [\"S\"]\n";

fn app() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

fn arn() -> PermissionSetArn {
    PermissionSetArn::new(SET)
}

/// The world, with the set granted to the group instead of the user.
fn granted() -> Live {
    let mut live = world();
    let pair = live.identity_center.assignments.get_mut(&(app(), arn())).unwrap();
    pair.users.clear();
    pair.groups.insert(GroupId::new("g-1"));
    live
}

fn hide(live: &mut Live, part: Part) {
    live.gaps.push(Gap {
        part,
        operation: "x:List".to_owned(),
        code: "ThrottlingException".to_owned(),
        message: String::new(),
    });
}

#[test]
fn renames_of_nested_ous_are_carried_out_from_the_top() {
    // `App/Dev`, the middle of the way, sorts before `Zed`, where it begins.
    let mut live = granted();
    let ous = &mut live.organization.ous;
    ous.get_mut(&OuId::new("ou-ab12-00000001")).unwrap().name = "Zed".to_owned();
    let nested = Ou { name: "Dev".to_owned(), parent: OuId::new("ou-ab12-00000001") };
    ous.insert(OuId::new("ou-ab12-00000002"), nested);
    live.organization.accounts.get_mut(&app()).unwrap().parent = OuId::new("ou-ab12-00000002");
    let definitions = format!(
        "{ENFORCED}[ou.App]\npreviously = [\"Zed\"]\n[ou.\"App/Dev2\"]\npreviously = [\"Zed/Dev\"]\n\
         {USED}in = [\"ou:App/Dev2/**\"]\n"
    );
    let (plan, diagnostics) = planned(&live, &definitions);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(addresses(&plan), ["rename ou/App", "rename ou/App/Dev2"]);
    assert!(plan.held.is_empty() && plan.access.lose.is_empty(), "{:?}", plan.held);
    assert_eq!(plan.changes[1].after, ["c1"]);
}

#[test]
fn a_rename_that_is_held_hides_nothing_from_the_ledger() {
    let live = granted();
    let definitions = format!(
        "{ENFORCED}groups = \"observe\"\n[permission_set.S]\n[group.new]\npreviously = [\"team\"]\n"
    );
    let (plan, _) = planned(&live, &definitions);
    assert_eq!(addresses(&plan), ["delete membership/new/leaver", "delete grant/app/S/group:new"]);
    assert_eq!(plan.access.lose.len(), 1);
    assert_eq!(plan.held.len(), 1);
}

#[test]
fn a_gap_elsewhere_turns_no_mistake_into_a_revocation() {
    let rule = "[[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";
    let definitions = format!("{ENFORCED}[group.team]\nmembers = [\"leaver\"]\n{rule}");
    let mut live = granted();
    let other = PermissionSetArn::new("arn:aws:sso:::permissionSet/ssoins-1/ps-2");
    for gap in [None, Some(Part::PermissionSet(other)), Some(Part::Groups)] {
        if let Some(part) = gap {
            hide(&mut live, part);
        }
        let (_, diagnostics) = planned(&live, &definitions);
        let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::UnknownName]);
    }
}

#[test]
fn nobody_unknown_is_let_in() {
    let definitions = format!("{ENFORCED}{USED}in = [\"account:app\"]\n");
    let mut live = granted();
    live.identity_center.assignments.clear();
    assert_eq!(addresses(&planned(&live, &definitions).0), ["create grant/app/S/group:team"]);

    let mut hidden = live.clone();
    hidden.identity_center.memberships.clear();
    hide(&mut hidden, Part::Memberships(GroupId::new("g-1")));
    let (plan, _) = planned(&hidden, &definitions);
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(plan.findings.is_empty(), "{:?}", plan.findings);

    let mut strangers = live.clone();
    let members = strangers.identity_center.memberships.get_mut(&GroupId::new("g-1")).unwrap();
    members.insert(UserId::new("u-unseen"));
    hide(&mut strangers, Part::Users);
    assert_eq!(addresses(&planned(&strangers, &definitions).0), [""; 0]);
}

#[test]
fn of_two_things_with_one_name_none_is_chosen() {
    let definitions = format!("{ENFORCED}{USED}in = [\"account:app\"]\n");
    let mut live = granted();
    live.identity_center.assignments.clear();
    let twin = Group { name: "team".to_owned(), description: None, external_ids: Vec::new() };
    live.identity_center.groups.insert(GroupId::new("g-2"), twin);
    let (plan, _) = planned(&live, &definitions);
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(!plan.is_complete());
}

#[test]
fn revocations_wait_for_nothing_that_is_not_theirs() {
    // A direct grant gives way to the group's: whatever comes of that, the person's goes.
    let definitions = format!("{ENFORCED}{USED}in = [\"account:app\"]\n");
    let (plan, _) = planned(&world(), &definitions);
    assert_eq!(
        addresses(&plan),
        ["create grant/app/S/group:team", "delete grant/app/S/user:leaver"]
    );
    let (needs, after) = (&plan.changes[1].needs, &plan.changes[1].after);
    assert!(needs.is_empty() && after == &["c1"], "{needs:?} {after:?}");

    // A move decides about a grant only where a rule with selectors does.
    let moved = "[ou.B]\n[account.app]\nou = \"B\"\n";
    let (plan, _) = planned(&world(), &format!("{ENFORCED}[permission_set.S]\n{moved}"));
    let last = plan.changes.last().unwrap();
    assert_eq!(last.address, "grant/app/S/user:leaver");
    assert!(last.needs.is_empty());
    let definitions = format!("{ENFORCED}{moved}{USED}in = [\"ou:A\"]\n");
    let (plan, _) = planned(&granted(), &definitions);
    let last = plan.changes.last().unwrap();
    assert_eq!((last.address.as_str(), last.reason.word), ("grant/app/S/group:team", "deselected"));
    assert_eq!(last.needs.len(), 1);
}

#[test]
fn one_group_for_another_locks_nobody_out() {
    let mut live = granted();
    let other = Group { name: "old".to_owned(), description: None, external_ids: Vec::new() };
    live.identity_center.groups.insert(GroupId::new("g-2"), other);
    let pair = live.identity_center.assignments.get_mut(&(app(), arn())).unwrap();
    pair.groups = BTreeSet::from([GroupId::new("g-2")]);
    let (plan, _) = planned(&live, &format!("{ENFORCED}{USED}in = [\"account:app\"]\n"));
    assert_eq!(addresses(&plan), ["create grant/app/S/group:team", "delete grant/app/S/group:old"]);
    assert_eq!(plan.changes[1].needs, ["c1"]);
}

#[test]
fn an_account_that_is_one_by_name_and_another_by_address_is_asked_about() {
    let mut live = world();
    let wrong = Account {
        name: "other".to_owned(),
        email: "real@x.example".to_owned(),
        ..live.organization.accounts[&app()].clone()
    };
    live.organization.accounts.insert(AccountId::parse("222233334444").unwrap(), wrong);
    let (_, diagnostics) = planned(&live, "[account.app]\nemail = \"real@x.example\"\n");
    let codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, [Code::AmbiguousName]);
    assert!(diagnostics[0].help.contains("222233334444"));
}

#[test]
fn tags_that_were_not_read_select_nobody_out() {
    let mut live = granted();
    for account in live.organization.accounts.values_mut() {
        account.tags = None;
    }
    let (plan, _) = planned(&live, &format!("{ENFORCED}{USED}in = [\"tag:env=prod\"]\n"));
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(!plan.is_complete());
}

#[test]
fn what_takes_administrators_away_is_as_dangerous_as_what_makes_them() {
    let mut live = granted();
    let set = live.identity_center.permission_sets.get_mut(&arn()).unwrap();
    set.managed_policies
        .insert(PolicyArn("arn:aws:iam::aws:policy/AdministratorAccess".to_owned()));
    let (plan, _) = planned(&live, &format!("{ENFORCED}[permission_set.S]\n[group.team]\n"));
    let risks: Vec<&str> = plan.changes.iter().map(|c| c.risk.name()).collect();
    assert_eq!(
        addresses(&plan),
        [
            "update permission_set/S",
            "provision permission_set/S",
            "delete membership/team/leaver",
            "delete grant/app/S/group:team"
        ]
    );
    assert_eq!(risks, ["high", "medium", "high", "high"]);
}

#[test]
fn a_rename_takes_nothing_out_of_ignore() {
    let renamed = "[ou.B]\npreviously = [\"A\"]\n";
    for (ignored, expected) in [("\"ou:A/**\"", 1), ("\"ou:A/**\", \"ou:B/**\"", 0), ("", 0)] {
        let definitions = format!("[ignore]\naccounts = [{ignored}]\n{renamed}");
        let (_, diagnostics) = planned(&world(), &definitions);
        let found = diagnostics.iter().filter(|d| d.code == Code::DeclaredIgnored);
        assert_eq!(found.count(), expected, "{ignored}");
    }
}

#[test]
fn what_control_tower_made_for_itself_is_never_removed() {
    let settings = "[ignore]\ncontrol_tower = false\n[manage]\ngroups = \"enforce\"\n\
        permission_sets = \"enforce\"\ngrants = \"enforce\"\n";
    let named = |set: &str, group: &str| {
        let mut live = granted();
        live.identity_center.permission_sets.get_mut(&arn()).unwrap().name = set.to_owned();
        live.identity_center.groups.get_mut(&GroupId::new("g-1")).unwrap().name = group.to_owned();
        planned(&live, settings).0
    };
    let (set, group) = ("AWSAdministratorAccess", "AWSControlTowerAdmins");
    let plan = named(set, group);
    assert_eq!(addresses(&plan), [""; 0]);
    let reasons: Vec<&str> = plan.held.iter().map(|held| held.reason.name()).collect();
    assert_eq!(reasons, ["protected"; 3]);
    // What it did not make is ours: its set to another group, and the other way round.
    assert_eq!(
        addresses(&named(set, "team")),
        ["delete grant/app/AWSAdministratorAccess/group:team", "delete group/team"]
    );
    assert_eq!(
        addresses(&named("S", group)),
        ["delete grant/app/S/group:AWSControlTowerAdmins", "delete permission_set/S"]
    );
    assert_eq!(addresses(&named("AWSOwn", "AWSOwn")).len(), 3);
}

/// The change at an address, and the addresses of what it needs.
fn needs<'p>(plan: &'p Plan, address: &str) -> Vec<&'p str> {
    let change = plan.changes.iter().find(|change| change.address == address).unwrap();
    let needed = plan.changes.iter().filter(|other| change.needs.contains(&other.id));
    needed.map(|other| other.address.as_str()).collect()
}

#[test]
fn nobody_has_for_a_moment_what_they_had_not_and_will_not_have() {
    // Who leaves does not get what the group's set gets.
    let rule = "[[grant]]\nto = [\"group:team\"]\nallow = [\"S\"]\nin = [\"account:app\"]\n";
    let wider = format!("{ENFORCED}[permission_set.S]\nsession = \"2h\"\n[group.team]\n{rule}");
    let (plan, _) = planned(&granted(), &wider);
    assert!(needs(&plan, "permission_set/S").contains(&"membership/team/leaver"));

    // Who comes does not get what the set loses.
    let mut live = granted();
    let center = &mut live.identity_center;
    center.memberships.clear();
    center.permission_sets.get_mut(&arn()).unwrap().session_duration = Some("PT2H".to_owned());
    let narrower =
        format!("{ENFORCED}[permission_set.S]\n[group.team]\nmembers = [\"leaver\"]\n{rule}");
    let (plan, _) = planned(&live, &narrower);
    assert!(needs(&plan, "membership/team/leaver").contains(&"permission_set/S"));

    // Who is deleted does not get what the group gets.
    let settings = "[manage]\nusers = \"enforce\"\ngrants = \"enforce\"\n[permission_set.T]\n\
        [[grant]]\nto = [\"group:team\"]\nallow = [\"T\"]\nin = [\"account:app\"]\n";
    let (plan, _) = planned(&world(), settings);
    assert!(needs(&plan, "grant/app/T/group:team").contains(&"user/leaver"));
}
