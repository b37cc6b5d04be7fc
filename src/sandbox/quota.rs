//! What AWS limits: calls a second, by token buckets, and how much may be under way or in one place.
//!
//! The numbers are those of the service quotas that AWS documents. Time is tokio's, as everywhere in the sandbox.

use super::failure::Failure;
use super::wire::Route;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::time::Instant;

/// A token bucket: full at first, refilled continuously, emptied by one token a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How long one token takes to come back.
    pub every: Duration,
    /// How many tokens the bucket holds.
    pub burst: u32,
}

impl Rate {
    /// So many calls a second (at least one), and so many at once.
    pub fn per_second(calls: u32, burst: u32) -> Self {
        Self { every: Duration::from_secs(1) / calls.max(1), burst }
    }
}

/// The limits of a sandbox; the default has AWS's numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quotas {
    /// All operations of sso-admin together.
    pub sso_admin: Rate,
    /// Each operation of Identity Store by itself.
    pub identity_store: Rate,
    /// Operations of Organizations by name, each by itself.
    pub organizations: BTreeMap<String, Rate>,
    /// Any other operation of Organizations, each by itself.
    pub organizations_other: Rate,
    /// `LookupEvents` of CloudTrail.
    pub cloudtrail: Rate,
    /// `CreateAccountAssignment` requests in progress.
    pub outstanding_assignments: usize,
    /// `ProvisionPermissionSet` requests in progress.
    pub provisionings: usize,
    /// Groups with one permission set in one account.
    pub groups_per_pair: usize,
    /// Permission sets provisioned in one account.
    pub sets_per_account: usize,
    /// `CreateAccount` requests in progress.
    pub account_creations: usize,
    /// Accounts in the state `PENDING_CLOSURE`.
    pub account_closures: usize,
    /// Accounts closed in 30 days; a fifth of all of them, where that is more.
    pub account_closures_a_month: usize,
    /// Each operation of Control Tower by itself, and each of its catalog and of Service Catalog.
    pub control_tower: Rate,
    /// Operations for controls in progress.
    pub control_operations: usize,
    /// Operations for accounts in progress: what Account Factory does, and enrolments of moved accounts.
    pub account_operations: usize,
}

/// Calls a second and burst of Organizations' operations, as AWS documents them for one account.
const ORGANIZATIONS: [(u32, u32, &[&str]); 8] = [
    (20, 30, &["DescribeAccount"]),
    (10, 15, &["ListTagsForResource"]),
    (8, 12, &["ListAccounts"]),
    (6, 10, &["ListChildren"]),
    (
        5,
        8,
        &[
            "ListParents",
            "ListAccountsForParent",
            "ListOrganizationalUnitsForParent",
            "ListPolicies",
            "ListPoliciesForTarget",
            "ListTargetsForPolicy",
            "ListDelegatedAdministrators",
            "ListCreateAccountStatus",
        ],
    ),
    (4, 6, &["TagResource", "UntagResource"]),
    (
        2,
        3,
        &[
            "MoveAccount",
            "UpdateOrganizationalUnit",
            "DeleteOrganizationalUnit",
            "CreatePolicy",
            "UpdatePolicy",
            "DeletePolicy",
            "AttachPolicy",
            "DetachPolicy",
        ],
    ),
    (2, 2, &["DescribeOrganizationalUnit", "DescribePolicy", "DescribeCreateAccountStatus"]),
];

impl Default for Quotas {
    fn default() -> Self {
        let named = ORGANIZATIONS.iter().flat_map(|(calls, burst, names)| {
            names.iter().map(|name| ((*name).to_owned(), Rate::per_second(*calls, *burst)))
        });
        let slow = [
            ("CreateAccount", Rate { every: Duration::from_secs(10), burst: 3 }),
            ("CloseAccount", Rate { every: Duration::from_secs(20), burst: 1 }),
        ];
        Self {
            sso_admin: Rate::per_second(20, 20),
            identity_store: Rate::per_second(20, 20),
            organizations: named.chain(slow.map(|(name, rate)| (name.to_owned(), rate))).collect(),
            // CreateOrganizationalUnit, DescribeOrganization, ListRoots and EnableAWSServiceAccess are documented with
            // this rate, the least of the reads; an operation with none is taken for as slow.
            organizations_other: Rate::per_second(1, 2),
            cloudtrail: Rate::per_second(2, 2),
            outstanding_assignments: 15,
            provisionings: 3,
            groups_per_pair: 100,
            sets_per_account: 500,
            account_creations: 5,
            account_closures: 3,
            account_closures_a_month: 250,
            control_tower: Rate::per_second(5, 10),
            control_operations: 100,
            account_operations: 5,
        }
    }
}

impl Quotas {
    /// The bucket that a call takes its token from, and the bucket's rate. STS is not limited: its rate is far above
    /// what anyone calls who uses the rest.
    fn bucket(&self, route: &Route) -> Option<(String, Rate)> {
        let own = || format!("{}:{}", route.service, route.operation);
        match route.service.as_str() {
            "sso-admin" => Some((route.service.clone(), self.sso_admin)),
            "identitystore" => Some((own(), self.identity_store)),
            "organizations" => {
                let named = self.organizations.get(&route.operation);
                Some((own(), named.copied().unwrap_or(self.organizations_other)))
            }
            "cloudtrail" => Some((own(), self.cloudtrail)),
            // AWS documents no rates of these: an assumption.
            "controltower" | "controlcatalog" | "servicecatalog" => {
                Some((own(), self.control_tower))
            }
            _ => None,
        }
    }
}

/// The buckets that were used, each by the instant at which it is full again.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets(BTreeMap<String, Instant>);

impl Buckets {
    /// Takes a token for a call. A bucket without one refuses the call, and loses nothing.
    pub(super) fn take(&mut self, quotas: &Quotas, route: &Route) -> Result<(), Failure> {
        let Some((bucket, rate)) = quotas.bucket(route) else { return Ok(()) };
        let now = Instant::now();
        let full = self.0.get(&bucket).copied().map_or(now, |full| full.max(now));
        // With this token taken, the bucket would be full again so much later than now.
        let refill = (full - now).saturating_add(rate.every);
        let most = rate.every.saturating_mul(rate.burst);
        match now.checked_add(refill).filter(|_| refill <= most) {
            Some(full) => {
                self.0.insert(bucket, full);
                Ok(())
            }
            None => Err(refuse(&route.service, refill.saturating_sub(most))),
        }
    }
}

/// The refusal of a call that has to wait for its token. Only Identity Store's model has a place to say how long.
fn refuse(service: &str, wait: Duration) -> Failure {
    let failure = throttled(service);
    if service == "identitystore" {
        let seconds = wait.as_millis().div_ceil(1_000);
        return failure.with("RetryAfterSeconds", u64::try_from(seconds).unwrap_or(u64::MAX));
    }
    failure
}

/// A service's error for too many calls.
pub(super) fn throttled(service: &str) -> Failure {
    let code = match service {
        "organizations" => "TooManyRequestsException",
        "sts" => "Throttling",
        _ => "ThrottlingException",
    };
    Failure::new(code, "Rate exceeded")
}

#[cfg(test)]
mod tests {
    use super::super::wire::{Protocol, Route};
    use super::{Buckets, Quotas, Rate};
    use std::time::Duration;

    fn route(service: &str, operation: &str) -> Route {
        Route {
            service: service.to_owned(),
            operation: operation.to_owned(),
            protocol: Protocol::Json,
        }
    }

    #[tokio::test(start_paused = true)]
    async fn tokens_come_back_one_by_one_and_no_more_than_the_bucket_holds() {
        let quotas = Quotas { identity_store: Rate::per_second(4, 2), ..Quotas::default() };
        let mut buckets = Buckets::default();
        let mut taken = |name: &str| {
            let route = route("identitystore", name);
            (0..5).filter(|_| buckets.take(&quotas, &route).is_ok()).count()
        };
        assert_eq!((taken("ListUsers"), taken("ListUsers"), taken("ListGroups")), (2, 0, 2));
        tokio::time::advance(Duration::from_millis(249)).await;
        assert_eq!(taken("ListUsers"), 0);
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(taken("ListUsers"), 1);
        tokio::time::advance(Duration::from_hours(1)).await;
        assert_eq!(taken("ListUsers"), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn rates_without_end_are_no_trouble() {
        let organizations_other = Rate { every: Duration::MAX, burst: 1 };
        let sso_admin = Rate { every: Duration::ZERO, burst: 0 };
        let quotas = Quotas { sso_admin, organizations_other, ..Quotas::default() };
        let mut buckets = Buckets::default();
        assert!(buckets.take(&quotas, &route("organizations", "ListRoots")).is_err());
        assert!(buckets.take(&quotas, &route("sso-admin", "ListInstances")).is_ok());
        assert!(buckets.take(&quotas, &route("sts", "GetCallerIdentity")).is_ok());
    }
}
