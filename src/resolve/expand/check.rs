//! What is said of the selectors of grants: names that do not exist, nothing selected, nested OUs
//! left out, accounts whose state nobody knows.

use super::state_of;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{AccountId, OuPath};
use crate::live::AccountState;
use crate::resolve::index::Index;
use crate::resolve::select::{Place, is_exact, left_out, matches};
use crate::resolve::{Context, Desired, organization, scope};
use crate::source::selector::{Selector, Term};
use crate::text::Names;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// Checks selectors on one organization. What the messages need is sorted when the first one does.
pub(in super::super) struct Checker<'a> {
    context: &'a Context<'a>,
    /// The accounts in sight.
    pub(in super::super) index: Index<'a>,
    /// Those of them whose state AWS did not tell.
    unknown: Vec<&'a Place>,
    ous: OnceCell<Names>,
    accounts: OnceCell<Names>,
    /// Accounts that `[ignore]` takes out of sight, by name and by id.
    hidden: OnceCell<BTreeMap<&'a str, &'a AccountId>>,
}

impl<'a> Checker<'a> {
    /// On the accounts that are in sight.
    pub(in super::super) fn new(context: &'a Context<'a>, index: Index<'a>) -> Self {
        let (ous, accounts, hidden) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        let places = index.view.places.values();
        let unknown = places.filter(|p| matches!(p.state, AccountState::Unknown(_))).collect();
        Self { context, index, unknown, ous, accounts, hidden }
    }

    /// Checks each selector of a list.
    pub(in super::super) fn check(
        &self,
        selectors: &[Spanned<Selector>],
        desired: &Desired,
        out: &mut Vec<Diagnostic>,
    ) {
        let hits: Vec<Vec<&Place>> = selectors.iter().map(|s| self.index.hits(&s.value)).collect();
        let selected: BTreeSet<&AccountId> = if selectors.iter().any(|s| s.value.direct().is_some())
        {
            hits.iter().flatten().map(|place| &place.id).collect()
        } else {
            BTreeSet::new()
        };
        for (selector, found) in selectors.iter().zip(&hits) {
            if !self.exists(selector, desired, out) {
                continue;
            }
            // Where accounts stand in OUs below, that is what is said of the selector.
            let said = self.left_out(selector, &selected).or_else(|| self.empty(selector, found));
            out.extend(said);
        }
    }

    /// Reports accounts that are selected and whose state nobody knows.
    pub(in super::super) fn unknown_states(
        &self,
        within: &[Spanned<Selector>],
        except: &[Spanned<Selector>],
        out: &mut Vec<Diagnostic>,
    ) {
        for place in self.unknown.iter().filter(|p| !except.iter().any(|s| matches(&s.value, p))) {
            for selector in within.iter().filter(|s| matches(&s.value, place)) {
                let label = self.context.projection.labels.of(&place.id);
                let message = format!("the state of account `{label}` is {}", state_of(place));
                out.push(
                    Diagnostic::new(Code::UnknownAccountState, selector.span, message)
                        .label("selects it")
                        .help("only ACTIVE accounts are granted; take it out by `except`"),
                );
            }
        }
    }

    /// What to say of a selector that selects nothing.
    fn empty(&self, selector: &Spanned<Selector>, hits: &[&Place]) -> Option<Diagnostic> {
        let any = hits.iter().any(|p| p.state == AccountState::Active);
        if any || !self.context.organization_known {
            return None;
        }
        let why = match hits.first() {
            Some(place) => format!("`{}` is {}", place.name, state_of(place)),
            None => "no account fits".to_owned(),
        };
        let message = format!("selector `{}` selects no account", selector.value);
        Some(
            Diagnostic::new(Code::EmptySelection, selector.span, message)
                .label(why)
                .help("correct the selector, or remove it"),
        )
    }

    /// Whether the accounts and OUs that a selector names exist; says so where they don't.
    fn exists(
        &self,
        selector: &Spanned<Selector>,
        desired: &Desired,
        out: &mut Vec<Diagnostic>,
    ) -> bool {
        if !self.context.organization_known {
            return true;
        }
        let mut all = true;
        for term in &selector.value.terms {
            let missing = match term {
                Term::Account(text) if is_exact(text) => {
                    self.missing_account(text, selector.span, out)
                }
                Term::Ou(path) | Term::OuTree(path) if path.depth() > 0 => {
                    self.missing_ou(path, selector.span, desired)
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

    fn missing_ou(&self, path: &OuPath, span: Span, desired: &Desired) -> Option<Diagnostic> {
        if desired.state.ous.contains(path) {
            return None;
        }
        if desired.live.ous.contains(path) {
            let message = format!("OU `{path}` is empty and undeclared, and would be removed");
            let help = format!("declare it: `[ou.{:?}]`", path.to_string());
            return Some(Diagnostic::new(Code::UnknownName, span, message).help(help));
        }
        let ous = self.ous.get_or_init(|| organization::names(&desired.state.ous));
        Some(unknown(span, &format!("OU `{path}`"), ous.nearest(&path.to_string())))
    }

    fn missing_account(
        &self,
        text: &str,
        span: Span,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Diagnostic> {
        let declared = &self.context.declared.accounts;
        let named = self.index.named(text);
        if named.len() > 1 {
            let ids: Vec<&str> = named.iter().map(|p| p.id.as_str()).collect();
            let message = format!("{} accounts are called `{text}`", named.len());
            let help = format!("select it by id: one of {}", ids.join(", "));
            out.push(Diagnostic::new(Code::AmbiguousName, span, message).help(help));
        }
        if !named.is_empty() || declared.contains_key(text) {
            return None;
        }
        let hidden = self.hidden.get_or_init(|| self.hidden()).get(text);
        if let Some(by) = hidden.and_then(|id| self.context.scope.account(id)) {
            return Some(scope::ignored(span, &format!("account `{text}`"), Some(by)));
        }
        let accounts = self.accounts.get_or_init(|| {
            let live = self.index.view.places.values().map(|p| p.name.as_str());
            Names::new(live.chain(declared.keys().map(String::as_str)))
        });
        Some(unknown(span, &format!("account `{text}`"), accounts.nearest(text)))
    }

    /// Ignored accounts by name and by id; of several that share a name, the first.
    fn hidden(&self) -> BTreeMap<&'a str, &'a AccountId> {
        let accounts = &self.context.live.organization.accounts;
        let mut hidden = BTreeMap::new();
        for id in self.context.scope.ignored_accounts() {
            hidden.entry(id.as_str()).or_insert(id);
            if let Some(account) = accounts.get(id) {
                hidden.entry(account.name.as_str()).or_insert(id);
            }
        }
        hidden
    }

    /// `ou:X` reads like everything in X; where nested OUs hold accounts that nothing in the list
    /// selects, that is said.
    fn left_out(
        &self,
        selector: &Spanned<Selector>,
        selected: &BTreeSet<&AccountId>,
    ) -> Option<Diagnostic> {
        let path = selector.value.direct()?;
        let mut rest = self.index.within(path);
        rest.retain(|p| p.ou != *path && !p.management && !selected.contains(&p.id));
        Some(left_out(selector.span, path, rest.first()?, rest.len()))
    }
}

fn unknown(span: Span, what: &str, near: Option<&str>) -> Diagnostic {
    let d =
        Diagnostic::new(Code::UnknownName, span, format!("{what} is neither declared nor live"))
            .label("not found");
    match near {
        Some(near) => d.help(format!("did you mean `{near}`?")),
        None => d.help("check the name, or declare it"),
    }
}
