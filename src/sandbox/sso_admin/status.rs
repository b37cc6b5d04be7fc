//! The statuses of asynchronous requests: one in full, or all in short.

use super::super::check::{Input, REQUEST_ID};
use super::super::failure::{Answer, Failure};
use super::super::requests::{Kind, Request, Status};
use super::super::router::Call;
use super::PAGE;
use serde_json::{Map, Value, json};

/// Names of the request's id, of the answer's member, and of the list's.
fn names(kind: Kind) -> (&'static str, &'static str, &'static str) {
    match kind {
        Kind::Assign => (
            "AccountAssignmentCreationRequestId",
            "AccountAssignmentCreationStatus",
            "AccountAssignmentsCreationStatus",
        ),
        Kind::Unassign => (
            "AccountAssignmentDeletionRequestId",
            "AccountAssignmentDeletionStatus",
            "AccountAssignmentsDeletionStatus",
        ),
        Kind::Provision => (
            "ProvisionPermissionSetRequestId",
            "PermissionSetProvisioningStatus",
            "PermissionSetsProvisioningStatus",
        ),
    }
}

/// A status in full.
pub(super) fn show(request: &Request) -> Value {
    let mut members = short(request);
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("PermissionSetArn", request.set.clone().into());
    if let Status::Failed(reason) = &request.status {
        add("FailureReason", reason.clone().into());
    }
    match (request.kind, &request.account) {
        (Kind::Provision, Some(account)) => add("AccountId", account.clone().into()),
        (_, None) => {}
        (_, Some(account)) => {
            add("TargetId", account.clone().into());
            add("TargetType", "AWS_ACCOUNT".into());
        }
    }
    if let Some(principal) = &request.principal {
        add("PrincipalType", principal.kind().into());
        add("PrincipalId", principal.id().into());
    }
    Value::Object(members)
}

fn short(request: &Request) -> Map<String, Value> {
    let members = [
        ("Status", json!(request.status.name())),
        ("RequestId", json!(request.id)),
        ("CreatedDate", json!(request.created)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn describe(call: &Call<'_>, input: &Input, kind: Kind) -> Answer {
    let (id, member, _) = names(kind);
    let id = input.text(id, &REQUEST_ID)?;
    let request = call.requests.find(kind, id);
    let request = request.ok_or_else(|| Failure::not_found(format!("Request not found: {id}")))?;
    Ok(json!({ member: show(request) }))
}

pub(super) fn list(call: &Call<'_>, input: &Input, kind: Kind) -> Answer {
    let (_, _, member) = names(kind);
    let filter = input.optional_object("Filter")?;
    let status = match &filter {
        Some(filter) => {
            filter.optional_choice("Status", &["IN_PROGRESS", "FAILED", "SUCCEEDED"])?
        }
        None => None,
    };
    let items = call.requests.of(kind, status);
    call.paging(input, PAGE).page(member, items, |request| Value::Object(short(request)))
}
