//! The landgrant binary: a shim over the library.

use landgrant::cli;
use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(cli::run(std::env::args_os(), &cli::env::Env::real()).code())
}
