//! What is said of what was read.

use super::*;
use crate::id::ControlForm;
use serde_json::json;

const OU: &str = "arn:aws:organizations::999999999999:ou/o-1/ou-ab12-1";

fn zone(manifest: Value) -> LandingZone {
    LandingZone {
        arn: LandingZoneArn::new(
            "arn:aws:controltower:ap-southeast-1:999999999999:landingzone/1A2B",
        ),
        version: "3.3".to_owned(),
        latest_version: Some("4.0".to_owned()),
        status: Some("ACTIVE".to_owned()),
        drift: Some("IN_SYNC".to_owned()),
        manifest,
    }
}

fn id(text: &str) -> AccountId {
    AccountId::parse(text).unwrap()
}

#[test]
fn targets_are_what_organizations_calls_them() {
    assert_eq!(Target::parse(OU), Target::Ou(OuId::new("ou-ab12-1")));
    let account = "arn:aws:organizations::999999999999:account/o-1/111122223333";
    assert_eq!(Target::parse(account), Target::Account(id("111122223333")));
    let root = "arn:aws-us-gov:organizations::999999999999:root/o-1/r-ab12";
    assert_eq!(Target::parse(root), Target::Ou(OuId::new("r-ab12")));
    for other in ["", "ou-ab12-1", "arn:aws:s3:::ou/o-1/ou-ab12-1", "arn:aws:organizations::9:ou/"]
    {
        assert_eq!(Target::parse(other), Target::Other(other.to_owned()));
    }
}

#[test]
fn an_ou_is_registered_by_its_own_baseline_and_an_account_enrolled_by_its_ous() {
    let baseline =
        BaselineArn::new("arn:aws:controltower:ap-southeast-1::baseline/17BSJV3IGJ2QSGA2");
    let enabled = |target: Target, parent: Option<&str>| EnabledBaseline {
        baseline: baseline.clone(),
        version: None,
        target,
        parent: parent.map(EnabledBaselineArn::new),
        status: None,
        inheritance: None,
        source: None,
        parameters: None,
    };
    let account = id("111122223333");
    let mut tower = ControlTower::default();
    let on = |arn: &str, what| (EnabledBaselineArn::new(arn), what);
    tower.enabled_baselines = [
        on("eb-1", enabled(Target::parse(OU), None)),
        on("eb-2", enabled(Target::Account(account.clone()), Some("eb-1"))),
    ]
    .into();
    // By AWS's own ids where no name was read.
    assert!(tower.is_registered(&OuId::new("ou-ab12-1")) && tower.is_enrolled(&account));
    assert!(!tower.is_registered(&OuId::new("ou-ab12-2")));
    assert!(!tower.is_enrolled(&id("444455556666")));
    // Another baseline registers nothing.
    tower.baselines = [(baseline, "BackupBaseline".to_owned())].into();
    assert!(!tower.is_registered(&OuId::new("ou-ab12-1")) && !tower.is_enrolled(&account));
}

#[test]
fn manifests_of_every_version_name_their_accounts() {
    let old = json!({
        "governedRegions": ["ap-southeast-1"],
        "organizationStructure": {"security": {"name": "Security"}, "sandbox": {"name": "Sandbox"}},
        "centralizedLogging": {"accountId": "111111111111", "enabled": true},
        "securityRoles": {"accountId": "222222222222"},
        "accessManagement": {"enabled": true},
    });
    let new = json!({
        "config": {"accountId": "222222222222", "enabled": true},
        "centralizedLogging": {"accountId": "111111111111", "enabled": true},
        "backup": {"enabled": true, "configurations": {
            "centralBackup": {"accountId": "333333333333"},
            "backupAdmin": {"accountId": "444444444444"},
        }},
        "remediationTypes": ["INHERITANCE_DRIFT"],
    });
    let tower =
        |manifest| ControlTower { landing_zone: Some(zone(manifest)), ..Default::default() };
    let (old, new) = (tower(old), tower(new));
    let foundational = |tower: &ControlTower| {
        tower
            .foundational_accounts()
            .iter()
            .map(|id| id.as_str()[..1].to_owned())
            .collect::<String>()
    };
    assert_eq!((foundational(&old).as_str(), foundational(&new).as_str()), ("12", "1234"));
    assert_eq!(old.foundational_ous().into_iter().collect::<Vec<_>>(), ["Sandbox", "Security"]);
    assert!(new.foundational_ous().is_empty());
    assert!(new.auto_enrols() && !old.auto_enrols());
    assert!(ControlTower::default().foundational_accounts().is_empty());
    // A free document may be anything.
    let odd = tower(json!({"organizationStructure": [1], "remediationTypes": "INHERITANCE_DRIFT"}));
    assert!(!odd.auto_enrols() && odd.foundational_ous().is_empty());
}

#[test]
fn both_arns_and_the_bare_id_name_one_control() {
    let bare = ControlId::parse("AWS-GR_ENCRYPTED_VOLUMES").unwrap();
    let tower = "arn:aws:controltower:eu-west-1::control/AWS-GR_ENCRYPTED_VOLUMES";
    assert_eq!(ControlId::parse(tower), Some(bare.clone()));
    assert_eq!(ControlId::region_of(tower), Some("eu-west-1"));
    let catalog =
        ControlId::parse("arn:aws:controlcatalog:::control/503uicglhjkokaajywfpt6ros").unwrap();
    assert_eq!(
        (catalog.form(), ControlId::region_of(&catalog.to_string())),
        (ControlForm::Catalog, None)
    );
    let control = Control {
        arn: Some(catalog.to_string()),
        aliases: vec!["SH.EC2.3".to_owned(), tower.to_owned()],
        name: String::new(),
        behavior: "DETECTIVE".to_owned(),
        severity: None,
        implementation: None,
        parameters: None,
        mandatory: false,
    };
    assert!(control.is(&bare) && control.is(&catalog) && control.may_be_reset());
    assert_eq!(control.readable(), Some(bare));
    for bad in ["", "arn:aws:s3:::control/x", "arn:aws:controltower:x::control/", "a/b", "a b", "é"]
    {
        assert_eq!(ControlId::parse(bad), None, "{bad}");
    }
    assert!(ControlId::parse("AWS-GR_REGION_DENY").unwrap().is_mandatory());
}

#[test]
fn what_prevents_by_policy_cannot_be_reset() {
    let control = |behavior: &str, implementation: Option<&str>| Control {
        arn: None,
        aliases: Vec::new(),
        name: String::new(),
        behavior: behavior.to_owned(),
        severity: None,
        implementation: implementation.map(str::to_owned),
        parameters: None,
        mandatory: false,
    };
    let scp = Some("AWS::Organizations::Policy::SERVICE_CONTROL_POLICY");
    assert!(
        !control("PREVENTIVE", scp).may_be_reset() && !control("PREVENTIVE", None).may_be_reset()
    );
    assert!(
        control("PREVENTIVE", Some("AWS::Organizations::Policy::RESOURCE_CONTROL_POLICY"))
            .may_be_reset()
    );
    assert!(control("PROACTIVE", None).may_be_reset());
}
