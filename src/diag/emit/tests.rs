use super::*;
use crate::diag::{Code, File, FileId};
use proptest::prelude::*;

fn files(list: &[(&str, &str)]) -> Files {
    let file = |(path, text): &(&str, &str)| File { path: (*path).into(), text: (*text).into() };
    Files { list: list.iter().map(file).collect() }
}

/// The span of the first `needle` in a file.
fn at(files: &Files, file: u32, needle: &str) -> Span {
    let start = files.list[file as usize].text.find(needle).unwrap();
    Span { file: FileId(file), start, end: start + needle.len() }
}

fn drawn(files: &Files, diagnostic: Diagnostic) -> String {
    text(files, &[diagnostic], false)
}

#[test]
fn x() {
    let files = files(&[
        ("a.toml", "[group.a]\nmembers = [\"x\"]\n"),
        ("b/c.toml", "\n[group.a]\r\n\tdescription = \"名前\" # \u{1b}[31m\r\n"),
    ]);
    println!(
        "{}",
        drawn(
            &files,
            Diagnostic::new(
                Code::DuplicateDefinition,
                at(&files, 1, "a"),
                "the group `a` is defined twice"
            )
            .label("defined again")
            .related(at(&files, 0, "a"), "first defined here")
            .help("remove one of the two")
        )
    );
    println!(
        "{}",
        drawn(
            &files,
            Diagnostic::new(Code::WrongType, at(&files, 1, "\"名前\""), "bad \u{1b}[31m")
                .label("expected")
                .related(at(&files, 1, "a"), "here")
                .help("mend")
        )
    );
    println!(
        "{}",
        drawn(&files, Diagnostic::without_place(Code::NoDefinitions, "bad").help("mend"))
    );
    let long = format!("x = \"{}\" # {}", "a".repeat(50_000), "b".repeat(50_000));
    let files = self::files(&[("l.toml", &long)]);
    println!(
        "{}",
        drawn(
            &files,
            Diagnostic::new(Code::WrongType, at(&files, 0, "# b"), "bad").label("expected")
        )
    );
    println!(
        "{}",
        drawn(
            &files,
            Diagnostic::new(
                Code::WrongType,
                Span { file: FileId(0), start: 4, end: 900_000 },
                "bad"
            )
            .label("expected")
        )
    );
    println!(
        "{}",
        drawn(
            &files,
            Diagnostic::new(
                Code::WrongType,
                Span { file: FileId(0), start: 900_000, end: 900_000 },
                "bad"
            )
            .label("expected")
        )
    );
}

proptest! {
    #[test]
    fn any_span_of_any_text_can_be_drawn(
        body in "[a-z\t\r\n \u{1b}\u{202e}名é\u{300}]{0,300}",
        spans in prop::collection::vec((0_u32..3, 0_usize..400, 0_usize..400), 1..4),
    ) {
        let files = files(&[("a", &body), ("b", "")]);
        let mut spans = spans.into_iter().map(|(f, start, end)| Span { file: FileId(f), start, end });
        let mut diagnostic = Diagnostic::new(Code::WrongType, spans.next().unwrap(), body.clone());
        for span in spans {
            diagnostic = diagnostic.related(span, "other");
        }
        let drawn = drawn(&files, diagnostic.clone());
        let raw = drawn.contains(['\u{1b}', '\u{202e}', '\r']);
        prop_assert!(!raw);
        json(&files, &[diagnostic]);
    }
}
