//! What the sources and documents promise about themselves, held to.

use crate::support::{files, package, read};
use clap::{Command, CommandFactory};
use landgrant::cli::args::Cli;
use landgrant::cli::exit::Exit;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Lines that a file may have.
const SOFT: usize = 400;
/// Lines that no file may have, whatever the reason.
const HARD: usize = 700;
/// Files above the soft cap, each with the reason.
const LONG: [(&str, &str); 0] = [];

/// Modules that know neither file, clock, environment nor network.
const PURE: [&str; 12] = [
    "access", "call", "diag", "diff", "drift", "id", "journal", "live", "model", "plan", "render",
    "resolve",
];

/// A path relative to the package.
fn shown(path: &Path) -> String {
    path.strip_prefix(package("")).unwrap().to_str().unwrap().to_owned()
}

fn sources(folder: &str) -> Vec<PathBuf> {
    let mut all = files(&package(folder));
    all.retain(|path| path.extension().is_some_and(|ending| ending == "rs"));
    all
}

/// The file and folder of a module of `src`.
fn of_module(module: &str) -> Vec<PathBuf> {
    let mut all = sources(&format!("src/{module}"));
    all.push(package(&format!("src/{module}.rs")));
    all.retain(|path| !is_test(path));
    all
}

/// Whether a source file holds tests alone.
fn is_test(path: &Path) -> bool {
    let names = path.components().filter_map(|part| part.as_os_str().to_str());
    names.skip(package("").components().count()).any(|name| {
        let stem = name.strip_suffix(".rs").unwrap_or(name);
        stem == "test" || stem == "tests"
    })
}

/// The code of a file: no comments, no tests.
fn code(path: &Path) -> String {
    let text = read(path);
    let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text[..end].lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn modules() -> BTreeSet<String> {
    let lines = read(&package("src/lib.rs"));
    let names = lines.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    names.map(str::to_owned).collect()
}

/// Modules of the crate that some code names: `crate::plan::…`, `crate::{plan, text}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        let word = |text: &str| -> String {
            text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
        };
        let Some(list) = after.strip_prefix('{') else {
            found.insert(word(after));
            continue;
        };
        let mut depth = 0;
        let mut start = true;
        for (at, c) in list.char_indices() {
            if start && !c.is_whitespace() && c != '}' {
                found.insert(word(&list[at..]));
                start = false;
            }
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                _ => {}
            }
        }
    }
    found.remove("");
    found
}

/// ARCHITECTURE.md's table of who may import whom.
fn table() -> BTreeMap<String, BTreeSet<String>> {
    let text = read(&package("ARCHITECTURE.md"));
    let (_, after) = text.split_once("```imports\n").unwrap();
    let (block, _) = after.split_once("```").unwrap();
    let lines = block.lines().filter(|line| !line.trim().is_empty());
    lines
        .map(|line| {
            let (module, allowed) = line.split_once(':').unwrap();
            let allowed = allowed.split(',').map(str::trim).filter(|name| !name.is_empty());
            (module.trim().to_owned(), allowed.map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn imports_are_read_from_code() {
    let found = imports("use crate::plan::x;\nuse crate::{aws::{self, A}, diag, text::b};");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["aws", "diag", "plan", "text"]);
}

#[test]
fn modules_import_what_architecture_allows() {
    let table = table();
    assert_eq!(table.keys().cloned().collect::<BTreeSet<_>>(), modules());
    let mut wrong = Vec::new();
    for (module, allowed) in &table {
        for path in of_module(module) {
            for name in imports(&code(&path)) {
                if name != *module && !allowed.contains(&name) {
                    wrong.push(format!("{} imports {name}", shown(&path)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "not in ARCHITECTURE.md's table:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_of_src_belongs_to_a_module() {
    let mut expected = modules();
    expected.extend(["lib".to_owned(), "main".to_owned()]);
    let found: BTreeSet<String> = crate::support::entries(&package("src"))
        .iter()
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn aws_alone_uses_the_sdk_and_the_sandbox_nothing_of_ours() {
    for path in sources("src").iter().filter(|path| !is_test(path)) {
        let (name, code) = (shown(path), code(path));
        if name.starts_with("src/sandbox") {
            let own = imports(&code).into_iter().filter(|module| module != "sandbox");
            assert_eq!(own.collect::<Vec<_>>(), Vec::<String>::new(), "{name}");
        }
        assert!(!code.contains("aws_sdk_") || name.starts_with("src/aws"), "{name}");
        assert!(!code.contains("std::fs") || name == "src/store.rs", "{name}");
    }
}

#[test]
fn files_are_short() {
    let listed: BTreeMap<&str, &str> = LONG.into_iter().collect();
    for path in sources("src").into_iter().chain(sources("tests")) {
        let (name, lines) = (shown(&path), read(&path).lines().count());
        assert!(lines <= HARD, "{name} has {lines} lines, and none may have more than {HARD}");
        let long = listed.contains_key(name.as_str());
        assert_eq!(lines > SOFT, long, "{name} has {lines} lines: split it, or keep LONG in step");
    }
    assert!(read(&package("src/main.rs")).lines().count() <= 30);
}

#[test]
fn no_file_is_forgotten_and_none_is_called_mod() {
    for path in sources("src").into_iter().chain(sources("tests")) {
        assert_ne!(path.file_name().unwrap(), "mod.rs", "{}", path.display());
    }
    for path in sources("tests/it") {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        let parent = match folder == package("tests/it") {
            true if stem == "main" => continue,
            true => folder.join("main.rs"),
            false => folder.with_extension("rs"),
        };
        let declared = read(&parent).lines().any(|line| line.ends_with(&format!("mod {stem};")));
        assert!(declared, "{} is in no module", path.display());
    }
}

#[test]
fn pure_modules_are_ordered() {
    for module in PURE {
        for path in of_module(module) {
            for word in ["HashMap", "HashSet", "tokio", "println!", "Timestamp::now"] {
                assert!(!code(&path).contains(word), "{} uses {word}", shown(&path));
            }
        }
    }
}

#[test]
fn nothing_is_left_to_do_and_no_machine_shows() {
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("/wo", "rk/")];
    let folders = ["src", "tests", "examples", "docs", "policies", "benches", ".ci"];
    let documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];
    let all = folders.iter().flat_map(|folder| files(&package(folder)));
    let documents = documents.iter().map(|name| package(name)).filter(|path| path.exists());
    for path in all.chain(documents) {
        if path.components().any(|part| part.as_os_str() == "__pycache__") {
            continue;
        }
        let text = read(&path);
        for word in words {
            assert!(!text.contains(word), "{} says {word}", path.display());
        }
    }
}

/// Every command with its path of names, and the long flags that it has.
fn commands(command: &Command, path: &str, out: &mut Vec<(String, Vec<String>)>) {
    let flags = command.get_arguments().filter(|arg| !arg.is_hide_set());
    let flags = flags.filter_map(|arg| Some(format!("--{}", arg.get_long()?)));
    out.push((path.trim().to_owned(), flags.collect()));
    for inner in command.get_subcommands().filter(|inner| !inner.is_hide_set()) {
        commands(inner, &format!("{path} {}", inner.get_name()), out);
    }
}

#[test]
fn the_readme_tells_every_command_flag_and_exit_code() {
    let readme = read(&package("README.md"));
    let mut all = Vec::new();
    commands(&Cli::command(), "", &mut all);
    let mut missing = Vec::new();
    for (command, flags) in &all {
        let last = command.split(' ').next_back().unwrap_or_default();
        if !readme.contains(command.as_str()) && !readme.contains(&format!("`{last}")) {
            missing.push(command.clone());
        }
        missing.extend(flags.iter().filter(|flag| !readme.contains(flag.as_str())).cloned());
    }
    for exit in Exit::PRECEDENCE {
        let row = format!("| {} |", exit.code());
        let quoted = format!("| `{}` |", exit.code());
        if !readme.contains(&row) && !readme.contains(&quoted) {
            missing.push(format!("exit code {}", exit.code()));
        }
    }
    assert!(missing.is_empty(), "README.md says nothing of {}", missing.join(", "));
}

/// The actions that an IAM policy of ours allows, of the services that the binary calls.
fn allowed(policy: &str) -> BTreeSet<String> {
    let document: Value = serde_json::from_str(&read(&package(policy))).unwrap();
    let statements = document["Statement"].as_array().unwrap();
    let actions = statements.iter().flat_map(|statement| statement["Action"].as_array().unwrap());
    let ours = |action: &&str| {
        // What Identity Center does in IAM on the caller's behalf is no call of ours.
        !action.starts_with("iam:")
    };
    actions.map(|action| action.as_str().unwrap()).filter(ours).map(str::to_owned).collect()
}

/// How the code names a service, and how IAM does.
const SERVICES: &[(&str, &str)] = &[
    ("\"sso-admin:", "sso:"),
    ("\"identitystore:", "identitystore:"),
    ("\"organizations:", "organizations:"),
    ("\"sts:", "sts:"),
    ("\"cloudtrail:", "cloudtrail:"),
    ("\"sns:", "sns:"),
    ("\"controltower:", "controltower:"),
    ("\"controlcatalog:", "controlcatalog:"),
    ("\"servicecatalog:", "servicecatalog:"),
];

/// The actions that the operations take which the code names, `"sso-admin:ListInstances"`.
fn called() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in of_module("aws").into_iter().chain(of_module("call")) {
        let code = code(&path);
        for (literal, action) in SERVICES {
            for after in code.split(literal).skip(1) {
                let (operation, _) = after.split_once('"').unwrap();
                found.insert(format!("{action}{operation}"));
            }
        }
    }
    found
}

#[test]
fn policies_allow_exactly_what_is_called() {
    let reads = |action: &String| {
        let (_, operation) = action.split_once(':').unwrap();
        ["Describe", "Get", "List", "Lookup", "Search"]
            .iter()
            .any(|verb| operation.starts_with(verb))
    };
    let (notify, others): (BTreeSet<_>, BTreeSet<_>) =
        called().into_iter().partition(|action| action.starts_with("sns:"));
    assert_eq!(allowed("policies/landgrant-notify.json"), notify);
    let (read, write): (BTreeSet<_>, BTreeSet<_>) = others.into_iter().partition(reads);
    assert_eq!(allowed("policies/landgrant-read.json"), read);
    assert_eq!(allowed("policies/landgrant-apply.json"), write);
}

#[test]
fn every_service_that_has_a_client_has_its_actions_compared() {
    let code = code(&package("src/aws/connect.rs"));
    let clients: BTreeSet<&str> = code
        .split("interceptor(\"")
        .skip(1)
        .map(|after| after.split_once('"').unwrap().0)
        .collect();
    let compared: BTreeSet<&str> =
        SERVICES.iter().map(|(literal, _)| literal.trim_matches(['"', ':'])).collect();
    assert_eq!(clients, compared);
    let called = called();
    for action in ["cloudtrail:LookupEvents", "sns:Publish", "sso:ListInstances"] {
        assert!(called.contains(action), "{action} is not found in the code");
    }
}
