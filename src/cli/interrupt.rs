//! Ctrl-C and SIGTERM. Before changes begin, the first leaves at once, whatever the process is at: it may
//! be waiting for AWS or for a person, or computing. From then on the first stops new work, and the second
//! leaves at once.

use super::env::Env;
use super::exit::Exit;
use super::screen::Screen;
use crate::apply::Stop;
use crate::store;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

/// Listens until it is dropped. From then on signals go unheard, because the process has handlers
/// of its own: it must live as long as there is anything to interrupt.
#[derive(Debug)]
#[must_use]
pub struct Listening {
    task: JoinHandle<()>,
    /// What stops the changes, once they have begun.
    changes: Arc<Mutex<Option<Arc<Stop>>>>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Listening {
    /// From now on there may be something to wait for. Whoever is leaving already does not get here.
    pub fn changes_begin(&self, stop: Arc<Stop>) {
        *self.changes.lock().unwrap_or_else(PoisonError::into_inner) = Some(stop);
    }
}

/// Begins to listen, in a process that has signals.
pub fn listen(env: &Env) -> Option<Listening> {
    if !env.signals {
        return None;
    }
    // Without handlers a signal ends the process all the same.
    let mut signals = Signals::new().ok()?;
    let changes = Arc::new(Mutex::new(None));
    let (screen, begun) = (env.screen(), Arc::clone(&changes));
    // On a thread of its own kind: the main one may be computing, or reading from a terminal.
    let task = tokio::spawn(async move {
        signals.next().await;
        first(&screen, &begun);
        signals.next().await;
        leave(&screen, "");
    });
    Some(Listening { task, changes })
}

fn first(screen: &Screen, begun: &Mutex<Option<Arc<Stop>>>) {
    // Held to the end: changes cannot begin while the process leaves.
    let begun = begun.lock().unwrap_or_else(PoisonError::into_inner);
    match &*begun {
        Some(stop) => stop.interrupt(),
        None => leave(screen, "interrupted: nothing was changed\n"),
    }
}

/// Resolves at the first Ctrl-C or SIGTERM.
pub async fn asked() {
    match Signals::new() {
        Ok(mut signals) => signals.next().await,
        Err(_) => std::future::pending().await,
    }
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> io::Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Ends the process. No file is left half written, and no bar.
#[expect(clippy::exit, reason = "it may be in the middle of anything")]
fn leave(screen: &Screen, text: &str) {
    let _until_it_ends = store::abandon();
    screen.leave(text);
    std::process::exit(i32::from(Exit::Interrupted.code()));
}
