//! What could not be read, or says something new, is unknown, and the rest is known all the same.

use super::read::{id, read_from};
use super::{SET, account, error, ok};
use crate::id::PermissionSetArn;
use crate::live::Part;
use serde_json::json;

#[tokio::test]
async fn one_part_that_could_not_be_read_leaves_the_rest_of_a_set() {
    let set = PermissionSetArn::new(SET);
    for operation in [
        "sso-admin:ListManagedPoliciesInPermissionSet",
        "sso-admin:ListCustomerManagedPolicyReferencesInPermissionSet",
        "sso-admin:GetInlinePolicyForPermissionSet",
        "sso-admin:GetPermissionsBoundaryForPermissionSet",
        "sso-admin:ListTagsForResource",
    ] {
        let (live, _) = read_from(move |asked, _| {
            (asked == operation).then(|| error("AccessDeniedException", "no"))
        })
        .await;
        let live = live.unwrap();
        let gap = live.gap_for(&Part::PermissionSet(set.clone())).unwrap();
        assert_eq!((gap.operation.as_str(), live.gaps.len()), (operation, 1));
        let known = &live.identity_center.permission_sets[&set];
        assert_eq!((known.name.as_str(), known.provisioned.len()), ("Developer", 1));
        let told =
            [known.managed_policies.len(), known.customer_managed_policies.len(), known.tags.len()];
        assert!(told.iter().sum::<usize>() >= 2, "{operation}: {told:?}");
        assert_eq!(live.identity_center.assignments.len(), 1);
    }
}

#[tokio::test]
async fn a_state_that_is_a_new_word_is_a_gap() {
    let (live, _) = read_from(|operation, _| {
        let mut member = account("111122223333", "o-abc1234567/r-ab12/ou-ab12-1/");
        member["State"] = "FROZEN".into();
        let accounts = json!([account("999999999999", "o-abc1234567/r-ab12/"), member]);
        (operation == "organizations:ListAccounts").then(|| ok(&json!({"Accounts": accounts})))
    })
    .await;
    let live = live.unwrap();
    let gap = live.gap_for(&Part::AccountState(id("111122223333"))).unwrap();
    assert!(gap.message.contains("FROZEN") && !live.is_complete(), "{gap:?}");
}

#[tokio::test(start_paused = true)]
async fn what_aws_does_not_answer_again_and_again_is_not_asked_any_more() {
    let sets: Vec<String> = (0..2000).map(|n| format!("{SET}{n}")).collect();
    let (live, fake) = read_from(move |operation, _| match operation {
        "sso-admin:ListPermissionSets" => Some(ok(&json!({"PermissionSets": sets}))),
        "sso-admin:GetInlinePolicyForPermissionSet" => {
            Some(error("InternalServerException", "boom").failed(500))
        }
        _ => None,
    })
    .await;
    let live = live.unwrap();
    // Every question is a gap with the reason, and all else was read.
    assert_eq!(live.gaps.len(), 2000);
    let last = live.gaps.iter().filter(|gap| gap.message.contains("not asked, because")).count();
    assert!(last > 1500, "{last}");
    assert!(live.gaps.iter().all(|gap| gap.code == "InternalServerException"));
    assert_eq!(live.identity_center.permission_sets.len(), 2000);
    // Instead of 16,000: what was in flight when it became clear.
    let asked = fake.asked("sso-admin:GetInlinePolicyForPermissionSet").len();
    assert!(asked < 1200, "{asked}");
}
