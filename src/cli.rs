//! The command line: arguments, environment, exit codes; one command a file.

pub mod apply;
pub mod args;
mod between;
pub mod check;
pub mod drift;
mod enforced;
pub mod env;
mod evidence;
pub mod exit;
pub mod explain;
pub mod failure;
pub mod git;
pub mod interrupt;
pub mod journal;
pub mod matrix;
pub mod output;
pub mod plan;
pub mod planning;
pub mod progress;
pub mod sandbox;
pub mod schema;
mod screen;
pub mod snapshot;
pub mod status;
pub mod world;

use args::{Cli, Color, Command, Global};
use clap::{CommandFactory, Parser};
use env::Env;
use exit::Exit;
use failure::Failure;
use std::ffi::OsString;

/// Runs the process: parses, runs the command on a runtime of its own, ends with a code.
pub fn run(arguments: impl IntoIterator<Item = OsString>, env: &Env) -> Exit {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            env.err(&Failure::new(Exit::Failure, format!("starting: {error}")).text());
            return Exit::Failure;
        }
    };
    runtime.block_on(execute(arguments, env))
}

/// Parses and runs a command on the caller's runtime.
pub async fn execute(arguments: impl IntoIterator<Item = OsString>, env: &Env) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(env, &error),
    };
    match command(env, &cli).await {
        Ok(exit) => exit,
        Err(failure) => {
            env.err(&failure.text());
            failure.exit
        }
    }
}

/// Prints help and versions as data, mistakes to stderr. clap's own code for a mistake is 2, which
/// would read as "changes present" in a scheduled job.
fn usage(env: &Env, error: &clap::Error) -> Exit {
    if error.use_stderr() {
        env.err(&error.render().to_string());
        return Exit::Usage;
    }
    match env.out(&error.render().to_string()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failure,
    }
}

async fn command(env: &Env, cli: &Cli) -> Result<Exit, Failure> {
    let Cli { global, command } = cli;
    let color = coloured(env, global);
    let listening = match command {
        Command::Plan(_)
        | Command::Apply(_)
        | Command::Drift(_)
        | Command::Matrix(_)
        | Command::Explain(_)
        | Command::Status(_)
        | Command::Snapshot(_) => interrupt::listen(env),
        // Those who read no AWS have nothing to tidy up, and the one who is AWS listens by itself.
        Command::Check(_)
        | Command::Journal(_)
        | Command::Verify(_)
        | Command::Sandbox(_)
        | Command::Schema
        | Command::Completions { .. }
        | Command::Man => None,
    };
    match command {
        Command::Check(args) => check::check(env, global, args, color),
        Command::Plan(args) => plan::plan(env, global, args, color).await,
        // Boxed: it is by far the largest.
        Command::Apply(args) => {
            Box::pin(apply::apply(env, global, args, (color, listening.as_ref()))).await
        }
        Command::Drift(args) => Box::pin(drift::drift(env, global, args, color)).await,
        Command::Journal(args) => journal::journal(env, global, args, color),
        Command::Matrix(args) => matrix::matrix(env, global, args, color).await,
        Command::Verify(args) => evidence::verify(env, args),
        Command::Explain(args) => explain::explain(env, global, args, color).await,
        Command::Status(args) => status::status(env, global, args, color).await,
        Command::Snapshot(args) => snapshot::snapshot(env, global, args, color).await,
        Command::Sandbox(command) => sandbox::sandbox(env, global, command).await,
        Command::Schema => schema::schema(env),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "landgrant", &mut script);
            print(env, &script)
        }
        Command::Man => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command())
                .render(&mut page)
                .map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
            print(env, &page)
        }
    }
}

fn print(env: &Env, bytes: &[u8]) -> Result<Exit, Failure> {
    env.out(&String::from_utf8_lossy(bytes))
        .map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    Ok(Exit::Done)
}

fn coloured(env: &Env, global: &Global) -> bool {
    match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let dumb = (env.var)("TERM").is_some_and(|term| term == "dumb");
            env.terminal.stdout && (env.var)("NO_COLOR").is_none() && !dumb
        }
    }
}
