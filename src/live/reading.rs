//! How grants were read, from where in the organization, and what such a reading cannot see.

use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use std::collections::BTreeSet;

/// How much of the grants a reading was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Depth {
    /// The groups, the declared direct users, and the pairs that those answers leave unexplained.
    Quick,
    /// Everything.
    #[default]
    Full,
}

impl Depth {
    /// As documents and `--read` have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }

    /// Reads the word of a document.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Quick, Self::Full].into_iter().find(|depth| depth.name() == text)
    }
}

/// How grants were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// What was asked for.
    pub depth: Depth,
    /// What was asked instead of everything; `None` where every provisioned pair was read.
    pub asked: Option<Asked>,
    /// Why every pair was read where a quick reading was asked for.
    pub because: Option<String>,
    /// What it was narrowed to; `None` where it went over the whole organization.
    pub within: Option<Within>,
}

/// Some accounts that a reading was narrowed to, and what it read for them. Of everything else in
/// Identity Center it holds names alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Accounts of which every provisioned pair was asked.
    pub accounts: BTreeSet<AccountId>,
    /// Permission sets whose parts and accounts were asked.
    pub sets: BTreeSet<PermissionSetArn>,
    /// Groups whose members were asked.
    pub groups: BTreeSet<GroupId>,
}

/// What a reading by principal asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// How many groups told all of their grants.
    pub groups: usize,
    /// Users who told all of their direct grants.
    pub users: BTreeSet<UserId>,
    /// Permission sets of which every pair was asked.
    pub sets: BTreeSet<PermissionSetArn>,
    /// Permission sets whose outdated accounts were listed.
    pub outdated: BTreeSet<PermissionSetArn>,
    /// Pairs that told everybody who has a grant there.
    pub pairs: BTreeSet<(AccountId, PermissionSetArn)>,
}

impl Reading {
    /// Whether all direct grants of a user were asked for.
    pub fn knows_user(&self, user: &UserId) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.users.contains(user))
    }

    /// Whether everybody was asked for who has a set in an account.
    pub fn knows_pair(&self, account: &AccountId, set: &PermissionSetArn) -> bool {
        let pair = (account.clone(), set.clone());
        let within = self.within.as_ref().is_some_and(|within| within.accounts.contains(account));
        within || self.asked.as_ref().is_none_or(|asked| asked.pairs.contains(&pair))
    }

    /// Whether everybody was asked for who has a set anywhere.
    pub fn knows_set(&self, set: &PermissionSetArn) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.sets.contains(set))
    }

    /// How the grants were read, in words.
    pub fn strategy(&self) -> String {
        if let Some(Within { accounts, sets, groups: _ }) = &self.within {
            let pairs = self.asked.as_ref().map_or(0, |asked| asked.pairs.len());
            return format!(
                "by pair in the accounts of --only (accounts: {}, permission sets: {}, pairs: {pairs})",
                accounts.len(),
                sets.len()
            );
        }
        match (&self.asked, &self.because) {
            (Some(Asked { groups, users, sets: _, outdated: _, pairs }), _) => format!(
                "by principal (groups: {groups}, users: {}), then by pair what these leave \
                 unexplained (pairs: {})",
                users.len(),
                pairs.len()
            ),
            (None, Some(because)) => format!("by pair: every provisioned pair, since {because}"),
            (None, None) => "by pair: every provisioned pair".to_owned(),
        }
    }

    /// What may be live all the same, one text each; empty where nothing may.
    pub fn cannot_see(&self) -> Vec<String> {
        if self.within.is_some() {
            return vec!["Identity Center beyond the accounts of --only, but for names".to_owned()];
        }
        if self.asked.is_none() {
            return Vec::new();
        }
        [
            "grants of undeclared users and of deleted principals on pairs of account and permission \
             set that a group or a declared user has too",
            "such grants on pairs with an outdated permission set that is current wherever a group \
             or a declared user has it",
        ]
        .map(str::to_owned)
        .into()
    }
}

/// Where in the organization the caller stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// In the management account.
    Management,
    /// In a member account that administers Identity Center.
    Delegated,
    /// In another account, or in one of which nobody could tell.
    Member,
    /// Nobody told the caller's account.
    #[default]
    Unknown,
}

impl Standing {
    /// As documents have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Management => "management",
            Self::Delegated => "delegated",
            Self::Member => "member",
            Self::Unknown => "unknown",
        }
    }

    /// Reads the word of a document; what is not known is unknown.
    pub fn parse(text: &str) -> Self {
        let all = [Self::Management, Self::Delegated, Self::Member];
        all.into_iter().find(|standing| standing.name() == text).unwrap_or_default()
    }

    /// In words, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Management => "from the management account",
            Self::Delegated => "from a delegated administrator",
            Self::Member => "from a member account",
            Self::Unknown => "from an account that is not known",
        }
    }

    /// Whether it is known not to be the management account.
    pub fn is_elsewhere(self) -> bool {
        matches!(self, Self::Delegated | Self::Member)
    }
}
