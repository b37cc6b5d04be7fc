//! Files → [`Declared`]: parsing and checking each value on its own, all errors collected.
//!
//! Knows neither the file system nor live AWS: whether a name exists is for `resolve` to say.

pub mod declared;
pub mod schema;
pub mod selector;

mod again;
pub mod checks;
mod control;
mod decode;
mod directory;
mod drift;
mod files;
mod grant;
mod keep;
pub mod lost;
mod names;
mod network;
mod organization;
mod period;
mod permission_set;
mod policy;
mod policy_reference;
mod settings;
mod split;
mod syntax;
mod tags;
#[cfg(test)]
mod tests;
mod unique;

use crate::diag::{self, Code, Diagnostic, File, FileId, Files, Spanned};
use crate::text::suggest;
use declared::{Declared, Settings};
use decode::{Node, entries, unknown_key};
use files::{SETTINGS, Texts};
use lost::{Held, Lost};
use network::Networks;
use policy::{Context, Library};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use syntax::{Damage, Document};
use toml::de::{DeTable, DeValue};

/// One file of the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Relative to the repository's root, `/` between folders.
    pub path: String,
    /// As it was read.
    pub bytes: Vec<u8>,
}

/// What was found below the repository's root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    /// All `*.toml` and `*.json`, in any order.
    pub files: Vec<Input>,
    /// Paths that could not be read, and why.
    pub unreadable: Vec<(String, String)>,
    /// Links that lead out of the repository, which are not followed.
    pub outside: Vec<String>,
    /// Links to what is read under its own path: from where to where.
    pub links: BTreeMap<String, String>,
}

/// A definition file that is TOML.
struct Parsed<'t> {
    file: FileId,
    path: &'t str,
    text: &'t str,
    root: DeTable<'t>,
    damage: Damage,
    /// Where something stands again that stands before.
    repeated: Vec<Range<usize>>,
}

/// The tables that define things, which may stand in any file.
const TABLES: &[&str] =
    &["ou", "account", "permission_set", "network", "user", "group", "grant", "control", "accept"];

/// Reads a whole repository. Never fails: whatever is wrong is in the diagnostics, sorted.
///
/// What is declared is as much as could be read, with placeholders for settings that could not; it is
/// fit for a plan only where no diagnostic is an error.
pub fn load(tree: &Tree) -> (Declared, Files, Vec<Diagnostic>) {
    let mut out = Vec::new();
    let texts = files::decode(tree);
    texts.report(&mut out);
    let list: Vec<(FileId, &File)> = texts.definitions().collect();
    let mut read = split::map(&list, |&(id, file)| {
        let mut found = Vec::new();
        (id, file, syntax::read(id, &file.text, &mut found), found)
    });
    let parsed: Vec<Parsed<'_>> = read
        .iter_mut()
        .map(|(id, File { path, text, .. }, read, found)| {
            out.append(found);
            let Document { root, damage, repeated } = read.document(*id, text, &mut out);
            Parsed { file: *id, path, text, root, damage, repeated }
        })
        .collect();
    let mut found = Vec::new();
    let settings = settings(&parsed, &texts, &mut found);
    let definitions = definitions(&parsed, &texts, &mut found);
    let mut declared = Declared { settings, ..definitions };
    checks::run(&declared, &mut found);
    for file in &parsed {
        declared.lost.add(&file.damage.lost_headers, Held::Definitions);
        declared.lost.add(&file.damage.lost, Held::Uses);
    }
    found.retain(|diagnostic| {
        !explained(&parsed, diagnostic)
            && !policy::names_lost_network(diagnostic, &texts, &declared)
    });
    out.append(&mut found);
    once(&mut out);
    if !diag::has_errors(&out) && !parsed.iter().any(Parsed::defines) {
        let message = "the repository defines nothing";
        out.push(
            Diagnostic::without_place(Code::NoDefinitions, message)
                .help(format!("add one of {}", crate::text::listed(defining()))),
        );
    }
    diag::sort(&mut out);
    lose(&mut declared.lost, &texts, &out);
    let files = texts.files;
    declared.files.clone_from(&files);
    (declared, files, out)
}

/// Leaves out what is said of a file as a whole where it is said where the file is named.
fn once(out: &mut Vec<Diagnostic>) {
    let related =
        |d: &Diagnostic| d.related.iter().map(|r| (d.code, Some(r.span))).collect::<Vec<_>>();
    let said: BTreeSet<_> = out.iter().flat_map(related).collect();
    out.retain(|d| !(d.span.is_some_and(|s| s.start == s.end) && said.contains(&(d.code, d.span))));
}

/// Adds what is wrong to what was lost, and what stands in files that are not read.
fn lose(lost: &mut Lost, texts: &Texts, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics.iter().filter(|d| d.severity() == diag::Severity::Error) {
        let Some(span) = diagnostic.span else { continue };
        let Some(file) = texts.files.get(span.file) else { continue };
        let held =
            if syntax::in_header(&file.text, span.start) { Held::Definitions } else { Held::Uses };
        let text = match diagnostic.code {
            // What stands under a misspelt key is not read.
            Code::UnknownKey => syntax::statement(&file.text, span.start),
            _ => file.text.get(span.start..span.end).unwrap_or_default(),
        };
        lost.add(text, held);
    }
    lost.add(&texts.lost, Held::Definitions);
}

/// Whether a mistake is nothing but a consequence of one in the syntax of its file.
fn explained(parsed: &[Parsed<'_>], found: &Diagnostic) -> bool {
    let Some(span) = found.span else { return false };
    let file = parsed.binary_search_by_key(&span.file, |file| file.file).ok();
    file.is_some_and(|at| parsed[at].damage.explains(found))
}

/// Reads the settings of `landgrant.toml`; what is missing or wrong is reported and stands for its
/// default.
fn settings(parsed: &[Parsed<'_>], texts: &Texts, out: &mut Vec<Diagnostic>) -> Settings {
    if let Some(file) = parsed.iter().find(|file| file.path == SETTINGS) {
        return settings::settings(file.file, &file.root, out);
    }
    // One that could not be read is there all the same, and has been reported.
    if texts.find(SETTINGS).is_none() {
        let message = format!("there is no `{SETTINGS}`");
        out.push(
            Diagnostic::without_place(Code::MissingSettings, message)
                .help("create it in the root of the repository, or name its folder with -C"),
        );
    }
    Settings::default()
}

impl Parsed<'_> {
    fn defines(&self) -> bool {
        defining().any(|table| self.root.contains_key(table))
    }
}

/// The tables that define something: to accept a difference defines nothing.
fn defining() -> impl Iterator<Item = &'static str> {
    TABLES.iter().copied().filter(|table| *table != "accept")
}

/// Reads the definition tables of every file; networks first, because policies refer to them.
fn definitions(parsed: &[Parsed<'_>], texts: &Texts, out: &mut Vec<Diagnostic>) -> Declared {
    let mut networks = Networks::new();
    for file in parsed {
        network::of(file, &mut networks, out);
    }
    let library = Library::new(texts, &networks);
    let mut all = Declared::default();
    tables(parsed, &library, &mut all, out);
    again::report(parsed, &library, out);
    all.networks = networks;
    all
}

/// Reads the definition tables of some files, but for networks.
fn tables(
    parsed: &[Parsed<'_>],
    library: &Library<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    for file in parsed {
        let context = Context { library, path: file.path };
        for (key, node) in entries(file.file, &file.root) {
            top_level(file, key, node, &context, all, out);
        }
    }
}

fn top_level(
    from: &Parsed<'_>,
    key: Spanned<&str>,
    node: Node<'_>,
    context: &Context<'_>,
    all: &mut Declared,
    out: &mut Vec<Diagnostic>,
) {
    let file = from.file;
    if settings::KEYS.contains(&key.value) {
        if from.path != SETTINGS {
            let message = format!("`{}` stands outside `{SETTINGS}`", key.value);
            out.push(
                Diagnostic::new(Code::MisplacedSettings, key.span, message)
                    .help(format!("move it to `{SETTINGS}` in the root of the repository")),
            );
            settings::misplaced(key.value, node, out);
        }
        return;
    }
    let meant = meant(key.value);
    if !TABLES.contains(&key.value) {
        // Those of `landgrant.toml` are reported with its settings.
        if from.path != SETTINGS {
            let mut known = TABLES.to_vec();
            known.sort_unstable();
            out.push(unknown_key("", key, &known));
        }
        // What stands in a misspelt table is checked all the same, but for its form.
        let formed = matches!(
            (meant, node.value),
            ("grant" | "control" | "accept", DeValue::Array(_)) | (_, DeValue::Table(_))
        );
        if !TABLES.contains(&meant) || !formed {
            return;
        }
    }
    if meant == "grant" {
        grants(node, from.text, all, out);
        return;
    }
    if meant == "control" {
        all.controls.extend(control::controls(node, out));
        return;
    }
    if meant == "accept" {
        all.accepts.extend(drift::accepts(node, from.text, out));
        return;
    }
    let DeValue::Table(table) = node.value else {
        let help = format!("write it as [{}.NAME]", key.value);
        out.push(node.wrong_type("tables by name").help(help));
        return;
    };
    match meant {
        "ou" => organization::ous(file, table, all, out),
        "account" => organization::accounts(file, table, all, out),
        "permission_set" => permission_set::permission_sets(file, table, context, all, out),
        "user" => directory::users(file, table, all, out),
        "group" => directory::groups(file, table, all, out),
        // `network` was read before everything else.
        _ => {}
    }
}

/// The table that a top-level key names, or was most likely meant to.
fn meant(key: &str) -> &str {
    let known = || TABLES.iter().chain(settings::KEYS).copied();
    if known().any(|known| known == key) { key } else { suggest(key, known()).unwrap_or(key) }
}

fn grants(node: Node<'_>, text: &str, all: &mut Declared, out: &mut Vec<Diagnostic>) {
    if !matches!(node.value, DeValue::Array(_)) {
        out.push(node.wrong_type("a list of tables").help("write each grant under [[grant]]"));
        return;
    }
    for item in node.items(out).unwrap_or_default() {
        all.grants.extend(grant::read(item, text, out));
    }
}

/// Keeps a definition, or reports that the name has one.
fn define<K: Ord + ToString, V>(
    map: &mut BTreeMap<K, Spanned<V>>,
    kind: &str,
    key: K,
    value: Spanned<V>,
    out: &mut Vec<Diagnostic>,
) {
    if let Some(first) = map.get(&key) {
        let message = format!("the {kind} `{}` is defined twice", key.to_string());
        out.push(
            Diagnostic::new(Code::DuplicateDefinition, value.span, message)
                .label("defined again")
                .related(first.span, "first defined here")
                .help("remove one of the two"),
        );
        return;
    }
    map.insert(key, value);
}
