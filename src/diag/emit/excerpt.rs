//! The few lines of a file that a diagnostic is about, made safe to print.
//!
//! A character is drawn as one character, so that the columns the renderer counts are the file's.

use crate::diag::{Files, Span};
use crate::text::is_hidden;
use std::ops::Range;

/// Characters of a line that are drawn to the right of what matters in it.
const LINE: usize = 160;

/// Characters of a span that are underlined at most.
const SPAN: usize = 60;

/// Characters between the columns of two marks from which on they are drawn apart in long lines.
const COLUMNS_APART: usize = 60;

/// Lines between two marks of one file from which on they are drawn apart.
const LINES_APART: usize = 50;

/// A place to underline. Only the first line of the span is: headers say enough of what follows.
pub(super) struct Mark {
    pub(super) span: Span,
    pub(super) label: String,
    pub(super) primary: bool,
}

/// Consecutive lines with marks.
pub(super) struct Excerpt {
    /// The path of the file.
    pub(super) path: String,
    /// The number of the first line.
    pub(super) first_line: usize,
    /// The lines.
    pub(super) text: String,
    /// Where to underline `text`.
    pub(super) marks: Vec<(Range<usize>, Mark)>,
}

/// A mark, and where people see it begin.
struct Placed {
    mark: Mark,
    /// The number of its line.
    number: usize,
    /// The bytes of its line, without the end of line.
    line: Range<usize>,
    /// Characters before it.
    column: usize,
    /// Whether its line is longer than what is drawn of a line.
    long: bool,
}

/// Groups marks by file and neighbourhood; the group of the primary mark comes first.
pub(super) fn excerpts(files: &Files, marks: Vec<Mark>) -> Vec<Excerpt> {
    let mut placed: Vec<Placed> = marks.into_iter().filter_map(|mark| place(files, mark)).collect();
    placed.sort_by_key(|p| (p.mark.span.file, p.number, p.mark.span.start));
    let mut groups: Vec<Vec<Placed>> = Vec::new();
    for next in placed {
        match groups.last_mut() {
            Some(group) if belongs(group, &next) => group.push(next),
            _ => groups.push(vec![next]),
        }
    }
    // Stable: what is secondary stays in the order of files and lines.
    groups.sort_by_key(|group| !group.iter().any(|placed| placed.mark.primary));
    groups.into_iter().filter_map(|group| excerpt(files, group)).collect()
}

/// Whether a mark fits on one screen with those before it.
fn belongs(group: &[Placed], next: &Placed) -> bool {
    let near = |other: &Placed| {
        !(other.long || next.long) || other.column.abs_diff(next.column) <= COLUMNS_APART
    };
    group.last().is_some_and(|last| {
        last.mark.span.file == next.mark.span.file && next.number - last.number <= LINES_APART
    }) && group.iter().all(near)
}

/// Finds the line of a mark; a span that lies outside its file is moved to the nearest place inside.
fn place(files: &Files, mut mark: Mark) -> Option<Placed> {
    let text = files.get(mark.span.file)?.text.as_str();
    let start = floor(text, mark.span.start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let line_end = line_end - usize::from(text[line_start..line_end].ends_with('\r'));
    let start = start.min(line_end);
    let end = floor(text, mark.span.end).clamp(start, line_end);
    mark.span.start = start;
    mark.span.end = start + head(&text[start..end], SPAN).len();
    Some(Placed {
        mark,
        number: text[..line_start].matches('\n').count() + 1,
        line: line_start..line_end,
        column: text[line_start..start].chars().count(),
        long: head(&text[line_start..line_end], LINE).len() < line_end - line_start,
    })
}

/// The nearest character boundary at or before an offset.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The first characters of a text.
fn head(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

fn excerpt(files: &Files, group: Vec<Placed>) -> Option<Excerpt> {
    let (first, last) = (group.first()?, group.last()?);
    let file = files.get(first.mark.span.file)?;
    let first_line = first.number;
    let mut start = first.line.start;
    let mut text = String::new();
    // Where each line begins in the file, and in what is drawn.
    let mut begins: Vec<(usize, usize)> = Vec::new();
    for line in file.text[first.line.start..last.line.end].split('\n') {
        let marked = group.iter().filter(|placed| placed.line.start == start);
        let keep = marked.map(|placed| placed.mark.span.end - start).max().unwrap_or(0);
        let rest = line.strip_suffix('\r').unwrap_or(line).get(keep..).unwrap_or_default();
        begins.push((start, text.len()));
        start += line.len() + 1;
        let shown = head(rest, LINE);
        text.extend(line.get(..keep).unwrap_or_default().chars().map(stand_in));
        text.extend(shown.chars().map(stand_in));
        text.push_str(if shown.len() < rest.len() { "…\n" } else { "\n" });
    }
    let drawn = |from: usize, to: usize| {
        file.text.get(from..to).unwrap_or_default().chars().map(|c| stand_in(c).len_utf8()).sum()
    };
    let mut marks = Vec::new();
    for Placed { mark, number, line: _, column: _, long: _ } in group {
        let (from, begin) = *begins.get(number - first_line)?;
        let before: usize = drawn(from, mark.span.start);
        let length: usize = drawn(mark.span.start, mark.span.end);
        marks.push((begin + before..begin + before + length, mark));
    }
    Some(Excerpt { path: file.path.clone(), first_line, text, marks })
}

/// What is drawn for a character: itself, or a picture where a terminal would act on it.
fn stand_in(c: char) -> char {
    match c {
        '\t' => c,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('�'),
        '\u{7f}' => '␡',
        c if is_hidden(c) => '�',
        c => c,
    }
}
