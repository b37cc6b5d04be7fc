//! Selectors, as far as the declared accounts and OUs tell what they select.
//!
//! What is not declared may be live, so nothing is said that live AWS could prove wrong: an account
//! counts as selected or not only by what its own definition says.

use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::OuPath;
use crate::resolve::scope;
use crate::resolve::select::{self, is_exact};
use crate::source::declared::{Account, Declared, Mode};
use crate::source::selector::{Selector, Term};
use crate::text::suggest;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

/// Whether a term, or a whole selector, means a declared account; `None` where its definition does
/// not tell.
fn term(term: &Term, name: &str, account: &Account) -> Option<bool> {
    match term {
        Term::All => Some(true),
        Term::Account(text) => {
            let glob = WildMatch::new(text);
            let by_name = if is_exact(text) { text == name } else { glob.matches(name) };
            let by_id = account.id.as_ref().map(|id| glob.matches(id.value.as_str()));
            if by_name { Some(true) } else { by_id.or((!is_id(text)).then_some(false)) }
        }
        Term::Ou(path) => account.ou.as_ref().map(|ou| ou.value == *path),
        Term::OuTree(path) => account.ou.as_ref().map(|ou| ou.value.is_within(path)),
        Term::Tag(key, value) => {
            let tags = &account.tags.as_ref()?.value;
            // A tag that is not declared may be live.
            tags.get(key).map(|declared| declared == value)
        }
    }
}

fn is_id(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '?'))
}

fn means(selector: &Selector, name: &str, account: &Account) -> Option<bool> {
    let mut all = Some(true);
    for one in &selector.terms {
        match term(one, name, account) {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

/// The selector of a list that surely means an account.
fn any<'d>(
    selectors: &'d [Spanned<Selector>],
    name: &str,
    account: &Account,
) -> Option<&'d Spanned<Selector>> {
    selectors.iter().find(|selector| means(&selector.value, name, account) == Some(true))
}

/// Accounts that are declared, and handed off by `[ignore]`.
pub(super) fn ignored(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    for (name, account) in &declared.accounts {
        if let Some(by) = any(&declared.settings.ignore.accounts, name, &account.value) {
            out.push(scope::ignored(account.span, &format!("account `{name}`"), Some(by.span)));
        }
    }
}

/// Accounts and OUs that selectors name and nothing declares: they must be live.
pub(super) fn named(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let ids = declared.accounts.values().filter_map(|account| account.value.id.as_ref());
    let ids: BTreeSet<&str> = ids.map(|id| id.value.as_str()).collect();
    let ous = ous(declared);
    let paths: Vec<String> = ous.iter().map(ToString::to_string).collect();
    let mut said: BTreeSet<String> = BTreeSet::new();
    let rules = declared.grants.iter().map(|rule| &rule.value);
    for selector in rules.flat_map(|rule| rule.within.iter().chain(&rule.except)) {
        for term in &selector.value.terms {
            let found = match term {
                Term::Account(text) if is_exact(text) => {
                    let known = declared.accounts.contains_key(text) || ids.contains(text.as_str());
                    (!known).then(|| account(declared, text, selector.span))
                }
                Term::Ou(path) | Term::OuTree(path) if path.depth() > 0 => {
                    (!ous.contains(path)).then(|| ou(declared, path, &paths, selector.span))
                }
                _ => None,
            };
            let Some(found) = found else { continue };
            let wrong = found.code != Code::UndeclaredName;
            let first = said.insert(term.to_string());
            if (first || wrong) && !is_lost(declared, term) {
                out.push(found);
            }
        }
    }
}

/// Whether the name may stand in what could not be read.
fn is_lost(declared: &Declared, term: &Term) -> bool {
    match term {
        Term::Account(text) => declared.lost.contains(text.as_str()),
        Term::Ou(path) | Term::OuTree(path) => declared.lost.contains(&path.to_string()),
        Term::All | Term::Tag(..) => false,
    }
}

/// Every OU that is declared, or that a declared account is placed in, and those above it.
fn ous(declared: &Declared) -> BTreeSet<OuPath> {
    let placed = declared.accounts.values().filter_map(|account| account.value.ou.as_ref());
    let mut all = BTreeSet::new();
    for path in declared.ous.keys().chain(placed.map(|ou| &ou.value)) {
        let mut at = Some(path.clone());
        while let Some(path) = at {
            at = path.parent();
            all.insert(path);
        }
    }
    all
}

fn account(declared: &Declared, text: &str, span: Span) -> Diagnostic {
    let by = declared.settings.ignore.accounts.iter().find(|ignored| {
        matches!(ignored.value.terms.as_slice(),
            [Term::Account(glob)] if WildMatch::new(glob).matches(text))
    });
    if let Some(by) = by {
        return scope::ignored(span, &format!("account `{text}`"), Some(by.span));
    }
    let message = format!("account `{text}` is not declared");
    let help = match suggest(text, declared.accounts.keys().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a plan looks it up; a declared one is checked here".to_owned(),
    };
    Diagnostic::new(Code::UndeclaredName, span, message).label("it must exist in AWS").help(help)
}

fn ou(declared: &Declared, path: &OuPath, known: &[String], span: Span) -> Diagnostic {
    let message = format!("OU `{path}` is not declared");
    let near = suggest(&path.to_string(), known.iter().map(String::as_str));
    let near = near.map(|near| format!("did you mean `{near}`?"));
    if declared.settings.manage.ous == Mode::Enforce {
        let help = near.unwrap_or_else(|| format!("declare it: `[ou.{:?}]`", path.to_string()));
        return Diagnostic::new(Code::UnknownName, span, message)
            .label("undeclared OUs are removed here once they are empty")
            .help(help);
    }
    Diagnostic::new(Code::UndeclaredName, span, message)
        .label("it must exist in AWS")
        .help(near.unwrap_or_else(|| "a plan looks it up; a declared one is checked here".into()))
}

/// Rules that select nothing, where that is certain: every account that `in` means is named in it and
/// declared, and `except` takes each away.
pub(super) fn selection(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    for rule in declared.grants.iter().map(|rule| &rule.value) {
        for selector in &rule.within {
            let exact = selector.value.terms.iter().find_map(|term| match term {
                Term::Account(text) if is_exact(text) => Some(text.as_str()),
                _ => None,
            });
            let Some((name, account)) = exact.and_then(|text| find(declared, text)) else {
                continue;
            };
            let message = format!("selector `{}` selects no account", selector.value);
            let found = Diagnostic::new(Code::EmptySelection, selector.span, message);
            if means(&selector.value, name, &account.value) == Some(false) {
                out.push(
                    found
                        .label("the account is declared otherwise")
                        .related(account.span, "declared here")
                        .help("let all of the terms fit one account, or remove the selector"),
                );
            } else if let Some(by) = any(&rule.except, name, &account.value) {
                out.push(
                    found
                        .label("`except` takes it away")
                        .related(by.span, "taken away here")
                        .help("remove it from `in` or from `except`"),
                );
            }
        }
    }
}

/// The declared account of a name or id.
fn find<'d>(declared: &'d Declared, text: &str) -> Option<(&'d String, &'d Spanned<Account>)> {
    let by_id = |account: &Account| account.id.as_ref().is_some_and(|id| id.value.as_str() == text);
    declared
        .accounts
        .get_key_value(text)
        .or_else(|| declared.accounts.iter().find(|(_, account)| by_id(&account.value)))
}

/// `ou:X` where declared accounts stand in OUs below, and nothing else of the list means them.
pub(super) fn nested(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let placed: BTreeMap<&OuPath, Vec<(&String, &Account)>> = declared
        .accounts
        .iter()
        .filter_map(|(name, account)| {
            Some((&account.value.ou.as_ref()?.value, name, &account.value))
        })
        .fold(BTreeMap::new(), |mut map, (ou, name, account)| {
            map.entry(ou).or_insert_with(Vec::new).push((name, account));
            map
        });
    for rule in declared.grants.iter().map(|rule| &rule.value) {
        for list in [&rule.within, &rule.except] {
            for selector in list {
                let path = selector.value.terms.iter().find_map(|term| match term {
                    Term::Ou(path) => Some(path),
                    _ => None,
                });
                let Some(path) = path else { continue };
                let below = placed.iter().filter(|(ou, _)| **ou != path && ou.is_within(path));
                let left: Vec<(&str, &OuPath)> = below
                    .flat_map(|(ou, accounts)| accounts.iter().map(move |one| (*ou, one)))
                    .filter(|(_, (name, account))| any(list, name, account).is_none())
                    .map(|(ou, (name, _))| (name.as_str(), ou))
                    .collect();
                out.extend(select::left_out(selector.span, path, &left));
            }
        }
    }
}
