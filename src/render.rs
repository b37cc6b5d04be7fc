//! Values → text for people. Every name that comes from outside passes through [`Page::row`], which
//! makes control characters visible: nothing from AWS or a file can paint the terminal.

pub mod access;
pub mod between;
pub mod changes;
pub mod difference;
pub mod drift;
pub mod explain;
pub mod html;
pub mod journal;
pub mod matrix;
pub mod outcome;
pub mod plan;
pub mod status;

pub(crate) use crate::text::counted;
use crate::text::visible;
use anstyle::{AnsiColor, Style};

/// What a row means, which decides its colour. The meaning is always in the text as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Ordinary.
    Plain,
    /// A heading.
    Strong,
    /// Something comes to be.
    Add,
    /// Something goes.
    Remove,
    /// Something changes.
    Change,
    /// Something to look at.
    Warn,
    /// Less important.
    Quiet,
}

impl Tone {
    fn style(self) -> Style {
        let colour = |c: AnsiColor| Style::new().fg_color(Some(c.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Add => colour(AnsiColor::Green),
            Self::Remove => colour(AnsiColor::Red),
            Self::Change | Self::Warn => colour(AnsiColor::Yellow),
            Self::Quiet => Style::new().dimmed(),
        }
    }
}

/// Text under construction, a row at a time.
#[derive(Clone, Debug, Default)]
pub struct Page {
    text: String,
    color: bool,
}

impl Page {
    /// An empty page, with or without colour.
    pub fn new(color: bool) -> Self {
        Self { text: String::new(), color }
    }

    /// Adds a row, indented by a number of columns.
    pub fn row(&mut self, indent: usize, tone: Tone, text: &str) {
        let text = visible(text);
        self.text.extend(std::iter::repeat_n(' ', indent));
        if self.color && tone != Tone::Plain {
            let style = tone.style();
            self.text.push_str(&style.render().to_string());
            self.text.push_str(&text);
            self.text.push_str(&style.render_reset().to_string());
        } else {
            self.text.push_str(&text);
        }
        self.text.push('\n');
    }

    /// Adds an empty row.
    pub fn gap(&mut self) {
        self.text.push('\n');
    }

    /// Adds a heading: a word and what is said of it.
    pub fn heading(&mut self, word: &str, text: &str) {
        self.row(0, Tone::Strong, format!("{word:<12}{text}").trim_end());
    }

    /// Adds a list of words, separated by commas and broken at the width of a usual terminal.
    pub fn list<'a>(&mut self, indent: usize, tone: Tone, words: impl Iterator<Item = &'a str>) {
        let mut line = String::new();
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            let comma = if words.peek().is_some() { "," } else { "" };
            let space = usize::from(!line.is_empty());
            let width = indent + line.chars().count() + space + word.chars().count() + 1;
            if !line.is_empty() && width > WIDTH {
                self.row(indent, tone, &line);
                line.clear();
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
            line.push_str(comma);
        }
        if !line.is_empty() {
            self.row(indent, tone, &line);
        }
    }

    /// The finished text.
    pub fn finish(self) -> String {
        self.text
    }
}

/// Columns that lists are broken at.
const WIDTH: usize = 100;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_reaches_the_terminal_raw() {
        let mut page = Page::new(false);
        page.row(0, Tone::Add, "a\u{1b}[31mb\u{202e}c\nd");
        let text = page.finish();
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
        assert_eq!(text.matches('\n').count(), 1);
    }

    #[test]
    fn lists_are_broken_between_words() {
        let mut page = Page::new(false);
        let word = "x".repeat(40);
        page.list(4, Tone::Plain, [word.as_str(), &word, &word].into_iter());
        let text = page.finish();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|l| l.chars().count() <= WIDTH));
    }
}
