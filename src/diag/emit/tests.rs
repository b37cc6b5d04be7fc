use super::*;
use crate::diag::{Code, File, FileId, Files, Span};
use proptest::prelude::*;
use serde_json::json;

mod documents;
mod places;

pub(super) fn files(list: &[(&str, &str)]) -> Files {
    let file = |(path, text): &(&str, &str)| File::new(*path, *text);
    Files { list: list.iter().map(file).collect() }
}

/// The span of the first `needle` in a file.
pub(super) fn at(files: &Files, file: u32, needle: &str) -> Span {
    let start = files.list[file as usize].text.find(needle).unwrap();
    Span { file: FileId(file), start, end: start + needle.len() }
}

/// What is drawn of one diagnostic, without the closing lines.
pub(super) fn drawn(files: &Files, diagnostic: Diagnostic) -> String {
    let drawn = text(files, &[diagnostic], false);
    drawn.rsplit_once("\n\n").unwrap().0.to_owned()
}

#[test]
fn a_mistake_is_drawn_with_both_ends() {
    let files = files(&[
        ("a.toml", "[group.a]\nmembers = [\"x\"]\n"),
        ("b/c.toml", "# team\n[group.a]\nmembers = []\n"),
    ]);
    let diagnostic = Diagnostic::new(
        Code::DuplicateDefinition,
        at(&files, 1, "a]"),
        "the group `a` is defined twice",
    )
    .label("defined again")
    .related(at(&files, 0, "a]"), "first defined here")
    .help("remove one of the two");
    assert_eq!(
        drawn(&files, diagnostic),
        "\
error[duplicate-definition]: the group `a` is defined twice
 --> b/c.toml:2:8
  |
2 | [group.a]
  |        ^^ defined again
  |
 ::: a.toml:1:8
  |
1 | [group.a]
  |        -- first defined here
  |
  = help: remove one of the two"
    );
}

#[test]
fn without_a_place_or_a_text_the_message_still_stands() {
    let files = files(&[("bad.toml", "")]);
    let nowhere = Diagnostic::without_place(Code::MissingSettings, "nothing").help("begin");
    assert_eq!(drawn(&files, nowhere), "error[missing-settings]: nothing\n |\n = help: begin");
    let empty = Span { file: FileId(0), start: 0, end: 0 };
    let nothing = drawn(&files, Diagnostic::new(Code::InvalidUtf8, empty, "no text"));
    assert_eq!(nothing, "error[invalid-utf8]: no text\n --> bad.toml:1:1\n  |\n1 |\n  | ^");
    assert_eq!(text(&files, &[], true), "");
}

#[test]
fn colour_is_added_and_carries_no_meaning() {
    let files = files(&[("a.toml", "x = 1\n")]);
    let diagnostic = Diagnostic::new(Code::UnknownKey, at(&files, 0, "x"), "what").help("no");
    let colored = text(&files, std::slice::from_ref(&diagnostic), true);
    assert!(colored.contains("\u{1b}["));
    let plain = text(&files, &[diagnostic], false);
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), plain);
}

#[test]
fn the_end_counts_and_says_where_to_read_on() {
    let files = files(&[("a.toml", "x = 1\n")]);
    let warning = Diagnostic::new(Code::PolicyPath, at(&files, 0, "x"), "may fail");
    let error = Diagnostic::new(Code::UnknownKey, at(&files, 0, "x"), "fails");
    for (list, end) in [
        (
            vec![&warning, &error],
            "1 error, 1 warning\nfor more: landgrant check --explain unknown-key\n",
        ),
        (vec![&warning, &warning], "2 warnings\nfor more: landgrant check --explain policy-path\n"),
    ] {
        let list: Vec<Diagnostic> = list.into_iter().cloned().collect();
        let drawn = text(&files, &list, false);
        assert_eq!(drawn.rsplit_once("\n\n").unwrap().1, end);
    }
    assert_eq!(text(&files, &[], false), "");
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
        json(&files, std::slice::from_ref(&diagnostic));
        sarif(&files, &[diagnostic]);
    }
}
