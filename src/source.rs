//! Files → [`Declared`]: parsing and checking each value on its own, all errors collected.
//!
//! Knows neither the file system nor live AWS: whether a name exists is for `resolve` to say.

pub mod declared;
pub mod selector;

mod decode;
mod directory;
mod files;
mod grant;
mod names;
mod network;
mod organization;
mod period;
mod permission_set;
mod policy;
mod settings;
mod tags;
#[cfg(test)]
mod tests;
mod unique;

use crate::diag::{self, Code, Diagnostic, FileId, Files, Spanned};
use crate::id::{GroupName, OuPath, PermissionSetName, UserName};
use declared::{Account, Declared, GrantRule, Group, Ou, PermissionSet, Settings, User};
use decode::{Node, entries, unknown_key};
use files::{SETTINGS, Texts};
use network::Networks;
use policy::{Context, Library};
use settings::Schema;
use std::collections::BTreeMap;
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
}

/// What the definition tables of all files say.
#[derive(Default)]
struct Definitions {
    ous: BTreeMap<OuPath, Spanned<Ou>>,
    accounts: BTreeMap<String, Spanned<Account>>,
    permission_sets: BTreeMap<PermissionSetName, Spanned<PermissionSet>>,
    users: BTreeMap<UserName, Spanned<User>>,
    groups: BTreeMap<GroupName, Spanned<Group>>,
    grants: Vec<Spanned<GrantRule>>,
}

/// A definition file that is TOML.
struct Parsed<'t> {
    file: FileId,
    path: &'t str,
    text: &'t str,
    root: DeTable<'t>,
}

/// The tables that define things, which may stand in any file.
const TABLES: &[&str] = &["ou", "account", "permission_set", "network", "user", "group", "grant"];

/// Syntax errors of one file that are told one by one: a file that is no TOML has one at every byte.
const MAX_SYNTAX: usize = 1000;

/// Reads a whole repository. Never fails: whatever is wrong is in the diagnostics, sorted.
///
/// The definitions are there as soon as the settings could be read; they are fit for a plan only
/// where no diagnostic is an error.
pub fn load(tree: &Tree) -> (Option<Declared>, Files, Vec<Diagnostic>) {
    let mut out = Vec::new();
    let texts = files::decode(tree);
    texts.report(&mut out);
    let (settings, all) = read(&texts, &mut out);
    diag::sort(&mut out);
    let files = texts.files;
    let declared = settings.map(|settings| Declared {
        files: files.clone(),
        settings,
        ous: all.ous,
        accounts: all.accounts,
        permission_sets: all.permission_sets,
        users: all.users,
        groups: all.groups,
        grants: all.grants,
    });
    (declared, files, out)
}

fn read(texts: &Texts, out: &mut Vec<Diagnostic>) -> (Option<Settings>, Definitions) {
    let mut all = Definitions::default();
    let parsed: Vec<Parsed<'_>> = texts
        .definitions()
        .filter_map(|(file, text)| parse(file, &text.path, &text.text, out))
        .collect();
    if texts.find(SETTINGS).is_none() {
        let message = format!("there is no `{SETTINGS}`");
        out.push(
            Diagnostic::without_place(Code::MissingSettings, message)
                .help("create it in the root of the repository, or name its folder with -C"),
        );
    }
    let mut settings = None;
    if let Some(file) = parsed.iter().find(|file| file.path == SETTINGS) {
        let schema = settings::schema(file.file, &file.root, out);
        if schema == Schema::Other {
            // In another schema the same words may mean something else: no follow-up errors.
            return (None, all);
        }
        let read = settings::settings(file.file, &file.root, out);
        settings = read.filter(|_| schema == Schema::Known);
    }
    definitions(&parsed, texts, &mut all, out);
    if !diag::has_errors(out) && !parsed.iter().any(Parsed::defines) {
        let message = "the repository defines nothing";
        out.push(
            Diagnostic::without_place(Code::NoDefinitions, message)
                .help(format!("add one of {}", crate::text::listed(TABLES.iter().copied()))),
        );
    }
    if let Some(settings) = &settings {
        directory::external(settings, &all, out);
    }
    (settings, all)
}

/// Parses a file. One with syntax errors defines nothing: after a broken header keys land in the
/// wrong table, and every further message would be noise.
fn parse<'t>(
    file: FileId,
    path: &'t str,
    text: &'t str,
    out: &mut Vec<Diagnostic>,
) -> Option<Parsed<'t>> {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors.iter().take(MAX_SYNTAX) {
        let range = error.span().unwrap_or(0..0);
        let span = decode::span(file, range);
        let (message, label) = match error.message().rsplit_once(", expected ") {
            Some((message, "nothing")) => (message, String::new()),
            Some((message, expected)) => (message, format!("expected {expected}")),
            None => (error.message(), String::new()),
        };
        let help = match message {
            "duplicate key" => "a key or table stands once in a file; merge the two",
            _ => "",
        };
        out.push(Diagnostic::new(Code::TomlSyntax, span, message).label(label).help(help));
    }
    if let Some(next) = errors.get(MAX_SYNTAX) {
        let span = decode::span(file, next.span().unwrap_or(0..0));
        let more = crate::text::counted(errors.len() - MAX_SYNTAX, "syntax error");
        let message = format!("`{path}` has {more} more from here on");
        out.push(Diagnostic::new(Code::TomlSyntax, span, message).help("mend the first ones"));
    }
    let root = match decode::bounded(root.into_inner()) {
        Ok(root) => root,
        Err(range) => {
            let message = "tables and lists nest too deep";
            let span = decode::span(file, range);
            out.push(Diagnostic::new(Code::TomlSyntax, span, message).help("flatten them"));
            return None;
        }
    };
    errors.is_empty().then_some(Parsed { file, path, text, root })
}

impl Parsed<'_> {
    fn defines(&self) -> bool {
        TABLES.iter().any(|table| self.root.contains_key(*table))
    }
}

/// Reads the definition tables of every file; networks first, because policies refer to them.
fn definitions(
    parsed: &[Parsed<'_>],
    texts: &Texts,
    all: &mut Definitions,
    out: &mut Vec<Diagnostic>,
) {
    let mut networks = Networks::new();
    for file in parsed {
        if let Some(DeValue::Table(table)) = file.root.get("network").map(toml::Spanned::get_ref) {
            network::networks(file.file, table, &mut networks, out);
        }
    }
    network::overlaps(&networks, out);
    let library = Library::new(texts, &networks);
    for file in parsed {
        let context = Context { library: &library, path: file.path };
        for (key, node) in entries(file.file, &file.root) {
            top_level(file, key, node, &context, all, out);
        }
    }
    unique::check(all, &networks, out);
}

fn top_level(
    from: &Parsed<'_>,
    key: Spanned<&str>,
    node: Node<'_>,
    context: &Context<'_>,
    all: &mut Definitions,
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
        }
        return;
    }
    if key.value == "grant" {
        grants(node, from.text, all, out);
        return;
    }
    if !TABLES.contains(&key.value) {
        let mut known = TABLES.to_vec();
        if from.path == SETTINGS {
            known.extend(settings::KEYS);
        }
        known.sort_unstable();
        out.push(unknown_key("", key, &known));
        return;
    }
    let DeValue::Table(table) = node.value else {
        let help = format!("write it as [{}.NAME]", key.value);
        out.push(node.wrong_type("tables by name").help(help));
        return;
    };
    match key.value {
        "ou" => organization::ous(file, table, all, out),
        "account" => organization::accounts(file, table, all, out),
        "permission_set" => permission_set::permission_sets(file, table, context, all, out),
        "user" => directory::users(file, table, all, out),
        "group" => directory::groups(file, table, all, out),
        // `network` was read before everything else.
        _ => {}
    }
}

fn grants(node: Node<'_>, text: &str, all: &mut Definitions, out: &mut Vec<Diagnostic>) {
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
