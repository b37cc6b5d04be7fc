//! Bytes → texts: which inputs can be read at all, and in which order.

use super::Tree;
use crate::diag::{Code, Diagnostic, File, FileId, Files, Span};
use std::collections::BTreeMap;

/// The file that holds the settings, at the root of the repository.
pub(super) const SETTINGS: &str = "landgrant.toml";

/// No definition is as long as this by intent; it bounds the work that one file can cause.
const MAX_BYTES: usize = 1 << 20;

/// The texts, and what keeps some of them from being read.
pub(super) struct Texts {
    /// Every input, sorted by path; a text that is not usable is empty.
    pub(super) files: Files,
    /// Why a file has no usable text.
    pub(super) unusable: BTreeMap<FileId, (Code, String)>,
}

/// Decodes every input. The order of `tree` does not matter.
pub(super) fn decode(tree: &Tree) -> Texts {
    let mut inputs: BTreeMap<&str, Result<&[u8], &str>> = BTreeMap::new();
    for input in &tree.files {
        // A path stands once in any real tree. Where it does not, the choice must not hang on order.
        let bytes = inputs.entry(&input.path).or_insert(Ok(&input.bytes));
        *bytes = (*bytes).max(Ok(&input.bytes));
    }
    for (path, why) in &tree.unreadable {
        let before = inputs.insert(path, Err(why));
        if let Some(Err(other)) = before {
            inputs.insert(path, Err(other.max(why)));
        }
    }
    let mut texts = Texts { files: Files::default(), unusable: BTreeMap::new() };
    for ((path, bytes), id) in inputs.into_iter().zip(0..) {
        let text = text(path, bytes).unwrap_or_else(|why| {
            texts.unusable.insert(FileId(id), why);
            String::new()
        });
        texts.files.list.push(File::new(path, text));
    }
    texts
}

/// The text of one input without its byte-order mark, or why there is none.
fn text(path: &str, bytes: Result<&[u8], &str>) -> Result<String, (Code, String)> {
    let bytes = bytes
        .map_err(|why| (Code::UnreadableFile, format!("`{path}` could not be read: {why}")))?;
    if bytes.len() > MAX_BYTES {
        let message = format!("`{path}` has {} bytes, and 1 MiB is the limit", bytes.len());
        return Err((Code::FileTooLarge, message));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let at = error.valid_up_to();
        (Code::InvalidUtf8, format!("`{path}` is not UTF-8: byte {at} begins no character"))
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text).to_owned())
}

impl Texts {
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
            if is_definition(path) || *code == Code::UnreadableFile {
                let span = Span { file: *id, start: 0, end: 0 };
                out.push(Diagnostic::new(*code, span, message).help(remedy(*code)));
            }
        }
    }
}

/// How to mend an unusable file.
pub(super) fn remedy(code: Code) -> &'static str {
    match code {
        Code::FileTooLarge => "split it: every table may stand in any file",
        Code::InvalidUtf8 => "save it as UTF-8",
        _ => "check that the file is there and may be read",
    }
}

fn is_definition(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "toml")
}

/// The path that a reference inside a file means, from the repository's root; the error says why it
/// means none.
pub(super) fn resolve(from: &str, reference: &str) -> Result<String, &'static str> {
    if reference.is_empty() {
        return Err("empty path");
    }
    if reference.contains('\\') {
        return Err("write `/` between folders");
    }
    if reference.starts_with('/') || reference.get(1..2) == Some(":") {
        return Err("absolute path");
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in reference.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or("outside the repository")?;
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
            ("teams/a.toml", "../../x.json", Err("outside the repository")),
            ("a.toml", "../repo/x.json", Err("outside the repository")),
            ("a.toml", "/etc/x.json", Err("absolute path")),
            ("a.toml", "C:/x.json", Err("absolute path")),
            ("a.toml", "p\\x.json", Err("write `/` between folders")),
            ("a.toml", "", Err("empty path")),
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
        };
        let texts = decode(&tree);
        let mut out = Vec::new();
        texts.report(&mut out);
        let found: Vec<_> = out.iter().map(|d| (d.code, d.message.as_str())).collect();
        assert_eq!(
            found,
            [
                (Code::FileTooLarge, "`large.toml` has 1048577 bytes, and 1 MiB is the limit"),
                (Code::UnreadableFile, "`secret` could not be read: permission denied"),
                (Code::InvalidUtf8, "`utf8.toml` is not UTF-8: byte 2 begins no character"),
            ]
        );
        assert_eq!(texts.find("bom.toml").map(|(_, text)| text), Some("schema = 1"));
        assert_eq!(texts.definitions().count(), 1);
    }
}
