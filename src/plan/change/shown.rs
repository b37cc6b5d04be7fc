//! What a change does, as JSON.

use super::What;
use crate::id::AccountId;
use crate::model::{Baseline, Grant, json};
use serde_json::{Value, json as value};

impl What {
    /// The thing before and after, as JSON; null where it is not there.
    pub fn before_after(&self) -> (Value, Value) {
        let there = || value!({});
        match self {
            Self::CreateOu(_) | Self::AddMember(..) => (Value::Null, there()),
            Self::DeleteOu(_) | Self::CloseAccount(_) | Self::RemoveMember(..) => {
                (there(), Value::Null)
            }
            Self::RenameOu { from, to } => {
                (value!({ "path": from.to_string() }), value!({ "path": to.to_string() }))
            }
            Self::RenameGroup { from, to } => {
                (value!({ "name": from.as_str() }), value!({ "name": to.as_str() }))
            }
            Self::CreateAccount { account: _, new, ou, tags } => {
                (Value::Null, json::new_account(new, ou, tags))
            }
            Self::MoveAccount { from, to, enrolled, account: _ } => {
                let mut after = value!({ "ou": to.to_string() });
                if *enrolled && let Some(after) = after.as_object_mut() {
                    after.insert("by".to_owned(), "account-factory".into());
                }
                (value!({ "ou": from.to_string() }), after)
            }
            Self::TagAccount { before, after, .. } => {
                (value!({ "tags": json::tags(before) }), value!({ "tags": json::tags(after) }))
            }
            Self::EnableBaseline(_) => (Value::Null, json::baseline(Baseline::default())),
            Self::ResetBaseline(_) => {
                (json::baseline(Baseline { drifted: true }), json::baseline(Baseline::default()))
            }
            Self::EnableControl(_, control) => (Value::Null, json::control(control)),
            Self::UpdateControl { before, after, at: _ } => {
                (json::control(before), json::control(after))
            }
            Self::DisableControl(_, control) => (json::control(control), Value::Null),
            Self::CreateSet(_, set) => (Value::Null, json::permission_set(set)),
            Self::DeleteSet(_, set) => (json::permission_set(set), Value::Null),
            Self::UpdateSet { before, after, .. } => {
                (json::permission_set(before), json::permission_set(after))
            }
            Self::ProvisionSet { accounts, .. } => {
                let accounts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
                (Value::Null, value!({ "accounts": accounts }))
            }
            Self::CreateUser(_, user) => (Value::Null, json::user(user)),
            Self::DeleteUser(_, user) => (json::user(user), Value::Null),
            Self::UpdateUser { before, after, .. } => (json::user(before), json::user(after)),
            Self::CreateGroup(_, group) => (Value::Null, json::group(group)),
            Self::DeleteGroup(_, group) => (json::group(group), Value::Null),
            Self::UpdateGroup { before, after, .. } => (json::group(before), json::group(after)),
            Self::CreateGrant(grant) => (Value::Null, grant_json(grant)),
            Self::DeleteGrant(grant) => (grant_json(grant), Value::Null),
        }
    }
}

fn grant_json(grant: &Grant) -> Value {
    let Grant { account, permission_set, principal } = grant;
    value!({
        "account_id": account.known(),
        "permission_set": permission_set.as_str(),
        "principal": principal.to_string(),
    })
}
