//! Rules of texts as regular expressions.
//!
//! Editors and validators bring engines of their own: only what those of JavaScript, Rust and Python
//! read alike is used here. There is no look-around, no `\p{…}`, no `\d` (which means more than ten
//! digits to some), and no character beyond U+FFFF, which each of them spells in another way.

use crate::source::names::Rule;
use schemars::Schema;
use serde_json::json;

/// An expression that is longer is of no use in a message.
const LONG: usize = 200;

/// Ranges that a class may have before it is cut to what people would type by mistake.
const MANY: usize = 64;

/// The expression of a text that is nothing but `inner`.
pub(super) fn whole(inner: &str) -> String {
    let alone = if inner.contains('|') { format!("(?:{inner})") } else { inner.to_owned() };
    format!("^{alone}$")
}

/// Lets a string be nothing but `inner`.
///
/// Editors show an expression that does not match. A long one stands in an `anyOf` of its own, where
/// they say instead that the value is none of what the schema gives.
pub(super) fn restrict(schema: &mut Schema, inner: &str) {
    let pattern = whole(inner);
    if pattern.len() > LONG {
        schema.insert("anyOf".to_owned(), json!([{ "pattern": pattern }]));
    } else {
        schema.insert("pattern".to_owned(), pattern.into());
    }
}

/// Any one character that a rule allows.
pub(super) fn one(rule: &Rule) -> String {
    class(rule.allowed)
}

/// Any one character that is allowed.
///
/// Everything that is allowed is in the class. The reverse holds below U+10000, unless the
/// characters beyond Latin-1 make too many ranges (letters and digits do): then all of those are in.
pub(super) fn class(allowed: impl Fn(char) -> bool) -> String {
    if !allowed('\u{10000}') {
        return format!("[{}]", spelled(&ranges('\u{ffff}', allowed)));
    }
    let mut odd = ranges('\u{ffff}', |c| !allowed(c));
    if odd.len() > MANY {
        odd = ranges('\u{ff}', |c| !allowed(c));
    }
    format!("[^{}]", spelled(&odd))
}

/// The stretches of characters up to `last` for which something holds.
fn ranges(last: char, holds: impl Fn(char) -> bool) -> Vec<(char, char)> {
    let mut ranges: Vec<(char, char)> = Vec::new();
    let mut open = false;
    for c in '\0'..=last {
        let held = holds(c);
        match ranges.last_mut() {
            Some(range) if held && open => range.1 = c,
            _ if held => ranges.push((c, c)),
            _ => {}
        }
        open = held;
    }
    ranges
}

fn spelled(ranges: &[(char, char)]) -> String {
    let range = |&(first, last): &(char, char)| {
        if first == last { escaped(first) } else { format!("{}-{}", escaped(first), escaped(last)) }
    };
    ranges.iter().map(range).collect()
}

/// A character as it stands in a class.
fn escaped(c: char) -> String {
    match c {
        '\\' | '[' | ']' | '^' | '-' => format!("\\{c}"),
        ' '..='~' => c.to_string(),
        c => format!("\\u{:04x}", u32::from(c)),
    }
}

/// A number from `low` to `high`; zeros may stand before it.
pub(super) fn between(low: u32, high: u32) -> String {
    let mut ways = Vec::new();
    let mut from = low;
    loop {
        let digits = from.to_string();
        // The largest number of as many digits.
        let to = "9".repeat(digits.len()).parse().unwrap_or(u32::MAX).min(high);
        ways.extend(as_long(digits.as_bytes(), to.to_string().as_bytes()));
        if to >= high {
            break;
        }
        from = to + 1;
    }
    format!("0*(?:{})", ways.join("|"))
}

/// The numbers between two that have as many digits.
fn as_long(low: &[u8], high: &[u8]) -> Vec<String> {
    let (Some((&first, low)), Some((&last, high))) = (low.split_first(), high.split_first()) else {
        return vec![String::new()];
    };
    let any = |digits: usize| "[0-9]".repeat(digits);
    let after = |digit: u8, rest: Vec<String>| {
        rest.into_iter().map(move |rest| format!("{}{rest}", char::from(digit)))
    };
    if first == last {
        return after(first, as_long(low, high)).collect();
    }
    let (mut from, mut to) = (first, last);
    let mut ways = Vec::new();
    if low.iter().any(|&digit| digit != b'0') {
        ways.extend(after(first, as_long(low, &vec![b'9'; low.len()])));
        from += 1;
    }
    let mut rest = Vec::new();
    if high.iter().any(|&digit| digit != b'9') {
        rest.extend(after(last, as_long(&vec![b'0'; high.len()], high)));
        to -= 1;
    }
    if from == to {
        ways.push(format!("{}{}", char::from(from), any(low.len())));
    } else if from < to {
        ways.push(format!("[{}-{}]{}", char::from(from), char::from(to), any(low.len())));
    }
    ways.extend(rest);
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::names;

    #[test]
    fn classes_hold_what_is_allowed() {
        assert_eq!(one(&names::PERMISSION_SET), "[+-.0-9=@-Z_a-z]");
        assert_eq!(one(&names::OU), r"[^\u0000-\u001f\u007f-\u009f]");
        assert_eq!(class(|c| "a]\\^-".contains(c)), r"[\-\\-\^a]");
        let tag = one(&names::TAG_KEY);
        assert!(tag.starts_with(r"[^\u0000-\u001f!-*,") && tag.len() < 150, "{tag}");
    }

    #[test]
    fn numbers_lie_between_two_others() {
        for (low, high, expected) in [
            (1, 12, "0*(?:[1-9]|1[0-2])"),
            (7, 7, "0*(?:7)"),
            (0, 255, "0*(?:[0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"),
            (60, 720, "0*(?:[6-9][0-9]|[1-6][0-9][0-9]|7[0-1][0-9]|720)"),
        ] {
            assert_eq!(between(low, high), expected);
        }
    }
}
