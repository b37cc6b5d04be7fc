//! `landgrant sandbox …`: the built-in AWS.

use super::args::{Caller, Format, Global, SandboxCommand, ServeArgs};
use super::env::Env;
use super::exit::Exit;
use super::failure::Failure;
use super::{interrupt, world};
use crate::sandbox::{self, Count, Entry, Options, Quotas};
use crate::text::{plain_json, visible};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::time::Duration;

/// Runs one of the sandbox's commands.
pub async fn sandbox(
    env: &Env,
    global: &Global,
    command: &SandboxCommand,
) -> Result<Exit, Failure> {
    match command {
        SandboxCommand::Serve(args) => {
            let started = (env.now)().to_string();
            serve(env, global, args.port, options(args, started)).await
        }
        SandboxCommand::Reset => {
            world::reset(&global.directory)?;
            if !global.quiet {
                env.err("the sandbox begins anew with sandbox.json\n");
            }
            Ok(Exit::Done)
        }
        SandboxCommand::Log { writes, counts, run, format } => {
            let entries = world::log(env, &global.directory)?;
            let run = chosen(run.as_deref(), &entries)?;
            let shown = entries
                .iter()
                .filter(|e| (!writes || e.write) && run.is_none_or(|run| e.run == run));
            let text: String = if *counts {
                table(&sandbox::counts(shown), *format)
            } else {
                shown.map(|e| line(e, *format)).collect()
            };
            env.out(&text).map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
            Ok(Exit::Done)
        }
    }
}

fn options(args: &ServeArgs, started: String) -> Options {
    let ServeArgs { port: _, delay, latency, quotas, caller, page_limit, empty_pages } = args;
    Options {
        delay: Duration::from_millis(*delay),
        latency: Duration::from_millis(*latency),
        quotas: quotas.then(Quotas::default),
        caller: match caller {
            Caller::Management => sandbox::Caller::Management,
            Caller::Delegated => sandbox::Caller::Delegated,
            Caller::Member => sandbox::Caller::Member,
        },
        page_limit: *page_limit,
        empty_first_page: *empty_pages,
        started,
        ..Options::default()
    }
}

async fn serve(env: &Env, global: &Global, port: u16, options: Options) -> Result<Exit, Failure> {
    let world = world::open(&global.directory, options)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await.map_err(|error| {
        Failure::new(Exit::Failure, format!("listening on 127.0.0.1:{port}: {error}"))
            .hint("choose another port, or --port 0 for a free one")
    })?;
    let address = listener
        .local_addr()
        .map_err(|e| Failure::new(Exit::Failure, format!("listening: {e}")))?;
    env.out(&format!("http://{address}\n"))
        .map_err(|e| Failure::new(Exit::Failure, format!("writing: {e}")))?;
    if !global.quiet {
        env.err(&format!(
            "serving the sandbox; try: AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x \
             aws --endpoint-url http://{address} --region us-east-1 sso-admin list-instances\n"
        ));
    }
    world
        .sandbox
        .clone()
        .serve(listener, interrupt::asked())
        .await
        .map_err(|e| Failure::new(Exit::Failure, format!("serving: {e}")))?;
    world.check()?;
    Ok(Exit::Done)
}

fn chosen(run: Option<&str>, entries: &[Entry]) -> Result<Option<u64>, Failure> {
    match run {
        None => Ok(None),
        // A run that made no call leaves no line; then there is no newer one to show.
        Some("last") => Ok(Some(entries.iter().map(|e| e.run).max().unwrap_or(0))),
        Some(number) => number.parse().map(Some).map_err(|_| {
            Failure::new(Exit::Usage, format!("--run takes a number or \"last\", not \"{number}\""))
        }),
    }
}

fn line(entry: &Entry, format: Format) -> String {
    if format == Format::Json {
        let text = serde_json::to_string(entry).map(|text| format!("{text}\n"));
        return plain_json(&text.unwrap_or_default());
    }
    let Entry { run, n, service, operation, write, summary, outcome } = entry;
    let kind = if *write { "write" } else { "read" };
    let operation = format!("{service}:{operation}");
    let line = format!("{run:>3} {n:>5}  {kind:<5}  {operation:<58}  {outcome}  {summary}");
    format!("{}\n", visible(&line))
}

/// The counts in the order of the operations' names; for people with a head and the sums.
fn table(counts: &BTreeMap<String, Count>, format: Format) -> String {
    if format == Format::Json {
        let rows = counts.iter().map(|(operation, Count { calls, throttled, denied })| {
            let row = json!({
                "operation": operation, "calls": calls, "throttled": throttled, "denied": denied,
            });
            plain_json(&format!("{row}\n"))
        });
        return rows.collect();
    }
    let mut all = Count::default();
    for count in counts.values() {
        all += *count;
    }
    let row = |name: &str, cells: [&dyn Display; 3]| {
        let [calls, throttled, denied] = cells;
        let line = format!("{:<58} {calls:>8} {throttled:>10} {denied:>8}", visible(name));
        format!("{line}\n")
    };
    let numbers = |name: &str, count: &Count| {
        let Count { calls, throttled, denied } = count;
        row(name, [calls, throttled, denied])
    };
    let rows: String = counts.iter().map(|(name, count)| numbers(name, count)).collect();
    row("operation", [&"calls", &"throttled", &"denied"]) + &rows + &numbers("all", &all)
}
