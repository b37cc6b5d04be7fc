//! `--only`: which accounts a plan is about.

use super::index::Index;
use super::organization::has_tag;
use super::select::{OrgView, Place, Ready, is_exact};
use crate::id::{AccountId, OuPath, escape_component};
use crate::live::AccountState;
use crate::live::project::Labels;
use crate::source::selector::{Selector, Term};
use crate::text::suggest;
use std::collections::{BTreeMap, BTreeSet};

/// Selectors as typed, in order; none of them where a plan is about everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Only(BTreeMap<String, Selector>);

/// The accounts that a plan is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selection {
    /// The selectors as typed, in order.
    pub selectors: Vec<String>,
    /// The accounts that they select; at least one.
    pub accounts: BTreeSet<AccountId>,
}

/// Why a selection is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A selector selects nothing: a plan of it would look as if nothing were to be done.
    #[error("`--only {selector}` selects no account")]
    Empty {
        /// As typed.
        selector: String,
        /// What to do about it, where that is known.
        help: Option<String>,
    },
    /// AWS did not tell whether an account is in use.
    #[error("`--only {selector}`: nobody knows whether account `{account}` is ACTIVE")]
    UnknownState {
        /// As typed.
        selector: String,
        /// The account's name.
        account: String,
    },
}

impl Only {
    /// Reads selectors. The error is the first text that is none, and what is wrong with it.
    pub fn parse<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Result<Self, (T, String)> {
        let mut selectors = BTreeMap::new();
        for text in texts {
            match Selector::parse(text.as_ref()) {
                Ok(selector) => drop(selectors.insert(text.as_ref().to_owned(), selector)),
                Err(why) => return Err((text, why)),
            }
        }
        Ok(Self(selectors))
    }

    /// Whether a plan is about everything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The selectors as typed, in order.
    pub fn texts(&self) -> Vec<String> {
        self.0.keys().cloned().collect()
    }

    pub(super) fn selectors(&self) -> impl Iterator<Item = &Selector> {
        self.0.values()
    }

    /// The accounts that the selectors mean on the organization as it will be; `None` where there are
    /// no selectors.
    pub fn select(&self, organization: &OrgView) -> Result<Option<Selection>, SelectionError> {
        if self.is_empty() {
            return Ok(None);
        }
        let index = Index::new(organization);
        let mut accounts = BTreeSet::new();
        for (text, selector) in &self.0 {
            let mut empty = true;
            for place in index.hits(selector) {
                match &place.state {
                    AccountState::Active => {
                        accounts.insert(place.id.clone());
                        empty = false;
                    }
                    AccountState::Unknown(_) => {
                        let (selector, account) = (text.clone(), place.name.clone());
                        return Err(SelectionError::UnknownState { selector, account });
                    }
                    _ => {}
                }
            }
            if empty {
                let help = help(selector, &index);
                return Err(SelectionError::Empty { selector: text.clone(), help });
            }
        }
        Ok(Some(Selection { selectors: self.texts(), accounts }))
    }
}

impl Selection {
    /// Whether the selection depends on the tags of accounts.
    pub fn looks_at_tags(&self) -> bool {
        self.selectors.iter().any(|text| Selector::parse(text).is_ok_and(|s| has_tag(&s)))
    }

    /// Whether an address is of one of the accounts or of a grant in one.
    pub fn about(&self, labels: &Labels) -> impl Fn(&str) -> bool + use<> {
        let labels = self.accounts.iter().map(|id| labels.of(id));
        let labels: BTreeSet<String> = labels.map(escape_component).collect();
        move |address: &str| match address.split_once('/') {
            Some(("account", label)) => labels.contains(&escape_component(label)),
            Some(("grant", rest)) => labels.contains(first_component(rest)),
            _ => false,
        }
    }
}

/// What stands before the first `/` that is not part of a name.
fn first_component(path: &str) -> &str {
    let mut escaped = false;
    let end = path.find(|c| {
        let ends = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    });
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// What to do about a selector that selects nothing.
fn help(selector: &Selector, index: &Index<'_>) -> Option<String> {
    if let Some(place) = index.hits(selector).first() {
        let state = super::accounts::state_of(place);
        return Some(format!("account `{}` is {state}; only ACTIVE ones are selected", place.name));
    }
    let ready = Ready::new(selector);
    let management = index.view.places.values().find(|place| place.management);
    if management.is_some_and(|place| ready.matches(&Place { management: false, ..place.clone() }))
    {
        let text = "the management account is selected by its exact name or id alone";
        return Some(text.to_owned());
    }
    let near = selector.terms.iter().find_map(|term| near(term, index.view))?;
    Some(format!("did you mean `{near}`?"))
}

/// A term that is like one that means nothing, and means something.
fn near(term: &Term, view: &OrgView) -> Option<Term> {
    let places = view.places.values();
    match term {
        Term::Account(text) if is_exact(text) => {
            let near = suggest(text, places.map(|place| place.name.as_str()))?;
            (near != text).then(|| Term::Account(near.to_owned()))
        }
        Term::Ou(path) | Term::OuTree(path) => {
            let within = |place: &Place| place.ou.is_within(path);
            if view.places.values().any(within) {
                return (matches!(term, Term::Ou(_))
                    && !view.places.values().any(|place| place.ou == *path))
                .then(|| Term::OuTree(path.clone()));
            }
            let ous: BTreeSet<&OuPath> = places.map(|place| &place.ou).collect();
            let names: Vec<String> = ous.iter().map(ToString::to_string).collect();
            let near =
                OuPath::parse(suggest(&path.to_string(), names.iter().map(String::as_str))?)?;
            Some(if matches!(term, Term::Ou(_)) { Term::Ou(near) } else { Term::OuTree(near) })
        }
        Term::Tag(key, value) => {
            let tags = || view.places.values().flat_map(|place| &place.tags);
            let values = tags().filter(|(k, _)| *k == key).map(|(_, value)| value.as_str());
            if let Some(near) = suggest(value, values) {
                return (near != value).then(|| Term::Tag(key.clone(), near.to_owned()));
            }
            let has = |near: &str| tags().any(|(k, v)| k == near && v == value);
            let near =
                suggest(key, tags().map(|(key, _)| key.as_str())).filter(|near| has(near))?;
            Some(Term::Tag(near.to_owned(), value.clone()))
        }
        Term::All | Term::Account(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two accounts in `Work/Prod`, one of them closed, and the management account in the root.
    fn view() -> OrgView {
        let rows = [
            ("wallet", "/", AccountState::Active),
            ("loyalty-prod", "Work/Prod", AccountState::Active),
            ("loyalty-old", "Work/Prod", AccountState::Suspended),
        ];
        let places = rows.into_iter().zip(0..).map(|((name, ou, state), n)| {
            let id = AccountId::parse(&format!("11110000000{n}")).unwrap();
            let place = Place {
                id: id.clone(),
                name: name.to_owned(),
                ou: OuPath::parse(ou).unwrap(),
                tags: [("env".to_owned(), "prod".to_owned())].into(),
                state,
                management: n == 0,
            };
            (id, place)
        });
        OrgView { places: places.collect() }
    }

    #[test]
    fn every_selector_selects_something_or_says_what_may_be_meant() {
        for (text, expected) in [
            ("account:loyalty-prd", Some("did you mean `account:loyalty-prod`?")),
            ("ou:Work", Some("did you mean `ou:Work/**`?")),
            ("ou:Work/Prd/**", Some("did you mean `ou:Work/Prod/**`?")),
            ("tag:env=prd", Some("did you mean `tag:env=prod`?")),
            ("tag:evn=prod", Some("did you mean `tag:env=prod`?")),
            (
                "account:loyalty-old",
                Some("account `loyalty-old` is SUSPENDED; only ACTIVE ones are selected"),
            ),
            (
                "account:wall*",
                Some("the management account is selected by its exact name or id alone"),
            ),
            ("account:x*", None),
        ] {
            let only = Only::parse([text, "account:wallet"]).unwrap();
            let error = only.select(&view()).unwrap_err();
            let (selector, help) = (text.to_owned(), expected.map(str::to_owned));
            assert_eq!(error, SelectionError::Empty { selector, help }, "{text}");
        }
        let only = Only::parse(["ou:Work/**", "account:wallet"]).unwrap();
        let selected = only.select(&view()).unwrap().unwrap();
        assert_eq!(selected.selectors, ["account:wallet", "ou:Work/**"]);
        assert_eq!(selected.accounts.len(), 2);
        assert_eq!(Only::default().select(&view()).unwrap(), None);
    }

    #[test]
    fn an_account_of_which_nobody_knows_whether_it_is_active_is_not_passed_over() {
        let mut view = view();
        for place in view.places.values_mut().filter(|place| place.name == "loyalty-old") {
            place.state = AccountState::Unknown(String::new());
        }
        let error = Only::parse(["ou:Work/**"]).unwrap().select(&view).unwrap_err();
        assert!(matches!(error, SelectionError::UnknownState { .. }), "{error:?}");
    }

    #[test]
    fn a_slash_in_a_name_ends_no_component() {
        assert_eq!(first_component("a\\/b/S/group:x"), "a\\/b");
        assert_eq!(first_component("a\\\\/S/group:x"), "a\\\\");
        assert_eq!(first_component("a"), "a");
    }
}
