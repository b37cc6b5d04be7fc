//! What is declared and nothing uses: mostly a name that was changed in one place only.

use super::ground::{Ground, Kind};
use crate::diag::{Code, Diagnostic, Span};
use crate::text::Names;
use std::collections::BTreeSet;

/// Networks that no inline policy refers to.
pub(super) fn networks(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let sets = ground.declared.permission_sets.values();
    let used: BTreeSet<&str> =
        sets.flat_map(|set| set.value.networks.iter().map(String::as_str)).collect();
    let networks = &ground.declared.networks;
    let names = networks.iter().map(|(name, network)| (name.as_str(), network.span));
    let say = |name: &str| {
        let help = format!("write `${{network.{name}}}` in an inline policy, or remove it");
        (format!("no policy refers to network `{name}`"), help)
    };
    report(ground, Code::UnusedNetwork, names, &used, say, out);
}

/// Permission sets that no grant allows.
pub(super) fn permission_sets(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    // What is ignored is wrong to declare, and to grant.
    let sets = ground.declared.permission_sets.iter();
    let sets = sets.filter(|(name, _)| ground.scope.set(name).is_none());
    let names = sets.map(|(name, set)| (name.as_str(), set.span));
    let say = |name: &str| {
        let help = format!("grant it: allow = [{name:?}], or remove it");
        (format!("no grant allows permission set `{name}`"), help)
    };
    let used = used(ground, Kind::PermissionSet);
    report(ground, Code::UnusedPermissionSet, names, &used, say, out);
}

/// Groups that no grant is to.
pub(super) fn groups(ground: &Ground<'_>, out: &mut Vec<Diagnostic>) {
    let groups = ground.declared.groups.iter();
    let groups = groups.filter(|(name, _)| ground.scope.group(name).is_none());
    let names = groups.map(|(name, group)| (name.as_str(), group.span));
    let say = |name: &str| {
        let to = format!("group:{name}");
        let help = format!("grant it something: to = [{to:?}], or remove it");
        (format!("no grant is to group `{name}`"), help)
    };
    let used = used(ground, Kind::Group);
    report(ground, Code::UnusedGroup, names, &used, say, out);
}

/// The names of a kind that are used by more than keeps.
fn used<'a>(ground: &Ground<'a>, kind: Kind) -> BTreeSet<&'a str> {
    let Some(named) = ground.names.get(&kind) else { return BTreeSet::new() };
    let used = named
        .used
        .iter()
        .filter(|(_, places)| places.iter().any(|place| !named.kept.contains(place)));
    used.map(|(name, _)| *name).collect()
}

/// Reports the names that are not used, not even by a mistake that was reported already: a misspelt
/// name, or one in what could not be read.
fn report<'a>(
    ground: &Ground<'a>,
    code: Code,
    names: impl Iterator<Item = (&'a str, Span)> + Clone,
    used: &BTreeSet<&'a str>,
    say: impl Fn(&str) -> (String, String),
    out: &mut Vec<Diagnostic>,
) {
    let known: BTreeSet<&str> = names.clone().map(|(name, _)| name).collect();
    let near = Names::new(known.iter().copied());
    let misspelt = used.iter().filter(|name| !known.contains(*name));
    let meant: BTreeSet<&str> = misspelt.filter_map(|name| near.nearest(name)).collect();
    let unused = names
        .filter(|(name, _)| !used.contains(name) && !meant.contains(name))
        .filter(|(name, _)| !ground.declared.lost.may_use(name));
    out.extend(unused.map(|(name, span)| {
        let (message, help) = say(name);
        Diagnostic::new(code, span, message).label("unused").help(help)
    }));
}
