//! Where people read: stderr, and the bar that may stand at its end.

use indicatif::ProgressBar;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Stderr with the bar on it.
pub(super) struct Screen {
    stderr: Mutex<Box<dyn Write + Send>>,
    bar: Mutex<Option<ProgressBar>>,
}

impl Screen {
    pub(super) fn new(stderr: Box<dyn Write + Send>) -> Self {
        Self { stderr: Mutex::new(stderr), bar: Mutex::default() }
    }

    /// Writes above the bar. Nobody can be told where this fails.
    pub(super) fn write(&self, text: &str) {
        let write = || {
            let mut stream = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
            drop(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
        };
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Puts a bar at the end, in place of the one that may be there.
    pub(super) fn show(&self, bar: &ProgressBar) {
        self.replace(Some(bar.clone()));
    }

    /// Takes the bar away.
    pub(super) fn clear(&self) {
        self.replace(None);
    }

    fn replace(&self, bar: Option<ProgressBar>) {
        let mut place = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = std::mem::replace(&mut *place, bar) {
            earlier.finish_and_clear();
        }
    }

    /// Takes the bar away and writes the last line of a process that leaves. It does not wait for one that
    /// is being written: its reader may have stopped reading.
    pub(super) fn leave(&self, text: &str) {
        self.clear();
        if let Ok(mut stream) = self.stderr.try_lock() {
            drop(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()));
        }
    }
}
