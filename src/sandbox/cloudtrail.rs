//! CloudTrail: what was done, as its event history tells it.
//!
//! Calls that change something are recorded, those that the service refused too; what a test does to the world behind
//! everyone's back is not. A bounded number is kept with the world, so that a later process sees them. AWS has an event
//! within some fifteen minutes; here it is there at once, and in every Region.

mod record;

use super::check::{ANY, Input, NEXT_TOKEN};
use super::failure::{Answer, Failure};
use super::router::Call;
use serde_json::{Value, json};
use std::collections::VecDeque;

pub(super) use record::{Caller, Done, event, is_recorded};

/// Events that are kept: the newest.
const KEPT: usize = 500;
/// The most that a page may hold.
const PAGE: usize = 50;
/// Attributes that events can be looked up by ("`LookupAttribute`", API reference).
const KEYS: [&str; 8] = [
    "EventId",
    "EventName",
    "ReadOnly",
    "Username",
    "ResourceType",
    "ResourceName",
    "EventSource",
    "AccessKeyId",
];

/// The newest events, each as the text of a `CloudTrailEvent` has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Events {
    kept: VecDeque<Value>,
    /// How many were dropped, so that places in a listing stay what they are.
    dropped: u64,
}

impl Events {
    /// Events that were written down, oldest first.
    pub(super) fn restore(events: Vec<Value>) -> Self {
        let mut out = Self::default();
        for event in events {
            out.record(event);
        }
        out
    }

    /// All of them, oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.kept.iter()
    }

    /// How many are kept.
    pub(super) fn len(&self) -> usize {
        self.kept.len()
    }

    /// Takes one more, and drops the oldest where there are too many.
    pub(super) fn record(&mut self, event: Value) {
        self.kept.push_back(event);
        if self.kept.len() > KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
    }

    /// The newest first, each with a key by which they are in this order.
    fn newest(&self) -> impl Iterator<Item = (String, &Value)> {
        let numbered = (self.dropped..).zip(&self.kept);
        let mut all: Vec<(String, &Value)> =
            numbered.map(|(n, event)| (format!("{:020}", u64::MAX - n), event)).collect();
        all.reverse();
        all.into_iter()
    }
}

pub(super) fn answer(call: &Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "LookupEvents" => lookup(call, input),
        other => Err(Failure::unknown_operation(other)),
    }
}

/// What is looked for.
struct Wanted<'i> {
    attribute: Option<(&'i str, &'i str)>,
    from: Option<f64>,
    until: Option<f64>,
}

/// `LookupEvents`: those of the caller's account, newest first, by at most one attribute.
fn lookup(call: &Call<'_>, input: &Input) -> Answer {
    let attribute = attribute(input)?;
    let wanted = Wanted {
        attribute: attribute.as_ref().map(|(key, value)| (key.as_str(), value.as_str())),
        from: time(input, "StartTime")?,
        until: time(input, "EndTime")?,
    };
    if matches!((wanted.from, wanted.until), (Some(from), Some(until)) if from > until) {
        let text = "The start time must not be after the end time.";
        return Err(Failure::new("InvalidTimeRangeException", text));
    }
    match input.optional("EventCategory", &ANY)? {
        None => {}
        // Insights are another history, which is empty here.
        Some("insight") => return Ok(json!({ "Events": [] })),
        Some(_) => {
            let text = "The event category is not valid.";
            return Err(Failure::new("InvalidEventCategoryException", text));
        }
    }
    input.page_size(1, PAGE).map_err(|failure| renamed(failure, "InvalidMaxResultsException"))?;
    input
        .optional("NextToken", &NEXT_TOKEN)
        .map_err(|failure| renamed(failure, "InvalidNextTokenException"))?;
    let events = call.events.newest();
    let events = events.filter(|(_, event)| wanted.takes(event, call.caller));
    call.paging(input, PAGE)
        .page("Events", events, shown)
        .map_err(|failure| renamed(failure, "InvalidNextTokenException"))
}

/// CloudTrail has an exception of its own for each member that is wrong.
fn renamed(failure: Failure, code: &'static str) -> Failure {
    if failure.code == "ValidationException" { Failure { code, ..failure } } else { failure }
}

fn attribute(input: &Input) -> Result<Option<(String, String)>, Failure> {
    let wrong = || {
        let text = "You can specify one lookup attribute, with a valid key and a value.";
        Failure::new("InvalidLookupAttributesException", text)
    };
    let all = input.objects("LookupAttributes", (0, usize::MAX))?;
    let [one] = all.as_slice() else {
        return if all.is_empty() { Ok(None) } else { Err(wrong()) };
    };
    let key = one.text("AttributeKey", &ANY).map_err(|_| wrong())?;
    let value = one.text("AttributeValue", &ANY).map_err(|_| wrong())?;
    let fits = KEYS.contains(&key) && (1..=2000).contains(&value.chars().count());
    if fits { Ok(Some((key.to_owned(), value.to_owned()))) } else { Err(wrong()) }
}

/// A time as json-1.1 has it: seconds since 1970.
fn time(input: &Input, name: &str) -> Result<Option<f64>, Failure> {
    let Some(value) = input.value(name) else { return Ok(None) };
    value.as_f64().map(Some).ok_or_else(|| {
        Failure::new("SerializationException", format!("the member '{name}' is no timestamp"))
    })
}

fn text<'e>(event: &'e Value, pointer: &str) -> &'e str {
    event.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Seconds since 1970.
#[expect(clippy::cast_precision_loss, reason = "whole seconds of this millennium")]
fn seconds(event: &Value) -> f64 {
    super::clock::seconds(text(event, "/eventTime")).unwrap_or_default() as f64
}

impl Wanted<'_> {
    fn takes(&self, event: &Value, account: &str) -> bool {
        let at = seconds(event);
        text(event, "/recipientAccountId") == account
            && self.from.is_none_or(|from| at >= from.floor())
            && self.until.is_none_or(|until| at <= until)
            && self.attribute.is_none_or(|(key, value)| has(event, key, value))
    }
}

fn has(event: &Value, key: &str, value: &str) -> bool {
    match key {
        "EventId" => text(event, "/eventID") == value,
        "EventName" => text(event, "/eventName") == value,
        "EventSource" => text(event, "/eventSource") == value,
        "Username" => record::user_name(event) == value,
        "AccessKeyId" => text(event, "/userIdentity/accessKeyId") == value,
        // All of them change something.
        "ReadOnly" => value == "false",
        // The services here name no resources in their events.
        _ => false,
    }
}

fn shown(event: &Value) -> Value {
    json!({
        "EventId": text(event, "/eventID"),
        "EventName": text(event, "/eventName"),
        "ReadOnly": "false",
        "AccessKeyId": text(event, "/userIdentity/accessKeyId"),
        "EventTime": seconds(event),
        "EventSource": text(event, "/eventSource"),
        "Username": record::user_name(event),
        "Resources": [],
        "CloudTrailEvent": event.to_string(),
    })
}
