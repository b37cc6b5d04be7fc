//! Writes an organization as a snapshot, which a sandbox takes as its world: `cargo run --example world
//! -- large > sandbox.json`.
#![allow(clippy::expect_used, reason = "a generator that cannot write says so loudly")]
#![allow(clippy::print_stderr, reason = "whoever types it wrong is told how to")]

#[allow(dead_code, reason = "definitions are made by the benchmark alone")]
mod world;

use landgrant::live::snapshot;
use std::io::{self, Write};
use std::process::ExitCode;
use world::{Size, live};

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let sizes = Size::MEASURED.into_iter().chain([("large", Size::LARGE)]);
    let Some((_, size)) = sizes.into_iter().find(|(name, _)| *name == wanted) else {
        eprintln!("usage: world large|10k|100k|1M > FILE");
        return ExitCode::from(64);
    };
    let mut out = io::stdout().lock();
    snapshot::write(&live(size), &mut |piece| out.write_all(piece.as_bytes())).expect("a document");
    ExitCode::SUCCESS
}
