//! What an edit of a permission set allows more and less, in a few words each.

use crate::model::policy::Statement;
use crate::model::{PermissionSet, Policy, Session};

/// What an edit of a set allows more and less. Policies are compared by statement: an edited
/// statement counts both ways, because nobody can tell without evaluating it.
pub fn compare(old: &PermissionSet, new: &PermissionSet) -> (Vec<String>, Vec<String>) {
    let PermissionSet {
        description: _, // nobody's access
        session,
        relay_state: _, // where a console session begins, not what it may do
        managed_policies,
        customer_managed_policies,
        inline_policy: _, // below, by statement
        permissions_boundary,
        tags: _, // nobody's access
    } = new;
    let (mut wider, mut narrower) = (Vec::new(), Vec::new());
    for policy in managed_policies.difference(&old.managed_policies) {
        wider.push(format!("policy {} attached", last(&policy.0)));
    }
    for policy in old.managed_policies.difference(managed_policies) {
        narrower.push(format!("policy {} detached", last(&policy.0)));
    }
    for policy in customer_managed_policies.difference(&old.customer_managed_policies) {
        wider.push(format!("policy {policy} attached"));
    }
    for policy in old.customer_managed_policies.difference(customer_managed_policies) {
        narrower.push(format!("policy {policy} detached"));
    }
    match (&old.permissions_boundary, permissions_boundary) {
        (None, Some(_)) => narrower.push("permissions boundary set".to_owned()),
        (Some(_), None) => wider.push("permissions boundary removed".to_owned()),
        (Some(a), Some(b)) if a != b => {
            wider.push("permissions boundary changed".to_owned());
            narrower.push("permissions boundary changed".to_owned());
        }
        _ => {}
    }
    if let (Session::Seconds(a), Session::Seconds(b)) = (&old.session, session) {
        let text = format!("session {} instead of {}", session, old.session);
        match b.cmp(a) {
            std::cmp::Ordering::Greater => wider.push(text),
            std::cmp::Ordering::Less => narrower.push(text),
            std::cmp::Ordering::Equal => {}
        }
    }
    statements(old, new, &mut wider, &mut narrower);
    (wider, narrower)
}

fn statements(
    old: &PermissionSet,
    new: &PermissionSet,
    wider: &mut Vec<String>,
    narrower: &mut Vec<String>,
) {
    let of = |set: &PermissionSet| {
        set.inline_policy.as_ref().map(Policy::statements).unwrap_or_default()
    };
    let (before, after) = (of(old), of(new));
    let count = |among: &[Statement], other: &[Statement], allows: bool| {
        among.iter().filter(|s| s.allows == allows && !other.contains(s)).count()
    };
    let say = |out: &mut Vec<String>, n: usize, what: &str| {
        if n > 0 {
            out.push(format!("inline policy: {n} {what}{}", if n == 1 { "" } else { "s" }));
        }
    };
    say(wider, count(&after, &before, true), "new allow statement");
    say(wider, count(&before, &after, false), "dropped deny statement");
    say(narrower, count(&before, &after, true), "dropped allow statement");
    say(narrower, count(&after, &before, false), "new deny statement");
    let same = |a: &[Statement], b: &[_]| a.iter().all(|s| b.contains(s));
    if old.inline_policy != new.inline_policy && same(&before, &after) && same(&after, &before) {
        // No statement differs, so what does (the version, or no JSON at all) may go either way.
        wider.push("inline policy changed".to_owned());
        narrower.push("inline policy changed".to_owned());
    }
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
