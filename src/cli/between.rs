//! `landgrant matrix --diff A B`: who gained and lost what between two snapshots.

use super::args::{MatrixArgs, MatrixFormat};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::matrix::tell;
use super::output::output;
use super::planning;
use crate::access::between::{Side, between};
use crate::access::matrix::of_live;
use crate::live::part::part_name;
use crate::live::project::project;
use crate::live::{Gap, Live, Part};
use crate::render::between::{Sides, comma_separated, lines, table, text};
use crate::render::matrix::{Head, Missing};
use std::path::{Path, PathBuf};

/// Reads both, and compares.
pub(super) fn diff(
    env: &Env,
    args: &MatrixArgs,
    paths: &[PathBuf],
    color: bool,
) -> Result<Exit, Failure> {
    let [before, after] = paths else {
        return Err(Failure::new(Exit::Usage, "--diff takes two snapshots"));
    };
    let (before, after) = (read(before)?, read(after)?);
    if before.organization.id != after.organization.id
        || before.identity_center.identity_store != after.identity_center.identity_store
    {
        let message = format!(
            "the snapshots are of different places: {} with {}, and {} with {}",
            before.organization.id,
            before.identity_center.identity_store,
            after.organization.id,
            after.identity_center.identity_store
        );
        return Err(Failure::new(Exit::Refused, message));
    }
    let (from, to) = (project(&before), project(&after));
    let heads = [head(&before, &from), head(&after, &to)];
    let matrices = [of_live(&before, &from, None), of_live(&after, &to, None)];
    let [old, new] = &matrices;
    let changes = between(Side { live: &before, matrix: old }, Side { live: &after, matrix: new });
    let [first, second] = &heads;
    let sides = Sides { before: first, after: second, changes: &changes };
    let path = args.out.as_deref();
    match args.format.unwrap_or(MatrixFormat::Text) {
        MatrixFormat::Csv => output(env, path, |out| comma_separated(&sides, out))?,
        MatrixFormat::Json => output(env, path, |out| lines(&sides, out))?,
        MatrixFormat::Markdown => output(env, path, |out| table(&sides, out))?,
        MatrixFormat::Text => {
            let text = text(&sides, color && path.is_none());
            output(env, path, |out| out.write_all(text.as_bytes()))?;
        }
        MatrixFormat::Xlsx | MatrixFormat::Html => {
            let message = "two snapshots are not compared in a workbook or a page: take text, markdown or csv";
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    for head in &heads {
        tell(env, head);
    }
    Ok(if sides.complete() { Exit::Done } else { Exit::Incomplete })
}

fn read(path: &Path) -> Result<Live, Failure> {
    planning::from_snapshot(path)
        .map_err(|failure| failure.hint("`landgrant snapshot --out FILE` writes what is compared"))
}

fn head(live: &Live, projection: &crate::live::project::Projection) -> Head {
    let gaps = live.gaps.iter().filter(|gap| gap.part != Part::Standing);
    let missing =
        |gap: &Gap| Missing::of(gap, part_name(&gap.part, &projection.ids, &projection.labels));
    Head::of(live, gaps.map(missing).collect())
}
