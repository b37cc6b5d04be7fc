//! `landgrant schema`: the definitions as a JSON Schema, for editors.

use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use crate::source::schema;
use crate::text::plain_json;

/// Prints the schema. It is the same for every repository.
pub fn schema(env: &Env) -> Result<Exit, Failure> {
    let text = plain_json(&format!("{:#}\n", schema::document()));
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(Exit::Done)
}
