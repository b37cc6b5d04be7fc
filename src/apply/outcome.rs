//! How an apply ended, change by change, and what the read-back says of it.

use super::Failure;
use crate::plan::Plan;
use crate::plan::change::Change;
use crate::resolve::{Held, Hold};
use std::collections::BTreeSet;

/// How one change ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// AWS took it; after the read-back: it is so.
    Applied,
    /// AWS refused it, or nobody knows.
    Failed(Failure),
    /// It was not tried, and why.
    Skipped(String),
}

/// How an apply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Report {
    /// One for each change of the plan, in its order.
    pub statuses: Vec<Status>,
    /// Whether it was asked to stop.
    pub stopped: bool,
    /// Whether a person asked.
    pub interrupted: bool,
}

impl Report {
    /// How many ended in each way: applied, failed, skipped.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |f: fn(&Status) -> bool| self.statuses.iter().filter(|s| f(s)).count();
        (
            count(|s| matches!(s, Status::Applied)),
            count(|s| matches!(s, Status::Failed(_))),
            count(|s| matches!(s, Status::Skipped(_))),
        )
    }

    /// Whether every change was applied.
    pub fn is_complete(&self) -> bool {
        self.statuses.iter().all(|s| *s == Status::Applied)
    }

    /// Corrects what was said of each change by what is live now: `after` is the plan that would be
    /// needed still. A change that is no longer needed is done, whatever its call answered; one that
    /// is needed still is not done, whatever its call answered.
    pub fn confirm(&mut self, plan: &Plan, after: &Plan) {
        let key = |change: &Change| (change.address.clone(), change.what.action());
        let left: BTreeSet<_> = after.changes.iter().map(key).collect();
        // What is held now for want of a reading could not be looked at. What is held for another
        // reason could: the same step of it was not done, and other steps have nothing to do with it.
        let unseen = |change: &Change| {
            let same = |h: &&Held| h.address == change.address;
            after
                .held
                .iter()
                .filter(same)
                .any(|h| h.reason == Hold::Gap || h.action == change.what.action().name())
        };
        for (change, status) in plan.changes.iter().zip(&mut self.statuses) {
            let needed = left.contains(&key(change));
            match status {
                Status::Applied if needed || unseen(change) => {
                    *status = Status::Failed(Failure {
                        message: "AWS said that it was done, but reading it back does not show it"
                            .to_owned(),
                        unknown: true,
                        fatal: false,
                    });
                }
                Status::Failed(_) if !needed && !unseen(change) => {
                    *status = Status::Applied;
                }
                _ => {}
            }
        }
    }
}
