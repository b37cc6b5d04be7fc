//! Verbs and kinds of changes.

use crate::source::declared::{Manage, Mode};

/// The verb of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the verbs of the plan's contract")]
pub enum Action {
    Create,
    Update,
    Delete,
    Move,
    Rename,
    Provision,
}

impl Action {
    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Move => "move",
            Self::Rename => "rename",
            Self::Provision => "provision",
        }
    }
}

/// What kind of thing a change is about, in the order in which kinds are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the kinds of `[manage]`")]
pub enum Kind {
    Ous,
    Accounts,
    Controls,
    PermissionSets,
    Users,
    Groups,
    Memberships,
    Grants,
}

impl Kind {
    /// As `[manage]` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ous => "ous",
            Self::Accounts => "accounts",
            Self::Controls => "controls",
            Self::PermissionSets => "permission_sets",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Memberships => "memberships",
            Self::Grants => "grants",
        }
    }

    /// What may be done to it.
    pub fn mode(self, manage: &Manage) -> Mode {
        match self {
            Self::Ous => manage.ous,
            Self::Accounts => manage.accounts,
            Self::Controls => manage.controls,
            Self::PermissionSets => manage.permission_sets,
            Self::Users => manage.users,
            Self::Groups => manage.groups,
            Self::Memberships => manage.memberships,
            Self::Grants => manage.grants,
        }
    }
}
