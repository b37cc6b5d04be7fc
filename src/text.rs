//! Text for people: hidden characters made visible, near misses, counted nouns.

pub mod json;
mod near;

pub use near::{Names, suggest};
use std::fmt::Write as _;
use std::io;

/// Whether a terminal would not show a character, or would let it change what stands around it:
/// controls (and so every ANSI escape), line separators, bidi marks and zero-width formats.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{feff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}

/// A text that is safe to print: every hidden character as `\u{1b}`, the rest as it stands.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// A JSON document as a terminal may show it: every hidden character of its texts as `\u001b`. It
/// means the same; serialisers escape only C0 controls.
pub fn plain_json(document: &str) -> String {
    if document.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n')) {
        return document.to_owned(); // Most documents, and long ones, are plain already.
    }
    let mut out = String::with_capacity(document.len());
    for c in document.chars() {
        // Line ends stand between values, never raw within a text.
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a String cannot fail.
                let _infallible = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// The beginning of a text that may be long, for a message of one line.
pub fn shorten(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `1 error`, `2 errors`.
pub fn counted(number: usize, noun: &str) -> String {
    if noun == "person" && number != 1 {
        return format!("{number} people");
    }
    let mut out = format!("{number} {noun}");
    if number != 1 {
        out.push('s');
    }
    out
}

/// The names of a list file: one a line, `#` begins a comment.
pub fn lines_of(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Names in backticks, joined by commas: `` `a`, `b` ``.
pub fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for name in names {
        let comma = if out.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _infallible = write!(out, "{comma}`{name}`");
    }
    out
}

/// What went wrong with a file, in words alone: the system's numbers help nobody.
pub fn file_trouble(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        io::ErrorKind::NotADirectory => "part of the path is not a folder".to_owned(),
        io::ErrorKind::StorageFull => "there is no room left on the disk".to_owned(),
        _ => {
            let text = error.to_string();
            text.split(" (os error").next().unwrap_or(&text).to_lowercase()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_hide_is_spelled_out() {
        for (text, shown) in [
            ("plain Việt 名前 é 👍", "plain Việt 名前 é 👍"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("a\tb\r\nc\0", "a\\u{9}b\\u{d}\\u{a}c\\u{0}"),
            ("\u{9b}2J", "\\u{9b}2J"),
            ("a\u{202e}b\u{2066}c", "a\\u{202e}b\\u{2066}c"),
            ("zero\u{200b}width\u{feff}", "zero\\u{200b}width\\u{feff}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn json_hides_nothing_and_stays_the_same() {
        let value = serde_json::json!({"a\u{9b}": "\u{1b}\u{7f}\u{85}\n\u{202e}\u{e0001}é\"\\"});
        let text = plain_json(&format!("{value:#}\n"));
        assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'), "{text:?}");
        assert!(text.contains("\\u009b") && text.contains("\\udb40\\udc01"), "{text}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

    #[test]
    fn long_texts_are_cut_between_characters() {
        assert_eq!(shorten("naïveté", 3), "naï…");
        assert_eq!(shorten("abc", 3), "abc");
    }
}
