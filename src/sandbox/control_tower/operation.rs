//! Operations: how they are accepted and refused, and what is told of them.

use super::super::check::{ANY, ARN, Input, REQUEST_ID};
use super::super::clock;
use super::super::failure::{Answer, Failure};
use super::super::operations::{Class, Operation, Work};
use super::super::requests::{Status, due};
use super::super::router::Call;
use super::PAGE;
use super::enabled_baseline::among;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Operations for controls that may be under way, and operations for accounts. They are no quota that one plays without:
/// Control Tower is built so.
const CONTROLS: usize = 100;
const ACCOUNTS: usize = 5;

/// Refuses what would disturb an operation under way.
pub(super) fn check_free(call: &Call<'_>, class: Class, subject: &str) -> Result<(), Failure> {
    let running = |class: Class| match class {
        Class::Account => call.operations.under_way(class) + call.factory.under_way(),
        Class::Zone | Class::Unit | Class::Control => call.operations.under_way(class),
    };
    let most = call.quotas().map_or(CONTROLS, |quotas| quotas.control_operations);
    let all = [Class::Zone, Class::Unit, Class::Control, Class::Account];
    let busy = all.into_iter().any(|other| {
        let together = matches!(
            (class, other),
            (Class::Control | Class::Account, Class::Control | Class::Account)
        );
        !together && running(other) > 0
    });
    if busy || call.operations.is_changing(subject) {
        return Err(Failure::conflict(
            "AWS Control Tower cannot perform this operation, because another operation is in progress. \
             Try again when it is completed.",
        ));
    }
    if class == Class::Control && running(class) >= most {
        return Err(Failure::conflict(format!(
            "{most} control operations are in progress, and no more can be at a time"
        )));
    }
    let most = call.quotas().map_or(ACCOUNTS, |quotas| quotas.account_operations);
    if class == Class::Account && running(class) >= most {
        return Err(Failure::conflict(format!(
            "{most} account operations are in progress, and no more can be at a time"
        )));
    }
    Ok(())
}

/// Accepts an operation, and gives its identifier.
pub(super) fn accept(
    call: &mut Call<'_>,
    work: Work,
    subject: &str,
    about: Option<(&str, &str)>,
) -> String {
    let delay = if call.hangs { Duration::MAX } else { call.options.delay };
    let operation = Operation {
        number: call.world.next_number(),
        work,
        subject: subject.to_owned(),
        control: about.map(|(control, _)| control.to_owned()),
        target: about.map(|(_, target)| target.to_owned()),
        started: call.clock.now(),
        ended: None,
        forced: call.forced.take(),
        status: Status::InProgress(due(None, delay)),
    };
    let id = operation.id();
    let tower = &mut call.world.control_tower;
    if let Some(enabled) = tower.enabled_baselines.get_mut(subject) {
        "UNDER_CHANGE".clone_into(&mut enabled.status);
        enabled.last_operation = Some(id.clone());
    }
    if let Some(enabled) = tower.enabled_controls.get_mut(subject) {
        "UNDER_CHANGE".clone_into(&mut enabled.status);
        enabled.last_operation = Some(id.clone());
    }
    if let Some(zone) = &mut tower.landing_zone
        && zone.arn == subject
    {
        "PROCESSING".clone_into(&mut zone.status);
    }
    call.operations.add(operation);
    id
}

fn common(operation: &Operation) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("operationIdentifier", json!(operation.id()));
    add("operationType", json!(operation.work.name()));
    add("status", json!(operation.status.name()));
    add("startTime", json!(clock::text(operation.started)));
    if let Some(ended) = operation.ended {
        add("endTime", json!(clock::text(ended)));
    }
    if let Status::Failed(reason) = &operation.status {
        add("statusMessage", json!(reason));
    }
    members
}

fn of_control(operation: &Operation) -> Map<String, Value> {
    let mut members = common(operation);
    let mut add = |name: &str, value: Option<&String>| {
        if let Some(value) = value {
            members.insert(name.to_owned(), json!(value));
        }
    };
    add("controlIdentifier", operation.control.as_ref());
    add("targetIdentifier", operation.target.as_ref());
    add("enabledControlIdentifier", Some(&operation.subject));
    members
}

/// The answer to the question for one operation of a class, under the member of that answer.
pub(super) fn get(call: &Call<'_>, input: &Input, class: Class, member: &str) -> Answer {
    let id = input.text("operationIdentifier", &REQUEST_ID)?;
    let mut all = call.operations.all();
    let found = all.find(|operation| operation.work.class() == class && operation.id() == id);
    let operation =
        found.ok_or_else(|| Failure::not_found(format!("Operation {id} does not exist")))?;
    let members = match class {
        Class::Control => of_control(operation),
        Class::Zone | Class::Unit | Class::Account => common(operation),
    };
    Ok(json!({member: members}))
}

/// Newest first.
fn key(operation: &Operation) -> String {
    format!("{:020}", u64::MAX - operation.number)
}

const STATUSES: [&str; 3] = ["SUCCEEDED", "FAILED", "IN_PROGRESS"];

pub(super) fn list_of_zone(call: &Call<'_>, input: &Input) -> Answer {
    let filter = input.optional_object("filter")?;
    let (mut types, mut statuses) = (None, None);
    if let Some(filter) = &filter {
        let known = ["DELETE", "CREATE", "UPDATE", "RESET"];
        types = filter.optional_choices("types", (1, 1), &known)?;
        statuses = filter.optional_choices("statuses", (1, 1), &STATUSES)?;
    }
    let items = call.operations.all().rev().filter(|operation| {
        operation.work.class() == Class::Zone
            && among(types.as_ref(), Some(&operation.work.name().to_owned()))
            && among(statuses.as_ref(), Some(&operation.status.name().to_owned()))
    });
    let items = items.map(|operation| (key(operation), operation));
    call.paging(input, PAGE).page("landingZoneOperations", items, |operation| {
        json!({
            "operationIdentifier": operation.id(),
            "operationType": operation.work.name(),
            "status": operation.status.name(),
        })
    })
}

pub(super) fn list_of_controls(call: &Call<'_>, input: &Input) -> Answer {
    let filter = match input.optional_object("filter")? {
        Some(filter) => filter,
        None => Input::new(Map::new(), input.style()),
    };
    let controls = filter.optional_texts("controlIdentifiers", (1, 1), &ARN)?;
    let targets = filter.optional_texts("targetIdentifiers", (1, 1), &ARN)?;
    let enabled = filter.optional_texts("enabledControlIdentifiers", (1, 1), &ARN)?;
    let statuses = filter.optional_choices("statuses", (1, 1), &STATUSES)?;
    let types = filter.optional_texts("controlOperationTypes", (1, 1), &ANY)?;
    let items = call.operations.all().rev().filter(|operation| {
        operation.work.class() == Class::Control
            && among(controls.as_ref(), operation.control.as_ref())
            && among(targets.as_ref(), operation.target.as_ref())
            && among(enabled.as_ref(), Some(&operation.subject))
            && among(statuses.as_ref(), Some(&operation.status.name().to_owned()))
            && among(types.as_ref(), Some(&operation.work.name().to_owned()))
    });
    let items = items.map(|operation| (key(operation), operation));
    call.paging(input, PAGE)
        .page("controlOperations", items, |operation| Value::Object(of_control(operation)))
}
