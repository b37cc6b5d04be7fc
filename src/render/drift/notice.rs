//! A run as a message: to Slack, to a webhook, to a topic. The same facts in each form: counts, the worst items,
//! where to read more.

use crate::drift::tell::{Numbers, Occasion, Telling, by_severity, item};
use crate::drift::{Drift, Item};
use crate::id::UserName;
use crate::text::{counted, shorten, visible};
use serde_json::{Value, json};

/// The version of a webhook's document.
const FORMAT_VERSION: &str = "1.0";
/// What kind of document it is.
const KIND: &str = "landgrant.drift.notification";

/// Items that a message for people tells of.
const TOLD: usize = 20;
/// Items that a webhook gets.
const SENT: usize = 100;
/// People that an item names before it only counts them.
const NAMED: usize = 5;
/// The longest text of one item, in characters; far below what Slack takes in a block (3,000).
const ITEM: usize = 1_200;
/// The longest title: Slack's of a header.
const TITLE: usize = 150;
/// The longest subject: of an e-mail from SNS.
const SUBJECT: usize = 100;

/// A message in every form.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// One line of ASCII.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// Slack's blocks.
    pub slack: Value,
    /// The document of a webhook.
    pub webhook: Value,
}

/// Where a message is from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Source<'s> {
    /// Where to read more.
    pub link: Option<&'s str>,
    /// In a word, where this is no real organization.
    pub rehearsal: Option<&'s str>,
}

/// What a run found.
pub fn notice(drift: &Drift, telling: &Telling<'_>, source: Source<'_>) -> Notice {
    let title = title(drift, telling);
    let numbers = Numbers::of(drift);
    let mut lines = vec![counts(numbers)];
    if let Some(attributing) = drift.attributing.as_ref().filter(|a| !a.troubles.is_empty()) {
        let said = attributing.troubles.iter().map(crate::drift::Unread::code_of);
        let said: Vec<String> = said.collect();
        lines.push(format!("who did it is not known: {}", said.join(", ")));
    }
    let items: Vec<String> = telling.items.iter().take(TOLD).map(|item| one(item)).collect();
    let rest = telling.items.get(TOLD..).unwrap_or_default();
    let more = (!rest.is_empty())
        .then(|| format!("… and {}: {}", counted(rest.len(), "more item"), severities(rest)));
    let scope = &drift.scope;
    let document = json!({
        "status": telling.occasion.name(),
        "scope": { "organization": scope.organization, "instance": scope.instance, "region": scope.region },
        "observed": { "ended": drift.taken.ended.to_string() },
        "complete": drift.is_complete(),
        "gaps": drift.gaps.iter().map(|gap| json!({
            "part": gap.part, "operation": gap.operation, "code": gap.code,
        })).collect::<Vec<_>>(),
        "counts": numbers_json(numbers, telling),
        "items": telling.items.iter().take(SENT).map(|one| item(one, drift)).collect::<Vec<_>>(),
        "more": telling.items.len().saturating_sub(SENT),
    });
    Message { title, lines, items, more, document, source }.notice()
}

/// That a run could not look at all.
pub fn failed(exit: u8, because: &str, source: Source<'_>) -> Notice {
    let document = json!({
        "status": "failed",
        "complete": false,
        "exit": exit,
        "because": because,
    });
    let title = "landgrant could not look for drift".to_owned();
    let lines = vec![format!("exit code {exit}: {because}")];
    Message { title, lines, items: Vec::new(), more: None, document, source }.notice()
}

/// A message before it has a form.
struct Message<'s> {
    title: String,
    lines: Vec<String>,
    items: Vec<String>,
    more: Option<String>,
    document: Value,
    source: Source<'s>,
}

impl Message<'_> {
    fn notice(self) -> Notice {
        let Self { title, lines, items, more, mut document, source } = self;
        let title = match source.rehearsal {
            Some(word) => format!("[{word}] {title}"),
            None => title,
        };
        let title = shown(&title);
        let lines: Vec<String> = lines.iter().map(|line| cut(&shown(line), ITEM)).collect();
        let items: Vec<String> = items.iter().map(|item| cut(item, ITEM)).collect();
        let more = more.map(|more| shown(&more));
        if let Value::Object(document) = &mut document {
            document.insert("format_version".to_owned(), FORMAT_VERSION.into());
            document.insert("kind".to_owned(), KIND.into());
            document.insert(
                "tool".to_owned(),
                json!({ "name": "landgrant", "version": env!("CARGO_PKG_VERSION") }),
            );
            document.insert("title".to_owned(), title.clone().into());
            document.insert("rehearsal".to_owned(), json!(source.rehearsal));
            document.insert("link".to_owned(), json!(source.link));
        }
        let mut text = format!("{title}\n\n{}\n", lines.join("\n"));
        for part in items.iter().chain(&more) {
            text.push('\n');
            text.push_str(part);
            text.push('\n');
        }
        if let Some(link) = source.link {
            text.push('\n');
            text.push_str(link);
            text.push('\n');
        }
        let slack = slack(&title, &lines, &items, more.as_ref(), source.link);
        Notice { subject: subject(&title), text, slack, webhook: document }
    }
}

/// Slack's form: a header, the counts, a section for each item, a link. Names stand in plain text, in which nobody is
/// mentioned and nothing is a link; the text of the notification itself is escaped as Slack asks.
fn slack(
    title: &str,
    lines: &[String],
    items: &[String],
    more: Option<&String>,
    link: Option<&str>,
) -> Value {
    let plain = |kind: &str, text: &str| json!({ "type": kind, "text": { "type": "plain_text", "text": text, "emoji": false } });
    let mut blocks = vec![plain("header", &cut(title, TITLE))];
    let sections = lines.iter().chain(items).chain(more);
    blocks.extend(sections.map(|text| plain("section", text)));
    if let Some(link) = link {
        let text = format!("<{}|open the run>", escaped(&link.replace('|', "%7C")));
        blocks.push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": text } }));
    }
    json!({ "text": escaped(&cut(title, TITLE)), "blocks": blocks })
}

/// The three characters that Slack reads in a text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn title(drift: &Drift, telling: &Telling<'_>) -> String {
    let organization = &drift.scope.organization;
    let items = || {
        let items = counted(telling.items.len(), "item");
        format!("{items} to look at: {}", severities(&telling.items))
    };
    match telling.occasion {
        Occasion::Heartbeat => format!("no new drift in {organization}"),
        Occasion::News => format!("drift in {organization}: {}", items()),
        Occasion::Incomplete => {
            let gaps = counted(drift.gaps.len(), "part");
            format!("drift in {organization}: {gaps} could not be read; {}", items())
        }
    }
}

fn severities(items: &[&Item]) -> String {
    let all = by_severity(items);
    let all: Vec<String> =
        all.iter().map(|(severity, count)| format!("{count} {}", severity.name())).collect();
    all.join(", ")
}

fn counts(numbers: Numbers) -> String {
    let Numbers { items, new, worse, unchanged, resolved, accepted, gaps } = numbers;
    let mut parts = vec![counted(items, "item")];
    let named = [
        (new, "new"),
        (worse, "worse"),
        (unchanged, "known"),
        (resolved, "resolved"),
        (accepted, "accepted"),
    ];
    let named = named.iter().filter(|(count, _)| *count > 0);
    parts.extend(named.map(|(count, word)| format!("{count} {word}")));
    if gaps > 0 {
        parts
            .push(format!("{} not read: of what is there nothing is known", counted(gaps, "part")));
    }
    parts.join(" · ")
}

fn numbers_json(numbers: Numbers, telling: &Telling<'_>) -> Value {
    let Numbers { items, new, worse, unchanged, resolved, accepted, gaps } = numbers;
    let told = by_severity(&telling.items).into_iter();
    let told: serde_json::Map<String, Value> =
        told.map(|(severity, count)| (severity.name().to_owned(), count.into())).collect();
    json!({
        "items": items, "new": new, "worse": worse, "unchanged": unchanged,
        "resolved": resolved, "accepted": accepted, "gaps": gaps, "told": told,
    })
}

/// One item in a few lines.
fn one(item: &Item) -> String {
    let news = item.news.map(|news| format!(" ({})", news.name())).unwrap_or_default();
    let head = format!("{} {}{news} {}", item.severity.name(), item.class.name(), item.address);
    let mut lines = vec![shown(&head), shown(&item.because)];
    if !item.people.is_empty() {
        let named = item.people.iter().take(NAMED).map(UserName::as_str);
        let named = named.collect::<Vec<_>>().join(", ");
        let more = item.people.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let people = counted(item.people.len(), "person");
        lines.push(shown(&format!("{people}: {named}{more}")));
    }
    if let Some(by) = &item.attribution {
        lines.push(shown(&format!("by: {}", by.summary())));
    }
    lines.iter().map(|line| cut(line, ITEM / 3)).collect::<Vec<_>>().join("\n")
}

fn shown(text: &str) -> String {
    visible(text)
}

/// The beginning of a text that is too long, in characters.
fn cut(text: &str, most: usize) -> String {
    shorten(text, most.saturating_sub(1))
}

/// An e-mail's subject, as SNS takes it: ASCII, of one line, no longer than a hundred characters.
fn subject(title: &str) -> String {
    let ascii = title.chars().map(|c| if matches!(c, ' '..='~') { c } else { '?' });
    ascii.take(SUBJECT).collect::<String>().trim().to_owned()
}
