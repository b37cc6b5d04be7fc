//! `landgrant drift`: what is live otherwise than declared, for a job that runs for years.

mod attribute;
mod notify;

use super::args::{DriftArgs, DriftFormat, Global};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::planning::{self, Connection, Reach, definitions};
use crate::drift::baseline::Baseline;
use crate::drift::{self, Drift, Facts, accept, document};
use crate::live::Live;
use crate::live::project::project;
use crate::live::reading::Depth;
use crate::plan;
use crate::render;
use crate::resolve::Rules;
use crate::source::declared::Declared;
use crate::store;
use crate::text::plain_json;
use jiff::Timestamp;
use notify::Tellers;
use std::io::ErrorKind;
use std::path::Path;

/// Reads everything, compares, says what is wrong, and tells those who want to hear of it.
pub async fn drift(
    env: &Env,
    global: &Global,
    args: &DriftArgs,
    color: bool,
) -> Result<Exit, Failure> {
    one_each(args)?;
    let tellers = Tellers::new(env, global, args)?;
    let found = Box::pin(found(env, global, args, color)).await;
    let Found { mut drift, declared, connection } = match found {
        Ok(found) => found,
        Err(failure) => {
            Box::pin(tellers.tell_failure(env, global, &failure)).await;
            return Err(failure);
        }
    };
    let told = tellers.tell(env, (global, args), connection.as_ref(), &mut drift);
    Box::pin(told).await;
    let mut exit = exit(&drift, args);
    for (format, path) in &args.out {
        let text = said(*format, &drift, &declared, args, false);
        // A file that cannot be written must not hide what was found.
        if let Err(failure) = write(*format, path, &text) {
            env.err(&failure.text());
            exit = exit.worst(failure.exit);
        }
    }
    let text = said(args.format, &drift, &declared, args, color);
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(exit)
}

/// What a run found, and what it takes to tell of it.
struct Found {
    drift: Drift,
    declared: Declared,
    connection: Option<Connection>,
}

/// Reads everything and compares.
async fn found(
    env: &Env,
    global: &Global,
    args: &DriftArgs,
    color: bool,
) -> Result<Found, Failure> {
    let declared = definitions(env, global, color)?;
    // Before AWS is asked: a file that cannot be used is no reason to read everything first.
    let baseline = args.baseline.as_deref().map(|path| baseline(env, path)).transpose()?;
    let reach = Reach {
        all_tags: declared.settings.drift.looks_at_tags(),
        ..Reach::new(global, Depth::Full)
    };
    let (live, connection) = planning::observe(env, global, &declared, &reach).await?;
    let as_of = args.as_of.unwrap_or_else(|| (env.now)());
    let mut drift = compared(env, (&declared, &live), as_of, color)?;
    if let Some(connection) = &connection {
        connection.check()?;
    }
    if let (Some(baseline), Some(path)) = (baseline, &args.baseline) {
        baseline.compare(&mut drift).map_err(|error| unusable(path, &error))?;
    }
    if args.attribute {
        let now = (env.now)();
        // Boxed: the clients of another region are large.
        Box::pin(attribute::attribute(&mut drift, args, (&live, connection.as_ref()), now)).await;
    }
    Ok(Found { drift, declared, connection })
}

/// What is wrong, with what is accepted of it.
fn compared(
    env: &Env,
    (declared, live): (&Declared, &Live),
    as_of: Timestamp,
    color: bool,
) -> Result<Drift, Failure> {
    let projection = project(live);
    let desired = planning::resolved(env, declared, (live, &projection), as_of, color)?;
    let plan = plan::make(live, &projection, &desired, &Rules::of(declared));
    let facts =
        Facts { declared, live, projection: &projection, desired: &desired, plan: &plan, as_of };
    let mut drift = drift::find(&facts);
    accept::mark(&mut drift, declared);
    Ok(drift)
}

fn write(format: DriftFormat, path: &Path, text: &str) -> Result<(), Failure> {
    let written = match format {
        DriftFormat::Prometheus => store::write_shared(path, text),
        _ => store::write(path, text),
    };
    written.map_err(|e| Failure::file("writing", path, &e))
}

/// Two forms in one file would leave one of them.
fn one_each(args: &DriftArgs) -> Result<(), Failure> {
    for (at, (_, path)) in args.out.iter().enumerate() {
        if args.out.iter().skip(at + 1).any(|(_, other)| other == path) {
            let message = format!("two --out would write {}", path.display());
            return Err(Failure::new(Exit::Usage, message));
        }
    }
    Ok(())
}

/// The run before. One that is not there costs one repeat.
fn baseline(env: &Env, path: &Path) -> Result<Baseline, Failure> {
    let bytes = match store::read(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            env.err(&format!(
                "there is no baseline {} yet: everything counts as new\n",
                crate::text::visible(&path.display().to_string())
            ));
            return Ok(Baseline::default());
        }
        bytes => bytes.map_err(|e| Failure::file("reading", path, &e))?,
    };
    Baseline::read(&bytes).map_err(|error| unusable(path, &error))
}

fn unusable(path: &Path, error: &drift::baseline::BaselineError) -> Failure {
    let message = format!("the baseline {} cannot be used: {error}", path.display());
    Failure::new(Exit::Failure, message)
        .hint("delete it to begin anew: everything counts as new then, once")
}

fn said(
    format: DriftFormat,
    drift: &Drift,
    declared: &Declared,
    args: &DriftArgs,
    color: bool,
) -> String {
    let files = &declared.files;
    match format {
        DriftFormat::Text => render::drift::text(drift, files, args.fail_on, color),
        DriftFormat::Json => {
            plain_json(&format!("{:#}\n", document::document(drift, files, args.fail_on)))
        }
        DriftFormat::Markdown => render::drift::markdown(drift, args.fail_on),
        DriftFormat::Sarif => plain_json(&format!("{:#}\n", render::drift::sarif(drift, files))),
        DriftFormat::Junit => render::drift::junit(drift, args.fail_on),
        DriftFormat::Prometheus => render::drift::prometheus(drift, args.fail_on),
    }
}

fn exit(drift: &Drift, args: &DriftArgs) -> Exit {
    let mut exit = Exit::Done;
    if drift.counting(args.fail_on).next().is_some() {
        exit = exit.worst(Exit::Changes);
    }
    if !drift.is_complete() {
        exit = exit.worst(Exit::Incomplete);
    }
    exit
}
