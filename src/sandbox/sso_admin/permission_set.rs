//! Permission sets themselves.

use super::super::check::{self, DESCRIPTION, Input, RELAY_STATE, SESSION_DURATION, SET_NAME};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::seed;
use super::super::world::PermissionSet;
use super::{PAGE, set, set_arn};
use serde_json::{Map, Value, json};

/// Effective sessions are documented to last from one hour to twelve.
const SESSION_SECONDS: std::ops::RangeInclusive<u64> = 3_600..=43_200;
/// Tags on one resource.
pub(super) const TAGS: usize = 75;

fn session(input: &Input) -> Result<Option<&str>, Failure> {
    let Some(text) = input.optional("SessionDuration", &SESSION_DURATION)? else { return Ok(None) };
    if check::seconds(text).is_some_and(|seconds| SESSION_SECONDS.contains(&seconds)) {
        return Ok(Some(text));
    }
    Err(input.invalid("SessionDuration", "Member must be between PT1H and PT12H"))
}

pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let name = input.text("Name", &SET_NAME)?;
    let set = PermissionSet {
        name: name.to_owned(),
        description: input.optional("Description", &DESCRIPTION)?.map(str::to_owned),
        session_duration: session(input)?.unwrap_or("PT1H").to_owned(),
        relay_state: input.optional("RelayState", &RELAY_STATE)?.map(str::to_owned),
        tags: input.tags(TAGS)?.into_iter().collect(),
        version: 1,
        ..PermissionSet::default()
    };
    // The console compares names exactly; that the API does too is not documented. [U]
    if call.world.identity_center.permission_sets.values().any(|known| known.name == name) {
        return Err(Failure::conflict(format!("PermissionSet with name {name} already exists")));
    }
    let number = call.world.next_number();
    let arn = seed::set_arn(call.world, &format!("set/{number}"));
    call.made(&arn);
    let answer = json!({"PermissionSet": show(call, &arn, &set)});
    call.world.identity_center.permission_sets.insert(arn, set);
    Ok(answer)
}

/// Leaving `RelayState` out clears it, as documented by those who lost theirs. That the description and the session stay
/// when they are left out is inference. [U]
pub(super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let description = input.optional("Description", &DESCRIPTION)?;
    let session = session(input)?;
    let relay_state = input.optional("RelayState", &RELAY_STATE)?;
    let set = super::set_mut(call, input)?;
    if let Some(text) = description {
        set.description = Some(text.to_owned());
    }
    if let Some(text) = session {
        text.clone_into(&mut set.session_duration);
    }
    set.relay_state = relay_state.map(str::to_owned);
    set.edited();
    Ok(json!({}))
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let arn = set_arn(call, input)?;
    Ok(json!({"PermissionSet": show(call, arn, set(call, input)?)}))
}

fn show(call: &Call<'_>, arn: &str, set: &PermissionSet) -> Value {
    let mut members = Map::new();
    members.insert("Name".to_owned(), set.name.clone().into());
    members.insert("PermissionSetArn".to_owned(), arn.into());
    members.insert("CreatedDate".to_owned(), call.stamp(arn).created.into());
    members.insert("SessionDuration".to_owned(), set.session_duration.clone().into());
    if let Some(text) = &set.description {
        members.insert("Description".to_owned(), text.clone().into());
    }
    if let Some(text) = &set.relay_state {
        members.insert("RelayState".to_owned(), text.clone().into());
    }
    Value::Object(members)
}

pub(super) fn delete(call: &mut Call<'_>, input: &Input) -> Answer {
    let arn = set_arn(call, input)?;
    let center = &call.world.identity_center;
    let assigned = center.assignments.pairs().any(|((_, set), _)| set == arn);
    let in_flight = call.requests.in_flight().any(|request| request.set == arn);
    if assigned || in_flight || !set(call, input)?.provisioned.is_empty() {
        return Err(Failure::conflict(
            "Could not delete because PermissionSet has ApplicationProfile associated with it",
        ));
    }
    call.world.identity_center.permission_sets.remove(arn);
    call.world.stamps.remove(arn);
    Ok(json!({}))
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let sets = &call.world.identity_center.permission_sets;
    call.paging(input, PAGE).page_of("PermissionSets", sets, |_, _| true, |arn, _| json!(arn))
}
