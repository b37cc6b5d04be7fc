//! The single integration-test binary.

mod laws;
mod sandbox;
mod scenarios;
mod support;
mod tidy;
