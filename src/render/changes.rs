//! Object changes with before and after: only changed fields, policies as unified diffs.

use super::access::place;
use super::{Page, Tone};
use crate::diag::Files;
use crate::model::{Parameters, PermissionSet, Policy, Tags, Vendor};
use crate::plan::Plan;
use crate::plan::change::{Action, Change, Kind, What};
use similar::TextDiff;

pub(super) fn section(page: &mut Page, plan: &Plan, files: &Files) {
    let mut kinds: Vec<Kind> = plan.changes.iter().map(|c| c.what.kind()).collect();
    kinds.sort();
    kinds.dedup();
    let numbers = counts(plan);
    if kinds.is_empty() {
        page.heading("changes", "none");
        return;
    }
    page.heading("changes", &numbers);
    for kind in kinds {
        page.gap();
        page.row(2, Tone::Strong, &kind.name().replace('_', " "));
        let mut changes: Vec<&Change> =
            plan.changes.iter().filter(|c| c.what.kind() == kind).collect();
        changes.sort_by_key(|c| (c.risk, c.address.clone(), c.what.action()));
        for change in changes {
            one(page, plan, change, files);
        }
    }
}

/// `3 to create, 1 to move`.
pub(super) fn counts(plan: &Plan) -> String {
    let actions = [
        Action::Create,
        Action::Update,
        Action::Rename,
        Action::Move,
        Action::Provision,
        Action::Delete,
    ];
    let some = actions.iter().filter_map(|action| {
        let n = plan.changes.iter().filter(|c| c.what.action() == *action).count();
        (n > 0).then(|| format!("{n} to {}", action.name()))
    });
    some.collect::<Vec<_>>().join(", ")
}

/// What the text says of a change, below its first line.
pub(super) fn lines(plan: &Plan, change: &Change, files: &Files) -> Vec<String> {
    let mut page = Page::new(false);
    one(&mut page, plan, change, files);
    page.finish()
        .lines()
        .skip(1)
        .map(|line| line.strip_prefix("        ").unwrap_or(line).to_owned())
        .collect()
}

fn sign(action: Action) -> (char, Tone) {
    match action {
        Action::Create => ('+', Tone::Add),
        Action::Delete => ('-', Tone::Remove),
        Action::Update | Action::Move | Action::Rename | Action::Provision => ('~', Tone::Change),
    }
}

fn one(page: &mut Page, plan: &Plan, change: &Change, files: &Files) {
    let (sign, tone) = sign(change.what.action());
    let mut head = format!("{sign} {}", change.address);
    if let Some(said) = said(&change.what) {
        head = format!("{head}  {said}");
    }
    page.row(2, tone, &head);
    let mut notes = Vec::new();
    if change.people == Some(0) && plan.knows_people() {
        notes.push("+0 people".to_owned());
    }
    if change.reason.word != "declared" && change.reason.word != "differs" {
        let word = change.reason.word.replace('-', " ");
        notes.push(match (change.reason.word, change.reason.detail.as_str()) {
            (_, "") => word,
            ("expired" | "not-started", date) => format!("{word} {date}"),
            (_, detail) => format!("{word}: {detail}"),
        });
    } else if !change.reason.detail.is_empty() {
        notes.push(change.reason.detail.clone());
    }
    if let Some(until) = &change.until {
        notes.push(format!("until {until}"));
    }
    if let Some((span, selector)) = &change.origin {
        notes.push(place(files, *span, selector.as_deref()));
    }
    if !notes.is_empty() {
        page.row(8, Tone::Quiet, &notes.join(" · "));
    }
    match &change.what {
        What::CreateSet(_, set) => set_fields(page, None, set),
        What::UpdateSet { before, after, .. } => set_fields(page, Some(before), after),
        What::TagAccount { before, after, .. } => tags(page, before, after),
        What::EnableControl(_, control) => {
            parameters(page, &Parameters::new(), &control.parameters)
        }
        What::UpdateControl { before, after, at: _ } => {
            parameters(page, &before.parameters, &after.parameters);
        }
        _ => {}
    }
}

/// What the address does not say, in one line.
fn said(what: &What) -> Option<String> {
    match what {
        What::CreateAccount { new, ou, .. } => {
            let by = match new.by {
                Vendor::Organizations => "",
                Vendor::AccountFactory(_) => ", by Account Factory",
            };
            Some(format!("{} in {ou}{by}", new.email))
        }
        What::EnableBaseline(_) => Some("registers the OU with Control Tower".to_owned()),
        What::ResetBaseline(_) => Some("reset".to_owned()),
        What::UpdateControl { before, .. } if before.drifted => Some("reset".to_owned()),
        What::CloseAccount(account) => Some(format!("closes {account} for good")),
        What::MoveAccount { from, to, enrolled: true, .. } => {
            Some(format!("{from} -> {to}, by Account Factory"))
        }
        What::MoveAccount { from, to, .. } | What::RenameOu { from, to } => {
            Some(format!("{from} -> {to}"))
        }
        What::RenameGroup { from, to } => Some(format!("{from} -> {to}")),
        What::ProvisionSet { accounts, .. } => {
            Some(format!("to {}", super::counted(accounts.len(), "account")))
        }
        What::CreateGroup(_, group) => group.description.as_ref().map(|d| format!("\"{d}\"")),
        What::UpdateGroup { before, after, .. } => {
            Some(arrow(before.description.as_deref(), after.description.as_deref()))
        }
        What::CreateUser(_, user) => {
            let names = [user.given_name.as_deref(), user.family_name.as_deref()];
            Some(names.into_iter().flatten().collect::<Vec<_>>().join(" "))
        }
        What::UpdateUser { before, after, .. } => {
            let given = (before.given_name.as_deref(), after.given_name.as_deref());
            let family = (before.family_name.as_deref(), after.family_name.as_deref());
            let changed = [given, family].into_iter().filter(|(a, b)| a != b);
            Some(changed.map(|(a, b)| arrow(a, b)).collect::<Vec<_>>().join(", "))
        }
        _ => None,
    }
}

fn arrow(before: Option<&str>, after: Option<&str>) -> String {
    let quoted = |t: Option<&str>| t.map_or_else(|| "nothing".to_owned(), |t| format!("\"{t}\""));
    format!("{} -> {}", quoted(before), quoted(after))
}

fn field(page: &mut Page, name: &str, text: &str) {
    page.row(8, Tone::Plain, format!("{name:<20}{text}").trim_end());
}

/// Fields that differ; all that are set, for a new set.
fn set_fields(page: &mut Page, before: Option<&PermissionSet>, after: &PermissionSet) {
    let fresh = before.is_none();
    let bare = PermissionSet::default();
    let old = before.unwrap_or(&bare);
    let PermissionSet {
        description,
        session,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags: new_tags,
    } = after;
    let texts = |page: &mut Page, name: &str, a: Option<String>, b: Option<String>| {
        if a == b {
            return;
        }
        let text = if fresh { b.unwrap_or_default() } else { arrow(a.as_deref(), b.as_deref()) };
        field(page, name, &text);
    };
    texts(page, "description", old.description.clone(), description.clone());
    if fresh || old.session != *session {
        let text =
            if fresh { session.to_string() } else { format!("{} -> {session}", old.session) };
        field(page, "session", &text);
    }
    texts(page, "relay state", old.relay_state.clone(), relay_state.clone());
    let gone = old.managed_policies.difference(managed_policies).map(|p| ('-', p.to_string()));
    let come = managed_policies.difference(&old.managed_policies).map(|p| ('+', p.to_string()));
    let (olds, news) = (&old.customer_managed_policies, customer_managed_policies);
    let gone_own = olds.difference(news).map(|p| ('-', p.to_string()));
    let come_own = news.difference(olds).map(|p| ('+', p.to_string()));
    for (sign, policy) in gone.chain(come) {
        field(page, "managed policy", &format!("{sign} {policy}"));
    }
    for (sign, policy) in gone_own.chain(come_own) {
        field(page, "customer policy", &format!("{sign} {policy}"));
    }
    let boundary = |set: &Option<crate::model::Boundary>| set.as_ref().map(ToString::to_string);
    let (a, b) = (boundary(&old.permissions_boundary), boundary(permissions_boundary));
    texts(page, "boundary", a, b);
    tags(page, &old.tags, new_tags);
    if old.inline_policy != *inline_policy {
        field(page, "inline policy", "");
        policy_diff(page, old.inline_policy.as_ref(), inline_policy.as_ref());
    }
}

fn tags(page: &mut Page, before: &Tags, after: &Tags) {
    for (key, value) in after {
        match before.get(key) {
            None => field(page, "tag", &format!("+ {key} = {value}")),
            Some(old) if old != value => field(page, "tag", &format!("~ {key} = {old} -> {value}")),
            Some(_) => {}
        }
    }
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        field(page, "tag", &format!("- {key} = {value}"));
    }
}

/// Parameters of a control that differ.
fn parameters(page: &mut Page, before: &Parameters, after: &Parameters) {
    for (key, value) in after {
        match before.get(key) {
            None => field(page, "parameter", &format!("+ {key} = {value}")),
            Some(old) if old != value => {
                field(page, "parameter", &format!("~ {key} = {old} -> {value}"));
            }
            Some(_) => {}
        }
    }
    for (key, value) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
        field(page, "parameter", &format!("- {key} = {value}"));
    }
}

fn policy_diff(page: &mut Page, before: Option<&Policy>, after: Option<&Policy>) {
    let text = |policy: Option<&Policy>| policy.map(Policy::pretty).unwrap_or_default();
    unified(page, &text(before), &text(after), usize::MAX);
}

/// A unified diff of two texts, of so many lines at most.
pub(super) fn unified(page: &mut Page, old: &str, new: &str, most: usize) {
    let diff = TextDiff::from_lines(old, new);
    let unified = diff.unified_diff().context_radius(2).to_string();
    for line in unified.lines().take(most) {
        let tone = match line.chars().next() {
            Some('+') => Tone::Add,
            Some('-') => Tone::Remove,
            Some('@') => Tone::Quiet,
            _ => Tone::Plain,
        };
        page.row(10, tone, line);
    }
    let more = unified.lines().count().saturating_sub(most);
    if more > 0 {
        page.row(10, Tone::Quiet, &format!("… and {} more", super::counted(more, "line")));
    }
}
