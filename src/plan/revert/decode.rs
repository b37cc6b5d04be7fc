//! A change as documents hold it → [`What`].

use super::Entry;
use crate::id::{
    AccountId, ControlName, GroupId, GroupName, OuPath, PermissionSetName, UserId, UserName,
    split_component,
};
use crate::model::json::read;
use crate::model::{Grant, Placed, Principal};
use crate::plan::change::What;
use serde_json::Value;

/// What a change did; `None` where it is of no kind that is known.
pub(super) fn what(entry: &Entry) -> Option<What> {
    let (kind, name) = entry.address.split_once('/')?;
    let action = entry.action.as_str();
    match kind {
        "ou" => ou(entry, action, name),
        "account" => account(entry, action),
        "baseline" => baseline(action, name),
        "control" => control(entry, action, name),
        "permission_set" => set(entry, action, PermissionSetName::new(name)),
        "user" => user(entry, action, UserName::new(name)),
        "group" => group(entry, action, GroupName::new(name)),
        "membership" => {
            let (group, user) = membership(&entry.address)?;
            match action {
                "create" => Some(What::AddMember(group, user)),
                "delete" => Some(What::RemoveMember(group, user)),
                _ => None,
            }
        }
        "grant" => match action {
            "create" => Some(What::CreateGrant(grant(&entry.after, entry)?)),
            "delete" => Some(What::DeleteGrant(grant(&entry.before, entry)?)),
            _ => None,
        },
        _ => None,
    }
}

/// The group and the user of a membership's address.
pub(super) fn membership(address: &str) -> Option<(GroupName, UserName)> {
    let (group, user) = split_component(address.strip_prefix("membership/")?)?;
    Some((GroupName::new(group), UserName::new(user)))
}

fn text<'v>(value: &'v Value, key: &str) -> Option<&'v str> {
    value.get(key)?.as_str()
}

fn path(value: &Value, key: &str) -> Option<OuPath> {
    OuPath::parse(text(value, key)?)
}

fn ou(entry: &Entry, action: &str, name: &str) -> Option<What> {
    let at = OuPath::parse(name)?;
    match action {
        "create" => Some(What::CreateOu(at)),
        "delete" => Some(What::DeleteOu(at)),
        "rename" => {
            let (from, to) = (path(&entry.before, "path")?, path(&entry.after, "path")?);
            Some(What::RenameOu { from, to })
        }
        _ => None,
    }
}

fn account(entry: &Entry, action: &str) -> Option<What> {
    if action == "create" {
        // Which one it became makes no difference: nothing takes it back.
        let account = AccountId::to_come(0);
        let (new, ou, tags) = read::new_account(&entry.after)?;
        return Some(What::CreateAccount { account, new: Box::new(new), ou, tags });
    }
    let account = AccountId::parse(entry.ids.get("account")?)?;
    match action {
        "delete" => Some(What::CloseAccount(account)),
        "move" => {
            let (from, to) = (path(&entry.before, "ou")?, path(&entry.after, "ou")?);
            let enrolled = entry.after.get("by").is_some();
            Some(What::MoveAccount { account, from, to, enrolled })
        }
        "update" => {
            let before = read::tags(entry.before.get("tags")?)?;
            Some(What::TagAccount { account, before, after: read::tags(entry.after.get("tags")?)? })
        }
        _ => None,
    }
}

fn baseline(action: &str, name: &str) -> Option<What> {
    let ou = OuPath::parse(name)?;
    match action {
        "create" => Some(What::EnableBaseline(ou)),
        "update" => Some(What::ResetBaseline(ou)),
        _ => None,
    }
}

/// The control's name holds no slash, so it is what stands behind the last.
fn control(entry: &Entry, action: &str, name: &str) -> Option<What> {
    let (ou, control) = name.rsplit_once('/')?;
    let at = Placed { ou: OuPath::parse(ou)?, control: ControlName::new(control) };
    let (before, after) = (read::control(&entry.before), read::control(&entry.after));
    match action {
        "create" => Some(What::EnableControl(at, after?)),
        "delete" => Some(What::DisableControl(at, before?)),
        "update" => Some(What::UpdateControl { at, before: before?, after: after? }),
        _ => None,
    }
}

fn set(entry: &Entry, action: &str, name: PermissionSetName) -> Option<What> {
    let set = |value| read::permission_set(value).map(Box::new);
    match action {
        "create" => Some(What::CreateSet(name, set(&entry.after)?)),
        "delete" => Some(What::DeleteSet(name, set(&entry.before)?)),
        "update" => {
            let (before, after) = (set(&entry.before)?, set(&entry.after)?);
            Some(What::UpdateSet { name, before, after })
        }
        "provision" => {
            let accounts = entry.after.get("accounts")?.as_array()?.iter();
            let accounts =
                accounts.map(|id| AccountId::parse(id.as_str()?)).collect::<Option<_>>()?;
            Some(What::ProvisionSet { name, accounts })
        }
        _ => None,
    }
}

fn user(entry: &Entry, action: &str, name: UserName) -> Option<What> {
    match action {
        "create" => Some(What::CreateUser(name, read::user(&entry.after)?)),
        "delete" => Some(What::DeleteUser(name, read::user(&entry.before)?)),
        "update" => {
            let (before, after) = (read::user(&entry.before)?, read::user(&entry.after)?);
            Some(What::UpdateUser { name, before, after })
        }
        _ => None,
    }
}

fn group(entry: &Entry, action: &str, name: GroupName) -> Option<What> {
    match action {
        "create" => Some(What::CreateGroup(name, read::group(&entry.after)?)),
        "delete" => Some(What::DeleteGroup(name, read::group(&entry.before)?)),
        "update" => {
            let (before, after) = (read::group(&entry.before)?, read::group(&entry.after)?);
            Some(What::UpdateGroup { name, before, after })
        }
        "rename" => Some(What::RenameGroup {
            from: GroupName::new(text(&entry.before, "name")?),
            to: GroupName::new(text(&entry.after, "name")?),
        }),
        _ => None,
    }
}

/// An orphan stands by its id, which the ids of the change hold as well.
fn grant(value: &Value, entry: &Entry) -> Option<Grant> {
    let (kind, name) = text(value, "principal")?.split_once(':')?;
    let orphan = entry.ids.get(kind).is_some_and(|id| id == name);
    let principal = match (kind, orphan) {
        ("group", false) => Principal::Group(GroupName::new(name)),
        ("group", true) => Principal::OrphanGroup(GroupId::new(name)),
        ("user", false) => Principal::User(UserName::new(name)),
        ("user", true) => Principal::OrphanUser(UserId::new(name)),
        _ => return None,
    };
    Some(Grant {
        account: AccountId::parse(text(value, "account_id")?)?,
        permission_set: PermissionSetName::new(text(value, "permission_set")?),
        principal,
    })
}
