//! Bytes → texts: which inputs can be read at all, and in which order.

use super::Tree;
use crate::diag::{Code, Diagnostic, File, FileId, Files, Span};
use std::collections::BTreeMap;

/// The file that holds the settings, at the root of the repository.
pub(super) const SETTINGS: &str = "landgrant.toml";

/// No definition is as long as this by intent; it bounds the work that one file can cause.
const MAX_BYTES: usize = 1 << 20;

/// Places of one file where bytes are no characters: a file that is no text has one everywhere.
const MAX_PLACES: usize = 100;

/// The texts, and what keeps some of them from being read.
#[derive(Default)]
pub(super) struct Texts {
    /// Every input, sorted by path; a text that is not usable is empty.
    pub(super) files: Files,
    /// Why a file has no usable text.
    pub(super) unusable: BTreeMap<FileId, (Code, String)>,
    /// Where a text has characters that stand for bytes that are none, and the offsets of those.
    pub(super) damaged: BTreeMap<FileId, Vec<(usize, usize)>>,
    /// What is known of the files that are not read.
    pub(super) lost: String,
    /// Links: from where to where.
    links: BTreeMap<String, String>,
}

/// Why an input has no bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Unread<'t> {
    Because(&'t str),
    Outside,
}

/// Decodes every input. The order of `tree` does not matter.
pub(super) fn decode(tree: &Tree) -> Texts {
    let mut inputs: BTreeMap<&str, Result<&[u8], Unread<'_>>> = BTreeMap::new();
    for input in &tree.files {
        // A path stands once in any real tree. Where it does not, the choice must not hang on order.
        let bytes = inputs.entry(&input.path).or_insert(Ok(&input.bytes));
        *bytes = (*bytes).max(Ok(&input.bytes));
    }
    let unreadable = tree.unreadable.iter().map(|(path, why)| (path, Unread::Because(why)));
    let outside = tree.outside.iter().map(|path| (path, Unread::Outside));
    for (path, why) in unreadable.chain(outside) {
        let before = inputs.insert(path, Err(why));
        if let Some(Err(other)) = before {
            inputs.insert(path, Err(other.max(why)));
        }
    }
    let mut texts = Texts { links: tree.links.clone(), ..Texts::default() };
    for ((path, bytes), id) in inputs.into_iter().zip(0..) {
        let text = match bytes {
            Ok(bytes) => texts.take_in(FileId(id), path, bytes),
            Err(Unread::Because(why)) => {
                let message = format!("`{path}` could not be read: {why}");
                texts.unusable.insert(FileId(id), (Code::UnreadableFile, message));
                String::new()
            }
            Err(Unread::Outside) => {
                let message = format!("`{path}` is a link that leads out of the repository");
                texts.unusable.insert(FileId(id), (Code::OutsideRepository, message));
                String::new()
            }
        };
        texts.files.list.push(File::new(path, text));
    }
    texts
}

impl Texts {
    /// The text of a file without its byte-order mark. Bytes that are no characters are reported, and
    /// the rest is read all the same.
    fn take_in(&mut self, id: FileId, path: &str, bytes: &[u8]) -> String {
        if bytes.len() > MAX_BYTES {
            let message = format!("`{path}` is larger than 1 MiB");
            self.unusable.insert(id, (Code::FileTooLarge, message));
            self.lost.push_str(&String::from_utf8_lossy(bytes));
            return String::new();
        }
        if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
            let message = format!("`{path}` is not UTF-8 but UTF-16: byte 0 begins no character");
            self.unusable.insert(id, (Code::InvalidUtf8, message));
            return String::new();
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").map_or((0, bytes), |rest| (3, rest));
        let (mark, bytes) = bytes;
        let mut text = String::with_capacity(bytes.len());
        let mut offset = mark;
        for chunk in bytes.utf8_chunks() {
            text.push_str(chunk.valid());
            offset += chunk.valid().len();
            if !chunk.invalid().is_empty() {
                let places = self.damaged.entry(id).or_default();
                if places.len() < MAX_PLACES {
                    places.push((text.len(), offset));
                }
                text.push(char::REPLACEMENT_CHARACTER);
                offset += chunk.invalid().len();
            }
        }
        text
    }

    /// Where a path leads that may go through links.
    pub(super) fn follow(&self, path: &str) -> String {
        let mut path = path.to_owned();
        // No chain is longer than the list of links; one that turns in a circle ends there.
        for _ in 0..=self.links.len() {
            let mut ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
            let link = ends.find_map(|at| Some((at, self.links.get(&path[..at])?)));
            let Some((at, target)) = link else { break };
            let rest = path.split_off(at);
            path = if target.is_empty() {
                rest.trim_start_matches('/').to_owned()
            } else {
                format!("{target}{rest}")
            };
        }
        path
    }

    /// The id and text of a file.
    pub(super) fn find(&self, path: &str) -> Option<(FileId, &str)> {
        let at = self.files.list.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some((FileId(u32::try_from(at).ok()?), &self.files.list[at].text))
    }

    /// The definition files that have a text, in order.
    pub(super) fn definitions(&self) -> impl Iterator<Item = (FileId, &File)> {
        self.files
            .list
            .iter()
            .zip(0..)
            .map(|(file, id)| (FileId(id), file))
            .filter(|(id, file)| is_definition(&file.path) && !self.unusable.contains_key(id))
    }

    /// Reports the files that cannot be used. A JSON file is nobody's business until a policy refers
    /// to it; only one that could not even be read is reported, because what hides there is unknown.
    pub(super) fn report(&self, out: &mut Vec<Diagnostic>) {
        for (id, (code, message)) in &self.unusable {
            let path = self.files.get(*id).map_or("", |file| file.path.as_str());
            // What is known of a JSON file is said where it is named, but that it hides something.
            let hides = matches!(code, Code::UnreadableFile | Code::OutsideRepository);
            if is_definition(path) || hides {
                let span = Span { file: *id, start: 0, end: 0 };
                out.push(Diagnostic::new(*code, span, message).help(remedy(*code)));
            }
        }
        for id in self.damaged.keys() {
            if self.files.get(*id).is_some_and(|file| is_definition(&file.path)) {
                out.extend(self.not_utf8(*id));
            }
        }
    }

    /// The diagnostics of bytes that are no characters.
    pub(super) fn not_utf8(&self, id: FileId) -> Vec<Diagnostic> {
        let path = self.files.get(id).map_or("", |file| file.path.as_str());
        let told = |(at, offset): &(usize, usize)| {
            let end = at + char::REPLACEMENT_CHARACTER.len_utf8();
            let span = Span { file: id, start: *at, end };
            let message = format!("`{path}` is not UTF-8: byte {offset} begins no character");
            Diagnostic::new(Code::InvalidUtf8, span, message).help("save it as UTF-8")
        };
        self.damaged.get(&id).into_iter().flatten().map(told).collect()
    }
}

/// How to mend an unusable file.
pub(super) fn remedy(code: Code) -> &'static str {
    match code {
        Code::FileTooLarge => "split it: every table may stand in any file",
        Code::InvalidUtf8 => "save it as UTF-8",
        Code::OutsideRepository => "copy what it leads to into the repository",
        _ => "check that the file is there and may be read",
    }
}

fn is_definition(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "toml")
}

/// Why a reference means no file of the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stray {
    /// Nothing is written.
    Empty,
    /// Folders are separated by `\`.
    Backslash,
    /// It begins at the root of the machine.
    Absolute,
    /// It leads above the root of the repository.
    Outside,
}

impl Stray {
    /// The code of the mistake.
    pub(super) fn code(self) -> Code {
        match self {
            Self::Empty | Self::Backslash => Code::PolicyFile,
            Self::Absolute | Self::Outside => Code::OutsideRepository,
        }
    }

    /// A few words for the caret.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Empty => "empty path",
            Self::Backslash => "write `/` between folders",
            Self::Absolute => "absolute path",
            Self::Outside => "outside the repository",
        }
    }
}

/// The path that a reference inside a file means, from the repository's root.
pub(super) fn resolve(from: &str, reference: &str) -> Result<String, Stray> {
    if reference.is_empty() {
        return Err(Stray::Empty);
    }
    if reference.contains('\\') {
        return Err(Stray::Backslash);
    }
    if reference.starts_with('/') || reference.get(1..2) == Some(":") {
        return Err(Stray::Absolute);
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(Stray::Outside)?;
            }
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Input;

    #[test]
    fn references_stay_inside_the_repository() {
        for (from, reference, meant) in [
            ("a.toml", "p/x.json", Ok("p/x.json")),
            ("teams/a.toml", "x.json", Ok("teams/x.json")),
            ("teams/a.toml", "../p/./x.json", Ok("p/x.json")),
            ("teams/a.toml", "p/../x.json", Ok("teams/x.json")),
            ("teams/a.toml", "../../x.json", Err(Stray::Outside)),
            ("a.toml", "../repo/x.json", Err(Stray::Outside)),
            ("a.toml", "/etc/x.json", Err(Stray::Absolute)),
            ("a.toml", "C:/x.json", Err(Stray::Absolute)),
            ("a.toml", "p\\x.json", Err(Stray::Backslash)),
            ("a.toml", "", Err(Stray::Empty)),
        ] {
            assert_eq!(resolve(from, reference), meant.map(str::to_owned), "{reference}");
        }
    }

    #[test]
    fn unusable_files_say_why_and_have_no_text() {
        let input = |path: &str, bytes: &[u8]| Input { path: path.into(), bytes: bytes.into() };
        let tree = Tree {
            files: vec![
                input("utf8.toml", b"ab\xffc"),
                input("large.toml", &vec![b'#'; MAX_BYTES + 1]),
                input("bom.toml", b"\xef\xbb\xbfschema = 1"),
                input("data.json", b"\xff"),
            ],
            unreadable: vec![("secret".into(), "permission denied".into())],
            outside: vec!["away.toml".into()],
            links: BTreeMap::from([("l".into(), "m/n".into()), ("m".into(), String::new())]),
        };
        let texts = decode(&tree);
        let mut out = Vec::new();
        texts.report(&mut out);
        let found: Vec<_> = out.iter().map(|d| (d.code, d.message.as_str())).collect();
        assert_eq!(
            found,
            [
                (Code::OutsideRepository, "`away.toml` is a link that leads out of the repository"),
                (Code::FileTooLarge, "`large.toml` is larger than 1 MiB"),
                (Code::UnreadableFile, "`secret` could not be read: permission denied"),
                (Code::InvalidUtf8, "`utf8.toml` is not UTF-8: byte 2 begins no character"),
            ]
        );
        assert_eq!(texts.find("bom.toml").map(|(_, text)| text), Some("schema = 1"));
        assert_eq!(texts.follow("l/p.json"), "n/p.json");
        assert_eq!(texts.definitions().count(), 2);
        assert_eq!(texts.find("utf8.toml").map(|(_, text)| text), Some("ab\u{fffd}c"));
    }
}
