//! Grants: principals × permission sets × selected accounts, with the origin of each.

mod check;

use super::accounts::state_of;
use super::causes::Collected;
use super::index::Index;
use super::lookup::{self, Found};
use super::select::{OrgView, is_exact};
use super::{Cause, Context, Desired, Held, Hold, Lapse, LapseKind, Until};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{AccountId, PermissionSetName};
use crate::live::AccountState;
use crate::model::{Grant, Principal, State, address};
use crate::source::declared::{GrantRule, Mode, Origin, PrincipalRef};
use crate::source::selector::{Selector, Term};
pub(super) use check::Checker;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(super) fn resolve(
    context: &Context<'_>,
    view: &OrgView,
    desired: &mut Desired,
    out: &mut Vec<Diagnostic>,
) {
    let checker = Checker::new(context, Index::new(view));
    let mut collected = Collected::default();
    for rule in &context.declared.grants {
        expand(context, &checker, rule, (&mut collected, desired), out);
    }
    desired.grants = collected.finish();
    desired.lapsed.retain(|grant, _| desired.grants.get(grant).is_none());
    desired.state.grants = desired.grants.grants(&desired.live.grants);
    keep_undeclared(context, view, desired);
}

fn expand(
    context: &Context<'_>,
    checker: &Checker<'_>,
    rule: &Spanned<GrantRule>,
    (collected, desired): (&mut Collected, &mut Desired),
    out: &mut Vec<Diagnostic>,
) {
    let GrantRule { to, allow, within, except, starts, .. } = &rule.value;
    let principals: Vec<_> =
        to.iter().map(|p| (principal(p, &desired.live), find(context, p, out))).collect();
    let sets: Vec<_> = allow
        .iter()
        .map(|s| {
            let name = shared(&s.value, &desired.live.permission_sets);
            (name, lookup::permission_set(context, &s.value, s.span, out))
        })
        .collect();
    checker.unknown_states(within, except, out);
    checker.check(within, desired, out);
    checker.check(except, desired, out);
    let chosen = accounts(&checker.index, within, except);
    let absent = absent_accounts(context, &checker.index, within);

    if rule.value.holds_at(context.now) {
        let declared = principals.iter().filter(|(_, who)| *who != Found::No);
        for (principal, _) in declared {
            desired.rules.extend(sets.iter().map(|(set, _)| (principal.clone(), set.clone())));
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
    let causes = causes(rule);
    for (principal, who) in &principals {
        for (set, what) in &sets {
            if *who == Found::No || *what == Found::No {
                continue;
            }
            if let Some(kind) = &lapse {
                for (account, at) in &chosen {
                    let origin = Origin { span: rule.span, selector: selector(within, *at) };
                    let lapse = Lapse { origin, when: kind.clone() };
                    desired.lapsed.entry(grant(account, set, principal)).or_insert(lapse);
                }
                continue;
            }
            hold_absent(&absent, set, principal, rule.span, desired);
            let unknown = *who == Found::Unknown || *what == Found::Unknown;
            let (known, held): (Vec<_>, Vec<_>) = chosen.iter().partition(|(account, _)| {
                !unknown || desired.live.grants.contains(&grant(account, set, principal))
            });
            for (account, _) in held {
                hold_unknown(context, &grant(account, set, principal), rule.span, desired);
            }
            let known = known.into_iter().filter_map(|(id, at)| Some((id, causes.get(at)?)));
            collected.add(principal, set, known);
        }
    }
}

fn grant(account: &AccountId, set: &PermissionSetName, principal: &Principal) -> Grant {
    Grant { account: account.clone(), permission_set: set.clone(), principal: principal.clone() }
}

/// The principal that a name means.
pub(super) fn principal(spanned: &Spanned<PrincipalRef>, live: &State) -> Principal {
    match &spanned.value {
        PrincipalRef::Group(name) => Principal::Group(shared(name, &live.groups)),
        PrincipalRef::User(name) => Principal::User(shared(name, &live.users)),
    }
}

/// The same name as the live side has it: where both share it, comparing them takes no look at it.
fn shared<Name: Ord + Clone, Thing>(name: &Name, live: &BTreeMap<Name, Thing>) -> Name {
    live.get_key_value(name).map_or(name, |(name, _)| name).clone()
}

/// Looks a principal up.
pub(super) fn find(
    context: &Context<'_>,
    spanned: &Spanned<PrincipalRef>,
    out: &mut Vec<Diagnostic>,
) -> Found {
    match &spanned.value {
        PrincipalRef::Group(name) => lookup::group(context, name, spanned.span, out),
        PrincipalRef::User(name) => lookup::user(context, name, spanned.span, out),
    }
}

/// The accounts that a rule means, each with the place of the selector that brought it in.
pub(super) fn accounts<'v>(
    index: &Index<'v>,
    within: &[Spanned<Selector>],
    except: &[Spanned<Selector>],
) -> Vec<(&'v AccountId, usize)> {
    let out = index.select(except.iter().map(|s| ((), &s.value)));
    let chosen = index.select(within.iter().enumerate().map(|(at, s)| (at, &s.value)));
    chosen.into_iter().filter(|(id, _)| !out.contains_key(id)).collect()
}

fn selector(within: &[Spanned<Selector>], at: usize) -> Option<String> {
    within.get(at).map(|selector| selector.value.to_string())
}

/// Why a rule grants something, by the place of the selector that selects the account.
fn causes(rule: &Spanned<GrantRule>) -> Vec<Arc<Cause>> {
    let GrantRule { within, expires, expires_text, reason, ticket, .. } = &rule.value;
    let until = |instant| Until { instant, text: expires_text.clone().unwrap_or_default() };
    let expires = expires.as_ref().map(|e| until(e.value));
    let why = [reason.clone(), ticket.as_ref().map(|ticket| format!("({ticket})"))];
    let why: Vec<String> = why.into_iter().flatten().collect();
    let reason = Some(why.join(" ")).filter(|why| !why.is_empty());
    let of = |at| {
        let origin = Origin { span: rule.span, selector: selector(within, at) };
        let (expires, reason) = (expires.clone(), reason.clone());
        Arc::new(Cause { origins: vec![origin], expires, reason })
    };
    (0..within.len()).map(of).collect()
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
    let undeclared: Vec<Grant> =
        desired.live.grants.difference(&desired.state.grants).cloned().collect();
    for grant in undeclared {
        let label = context.projection.labels.of(&grant.account);
        let address = address::grant(label, &grant.permission_set, &grant.principal);
        if mode != Mode::Enforce {
            desired.unmanaged.insert(address);
            desired.state.grants.insert(grant);
            continue;
        }
        let place = view.places.get(&grant.account);
        let Some(place) = place.filter(|p| p.state != AccountState::Active) else { continue };
        desired.held.push(Held {
            address,
            action: "delete",
            reason: match place.state {
                AccountState::Unknown(_) => Hold::Gap,
                _ => Hold::Inactive,
            },
            detail: format!("account `{label}` is {}", state_of(place)),
            origin: None,
        });
        desired.state.grants.insert(grant);
    }
}
