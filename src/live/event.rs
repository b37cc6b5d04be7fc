//! An event of CloudTrail: who called what, when and from where. Texts are AWS's and the caller's own, raw.

use jiff::Timestamp;
use serde_json::Value;

/// A call that CloudTrail recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// CloudTrail's id of it.
    pub id: String,
    /// The operation, such as `CreateAccountAssignment`.
    pub name: String,
    /// The service, such as `sso.amazonaws.com`.
    pub source: String,
    /// Where it was recorded.
    pub region: String,
    /// When it was made.
    pub time: Timestamp,
    /// Who made it.
    pub who: Who,
    /// What the client says that it is.
    pub user_agent: String,
    /// The address it came from, or the service that made it.
    pub source_ip: String,
    /// Why nothing came of it; `None` where it was accepted.
    pub error: Option<String>,
    /// `requestParameters`.
    pub request: Value,
    /// `responseElements`.
    pub response: Value,
}

/// `userIdentity` of an event, as far as it is told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Who {
    /// `AssumedRole`, `IAMUser`, `IdentityCenterUser`, `AWSService`, …
    pub kind: String,
    /// The ARN.
    pub arn: Option<String>,
    /// The account.
    pub account: Option<String>,
    /// The name of an IAM user.
    pub user_name: Option<String>,
    /// The name of the session of a role: with Identity Center the name of the person.
    pub session: Option<String>,
    /// The id of an Identity Center user on whose behalf it was made.
    pub on_behalf_of: Option<String>,
    /// The service that made the call.
    pub invoked_by: Option<String>,
}

impl Event {
    /// Reads the text of a `CloudTrailEvent`; `None` where it makes no sense.
    pub fn parse(text: &str) -> Option<Self> {
        let event: Value = serde_json::from_str(text).ok()?;
        let at = |pointer: &str| {
            let text = event.pointer(pointer).and_then(Value::as_str);
            text.filter(|text| !text.is_empty()).map(str::to_owned)
        };
        let part = |name: &str| event.get(name).cloned().unwrap_or_default();
        let who = Who {
            kind: at("/userIdentity/type").unwrap_or_default(),
            arn: at("/userIdentity/arn"),
            account: at("/userIdentity/accountId"),
            user_name: at("/userIdentity/userName"),
            session: at("/userIdentity/principalId")
                .and_then(|id| id.split_once(':').map(|(_, session)| session.to_owned())),
            on_behalf_of: at("/userIdentity/onBehalfOf/userId"),
            invoked_by: at("/userIdentity/invokedBy"),
        };
        Some(Self {
            id: at("/eventID")?,
            name: at("/eventName")?,
            source: at("/eventSource")?,
            region: at("/awsRegion").unwrap_or_default(),
            time: at("/eventTime")?.parse().ok()?,
            who,
            user_agent: at("/userAgent").unwrap_or_default(),
            source_ip: at("/sourceIPAddress").unwrap_or_default(),
            error: at("/errorCode"),
            request: part("requestParameters"),
            response: part("responseElements"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_event_is_read_as_far_as_it_makes_sense() {
        let mut event = json!({
            "eventID": "e-1", "eventName": "DeleteGroup", "eventTime": "2026-11-23T08:00:00Z",
            "eventSource": "identitystore.amazonaws.com", "awsRegion": "eu-west-1",
            "userIdentity": {"type": "AssumedRole", "principalId": "AROA:an", "arn": "arn:an"},
            "errorCode": "AccessDenied", "requestParameters": {"groupId": "g-1"},
        });
        let read = Event::parse(&event.to_string()).unwrap();
        assert_eq!(
            (read.who.session.as_deref(), read.error.as_deref()),
            (Some("an"), Some("AccessDenied"))
        );
        assert_eq!((&read.request["groupId"], &read.response), (&json!("g-1"), &Value::Null));
        for key in ["eventID", "eventName", "eventTime", "eventSource"] {
            let without = event.as_object_mut().unwrap().remove(key).unwrap();
            assert_eq!(Event::parse(&event.to_string()), None, "{key}");
            event[key] = without;
        }
        event["userIdentity"] = json!(["hostile"]);
        event["eventTime"] = json!(17);
        assert_eq!(Event::parse(&event.to_string()), None);
        for text in ["", "null", "[]", &"[".repeat(100_000)] {
            assert_eq!(Event::parse(text), None);
        }
    }
}
