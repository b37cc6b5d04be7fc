//! Progress for people: a bar on a terminal, plain lines elsewhere. Never data.

use super::args::Global;
use super::env::Env;
use crate::apply::Event;
use crate::apply::outcome::Status;
use crate::aws::Aws;
use crate::aws::read::Progress;
use crate::text::{counted, visible};
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Duration;

/// How often a bar moves by itself, so that a person sees that the process lives.
const TICK: Duration = Duration::from_millis(120);

/// Shows how far the reading is.
pub struct Reading<'a> {
    bar: Option<ProgressBar>,
    aws: &'a Aws,
}

impl<'a> Reading<'a> {
    /// A bar where stderr is a terminal and nobody asked for quiet.
    pub fn new(env: &Env, global: &Global, aws: &'a Aws) -> Self {
        let show = env.terminal.stderr && !global.quiet;
        let bar = show.then(|| {
            let bar = ProgressBar::new_spinner();
            bar.set_style(style("{spinner} reading AWS: {msg} · {elapsed}"));
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { bar, aws }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
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
        let calls: u64 = self.aws.calls().values().sum();
        let of = if total > 0 { format!(" of {total}") } else { String::new() };
        bar.set_message(format!("{what} {done}{of} · {calls} calls"));
    }
}

/// Shows how far an apply is.
pub struct Applying<'a> {
    env: &'a Env,
    bar: Option<ProgressBar>,
    quiet: bool,
}

impl<'a> Applying<'a> {
    /// A bar on a terminal; a line for each finished change elsewhere.
    pub fn new(env: &'a Env, global: &Global, total: usize) -> Self {
        let show = env.terminal.stderr && !global.quiet;
        let bar = show.then(|| {
            let bar = ProgressBar::new(total as u64);
            bar.set_style(style("{bar:30} {pos} of {len} · {elapsed} · {wide_msg}"));
            bar.enable_steady_tick(TICK);
            bar
        });
        Self { env, bar, quiet: global.quiet }
    }

    /// Takes notice of an event.
    pub fn hear(&self, event: Event<'_>) {
        match event {
            Event::Started(change) => {
                if let Some(bar) = &self.bar {
                    let verb = change.what.action().name();
                    bar.set_message(visible(&format!("{verb} {}", change.address)));
                }
            }
            Event::Stopping(under_way) => {
                let waits = counted(under_way, "change");
                let line = format!(
                    "stopping: waiting for {waits} under way; interrupt again to leave at once"
                );
                match &self.bar {
                    Some(bar) => bar.println(line),
                    None => self.env.err(&format!("{line}\n")),
                }
            }
            Event::Ended(change, status) => {
                let word = match status {
                    Status::Applied => "done",
                    Status::Failed(_) => "FAILED",
                    Status::Skipped(_) => "skipped",
                };
                let verb = change.what.action().name();
                let line = visible(&format!("{word:<8}{verb:<10}{}", change.address));
                if let Some(bar) = &self.bar {
                    // The table at the end lists what went well; what did not is worth a line now.
                    if matches!(status, Status::Failed(_)) {
                        bar.println(line);
                    }
                    bar.inc(1);
                } else if !self.quiet {
                    self.env.err(&format!("{line}\n"));
                }
            }
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
