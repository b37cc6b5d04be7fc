//! Effective access: which person reaches which account with which permission set, and by what path.

pub mod delta;
pub mod effective;
pub mod level;
pub mod matrix;
mod pattern;

use crate::id::{AccountId, GroupName, PermissionSetName, UserName};
use crate::model::{Principal, State};
use std::collections::BTreeSet;

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

/// The people who are, or are in, a principal. One that is gone is nobody.
pub fn people<'a>(
    state: &'a State,
    principal: &'a Principal,
) -> impl Iterator<Item = &'a UserName> {
    let (group, user) = match principal {
        Principal::Group(name) => (state.memberships.get(name), None),
        Principal::User(name) => (None, Some(name)),
        Principal::OrphanGroup(_) | Principal::OrphanUser(_) => (None, None),
    };
    group.into_iter().flatten().chain(user)
}

/// The paths by which a person comes to a set in an account.
pub fn paths(state: &State, access: &Access) -> BTreeSet<Via> {
    let Access { account, permission_set, person } = access;
    let grants = state.grants.of_pair(account, permission_set);
    let reaching = grants.filter_map(|grant| match &grant.principal {
        Principal::Group(name) => {
            let members = state.memberships.get(name)?;
            members.contains(person).then(|| Via::Group(name.clone()))
        }
        Principal::User(name) => (name == person).then_some(Via::Direct),
        Principal::OrphanGroup(_) | Principal::OrphanUser(_) => None,
    });
    reaching.collect()
}
