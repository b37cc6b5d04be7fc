//! Things as JSON, the way plans show them before and after. Keys are sorted, absent parts left out.

pub mod read;

use super::{
    Account, AccountOwner, Baseline, Boundary, Control, Group, NewAccount, PermissionSet, Tags,
    User, Vendor,
};
use crate::id::OuPath;
use serde_json::{Map, Value, json};

/// An account: where it stands and its tags.
pub fn account(account: &Account) -> Value {
    let Account { ou, tags: t, closed } = account;
    let mut out = json!({ "ou": ou.to_string(), "tags": tags(t) });
    if *closed && let Some(out) = out.as_object_mut() {
        out.insert("closed".to_owned(), true.into());
    }
    out
}

/// An account that is to be created, with who creates it.
pub fn new_account(new: &NewAccount, ou: &OuPath, t: &Tags) -> Value {
    let NewAccount { name, email, by } = new;
    let mut out = json!({
        "by": by.name(),
        "email": email,
        "name": name,
        "ou": ou.to_string(),
        "tags": tags(t),
    });
    if let (Vendor::AccountFactory(owner), Some(out)) = (by, out.as_object_mut()) {
        let AccountOwner { email, given_name, family_name } = owner;
        let owner = json!({ "email": email, "family_name": family_name, "given_name": given_name });
        out.insert("owner".to_owned(), owner);
    }
    out
}

/// Tags as an object.
pub fn tags(tags: &Tags) -> Value {
    Value::Object(tags.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect())
}

/// A control with its parameters; whether it has drifted where it has.
pub fn control(control: &Control) -> Value {
    let Control { parameters, drifted } = control;
    let parameters: Map<String, Value> = parameters.clone().into_iter().collect();
    let mut out = Map::from_iter([("parameters".to_owned(), Value::Object(parameters))]);
    put_drift(&mut out, *drifted);
    Value::Object(out)
}

/// A baseline; whether it has drifted where it has.
pub fn baseline(baseline: Baseline) -> Value {
    let Baseline { drifted } = baseline;
    let mut out = Map::new();
    put_drift(&mut out, drifted);
    Value::Object(out)
}

fn put_drift(out: &mut Map<String, Value>, drifted: bool) {
    if drifted {
        out.insert("drifted".to_owned(), true.into());
    }
}

/// A permission set with all its parts.
pub fn permission_set(set: &PermissionSet) -> Value {
    let PermissionSet {
        description,
        session,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags: t,
    } = set;
    let mut out = Map::new();
    put(&mut out, "description", description.as_deref());
    out.insert("session_duration".to_owned(), session.to_string().into());
    put(&mut out, "relay_state", relay_state.as_deref());
    let managed: Vec<String> = managed_policies.iter().map(ToString::to_string).collect();
    out.insert("managed_policies".to_owned(), managed.into());
    let customer: Vec<String> = customer_managed_policies.iter().map(ToString::to_string).collect();
    out.insert("customer_managed_policies".to_owned(), customer.into());
    if let Some(policy) = inline_policy {
        // A live policy that is no JSON is shown as the text that it is.
        let value = serde_json::from_str(policy.as_str())
            .unwrap_or_else(|_| Value::String(policy.as_str().to_owned()));
        out.insert("inline_policy".to_owned(), value);
    }
    if let Some(boundary) = permissions_boundary {
        let value = match boundary {
            Boundary::Managed(arn) => json!({ "managed": arn.to_string() }),
            Boundary::Customer(policy) => json!({ "customer": policy.to_string() }),
        };
        out.insert("permissions_boundary".to_owned(), value);
    }
    out.insert("tags".to_owned(), tags(t));
    Value::Object(out)
}

/// A user's attributes.
pub fn user(user: &User) -> Value {
    let User { given_name, family_name } = user;
    let mut out = Map::new();
    put(&mut out, "given_name", given_name.as_deref());
    put(&mut out, "family_name", family_name.as_deref());
    Value::Object(out)
}

/// A group's attributes.
pub fn group(group: &Group) -> Value {
    let Group { description } = group;
    let mut out = Map::new();
    put(&mut out, "description", description.as_deref());
    Value::Object(out)
}

fn put(out: &mut Map<String, Value>, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        out.insert(key.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_whatever_order_they_are_put_in() {
        // Digests rest on this: `serde_json` keeps insertion order where any crate of the build
        // switches `preserve_order` on.
        assert_eq!(
            json!({ "b": 1, "a": { "d": 1, "c": 2 } }).to_string(),
            r#"{"a":{"c":2,"d":1},"b":1}"#
        );
    }
}
