//! What there is to say of a person, a group, a permission set, an account: once, for all rows.

use super::At;
use crate::access::level::Classified;
use crate::id::{AccountId, GroupId, GroupName, OuPath, PermissionSetArn, PermissionSetName};
use crate::id::{UserId, UserName};
use std::collections::BTreeMap;

/// A person, or a user id that no user has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// `UserName`; `None` where the id is all that is known.
    pub name: Option<UserName>,
    /// The id; `None` where there is no such user yet.
    pub id: Option<UserId>,
    /// `DisplayName`.
    pub display_name: Option<String>,
    /// The primary address.
    pub email: Option<String>,
    /// What of it is not known.
    pub notes: Vec<String>,
    /// Whether there may be a user with the id all the same: the list of users was not read whole.
    pub unknown: bool,
}

impl Person {
    /// The name; else the id.
    pub fn shown(&self) -> &str {
        let name = self.name.as_ref().map(UserName::as_str);
        name.or(self.id.as_ref().map(UserId::as_str)).unwrap_or_default()
    }
}

/// A group, or a group id that no group has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// `DisplayName`; `None` where the id is all that is known.
    pub name: Option<GroupName>,
    /// The id; `None` where there is no such group yet.
    pub id: Option<GroupId>,
    /// `Description`.
    pub description: Option<String>,
    /// The places of its members, in order.
    pub members: Vec<At>,
    /// Whether these are all.
    pub members_known: bool,
    /// Whether it is handed off by `[ignore]`.
    pub ignored: bool,
    /// What of it is not known.
    pub notes: Vec<String>,
    /// Whether there may be a group with the id all the same: the list of groups was not read whole.
    pub unknown: bool,
}

impl Group {
    /// The name; else the id.
    pub fn shown(&self) -> &str {
        let name = self.name.as_ref().map(GroupName::as_str);
        name.or(self.id.as_ref().map(GroupId::as_str)).unwrap_or_default()
    }
}

/// A permission set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set {
    /// `Name`; `None` where the ARN is all that is known.
    pub name: Option<PermissionSetName>,
    /// The ARN; `None` where there is no such set yet.
    pub arn: Option<PermissionSetArn>,
    /// `Description`.
    pub description: Option<String>,
    /// How long a session lasts, ISO 8601; `None` where it is not known.
    pub session: Option<String>,
    /// How much it allows.
    pub level: Classified,
    /// The permissions boundary.
    pub boundary: Option<String>,
    /// Accounts where it is provisioned, and whether in its latest version; one that is not among them
    /// is not known.
    pub current: BTreeMap<AccountId, bool>,
    /// Whether it is handed off by `[ignore]`.
    pub ignored: bool,
    /// What of it is not known.
    pub notes: Vec<String>,
}

impl Set {
    /// The name; else the ARN.
    pub fn shown(&self) -> &str {
        let name = self.name.as_ref().map(PermissionSetName::as_str);
        name.or(self.arn.as_ref().map(PermissionSetArn::as_str)).unwrap_or_default()
    }
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name; empty where it is not known.
    pub name: String,
    /// The root user's address.
    pub email: String,
    /// `Account.State`, in AWS's word; empty where it is not known.
    pub state: String,
    /// Where it stands; `None` where that is not known.
    pub ou: Option<OuPath>,
    /// Whether it is the management account.
    pub management: bool,
    /// Whether it is handed off by `[ignore]`.
    pub ignored: bool,
    /// What of it is not known.
    pub notes: Vec<String>,
}

impl Account {
    /// The name; else the id.
    pub fn shown(&self) -> &str {
        if self.name.is_empty() { self.id.as_str() } else { &self.name }
    }
}
