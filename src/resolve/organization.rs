//! OUs: renames, what is declared, and what may go.

use super::select::{OrgView, Place, matches};
use super::{Context, Desired, Held, Hold};
use crate::diag::{Code, Diagnostic, Span};
use crate::id::OuPath;
use crate::live::project::Projection;
use crate::live::{Live, Part};
use crate::model::address;
use crate::source::declared::{Declared, Mode};
use crate::source::selector::{Selector, Term};
use crate::text::Names;
use std::collections::BTreeSet;

/// The one OU that Control Tower cannot do without (AWS Control Tower User Guide, "Foundational OU").
const FOUNDATIONAL: &str = "Security";

/// Whether the tree, the accounts and, where a selector asks for them, the tags were read whole.
pub(super) fn is_known(declared: &Declared, live: &Live, projection: &Projection) -> bool {
    let tags = selectors(declared).any(has_tag);
    // A snapshot of another question may lack the tags that this one asks for.
    let untold = live.organization.accounts.values().any(|account| account.tags.is_none());
    let hidden = live.gaps.iter().chain(&projection.ambiguous).any(|gap| match gap.part {
        Part::Ous | Part::Accounts | Part::Other(_) => true,
        Part::AccountTags(_) => tags,
        _ => false,
    });
    let missing = tags && untold;
    !(hidden || missing)
}

/// Every selector of the definitions that runs on the organization.
pub(super) fn selectors(declared: &Declared) -> impl Iterator<Item = &Selector> {
    let sentences = declared.sentences().flat_map(|s| s.within.iter().chain(s.except));
    sentences.chain(&declared.settings.ignore.accounts).map(|s| &s.value)
}

/// Whether a selector looks at tags.
pub(super) fn has_tag(selector: &Selector) -> bool {
    selector.terms.iter().any(|term| matches!(term, Term::Tag(..)))
}

pub(super) fn resolve(context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
    rename(context, desired, out);
    desired.state.ous = desired.live.ous.clone();
    for (path, ou) in &context.declared.ous {
        desired.origins.ous.insert(path.clone(), ou.span);
        for path in with_ancestors(path) {
            desired.origins.ous.entry(path.clone()).or_insert(ou.span);
            desired.state.ous.insert(path);
        }
    }
    protect(context, desired);
}

/// Notes what is never removed.
pub(super) fn protect(context: &Context<'_>, desired: &mut Desired) {
    if context.declared.settings.ignore.control_tower {
        desired.protected_ous.insert(OuPath::root().child(FOUNDATIONAL));
    }
    if let Some(tower) = &context.live.control_tower {
        let named = tower.foundational_ous().into_iter();
        desired.protected_ous.extend(named.map(|name| OuPath::root().child(&name)));
    }
}

/// The paths of OUs, for near misses.
pub(super) fn names(ous: &BTreeSet<OuPath>) -> Names {
    let paths: Vec<String> = ous.iter().map(ToString::to_string).collect();
    Names::new(paths.iter().map(String::as_str))
}

/// The path and every OU above it, without the root.
fn with_ancestors(path: &OuPath) -> Vec<OuPath> {
    let mut all = Vec::new();
    let mut at = Some(path.clone());
    while let Some(path) = at.filter(|p| p.depth() > 0) {
        at = path.parent();
        all.push(path);
    }
    all
}

/// Finds OUs that are live under a name they had before, parents first, and gives the live side the
/// new names, so that everything below is compared in place.
fn rename(context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
    let mut declared: Vec<_> = context.declared.ous.iter().collect();
    declared.sort_by_key(|(path, _)| path.depth());
    for (path, ou) in declared {
        if desired.live.ous.contains(path) {
            continue;
        }
        let here = |old: &OuPath, desired: &Desired| {
            desired.renames.ous.iter().fold(old.clone(), |p, (from, to)| p.moved(from, to))
        };
        let found = ou.value.previously.iter().map(|old| (old.span, here(&old.value, desired)));
        let Some((span, old)) = found.into_iter().find(|(_, old)| desired.live.ous.contains(old))
        else {
            continue;
        };
        if old.parent() != path.parent() {
            let message = format!("OU `{old}` cannot become `{path}`");
            out.push(
                Diagnostic::new(Code::InvalidValue, span, message)
                    .label("has another parent")
                    .related(ou.span, "declared here")
                    .help("AWS renames OUs but cannot move them; move the accounts instead"),
            );
            continue;
        }
        desired.live.rename_ou(&old, path);
        stay_ignored(context, (&old, path), span, out);
        desired.renames.ous.push((old, path.clone()));
    }
}

/// A rename must not bring back into sight what `[ignore]` hands off by the OU's old name: the next
/// plan would take it for undeclared.
fn stay_ignored(
    context: &Context<'_>,
    (old, new): (&OuPath, &OuPath),
    span: Span,
    out: &mut Vec<Diagnostic>,
) {
    let ignored = &context.declared.settings.ignore.accounts;
    if ignored.is_empty() {
        return;
    }
    let view = OrgView::as_it_is(context.live, context.projection);
    for place in view.places.values() {
        let moved = Place { ou: place.ou.moved(old, new), ..place.clone() };
        let by = |p: &Place| ignored.iter().find(|selector| matches(&selector.value, p));
        if let (Some(selector), None) = (by(place), by(&moved)) {
            let message =
                format!("renaming `{old}` takes account `{}` out of `[ignore]`", place.name);
            out.push(
                Diagnostic::new(Code::DeclaredIgnored, span, message)
                    .related(selector.span, "handed off by the old name here")
                    .help(format!("name `{new}` in `[ignore]` as well")),
            );
            return;
        }
    }
}

/// Leaves out, where OUs are enforced, what is undeclared and will be empty; says why not otherwise.
pub(super) fn remove_undeclared(context: &Context<'_>, view: &OrgView, desired: &mut Desired) {
    let mut needed: BTreeSet<OuPath> = BTreeSet::new();
    needed.extend(desired.origins.ous.keys().cloned());
    let above: BTreeSet<OuPath> = needed.iter().flat_map(with_ancestors).collect();
    // The view holds every account, ignored ones too: an OU with any account in it stays.
    let occupied: BTreeSet<OuPath> =
        view.places.values().flat_map(|place| with_ancestors(&place.ou)).collect();
    for path in desired.live.ous.clone() {
        if needed.contains(&path) {
            continue;
        }
        let address = address::ou(&path);
        let hold = if context.manage().ous != Mode::Enforce {
            desired.unmanaged.insert(address);
            continue;
        } else if desired.protected_ous.contains(&path) {
            Some((Hold::Protected, "it is Control Tower's foundational OU".to_owned()))
        } else if occupied.contains(&path) {
            Some((Hold::InUse, "accounts remain in it".to_owned()))
        } else if above.contains(&path) {
            Some((Hold::InUse, "a declared OU lies below it".to_owned()))
        } else {
            None
        };
        match hold {
            Some((reason, detail)) => {
                desired.held.push(Held { address, action: "delete", reason, detail, origin: None });
            }
            None => {
                desired.state.ous.remove(&path);
            }
        }
    }
}
