//! Account assignments: who has which permission set where.

use super::super::check::{ACCOUNT_ID, ANY, Input, PRINCIPAL_ID};
use super::super::failure::{Answer, Failure};
use super::super::requests::{Kind, Request, Status, request_id};
use super::super::router::Call;
use super::super::world::{Pair, Principal};
use super::{PAGE, set, set_arn, status};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn principal(input: &Input) -> Result<Principal, Failure> {
    let kind = input.choice("PrincipalType", &["USER", "GROUP"])?;
    Ok(Principal::new(kind, input.text("PrincipalId", &ANY)?))
}

fn no_principal(input: &Input, principal: &Principal) -> Failure {
    let malformed = input.obey("PrincipalId", principal.id(), &PRINCIPAL_ID).err();
    malformed.unwrap_or_else(|| {
        let text = format!("{} with id {} not found", principal.kind(), principal.id());
        Failure::not_found(text)
    })
}

/// Account, set and principal of a request that changes an assignment.
fn tuple(call: &Call<'_>, input: &Input) -> Result<(String, String, Principal), Failure> {
    let account = input.text("TargetId", &ACCOUNT_ID)?.to_owned();
    input.choice("TargetType", &["AWS_ACCOUNT"])?;
    let principal = principal(input)?;
    let set = set_arn(call, input)?.to_owned();
    Ok((account, set, principal))
}

fn accept(
    call: &mut Call<'_>,
    input: &Input,
    kind: Kind,
    (account, set_arn, principal): (String, String, Principal),
) -> Result<Request, Failure> {
    let busy = call.requests.in_flight().any(|other| {
        other.kind != Kind::Provision
            && other.kind != kind
            && other.account.as_ref() == Some(&account)
            && other.set == set_arn
            && other.principal.as_ref() == Some(&principal)
    });
    if busy {
        return Err(Failure::conflict(
            "There is a conflict with a previous successful write, such as another request for the same \
             assignment that is still in progress. Retry with backoff",
        ));
    }
    let request = Request {
        id: request_id(call.world.next_number()),
        kind,
        account: Some(account),
        set: set_arn,
        principal: Some(principal),
        version: set(call, input)?.version,
        created: call.clock.now(),
        forced: call.forced.take(),
        status: Status::Succeeded,
    };
    Ok(call.requests.accept(request, call.options.delay))
}

/// An assignment that exists is accepted again, and succeeds: the API does not prevent duplicates.
pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let tuple = tuple(call, input)?;
    if !call.world.has_principal(&tuple.2) {
        return Err(no_principal(input, &tuple.2));
    }
    // That an account outside the organization is refused at once is inference. [U]
    if !call.world.organization.accounts.contains_key(&tuple.0) {
        return Err(Failure::not_found(format!("AWS account {} not found", tuple.0)));
    }
    let request = accept(call, input, Kind::Assign, tuple)?;
    Ok(json!({"AccountAssignmentCreationStatus": status::show(&request)}))
}

/// Whether the assignment is there shows only when the request ends.
pub(super) fn delete(call: &mut Call<'_>, input: &Input) -> Answer {
    let tuple = tuple(call, input)?;
    let pair = (tuple.0.clone(), tuple.1.clone());
    let known = call.world.identity_center.assignments.of_pair(&pair).any(|p| *p == tuple.2);
    if !known {
        input.obey("PrincipalId", tuple.2.id(), &PRINCIPAL_ID)?;
    }
    let request = accept(call, input, Kind::Unassign, tuple)?;
    Ok(json!({"AccountAssignmentDeletionStatus": status::show(&request)}))
}

fn show((account, set): &Pair, principal: &Principal) -> Value {
    json!({
        "AccountId": account,
        "PermissionSetArn": set,
        "PrincipalType": principal.kind(),
        "PrincipalId": principal.id(),
    })
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let account = input.text("AccountId", &ACCOUNT_ID)?;
    let pair = (account.to_owned(), set_arn(call, input)?.to_owned());
    let items = call
        .world
        .identity_center
        .assignments
        .of_pair(&pair)
        .map(|principal| (format!("{}/{}", principal.kind(), principal.id()), principal));
    call.paging(input, PAGE).page("AccountAssignments", items, |principal| show(&pair, principal))
}

/// For a user, what comes through groups is listed too: as the group's row.
pub(super) fn list_for_principal(call: &Call<'_>, input: &Input) -> Answer {
    let principal = principal(input)?;
    let filter = input.optional_object("Filter")?;
    let account = match &filter {
        Some(filter) => filter.optional("AccountId", &ACCOUNT_ID)?,
        None => None,
    };
    if !call.world.has_principal(&principal) {
        return Err(no_principal(input, &principal));
    }
    let center = &call.world.identity_center;
    let mut principals = vec![principal.clone()];
    if let Principal::User(user) = &principal {
        principals.extend(center.memberships.of_user(user).cloned().map(Principal::Group));
    }
    let rows: BTreeSet<(String, &Pair, &Principal)> = principals
        .iter()
        .flat_map(|principal| {
            center.assignments.of_principal(principal).map(move |pair| (pair, principal))
        })
        .filter(|(pair, _)| account.is_none_or(|account| pair.0 == account))
        .map(|(pair, principal)| {
            (
                format!("{}/{}/{}/{}", pair.0, pair.1, principal.kind(), principal.id()),
                pair,
                principal,
            )
        })
        .collect();
    let items = rows.into_iter().map(|(key, pair, principal)| (key, (pair, principal)));
    call.paging(input, PAGE)
        .page("AccountAssignments", items, |(pair, principal)| show(pair, principal))
}
