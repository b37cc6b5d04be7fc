//! What is wrong with a small organization when one thing is moved.

mod news;

use super::*;
use crate::live::project::project;
use crate::live::{Gap, Part, snapshot};
use crate::plan;
use crate::resolve::{Rules, resolve};
use crate::source::{Input, Tree};
use serde_json::{Value, json};

const NOW: &str = "2026-11-23T00:00:00Z";
pub(crate) const ADMIN: &str =
    "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-000000000000000a";
pub(crate) const READER: &str =
    "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-000000000000000b";
pub(crate) const MANAGEMENT: &str = "999999999999";
pub(crate) const APP: &str = "111122223333";
pub(crate) const AUDIT: &str = "222233334444";

const SETTINGS: &str = "schema = 1\n[identity_center]\nregion = \"ap-southeast-1\"\n\
    identity_source = \"directory\"\n";
pub(crate) const ENFORCE: &str = "[manage]\nous = \"enforce\"\npermission_sets = \"enforce\"\n\
    groups = \"enforce\"\nmemberships = \"enforce\"\ngrants = \"enforce\"\n";
pub(crate) const DEFINITIONS: &str = "[ou.Apps]\n[ou.Security]\n[account.app]\nou = \"Apps\"\n\
    [account.audit]\nou = \"Security\"\n[permission_set.Admin]\n\
    managed_policies = [\"AdministratorAccess\"]\n[permission_set.Reader]\n\
    managed_policies = [\"ReadOnlyAccess\"]\n[group.readers]\nmembers = [\"an\"]\n\
    [group.admins]\nmembers = [\"binh\"]\n\
    [[grant]]\nto = [\"group:readers\"]\nallow = [\"Reader\"]\nin = [\"all\"]\n\
    [[grant]]\nto = [\"group:admins\"]\nallow = [\"Admin\"]\nin = [\"account:app\"]\n";

fn set(arn: &str, name: &str, policy: &str, accounts: &[&str]) -> Value {
    let provisioned: Vec<Value> =
        accounts.iter().map(|a| json!({"account": a, "current": true})).collect();
    json!({"arn": arn, "name": name, "description": null, "session_duration": "PT1H",
        "relay_state": null, "managed_policies": [format!("arn:aws:iam::aws:policy/{policy}")],
        "customer_managed_policies": [], "inline_policy": null, "permissions_boundary": null,
        "tags": {}, "provisioned": provisioned})
}

/// An organization that is as declared.
pub(crate) fn world() -> Value {
    let account = |id: &str, name: &str, parent: &str| {
        json!({"id": id, "name": name, "email": format!("{name}@x.example"), "state": "ACTIVE",
            "parent": parent, "tags": {}})
    };
    let user = |id: &str, name: &str| {
        json!({"id": id, "user_name": name, "display_name": name, "given_name": name,
            "family_name": name, "email": null, "external_ids": []})
    };
    let group = |id: &str, name: &str| json!({"id": id, "name": name, "description": null, "external_ids": []});
    let assigned = |account: &str, set: &str, groups: &[&str]| json!({"account": account, "permission_set": set, "groups": groups, "users": []});
    json!({
        "format": "landgrant.snapshot", "version": 1,
        "taken": {"started": NOW, "ended": NOW, "by": "arn:aws:iam::999999999999:root", "calls": {}},
        "organization": {
            "id": "o-abcde12345", "management_account": MANAGEMENT, "root": "r-ab12",
            "ous": [{"id": "ou-ab12-00000001", "name": "Apps", "parent": "r-ab12"},
                    {"id": "ou-ab12-00000002", "name": "Security", "parent": "r-ab12"}],
            "accounts": [
                account(MANAGEMENT, "mgmt", "r-ab12"),
                account(APP, "app", "ou-ab12-00000001"),
                account(AUDIT, "audit", "ou-ab12-00000002")],
            "delegated_administrators": {"sso.amazonaws.com": []}},
        "identity_center": {
            "instance_arn": "arn:aws:sso:::instance/ssoins-1234567890abcdef",
            "identity_store_id": "d-1234567890", "region": "ap-southeast-1",
            "permission_sets": [
                set(ADMIN, "Admin", "AdministratorAccess", &[MANAGEMENT, APP, AUDIT]),
                set(READER, "Reader", "ReadOnlyAccess", &[MANAGEMENT, APP, AUDIT])],
            "users": [user("u-1", "an"), user("u-2", "binh"), user("u-3", "chi")],
            "groups": [group("g-1", "readers"), group("g-2", "admins")],
            "memberships": [{"group": "g-1", "users": ["u-1"]}, {"group": "g-2", "users": ["u-2"]}],
            "assignments": [assigned(APP, READER, &["g-1"]), assigned(AUDIT, READER, &["g-1"]),
                            assigned(APP, ADMIN, &["g-2"])]},
        "control_tower": {"landing_zone": null, "enabled_baselines": [], "enabled_controls": []},
        "gaps": []
    })
}

pub(crate) fn center<'w>(world: &'w mut Value, list: &str) -> &'w mut Vec<Value> {
    world["identity_center"][list].as_array_mut().unwrap()
}

pub(crate) fn grant(world: &mut Value, account: &str, set: &str, groups: &[&str], users: &[&str]) {
    let one = json!({"account": account, "permission_set": set, "groups": groups, "users": users});
    center(world, "assignments").push(one);
}

pub(crate) fn drift_of(live: &Live, definitions: &str) -> Drift {
    let text = format!("{SETTINGS}{definitions}");
    let files = vec![Input { path: "landgrant.toml".into(), bytes: text.into_bytes() }];
    let (declared, _, diagnostics) = crate::source::load(&Tree { files, ..Tree::default() });
    assert!(!crate::diag::has_errors(&diagnostics), "{diagnostics:?}");
    let projection = project(live);
    let as_of = NOW.parse().unwrap();
    let (desired, diagnostics) = resolve(&declared, live, &projection, as_of);
    assert!(!crate::diag::has_errors(&diagnostics), "{diagnostics:?}");
    let plan = plan::make(live, &projection, &desired, &Rules::of(&declared));
    let facts = Facts {
        declared: &declared,
        live,
        projection: &projection,
        desired: &desired,
        plan: &plan,
        as_of,
    };
    let mut drift = find(&facts);
    accept::mark(&mut drift, &declared);
    drift
}

pub(crate) fn live(world: &Value) -> Live {
    snapshot::read(world.to_string().as_bytes()).unwrap()
}

pub(crate) fn drift(world: &Value, definitions: &str) -> Drift {
    drift_of(&live(world), definitions)
}

/// Under enforcement.
pub(crate) fn enforced(world: &Value) -> Drift {
    drift(world, &format!("{ENFORCE}{DEFINITIONS}"))
}

fn lines(drift: &Drift) -> Vec<String> {
    let line = |item: &Item| {
        let people: Vec<&str> = item.people.iter().map(UserName::as_str).collect();
        format!(
            "{} {} {} [{}]",
            item.severity.name(),
            item.class.name(),
            item.address,
            people.join(" ")
        )
    };
    drift.items.iter().map(line).collect()
}

#[test]
fn what_is_as_declared_has_no_items_in_any_mode() {
    for modes in ["", ENFORCE, "[manage]\ngrants = \"observe\"\ngroups = \"observe\"\n"] {
        let drift = drift(&world(), &format!("{modes}{DEFINITIONS}"));
        assert_eq!(lines(&drift), [""; 0], "{modes}");
        assert!(drift.is_complete());
        // People need not be declared, and the management account need not either.
        assert_eq!(drift.unmanaged, [("accounts", 1), ("users", 3)].into());
    }
}

#[test]
fn a_grant_that_nobody_declared_is_drift_whatever_the_mode() {
    let mut world = world();
    grant(&mut world, MANAGEMENT, ADMIN, &[], &["u-3"]);
    grant(&mut world, MANAGEMENT, READER, &[], &["u-3"]);
    center(&mut world, "assignments")[2]["users"] = json!(["u-3"]);
    center(&mut world, "assignments")[0]["users"] = json!(["u-3"]);
    let expected = [
        "critical unmanaged grant/mgmt/Admin/user:chi [chi]",
        "high unmanaged grant/app/Admin/user:chi [chi]",
        "high unmanaged grant/mgmt/Reader/user:chi [chi]",
        "medium unmanaged grant/app/Reader/user:chi [chi]",
    ];
    for mode in ["enforce", "adopt", "observe"] {
        let modes = format!("[manage]\ngrants = \"{mode}\"\n");
        let drift = drift(&world, &format!("{modes}{DEFINITIONS}"));
        assert_eq!(lines(&drift), expected, "{mode}");
        let mend = &drift.items[0].mend;
        assert_eq!(mend.apply.contains("revokes it"), mode == "enforce", "{}", mend.apply);
        assert_eq!(
            mend.edit,
            "[[grant]] to = [\"user:chi\"], allow = [\"Admin\"], in = [\"account:mgmt\"]"
        );
        assert_eq!(drift.items[0].origin, None);
        assert!(drift.items[1].near.is_some());
    }
}

#[test]
fn each_way_of_being_wrong_has_its_class() {
    type Moved = fn(&mut Value);
    let cases: [(&str, Moved); 11] = [
        ("medium missing grant/app/Admin/group:admins [binh]", |w| {
            center(w, "assignments").pop();
        }),
        ("medium missing membership/admins/binh [binh]", |w| {
            center(w, "memberships")[1]["users"] = json!([]);
        }),
        ("high unmanaged membership/admins/chi [chi]", |w| {
            center(w, "memberships")[1]["users"] = json!(["u-2", "u-3"]);
        }),
        ("low unmanaged group/extra [chi]", |w| {
            center(w, "groups").push(
                json!({"id": "g-9", "name": "extra", "description": null, "external_ids": []}),
            );
            center(w, "memberships").push(json!({"group": "g-9", "users": ["u-3"]}));
        }),
        ("low orphaned grant/app/Reader/user:u-9 []", |w| grant(w, APP, READER, &[], &["u-9"])),
        ("high misplaced-account account/app [an binh]", |w| {
            w["organization"]["accounts"][1]["parent"] = json!("r-ab12");
        }),
        ("critical misplaced-account account/audit [an]", |w| {
            w["organization"]["accounts"][2]["parent"] = json!("r-ab12");
        }),
        ("medium not-provisioned permission_set/Reader [an]", |w| {
            center(w, "permission_sets")[1]["provisioned"][1]["current"] = json!(false);
        }),
        ("low changed permission_set/Reader [an]", |w| {
            center(w, "permission_sets")[1]["relay_state"] = json!("https://x.example");
        }),
        ("critical changed permission_set/Reader [an]", |w| {
            center(w, "permission_sets")[1]["managed_policies"] =
                json!(["arn:aws:iam::aws:policy/AdministratorAccess"]);
        }),
        ("medium changed permission_set/Reader [an]", |w| {
            center(w, "permission_sets")[1]["managed_policies"] = json!([]);
        }),
    ];
    for (expected, moved) in cases {
        let mut world = world();
        moved(&mut world);
        assert_eq!(lines(&enforced(&world)), [expected]);
        // Nothing of it is a matter of modes, but for who mends it.
        assert_eq!(lines(&drift(&world, DEFINITIONS)), [expected]);
    }
}

#[test]
fn an_edited_set_that_is_stale_too_is_both() {
    let mut world = world();
    center(&mut world, "permission_sets")[1]["session_duration"] = json!("PT8H");
    center(&mut world, "permission_sets")[1]["provisioned"][2]["current"] = json!(false);
    assert_eq!(
        lines(&enforced(&world)),
        [
            "high changed permission_set/Reader [an]",
            "medium not-provisioned permission_set/Reader [an]"
        ]
    );
}

#[test]
fn an_expired_grant_that_is_live_says_when_it_ended() {
    let definitions = format!("{DEFINITIONS}expires = 2026-11-01\n");
    for modes in ["", ENFORCE] {
        let drift = drift(&world(), &format!("{modes}{definitions}"));
        assert_eq!(lines(&drift), ["high expired-still-live grant/app/Admin/group:admins [binh]"]);
        assert_eq!(drift.items[0].because, "it expired on 2026-11-01");
        assert!(drift.items[0].origin.is_some());
    }
}

#[test]
fn a_group_that_was_made_again_is_one_item() {
    let mut world = world();
    let assignments = center(&mut world, "assignments");
    assignments[0]["groups"] = json!(["g-8"]);
    assignments[1]["groups"] = json!(["g-8"]);
    let found = enforced(&world);
    assert_eq!(lines(&found), ["high recreated-group group/readers [an]"]);
    assert_eq!(found.items[0].covers.len(), 4, "{:?}", found.items[0].covers);

    // One grant less, and nobody knows whose the old ones were.
    center(&mut world, "assignments").remove(1);
    let found = enforced(&world);
    assert_eq!(
        lines(&found),
        [
            "medium missing grant/app/Reader/group:readers [an]",
            "medium missing grant/audit/Reader/group:readers [an]",
            "low orphaned grant/app/Reader/group:g-8 []",
        ]
    );
}

#[test]
fn what_could_not_be_read_is_unknown_and_never_clean() {
    let mut live = live(&world());
    let arn = crate::id::PermissionSetArn::new(READER);
    let account = AccountId::parse(AUDIT).unwrap();
    live.identity_center.assignments.remove(&(account.clone(), arn.clone()));
    live.gaps.push(Gap {
        part: Part::Grants(account, arn),
        operation: "sso-admin:ListAccountAssignments".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: "request 1 was denied".to_owned(),
    });
    let definitions = format!("{ENFORCE}{DEFINITIONS}");
    let first = drift_of(&live, &definitions);
    assert!(!first.is_complete());
    assert_eq!(
        lines(&first),
        [
            "high unknown reading/the grants of Reader in audit []",
            "medium unknown grant/audit/Reader/group:readers [an]",
        ]
    );
    // Another message is the same gap.
    live.gaps[0].message = "request 2 was denied".to_owned();
    let second = drift_of(&live, &definitions);
    assert_eq!(second.items[0].value_fingerprint, first.items[0].value_fingerprint);
}

#[test]
fn settings_decide_what_is_sensitive_and_how_loud_a_class_is() {
    let mut world = world();
    grant(&mut world, AUDIT, ADMIN, &[], &["u-3"]);
    assert_eq!(enforced(&world).items[0].severity, Severity::Critical);
    for (settings, severity) in [
        ("[drift]\nsensitive = []\n", Severity::High),
        ("[drift]\nsensitive = [\"account:a*\"]\n", Severity::Critical),
        ("[drift]\nseverity = { unmanaged = \"low\" }\n", Severity::Low),
    ] {
        let found = drift(&world, &format!("{settings}{ENFORCE}{DEFINITIONS}"));
        assert_eq!(found.items[0].severity, severity, "{settings}");
    }
}

#[test]
fn fingerprints_stay_where_something_else_moves() {
    let mut one = world();
    grant(&mut one, MANAGEMENT, ADMIN, &[], &["u-3"]);
    let before = enforced(&one).items[0].clone();
    grant(&mut one, APP, READER, &[], &["u-2"]);
    one["organization"]["accounts"][1]["parent"] = json!("r-ab12");
    center(&mut one, "assignments").reverse();
    center(&mut one, "users").reverse();
    let after = drift(&one, &format!("[ou.Other]\n{ENFORCE}{DEFINITIONS}"));
    let same = after.items.iter().find(|item| item.address == before.address).unwrap();
    assert_eq!(same.fingerprint, before.fingerprint);
    assert_eq!(same.value_fingerprint, before.value_fingerprint);
}

#[test]
fn members_of_an_external_source_count_where_the_files_list_them() {
    let external = SETTINGS.replace("\"directory\"", "\"external\"");
    assert_ne!(external, SETTINGS);
    let mut world = world();
    center(&mut world, "memberships")[0]["users"] = json!(["u-1", "u-3"]);
    let listed = "[group.readers]\nmembers = [\"an\"]\n";
    for (group, expected) in [(listed, 1), ("[group.readers]\n", 0)] {
        let text = format!("{external}{DEFINITIONS}").replace(listed, group);
        let files = vec![Input { path: "landgrant.toml".into(), bytes: text.into_bytes() }];
        let (declared, _, _) = crate::source::load(&Tree { files, ..Tree::default() });
        let (live, as_of) = (live(&world), NOW.parse().unwrap());
        let projection = project(&live);
        let (desired, _) = resolve(&declared, &live, &projection, as_of);
        let plan = plan::make(&live, &projection, &desired, &Rules::of(&declared));
        let facts = Facts {
            declared: &declared,
            live: &live,
            projection: &projection,
            desired: &desired,
            plan: &plan,
            as_of,
        };
        assert_eq!(find(&facts).items.len(), expected, "{group}");
    }
}
