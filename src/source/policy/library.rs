//! What the policies of all files share. A JSON file is read once, however many sets name it, and
//! names to suggest are sorted once: the cost of a repository must not be the product of its parts.

use super::Judged;
use crate::diag::FileId;
use crate::source::files::Texts;
use crate::source::network::Networks;
use crate::text::Names;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

/// The files and networks that policies refer to.
pub(in super::super) struct Library<'a> {
    /// The files of the repository.
    pub(super) texts: &'a Texts,
    /// The networks of all files.
    pub(super) networks: &'a Networks,
    network_names: OnceCell<Names>,
    json_files: OnceCell<Names>,
    read: RefCell<BTreeMap<FileId, Judged>>,
}

impl<'a> Library<'a> {
    /// Of a repository whose networks have been read.
    pub(in super::super) fn new(texts: &'a Texts, networks: &'a Networks) -> Self {
        Self {
            texts,
            networks,
            network_names: OnceCell::new(),
            json_files: OnceCell::new(),
            read: RefCell::default(),
        }
    }

    /// The names of the networks, for near misses.
    pub(super) fn network_names(&self) -> &Names {
        self.network_names.get_or_init(|| Names::new(self.networks.keys().map(String::as_str)))
    }

    /// The paths of the JSON files, for near misses.
    pub(super) fn json_files(&self) -> &Names {
        self.json_files.get_or_init(|| {
            let paths = self.texts.files.list.iter().map(|file| file.path.as_str());
            Names::new(paths.filter(|path| super::is_json(path)))
        })
    }

    /// What became of a file, found by `judge` the first time. Its mistakes lie in the file itself
    /// and are reported then.
    pub(super) fn once(&self, file: FileId, judge: impl FnOnce() -> Judged) -> Judged {
        if let Some(known) = self.read.borrow().get(&file) {
            return known.clone();
        }
        let outcome = judge();
        self.read.borrow_mut().insert(file, outcome.clone());
        outcome
    }
}
