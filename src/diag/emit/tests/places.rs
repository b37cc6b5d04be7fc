//! Carets stand under what they mean, whatever the line holds.

use super::*;

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
  | ----- far below"
    );
}

/// The line of source and the line of carets below it.
fn pair(text: &str, needle: &str) -> (String, String) {
    let files = files(&[("a.toml", text)]);
    let drawn = drawn(&files, Diagnostic::new(Code::WrongType, at(&files, 0, needle), "m"));
    let lines: Vec<&str> = drawn.lines().collect();
    (lines[3].to_owned(), lines[4].to_owned())
}

#[test]
fn each_kind_of_character_has_its_width() {
    for (text, needle, source, carets) in [
        ("x = \"ok\"", "\"ok\"", "1 | x = \"ok\"", "  |     ^^^^"),
        ("a = [\"名\", \"b\"]", "\"b\"", "1 | a = [\"名\", \"b\"]", "  |            ^^^"),
        ("a = [\"👍\", \"b\"]", "\"b\"", "1 | a = [\"👍\", \"b\"]", "  |            ^^^"),
        // Two characters in one column.
        (
            "a = [\"e\u{301}\", \"b\"]",
            "\"b\"",
            "1 | a = [\"e\u{301}\", \"b\"]",
            "  |           ^^^",
        ),
        ("a = [\"Việt\", \"b\"]", "\"b\"", "1 | a = [\"Việt\", \"b\"]", "  |              ^^^"),
        // A family is drawn as its members: what joins them would be hidden.
        ("a=\"👩\u{200d}👩\" b", "b", "1 | a=\"👩�👩\" b", "  |           ^"),
        ("\ta = 1", "1", "1 |     a = 1", "  |         ^"),
        ("a\t=\t1", "1", "1 | a    =    1", "  |           ^"),
        ("ａ = 1", "1", "1 | ａ = 1", "  |      ^"),
    ] {
        assert_eq!(pair(text, needle), (source.to_owned(), carets.to_owned()), "{text:?}");
    }
}

#[test]
fn columns_count_characters_from_the_lines_beginning() {
    let files =
        files(&[("a.toml", "\u{1}é\t名x\r\ny\n"), ("empty.toml", ""), ("end.toml", "a = ")]);
    let place = |file, start, end| {
        let span = Span { file: FileId(file), start, end };
        let begin = files.position(span);
        ((begin.line, begin.column), files.end(span))
    };
    let x = files.list[0].text.find('x').unwrap();
    assert_eq!(place(0, x, x + 1), ((1, 5), (1, 6)));
    assert_eq!(place(0, x, x), ((1, 5), (1, 5)));
    assert_eq!(place(0, x, x + 4), ((1, 5), (2, 2)));
    // Inside `é`, behind the end, the wrong way round.
    assert_eq!(place(0, 2, 3), ((1, 2), (1, 3)));
    assert_eq!(place(0, 99, 100), ((3, 1), (3, 1)));
    assert_eq!(place(0, x, 0), ((1, 5), (1, 5)));
    assert_eq!(place(1, 0, 5), ((1, 1), (1, 1)));
    assert_eq!(place(2, 4, 4), ((1, 5), (1, 5)));
    assert_eq!(place(7, 4, 4), ((1, 1), (1, 1)));
}

#[test]
fn ends_of_files_and_empty_spans_have_one_caret() {
    for (text, start, end, expected) in [
        ("a = ", 4, 4, " --> a.toml:1:5\n  |\n1 | a = \n  |     ^"),
        ("a = 1\n", 6, 6, " --> a.toml:2:1\n  |\n2 |\n  | ^"),
        ("a = 1\r\n", 5, 7, " --> a.toml:1:6\n  |\n1 | a = 1\n  |      ^"),
        ("a = [\n1,\n2\n]", 4, 12, " --> a.toml:1:5\n  |\n1 | a = [\n  |     ^"),
        ("a = 名", 7, 7, " --> a.toml:1:6\n  |\n1 | a = 名\n  |       ^"),
    ] {
        let files = files(&[("a.toml", text)]);
        let span = Span { file: FileId(0), start, end };
        let drawn = drawn(&files, Diagnostic::new(Code::WrongType, span, "m"));
        assert_eq!(drawn.split_once('\n').unwrap().1, expected, "{text:?}");
    }
}

#[test]
fn a_line_as_long_as_its_file_is_cut_around_its_marks() {
    let before = "\"名\", ".repeat(100_000);
    let files = files(&[("a.toml", &format!("x = [{before}\"m\", \"n\"{}]", ", 1".repeat(60)))]);
    let drawn = drawn(&files, Diagnostic::new(Code::WrongType, at(&files, 0, "\"n\""), "m"));
    assert_eq!(
        drawn,
        "\
error[wrong-type]: m
 --> a.toml:1:500011
  |
1 | …\"名\", \"名\", \"名\", \"名\", \"名\", \"名\", \"名\", \"m\", \"n\", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,…
  |                                                 ^^^"
    );
}

#[test]
fn far_marks_of_a_long_line_are_drawn_apart() {
    let files = files(&[("a.toml", &format!("x = [\"m\", {} \"m\"]", "\"y\", ".repeat(20_000)))]);
    let Span { file, start, end } = at(&files, 0, "\"m\"]");
    let diagnostic = Diagnostic::new(Code::DuplicateMember, Span { file, start, end }, "twice")
        .related(at(&files, 0, "\"m\","), "first listed here");
    let drawn = drawn(&files, diagnostic);
    assert!(drawn.contains("--> a.toml:1:100012\n"), "{drawn}");
    assert!(drawn.contains("::: a.toml:1:6\n"), "{drawn}");
    assert!(drawn.lines().all(|line| line.chars().count() < 160), "{drawn}");
}

#[test]
fn many_other_ends_each_have_their_place() {
    let long = format!("{}y = 1", "x".repeat(500));
    let files = files(&[("a.toml", "a = 1\n"), ("b|--> c.toml", &long), ("c|--> .toml", &long)]);
    let diagnostic = Diagnostic::new(Code::WrongType, at(&files, 1, "y"), "--> b.toml:1:1")
        .related(at(&files, 2, "y"), "third")
        .related(at(&files, 0, "a"), "first")
        .help("--> b|--> c.toml:1:1");
    let drawn = drawn(&files, diagnostic);
    let headers: Vec<&str> = drawn
        .lines()
        .filter(|line| line.starts_with(" --> ") || line.starts_with(" ::: "))
        .collect();
    assert_eq!(headers, [" --> b|--> c.toml:1:501", " ::: a.toml:1:1", " ::: c|--> .toml:1:501"]);
    assert!(drawn.ends_with("= help: --> b|--> c.toml:1:1"), "{drawn}");
}
