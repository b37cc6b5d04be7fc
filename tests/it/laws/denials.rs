//! Every listing denied in turn, in an organization where every kind of thing has something to be done:
//! nothing is planned on what the listing would tell, and everything else is.

use super::*;
use std::path::Path;

/// What a listing that is denied may hold back, and in a full reading besides.
const HELD: [(&str, &[&str], &[&str]); 12] = [
    ("ListOrganizationalUnitsForParent", &["ou", "account", "grant", "baseline", "control"], &[]),
    ("ListAccounts", &["account", "grant"], &[]),
    // Of accounts and of permission sets: rules select by tag.
    ("ListTagsForResource", &["account", "grant", "permission_set"], &[]),
    ("ListPermissionSets", &["permission_set", "grant", "membership", "group"], &[]),
    ("DescribePermissionSet", &["permission_set", "grant", "membership", "group"], &[]),
    ("ListManagedPoliciesInPermissionSet", &["permission_set"], &[]),
    ("GetInlinePolicyForPermissionSet", &["permission_set"], &[]),
    (
        "ListAccountsForProvisionedPermissionSet",
        &["grant", "permission_set", "membership", "group"],
        &[],
    ),
    ("ListUsers", &["user", "membership", "grant"], &[]),
    ("ListGroups", &["group", "membership", "grant"], &[]),
    ("ListGroupMemberships", &["membership", "grant", "group"], &[]),
    // A quick reading asked the groups themselves what their new members would get.
    ("ListAccountAssignments", &["grant", "permission_set", "group"], &["membership"]),
];

#[test]
fn what_a_denied_listing_does_not_tell_of_is_still_planned() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/e-wallet");
    let tree = landgrant::store::read_tree(&example).unwrap();
    let world = support::read(&example.join("sandbox.json"));
    for depth in [Depth::Quick, Depth::Full] {
        let whole = verbs(&run_at(depth, &world, &tree, Options::default()).unwrap().plan);
        for (operation, held, in_full) in HELD {
            let fault = Fault::new(operation, 0, Effect::Deny);
            let options = Options { faults: vec![fault], ..Options::default() };
            let part = run_at(depth, &world, &tree, options).unwrap().plan;
            assert!(!part.is_complete(), "{operation}");
            let planned = verbs(&part);
            let invented: Vec<_> = planned.difference(&whole).collect();
            assert!(invented.is_empty(), "{operation}: {invented:?}");
            let kind = |(address, verb): &&(String, &str)| {
                let kind = address.split('/').next().unwrap_or_default();
                // Whoever keeps a grant is in use.
                let in_use = *verb == "delete" && held.contains(&"grant");
                held.contains(&kind)
                    || (in_use && ["group", "permission_set", "user"].contains(&kind))
                    || (depth == Depth::Full && in_full.contains(&kind))
            };
            let missing: Vec<_> = whole.difference(&planned).collect();
            assert!(!missing.is_empty(), "{operation}: nothing depends on it");
            let more: Vec<_> = missing.iter().filter(|change| !kind(change)).collect();
            assert!(more.is_empty(), "{operation}, {}: {more:?}", depth.name());
            assert!(planned.len() * 4 > whole.len(), "{operation}: {}", planned.len());
        }
    }
}
