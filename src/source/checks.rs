//! The checks of all definitions together, by name. Every one of them always runs.
//!
//! What is wrong with a single key or value is found where it is read; what needs `[manage]`,
//! `[ignore]` or the clock is checked in `resolve::check`.

use super::declared::Declared;
use super::{control, directory, network, organization, policy_reference, unique};
use crate::diag::Diagnostic;

/// A check: what must hold, and what reports where it does not.
pub type Check = (&'static str, fn(&Declared, &mut Vec<Diagnostic>));

/// All of them.
pub const CHECKS: &[Check] = &[
    ("names of a kind differ by more than case", unique::case),
    ("a name, present or previous, belongs to one thing", unique::renames),
    ("an account's id and address belong to one account", unique::pins),
    ("networks do not overlap", network::overlaps),
    ("an OU is renamed in its place", organization::renamed_in_place),
    ("a policy's ARN is of the partition that the region is in", policy_reference::partitions),
    ("controls are those of the home region", control::regions),
    ("users are defined only where the directory keeps them", directory::external),
];

/// Runs every check.
pub(super) fn run(all: &Declared, out: &mut Vec<Diagnostic>) {
    for (_, check) in CHECKS {
        check(all, out);
    }
}
