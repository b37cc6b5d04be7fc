//! A saved plan: read back, and held against the plan that is made now.

use crate::aws::read::Bound;
use crate::cli::args::{ApplyArgs, Format, Global};
use crate::cli::env::Env;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::plan as shown;
use crate::cli::planning::Made;
use crate::plan::difference::Difference;
use crate::plan::file::{self, Origin, PlanFileError, Reviewed, Untimely};
use crate::plan::{document, parts};
use crate::render;
use crate::resolve::Only;
use crate::source::declared::Declared;
use crate::store;
use crate::text::counted;
use std::path::Path;

/// The accounts of the saved plan, else those of the command line; where both tell, they agree.
pub(super) fn only(args: &ApplyArgs, reviewed: Option<&Reviewed>) -> Result<Only, Failure> {
    let typed = shown::only(&args.only)?;
    let Some(reviewed) = reviewed else { return Ok(typed) };
    if typed.is_empty() || typed.texts() == reviewed.only {
        return shown::only(&reviewed.only);
    }
    let with = match reviewed.only.as_slice() {
        [] => "without --only".to_owned(),
        some => format!("with --only {}", some.join(" --only ")),
    };
    Err(Failure::new(Exit::Usage, format!("plan {} was made {with}", reviewed.id))
        .hint("leave --only out: a saved plan tells its accounts itself"))
}

/// Reads a saved plan and checks that it may still be applied.
pub(super) fn saved(env: &Env, path: &Path) -> Result<Reviewed, Failure> {
    let bytes = store::read_short(path, file::MOST_BYTES)
        .map_err(|e| Failure::file("reading", path, &e))?;
    let reviewed = bytes.ok_or(PlanFileError::TooLong).and_then(|bytes| file::read(&bytes));
    let reviewed = reviewed.map_err(|error| {
        let failure =
            Failure::new(Exit::Refused, format!("{} cannot be applied: {error}", path.display()));
        match error {
            PlanFileError::Version { .. } => failure
                .hint("apply it with the landgrant that made it, or make it anew with this one"),
            _ => failure.hint("make it anew: `landgrant plan --out FILE`"),
        }
    })?;
    reviewed.check_time((env.now)()).map_err(|untimely| {
        let failure =
            Failure::new(Exit::Stale, format!("plan {} is stale: {untimely}", reviewed.id));
        match untimely {
            Untimely::Over(_) => {
                failure.hint("make it anew, and have it reviewed: `landgrant plan --out FILE`")
            }
            Untimely::Early { .. } => failure.hint("set the clock right, then make it anew"),
        }
    })?;
    Ok(reviewed)
}

/// Where the plan was made for.
pub(super) fn bound(reviewed: &Reviewed) -> Bound {
    Bound {
        organization: reviewed.organization.clone(),
        instance: reviewed.instance.clone(),
        region: reviewed.region.clone(),
    }
}

/// What is to be done now must be part of what was reviewed; what is not is shown.
pub(super) fn compare(
    env: &Env,
    (global, args, color): (&Global, &ApplyArgs, bool),
    declared: &Declared,
    reviewed: &Reviewed,
    made: &Made,
) -> Result<(), Failure> {
    let plan = &made.plan;
    let ground = || Origin {
        definitions: Some(document::definitions(declared)),
        git: (env.git)(&global.directory),
        parts: parts(&made.projection, &made.renames, reviewed.ground.parts.keys()),
    };
    let Some(difference) = Difference::of(reviewed, plan, ground) else {
        let done = reviewed.len().saturating_sub(plan.changes.len());
        if done > 0 {
            env.err(&format!(
                "{done} of {} reviewed changes need no doing any more\n",
                reviewed.len()
            ));
        }
        return Ok(());
    };
    let text = match args.format {
        Format::Text => render::difference::text(&difference, color),
        Format::Json => render::difference::json(&difference),
    };
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    let Difference { new, changed, access, .. } = &difference;
    let changes = new.len() + changed.len();
    let what = match (changes, access.len()) {
        (changes, 0) => {
            format!("{} would be done that it does not hold", counted(changes, "change"))
        }
        (0, rows) => {
            format!("{} of access would change that it does not hold", counted(rows, "row"))
        }
        (changes, rows) => format!(
            "{} and {} of access would be new to it",
            counted(changes, "change"),
            counted(rows, "row")
        ),
    };
    let message = format!("plan {} is stale: {what}", reviewed.id);
    Err(Failure::new(Exit::Stale, message)
        .hint("live or the definitions moved; plan again, and have it reviewed"))
}
