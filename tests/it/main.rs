//! The single integration-test binary.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as its assertions do"
)]

mod applying;
mod codes;
mod deploy;
mod faults;
mod laws;
mod notify;
mod process;
mod reading;
mod sandbox;
mod scenarios;
mod seeds;
mod snapshots;
mod sound;
mod support;
mod tidy;
