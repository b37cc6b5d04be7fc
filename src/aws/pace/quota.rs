//! How often AWS lets one call what.
//!
//! Sources: "IAM Identity Center quotas" (20 a second over all of its operations; Identity Store 20 a
//! second for each), "Quotas and service limits for AWS Organizations" (rate and burst for each
//! operation). What the table lacks gets the lowest rate of its kind that it has.

/// Calls a second, and how many may come at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Quota {
    /// Calls a second.
    pub(super) rate: f64,
    /// Calls at once.
    pub(super) burst: f64,
}

/// What AWS documents for an operation of Organizations: rate and burst.
const ORGANIZATIONS: [(&str, f64, f64); 21] = [
    ("DescribeAccount", 20.0, 30.0),
    ("ListTagsForResource", 10.0, 15.0),
    ("ListAccounts", 8.0, 12.0),
    ("ListChildren", 6.0, 10.0),
    ("ListParents", 5.0, 8.0),
    ("ListAccountsForParent", 5.0, 8.0),
    ("ListOrganizationalUnitsForParent", 5.0, 8.0),
    ("ListDelegatedAdministrators", 5.0, 8.0),
    ("ListCreateAccountStatus", 5.0, 8.0),
    ("TagResource", 4.0, 6.0),
    ("UntagResource", 4.0, 6.0),
    ("MoveAccount", 2.0, 3.0),
    ("UpdateOrganizationalUnit", 2.0, 3.0),
    ("DeleteOrganizationalUnit", 2.0, 3.0),
    ("DescribeOrganizationalUnit", 2.0, 2.0),
    ("DescribeCreateAccountStatus", 2.0, 2.0),
    ("CreateOrganizationalUnit", 1.0, 2.0),
    ("DescribeOrganization", 1.0, 2.0),
    ("ListRoots", 1.0, 2.0),
    ("CreateAccount", 0.1, 3.0),
    ("CloseAccount", 0.05, 1.0),
];

/// What an operation of Organizations gets that the table lacks.
const UNLISTED: (f64, f64) = (1.0, 2.0);

/// What AWS documents for an operation of Organizations.
pub(super) fn organizations(operation: &str) -> Quota {
    let known = ORGANIZATIONS.iter().find(|(name, ..)| *name == operation);
    let (rate, burst) = known.map_or(UNLISTED, |(_, rate, burst)| (*rate, *burst));
    Quota { rate, burst }
}
