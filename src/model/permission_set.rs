//! A permission set with all its parts.

use super::{Policy, Tags};
use std::collections::BTreeSet;
use std::fmt;

/// The ARN of a managed policy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicyArn(pub String);

impl fmt::Display for PolicyArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A customer managed policy, found by path and name in each account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CustomerPolicy {
    /// Begins and ends with `/`.
    pub path: String,
    /// Case-sensitive.
    pub name: String,
}

impl fmt::Display for CustomerPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.path, self.name)
    }
}

/// A permissions boundary: exactly one of the two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Boundary {
    /// An AWS managed policy.
    Managed(PolicyArn),
    /// A customer managed policy.
    Customer(CustomerPolicy),
}

impl fmt::Display for Boundary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Managed(arn) => arn.fmt(f),
            Self::Customer(policy) => policy.fmt(f),
        }
    }
}

/// How long a session lasts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Session {
    /// A duration that was understood, in seconds.
    Seconds(u32),
    /// What AWS answered, where it is no duration: kept, so that it differs from any declared one.
    Other(String),
}

impl Session {
    /// AWS's default where none is set: one hour (`CreatePermissionSet`, `SessionDuration`).
    pub const DEFAULT: Self = Self::Seconds(3600);

    /// Reads an ISO 8601 duration of days, hours, minutes and seconds (`PT8H`), or the short form
    /// (`8h`, `90m`, `1h30m`). `None` where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let upper = text.trim().to_ascii_uppercase();
        let (days, time) = match upper.strip_prefix('P') {
            Some(rest) => rest.split_once('T').unwrap_or((rest, "")),
            None => ("", upper.as_str()),
        };
        let mut seconds = units(days, &[('D', 86_400)])?;
        seconds = seconds.checked_add(units(time, &[('H', 3600), ('M', 60), ('S', 1)])?)?;
        (!(days.is_empty() && time.is_empty())).then_some(Self::Seconds(seconds))
    }
}

/// Adds up `8H30M` by the given units, which must come in their order, each once at most.
fn units(text: &str, known: &[(char, u32)]) -> Option<u32> {
    let mut total = 0_u32;
    let mut rest = text;
    let mut known = known.iter();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: u32 = rest[..digits].parse().ok()?;
        let unit = rest[digits..].chars().next()?;
        let (_, seconds) = known.by_ref().find(|(name, _)| *name == unit)?;
        total = total.checked_add(number.checked_mul(*seconds)?)?;
        rest = &rest[digits + unit.len_utf8()..];
    }
    Some(total)
}

impl fmt::Display for Session {
    /// ISO 8601, the form that AWS takes: `PT8H`, `PT1H30M`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = match self {
            Self::Seconds(seconds) => *seconds,
            Self::Other(text) => return f.write_str(text),
        };
        f.write_str("PT")?;
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if h > 0 {
            write!(f, "{h}H")?;
        }
        if m > 0 {
            write!(f, "{m}M")?;
        }
        if s > 0 || seconds == 0 {
            write!(f, "{s}S")?;
        }
        Ok(())
    }
}

/// A permission set with all its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermissionSet {
    /// Never empty: AWS cannot store an empty one.
    pub description: Option<String>,
    /// How long a session may last.
    pub session: Session,
    /// Where a console session begins.
    pub relay_state: Option<String>,
    /// AWS managed policies.
    pub managed_policies: BTreeSet<PolicyArn>,
    /// Customer managed policies.
    pub customer_managed_policies: BTreeSet<CustomerPolicy>,
    /// The inline policy.
    pub inline_policy: Option<Policy>,
    /// The permissions boundary.
    pub permissions_boundary: Option<Boundary>,
    /// Tags, without AWS's own (`aws:…`).
    pub tags: Tags,
}

impl Default for PermissionSet {
    /// A set as `CreatePermissionSet` makes it from a name alone.
    fn default() -> Self {
        Self {
            description: None,
            session: Session::DEFAULT,
            relay_state: None,
            managed_policies: BTreeSet::new(),
            customer_managed_policies: BTreeSet::new(),
            inline_policy: None,
            permissions_boundary: None,
            tags: Tags::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_read_iso_and_short_forms() {
        for (text, seconds) in
            [("PT8H", 28_800), ("8h", 28_800), ("PT480M", 28_800), ("1h30m", 5400), ("P1D", 86_400)]
        {
            assert_eq!(Session::parse(text), Some(Session::Seconds(seconds)), "{text}");
        }
        for bad in ["", "P", "PT", "8", "h", "8x", "-1h", "1m1h", "PT1H1H", "99999999999h"] {
            assert_eq!(Session::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn sessions_print_what_they_read() {
        for seconds in [0, 1, 60, 3600, 5400, 43_200, 3661] {
            let text = Session::Seconds(seconds).to_string();
            assert_eq!(Session::parse(&text), Some(Session::Seconds(seconds)), "{text}");
        }
    }
}
