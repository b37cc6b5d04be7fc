//! Where people read: stderr, and the bar that may stand at its end.

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, TermLike};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

/// How often a bar is drawn at most, in a second.
const DRAWN: u8 = 20;

/// Lets a bar be drawn on stderr.
fn on_stderr(bar: &ProgressBar) {
    bar.set_draw_target(ProgressDrawTarget::term_like_with_hz(
        Box::new(Line(Term::buffered_stderr())),
        DRAWN,
    ));
}

/// A terminal on which the cursor stays behind the bar. indicatif fills the line up with spaces: the `^C` that
/// a terminal shows would then stand on the next one, and that be cleared in place of the bar.
#[derive(Debug)]
struct Line(Term);

impl TermLike for Line {
    fn width(&self) -> u16 {
        self.0.size().1
    }

    fn height(&self) -> u16 {
        self.0.size().0
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_up(n)
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_down(n)
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_right(n)
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        self.0.move_cursor_left(n)
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.0.write_line(text)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let filler = text.bytes().all(|byte| byte == b' ');
        if filler { Ok(()) } else { self.0.write_str(text) }
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}

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
        on_stderr(bar);
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
