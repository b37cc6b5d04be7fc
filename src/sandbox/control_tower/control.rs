//! Enabled controls, read. What an account has of its unit's controls follows from its enrolment.

mod change;

use super::super::check::{ARN, Input};
use super::super::control_catalog;
use super::super::failure::{Answer, Failure};
use super::super::id;
use super::super::router::Call;
use super::super::world::{EnabledControl, World, governance::last};
use super::enabled_baseline::among;
use super::{drift_types, parameters, status, zone};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub(super) use change::{disable, enable, reset, update};

/// The most that a page may hold.
const PAGE: usize = 200;

const STATUSES: [&str; 3] = ["SUCCEEDED", "FAILED", "UNDER_CHANGE"];
const DRIFTS: [&str; 4] = ["DRIFTED", "IN_SYNC", "NOT_CHECKING", "UNKNOWN"];

fn show(enabled: &EnabledControl) -> Map<String, Value> {
    let EnabledControl {
        arn,
        control,
        target,
        parent,
        status: now,
        drift,
        parameters: _, // details
        last_operation,
        tags: _,  // an operation of their own
        other: _, // not AWS's
    } = enabled;
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("arn", json!(arn));
    add("controlIdentifier", json!(control));
    add("targetIdentifier", json!(target));
    if let Some(parent) = parent {
        add("parentIdentifier", json!(parent));
    }
    add("statusSummary", status(now, last_operation.as_ref()));
    let types =
        [("inheritance", drift.inheritance.as_ref()), ("resource", drift.resource.as_ref())];
    let mut summary = Map::from_iter([("types".to_owned(), drift_types(types))]);
    if let Some(drift) = &drift.status {
        summary.insert("driftStatus".to_owned(), json!(drift));
    }
    add("driftStatusSummary", Value::Object(summary));
    members
}

/// What the accounts of governed units have of their units' controls.
fn inherited(world: &World) -> impl Iterator<Item = EnabledControl> {
    let all = &world.control_tower.enabled_controls;
    let stored: BTreeSet<(&str, &str)> =
        all.values().map(|one| (one.control.as_str(), one.target.as_str())).collect();
    let enrolled = world.enrolled();
    let mut accounts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (id, account) in &world.organization.accounts {
        if enrolled.contains(id.as_str()) {
            accounts.entry(&account.parent).or_default().push(id);
        }
    }
    let mut found = Vec::new();
    for enabled in all.values() {
        for id in accounts.get(last(&enabled.target)).into_iter().flatten() {
            let target = world.account_arn(id);
            if stored.contains(&(enabled.control.as_str(), target.as_str())) {
                continue;
            }
            let own = id::hex(&format!("inherited/{}/{id}", enabled.arn), 16).to_uppercase();
            let (arn, parent) = (world.tower_arn("enabledcontrol", &own), enabled.arn.clone());
            found.push(EnabledControl { arn, target, parent: Some(parent), ..enabled.clone() });
        }
    }
    found.into_iter()
}

/// The enabled control of an ARN, be it inherited.
fn find(world: &World, arn: &str) -> Result<EnabledControl, Failure> {
    let known = world.control_tower.enabled_controls.get(arn).cloned();
    let known = known.or_else(|| inherited(world).find(|enabled| enabled.arn == arn));
    known.ok_or_else(|| Failure::not_found(format!("Enabled control {arn} does not exist")))
}

pub(super) fn get(call: &Call<'_>, input: &Input) -> Answer {
    let arn = input.text("enabledControlIdentifier", &ARN)?;
    let enabled = find(call.world, arn)?;
    let mut members = show(&enabled);
    members.insert("parameters".to_owned(), parameters(&enabled.parameters));
    let regions = zone(call)?.governed_regions();
    let regions: Vec<Value> = regions.iter().map(|name| json!({"name": name})).collect();
    members.insert("targetRegions".to_owned(), regions.into());
    Ok(json!({"enabledControlDetails": members}))
}

/// Without `includeChildren`: of a target what it has, be it inherited; of the whole landing zone what is not inherited.
/// AWS documents the former alone. [U]
pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let target = input.optional("targetIdentifier", &ARN)?;
    let children = input.flag("includeChildren")?.unwrap_or_default();
    let filter = Filter::read(input)?;
    if let Some(target) = target {
        check_target(call.world, target)?;
    }
    let world = &*call.world;
    let here = |enabled: &EnabledControl| match target {
        Some(target) => {
            enabled.target == target || children && is_below(world, &enabled.target, target)
        }
        None => children || enabled.parent.is_none(),
    };
    let of_accounts = target.is_some_and(is_account) || children;
    let own = world.control_tower.enabled_controls.values().cloned();
    let below = of_accounts.then(|| inherited(world)).into_iter().flatten();
    let all = own.chain(below).filter(|enabled| here(enabled) && filter.matches(enabled));
    let all: BTreeMap<String, EnabledControl> =
        all.map(|enabled| (enabled.arn.clone(), enabled)).collect();
    call.paging(input, PAGE)
        .page("enabledControls", all.into_iter(), |enabled| Value::Object(show(&enabled)))
}

/// The name of a control that somebody enabled on a unit itself.
pub(super) fn first_optional(world: &World, target: &str) -> Option<String> {
    let own = world.control_tower.enabled_controls.values();
    let mut own = own.filter(|enabled| enabled.target == target && enabled.parent.is_none());
    own.find_map(|enabled| {
        let control = control_catalog::find(world, &enabled.control)?;
        (!control.mandatory).then(|| last(&enabled.control).to_owned())
    })
}

fn is_account(arn: &str) -> bool {
    arn.contains(":account/")
}

/// Refuses a target that is not there, or that Control Tower does not govern. That it is `ResourceNotFoundException` was
/// reported by those who met it.
fn check_target(world: &World, arn: &str) -> Result<(), Failure> {
    let id = last(arn);
    let governed = if is_account(arn) {
        arn == world.account_arn(id) && world.enrolment(id).is_some()
    } else {
        arn == world.unit_arn(id) && world.registration(id).is_some()
    };
    let kind = if is_account(arn) { "Account" } else { "Organizational unit" };
    governed.then_some(()).ok_or_else(|| {
        Failure::not_found(format!("{kind} {id} is not registered with AWS Control Tower."))
    })
}

/// Whether a unit or an account is somewhere below a unit.
fn is_below(world: &World, arn: &str, unit: &str) -> bool {
    let organization = &world.organization;
    let parent = |id: &str| {
        let account = organization.accounts.get(id).map(|account| &account.parent);
        account.or_else(|| organization.ous.get(id).map(|ou| &ou.parent)).cloned()
    };
    let mut above = std::iter::successors(parent(last(arn)), |id| parent(id));
    above.any(|id| id == last(unit))
}

/// What a listing is narrowed to.
#[derive(Default)]
struct Filter {
    controls: Option<Vec<String>>,
    statuses: Option<Vec<String>>,
    drifts: Option<Vec<String>>,
    parents: Option<Vec<String>>,
    inheritance: Option<Vec<String>>,
    resource: Option<Vec<String>>,
}

impl Filter {
    fn read(input: &Input) -> Result<Self, Failure> {
        let Some(filter) = input.optional_object("filter")? else { return Ok(Self::default()) };
        Ok(Self {
            controls: filter.optional_texts("controlIdentifiers", (1, 1), &ARN)?,
            statuses: filter.optional_choices("statuses", (1, 1), &STATUSES)?,
            drifts: filter.optional_choices("driftStatuses", (1, 1), &DRIFTS)?,
            parents: filter.optional_texts("parentIdentifiers", (1, 1), &ARN)?,
            inheritance: filter.optional_choices("inheritanceDriftStatuses", (1, 1), &DRIFTS)?,
            resource: filter.optional_choices("resourceDriftStatuses", (1, 1), &DRIFTS)?,
        })
    }

    fn matches(&self, enabled: &EnabledControl) -> bool {
        let Self { controls, statuses, drifts, parents, inheritance, resource } = self;
        among(controls.as_ref(), Some(&enabled.control))
            && among(statuses.as_ref(), Some(&enabled.status))
            && among(drifts.as_ref(), enabled.drift.status.as_ref())
            && among(parents.as_ref(), enabled.parent.as_ref())
            && among(inheritance.as_ref(), enabled.drift.inheritance.as_ref())
            && among(resource.as_ref(), enabled.drift.resource.as_ref())
    }
}
