//! Selectors, as far as the declared accounts and OUs tell what they select.
//!
//! What is not declared may be live, so nothing is an error here that live AWS could prove right.

use super::ground::Ground;
use super::known::{Known, Tags};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{AccountId, OuPath};
use crate::resolve::index::Index;
use crate::resolve::scope;
use crate::resolve::select::{Place, Ready, is_exact, left_out};
use crate::source::declared::{Declared, Mode};
use crate::source::selector::{Selector, Term};
use crate::text::{Names, suggest};
use std::collections::{BTreeMap, BTreeSet};
use wildmatch::WildMatch;

/// Accounts that are declared, and handed off by `[ignore]`.
pub(super) fn ignored(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let Ground { declared, index, .. } = ground;
    let mut by: BTreeMap<&str, Span> = BTreeMap::new();
    for selector in &declared.settings.ignore.accounts {
        for place in index.hits(&selector.value) {
            by.entry(place.name.as_str()).or_insert(selector.span);
        }
    }
    for (name, pattern) in by {
        if let Some(account) = declared.accounts.get(name) {
            out.push(scope::ignored(account.span, &format!("account `{name}`"), Some(pattern)));
        }
    }
}

/// Accounts and OUs that selectors name and nothing declares: they must be live.
pub(super) fn named(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let Ground { declared, known, index, .. } = ground;
    let paths: Vec<String> = known.ous.iter().map(ToString::to_string).collect();
    let names = NamesOf::new(declared.accounts.keys().map(String::as_str));
    let ous = NamesOf::new(paths.iter().map(String::as_str));
    let mut said: BTreeSet<String> = BTreeSet::new();
    let selectors = declared.sentences().flat_map(|rule| rule.within.iter().chain(rule.except));
    let typed = selectors.flat_map(|s| s.value.terms.iter().map(|term| (term, s.span)));
    let governed = declared.controls.iter().flat_map(|rule| &rule.value.within);
    let governed: Vec<(Term, Span)> =
        governed.map(|ou| (Term::Ou(ou.value.path.clone()), ou.span)).collect();
    for (term, span) in typed.chain(governed.iter().map(|(term, span)| (term, *span))) {
        let found = match term {
            Term::Account(text) if is_exact(text) && index.named(text).is_empty() => {
                account(declared, text, &names, span)
            }
            Term::Ou(path) | Term::OuTree(path)
                if path.depth() > 0 && !known.ous.contains(path) =>
            {
                ou(declared, &path.to_string(), &ous, span)
            }
            _ => continue,
        };
        let wrong = found.code != Code::UndeclaredName;
        let first = said.insert(term.to_string());
        if (first || wrong) && !is_lost(declared, term) {
            out.push(found);
        }
    }
}

/// Names that are asked for, rightly spelled or not.
struct NamesOf<'d> {
    near: Names,
    folded: BTreeMap<String, &'d str>,
}

impl<'d> NamesOf<'d> {
    fn new(names: impl Iterator<Item = &'d str> + Clone) -> Self {
        let folded = names.clone().map(|name| (name.to_lowercase(), name)).collect();
        Self { near: Names::new(names), folded }
    }
}

/// Whether the name may stand in what could not be read.
fn is_lost(declared: &Declared, term: &Term) -> bool {
    match term {
        Term::Account(text) => declared.lost.may_define(text),
        Term::Ou(path) | Term::OuTree(path) => declared.lost.may_define(&path.to_string()),
        Term::All | Term::Tag(..) => false,
    }
}

/// Names match exactly; whether AWS tells two by their case is not documented.
fn other_case(kind: &str, name: &str, other: &str, span: Span) -> Diagnostic {
    let message = format!("{kind} `{name}` is declared as `{other}`");
    Diagnostic::new(Code::CaseCollision, span, message)
        .label("another case")
        .help(format!("write `{other}`: names match exactly"))
}

fn account(declared: &Declared, text: &str, known: &NamesOf<'_>, span: Span) -> Diagnostic {
    let by = declared.settings.ignore.accounts.iter().find(|ignored| {
        matches!(ignored.value.terms.as_slice(),
            [Term::Account(glob)] if WildMatch::new(glob).matches(text))
    });
    if let Some(by) = by {
        return scope::ignored(span, &format!("account `{text}`"), Some(by.span));
    }
    if let Some(other) = known.folded.get(&text.to_lowercase()) {
        return other_case("account", text, other, span);
    }
    let message = format!("account `{text}` is not declared");
    let help = match known.near.nearest(text) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "a plan looks it up; a declared one is checked here".to_owned(),
    };
    Diagnostic::new(Code::UndeclaredName, span, message).label("it must exist in AWS").help(help)
}

fn ou(declared: &Declared, path: &str, known: &NamesOf<'_>, span: Span) -> Diagnostic {
    if let Some(other) = known.folded.get(&path.to_lowercase()) {
        return other_case("OU", path, other, span);
    }
    let message = format!("OU `{path}` is not declared");
    let near = known.near.nearest(path).map(|near| format!("did you mean `{near}`?"));
    if declared.settings.manage.ous == Mode::Enforce {
        let help = near.unwrap_or_else(|| format!("declare it: `[ou.{path:?}]`"));
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
pub(super) fn selection(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let Ground { declared, known, index, .. } = ground;
    if declared.accounts.is_empty() {
        return;
    }
    let mut judged: BTreeMap<String, bool> = BTreeMap::new();
    for rule in declared.sentences() {
        for selector in rule.within {
            out.extend(taken_away(index, selector, rule.except));
        }
        for selector in rule.within.iter().chain(rule.except) {
            let empty = judged.entry(selector.value.to_string()).or_insert_with(|| {
                let value = &selector.value;
                // Where accounts stand in OUs below, that is what is said of the selector.
                is_named(known, index, value)
                    && !known.may_mean(index, value)
                    && !has_below(index, value)
            });
            if *empty {
                out.push(nothing(selector, &known.tags));
            }
        }
    }
}

/// Whether everything that a selector names is declared; else that has been said.
fn is_named(known: &Known<'_>, index: &Index<'_>, selector: &Selector) -> bool {
    selector.terms.iter().all(|term| match term {
        Term::Account(text) if is_exact(text) => !index.named(text).is_empty(),
        Term::Ou(path) | Term::OuTree(path) => path.depth() == 0 || known.ous.contains(path),
        Term::Tag(key, _) => known.tags.contains_key(key.as_str()),
        _ => true,
    })
}

/// Whether accounts stand below the OU whose own accounts a selector means.
fn has_below(index: &Index<'_>, selector: &Selector) -> bool {
    let path = selector.direct().filter(|path| path.depth() > 0);
    path.is_some_and(|path| index.within(path).iter().any(|place| place.ou != *path))
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
    index: &Index<'_>,
    selector: &Spanned<Selector>,
    except: &[Spanned<Selector>],
) -> Option<Diagnostic> {
    let exact = selector.value.terms.iter().find_map(|term| match term {
        Term::Account(text) if is_exact(text) => Some(text.as_str()),
        _ => None,
    });
    let place = index.named(exact?).into_iter().next()?;
    let by = except.iter().find(|except| Ready::new(&except.value).matches(place))?;
    let message = format!("selector `{}` selects no account", selector.value);
    Some(
        Diagnostic::new(Code::EmptySelection, selector.span, message)
            .label("`except` takes it away")
            .related(by.span, "taken away here")
            .help("remove it from `in` or from `except`"),
    )
}

/// `ou:X` where declared accounts stand in OUs below, and nothing else of the list means them.
pub(super) fn nested(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let Ground { declared, known, index, .. } = ground;
    // Many rules name one OU: what stands below it is looked up once.
    let mut all_below: BTreeMap<&OuPath, Vec<&Place>> = BTreeMap::new();
    for rule in declared.sentences() {
        for list in [rule.within, rule.except] {
            for selector in list {
                let Some(path) = selector.value.direct() else { continue };
                let is_below = |place: &Place| {
                    place.ou != *path && place.ou.is_within(path) && known.ous.contains(&place.ou)
                };
                let below = all_below.entry(path).or_insert_with(|| {
                    index.within(path).into_iter().filter(|place| is_below(place)).collect()
                });
                let hits = list.iter().flat_map(|other| index.hits(&other.value));
                let selected: BTreeSet<&AccountId> =
                    hits.filter(|place| is_below(place)).map(|place| &place.id).collect();
                let first = below.iter().find(|place| !selected.contains(&place.id));
                let number = below.len() - selected.len();
                out.extend(first.map(|first| left_out(selector.span, path, first, number)));
            }
        }
    }
}
