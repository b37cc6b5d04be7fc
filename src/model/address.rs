//! Addresses: the stable name of everything that a plan can mention. Opaque to readers.

use super::{Placed, Principal};
use crate::id::{GroupName, OuPath, PermissionSetName, UserName, escape_component};

/// `ou/PATH`.
pub fn ou(path: &OuPath) -> String {
    format!("ou/{path}")
}

/// `control/OU-PATH/CONTROL`.
pub fn control(placed: &Placed) -> String {
    let Placed { ou, control } = placed;
    format!("control/{ou}/{control}")
}

/// `baseline/OU-PATH`: of Control Tower's baseline of an OU.
pub fn baseline(ou: &OuPath) -> String {
    format!("baseline/{ou}")
}

/// `account/NAME`, by the account's label.
pub fn account(label: &str) -> String {
    format!("account/{label}")
}

/// `permission_set/NAME`.
pub fn permission_set(name: &PermissionSetName) -> String {
    format!("permission_set/{name}")
}

/// `user/NAME`.
pub fn user(name: &UserName) -> String {
    format!("user/{name}")
}

/// `group/NAME`.
pub fn group(name: &GroupName) -> String {
    format!("group/{name}")
}

/// `membership/GROUP/USER`.
pub fn membership(group: &GroupName, user: &UserName) -> String {
    format!("membership/{}/{user}", escape_component(group.as_str()))
}

/// `grant/ACCOUNT/PERMISSION-SET/PRINCIPAL`, by the account's label.
pub fn grant(label: &str, set: &PermissionSetName, principal: &Principal) -> String {
    format!("grant/{}/{}/{principal}", escape_component(label), escape_component(set.as_str()))
}
