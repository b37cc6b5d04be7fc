//! Effective access: which person reaches which account with which permission set, and by what path.

pub mod delta;
pub mod effective;

use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Grant, Principal, State};

/// One access: a person, an account, a permission set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Access {
    /// Where.
    pub account: AccountId,
    /// What.
    pub permission_set: PermissionSetName,
    /// Who.
    pub person: UserName,
}

/// How a person comes to an access.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// As a member of a group.
    Group(GroupName),
    /// By a grant to the person alone.
    Direct,
}

impl Via {
    /// `group:NAME`, or `user:NAME` for a direct grant.
    pub fn text(&self, person: &UserName) -> String {
        match self {
            Self::Group(name) => format!("group:{name}"),
            Self::Direct => format!("user:{person}"),
        }
    }
}

/// The people whom a grant reaches. A grant to a principal that is gone reaches nobody.
pub fn people<'a>(state: &'a State, grant: &'a Grant) -> Vec<(&'a UserName, Via)> {
    people_of(state, &grant.principal)
}

/// The people who are, or are in, a principal.
pub fn people_of<'a>(state: &'a State, principal: &'a Principal) -> Vec<(&'a UserName, Via)> {
    match principal {
        Principal::Group(name) => state
            .memberships
            .get(name)
            .into_iter()
            .flatten()
            .map(|person| (person, Via::Group(name.clone())))
            .collect(),
        Principal::User(name) => vec![(name, Via::Direct)],
        Principal::OrphanGroup(_) | Principal::OrphanUser(_) => Vec::new(),
    }
}
