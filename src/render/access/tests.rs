//! The ledger's order, its marks, and what it folds.

use super::*;
use crate::access::delta::Edit;
use crate::access::level::Classified;
use crate::apply::tests::of;
use std::sync::Arc;

fn account(digit: char) -> AccountId {
    AccountId::parse(&digit.to_string().repeat(12)).unwrap()
}

fn person(n: usize) -> UserName {
    UserName::new(format!("p{n:02}@x.example"))
}

fn classes(level: Level) -> Classes {
    let class = Classified { level, reason: String::new() };
    [(PermissionSetName::new("S"), class)].into()
}

fn text(plan: &Plan) -> String {
    let mut page = Page::new(false);
    section(&mut page, plan, &Files::default());
    page.finish()
}

/// Thirty people who gain a set of a level in an account.
fn gaining(level: Level, account: &AccountId) -> Plan {
    let mut plan = of(Vec::new());
    plan.levels.1 = classes(level);
    for n in 0..30 {
        let access = Access {
            account: account.clone(),
            permission_set: PermissionSetName::new("S"),
            person: person(n),
        };
        plan.access.gain.insert(access, [Via::Direct].into());
    }
    plan
}

#[test]
fn people_are_folded_where_that_hides_nothing_privileged() {
    for (level, digit, folded) in [
        (Level::None, '1', true),
        (Level::Read, '1', true),
        (Level::Write, '1', true),
        (Level::Unknown, '1', false),
        (Level::Privileged, '1', false),
        (Level::Admin, '1', false),
        // The management account.
        (Level::Read, '0', false),
    ] {
        let text = text(&gaining(level, &account(digit)));
        assert!(text.contains("30 people"), "{text}");
        assert_eq!(text.contains("and 10 more"), folded, "{level:?} {digit}: {text}");
        assert_eq!(text.contains("p29@x.example"), !folded, "{level:?} {digit}: {text}");
    }
}

#[test]
fn nobody_loses_anything_unseen() {
    let mut plan = gaining(Level::Read, &account('1'));
    plan.levels.0 = classes(Level::Read);
    let loss = || Loss {
        via: [Via::Direct].into(),
        keeps: [].into(),
        session: crate::model::Session::DEFAULT,
    };
    plan.access.lose = plan.access.gain.keys().map(|access| (access.clone(), loss())).collect();
    plan.access.gain.clear();
    let text = text(&plan);
    assert!(text.contains("p29@x.example") && !text.contains(" more "), "{text}");
}

#[test]
fn danger_is_counted_and_marked() {
    for (level, digit, count, mark) in [
        (Level::Admin, '1', " (30 dangerous)", ": 30 people  ! administrator"),
        (Level::Privileged, '1', " (30 dangerous)", ": 30 people  ! privileged access"),
        (Level::Read, '0', " (30 dangerous)", "· read  ! management account"),
        (Level::Unknown, '1', "", "· level unknown\n"),
        (Level::None, '1', "", "· allows nothing\n"),
    ] {
        let text = text(&gaining(level, &account(digit)));
        assert!(text.contains(&format!("30 gained{count} · 30 people · 1 account")), "{text}");
        assert!(text.contains(mark), "{text}");
    }
}

#[test]
fn an_edit_tells_the_level_before_and_after_and_every_action() {
    let mut plan = gaining(Level::Privileged, &account('1'));
    plan.access.gain.clear();
    plan.levels.0 = classes(Level::Write);
    let people: BTreeSet<UserName> = [person(1)].into();
    let edit = Edit { because: vec!["allows iam:PassRole".into()], ..Edit::default() };
    let rows = [(account('1'), Arc::new(people.clone()))].into();
    let reach = Reach { rows, people, edit };
    plan.access.widen.insert(PermissionSetName::new("S"), reach);
    let text = text(&plan);
    for line in [
        "1 widened (1 dangerous) · 1 person · 1 account\n",
        "  ~ S: 1 person on 1 account · write -> privileged  ! privileged access\n",
        "        111111111111\n        p01@x.example\n        allows iam:PassRole\n",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
}
