//! `landgrant journal`: what an apply did, as it wrote it down.

use super::apply::journals;
use super::args::{Format, Global, JournalArgs};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use crate::journal::{self, Journal};
use crate::plan::file::MOST_BYTES;
use crate::render;
use crate::store;
use std::path::{Path, PathBuf};

/// Shows one journal, or which there are.
pub fn journal(
    env: &Env,
    global: &Global,
    args: &JournalArgs,
    color: bool,
) -> Result<Exit, Failure> {
    let text = if args.list {
        let mut listed = Vec::new();
        for path in all(global)? {
            let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            listed.push((name, read(&path).map_err(|failure| failure.message)));
        }
        match args.format {
            Format::Text => render::journal::list(&listed, color),
            Format::Json => render::journal::list_json(&listed),
        }
    } else {
        let path = args.file.clone().map_or_else(|| newest(global), Ok)?;
        let journal = read(&path)?;
        match args.format {
            Format::Text => render::journal::text(&journal, color),
            Format::Json => render::journal::json(&journal),
        }
    };
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(Exit::Done)
}

/// Reads a journal file.
pub fn read(path: &Path) -> Result<Journal, Failure> {
    let bytes =
        store::read_short(path, MOST_BYTES).map_err(|e| Failure::file("reading", path, &e))?;
    let failed = |why: String| {
        Failure::new(Exit::Failure, format!("{} cannot be read: {why}", path.display()))
    };
    let bytes =
        bytes.ok_or_else(|| failed(format!("it is longer than {} MiB", MOST_BYTES >> 20)))?;
    journal::read(&bytes).map_err(|error| failed(error.to_string()))
}

/// The journals of a policy repository, the newest last: their names begin with the time.
fn all(global: &Global) -> Result<Vec<PathBuf>, Failure> {
    let folder = journals(&global.directory);
    let mut paths = store::list(&folder).map_err(|e| Failure::file("reading", &folder, &e))?;
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "jsonl"));
    // Of two in one second the second has a number behind it.
    paths.sort_by(|a, b| a.file_stem().cmp(&b.file_stem()));
    Ok(paths)
}

fn newest(global: &Global) -> Result<PathBuf, Failure> {
    all(global)?.pop().ok_or_else(|| {
        let folder = journals(&global.directory);
        let message = format!("there are no journals in {}", folder.display());
        Failure::new(Exit::Usage, message)
            .hint("apply writes them; name the file of another: `journal FILE`")
    })
}
