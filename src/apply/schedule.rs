//! Which change may begin next: what each waits for, and what it must not disturb.
//!
//! Every change is looked at a bounded number of times, however many there are: those that wait for an
//! account stand in that account's queue, those of which enough are under way in the queue of their class.

use super::Caps;
use crate::id::AccountId;
use crate::plan::change::{Change, Kind, What};
use std::collections::{BTreeMap, BTreeSet};

/// What AWS limits together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Assignment,
    Provisioning,
    /// AWS creates five accounts at a time, by Organizations or by Account Factory (docs/aws.md).
    Vending,
    /// Control Tower carries out one operation at a time (docs/aws.md).
    Baseline,
    /// But up to a hundred on controls.
    Control,
    /// Writes to Organizations may disturb each other (docs/aws.md).
    Organization,
    Other,
}

/// Operations on controls at a time.
const CONTROLS: usize = 100;

/// Accounts that are created at a time.
const VENDINGS: usize = 5;

impl Class {
    fn of(what: &What) -> Self {
        match what {
            What::CreateGrant(_) | What::DeleteGrant(_) => Self::Assignment,
            What::ProvisionSet { .. } => Self::Provisioning,
            What::CreateAccount { .. } | What::MoveAccount { enrolled: true, .. } => Self::Vending,
            What::EnableBaseline(_) | What::ResetBaseline(_) => Self::Baseline,
            what if what.kind() == Kind::Controls => Self::Control,
            what if matches!(what.kind(), Kind::Ous | Kind::Accounts) => Self::Organization,
            _ => Self::Other,
        }
    }

    fn cap(self, caps: Caps) -> usize {
        match self {
            Self::Assignment => caps.assignments,
            Self::Provisioning => caps.provisionings,
            Self::Vending => VENDINGS,
            Self::Baseline => 1,
            Self::Control => CONTROLS,
            Self::Organization => 1,
            Self::Other => caps.others,
        }
    }
}

/// The accounts in which a change writes. AWS updates one role of an account at a time.
fn accounts(what: &What) -> Vec<&AccountId> {
    match what {
        What::CreateGrant(grant) | What::DeleteGrant(grant) => vec![&grant.account],
        What::ProvisionSet { accounts, .. } => accounts.iter().collect(),
        What::CreateAccount { account, .. }
        | What::CloseAccount(account)
        | What::MoveAccount { account, .. }
        | What::TagAccount { account, .. } => vec![account],
        _ => Vec::new(),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Waiting,
    UnderWay,
    /// AWS is done with it; how it ended is not known yet.
    Released,
    Ended,
}

/// One account: who writes there, who comes next, and who waits.
#[derive(Debug, Default)]
struct Account {
    busy: bool,
    /// A change of several accounts that waits for the others of its own. Later ones let it pass.
    claimed: Option<usize>,
    queue: BTreeSet<usize>,
}

/// The changes of a plan by their places, and how far they are.
#[derive(Debug)]
pub(super) struct Schedule<'p> {
    changes: &'p [Change],
    caps: Caps,
    stages: Vec<Stage>,
    /// How many changes each waits for still.
    waits: Vec<usize>,
    /// Who is skipped where this one fails.
    needed_by: Vec<Vec<usize>>,
    /// Who waits for this one to end, however.
    followed_by: Vec<Vec<usize>>,
    ready: BTreeMap<Class, BTreeSet<usize>>,
    under_way: BTreeMap<Class, usize>,
    accounts: BTreeMap<&'p AccountId, Account>,
}

impl<'p> Schedule<'p> {
    pub(super) fn new(changes: &'p [Change], caps: Caps) -> Self {
        let places: BTreeMap<&str, usize> =
            changes.iter().enumerate().map(|(i, c)| (c.id.as_str(), i)).collect();
        let mut schedule = Self {
            changes,
            caps,
            stages: vec![Stage::Waiting; changes.len()],
            waits: vec![0; changes.len()],
            needed_by: vec![Vec::new(); changes.len()],
            followed_by: vec![Vec::new(); changes.len()],
            ready: BTreeMap::new(),
            under_way: BTreeMap::new(),
            accounts: BTreeMap::new(),
        };
        for (i, change) in changes.iter().enumerate() {
            let Change { needs, after, what, .. } = change;
            for account in accounts(what) {
                schedule.accounts.entry(account).or_default();
            }
            for (ids, links) in
                [(needs, &mut schedule.needed_by), (after, &mut schedule.followed_by)]
            {
                for place in ids.iter().filter_map(|id| places.get(id.as_str())) {
                    if let (Some(list), Some(waits)) =
                        (links.get_mut(*place), schedule.waits.get_mut(i))
                    {
                        list.push(i);
                        *waits += 1;
                    }
                }
            }
        }
        for i in 0..changes.len() {
            schedule.make_ready(i);
        }
        schedule
    }

    /// Whether anything is decided by how a change ends.
    pub(super) fn decides(&self, i: usize) -> bool {
        let any = |links: &[Vec<usize>]| links.get(i).is_some_and(|list| !list.is_empty());
        any(&self.needed_by) || any(&self.followed_by)
    }

    /// Begins the next change that may begin.
    pub(super) fn next(&mut self) -> Option<usize> {
        loop {
            let open = self.ready.iter().filter(|(class, _)| self.has_room(**class));
            let first = open.filter_map(|(class, ready)| Some((*ready.first()?, *class))).min();
            let (i, class) = first?;
            if let Some(ready) = self.ready.get_mut(&class) {
                ready.remove(&i);
            }
            if self.begin(i, class) {
                return Some(i);
            }
        }
    }

    /// AWS is done with a change: others may begin in its place.
    pub(super) fn release(&mut self, i: usize) {
        if self.stages.get(i) != Some(&Stage::UnderWay) {
            return;
        }
        self.put(i, Stage::Released);
        let Some(change) = self.changes.get(i) else { return };
        if let Some(count) = self.under_way.get_mut(&Class::of(&change.what)) {
            *count = count.saturating_sub(1);
        }
        for account in accounts(&change.what) {
            if let Some(state) = self.accounts.get_mut(account) {
                state.busy = false;
            }
            self.wake(account);
        }
    }

    /// A change has ended. Gives those that cannot be done any more, each with the one that it needs.
    pub(super) fn end(&mut self, i: usize, applied: bool) -> Vec<(usize, usize)> {
        self.release(i);
        let mut skipped = Vec::new();
        let mut ended = vec![(i, applied)];
        while let Some((i, applied)) = ended.pop() {
            self.put(i, Stage::Ended);
            for next in self.needed_by.get(i).cloned().unwrap_or_default() {
                if applied {
                    self.waits_less(next);
                } else if self.stages.get(next) == Some(&Stage::Waiting) {
                    self.put(next, Stage::Ended);
                    skipped.push((next, i));
                    ended.push((next, false));
                }
            }
            for next in self.followed_by.get(i).cloned().unwrap_or_default() {
                self.waits_less(next);
            }
        }
        skipped.sort_unstable();
        skipped
    }

    /// Ends all that has not begun, and gives it.
    pub(super) fn drain(&mut self) -> Vec<usize> {
        self.ready.clear();
        let waiting = self.stages.iter().enumerate().filter(|(_, s)| **s == Stage::Waiting);
        let waiting: Vec<usize> = waiting.map(|(i, _)| i).collect();
        for i in &waiting {
            self.put(*i, Stage::Ended);
        }
        waiting
    }

    fn put(&mut self, i: usize, stage: Stage) {
        if let Some(slot) = self.stages.get_mut(i) {
            *slot = stage;
        }
    }

    fn waits_less(&mut self, i: usize) {
        if let Some(waits) = self.waits.get_mut(i) {
            *waits = waits.saturating_sub(1);
        }
        self.make_ready(i);
    }

    /// Lines a change up where it waits for no other.
    fn make_ready(&mut self, i: usize) {
        let free = self.waits.get(i) == Some(&0) && self.stages.get(i) == Some(&Stage::Waiting);
        if let Some(change) = self.changes.get(i).filter(|_| free) {
            self.ready.entry(Class::of(&change.what)).or_default().insert(i);
        }
    }

    fn has_room(&self, class: Class) -> bool {
        let busy = |class: &Class| self.under_way.get(class).copied().unwrap_or(0);
        // Control Tower takes nothing else while it registers an OU, nor that while anything is under way.
        let elsewhere: &[Class] = match class {
            Class::Baseline => &[Class::Control, Class::Vending, Class::Organization],
            Class::Control => &[Class::Baseline, Class::Vending],
            Class::Vending => &[Class::Baseline, Class::Control],
            Class::Organization => &[Class::Baseline],
            Class::Assignment | Class::Provisioning | Class::Other => &[],
        };
        elsewhere.iter().all(|other| busy(other) == 0) && busy(&class) < class.cap(self.caps)
    }

    /// Begins a change where its accounts are free, else lets it wait for one of them.
    fn begin(&mut self, i: usize, class: Class) -> bool {
        let Some(change) = self.changes.get(i) else { return false };
        let wanted = accounts(&change.what);
        let is_free = |account: &&&AccountId| {
            let state = self.accounts.get(**account);
            // Whoever comes first in the plan goes first: a claim holds against later ones alone.
            state.is_none_or(|s| !s.busy && s.claimed.is_none_or(|by| by >= i))
        };
        let blocked = wanted.iter().find(|account| !is_free(account)).copied();
        if let Some(blocked) = blocked {
            for account in &wanted {
                let Some(state) = self.accounts.get_mut(*account) else { continue };
                if *account == blocked {
                    state.queue.insert(i);
                }
                // Or single ones would go first for ever. Where two claim, the one that comes first in the
                // plan has all of its accounts: nobody waits in a circle.
                if wanted.len() > 1 {
                    state.claimed = Some(state.claimed.map_or(i, |by| by.min(i)));
                }
            }
            return false;
        }
        for account in wanted {
            if let Some(state) = self.accounts.get_mut(account) {
                state.busy = true;
                state.claimed = state.claimed.filter(|by| *by != i);
                state.queue.remove(&i);
            }
        }
        *self.under_way.entry(class).or_default() += 1;
        self.put(i, Stage::UnderWay);
        true
    }

    /// Lets the next one try that waits for an account.
    fn wake(&mut self, account: &'p AccountId) {
        let Some(state) = self.accounts.get_mut(account) else { return };
        // Whoever claims the account may be waiting in the queue of another.
        let next = state.queue.first().copied();
        let next = next.filter(|next| state.claimed.is_none_or(|by| by >= *next));
        if let Some(next) = next.filter(|next| state.queue.remove(next)) {
            self.make_ready(next);
        }
    }
}

#[cfg(test)]
mod tests;
