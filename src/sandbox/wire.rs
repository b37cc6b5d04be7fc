//! What goes over the wire: requests are told apart here, answers get their bytes.
//!
//! json-1.1 for the services with an `x-amz-target`, rest-json for those with paths, awsQuery with XML for STS and SNS.

mod rest;

use super::failure::{Answer, Failure};
use super::id;
use serde_json::{Map, Value};

/// A request, as both transports hand it over.
#[derive(Debug, Default)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) path: String,
    /// What follows the path's question mark, as it was sent.
    pub(super) query: String,
    pub(super) target: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) user_agent: Option<String>,
    /// The access key that the signature names.
    pub(super) access_key: Option<String>,
    pub(super) body: Vec<u8>,
}

/// An answer, as both transports send it.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

/// How a service is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Json,
    Rest,
    Query,
    /// The same, with members and in the words of SNS.
    Sns,
}

/// The service and operation that a request is for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) service: String,
    pub(super) operation: String,
    pub(super) protocol: Protocol,
}

/// Target prefixes, and the service's name in the log. Those without an implementation are here so that the log names
/// them.
const TARGETS: [(&str, &str); 6] = [
    ("SWBExternalService", "sso-admin"),
    ("AWSIdentityStore", "identitystore"),
    ("AWSOrganizationsV20161128", "organizations"),
    ("AWS242ServiceCatalogService", "servicecatalog"),
    // By botocore's model, and by the one that the SDK for Rust is made from.
    ("com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "cloudtrail"),
    ("CloudTrail_20131101", "cloudtrail"),
];

/// The access key of a signature: `AWS4-HMAC-SHA256 Credential=KEY/DATE/REGION/SERVICE/aws4_request, …`.
pub(super) fn access_key(authorization: &str) -> Option<String> {
    let (_, credential) = authorization.split_once("Credential=")?;
    Some(credential.split('/').next()?.to_owned())
}

/// Finds out what a request is for.
pub(super) fn route(request: &Request) -> Route {
    if let Some(target) = &request.target {
        let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
        let service = TARGETS.iter().find(|(known, _)| *known == prefix).map(|(_, name)| *name);
        return Route {
            service: service.unwrap_or(prefix).to_owned(),
            operation: operation.to_owned(),
            protocol: Protocol::Json,
        };
    }
    let form = request
        .content_type
        .as_deref()
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if form {
        let body = String::from_utf8_lossy(&request.body);
        let of = |name: &str| body.split('&').find_map(|pair| pair.strip_prefix(name));
        let is_sns = of("Version=") == Some(SNS_VERSION);
        let (service, protocol) =
            if is_sns { ("sns", Protocol::Sns) } else { ("sts", Protocol::Query) };
        return Route {
            service: service.to_owned(),
            operation: of("Action=").unwrap_or_default().to_owned(),
            protocol,
        };
    }
    if let Some((service, operation)) = rest::route(request) {
        return Route {
            service: service.to_owned(),
            operation: operation.to_owned(),
            protocol: Protocol::Rest,
        };
    }
    Route {
        service: "unknown".to_owned(),
        operation: format!("{} {}", request.method, request.path),
        protocol: Protocol::Json,
    }
}

/// Reads the members of a request.
pub(super) fn read(route: &Route, request: &Request) -> Result<Map<String, Value>, Failure> {
    match route.protocol {
        Protocol::Json => members(&request.body),
        Protocol::Rest => rest::read(&route.service, request),
        Protocol::Query => Ok(Map::new()),
        Protocol::Sns => Ok(form(&request.body)),
    }
}

/// Reads the members of a JSON body.
fn members(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) => Err(Failure::new("SerializationException", "the request is no JSON object")),
        Err(error) => Err(Failure::new("SerializationException", error.to_string())),
    }
}

/// Reads the members of an awsQuery request: a form.
fn form(body: &[u8]) -> Map<String, Value> {
    let text = String::from_utf8_lossy(body);
    let pairs = rest::parameters(&text);
    let pairs = pairs.filter(|(name, _)| !["Action", "Version"].contains(&name.as_str()));
    pairs.map(|(name, value)| (name, value.into())).collect()
}

/// Puts an answer on the wire.
pub(super) fn reply(route: &Route, answer: Answer, request_number: &str) -> Reply {
    let request_id = id::uuid(&format!("call/{request_number}"));
    match route.protocol {
        Protocol::Json => json(answer, request_id),
        Protocol::Rest => rest::reply(route, answer, request_id),
        Protocol::Query => query(answer, request_id),
        Protocol::Sns => sns(answer, request_id),
    }
}

fn json(answer: Answer, request_id: String) -> Reply {
    let mut headers = vec![
        ("content-type", "application/x-amz-json-1.1".to_owned()),
        ("x-amzn-requestid", request_id),
    ];
    match answer {
        // Operations without an output structure answer an empty body.
        Ok(Value::Null) => Reply { status: 200, headers, body: String::new() },
        Ok(value) => Reply { status: 200, headers, body: value.to_string() },
        Err(Failure { status, code, message, extra }) => {
            headers.push(("x-amzn-errortype", code.to_owned()));
            let mut body = Map::new();
            body.insert("__type".to_owned(), code.into());
            body.insert("Message".to_owned(), message.into());
            body.extend(extra.into_iter().map(|(name, value)| (name.to_owned(), value)));
            Reply { status, headers, body: Value::Object(body).to_string() }
        }
    }
}

const SNS_VERSION: &str = "2010-03-31";
const SNS_NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";

/// What SNS answers to `Publish`, its one operation here.
fn sns(answer: Answer, request_id: String) -> Reply {
    let metadata =
        format!("<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>");
    let (status, body) = match answer {
        Ok(value) => {
            let id = value.get("MessageId").and_then(Value::as_str).unwrap_or_default();
            let result =
                format!("<PublishResult><MessageId>{}</MessageId></PublishResult>", escape(id));
            let body = format!(
                "<PublishResponse xmlns=\"{SNS_NAMESPACE}\">{result}{metadata}</PublishResponse>"
            );
            (200, body)
        }
        Err(Failure { status, code, message, extra: _ }) => {
            let kind = if status < 500 { "Sender" } else { "Receiver" };
            let body = format!(
                "<ErrorResponse xmlns=\"{SNS_NAMESPACE}\"><Error><Type>{kind}</Type><Code>{code}</Code>\
                 <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                escape(&message)
            );
            (status, body)
        }
    };
    let headers = vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", request_id)];
    Reply { status, headers, body }
}

const QUERY_NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// In awsQuery an answer is a structure of texts, named after the operation.
fn query(answer: Answer, request_id: String) -> Reply {
    let (status, body) = match answer {
        Ok(value) => {
            let members: Vec<String> = value
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, text)| {
                    format!("<{name}>{}</{name}>", escape(text.as_str().unwrap_or_default()))
                })
                .collect();
            let members = members.concat();
            let body = format!(
                "<GetCallerIdentityResponse xmlns=\"{QUERY_NAMESPACE}\"><GetCallerIdentityResult>{members}\
                 </GetCallerIdentityResult><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
                 </GetCallerIdentityResponse>"
            );
            (200, body)
        }
        Err(Failure { status, code, message, extra: _ }) => {
            let kind = if status < 500 { "Sender" } else { "Receiver" };
            let body = format!(
                "<ErrorResponse xmlns=\"{QUERY_NAMESPACE}\"><Error><Type>{kind}</Type><Code>{code}</Code>\
                 <Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>",
                escape(&message)
            );
            (status, body)
        }
    };
    let headers = vec![("content-type", "text/xml".to_owned()), ("x-amzn-requestid", request_id)];
    Reply { status, headers, body }
}

fn escape(text: &str) -> String {
    text.chars()
        .flat_map(|c| match c {
            '&' => "&amp;".chars().collect::<Vec<_>>(),
            '<' => "&lt;".chars().collect(),
            '>' => "&gt;".chars().collect(),
            c if c.is_control() => vec!['?'],
            c => vec![c],
        })
        .collect()
}
