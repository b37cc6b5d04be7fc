//! The only user of the file system.
#![expect(clippy::disallowed_methods, reason = "this is the module that they are kept to")]

use crate::source::{Input, Tree};
use crate::text::file_trouble;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tempfile::NamedTempFile;

/// Definition files above this are refused by the loader; no more of one is read into memory.
const MAX_FILE: u64 = 1024 * 1024;
/// The folder of landgrant's own files in a policy repository.
pub const OWN_FOLDER: &str = ".landgrant";

/// Reads every `*.toml` and `*.json` below a folder, without hidden folders. Links are followed as
/// far as they stay inside.
///
/// What may hold definitions and is not read is told: under `enforce` a file that is passed over in
/// silence takes away what it declares.
pub fn read_tree(root: &Path) -> io::Result<Tree> {
    let real_root = root.canonicalize()?;
    let mut walk =
        Walk { real_root: real_root.clone(), tree: Tree::default(), seen: BTreeMap::new() };
    walk.seen.insert(real_root.clone(), String::new());
    walk.folder(&real_root, "");
    walk.tree.files.sort_by(|a, b| a.path.cmp(&b.path));
    walk.tree.unreadable.sort();
    walk.tree.outside.sort();
    Ok(walk.tree)
}

struct Walk {
    real_root: PathBuf,
    tree: Tree,
    /// Folders and files already read, and under which path: links may form circles, and lead to one
    /// thing twice.
    seen: BTreeMap<PathBuf, String>,
}

impl Walk {
    fn folder(&mut self, folder: &Path, prefix: &str) {
        let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.unreadable(prefix.trim_end_matches('/'), &error),
        };
        // The order of a folder is the file system's own business.
        entries.sort_by_key(std::fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name();
            let shown = format!("{prefix}{}", name.to_string_lossy());
            if name.as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if name.to_str().is_some() {
                self.entry(&entry.path(), &shown);
            } else if is_wanted(&entry.path()) || entry.path().is_dir() {
                self.tree.unreadable.push((shown, "its name is not UTF-8".to_owned()));
            }
        }
    }

    fn entry(&mut self, path: &Path, shown: &str) {
        let wanted = is_wanted(path);
        let real = match path.canonicalize() {
            Ok(real) => real,
            // A link to nowhere matters only where a definition was expected.
            Err(error) if !wanted && error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.unreadable(shown, &error),
        };
        let Ok(inside) = real.strip_prefix(&self.real_root) else {
            if wanted || real.is_dir() {
                self.tree.outside.push(shown.to_owned());
            }
            return;
        };
        // What a link leads to is read under its own name, once. What is hidden has no other.
        let has_own = !is_hidden(inside) && (real.is_dir() || is_wanted(&real));
        let own = inside.to_str().filter(|own| has_own && *own != shown);
        let first = own.map(str::to_owned).or_else(|| self.seen.get(&real).cloned());
        if !wanted && !real.is_dir() {
            return;
        }
        if let Some(first) = first {
            self.tree.links.insert(shown.to_owned(), first);
        } else if real.is_dir() {
            self.seen.insert(real.clone(), shown.to_owned());
            self.folder(&real, &format!("{shown}/"));
        } else if !real.is_file() {
            self.tree.unreadable.push((shown.to_owned(), "it is not a file".to_owned()));
        } else {
            self.seen.insert(real.clone(), shown.to_owned());
            match read_at_most(&real, MAX_FILE + 1) {
                Ok(bytes) => self.tree.files.push(Input { path: shown.to_owned(), bytes }),
                Err(error) => self.unreadable(shown, &error),
            }
        }
    }

    fn unreadable(&mut self, path: &str, error: &io::Error) {
        self.tree.unreadable.push((path.to_owned(), file_trouble(error)));
    }
}

/// Whether any part of a path is hidden.
fn is_hidden(path: &Path) -> bool {
    path.iter().any(|part| part.as_encoded_bytes().starts_with(b"."))
}

/// Whether a name is that of a definition file.
fn is_wanted(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml" || ending == "json")
}

fn read_at_most(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file whole.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    std::fs::read(path)
}

/// Reads a file whole, unless it is longer than so many bytes: `None`.
pub fn read_short(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let bytes = read_at_most(path, most.saturating_add(1))?;
    Ok(Some(bytes).filter(|bytes| bytes.len() as u64 <= most))
}

/// Whether something is there.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// What is in a folder, in the order of the names; nothing where there is no such folder.
pub fn list(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Writes a file at once or not at all, readable by its owner only: what landgrant writes tells who
/// has access to what.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    write_with(path, |out| out.write_all(text.as_bytes()))
}

/// The same, readable by everybody: for what names nobody and is read by others, such as a collector of
/// metrics.
pub fn write_shared(path: &Path, text: &str) -> io::Result<()> {
    write(path, text)?;
    let mut permissions = std::fs::metadata(path)?.permissions();
    #[cfg(unix)]
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    std::fs::set_permissions(path, permissions)
}

/// The same for what may be lost with the machine: it is whole whenever a process looks, but nobody waits
/// for the disk.
pub fn write_lightly(path: &Path, text: &str) -> io::Result<()> {
    UNFINISHED.write(path, Durable(false), |out| out.write_all(text.as_bytes()))
}

/// The same as [`write()`], of what is written piece by piece. Where that fails, nothing has been written.
pub fn write_with(
    path: &Path,
    write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
) -> io::Result<()> {
    UNFINISHED.write(path, Durable(true), write)
}

/// Removes every file that [`write_with`] has begun and not put in its place. None is begun, and none gets
/// there, as long as what this returns lives: it is for a process that leaves.
pub fn abandon() -> Abandoned {
    Abandoned(UNFINISHED.abandon())
}

/// Files that will never be written.
#[derive(Debug)]
pub struct Abandoned(
    #[expect(dead_code, reason = "it is held")] MutexGuard<'static, BTreeSet<PathBuf>>,
);

static UNFINISHED: Unfinished = Unfinished(Mutex::new(BTreeSet::new()));

/// Whether a file is on disk when it has been written.
struct Durable(bool);

/// Temporary files that are being written. A process that leaves drops nothing, so they are known here.
struct Unfinished(Mutex<BTreeSet<PathBuf>>);

impl Unfinished {
    fn write(
        &self,
        path: &Path,
        Durable(durable): Durable,
        write: impl FnOnce(&mut (dyn Write + Send)) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut file = self.begin(path)?;
        let sync = |file: &NamedTempFile| if durable { file.as_file().sync_all() } else { Ok(()) };
        let written = write(&mut file).and_then(|()| sync(&file));
        let mut paths = self.paths();
        paths.remove(file.path());
        written?;
        file.persist(path).map_err(|e| e.error)?;
        Ok(())
    }

    fn begin(&self, path: &Path) -> io::Result<NamedTempFile> {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // The name of the temporary file would only puzzle: it is the folder that cannot be written.
        let plain = |e: io::Error| e.raw_os_error().map_or(e, io::Error::from_raw_os_error);
        let mut paths = self.paths();
        let file = NamedTempFile::new_in(folder).map_err(plain)?;
        paths.insert(file.path().to_owned());
        Ok(file)
    }

    fn abandon(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        let paths = self.paths();
        for path in &*paths {
            // Nobody can be told where this fails.
            drop(std::fs::remove_file(path));
        }
        paths
    }

    fn paths(&self) -> MutexGuard<'_, BTreeSet<PathBuf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a file that is too long to be read whole.
pub fn open(path: &Path) -> io::Result<std::fs::File> {
    std::fs::File::open(path)
}

/// Makes a folder and those above it.
pub fn create_folder(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path)
}

/// Adds a line to the end of a file, which is made if need be, readable by its owner only.
pub fn append(path: &Path, line: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.create(true).append(true).mode(0o600).open(path)?;
    file.write_all(format!("{line}\n").as_bytes())
}

/// A file to which lines are added, readable by its owner only: for what must be known even if the process
/// or the machine stops at the next moment.
#[derive(Debug)]
pub struct Log(std::fs::File);

impl Log {
    /// Makes the file and the folders above it. One that is there already is an error.
    pub fn create(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::OpenOptionsExt;
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        create_folder(folder)?;
        let mut options = std::fs::OpenOptions::new();
        let file = options.create_new(true).append(true).mode(0o600).open(path)?;
        // Or a power failure leaves lines without a name.
        std::fs::File::open(folder)?.sync_all()?;
        Ok(Self(file))
    }

    /// Adds a line. A `durable` one is on disk when this returns, with all before it; others outlive the
    /// process alone.
    pub fn line(&mut self, line: &str, durable: bool) -> io::Result<()> {
        self.0.write_all(format!("{line}\n").as_bytes())?;
        if durable { self.0.sync_data() } else { Ok(()) }
    }
}

/// Removes a file; one that is not there is as good as removed.
pub fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
