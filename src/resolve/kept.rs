//! Keeps: what must stand before, after and at every step, expanded to accounts.

use super::Context;
use super::Desired;
use super::expand::{Checker, accounts, find, principal};
use super::index::Index;
use super::lookup::{self, Found};
use super::select::{OrgView, is_exact};
use crate::diag::{Diagnostic, Span, Spanned};
use crate::id::{AccountId, PermissionSetName};
use crate::model::Principal;
use crate::source::declared::{Keep, PrincipalRef, Sentence};
use crate::source::selector::{Selector, Term};
use std::collections::BTreeSet;

/// One permission set that a keep keeps, wherever it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Where the keep is written.
    pub span: Span,
    /// Why, in the words of the keep.
    pub reason: Option<String>,
    /// What.
    pub set: PermissionSetName,
    /// Who: each has a grant of its own.
    pub principals: BTreeSet<Principal>,
    /// How many people at least reach it through them, in each account.
    pub min_people: usize,
    /// Where, on the organization as it is and as it will be: a plan that moves an account out of
    /// sight of a keep must not take the access along.
    pub accounts: BTreeSet<AccountId>,
    /// Whether these are all: a part of the organization that could not be read may hold others.
    pub complete: bool,
}

pub(super) fn resolve(
    context: &Context<'_>,
    view: &OrgView,
    desired: &mut Desired,
    out: &mut Vec<Diagnostic>,
) {
    let keeps = &context.declared.settings.keeps;
    if keeps.is_empty() {
        return;
    }
    let as_it_is = OrgView::as_it_is(context.live, context.projection);
    // Ignored accounts can be kept too: what people reach there also hangs on groups that are not.
    let mut to_be = view.clone();
    for id in context.scope.ignored_accounts() {
        to_be.places.extend(as_it_is.places.get(id).map(|place| (id.clone(), place.clone())));
    }
    let before = Index::new(&as_it_is);
    let checker = Checker::new(context, Index::new(&to_be));
    for keep in keeps {
        let Sentence { to, allow, within, except } = keep.value.sentence();
        checker.unknown_states(within, except, out);
        checker.check(within, desired, out);
        checker.check(except, desired, out);
        let chosen = [&checker.index, &before].into_iter().flat_map(|index| {
            accounts(index, within, except).into_iter().map(|(id, _)| id.clone())
        });
        let accounts: BTreeSet<AccountId> = chosen.collect();
        let principals: BTreeSet<Principal> =
            to.iter().filter_map(|to| who(context, to, desired, out)).collect();
        let named = within.iter().chain(except).all(|selector| names_accounts(&selector.value));
        for set in allow.iter().filter(|set| exists(context, set, out)) {
            let Keep { min_people, reason, .. } = &keep.value;
            desired.kept.push(Kept {
                span: keep.span,
                reason: reason.clone(),
                set: set.value.clone(),
                principals: principals.clone(),
                min_people: min_people.map_or(1, |people| people as usize),
                accounts: accounts.clone(),
                complete: named || context.organization_known,
            });
        }
    }
}

/// The principal, unless there is none by that name. An ignored group is looked up by the plan.
fn who(
    context: &Context<'_>,
    to: &Spanned<PrincipalRef>,
    desired: &Desired,
    out: &mut Vec<Diagnostic>,
) -> Option<Principal> {
    let ignored =
        matches!(&to.value, PrincipalRef::Group(name) if context.scope.group(name).is_some());
    let found = if ignored { Found::Yes } else { find(context, to, out) };
    (found != Found::No).then(|| principal(to, &desired.live))
}

fn exists(
    context: &Context<'_>,
    set: &Spanned<PermissionSetName>,
    out: &mut Vec<Diagnostic>,
) -> bool {
    context.scope.set(&set.value).is_some()
        || lookup::permission_set(context, &set.value, set.span, out) != Found::No
}

/// Whether a selector means the same accounts, wherever they stand and however they are tagged.
fn names_accounts(selector: &Selector) -> bool {
    selector.terms.iter().all(|term| matches!(term, Term::Account(text) if is_exact(text)))
}
