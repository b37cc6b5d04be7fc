//! What a process is given: streams, clock, environment. Tests give their own.

use super::screen::Screen;
use crate::sandbox;
use indicatif::ProgressBar;
use jiff::Timestamp;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

type Stream = Mutex<Box<dyn Write + Send>>;
type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;
type Variables = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;
type Ask = Box<dyn Fn() -> io::Result<String> + Send + Sync>;
type Hear = Box<dyn Fn(&str) + Send + Sync>;
type Git = Box<dyn Fn(&Path) -> Option<(String, bool)> + Send + Sync>;

/// What a process is given.
pub struct Env {
    stdout: Stream,
    screen: Arc<Screen>,
    /// Which of the streams are terminals.
    pub terminal: Terminal,
    /// The clock.
    pub now: Clock,
    /// The environment's variables.
    pub var: Variables,
    /// Reads one line that a person typed.
    pub ask: Ask,
    /// The commit of a folder and whether it differs from it.
    pub git: Git,
    /// How the sandbox behaves.
    pub sandbox: sandbox::Options,
    /// Whether Ctrl-C and SIGTERM are listened to.
    pub signals: bool,
    /// Told every line of a journal, once it is written.
    pub on_journal: Hear,
}

/// Which of the streams are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    /// A person can be asked.
    pub stdin: bool,
    /// Data goes to a screen.
    pub stdout: bool,
    /// Progress goes to a screen.
    pub stderr: bool,
}

impl Env {
    /// The real process.
    pub fn real() -> Self {
        use std::io::IsTerminal;
        Self {
            stdout: Mutex::new(Box::new(io::stdout())),
            screen: Arc::new(Screen::new(Box::new(io::stderr()))),
            terminal: Terminal {
                stdin: io::stdin().is_terminal(),
                stdout: io::stdout().is_terminal(),
                stderr: io::stderr().is_terminal(),
            },
            now: Box::new(Timestamp::now),
            var: Box::new(variable),
            ask: Box::new(|| {
                let mut line = String::new();
                io::stdin().read_line(&mut line)?;
                Ok(line)
            }),
            git: Box::new(super::git::commit),
            sandbox: sandbox::Options::default(),
            signals: true,
            on_journal: Box::new(|_| ()),
        }
    }

    /// A process for tests: writes into the given streams, has no terminal, no variables and no
    /// repository, and a clock that stands still.
    pub fn fake(
        stdout: Box<dyn Write + Send>,
        stderr: Box<dyn Write + Send>,
        now: Timestamp,
    ) -> Self {
        Self {
            stdout: Mutex::new(stdout),
            screen: Arc::new(Screen::new(stderr)),
            terminal: Terminal::default(),
            now: Box::new(move || now),
            var: Box::new(|_| None),
            ask: Box::new(|| Ok(String::new())),
            git: Box::new(|_| None),
            sandbox: sandbox::Options::default(),
            signals: false,
            on_journal: Box::new(|_| ()),
        }
    }

    /// Writes data. A reader that has gone away has read enough.
    pub fn out(&self, text: &str) -> io::Result<()> {
        self.out_bytes(text.as_bytes())
    }

    /// Writes data that may be no text.
    pub fn out_bytes(&self, bytes: &[u8]) -> io::Result<()> {
        let mut stream = self.stdout.lock().unwrap_or_else(PoisonError::into_inner);
        match stream.write_all(bytes).and_then(|()| stream.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }

    /// Writes what is not data. Nobody can be told where this fails.
    pub fn err(&self, text: &str) {
        self.screen.write(text);
    }

    /// Shows a bar, below whatever is written from now on.
    pub fn show(&self, bar: &ProgressBar) {
        self.screen.show(bar);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        self.screen.clear();
    }

    /// For who outlives the borrow.
    pub(super) fn screen(&self) -> Arc<Screen> {
        Arc::clone(&self.screen)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the place where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
