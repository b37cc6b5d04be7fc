//! The organization as far as the definitions alone tell it.

use crate::id::{AccountId, OuPath};
use crate::live::AccountState;
use crate::resolve::index::Index;
use crate::resolve::select::{OrgView, Place};
use crate::source::declared::Declared;
use crate::source::selector::{Selector, Term};
use std::collections::{BTreeMap, BTreeSet};

/// Tags of declared accounts: key → values.
pub(super) type Tags<'d> = BTreeMap<&'d str, BTreeSet<&'d str>>;

/// What the declared accounts say of themselves. What they leave out may be anything in AWS.
pub(super) struct Known<'d> {
    /// The declared accounts; one without a place stands in an OU of its own, one without an id has a
    /// number of ours. Neither can be typed.
    pub(super) view: OrgView,
    /// Every OU that is declared, or that a declared account is placed in, and those above it.
    pub(super) ous: BTreeSet<OuPath>,
    /// The tags of all declared accounts.
    pub(super) tags: Tags<'d>,
    /// Whether an account says neither where it stands, …
    unplaced: bool,
    /// … nor which id it has.
    unnumbered: bool,
}

impl<'d> Known<'d> {
    pub(super) fn new(declared: &'d Declared) -> Self {
        let mut known = Self {
            view: OrgView::default(),
            ous: BTreeSet::new(),
            tags: Tags::new(),
            unplaced: false,
            unnumbered: false,
        };
        let nowhere = nowhere();
        let ids = declared.accounts.values().filter_map(|account| account.value.id.as_ref());
        let taken: BTreeSet<&AccountId> = ids.map(|id| &id.value).collect();
        let mut free = (0_u64..)
            .filter_map(|number| AccountId::parse(&format!("{number:012}")))
            .filter(|id| !taken.contains(id));
        for (name, account) in &declared.accounts {
            let account = &account.value;
            known.unplaced |= account.ou.is_none();
            known.unnumbered |= account.id.is_none();
            let typed = account.id.as_ref().map(|id| id.value.clone());
            // Two accounts with one id, which is reported elsewhere, are both known by name.
            let typed = typed.filter(|id| !known.view.places.contains_key(id));
            let Some(id) = typed.or_else(|| free.next()) else { continue };
            let tags = account.tags.as_ref().map(|tags| &tags.value);
            for (key, value) in tags.into_iter().flatten() {
                known.tags.entry(key).or_default().insert(value);
            }
            let place = Place {
                id: id.clone(),
                name: name.clone(),
                ou: account.ou.as_ref().map_or(&nowhere, |ou| &ou.value).clone(),
                tags: tags.cloned().unwrap_or_default(),
                state: AccountState::Active,
                management: false,
            };
            known.view.places.insert(id, place);
        }
        let placed = declared.accounts.values().filter_map(|account| account.value.ou.as_ref());
        for path in declared.ous.keys().chain(placed.map(|ou| &ou.value)) {
            let mut at = Some(path.clone());
            while let Some(path) = at.filter(|path| path.depth() > 0) {
                at = path.parent();
                known.ous.insert(path);
            }
        }
        known
    }

    /// Whether a selector may mean a declared account, by what that says or leaves out.
    pub(super) fn may_mean(&self, index: &Index<'_>, selector: &Selector) -> bool {
        if !index.hits(selector).is_empty() {
            return true;
        }
        let told = |term: &&Term| match term {
            Term::Account(text) => {
                !self.unnumbered || !text.chars().all(|c| c.is_ascii_digit() || "*?".contains(c))
            }
            Term::Ou(_) | Term::OuTree(_) => !self.unplaced,
            // A key that nobody declares is kept elsewhere.
            Term::Tag(key, _) => self.tags.contains_key(key.as_str()),
            Term::All => true,
        };
        let terms: Vec<Term> = selector.terms.iter().filter(told).cloned().collect();
        if terms.len() == selector.terms.len() {
            return false;
        }
        // Where an OU is asked for, only an account without a place may stand there.
        let placed = |term: &Term| matches!(term, Term::Ou(_) | Term::OuTree(_));
        let unplaced_only = self.unplaced && selector.terms.iter().any(placed);
        let rest = if terms.is_empty() { vec![Term::All] } else { terms };
        let hits = index.hits(&Selector { terms: rest });
        hits.iter().any(|place| !unplaced_only || place.ou == nowhere())
    }
}

/// Where accounts stand that do not say so: no OU may have a control character in its name.
fn nowhere() -> OuPath {
    OuPath::root().child("\0")
}
