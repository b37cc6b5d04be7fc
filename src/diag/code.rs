//! The codes of diagnostics: one enum, each with a stable name and a severity.
//!
//! `docs/codes.md` has a heading, an example and the cure for each; [`super::explain`] reads it.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// No plan is made.
    Error,
    /// Shown, and the work goes on.
    Warning,
}

/// Declares the codes once: variant, kebab-case name, severity.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $severity:ident;)*) => {
        /// What kind of mistake a diagnostic reports. The name is stable; people search for it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code, in the order of this list.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The kebab-case name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Error or warning.
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }
        }
    };
}

codes! {
    /// The text is not TOML.
    TomlSyntax = "toml-syntax", Error;
    /// The file is not UTF-8.
    InvalidUtf8 = "invalid-utf8", Error;
    /// The file is larger than one definition file may be.
    FileTooLarge = "file-too-large", Error;
    /// The file could not be read.
    UnreadableFile = "unreadable-file", Error;
    /// There is no `landgrant.toml`.
    MissingSettings = "missing-settings", Error;
    /// The folder holds no definitions at all.
    NoDefinitions = "no-definitions", Warning;
    /// `schema` is not one that this version reads.
    UnsupportedSchema = "unsupported-schema", Error;
    /// A key that the table does not have.
    UnknownKey = "unknown-key", Error;
    /// A value of another type than the key takes.
    WrongType = "wrong-type", Error;
    /// A key that the table must have.
    MissingKey = "missing-key", Error;
    /// A value that the key does not take.
    InvalidValue = "invalid-value", Error;
    /// A settings table outside `landgrant.toml`.
    MisplacedSettings = "misplaced-settings", Error;
    /// The same thing defined twice.
    DuplicateDefinition = "duplicate-definition", Error;
    /// The same key twice in one table.
    DuplicateKey = "duplicate-key", Error;
    /// Two names that differ by case alone.
    CaseCollision = "case-collision", Error;
    /// A name or text that AWS would refuse.
    InvalidName = "invalid-name", Error;
    /// A group name that Identity Center keeps for itself.
    ReservedName = "reserved-name", Error;
    /// A session outside 1–12 hours, or not a duration.
    InvalidSession = "invalid-session", Error;
    /// A policy reference that is neither a name nor an ARN of a policy.
    InvalidPolicyReference = "invalid-policy-reference", Error;
    /// The ARN of a policy in another partition than that of `identity_center.region`.
    WrongPartition = "wrong-partition", Error;
    /// A managed policy that AWS keeps under another path.
    PolicyPath = "policy-path", Warning;
    /// A path or link that leads out of the repository.
    OutsideRepository = "outside-repository", Error;
    /// A policy file that is not there, or is not a JSON file.
    PolicyFile = "policy-file", Error;
    /// A policy document that is not JSON.
    PolicySyntax = "policy-syntax", Error;
    /// A policy document that is JSON, but not a policy.
    InvalidPolicy = "invalid-policy", Error;
    /// An element that the policy language does not have.
    UnknownElement = "unknown-element", Error;
    /// Two statements of a policy with one `Sid`.
    DuplicateSid = "duplicate-sid", Error;
    /// A policy without `Version`: IAM reads it by the rules of 2008.
    MissingVersion = "missing-version", Warning;
    /// A policy document over the quota.
    PolicyTooLarge = "policy-too-large", Error;
    /// More managed policies than a permission set may have.
    TooManyPolicies = "too-many-policies", Error;
    /// More managed policies than IAM lets a role hold unless its quota was raised.
    ManyPolicies = "many-policies", Warning;
    /// A tag that AWS would refuse.
    InvalidTag = "invalid-tag", Error;
    /// An address range that is none.
    InvalidCidr = "invalid-cidr", Error;
    /// Ranges of two networks that overlap.
    OverlappingNetworks = "overlapping-networks", Error;
    /// A principal that is not `group:NAME` or `user:NAME`.
    InvalidPrincipal = "invalid-principal", Error;
    /// A selector that does not parse.
    InvalidSelector = "invalid-selector", Error;
    /// A date that is none, or `starts` after `expires`.
    InvalidPeriod = "invalid-period", Error;
    /// A grant whose last day has passed.
    ExpiredGrant = "expired-grant", Warning;
    /// A user defined where users come from an external source.
    ExternalUser = "external-user", Error;
    /// The same member listed twice.
    DuplicateMember = "duplicate-member", Warning;
    /// A name that is neither declared nor live.
    UnknownName = "unknown-name", Error;
    /// A name that is not declared and must exist in AWS.
    UndeclaredName = "undeclared-name", Warning;
    /// A name that fits more than one live thing.
    AmbiguousName = "ambiguous-name", Error;
    /// A declared thing that `[ignore]` hands off.
    DeclaredIgnored = "declared-ignored", Error;
    /// A selector that selects no account.
    EmptySelection = "empty-selection", Warning;
    /// `ou:X` where nested OUs hold accounts that it leaves out.
    NestedLeftOut = "nested-left-out", Warning;
    /// An account whose state AWS did not tell, or that this version does not know.
    UnknownAccountState = "unknown-account-state", Error;
    /// A declared group without members, where memberships are enforced.
    EmptiedGroup = "emptied-group", Warning;
    /// A network that no policy refers to.
    UnusedNetwork = "unused-network", Warning;
    /// A permission set that no grant allows.
    UnusedPermissionSet = "unused-permission-set", Warning;
    /// A group that no grant is to.
    UnusedGroup = "unused-group", Warning;
}

impl Code {
    /// The code of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.name() == name)
    }
}

impl Severity {
    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
