//! rest-json: services whose operations have paths. Their members come from the body, the path and the query.

use super::super::failure::{Answer, Failure};
use super::{Reply, Request, Route, members};
use serde_json::{Map, Value, json};

/// Method, path, service, operation.
const PATHS: [(&str, &str, &str); 31] = [
    ("/create-landingzone", "controltower", "CreateLandingZone"),
    ("/delete-landingzone", "controltower", "DeleteLandingZone"),
    ("/get-landingzone", "controltower", "GetLandingZone"),
    ("/get-landingzone-operation", "controltower", "GetLandingZoneOperation"),
    ("/list-landingzone-operations", "controltower", "ListLandingZoneOperations"),
    ("/list-landingzones", "controltower", "ListLandingZones"),
    ("/reset-landingzone", "controltower", "ResetLandingZone"),
    ("/update-landingzone", "controltower", "UpdateLandingZone"),
    ("/list-baselines", "controltower", "ListBaselines"),
    ("/get-baseline", "controltower", "GetBaseline"),
    ("/get-baseline-operation", "controltower", "GetBaselineOperation"),
    ("/enable-baseline", "controltower", "EnableBaseline"),
    ("/disable-baseline", "controltower", "DisableBaseline"),
    ("/update-enabled-baseline", "controltower", "UpdateEnabledBaseline"),
    ("/reset-enabled-baseline", "controltower", "ResetEnabledBaseline"),
    ("/get-enabled-baseline", "controltower", "GetEnabledBaseline"),
    ("/list-enabled-baselines", "controltower", "ListEnabledBaselines"),
    ("/enable-control", "controltower", "EnableControl"),
    ("/disable-control", "controltower", "DisableControl"),
    ("/update-enabled-control", "controltower", "UpdateEnabledControl"),
    ("/reset-enabled-control", "controltower", "ResetEnabledControl"),
    ("/get-enabled-control", "controltower", "GetEnabledControl"),
    ("/list-enabled-controls", "controltower", "ListEnabledControls"),
    ("/get-control-operation", "controltower", "GetControlOperation"),
    ("/list-control-operations", "controltower", "ListControlOperations"),
    ("/get-control", "controlcatalog", "GetControl"),
    ("/list-controls", "controlcatalog", "ListControls"),
    ("/list-control-mappings", "controlcatalog", "ListControlMappings"),
    ("/common-controls", "controlcatalog", "ListCommonControls"),
    ("/domains", "controlcatalog", "ListDomains"),
    ("/objectives", "controlcatalog", "ListObjectives"),
];

const TAGS: &str = "/tags/";

/// The service and the operation of a request, if its path is known.
pub(super) fn route(request: &Request) -> Option<(&'static str, &'static str)> {
    if request.path.starts_with(TAGS) {
        let operation = match request.method.as_str() {
            "GET" => "ListTagsForResource",
            "POST" => "TagResource",
            "DELETE" => "UntagResource",
            _ => return None,
        };
        return Some(("controltower", operation));
    }
    if request.method != "POST" {
        return None;
    }
    let known = PATHS.iter().find(|(path, _, _)| *path == request.path);
    known.map(|(_, service, operation)| (*service, *operation))
}

/// Reads the members of a request.
pub(super) fn read(service: &str, request: &Request) -> Result<Map<String, Value>, Failure> {
    let mut all = members(&request.body)?;
    if let Some(label) = request.path.strip_prefix(TAGS) {
        all.insert("resourceArn".to_owned(), decode(label).into());
    }
    for (name, value) in parameters(&request.query) {
        match (service, name.as_str()) {
            ("controlcatalog", "maxResults") => {
                // What is no number is of the wrong type, as it is in a body.
                let number = value.parse::<i64>().map_or_else(|_| json!(value), |n| json!(n));
                all.insert("MaxResults".to_owned(), number);
            }
            ("controlcatalog", "nextToken") => {
                all.insert("NextToken".to_owned(), value.into());
            }
            ("controltower", "tagKeys") => {
                let keys = all.entry("tagKeys").or_insert_with(|| json!([]));
                if let Some(keys) = keys.as_array_mut() {
                    keys.push(value.into());
                }
            }
            _ => {}
        }
    }
    Ok(all)
}

/// Puts an answer on the wire. An error's code goes into a header, and its status is the model's.
pub(super) fn reply(route: &Route, answer: Answer, request_id: String) -> Reply {
    let mut headers =
        vec![("content-type", "application/json".to_owned()), ("x-amzn-requestid", request_id)];
    match answer {
        Ok(Value::Null) => Reply { status: 204, headers, body: String::new() },
        Ok(value) => Reply { status: 200, headers, body: value.to_string() },
        Err(Failure { status, code, message, extra }) => {
            headers.push(("x-amzn-errortype", code.to_owned()));
            if code == "ThrottlingException" {
                headers.push(("retry-after", "1".to_owned()));
            }
            let mut body = Map::new();
            let name = if route.service == "controlcatalog" { "Message" } else { "message" };
            body.insert(name.to_owned(), message.into());
            body.extend(extra.into_iter().map(|(name, value)| (name.to_owned(), value)));
            Reply {
                status: self::status(code, status),
                headers,
                body: Value::Object(body).to_string(),
            }
        }
    }
}

fn status(code: &str, otherwise: u16) -> u16 {
    match code {
        "AccessDeniedException" | "ExpiredTokenException" => 403,
        "ConflictException" => 409,
        "ResourceNotFoundException" | "UnknownOperationException" => 404,
        "ServiceQuotaExceededException" => 402,
        "ThrottlingException" => 429,
        _ => otherwise,
    }
}

/// The pairs of a query, or of a form.
pub(super) fn parameters(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(&value.replace('+', " ")))
    })
}

/// Undoes percent-encoding; what is not well-formed stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let digits = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let escaped = digits.filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        let escaped = escaped.and_then(|two| u8::from_str_radix(two, 16).ok());
        let (byte, after) = match escaped {
            Some(byte) if first == b'%' => (byte, tail.get(2..).unwrap_or_default()),
            _ => (first, tail),
        };
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{decode, parameters, route};
    use crate::sandbox::wire::Request;

    #[test]
    fn percent_encoding_is_undone() {
        assert_eq!(decode("arn%3Aaws%2Fx%C3%A9"), "arn:aws/xé");
        assert_eq!(decode("100%"), "100%");
        assert_eq!(decode("%zz%+1"), "%zz%+1");
        let all: Vec<_> = parameters("tagKeys=a+b&tagKeys=%26&x").collect();
        assert_eq!(all[0].1, "a b");
        assert_eq!((all[1].1.as_str(), all[2].0.as_str()), ("&", "x"));
    }

    #[test]
    fn paths_tell_operations() {
        let ask = |method: &str, path: &str| {
            let request =
                Request { method: method.to_owned(), path: path.to_owned(), ..Request::default() };
            route(&request).map(|(_, operation)| operation)
        };
        assert_eq!(ask("POST", "/get-control"), Some("GetControl"));
        assert_eq!(ask("GET", "/get-control"), None);
        assert_eq!(ask("DELETE", "/tags/arn"), Some("UntagResource"));
        assert_eq!(ask("POST", "/nothing"), None);
    }
}
