//! Groups.

use super::super::check::{GROUP_TEXT, Input};
use super::super::failure::{Answer, Failure};
use super::super::id;
use super::super::router::Call;
use super::super::world::Group;
use super::{
    Alternate, PAGE, alternate, attribute_text, check_reserved, check_revision, dates, duplicate,
    external_ids, filter, group_id, missing, operations, reference, same,
};
use serde_json::{Value, json};

fn check_unique(call: &Call<'_>, name: &str, but: Option<&str>) -> Result<(), Failure> {
    let groups = &call.world.identity_center.groups;
    if groups.iter().any(|(id, group)| Some(id.as_str()) != but && same(&group.name, name)) {
        return Err(duplicate("GroupDisplayName"));
    }
    Ok(())
}

/// The model has no required display name; a group without one could not be found again, so it is refused. [U]
pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let name = input.text("DisplayName", &GROUP_TEXT)?;
    let description = input.optional("Description", &GROUP_TEXT)?.map(str::to_owned);
    check_reserved(input, "DisplayName", name)?;
    check_unique(call, name, None)?;
    let number = call.world.next_number();
    let id = id::uuid_like(&format!("group/{number}"));
    call.made(&id);
    let group = Group { name: name.to_owned(), description, external_ids: Vec::new() };
    call.world.identity_center.groups.insert(id.clone(), group);
    Ok(Value::Object(reference(call, "group", &id)))
}

pub(super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let id = group_id(call, input)?;
    check_revision(call, input, &id)?;
    let Some(mut group) = call.world.identity_center.groups.get(&id).cloned() else {
        return Err(missing("GROUP", &id));
    };
    for (path, value, operation) in operations(input)? {
        let text = attribute_text(&operation, value, &GROUP_TEXT)?;
        match (path.to_ascii_lowercase().as_str(), text) {
            ("displayname", Some(name)) => {
                check_reserved(&operation, "AttributeValue", &name)?;
                check_unique(call, &name, Some(&id))?;
                group.name = name;
            }
            ("displayname", None) => {
                return Err(operation.invalid("AttributeValue", "Member must not be null"));
            }
            ("description", text) => group.description = text,
            _ => {
                let text = "Member must be an attribute of a group that can be changed";
                return Err(operation.invalid("AttributePath", text));
            }
        }
    }
    call.world.identity_center.groups.insert(id.clone(), group);
    call.changed(&id);
    Ok(Value::Object(reference(call, "group", &id)))
}

fn show(call: &Call<'_>, id: &str, group: &Group) -> Value {
    let mut members = reference(call, "group", id);
    members.insert("DisplayName".to_owned(), json!(group.name));
    if let Some(text) = &group.description {
        members.insert("Description".to_owned(), json!(text));
    }
    if !group.external_ids.is_empty() {
        members.insert("ExternalIds".to_owned(), external_ids(&group.external_ids));
    }
    members.extend(dates(call, id).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(members)
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let id = group_id(call, input)?;
    let group = call.world.identity_center.groups.get(&id).ok_or_else(|| missing("GROUP", &id))?;
    Ok(show(call, &id, group))
}

pub(super) fn delete(call: &mut Call<'_>, input: &Input) -> Answer {
    let id = group_id(call, input)?;
    check_revision(call, input, &id)?;
    call.world.remove_group(&id);
    Ok(json!({}))
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let name = filter(input, "DisplayName")?;
    call.paging(input, PAGE).page_of(
        "Groups",
        &call.world.identity_center.groups,
        |_, group| name.as_ref().is_none_or(|name| group.name == *name),
        |id, group| show(call, id, group),
    )
}

pub(super) fn find(call: &Call<'_>, input: &Input) -> Answer {
    let wanted = alternate(input)?;
    let matches: Box<dyn Fn(&Group) -> bool> = match wanted {
        Alternate::External(id) => Box::new(move |group| group.external_ids.contains(&id)),
        Alternate::Unique { path, value } if path.eq_ignore_ascii_case("displayName") => {
            Box::new(move |group| group.name == value)
        }
        Alternate::Unique { .. } => {
            return Err(input.invalid("AlternateIdentifier", "The attribute must be displayName"));
        }
    };
    let found = call.world.identity_center.groups.iter().find(|(_, group)| matches(group));
    let (id, _) = found.ok_or_else(|| missing("GROUP", ""))?;
    let mut members = reference(call, "group", id);
    members.remove("Revision");
    Ok(Value::Object(members))
}
