//! `matrix --evidence` and `verify`: a folder of files with their hashes, and whether they still are what
//! they were.

use super::args::{From, Global, MatrixArgs, VerifyArgs};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::matrix::{World, tell};
use crate::access::matrix::Matrix;
use crate::access::matrix::filter::Chosen;
use crate::evidence::{self, Entry, Finding, Found, MANIFEST, SUMS, hex};
use crate::render::matrix::Head;
use crate::render::matrix::pack::{FILES, File, Pack};
use crate::store;
use crate::text::{counted, visible};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

/// The longest manifest and list of hashes that are read.
const MOST_BYTES: u64 = 1 << 20;
/// Bytes that are read or written at once.
const PIECE: usize = 1 << 16;

/// Refuses what no pack can be made of, before anything is read.
pub(super) fn check(args: &MatrixArgs) -> Result<(), Failure> {
    let Some(folder) = &args.evidence else { return Ok(()) };
    if args.from != From::Live {
        let message = "evidence is of what is live: --from desired and planned are not";
        return Err(Failure::new(Exit::Usage, message));
    }
    let there = store::list(folder).map_err(|e| Failure::file("reading", folder, &e))?;
    if !there.is_empty() {
        let message =
            format!("{} is not empty, and no pack is written over another", folder.display());
        return Err(Failure::new(Exit::Usage, message).hint("name a new folder"));
    }
    Ok(())
}

/// Writes a pack.
pub(super) fn write(
    env: &Env,
    (global, folder): (&Global, &Path),
    world: &World,
    (matrix, head, chosen): (&Matrix<'_>, &Head, &Chosen),
) -> Result<Exit, Failure> {
    let pack = Pack { matrix, head, chosen, live: &world.live };
    store::create_folder(folder).map_err(|e| Failure::file("making the folder", folder, &e))?;
    let mut entries = Vec::new();
    for file in &FILES {
        let path = folder.join(file.name);
        entries.push(one(file, &pack, &path).map_err(|e| Failure::file("writing", &path, &e))?);
    }
    let about = about(env, global, head);
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        store::write(&path, text).map_err(|e| Failure::file("writing", &path, &e))
    };
    let text = evidence::manifest(&about, &entries);
    put(MANIFEST, &text)?;
    // Last: a folder without it is no whole pack.
    put(SUMS, &evidence::sums(&entries, &evidence::hash(text.as_bytes())))?;
    tell(env, head);
    let rows = entries.first().and_then(|entry| entry.rows).unwrap_or_default();
    let complete = if head.complete { "complete" } else { "INCOMPLETE" };
    let line = format!(
        "evidence {} in {}: {}, {} of access, {complete}\n",
        evidence::id(&about, &entries),
        folder.display(),
        counted(entries.len() + 2, "file"),
        counted(rows, "row")
    );
    let said = format!("{}\n", visible(line.trim_end()));
    env.out(&said).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(world.exit(head))
}

/// What the pack says of itself. No clock: it is of the reading.
fn about(env: &Env, global: &Global, head: &Head) -> Map<String, Value> {
    let git = head.git.as_ref().map(|(commit, dirty)| json!({ "commit": commit, "dirty": dirty }));
    let program = (env.program)().map(|bytes| evidence::hash(&bytes));
    let filter: Vec<String> =
        head.filter.iter().flat_map(|(flag, value)| [(*flag).to_owned(), value.clone()]).collect();
    let reading = match &global.live {
        Some(path) => vec!["--live".to_owned(), path.display().to_string()],
        None if global.sandbox => vec!["--sandbox".to_owned()],
        None => Vec::new(),
    };
    let fixed = ["matrix", "--evidence", "DIR"].map(str::to_owned);
    // Where the pack is put makes no difference to it.
    let command = [vec!["landgrant".to_owned()], reading, fixed.to_vec(), filter].concat();
    let document = json!({
        "tool": { "name": "landgrant", "version": env!("CARGO_PKG_VERSION"), "sha256": program },
        "command": command,
        "complete": head.complete,
        "marked": (!head.complete).then_some("INCOMPLETE"),
        "scope": head.scope(),
        "observed": {
            "started": head.started.to_string(),
            "ended": head.ended.to_string(),
            "as_of": head.as_of.to_string(),
            "depth": head.depth,
            "gaps": head.gaps.len(),
        },
        "definitions": { "standing": head.definitions, "git": git },
    });
    match document {
        Value::Object(entries) => entries,
        _ => Map::new(),
    }
}

fn one(file: &File, pack: &Pack<'_>, path: &Path) -> io::Result<Entry> {
    let (mut sha, mut bytes, mut rows) = (Sha256::new(), 0, None);
    store::write_with(path, |out| {
        let hashing = Hashing { out, sha: &mut sha, bytes: &mut bytes };
        let mut out = BufWriter::with_capacity(PIECE, hashing);
        rows = (file.write)(pack, &mut out)?;
        out.flush()
    })?;
    Ok(Entry {
        name: file.name.to_owned(),
        sha256: hex(&sha.finalize()),
        bytes,
        rows,
        about: file.about.to_owned(),
    })
}

/// A writer that hashes what it is given.
struct Hashing<'h> {
    out: &'h mut (dyn Write + Send),
    sha: &'h mut Sha256,
    bytes: &'h mut u64,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write_all(bytes)?;
        self.sha.update(bytes);
        *self.bytes += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Says whether a pack is as it was written.
pub(super) fn verify(env: &Env, args: &VerifyArgs) -> Result<Exit, Failure> {
    let folder = &args.folder;
    if !folder.is_dir() {
        let message = format!("{} is no folder", folder.display());
        return Err(Failure::new(Exit::Usage, message).hint("`matrix --evidence DIR` writes one"));
    }
    let short = |name: &str| {
        let path = folder.join(name);
        let bytes = match store::read_short(&path, MOST_BYTES) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|e| Failure::file("reading", &path, &e))?,
        };
        let too_long = || {
            Failure::new(Exit::Refused, format!("{name} is no {name} of a pack: it is too long"))
        };
        bytes.ok_or_else(too_long).map(Some)
    };
    let wrong = |message: String| Err(Failure::new(Exit::Refused, message));
    let Some(manifest) = short(MANIFEST)? else {
        return wrong(format!("missing  {MANIFEST}: without it nothing here can be verified"));
    };
    let manifest = match evidence::read(&manifest) {
        Ok(manifest) => manifest,
        Err(error) => return wrong(format!("changed  {MANIFEST}: {error}")),
    };
    let sums = short(SUMS)?;
    let findings = evidence::judge(&manifest, sums.as_deref(), &found(folder)?);
    let mut text = String::new();
    for finding in &findings {
        let (word, name) = match finding {
            Finding::Missing(name) => ("missing", name),
            Finding::Changed(name) => ("changed", name),
            Finding::Foreign(name) => ("foreign", name),
        };
        text.extend([word, "  ", &visible(name), "\n"]);
    }
    let (organization, started, ended) = &manifest.of;
    let complete =
        if manifest.complete { "complete" } else { "INCOMPLETE: not everything was read" };
    let what =
        format!("evidence {} of {organization}, {started} to {ended}, {complete}", manifest.id);
    let verdict = match (findings.as_slice(), &sums) {
        ([], Some(sums)) => {
            let files = counted(manifest.entries.len() + 2, "file");
            format!("{files} as written; SHA256SUMS is sha256:{}", evidence::hash(sums))
        }
        _ => format!("NOT as it was written: {}", counted(findings.len(), "difference")),
    };
    text.extend([visible(&what).as_str(), "\n", &visible(&verdict), "\n"]);
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(if findings.is_empty() { Exit::Done } else { Exit::Refused })
}

/// What is in a folder.
fn found(folder: &Path) -> Result<BTreeMap<String, Found>, Failure> {
    let paths = store::list(folder).map_err(|e| Failure::file("reading", folder, &e))?;
    let mut out = BTreeMap::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let found = if path.is_file() {
            hashed(&path).map_err(|e| Failure::file("reading", &path, &e))?
        } else {
            Found { sha256: None, bytes: 0 }
        };
        out.insert(name, found);
    }
    Ok(out)
}

fn hashed(path: &Path) -> io::Result<Found> {
    let mut file = store::open(path)?;
    let (mut sha, mut bytes, mut piece) = (Sha256::new(), 0, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(Found { sha256: Some(hex(&sha.finalize())), bytes });
        }
        sha.update(piece.get(..read).unwrap_or_default());
        bytes += read as u64;
    }
}
