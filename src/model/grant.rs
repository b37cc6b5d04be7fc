//! Grants: one permission set × one principal × one account.

use crate::id::{AccountId, GroupId, GroupName, PermissionSetName, UserId, UserName};
use std::fmt;

/// Who is granted something.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// A group, by name.
    Group(GroupName),
    /// A user, by name.
    User(UserName),
    /// A group id that no group has: the group was deleted, its assignment stayed.
    OrphanGroup(GroupId),
    /// A user id that no user has.
    OrphanUser(UserId),
}

impl fmt::Display for Principal {
    /// `group:NAME` or `user:NAME`; an orphan stands by its id.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(name) => write!(f, "group:{name}"),
            Self::User(name) => write!(f, "user:{name}"),
            Self::OrphanGroup(id) => write!(f, "group:{id}"),
            Self::OrphanUser(id) => write!(f, "user:{id}"),
        }
    }
}

/// One permission set × one principal × one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Grant {
    /// Where.
    pub account: AccountId,
    /// What.
    pub permission_set: PermissionSetName,
    /// To whom.
    pub principal: Principal,
}
