//! Accounts: which live account a declared one is, where it belongs and how it is tagged.

mod closed;
mod to_come;

use super::select::{OrgView, Place, matches};
use super::{Context, Desired, Held, Hold, Only, organization, scope};
use crate::diag::{Code, Diagnostic, Spanned};
use crate::id::{AccountId, OuPath};
use crate::live::{AccountState, Organization, Part};
use crate::model::{Tags, address};
use crate::source::declared::{self, Declared, Mode};
use crate::text::Names;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The accounts whose tags must be read: all where a selector looks at tags, else those that are
/// declared with tags.
pub fn needing_tags(declared: &Declared, only: &Only, live: &Organization) -> BTreeSet<AccountId> {
    let mut selectors = organization::selectors(declared).chain(only.selectors());
    let all = selectors.any(organization::has_tag);
    if all {
        return live.accounts.keys().cloned().collect();
    }
    let known = Known::new(live);
    let tagged = declared.accounts.iter().filter(|(_, account)| account.value.tags.is_some());
    tagged.flat_map(|(name, account)| known.candidates(name, &account.value)).collect()
}

/// Live accounts by what declared ones are found by.
struct Known<'l> {
    live: &'l Organization,
    by_name: BTreeMap<&'l str, Vec<&'l AccountId>>,
    by_email: BTreeMap<&'l str, Vec<&'l AccountId>>,
    /// Their names, for near misses.
    names: OnceCell<Names>,
    /// The paths of the OUs that will be, for near misses.
    ous: OnceCell<Names>,
}

impl<'l> Known<'l> {
    fn new(live: &'l Organization) -> Self {
        let mut by_name: BTreeMap<&str, Vec<&AccountId>> = BTreeMap::new();
        let mut by_email: BTreeMap<&str, Vec<&AccountId>> = BTreeMap::new();
        for (id, account) in &live.accounts {
            by_name.entry(&account.name).or_default().push(id);
            by_email.entry(&account.email).or_default().push(id);
        }
        Self { live, by_name, by_email, names: OnceCell::new(), ous: OnceCell::new() }
    }

    /// The live accounts that a declared one may be: by id where it has one, else by name, else by
    /// address.
    fn candidates(&self, name: &str, account: &declared::Account) -> Vec<AccountId> {
        if let Some(id) = &account.id {
            let there = self.live.accounts.contains_key(&id.value);
            return there.then(|| id.value.clone()).into_iter().collect();
        }
        let named = self.by_name.get(name).map_or(&[][..], Vec::as_slice);
        let email = account.email.as_ref();
        let addressed = email.and_then(|email| self.by_email.get(email.value.as_str()));
        let addressed = addressed.map_or(&[][..], Vec::as_slice);
        let found: Vec<&AccountId> = match (named, addressed) {
            ([], _) => addressed.to_vec(),
            // One by its name and another by its address: nobody can tell which is meant.
            ([one], [other]) if one != other => vec![one, other],
            ([one], _) => vec![one],
            _ => {
                let both = named.iter().filter(|id| addressed.contains(id)).copied();
                Some(both.collect::<Vec<_>>())
                    .filter(|few| few.len() == 1)
                    .unwrap_or_else(|| named.to_vec())
            }
        };
        found.into_iter().cloned().collect()
    }
}

/// Resolves every declared account and returns the organization as it will be.
pub(super) fn resolve(
    context: &Context<'_>,
    desired: &mut Desired,
    out: &mut Vec<Diagnostic>,
) -> OrgView {
    let mut view = OrgView::as_it_is(context.live, context.projection);
    for place in view.places.values_mut() {
        for (from, to) in &desired.renames.ous {
            place.ou = place.ou.moved(from, to);
        }
    }
    desired.state.accounts = desired.live.accounts.clone();
    let known = Known::new(&context.live.organization);
    let mut taken: BTreeMap<AccountId, &Spanned<declared::Account>> = BTreeMap::new();
    for (name, account) in &context.declared.accounts {
        let found = find(context, &known, (name, account), (desired, &mut view), out);
        let Some(id) = found else { continue };
        if let Some(first) = taken.insert(id.clone(), account) {
            out.push(
                Diagnostic::new(
                    Code::DuplicateDefinition,
                    account.span,
                    format!("account `{name}` is {id}, which is declared already"),
                )
                .related(first.span, "first declared here")
                .help("pin each with its own `id`"),
            );
            continue;
        }
        desired.origins.accounts.insert(id.clone(), account.span);
        // A pinned account is selected by the name that people declared it under.
        if let Some(place) = view.places.get_mut(&id) {
            place.name.clone_from(name);
        }
        if closed::close(context, (&id, account), desired, &mut view) {
            continue;
        }
        place(context, &known, (&id, account), desired, &mut view, out);
        if id.is_to_come() {
            if let Some(place) = view.places.get(&id) {
                to_come::stays_in_sight(context, place, account, out);
            }
            continue;
        }
        tag(context, &id, account, desired, &mut view);
        stays_in_sight(context, &id, name, account, &view, out);
    }
    by_factory(context, desired);
    for id in desired.live.accounts.keys() {
        if !desired.origins.accounts.contains_key(id) {
            desired.unmanaged.insert(address::account(context.projection.labels.of(id)));
        }
    }
    view
}

/// Notes which accounts Account Factory has to move: the enrolled ones, where it makes accounts, unless the
/// landing zone enrols what is moved by itself. One that stands in the root may be in the making still: it is
/// left to Account Factory as well.
fn by_factory(context: &Context<'_>, desired: &mut Desired) {
    let Some(tower) = context.live.control_tower.as_ref().filter(|tower| !tower.auto_enrols())
    else {
        return;
    };
    if context.declared.settings.create_accounts != declared::CreateAccounts::AccountFactory {
        return;
    }
    let moved = desired.live.accounts.iter().filter(|(id, at)| {
        let after = desired.state.accounts.get(*id);
        let moves = after.filter(|after| after.ou != at.ou);
        let leads = moves.is_some_and(|after| {
            let known = context.projection.ids.ous.get(&after.ou);
            known.is_some_and(|ou| tower.is_registered(ou))
                || context.declared.ous.get(&after.ou).is_some_and(|ou| ou.value.baseline.is_some())
        });
        let is_in_the_making = at.ou == OuPath::root();
        leads && (is_in_the_making || tower.is_enrolled(id))
    });
    desired.by_factory = moved.map(|(id, _)| id.clone()).collect();
}

/// Which account it is, live or to come; `None` where there is none or it cannot be told, which has then
/// been said.
fn find(
    context: &Context<'_>,
    known: &Known<'_>,
    (name, account): (&str, &Spanned<declared::Account>),
    (desired, view): (&mut Desired, &mut OrgView),
    out: &mut Vec<Diagnostic>,
) -> Option<AccountId> {
    let found = known.candidates(name, &account.value);
    match found.as_slice() {
        [id] => {
            if let Some(by) = context.scope.account(id) {
                out.push(scope::ignored(account.span, &format!("account `{name}`"), Some(by)));
                return None;
            }
            return Some(id.clone());
        }
        [] => {}
        several => {
            let ids: Vec<_> = several.iter().map(AccountId::as_str).collect();
            let message = format!("account `{name}` fits {} live accounts", several.len());
            out.push(
                Diagnostic::new(Code::AmbiguousName, account.span, message)
                    .help(format!("pin it with `id`: one of {}", ids.join(", "))),
            );
            return None;
        }
    }
    let names = || known.names.get_or_init(|| Names::new(known.by_name.keys().copied()));
    to_come::add(context, (name, account), names, (desired, view), out)
}

/// An account that its own definition moves or tags into `[ignore]` would be an error from the next
/// run on, with nothing left that could move it back: better said before than after.
fn stays_in_sight(
    context: &Context<'_>,
    id: &AccountId,
    name: &str,
    account: &Spanned<declared::Account>,
    view: &OrgView,
    out: &mut Vec<Diagnostic>,
) {
    let (Some(after), Some(live)) =
        (view.places.get(id), context.live.organization.accounts.get(id))
    else {
        return;
    };
    if !context.organization_known {
        return;
    }
    let after = Place { name: live.name.clone(), ..after.clone() };
    let by = context.declared.settings.ignore.accounts.iter().find(|s| matches(&s.value, &after));
    if let Some(selector) = by {
        let what = format!("account `{name}`, as it is declared,");
        out.push(scope::ignored(account.span, &what, Some(selector.span)));
    }
}

fn place(
    context: &Context<'_>,
    known: &Known<'_>,
    (id, account): (&AccountId, &Spanned<declared::Account>),
    desired: &mut Desired,
    view: &mut OrgView,
    out: &mut Vec<Diagnostic>,
) {
    let Some(ou) = &account.value.ou else { return };
    let there = ou.value.depth() == 0 || desired.state.ous.contains(&ou.value);
    if !there {
        // Without the whole tree nobody can say that an OU does not exist.
        if context.live.gap_for(&Part::Ous).is_none() {
            // Nothing is added to the tree, or taken from it, while accounts are resolved.
            let ous = known.ous.get_or_init(|| organization::names(&desired.state.ous));
            let text = ou.value.to_string();
            let help = match ous.nearest(&text) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it: `[ou.{text:?}]`"),
            };
            let message = format!("OU `{text}` is neither declared nor live");
            out.push(
                Diagnostic::new(Code::UnknownName, ou.span, message).label("not found").help(help),
            );
        }
        return;
    }
    // An OU that holds a declared account is declared enough to stay.
    desired.origins.ous.entry(ou.value.clone()).or_insert(ou.span);
    if let Some(target) = desired.state.accounts.get_mut(id) {
        target.ou = ou.value.clone();
    }
    let manage = context.manage();
    let exists = desired.live.ous.contains(&ou.value) || ou.value.depth() == 0;
    let will_move = manage.accounts != Mode::Observe && (exists || manage.ous != Mode::Observe);
    if let Some(place) = view.places.get_mut(id).filter(|_| will_move) {
        place.ou = ou.value.clone();
    }
}

fn tag(
    context: &Context<'_>,
    id: &AccountId,
    account: &Spanned<declared::Account>,
    desired: &mut Desired,
    view: &mut OrgView,
) {
    let Some(tags) = &account.value.tags else { return };
    let label = context.projection.labels.of(id);
    let read = context.live.organization.accounts.get(id).is_some_and(|a| a.tags.is_some());
    if !read {
        desired.held.push(Held {
            address: address::account(label),
            action: "update",
            reason: Hold::Gap,
            detail: "its tags could not be read".to_owned(),
            origin: Some(account.span),
        });
        return;
    }
    let Some(target) = desired.state.accounts.get_mut(id) else { return };
    target.tags = merged(&target.tags, &tags.value, context.manage().accounts);
    if let Some(place) = view.places.get_mut(id).filter(|_| may_tag(context)) {
        place.tags.clone_from(&target.tags);
    }
}

fn may_tag(context: &Context<'_>) -> bool {
    context.manage().accounts != Mode::Observe
}

/// The tags that a thing should have: exactly the declared ones where its kind is enforced, else the
/// live ones with the declared ones over them.
pub(super) fn merged(live: &Tags, declared: &Tags, mode: Mode) -> Tags {
    if mode == Mode::Enforce {
        return declared.clone();
    }
    let mut tags = live.clone();
    tags.extend(declared.iter().map(|(k, v)| (k.clone(), v.clone())));
    tags
}

/// The state of an account, for messages.
pub(super) fn state_of(place: &Place) -> &str {
    match &place.state {
        AccountState::Unknown(text) if text.is_empty() => "not told by AWS",
        state => state.as_str(),
    }
}
