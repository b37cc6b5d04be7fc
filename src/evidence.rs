//! Evidence packs: the manifest that tells every file with its hash, and whether a folder still is what
//! its manifest tells.
//!
//! Hashes find out what changed afterwards. They don't prove that what was written was true: reading again
//! does, and `SHA256SUMS` may be signed.

#[cfg(test)]
mod tests;

use crate::text::json::parse;
use crate::text::plain_json;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The version of the manifest: readers ignore keys that they don't know, and refuse a new major version.
pub const FORMAT_VERSION: &str = "1.0";
/// What kind of document a manifest is.
pub const KIND: &str = "landgrant.evidence";
/// The file with the manifest.
pub const MANIFEST: &str = "manifest.json";
/// The file with the hashes of all files, the manifest too, as `sha256sum -c` reads them.
pub const SUMS: &str = "SHA256SUMS";

/// A file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without a folder.
    pub name: String,
    /// Its SHA-256, in hex.
    pub sha256: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// Its rows, where it has rows.
    pub rows: Option<usize>,
    /// What it holds.
    pub about: String,
}

/// A file as it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its SHA-256, in hex; `None` for what is no file.
    pub sha256: Option<String>,
    /// Its length in bytes.
    pub bytes: u64,
}

/// A manifest that was read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The pack's short name.
    pub id: String,
    /// Whether everything was read.
    pub complete: bool,
    /// What it is of: organization, and when its reading began and ended.
    pub of: (String, String, String),
    /// Its files.
    pub entries: Vec<Entry>,
    /// Whether it is the text that was written, as far as it can tell by itself.
    pub intact: bool,
}

/// Why a manifest could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// It is no JSON, or no JSON that means one thing.
    #[error("it is not JSON: {0}")]
    Json(String),
    /// It is another document.
    #[error("its `kind` is not {KIND}")]
    Kind,
    /// A newer landgrant wrote it.
    #[error("its format version {0} is newer than {FORMAT_VERSION}: a newer landgrant reads it")]
    Version(String),
    /// Something is missing or is not what it should be.
    #[error("its `{0}` is missing or malformed")]
    Malformed(&'static str),
}

/// What is not as the manifest tells.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Finding {
    /// A file is not there.
    Missing(String),
    /// A file is there and is another.
    Changed(String),
    /// Something is there that is not of the pack.
    Foreign(String),
}

/// The hash of some bytes, in hex.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

/// A pack's short name: of what it says of itself and of all that it holds.
pub fn id(about: &Map<String, Value>, entries: &[Entry]) -> String {
    let text = json!([FORMAT_VERSION, KIND, about, listed(entries)]).to_string();
    hash(text.as_bytes()).chars().take(12).collect()
}

fn listed(entries: &[Entry]) -> Value {
    let one = |Entry { name, sha256, bytes, rows, about }: &Entry| json!({ "name": name, "sha256": sha256, "bytes": bytes, "rows": rows, "about": about });
    entries.iter().map(one).collect()
}

/// The manifest: what a pack says of itself, and its files.
pub fn manifest(about: &Map<String, Value>, entries: &[Entry]) -> String {
    let mut document = about.clone();
    document.insert("format_version".to_owned(), FORMAT_VERSION.into());
    document.insert("kind".to_owned(), KIND.into());
    document.insert("id".to_owned(), id(about, entries).into());
    document.insert("files".to_owned(), listed(entries));
    written(&Value::Object(document))
}

/// A document as it is written.
fn written(document: &Value) -> String {
    // Nothing in a value can fail to serialise.
    let text = serde_json::to_string_pretty(document).unwrap_or_default();
    format!("{}\n", plain_json(&text))
}

/// The lines of [`SUMS`], by name.
pub fn sums(entries: &[Entry], manifest: &str) -> String {
    let mut hashes: BTreeMap<&str, &str> =
        entries.iter().map(|entry| (entry.name.as_str(), entry.sha256.as_str())).collect();
    hashes.insert(MANIFEST, manifest);
    hashes.into_iter().fold(String::new(), |mut text, (name, hash)| {
        // Writing to a String cannot fail.
        let _infallible = writeln!(text, "{hash}  {name}");
        text
    })
}

/// Reads a manifest.
pub fn read(bytes: &[u8]) -> Result<Manifest, ManifestError> {
    let document = parse(bytes).map_err(|error| ManifestError::Json(error.to_string()))?;
    let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    if text("/kind").as_deref() != Some(KIND) {
        return Err(ManifestError::Kind);
    }
    let version = text("/format_version").ok_or(ManifestError::Malformed("format_version"))?;
    if version.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(ManifestError::Version(version));
    }
    let files = document.get("files").and_then(Value::as_array);
    let files = files.ok_or(ManifestError::Malformed("files"))?.iter().map(entry);
    let entries = files.collect::<Option<Vec<Entry>>>().ok_or(ManifestError::Malformed("files"))?;
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    if names.len() != entries.len() {
        return Err(ManifestError::Malformed("files"));
    }
    let complete = document.get("complete").and_then(Value::as_bool);
    let named = text("/id").ok_or(ManifestError::Malformed("id"))?;
    let mut about = document.as_object().cloned().unwrap_or_default();
    about.retain(|key, _| !["format_version", "kind", "id", "files"].contains(&key.as_str()));
    Ok(Manifest {
        complete: complete.ok_or(ManifestError::Malformed("complete"))?,
        of: (
            text("/scope/organization").ok_or(ManifestError::Malformed("scope"))?,
            text("/observed/started").ok_or(ManifestError::Malformed("observed"))?,
            text("/observed/ended").ok_or(ManifestError::Malformed("observed"))?,
        ),
        // Made anew, so that nothing in it is passed over.
        intact: manifest(&about, &entries).as_bytes() == bytes,
        id: named,
        entries,
    })
}

fn entry(value: &Value) -> Option<Entry> {
    let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
    let name = text("name")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    // A name that leads out of the folder is no name of ours.
    let known = name.chars().all(plain) && !name.starts_with('.') && !name.is_empty();
    let rows = value.get("rows").and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    known.then_some(Entry {
        sha256: text("sha256")?,
        bytes: value.get("bytes")?.as_u64()?,
        rows,
        about: text("about").unwrap_or_default(),
        name,
    })
}

/// Holds what is in a folder against its manifest and its sums. Where these disagree, a manifest that still
/// tells its own hashes right is believed, else the sums are.
pub fn judge(
    manifest: &Manifest,
    sums_there: Option<&[u8]>,
    found: &BTreeMap<String, Found>,
) -> Vec<Finding> {
    let mut out = BTreeSet::new();
    let listed = String::from_utf8_lossy(sums_there.unwrap_or_default());
    let listed: BTreeMap<&str, &str> = listed
        .lines()
        .filter_map(|line| line.split_once("  ").map(|(hash, name)| (name, hash)))
        .collect();
    for Entry { name, sha256, bytes, .. } in &manifest.entries {
        let told = listed.get(name.as_str()).filter(|_| !manifest.intact).copied();
        match found.get(name) {
            None => drop(out.insert(Finding::Missing(name.clone()))),
            Some(there) if there.sha256.as_deref() == Some(told.unwrap_or(sha256)) => {
                if told.is_none() && there.bytes != *bytes {
                    out.insert(Finding::Changed(MANIFEST.to_owned()));
                }
            }
            Some(_) => drop(out.insert(Finding::Changed(name.clone()))),
        }
    }
    let own = found.get(MANIFEST).and_then(|found| found.sha256.as_deref()).unwrap_or_default();
    if sums_there.is_none() {
        out.insert(Finding::Missing(SUMS.to_owned()));
    } else if sums_there != Some(sums(&manifest.entries, own).as_bytes()) {
        let changed = if manifest.intact { SUMS } else { MANIFEST };
        out.insert(Finding::Changed(changed.to_owned()));
    }
    let known: BTreeSet<&str> = manifest.entries.iter().map(|entry| entry.name.as_str()).collect();
    let foreign =
        |name: &&String| !known.contains(name.as_str()) && *name != MANIFEST && *name != SUMS;
    out.extend(found.keys().filter(foreign).cloned().map(Finding::Foreign));
    out.into_iter().collect()
}
