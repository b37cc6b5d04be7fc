//! `landgrant plan`: what an apply would do.

use super::args::{Global, PlanArgs, PlanFormat};
use super::enforced;
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::journal;
use super::planning::{self, Reach, definitions};
use crate::aws::read::Bound;
use crate::journal::{Begin, Journal};
use crate::live::reading::Depth;
use crate::plan::Plan;
use crate::plan::document;
use crate::plan::file::MOST_BYTES;
use crate::plan::revert::Revert;
use crate::render;
use crate::resolve::Only;
use crate::source::declared::Declared;
use crate::source::selector::{self, Selector};
use crate::store;
use crate::text::{counted, plain_json, visible};
use clap::ValueEnum;
use serde_json::Value;
use std::path::Path;

/// Reads, compares, shows.
pub async fn plan(
    env: &Env,
    global: &Global,
    args: &PlanArgs,
    color: bool,
) -> Result<Exit, Failure> {
    let declared = definitions(env, global, color)?;
    let reach = reach(env, global, args)?;
    let (live, connection) = planning::observe(env, global, &declared, &reach).await?;
    let as_of = args.as_of.unwrap_or_else(|| (env.now)());
    let mut made = planning::plan(env, &declared, &live, (&reach, as_of), color)?;
    if let Some(connection) = &connection {
        connection.check()?;
    }
    enforced::tell(global, &declared.settings.manage, &mut made.plan);
    made.plan.valid = args.valid_for;
    let plan = &made.plan;
    if let Some(path) = &args.out {
        let text = json(env, global, plan, &declared);
        if text.len() as u64 > MOST_BYTES {
            let message = format!("the plan is longer than {} MiB", MOST_BYTES >> 20);
            let failure =
                Failure::new(Exit::Refused, format!("{message}, and apply reads no more"));
            return Err(failure.hint("make several, for some accounts each: --only"));
        }
        store::write(path, &text).map_err(|e| Failure::file("writing", path, &e))?;
    }
    let text = shown(env, global, (args, &reach.only), (plan, &declared), color)?;
    env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(exit(plan, args.detailed_exitcode))
}

/// The plan in the form that was asked for.
fn shown(
    env: &Env,
    global: &Global,
    (args, only): (&PlanArgs, &Only),
    (plan, declared): (&Plan, &Declared),
    color: bool,
) -> Result<String, Failure> {
    let mut apply_with = apply_with(global, args.out.as_deref(), only);
    if args.revert.is_some() && args.out.is_none() && global.live.is_none() {
        // Without the file, apply would do what is declared.
        "the plan, once it is saved: --out FILE".clone_into(&mut apply_with);
    }
    Ok(match args.format {
        PlanFormat::Json => json(env, global, plan, declared),
        PlanFormat::Text => {
            let options = render::plan::Options { color, apply_with };
            render::plan::text(plan, &declared.files, &options)
        }
        PlanFormat::Markdown => {
            let options = render::plan::Options { color: false, apply_with };
            render::plan::markdown(plan, &declared.files, &options)
        }
        PlanFormat::Html => {
            let document = document(env, global, plan, declared);
            let mut page = Vec::new();
            render::html::plan::write((plan, &document), &declared.files, &apply_with, &mut page)
                .map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
            String::from_utf8_lossy(&page).into_owned()
        }
    })
}

/// What is planned, and how AWS is read for it.
fn reach(env: &Env, global: &Global, args: &PlanArgs) -> Result<Reach, Failure> {
    let mut reach = Reach { only: only(&args.only)?, ..Reach::new(global, Depth::Quick) };
    if let Some(path) = &args.revert {
        let journal = journal::read(path)?;
        warn(env, &journal, path);
        let Begin { organization, instance, region, .. } = &journal.begin;
        reach.bound = Some(Bound {
            organization: organization.clone(),
            instance: instance.clone(),
            region: region.clone(),
        });
        reach = reach.undoing(Some(Revert::of(&journal)));
    }
    Ok(reach)
}

/// Says what a journal may not tell.
fn warn(env: &Env, journal: &Journal, path: &Path) {
    let say = |text: &str| {
        env.err(&format!("warning: {}\n", visible(&format!("{}: {text}", path.display()))));
    };
    if journal.end.is_none() {
        say("it has no end: the apply was killed, or is still under way");
    }
    let unread = journal.damaged.len() + usize::from(journal.cut_off.is_some());
    if unread > 0 {
        let lines = counted(unread, "line");
        say(&format!("{lines} cannot be read: what only they tell is not undone"));
    }
}

/// Reads the selectors of `--only`.
pub fn only(texts: &[String]) -> Result<Only, Failure> {
    Only::parse(texts).map_err(|(text, why)| {
        let help = selector::help(text, Selector::parse);
        Failure::new(Exit::Usage, format!("`{text}` is not a selector: {why}")).hint(help)
    })
}

fn exit(plan: &Plan, detailed: bool) -> Exit {
    let mut exit = Exit::Done;
    if !plan.is_complete() {
        exit = exit.worst(Exit::Incomplete);
    }
    if plan.is_refused() {
        exit = exit.worst(Exit::Refused);
    }
    if detailed && !plan.changes.is_empty() {
        exit = exit.worst(Exit::Changes);
    }
    exit
}

/// The plan's document.
pub fn document(env: &Env, global: &Global, plan: &Plan, declared: &Declared) -> Value {
    let context = document::Context {
        git: (env.git)(&global.directory),
        definitions: Some(document::definitions(declared)),
    };
    document::document(plan, &declared.files, &context)
}

/// The same, as it is printed and saved.
pub fn json(env: &Env, global: &Global, plan: &Plan, declared: &Declared) -> String {
    plain_json(&format!(
        "{:#}
",
        document(env, global, plan, declared)
    ))
}

/// The command that applies what was shown.
pub fn apply_with(global: &Global, saved: Option<&Path>, only: &Only) -> String {
    if global.live.is_some() {
        return "a plan made from AWS (this one was made from a snapshot)".to_owned();
    }
    let mut words = vec!["landgrant".to_owned()];
    if global.directory != Path::new(".") {
        words.push(format!("-C {}", quoted(&global.directory.display().to_string())));
    }
    if global.sandbox {
        words.push("--sandbox".to_owned());
    }
    let depth = global.read.and_then(|read| Some(read.to_possible_value()?.get_name().to_owned()));
    for (flag, value) in [
        ("--profile", &global.profile),
        ("--region", &global.region),
        ("--endpoint-url", &global.endpoint_url),
        ("--read", &depth),
    ] {
        if let Some(value) = value {
            words.push(format!("{flag} {}", quoted(value)));
        }
    }
    words.push("apply".to_owned());
    match saved {
        // It tells its accounts itself.
        Some(path) => words.push(quoted(&path.display().to_string())),
        None => words.extend(only.texts().iter().map(|text| format!("--only {}", quoted(text)))),
    }
    words.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::args::Cli;
    use clap::Parser;

    #[test]
    fn a_plan_of_a_snapshot_names_no_command_that_would_talk_to_aws() {
        let told = |words: &[&str]| {
            let words = ["landgrant"].iter().chain(words);
            let global = Cli::try_parse_from(words).unwrap().global;
            apply_with(&global, Some(Path::new("p.json")), &Only::default())
        };
        assert_eq!(told(&["--profile", "p", "plan"]), "landgrant --profile p apply p.json");
        assert!(!told(&["--live", "x.json", "plan"]).contains("landgrant"));
    }
}
