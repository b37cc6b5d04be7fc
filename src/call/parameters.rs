//! A call's parameters as JSON, under the names that AWS gives them: for records, not for sending.

use super::{
    AccountRef, Call, Created, GroupRef, OuRef, OuTarget, PrincipalId, Ref, SetRef, UserRef,
    ou_form,
};
use crate::id::OuId;
use crate::model::{AccountOwner, Boundary, CustomerPolicy, Tags};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every parameter but the instance and the identity store, which are the same for all. What this run
/// created stands by its id; null where it was not created.
pub fn parameters(call: &Call, ids: &Created) -> Value {
    use Call as C;
    match call {
        C::CreateOrganizationalUnit { parent, name, path: _ } => {
            json!({ "ParentId": ids.ou_text(parent), "Name": name })
        }
        C::UpdateOrganizationalUnit { ou, name } => {
            json!({ "OrganizationalUnitId": ou.as_str(), "Name": name })
        }
        C::DeleteOrganizationalUnit { ou } => json!({ "OrganizationalUnitId": ou.as_str() }),
        C::MoveAccount { account, from, to } => json!({
            "AccountId": ids.account_text(account),
            "SourceParentId": ids.ou_text(from),
            "DestinationParentId": ids.ou_text(to),
        }),
        C::TagAccount { account, tags } => {
            json!({ "ResourceId": ids.account_text(account), "Tags": tags_of(tags) })
        }
        C::UntagAccount { account, keys } => {
            json!({ "ResourceId": account.as_str(), "TagKeys": keys })
        }
        C::CreateUser { .. }
        | C::UpdateUser { .. }
        | C::DeleteUser { .. }
        | C::CreateGroup { .. }
        | C::UpdateGroup { .. }
        | C::DeleteGroup { .. }
        | C::CreateGroupMembership { .. }
        | C::DeleteGroupMembership { .. } => directory(call, ids),
        C::CreateAccount { name, email, tags } => {
            json!({ "AccountName": name, "Email": email, "Tags": tags_of(tags) })
        }
        C::ProvisionAccount { name, email, ou, ou_name, owner } => {
            let AccountOwner { email: user, given_name, family_name } = owner;
            json!({
                "AccountName": name,
                "AccountEmail": email,
                "ManagedOrganizationalUnit": ids.ou_form(ou, ou_name),
                "SSOUserEmail": user,
                "SSOUserFirstName": given_name,
                "SSOUserLastName": family_name,
            })
        }
        C::MoveEnrolledAccount { account, to, ou_name } => json!({
            "AccountId": account.as_str(),
            "ManagedOrganizationalUnit": ids.ou_form(to, ou_name),
        }),
        C::EnableBaseline { baseline, version, target, parameters } => json!({
            "baselineIdentifier": baseline.as_str(),
            "baselineVersion": version,
            "targetIdentifier": ids.target_text(target),
            "parameters": keyed(parameters.iter().map(|(key, value)| (key, json!(value)))),
        }),
        C::ResetEnabledBaseline { enabled } => {
            json!({ "enabledBaselineIdentifier": enabled.as_str() })
        }
        C::EnableControl { control, target, parameters } => json!({
            "controlIdentifier": control,
            "targetIdentifier": ids.target_text(target),
            "parameters": keyed(parameters.iter().map(|(key, value)| (key, value.clone()))),
        }),
        C::UpdateEnabledControl { enabled, parameters } => json!({
            "enabledControlIdentifier": enabled.as_str(),
            "parameters": keyed(parameters.iter().map(|(key, value)| (key, value.clone()))),
        }),
        C::ResetEnabledControl { enabled } | C::DisableControl { enabled } => {
            json!({ "enabledControlIdentifier": enabled.as_str() })
        }
        C::CloseAccount { account } => json!({ "AccountId": account.as_str() }),
        C::CreateAccountAssignment { account, set, principal } => {
            ids.assignment(ids.account_text(account).as_deref(), set, principal)
        }
        C::DeleteAccountAssignment { account, set, principal } => {
            ids.assignment(Some(account.as_str()), set, principal)
        }
        _ => permission_set(call, ids),
    }
}

/// Parameters as Control Tower takes them.
fn keyed<'a>(parameters: impl Iterator<Item = (&'a String, Value)>) -> Vec<Value> {
    parameters.map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

fn directory(call: &Call, ids: &Created) -> Value {
    use Call as C;
    match call {
        C::CreateUser { name, given_name, family_name, display_name, email } => json!({
            "UserName": name.as_str(),
            "Name": { "GivenName": given_name, "FamilyName": family_name },
            "DisplayName": display_name,
            "Emails": email.iter().map(|e| json!({ "Value": e })).collect::<Vec<_>>(),
        }),
        C::UpdateUser { user, given_name, family_name } => {
            let parts = [("name.givenName", given_name), ("name.familyName", family_name)];
            json!({ "UserId": user.as_str(), "Operations": operations(&parts) })
        }
        C::DeleteUser { user } => json!({ "UserId": user.as_str() }),
        C::CreateGroup { name, description } => {
            json!({ "DisplayName": name.as_str(), "Description": description })
        }
        C::UpdateGroup { group, name, description } => {
            let name = name.as_ref().map(ToString::to_string);
            let parts = [("displayName", &name), ("description", description)];
            json!({ "GroupId": group.as_str(), "Operations": operations(&parts) })
        }
        C::DeleteGroup { group } => json!({ "GroupId": group.as_str() }),
        C::CreateGroupMembership { group, user } => {
            json!({ "GroupId": ids.group_text(group), "MemberId": ids.user_text(user) })
        }
        C::DeleteGroupMembership { group, user } => {
            json!({ "GroupId": group.as_str(), "MemberId": user.as_str() })
        }
        _ => Value::Null,
    }
}

fn permission_set(call: &Call, ids: &Created) -> Value {
    use Call as C;
    let set = |set: &SetRef| ids.set_text(set);
    match call {
        C::CreatePermissionSet { name, description, session_duration, relay_state, tags } => {
            json!({
                "Name": name.as_str(),
                "Description": description,
                "SessionDuration": session_duration,
                "RelayState": relay_state,
                "Tags": tags_of(tags),
            })
        }
        C::UpdatePermissionSet { set: s, description, session_duration, relay_state } => json!({
            "PermissionSetArn": set(s),
            "Description": description,
            "SessionDuration": session_duration,
            "RelayState": relay_state,
        }),
        C::AttachManagedPolicy { set: s, policy } | C::DetachManagedPolicy { set: s, policy } => {
            json!({ "PermissionSetArn": set(s), "ManagedPolicyArn": policy.to_string() })
        }
        C::AttachCustomerManagedPolicy { set: s, policy }
        | C::DetachCustomerManagedPolicy { set: s, policy } => {
            json!({ "PermissionSetArn": set(s), "CustomerManagedPolicyReference": customer(policy) })
        }
        C::PutInlinePolicy { set: s, policy } => {
            json!({ "PermissionSetArn": set(s), "InlinePolicy": policy })
        }
        C::PutPermissionsBoundary { set: s, boundary } => {
            let boundary = match boundary {
                Boundary::Managed(arn) => json!({ "ManagedPolicyArn": arn.to_string() }),
                Boundary::Customer(policy) => {
                    json!({ "CustomerManagedPolicyReference": customer(policy) })
                }
            };
            json!({ "PermissionSetArn": set(s), "PermissionsBoundary": boundary })
        }
        C::TagPermissionSet { set: s, tags } => {
            json!({ "ResourceArn": set(s), "Tags": tags_of(tags) })
        }
        C::UntagPermissionSet { set: s, keys } => {
            json!({ "ResourceArn": set(s), "TagKeys": keys })
        }
        C::ProvisionPermissionSet { set: s, accounts: _ } => {
            json!({ "PermissionSetArn": set(s), "TargetType": "ALL_PROVISIONED_ACCOUNTS" })
        }
        C::DeletePermissionSet { set: s }
        | C::DeleteInlinePolicy { set: s }
        | C::DeletePermissionsBoundary { set: s } => json!({ "PermissionSetArn": set(s) }),
        _ => Value::Null,
    }
}

fn tags_of(tags: &Tags) -> Vec<Value> {
    tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

fn operations(parts: &[(&str, &Option<String>)]) -> Vec<Value> {
    let given = parts.iter().filter_map(|(path, value)| Some((path, value.as_ref()?)));
    given.map(|(path, value)| json!({ "AttributePath": path, "AttributeValue": value })).collect()
}

fn customer(policy: &CustomerPolicy) -> Value {
    let CustomerPolicy { path, name } = policy;
    json!({ "Path": path, "Name": name })
}

fn text<Id: ToString, Name: Ord>(
    wanted: &Ref<Id, Name>,
    created: &BTreeMap<Name, Id>,
) -> Option<String> {
    match wanted {
        Ref::Known(id) => Some(id.to_string()),
        Ref::Created(name) => created.get(name).map(ToString::to_string),
    }
}

impl Created {
    fn target_text(&self, target: &OuTarget) -> Option<String> {
        self.ou_text(&target.ou).map(|ou| format!("{}{ou}", target.prefix))
    }

    fn ou_text(&self, ou: &OuRef) -> Option<String> {
        text(ou, &self.ous)
    }

    fn set_text(&self, set: &SetRef) -> Option<String> {
        text(set, &self.permission_sets)
    }

    fn group_text(&self, group: &GroupRef) -> Option<String> {
        text(group, &self.groups)
    }

    fn user_text(&self, user: &UserRef) -> Option<String> {
        text(user, &self.users)
    }

    fn account_text(&self, account: &AccountRef) -> Option<String> {
        text(account, &self.accounts)
    }

    /// As Account Factory wants an OU.
    fn ou_form(&self, ou: &OuRef, name: &str) -> Option<String> {
        Some(ou_form(&OuId::new(self.ou_text(ou)?), name))
    }

    fn assignment(&self, account: Option<&str>, set: &SetRef, principal: &PrincipalId) -> Value {
        let (kind, id) = self.principal_text(principal);
        json!({
            "TargetType": "AWS_ACCOUNT",
            "TargetId": account,
            "PermissionSetArn": self.set_text(set),
            "PrincipalType": kind,
            "PrincipalId": id,
        })
    }

    fn principal_text(&self, principal: &PrincipalId) -> (&'static str, Option<String>) {
        match principal {
            PrincipalId::Group(group) => ("GROUP", self.group_text(group)),
            PrincipalId::User(user) => ("USER", self.user_text(user)),
        }
    }
}
