//! What can be said of the definitions without live AWS: a table of checks, each of which always runs.
//!
//! What holds of a value alone is checked where it is read, and what stands twice in `source::checks`.

mod ground;
mod known;
mod names;
mod selectors;
mod unused;

use crate::diag::{Diagnostic, sort};
use crate::source::declared::Declared;
use ground::Ground;
use jiff::Timestamp;
use known::Known;

/// A check.
#[derive(Debug)]
pub struct Check {
    /// What must hold.
    pub name: &'static str,
    /// Whether live AWS answers the question better, so that this check is for its absence.
    offline: bool,
    /// Reports where it does not hold.
    run: fn(&Ground<'_>, &mut Vec<Diagnostic>),
}

/// All of them.
pub const CHECKS: &[Check] = &[
    Check { name: "used names are declared", offline: true, run: names::declared },
    Check { name: "names are used in one spelling", offline: true, run: names::spelling },
    Check { name: "declared and used things are not ignored", offline: true, run: names::ignored },
    Check { name: "declared accounts are not ignored", offline: true, run: selectors::ignored },
    Check { name: "selected accounts and OUs are declared", offline: true, run: selectors::named },
    Check { name: "selectors select something", offline: true, run: selectors::selection },
    Check { name: "nested OUs are not left out", offline: true, run: selectors::nested },
    Check { name: "grants have not expired", offline: true, run: names::expired },
    Check { name: "networks are referred to", offline: false, run: unused::networks },
    Check { name: "permission sets are granted", offline: false, run: unused::permission_sets },
    Check { name: "groups are granted something", offline: false, run: unused::groups },
];

/// Judges the definitions alone, as of an instant. Sorted.
pub fn offline(declared: &Declared, now: Timestamp) -> Vec<Diagnostic> {
    run(declared, now, |_| true)
}

/// What [`super::resolve`] does not say, because a plan does not depend on it. Sorted.
pub fn besides_live(declared: &Declared, now: Timestamp) -> Vec<Diagnostic> {
    run(declared, now, |check| !check.offline)
}

fn run(declared: &Declared, now: Timestamp, wanted: fn(&Check) -> bool) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    let known = Known::new(declared);
    let ground = Ground::new(declared, &known, now);
    for check in CHECKS.iter().filter(|check| wanted(check)) {
        (check.run)(&ground, &mut out);
    }
    sort(&mut out);
    out
}

#[cfg(test)]
mod tests;
