//! Tags of the landing zone and of what is enabled.

use super::super::check::{ARN, Input, TOWER_TAG_KEY, TOWER_TAG_VALUE};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Tags in one request.
pub(super) const MOST: usize = 200;

/// `tags` of a request: texts by key.
pub(super) fn read(input: &Input) -> Result<BTreeMap<String, String>, Failure> {
    let Some(tags) = input.optional_object("tags")? else { return Ok(BTreeMap::new()) };
    if tags.members().len() > MOST {
        return Err(input.invalid("tags", "Member must have length less than or equal to 200"));
    }
    let one = |key: &String| {
        tags.obey("key", key, &TOWER_TAG_KEY)?;
        Ok((key.clone(), tags.text(key, &TOWER_TAG_VALUE)?.to_owned()))
    };
    tags.members().keys().map(one).collect()
}

fn tags<'c>(
    call: &'c mut Call<'_>,
    input: &Input,
) -> Result<&'c mut BTreeMap<String, String>, Failure> {
    let arn = input.text("resourceArn", &ARN)?;
    let tower = &mut call.world.control_tower;
    if let Some(zone) = &mut tower.landing_zone
        && zone.arn == arn
    {
        return Ok(&mut zone.tags);
    }
    if let Some(enabled) = tower.enabled_baselines.get_mut(arn) {
        return Ok(&mut enabled.tags);
    }
    let enabled = tower.enabled_controls.get_mut(arn).map(|enabled| &mut enabled.tags);
    enabled.ok_or_else(|| Failure::not_found(format!("Resource {arn} does not exist")))
}

pub(super) fn tag(call: &mut Call<'_>, input: &Input) -> Answer {
    input.object("tags")?;
    let new = read(input)?;
    tags(call, input)?.extend(new);
    Ok(Value::Null)
}

pub(super) fn untag(call: &mut Call<'_>, input: &Input) -> Answer {
    let keys = input.texts("tagKeys", (0, MOST), &TOWER_TAG_KEY)?;
    tags(call, input)?.retain(|key, _| !keys.contains(key));
    Ok(Value::Null)
}

pub(super) fn list(call: &mut Call<'_>, input: &Input) -> Answer {
    Ok(json!({"tags": tags(call, input)?}))
}
