//! Selectors: which accounts a grant, an exception or `--only` means.

use crate::id::OuPath;
use crate::text::suggest;
use std::fmt;

/// Terms joined by ` & `: an account must satisfy all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// At least one.
    pub terms: Vec<Term>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Term {
    /// Every account but the management account.
    All,
    /// `account:NAME-OR-ID`, a glob where it holds `*` or `?`.
    Account(String),
    /// `ou:A/B`: accounts directly in it.
    Ou(OuPath),
    /// `ou:A/B/**`: in it and below.
    OuTree(OuPath),
    /// `tag:key=value`.
    Tag(String, String),
}

impl Selector {
    /// Reads a selector; the error says what is wrong in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split(" & ").map(|t| Term::parse(t.trim())).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// The OU whose own accounts it means: that of `ou:A/B`, without those below.
    pub fn direct(&self) -> Option<&OuPath> {
        self.terms.iter().find_map(|term| match term {
            Term::Ou(path) => Some(path),
            _ => None,
        })
    }

    /// Reads a selector where a bare word is a glob over account names, as in `ignore.accounts`.
    pub fn parse_or_account(text: &str) -> Result<Self, String> {
        if text == "all" || text.contains(':') {
            return Self::parse(text);
        }
        Self::parse(&format!("account:{text}"))
    }
}

impl Term {
    fn parse(text: &str) -> Result<Self, String> {
        if text == "all" {
            return Ok(Self::All);
        }
        let Some((kind, rest)) = text.split_once(':') else {
            return Err(format!("`{text}` has no kind before a colon"));
        };
        if rest.is_empty() {
            return Err(format!("nothing stands after `{kind}:`"));
        }
        match kind {
            "account" => Ok(Self::Account(rest.to_owned())),
            "ou" => Self::parse_ou(rest),
            "tag" => match rest.split_once('=') {
                Some((key, value)) if !key.is_empty() => {
                    Ok(Self::Tag(key.to_owned(), value.to_owned()))
                }
                _ => Err(format!("`tag:{rest}` lacks `=value`")),
            },
            _ => Err(format!("`{kind}:` is not a kind of selector")),
        }
    }

    fn parse_ou(rest: &str) -> Result<Self, String> {
        let (path, tree) = match rest.strip_suffix("/**") {
            Some(path) => (path, true),
            None if rest == "**" => ("", true),
            None => (rest, false),
        };
        let path = OuPath::parse(path).ok_or_else(|| format!("`{rest}` is not an OU path"))?;
        if path.to_string().contains(['*', '?']) {
            return Err(format!("`ou:{rest}` holds a wildcard; only a closing `/**` is one"));
        }
        Ok(if tree { Self::OuTree(path) } else { Self::Ou(path) })
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, term) in self.terms.iter().enumerate() {
            if i > 0 {
                f.write_str(" & ")?;
            }
            term.fmt(f)?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Account(name) => write!(f, "account:{name}"),
            Self::Ou(path) => write!(f, "ou:{path}"),
            Self::OuTree(path) if path.depth() == 0 => f.write_str("ou:**"),
            Self::OuTree(path) => write!(f, "ou:{path}/**"),
            Self::Tag(key, value) => write!(f, "tag:{key}={value}"),
        }
    }
}

/// What to write in place of a text that `parse` does not take.
pub fn help(text: &str, parse: fn(&str) -> Result<Selector, String>) -> String {
    match near(text).filter(|near| parse(near).is_ok()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "write `account:NAME-OR-ID`, `ou:A/B`, `ou:A/B/**`, `tag:key=value` or `all`, \
            joined by ` & `"
            .to_owned(),
    }
}

/// What a text that is no selector was most likely meant to be.
fn near(text: &str) -> Option<String> {
    let Some((kind, rest)) = text.split_once(':') else {
        return suggest(text, ["all"]).map(str::to_owned);
    };
    let kind = suggest(kind, ["account", "ou", "tag"])?;
    let rest = if kind == "ou" { rest.trim_matches('/') } else { rest };
    Some(format!("{kind}:{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_print_what_they_read() {
        for text in [
            "all",
            "account:loyalty-*",
            "account:111122223333",
            "ou:Workloads/Prod",
            "ou:Workloads/**",
            "ou:/",
            "ou:**",
            "tag:env=prod",
            "tag:env=",
            "tag:workload=loyalty & ou:Workloads/NonProd/**",
        ] {
            assert_eq!(Selector::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_selector_says_why() {
        for (text, why) in [
            ("", "`` has no kind before a colon"),
            ("loyalty", "`loyalty` has no kind before a colon"),
            ("account:", "nothing stands after `account:`"),
            ("tag:env", "`tag:env` lacks `=value`"),
            ("org:x", "`org:` is not a kind of selector"),
            ("ou:A//B", "`A//B` is not an OU path"),
            ("ou:A/*", "`ou:A/*` holds a wildcard; only a closing `/**` is one"),
        ] {
            assert_eq!(Selector::parse(text).unwrap_err(), why, "{text}");
        }
    }
}
