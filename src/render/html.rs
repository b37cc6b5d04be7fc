//! Pages: one file each, which asks the network for nothing and runs no script but its own.
//!
//! What comes from outside stands in a block of JSON, where nothing can end the block, and its script
//! sets it as text. The page's policy names the digests of its script and its style, so the browser runs
//! nothing else even if something got through.

pub mod matrix;
pub mod plan;

use crate::text::visible;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const STYLE: &str = include_str!("html/page.css");
const COMMON: &str = include_str!("html/common.js");

/// What stands around the data of a page.
struct Shell<'a> {
    title: &'a str,
    /// What has to be seen even where no script runs.
    warning: Option<&'a str>,
    script: &'a str,
}

impl Shell<'_> {
    /// Everything before the data.
    fn begin(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { title, warning, script } = self;
        let (style, script) = (digest(&[STYLE]), digest(&[COMMON, script]));
        let title = escaped(title);
        write!(
            out,
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'sha256-{style}'; script-src 'sha256-{script}'; base-uri 'none'; \
             form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#main\">Skip to the report</a>\n\
             <main id=\"main\" tabindex=\"-1\">\n<h1>{title}</h1>\n"
        )?;
        if let Some(warning) = warning {
            let warning = escaped(warning);
            writeln!(
                out,
                "<div class=\"banner stop\" role=\"alert\"><strong>{warning}</strong></div>"
            )?;
        }
        out.write_all(
            b"<noscript><p class=\"banner\">This page shows its data with JavaScript of its own, which is \
              switched off. The same is in the forms text, json and csv.</p></noscript>\n</main>\n\
              <script type=\"application/json\" id=\"data\">",
        )
    }

    /// Everything after the data.
    fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "</script>\n<script>{COMMON}{}</script>\n</body>\n</html>", self.script)
    }
}

/// JSON inside a page: nothing in it can end its block or begin a comment.
fn json(value: &Value, out: &mut dyn Write) -> io::Result<()> {
    let text = shown(value).to_string();
    out.write_all(text.replace('<', "\\u003c").as_bytes())
}

/// The same value with every hidden character of its texts spelt out.
fn shown(value: &Value) -> Value {
    match value {
        Value::String(text) => visible(text).into(),
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(k, v)| (visible(k), shown(v)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}

/// Text between tags.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in visible(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

/// A digest as a content security policy has it.
fn digest(pieces: &[&str]) -> String {
    let mut hash = Sha256::new();
    for piece in pieces {
        hash.update(piece.as_bytes());
    }
    base64(&hash.finalize())
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letter = |bits: u32| LETTERS.get((bits & 63) as usize).copied().map_or('=', char::from);
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let bits =
            (0..3).fold(0, |bits, at| bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            out.push(if at <= chunk.len() { letter(bits >> (18 - 6 * at)) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_is_markup() {
        let mut out = Vec::new();
        let hostile = "</script><script>alert(1)</script><!-- \u{202e}\u{1b}[31m";
        json(&serde_json::json!({ hostile: [hostile] }), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(!text.contains('<') && !text.contains('\u{202e}'), "{text}");
        assert!(text.contains("\\u003c/script>") && text.contains("\\\\u{202e}"), "{text}");
        let mut out = Vec::new();
        let shell = Shell { title: hostile, warning: Some(hostile), script: "" };
        shell.begin(&mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.matches("<script").count(), 1, "{text}");
        assert!(!text.contains("<!-- "), "{text}");
    }

    #[test]
    fn digests_are_those_of_browsers() {
        for (bytes, text) in [(&b""[..], ""), (b"f", "Zg=="), (b"fo", "Zm8="), (b"foo", "Zm9v")] {
            assert_eq!(base64(bytes), text);
        }
        assert_eq!(digest(&[""]), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }
}
