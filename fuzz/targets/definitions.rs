//! Any bytes as a small policy repository: see `sound::definitions`.
#![no_main]

#[path = "../../tests/it/sound.rs"]
mod sound;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sound::definitions(bytes));
