//! The organization sorted by what selectors ask for, so that a grant on one account does not look at
//! all of them: thousands of grants on thousands of accounts would be the product.

use super::select::{OrgView, Place, Ready, is_exact};
use crate::id::{AccountId, OuPath};
use crate::live::AccountState;
use crate::source::selector::{Selector, Term};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Patterns whose accounts are remembered; more would only take memory.
const REMEMBERED: usize = 1000;

/// The accounts of a view by name, by OU and by tag.
pub(super) struct Index<'v> {
    /// What is indexed.
    pub(super) view: &'v OrgView,
    by_name: BTreeMap<&'v str, Vec<&'v Place>>,
    by_ou: BTreeMap<&'v OuPath, Vec<&'v Place>>,
    by_tag: BTreeMap<(&'v str, &'v str), Vec<&'v Place>>,
    /// Accounts that may fit a pattern with a wildcard in front, which no order helps to find.
    by_pattern: RefCell<BTreeMap<String, Vec<&'v Place>>>,
}

impl<'v> Index<'v> {
    /// Sorts the accounts.
    pub(super) fn new(view: &'v OrgView) -> Self {
        let (mut by_name, mut by_ou, mut by_tag) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for place in view.places.values() {
            by_name.entry(place.name.as_str()).or_insert_with(Vec::new).push(place);
            by_ou.entry(&place.ou).or_insert_with(Vec::new).push(place);
            for (key, value) in &place.tags {
                let tag = (key.as_str(), value.as_str());
                by_tag.entry(tag).or_insert_with(Vec::new).push(place);
            }
        }
        Self { view, by_name, by_ou, by_tag, by_pattern: RefCell::default() }
    }

    /// Accounts of this name or id, by id.
    pub(super) fn named(&self, text: &str) -> Vec<&'v Place> {
        let mut found = self.by_name.get(text).cloned().unwrap_or_default();
        let id = AccountId::parse(text);
        found.extend(id.and_then(|id| self.view.places.get(&id)));
        in_order(found)
    }

    /// Whether any account has this name.
    pub(super) fn is_named(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Accounts in an OU and below, by id.
    pub(super) fn within(&self, path: &OuPath) -> Vec<&'v Place> {
        // Paths are ordered name by name: what lies below stands together, behind the path itself.
        let below = self.by_ou.range::<&OuPath, _>(path..).take_while(|(ou, _)| ou.is_within(path));
        in_order(below.flat_map(|(_, places)| places.iter().copied()).collect())
    }

    /// Accounts that a selector means, whatever their state, by id.
    pub(super) fn hits(&self, selector: &Selector) -> Vec<&'v Place> {
        let mut terms: Vec<&Term> = selector.terms.iter().collect();
        terms.sort_by_key(|term| breadth(term));
        let Some(narrowest) = terms.first() else { return Vec::new() };
        let ready = Ready::new(selector);
        let mut hits = match narrowest {
            Term::Account(text) if is_exact(text) => self.named(text),
            Term::Account(pattern) => self.like(pattern),
            Term::Ou(path) => self.by_ou.get(path).cloned().unwrap_or_default(),
            Term::OuTree(path) => self.within(path),
            Term::Tag(key, value) => {
                self.by_tag.get(&(key.as_str(), value.as_str())).cloned().unwrap_or_default()
            }
            Term::All => self.view.places.values().collect(),
        };
        hits.retain(|place| ready.matches(place));
        hits
    }

    /// ACTIVE accounts that any of the selectors means, each with what stands beside the first that
    /// does.
    pub(super) fn select<'s, T: Copy>(
        &self,
        selectors: impl Iterator<Item = (T, &'s Selector)>,
    ) -> BTreeMap<&'v AccountId, T> {
        let mut out = BTreeMap::new();
        for (beside, selector) in selectors {
            for place in self.hits(selector) {
                if place.state == AccountState::Active {
                    out.entry(&place.id).or_insert(beside);
                }
            }
        }
        out
    }

    /// Accounts that may fit a pattern: those whose name or id begins as it does.
    fn like(&self, pattern: &str) -> Vec<&'v Place> {
        let beginning = pattern.split(['*', '?']).next().unwrap_or_default();
        if !beginning.is_empty() && !beginning.bytes().all(|byte| byte.is_ascii_digit()) {
            let from = self.by_name.range::<&str, _>(beginning..);
            let like = from.take_while(|(name, _)| name.starts_with(beginning));
            return in_order(like.flat_map(|(_, places)| places.iter().copied()).collect());
        }
        if let Some(known) = self.by_pattern.borrow().get(pattern) {
            return known.clone();
        }
        let selector = Selector { terms: vec![Term::Account(pattern.to_owned())] };
        let ready = Ready::new(&selector);
        let found: Vec<_> = self.view.places.values().filter(|p| ready.matches(p)).collect();
        let mut remembered = self.by_pattern.borrow_mut();
        if remembered.len() < REMEMBERED {
            remembered.insert(pattern.to_owned(), found.clone());
        }
        found
    }
}

/// How much of an organization a term is likely to mean.
fn breadth(term: &Term) -> usize {
    match term {
        Term::Account(text) if is_exact(text) => 0,
        Term::Ou(_) => 1,
        Term::OuTree(path) if path.depth() > 0 => 2,
        Term::Tag(..) => 3,
        Term::Account(_) => 4,
        Term::OuTree(_) | Term::All => 5,
    }
}

/// By id, each once.
fn in_order(mut places: Vec<&Place>) -> Vec<&Place> {
    places.sort_by(|a, b| a.id.cmp(&b.id));
    places.dedup_by(|a, b| a.id == b.id);
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::select::matches;
    use proptest::prelude::*;

    fn view() -> OrgView {
        let names = ["web-prod", "web-test", "api-prod", "web-prod", "111100000003", "wallet"];
        let ous = ["A/B", "A", "A/B/C", "AB", "A-B", "/"];
        let places = names.iter().zip(ous).zip(0..).map(|((name, ou), n)| {
            let id = AccountId::parse(&format!("11110000000{n}")).unwrap();
            let env = if name.ends_with("prod") { "prod" } else { "test" };
            let place = Place {
                id: id.clone(),
                name: (*name).to_owned(),
                ou: OuPath::parse(ou).unwrap(),
                tags: [("env".to_owned(), env.to_owned())].into(),
                state: AccountState::Active,
                management: n == 5,
            };
            (id, place)
        });
        OrgView { places: places.collect() }
    }

    proptest! {
        #[test]
        fn hits_are_what_matches(
            terms in prop::collection::vec(
                "(all|account:(web-prod|web-\\*|\\*-prod|1111\\*|w\\?b-\\*|111100000003|wallet|\\*|x)|\
                ou:(A|A/B|A/\\*\\*|\\*\\*|AB|/)|tag:env=(prod|test|x))",
                1..3,
            ),
        ) {
            let view = view();
            let index = Index::new(&view);
            let selector = Selector::parse(&terms.join(" & ")).unwrap();
            for _ in 0..2 {
                let hits: Vec<&Place> = index.hits(&selector);
                let plain: Vec<&Place> =
                    view.places.values().filter(|place| matches(&selector, place)).collect();
                prop_assert_eq!(hits, plain);
            }
        }
    }
}
