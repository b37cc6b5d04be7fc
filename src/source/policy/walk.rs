//! A reader of JSON that goes on behind mistakes: each is reported once, and what can be guessed is
//! read, so that one slip does not hide the rest of the policy.

use super::json::Json;
use crate::diag::{Code, Diagnostic, FileId, Span, Spanned};
use crate::text::shorten;
use serde_json::Value;
use std::collections::BTreeSet;

/// Mistakes that are told; behind them the text is taken for something else than JSON.
const MAX_MISTAKES: usize = 100;

/// Lists and objects inside one another, as `serde_json` has it.
const MAX_DEPTH: usize = 127;

/// A position in a text, and what was found on the way.
pub(super) struct Walk<'t> {
    file: FileId,
    text: &'t str,
    at: usize,
    /// The brackets that close what is open.
    open: Vec<u8>,
    /// Where mistakes were reported: a place has one.
    places: BTreeSet<usize>,
    stopped: bool,
    pub(super) mistakes: Vec<Diagnostic>,
    /// Values that were guessed, or read in part.
    pub(super) guessed: Vec<Span>,
}

impl<'t> Walk<'t> {
    pub(super) fn new(file: FileId, text: &'t str) -> Self {
        Self {
            file,
            text,
            at: 0,
            open: Vec::new(),
            places: BTreeSet::new(),
            stopped: false,
            mistakes: Vec::new(),
            guessed: Vec::new(),
        }
    }

    /// The whole text; `None` where reading it was given up.
    pub(super) fn document(&mut self) -> Option<Spanned<Json>> {
        if self.text.trim().is_empty() {
            self.at = 0;
            self.mistake(
                0,
                "the file is empty",
                "write a policy: { \"Version\": \"2012-10-17\", … }",
            );
            return None;
        }
        let document = self.value();
        if self.peek().is_some() {
            let start = self.at;
            self.at = self.text.trim_end().len().max(start);
            self.mistake(start, "text behind the document", "remove it");
        }
        (!self.stopped).then_some(document)
    }

    /// Reports what stands from `start` to here.
    fn mistake(&mut self, start: usize, label: &str, help: &str) {
        if self.stopped || !self.places.insert(start) {
            return;
        }
        self.mistakes.push(
            Diagnostic::new(Code::PolicySyntax, self.span(start), "the document is not JSON")
                .label(label)
                .help(help),
        );
        self.stopped = self.mistakes.len() >= MAX_MISTAKES;
    }

    /// Reports the next character, which stays.
    fn mistake_here(&mut self, label: &str, help: &str) {
        let start = self.at;
        self.at += self.rest().chars().next().map_or(0, char::len_utf8);
        self.mistake(start, label, help);
        self.at = start;
    }

    fn span(&self, start: usize) -> Span {
        Span { file: self.file, start, end: self.at }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next byte of the document, which stays: white space and comments are passed.
    fn peek(&mut self) -> Option<u8> {
        while !self.stopped {
            let rest = self.rest();
            let start =
                self.at + rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
            self.at = start;
            let rest = self.rest();
            let line = || rest.find('\n').unwrap_or(rest.len());
            if rest.starts_with('#') || rest.starts_with("//") {
                self.at += rest[..line()].trim_end().len();
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |end| end + 2);
            } else if rest.starts_with(char::is_whitespace) {
                self.at += rest.len() - rest.trim_start().len();
                self.mistake(start, "white space that JSON does not have", "write plain spaces");
                continue;
            } else {
                return rest.bytes().next();
            }
            let help = "remove it, or write the policy as a TOML table, which may have comments";
            self.mistake(start, "JSON has no comments", help);
        }
        None
    }

    fn value(&mut self) -> Spanned<Json> {
        while self.peek() == Some(b':') {
            self.mistake_here("a colon too many", "remove it");
            self.at += 1;
        }
        let next = self.peek();
        let start = self.at;
        let value = match next {
            Some(b'{') => self.container(b'}'),
            Some(b'[') => self.container(b']'),
            Some(b'"' | b'\'') => {
                let (text, sure) = self.string();
                if !sure {
                    self.guessed.push(self.span(start));
                }
                Json::Text(text)
            }
            None | Some(b',' | b']' | b'}') => {
                self.mistake_here("a value is missing", "write the value before this");
                self.guessed.push(self.span(start));
                Json::Null
            }
            Some(_) => self.scalar(),
        };
        Spanned::new(value, self.span(start))
    }

    /// An object or a list, by the bracket that closes it.
    fn container(&mut self, close: u8) -> Json {
        let start = self.at;
        if self.open.len() >= MAX_DEPTH {
            self.mistake_here("nested too deep", "flatten it");
            self.stopped = true;
            return Json::Null;
        }
        self.at += 1;
        self.open.push(close);
        let (mut members, mut items) = (Vec::new(), Vec::new());
        let mut whole = true;
        loop {
            match self.peek() {
                None => {
                    let closers: Vec<u8> = self.open.iter().rev().copied().collect();
                    let closers = String::from_utf8_lossy(&closers).into_owned();
                    self.mistake(
                        self.at,
                        "the document ends too early",
                        &format!("write `{closers}` at the end"),
                    );
                    whole = false;
                    break;
                }
                Some(byte) if byte == close => {
                    self.at += 1;
                    break;
                }
                Some(b'}' | b']') => {
                    whole = false;
                    if self.closes_outer() {
                        let help = format!("write `{}` before this", char::from(close));
                        self.mistake_here("closes what is not the innermost bracket", &help);
                        break;
                    }
                    self.mistake_here("closes nothing", "remove it");
                    self.at += 1;
                    continue;
                }
                Some(b',') => {
                    self.mistake_here("a comma too many", "remove it");
                    self.at += 1;
                    continue;
                }
                Some(_) if close == b']' => items.push(self.value()),
                Some(_) => match self.member() {
                    Some(member) => members.push(member),
                    None => whole = false,
                },
            }
            self.comma(close);
        }
        self.open.pop();
        if !whole {
            self.guessed.push(self.span(start));
        }
        if close == b']' { Json::List(items) } else { Json::Object(members) }
    }

    /// Whether the bracket here closes something that is open further out.
    fn closes_outer(&self) -> bool {
        let here = self.rest().bytes().next();
        self.open.iter().any(|close| Some(*close) == here)
    }

    /// What stands behind a member or an item.
    fn comma(&mut self, close: u8) {
        match self.peek() {
            Some(b',') => {
                let comma = self.at;
                self.at += 1;
                if self.peek() == Some(close) {
                    let end = std::mem::replace(&mut self.at, comma + 1);
                    self.mistake(comma, "a trailing comma", "remove it");
                    self.at = end;
                }
            }
            None | Some(b'}' | b']') => {}
            Some(_) => self.mistake_here("a comma is missing before this", "write `,` before it"),
        }
    }

    /// A name and its value; `None` where there is no name.
    fn member(&mut self) -> Option<(Spanned<String>, Spanned<Json>)> {
        let start = self.at;
        let name = match self.peek()? {
            b':' | b'{' | b'[' => {
                self.mistake_here("a name is missing", "write \"NAME\": before the value");
                self.value();
                return None;
            }
            b'"' | b'\'' => self.string().0,
            _ => self.word(|c| c == ':').to_owned(),
        };
        if !self.text[start..].starts_with(['"', '\'']) {
            self.mistake(start, "a name without quotes", "write it in double quotes");
        }
        let name = Spanned::new(name, self.span(start));
        match self.peek() {
            Some(b':') => self.at += 1,
            Some(b',' | b'}' | b']') | None => {}
            Some(_) => self.mistake_here("a colon is missing before this", "write `:` before it"),
        }
        Some((name, self.value()))
    }

    /// What stands up to white space or punctuation, one character at least.
    fn word(&mut self, ends: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || ",[]{}\"'#".contains(c) || ends(c);
        let end =
            rest.char_indices().skip(1).find(|(_, c)| ends(*c)).map_or(rest.len(), |(i, _)| i);
        self.at += end;
        &rest[..end]
    }

    fn scalar(&mut self) -> Json {
        let start = self.at;
        let word = self.word(|_| false);
        match serde_json::from_str(word) {
            Ok(Value::Null) => return Json::Null,
            Ok(Value::Bool(value)) => return Json::Bool(value),
            Ok(Value::Number(number)) => return Json::Number(number),
            _ => {}
        }
        let help = match word {
            "True" | "TRUE" => "write true".to_owned(),
            "False" | "FALSE" => "write false".to_owned(),
            _ if word.contains('\\') => "write it in double quotes".to_owned(),
            _ => format!("write \"{}\"", shorten(word, 80)),
        };
        self.mistake(start, "neither in quotes nor a number, true, false or null", &help);
        self.guessed.push(self.span(start));
        Json::Text(word.to_owned())
    }

    /// A text in quotes, and whether it is read as it stands.
    fn string(&mut self) -> (String, bool) {
        let start = self.at;
        let rest = self.rest();
        let quote = rest.bytes().next().unwrap_or(b'"');
        let mut escaped = false;
        let end = rest.bytes().enumerate().skip(1).find(|(_, byte)| {
            let ends = *byte == b'\n' || (*byte == quote && !escaped);
            escaped = *byte == b'\\' && !escaped;
            ends
        });
        let Some((end, _)) = end.filter(|(_, byte)| *byte == quote) else {
            let line = &rest[..end.map_or(rest.len(), |(end, _)| end)];
            let kept = line.trim_end_matches([' ', '\t', '\r', ',', ']', '}']);
            self.at += kept.len();
            self.mistake(start, "the closing quote is missing", "write `\"` at its end");
            return (kept[1..].to_owned(), false);
        };
        self.at += end + 1;
        let raw = &rest[1..end];
        if quote == b'\'' {
            self.mistake(start, "in single quotes", "write it in double quotes");
            return (raw.to_owned(), false);
        }
        if let Ok(text) = serde_json::from_str(&rest[..=end]) {
            return (text, true);
        }
        if raw.bytes().any(|byte| byte < b' ') {
            self.mistake(start, "holds a control character", "write \\t for a tab");
        } else {
            self.mistake(
                start,
                "holds an escape that JSON does not have",
                "write \\\\ for a backslash",
            );
        }
        (raw.to_owned(), false)
    }
}
