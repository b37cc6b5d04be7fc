use super::*;
use crate::diag::{Code, File, FileId};
use proptest::prelude::*;

fn files(list: &[(&str, &str)]) -> Files {
    let file = |(path, text): &(&str, &str)| File::new(*path, *text);
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
  = help: remove one of the two

1 error
"
    );
}

#[test]
fn tabs_line_ends_and_wide_characters_keep_carets_in_place() {
    let files = files(&[(
        "a.toml",
        "[group.a]\r\n\tdescription = \"名前\" # \u{1b}[31m\u{202e}\r\n\r\n\r\nx = 1\r\n",
    )]);
    let diagnostic = Diagnostic::new(Code::WrongType, at(&files, 0, "\"名前\""), "no \u{1b}[31m")
        .label("wide")
        .related(at(&files, 0, "x = 1"), "far below");
    assert_eq!(
        drawn(&files, diagnostic),
        "\
error[wrong-type]: no \\u{1b}[31m
 --> a.toml:2:16
  |
2 |     description = \"名前\" # ␛[31m�
  |                   ^^^^^^ wide
...
5 | x = 1
  | ----- far below

1 error
"
    );
}

#[test]
fn long_lines_are_cut_and_far_marks_drawn_apart() {
    let files = files(&[("a.toml", &format!("x = [\"m\", {} \"m\"]", "\"y\", ".repeat(20_000)))]);
    let Span { file, start, end } = at(&files, 0, "\"m\"]");
    let diagnostic = Diagnostic::new(Code::DuplicateMember, Span { file, start, end }, "twice")
        .related(at(&files, 0, "\"m\","), "first listed here");
    let drawn = drawn(&files, diagnostic);
    assert!(drawn.contains("--> a.toml:1:100012\n"), "{drawn}");
    assert!(drawn.contains("::: a.toml:1:6\n"), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() < 250), "{drawn}");
    assert!(drawn.ends_with("\n1 warning\n"));
}

#[test]
fn without_a_place_or_a_text_the_message_still_stands() {
    let files = files(&[("bad.toml", "")]);
    let nowhere = Diagnostic::without_place(Code::MissingSettings, "nothing").help("begin");
    assert_eq!(
        drawn(&files, nowhere),
        "error[missing-settings]: nothing\n |\n = help: begin\n\n1 error\n"
    );
    let empty = Span { file: FileId(0), start: 0, end: 0 };
    let nothing = drawn(&files, Diagnostic::new(Code::InvalidUtf8, empty, "no text"));
    assert_eq!(
        nothing,
        "error[invalid-utf8]: no text\n --> bad.toml:1:1\n  |\n1 |\n  | ^\n\n1 error\n"
    );
    assert_eq!(text(&files, &[], true), "");
}

#[test]
fn colour_is_added_and_carries_no_meaning() {
    let files = files(&[("a.toml", "x = 1\n")]);
    let diagnostic = Diagnostic::new(Code::UnknownKey, at(&files, 0, "x"), "what").help("no");
    let colored = text(&files, std::slice::from_ref(&diagnostic), true);
    assert!(colored.contains("\u{1b}["));
    assert_eq!(anstream::adapter::strip_str(&colored).to_string(), drawn(&files, diagnostic));
}

#[test]
fn json_has_the_documented_fields() {
    let files = files(&[("a.toml", "\nxé = 1\n")]);
    let list = [
        Diagnostic::new(Code::UnknownKey, at(&files, 0, "1"), "`xé`\u{202e}")
            .label("here")
            .related(at(&files, 0, "é"), "there"),
        Diagnostic::without_place(Code::NoDefinitions, "nothing").help("add some"),
    ];
    let related = json!({"code": "unknown-key", "severity": "error", "message": "there",
        "label": null, "file": "a.toml", "line": 2, "column": 2, "help": null, "related": []});
    assert_eq!(
        json(&files, &list),
        json!([
            {"code": "unknown-key", "severity": "error", "message": "`xé`\\u{202e}",
             "label": "here", "file": "a.toml", "line": 2, "column": 6, "help": null,
             "related": [related]},
            {"code": "no-definitions", "severity": "warning", "message": "nothing",
             "label": null, "file": null, "line": null, "column": null, "help": "add some",
             "related": []},
        ])
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
