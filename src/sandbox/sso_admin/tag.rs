//! Tags of permission sets and of the instance. A tag makes no account stale.

use super::super::check::{ANY, Input, TAG_KEY};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::permission_set::TAGS;
use super::{PAGE, no_set};
use serde_json::json;
use std::collections::BTreeMap;

/// The tags of a request's resource. The instance's ARN is optional here.
fn tags<'c>(
    call: &'c mut Call<'_>,
    input: &Input,
) -> Result<&'c mut BTreeMap<String, String>, Failure> {
    if input.value("InstanceArn").is_some() {
        super::instance::check(call, input, Failure::not_found)?;
    }
    let arn = input.text("ResourceArn", &ANY)?;
    let center = &mut call.world.identity_center;
    if arn == center.instance_arn {
        return Ok(&mut center.tags);
    }
    if let Some(set) = center.permission_sets.get_mut(arn) {
        return Ok(&mut set.tags);
    }
    if !arn.starts_with("arn:aws") || !arn.contains(":sso::") {
        return Err(input.invalid("ResourceArn", "Member must satisfy regular expression pattern"));
    }
    Err(no_set(arn))
}

pub(super) fn tag(call: &mut Call<'_>, input: &Input) -> Answer {
    let new = input.tags(TAGS)?;
    if input.value("Tags").is_none() {
        return Err(input.invalid("Tags", "Member must not be null"));
    }
    let tags = tags(call, input)?;
    let added = new.iter().filter(|(key, _)| !tags.contains_key(key)).count();
    if tags.len() + added > TAGS {
        let text = format!("A resource can have {TAGS} tags at most");
        return Err(Failure::new("ServiceQuotaExceededException", text));
    }
    tags.extend(new);
    Ok(json!({}))
}

pub(super) fn untag(call: &mut Call<'_>, input: &Input) -> Answer {
    let keys = input.texts("TagKeys", (1, TAGS), &TAG_KEY)?;
    let tags = tags(call, input)?;
    for key in keys {
        tags.remove(&key);
    }
    Ok(json!({}))
}

pub(super) fn list(call: &mut Call<'_>, input: &Input) -> Answer {
    let tags = tags(call, input)?.clone();
    let items = tags.iter().map(|(key, value)| (key.clone(), (key, value)));
    call.paging(input, PAGE).page("Tags", items, |(key, value)| json!({"Key": key, "Value": value}))
}
