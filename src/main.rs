//! The landgrant binary: a shim over the library.

use landgrant::cli;
use std::process::ExitCode;

/// Definitions and organizations are many small values, which the system's allocator is slow with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    ExitCode::from(cli::run(std::env::args_os(), &cli::env::Env::real()).code())
}
