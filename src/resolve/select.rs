//! Which accounts a selector means.

use crate::diag::{Code, Diagnostic, Span};
use crate::id::{AccountId, OuPath};
use crate::live::project::Projection;
use crate::live::{AccountState, Live};
use crate::model::Tags;
use crate::source::selector::{Selector, Term};
use std::collections::BTreeMap;
use wildmatch::WildMatch;

/// The organization as selectors see it.
#[derive(Clone, Debug, Default)]
pub struct OrgView {
    /// Accounts by id.
    pub places: BTreeMap<AccountId, Place>,
}

/// One account as selectors see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The OU that holds it.
    pub ou: OuPath,
    /// Its tags.
    pub tags: Tags,
    /// Its state.
    pub state: AccountState,
    /// Whether it is the management account.
    pub management: bool,
}

impl OrgView {
    /// The organization before anything is changed.
    pub fn as_it_is(live: &Live, projection: &Projection) -> Self {
        let places = live.organization.accounts.iter().filter_map(|(id, account)| {
            let at = projection.state.accounts.get(id)?;
            let place = Place {
                id: id.clone(),
                name: account.name.clone(),
                ou: at.ou.clone(),
                tags: at.tags.clone(),
                state: account.state.clone(),
                management: *id == live.organization.management_account,
            };
            Some((id.clone(), place))
        });
        Self { places: places.collect() }
    }
}

/// Whether a selector means an account, whatever the account's state.
///
/// The management account is meant only by its exact name or id: a glob, an OU, a tag or `all` that
/// reached it would hand out the whole organization by accident.
pub fn matches(selector: &Selector, place: &Place) -> bool {
    Ready::new(selector).matches(place)
}

/// A selector whose patterns are read, for many accounts.
pub(super) struct Ready<'s> {
    terms: Vec<(&'s Term, Option<WildMatch>)>,
}

impl<'s> Ready<'s> {
    /// Reads the patterns.
    pub(super) fn new(selector: &'s Selector) -> Self {
        let pattern = |term: &Term| match term {
            Term::Account(text) if !is_exact(text) => Some(WildMatch::new(text)),
            _ => None,
        };
        Self { terms: selector.terms.iter().map(|term| (term, pattern(term))).collect() }
    }

    /// As [`matches`].
    pub(super) fn matches(&self, place: &Place) -> bool {
        let named = || self.terms.iter().any(|(term, _)| names_exactly(term, place));
        (!place.management || named())
            && self.terms.iter().all(|(term, glob)| term_matches(term, glob.as_ref(), place))
    }
}

fn names_exactly(term: &Term, place: &Place) -> bool {
    matches!(term, Term::Account(text) if is_exact(text)
        && (*text == place.name || place.id.known() == Some(text)))
}

fn term_matches(term: &Term, glob: Option<&WildMatch>, place: &Place) -> bool {
    match term {
        Term::All => true,
        Term::Account(_) => match glob {
            Some(glob) => {
                glob.matches(&place.name) || place.id.known().is_some_and(|id| glob.matches(id))
            }
            None => names_exactly(term, place),
        },
        Term::Ou(path) => place.ou == *path,
        Term::OuTree(path) => place.ou.is_within(path),
        Term::Tag(key, value) => place.tags.get(key) == Some(value),
    }
}

/// Warns of `ou:X` where OUs below hold accounts that nothing in its list selects: how many, and the
/// first of them.
pub(super) fn left_out(span: Span, path: &OuPath, first: &Place, number: usize) -> Diagnostic {
    let message = match number {
        1 => format!("`ou:{path}` leaves out account `{}` in `{}`", first.name, first.ou),
        n => format!("`ou:{path}` leaves out {n} accounts in nested OUs"),
    };
    Diagnostic::new(Code::NestedLeftOut, span, message)
        .label("accounts directly in it only")
        .help(format!("write `{}` to include nested OUs", Term::OuTree(path.clone())))
}

/// Whether an `account:` term names one account rather than a pattern.
pub fn is_exact(text: &str) -> bool {
    !text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str, ou: &str, management: bool) -> Place {
        Place {
            id: AccountId::parse("111122223333").unwrap(),
            name: name.to_owned(),
            ou: OuPath::parse(ou).unwrap(),
            tags: [("env".to_owned(), "prod".to_owned())].into(),
            state: AccountState::Active,
            management,
        }
    }

    fn hits(selector: &str, place: &Place) -> bool {
        matches(&Selector::parse(selector).unwrap(), place)
    }

    #[test]
    fn each_kind_of_term_means_what_it_says() {
        let p = place("loyalty-prod", "Workloads/Prod", false);
        for (selector, expected) in [
            ("all", true),
            ("account:loyalty-prod", true),
            ("account:Loyalty-prod", false),
            ("account:111122223333", true),
            ("account:loyalty-*", true),
            ("account:loyalty-pro?", true),
            ("account:mmf-*", false),
            ("ou:Workloads/Prod", true),
            ("ou:Workloads", false),
            ("ou:Workloads/**", true),
            ("ou:Workloads/Prod/**", true),
            ("ou:Work/**", false),
            ("ou:**", true),
            ("tag:env=prod", true),
            ("tag:env=stg", false),
            ("tag:env=prod & account:loyalty-*", true),
            ("tag:env=prod & account:mmf-*", false),
        ] {
            assert_eq!(hits(selector, &p), expected, "{selector}");
        }
    }

    #[test]
    fn only_its_exact_name_or_id_means_the_management_account() {
        let p = place("wallet", "/", true);
        for (selector, expected) in [
            ("all", false),
            ("account:*", false),
            ("account:walle?", false),
            ("ou:/", false),
            ("ou:**", false),
            ("tag:env=prod", false),
            ("account:wallet", true),
            ("account:111122223333", true),
            ("account:wallet & tag:env=prod", true),
            ("account:wallet & tag:env=stg", false),
        ] {
            assert_eq!(hits(selector, &p), expected, "{selector}");
        }
    }
}
