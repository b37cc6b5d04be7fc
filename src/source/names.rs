//! What AWS accepts as names and texts: one rule each, as data.
//!
//! Lengths and character sets are those of the official service models (botocore: sso-admin,
//! identitystore, organizations).

use crate::diag::{Code, Diagnostic, Spanned};
use crate::text::{counted, is_hidden, shorten};

/// What a name or text may be.
pub(super) struct Rule {
    /// What it is: "a permission-set name".
    what: &'static str,
    /// The least number of characters.
    pub(super) min: usize,
    /// The largest number of characters.
    pub(super) max: usize,
    /// Which characters.
    pub(super) allowed: fn(char) -> bool,
    /// The same for people.
    shape: &'static str,
}

/// `[\w+=,.@-]`, the characters of most IAM names.
pub(super) fn is_iam(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_+=,.@-".contains(c)
}

/// `[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]`.
fn is_latin1(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}')
}

fn is_relay_state(c: char) -> bool {
    c.is_ascii_alphanumeric() || "&$@#\\/%?=~-_'\"|!:,.;*+[] (){}".contains(c)
}

/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`; Unicode's `Alphabetic` stands for `\p{L}`, a little wider.
fn is_tag(c: char) -> bool {
    c.is_alphanumeric() || (c.is_whitespace() && !c.is_control()) || "_.:/=+-@".contains(c)
}

/// `[\p{L}\p{M}\p{S}\p{N}\p{P}]`: everything that shows.
fn is_user_name(c: char) -> bool {
    !c.is_whitespace() && !is_hidden(c)
}

/// The same with white space: `\t\n\r`, the space, the no-break space and the ideographic one.
fn is_group_name(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' ' | '\u{a0}' | '\u{3000}') || is_user_name(c)
}

fn is_printable(c: char) -> bool {
    !c.is_control()
}

fn is_printable_ascii(c: char) -> bool {
    matches!(c, ' '..='~')
}

fn is_network(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_.-".contains(c)
}

/// `[permission_set.NAME]`.
pub(super) const PERMISSION_SET: Rule = Rule {
    what: "a permission-set name",
    min: 1,
    max: 32,
    allowed: is_iam,
    shape: "1 to 32 letters, digits and `_+=,.@-`",
};
/// `permission_set.description`.
pub(super) const PERMISSION_SET_DESCRIPTION: Rule = Rule {
    what: "a permission set's description",
    min: 1,
    max: 700,
    allowed: is_latin1,
    shape: "1 to 700 characters of Latin-1: AWS takes no others here",
};
/// `permission_set.relay_state`.
pub(super) const RELAY_STATE: Rule = Rule {
    what: "a relay state",
    min: 1,
    max: 240,
    allowed: is_relay_state,
    shape: "a URL of 1 to 240 ASCII characters",
};
/// The name of a customer managed policy.
pub(super) const CUSTOMER_POLICY: Rule = Rule {
    what: "a customer managed policy",
    min: 1,
    max: 128,
    allowed: is_iam,
    shape: "`Name` or `/path/Name`; a name has 1 to 128 letters, digits and `_+=,.@-`",
};
/// `[account.NAME]`.
pub(super) const ACCOUNT: Rule = Rule {
    what: "an account name",
    min: 1,
    max: 128,
    allowed: is_printable_ascii,
    shape: "1 to 128 printable ASCII characters (50 where the account is yet to be created)",
};
/// An account's or owner's address.
pub(super) const EMAIL: Rule = Rule {
    what: "an email address",
    min: 6,
    max: 64,
    allowed: |c| matches!(c, '!'..='~'),
    shape: "`name@domain`, 6 to 64 ASCII characters without spaces",
};
/// One name of an OU path.
pub(super) const OU: Rule = Rule {
    what: "an OU name",
    min: 1,
    max: 128,
    allowed: is_printable,
    shape: "1 to 128 characters",
};
/// `[user."NAME"]`.
pub(super) const USER: Rule = Rule {
    what: "a user name",
    min: 1,
    max: 128,
    allowed: is_user_name,
    shape: "1 to 128 characters without white space",
};
/// `given_name`, `family_name`.
pub(super) const PERSON: Rule = Rule {
    what: "a person's name",
    min: 1,
    max: 1024,
    allowed: is_group_name,
    shape: "1 to 1024 characters",
};
/// `[group.NAME]`.
pub(super) const GROUP: Rule = Rule {
    what: "a group name",
    min: 1,
    max: 1024,
    allowed: is_group_name,
    shape: "1 to 1024 characters without controls",
};
/// `group.description`.
pub(super) const GROUP_DESCRIPTION: Rule = Rule {
    what: "a group's description",
    min: 1,
    max: 1024,
    allowed: is_group_name,
    shape: "1 to 1024 characters without controls",
};
/// `[network.NAME]`.
pub(super) const NETWORK: Rule = Rule {
    what: "a network name",
    min: 1,
    max: 64,
    allowed: is_network,
    shape: "1 to 64 letters, digits and `_.-`",
};
/// `identity_center.region`.
pub(super) const REGION: Rule = Rule {
    what: "a Region",
    min: 9,
    max: 32,
    allowed: |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-',
    shape: "a code such as `ap-southeast-1`",
};
/// A tag's key.
pub(super) const TAG_KEY: Rule = Rule {
    what: "a tag key",
    min: 1,
    max: 128,
    allowed: is_tag,
    shape: "1 to 128 letters, digits, spaces and `_.:/=+-@`",
};
/// A tag's value.
pub(super) const TAG_VALUE: Rule = Rule {
    what: "a tag value",
    min: 0,
    max: 256,
    allowed: is_tag,
    shape: "at most 256 letters, digits, spaces and `_.:/=+-@`",
};

/// Names that the identity store keeps for itself.
pub(super) const RESERVED_GROUPS: &[&str] = &["Administrator", "AWSAdministrators"];

impl Rule {
    /// Why a text breaks the rule, in a few words; `None` where it does not.
    pub(super) fn fault(&self, text: &str) -> Option<String> {
        let length = text.chars().count();
        if length < self.min {
            return Some(if length == 0 {
                "empty".to_owned()
            } else {
                format!("{}, {} at least", counted(length, "character"), self.min)
            });
        }
        if length > self.max {
            return Some(format!("{}, {} at most", counted(length, "character"), self.max));
        }
        let odd = text.chars().find(|&c| !(self.allowed)(c))?;
        Some(match odd {
            ' ' => "a space is not allowed".to_owned(),
            odd => format!("`{odd}` is not allowed"),
        })
    }

    /// The diagnostic for a text that breaks the rule.
    pub(super) fn report(&self, code: Code, text: Spanned<&str>, fault: String) -> Diagnostic {
        let message = format!("`{}` is not {}", shorten(text.value, 60), self.what);
        Diagnostic::new(code, text.span, message).label(fault).help(format!("use {}", self.shape))
    }

    /// The text where it keeps the rule; else `invalid-name` is reported.
    pub(super) fn check(
        &self,
        text: Spanned<&str>,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Spanned<String>> {
        self.check_as(Code::InvalidName, text, out)
    }

    /// Like [`Self::check`], under another code.
    pub(super) fn check_as(
        &self,
        code: Code,
        text: Spanned<&str>,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Spanned<String>> {
        match self.fault(text.value) {
            Some(fault) => {
                out.push(self.report(code, text, fault));
                None
            }
            None => Some(text.map(str::to_owned)),
        }
    }
}

/// An address: [`EMAIL`], with one `@` and a dot after it.
pub(super) fn email(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    let checked = EMAIL.check(text, out)?;
    let whole = checked.value.split_once('@').is_some_and(|(name, domain)| {
        !name.is_empty() && !domain.contains('@') && domain.trim_matches('.').contains('.')
    });
    if !whole {
        out.push(EMAIL.report(Code::InvalidName, text, "not `name@domain`".to_owned()));
        return None;
    }
    Some(checked)
}

/// A name for a new or renamed group: [`GROUP`], and none of [`RESERVED_GROUPS`].
pub(super) fn group(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<Spanned<String>> {
    if RESERVED_GROUPS.contains(&text.value) {
        let message = format!("`{}` is a name that Identity Center keeps for itself", text.value);
        out.push(
            Diagnostic::new(Code::ReservedName, text.span, message).help("choose another name"),
        );
        return None;
    }
    GROUP.check(text, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_hold_the_limits_of_aws() {
        let long = |n| "x".repeat(n);
        for (rule, good, bad) in [
            (&PERMISSION_SET, long(32), long(33)),
            (&PERMISSION_SET, "A_b+=,.@-9".to_owned(), "a b".to_owned()),
            (&PERMISSION_SET_DESCRIPTION, "Größe\n".to_owned(), "Việt".to_owned()),
            (&PERMISSION_SET_DESCRIPTION, long(700), String::new()),
            (&RELAY_STATE, "https://a.b/?c=d".to_owned(), "é".to_owned()),
            (&CUSTOMER_POLICY, long(128), long(129)),
            (&ACCOUNT, "loyalty prod".to_owned(), "ví".to_owned()),
            (&OU, "名".to_owned(), "a\u{7}".to_owned()),
            (&USER, "an.nguyễn@x".to_owned(), "an nguyen".to_owned()),
            (&GROUP, "Loyalty\u{3000}squad ⓐ".to_owned(), "a\u{0}".to_owned()),
            (&TAG_KEY, "team: a/b".to_owned(), "a#b".to_owned()),
            (&TAG_VALUE, String::new(), long(257)),
        ] {
            assert_eq!(rule.fault(&good), None, "{good}");
            assert!(rule.fault(&bad).is_some(), "{bad}");
        }
    }

    #[test]
    fn addresses_have_a_name_and_a_domain() {
        let span = crate::diag::Span { file: crate::diag::FileId(0), start: 0, end: 0 };
        for (text, good) in [
            ("a@b.example", true),
            ("aws+x@b.example", true),
            ("a@b@c.example", false),
            ("@b.example", false),
            ("a@bexample", false),
            ("a b@c.example", false),
        ] {
            let found = email(Spanned::new(text, span), &mut Vec::new());
            assert_eq!(found.is_some(), good, "{text}");
        }
    }
}
