//! Progress for people: a bar on a terminal, plain lines elsewhere. Never data.

use super::args::Global;
use super::env::Env;
use crate::aws::Aws;
use crate::aws::read::Progress;
use crate::aws::read::question::Question;
use crate::aws::read::strategy::{Choice, Estimate, Load, Way};
use crate::text::counted;
use indicatif::{ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// How often a bar moves by itself, so that a person sees that the process lives.
pub const TICK: Duration = Duration::from_millis(120);
/// Where there is no bar, a reading that takes longer says so, and then again and again: a log is to show
/// that the process lives, and little more.
const FIRST_LINE: Duration = Duration::from_secs(10);
const NEXT_LINE: Duration = Duration::from_secs(30);

/// Shows how far the reading is.
pub struct Reading<'a> {
    env: &'a Env,
    bar: Option<ProgressBar>,
    aws: &'a Aws,
    verbose: bool,
    quiet: bool,
    began: Instant,
    seen: Mutex<Seen>,
}

/// What was heard of a reading.
#[derive(Clone, Debug, Default)]
struct Seen {
    /// The last step.
    step: Option<(Question, usize, usize)>,
    /// Calls that are left of what is known to be asked.
    left: BTreeMap<Question, usize>,
    /// Whether the way to the grants is chosen: what is left before that says nothing of the whole.
    decided: bool,
}

impl<'a> Reading<'a> {
    /// A bar where stderr is a terminal and nobody asked for quiet.
    pub fn new(env: &'a Env, global: &Global, aws: &'a Aws) -> Self {
        let show = env.terminal.stderr && !global.quiet;
        let bar = show.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(style("{spinner} reading AWS: {msg} · {elapsed}"));
            env.show(&bar);
            bar.enable_steady_tick(TICK);
            bar
        });
        let (verbose, quiet) = (global.verbose > 0, global.quiet);
        Self { env, bar, aws, verbose, quiet, began: Instant::now(), seen: Mutex::default() }
    }

    /// Says what is asked before anybody knows how much there is to ask.
    pub fn begins(&self, whole: bool) {
        let first = if whole {
            "accounts and units, users, groups, permission sets and the accounts that have them"
        } else {
            "accounts and units, then users, groups, permission sets and what the accounts have"
        };
        self.say([format!("first the listings that tell how much there is: {first}")]);
    }

    /// Says from time to time how far the reading is, where no bar does. Never ends.
    pub async fn tell(&self) -> Infallible {
        if self.bar.is_some() || self.quiet {
            return std::future::pending().await;
        }
        let mut due = self.began + FIRST_LINE;
        loop {
            sleep_until(due).await;
            self.env.err(&format!("reading AWS: {}\n", self.message()));
            due += NEXT_LINE;
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.env.clear();
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn message(&self) -> String {
        let calls = self.aws.calls().values().sum();
        let seen = self.seen().clone();
        seen.message(calls, self.began.elapsed(), |operation| self.aws.rate(operation))
    }

    fn say(&self, lines: impl IntoIterator<Item = String>) {
        if self.verbose {
            lines.into_iter().for_each(|line| self.env.err(&format!("{line}\n")));
        }
    }

    /// Adds what is to be asked, and says it with everything that is left.
    fn add(&self, estimate: &Estimate) {
        let mut seen = self.seen();
        seen.left.extend(estimate.rows.iter().copied());
        let all = seen.ahead();
        drop(seen);
        let loads = all.loads(|operation| self.aws.rate(operation));
        let rows = estimate.rows.iter().map(|(what, calls)| {
            let (quota, _) = self.aws.rate(what.operation());
            format!("{calls:>6} {quota}: {}", what.text())
        });
        self.say(rows.chain(ahead(&loads)));
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // A reading that was interrupted leaves no half a bar behind.
        self.finish();
    }
}

impl Progress for Reading<'_> {
    fn step(&self, what: Question, done: usize, total: usize) {
        self.seen().hear(what, done, total);
        if let Some(bar) = &self.bar {
            bar.set_message(self.message());
        }
    }

    fn ahead(&self, estimate: &Estimate) {
        if estimate.calls() > 0 {
            self.add(estimate);
        }
    }

    fn decided(&self, choice: &Choice, estimate: &Estimate) {
        self.seen().decided = true;
        self.say([way(choice)]);
        self.add(estimate);
    }
}

impl Seen {
    fn hear(&mut self, what: Question, done: usize, total: usize) {
        self.step = Some((what, done, total));
        // Of what comes page by page nobody knows how much is left.
        if total > 0 {
            self.left.insert(what, total.saturating_sub(done) * what.calls());
        }
    }

    fn ahead(&self) -> Estimate {
        Estimate { rows: self.left.iter().map(|(what, calls)| (*what, *calls)).collect() }
    }

    /// `grants of groups 20 of 200 · 120 calls, 18 a second, 5 s left`: as much of it as can be told.
    fn message(
        &self,
        calls: u64,
        elapsed: Duration,
        rate: impl Fn(&'static str) -> (&'static str, f64),
    ) -> String {
        let step = match self.step {
            None => "no listing is done yet".to_owned(),
            Some((what, done, 0)) => format!("{} {done}", what.text()),
            Some((what, done, total)) => format!("{} {done} of {total}", what.text()),
        };
        let mean = calls.checked_div(elapsed.as_secs()).filter(|mean| *mean > 0);
        let mean = mean.map(|mean| format!(", {mean} a second")).unwrap_or_default();
        let slowest = self.ahead().loads(rate).into_iter().next().filter(|_| self.decided);
        let left = slowest.map(|load| format!(", {} s left", load.seconds)).unwrap_or_default();
        format!(
            "{step} · {}{mean}{left}",
            counted(usize::try_from(calls).unwrap_or(usize::MAX), "call")
        )
    }
}

/// How the grants are read.
fn way(choice: &Choice) -> String {
    let way = match choice.way {
        Way::ByPair => "pair by pair",
        Way::Within => "in the accounts of --only, pair by pair",
        Way::Hybrid => "by principal, then the pairs that nobody explains",
    };
    let because = choice.because.map(|text| format!(", since {text}")).unwrap_or_default();
    format!("reading grants {way}{because}")
}

/// What is left, quota by quota, the slowest first.
fn ahead(loads: &[Load]) -> Option<String> {
    let slowest = loads.first()?;
    let calls = counted(loads.iter().map(|load| load.calls).sum(), "call");
    let load = |load: &Load| {
        format!("{} of {} in {} s", counted(load.calls, "call"), load.quota, load.seconds)
    };
    let each = loads.iter().map(load).collect::<Vec<_>>().join(", ");
    Some(format!("at least {calls} ahead, about {} s at the quotas: {each}", slowest.seconds))
}

/// A bar's style.
pub fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests;
