//! A change: one reviewed step of a plan.

mod hidden;
mod kind;
mod shown;

use crate::call::Call;
use crate::diag::Span;
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::live::fingerprint::Piece;
use crate::live::project::Labels;
use crate::model::{Control, Grant, Group, NewAccount, PermissionSet, Placed, Tags, User, address};
pub use kind::{Action, Kind};
use std::collections::{BTreeMap, BTreeSet};

/// What a change does, with everything that it takes to do it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are what their variant's name says")]
pub enum What {
    CreateOu(OuPath),
    RenameOu {
        from: OuPath,
        to: OuPath,
    },
    DeleteOu(OuPath),
    /// Creates an account, puts it into its OU and tags it.
    CreateAccount {
        /// Stands for it until it has an id.
        account: AccountId,
        new: Box<NewAccount>,
        ou: OuPath,
        tags: Tags,
    },
    MoveAccount {
        account: AccountId,
        from: OuPath,
        to: OuPath,
        /// Whether Control Tower's Account Factory does it.
        enrolled: bool,
    },
    /// Closes an account.
    CloseAccount(AccountId),
    TagAccount {
        account: AccountId,
        before: Tags,
        after: Tags,
    },
    /// Registers an OU with Control Tower, by its baseline.
    EnableBaseline(OuPath),
    /// Brings a baseline back that has drifted.
    ResetBaseline(OuPath),
    EnableControl(Placed, Control),
    /// Gives a control other parameters, or brings it back where it has drifted.
    UpdateControl {
        at: Placed,
        before: Control,
        after: Control,
    },
    DisableControl(Placed, Control),
    CreateSet(PermissionSetName, Box<PermissionSet>),
    UpdateSet {
        name: PermissionSetName,
        before: Box<PermissionSet>,
        after: Box<PermissionSet>,
    },
    /// Brings the latest version to every account where the set is provisioned: these.
    ProvisionSet {
        name: PermissionSetName,
        accounts: BTreeSet<AccountId>,
    },
    DeleteSet(PermissionSetName, Box<PermissionSet>),
    CreateUser(UserName, User),
    UpdateUser {
        name: UserName,
        before: User,
        after: User,
    },
    DeleteUser(UserName, User),
    CreateGroup(GroupName, Group),
    UpdateGroup {
        name: GroupName,
        before: Group,
        after: Group,
    },
    RenameGroup {
        from: GroupName,
        to: GroupName,
    },
    DeleteGroup(GroupName, Group),
    AddMember(GroupName, UserName),
    RemoveMember(GroupName, UserName),
    CreateGrant(Grant),
    DeleteGrant(Grant),
}

impl What {
    /// The kind of thing.
    pub fn kind(&self) -> Kind {
        match self {
            Self::CreateOu(_) | Self::RenameOu { .. } | Self::DeleteOu(_) => Kind::Ous,
            Self::CreateAccount { .. }
            | Self::MoveAccount { .. }
            | Self::CloseAccount(_)
            | Self::TagAccount { .. } => Kind::Accounts,
            Self::EnableBaseline(_)
            | Self::ResetBaseline(_)
            | Self::EnableControl(..)
            | Self::UpdateControl { .. }
            | Self::DisableControl(..) => Kind::Controls,
            Self::CreateSet(..)
            | Self::UpdateSet { .. }
            | Self::ProvisionSet { .. }
            | Self::DeleteSet(..) => Kind::PermissionSets,
            Self::CreateUser(..) | Self::UpdateUser { .. } | Self::DeleteUser(..) => Kind::Users,
            Self::CreateGroup(..)
            | Self::UpdateGroup { .. }
            | Self::RenameGroup { .. }
            | Self::DeleteGroup(..) => Kind::Groups,
            Self::AddMember(..) | Self::RemoveMember(..) => Kind::Memberships,
            Self::CreateGrant(_) | Self::DeleteGrant(_) => Kind::Grants,
        }
    }

    /// The verb.
    pub fn action(&self) -> Action {
        match self {
            Self::CreateOu(_)
            | Self::CreateAccount { .. }
            | Self::EnableBaseline(_)
            | Self::EnableControl(..)
            | Self::CreateSet(..)
            | Self::CreateUser(..)
            | Self::CreateGroup(..)
            | Self::AddMember(..)
            | Self::CreateGrant(_) => Action::Create,
            Self::DeleteOu(_)
            | Self::CloseAccount(_)
            | Self::DisableControl(..)
            | Self::DeleteSet(..)
            | Self::DeleteUser(..)
            | Self::DeleteGroup(..)
            | Self::RemoveMember(..)
            | Self::DeleteGrant(_) => Action::Delete,
            Self::TagAccount { .. }
            | Self::ResetBaseline(_)
            | Self::UpdateControl { .. }
            | Self::UpdateSet { .. }
            | Self::UpdateUser { .. }
            | Self::UpdateGroup { .. } => Action::Update,
            Self::RenameOu { .. } | Self::RenameGroup { .. } => Action::Rename,
            Self::MoveAccount { .. } => Action::Move,
            Self::ProvisionSet { .. } => Action::Provision,
        }
    }

    /// Its stable name. A renamed thing stands under its new name.
    pub fn address(&self, labels: &Labels) -> String {
        match self {
            Self::CreateOu(path) | Self::DeleteOu(path) | Self::RenameOu { to: path, .. } => {
                address::ou(path)
            }
            Self::CreateAccount { account, .. }
            | Self::MoveAccount { account, .. }
            | Self::CloseAccount(account)
            | Self::TagAccount { account, .. } => address::account(labels.of(account)),
            Self::EnableBaseline(ou) | Self::ResetBaseline(ou) => address::baseline(ou),
            Self::EnableControl(at, _)
            | Self::UpdateControl { at, .. }
            | Self::DisableControl(at, _) => address::control(at),
            Self::CreateSet(name, _)
            | Self::DeleteSet(name, _)
            | Self::UpdateSet { name, .. }
            | Self::ProvisionSet { name, .. } => address::permission_set(name),
            Self::CreateUser(name, _)
            | Self::DeleteUser(name, _)
            | Self::UpdateUser { name, .. } => address::user(name),
            Self::CreateGroup(name, _)
            | Self::DeleteGroup(name, _)
            | Self::UpdateGroup { name, .. }
            | Self::RenameGroup { to: name, .. } => address::group(name),
            Self::AddMember(group, user) | Self::RemoveMember(group, user) => {
                address::membership(group, user)
            }
            Self::CreateGrant(grant) | Self::DeleteGrant(grant) => {
                address::grant(labels.of(&grant.account), &grant.permission_set, &grant.principal)
            }
        }
    }

    /// The part of live state that the change was decided on.
    pub fn part(&self) -> Piece<'_> {
        match self {
            Self::CreateOu(_) | Self::RenameOu { .. } | Self::DeleteOu(_) => Piece::Ous,
            Self::CreateAccount { account, .. }
            | Self::MoveAccount { account, .. }
            | Self::CloseAccount(account)
            | Self::TagAccount { account, .. } => Piece::Account(account),
            Self::EnableBaseline(ou) | Self::ResetBaseline(ou) => Piece::Baseline(ou),
            Self::EnableControl(at, _)
            | Self::UpdateControl { at, .. }
            | Self::DisableControl(at, _) => Piece::Controls(&at.ou),
            Self::CreateSet(name, _)
            | Self::DeleteSet(name, _)
            | Self::UpdateSet { name, .. }
            | Self::ProvisionSet { name, .. } => Piece::PermissionSet(name),
            Self::CreateUser(name, _)
            | Self::DeleteUser(name, _)
            | Self::UpdateUser { name, .. } => Piece::User(name),
            Self::CreateGroup(name, _)
            | Self::DeleteGroup(name, _)
            | Self::UpdateGroup { name, .. }
            | Self::RenameGroup { from: name, .. } => Piece::Group(name),
            Self::AddMember(group, _) | Self::RemoveMember(group, _) => Piece::Memberships(group),
            Self::CreateGrant(grant) | Self::DeleteGrant(grant) => {
                Piece::Grants(&grant.account, &grant.permission_set)
            }
        }
    }

    /// The account that it is about, where that is still to be created.
    pub fn to_come(&self) -> Option<&AccountId> {
        let account = match self {
            Self::CreateAccount { account, .. } => account,
            Self::CreateGrant(grant) => &grant.account,
            _ => return None,
        };
        account.is_to_come().then_some(account)
    }

    /// The name of its part, as documents have it. An account without an id stands by its name.
    pub fn part_name(&self, labels: &Labels) -> String {
        let name = self.part().to_string();
        match self.to_come() {
            Some(account) => name.replace(account.as_str(), labels.of(account)),
            None => name,
        }
    }
}

/// Why a change is made.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// A stable word: `declared`, `undeclared`, `differs`, `expired`, `not-started`, `edited`,
    /// `not-provisioned`, `drifted`, `orphaned`, `renamed`, `deselected`, `reverted`.
    pub word: &'static str,
    /// More, for people; may be empty.
    pub detail: String,
}

/// How much harm a mistake in it would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Risk {
    /// Administrator access, the management account, or something deleted that others may need.
    High,
    /// Somebody's access changes.
    Medium,
    /// Nobody's access changes.
    Low,
}

impl Risk {
    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// One reviewed step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// `c1`, `c2`, …: the order in which they may run one after the other.
    pub id: String,
    /// What it is about.
    pub address: String,
    /// What it does.
    pub what: What,
    /// Why.
    pub reason: Reason,
    /// Where it was declared, and by which selector.
    pub origin: Option<(Span, Option<String>)>,
    /// Changes that must have succeeded before.
    pub needs: Vec<String>,
    /// Changes that must have ended before, however they ended.
    pub after: Vec<String>,
    /// How dangerous it is.
    pub risk: Risk,
    /// Until when, for a grant that ends.
    pub until: Option<String>,
    /// Ids that it acts on, by what they are.
    pub ids: BTreeMap<&'static str, String>,
    /// The requests, in order.
    pub calls: Vec<Call>,
    /// Memberships that end with it.
    pub along: Vec<(GroupName, UserName)>,
    /// How many people's access it has a part in changing, as far as that is known; `None` for what is
    /// about nobody's access by itself.
    pub people: Option<usize>,
}
