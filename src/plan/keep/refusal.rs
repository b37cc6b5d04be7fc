//! What breaks a claim, in words: the same in many accounts is said once.

use super::{By, Claim};
use crate::diag::Span;
use crate::id::PermissionSetName;
use crate::live::project::Labels;
use crate::model::Principal;
use crate::resolve::kept::Kept;
use crate::text::counted;
use std::collections::{BTreeMap, BTreeSet};

/// Why a plan must not be applied, whoever asks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// What it breaks.
    pub rule: Rule,
    /// Why, for people.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Where the rule is written; `None` where it is built in.
    pub origin: Option<Span>,
    /// What is to stay, where that is a permission set.
    pub permission_set: Option<PermissionSetName>,
    /// Where, as accounts are called.
    pub accounts: Vec<String>,
    /// Who is to have it.
    pub to: Vec<String>,
    /// The changes that would break it.
    pub changes: Vec<String>,
}

/// A rule that no option lifts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A `[[keep]]` of `landgrant.toml`.
    Keep,
    /// Nobody takes away the access by which they are here.
    OwnAccess,
    /// What nothing is declared of is not removed.
    NothingDeclared,
}

impl Rule {
    /// The word that documents carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::OwnAccess => "own-access",
            Self::NothingDeclared => "nothing-declared",
        }
    }
}

/// How a claim is broken.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Breach<'a> {
    Removed(&'a Principal),
    Missing(&'a Principal),
    TooFew { left: Vec<String>, wanted: usize },
    OnTheWay { left: usize, wanted: usize },
    Unjudged,
}

type Key<'a> = (Rule, Option<Span>, &'a PermissionSetName, Vec<String>, Breach<'a>);

/// Whose claim comes to hold by the plan: the keep, the set, and what is said.
type Coming<'a> = (Option<Span>, &'a PermissionSetName, String);

/// Accounts, as they are called, and places of changes.
type Where = (BTreeSet<String>, BTreeSet<usize>);

/// Everything that is broken, put together by what is said of it.
pub(super) struct Broken<'a> {
    labels: &'a Labels,
    breaches: BTreeMap<Key<'a>, (Where, Option<String>)>,
    coming: BTreeMap<Coming<'a>, Where>,
}

impl<'a> Broken<'a> {
    pub(super) fn new(labels: &'a Labels) -> Self {
        Self { labels, breaches: BTreeMap::new(), coming: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, claim: &Claim<'a>, breach: Breach<'a>, changes: Vec<usize>) {
        let (rule, to, reason) = match claim.by {
            By::Kept(kept) => (Rule::Keep, principals(kept), kept.reason.clone()),
            By::Person(person) => (Rule::OwnAccess, vec![format!("user:{person}")], None),
        };
        let key = (rule, claim.origin(), claim.set, to, breach);
        let ((accounts, all), why) = self.breaches.entry(key).or_default();
        accounts.insert(self.labels.of(claim.account).to_owned());
        all.extend(changes);
        *why = reason;
    }

    pub(super) fn unjudged(&mut self, kept: &'a Kept, changes: Vec<usize>) {
        let key = (Rule::Keep, Some(kept.span), &kept.set, principals(kept), Breach::Unjudged);
        let ((_, all), why) = self.breaches.entry(key).or_default();
        all.extend(changes);
        why.clone_from(&kept.reason);
    }

    /// Too few people have it so far.
    pub(super) fn comes(&mut self, claim: &Claim<'a>, had: usize, changes: Vec<usize>) {
        let now = counted(had, "person");
        let what = format!("is kept for at least {}, and {now} reach it so far", claim.wanted());
        self.come(claim, what, changes);
    }

    /// A kept grant is not there yet.
    pub(super) fn granted(
        &mut self,
        claim: &Claim<'a>,
        principal: &Principal,
        changes: Vec<usize>,
    ) {
        let what = format!("is kept for {principal}, who has no grant of it so far");
        self.come(claim, what, changes);
    }

    fn come(&mut self, claim: &Claim<'a>, what: String, changes: Vec<usize>) {
        let key = (claim.origin(), claim.set, what);
        let (accounts, all) = self.coming.entry(key).or_default();
        accounts.insert(self.labels.of(claim.account).to_owned());
        all.extend(changes);
    }

    /// The refusals, and what is worth knowing.
    pub(super) fn finish(self) -> (Vec<Refusal>, Vec<String>) {
        let refusals = self.breaches.into_iter().map(|(key, ((accounts, changes), reason))| {
            let (rule, origin, set, to, breach) = key;
            let changes = ids(&changes);
            let (message, help) = said((rule, set, &to), &breach, (&accounts, &changes), reason);
            Refusal {
                rule,
                message,
                help: help.to_owned(),
                origin,
                permission_set: Some(set.clone()),
                accounts: accounts.into_iter().collect(),
                to,
                changes,
            }
        });
        let findings = self.coming.into_iter().map(|((_, set, what), (accounts, changes))| {
            let (accounts, changes) = (some(&accounts), ids(&changes).join(", "));
            format!("{set} in {accounts} {what}: this plan brings that about ({changes})")
        });
        (refusals.collect(), findings.collect())
    }
}

/// What is said of a breach, and what to do.
fn said(
    (rule, set, to): (Rule, &PermissionSetName, &[String]),
    breach: &Breach<'_>,
    (accounts, changes): (&BTreeSet<String>, &[String]),
    reason: Option<String>,
) -> (String, &'static str) {
    let (accounts, changes) = (some(accounts), changes.join(", "));
    let people = |number| counted(number, "person");
    if rule == Rule::OwnAccess {
        let way = match breach {
            Breach::OnTheWay { .. } => " for a while",
            _ => "",
        };
        let who = to.join(", ");
        let message = format!(
            "{changes} would take away{way} what you are here by: {set} in {accounts}, {who}"
        );
        return (message, "let another person apply it, or come in by another way");
    }
    let why = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let kept = format!("{set} in {accounts} is kept for {}{why}", to.join(", "));
    match breach {
        Breach::Removed(principal) => (
            format!("{kept}, and {changes} would take the grant of {principal} away"),
            "declare that grant; what is kept is changed in landgrant.toml, and by no option",
        ),
        Breach::Missing(principal) => (
            format!("{kept}, and {principal} has no grant of it, nor would have one"),
            "declare that grant, or correct what is kept in landgrant.toml; what could not be read \
             does not count",
        ),
        Breach::TooFew { left, wanted } => {
            let names =
                if left.is_empty() { String::new() } else { format!(": {}", left.join(", ")) };
            let by = if changes.is_empty() { String::new() } else { format!(" after {changes}") };
            let (wanted, left) = (people(*wanted), people(left.len()));
            (
                format!("{kept}: at least {wanted} must reach it, and {left} would{by}{names}"),
                "add people who reach it; what could not be read does not count",
            )
        }
        Breach::OnTheWay { left, wanted } => {
            let (wanted, left) = (people(*wanted), people(*left));
            (
                format!(
                    "{kept}: at least {wanted} must reach it at every step, and once {changes} is \
                     done, {left} might, should another change fail or not have been done yet"
                ),
                "first add people by a plan of its own, then take the others away",
            )
        }
        Breach::Unjudged => (
            format!(
                "{set} is kept for {}{why}, the organization could not be read, and so nobody knows \
                 whether {changes} would take it away",
                to.join(", ")
            ),
            "read the organization whole, or name the accounts of the keep exactly",
        ),
    }
}

fn principals(kept: &Kept) -> Vec<String> {
    kept.principals.iter().map(ToString::to_string).collect()
}

fn ids(places: &BTreeSet<usize>) -> Vec<String> {
    places.iter().map(|place| format!("c{}", place + 1)).collect()
}

/// Accounts that are named before the rest is counted.
const NAMED: usize = 5;

/// The first of some accounts, and how many there are.
fn some(accounts: &BTreeSet<String>) -> String {
    let first: Vec<&str> = accounts.iter().take(NAMED).map(String::as_str).collect();
    match accounts.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more accounts", first.join(", ")),
    }
}
