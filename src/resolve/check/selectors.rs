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
use crate::text::{Names, suggest};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

/// The tags of declared accounts: key → values.
type Tags<'d> = BTreeMap<&'d str, BTreeSet<&'d str>>;

/// Whether a term means a declared account; `None` where its definition does not tell. A key among
/// `tags` is one that is declared where it holds; any other may be kept elsewhere.
fn term(term: &Term, name: &str, account: &Account, tags: &Tags<'_>) -> Option<bool> {
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
            let declared = account.tags.as_ref().and_then(|tags| tags.value.get(key));
            declared
                .map(|declared| declared == value)
                .or_else(|| tags.contains_key(key.as_str()).then_some(false))
        }
    }
}

fn is_id(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || matches!(c, '*' | '?'))
}

fn means(selector: &Selector, name: &str, account: &Account, tags: &Tags<'_>) -> Option<bool> {
    let mut all = Some(true);
    for one in &selector.terms {
        match term(one, name, account, tags) {
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
    tags: &Tags<'_>,
) -> Option<&'d Spanned<Selector>> {
    selectors.iter().find(|selector| means(&selector.value, name, account, tags) == Some(true))
}

/// Accounts that are declared, and handed off by `[ignore]`.
pub(super) fn ignored(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    for (name, account) in &declared.accounts {
        if let Some(by) =
            any(&declared.settings.ignore.accounts, name, &account.value, &Tags::new())
        {
            out.push(scope::ignored(account.span, &format!("account `{name}`"), Some(by.span)));
        }
    }
}

/// Accounts and OUs that selectors name and nothing declares: they must be live.
pub(super) fn named(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let ids = declared.accounts.values().filter_map(|account| account.value.id.as_ref());
    let ids: BTreeSet<&str> = ids.map(|id| id.value.as_str()).collect();
    let ous = ous(declared);
    let near = (
        Names::new(declared.accounts.keys().map(String::as_str)),
        Names::new(
            ous.iter().map(ToString::to_string).collect::<Vec<_>>().iter().map(String::as_str),
        ),
    );
    let mut said: BTreeSet<String> = BTreeSet::new();
    let rules = declared.grants.iter().map(|rule| &rule.value);
    for selector in rules.flat_map(|rule| rule.within.iter().chain(&rule.except)) {
        for term in &selector.value.terms {
            let found = match term {
                Term::Account(text) if is_exact(text) => {
                    let known = declared.accounts.contains_key(text) || ids.contains(text.as_str());
                    (!known).then(|| account(declared, text, &near.0, selector.span))
                }
                Term::Ou(path) | Term::OuTree(path) if path.depth() > 0 => {
                    (!ous.contains(path)).then(|| ou(declared, path, &near.1, selector.span))
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
        Term::Account(text) => declared.lost.may_hold(text),
        Term::Ou(path) | Term::OuTree(path) => declared.lost.may_hold(&path.to_string()),
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

fn account(declared: &Declared, text: &str, known: &Names, span: Span) -> Diagnostic {
    let by = declared.settings.ignore.accounts.iter().find(|ignored| {
        matches!(ignored.value.terms.as_slice(),
            [Term::Account(glob)] if WildMatch::new(glob).matches(text))
    });
    if let Some(by) = by {
        return scope::ignored(span, &format!("account `{text}`"), Some(by.span));
    }
    let message = format!("account `{text}` is not declared");
    let help = match known.nearest(text) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a plan looks it up; a declared one is checked here".to_owned(),
    };
    Diagnostic::new(Code::UndeclaredName, span, message).label("it must exist in AWS").help(help)
}

fn ou(declared: &Declared, path: &OuPath, known: &Names, span: Span) -> Diagnostic {
    let message = format!("OU `{path}` is not declared");
    let near = known.nearest(&path.to_string());
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

/// Selectors that surely select nothing: no declared account fits, or `except` takes away the one that
/// is named.
///
/// Where no account is declared nothing is known. Otherwise a live one that is not declared may fit,
/// but then this is where a misspelt selector shows.
pub(super) fn selection(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    if declared.accounts.is_empty() {
        return;
    }
    let tags = tags(declared);
    let ous = ous(declared);
    for rule in declared.grants.iter().map(|rule| &rule.value) {
        for selector in &rule.within {
            out.extend(taken_away(declared, selector, &rule.except));
        }
        for selector in rule.within.iter().chain(&rule.except) {
            let known = selector.value.terms.iter().all(|term| match term {
                Term::Account(text) if is_exact(text) => find(declared, text).is_some(),
                Term::Ou(path) | Term::OuTree(path) => ous.contains(path),
                Term::Tag(key, _) => tags.contains_key(key.as_str()),
                _ => true,
            });
            let fits = |(name, account): (&String, &Spanned<Account>)| {
                means(&selector.value, name, &account.value, &tags) != Some(false)
            };
            let below = |account: &Account| {
                account.ou.as_ref().is_some_and(|ou| is_below(&selector.value, &ou.value))
            };
            // Where accounts stand in OUs below, that is what is said of the selector.
            let nested = declared.accounts.values().any(|account| below(&account.value));
            if known && !nested && !declared.accounts.iter().any(fits) {
                out.push(nothing(selector, &tags));
            }
        }
    }
}

/// Whether an OU lies below the one that a selector names without `/**`.
fn is_below(selector: &Selector, ou: &OuPath) -> bool {
    selector.terms.iter().any(|term| match term {
        Term::Ou(path) => ou != path && path.depth() > 0 && ou.is_within(path),
        _ => false,
    })
}

/// The tags of declared accounts: key → values.
fn tags(declared: &Declared) -> Tags<'_> {
    let mut tags = Tags::new();
    let all = declared.accounts.values().filter_map(|account| account.value.tags.as_ref());
    for (key, value) in all.flat_map(|tags| &tags.value) {
        tags.entry(key).or_default().insert(value);
    }
    tags
}

fn nothing(selector: &Spanned<Selector>, tags: &Tags<'_>) -> Diagnostic {
    let near = selector.value.terms.iter().find_map(|term| {
        let Term::Tag(key, value) = term else { return None };
        let near = suggest(value, tags.get(key.as_str())?.iter().copied())?;
        (near != value).then(|| format!("did you mean `tag:{key}={near}`?"))
    });
    let help = "correct it; only an account that is not declared here could fit".to_owned();
    let message = format!("selector `{}` selects no declared account", selector.value);
    Diagnostic::new(Code::EmptySelection, selector.span, message)
        .label("none fits")
        .help(near.unwrap_or(help))
}

/// What to say of an account that is named in `in` and taken away in `except`.
fn taken_away(
    declared: &Declared,
    selector: &Spanned<Selector>,
    except: &[Spanned<Selector>],
) -> Option<Diagnostic> {
    let exact = selector.value.terms.iter().find_map(|term| match term {
        Term::Account(text) if is_exact(text) => Some(text.as_str()),
        _ => None,
    });
    let (name, account) = find(declared, exact?)?;
    let by = any(except, name, &account.value, &Tags::new())?;
    let message = format!("selector `{}` selects no account", selector.value);
    Some(
        Diagnostic::new(Code::EmptySelection, selector.span, message)
            .label("`except` takes it away")
            .related(by.span, "taken away here")
            .help("remove it from `in` or from `except`"),
    )
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
                    .filter(|(_, (name, account))| any(list, name, account, &Tags::new()).is_none())
                    .map(|(ou, (name, _))| (name.as_str(), ou))
                    .collect();
                out.extend(select::left_out(selector.span, path, &left));
            }
        }
    }
}
