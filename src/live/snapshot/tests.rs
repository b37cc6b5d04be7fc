//! What is written, what is read, and what is refused.

use super::*;
use crate::live::AccountState;

const WORLD: &[u8] = include_bytes!("../../../examples/e-wallet/sandbox.json");

#[test]
fn what_is_written_is_what_was_read() {
    let mut live = read(WORLD).unwrap();
    live.gaps.push(Gap {
        part: Part::Grants(
            AccountId::parse("111122223333").unwrap(),
            PermissionSetArn::new("arn:aws:sso:::permissionSet/ssoins-1/ps-1"),
        ),
        operation: "sso-admin:ListAccountAssignments".to_owned(),
        code: "AccessDeniedException".to_owned(),
        message: "no".to_owned(),
    });
    live.taken.standing = Standing::Delegated;
    live.taken.reading.depth = Depth::Quick;
    live.taken.reading.asked = Some(Asked {
        groups: 3,
        users: [UserId::new("u-1")].into(),
        sets: [PermissionSetArn::new("arn")].into(),
        outdated: [PermissionSetArn::new("arn")].into(),
        pairs: live.identity_center.assignments.keys().take(1).cloned().collect(),
    });
    let text = text(&live);
    assert_eq!(read(text.as_bytes()).unwrap(), live);
}

#[test]
fn what_is_no_snapshot_says_so() {
    let error = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
    assert!(error("{").starts_with("it is not a snapshot document"));
    assert!(error(r#"{"format":"landgrant.plan"}"#).contains("landgrant.plan"));
    assert!(error(r#"{"format":"landgrant.snapshot","version":2}"#).contains("version is 2"));
    let cut = std::str::from_utf8(&WORLD[..WORLD.len() / 2]).unwrap();
    assert!(error(cut).starts_with("it is not a snapshot document"));
}

#[test]
fn a_missing_state_is_unknown() {
    let text = std::str::from_utf8(WORLD).unwrap().replace("\"state\": \"ACTIVE\",", "");
    let live = read(text.as_bytes()).unwrap();
    let states = live.organization.accounts.values().map(|a| &a.state);
    assert!(states.into_iter().all(|s| *s == AccountState::Unknown(String::new())));
    // And a gap, whether the document has it or not.
    let unknown = |gap: &&Gap| matches!(gap.part, Part::AccountState(_));
    let gaps = live.gaps.iter().filter(unknown).count();
    assert_eq!(gaps, live.organization.accounts.len());
    assert_eq!(read(super::text(&live).as_bytes()).unwrap(), live);
}

#[test]
fn a_gap_of_a_kind_that_only_a_newer_landgrant_has_is_kept() {
    let mut document: serde_json::Value = serde_json::from_slice(WORLD).unwrap();
    let parts = [
        serde_json::json!({"trusts": ["111122223333", 7]}),
        serde_json::json!("trusts"),
        serde_json::json!({"grants": ["111122223333", "arn", "and more"]}),
        serde_json::json!(null),
    ];
    let gaps = parts.iter().map(|part| serde_json::json!({"part": part, "code": "x", "new": 1}));
    document["gaps"] = gaps.collect();
    document["taken"]["standing"] = "partner".into();
    let live = read(document.to_string().as_bytes()).unwrap();
    let other = |part: &serde_json::Value| live.gap_for(&Part::Other(part.to_string())).is_some();
    assert!(parts.iter().all(other) && !live.is_complete(), "{:?}", live.gaps);
    assert!(live.gaps.iter().any(|gap| gap.part == Part::Standing));
    // It goes on as it came, so that the newer one finds it again.
    let again: serde_json::Value = serde_json::from_str(&super::text(&live)).unwrap();
    for part in parts {
        assert!(again["gaps"].as_array().unwrap().iter().any(|gap| gap["part"] == part), "{part}");
    }
    assert_eq!(read(again.to_string().as_bytes()).unwrap().organization, live.organization);
}
/// A reader of pieces that has no beginning to go back to.
struct Pipe<'a>(&'a [u8]);

impl Read for Pipe<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let few = buffer.len().min(7);
        self.0.read(&mut buffer[..few])
    }
}

impl Seek for Pipe<'_> {
    fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
        Err(std::io::ErrorKind::NotSeekable.into())
    }
}

#[test]
fn a_pipe_is_read_as_a_file_is() {
    assert_eq!(load(Pipe(WORLD)).unwrap(), read(WORLD).unwrap());
    let error = load(Pipe(br#"{"format":"landgrant.plan"}"#)).unwrap_err().to_string();
    assert!(error.starts_with("it is not a snapshot document"), "{error}");
}

#[test]
fn what_a_newer_landgrant_adds_is_passed_over() {
    let mut document: serde_json::Value = serde_json::from_slice(WORLD).unwrap();
    let known = read(WORLD).unwrap();
    document["new"] = serde_json::json!({"deep": [1, {"x": null}]});
    document["taken"]["new"] = 1.into();
    for part in ["organization", "identity_center"] {
        document[part]["new"] = serde_json::json!([[]]);
        for list in document[part].as_object_mut().unwrap().values_mut() {
            for row in list.as_array_mut().into_iter().flatten().filter(|row| row.is_object()) {
                row["new"] = "x".into();
            }
        }
    }
    assert_eq!(read(document.to_string().as_bytes()).unwrap(), known);
    // But not what only a newer one understands, wherever its version stands.
    for version in [2, 7] {
        document["version"] = version.into();
        for shape in [serde_json::json!([]), document["identity_center"].clone()] {
            document["identity_center"] = shape;
            let error = read(document.to_string().as_bytes()).unwrap_err();
            assert_eq!(error, SnapshotError::Version(version));
        }
    }
}

#[test]
fn what_an_older_landgrant_left_out_is_empty_or_unknown() {
    let text = r#"{"format":"landgrant.snapshot","version":1,
        "taken":{"started":"2026-11-23T00:00:00Z","ended":"2026-11-23T00:00:00Z"},
        "organization":{"id":"o-1","management_account":"999999999999","root":"r-1",
            "accounts":[{"id":"999999999999","name":"wallet","parent":"r-1"}]},
        "identity_center":{"instance_arn":"arn:aws:sso:::instance/ssoins-1",
            "identity_store_id":"d-1","region":"ap-southeast-1",
            "permission_sets":[{"arn":"arn:aws:sso:::permissionSet/ssoins-1/ps-1","name":"Reader"}],
            "assignments":[{"account":"999999999999","permission_set":"x"}]}}"#;
    let live = read(text.as_bytes()).unwrap();
    let account = live.organization.accounts.values().next().unwrap();
    assert_eq!((&account.state, &account.tags), (&AccountState::Unknown(String::new()), &None));
    assert_eq!(live.identity_center.assignments.len(), 1);
    assert!(live.identity_center.users.is_empty());
    let part = Part::AccountState(AccountId::parse("999999999999").unwrap());
    assert_eq!(live.gaps.iter().map(|gap| &gap.part).collect::<Vec<_>>(), [&part]);
}

#[test]
fn rows_of_one_pair_are_one() {
    let text = std::str::from_utf8(WORLD).unwrap();
    let live = read(text.as_bytes()).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(text).unwrap();
    let rows = document["identity_center"]["assignments"].as_array_mut().unwrap();
    let mut again = rows[0].clone();
    again["groups"] = serde_json::json!(["another"]);
    rows.push(again);
    let more = read(document.to_string().as_bytes()).unwrap();
    let count = |live: &Live| {
        let pairs = live.identity_center.assignments.values();
        pairs.map(|assigned| assigned.groups.len()).sum::<usize>()
    };
    assert_eq!(count(&more), count(&live) + 1);
}

#[test]
fn a_row_that_makes_no_sense_is_named_with_its_place() {
    let text = std::str::from_utf8(WORLD).unwrap().replace("\"account\": \"", "\"account\": \"x");
    let error = read(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("is not an account id at line"), "{error}");
}

#[test]
fn a_row_is_a_line() {
    let live = read(WORLD).unwrap();
    let text = text(&live);
    let rows = text.lines().filter(|line| line.starts_with("   {")).count();
    let (org, center) = (&live.organization, &live.identity_center);
    let tower = live.control_tower.as_ref().unwrap();
    let lists = [
        tower.enabled_baselines.len(),
        tower.enabled_controls.len(),
        org.ous.len(),
        org.accounts.len(),
        center.permission_sets.len(),
        center.users.len(),
        center.groups.len(),
        center.memberships.len(),
        center.assignments.len(),
    ];
    assert_eq!(rows, lists.iter().sum::<usize>());
}
