//! Progress for people: a bar on a terminal, plain lines elsewhere. Never data.

use super::args::Global;
use super::env::Env;
use crate::aws::Aws;
use crate::aws::read::Progress;
use crate::aws::read::strategy::{Choice, Estimate, Way};
use crate::text::counted;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::OnceLock;
use std::time::Duration;

/// How often a bar moves by itself, so that a person sees that the process lives.
pub const TICK: Duration = Duration::from_millis(120);

/// Shows how far the reading is.
pub struct Reading<'a> {
    env: &'a Env,
    bar: Option<ProgressBar>,
    aws: &'a Aws,
    verbose: bool,
    /// Calls of the whole reading, at least; known once its way is chosen.
    expected: OnceLock<u64>,
}

impl<'a> Reading<'a> {
    /// A bar where stderr is a terminal and nobody asked for quiet.
    pub fn new(env: &'a Env, global: &Global, aws: &'a Aws) -> Self {
        let show = env.terminal.stderr && !global.quiet;
        let bar = show.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(style("{spinner} reading AWS: {msg} · {elapsed}"));
            bar.enable_steady_tick(TICK);
            env.show(&bar);
            bar
        });
        Self { env, bar, aws, verbose: global.verbose > 0, expected: OnceLock::new() }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.env.clear();
    }

    fn calls(&self) -> u64 {
        self.aws.calls().values().sum()
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // A reading that was interrupted leaves no half a bar behind.
        self.finish();
    }
}

impl Progress for Reading<'_> {
    fn step(&self, what: &str, done: usize, total: usize) {
        let Some(bar) = &self.bar else { return };
        let of = if total > 0 { format!(" of {total}") } else { String::new() };
        let pace = pace(self.calls(), self.expected.get().copied(), bar.elapsed());
        bar.set_message(format!("{what} {done}{of} · {pace}"));
    }

    fn decided(&self, choice: &Choice, estimate: &Estimate) {
        let calls = u64::try_from(estimate.calls()).unwrap_or(u64::MAX);
        self.expected.get_or_init(|| self.calls().saturating_add(calls));
        if !self.verbose {
            return;
        }
        for line in reading_plan(choice, estimate) {
            self.env.err(&format!("{line}\n"));
        }
    }
}

/// What is about to be asked, a line each.
fn reading_plan(choice: &Choice, estimate: &Estimate) -> Vec<String> {
    let way = match choice.way {
        Way::ByPair => "pair by pair",
        Way::Within => "in the accounts of --only, pair by pair",
        Way::Hybrid => "by principal, then the pairs that nobody explains",
    };
    let because = choice.because.map(|text| format!(", since {text}")).unwrap_or_default();
    let mut lines = vec![format!("reading grants {way}{because}")];
    let rows = estimate.rows.iter();
    lines.extend(rows.map(|(service, what, calls)| format!("{calls:>6} {service}: {what}")));
    let calls = counted(estimate.calls(), "call");
    lines.push(format!("at least {calls} ahead, about {} s at the quota", estimate.seconds));
    lines
}

/// `120 calls, 18 a second, 5 s left`: as much of it as can be told.
fn pace(calls: u64, expected: Option<u64>, elapsed: Duration) -> String {
    let rate = calls.checked_div(elapsed.as_secs()).filter(|rate| *rate > 0);
    let left = expected.and_then(|all| all.checked_sub(calls));
    let left = left.zip(rate).map(|(left, rate)| format!("{} s left", left.div_ceil(rate)));
    let rate = rate.map(|rate| format!("{rate} a second"));
    let parts = [Some(format!("{calls} calls")), rate, left];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// A bar's style.
pub fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_is_left_follows_from_the_rate() {
        let after = |calls, expected, seconds| pace(calls, expected, Duration::from_secs(seconds));
        assert_eq!(after(12, Some(30), 0), "12 calls");
        assert_eq!(after(180, None, 10), "180 calls, 18 a second");
        assert_eq!(after(180, Some(958), 10), "180 calls, 18 a second, 44 s left");
        // There may be more pages than anybody could foresee.
        assert_eq!(after(960, Some(958), 50), "960 calls, 19 a second");
        assert_eq!(after(2, Some(958), 50), "2 calls");
    }
}
