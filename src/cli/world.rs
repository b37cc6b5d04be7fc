//! The sandbox's world on disk: `DIR/sandbox.json` is the seed, what became of it lives in
//! `DIR/.landgrant/`.

use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use crate::sandbox::{Entry, Options, Sandbox, WorldError};
use crate::store;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Where the parts of a world are.
#[derive(Clone, Debug)]
pub struct Paths {
    /// What it begins with.
    pub seed: PathBuf,
    /// What became of it.
    pub world: PathBuf,
    /// The calls that were made, a JSON object a line.
    pub log: PathBuf,
    folder: PathBuf,
}

impl Paths {
    /// The paths of a policy repository.
    pub fn of(directory: &Path) -> Self {
        let folder = directory.join(store::OWN_FOLDER).join("sandbox");
        Self {
            seed: directory.join("sandbox.json"),
            world: folder.join("world.json"),
            log: folder.join("log.jsonl"),
            folder,
        }
    }
}

/// An open world whose changes are written to disk as they happen.
#[derive(Debug)]
pub struct World {
    /// The sandbox.
    pub sandbox: Sandbox,
    trouble: Arc<Mutex<Option<io::Error>>>,
    path: PathBuf,
}

impl World {
    /// The first thing that could not be written, if any: then the world on disk is behind.
    pub fn check(&self) -> Result<(), Failure> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take();
        trouble.map_or(Ok(()), |error| {
            Err(Failure::file("writing the sandbox's world to", &self.path, &error))
        })
    }
}

/// Opens the world of a policy repository.
pub fn open(directory: &Path, options: Options) -> Result<World, Failure> {
    let paths = Paths::of(directory);
    let begun = store::exists(&paths.world);
    let from = if begun { &paths.world } else { &paths.seed };
    if !begun && !store::exists(&paths.seed) {
        let message = format!("there is no world to play in: {} is missing", paths.seed.display());
        return Err(Failure::new(Exit::Usage, message)
            .hint("it is a snapshot document; examples/e-wallet/sandbox.json is one"));
    }
    let bytes = store::read(from).map_err(|e| Failure::file("reading", from, &e))?;
    let sandbox = Sandbox::from_json(&bytes, options).map_err(|error| {
        let failure = Failure::new(Exit::Failure, format!("reading {}: {error}", from.display()));
        match error {
            WorldError::Caller(_) => failure.hint("another --caller may do"),
            _ if begun => failure.hint("`landgrant sandbox reset` starts over"),
            _ => failure,
        }
    })?;
    store::create_folder(&paths.folder)
        .map_err(|e| Failure::file("making the folder", &paths.folder, &e))?;
    // The world remembers how often it was opened, so that runs can be told apart in the log.
    store::write(&paths.world, &sandbox.to_json())
        .map_err(|e| Failure::file("writing", &paths.world, &e))?;
    let trouble = Arc::new(Mutex::new(None));
    keep(&sandbox, &paths, &trouble);
    Ok(World { sandbox, trouble, path: paths.world })
}

fn keep(sandbox: &Sandbox, paths: &Paths, trouble: &Arc<Mutex<Option<io::Error>>>) {
    let note = |trouble: &Arc<Mutex<Option<io::Error>>>, result: io::Result<()>| {
        if let Err(error) = result {
            trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }
    };
    let (path, at) = (paths.world.clone(), Arc::clone(trouble));
    sandbox.on_write(Box::new(move |sandbox| {
        note(&at, store::write_lightly(&path, &sandbox.to_json()))
    }));
    let (path, at) = (paths.log.clone(), Arc::clone(trouble));
    sandbox.on_call(Box::new(move |entry: &Entry| {
        let line = serde_json::to_string(entry).map_err(io::Error::other);
        note(&at, line.and_then(|line| store::append(&path, &line)));
    }));
}

/// The calls that were made, oldest first.
pub fn log(env: &Env, directory: &Path) -> Result<Vec<Entry>, Failure> {
    let path = Paths::of(directory).log;
    if !store::exists(&path) {
        return Ok(Vec::new());
    }
    let bytes = store::read(&path).map_err(|e| Failure::file("reading", &path, &e))?;
    let mut entries = Vec::new();
    for (i, line) in String::from_utf8_lossy(&bytes).lines().enumerate() {
        match serde_json::from_str(line) {
            Ok(entry) => entries.push(entry),
            Err(error) => {
                env.err(&format!("warning: {}:{}: {error}\n", path.display(), i + 1));
            }
        }
    }
    Ok(entries)
}

/// Forgets what became of the world.
pub fn reset(directory: &Path) -> Result<(), Failure> {
    let paths = Paths::of(directory);
    for path in [&paths.world, &paths.log] {
        store::remove(path).map_err(|e| Failure::file("removing", path, &e))?;
    }
    Ok(())
}
