//! Grants: principals × permission sets × selected accounts, with the origin of each.

use super::accounts::state_of;
use super::lookup::{self, Found};
use super::select::{self, OrgView, Place, is_exact, matches};
use super::{Cause, Context, Desired, Held, Hold, Lapse, LapseKind, Until, scope};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{AccountId, OuPath, PermissionSetName};
use crate::live::AccountState;
use crate::model::{Grant, Principal, address};
use crate::source::declared::{GrantRule, Mode, Origin, PrincipalRef};
use crate::source::selector::{Selector, Term};
use crate::text::suggest;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn resolve(
    context: &Context<'_>,
    view: &OrgView,
    desired: &mut Desired,
    out: &mut Vec<Diagnostic>,
) {
    // Ignored accounts are out of sight of every selector.
    let mut view = view.clone();
    view.places.retain(|id, _| context.scope.account(id).is_none());
    for rule in &context.declared.grants {
        expand(context, &view, rule, desired, out);
    }
    desired.lapsed.retain(|grant, _| !desired.grants.contains_key(grant));
    desired.state.grants = desired.grants.keys().cloned().collect();
    keep_undeclared(context, &view, desired);
}

fn expand(
    context: &Context<'_>,
    view: &OrgView,
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
    unknown_states(context, view, within, except, out);
    check(context, view, within, desired, out);
    check(context, view, except, desired, out);
    let chosen = accounts(view, within, except);
    let absent = absent_accounts(context, view, within);

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
                    account: account.clone(),
                    permission_set: (*set).clone(),
                    principal: principal.clone(),
                };
                let origin = Origin { span: rule.span, selector: Some(selector.to_string()) };
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
fn accounts<'r>(
    view: &OrgView,
    within: &'r [Spanned<Selector>],
    except: &[Spanned<Selector>],
) -> BTreeMap<AccountId, &'r Selector> {
    let out: Vec<&Selector> = except.iter().map(|s| &s.value).collect();
    let out = view.select(&out);
    let within: Vec<&'r Selector> = within.iter().map(|s| &s.value).collect();
    let mut chosen = BTreeMap::new();
    for (id, selector) in view.select(&within) {
        if !out.contains_key(&id) {
            chosen.insert(id, *selector);
        }
    }
    chosen
}

/// Adds a grant, or another reason for one that is there already.
fn record(desired: &mut Desired, grant: Grant, origin: Origin, rule: &GrantRule) {
    let expires = rule
        .expires
        .as_ref()
        .map(|e| Until { instant: e.value, text: rule.expires_text.clone().unwrap_or_default() });
    if let Some(cause) = desired.grants.get_mut(&grant) {
        if !cause.origins.contains(&origin) {
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
    view: &OrgView,
    within: &[Spanned<Selector>],
) -> BTreeSet<String> {
    let terms = within.iter().flat_map(|s| &s.value.terms);
    terms
        .filter_map(|term| match term {
            Term::Account(text) if is_exact(text) => Some(text),
            _ => None,
        })
        .filter(|text| context.declared.accounts.contains_key(*text))
        .filter(|text| !view.places.values().any(|p| p.name == **text))
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

/// Reports accounts that are selected and whose state nobody knows.
fn unknown_states(
    context: &Context<'_>,
    view: &OrgView,
    within: &[Spanned<Selector>],
    except: &[Spanned<Selector>],
    out: &mut Vec<Diagnostic>,
) {
    let unknown = view.places.values().filter(|p| matches!(p.state, AccountState::Unknown(_)));
    for place in unknown.filter(|p| !except.iter().any(|s| matches(&s.value, p))) {
        for selector in within.iter().filter(|s| matches(&s.value, place)) {
            let label = context.projection.labels.of(&place.id);
            let message = format!("the state of account `{label}` is {}", state_of(place));
            out.push(
                Diagnostic::new(Code::UnknownAccountState, selector.span, message)
                    .label("selects it")
                    .help("only ACTIVE accounts are granted; take it out by `except`"),
            );
        }
    }
}

/// Checks each selector of a list: names that do not exist, nothing selected, nested OUs left out.
fn check(
    context: &Context<'_>,
    view: &OrgView,
    selectors: &[Spanned<Selector>],
    desired: &Desired,
    out: &mut Vec<Diagnostic>,
) {
    let all: Vec<&Selector> = selectors.iter().map(|s| &s.value).collect();
    for selector in selectors {
        if !exists(context, view, selector, desired, out) {
            continue;
        }
        let hits: Vec<&Place> =
            view.places.values().filter(|p| matches(&selector.value, p)).collect();
        // Where accounts stand in OUs below, that is what is said of the selector.
        if let Some(nested) = left_out(view, selector, &all) {
            out.push(nested);
        } else if !hits.iter().any(|p| p.state == AccountState::Active)
            && context.organization_known
        {
            let why = match hits.first() {
                Some(place) => format!("`{}` is {}", place.name, state_of(place)),
                None => "no account fits".to_owned(),
            };
            let message = format!("selector `{}` selects no account", selector.value);
            out.push(
                Diagnostic::new(Code::EmptySelection, selector.span, message)
                    .label(why)
                    .help("correct the selector, or remove it"),
            );
        }
    }
}

/// Whether the accounts and OUs that a selector names exist; says so where they don't.
fn exists(
    context: &Context<'_>,
    view: &OrgView,
    selector: &Spanned<Selector>,
    desired: &Desired,
    out: &mut Vec<Diagnostic>,
) -> bool {
    if !context.organization_known {
        return true;
    }
    let mut all = true;
    for term in &selector.value.terms {
        let missing = match term {
            Term::Account(text) if is_exact(text) => {
                missing_account(context, view, text, selector.span, out)
            }
            Term::Ou(path) | Term::OuTree(path) if path.depth() > 0 => {
                missing_ou(path, selector.span, desired)
            }
            _ => None,
        };
        if let Some(diagnostic) = missing {
            out.push(diagnostic);
            all = false;
        }
    }
    all
}

fn missing_ou(path: &OuPath, span: Span, desired: &Desired) -> Option<Diagnostic> {
    if desired.state.ous.contains(path) {
        return None;
    }
    if desired.live.ous.contains(path) {
        let message = format!("OU `{path}` is empty and undeclared, and would be removed");
        let help = format!("declare it: `[ou.{:?}]`", path.to_string());
        return Some(Diagnostic::new(Code::UnknownName, span, message).help(help));
    }
    let paths: Vec<String> = desired.state.ous.iter().map(ToString::to_string).collect();
    let near = suggest(&path.to_string(), paths.iter().map(String::as_str)).map(str::to_owned);
    Some(unknown(span, &format!("OU `{path}`"), near))
}

fn missing_account(
    context: &Context<'_>,
    view: &OrgView,
    text: &str,
    span: Span,
    out: &mut Vec<Diagnostic>,
) -> Option<Diagnostic> {
    let named: Vec<&Place> =
        view.places.values().filter(|p| p.name == *text || p.id.as_str() == text).collect();
    if named.len() > 1 {
        let ids: Vec<&str> = named.iter().map(|p| p.id.as_str()).collect();
        let message = format!("{} accounts are called `{text}`", named.len());
        let help = format!("select it by id: one of {}", ids.join(", "));
        out.push(Diagnostic::new(Code::AmbiguousName, span, message).help(help));
    }
    if !named.is_empty() || context.declared.accounts.contains_key(text) {
        return None;
    }
    let live = &context.live.organization.accounts;
    let hidden = live.iter().find(|(id, a)| a.name == *text || id.as_str() == text);
    if let Some(by) = hidden.and_then(|(id, _)| context.scope.account(id)) {
        return Some(scope::ignored(span, &format!("account `{text}`"), Some(by)));
    }
    let live = view.places.values().map(|p| p.name.as_str());
    let near = suggest(text, live.chain(context.declared.accounts.keys().map(String::as_str)));
    Some(unknown(span, &format!("account `{text}`"), near.map(str::to_owned)))
}

fn unknown(span: Span, what: &str, near: Option<String>) -> Diagnostic {
    let d =
        Diagnostic::new(Code::UnknownName, span, format!("{what} is neither declared nor live"))
            .label("not found");
    match near {
        Some(near) => d.help(format!("did you mean `{near}`?")),
        None => d.help("check the name, or declare it"),
    }
}

/// `ou:X` reads like everything in X; where nested OUs hold accounts that nothing in the list
/// selects, that is said.
fn left_out(view: &OrgView, selector: &Spanned<Selector>, all: &[&Selector]) -> Option<Diagnostic> {
    let path = selector.value.terms.iter().find_map(|term| match term {
        Term::Ou(path) => Some(path),
        _ => None,
    })?;
    let rest: Vec<(&str, &OuPath)> = view
        .places
        .values()
        .filter(|p| p.ou.is_within(path) && p.ou != *path && !p.management)
        .filter(|p| !all.iter().any(|s| matches(s, p)))
        .map(|p| (p.name.as_str(), &p.ou))
        .collect();
    select::left_out(selector.span, path, &rest)
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
