//! Control Tower, read.

use super::read::id;
use super::{Fake, Reply, error, ok, small};
use crate::aws::read::{ReadError, Silent, Wanted, no_tags, read};
use crate::id::{ControlId, EnabledControlArn, OuId};
use crate::live::control_tower::{ControlTower, Target};
use crate::live::{Gap, Live, Part, snapshot};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ZONE: &str = "arn:aws:controltower:us-east-1:999999999999:landingzone/1A2B3C4D";
const OU: &str = "arn:aws:organizations::999999999999:ou/o-abc1234567/ou-ab12-1";
const CATALOG: &str = "arn:aws:controlcatalog:::control/503uicglhjkokaajywfpt6ros";

/// A landing zone with a registered OU, an enrolled account and three controls on the OU.
fn governed(operation: &str, body: &Value) -> Option<Reply> {
    let tower = |control: &str| format!("arn:aws:controltower:us-east-1::control/{control}");
    let enabled = |id: &str, control: &str| {
        json!({"arn": format!("arn:aws:controltower:us-east-1:999999999999:enabledcontrol/{id}"),
            "controlIdentifier": control, "targetIdentifier": OU,
            "statusSummary": {"status": "SUCCEEDED"}, "driftStatusSummary": {"driftStatus": "IN_SYNC"}})
    };
    let baseline = "arn:aws:controltower:us-east-1::baseline/17BSJV3IGJ2QSGA2";
    let on = |id: &str, target: &str, parent: Option<&str>, drift: &str| {
        let arn = format!("arn:aws:controltower:us-east-1:999999999999:enabledbaseline/{id}");
        json!({"arn": arn, "baselineIdentifier": baseline, "baselineVersion": "4.0",
            "targetIdentifier": target, "parentIdentifier": parent,
            "statusSummary": {"status": "SUCCEEDED"},
            "driftStatusSummary": {"types": {"inheritance": {"status": drift}}}})
    };
    let answer = match operation {
        "controltower:ListLandingZones" => json!({"landingZones": [{"arn": ZONE}]}),
        "controltower:GetLandingZone" => json!({"landingZone": {"arn": ZONE, "version": "3.3",
            "status": "ACTIVE", "latestAvailableVersion": "3.3",
            "driftStatus": {"status": "DRIFTED"}, "remediationTypes": ["INHERITANCE_DRIFT"],
            "manifest": {"securityRoles": {"accountId": "111122223333"}, "days": 1.5, "n": -1}}}),
        "controltower:ListBaselines" => {
            json!({"baselines": [{"arn": baseline, "name": "AWSControlTowerBaseline"}]})
        }
        "controltower:ListEnabledBaselines" => {
            let account = "arn:aws:organizations::999999999999:account/o-abc1234567/111122223333";
            let parent = "arn:aws:controltower:us-east-1:999999999999:enabledbaseline/1";
            match body.get("nextToken") {
                None => {
                    json!({"enabledBaselines": [on("1", OU, None, "IN_SYNC")], "nextToken": "2"})
                }
                Some(_) => json!({"enabledBaselines": [on("2", account, Some(parent), "DRIFTED")]}),
            }
        }
        "controltower:ListEnabledControls" => json!({"enabledControls": [
            enabled("1", &tower("AWS-GR_ENCRYPTED_VOLUMES")), enabled("2", &tower("AWS-GR_CONFIG_ENABLED")),
            enabled("3", CATALOG.replace("503", "999").as_str())]}),
        "controltower:GetEnabledControl" => json!({"enabledControlDetails": {
            "parameters": [{"key": "AllowedRegions", "value": ["us-east-1"]}]}}),
        "controlcatalog:GetControl" => match body["ControlArn"].as_str() {
            Some(arn) if arn.ends_with("AWS-GR_ENCRYPTED_VOLUMES") => json!({"Arn": CATALOG,
                "Aliases": ["AWS-GR_ENCRYPTED_VOLUMES"], "Name": "volumes", "Description": "",
                "Behavior": "DETECTIVE", "Severity": "HIGH", "RegionConfiguration": {"Scope": "REGIONAL"},
                "Implementation": {"Type": "AWS::Config::ConfigRule"}, "Parameters": []}),
            Some(arn) if arn.ends_with("999uicglhjkokaajywfpt6ros") => json!({"Arn": arn,
                "Aliases": ["CT.MULTISERVICE.PV.1"], "Name": "regions", "Description": "",
                "Behavior": "PREVENTIVE", "RegionConfiguration": {"Scope": "GLOBAL"},
                "Parameters": [{"Name": "AllowedRegions"}]}),
            _ => return Some(error("ResourceNotFoundException", "no control").failed(404)),
        },
        "controlcatalog:ListControls" => json!({"Controls": [
            {"Arn": CATALOG.replace("503", "777"), "Aliases": ["CT.S3.PR.1"], "Name": "", "Description": ""}]}),
        _ => return None,
    };
    Some(ok(&answer))
}

async fn read_tower(
    named: &[&str],
    answers: impl Fn(&str, &Value) -> Option<Reply> + Send + Sync + 'static,
) -> (Result<Live, ReadError>, Fake) {
    let fake = Fake::new(move |operation, body| {
        answers(operation, body).unwrap_or_else(|| small(operation, body))
    });
    let named = named.iter().map(|name| ControlId::parse(name).unwrap()).collect();
    let wanted = Wanted { controls: Some(named), ..Wanted::default() };
    let aws = fake.connect().await;
    (read(&aws, &wanted, &no_tags, || Timestamp::UNIX_EPOCH, &Silent).await, fake)
}

fn calls(live: &Live) -> Vec<(&str, u64)> {
    let calls = live.taken.calls.iter();
    let own = calls.filter(|(name, _)| name.starts_with("control"));
    own.map(|(name, count)| (name.as_str(), *count)).collect()
}

#[tokio::test]
async fn without_a_landing_zone_it_costs_one_call() {
    let (live, _) = read_tower(&["AWS-GR_ENCRYPTED_VOLUMES"], |operation, _| {
        (operation == "controltower:ListLandingZones").then(|| ok(&json!({"landingZones": []})))
    })
    .await;
    let live = live.unwrap();
    assert_eq!((&live.control_tower, live.gaps.len()), (&Some(ControlTower::default()), 0));
    assert_eq!(calls(&live), [("controltower:ListLandingZones", 1)]);
}

#[tokio::test]
async fn everything_of_it_is_read_and_nothing_twice() {
    let (live, fake) =
        read_tower(&["AWS-GR_ENCRYPTED_VOLUMES", "AWS-GR_CONFIG_ENABLED"], governed).await;
    let live = live.unwrap();
    assert_eq!(live.gaps, []);
    let tower = live.control_tower.as_ref().unwrap();
    let zone = tower.landing_zone.as_ref().unwrap();
    assert!(zone.is_drifted() && !zone.is_outdated() && tower.auto_enrols());
    assert_eq!((zone.region(), &zone.manifest["n"]), (Some("us-east-1"), &json!(-1)));
    assert_eq!(tower.foundational_accounts(), BTreeSet::from([id("111122223333")]));
    assert!(tower.is_registered(&OuId::new("ou-ab12-1")) && tower.is_enrolled(&id("111122223333")));
    let child = tower.enabled_baselines.values().find(|b| b.parent.is_some()).unwrap();
    assert!(child.is_drifted() && child.target == Target::Account(id("111122223333")));
    // Of the controls that can be changed the catalog is asked, and parameters where there may be some.
    let names: Vec<_> = tower.controls.iter().map(|c| c.readable().unwrap().to_string()).collect();
    assert_eq!(names, ["AWS-GR_ENCRYPTED_VOLUMES", "CT.MULTISERVICE.PV.1"]);
    let parameters = |at: &str| {
        let arn = format!("arn:aws:controltower:us-east-1:999999999999:enabledcontrol/{at}");
        tower.enabled_controls[&EnabledControlArn::new(arn)].parameters.clone()
    };
    assert_eq!((parameters("1"), parameters("2")), (Some([].into()), None));
    assert_eq!(parameters("3").unwrap()["AllowedRegions"], json!(["us-east-1"]));
    let expected = [
        ("controlcatalog:GetControl", 2),
        ("controltower:GetEnabledControl", 1),
        ("controltower:GetLandingZone", 1),
        ("controltower:ListBaselines", 1),
        ("controltower:ListEnabledBaselines", 2),
        ("controltower:ListEnabledControls", 1),
        ("controltower:ListLandingZones", 1),
    ];
    assert_eq!(calls(&live), expected);
    let asked = &fake.asked("controltower:ListEnabledBaselines")[0];
    assert_eq!(asked, &json!({"includeChildren": true, "maxResults": 100}));
    assert_eq!(fake.asked("controltower:ListEnabledControls")[0], json!({"maxResults": 200}));
    // A snapshot holds all of it.
    assert_eq!(snapshot::read(snapshot::text(&live).as_bytes()).unwrap(), live);
}

#[tokio::test]
async fn a_dotted_id_is_looked_up_in_the_catalog() {
    let (live, fake) =
        read_tower(&["CT.S3.PR.1", "CT.MULTISERVICE.PV.1", "CT.NONE.PR.1"], governed).await;
    let live = live.unwrap();
    let asked: BTreeSet<String> = fake
        .asked("controlcatalog:GetControl")
        .iter()
        .map(|body| body["ControlArn"].as_str().unwrap().rsplit('/').next().unwrap().to_owned())
        .collect();
    // The one that is enabled needs no look, and the one that nobody has is known to be none.
    let expected =
        ["777uicglhjkokaajywfpt6ros", "999uicglhjkokaajywfpt6ros", "AWS-GR_ENCRYPTED_VOLUMES"];
    assert_eq!(asked.iter().map(String::as_str).collect::<Vec<_>>(), expected);
    let tower = live.control_tower.as_ref().unwrap();
    let none = tower.control(&ControlId::parse("CT.NONE.PR.1").unwrap()).unwrap();
    assert_eq!((&none.arn, live.gaps.len()), (&None, 0));
}

#[tokio::test]
async fn what_is_denied_is_a_gap_and_never_nothing() {
    let cases: [(&str, Part, usize); 6] = [
        ("controltower:ListLandingZones", Part::LandingZone, 1),
        ("controltower:GetLandingZone", Part::LandingZone, 1),
        ("controltower:ListEnabledBaselines", Part::Baselines, 1),
        ("controltower:ListBaselines", Part::Baselines, 1),
        ("controltower:ListEnabledControls", Part::Controls, 1),
        ("controlcatalog:GetControl", Part::ControlCatalog, 1),
    ];
    for (denied, part, count) in cases {
        let (live, fake) = read_tower(&[], move |operation, body| match operation == denied {
            true => Some(error("AccessDeniedException", "no").failed(403)),
            false => governed(operation, body),
        })
        .await;
        let live = live.unwrap();
        assert_eq!(live.gaps.iter().map(|gap| &gap.part).collect::<Vec<_>>(), vec![&part; count]);
        assert!(!live.is_complete());
        assert_eq!(fake.asked(denied).len(), 1, "{denied} is asked once");
        assert_eq!(snapshot::read(snapshot::text(&live).as_bytes()).unwrap(), live);
    }
    let (live, _) = read_tower(&[], |operation, body| match operation {
        "controltower:GetEnabledControl" => Some(error("ValidationException", "no").failed(400)),
        _ => governed(operation, body),
    })
    .await;
    let gaps: Vec<Gap> = live.unwrap().gaps;
    assert!(matches!(&gaps[..], [Gap { part: Part::EnabledControl(_), .. }]), "{gaps:?}");
}
