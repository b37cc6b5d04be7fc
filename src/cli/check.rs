//! `landgrant check`: the definitions alone, or with a snapshot also names and selectors.

use super::args::{CheckArgs, CheckFormat, Global};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::planning;
use crate::diag::{Diagnostic, Files, emit, explain, has_errors, sort};
use crate::live::project::project;
use crate::resolve::{check, resolve};
use crate::source::{self, declared::Declared};
use crate::store;
use crate::text::{counted, plain_json};
use serde_json::Value;

/// Loads everything and says what is wrong with it; or only what a code means.
pub fn check(env: &Env, global: &Global, args: &CheckArgs, color: bool) -> Result<Exit, Failure> {
    if let Some(code) = args.explain {
        write(env, &format!("{}\n", explain::section(code)))?;
        return Ok(Exit::Done);
    }
    let tree = store::read_tree(&global.directory)
        .map_err(|e| Failure::file("reading", &global.directory, &e).exit(Exit::Definitions))?;
    let (declared, files, mut diagnostics) = source::load(&tree);
    let now = (env.now)();
    let mut complete = true;
    match &global.live {
        Some(path) => {
            let live = match planning::from_snapshot(path) {
                Ok(live) => live,
                Err(failure) if has_errors(&diagnostics) => {
                    // What is wrong with the definitions is said all the same.
                    write(env, &said(args.format, &files, &diagnostics, color))?;
                    return Err(failure.exit(Exit::Definitions));
                }
                Err(failure) => return Err(failure),
            };
            diagnostics.extend(resolve(&declared, &live, &project(&live), now).1);
            diagnostics.extend(check::besides_live(&declared, now));
            complete = live.is_complete();
        }
        None => diagnostics.extend(check::offline(&declared, now)),
    }
    sort(&mut diagnostics);
    let mut text = said(args.format, &files, &diagnostics, color);
    if args.format == CheckFormat::Text && !has_errors(&diagnostics) {
        text.push_str(&summary(&declared));
    }
    write(env, &text)?;
    if !complete {
        env.err(
            "the snapshot lacks what could not be read when it was taken: names may be there\n",
        );
        return Ok(Exit::Incomplete);
    }
    Ok(if has_errors(&diagnostics) { Exit::Definitions } else { Exit::Done })
}

/// The diagnostics in the format that was asked for.
fn said(format: CheckFormat, files: &Files, diagnostics: &[Diagnostic], color: bool) -> String {
    match format {
        CheckFormat::Json => document(&emit::json(files, diagnostics)),
        CheckFormat::Sarif => document(&emit::sarif(files, diagnostics)),
        CheckFormat::Text => emit::text(files, diagnostics, color),
    }
}

fn write(env: &Env, text: &str) -> Result<(), Failure> {
    env.out(text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))
}

fn document(value: &Value) -> String {
    plain_json(&format!("{value:#}\n"))
}

/// What was checked, by kind.
fn summary(declared: &Declared) -> String {
    let kinds = [
        (declared.ous.len(), "OU"),
        (declared.accounts.len(), "account"),
        (declared.permission_sets.len(), "permission set"),
        (declared.users.len(), "user"),
        (declared.groups.len(), "group"),
        (declared.grants.len(), "grant rule"),
    ];
    let kinds = kinds.map(|(number, word)| counted(number, word));
    format!("ok: {}\n", kinds.join(", "))
}
