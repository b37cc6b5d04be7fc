//! What is declared and nothing uses: mostly a name that was changed in one place only.

use super::names::{Kind, Use, uses};
use crate::diag::{Code, Diagnostic, Span};
use crate::resolve::scope::Scope;
use crate::source::declared::Declared;
use crate::text::Names;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Networks that no inline policy refers to.
pub(super) fn networks(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let sets = declared.permission_sets.values();
    let used: BTreeSet<&str> =
        sets.flat_map(|set| set.value.networks.iter().map(String::as_str)).collect();
    let names = declared.networks.iter().map(|(name, network)| (name.as_str(), network.span));
    for (name, span) in unused(declared, names, &used) {
        let message = format!("no policy refers to network `{name}`");
        out.push(
            Diagnostic::new(Code::UnusedNetwork, span, message)
                .label("unused")
                .help(format!("write `${{network.{name}}}` in an inline policy, or remove it")),
        );
    }
}

/// Permission sets that no grant allows.
pub(super) fn permission_sets(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let used = used(declared, Kind::PermissionSet);
    let scope = Scope::of_names(declared);
    // What is ignored is wrong to declare, and to grant.
    let sets = declared.permission_sets.iter().filter(|(name, _)| scope.set(name).is_none());
    let names = sets.map(|(name, set)| (name.as_str(), set.span));
    for (name, span) in unused(declared, names, &used) {
        let message = format!("no grant allows permission set `{name}`");
        out.push(
            Diagnostic::new(Code::UnusedPermissionSet, span, message)
                .label("unused")
                .help(format!("grant it: allow = [{name:?}], or remove it")),
        );
    }
}

/// Groups that no grant is to.
pub(super) fn groups(declared: &Declared, _: Timestamp, out: &mut Vec<Diagnostic>) {
    let used = used(declared, Kind::Group);
    let scope = Scope::of_names(declared);
    let groups = declared.groups.iter().filter(|(name, _)| scope.group(name).is_none());
    let names = groups.map(|(name, group)| (name.as_str(), group.span));
    for (name, span) in unused(declared, names, &used) {
        let message = format!("no grant is to group `{name}`");
        out.push(Diagnostic::new(Code::UnusedGroup, span, message).label("unused").help(format!(
            "grant it something: to = [{:?}], or remove it",
            format!("group:{name}")
        )));
    }
}

/// The names of a kind that are used.
fn used(declared: &Declared, kind: Kind) -> BTreeSet<&str> {
    let uses = uses(declared);
    uses.iter().filter(|usage| usage.kind == kind).map(|Use { name, .. }| *name).collect()
}

/// The names that are not used, not even by a mistake that was reported already: a misspelt name, or
/// one in what could not be read.
fn unused<'d>(
    declared: &'d Declared,
    names: impl Iterator<Item = (&'d str, Span)> + Clone,
    used: &BTreeSet<&str>,
) -> Vec<(&'d str, Span)> {
    let known: BTreeSet<&str> = names.clone().map(|(name, _)| name).collect();
    let near = Names::new(known.iter().copied());
    let misspelt = used.iter().filter(|name| !known.contains(*name));
    let meant: BTreeSet<&str> = misspelt.filter_map(|name| near.nearest(name)).collect();
    names
        .filter(|(name, _)| !used.contains(name) && !meant.contains(name))
        .filter(|(name, _)| !declared.lost.may_use(name))
        .collect()
}
