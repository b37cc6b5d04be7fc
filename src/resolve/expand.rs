//! Grants: principals × permission sets × selected accounts, with the origin of each.

mod check;

use super::accounts::state_of;
use super::index::Index;
use super::lookup::{self, Found};
use super::select::{OrgView, is_exact};
use super::{Cause, Context, Desired, Held, Hold, Lapse, LapseKind, Until};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{AccountId, PermissionSetName};
use crate::live::AccountState;
use crate::model::{Grant, Principal, address};
use crate::source::declared::{GrantRule, Mode, Origin, PrincipalRef};
use crate::source::selector::{Selector, Term};
use check::Checker;
use std::collections::BTreeSet;

pub(super) fn resolve(
    context: &Context<'_>,
    view: &OrgView,
    desired: &mut Desired,
    out: &mut Vec<Diagnostic>,
) {
    // Ignored accounts are out of sight of every selector.
    let mut view = view.clone();
    view.places.retain(|id, _| context.scope.account(id).is_none());
    let checker = Checker::new(context, Index::new(&view));
    for rule in &context.declared.grants {
        expand(context, &checker, rule, desired, out);
    }
    desired.lapsed.retain(|grant, _| !desired.grants.contains_key(grant));
    desired.state.grants = desired.grants.keys().cloned().collect();
    keep_undeclared(context, &view, desired);
}

fn expand(
    context: &Context<'_>,
    checker: &Checker<'_>,
    rule: &Spanned<GrantRule>,
    desired: &mut Desired,
    out: &mut Vec<Diagnostic>,
) {
    let GrantRule { to, allow, within, except, starts, .. } = &rule.value;
    let principals: Vec<_> = to.iter().map(|p| (principal(p), find(context, p, out))).collect();
    let sets: Vec<_> = allow
        .iter()
        .map(|s| (&s.value, lookup::permission_set(context, &s.value, s.span, out)))
        .collect();
    checker.unknown_states(within, except, out);
    checker.check(within, desired, out);
    checker.check(except, desired, out);
    let chosen = accounts(&checker.index, within, except);
    let absent = absent_accounts(context, &checker.index, within);

    if rule.value.holds_at(context.now) {
        let declared = principals.iter().filter(|(_, who)| *who != Found::No);
        for (principal, _) in declared {
            desired.rules.extend(sets.iter().map(|(set, _)| (principal.clone(), (*set).clone())));
        }
    }
    let lapse = if starts.as_ref().is_some_and(|s| context.now < s.value) {
        starts.as_ref().map(|s| LapseKind::NotStarted(s.value))
    } else if rule.value.holds_at(context.now) {
        None
    } else {
        warn_expired(rule, context.now, out);
        Some(LapseKind::Expired(rule.value.expires_text.clone().unwrap_or_default()))
    };
    for (principal, who) in &principals {
        for (set, what) in &sets {
            if *who == Found::No || *what == Found::No {
                continue;
            }
            if lapse.is_none() {
                hold_absent(&absent, set, principal, rule.span, desired);
            }
            for (account, selector) in &chosen {
                let grant = Grant {
                    account: (*account).clone(),
                    permission_set: (*set).clone(),
                    principal: principal.clone(),
                };
                let origin = Origin { span: rule.span, selector: Some(selector.clone()) };
                if let Some(kind) = &lapse {
                    let lapse = Lapse { origin, when: kind.clone() };
                    desired.lapsed.entry(grant).or_insert(lapse);
                } else if (*who == Found::Unknown || *what == Found::Unknown)
                    && !desired.live.grants.contains(&grant)
                {
                    hold_unknown(context, &grant, rule.span, desired);
                } else {
                    record(desired, grant, origin, &rule.value);
                }
            }
        }
    }
}

fn principal(spanned: &Spanned<PrincipalRef>) -> Principal {
    match &spanned.value {
        PrincipalRef::Group(name) => Principal::Group(name.clone()),
        PrincipalRef::User(name) => Principal::User(name.clone()),
    }
}

fn find(
    context: &Context<'_>,
    spanned: &Spanned<PrincipalRef>,
    out: &mut Vec<Diagnostic>,
) -> Found {
    match &spanned.value {
        PrincipalRef::Group(name) => lookup::group(context, name, spanned.span, out),
        PrincipalRef::User(name) => lookup::user(context, name, spanned.span, out),
    }
}

/// The accounts that a rule means, each with the selector that brought it in.
fn accounts<'v>(
    index: &Index<'v>,
    within: &[Spanned<Selector>],
    except: &[Spanned<Selector>],
) -> Vec<(&'v AccountId, String)> {
    let out = index.select(except.iter().map(|s| &s.value));
    let chosen = index.select(within.iter().map(|s| &s.value));
    let chosen = chosen.into_iter().filter(|(id, _)| !out.contains_key(id));
    chosen.map(|(id, selector)| (id, selector.to_string())).collect()
}

/// Adds a grant, or another reason for one that is there already.
fn record(desired: &mut Desired, grant: Grant, origin: Origin, rule: &GrantRule) {
    let expires = rule
        .expires
        .as_ref()
        .map(|e| Until { instant: e.value, text: rule.expires_text.clone().unwrap_or_default() });
    if let Some(cause) = desired.grants.get_mut(&grant) {
        // Rules come one after the other, so only the last one can be this one.
        if cause.origins.last() != Some(&origin) {
            cause.origins.push(origin);
        }
        // It lasts as long as its longest rule.
        cause.expires = cause.expires.take().zip(expires).map(|(a, b)| a.max(b));
        return;
    }
    let why = [rule.reason.clone(), rule.ticket.as_ref().map(|ticket| format!("({ticket})"))];
    let why: Vec<String> = why.into_iter().flatten().collect();
    let reason = Some(why.join(" ")).filter(|why| !why.is_empty());
    let cause = Cause { origins: vec![origin], expires, reason };
    desired.grants.insert(grant, cause);
}

/// Names in `in` of declared accounts that do not exist.
fn absent_accounts(
    context: &Context<'_>,
    index: &Index<'_>,
    within: &[Spanned<Selector>],
) -> BTreeSet<String> {
    let terms = within.iter().flat_map(|s| &s.value.terms);
    terms
        .filter_map(|term| match term {
            Term::Account(text) if is_exact(text) => Some(text),
            _ => None,
        })
        .filter(|text| context.declared.accounts.contains_key(*text))
        .filter(|text| !index.is_named(text))
        .cloned()
        .collect()
}

fn hold_absent(
    absent: &BTreeSet<String>,
    set: &PermissionSetName,
    principal: &Principal,
    span: Span,
    desired: &mut Desired,
) {
    for name in absent {
        desired.held.push(Held {
            address: address::grant(name, set, principal),
            action: "create",
            reason: Hold::NoAccount,
            detail: format!("account `{name}` does not exist"),
            origin: Some(span),
        });
    }
}

fn hold_unknown(context: &Context<'_>, grant: &Grant, span: Span, desired: &mut Desired) {
    let label = context.projection.labels.of(&grant.account);
    desired.held.push(Held {
        address: address::grant(label, &grant.permission_set, &grant.principal),
        action: "create",
        reason: Hold::Gap,
        detail: "its permission set or principal could not be looked up".to_owned(),
        origin: Some(span),
    });
}

/// Warns of a grant whose last day has passed, with how long ago that was.
pub(super) fn warn_expired(
    rule: &Spanned<GrantRule>,
    now: jiff::Timestamp,
    out: &mut Vec<Diagnostic>,
) {
    let Some(expires) = rule.value.expires.filter(|e| e.value <= now) else { return };
    // A period that ends before it begins has been reported.
    if rule.value.starts.is_some_and(|starts| starts.value >= expires.value) {
        return;
    }
    let days = now.duration_since(expires.value).as_secs() / 86_400;
    let text = rule.value.expires_text.as_deref().unwrap_or_default();
    let ago = match days {
        0 => "less than a day ago".to_owned(),
        1 => "1 day ago".to_owned(),
        n => format!("{n} days ago"),
    };
    out.push(
        Diagnostic::new(Code::ExpiredGrant, expires.span, format!("grant expired on {text}"))
            .label(ago)
            .help("remove it once what it granted is gone, or give it a later date"),
    );
}

/// Copies to the desired side what is live and undeclared and may not be removed.
fn keep_undeclared(context: &Context<'_>, view: &OrgView, desired: &mut Desired) {
    let mode = context.manage().grants;
    for grant in desired.live.grants.difference(&desired.state.grants.clone()) {
        let label = context.projection.labels.of(&grant.account);
        let address = address::grant(label, &grant.permission_set, &grant.principal);
        if mode != Mode::Enforce {
            desired.unmanaged.insert(address);
            desired.state.grants.insert(grant.clone());
            continue;
        }
        let place = view.places.get(&grant.account);
        let Some(place) = place.filter(|p| p.state != AccountState::Active) else { continue };
        desired.state.grants.insert(grant.clone());
        desired.held.push(Held {
            address,
            action: "delete",
            reason: Hold::Inactive,
            detail: format!("account `{label}` is {}", state_of(place)),
            origin: None,
        });
    }
}
