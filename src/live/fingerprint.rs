//! Fingerprints of live parts, so that a change elsewhere does not make a reviewed plan stale.

use crate::id::{AccountId, GroupName, PermissionSetName};
use crate::model::{State, json};
use serde_json::{Value, json as value};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// `sha256:` and the hex digest of a JSON document's canonical text.
pub fn of(document: &Value) -> String {
    let digest = Sha256::digest(document.to_string().as_bytes());
    digest.iter().fold("sha256:".to_owned(), |mut text, byte| {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
        text
    })
}

/// The name of the part that holds one pair's grants.
pub fn grants_part(account: &AccountId, set: &PermissionSetName) -> String {
    format!("grants/{account}/{set}")
}

/// The name of the part that holds a group's members.
pub fn memberships_part(group: &GroupName) -> String {
    format!("memberships/{group}")
}

/// Every part of a state with its content.
pub fn parts(state: &State) -> BTreeMap<String, Value> {
    let State { ous, accounts, permission_sets, stale, users, groups, memberships, grants } = state;
    let mut parts = BTreeMap::new();
    let paths: Vec<String> = ous.iter().map(ToString::to_string).collect();
    parts.insert("ous".to_owned(), Value::from(paths));
    for (id, account) in accounts {
        parts.insert(format!("accounts/{id}"), json::account(account));
    }
    for (name, set) in permission_sets {
        let stale: Vec<&str> =
            stale.get(name).into_iter().flatten().map(AccountId::as_str).collect();
        let content = value!({ "set": json::permission_set(set), "stale": stale });
        parts.insert(format!("permission_sets/{name}"), content);
    }
    for (name, user) in users {
        parts.insert(format!("users/{name}"), json::user(user));
    }
    for (name, group) in groups {
        parts.insert(format!("groups/{name}"), json::group(group));
    }
    for (group, members) in memberships {
        let members: Vec<&str> = members.iter().map(crate::id::UserName::as_str).collect();
        parts.insert(memberships_part(group), Value::from(members));
    }
    let mut pairs: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for grant in grants {
        let part = grants_part(&grant.account, &grant.permission_set);
        pairs.entry(part).or_default().push(grant.principal.to_string().into());
    }
    parts.extend(pairs.into_iter().map(|(part, principals)| (part, Value::from(principals))));
    parts
}

/// The fingerprint of a whole state.
pub fn whole(state: &State) -> String {
    of(&Value::Object(parts(state).into_iter().collect()))
}
