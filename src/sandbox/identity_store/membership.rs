//! Memberships of users in groups.

use super::super::check::{Input, STORE_ID};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::{PAGE, bare, dates, duplicate, group_id, known, missing, user_id};
use serde_json::{Map, Value, json};

/// The user of `MemberId`, which exists.
fn member(call: &Call<'_>, input: &Input) -> Result<String, Failure> {
    user_id(call, &input.object("MemberId")?)
}

/// Store, id and ARN of a membership.
fn reference(call: &Call<'_>, id: &str) -> Map<String, Value> {
    let mut members = Map::new();
    let store = &call.world.identity_center.identity_store_id;
    members.insert("IdentityStoreId".to_owned(), json!(store));
    members.insert("MembershipId".to_owned(), json!(id));
    let arn = format!("arn:aws:identitystore:::membership/{id}");
    members.insert("MembershipArn".to_owned(), json!(arn));
    members
}

fn show(call: &Call<'_>, id: &str, group: &str, user: &str) -> Value {
    let mut members = reference(call, id);
    members.insert("GroupId".to_owned(), json!(group));
    members.insert("MemberId".to_owned(), json!({"UserId": user}));
    members.extend(dates(call, id).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(members)
}

pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let group = group_id(call, input)?;
    let user = member(call, input)?;
    if call.world.identity_center.memberships.of_group(&group).contains_key(&user) {
        return Err(duplicate("GroupMembership"));
    }
    let id = call.world.identity_center.memberships.insert(&group, &user);
    call.made(&id);
    Ok(Value::Object(reference(call, &id)))
}

/// Id, group and user of the request's `MembershipId`.
fn row(call: &Call<'_>, input: &Input) -> Result<(String, String, String), Failure> {
    let memberships = &call.world.identity_center.memberships;
    let kind = "GROUP_MEMBERSHIP";
    let id = known(input, "MembershipId", kind, |id| memberships.find(id).is_some())?;
    let (group, user) = memberships.find(&id).cloned().ok_or_else(|| missing(kind, &id))?;
    Ok((id, group, user))
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let (id, group, user) = row(call, input)?;
    Ok(show(call, &id, &group, &user))
}

pub(super) fn delete(call: &mut Call<'_>, input: &Input) -> Answer {
    let (id, group, user) = row(call, input)?;
    call.world.identity_center.memberships.remove(&group, &user);
    call.world.stamps.remove(&id);
    Ok(json!({}))
}

pub(super) fn find(call: &Call<'_>, input: &Input) -> Answer {
    let group = group_id(call, input)?;
    let user = member(call, input)?;
    let members = call.world.identity_center.memberships.of_group(&group);
    let id = members.get(&user).ok_or_else(|| missing("GROUP_MEMBERSHIP", ""))?;
    Ok(Value::Object(reference(call, id)))
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let group = group_id(call, input)?;
    let users = call.world.identity_center.memberships.of_group(&group);
    call.paging(input, PAGE).page_of(
        "GroupMemberships",
        users,
        |_, _| true,
        |user, id| show(call, id, &group, user),
    )
}

pub(super) fn list_for_member(call: &Call<'_>, input: &Input) -> Answer {
    let user = member(call, input)?;
    let groups = call.world.identity_center.memberships.of_user(&user);
    call.paging(input, PAGE).page_of(
        "GroupMemberships",
        groups,
        |_, _| true,
        |group, id| show(call, id, group, &user),
    )
}

pub(super) fn is_member(call: &Call<'_>, input: &Input) -> Answer {
    let user = member(call, input)?;
    let groups = input.texts("GroupIds", (1, 100), &super::super::check::ANY)?;
    let of_user = call.world.identity_center.memberships.of_user(&user);
    let results: Result<Vec<Value>, Failure> = groups
        .iter()
        .map(|group| {
            let group = bare(group);
            let exists = of_user.contains_key(group);
            if !exists && !call.world.identity_center.groups.contains_key(group) {
                input.obey("GroupIds", group, &STORE_ID)?;
            }
            Ok(json!({"GroupId": group, "MemberId": {"UserId": user}, "MembershipExists": exists}))
        })
        .collect();
    Ok(json!({"Results": results?}))
}
