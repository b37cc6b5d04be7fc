//! What `deploy/` and `docs/scheduling.md` run is what the command line takes.

use crate::support::{files, package, read};
use clap::Parser;
use landgrant::cli::args::{Cli, Command};
use std::path::PathBuf;

/// The words of each `landgrant` command in a text, up to where the shell takes over.
fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for line in text.lines() {
        let line = line.trim_start().trim_start_matches("- ").trim_start_matches("run: ");
        if !line.starts_with("landgrant ") {
            continue;
        }
        let words = line.split_whitespace();
        let words = words.take_while(|word| !["|", ">", "2>", ";", "&&", "||", "#"].contains(word));
        found.push(words.map(|word| word.trim_matches('"').to_owned()).collect());
    }
    found
}

/// The arguments of the container in a manifest of Kubernetes: a list, one a line.
fn arguments(manifest: &str) -> Vec<String> {
    let (_, after) = manifest.split_once("args:\n").unwrap();
    let lines = after.lines().map(str::trim).take_while(|line| line.starts_with("- "));
    lines.map(|line| line.trim_start_matches("- ").to_owned()).collect()
}

#[test]
fn every_command_is_one() {
    let mut places: Vec<PathBuf> = files(&package("deploy"));
    places.push(package("docs/scheduling.md"));
    let mut seen = Vec::new();
    for place in &places {
        let text = read(place);
        let mut all = commands(&text);
        if text.contains("args:\n") {
            let words = ["landgrant".to_owned()].into_iter().chain(arguments(&text));
            all.push(words.collect());
        }
        for words in all {
            let cli = Cli::try_parse_from(&words);
            let cli = cli.unwrap_or_else(|e| panic!("{}: {words:?}: {e}", place.display()));
            seen.push(match cli.command {
                Command::Check(_) => "check",
                Command::Plan(_) => "plan",
                Command::Apply(_) => "apply",
                Command::Drift(_) => "drift",
                _ => "other",
            });
        }
    }
    for (command, least) in [("check", 2), ("plan", 3), ("apply", 2), ("drift", 5)] {
        let number = seen.iter().filter(|seen| **seen == command).count();
        assert!(number >= least, "{command}: {number} of {least}");
    }
}

#[test]
fn every_file_is_told_of() {
    let page = read(&package("docs/scheduling.md"));
    for place in files(&package("deploy")) {
        let name = place.strip_prefix(package("")).unwrap().to_str().unwrap().to_owned();
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
