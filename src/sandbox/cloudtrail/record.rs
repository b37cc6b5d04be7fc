//! One event, as CloudTrail records a call.

use super::super::failure::Answer;
use super::super::wire::Request;
use super::super::{id, log, sts};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// Where events of Organizations are, whatever Region it is called in.
const ORGANIZATIONS: &str = "us-east-1";
/// What CloudTrail puts in place of names, descriptions and addresses of the directory.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";
/// Members of the directory's requests and answers that are not hidden.
const SHOWN: [&str; 7] = [
    "identityStoreId",
    "groupId",
    "userId",
    "memberId",
    "membershipId",
    "attributePath",
    "alternateIdentifier",
];

/// Who calls, and from what.
#[derive(Clone, Debug)]
pub(in super::super) struct Caller {
    arn: String,
    account: String,
    access_key: String,
    user_agent: String,
    address: &'static str,
}

impl Caller {
    /// Whoever sent a request, in an account.
    pub(in super::super) fn of(request: &Request, account: &str) -> Self {
        Self {
            arn: sts::arn(account),
            account: account.to_owned(),
            access_key: request.access_key.clone().unwrap_or_default(),
            user_agent: request.user_agent.clone().unwrap_or_default(),
            address: "127.0.0.1",
        }
    }

    /// Somebody else in the account, who makes the calls of a script of faults.
    pub(in super::super) fn other(account: &str) -> Self {
        let role = "AWSReservedSSO_Admin_0123456789abcdef";
        Self {
            arn: format!("arn:aws:sts::{account}:assumed-role/{role}/someone.else"),
            account: account.to_owned(),
            access_key: "ASIASOMEONEELSE00000".to_owned(),
            user_agent: "aws-cli/2.31.0 md/sandbox".to_owned(),
            address: "203.0.113.7",
        }
    }

    fn identity(&self) -> Value {
        let mut parts = self.arn.rsplit('/');
        let (session, role) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        let principal = "AROASANDBOXSANDBOXSAN";
        json!({
            "type": "AssumedRole",
            "principalId": format!("{principal}:{session}"),
            "arn": self.arn,
            "accountId": self.account,
            "accessKeyId": self.access_key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": principal,
                    "arn": format!("arn:aws:iam::{}:role/{role}", self.account),
                    "accountId": self.account,
                    "userName": role,
                },
            },
        })
    }
}

/// A call that was answered.
pub(in super::super) struct Done<'a> {
    pub(in super::super) service: &'a str,
    pub(in super::super) operation: &'a str,
    pub(in super::super) members: &'a Map<String, Value>,
    pub(in super::super) answer: &'a Answer,
    /// Seconds since 1970.
    pub(in super::super) at: i64,
    /// The primary Region of Identity Center.
    pub(in super::super) region: &'a str,
    /// What no other call of the world has.
    pub(in super::super) number: String,
}

/// Whether CloudTrail's history has calls of this kind: what changes something, but messages to topics, which are
/// data events.
pub(in super::super) fn is_recorded(service: &str, operation: &str) -> bool {
    log::writes(operation) && source(service).is_some()
}

fn source(service: &str) -> Option<&'static str> {
    Some(match service {
        "sso-admin" => "sso.amazonaws.com",
        "identitystore" => "identitystore.amazonaws.com",
        "organizations" => "organizations.amazonaws.com",
        "controltower" => "controltower.amazonaws.com",
        "servicecatalog" => "servicecatalog.amazonaws.com",
        _ => return None,
    })
}

/// The event of a call.
pub(in super::super) fn event(caller: &Caller, done: &Done<'_>) -> Value {
    let Done { service, operation, members, answer, at, region, number } = done;
    let hides = *service == "identitystore";
    let region = if *service == "organizations" { ORGANIZATIONS } else { region };
    let sent = lowered(&Value::Object((*members).clone()), hides);
    let id = id::uuid(&format!("event/{number}/{operation}/{sent}"));
    let mut event = json!({
        "eventVersion": "1.11",
        "userIdentity": caller.identity(),
        "eventTime": Timestamp::from_second(*at).map(|time| time.to_string()).unwrap_or_default(),
        "eventSource": source(service),
        "eventName": operation,
        "awsRegion": region,
        "sourceIPAddress": caller.address,
        "userAgent": caller.user_agent,
        "requestParameters": or_null(sent),
        "responseElements": null,
        "requestID": id::uuid(&format!("call/{number}")),
        "eventID": id,
        "readOnly": false,
        "eventType": "AwsApiCall",
        "managementEvent": true,
        "recipientAccountId": caller.account,
        "eventCategory": "Management",
    });
    if let Value::Object(event) = &mut event {
        match answer {
            Ok(value) => {
                event.insert("responseElements".to_owned(), or_null(lowered(value, hides)));
            }
            Err(failure) => {
                event.insert("errorCode".to_owned(), code(failure.code).into());
                event.insert("errorMessage".to_owned(), failure.message.clone().into());
            }
        }
    }
    event
}

/// CloudTrail leaves the ending out of the one error that everybody looks for.
fn code(code: &str) -> &str {
    if code == "AccessDeniedException" { "AccessDenied" } else { code }
}

fn or_null(value: Value) -> Value {
    if value.as_object().is_some_and(Map::is_empty) { Value::Null } else { value }
}

/// Members by CloudTrail's names: the first letter is small, at every depth.
fn lowered(value: &Value, hides: bool) -> Value {
    match value {
        Value::Object(members) => {
            let one = |(name, value): (&String, &Value)| {
                let name = lower(name);
                let hidden = hides && !value.is_object() && !value.is_array();
                let value = if hidden && !value.is_null() && !SHOWN.contains(&name.as_str()) {
                    HIDDEN.into()
                } else {
                    lowered(value, hides)
                };
                (name, value)
            };
            Value::Object(members.iter().map(one).collect())
        }
        Value::Array(items) => items.iter().map(|item| lowered(item, hides)).collect(),
        other => other.clone(),
    }
}

fn lower(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|letter| letter.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// `Username` of an event: the name of the session.
pub(super) fn user_name(event: &Value) -> &str {
    let principal = event.pointer("/userIdentity/principalId").and_then(Value::as_str);
    principal.and_then(|id| id.split_once(':')).map(|(_, session)| session).unwrap_or_default()
}
