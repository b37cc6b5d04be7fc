//! A plan as text, from top to bottom: what was read, access, changes, what was not done, totals.

mod markdown;

use super::{Page, Tone, access, changes, counted};
use crate::diag::Files;
use crate::live::{Gap, Part};
use crate::plan::change::Kind;
use crate::plan::document::{digest, expires, id};
use crate::plan::{Counts, Governed, Plan};
pub use markdown::markdown;

/// What the text says beyond the plan itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Whether to colour.
    pub color: bool,
    /// The command that applies this plan, where there is anything to apply.
    pub apply_with: String,
}

/// The whole text.
pub fn text(plan: &Plan, files: &Files, options: &Options) -> String {
    let mut page = Page::new(options.color);
    page.row(0, Tone::Strong, &format!("landgrant plan {}", id(plan)));
    page.gap();
    read(&mut page, plan);
    if let Some(only) = &plan.only {
        let accounts = counted(only.accounts.len(), "account");
        page.heading("only", &format!("{} · {accounts}", only.selectors.join(", ")));
    }
    if let Some(revert) = &plan.reverts {
        let when = revert.begun.as_ref().map(|time| format!(" of {time}")).unwrap_or_default();
        let done = counted(revert.undone.len(), "change");
        page.heading(
            "reverts",
            &format!("plan {}{when} · {done} that may have been made", revert.plan),
        );
    }
    newly_enforced(&mut page, plan);
    page.gap();
    access::section(&mut page, plan, files);
    page.gap();
    changes::section(&mut page, plan, files);
    page.gap();
    not_done(&mut page, plan, files);
    refused(&mut page, plan, files);
    totals(&mut page, plan, options);
    page.finish()
}

/// What was read of Control Tower.
fn governed(tower: &Governed, plan: &Plan) -> String {
    let Governed { landing_zone, registered, controls } = tower;
    let Some(zone) = landing_zone else {
        let unread = |(gap, _): &(Gap, String)| gap.part == Part::LandingZone;
        let unread = plan.observed.gaps.iter().any(unread);
        let text = if unread { "not read" } else { "no landing zone" };
        return format!("control tower: {text} in {}", plan.scope.region);
    };
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "UNKNOWN".to_owned());
    format!(
        "control tower: landing zone {}, {}, {} · {} registered, {}",
        zone.version,
        word(&zone.status),
        word(&zone.drift),
        counted(*registered, "OU"),
        counted(*controls, "control"),
    )
}

fn read(page: &mut Page, plan: &Plan) {
    let scope = &plan.scope;
    let instance = scope.instance.rsplit('/').next().unwrap_or(&scope.instance);
    let caller = scope.caller.as_deref().unwrap_or("an unknown caller");
    let (organization, region) = (&scope.organization, &scope.region);
    let standing = scope.standing.describe();
    let text = format!("{organization} · {instance} in {region} · as {caller}, {standing}");
    page.heading("read", &text);
    let Counts { accounts, permission_sets, users, groups, grants } = plan.observed.counts;
    let taken = &plan.observed.taken;
    let calls = usize::try_from(taken.calls.values().sum::<u64>()).unwrap_or(usize::MAX);
    let seconds = taken.ended.duration_since(taken.started).as_secs_f64();
    let text = [
        counted(accounts, "account"),
        counted(permission_sets, "permission set"),
        counted(users, "user"),
        counted(groups, "group"),
        counted(grants, "grant"),
    ]
    .join(", ");
    page.row(12, Tone::Plain, &format!("{text} · {} in {seconds:.1} s", counted(calls, "call")));
    if let Some(tower) = &plan.observed.control_tower {
        page.row(12, Tone::Plain, &governed(tower, plan));
    }
    let reading = &taken.reading;
    page.row(12, Tone::Plain, &format!("{} reading, {}", reading.depth.name(), reading.strategy()));
    for unseen in reading.cannot_see() {
        page.row(12, Tone::Quiet, &format!("not seen (but by --read full): {unseen}"));
    }
    for (gap, part) in &plan.observed.gaps {
        let operation = if gap.operation.is_empty() { "" } else { " from " };
        let text = format!(
            "! not read: {part}{operation}{}: {}: {}",
            gap.operation, gap.code, gap.message
        );
        page.row(12, Tone::Warn, &text);
    }
}

/// Places that a line names before it only counts them.
const NAMED: usize = 8;

/// What goes for the first time because its kind is enforced.
fn newly_enforced(page: &mut Page, plan: &Plan) {
    if plan.newly_enforced.is_empty() {
        return;
    }
    page.gap();
    let kinds: Vec<&str> = plan.newly_enforced.keys().map(|kind| kind.name()).collect();
    let text =
        format!("{}: for the first time, as far as the journals here tell", kinds.join(", "));
    page.heading("enforced", &text);
    for (kind, places) in &plan.newly_enforced {
        let number = places.values().sum();
        let things = match kind {
            Kind::Ous => counted(number, "OU"),
            kind => {
                counted(number, &singular(kind.name().strip_suffix('s').unwrap_or(kind.name())))
            }
        };
        let named = places.iter().filter(|(place, _)| !place.is_empty()).take(NAMED);
        let mut named: Vec<String> = named.map(|(place, n)| format!("{place} {n}")).collect();
        if places.len() > NAMED {
            named.push(format!("{} more", places.len() - NAMED));
        }
        let go = if number == 1 { "goes" } else { "go" };
        let text = format!("! {things} that nobody declared {go}");
        page.row(2, Tone::Remove, &text);
        if !named.is_empty() {
            page.row(8, Tone::Quiet, &named.join(", "));
        }
    }
}

fn not_done(page: &mut Page, plan: &Plan, files: &Files) {
    if plan.held.is_empty() {
        page.heading("held", "nothing");
    } else {
        page.heading("held", &counted(plan.held.len(), "change"));
        for held in &plan.held {
            let text = format!("= {} {}: {}", held.action, held.address, held.reason.name());
            page.row(2, Tone::Warn, &text);
            let origin = held.origin.map(|span| access::place(files, span, None));
            let notes: Vec<&str> = [Some(held.detail.as_str()), origin.as_deref()]
                .into_iter()
                .flatten()
                .filter(|t| !t.is_empty())
                .collect();
            page.row(8, Tone::Quiet, &notes.join(" · "));
        }
    }
    if plan.only.is_some() {
        let changes = counted(plan.left_out.values().sum(), "change");
        let narrow = plan.observed.taken.reading.within.is_some();
        let unread = if narrow { "; of what was not read nothing is known" } else { "" };
        page.heading("left out", &format!("{changes} by --only{unread}"));
    }
    let ignored: Vec<String> =
        plan.ignored.iter().map(|(kind, n)| counted(*n, &singular(kind))).collect();
    page.heading("ignored", &or_nothing(&ignored));
    if plan.unmanaged.is_empty() {
        page.heading("unmanaged", "nothing");
    } else {
        page.heading(
            "unmanaged",
            &format!("{} live, undeclared, left alone", plan.unmanaged.len()),
        );
        for address in &plan.unmanaged {
            page.row(2, Tone::Quiet, &format!(". {address}"));
        }
    }
    if !plan.findings.is_empty() {
        page.heading("findings", &plan.findings.len().to_string());
        for finding in &plan.findings {
            page.row(2, Tone::Warn, &format!("! {finding}"));
        }
    }
}

fn or_nothing(parts: &[String]) -> String {
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

fn refused(page: &mut Page, plan: &Plan, files: &Files) {
    page.gap();
    for refusal in &plan.refused {
        page.row(0, Tone::Remove, &format!("refused: {}", refusal.message));
        let origin = refusal.origin.map(|span| access::place(files, span, None));
        let notes = origin.into_iter().chain([refusal.help.clone()]);
        page.row(8, Tone::Quiet, &notes.collect::<Vec<_>>().join(" · "));
    }
    let (_, excess) = &plan.removals;
    for over in excess {
        let text = format!(
            "refused: it removes {} of {} {}, and {} may be",
            over.removals, over.live, over.kind, over.limit
        );
        page.row(0, Tone::Remove, &text);
    }
}

fn totals(page: &mut Page, plan: &Plan, options: &Options) {
    if plan.changes.is_empty() {
        page.heading("total", nothing_to_do(plan));
        return;
    }
    let calls = counted(plan.calls(), "call");
    let seconds = plan.estimate();
    let counts = changes::counts(plan);
    page.heading("total", &format!("{counts} · {calls}, about {seconds} s at the quota"));
    page.heading("checksum", &digest(plan));
    page.heading("valid until", &expires(plan).to_string());
    page.heading("apply with", &options.apply_with);
}

/// One thing of a kind, in words: `permission_sets` → `permission set`.
pub(super) fn singular(kind: &str) -> String {
    kind.strip_suffix('s').unwrap_or(kind).replace('_', " ")
}

fn nothing_to_do(plan: &Plan) -> &'static str {
    if plan.reverts.is_some() && plan.is_complete() && plan.held.is_empty() {
        return "no changes: nothing of it is left to undo";
    }
    if plan.only.is_some() && plan.is_complete() && plan.held.is_empty() {
        "no changes: place, tags and grants of the accounts of --only are as declared"
    } else if !plan.is_complete() {
        "no changes in what could be read; nothing is known about the rest"
    } else if plan.held.is_empty() && !plan.observed.taken.reading.cannot_see().is_empty() {
        "no changes: everything that is declared is live as declared, as far as was read"
    } else if plan.held.is_empty() {
        "no changes: everything that is declared is live as declared"
    } else {
        "no changes but those that are held"
    }
}
