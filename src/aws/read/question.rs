//! What a reading asks many times over, and at whose cost.

/// A kind of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Question {
    /// The accounts of the organization, page by page.
    Accounts,
    /// What stands below each unit.
    Units,
    /// The accounts of each unit, where accounts do not tell where they stand.
    AccountsOfUnits,
    /// The tags of each account.
    AccountTags,
    /// Users, page by page.
    Users,
    /// Groups, page by page.
    Groups,
    /// The members of each group.
    Members,
    /// The accounts that have each set, or have it in its latest version.
    AccountsOfSets,
    /// The accounts that have each set in an older version.
    OutdatedAccounts,
    /// Everything of each set.
    SetDetails,
    /// The description of each set, which has its name.
    SetNames,
    /// Everything else of each set.
    SetParts,
    /// Who has each set in each account.
    PairGrants,
    /// What each group has.
    GroupGrants,
    /// What each user has directly.
    UserGrants,
    /// What the catalog says of each control.
    Controls,
    /// The parameters of each enabled control.
    ControlParameters,
}

impl Question {
    /// What is asked for.
    pub fn text(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Units => "organizational units",
            Self::AccountsOfUnits => "accounts of organizational units",
            Self::AccountTags => "account tags",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Members => "members of groups",
            Self::AccountsOfSets => "accounts of permission sets",
            Self::OutdatedAccounts => "accounts with outdated permission sets",
            Self::SetDetails => "details of permission sets",
            Self::SetNames => "names of permission sets",
            Self::SetParts => "policies and tags of permission sets",
            Self::PairGrants => "grants of provisioned pairs",
            Self::GroupGrants => "grants of groups",
            Self::UserGrants => "direct grants of users",
            Self::Controls => "controls in the catalog",
            Self::ControlParameters => "parameters of controls",
        }
    }

    /// An operation that it takes. All that it takes share a quota.
    pub fn operation(self) -> &'static str {
        match self {
            Self::Accounts => "organizations:ListAccounts",
            Self::Units => "organizations:ListOrganizationalUnitsForParent",
            Self::AccountsOfUnits => "organizations:ListAccountsForParent",
            Self::AccountTags => "organizations:ListTagsForResource",
            Self::Users => "identitystore:ListUsers",
            Self::Groups => "identitystore:ListGroups",
            Self::Members => "identitystore:ListGroupMemberships",
            Self::AccountsOfSets | Self::OutdatedAccounts => {
                "sso-admin:ListAccountsForProvisionedPermissionSet"
            }
            Self::SetDetails | Self::SetNames | Self::SetParts => "sso-admin:DescribePermissionSet",
            Self::PairGrants => "sso-admin:ListAccountAssignments",
            Self::GroupGrants | Self::UserGrants => "sso-admin:ListAccountAssignmentsForPrincipal",
            Self::Controls => "controlcatalog:GetControl",
            Self::ControlParameters => "controltower:GetEnabledControl",
        }
    }

    /// Calls that one takes, at least: what has many rows takes more pages.
    pub fn calls(self) -> usize {
        match self {
            // Description, three kinds of policies, boundary, tags.
            Self::SetDetails => 6,
            Self::SetParts => 5,
            _ => 1,
        }
    }
}
