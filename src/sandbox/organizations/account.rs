//! Accounts and their place in the tree.

use super::super::check::{ACCOUNT_ID, ANY, Input, PARENT_ID};
use super::super::control_tower;
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::world::{Account, Organization};
use super::{PAGE, arn, path, unit};
use serde_json::{Map, Value, json};

/// States that the older member `Status` knows.
const STATUSES: [&str; 3] = ["ACTIVE", "SUSPENDED", "PENDING_CLOSURE"];

pub(super) fn account_id<'i>(call: &Call<'_>, input: &'i Input) -> Result<&'i str, Failure> {
    let id = input.text("AccountId", &ACCOUNT_ID)?;
    if call.world.organization.accounts.contains_key(id) {
        return Ok(id);
    }
    Err(missing())
}

pub(super) fn missing() -> Failure {
    Failure::new("AccountNotFoundException", "You specified an account that doesn't exist.")
}

/// An account without `Paths`, as delegated administrators are shown.
pub(super) fn show_short(
    call: &Call<'_>,
    organization: &Organization,
    id: &str,
    account: &Account,
) -> Map<String, Value> {
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("Id", id.into());
    add("Arn", arn(organization, "account", id).into());
    add("Email", account.email.clone().into());
    add("Name", account.name.clone().into());
    if let Some(state) = &account.state {
        add("State", state.clone().into());
        if STATUSES.contains(&state.as_str()) {
            add("Status", state.clone().into());
        }
    }
    let invited = id == organization.management_account;
    add("JoinedMethod", if invited { "INVITED" } else { "CREATED" }.into());
    add("JoinedTimestamp", call.stamp(id).created.into());
    members
}

fn show(call: &Call<'_>, organization: &Organization, id: &str, account: &Account) -> Value {
    let mut members = show_short(call, organization, id, account);
    let path = format!("{}{id}/", path(organization, &account.parent));
    members.insert("Paths".to_owned(), json!([path]));
    Value::Object(members)
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    page(call, input, |_| true)
}

pub(super) fn list_for_parent(call: &Call<'_>, input: &Input) -> Answer {
    let parent = unit::parent(call, input)?;
    page(call, input, |account| account.parent == parent)
}

fn page(call: &Call<'_>, input: &Input, wanted: impl Fn(&Account) -> bool) -> Answer {
    let organization = &call.world.organization;
    call.paging(input, PAGE).page_of(
        "Accounts",
        &organization.accounts,
        |_, account| wanted(account),
        |id, account| show(call, organization, id, account),
    )
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let id = account_id(call, input)?;
    let organization = &call.world.organization;
    let account = organization.accounts.get(id).ok_or_else(missing)?;
    Ok(json!({"Account": show(call, organization, id, account)}))
}

/// `MoveAccount`: the caller must know where the account is.
pub(super) fn shift(call: &mut Call<'_>, input: &Input) -> Answer {
    let source = input.text("SourceParentId", &ANY)?;
    let destination = input.text("DestinationParentId", &ANY)?;
    let id = account_id(call, input)?;
    let organization = &mut call.world.organization;
    let exists = |parent: &str| unit::is_parent(organization, parent);
    for (member, parent) in [("SourceParentId", source), ("DestinationParentId", destination)] {
        if !exists(parent) {
            input.obey(member, parent, &PARENT_ID)?;
        }
    }
    let (has_source, has_destination) = (exists(source), exists(destination));
    let account = organization.accounts.get_mut(id).ok_or_else(missing)?;
    if !has_source || account.parent != source {
        return Err(Failure::new(
            "SourceParentNotFoundException",
            "We can't find a source root or OU with the ParentId that you specified.",
        ));
    }
    if !has_destination {
        return Err(Failure::new(
            "DestinationParentNotFoundException",
            "We can't find the destination container (a root or OU) with the ParentId that you specified.",
        ));
    }
    if source == destination {
        return Err(Failure::new(
            "DuplicateAccountException",
            "That account is already present in the specified destination.",
        ));
    }
    destination.clone_into(&mut account.parent);
    call.world.account_moved(id, source, destination);
    control_tower::account_moved(call, id, destination);
    Ok(Value::Null)
}
