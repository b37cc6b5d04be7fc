//! What several kinds of tests need: a fake process and a policy repository in a folder of its own.

use jiff::Timestamp;
use landgrant::cli::env::Env;
use landgrant::cli::exit::Exit;
use landgrant::sandbox::{Entry, Options};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// The instant at which tests run unless they say otherwise.
pub(crate) const NOW: &str = "2026-11-23T09:00:00Z";

/// A file or folder of the package.
pub(crate) fn package(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of a file.
#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("reading {}: {e}", path.display()))
}

/// Writes a file, and makes the folders above it.
#[expect(clippy::disallowed_methods, reason = "a test writes its own files")]
pub(crate) fn write(path: &Path, text: &str) {
    let folder = path.parent().unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(path, text).unwrap_or_else(|e| panic!("writing {}: {e}", path.display()));
}

/// What lies in a folder, sorted; nothing where there is no such folder.
#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|e| e.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Every file below a folder, sorted.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    entries(folder)
        .into_iter()
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

/// Lays everything of one folder over another.
pub(crate) fn overlay(from: &Path, to: &Path) {
    for path in files(from) {
        write(&to.join(path.strip_prefix(from).unwrap()), &read(&path));
    }
}

/// A stream that can be read afterwards.
#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Captured {
    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) exit: Exit,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Calls that change something, oldest first.
    pub(crate) writes: Vec<Entry>,
}

impl Ran {
    /// Puts what ran side by side in the order of its text.
    pub(crate) fn sort(&mut self) {
        let mut lines: Vec<&str> = self.stderr.lines().collect();
        lines.sort_unstable();
        self.stderr = lines.join("\n");
        self.writes.sort_by_key(|call| {
            (
                call.service.clone(),
                call.operation.clone(),
                call.outcome.clone(),
                call.summary.clone(),
            )
        });
    }
}

/// A policy repository in a folder of its own, with the process that commands run in.
pub(crate) struct Repository {
    folder: tempfile::TempDir,
    /// The clock.
    pub(crate) now: Timestamp,
    /// How the sandbox behaves.
    pub(crate) sandbox: Options,
    /// What a person at the terminal types; `None` where there is no terminal.
    pub(crate) answer: Option<String>,
    /// The environment's variables.
    pub(crate) vars: BTreeMap<String, String>,
    /// Told every line of a journal.
    pub(crate) on_journal: Arc<dyn Fn(&str) + Send + Sync>,
}

impl Repository {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            now: NOW.parse().unwrap(),
            sandbox: Options::default(),
            answer: None,
            vars: BTreeMap::new(),
            on_journal: Arc::new(|_| ()),
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `landgrant -C DIR --sandbox WORDS…`; `$DIR` in a word is the repository's folder. What
    /// is printed has `$DIR` in place of the folder, which is another one in each run.
    pub(crate) async fn run(&self, words: &[&str]) -> Ran {
        self.run_on(&["--sandbox"], words).await
    }

    /// The same, on what other words say instead of `--sandbox`.
    pub(crate) async fn run_on(&self, live: &[&str], words: &[&str]) -> Ran {
        let folder = self.path().to_str().unwrap();
        let fixed = ["landgrant", "-C", "$DIR"];
        let arguments: Vec<OsString> = fixed
            .iter()
            .chain(live)
            .chain(words)
            .map(|word| OsString::from(word.replace("$DIR", folder)))
            .collect();
        let (stdout, stderr) = (Captured::default(), Captured::default());
        let mut env = Env::fake(Box::new(stdout.clone()), Box::new(stderr.clone()), self.now);
        env.sandbox = self.sandbox.clone();
        if let Some(answer) = self.answer.clone() {
            env.terminal.stdin = true;
            env.ask = Box::new(move || Ok(format!("{answer}\n")));
        }
        let vars = self.vars.clone();
        env.var = Box::new(move |name| vars.get(name).cloned());
        let on_journal = Arc::clone(&self.on_journal);
        env.on_journal = Box::new(move |line| on_journal(line));
        let before = self.log(&env).len();
        let exit = landgrant::cli::execute(arguments, &env).await;
        let writes = self.log(&env).into_iter().skip(before).filter(|entry| entry.write).collect();
        let shown = |stream: &Captured| stream.text().replace(folder, "$DIR");
        Ran { exit, stdout: shown(&stdout), stderr: shown(&stderr), writes }
    }

    fn log(&self, env: &Env) -> Vec<Entry> {
        landgrant::cli::world::log(env, self.path()).unwrap()
    }
}
