//! A saved plan: read back, and held against the plan that is made now.

use crate::cli::args::ApplyArgs;
use crate::cli::env::Env;
use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::cli::plan as shown;
use crate::plan::Plan;
use crate::plan::file::{self, Reviewed};
use crate::resolve::Only;
use crate::store;
use crate::text::{counted, visible};
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
    let bytes = store::read(path).map_err(|e| Failure::file("reading", path, &e))?;
    let reviewed = file::read(&String::from_utf8_lossy(&bytes)).map_err(|error| {
        Failure::new(Exit::Refused, format!("{} cannot be applied: {error}", path.display()))
            .hint("make it anew: `landgrant plan --out FILE`")
    })?;
    if (env.now)() >= reviewed.expires {
        let message = format!("plan {} was valid until {}", reviewed.id, reviewed.expires);
        return Err(Failure::new(Exit::Stale, message)
            .hint("make it anew, and have it reviewed: `landgrant plan --out FILE`"));
    }
    Ok(reviewed)
}

/// What is to be done now must be part of what was reviewed.
pub(super) fn compare(env: &Env, reviewed: &Reviewed, plan: &Plan) -> Result<(), Failure> {
    let scope = &plan.scope;
    for (what, then, now) in [
        ("organization", &reviewed.organization, &scope.organization),
        ("instance", &reviewed.instance, &scope.instance),
        ("region", &reviewed.region, &scope.region),
    ] {
        if then != now {
            let message = format!("the plan was made for {what} {then}, and this is {now}");
            return Err(Failure::new(Exit::Refused, message));
        }
    }
    let new = reviewed.unreviewed(&plan.changes);
    let people = reviewed.unreviewed_access(plan);
    if new.is_empty() && people.is_empty() {
        let done = reviewed.len().saturating_sub(plan.changes.len());
        if done > 0 {
            env.err(&format!(
                "{done} of {} reviewed changes need no doing any more\n",
                reviewed.len()
            ));
        }
        return Ok(());
    }
    for change in &new {
        let line = format!("not reviewed: {} {}", change.what.action().name(), change.address);
        env.err(&format!("{}\n", visible(&line)));
    }
    for line in &people {
        env.err(&format!("{}\n", visible(&format!("not reviewed: {line}"))));
    }
    let (changes, rows) =
        (counted(new.len(), "change"), format!("{} of access", counted(people.len(), "row")));
    let what = match (new.is_empty(), people.is_empty()) {
        (false, true) => format!("{changes} would be done that it does not hold"),
        (true, _) => format!("{rows} would change that it does not hold"),
        (false, false) => format!("{changes} and {rows} would be new to it"),
    };
    let message = format!("plan {} is stale: {what}", reviewed.id);
    Err(Failure::new(Exit::Stale, message)
        .hint("live or the definitions moved; plan again, and have it reviewed"))
}
