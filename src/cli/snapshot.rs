//! `landgrant snapshot`: everything that was read, as one JSON document.

use super::args::{Global, SnapshotArgs};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::planning::{self, Reach, definitions};
use crate::live::reading::Depth;
use crate::live::snapshot;
use crate::store;
use crate::text::plain_json;

/// Reads everything and writes it down.
pub async fn snapshot(
    env: &Env,
    global: &Global,
    args: &SnapshotArgs,
    color: bool,
) -> Result<Exit, Failure> {
    let declared = definitions(env, global, color)?;
    // A plan reads the tags that it needs; a snapshot is for questions that nobody asked yet.
    let reach = Reach { all_tags: true, control_tower: true, ..Reach::new(global, Depth::Full) };
    let (live, connection) = planning::observe(env, global, &declared, &reach).await?;
    if let Some(connection) = &connection {
        connection.check()?;
    }
    match &args.out {
        Some(path) => store::write_with(path, |out| {
            snapshot::write(&live, &mut |piece| out.write_all(plain_json(piece).as_bytes()))
        })
        .map_err(|e| Failure::file("writing", path, &e))?,
        None => snapshot::write(&live, &mut |piece| env.out(&plain_json(piece)))
            .map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?,
    }
    for gap in &live.gaps {
        let text = format!("not read: {}: {}: {}", gap.operation, gap.code, gap.message);
        env.err(&format!("{}\n", crate::text::visible(&text)));
    }
    Ok(if live.is_complete() { Exit::Done } else { Exit::Incomplete })
}
