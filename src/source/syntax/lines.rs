//! Lines of TOML, told apart without parsing: where statements begin, and whether one is whole.

/// What a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing, or a comment.
    Blank,
    /// `[table]` or `[[list]]`, closed or not.
    Header,
    /// `key =`.
    Key,
    /// Anything else: the middle of a statement, or of none.
    Other,
}

/// What a line begins, as far as it shows.
pub(super) fn kind(line: &str) -> Line {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Line::Blank;
    }
    if let Some(rest) = line.strip_prefix('[') {
        // `["a"],` and `[1],` are items of a list of lists; no table here begins like that.
        let name = rest.strip_prefix('[').unwrap_or(rest).trim_start();
        let named = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        return if named { Line::Header } else { Line::Other };
    }
    if key(line).is_some_and(|rest| rest.trim_start().starts_with('=')) {
        return Line::Key;
    }
    Line::Other
}

/// Whether a line that begins nothing reads like a header all the same: by its opening bracket, or by
/// its closing one alone. Only for the first line of a statement: the last one of a list looks the same.
pub(super) fn is_open_header(line: &str) -> bool {
    let line = line.split(" #").next().unwrap_or(line).trim();
    let closed = line.len() > 1 && line.ends_with(']') && !line.contains(['=', ' ', '\t']);
    line.starts_with('[') || closed
}

/// What follows a key, dotted or quoted, at the beginning of a line.
fn key(line: &str) -> Option<&str> {
    let mut rest = line;
    loop {
        rest = if let quote @ ('"' | '\'') = rest.chars().next()? {
            let end = rest[1..].find(quote)? + 2;
            &rest[end..]
        } else {
            let bare = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '+' | '@');
            let after = rest.trim_start_matches(bare);
            (after.len() < rest.len()).then_some(after)?
        };
        let after = rest.trim_start();
        match after.strip_prefix('.') {
            Some(more) => rest = more.trim_start(),
            None => return Some(rest),
        }
    }
}

/// How much of a statement is open at the end of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Open {
    /// Brackets and braces, the innermost last.
    brackets: Vec<char>,
    /// The quotes of a string over several lines.
    quotes: Option<&'static str>,
}

/// Brackets in brackets; no statement has as many.
const DEEPEST: usize = 64;

impl Open {
    /// Whether nothing is open.
    pub(super) fn is_closed(&self) -> bool {
        self.brackets.is_empty() && self.quotes.is_none()
    }

    /// Whether a line of this kind cannot belong to the statement any more.
    pub(super) fn ends_before(&self, line: Line) -> bool {
        match line {
            _ if self.brackets.len() > DEEPEST => true,
            _ if self.quotes.is_some() => false,
            Line::Header => true,
            // Keys stand in tables, not in lists.
            Line::Key => self.brackets.last() == Some(&'['),
            Line::Blank | Line::Other => false,
        }
    }

    /// What is open after another line.
    pub(super) fn after(mut self, line: &str) -> Self {
        let mut rest = line;
        while !rest.is_empty() && self.brackets.len() <= DEEPEST {
            if let Some(quotes) = self.quotes {
                let Some(end) = closing(rest, quotes) else { return self };
                self.quotes = None;
                rest = &rest[end..];
                continue;
            }
            let triple = ["\"\"\"", "'''"].into_iter().find(|quotes| rest.starts_with(quotes));
            if let Some(quotes) = triple {
                self.quotes = Some(quotes);
                rest = &rest[3..];
                continue;
            }
            let Some(c) = rest.chars().next() else { break };
            rest = &rest[c.len_utf8()..];
            match c {
                '#' => return self,
                '"' => rest = &rest[closing(rest, "\"").unwrap_or(rest.len())..],
                '\'' => rest = &rest[closing(rest, "'").unwrap_or(rest.len())..],
                '[' | '{' => self.brackets.push(c),
                ']' | '}' => drop(self.brackets.pop()),
                _ => {}
            }
        }
        self
    }
}

/// The end of the first closing quotes; a backslash hides what follows it between double quotes.
fn closing(text: &str, quotes: &str) -> Option<usize> {
    let escapes = quotes.starts_with('"');
    let mut from = 0;
    loop {
        let at = text[from..].find(|c| quotes.starts_with(c) || (escapes && c == '\\'))? + from;
        if text[at..].starts_with('\\') {
            from = at + 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
        } else if text[at..].starts_with(quotes) {
            return Some(at + quotes.len());
        } else {
            from = at + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_show_what_they_begin() {
        for (line, expected) in [
            ("", Line::Blank),
            ("  # [x]\r\n", Line::Blank),
            ("[group.a]", Line::Header),
            (" [[grant]", Line::Header),
            ("[ ou.\"A/B\" ]", Line::Header),
            ("[\"a\"],", Line::Other),
            ("[1, 2]", Line::Other),
            ("to = [", Line::Key),
            ("a.b . \"c d\"= 1", Line::Key),
            ("'x' =", Line::Key),
            ("\"tag:env=prod\",", Line::Other),
            ("session \"8h\"", Line::Other),
            ("]", Line::Other),
            ("= 1", Line::Other),
            ("{ a = 1 }", Line::Other),
        ] {
            assert_eq!(kind(line), expected, "{line}");
        }
    }

    #[test]
    fn statements_are_open_until_everything_is_closed() {
        for (lines, closed) in [
            (&["a = 1"][..], true),
            (&["a = ["], false),
            (&["a = [", "'x', # ]", "\"]\\\"]\"", "]"], true),
            (&["a = {", "b = [1]", "}"], true),
            (&["a = \"\"\"", "x = [", "\\\"\"\"", "\"\"\""], true),
            (&["a = '''", "'' \\"], false),
            (&["a = \"open [", "]"], true),
        ] {
            let open = lines.iter().fold(Open::default(), |open, line| open.after(line));
            assert_eq!(open.is_closed(), closed, "{lines:?}");
        }
    }
}
