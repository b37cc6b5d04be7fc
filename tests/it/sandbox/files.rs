//! Worlds as documents.

use super::{READER, open, world};
use landgrant::sandbox::{Options, Sandbox, WorldError};
use serde_json::{Value, json};

fn load(world: &Value) -> Result<Sandbox, WorldError> {
    Sandbox::from_json(world.to_string().as_bytes(), Options::default())
}

#[test]
fn a_world_is_written_as_it_was_read() {
    let sandbox = open(Options::default());
    let once = sandbox.to_json();
    let again = load(&serde_json::from_str(&once).unwrap()).unwrap().to_json();
    assert_eq!(once.replace("\"run\":1", "\"run\":2"), again);
    let document: Value = serde_json::from_str(&once).unwrap();
    let set = &document["identity_center"]["permission_sets"][0];
    assert_eq!(set["arn"], READER);
    assert_eq!(set["managed_policies"], json!(["arn:aws:iam::aws:policy/ReadOnlyAccess"]));
    assert_eq!(
        document["identity_center"]["memberships"],
        world()["identity_center"]["memberships"]
    );
}

#[test]
fn policies_and_boundaries_may_be_written_in_several_ways() {
    let mut world = world();
    let set = &mut world["identity_center"]["permission_sets"][0];
    set["inline_policy"] = json!({"Version": "2012-10-17"});
    set["permissions_boundary"] = json!({"customer": "/platform/Boundary"});
    let text = load(&world).unwrap().to_json();
    let document: Value = serde_json::from_str(&text).unwrap();
    let set = &document["identity_center"]["permission_sets"][0];
    assert_eq!(set["inline_policy"], "{\"Version\":\"2012-10-17\"}");
    let boundary = json!({"customer": {"path": "/platform/", "name": "Boundary"}});
    assert_eq!(set["permissions_boundary"], boundary);
}

#[test]
fn a_landing_zone_brings_its_groups_and_sets_once() {
    let mut world = world();
    world["control_tower"]["landing_zone"] = json!({"status": "ACTIVE"});
    let first = load(&world).unwrap().to_json();
    let document: Value = serde_json::from_str(&first).unwrap();
    assert_eq!(document["identity_center"]["groups"].as_array().unwrap().len(), 2 + 8);
    assert_eq!(document["identity_center"]["permission_sets"].as_array().unwrap().len(), 1 + 6);
    // A persisted world is taken as it is: what someone deleted there stays deleted.
    let mut document = document;
    document["identity_center"]["groups"] = json!([]);
    let document: Value = serde_json::from_str(&load(&document).unwrap().to_json()).unwrap();
    assert_eq!(document["identity_center"]["groups"], json!([]));
}

#[test]
fn a_world_that_does_not_fit_together_is_refused() {
    let mut parent = world();
    parent["organization"]["ous"][0]["parent"] = json!("ou-nowhere");
    let mut circle = world();
    circle["organization"]["ous"][0]["parent"] = json!("ou-ab12-prod0000");
    let mut set = world();
    set["identity_center"]["assignments"][0]["permission_set"] = json!("arn:nothing");
    let mut twice = world();
    let group = twice["identity_center"]["groups"][0].clone();
    twice["identity_center"]["groups"].as_array_mut().unwrap().push(group);
    for (broken, part) in
        [(parent, "ou-nowhere"), (circle, "below itself"), (set, "arn:nothing"), (twice, "twice")]
    {
        let error = load(&broken).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let mut version = world();
    version["version"] = json!(2);
    assert!(matches!(load(&version), Err(WorldError::Format { version: 2, .. })));
    assert!(matches!(Sandbox::from_json(b"{", Options::default()), Err(WorldError::Json(_))));
    let options = Options { started: "today".to_owned(), ..Options::default() };
    let error = Sandbox::from_json(world().to_string().as_bytes(), options).unwrap_err();
    assert!(matches!(error, WorldError::Started(_)));
}
