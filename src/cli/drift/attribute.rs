//! `drift --attribute`: who is behind what is new, as far as CloudTrail tells.

use crate::aws::Aws;
use crate::aws::events;
use crate::cli::args::{DriftArgs, Since};
use crate::cli::planning::Connection;
use crate::drift::attribution::{Place, Search};
use crate::drift::{Drift, Unread};
use crate::live::Live;
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// How long CloudTrail's event history is, less an hour in which two clocks may differ.
const HISTORY: SignedDuration = SignedDuration::from_hours(90 * 24 - 1);
/// How much earlier than the baseline is looked: events have the clocks of others.
const MARGIN: SignedDuration = SignedDuration::from_mins(15);
/// How long the search may take. It ends sooner where a page takes longer than it should.
const AT_MOST: Duration = Duration::from_mins(5);
/// The operation, as gaps have it.
const LOOKUP: &str = "cloudtrail:LookupEvents";

/// Looks for who is behind the items that are news. Nothing that goes wrong here is a failure.
pub(super) async fn attribute(
    drift: &mut Drift,
    args: &DriftArgs,
    (live, connection): (&Live, Option<&Connection>),
    now: Timestamp,
) {
    let history = now.checked_sub(HISTORY).unwrap_or(Timestamp::MIN);
    let since = since(drift, args, (history, now));
    let mut search = Search::new(drift, since, history);
    let most = usize::from(args.attribute_calls);
    match connection {
        Some(connection) => look(&mut search, &connection.aws, live, most).await,
        None if search.is_needed() => {
            for place in [Place::IdentityCenter, Place::Organizations] {
                search.stop(place, trouble("no answer", "a snapshot has no event history"));
            }
        }
        None => {}
    }
    if search.calls() > 0
        && let Some(connection) = connection
    {
        let calls = connection.aws.calls();
        drift.taken.calls.extend(calls.into_iter().filter(|(operation, _)| operation == LOOKUP));
    }
    search.finish(drift, live, most);
}

fn trouble(code: &str, message: &str) -> Unread {
    Unread {
        part: "who did it".to_owned(),
        operation: LOOKUP.to_owned(),
        code: code.to_owned(),
        message: message.to_owned(),
    }
}

/// From when on: what is asked for, else since the baseline, else as far back as there is anything.
fn since(drift: &Drift, args: &DriftArgs, (history, now): (Timestamp, Timestamp)) -> Timestamp {
    let before = |time: Timestamp, by| time.checked_sub(by).unwrap_or(Timestamp::MIN);
    let baseline = drift.since.as_ref().and_then(|since| since.taken);
    let since = match args.attribute_since {
        Some(Since::At(time)) => time,
        Some(Since::Ago(ago)) => before(now, ago),
        None => baseline.map_or(history, |taken| before(taken, MARGIN)),
    };
    since.clamp(history, now)
}

async fn look(search: &mut Search, aws: &Aws, live: &Live, most: usize) {
    let begun = Instant::now();
    while search.calls() < most && begun.elapsed() < AT_MOST {
        let Some(query) = search.next() else { return };
        let there = aws.in_region(region(query.place, live));
        let page = events::page(&there, query.name, query.since, query.token.as_deref());
        match tokio::time::timeout(AT_MOST, page).await {
            Ok(Ok(page)) => search.learn(&query, page.events, page.next),
            Ok(Err(error)) => search.fails(query.place, trouble(&error.code, &error.message)),
            Err(_) => search.fails(query.place, trouble("no answer", "it took too long")),
        }
    }
}

fn region(place: Place, live: &Live) -> &str {
    match place {
        Place::IdentityCenter => &live.identity_center.region,
        Place::Organizations => {
            events::organizations_region(live.identity_center.instance.as_str())
        }
    }
}
