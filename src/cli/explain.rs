//! `landgrant explain`: why somebody reaches what they do, and why not what they don't.

use super::args::{ExplainArgs, Format, From, Global};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::matrix::{Asked, World, tell, world};
use crate::access::explain::{self as explained, NotFound};
use crate::render;

/// Reads, and explains.
pub async fn explain(
    env: &Env,
    global: &Global,
    args: &ExplainArgs,
    color: bool,
) -> Result<Exit, Failure> {
    let world = world(env, global, Asked::of(From::Live), color).await?;
    let matrix = world.matrix();
    let head = world.head(env, global, &matrix);
    let definitions = world.definitions();
    let lost = |not_found| failure(&world, not_found);
    let subject = explained::subject(&args.who, &matrix, definitions.as_ref()).map_err(lost)?;
    let account = match &args.account {
        Some(text) => Some(explained::account(text, &matrix).map_err(lost)?),
        None => None,
    };
    let explanation = explained::explain(&matrix, definitions.as_ref(), subject, account);
    let text = match args.format {
        Format::Text => render::explain::text(&matrix, &head, &explanation, color),
        Format::Json => render::explain::document(&matrix, &head, &explanation),
    };
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    tell(env, &head);
    Ok(world.exit(&head))
}

fn failure(world: &World, not_found: NotFound) -> Failure {
    match not_found {
        NotFound::Nothing { what, name, near } => {
            let failure = world.means_nothing(&format!("no {what} is called `{name}`"));
            match near {
                Some(near) => failure.hint(format!("did you mean `{near}`?")),
                None => failure,
            }
        }
        NotFound::Several { name, write } => {
            let failure = Failure::new(Exit::Usage, format!("`{name}` may be several things"));
            write.iter().fold(failure, |failure, text| failure.hint(format!("write `{text}`")))
        }
    }
}
