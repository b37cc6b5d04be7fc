//! The rules: length and pattern of every kind of text, with the pattern's source from the service model.

/// A text's least and greatest length in characters, and its pattern.
pub(in super::super) struct Rule {
    pub(super) min: usize,
    pub(super) max: usize,
    pub(super) pattern: &'static str,
    pub(super) ok: fn(&str) -> bool,
}

pub(super) const fn rule(
    min: usize,
    max: usize,
    pattern: &'static str,
    ok: fn(&str) -> bool,
) -> Rule {
    Rule { min, max, pattern, ok }
}

/// Anything: for members that are checked by a lookup or by an enumeration.
pub(in super::super) const ANY: Rule = rule(0, usize::MAX, r"[\s\S]*", |_| true);

// sso-admin

pub(in super::super) const SET_NAME: Rule = rule(1, 32, r"[\w+=,.@-]+", name);
pub(in super::super) const POLICY_NAME: Rule = rule(1, 128, r"[\w+=,.@-]+", name);
pub(in super::super) const DESCRIPTION: Rule =
    rule(1, 700, r"[\u0009\u000A\u000D\u0020-\u007E\u00A1-\u00FF]*", |text| {
        text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='~' | '\u{a1}'..='\u{ff}'))
    });
pub(in super::super) const RELAY_STATE: Rule =
    rule(1, 240, r#"[a-zA-Z0-9&$@#\\\/%?=~\-_'"|!:,.;*+\[\]\ \(\)\{\}]+"#, |text| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || r#"&$@#\/%?=~-_'"|!:,.;*+[] (){}"#.contains(c))
    });
pub(in super::super) const SESSION_DURATION: Rule = rule(
    1,
    100,
    r"(-?)P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)([DW]))?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?",
    |text| seconds(text).is_some(),
);
pub(in super::super) const INLINE_POLICY: Rule =
    rule(1, 32_768, r"[\u0009\u000A\u000D\u0020-\u00FF]+", |text| {
        text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{ff}'))
    });
pub(in super::super) const MANAGED_POLICY_ARN: Rule = rule(
    20,
    2048,
    r"arn:aws(-[a-z]{1,5}){0,3}:iam::aws:policy((/[A-Za-z0-9\.,\+@=_-]+)*)/([A-Za-z0-9\.,\+=@_-]+)",
    |text| {
        partition(text).and_then(|rest| rest.strip_prefix(":iam::aws:policy/")).is_some_and(
            |path| path.split('/').all(|part| !part.is_empty() && part.chars().all(path_letter)),
        )
    },
);
pub(in super::super) const CUSTOMER_PATH: Rule =
    rule(1, 512, r"((/[A-Za-z0-9\.,\+@=_-]+)*)/", |text| {
        let inner = text.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        text == "/"
            || inner.is_some_and(|inner| {
                inner.split('/').all(|part| !part.is_empty() && part.chars().all(path_letter))
            })
    });
pub(in super::super) const INSTANCE_ARN: Rule = rule(
    10,
    1224,
    r"arn:aws(-[a-z]{1,5}){0,3}:sso:::instance/(sso)?ins-[a-zA-Z0-9-.]{16}",
    |text| {
        partition(text).and_then(|rest| rest.strip_prefix(":sso:::instance/")).is_some_and(instance)
    },
);
pub(in super::super) const PERMISSION_SET_ARN: Rule = rule(
    10,
    1224,
    r"arn:aws(-[a-z]{1,5}){0,3}:sso:::permissionSet/(sso)?ins-[a-zA-Z0-9-.]{16}/ps-[a-zA-Z0-9-./]{16}",
    |text| {
        partition(text)
            .and_then(|rest| rest.strip_prefix(":sso:::permissionSet/"))
            .and_then(|rest| rest.split_once("/ps-"))
            .is_some_and(|(owner, set)| {
                instance(owner) && set.len() == 16 && set.chars().all(token)
            })
    },
);
pub(in super::super) const PRINCIPAL_ID: Rule =
    rule(1, 47, r"([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-([A-Fa-f0-9]{4}-){3}[A-Fa-f0-9]{12}", store_id);
pub(in super::super) const REQUEST_ID: Rule =
    rule(36, 36, r"\b[0-9a-f]{8}\b-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-\b[0-9a-f]{12}\b", |text| {
        uuid(text) && !text.chars().any(|c| c.is_ascii_uppercase())
    });
pub(in super::super) const ACCOUNT_ID: Rule =
    rule(12, 12, r"\d{12}", |text| text.chars().all(|c| c.is_ascii_digit()));
pub(in super::super) const NEXT_TOKEN: Rule = rule(0, 65_535, r"[-a-zA-Z0-9+=/_]*", |text| {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "-+=/_".contains(c))
});
pub(in super::super) const TAG_KEY: Rule = rule(1, 128, r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", tag);
pub(in super::super) const TAG_VALUE: Rule = rule(0, 256, r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", tag);

// identitystore

pub(in super::super) const GROUP_TEXT: Rule =
    rule(1, 1024, r"[\p{L}\p{M}\p{S}\p{N}\p{P}\t\n\r  　]+", |text| {
        text.chars().all(|c| visible(c) || matches!(c, '\t' | '\n' | '\r' | ' ' | '\u{3000}'))
    });
pub(in super::super) const USER_NAME: Rule =
    rule(1, 128, r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", |text| text.chars().all(visible));
pub(in super::super) const REVISION: Rule =
    rule(1, 64, r"[0-9]+", |text| text.chars().all(|c| c.is_ascii_digit()));
pub(in super::super) const STORE_ID: Rule = rule(
    1,
    100,
    r"(arn:aws[a-z-]*:identitystore:::(user|group|membership)/)?([0-9a-f]{10}-|)[A-Fa-f0-9]{8}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{4}-[A-Fa-f0-9]{12}",
    |text| {
        let arn = partition(text).and_then(|rest| rest.strip_prefix(":identitystore:::"));
        match arn.map(|rest| rest.split_once('/')) {
            None => store_id(text),
            Some(Some(("user" | "group" | "membership", id))) => store_id(id),
            Some(_) => false,
        }
    },
);
pub(in super::super) const IDENTITY_STORE_ID: Rule = rule(
    1,
    93,
    r"(arn:aws[a-z-]*:identitystore::\d{12}:identitystore/)?(d-[0-9a-f]{10}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})",
    |text| {
        let id = text.rsplit_once(":identitystore/").map_or(text, |(_, id)| id);
        uuid(id)
            || id.strip_prefix("d-").is_some_and(|rest| rest.len() == 10 && rest.chars().all(hex))
    },
);
pub(in super::super) const ATTRIBUTE_PATH: Rule =
    rule(1, 255, r"\p{L}+(?:\.\p{L}+){0,2}", |text| {
        text.split('.').count() <= 4
            && text
                .split(['.', ':'])
                .all(|part| !part.is_empty() && part.chars().all(char::is_alphabetic))
    });

// organizations

pub(in super::super) const OU_NAME: Rule = rule(1, 128, r"[\s\S]*", |_| true);
pub(in super::super) const OU_ID: Rule = rule(0, 68, r"^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$", unit);
pub(in super::super) const PARENT_ID: Rule =
    rule(0, 100, r"^(r-[0-9a-z]{4,32})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", |text| {
        root(text) || unit(text)
    });
pub(in super::super) const RESOURCE_ID: Rule =
    rule(0, 130, r"^(r-[0-9a-z]{4,32})|(\d{12})|(ou-[0-9a-z]{4,32}-[a-z0-9]{8,32})$", |text| {
        root(text) || unit(text) || (ACCOUNT_ID.ok)(text) && text.len() == 12
    });
pub(in super::super) const SERVICE_PRINCIPAL: Rule = rule(1, 128, r"[\w+=,.@-]*", name);

pub(in super::super) const ACCOUNT_NAME: Rule =
    rule(1, 50, r"[\u0020-\u007E]+", |text| text.chars().all(|c| matches!(c, ' '..='~')));
pub(in super::super) const ACCOUNT_EMAIL: Rule = rule(6, 64, r"[^\s@]+@[^\s@]+\.[^\s@]+", |text| {
    let parts = text.split_once('@').and_then(|(user, host)| {
        let (domain, top) = host.rsplit_once('.')?;
        Some([user, domain, top])
    });
    parts.is_some_and(|parts| {
        parts
            .iter()
            .all(|part| !part.is_empty() && !part.chars().any(|c| c == '@' || c.is_whitespace()))
    })
});
pub(in super::super) const ROLE_NAME: Rule = rule(1, 64, r"[\w+=,.@-]{1,64}", name);
pub(in super::super) const CREATION_ID: Rule = rule(0, 36, r"^car-[a-z0-9]{8,32}$", |text| {
    text.strip_prefix("car-").is_some_and(|id| lower(id, 8))
});

// servicecatalog

pub(in super::super) const PRODUCT_NAME: Rule =
    rule(1, 128, r"[a-zA-Z0-9][a-zA-Z0-9._-]*", |text| token_with(text, "._-"));
pub(in super::super) const PRODUCT_TOKEN: Rule =
    rule(1, 128, r"[a-zA-Z0-9][a-zA-Z0-9_-]*", |text| token_with(text, "_-"));

fn token_with(text: &str, others: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || others.contains(c))
}

fn name(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

fn path_letter(c: char) -> bool {
    c.is_ascii_alphanumeric() || ".,+@=_-".contains(c)
}

fn token(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-./".contains(c)
}

fn hex(c: char) -> bool {
    c.is_ascii_hexdigit()
}

/// What follows `arn:aws`, `arn:aws-cn` and the like.
fn partition(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("arn:aws")?;
    let colon = rest.find(':')?;
    let (suffix, rest) = rest.split_at(colon);
    suffix.chars().all(|c| c.is_ascii_lowercase() || c == '-').then_some(rest)
}

fn instance(text: &str) -> bool {
    let id = text.strip_prefix("sso").unwrap_or(text).strip_prefix("ins-");
    id.is_some_and(|id| id.len() == 16 && id.chars().all(|c| token(c) && c != '/'))
}

fn uuid(text: &str) -> bool {
    let lengths = text.split('-').map(str::len);
    lengths.eq([8, 4, 4, 4, 12]) && text.split('-').all(|part| part.chars().all(hex))
}

fn store_id(text: &str) -> bool {
    uuid(text)
        || text
            .split_once('-')
            .is_some_and(|(store, rest)| store.len() == 10 && store.chars().all(hex) && uuid(rest))
}

fn lower(text: &str, min: usize) -> bool {
    (min..=32).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn root(text: &str) -> bool {
    text.strip_prefix("r-").is_some_and(|id| lower(id, 4))
}

fn unit(text: &str) -> bool {
    text.strip_prefix("ou-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(root, id)| lower(root, 4) && lower(id, 8))
}

/// `\p{L}\p{M}\p{S}\p{N}\p{P}`: near enough without Unicode tables, everything but controls and spaces.
fn visible(c: char) -> bool {
    !c.is_control() && !c.is_whitespace()
}

fn tag(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_alphanumeric() || "_.:/=+-@".contains(c) || c.is_whitespace() && !c.is_control()
    })
}

/// The length of an ISO 8601 duration. Years and months have no fixed length, so they read as too long here.
pub(in super::super) fn seconds(text: &str) -> Option<u64> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    if time == Some("") || rest.is_empty() {
        return None;
    }
    let date = parts(date, &[('Y', 31_536_000), ('M', 2_592_000), ('W', 604_800), ('D', 86_400)])?;
    let time = parts(time.unwrap_or_default(), &[('H', 3600), ('M', 60), ('S', 1)])?;
    date.checked_add(time)
}

/// Reads numbers with units that come in the given order.
fn parts(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut units = units.iter();
    let mut sum = 0_u64;
    while !text.is_empty() {
        let end = text.find(|c: char| !c.is_ascii_digit())?;
        let (number, rest) = text.split_at(end);
        let unit = rest.chars().next()?;
        let (_, length) = units.find(|(name, _)| *name == unit)?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*length)?)?;
        text = rest.get(1..)?;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::{
        CUSTOMER_PATH, INSTANCE_ARN, MANAGED_POLICY_ARN, PARENT_ID, PERMISSION_SET_ARN,
        PRINCIPAL_ID, STORE_ID, TAG_KEY, seconds,
    };

    #[test]
    fn durations_are_read() {
        assert_eq!(seconds("PT8H"), Some(28_800));
        assert_eq!(seconds("PT1H30M"), Some(5400));
        assert_eq!(seconds("P1DT2H"), Some(93_600));
        for wrong in ["", "P", "PT", "8h", "PT1M1H", "PTH", "PT-1H"] {
            assert_eq!(seconds(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn patterns_tell_right_from_wrong() {
        let cases = [
            (&INSTANCE_ARN, "arn:aws:sso:::instance/ssoins-1234567890abcdef", true),
            (&INSTANCE_ARN, "arn:aws:sso:::instance/ssoins-1234", false),
            (
                &PERMISSION_SET_ARN,
                "arn:aws-cn:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef",
                true,
            ),
            (&PERMISSION_SET_ARN, "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef", false),
            (&MANAGED_POLICY_ARN, "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess", true),
            (&MANAGED_POLICY_ARN, "arn:aws:iam::111122223333:policy/Own", false),
            (&MANAGED_POLICY_ARN, "arn:aws:iam::aws:policy//x", false),
            (&CUSTOMER_PATH, "/", true),
            (&CUSTOMER_PATH, "/platform/", true),
            (&CUSTOMER_PATH, "/platform", false),
            (&CUSTOMER_PATH, "//", false),
            (&PRINCIPAL_ID, "90676c5c2f-ab12cd34-0000-4000-8000-0123456789ab", true),
            (&PRINCIPAL_ID, "ab12cd34-0000-4000-8000-0123456789ab", true),
            (&PRINCIPAL_ID, "group:admins", false),
            (&STORE_ID, "arn:aws:identitystore:::group/ab12cd34-0000-4000-8000-0123456789ab", true),
            (
                &STORE_ID,
                "arn:aws:identitystore:::robot/ab12cd34-0000-4000-8000-0123456789ab",
                false,
            ),
            (&PARENT_ID, "r-ab12", true),
            (&PARENT_ID, "ou-ab12-12345678", true),
            (&PARENT_ID, "ou-ab12-1234", false),
            (&TAG_KEY, "team name", true),
            (&TAG_KEY, "team\nname", false),
        ];
        for (rule, text, expected) in cases {
            assert_eq!((rule.ok)(text), expected, "{text}");
        }
    }
}
