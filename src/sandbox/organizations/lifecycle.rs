//! Creating and closing accounts, which Organizations does asynchronously.

use super::super::accounts::Creation;
use super::super::check::{ACCOUNT_EMAIL, ACCOUNT_NAME, ANY, CREATION_ID, Input, ROLE_NAME};
use super::super::failure::{Answer, Failure};
use super::super::id;
use super::super::requests::{Status, due};
use super::super::router::Call;
use super::account::{account_id, missing};
use super::unit::TAGS;
use super::{PAGE, constraint};
use serde_json::{Map, Value, json};
use std::time::Duration;

const STATES: [&str; 3] = ["IN_PROGRESS", "SUCCEEDED", "FAILED"];

/// Accepted whatever the address: that it is taken shows when the request ends.
pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let email = input.text("Email", &ACCOUNT_EMAIL)?;
    let name = input.text("AccountName", &ACCOUNT_NAME)?;
    input.optional("RoleName", &ROLE_NAME)?;
    input.optional_choice("IamUserAccessToBilling", &["ALLOW", "DENY"])?;
    let tags = input.tags(TAGS)?;
    // The model has no error of its own for this; the text was reported by those who created several at once. [U]
    let running = call.accounts.being_created();
    if call.quotas().is_some_and(|quotas| running >= quotas.account_creations) {
        return Err(Failure::new(
            "TooManyRequestsException",
            "AWS Organizations can't complete your request because another request is already in progress. \
             Try again later.",
        ));
    }
    let delay = if call.hangs { Duration::MAX } else { call.options.delay };
    let number = call.world.next_number();
    let creation = Creation {
        id: format!("car-{number:08x}{}", id::hex(&format!("creation/{number}"), 24)),
        name: name.to_owned(),
        email: email.to_owned(),
        tags: tags.into_iter().collect(),
        requested: call.clock.now(),
        completed: None,
        account: None,
        forced: call.forced.take(),
        status: Status::InProgress(due(None, delay)),
    };
    let answer = json!({"CreateAccountStatus": show(&creation)});
    call.accounts.create(creation);
    Ok(answer)
}

fn show(creation: &Creation) -> Value {
    let Creation { id, name, email: _, tags: _, requested, completed, account, forced: _, status } =
        creation;
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("Id", json!(id));
    add("AccountName", json!(name));
    add("State", json!(status.name()));
    add("RequestedTimestamp", json!(requested));
    if let Some(completed) = completed {
        add("CompletedTimestamp", json!(completed));
    }
    if let Some(account) = account {
        add("AccountId", json!(account));
    }
    if let Status::Failed(reason) = status {
        add("FailureReason", json!(reason));
    }
    Value::Object(members)
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let id = input.text("CreateAccountRequestId", &CREATION_ID)?;
    let creation = call.accounts.creations().get(id).ok_or_else(|| {
        Failure::new(
            "CreateAccountStatusNotFoundException",
            "We can't find a create account request with the CreateAccountRequestId that you specified.",
        )
    })?;
    Ok(json!({"CreateAccountStatus": show(creation)}))
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let states = match input.value("States") {
        Some(_) => input.texts("States", (0, usize::MAX), &ANY)?,
        None => Vec::new(),
    };
    if let Some(wrong) = states.iter().find(|state| !STATES.contains(&state.as_str())) {
        let text = format!("Member must satisfy enum value set: [{}]", STATES.join(", "));
        return Err(input.invalid("States", &format!("{text}, not {wrong}")));
    }
    call.paging(input, PAGE).page_of(
        "CreateAccountStatuses",
        call.accounts.creations(),
        |_, creation| {
            states.is_empty() || states.iter().any(|state| state == creation.status.name())
        },
        |_, creation| show(creation),
    )
}

/// The account is `PENDING_CLOSURE` at once, and `SUSPENDED` when the request ends. That it ends at all is taken for
/// granted: there is no status to ask for.
pub(super) fn close(call: &mut Call<'_>, input: &Input) -> Answer {
    let id = account_id(call, input)?;
    if id == call.world.organization.management_account {
        let text = "You can't close the management account of the organization.";
        return Err(constraint("CANNOT_CLOSE_MANAGEMENT_ACCOUNT", text));
    }
    let many = has_closed_many(call);
    let running = call.accounts.closures().len();
    let full = call.quotas().is_some_and(|quotas| running >= quotas.account_closures);
    let account = call.world.organization.accounts.get_mut(id).ok_or_else(missing)?;
    match account.state.as_deref() {
        Some("PENDING_CLOSURE") => {
            let text = "The account is being closed by another request.";
            return Err(Failure::conflict(text));
        }
        Some("SUSPENDED" | "CLOSED") => {
            let text = "You attempted to close an account that is already closed.";
            return Err(Failure::new("AccountAlreadyClosedException", text));
        }
        _ if many => {
            let text = "You have exceeded the number of accounts that you can close in 30 days.";
            return Err(constraint("CLOSE_ACCOUNT_QUOTA_EXCEEDED", text));
        }
        _ if full => {
            let text =
                "You attempted to exceed the number of accounts that you can close at a time.";
            return Err(constraint("CLOSE_ACCOUNT_REQUESTS_LIMIT_EXCEEDED", text));
        }
        _ => account.state = Some("PENDING_CLOSURE".to_owned()),
    }
    call.accounts.close(id, due(None, call.options.delay));
    call.accounts.remember_closed(id, call.clock.now());
    Ok(Value::Null)
}

/// Seconds in which only so many accounts may be closed.
const MONTH: i64 = 30 * 86_400;
/// The most of these, however many accounts there are.
const MOST_CLOSED: usize = 1_000;

/// Whether no more accounts may be closed for now: a fifth of them, but some always.
fn has_closed_many(call: &Call<'_>) -> bool {
    let Some(quotas) = call.quotas() else { return false };
    let since = call.clock.now() - MONTH;
    let closed = call.accounts.closed().values().filter(|at| **at > since).count();
    let fifth = call.world.organization.accounts.len() / 5;
    closed >= quotas.account_closures_a_month.max(fifth).min(MOST_CLOSED)
}
