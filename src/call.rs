//! [`Call`]: every mutation that landgrant can ask of AWS, with all its parameters filled in.
//!
//! Only ids of things that an earlier change creates are missing; they stand as [`Ref::Created`]
//! and are looked up when the call is made. Nothing is chosen at apply time.

mod parameters;

use crate::id::{
    AccountId, BaselineArn, EnabledBaselineArn, EnabledControlArn, GroupId, GroupName, OuId,
    OuPath, PermissionSetArn, PermissionSetName, UserId, UserName,
};
use crate::model::{AccountOwner, Boundary, CustomerPolicy, Parameters, PolicyArn, Tags};
pub use parameters::parameters;
use std::collections::BTreeMap;

/// An id that is known, or the name of the thing that an earlier change creates.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ref<Id, Name> {
    /// Known when the plan was made.
    Known(Id),
    /// Created by an earlier change of the same plan.
    Created(Name),
}

/// A permission set.
pub type SetRef = Ref<PermissionSetArn, PermissionSetName>;
/// An OU or the root.
pub type OuRef = Ref<OuId, OuPath>;
/// A group.
pub type GroupRef = Ref<GroupId, GroupName>;
/// An account.
pub type AccountRef = Ref<AccountId, String>;
/// A user.
pub type UserRef = Ref<UserId, UserName>;

/// An OU as Control Tower names it: by its ARN, which ends in its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OuTarget {
    /// What stands before the id.
    pub prefix: String,
    /// The OU.
    pub ou: OuRef,
}

/// Who an assignment is for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalId {
    /// `PrincipalType` GROUP.
    Group(GroupRef),
    /// `PrincipalType` USER.
    User(UserRef),
}

/// One mutating request.
#[expect(missing_docs, reason = "fields carry the names of AWS's parameters")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// organizations `CreateOrganizationalUnit`; answers the id of `path`.
    CreateOrganizationalUnit { parent: OuRef, name: String, path: OuPath },
    /// organizations `UpdateOrganizationalUnit`: a rename, which keeps the id.
    UpdateOrganizationalUnit { ou: OuId, name: String },
    /// organizations `DeleteOrganizationalUnit`: only empty ones can be.
    DeleteOrganizationalUnit { ou: OuId },
    /// organizations `CreateAccount`; asynchronous; answers the id of `name`. The account is in the
    /// root. One that is being created already is awaited instead.
    CreateAccount { name: String, email: String, tags: Tags },
    /// servicecatalog `ProvisionProduct` of "AWS Control Tower Account Factory"; asynchronous; answers
    /// the id of `name`. The account is enrolled, in `ou`, whose own name is `ou_name`. One that is
    /// being provisioned already is awaited instead.
    ProvisionAccount {
        name: String,
        email: String,
        ou: OuRef,
        ou_name: String,
        owner: AccountOwner,
    },
    /// organizations `MoveAccount`, which needs the present parent.
    MoveAccount { account: AccountRef, from: OuRef, to: OuRef },
    /// servicecatalog `UpdateProvisionedProduct` of the product that Account Factory has for the
    /// account, with another `ManagedOrganizationalUnit`; asynchronous. The product is looked up just
    /// before (`ScanProvisionedProducts`).
    MoveEnrolledAccount { account: AccountId, to: OuRef, ou_name: String },
    /// organizations `CloseAccount`; asynchronous, for the account is `PENDING_CLOSURE` for a while.
    CloseAccount { account: AccountId },
    /// organizations `TagResource` on an account: adds and overwrites.
    TagAccount { account: AccountRef, tags: Tags },
    /// organizations `UntagResource` on an account.
    UntagAccount { account: AccountId, keys: Vec<String> },
    /// controltower `EnableBaseline`; asynchronous.
    EnableBaseline {
        baseline: BaselineArn,
        version: String,
        target: OuTarget,
        parameters: BTreeMap<String, String>,
    },
    /// controltower `ResetEnabledBaseline`; asynchronous.
    ResetEnabledBaseline { enabled: EnabledBaselineArn },
    /// controltower `EnableControl`; asynchronous. One that is enabled already is done.
    EnableControl { control: String, target: OuTarget, parameters: Parameters },
    /// controltower `UpdateEnabledControl`; asynchronous. Refused where nothing differs.
    UpdateEnabledControl { enabled: EnabledControlArn, parameters: Parameters },
    /// controltower `ResetEnabledControl`; asynchronous.
    ResetEnabledControl { enabled: EnabledControlArn },
    /// controltower `DisableControl`; asynchronous.
    DisableControl { enabled: EnabledControlArn },
    /// sso-admin `CreatePermissionSet`; answers the ARN of `name`.
    CreatePermissionSet {
        name: PermissionSetName,
        description: Option<String>,
        session_duration: String,
        relay_state: Option<String>,
        tags: Tags,
    },
    /// sso-admin `UpdatePermissionSet`. All three are always sent: an omitted `RelayState` is
    /// cleared (docs/aws.md).
    UpdatePermissionSet {
        set: SetRef,
        description: Option<String>,
        session_duration: String,
        relay_state: Option<String>,
    },
    /// sso-admin `AttachManagedPolicyToPermissionSet`.
    AttachManagedPolicy { set: SetRef, policy: PolicyArn },
    /// sso-admin `DetachManagedPolicyFromPermissionSet`.
    DetachManagedPolicy { set: SetRef, policy: PolicyArn },
    /// sso-admin `AttachCustomerManagedPolicyReferenceToPermissionSet`.
    AttachCustomerManagedPolicy { set: SetRef, policy: CustomerPolicy },
    /// sso-admin `DetachCustomerManagedPolicyReferenceFromPermissionSet`.
    DetachCustomerManagedPolicy { set: SetRef, policy: CustomerPolicy },
    /// sso-admin `PutInlinePolicyToPermissionSet`.
    PutInlinePolicy { set: SetRef, policy: String },
    /// sso-admin `DeleteInlinePolicyFromPermissionSet`.
    DeleteInlinePolicy { set: SetRef },
    /// sso-admin `PutPermissionsBoundaryToPermissionSet`.
    PutPermissionsBoundary { set: SetRef, boundary: Boundary },
    /// sso-admin `DeletePermissionsBoundaryFromPermissionSet`.
    DeletePermissionsBoundary { set: SetRef },
    /// sso-admin `TagResource` on a set.
    TagPermissionSet { set: SetRef, tags: Tags },
    /// sso-admin `UntagResource` on a set.
    UntagPermissionSet { set: SetRef, keys: Vec<String> },
    /// sso-admin `ProvisionPermissionSet` for `ALL_PROVISIONED_ACCOUNTS`; asynchronous. How many
    /// these are decides how long it may take.
    ProvisionPermissionSet { set: SetRef, accounts: usize },
    /// sso-admin `DeletePermissionSet`.
    DeletePermissionSet { set: SetRef },
    /// identitystore `CreateUser`; answers the id of `name`.
    CreateUser {
        name: UserName,
        given_name: String,
        family_name: String,
        display_name: String,
        email: Option<String>,
    },
    /// identitystore `UpdateUser`: sets the attributes that are given (`name.givenName`,
    /// `name.familyName`).
    UpdateUser { user: UserId, given_name: Option<String>, family_name: Option<String> },
    /// identitystore `DeleteUser`.
    DeleteUser { user: UserId },
    /// identitystore `CreateGroup`; answers the id of `name`.
    CreateGroup { name: GroupName, description: Option<String> },
    /// identitystore `UpdateGroup`: sets what is given; a new `displayName` keeps the id and so the
    /// grants.
    UpdateGroup { group: GroupId, name: Option<GroupName>, description: Option<String> },
    /// identitystore `DeleteGroup`.
    DeleteGroup { group: GroupId },
    /// identitystore `CreateGroupMembership`.
    CreateGroupMembership { group: GroupRef, user: UserRef },
    /// identitystore `DeleteGroupMembership`, whose id is asked for just before
    /// (`GetGroupMembershipId`).
    DeleteGroupMembership { group: GroupId, user: UserId },
    /// sso-admin `CreateAccountAssignment`; asynchronous; provisions the set in the account.
    CreateAccountAssignment { account: AccountRef, set: SetRef, principal: PrincipalId },
    /// sso-admin `DeleteAccountAssignment`; asynchronous.
    DeleteAccountAssignment { account: AccountId, set: SetRef, principal: PrincipalId },
}

/// What a call answered, as far as later calls need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing that anyone needs.
    Done,
    /// An OU's id.
    Ou(OuPath, OuId),
    /// An account's id, by its name.
    Account(String, AccountId),
    /// A permission set's ARN.
    PermissionSet(PermissionSetName, PermissionSetArn),
    /// A user's id.
    User(UserName, UserId),
    /// A group's id.
    Group(GroupName, GroupId),
}

/// Ids of what this run created, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Created {
    /// OUs.
    pub ous: BTreeMap<OuPath, OuId>,
    /// Accounts.
    pub accounts: BTreeMap<String, AccountId>,
    /// Permission sets.
    pub permission_sets: BTreeMap<PermissionSetName, PermissionSetArn>,
    /// Users.
    pub users: BTreeMap<UserName, UserId>,
    /// Groups.
    pub groups: BTreeMap<GroupName, GroupId>,
}

impl Created {
    /// Remembers what a call answered.
    pub fn learn(&mut self, answer: Answer) {
        match answer {
            Answer::Done => {}
            Answer::Ou(path, id) => {
                self.ous.insert(path, id);
            }
            Answer::Account(name, id) => {
                self.accounts.insert(name, id);
            }
            Answer::PermissionSet(name, arn) => {
                self.permission_sets.insert(name, arn);
            }
            Answer::User(name, id) => {
                self.users.insert(name, id);
            }
            Answer::Group(name, id) => {
                self.groups.insert(name, id);
            }
        }
    }
}

/// An OU as Account Factory's parameter `ManagedOrganizationalUnit` wants it, `Name (ou-id)`: a name
/// alone means an OU below the root ("Provision accounts with AWS Service Catalog Account Factory").
pub fn ou_form(ou: &OuId, name: &str) -> String {
    format!("{name} ({ou})")
}

impl Call {
    /// The operation's name as AWS has it, with the service: `sso-admin:CreatePermissionSet`.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::CreateOrganizationalUnit { .. } => "organizations:CreateOrganizationalUnit",
            Self::UpdateOrganizationalUnit { .. } => "organizations:UpdateOrganizationalUnit",
            Self::DeleteOrganizationalUnit { .. } => "organizations:DeleteOrganizationalUnit",
            Self::CreateAccount { .. } => "organizations:CreateAccount",
            Self::ProvisionAccount { .. } => "servicecatalog:ProvisionProduct",
            Self::MoveAccount { .. } => "organizations:MoveAccount",
            Self::MoveEnrolledAccount { .. } => "servicecatalog:UpdateProvisionedProduct",
            Self::CloseAccount { .. } => "organizations:CloseAccount",
            Self::TagAccount { .. } => "organizations:TagResource",
            Self::UntagAccount { .. } => "organizations:UntagResource",
            Self::EnableBaseline { .. } => "controltower:EnableBaseline",
            Self::ResetEnabledBaseline { .. } => "controltower:ResetEnabledBaseline",
            Self::EnableControl { .. } => "controltower:EnableControl",
            Self::UpdateEnabledControl { .. } => "controltower:UpdateEnabledControl",
            Self::ResetEnabledControl { .. } => "controltower:ResetEnabledControl",
            Self::DisableControl { .. } => "controltower:DisableControl",
            Self::CreatePermissionSet { .. } => "sso-admin:CreatePermissionSet",
            Self::UpdatePermissionSet { .. } => "sso-admin:UpdatePermissionSet",
            Self::AttachManagedPolicy { .. } => "sso-admin:AttachManagedPolicyToPermissionSet",
            Self::DetachManagedPolicy { .. } => "sso-admin:DetachManagedPolicyFromPermissionSet",
            Self::AttachCustomerManagedPolicy { .. } => {
                "sso-admin:AttachCustomerManagedPolicyReferenceToPermissionSet"
            }
            Self::DetachCustomerManagedPolicy { .. } => {
                "sso-admin:DetachCustomerManagedPolicyReferenceFromPermissionSet"
            }
            Self::PutInlinePolicy { .. } => "sso-admin:PutInlinePolicyToPermissionSet",
            Self::DeleteInlinePolicy { .. } => "sso-admin:DeleteInlinePolicyFromPermissionSet",
            Self::PutPermissionsBoundary { .. } => {
                "sso-admin:PutPermissionsBoundaryToPermissionSet"
            }
            Self::DeletePermissionsBoundary { .. } => {
                "sso-admin:DeletePermissionsBoundaryFromPermissionSet"
            }
            Self::TagPermissionSet { .. } => "sso-admin:TagResource",
            Self::UntagPermissionSet { .. } => "sso-admin:UntagResource",
            Self::ProvisionPermissionSet { .. } => "sso-admin:ProvisionPermissionSet",
            Self::DeletePermissionSet { .. } => "sso-admin:DeletePermissionSet",
            Self::CreateUser { .. } => "identitystore:CreateUser",
            Self::UpdateUser { .. } => "identitystore:UpdateUser",
            Self::DeleteUser { .. } => "identitystore:DeleteUser",
            Self::CreateGroup { .. } => "identitystore:CreateGroup",
            Self::UpdateGroup { .. } => "identitystore:UpdateGroup",
            Self::DeleteGroup { .. } => "identitystore:DeleteGroup",
            Self::CreateGroupMembership { .. } => "identitystore:CreateGroupMembership",
            Self::DeleteGroupMembership { .. } => "identitystore:DeleteGroupMembership",
            Self::CreateAccountAssignment { .. } => "sso-admin:CreateAccountAssignment",
            Self::DeleteAccountAssignment { .. } => "sso-admin:DeleteAccountAssignment",
        }
    }
}
