//! Plans of small definitions against a small world.

mod content;
mod gaps;
mod keep;
mod only;
mod reading;
mod safety;
mod tower;

use super::*;
use crate::diag::Diagnostic;
use crate::live::{Part, project::project, snapshot};
use crate::resolve::{Only, resolve};
use crate::source::declared::Declared;
use crate::source::{Input, Tree};

const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n";
const NOW: &str = "2026-11-23T00:00:00Z";
const SET: &str = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-000000000000000a";

/// An account in OU `A`, one set, and a user who is in one group and has one direct grant.
pub(super) fn world() -> Live {
    let text = serde_json::json!({
        "format": "landgrant.snapshot", "version": 1,
        "taken": {"started": NOW, "ended": NOW, "by": "arn:aws:iam::999999999999:root", "calls": {}},
        "organization": {
            "id": "o-abcde12345", "management_account": "999999999999", "root": "r-ab12",
            "ous": [{"id": "ou-ab12-00000001", "name": "A", "parent": "r-ab12"}],
            "accounts": [
                {"id": "999999999999", "name": "mgmt", "email": "m@x.example", "state": "ACTIVE",
                 "parent": "r-ab12", "tags": {}},
                {"id": "111122223333", "name": "app", "email": "a@x.example", "state": "ACTIVE",
                 "parent": "ou-ab12-00000001", "tags": {}}],
            "delegated_administrators": {"sso.amazonaws.com": []}},
        "identity_center": {
            "instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
            "identity_store_id": "d-1234567890", "region": "ap-southeast-1",
            "permission_sets": [{"arn": SET, "name": "S", "description": null,
                "session_duration": "PT1H", "relay_state": null, "managed_policies": [],
                "customer_managed_policies": [], "inline_policy": null,
                "permissions_boundary": null, "tags": {},
                "provisioned": [{"account": "111122223333", "current": true}]}],
            "users": [{"id": "u-1", "user_name": "leaver", "display_name": "L", "given_name": "L",
                "family_name": "L", "email": null, "external_ids": []}],
            "groups": [{"id": "g-1", "name": "team", "description": null, "external_ids": []}],
            "memberships": [{"group": "g-1", "users": ["u-1"]}],
            "assignments": [{"account": "111122223333", "permission_set": SET, "groups": [],
                "users": ["u-1"]}]},
        "control_tower": {"landing_zone": null, "enabled_baselines": [], "enabled_controls": []},
        "gaps": []
    });
    snapshot::read(text.to_string().as_bytes()).unwrap()
}

pub(super) fn planned(live: &Live, definitions: &str) -> (Plan, Vec<Diagnostic>) {
    planned_only(live, definitions, &[])
}

pub(super) fn declared(definitions: &str) -> Declared {
    let settings = format!("{SETTINGS}{definitions}");
    let files = vec![Input { path: "landgrant.toml".into(), bytes: settings.into_bytes() }];
    crate::source::load(&Tree { files, ..Tree::default() }).0
}

fn planned_only(live: &Live, definitions: &str, only: &[&str]) -> (Plan, Vec<Diagnostic>) {
    let declared = declared(definitions);
    let projection = project(live);
    let (desired, diagnostics) = resolve(&declared, live, &projection, NOW.parse().unwrap());
    let only = Only::parse(only).unwrap().select(&desired.organization).unwrap();
    // These definitions are so small that they often declare nothing of a kind, and mean it.
    let rules = Rules { only, nothing_declared: BTreeSet::new(), ..Rules::of(&declared) };
    (make(live, &projection, &desired, &rules), diagnostics)
}

pub(super) fn addresses(plan: &Plan) -> Vec<String> {
    plan.changes.iter().map(|c| format!("{} {}", c.what.action().name(), c.address)).collect()
}

#[test]
fn a_user_who_cannot_be_deleted_yet_still_leaves_declared_groups() {
    let modes = "[manage]\nusers = \"enforce\"\nmemberships = \"enforce\"\n";
    let (plan, _) = planned(&world(), &format!("{modes}[group.team]\nmembers = []\n"));
    assert_eq!(addresses(&plan), ["delete membership/team/leaver"]);
    assert_eq!(plan.held.len(), 1, "{:?}", plan.held);

    // Where the user goes, the membership goes along; a group of nobody's is left alone.
    let grants = "grants = \"enforce\"\n";
    let (plan, _) = planned(&world(), &format!("{modes}{grants}[group.team]\nmembers = []\n"));
    assert_eq!(addresses(&plan), ["delete grant/app/S/user:leaver", "delete user/leaver"]);
    let (plan, _) = planned(&world(), modes);
    assert_eq!(addresses(&plan), [""; 0]);
}

#[test]
fn no_account_is_moved_or_tagged_into_ignore() {
    let settings = "[ignore]\naccounts = [\"tag:env=lab\", \"ou:B\"]\n[ou.B]\n[account.app]\n";
    for (line, expected) in [("tags = { env = \"lab\" }", 1), ("ou = \"B\"", 1), ("ou = \"A\"", 0)]
    {
        let (_, diagnostics) = planned(&world(), &format!("{settings}{line}\n"));
        let found = diagnostics.iter().filter(|d| d.code == crate::diag::Code::DeclaredIgnored);
        assert_eq!(found.count(), expected, "{line}");
    }
}

#[test]
fn what_is_held_says_nothing_about_other_steps_of_the_same_thing() {
    use crate::apply::outcome::{Report, Status};
    // The tags are set; the move is only observed, as its OU may not be created.
    let settings = "[manage]\nous = \"observe\"\n[ou.B]\n[account.app]\nou = \"B\"\n\
        tags = { env = \"lab\" }\n";
    let (before, _) = planned(&world(), settings);
    assert_eq!(addresses(&before), ["update account/app"]);
    let mut tagged = world();
    for account in tagged.organization.accounts.values_mut() {
        account.tags = Some([("env".to_owned(), "lab".to_owned())].into());
    }
    let confirmed = |after: &Plan| {
        let mut report = Report { statuses: vec![Status::Applied], ..Report::default() };
        report.confirm(&before, after);
        report.is_complete()
    };
    let (after, _) = planned(&tagged, settings);
    assert!(after.held.iter().any(|held| held.address == "account/app"));
    assert!(confirmed(&after));
    assert!(!confirmed(&before));

    // What could not be read is another matter.
    let account = tagged.organization.accounts.keys().next().cloned().unwrap();
    tagged.gaps.push(Gap {
        part: Part::AccountTags(account),
        operation: "organizations:ListTagsForResource".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: String::new(),
    });
    for account in tagged.organization.accounts.values_mut() {
        account.tags = None;
    }
    assert!(!confirmed(&planned(&tagged, settings).0));
}

#[test]
fn a_name_that_is_live_in_another_case_is_an_error() {
    let codes = |definitions: &str| -> Vec<String> {
        planned(&world(), definitions).1.iter().map(|d| d.code.to_string()).collect()
    };
    assert_eq!(codes("[group.Team]\n"), ["case-collision"]);
    assert_eq!(codes("[group.Team]\npreviously = [\"team\"]\n"), [""; 0]);
    let named = "given_name = \"L\"\nfamily_name = \"L\"\n";
    assert_eq!(codes(&format!("[user.Leaver]\n{named}")), ["case-collision"]);
    assert_eq!(codes(&format!("[user.leaver]\n{named}[group.team]\n")), [""; 0]);
}

#[test]
fn users_that_could_not_be_listed_are_not_said_to_be_absent() {
    let mut live = world();
    live.identity_center.users.clear();
    live.gaps.push(Gap {
        part: Part::Users,
        operation: "identitystore:ListUsers".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: String::new(),
    });
    let (plan, diagnostics) = planned(&live, "[user.leaver]\n");
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(addresses(&plan), [""; 0]);
    assert_eq!(plan.held.len(), 1);
}
