//! Baselines and controls: what is planned, in which order, what is held, and what is an error.

use super::{Plan, addresses, planned, world};
use crate::call::Call;
use crate::diag::Code;
use crate::id::{EnabledControlArn, OuId};
use crate::live::control_tower::{
    Control, ControlTower, EnabledBaseline, EnabledControl, LandingZone, Target,
};
use crate::live::{Gap, Live, Part};
use crate::resolve::Hold;
use serde_json::json;
use std::collections::BTreeSet;

const BASELINE: &str = "arn:aws:controltower:ap-southeast-1::baseline/17BSJV3IGJ2QSGA2";
const CENTER: &str = "arn:aws:controltower:ap-southeast-1::baseline/LN25R72TTG6IGPTQ";
const VOLUMES: &str = "arn:aws:controlcatalog:::control/503uicglhjkokaajywfpt6ros";
const REGIONS: &str = "arn:aws:controlcatalog:::control/bzx3rt6vq82p1hyw05ukefm9d";

fn control(arn: &str, alias: &str, behavior: &str, keys: &[&str]) -> Control {
    Control {
        arn: Some(arn.to_owned()),
        aliases: vec![alias.to_owned()],
        name: alias.to_owned(),
        behavior: behavior.to_owned(),
        severity: None,
        implementation: None,
        parameters: Some(keys.iter().map(|key| (*key).to_owned()).collect()),
        mandatory: false,
    }
}

fn baseline(arn: &str, target: Target) -> EnabledBaseline {
    EnabledBaseline {
        baseline: crate::id::BaselineArn::new(arn),
        version: Some("4.0".to_owned()),
        target,
        parent: None,
        status: Some("SUCCEEDED".to_owned()),
        inheritance: Some("IN_SYNC".to_owned()),
        source: None,
        parameters: None,
    }
}

/// The small world with a landing zone that governs OU `A`.
fn governed() -> Live {
    let mut live = world();
    let mut tower = ControlTower {
        landing_zone: Some(LandingZone {
            arn: crate::id::LandingZoneArn::new(
                "arn:aws:controltower:ap-southeast-1:999999999999:landingzone/1A",
            ),
            version: "3.3".to_owned(),
            latest_version: None,
            status: Some("ACTIVE".to_owned()),
            drift: Some("IN_SYNC".to_owned()),
            manifest: json!({"accessManagement": {"enabled": true}}),
        }),
        controls: vec![
            control(VOLUMES, "AWS-GR_ENCRYPTED_VOLUMES", "DETECTIVE", &[]),
            control(REGIONS, "CT.MULTISERVICE.PV.1", "PREVENTIVE", &["AllowedRegions"]),
        ],
        ..ControlTower::default()
    };
    let ou = Target::Ou(OuId::new("ou-ab12-00000001"));
    tower
        .baselines
        .insert(crate::id::BaselineArn::new(BASELINE), "AWSControlTowerBaseline".to_owned());
    tower
        .enabled_baselines
        .insert(crate::id::EnabledBaselineArn::new("eb-a"), baseline(BASELINE, ou));
    let management = Target::Account(live.organization.management_account.clone());
    tower
        .enabled_baselines
        .insert(crate::id::EnabledBaselineArn::new("eb-ic"), baseline(CENTER, management));
    live.control_tower = Some(tower);
    live
}

/// Enables a control on `A`.
fn enable(live: &mut Live, id: &str, form: &str, change: impl Fn(&mut EnabledControl)) {
    let mut enabled = EnabledControl {
        control: form.to_owned(),
        target: Target::Ou(OuId::new("ou-ab12-00000001")),
        parent: None,
        status: Some("SUCCEEDED".to_owned()),
        drift: Some("IN_SYNC".to_owned()),
        inheritance: None,
        resource: None,
        parameters: Some([].into()),
    };
    change(&mut enabled);
    let tower = live.control_tower.as_mut().unwrap();
    tower.enabled_controls.insert(EnabledControlArn::new(id), enabled);
}

fn held(plan: &Plan) -> Vec<(String, Hold)> {
    plan.held.iter().map(|held| (held.address.clone(), held.reason)).collect()
}

const BOTH: &str = "[[control]]\nenable = [\"AWS-GR_ENCRYPTED_VOLUMES\", \"CT.MULTISERVICE.PV.1\"]\n\
    in = [\"ou:A/**\"]\nparameters = { AllowedRegions = [\"ap-southeast-1\"] }\n";

#[test]
fn an_ou_is_registered_before_what_lies_below_and_before_its_controls() {
    let text = format!(
        "[ou.\"A/B/C\"]\nbaseline = \"AWSControlTowerBaseline\"\n[ou.\"A/B\"]\nbaseline = \
         \"AWSControlTowerBaseline\"\n{BOTH}"
    );
    let (plan, diagnostics) = planned(&governed(), &text);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let expected = [
        "create ou/A/B",
        "create ou/A/B/C",
        "create baseline/A/B",
        "create baseline/A/B/C",
        "create control/A/AWS-GR_ENCRYPTED_VOLUMES",
        "create control/A/B/AWS-GR_ENCRYPTED_VOLUMES",
        "create control/A/B/C/AWS-GR_ENCRYPTED_VOLUMES",
        "create control/A/B/C/CT.MULTISERVICE.PV.1",
        "create control/A/B/CT.MULTISERVICE.PV.1",
        "create control/A/CT.MULTISERVICE.PV.1",
    ];
    assert_eq!(addresses(&plan), expected);
    let needs = |at: usize| plan.changes[at].needs.clone();
    assert!(needs(3).contains(&"c3".to_owned()) && needs(5).contains(&"c3".to_owned()));
    let Call::EnableBaseline { version, target, parameters, .. } = &plan.changes[2].calls[0] else {
        panic!("{:?}", plan.changes[2].calls)
    };
    assert_eq!(
        (version.as_str(), parameters["IdentityCenterEnabledBaselineArn"].as_str()),
        ("4.0", "eb-ic")
    );
    assert_eq!(target.prefix, "arn:aws:organizations::999999999999:ou/o-abcde12345/");
    // Each control gets the parameters that it takes.
    let Call::EnableControl { control, parameters, .. } = &plan.changes[4].calls[0] else {
        panic!()
    };
    assert_eq!((control.as_str(), parameters.len()), (VOLUMES, 0));
}

#[test]
fn what_is_enabled_in_any_form_is_enabled() {
    let mut live = governed();
    let tower = "arn:aws:controltower:ap-southeast-1::control/AWS-GR_ENCRYPTED_VOLUMES";
    enable(&mut live, "ec-1", tower, |_| {});
    enable(&mut live, "ec-2", REGIONS, |enabled| {
        enabled.parameters =
            Some([("AllowedRegions".to_owned(), json!(["ap-southeast-1"]))].into());
    });
    assert_eq!(addresses(&planned(&live, BOTH).0), [""; 0]);
    let both = BOTH.replace("AWS-GR_ENCRYPTED_VOLUMES", VOLUMES);
    assert_eq!(addresses(&planned(&live, &both).0), [""; 0]);
    // Other parameters are an update of what is there.
    let (plan, _) = planned(&live, &BOTH.replace("[\"ap-southeast-1\"]", "[\"eu-west-1\"]"));
    assert_eq!(addresses(&plan), ["update control/A/CT.MULTISERVICE.PV.1"]);
    assert!(matches!(&plan.changes[0].calls[..], [Call::UpdateEnabledControl { .. }]));
}

#[test]
fn undeclared_controls_go_only_where_enforced_and_mandatory_and_inherited_ones_never() {
    let mut live = governed();
    enable(&mut live, "ec-1", VOLUMES, |_| {});
    let mandatory = "arn:aws:controltower:ap-southeast-1::control/AWS-GR_CONFIG_ENABLED";
    enable(&mut live, "ec-2", mandatory, |_| {});
    enable(&mut live, "ec-3", REGIONS, |e| e.parent = Some(EnabledControlArn::new("above")));
    let (plan, _) = planned(&live, "[manage]\ncontrols = \"enforce\"\n");
    assert_eq!(addresses(&plan), ["delete control/A/AWS-GR_ENCRYPTED_VOLUMES"]);
    for mode in ["adopt", "observe"] {
        let (plan, _) = planned(&live, &format!("[manage]\ncontrols = \"{mode}\"\n"));
        assert_eq!(addresses(&plan), [""; 0]);
        assert!(plan.unmanaged.contains("control/A/AWS-GR_ENCRYPTED_VOLUMES"));
    }
}

#[test]
fn drift_is_reset_and_held_where_it_cannot_be() {
    let mut live = governed();
    let drifted = |enabled: &mut EnabledControl| enabled.drift = Some("DRIFTED".to_owned());
    enable(&mut live, "ec-1", VOLUMES, drifted);
    enable(&mut live, "ec-2", REGIONS, drifted);
    for enabled in live.control_tower.as_mut().unwrap().enabled_baselines.values_mut() {
        enabled.inheritance = Some("DRIFTED".to_owned());
    }
    let text = format!("[ou.A]\nbaseline = \"AWSControlTowerBaseline\"\n{BOTH}");
    let (plan, _) = planned(&live, &text);
    assert_eq!(
        addresses(&plan),
        ["update baseline/A", "update control/A/AWS-GR_ENCRYPTED_VOLUMES"]
    );
    assert!(matches!(&plan.changes[0].calls[..], [Call::ResetEnabledBaseline { .. }]));
    assert!(matches!(&plan.changes[1].calls[..], [Call::ResetEnabledControl { .. }]));
    assert!(plan.changes.iter().all(|change| change.reason.word == "drifted"));
    let scp = ("control/A/CT.MULTISERVICE.PV.1".to_owned(), Hold::ControlTower);
    assert!(held(&plan).contains(&scp), "{:?}", plan.held);
}

#[test]
fn without_a_landing_zone_or_a_registered_ou_controls_are_held_with_the_reason() {
    let (plan, _) = planned(&world(), BOTH);
    assert_eq!(addresses(&plan), [""; 0]);
    assert!(plan.is_complete() && plan.held.len() == 2);
    assert!(plan.held.iter().all(|h| h.detail.contains("no landing zone")), "{:?}", plan.held);
    let (plan, _) = planned(&governed(), &format!("[ou.\"A/B\"]\n{BOTH}"));
    let reasons: BTreeSet<Hold> = plan.held.iter().map(|held| held.reason).collect();
    assert_eq!((reasons, plan.held.len()), ([Hold::ControlTower].into(), 2));
    let text = "[ou.\"B/C\"]\nbaseline = \"AWSControlTowerBaseline\"\n";
    let (plan, _) = planned(&governed(), text);
    assert_eq!(held(&plan), [("baseline/B/C".to_owned(), Hold::ControlTower)]);
}

#[test]
fn what_was_not_read_of_control_tower_holds_what_stands_on_it() {
    let parts = [
        Part::LandingZone,
        Part::Baselines,
        Part::Controls,
        Part::ControlCatalog,
        Part::Control("AWS-GR_ENCRYPTED_VOLUMES".to_owned()),
    ];
    for part in parts {
        let mut live = governed();
        live.gaps.push(Gap {
            part: part.clone(),
            operation: "controltower:ListEnabledControls".to_owned(),
            code: "AccessDeniedException".to_owned(),
            message: String::new(),
        });
        let (plan, _) = planned(&live, BOTH);
        assert_eq!(addresses(&plan), [""; 0], "{part:?}");
        assert!(!plan.is_complete());
    }
    // Nor does a snapshot say anything for which nobody asked.
    let mut live = governed();
    live.control_tower = None;
    let (plan, _) = planned(&live, BOTH);
    assert!(!plan.is_complete() && addresses(&plan).is_empty() && plan.held.len() == 2);
}

#[test]
fn names_that_mean_nothing_are_errors_at_their_place() {
    let codes = |text: &str| -> Vec<Code> {
        planned(&governed(), text).1.iter().map(|diagnostic| diagnostic.code).collect()
    };
    assert_eq!(codes(&BOTH.replace("ou:A/**", "ou:Aa")), [Code::UnknownName]);
    let other = BOTH.replace("[\"ap-southeast-1\"]", "[\"eu-west-1\"]").replace("/**", "");
    assert_eq!(codes(&format!("{BOTH}{other}")), [Code::DuplicateDefinition]);
    assert_eq!(codes(&BOTH.replace("AllowedRegions", "AllowRegions")), [Code::UnknownKey]);
    let mut live = governed();
    live.control_tower
        .as_mut()
        .unwrap()
        .controls
        .push(Control { arn: None, ..control("", "CT.NONE.PR.1", "", &[]) });
    let found = planned(&live, &BOTH.replace("CT.MULTISERVICE.PV.1", "CT.NONE.PR.1")).1;
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [Code::UnknownName]);
}
