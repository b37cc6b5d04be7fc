//! `landgrant check`: the definitions alone, or with a snapshot also names and selectors.

use super::args::{CheckArgs, Format, Global};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::planning;
use crate::diag::{emit, has_errors, sort};
use crate::live::project::project;
use crate::resolve::{check, resolve};
use crate::source;
use crate::store;
use crate::text::{counted, plain_json};
use serde_json::json;

/// Loads everything and says what is wrong with it.
pub fn check(env: &Env, global: &Global, args: &CheckArgs, color: bool) -> Result<Exit, Failure> {
    let tree = store::read_tree(&global.directory)
        .map_err(|e| Failure::file("reading", &global.directory, &e).exit(Exit::Definitions))?;
    let (declared, files, mut diagnostics) = source::load(&tree);
    let now = (env.now)();
    match &global.live {
        Some(path) => {
            let live = planning::from_snapshot(path)?;
            diagnostics.extend(resolve(&declared, &live, &project(&live), now).1);
            diagnostics.extend(check::besides_live(&declared, now));
        }
        None => diagnostics.extend(check::offline(&declared, now)),
    }
    sort(&mut diagnostics);
    let text = match args.format {
        Format::Json => {
            let document = json!({
                "format_version": "1.0",
                "kind": "landgrant.check",
                "diagnostics": emit::json(&files, &diagnostics),
            });
            plain_json(&format!("{document:#}\n"))
        }
        Format::Text => {
            let mut text = emit::text(&files, &diagnostics, color);
            if !has_errors(&diagnostics) {
                let d = &declared;
                let kinds = [
                    (d.ous.len(), "OU"),
                    (d.accounts.len(), "account"),
                    (d.permission_sets.len(), "permission set"),
                    (d.users.len(), "user"),
                    (d.groups.len(), "group"),
                    (d.grants.len(), "grant rule"),
                ];
                let kinds: Vec<String> = kinds.iter().map(|(n, word)| counted(*n, word)).collect();
                text.push_str("ok: ");
                text.push_str(&kinds.join(", "));
                text.push('\n');
            }
            text
        }
    };
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(if has_errors(&diagnostics) { Exit::Definitions } else { Exit::Done })
}
