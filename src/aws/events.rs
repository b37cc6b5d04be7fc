//! CloudTrail's event history: who called an operation.

use super::Aws;
use super::error::AwsError;
use super::page::listed;
use crate::live::event::Event;
use aws_sdk_cloudtrail::primitives::DateTime;
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::Timestamp;

const LOOKUP: &str = "cloudtrail:LookupEvents";
/// Events on a page: the most that AWS allows.
const PAGE: i32 = 50;

/// Where the events of Organizations are, wherever it is called from: in the one Region of the partition that
/// it lives in ("AWS Organizations endpoints and quotas"). `arn` is any of the partition's.
pub fn organizations_region(arn: &str) -> &'static str {
    match arn.split(':').nth(1) {
        Some("aws-cn") => "cn-northwest-1",
        Some("aws-us-gov") => "us-gov-west-1",
        _ => "us-east-1",
    }
}

/// A page of events.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The newest first.
    pub events: Vec<Event>,
    /// The token of the next page.
    pub next: Option<String>,
}

/// One page of the calls of an operation, newest first, since an instant. The region is the connection's.
pub async fn page(
    aws: &Aws,
    name: &str,
    since: Timestamp,
    token: Option<&str>,
) -> Result<Page, AwsError> {
    let by_name = LookupAttribute::builder()
        .attribute_key(LookupAttributeKey::EventName)
        .attribute_value(name)
        .build()
        .map_err(|error| AwsError::malformed(LOOKUP, error.to_string()))?;
    let answer = aws
        .call(LOOKUP, || {
            aws.cloudtrail
                .lookup_events()
                .lookup_attributes(by_name.clone())
                .start_time(DateTime::from_secs(since.as_second()))
                .max_results(PAGE)
                .set_next_token(token.map(str::to_owned))
                .send()
        })
        .await?;
    let rows = listed(LOOKUP, answer.events)?;
    let events: Vec<Event> = rows
        .iter()
        .filter_map(|row| Event::parse(row.cloud_trail_event.as_deref()?))
        .filter(|event| event.name == name)
        .collect();
    let next = answer.next_token.filter(|next| !next.is_empty());
    Ok(Page { events, next })
}
