//! How far an apply is: a live line on a terminal, a line for each finished change elsewhere, and JSON lines
//! for programs.

use crate::apply::Event;
use crate::apply::outcome::Status;
use crate::cli::args::{Format, Global};
use crate::cli::env::Env;
use crate::cli::progress::{TICK, style};
use crate::render::outcome;
use crate::text::{counted, visible};
use indicatif::ProgressBar;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How many changes are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    all: usize,
    done: usize,
    failed: usize,
    skipped: usize,
    under_way: usize,
}

impl Tally {
    fn ended(self) -> usize {
        self.done + self.failed + self.skipped
    }

    fn hear(&mut self, event: &Event<'_>) {
        match event {
            Event::Started(_) => self.under_way += 1,
            Event::Ended(_, Status::Applied) => {
                self.done += 1;
                self.under_way = self.under_way.saturating_sub(1);
            }
            Event::Ended(_, Status::Failed(_)) => {
                self.failed += 1;
                self.under_way = self.under_way.saturating_sub(1);
            }
            Event::Ended(_, Status::Skipped(_)) => self.skipped += 1,
            _ => {}
        }
    }

    /// `12 done, 4 in flight, 30 waiting, 5.1 a second, 8 s left`: as much of it as can be told.
    fn text(self, elapsed: Duration) -> String {
        let waiting = self.all.saturating_sub(self.ended() + self.under_way);
        let mut out =
            format!("{} done, {} in flight, {waiting} waiting", self.done, self.under_way);
        for (n, word) in [(self.failed, "failed"), (self.skipped, "skipped")] {
            if n > 0 {
                // Writing to a String cannot fail.
                let _infallible = write!(out, ", {n} {word}");
            }
        }
        let carried_out = self.done + self.failed;
        let seconds = elapsed.as_secs_f64();
        if carried_out > 0 && seconds >= 1.0 {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let rate = carried_out as f64 / seconds;
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let left = (self.all - self.ended()) as f64 / rate;
            let _infallible = write!(out, " · {rate:.1} a second, {left:.0} s left");
        }
        out
    }
}

/// Shows how far an apply is.
pub(super) struct Applying<'a> {
    env: &'a Env,
    bar: Option<ProgressBar>,
    quiet: bool,
    json: bool,
    tally: Mutex<Tally>,
}

impl<'a> Applying<'a> {
    /// A bar on a terminal; a line for each finished change elsewhere.
    pub(super) fn new(env: &'a Env, global: &Global, format: Format, total: usize) -> Self {
        let show = env.terminal.stderr && !global.quiet;
        let bar = show.then(|| {
            let bar = ProgressBar::new(total as u64);
            bar.set_style(style("{bar:20} {elapsed} · {wide_msg}"));
            bar.enable_steady_tick(TICK);
            env.show(&bar);
            bar
        });
        let tally = Mutex::new(Tally { all: total, ..Tally::default() });
        Self { env, bar, quiet: global.quiet, json: format == Format::Json, tally }
    }

    /// Takes notice of an event.
    pub(super) fn hear(&self, event: &Event<'_>) {
        if self.json
            && let Some(line) = outcome::event(event)
        {
            // Where the reader has gone away, the changes go on.
            drop(self.env.out(&line));
        }
        match event {
            Event::Stopping(under_way, because) => {
                let waits = counted(*under_way, "change");
                let again = match *under_way {
                    0 => String::new(),
                    _ => {
                        format!(": waiting for {waits} under way; interrupt again to leave at once")
                    }
                };
                self.line(&format!("stopping ({because}){again}"));
            }
            Event::Ended(change, status) => {
                let word = match status {
                    Status::Applied => "done",
                    Status::Failed(failure) if failure.unknown => "unknown",
                    Status::Failed(_) => "FAILED",
                    Status::Skipped(_) => "skipped",
                };
                let verb = change.what.action().name();
                // The table at the end lists what went well; what did not is worth a line now.
                let shown = match &self.bar {
                    Some(_) => matches!(status, Status::Failed(_)),
                    None => !self.quiet,
                };
                if shown {
                    self.line(&format!("{word:<8}{verb:<10}{}", change.address));
                }
            }
            _ => {}
        }
        self.count(event);
    }

    fn line(&self, line: &str) {
        self.env.err(&format!("{}\n", visible(line)));
    }

    fn count(&self, event: &Event<'_>) {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.hear(event);
        if let Some(bar) = &self.bar {
            bar.set_position(tally.ended() as u64);
            bar.set_message(tally.text(bar.elapsed()));
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        self.env.clear();
    }
}

impl Drop for Applying<'_> {
    fn drop(&mut self) {
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tally_says_what_is_left() {
        let tally = Tally { all: 50, done: 20, failed: 1, skipped: 2, under_way: 7 };
        let text = tally.text(Duration::from_secs(7));
        let expected =
            "20 done, 7 in flight, 20 waiting, 1 failed, 2 skipped · 3.0 a second, 9 s left";
        assert_eq!(text, expected);
        let fresh = Tally { all: 2, ..Tally::default() };
        assert_eq!(fresh.text(Duration::ZERO), "0 done, 0 in flight, 2 waiting");
    }
}
