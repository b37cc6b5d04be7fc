//! The identity store: users, groups and memberships. `AWSIdentityStore`.

mod group;
mod membership;
mod user;

use super::check::{ANY, ATTRIBUTE_PATH, IDENTITY_STORE_ID, Input, REVISION, STORE_ID};
use super::failure::{Answer, Failure};
use super::router::Call;
use super::world::{ExternalId, Stamp};
use serde_json::{Map, Value, json};

/// The most that a page may hold.
const PAGE: usize = 100;
/// Names that neither a user nor a group may have, as documented.
const RESERVED: [&str; 2] = ["Administrator", "AWSAdministrators"];

pub(super) fn answer(call: &mut Call<'_>, input: &Input) -> Answer {
    if call.operation == "ListIdentityStores" {
        return list_stores(call, input);
    }
    check_store(call, input)?;
    match call.operation {
        "DescribeIdentityStore" => Ok(store(call)),
        "CreateGroup" => group::create(call, input),
        "UpdateGroup" => group::update(call, input),
        "DescribeGroup" => group::describe(call, input),
        "DeleteGroup" => group::delete(call, input),
        "ListGroups" => group::list(call, input),
        "GetGroupId" => group::find(call, input),
        "CreateUser" => user::create(call, input),
        "UpdateUser" => user::update(call, input),
        "DescribeUser" => user::describe(call, input),
        "DeleteUser" => user::delete(call, input),
        "ListUsers" => user::list(call, input),
        "GetUserId" => user::find(call, input),
        "CreateGroupMembership" => membership::create(call, input),
        "DescribeGroupMembership" => membership::describe(call, input),
        "DeleteGroupMembership" => membership::delete(call, input),
        "GetGroupMembershipId" => membership::find(call, input),
        "ListGroupMemberships" => membership::list(call, input),
        "ListGroupMembershipsForMember" => membership::list_for_member(call, input),
        "IsMemberInGroups" => membership::is_member(call, input),
        other => Err(Failure::unknown_operation(other)),
    }
}

fn store(call: &Call<'_>) -> Value {
    let owner = &call.world.organization.management_account;
    let id = &call.world.identity_center.identity_store_id;
    let arn = format!("arn:aws:identitystore::{owner}:identitystore/{id}");
    json!({"IdentityStoreId": id, "IdentityStoreArn": arn})
}

fn list_stores(call: &Call<'_>, input: &Input) -> Answer {
    let items = std::iter::once((call.world.identity_center.identity_store_id.clone(), ()));
    call.paging(input, PAGE).page("IdentityStores", items, |()| store(call))
}

/// An id, or the id at the end of an ARN: every id of this service may be given as either.
fn bare(text: &str) -> &str {
    if text.starts_with("arn:") { text.rsplit_once('/').map_or(text, |(_, id)| id) } else { text }
}

fn check_store(call: &Call<'_>, input: &Input) -> Result<(), Failure> {
    let id = input.text("IdentityStoreId", &ANY)?;
    if bare(id) == call.world.identity_center.identity_store_id {
        return Ok(());
    }
    input.obey("IdentityStoreId", id, &IDENTITY_STORE_ID)?;
    Err(missing("IDENTITY_STORE", id))
}

/// The error for something that is not there.
fn missing(kind: &'static str, id: &str) -> Failure {
    Failure::not_found(format!("{kind} not found."))
        .with("ResourceType", kind)
        .with("ResourceId", id)
}

fn duplicate(what: &str) -> Failure {
    Failure::conflict(format!("Duplicate {what}")).with("Reason", "UNIQUENESS_CONSTRAINT_VIOLATION")
}

/// An id of something that exists, from the request's member `name`.
fn known(
    input: &Input,
    name: &str,
    kind: &'static str,
    exists: impl Fn(&str) -> bool,
) -> Result<String, Failure> {
    let text = input.text(name, &ANY)?;
    let id = bare(text);
    if exists(id) {
        return Ok(id.to_owned());
    }
    input.obey(name, text, &STORE_ID)?;
    Err(missing(kind, id))
}

fn group_id(call: &Call<'_>, input: &Input) -> Result<String, Failure> {
    known(input, "GroupId", "GROUP", |id| call.world.identity_center.groups.contains_key(id))
}

fn user_id(call: &Call<'_>, input: &Input) -> Result<String, Failure> {
    known(input, "UserId", "USER", |id| call.world.identity_center.users.contains_key(id))
}

/// Refuses a write whose `Revision` is not the latest.
fn check_revision(call: &Call<'_>, input: &Input, id: &str) -> Result<(), Failure> {
    let Some(revision) = input.optional("Revision", &REVISION)? else { return Ok(()) };
    let latest = call.stamp(id).revision;
    if revision.parse() == Ok(latest) {
        return Ok(());
    }
    let text = format!("The revision {revision} is not the latest, {latest}");
    Err(Failure::conflict(text).with("Reason", "CONCURRENT_MODIFICATION"))
}

fn check_reserved(input: &Input, member: &str, name: &str) -> Result<(), Failure> {
    if RESERVED.contains(&name) {
        return Err(input.invalid(member, "Member must not be a reserved name"));
    }
    Ok(())
}

/// Whether two names count as the same: case folding is undocumented, so the stricter answer is given. [U]
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Members that users, groups and memberships have in common.
fn dates(call: &Call<'_>, id: &str) -> [(&'static str, Value); 4] {
    let Stamp { created, updated, revision: _ } = call.stamp(id);
    let by = "sandbox";
    [
        ("CreatedAt", json!(created)),
        ("CreatedBy", json!(by)),
        ("UpdatedAt", json!(updated)),
        ("UpdatedBy", json!(by)),
    ]
}

/// `IdentityStoreId`, and the id, ARN and revision of a user or group.
fn reference(call: &Call<'_>, kind: &str, id: &str) -> Map<String, Value> {
    let name = if kind == "user" { "User" } else { "Group" };
    let mut members = Map::new();
    let store = &call.world.identity_center.identity_store_id;
    members.insert("IdentityStoreId".to_owned(), json!(store));
    members.insert(format!("{name}Id"), json!(id));
    members.insert(format!("{name}Arn"), json!(format!("arn:aws:identitystore:::{kind}/{id}")));
    members.insert("Revision".to_owned(), json!(call.stamp(id).revision.to_string()));
    members
}

fn external_ids(ids: &[ExternalId]) -> Value {
    ids.iter().map(|id| json!({"Issuer": id.issuer, "Id": id.id})).collect()
}

/// What `AlternateIdentifier` asks for.
enum Alternate {
    External(ExternalId),
    Unique { path: String, value: String },
}

fn alternate(input: &Input) -> Result<Alternate, Failure> {
    let alternate = input.object("AlternateIdentifier")?;
    let external = alternate.optional_object("ExternalId")?;
    let unique = alternate.optional_object("UniqueAttribute")?;
    match (external, unique) {
        (Some(external), None) => {
            let issuer = external.text("Issuer", &ANY)?.to_owned();
            Ok(Alternate::External(ExternalId {
                issuer,
                id: external.text("Id", &ANY)?.to_owned(),
            }))
        }
        (None, Some(unique)) => {
            let path = unique.text("AttributePath", &ATTRIBUTE_PATH)?.to_owned();
            let value = unique.text("AttributeValue", &ANY)?.to_owned();
            Ok(Alternate::Unique { path, value })
        }
        _ => Err(input.invalid("AlternateIdentifier", "Member must have exactly one identifier")),
    }
}

/// The deprecated `Filters`: none, or one attribute with its value.
fn filter(input: &Input, attribute: &str) -> Result<Option<String>, Failure> {
    let filters = input.objects("Filters", (0, 1))?;
    let Some(filter) = filters.first() else { return Ok(None) };
    let path = filter.text("AttributePath", &ATTRIBUTE_PATH)?;
    if !path.eq_ignore_ascii_case(attribute) {
        let text = format!("Member must be {attribute}");
        return Err(filter.invalid("AttributePath", &text));
    }
    Ok(Some(filter.text("AttributeValue", &ANY)?.to_owned()))
}

/// The `Operations` of an update: paths with their new values, or none to remove.
fn operations(input: &Input) -> Result<Vec<(String, Option<Value>, Input)>, Failure> {
    if input.value("Operations").is_none() {
        return Err(input.invalid("Operations", "Member must not be null"));
    }
    input
        .objects("Operations", (1, 100))?
        .into_iter()
        .map(|operation| {
            let path = operation.text("AttributePath", &ATTRIBUTE_PATH)?.to_owned();
            let value = operation.value("AttributeValue").cloned();
            Ok((path, value, operation))
        })
        .collect()
}

/// The text of an attribute's value.
fn attribute_text(
    operation: &Input,
    value: Option<Value>,
    rule: &super::check::Rule,
) -> Result<Option<String>, Failure> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => {
            operation.obey("AttributeValue", &text, rule)?;
            Ok(Some(text))
        }
        Some(_) => Err(operation.invalid("AttributeValue", "Member must be a string")),
    }
}
