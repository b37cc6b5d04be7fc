//! CloudTrail's event history, and what our own calls say that they are.

use super::{Fake, error, ok};
use crate::aws::Kind;
use crate::aws::events::{organizations_region, page};
use serde_json::json;

const LOOKUP: &str = "cloudtrail:LookupEvents";

fn event(id: &str, name: &str) -> serde_json::Value {
    let text = json!({"eventID": id, "eventName": name, "eventTime": "2026-11-22T08:00:00Z",
        "eventSource": "sso.amazonaws.com"});
    json!({"EventId": id, "EventName": name, "CloudTrailEvent": text.to_string()})
}

#[tokio::test(start_paused = true)]
async fn one_attribute_a_page_of_fifty_and_what_makes_no_sense_is_passed_over() {
    let fake = Fake::new(|operation, _| {
        assert_eq!(operation, LOOKUP);
        let hostile = json!({"EventId": "x", "CloudTrailEvent": "{\"eventID\": 17"});
        let bare = json!({"EventId": "y"});
        let events = [hostile, event("e-1", "DeleteGroup"), bare, event("e-2", "CreateGroup")];
        ok(&json!({"Events": events, "NextToken": "t2"}))
    });
    let since = "2026-11-22T00:00:00Z".parse().unwrap();
    let read = page(&fake.connect().await, "DeleteGroup", since, Some("t1")).await.unwrap();
    let ids: Vec<&str> = read.events.iter().map(|event| event.id.as_str()).collect();
    assert_eq!((ids.as_slice(), read.next.as_deref()), (&["e-1"][..], Some("t2")));
    let wanted = json!({
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "DeleteGroup"}],
        "StartTime": 1_795_305_600, "MaxResults": 50, "NextToken": "t1",
    });
    assert_eq!(fake.asked(LOOKUP), [wanted]);
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_is_throttled_or_denied_is_given_up_soon() {
    for (code, kind, attempts) in
        [("ThrottlingException", Kind::Throttled, 3), ("AccessDeniedException", Kind::Denied, 1)]
    {
        let fake = Fake::new(move |_, _| error(code, "no"));
        let since = "2026-11-22T00:00:00Z".parse().unwrap();
        let failed = page(&fake.connect().await, "DeleteGroup", since, None).await.unwrap_err();
        assert_eq!((failed.kind, fake.asked(LOOKUP).len()), (kind, attempts));
    }
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_a_plan_name_it() {
    let fake = Fake::new(|_, _| ok(&json!({"Events": []})));
    let aws = fake.connect().await;
    let since = "2026-11-22T00:00:00Z".parse().unwrap();
    page(&aws, "DeleteGroup", since, None).await.unwrap();
    page(&aws.for_plan("0123456789ab"), "DeleteGroup", since, None).await.unwrap();
    page(&aws.for_plan("no name / at all"), "DeleteGroup", since, None).await.unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let names: Vec<String> = fake
        .user_agents()
        .iter()
        .map(|agent| {
            agent.split_whitespace().find(|word| word.starts_with("app/")).unwrap().to_owned()
        })
        .collect();
    let plain = format!("app/landgrant-{version}");
    assert_eq!(names, [plain.clone(), format!("{plain}+plan-0123456789ab"), plain]);
}

#[test]
fn organizations_live_in_one_region_of_their_partition() {
    for (arn, region) in [
        ("arn:aws:sso:::instance/ssoins-1", "us-east-1"),
        ("arn:aws-cn:sso:::instance/ssoins-1", "cn-northwest-1"),
        ("arn:aws-us-gov:sso:::instance/ssoins-1", "us-gov-west-1"),
    ] {
        assert_eq!(organizations_region(arn), region);
    }
}
