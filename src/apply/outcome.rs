//! How an apply ended, change by change, and what the read-back says of it.

use super::Failure;
use crate::plan::Plan;
use crate::plan::change::Action;
use std::collections::{BTreeMap, BTreeSet};

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

impl Status {
    /// As documents have it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Failed(failure) if failure.unknown => "unknown",
            Self::Failed(_) => "failed",
            Self::Skipped(_) => "skipped",
        }
    }

    /// More than the word, where there is more to say.
    pub fn message(&self) -> Option<&str> {
        match self {
            Self::Applied => None,
            Self::Failed(failure) => Some(&failure.message),
            Self::Skipped(because) => Some(because),
        }
    }
}

/// How an apply ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Report {
    /// One for each change of the plan, in its order.
    pub statuses: Vec<Status>,
    /// AWS's words about calls that failed although what they were to do is done, by the place of
    /// their change.
    pub notes: BTreeMap<usize, String>,
    /// Why it was asked to stop; `None` where it was not.
    pub stopped: Option<String>,
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
        let planned = after.changes.iter().map(|c| (c.address.as_str(), c.what.action().name()));
        let left: BTreeSet<_> = planned.collect();
        // What is held now differs still as well: it could not be looked at, or not be planned.
        let held: BTreeSet<_> = after.held.iter().map(|h| (h.address.as_str(), h.action)).collect();
        // What could not be read before either did not keep the change from being planned.
        let before: BTreeSet<_> = plan.observed.gaps.iter().map(|(gap, _)| &gap.part).collect();
        for (i, (change, status)) in plan.changes.iter().zip(&mut self.statuses).enumerate() {
            let among = |differs: &BTreeSet<(&str, &str)>| {
                remainders(change.what.action())
                    .iter()
                    .any(|action| differs.contains(&(change.address.as_str(), action.name())))
            };
            let hidden = || {
                let gaps = after.observed.gaps.iter().filter(|gap| !before.contains(&gap.0.part));
                gaps.into_iter().any(|(gap, _)| change.hides_in(&gap.part))
            };
            let done = !among(&left) && !among(&held) && !hidden();
            match status {
                Status::Applied if !done => {
                    let message = "AWS said that it was done, but reading it back does not show it";
                    *status = Status::Failed(Failure::new(message).unknown());
                }
                Status::Failed(failure) if done => {
                    self.notes.insert(i, std::mem::take(&mut failure.message));
                    *status = Status::Applied;
                }
                _ => {}
            }
        }
    }
}

/// What a plan made afterwards holds for the same address where a change was not done, or only in
/// part. A creation of several calls leaves an update behind when it stops midway, or an account in the
/// root. A provisioning
/// brings an edit to the accounts; that it is left says nothing of the edit.
fn remainders(action: Action) -> &'static [Action] {
    match action {
        Action::Create => &[Action::Create, Action::Update, Action::Move, Action::Provision],
        Action::Update => &[Action::Update, Action::Create],
        Action::Rename => &[Action::Rename, Action::Create],
        Action::Delete => &[Action::Delete],
        Action::Move => &[Action::Move],
        Action::Provision => &[Action::Provision],
    }
}

#[cfg(test)]
mod tests;
