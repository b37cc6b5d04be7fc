//! Users, groups and memberships: what is declared, over what is live.

use super::lookup::{self, Found};
use super::{Context, Desired, Held, Hold};
use crate::diag::{Code, Diagnostic, Span};
use crate::id::{GroupName, UserName};
use crate::live::Part;
use crate::model::{Group, State, User, address};
use crate::source::declared::{self, IdentitySource, Mode};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn resolve(context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
    rename(context, desired);
    case(context, out);
    users(context, desired, out);
    groups(context, desired);
    memberships(context, desired, out);
}

/// Groups that are live under a name they had before: old → new.
pub(super) fn renames(
    declared: &declared::Declared,
    live: &State,
) -> BTreeMap<GroupName, GroupName> {
    let mut renames = BTreeMap::new();
    if declared.settings.identity_source.value == IdentitySource::External {
        return renames;
    }
    for (name, group) in &declared.groups {
        if live.groups.contains_key(name) {
            continue;
        }
        let before = group.value.previously.iter().map(|old| &old.value);
        if let Some(old) = before.into_iter().find(|old| live.groups.contains_key(*old)) {
            renames.insert(old.clone(), name.clone());
        }
    }
    renames
}

/// Gives the live side the new names, so that members and grants are compared in place.
fn rename(context: &Context<'_>, desired: &mut Desired) {
    desired.live.rename_groups(&context.renamed_groups);
    desired.renames.groups.clone_from(&context.renamed_groups);
}

/// Reports names that are live in another case. Whether AWS tells the two apart is not documented:
/// where it doesn't, the new one could not be created, and the live one, with all that it grants,
/// would be removed as undeclared.
fn case(context: &Context<'_>, out: &mut Vec<Diagnostic>) {
    let live = &context.projection.state;
    let declared = context.declared;
    let groups = live.groups.keys().filter(|name| !context.renamed_groups.contains_key(*name));
    let groups = Cases::new(groups.map(GroupName::as_str));
    for (name, group) in &declared.groups {
        if let Some(other) = groups.other(name.as_str()) {
            let help = format!("write it so, or rename it: `previously = [{other:?}]`");
            collision("group", (name.as_str(), group.span), other, &help, out);
        }
    }
    let users = Cases::new(live.users.keys().map(UserName::as_str));
    for (name, user) in &declared.users {
        if let Some(other) = users.other(name.as_str()) {
            collision("user", (name.as_str(), user.span), other, "write it so", out);
        }
    }
}

/// Live names by what they are without case, each spelling in order.
struct Cases<'l>(BTreeMap<String, Vec<&'l str>>);

impl<'l> Cases<'l> {
    fn new(live: impl Iterator<Item = &'l str>) -> Self {
        let mut cases: BTreeMap<String, Vec<&'l str>> = BTreeMap::new();
        for name in live {
            cases.entry(name.to_lowercase()).or_default().push(name);
        }
        Self(cases)
    }

    /// The live name that differs by case alone; `None` where the name is live as it is.
    fn other(&self, name: &str) -> Option<&'l str> {
        let spellings = self.0.get(&name.to_lowercase())?;
        spellings.first().filter(|_| !spellings.contains(&name)).copied()
    }
}

fn collision(
    kind: &str,
    (name, span): (&str, Span),
    other: &str,
    help: &str,
    out: &mut Vec<Diagnostic>,
) {
    let message = format!("the {kind} `{name}` is live as `{other}`");
    out.push(Diagnostic::new(Code::CaseCollision, span, message).help(help));
}

fn users(context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
    let mode = context.directory_mode(context.manage().users);
    desired.state.users = desired.live.users.clone();
    for (name, user) in &context.declared.users {
        desired.origins.users.insert(name.clone(), user.span);
        let text = |v: &Option<crate::diag::Spanned<String>>| v.as_ref().map(|v| v.value.clone());
        let live = desired.live.users.get(name);
        let given_name = text(&user.value.given_name);
        let family_name = text(&user.value.family_name);
        let creatable = given_name.is_some() && family_name.is_some();
        // Without the list of users nobody can say that one does not exist.
        let absent = live.is_none() && context.live.gap_for(&Part::Users).is_none();
        if absent && !creatable && mode != Mode::Observe {
            let message = format!("user `{name}` does not exist yet and lacks a name");
            out.push(
                Diagnostic::new(Code::MissingKey, user.span, message)
                    .help("AWS creates users with `given_name` and `family_name`: add both"),
            );
        }
        let wanted = User {
            given_name: given_name.or_else(|| live.and_then(|l| l.given_name.clone())),
            family_name: family_name.or_else(|| live.and_then(|l| l.family_name.clone())),
        };
        desired.state.users.insert(name.clone(), wanted);
    }
    for name in desired.live.users.keys() {
        if context.declared.users.contains_key(name) {
            continue;
        }
        if mode == Mode::Enforce {
            desired.state.users.remove(name);
        } else {
            desired.unmanaged.insert(address::user(name));
        }
    }
}

fn groups(context: &Context<'_>, desired: &mut Desired) {
    let mode = context.directory_mode(context.manage().groups);
    desired.state.groups = desired.live.groups.clone();
    for (name, group) in &context.declared.groups {
        desired.origins.groups.insert(name.clone(), group.span);
        let live = desired.live.groups.get(name);
        // An undeclared description is left as it is: absent is not empty.
        let description = group.value.description.as_ref().map(|d| d.value.clone());
        let description = description.or_else(|| live.and_then(|l| l.description.clone()));
        desired.state.groups.insert(name.clone(), Group { description });
    }
    for name in desired.live.groups.keys() {
        if context.declared.groups.contains_key(name) {
            continue;
        }
        if mode == Mode::Enforce {
            desired.state.groups.remove(name);
        } else {
            desired.unmanaged.insert(address::group(name));
        }
    }
}

fn memberships(context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
    let mode = context.directory_mode(context.manage().memberships);
    // Members go with their group or user; nobody removes them one by one.
    let (users, groups) = (&desired.state.users, &desired.state.groups);
    let mut wanted: BTreeMap<GroupName, BTreeSet<UserName>> = desired
        .live
        .memberships
        .iter()
        .filter(|(group, _)| groups.contains_key(*group))
        .map(|(group, members)| {
            (group.clone(), members.iter().filter(|m| users.contains_key(*m)).cloned().collect())
        })
        .collect();
    for (name, group) in &context.declared.groups {
        let live = wanted.remove(name).unwrap_or_default();
        let mut members = BTreeSet::new();
        for member in group.value.members.iter().flat_map(|list| &list.value) {
            match lookup::user(context, &member.value, member.span, out) {
                Found::Yes => {
                    members.insert(member.value.clone());
                    let key = (name.clone(), member.value.clone());
                    desired.origins.memberships.entry(key).or_insert(member.span);
                }
                Found::No => {}
                Found::Unknown => desired.held.push(Held {
                    address: address::membership(name, &member.value),
                    action: "create",
                    reason: Hold::Gap,
                    detail: "the list of users could not be read".to_owned(),
                    origin: Some(member.span),
                }),
            }
        }
        if mode == Mode::Enforce && group.value.members.is_none() && !live.is_empty() {
            let message = format!("group `{name}` declares no members and has {}", live.len());
            out.push(
                Diagnostic::new(Code::EmptiedGroup, group.span, message)
                    .label("all of them are removed")
                    .help("list `members`, or manage memberships with \"adopt\""),
            );
        }
        if mode != Mode::Enforce {
            for member in live.difference(&members) {
                desired.unmanaged.insert(address::membership(name, member));
            }
            members.extend(live);
        }
        if !members.is_empty() {
            wanted.insert(name.clone(), members);
        }
    }
    wanted.retain(|_, members| !members.is_empty());
    desired.state.memberships = wanted;
}
