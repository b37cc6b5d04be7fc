//! `landgrant apply`: the plan, carried out and read back.

mod progress;
mod record;
mod refuse;
mod reviewed;
mod target;

use super::args::{ApplyArgs, Format, Global};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::interrupt::Listening;
use super::planning::{self, Connection, Made, Reach, connect, definitions};
use super::{enforced, plan as shown};
use crate::apply::outcome::{Report, Status};
use crate::apply::{self, Caps, Event, Stop};
use crate::aws::wait::Waiter;
use crate::live::reading::Depth;
use crate::plan::Plan;
use crate::plan::document;
use crate::plan::file::Reviewed;
use crate::render;
use crate::resolve::Only;
use crate::source::{self, declared::Declared};
use crate::text::{counted, visible};
use progress::Applying;
use record::Record;
pub(super) use record::folder as journals;
use refuse::limits;
use reviewed::{compare, only, saved};
use std::sync::Arc;
use target::LiveTarget;

/// Plans, asks, applies, reads back.
pub async fn apply(
    env: &Env,
    global: &Global,
    args: &ApplyArgs,
    (color, listening): (bool, Option<&Listening>),
) -> Result<Exit, Failure> {
    if global.live.is_some() {
        let message = "a snapshot cannot be changed: apply needs AWS or --sandbox";
        return Err(Failure::new(Exit::Usage, message));
    }
    let reviewed = args.planfile.as_deref().map(|path| saved(env, path)).transpose()?;
    let only = only(args, reviewed.as_ref())?;
    let declared = definitions(env, global, color)?;
    let connection = connect(env, global, &declared).await?;
    let now = (env.now)();
    let mut reach = reach(global, only, reviewed.as_ref());
    let live = planning::read(env, global, &declared, &connection, &reach).await?;
    let mut made = planning::plan(env, &declared, &live, (&reach, now), color)?;
    enforced::tell(global, &declared.settings.manage, &mut made.plan);
    if let Some(reviewed) = &reviewed {
        compare(env, (global, args, color), &declared, reviewed, &made)?;
    }
    let print = |text: &str| {
        env.out(text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))
    };
    let document = shown::document(env, global, &made.plan, &declared);
    let apply_with = shown::apply_with(global, args.planfile.as_deref(), &reach.only);
    if args.format == Format::Text {
        let options = render::plan::Options { color, apply_with };
        print(&render::plan::text(&made.plan, &declared.files, &options))?;
    } else {
        print(&render::outcome::plan(&document))?;
        if !args.yes && env.terminal.stdin && !made.plan.changes.is_empty() {
            // Who is asked must see what about; documents alone go to stdout.
            let options = render::plan::Options { color: false, apply_with };
            env.err(&render::plan::text(&made.plan, &declared.files, &options));
        }
    }
    limits(&made.plan, reviewed.as_ref(), args.accept_removals)?;
    let complete = if made.plan.is_complete() { Exit::Done } else { Exit::Incomplete };
    if made.plan.changes.is_empty() {
        if args.format == Format::Json {
            print(&render::outcome::json(&made.plan, &Report::default(), Some(0)))?;
        }
        return Ok(complete);
    }
    confirm(env, args, &made.plan)?;

    let stop = Arc::new(Stop::default());
    if let Some(listening) = listening {
        listening.changes_begin(Arc::clone(&stop));
    }
    let manage = &declared.settings.manage;
    let record = Record::begin(env, args.journal.as_deref(), &global.directory, &document, manage)?;
    let mut report =
        run(env, (global, args), &declared, &connection, &made, (&stop, &record)).await;
    reach.revoked.extend(made.plan.revoked());
    let reading = read_back(env, global, &declared, &connection, &reach, now);
    let left = unless_interrupted(&stop, report.interrupted, reading).await;
    if let Ok(after) = &left {
        report.confirm(&made.plan, after);
    }
    let remaining = left.as_ref().ok().map(|after| after.changes.len());
    let exit = ending(&report, remaining).worst(complete);
    let exit = left.as_ref().err().map_or(exit, |failure| exit.worst(failure.exit));
    let recorded = record.end(&made.plan, &report, remaining, exit);
    let text = match args.format {
        Format::Text => render::outcome::text(&made.plan, &report, remaining, color),
        Format::Json => render::outcome::json(&made.plan, &report, remaining),
    };
    print(&text)?;
    recorded?;
    connection.check()?;
    if let Err(failure) = left {
        env.err(&failure.text());
    }
    Ok(exit)
}

/// How AWS is read: at least as deep as it was for what was reviewed, and wholly where that revokes
/// something. Else what is seen no more would look as if it needed no doing any more.
fn reach(global: &Global, only: Only, reviewed: Option<&Reviewed>) -> Reach {
    let mut reach = Reach { only, ..Reach::new(global, Depth::Quick) };
    if let Some(reviewed) = reviewed {
        reach.depth = reach.depth.max(reviewed.depth);
        reach.revoked = reviewed.revoked();
        reach.bound = Some(reviewed::bound(reviewed));
        reach = reach.undoing(reviewed.revert.clone());
    }
    reach
}

/// Asks on a terminal; refuses where nobody can be asked.
fn confirm(env: &Env, args: &ApplyArgs, plan: &Plan) -> Result<(), Failure> {
    if args.yes {
        return Ok(());
    }
    let changes = counted(plan.changes.len(), "change");
    if !env.terminal.stdin {
        let message = format!("{changes} to apply, and no terminal to ask on");
        return Err(Failure::new(Exit::Usage, message).hint("--yes applies without asking"));
    }
    let organization = visible(&plan.scope.organization);
    env.err(&format!("\nApply {changes} to {organization}? Type yes: "));
    let answer =
        (env.ask)().map_err(|e| Failure::new(Exit::Failure, format!("reading the answer: {e}")))?;
    if answer.trim() == "yes" {
        return Ok(());
    }
    Err(Failure::new(Exit::Refused, "not confirmed: nothing was changed"))
}

/// Runs the plan.
async fn run(
    env: &Env,
    (global, args): (&Global, &ApplyArgs),
    declared: &Declared,
    connection: &Connection,
    made: &Made,
    (stop, record): (&Stop, &Record<'_>),
) -> Report {
    let aws = connection.aws.in_region(&made.region).for_plan(&document::id(&made.plan));
    let live_target =
        LiveTarget { waiter: Waiter::new(&aws, &made.target), target: made.target.clone(), aws };
    let progress = Applying::new(env, global, args.format, made.plan.changes.len());
    let listener = |event: Event<'_>| {
        let written = record.hear(&event);
        progress.hear(&event);
        written
    };
    let caps = caps(&declared.settings.pace);
    let report = apply::run(&made.plan, &live_target, caps, stop, &listener).await;
    progress.finish();
    report
}

/// How much may be under way at once: what is asked for, else the usual.
fn caps(typed: &source::declared::Pace) -> Caps {
    let usual = Caps::default();
    Caps {
        assignments: typed.assignments.unwrap_or(usual.assignments),
        provisionings: typed.provisionings.unwrap_or(usual.provisionings),
        ..usual
    }
}

/// Reads back, unless a person interrupts that. One who interrupted the changes wants to know all the
/// more how they ended.
async fn unless_interrupted<T>(
    stop: &Stop,
    before: bool,
    reading: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    tokio::select! {
        left = reading => left,
        () = stop.interrupted(), if !before => {
            let message = "interrupted before it was read back: nothing is proven";
            Err(Failure::new(Exit::Interrupted, message).hint("run plan to see what is left"))
        }
    }
}

async fn read_back(
    env: &Env,
    global: &Global,
    declared: &Declared,
    connection: &Connection,
    reach: &Reach,
    now: jiff::Timestamp,
) -> Result<Plan, Failure> {
    let live = planning::read(env, global, declared, connection, reach).await?;
    // Warnings have been shown; only a definition that became wrong meanwhile is news.
    let quiet =
        crate::cli::env::Env::fake(Box::new(std::io::sink()), Box::new(std::io::sink()), now);
    Ok(planning::plan(&quiet, declared, &live, (reach, now), false)?.plan)
}

fn ending(report: &Report, remaining: Option<usize>) -> Exit {
    let forbidden = |s: &Status| matches!(s, Status::Failed(f) if f.fatal || f.denied);
    let partial = !report.is_complete() || remaining.is_some_and(|left| left > 0);
    [
        (report.interrupted, Exit::Interrupted),
        (report.statuses.iter().any(forbidden), Exit::Credentials),
        (partial, Exit::Partial),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .fold(Exit::Done, |worst, (_, exit)| worst.worst(exit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_not_be_done_outranks_what_was_not_done() {
        let ended = |failure: apply::Failure, interrupted| {
            let statuses = vec![Status::Applied, Status::Failed(failure)];
            ending(&Report { statuses, interrupted, ..Report::default() }, Some(1))
        };
        let plain = || apply::Failure::new("");
        assert_eq!(ended(plain(), false), Exit::Partial);
        let denied = || apply::Failure { denied: true, ..plain() };
        assert_eq!(ended(denied(), false), Exit::Credentials);
        assert_eq!(ended(apply::Failure { fatal: true, ..plain() }, false), Exit::Credentials);
        assert_eq!(ended(denied(), true), Exit::Interrupted);
        assert_eq!(ending(&Report::default(), Some(0)), Exit::Done);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_back_can_be_interrupted_once_the_changes_are_done() {
        let stop = Arc::new(Stop::default());
        let asking = Arc::clone(&stop);
        let later = async move {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            asking.interrupt();
        };
        let (read, ()) =
            tokio::join!(unless_interrupted::<()>(&stop, false, std::future::pending()), later);
        assert_eq!(read.unwrap_err().exit, Exit::Interrupted);
        // Asked during the changes, it is read back all the same.
        let slow = async {
            tokio::time::sleep(std::time::Duration::from_secs(1)).await;
            Ok(1)
        };
        assert_eq!(unless_interrupted(&stop, true, slow).await.unwrap(), 1);
    }
}
