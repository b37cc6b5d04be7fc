//! Typed ids and names: two things that are both text in AWS never share a type here.
//!
//! What comes from AWS is untrusted text of any shape; a name type only says *what* it names. Whether
//! a declared name may be sent to AWS is checked where definitions are read (`source::names`).

mod control;

pub use control::{ControlForm, ControlId};
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

/// Declares a newtype over shared text that is ordered, printable and built from any text.
///
/// A clone is another owner of the same text: a million grants name a few thousand things. Two owners
/// of one text are equal without a look at it.
macro_rules! text_type {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps a text as it stands.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(Arc::from(text.as_ref()))
            }

            /// The text, unescaped.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> Ordering {
                if Arc::ptr_eq(&self.0, &other.0) { Ordering::Equal } else { self.0.cmp(&other.0) }
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
                Some(self.cmp(other))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.as_str())
            }
        }
    )*};
}

text_type! {
    /// An organization, `o-…`.
    OrganizationId;
    /// The organization's root, `r-…`.
    RootId;
    /// An organizational unit (`ou-…`), or the root where a parent is meant (`r-…`).
    OuId;
    /// An Identity Center instance, `arn:aws:sso:::instance/ssoins-…`.
    InstanceArn;
    /// The directory of an instance, `d-…`.
    IdentityStoreId;
    /// A permission set, `arn:aws:sso:::permissionSet/ssoins-…/ps-…`.
    PermissionSetArn;
    /// A user of the identity store.
    UserId;
    /// A group of the identity store.
    GroupId;
    /// Control Tower's landing zone, `arn:aws:controltower:REGION:ACCOUNT:landingzone/…`.
    LandingZoneArn;
    /// A baseline of Control Tower, `arn:aws:controltower:REGION::baseline/…`.
    BaselineArn;
    /// A baseline that is enabled, `arn:aws:controltower:REGION:ACCOUNT:enabledbaseline/…`.
    EnabledBaselineArn;
    /// A control that is enabled, `arn:aws:controltower:REGION:ACCOUNT:enabledcontrol/…`.
    EnabledControlArn;
    /// A permission set's name; 1–32 of `[\w+=,.@-]`, immutable (botocore model of sso-admin).
    PermissionSetName;
    /// A control's readable id where it has one: `AWS-GR_…`, `CT.…`, else what ends its ARN.
    ControlName;
    /// A user's `UserName`; unique in the identity store.
    UserName;
    /// A group's `DisplayName`; unique in the identity store.
    GroupName;
}

/// A member account's id: exactly twelve digits, kept as text because leading zeros count.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId([u8; 12]);

impl AccountId {
    /// Reads an id; `None` unless it is twelve ASCII digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; 12] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// Stands for the `number`th account that has no id yet, because it is still to be created. No
    /// account of AWS has an id like it.
    pub fn to_come(number: usize) -> Self {
        let mut id = *b"(new 000000)";
        let digits = format!("{:06}", number % 1_000_000);
        for (place, digit) in id.iter_mut().skip(5).zip(digits.bytes()) {
            *place = digit;
        }
        Self(id)
    }

    /// Whether it only stands for an account that is still to be created.
    pub fn is_to_come(&self) -> bool {
        !self.0.iter().all(u8::is_ascii_digit)
    }

    /// The twelve digits; of one that is [to come](Self::to_come) a text that is no id.
    pub fn as_str(&self) -> &str {
        // All of it is ASCII, so there is always one.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The id, where AWS has given one.
    pub fn known(&self) -> Option<&str> {
        (!self.is_to_come()).then(|| self.as_str())
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({self})")
    }
}

/// An OU's place by names, from the root: empty is the root itself.
///
/// As text the names are joined by `/`; a `/` or `\` inside a name is written `\/` or `\\`, because
/// Organizations allows any character in an OU's name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct OuPath(Vec<String>);

impl OuPath {
    /// The root of the organization.
    pub fn root() -> Self {
        Self::default()
    }

    /// Reads `A/B`; `None` where a name is empty. The empty text and `/` are the root.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text == "/" {
            return Some(Self::root());
        }
        let mut names = vec![String::new()];
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            let last = names.last_mut()?;
            match c {
                '\\' => last.push(chars.next()?),
                '/' => names.push(String::new()),
                c => last.push(c),
            }
        }
        names.iter().all(|n| !n.is_empty()).then_some(Self(names))
    }

    /// The path of a child.
    #[must_use]
    pub fn child(&self, name: &str) -> Self {
        let mut names = self.0.clone();
        names.push(name.to_owned());
        Self(names)
    }

    /// The parent's path; `None` for the root.
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_last()?;
        Some(Self(rest.to_vec()))
    }

    /// The last name; `None` for the root.
    pub fn name(&self) -> Option<&str> {
        self.0.last().map(String::as_str)
    }

    /// How many levels below the root: 0 for the root.
    pub fn depth(&self) -> usize {
        self.0.len()
    }

    /// Whether `self` is `other` or lies below it.
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The same place after `from` was renamed or moved to `to`.
    #[must_use]
    pub fn moved(&self, from: &Self, to: &Self) -> Self {
        match self.0.strip_prefix(from.0.as_slice()) {
            Some(rest) => Self(to.0.iter().chain(rest).cloned().collect()),
            None => self.clone(),
        }
    }
}

impl fmt::Display for OuPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        for (i, name) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            f.write_str(&escape_component(name))?;
        }
        Ok(())
    }
}

impl fmt::Debug for OuPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OuPath({self})")
    }
}

/// Writes a name so that it can stand between slashes of an address: `/` and `\` get a `\` before.
pub fn escape_component(name: &str) -> String {
    name.replace('\\', "\\\\").replace('/', "\\/")
}

/// Splits an escaped name off, at the first slash that is not escaped: the name, and what stands behind the
/// slash as it is.
pub fn split_component(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => name.push(chars.next()?.1),
            '/' => return Some((name, text.get(at + 1..)?)),
            c => name.push(c),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaped_names_are_split_off_as_they_were() {
        for name in ["a", "a/b", "\\", "a\\/b/", "é"] {
            let text = format!("{}/rest/of\\it", escape_component(name));
            assert_eq!(split_component(&text), Some((name.to_owned(), "rest/of\\it")));
        }
        assert_eq!(split_component("a\\/b"), None);
    }

    #[test]
    fn ou_paths_round_trip_whatever_their_names_hold() {
        for names in [vec!["a"], vec!["a", "b"], vec!["a/b", "c\\"], vec!["\\/"]] {
            let path = names.iter().fold(OuPath::root(), |p, n| p.child(n));
            assert_eq!(OuPath::parse(&path.to_string()), Some(path));
        }
        assert_eq!(OuPath::parse("/"), Some(OuPath::root()));
        assert_eq!(OuPath::parse("a//b"), None);
        assert_eq!(OuPath::parse("a\\"), None);
    }

    #[test]
    fn account_ids_are_twelve_digits() {
        assert!(AccountId::parse("000000000001").is_some());
        for bad in ["", "1", "1111222233334", "11112222333x", "１１１１２２２２３３３３"]
        {
            assert!(AccountId::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_moved_path_keeps_what_lies_below() {
        let at = |s| OuPath::parse(s).unwrap();
        assert_eq!(at("A/B/C").moved(&at("A/B"), &at("A/X")), at("A/X/C"));
        assert_eq!(at("A/BB").moved(&at("A/B"), &at("A/X")), at("A/BB"));
    }
}
