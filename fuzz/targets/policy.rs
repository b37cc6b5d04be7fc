//! Any bytes as the JSON file of an inline policy: see `sound::policy`.
#![no_main]

#[path = "../../tests/it/sound.rs"]
mod sound;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| sound::policy(bytes));
