//! [`Live`]: what was read from AWS or from a snapshot, by AWS's ids, and what could not be read.
//!
//! A part that could not be read is a [`Gap`]. Whoever decides something on a part asks
//! [`Live::gap_for`] first: unknown is never "absent".

pub mod control_tower;
pub mod event;
pub mod fingerprint;
pub mod part;
pub mod project;
pub mod reading;
pub mod snapshot;

use crate::id::{
    AccountId, EnabledControlArn, GroupId, IdentityStoreId, InstanceArn, OrganizationId, OuId,
    PermissionSetArn, RootId, UserId,
};
use crate::model::{Boundary, CustomerPolicy, PolicyArn, Tags};
use control_tower::ControlTower;
use jiff::Timestamp;
use reading::{Reading, Standing};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// When, by whom, at what cost.
    pub taken: Taken,
    /// AWS Organizations.
    pub organization: Organization,
    /// IAM Identity Center.
    pub identity_center: IdentityCenter,
    /// AWS Control Tower; `None` where nobody asked.
    pub control_tower: Option<ControlTower>,
    /// What could not be read, in order, each once.
    pub gaps: Vec<Gap>,
}

/// When, by whom, at what cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// First call.
    pub started: Timestamp,
    /// Last answer.
    pub ended: Timestamp,
    /// The caller's ARN; `None` where STS did not tell.
    pub by: Option<String>,
    /// Calls per operation, `sso-admin:ListAccountAssignments` → 41; retries count.
    pub calls: BTreeMap<String, u64>,
    /// Where in the organization the caller stands.
    pub standing: Standing,
    /// How grants were read.
    pub reading: Reading,
}

/// AWS Organizations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// `o-…`.
    pub id: OrganizationId,
    /// The account that owns the organization.
    pub management_account: AccountId,
    /// `r-…`.
    pub root: RootId,
    /// OUs by id.
    pub ous: BTreeMap<OuId, Ou>,
    /// Accounts by id.
    pub accounts: BTreeMap<AccountId, Account>,
    /// Service principal → accounts; asked of AWS only where the caller is not in the management account.
    pub delegated_administrators: BTreeMap<String, Vec<AccountId>>,
}

/// An OU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ou {
    /// Its name, unique among its siblings.
    pub name: String,
    /// An OU or the root.
    pub parent: OuId,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its name; not unique.
    pub name: String,
    /// Root user's address; unique.
    pub email: String,
    /// `Account.State`.
    pub state: AccountState,
    /// An OU or the root.
    pub parent: OuId,
    /// Tags without AWS's own (`aws:…`); `None` where nobody needed them and they were not read.
    pub tags: Option<Tags>,
}

/// `Account.State` of Organizations.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountState {
    /// In use.
    Active,
    /// Being set up.
    PendingActivation,
    /// Closed within the last 90 days, or suspended by AWS.
    Suspended,
    /// Being closed.
    PendingClosure,
    /// Closed.
    Closed,
    /// Missing, or a value that this version does not know: never taken for inactive.
    Unknown(String),
}

impl AccountState {
    /// Reads AWS's word.
    pub fn parse(text: &str) -> Self {
        match text {
            "ACTIVE" => Self::Active,
            "PENDING_ACTIVATION" => Self::PendingActivation,
            "SUSPENDED" => Self::Suspended,
            "PENDING_CLOSURE" => Self::PendingClosure,
            "CLOSED" => Self::Closed,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// AWS's word.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Active => "ACTIVE",
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
            Self::Unknown(text) => text,
        }
    }
}

/// IAM Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityCenter {
    /// The instance.
    pub instance: InstanceArn,
    /// Its directory.
    pub identity_store: IdentityStoreId,
    /// The instance's primary region.
    pub region: String,
    /// Permission sets by ARN.
    pub permission_sets: BTreeMap<PermissionSetArn, PermissionSet>,
    /// Users by id.
    pub users: BTreeMap<UserId, User>,
    /// Groups by id.
    pub groups: BTreeMap<GroupId, Group>,
    /// Members of every group that was asked; a quick reading asks those that matter to it.
    pub memberships: BTreeMap<GroupId, BTreeSet<UserId>>,
    /// Who has a set in an account, by (account, set). A pair that was asked and has nobody may be
    /// present and empty.
    pub assignments: BTreeMap<(AccountId, PermissionSetArn), Assigned>,
}

/// A permission set with its parts, as AWS tells them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionSet {
    /// `Name`.
    pub name: String,
    /// `Description`.
    pub description: Option<String>,
    /// `SessionDuration`, unparsed; `None` where AWS left it out.
    pub session_duration: Option<String>,
    /// `RelayState`.
    pub relay_state: Option<String>,
    /// Attached AWS managed policies.
    pub managed_policies: BTreeSet<PolicyArn>,
    /// Customer managed policy references.
    pub customer_managed_policies: BTreeSet<CustomerPolicy>,
    /// The inline policy's text; `None` where there is none.
    pub inline_policy: Option<String>,
    /// The permissions boundary.
    pub permissions_boundary: Option<Boundary>,
    /// Tags without AWS's own (`aws:…`).
    pub tags: Tags,
    /// Accounts where it is provisioned, and whether in its latest version.
    pub provisioned: BTreeMap<AccountId, bool>,
}

/// A directory user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// `UserName`.
    pub user_name: String,
    /// `DisplayName`.
    pub display_name: Option<String>,
    /// `Name.GivenName`.
    pub given_name: Option<String>,
    /// `Name.FamilyName`.
    pub family_name: Option<String>,
    /// The primary address, else the first.
    pub email: Option<String>,
    /// (issuer, id) pairs.
    pub external_ids: Vec<(String, String)>,
}

/// A directory group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `DisplayName`; AWS's model has it optional, then it is the id.
    pub name: String,
    /// `Description`.
    pub description: Option<String>,
    /// (issuer, id) pairs.
    pub external_ids: Vec<(String, String)>,
}

/// Who has a permission set in an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assigned {
    /// Group ids; some may belong to no group any more.
    pub groups: BTreeSet<GroupId>,
    /// User ids; some may belong to no user any more.
    pub users: BTreeSet<UserId>,
}

/// A part of live AWS, as far as one listing tells it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The OU tree.
    Ous,
    /// The list of accounts.
    Accounts,
    /// One account's tags.
    AccountTags(AccountId),
    /// Whether one account is in use: its state is missing, or a word that this version does not know.
    AccountState(AccountId),
    /// Where in the organization the caller stands. Nothing live is hidden by it, so it does not make a
    /// reading incomplete; a plan misses it where a change is for the management account alone.
    Standing,
    /// The list of permission sets.
    PermissionSets,
    /// One set's parts.
    PermissionSet(PermissionSetArn),
    /// Where a set is provisioned: without it nobody knows on which accounts it has grants.
    Provisioned(PermissionSetArn),
    /// The list of users.
    Users,
    /// The list of groups.
    Groups,
    /// One group's members.
    Memberships(GroupId),
    /// One pair's grants.
    Grants(AccountId, PermissionSetArn),
    /// One group's grants, where it was asked for them.
    GroupGrants(GroupId),
    /// One user's direct grants, where the user was asked for them.
    UserGrants(UserId),
    /// Whether there is a landing zone of Control Tower, and what it is like.
    LandingZone,
    /// Which baselines there are, and on what they are enabled.
    Baselines,
    /// Which controls are enabled, and on what.
    Controls,
    /// What the catalog says of every control: which names mean the same one.
    ControlCatalog,
    /// What the catalog says of one control, by the name that was asked.
    Control(String),
    /// The parameters of one enabled control.
    EnabledControl(EnabledControlArn),
    /// A part of which only a newer landgrant knows what it is, as its snapshot has it: it may be any.
    Other(String),
}

impl Part {
    /// Whether it is one of Control Tower, which nobody's access depends on.
    pub fn is_control_towers(&self) -> bool {
        matches!(
            self,
            Self::LandingZone
                | Self::Baselines
                | Self::Controls
                | Self::ControlCatalog
                | Self::Control(_)
                | Self::EnabledControl(_)
        )
    }
}

/// A part that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// Which part.
    pub part: Part,
    /// The operation that failed, `sso-admin:ListAccountAssignments`.
    pub operation: String,
    /// AWS's error code, or a word of ours (`malformed answer`).
    pub code: String,
    /// AWS's message.
    pub message: String,
}

impl Organization {
    /// What is not known of accounts whose state is missing or a word that this version does not know.
    pub fn unknown_states(&self) -> impl Iterator<Item = Gap> {
        self.accounts.iter().filter_map(|(id, account)| {
            let AccountState::Unknown(word) = &account.state else { return None };
            let message = match word.as_str() {
                "" => "AWS tells no state of it".to_owned(),
                word => format!("its state is {word}, which this version does not know"),
            };
            Some(Gap {
                part: Part::AccountState(id.clone()),
                operation: "organizations:ListAccounts".to_owned(),
                code: "unknown value".to_owned(),
                message,
            })
        })
    }
}

impl Live {
    /// Whether everything that is live and was asked for was read.
    pub fn is_complete(&self) -> bool {
        self.gaps.iter().all(|gap| gap.part == Part::Standing)
    }

    /// The gap that makes a part unknown, if any. What is hidden by a gap of unknown meaning may be any part.
    pub fn gap_for(&self, part: &Part) -> Option<&Gap> {
        self.gaps.iter().find(|gap| gap.part == *part || matches!(gap.part, Part::Other(_)))
    }
}
