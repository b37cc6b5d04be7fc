//! Drift as text: one line where there is none, else the worst first.

mod junit;
mod markdown;
pub mod notice;
mod prometheus;
mod sarif;
#[cfg(test)]
mod tests;

pub use junit::junit;
pub use markdown::markdown;
pub use prometheus::prometheus;
pub use sarif::sarif;

use super::access::place;
use super::{Page, Tone, counted};
use crate::access::level::Level;
use crate::diag::Files;
use crate::drift::attribution::Attribution;
use crate::drift::baseline::News;
use crate::drift::fail::FailOn;
use crate::drift::{Drift, Item, Severity, Unread};
use crate::id::UserName;
use crate::plan::Counts;
use std::collections::BTreeMap;

/// Items that are told with all that is known of them.
const TOLD: usize = 40;
/// Items that have a line, besides those.
const LISTED: usize = 160;
/// People that an item names before it only counts them.
const NAMED: usize = 8;

/// The whole text.
pub fn text(drift: &Drift, files: &Files, on: FailOn, color: bool) -> String {
    let mut page = Page::new(color);
    let loud: Vec<&Item> = drift.items.iter().filter(|item| !item.is_accepted()).collect();
    if loud.is_empty() && drift.is_complete() {
        page.row(0, Tone::Plain, &clean(drift));
    } else {
        page.row(0, Tone::Strong, &head(drift, &loud));
        read(&mut page, drift);
        items(&mut page, files, &loud);
    }
    accepted(&mut page, drift, files);
    resolved(&mut page, drift);
    if !(loud.is_empty() && drift.is_complete()) {
        page.gap();
        page.heading("ignored", &or_nothing(&kinds(&drift.ignored)));
        page.heading("unmanaged", &or_nothing(&left(drift)));
        page.heading("total", &totals(drift, on));
    }
    page.finish()
}

/// One line for a run that found nothing.
fn clean(drift: &Drift) -> String {
    let looked = looked_at(drift.counts);
    let seen = if drift.reading().cannot_see().is_empty() { "" } else { ", as far as was read" };
    let accepted = match drift.accepts.items {
        0 => String::new(),
        items => format!(" but what is accepted ({})", counted(items, "item")),
    };
    let mut parts = vec![format!("no drift{accepted}: {looked} are as declared{seen}")];
    let ignored = kinds(&drift.ignored);
    if !ignored.is_empty() {
        parts.push(format!("ignored {}", ignored.join(", ")));
    }
    let left = left(drift);
    if !left.is_empty() {
        parts.push(format!("unmanaged {}", left.join(", ")));
    }
    parts.join(" · ")
}

fn looked_at(counts: Counts) -> String {
    let Counts { accounts, permission_sets, users, groups, grants } = counts;
    [
        counted(accounts, "account"),
        counted(permission_sets, "permission set"),
        counted(users, "user"),
        counted(groups, "group"),
        counted(grants, "grant"),
    ]
    .join(", ")
}

fn head(drift: &Drift, loud: &[&Item]) -> String {
    let mut parts = vec![format!("drift: {}", counted(loud.len(), "item"))];
    let by_severity = Severity::ALL.iter().filter_map(|severity| {
        let count = loud.iter().filter(|item| item.severity == *severity).count();
        (count > 0).then(|| format!("{count} {}", severity.name()))
    });
    let by_severity: Vec<String> = by_severity.collect();
    if !by_severity.is_empty() {
        parts.push(by_severity.join(", "));
    }
    if drift.since.is_some() {
        let count = |news| loud.iter().filter(|item| item.news == Some(news)).count();
        let all = [News::New, News::Worse, News::Unchanged];
        let all = all.map(|news| (count(news), news.name()));
        let some = all.iter().filter(|(count, _)| *count > 0);
        parts.extend(
            Some(
                some.map(|(count, name)| format!("{count} {name}")).collect::<Vec<_>>().join(", "),
            )
            .filter(|text| !text.is_empty()),
        );
    }
    parts.join(" · ")
}

fn read(page: &mut Page, drift: &Drift) {
    let taken = &drift.taken;
    let scope = &drift.scope;
    let calls = usize::try_from(taken.calls.values().sum::<u64>()).unwrap_or(usize::MAX);
    let (organization, region) = (&scope.organization, &scope.region);
    let looked = looked_at(drift.counts);
    page.heading(
        "read",
        &format!("{organization} in {region} · {looked} · {}", counted(calls, "call")),
    );
    for unseen in taken.reading.cannot_see() {
        page.row(12, Tone::Quiet, &format!("not seen (but by --read full): {unseen}"));
    }
    attributing(page, drift);
    if !drift.is_complete() {
        let parts = counted(drift.gaps.len(), "part");
        let text = format!("! {parts} could not be read: of what is there nothing is known");
        page.row(12, Tone::Warn, &text);
    }
}

/// How far it is known who did it, and once why not.
fn attributing(page: &mut Page, drift: &Drift) {
    let Some(attributing) = &drift.attributing else { return };
    let (to, nobody) = drift.attributed();
    if to + nobody == 0 {
        return;
    }
    let since = attributing.since.strftime("%Y-%m-%dT%H:%M:%SZ");
    let lookups = counted(attributing.calls, "lookup");
    let text = format!("attributed {to} of {}: {lookups} of events since {since}", to + nobody);
    page.row(12, Tone::Plain, &text);
    for Unread { part: _, operation, code, message } in &attributing.troubles {
        let text = format!("! who did it is not known: {operation} said {code}: {message}");
        page.row(12, Tone::Warn, &text);
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    let troubles: Vec<String> = attributing.troubles.iter().map(Unread::code_of).collect();
    for because in drift.items.iter().filter_map(|item| item.attribution.as_ref()?.because()) {
        if troubles.iter().any(|said| said == because) {
            continue;
        }
        *reasons.entry(because).or_default() += 1;
    }
    for (because, count) in reasons {
        page.row(12, Tone::Quiet, &format!("unattributed, {}: {because}", counted(count, "item")));
    }
    if attributing.ran_out && attributing.troubles.is_empty() {
        let text = "there are more events than were asked for: --attribute-calls allows more";
        page.row(12, Tone::Quiet, text);
    }
}

fn items(page: &mut Page, files: &Files, loud: &[&Item]) {
    // What is known since the run before comes after what is not.
    let (known, news): (Vec<&Item>, Vec<&Item>) =
        loud.iter().partition(|item| item.news == Some(News::Unchanged));
    let mut severity = None;
    for item in news.iter().take(TOLD) {
        if severity != Some(item.severity) {
            severity = Some(item.severity);
            page.gap();
            page.row(0, Tone::Strong, item.severity.name());
        }
        one(page, files, item);
    }
    let rest: Vec<&&Item> = news.iter().skip(TOLD).collect();
    listed(page, &rest, "more");
    listed(page, &known.iter().collect::<Vec<_>>(), "known since the run before");
}

/// A line each, and numbers for those after that.
fn listed(page: &mut Page, items: &[&&Item], word: &str) {
    if items.is_empty() {
        return;
    }
    page.gap();
    page.row(0, Tone::Strong, &format!("{}, {word}", counted(items.len(), "item")));
    for item in items.iter().take(LISTED) {
        page.row(
            2,
            tone(item.severity),
            &format!("{} {}", item.severity.name(), title(item, true)),
        );
    }
    let mut rest: BTreeMap<String, usize> = BTreeMap::new();
    for item in items.iter().skip(LISTED) {
        let key = format!("{} {} {}", item.severity.name(), item.class.name(), item.kind);
        *rest.entry(key).or_default() += 1;
    }
    for (key, count) in rest {
        page.row(
            2,
            Tone::Quiet,
            &format!("… {count} × {} (--format json has all)", key.replace('_', " ")),
        );
    }
}

fn tone(severity: Severity) -> Tone {
    match severity {
        Severity::Critical | Severity::High => Tone::Remove,
        Severity::Medium => Tone::Warn,
        Severity::Low => Tone::Plain,
    }
}

/// What is wrong where; a line that tells of nothing else says who did it besides.
fn title(item: &Item, brief: bool) -> String {
    let news = item.news.filter(|news| *news != News::Unchanged);
    let news = news.map(|news| format!(" ({})", news.name())).unwrap_or_default();
    let by = item.attribution.as_ref().filter(|_| brief).and_then(Attribution::who);
    let by = by.map(|who| format!(" · by {who}")).unwrap_or_default();
    format!("{} {}{news}{by}", item.class.name(), item.address)
}

fn one(page: &mut Page, files: &Files, item: &Item) {
    page.row(2, tone(item.severity), &format!("! {}", title(item, false)));
    let mut facts = vec![item.because.clone()];
    if let Some((_, level)) = &item.permission_set {
        match level {
            Level::Admin => facts.push("administrator access".to_owned()),
            Level::Privileged => facts.push("privileged access".to_owned()),
            _ => {}
        }
    }
    facts.extend(item.origin.map(|span| place(files, span, None)));
    page.row(8, Tone::Plain, &facts.join(" · "));
    if let Some(attribution) = &item.attribution {
        page.row(8, Tone::Plain, &format!("by: {}", attribution.summary()));
    }
    if !item.people.is_empty() {
        let more = item.people.len().saturating_sub(NAMED);
        let named = item.people.iter().take(NAMED).map(UserName::as_str);
        let names = named.collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let text = format!("{}: {names}{more}", counted(item.people.len(), "person"));
        page.row(8, Tone::Plain, &text);
    }
    if let Some(accepted) = item.accepted.as_ref().filter(|accepted| accepted.is_over) {
        let at = place(files, accepted.span, None);
        let text = format!(
            "! it was accepted until {} ({}), which is over · {at}",
            accepted.until, accepted.why
        );
        page.row(8, Tone::Warn, &text);
    }
    if !item.covers.is_empty() {
        page.list(8, Tone::Quiet, item.covers.iter().take(NAMED).map(String::as_str));
        if item.covers.len() > NAMED {
            page.row(8, Tone::Quiet, &format!("and {} more", item.covers.len() - NAMED));
        }
    }
    for (word, text) in [("mend", &item.mend.apply), ("or", &item.mend.edit)] {
        if !text.is_empty() {
            page.row(8, Tone::Quiet, &format!("{word}: {text}"));
        }
    }
}

fn accepted(page: &mut Page, drift: &Drift, files: &Files) {
    let quiet: Vec<&Item> = drift.items.iter().filter(|item| item.is_accepted()).collect();
    let accepts = &drift.accepts;
    if quiet.is_empty() && accepts.over.is_empty() && accepts.idle.is_empty() {
        return;
    }
    page.gap();
    page.heading("accepted", &counted(quiet.len(), "item"));
    for item in quiet.iter().take(LISTED) {
        let Some(accepted) = &item.accepted else { continue };
        let ticket = accepted.ticket.as_ref().map(|t| format!(" ({t})")).unwrap_or_default();
        page.row(2, Tone::Quiet, &format!(". {} {}", item.severity.name(), title(item, true)));
        page.row(8, Tone::Quiet, &format!("until {}: {}{ticket}", accepted.until, accepted.why));
    }
    if quiet.len() > LISTED {
        page.row(2, Tone::Quiet, &format!("… {} more", quiet.len() - LISTED));
    }
    for (what, accepted) in &accepts.over {
        let at = place(files, accepted.span, None);
        page.row(
            2,
            Tone::Warn,
            &format!("! {what} was accepted until {}, which is over · {at}", accepted.until),
        );
    }
    for (what, accepted) in &accepts.idle {
        let at = place(files, accepted.span, None);
        page.row(
            2,
            Tone::Quiet,
            &format!(". {what} is accepted and is nowhere wrong: remove it · {at}"),
        );
    }
}

fn resolved(page: &mut Page, drift: &Drift) {
    let Some(since) = &drift.since else { return };
    for (word, items, tone) in
        [("resolved", &since.resolved, Tone::Add), ("hidden", &since.hidden, Tone::Warn)]
    {
        if items.is_empty() {
            continue;
        }
        let why = if word == "hidden" { ": not seen, and not everything was read" } else { "" };
        page.gap();
        page.heading(word, &format!("{}{why}", counted(items.len(), "item")));
        for known in items.values().take(LISTED) {
            page.row(2, tone, &format!("{} {} {}", known.severity, known.class, known.address));
        }
        if items.len() > LISTED {
            page.row(2, Tone::Quiet, &format!("… {} more", items.len() - LISTED));
        }
    }
}

fn kinds(counts: &BTreeMap<&'static str, usize>) -> Vec<String> {
    let some = counts.iter().filter(|(_, count)| **count > 0);
    some.map(|(kind, count)| match *kind {
        "ous" => counted(*count, "OU"),
        kind => counted(*count, &super::plan::singular(kind)),
    })
    .collect()
}

fn left(drift: &Drift) -> Vec<String> {
    kinds(&drift.unmanaged)
}

fn or_nothing(parts: &[String]) -> String {
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn totals(drift: &Drift, on: FailOn) -> String {
    let failing = drift.counting(on).count();
    let of = counted(drift.items.len(), "item");
    let accepted = drift.accepts.items;
    format!("{of}, {accepted} accepted · counting for --fail-on {}: {failing}", on.name())
}
