//! The journal of an apply on disk (docs/journal.md).

use crate::apply::Event;
use crate::apply::journal;
use crate::apply::outcome::Report;
use crate::cli::env::Env;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::plan::Plan;
use crate::source::declared::Manage;
use crate::store::{self, Log};
use jiff::Timestamp;
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Applies of one plan that may begin in one second.
const SAME_SECOND: usize = 1000;

/// An open journal.
pub(super) struct Record<'a> {
    env: &'a Env,
    log: Mutex<Log>,
    path: PathBuf,
}

/// Where journals are, in a policy repository.
pub(in super::super) fn folder(directory: &Path) -> PathBuf {
    directory.join(store::OWN_FOLDER).join("journal")
}

impl<'a> Record<'a> {
    /// Makes the file and writes its first line; without it, nothing may be done.
    pub(super) fn begin(
        env: &'a Env,
        typed: Option<&Path>,
        directory: &Path,
        document: &Value,
        manage: &Manage,
    ) -> Result<Self, Failure> {
        let now = (env.now)();
        let id = document.get("id").and_then(Value::as_str).unwrap_or("plan");
        let (log, path) = match typed {
            Some(path) => (Log::create(path), path.to_owned()),
            None => create(&folder(directory), id, now),
        };
        let record = |error: &io::Error| {
            let failure = Failure::file("writing the journal", &path, error);
            failure.hint("nothing was applied: an apply writes down what it does, or does nothing")
        };
        let log = Mutex::new(log.map_err(|e| record(&e))?);
        let begun = Self { env, log, path: path.clone() };
        begun
            .line(&journal::begin(document, &modes(manage), now), true)
            .map_err(|error| record(&error))?;
        Ok(begun)
    }

    /// Writes down what happens. What is about to be done must be on disk before it is done.
    pub(super) fn hear(&self, event: &Event<'_>) -> Result<(), String> {
        let Some(line) = journal::event(event, (self.env.now)()) else { return Ok(()) };
        let durable = matches!(event, Event::Calling(..) | Event::Stopping(..));
        self.line(&line, durable).map_err(|error| {
            let path = self.path.display();
            format!("the journal {path} cannot be written ({error})")
        })
    }

    /// Writes the last line.
    pub(super) fn end(
        &self,
        plan: &Plan,
        report: &Report,
        remaining: Option<usize>,
        exit: Exit,
    ) -> Result<(), Failure> {
        let line = journal::end(plan, report, remaining, exit.code(), (self.env.now)());
        let written = self.line(&line, true);
        written.map_err(|error| Failure::file("writing the journal", &self.path, &error))
    }

    fn line(&self, line: &str, durable: bool) -> io::Result<()> {
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.line(line, durable)?;
        (self.env.on_journal)(line);
        Ok(())
    }
}

/// Makes `TIME-PLANID.jsonl`, with a number behind it where one plan is applied twice in a second.
fn create(folder: &Path, plan: &str, now: Timestamp) -> (io::Result<Log>, PathBuf) {
    let time = now.strftime("%Y%m%dT%H%M%SZ");
    let mut path = folder.join(format!("{time}-{plan}.jsonl"));
    for n in 2..SAME_SECOND {
        match Log::create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                path = folder.join(format!("{time}-{plan}-{n}.jsonl"));
            }
            made => return (made, path),
        }
    }
    (Err(io::ErrorKind::AlreadyExists.into()), path)
}

fn modes(manage: &Manage) -> Value {
    manage.modes().into_iter().map(|(kind, mode)| (kind, mode.name())).collect()
}
