//! Read-backs of small plans.

use super::{Report, Status};
use crate::apply::Failure;
use crate::apply::tests::of;
use crate::id::{AccountId, GroupName, PermissionSetArn, PermissionSetName};
use crate::live::{Gap, Part};
use crate::model::{Grant, PermissionSet, Principal};
use crate::plan::Plan;
use crate::plan::change::What;
use crate::resolve::{Held, Hold};

fn create_set() -> What {
    What::CreateSet(PermissionSetName::new("S"), Box::default())
}

fn update_set() -> What {
    let before = Box::new(PermissionSet { description: Some("old".into()), ..Default::default() });
    What::UpdateSet { name: PermissionSetName::new("S"), before, after: Box::default() }
}

fn provision_set() -> What {
    What::ProvisionSet { name: PermissionSetName::new("S"), accounts: [account()].into() }
}

fn account() -> AccountId {
    AccountId::parse("111122223333").unwrap()
}

fn delete_grant() -> What {
    What::DeleteGrant(Grant {
        account: account(),
        permission_set: PermissionSetName::new("S"),
        principal: Principal::Group(GroupName::new("team")),
    })
}

fn failed() -> Status {
    Status::Failed(Failure::new("AWS's words"))
}

fn confirmed(plan: &Plan, status: Status, after: &Plan) -> Report {
    let mut report = Report { statuses: vec![status], ..Report::default() };
    report.confirm(plan, after);
    report
}

fn is_unknown(report: &Report) -> bool {
    matches!(&report.statuses[..], [Status::Failed(failure)] if failure.unknown)
}

#[test]
fn a_creation_that_left_an_update_behind_is_not_done() {
    let plan = of(vec![create_set()]);
    for left in [create_set(), update_set(), provision_set()] {
        let after = of(vec![left]);
        assert_eq!(confirmed(&plan, failed(), &after).statuses, [failed()]);
        assert!(is_unknown(&confirmed(&plan, Status::Applied, &after)));
    }
}

#[test]
fn a_provisioning_that_is_left_says_nothing_of_the_edit() {
    let (plan, after) = (of(vec![update_set()]), of(vec![provision_set()]));
    assert_eq!(confirmed(&plan, Status::Applied, &after).statuses, [Status::Applied]);
    let after = of(vec![update_set()]);
    assert!(is_unknown(&confirmed(&plan, Status::Applied, &after)));
}

#[test]
fn words_of_a_failure_outlive_its_correction() {
    let report = confirmed(&of(vec![create_set()]), failed(), &of(Vec::new()));
    assert_eq!(report.statuses, [Status::Applied]);
    assert_eq!(report.notes[&0], "AWS's words");
}

#[test]
fn only_a_hold_of_the_very_change_leaves_it_unknown() {
    let held = |action| Held {
        address: "permission_set/S".into(),
        action,
        reason: Hold::Gap,
        detail: String::new(),
        origin: None,
    };
    let plan = of(vec![update_set()]);
    for (action, unknown) in [("update", true), ("provision", false), ("delete", false)] {
        let after = Plan { held: vec![held(action)], ..of(Vec::new()) };
        assert_eq!(is_unknown(&confirmed(&plan, Status::Applied, &after)), unknown, "{action}");
    }
}

#[test]
fn what_a_new_gap_hides_is_not_gone() {
    let arn = PermissionSetArn::new("arn:aws:sso:::permissionSet/ssoins-1/ps-1");
    let mut plan = of(vec![delete_grant()]);
    plan.changes[0].ids.insert("permission_set", arn.to_string());
    let gap = |part: Part| {
        let (operation, code, message) = (String::new(), String::new(), String::new());
        (Gap { part, operation, code, message }, String::new())
    };
    let other = AccountId::parse("444455556666").unwrap();
    for (part, unknown) in [
        (Part::Grants(account(), arn.clone()), true),
        (Part::Provisioned(arn.clone()), true),
        (Part::Grants(other, arn), false),
        (Part::Ous, false),
    ] {
        let mut after = of(Vec::new());
        after.observed.gaps.push(gap(part.clone()));
        assert_eq!(is_unknown(&confirmed(&plan, Status::Applied, &after)), unknown, "{part:?}");
        let mut known = plan.clone();
        known.observed.gaps.push(gap(part));
        assert_eq!(confirmed(&known, Status::Applied, &after).statuses, [Status::Applied]);
    }
}
