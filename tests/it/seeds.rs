//! The seeds of the fuzz targets, whole and damaged: what the targets assert of any bytes.

use crate::sound;
use crate::support::{entries, package};
use proptest::prelude::*;

/// The seeds of a target.
#[expect(clippy::disallowed_methods, reason = "a test reads its own files")]
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let paths = entries(&package(&format!("fuzz/corpus/{target}")));
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

/// Some seed with a stretch of it replaced, as fuzzers do it.
fn damaged(target: &str) -> impl Strategy<Value = Vec<u8>> + use<> {
    let seed = prop::sample::select(seeds(target));
    let patch = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..8),
        "[\\[\\]{}=\"'.,:#\\\\ \\r\n0-9a-z$*]{0,12}".prop_map(String::into_bytes),
        prop::sample::select(seeds(target)),
    ];
    let (from, length) = (any::<prop::sample::Index>(), 0_usize..40);
    (seed, from, length, patch).prop_map(|(mut seed, from, length, patch)| {
        let from = from.index(seed.len() + 1);
        let to = (from + length).min(seed.len());
        seed.splice(from..to, patch);
        seed
    })
}

#[test]
fn seeds_are_small_and_sound() {
    for (target, run) in
        [("definitions", sound::definitions as fn(&[u8])), ("policy", sound::policy)]
    {
        let seeds = seeds(target);
        assert!(seeds.len() >= 15, "{target}");
        for seed in seeds {
            assert!(seed.len() < 4096, "{target}");
            run(&seed);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn damaged_definitions_are_sound(bytes in damaged("definitions")) {
        sound::definitions(&bytes);
    }

    #[test]
    fn damaged_policies_are_sound(bytes in damaged("policy")) {
        sound::policy(&bytes);
    }

    #[test]
    fn any_bytes_are_sound(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        sound::definitions(&bytes);
        sound::policy(&bytes);
    }
}
