//! SNS: `Publish`, so that messages can be rehearsed. A topic of any account of the organization takes them, and nobody
//! gets them.

use super::check::{ANY, Input};
use super::failure::{Answer, Failure};
use super::id;
use super::router::Call;
use serde_json::json;

/// Bytes of the longest message ("Publish", API reference).
const MESSAGE: usize = 262_144;
/// Characters of the longest subject.
const SUBJECT: usize = 100;

pub(super) fn answer(call: &Call<'_>, input: &Input) -> Answer {
    if call.operation != "Publish" {
        let text = format!("Could not find operation {} for version 2010-03-31", call.operation);
        return Err(Failure::new("InvalidAction", text));
    }
    let invalid =
        |text: &str| Failure::new("InvalidParameter", format!("Invalid parameter: {text}"));
    let arn = input.optional("TopicArn", &ANY)?.ok_or_else(|| invalid("TopicArn"))?;
    let parts: Vec<&str> = arn.split(':').collect();
    let ["arn", _, "sns", _, account, _] = parts.as_slice() else {
        return Err(invalid("TopicArn Reason: An ARN must have at least 6 elements"));
    };
    let message = input.optional("Message", &ANY)?.unwrap_or_default();
    if message.is_empty() || message.len() > MESSAGE {
        return Err(invalid("Message"));
    }
    if let Some(subject) = input.optional("Subject", &ANY)? {
        let printable = subject.chars().all(|c| matches!(c, ' '..='~'));
        let begins = subject.starts_with(|c: char| c.is_ascii_graphic());
        if !printable || !begins || subject.chars().count() > SUBJECT {
            return Err(invalid("Subject"));
        }
    }
    if !call.world.organization.accounts.contains_key(*account) {
        return Err(Failure { status: 404, ..Failure::new("NotFound", "Topic does not exist") });
    }
    let number = format!("message/{arn}/{}/{message}", call.clock.now());
    Ok(json!({ "MessageId": id::uuid(&number) }))
}
