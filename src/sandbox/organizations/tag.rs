//! Tags of the root, of units and of accounts.

use super::super::check::{ANY, Input, RESOURCE_ID, TAG_KEY};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::unit::TAGS;
use super::{PAGE, constraint};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn tags<'c>(
    call: &'c mut Call<'_>,
    input: &Input,
) -> Result<&'c mut BTreeMap<String, String>, Failure> {
    let id = input.text("ResourceId", &ANY)?;
    let organization = &mut call.world.organization;
    if id == organization.root {
        return Ok(&mut organization.root_tags);
    }
    if let Some(ou) = organization.ous.get_mut(id) {
        return Ok(&mut ou.tags);
    }
    if let Some(account) = organization.accounts.get_mut(id) {
        return Ok(&mut account.tags);
    }
    input.obey("ResourceId", id, &RESOURCE_ID)?;
    Err(Failure::new("TargetNotFoundException", "You specified a target that doesn't exist."))
}

pub(super) fn tag(call: &mut Call<'_>, input: &Input) -> Answer {
    let new = input.tags(TAGS)?;
    if new.is_empty() {
        return Err(input.invalid("Tags", "Member must not be null or empty"));
    }
    if new.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        let text = "You provided a tag key that is reserved for AWS: it begins with aws:";
        return Err(Failure::new("InvalidInputException", text)
            .with("Reason", "INVALID_SYSTEM_TAGS_PARAMETER"));
    }
    let tags = tags(call, input)?;
    let added = new.iter().filter(|(key, _)| !tags.contains_key(key)).count();
    if tags.len() + added > TAGS {
        let text = format!("You have exceeded the limit of {TAGS} tags on a resource.");
        return Err(constraint("MAX_TAG_LIMIT_EXCEEDED", text));
    }
    tags.extend(new);
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>, input: &Input) -> Answer {
    let keys = input.texts("TagKeys", (0, TAGS), &TAG_KEY)?;
    let tags = tags(call, input)?;
    for key in keys {
        tags.remove(&key);
    }
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>, input: &Input) -> Answer {
    let tags = tags(call, input)?.clone();
    let items = tags.iter().map(|(key, value)| (key.clone(), (key, value)));
    call.paging(input, PAGE).page("Tags", items, |(key, value)| json!({"Key": key, "Value": value}))
}
