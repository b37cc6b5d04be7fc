//! What a code means, from `docs/codes.md`: the page is the one source of what is printed.

use super::Code;
use crate::text::suggest;

/// The page, in which each code has a section under a heading of its name.
const PAGE: &str = include_str!("../../docs/codes.md");

/// The section of a code in Markdown, with its heading.
pub fn section(code: Code) -> &'static str {
    let heading = format!("\n## {code}\n");
    let Some(at) = PAGE.find(&heading) else { return "" };
    let section = &PAGE[at + 1..];
    let end = section.find("\n## ").map_or(section.len(), |at| at + 1);
    section[..end].trim_end()
}

/// The section without heading and severity: what it means, an example, the cure.
pub fn body(code: Code) -> &'static str {
    section(code).splitn(3, "\n\n").nth(2).unwrap_or_default()
}

/// What the code means in one sentence.
pub fn summary(code: Code) -> &'static str {
    body(code).split("\n\n").next().unwrap_or_default()
}

/// The code that was typed; the error says what may have been meant.
pub fn parse(typed: &str) -> Result<Code, String> {
    Code::named(typed).ok_or_else(|| {
        match suggest(typed, Code::ALL.iter().map(|code| code.name())) {
            Some(near) => format!("there is no such code; did you mean `{near}`?"),
            None => "there is no such code; a message begins with its own: error[CODE]".to_owned(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_a_section_of_its_own() {
        for &code in Code::ALL {
            let section = section(code);
            assert!(section.starts_with(&format!("## {code}\n\nSeverity: ")), "{section}");
            assert_eq!(section.matches("\n## ").count(), 0, "{section}");
            assert!(section.ends_with(body(code)) && body(code).starts_with(summary(code)));
            let summary = summary(code);
            assert!(summary.ends_with('.') && !summary.contains('\n'), "{code}: {summary}");
        }
    }

    #[test]
    fn a_near_miss_is_suggested() {
        assert_eq!(parse("unknown-key"), Ok(Code::UnknownKey));
        let near = "there is no such code; did you mean `unknown-key`?";
        assert_eq!(parse("unknow-key").unwrap_err(), near);
        assert_eq!(parse("Unknown-Key").unwrap_err(), near);
        assert!(parse("E0308").unwrap_err().ends_with("error[CODE]"));
    }
}
