//! Drift as the XML of `JUnit`, for what shows tests: an item is a test that fails, a class without items one
//! that passes.

use crate::drift::fail::FailOn;
use crate::drift::{Class, Drift, Item};
use crate::id::UserName;
use crate::text::visible;
use std::fmt::Write as _;

/// How an item ends as a test.
enum End {
    Failure,
    Error,
    Skipped(String),
}

/// The whole document.
pub fn junit(drift: &Drift, on: FailOn) -> String {
    let ends: Vec<(&Item, End)> = drift.items.iter().map(|item| (item, end(item, on))).collect();
    let empty: Vec<Class> =
        Class::ALL.into_iter().filter(|class| drift.of_class(*class) == 0).collect();
    let count = |is: fn(&End) -> bool| ends.iter().filter(|(_, end)| is(end)).count();
    let totals = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        ends.len() + empty.len(),
        count(|end| matches!(end, End::Failure)),
        count(|end| matches!(end, End::Error)),
        count(|end| matches!(end, End::Skipped(_))),
    );
    let organization = escaped(&drift.scope.organization);
    let time = drift.taken.ended.strftime("%Y-%m-%dT%H:%M:%S");
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"landgrant drift\" {totals}>\n  \
         <testsuite name=\"landgrant drift of {organization}\" {totals} timestamp=\"{time}\">\n"
    );
    for class in empty {
        let name = class.name();
        let _infallible =
            writeln!(out, "    <testcase classname=\"{name}\" name=\"nothing is {name}\"/>");
    }
    for (item, end) in &ends {
        case(&mut out, item, end);
    }
    out.push_str("  </testsuite>\n</testsuites>\n");
    out
}

fn end(item: &Item, on: FailOn) -> End {
    if item.class == Class::Unknown {
        return End::Error;
    }
    if let Some(accepted) = item.accepted.as_ref().filter(|accepted| !accepted.is_over) {
        return End::Skipped(format!("accepted until {}: {}", accepted.until, accepted.why));
    }
    if on.counts(item) {
        return End::Failure;
    }
    End::Skipped(format!("does not count for --fail-on {}", on.name()))
}

fn case(out: &mut String, item: &Item, end: &End) {
    let (class, severity) = (item.class.name(), item.severity.name());
    let name = escaped(&item.address);
    let _infallible = writeln!(out, "    <testcase classname=\"{class}\" name=\"{name}\">");
    let message = escaped(&format!("{severity}: {}", item.because));
    let people: Vec<&str> = item.people.iter().map(UserName::as_str).collect();
    let by = item.attribution.as_ref().map(|by| format!("by: {}", by.summary()));
    let by = by.unwrap_or_default();
    let lines = [&people.join(", "), &by, &item.mend.apply, &item.mend.edit];
    let lines: Vec<String> =
        lines.into_iter().filter(|line| !line.is_empty()).map(|line| escaped(line)).collect();
    let body = lines.join("\n");
    let text = match end {
        End::Failure => {
            format!("      <failure type=\"{severity}\" message=\"{message}\">{body}</failure>\n")
        }
        End::Error => {
            format!("      <error type=\"{severity}\" message=\"{message}\">{body}</error>\n")
        }
        End::Skipped(why) => format!("      <skipped message=\"{}\"/>\n", escaped(why)),
    };
    out.push_str(&text);
    out.push_str("    </testcase>\n");
}

/// A text as XML has it. Characters that XML has no way to write are made visible first.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push_str("\\u{fffe}"),
            other => out.push(other),
        }
    }
    out
}
