//! Users.

use super::super::check::{GROUP_TEXT, Input, USER_NAME};
use super::super::failure::{Answer, Failure};
use super::super::id;
use super::super::router::Call;
use super::super::world::User;
use super::{
    Alternate, PAGE, alternate, attribute_text, check_reserved, check_revision, dates, duplicate,
    external_ids, filter, missing, operations, reference, same, user_id,
};
use serde_json::{Map, Value, json};

/// Attributes that are kept and shown as they came: texts, and lists.
const TEXTS: [&str; 9] = [
    "NickName",
    "ProfileUrl",
    "UserType",
    "Title",
    "PreferredLanguage",
    "Locale",
    "Timezone",
    "Website",
    "Birthdate",
];
const LISTS: [&str; 4] = ["Addresses", "PhoneNumbers", "Photos", "Roles"];
/// The parts of `Name` that are kept and shown as they came.
const NAME_PARTS: [&str; 4] = ["Formatted", "MiddleName", "HonorificPrefix", "HonorificSuffix"];

fn check_unique(call: &Call<'_>, name: &str, but: Option<&str>) -> Result<(), Failure> {
    let users = &call.world.identity_center.users;
    if users.iter().any(|(id, user)| Some(id.as_str()) != but && same(&user.user_name, name)) {
        return Err(duplicate("UserName"));
    }
    Ok(())
}

pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let user_name = input.text("UserName", &USER_NAME)?;
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let mut user = User {
        user_name: user_name.to_owned(),
        display_name: owned(input.optional("DisplayName", &GROUP_TEXT)?),
        ..User::default()
    };
    if let Some(name) = input.optional_object("Name")? {
        user.given_name = owned(name.optional("GivenName", &GROUP_TEXT)?);
        user.family_name = owned(name.optional("FamilyName", &GROUP_TEXT)?);
        for part in NAME_PARTS {
            if let Some(text) = name.optional(part, &GROUP_TEXT)? {
                user.attributes.insert(format!("Name.{part}"), json!(text));
            }
        }
    }
    if let Some(email) = input.objects("Emails", (1, 1))?.first() {
        user.email = owned(email.optional("Value", &GROUP_TEXT)?);
    }
    for name in TEXTS {
        if let Some(text) = input.optional(name, &GROUP_TEXT)? {
            user.attributes.insert(name.to_owned(), json!(text));
        }
    }
    for name in LISTS {
        if let Some(list) = input.optional_list(name, 1, 3)? {
            user.attributes.insert(name.to_owned(), json!(list));
        }
    }
    check_reserved(input, "UserName", user_name)?;
    check_unique(call, user_name, None)?;
    let number = call.world.next_number();
    let id = id::uuid_like(&format!("user/{number}"));
    call.made(&id);
    call.world.identity_center.users.insert(id.clone(), user);
    Ok(Value::Object(reference(call, "user", &id)))
}

pub(super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let id = user_id(call, input)?;
    check_revision(call, input, &id)?;
    let Some(mut user) = call.world.identity_center.users.get(&id).cloned() else {
        return Err(missing("USER", &id));
    };
    for (path, value, operation) in operations(input)? {
        set(call, &id, &mut user, &path, value, &operation)?;
    }
    call.world.identity_center.users.insert(id.clone(), user);
    call.changed(&id);
    Ok(Value::Object(reference(call, "user", &id)))
}

/// Sets one attribute, or removes it where there is no value.
fn set(
    call: &Call<'_>,
    id: &str,
    user: &mut User,
    path: &str,
    value: Option<Value>,
    operation: &Input,
) -> Result<(), Failure> {
    let path = path.to_ascii_lowercase();
    let list = LISTS.into_iter().find(|known| known.eq_ignore_ascii_case(&path));
    if let Some(name) = list {
        put(user, name, value);
        return Ok(());
    }
    if path == "emails" {
        // Documents keep the case that the caller wrote, and AWS's examples write it in lower case.
        let first = value.as_ref().and_then(|list| list.get(0));
        let text = first.and_then(|email| email.get("value").or_else(|| email.get("Value")));
        user.email = attribute_text(operation, text.cloned(), &GROUP_TEXT)?;
        return Ok(());
    }
    let rule = if path == "username" { &USER_NAME } else { &GROUP_TEXT };
    let text = attribute_text(operation, value, rule)?;
    match path.as_str() {
        "username" => {
            let name =
                text.ok_or_else(|| operation.invalid("AttributeValue", "Member must not be null"))?;
            check_reserved(operation, "AttributeValue", &name)?;
            check_unique(call, &name, Some(id))?;
            user.user_name = name;
        }
        "displayname" => user.display_name = text,
        "name.givenname" => user.given_name = text,
        "name.familyname" => user.family_name = text,
        "emails.value" => user.email = text,
        _ => {
            let parts = NAME_PARTS.into_iter().map(|part| format!("Name.{part}"));
            let known = TEXTS.into_iter().map(str::to_owned).chain(parts);
            let name = known.into_iter().find(|known| known.eq_ignore_ascii_case(&path));
            let name = name.ok_or_else(|| {
                let text = "Member must be an attribute of a user that can be changed";
                operation.invalid("AttributePath", text)
            })?;
            put(user, &name, text.map(Value::String));
        }
    }
    Ok(())
}

fn put(user: &mut User, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(user.attributes.insert(name.to_owned(), value)),
        None => drop(user.attributes.remove(name)),
    }
}

fn show(call: &Call<'_>, id: &str, user: &User) -> Value {
    let mut members = reference(call, "user", id);
    let mut name = Map::new();
    let parts = [("GivenName", &user.given_name), ("FamilyName", &user.family_name)];
    for (part, text) in parts {
        if let Some(text) = text {
            name.insert(part.to_owned(), json!(text));
        }
    }
    for (attribute, value) in &user.attributes {
        match attribute.strip_prefix("Name.") {
            Some(part) => name.insert(part.to_owned(), value.clone()),
            None => members.insert(attribute.clone(), value.clone()),
        };
    }
    members.insert("UserName".to_owned(), json!(user.user_name));
    members.insert("UserStatus".to_owned(), json!("ENABLED"));
    if !name.is_empty() {
        members.insert("Name".to_owned(), Value::Object(name));
    }
    if let Some(text) = &user.display_name {
        members.insert("DisplayName".to_owned(), json!(text));
    }
    if let Some(email) = &user.email {
        let emails = json!([{"Value": email, "Type": "work", "Primary": true}]);
        members.insert("Emails".to_owned(), emails);
    }
    if !user.external_ids.is_empty() {
        members.insert("ExternalIds".to_owned(), external_ids(&user.external_ids));
    }
    members.extend(dates(call, id).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(members)
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let id = user_id(call, input)?;
    let user = call.world.identity_center.users.get(&id).ok_or_else(|| missing("USER", &id))?;
    Ok(show(call, &id, user))
}

pub(super) fn delete(call: &mut Call<'_>, input: &Input) -> Answer {
    let id = user_id(call, input)?;
    check_revision(call, input, &id)?;
    call.world.remove_user(&id);
    Ok(json!({}))
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let name = filter(input, "UserName")?;
    call.paging(input, PAGE).page_of(
        "Users",
        &call.world.identity_center.users,
        |_, user| name.as_ref().is_none_or(|name| user.user_name == *name),
        |id, user| show(call, id, user),
    )
}

pub(super) fn find(call: &Call<'_>, input: &Input) -> Answer {
    let wanted = alternate(input)?;
    let matches: Box<dyn Fn(&User) -> bool> = match wanted {
        Alternate::External(id) => Box::new(move |user| user.external_ids.contains(&id)),
        Alternate::Unique { path, value } if path.eq_ignore_ascii_case("userName") => {
            Box::new(move |user| user.user_name == value)
        }
        Alternate::Unique { path, value } if path.eq_ignore_ascii_case("emails.value") => {
            Box::new(move |user| user.email.as_deref() == Some(value.as_str()))
        }
        Alternate::Unique { .. } => {
            let text = "The attribute must be userName or emails.value";
            return Err(input.invalid("AlternateIdentifier", text));
        }
    };
    let found = call.world.identity_center.users.iter().find(|(_, user)| matches(user));
    let (id, _) = found.ok_or_else(|| missing("USER", ""))?;
    let mut members = reference(call, "user", id);
    members.remove("Revision");
    Ok(Value::Object(members))
}
