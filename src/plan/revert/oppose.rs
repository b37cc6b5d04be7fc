//! What the definitions still ask for: the next plan would do again what is undone.

use crate::diff::{Diff, Edit, diff};
use crate::live::project::Labels;
use crate::model::address;
use crate::plan::Plan;
use crate::plan::predict::predict;
use crate::resolve::{Desired, Rules};
use crate::source::declared::Mode;
use crate::text::counted;
use std::collections::BTreeSet;

/// Addresses that a finding names before it counts the rest.
const NAMED: usize = 5;

/// The finding that says so; `None` where the definitions ask for nothing of it. `undone` is what the plan
/// was made from, `declared` what the definitions ask for.
pub fn opposed(
    plan: &Plan,
    undone: &Desired,
    declared: &Desired,
    rules: &Rules,
    labels: &Labels,
) -> Option<String> {
    let after = predict(&undone.live, plan.changes.iter().map(|change| &change.what));
    let wanted = addresses(&diff(&after, &declared.state), rules, labels);
    let again: BTreeSet<&str> = plan
        .changes
        .iter()
        .map(|change| change.address.as_str())
        .filter(|address| wanted.contains(*address))
        .collect();
    if again.is_empty() {
        return None;
    }
    let named: Vec<&str> = again.iter().take(NAMED).copied().collect();
    let more = match again.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Some(format!(
        "the definitions still ask for the opposite of {}: the next plan would make them again, unless the \
         definitions are changed ({}{more})",
        counted(again.len(), "change"),
        named.join(", ")
    ))
}

/// What a plan would change by the modes: observed kinds never, undeclared things where they are enforced.
fn addresses(diff: &Diff, rules: &Rules, labels: &Labels) -> BTreeSet<String> {
    fn edited<'d, K, V>(
        edits: impl IntoIterator<Item = (&'d K, &'d Edit<V>)>,
        mode: Mode,
        address: impl Fn(&K) -> String,
    ) -> Vec<String>
    where
        K: 'd,
        V: 'd,
    {
        let does = |edit: &Edit<V>| match edit {
            Edit::Create(_) | Edit::Update { .. } => mode != Mode::Observe,
            Edit::Delete(_) => mode == Mode::Enforce,
        };
        edits.into_iter().filter(|(_, edit)| does(edit)).map(|(key, _)| address(key)).collect()
    }
    let Diff {
        ous,
        new_accounts: _, // an undoing creates no accounts
        closed: _,
        moves,
        account_tags,
        baselines: _, // an undoing takes none away
        controls,
        permission_sets,
        stale: _, // a provisioning undoes nothing
        users,
        groups,
        memberships,
        grants,
    } = diff;
    let manage = &rules.manage;
    let mut out = BTreeSet::new();
    out.extend(edited(ous, manage.ous, address::ou));
    if manage.accounts != Mode::Observe {
        let accounts = moves.keys().chain(account_tags.keys());
        out.extend(accounts.map(|id| address::account(labels.of(id))));
    }
    out.extend(edited(controls, manage.controls, address::control));
    out.extend(edited(permission_sets, manage.permission_sets, address::permission_set));
    out.extend(edited(users, manage.users, address::user));
    out.extend(edited(groups, manage.groups, address::group));
    out.extend(edited(memberships, manage.memberships, |(g, u)| address::membership(g, u)));
    out.extend(edited(grants, manage.grants, |grant| {
        address::grant(labels.of(&grant.account), &grant.permission_set, &grant.principal)
    }));
    out
}
