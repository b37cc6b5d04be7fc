//! Things from the JSON that plans show them as; `None` where it is no such thing.

use crate::id::OuPath;
use crate::model::{
    AccountOwner, Boundary, Control, CustomerPolicy, Group, NewAccount, PermissionSet, Policy,
    PolicyArn, Session, Tags, User, Vendor,
};
use serde_json::Value;

/// Tags.
pub fn tags(value: &Value) -> Option<Tags> {
    let entries = value.as_object()?.iter();
    entries.map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// A control with its parameters.
pub fn control(value: &Value) -> Option<Control> {
    let parameters = value.get("parameters")?.as_object()?.clone().into_iter().collect();
    let drifted = value.get("drifted").and_then(Value::as_bool).unwrap_or_default();
    Some(Control { parameters, drifted })
}

/// An account that was to be created, with its OU and tags.
pub fn new_account(value: &Value) -> Option<(NewAccount, OuPath, Tags)> {
    let text = |value: &Value, key: &str| value.get(key)?.as_str().map(str::to_owned);
    let by = match text(value, "by")?.as_str() {
        "organizations" => Vendor::Organizations,
        "account-factory" => {
            let owner = value.get("owner")?;
            Vendor::AccountFactory(AccountOwner {
                email: text(owner, "email")?,
                given_name: text(owner, "given_name")?,
                family_name: text(owner, "family_name")?,
            })
        }
        _ => return None,
    };
    let new = NewAccount { name: text(value, "name")?, email: text(value, "email")?, by };
    Some((new, OuPath::parse(&text(value, "ou")?)?, tags(value.get("tags")?)?))
}

/// A permission set.
pub fn permission_set(value: &Value) -> Option<PermissionSet> {
    let session = value.get("session_duration")?.as_str()?;
    let policies = |key: &str| value.get(key)?.as_array().map(Vec::as_slice);
    let managed = policies("managed_policies")?.iter();
    let customer = policies("customer_managed_policies")?.iter();
    Some(PermissionSet {
        description: optional(value, "description")?,
        session: Session::parse(session).unwrap_or_else(|| Session::Other(session.to_owned())),
        relay_state: optional(value, "relay_state")?,
        managed_policies: managed
            .map(|arn| Some(PolicyArn(arn.as_str()?.to_owned())))
            .collect::<Option<_>>()?,
        customer_managed_policies: customer
            .map(|text| customer_policy(text.as_str()?))
            .collect::<Option<_>>()?,
        inline_policy: value.get("inline_policy").map(|policy| match policy {
            Value::String(text) => Policy::new(text),
            policy => Policy::new(&policy.to_string()),
        }),
        permissions_boundary: match value.get("permissions_boundary") {
            None => None,
            Some(boundary) => Some(self::boundary(boundary)?),
        },
        tags: tags(value.get("tags")?)?,
    })
}

fn customer_policy(text: &str) -> Option<CustomerPolicy> {
    let at = text.rfind('/')? + 1;
    let (path, name) = (text.get(..at)?, text.get(at..)?);
    Some(CustomerPolicy { path: path.to_owned(), name: name.to_owned() })
}

fn boundary(value: &Value) -> Option<Boundary> {
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    match (text("managed"), text("customer")) {
        (Some(arn), None) => Some(Boundary::Managed(PolicyArn(arn.to_owned()))),
        (None, Some(policy)) => Some(Boundary::Customer(customer_policy(policy)?)),
        _ => None,
    }
}

/// A user.
pub fn user(value: &Value) -> Option<User> {
    value.as_object()?;
    Some(User {
        given_name: optional(value, "given_name")?,
        family_name: optional(value, "family_name")?,
    })
}

/// A group.
pub fn group(value: &Value) -> Option<Group> {
    value.as_object()?;
    Some(Group { description: optional(value, "description")? })
}

/// A text that may be missing; `None` where something else stands in its place.
#[expect(clippy::option_option, reason = "missing and malformed are two things")]
fn optional(value: &Value, key: &str) -> Option<Option<String>> {
    match value.get(key) {
        None => Some(None),
        Some(text) => Some(Some(text.as_str()?.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::json;

    #[test]
    fn what_is_written_is_read() {
        let text = |text: &str| Some(text.to_owned());
        let bare = PermissionSet::default();
        let full = PermissionSet {
            description: text("d"),
            session: Session::Seconds(5400),
            relay_state: text("https://x"),
            managed_policies: [PolicyArn("arn:aws:iam::aws:policy/A".into())].into(),
            customer_managed_policies: ["/", "/a/b/"]
                .map(|path| CustomerPolicy { path: path.into(), name: "N".into() })
                .into(),
            inline_policy: Some(Policy::new(r#"{"Version":"2012-10-17","Statement":[]}"#)),
            permissions_boundary: Some(Boundary::Customer(CustomerPolicy {
                path: "/p/".into(),
                name: "B".into(),
            })),
            tags: [("k".to_owned(), "v".to_owned())].into(),
        };
        let odd = PermissionSet {
            session: Session::Other("soon".into()),
            inline_policy: Some(Policy::new("no json")),
            permissions_boundary: Some(Boundary::Managed(PolicyArn("arn".into()))),
            ..PermissionSet::default()
        };
        for set in [bare, full, odd] {
            assert_eq!(permission_set(&json::permission_set(&set)), Some(set));
        }
        for given_name in [None, text("An")] {
            let it = User { given_name, family_name: text("Nguyen") };
            assert_eq!(user(&json::user(&it)), Some(it));
        }
        let it = Group { description: text("d") };
        assert_eq!(group(&json::group(&it)), Some(it));
        assert_eq!(group(&Value::Null), None);
        assert_eq!(user(&serde_json::json!({ "given_name": 1 })), None);
        assert_eq!(permission_set(&serde_json::json!({})), None);
    }
}
