//! Account assignments: who has which permission set where.

use super::super::check::{ACCOUNT_ID, ANY, Input, PRINCIPAL_ID};
use super::super::failure::{Answer, Failure};
use super::super::requests::{Kind, Request, Status, request_id};
use super::super::router::Call;
use super::super::world::{Assignments, Pair, Principal};
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
    Ok(call.accept(request))
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
    check_room(call, &tuple)?;
    let request = accept(call, input, Kind::Assign, tuple)?;
    Ok(json!({"AccountAssignmentCreationStatus": status::show(&request)}))
}

/// Refuses an assignment beyond a quota. Of the errors that the model gives this operation, `ServiceQuotaExceeded` is the
/// one for quotas, and no other asynchronous request has it; that AWS uses it for requests under way is inference. [U]
fn check_room(
    call: &Call<'_>,
    (account, set, principal): &(String, String, Principal),
) -> Result<(), Failure> {
    let Some(quotas) = call.quotas() else { return Ok(()) };
    let full = |text: String| Err(Failure::new("ServiceQuotaExceededException", text));
    let outstanding = call.requests.under_way(Kind::Assign);
    if outstanding >= quotas.outstanding_assignments {
        return full(format!(
            "{outstanding} account assignments are being created, and no more can be at a time"
        ));
    }
    let groups = groups(call, account, set);
    let is_new = matches!(principal, Principal::Group(_)) && !groups.contains(principal);
    if is_new && groups.len() >= quotas.groups_per_pair {
        return full(format!("{} groups have this permission set in {account}", groups.len()));
    }
    let sets = sets(call, account);
    if !sets.contains(set.as_str()) && sets.len() >= quotas.sets_per_account {
        return full(format!("{} permission sets are provisioned in {account}", sets.len()));
    }
    Ok(())
}

/// The requests under way that will give someone something in an account.
fn coming<'c>(call: &'c Call<'_>, account: &str) -> impl Iterator<Item = &'c Request> {
    call.requests.in_flight().filter(move |request| {
        request.kind == Kind::Assign && request.account.as_deref() == Some(account)
    })
}

/// The groups that have a permission set in an account, or will have it.
fn groups<'c>(call: &'c Call<'_>, account: &str, set: &str) -> BTreeSet<&'c Principal> {
    let pair = (account.to_owned(), set.to_owned());
    let coming = coming(call, account).filter(|request| request.set == set);
    let has = call.world.identity_center.assignments.of_pair(&pair);
    let all = coming.filter_map(|request| request.principal.as_ref()).chain(has);
    all.filter(|principal| matches!(principal, Principal::Group(_))).collect()
}

/// The permission sets that are provisioned in an account, or will be.
fn sets<'c>(call: &'c Call<'_>, account: &str) -> BTreeSet<&'c str> {
    let all = call.world.identity_center.permission_sets.iter();
    let has = all.filter(|(_, set)| set.provisioned.contains_key(account));
    let coming = coming(call, account).map(|request| request.set.as_str());
    has.map(|(arn, _)| arn.as_str()).chain(coming).collect()
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
        let groups = center.memberships.of_user(user).keys();
        principals.extend(groups.cloned().map(Principal::Group));
    }
    call.paging(input, PAGE).page_after(
        "AccountAssignments",
        |after| {
            // One page and one row more of each principal are enough to find the first page of all.
            let rows = principals.iter().flat_map(|principal| {
                rows_after(&center.assignments, principal, account, after).take(PAGE + 1)
            });
            let mut rows: Vec<_> = rows.collect();
            rows.sort_by(|(one, _), (other, _)| one.cmp(other));
            rows.into_iter()
        },
        |(pair, principal)| show(pair, principal),
    )
}

/// The rows of one principal behind a key of this listing, in the order of their keys: account, set, principal. A NUL
/// separates the parts, because it sorts below everything that they hold.
fn rows_after<'w>(
    assignments: &'w Assignments,
    principal: &'w Principal,
    account: Option<&'w str>,
    after: &str,
) -> impl Iterator<Item = (String, (&'w Pair, &'w Principal))> {
    let mut parts = after.split('\0').map(str::to_owned);
    let first: Pair = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let first = first.max((account.unwrap_or_default().to_owned(), String::new()));
    let after = after.to_owned();
    assignments
        .of_principal_from(principal, first)
        .take_while(move |pair| account.is_none_or(|account| pair.0 == account))
        .map(move |pair| {
            let (kind, id) = (principal.kind(), principal.id());
            (format!("{}\0{}\0{kind}\0{id}", pair.0, pair.1), (pair, principal))
        })
        .skip_while(move |(key, _)| *key <= after)
}
