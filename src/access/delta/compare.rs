//! What an edit of a permission set allows more and less.

use super::inline::{Difference, Piece, beyond};
use crate::model::{PermissionSet, Policy, Session};
use std::collections::BTreeSet;

/// What an edit does in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edit {
    /// In a few words each.
    pub because: Vec<String>,
    /// Policies that are attached, or detached: ARNs of AWS's, paths and names of customers'.
    pub policies: BTreeSet<String>,
    /// Of the inline policy: what is allowed and denied anew, or no longer.
    pub pieces: BTreeSet<Piece>,
}

impl Edit {
    /// Whether it does nothing.
    pub fn is_empty(&self) -> bool {
        self.because.is_empty()
    }

    fn policies<'a>(&mut self, names: impl Iterator<Item = (&'a str, String)>, how: &str) {
        for (short, full) in names {
            self.because.push(format!("policy {short} {how}"));
            self.policies.insert(full);
        }
    }

    fn say(&mut self, text: &str) {
        self.because.push(text.to_owned());
    }
}

/// What an edit of a set allows more and less. Where nobody can tell without evaluating policies, it counts
/// both ways.
pub fn compare(old: &PermissionSet, new: &PermissionSet) -> (Edit, Edit) {
    let PermissionSet {
        description: _, // nobody's access
        session,
        relay_state: _,      // where a console session begins, not what it may do
        managed_policies: _, // below, both ways
        customer_managed_policies: _, // likewise
        inline_policy,
        permissions_boundary,
        tags: _, // nobody's access
    } = new;
    let (mut wider, mut narrower) = (Edit::default(), Edit::default());
    let more = |a: &PermissionSet, b: &PermissionSet, out: &mut Edit, how: &str| {
        let managed = a.managed_policies.difference(&b.managed_policies);
        out.policies(managed.map(|arn| (last(&arn.0), arn.0.clone())), how);
        let own = a.customer_managed_policies.difference(&b.customer_managed_policies);
        let own: Vec<String> = own.map(ToString::to_string).collect();
        out.policies(own.iter().map(|name| (name.as_str(), name.clone())), how);
    };
    more(new, old, &mut wider, "attached");
    more(old, new, &mut narrower, "detached");
    match (&old.permissions_boundary, permissions_boundary) {
        (None, Some(_)) => narrower.say("permissions boundary set"),
        (Some(_), None) => wider.say("permissions boundary removed"),
        (Some(a), Some(b)) if a != b => {
            wider.say("permissions boundary changed");
            narrower.say("permissions boundary changed");
        }
        _ => {}
    }
    if let (Session::Seconds(a), Session::Seconds(b)) = (&old.session, session) {
        let text = format!("session {} instead of {}", session, old.session);
        match b.cmp(a) {
            std::cmp::Ordering::Greater => wider.say(&text),
            std::cmp::Ordering::Less => narrower.say(&text),
            std::cmp::Ordering::Equal => {}
        }
    }
    inline(old.inline_policy.as_ref(), inline_policy.as_ref(), &mut wider, &mut narrower);
    (wider, narrower)
}

fn inline(old: Option<&Policy>, new: Option<&Policy>, wider: &mut Edit, narrower: &mut Edit) {
    if old == new {
        return;
    }
    let unreadable = |policy: Option<&Policy>| policy.is_some_and(|policy| !policy.is_readable());
    let frames = old.zip(new).is_some_and(|(old, new)| old.frame() != new.frame());
    if unreadable(old) || unreadable(new) || frames {
        // The version, or no JSON at all: it may go either way.
        wider.say("inline policy changed");
        narrower.say("inline policy changed");
    }
    take(&beyond(new, old), Side(wider, "allows"), Side(narrower, "denies"));
    let (less, more) = (Side(narrower, "no longer allows"), Side(wider, "no longer denies"));
    take(&beyond(old, new), less, more);
}

/// A side of an edit, and what its texts begin with.
struct Side<'a>(&'a mut Edit, &'a str);

impl Side<'_> {
    fn take(&mut self, piece: &Piece) {
        let Self(edit, how) = self;
        edit.because.push(format!("{how} {}", piece.text()));
        edit.pieces.insert(piece.clone());
    }
}

/// Tells what statements allow to one side and what they deny to the other.
fn take(difference: &Difference, mut allowing: Side<'_>, mut denying: Side<'_>) {
    let Difference { pieces, obscure } = difference;
    for piece in pieces {
        if piece.allows { allowing.take(piece) } else { denying.take(piece) }
    }
    if *obscure > 0 {
        for Side(edit, _) in [allowing, denying] {
            edit.say("inline policy: a statement that cannot be read changed");
        }
    }
}

fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}
