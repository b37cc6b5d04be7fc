//! `landgrant status`: the landing zone on one screen.

use super::args::{Format, From, Global, StatusArgs};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::matrix::{Asked, tell, world};
use crate::render;
use crate::status::{Facts, status as made};

/// Reads, and shows.
pub async fn status(
    env: &Env,
    global: &Global,
    args: &StatusArgs,
    color: bool,
) -> Result<Exit, Failure> {
    let asked = Asked { tower: true, ..Asked::of(From::Live) };
    let world = world(env, global, asked, color).await?;
    let matrix = world.matrix();
    let head = world.head(env, global, &matrix);
    let definitions = world.definitions();
    let status = made(&Facts {
        live: &world.live,
        projection: &world.projection,
        matrix: &matrix,
        definitions: definitions.as_ref(),
        now: head.as_of,
        soon: jiff::SignedDuration::from_hours(24 * i64::from(args.within)),
    });
    let text = match args.format {
        Format::Text => render::status::text(&head, &status, args.all, color),
        Format::Json => render::status::document(&head, &status),
    };
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    tell(env, &head);
    Ok(world.exit(&head))
}
