//! The few lines of a file that a diagnostic is about, made safe to print.
//!
//! A character is drawn as one character, so that the columns the renderer counts are the file's.

use crate::diag::{Files, Span};
use crate::text::is_hidden;
use std::ops::Range;

/// Characters of a line from which on only a stretch around its marks is drawn.
const LINE: usize = 140;

/// Characters that are drawn before the first and behind the last mark of a long line.
const AROUND: usize = 40;

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
    /// Line and column of what matters most in it.
    pub(super) place: (usize, usize),
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
    let file = files.get(mark.span.file)?;
    let start = file.floor(mark.span.start);
    let number = file.line_at(start);
    let line = file.line(number);
    let start = start.min(line.end);
    let end = file.floor(mark.span.end).clamp(start, line.end);
    mark.span.start = start;
    mark.span.end = start + head(&file.text[start..end], SPAN).len();
    Some(Placed {
        mark,
        number,
        column: file.characters(line.start, start),
        long: head(&file.text[line.clone()], LINE).len() < line.len(),
    })
}

/// The first characters of a text.
fn head(text: &str, characters: usize) -> &str {
    text.char_indices().nth(characters).map_or(text, |(end, _)| &text[..end])
}

/// The last characters of a text.
fn tail(text: &str, characters: usize) -> &str {
    text.char_indices().rev().take(characters).last().map_or("", |(start, _)| &text[start..])
}

fn excerpt(files: &Files, group: Vec<Placed>) -> Option<Excerpt> {
    let (first, last) = (group.first()?, group.last()?);
    let file = files.get(first.mark.span.file)?;
    let chief = group.iter().find(|placed| placed.mark.primary).unwrap_or(first);
    let place = (chief.number, chief.column + 1);
    let first_line = first.number;
    let mut text = String::new();
    // Where what is drawn of each line begins in the file, and in what is drawn.
    let mut begins: Vec<(usize, usize)> = Vec::new();
    for number in first_line..=last.number {
        let line = file.line(number);
        let marked = group.iter().filter(|placed| placed.number == number);
        let shown = stretch(&file.text, line.clone(), marked.map(|placed| &placed.mark.span));
        if line.start < shown.start {
            text.push('…');
        }
        begins.push((shown.start, text.len()));
        text.extend(file.text[shown.clone()].chars().map(stand_in));
        text.push_str(if shown.end < line.end { "…\n" } else { "\n" });
    }
    let drawn = |from: usize, to: usize| -> usize {
        file.text.get(from..to).unwrap_or_default().chars().map(|c| stand_in(c).len_utf8()).sum()
    };
    let mut marks = Vec::new();
    for Placed { mark, number, column: _, long: _ } in group {
        let (from, begin) = *begins.get(number - first_line)?;
        let start = begin + drawn(from, mark.span.start);
        marks.push((start..start + drawn(mark.span.start, mark.span.end), mark));
    }
    Some(Excerpt { path: file.path.clone(), place, first_line, text, marks })
}

/// What is drawn of a line: all of it, or a stretch around its marks.
fn stretch<'a>(
    text: &str,
    line: Range<usize>,
    marks: impl Iterator<Item = &'a Span>,
) -> Range<usize> {
    let whole = head(&text[line.clone()], LINE).len();
    if whole == line.len() {
        return line;
    }
    let ends = marks.map(|span| (span.start, span.end));
    let Some((start, end)) = ends.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))) else {
        return line.start..line.start + whole;
    };
    let before = tail(&text[line.start..start], AROUND).len();
    let behind = head(&text[end..line.end], AROUND).len();
    start - before..end + behind
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
