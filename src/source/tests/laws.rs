//! What holds of any files whatsoever.

use super::*;
use proptest::prelude::*;

const SAMPLE: [(&str, &str); 3] = [
    ("landgrant.toml", include_str!("sample/landgrant.toml")),
    ("teams/loyalty.toml", include_str!("sample/loyalty.toml")),
    ("teams/policies/developer.json", include_str!("sample/developer.json")),
];

/// Loads, and checks that every span lies on characters of its file and can be drawn.
fn load_soundly(tree: &Tree) {
    let (declared, files, diagnostics) = load(tree);
    for diagnostic in &diagnostics {
        let related = diagnostic.related.iter().map(|related| related.span);
        for span in diagnostic.span.into_iter().chain(related) {
            let text = &files.get(span.file).unwrap().text;
            assert!(text.get(span.start..span.end).is_some(), "{diagnostic:?}");
        }
    }
    assert_eq!(declared.files, files);
    assert!(crate::diag::has_errors(&diagnostics) || declared.lost.is_empty());
    crate::diag::emit::text(&files, &diagnostics, true);
}

/// What replaces a stretch of a valid file.
fn patch() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\[\\]{}=\".,# \n0-9a-z]{0,12}",
        Just("\u{feff}".to_owned()),
        Just("2026-02-30".to_owned()),
        Just("[[grant]]\n".to_owned()),
        Just("\"${network.on-prem}\"".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_load(
        settings in prop::collection::vec(any::<u8>(), 0..200),
        team in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let input = |path: &str, bytes| Input { path: path.into(), bytes };
        load_soundly(&Tree {
            files: vec![input("landgrant.toml", settings), input("a.toml", team)],
            ..Tree::default()
        });
    }

    #[test]
    fn damaged_definitions_load(
        which in 0_usize..3,
        from in any::<prop::sample::Index>(),
        length in 0_usize..40,
        patch in patch(),
    ) {
        let mut tree = tree(&SAMPLE);
        let bytes = &mut tree.files[which].bytes;
        let from = from.index(bytes.len());
        let to = (from + length).min(bytes.len());
        bytes.splice(from..to, patch.bytes());
        load_soundly(&tree);
    }

    #[test]
    fn values_of_any_type_load(
        key in "(to|allow|in|except|starts|expires|members|session|tags|id|ou|cidrs|inline_policy)",
        value in "(1|1.5|true|\"\"|\"x\"|\\[\\]|\\[1\\]|\\{\\}|\\{a=1\\}|2026-01-01|07:00:00|inf|9e999)",
        table in "(\\[\\[grant\\]\\]|\\[(ou|account|permission_set|network|user|group)\\.x\\])",
    ) {
        let text = format!("{table}\n{key} = {value}\n");
        load_soundly(&super::tree(&[("landgrant.toml", SETTINGS), ("t.toml", &text)]));
    }

    #[test]
    fn the_order_of_files_does_not_matter(
        order in Just([0_usize, 1, 2, 3, 4]).prop_shuffle(),
    ) {
        let files = [
            SAMPLE[0],
            SAMPLE[1],
            SAMPLE[2],
            ("other.toml", SAMPLE[1].1),
            ("teams/loyalty.toml", "[group.again]\n"),
        ];
        let straight = load(&tree(&files));
        let shuffled = load(&tree(&order.map(|at| files[at])));
        prop_assert_eq!(format!("{straight:?}"), format!("{shuffled:?}"));
        prop_assert!(straight.2.iter().any(|d| d.code == Code::DuplicateDefinition));
    }
}
