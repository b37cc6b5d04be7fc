//! The log of calls: one short line for each.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// One call that a sandbox answered.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which opening of the world it was made in, from 1.
    pub run: u64,
    /// The call's number in that run, from 1.
    pub n: u64,
    /// `sso-admin`, `identitystore`, `organizations`, `sts`, …
    pub service: String,
    /// The operation's name.
    pub operation: String,
    /// Whether the operation changes something.
    pub write: bool,
    /// The request's key parameters, with control characters escaped.
    pub summary: String,
    /// `ok`, or the code of the error.
    pub outcome: String,
}

/// How often an operation was called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// All calls, whatever came of them.
    pub calls: u64,
    /// Those answered with the service's throttling error.
    pub throttled: u64,
    /// Those answered with an access denied.
    pub denied: u64,
}

impl std::ops::AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        let Self { calls, throttled, denied } = other;
        self.calls += calls;
        self.throttled += throttled;
        self.denied += denied;
    }
}

/// Counts calls by `service:Operation`.
pub fn counts<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> BTreeMap<String, Count> {
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for entry in entries {
        let is = |codes: &[&str]| u64::from(codes.contains(&entry.outcome.as_str()));
        *counts.entry(format!("{}:{}", entry.service, entry.operation)).or_default() += Count {
            calls: 1,
            throttled: is(&["ThrottlingException", "TooManyRequestsException", "Throttling"]),
            denied: is(&["AccessDeniedException", "AccessDenied"]),
        };
    }
    counts
}

/// Members that say nothing about a call: the same in all of them, or how it is read.
const SILENT: [&str; 16] = [
    "InstanceArn",
    "IdentityStoreId",
    "MaxResults",
    "NextToken",
    "TargetType",
    "maxResults",
    "nextToken",
    "PageSize",
    "PageToken",
    "AcceptLanguage",
    "ProductId",
    "ProvisioningArtifactId",
    "PathId",
    "ProvisionToken",
    "UpdateToken",
    "TerminateToken",
];
/// Longest text of one value, and of all.
const VALUE: usize = 80;
/// Members that are lists of keys and values, and told as such.
const PARAMETERS: [&str; 2] = ["parameters", "ProvisioningParameters"];
/// Longest text of one of them.
const PAIRS: usize = 200;
const SUMMARY: usize = 240;

/// Whether an operation changes something, told by its name as all of AWS's are.
pub(super) fn writes(operation: &str) -> bool {
    !["List", "Describe", "Get", "Search", "Lookup", "Scan", "IsMember"]
        .iter()
        .any(|read| operation.starts_with(read))
}

/// The key parameters of a request.
pub(super) fn summary(members: &Map<String, Value>) -> String {
    let sorted: BTreeMap<&String, &Value> = members.iter().collect();
    let shown = sorted
        .into_iter()
        .filter(|(name, value)| !SILENT.contains(&name.as_str()) && !value.is_null())
        .map(|(name, value)| format!("{}={}", visible(name), shown(name, value)));
    cut(&shown.collect::<Vec<_>>().join(" "), SUMMARY)
}

fn shown(name: &str, value: &Value) -> String {
    let pairs = PARAMETERS.contains(&name).then(|| value.as_array()).flatten();
    match pairs.and_then(|items| self::pairs(items)) {
        Some(pairs) => cut(&visible(&pairs), PAIRS),
        None => short(value),
    }
}

fn short(value: &Value) -> String {
    let text = match value {
        // Of an ARN the last part tells which one it is.
        Value::String(text) if text.starts_with("arn:") => {
            text.rsplit_once('/').map_or(text.as_str(), |(_, last)| last).to_owned()
        }
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    cut(&visible(&text), VALUE)
}

/// A list of keys and values, in short.
fn pairs(items: &[Value]) -> Option<String> {
    let member = |item: &Value, names: [&str; 2]| {
        let value = names.into_iter().find_map(|name| item.get(name))?;
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    let pair = |item: &Value| {
        let key = member(item, ["Key", "key"])?;
        let value = member(item, ["Value", "value"]);
        Some(value.map_or_else(|| format!("{key}:"), |value| format!("{key}:{value}")))
    };
    let all: Option<Vec<String>> = items.iter().map(pair).collect();
    all.filter(|all| !all.is_empty()).map(|all| all.join(","))
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// Escapes what a terminal would act upon: controls, and marks that turn the direction of text.
fn visible(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let hidden = c.is_control()
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
            let escaped = hidden.then(|| c.escape_default().collect::<Vec<_>>());
            escaped.unwrap_or_else(|| vec![c])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{summary, writes};
    use serde_json::json;

    #[test]
    fn a_summary_is_short_and_safe() {
        let request = json!({"InstanceArn": "arn:x", "Name": "a\u{1b}[31m\u{202e}b", "Set": "arn:aws:x/ps-1"});
        let text = summary(request.as_object().unwrap());
        assert_eq!(text, "Name=a\\u{1b}[31m\\u{202e}b Set=ps-1");
        let long = json!({"Name": "x".repeat(500)});
        assert_eq!(summary(long.as_object().unwrap()).chars().count(), 85);
        let pairs = json!({"parameters": [{"key": "AllowedRegions", "value": ["a"]}, {"Key": "Name", "UsePreviousValue": true}]});
        let text = summary(pairs.as_object().unwrap());
        assert_eq!(text, "parameters=AllowedRegions:[\"a\"],Name:");
    }

    #[test]
    fn names_tell_reads_from_writes() {
        assert!(writes("CreateGroup") && writes("TagResource") && writes("MoveAccount"));
        assert!(!writes("ListGroups") && !writes("IsMemberInGroups") && !writes("GetUserId"));
    }
}
