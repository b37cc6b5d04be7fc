//! Why not: rules that would give something here and do not, and what stands in the way.

use super::{Reason, Subject, new_name};
use crate::access::matrix::{At, Definitions, Matrix, To};
use crate::diag::{Span, Spanned};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::live::AccountState;
use crate::model::{Grant, Principal};
use crate::resolve::select::matches;
use crate::source::declared::{GrantRule, PrincipalRef};
use crate::text::{counted, listed};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// A question.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) matrix: &'a Matrix<'a>,
    pub(super) definitions: Option<&'a Definitions<'a>>,
    pub(super) subject: &'a Subject,
    pub(super) account: Option<At>,
    pub(super) principals: &'a [To],
}

/// Groups that are named, of those by which others reach an account.
const SHOWN: usize = 10;

impl Asked<'_> {
    /// Every reason, in order; of an account that is reached too, since more may be declared there.
    pub(super) fn reasons(&self, paths: &[At]) -> Vec<Reason> {
        let mut out = Vec::new();
        self.about_subject(&mut out);
        if let Some(definitions) = self.definitions {
            let named = self.named(definitions, &mut out);
            for rule in &definitions.declared.grants {
                for to in rule.value.to.iter().filter(|to| named.contains(&to.value)) {
                    self.rule(definitions, rule, &to.value, &mut out);
                }
            }
        }
        if paths.is_empty() {
            self.no_grant(&mut out);
        } else {
            // Where something is reached, it says little that other rules mean other accounts.
            out.retain(|reason| !matches!(reason.word, "not-selected" | "ignored"));
        }
        let mut once = BTreeSet::new();
        out.retain(|reason| once.insert(reason.clone()));
        out
    }

    fn about_subject(&self, out: &mut Vec<Reason>) {
        let mut say = |word, text: String, origin: Option<String>| {
            out.push(Reason { word, text, origin, ..Reason::default() });
        };
        match self.subject {
            Subject::Person(at) => {
                let Some(card) = self.matrix.person(*at) else { return };
                if card.name.is_none() && !card.unknown {
                    say("no-such-user", "no user has this id: it was deleted".to_owned(), None);
                } else if self.matrix.groups_of(*at).is_empty() {
                    let known = self.matrix.groups.iter().all(|group| group.members_known);
                    let text =
                        if known { "is in no group" } else { "is in no group that was read" };
                    say("in-no-group", text.to_owned(), None);
                }
            }
            Subject::Group(at) => {
                let Some(card) = self.matrix.group(*at) else { return };
                if card.name.is_none() && !card.unknown {
                    say("no-such-group", "no group has this id: it was deleted".to_owned(), None);
                } else if !card.members_known {
                    say("members-unread", "who is in it was not read".to_owned(), None);
                } else if card.members.is_empty() {
                    say("empty-group", "nobody is in it".to_owned(), None);
                }
            }
            Subject::DeclaredUser(_, origin) | Subject::DeclaredGroup(_, origin) => {
                say("not-live", "is declared, and not there yet".to_owned(), origin.clone());
            }
        }
    }

    /// The principals in the words of rules: those that there are, and those that the subject will be in.
    fn named(&self, definitions: &Definitions<'_>, out: &mut Vec<Reason>) -> Vec<PrincipalRef> {
        let mut named: Vec<PrincipalRef> = Vec::new();
        for to in self.principals {
            match to {
                To::Group(at) => {
                    let name = self.matrix.group(*at).and_then(|card| card.name.as_ref());
                    named.extend(name.map(|name| PrincipalRef::Group(new_name(definitions, name))));
                }
                To::Person(at) => {
                    let name = self.matrix.person(*at).and_then(|card| card.name.clone());
                    named.extend(name.map(PrincipalRef::User));
                }
            }
        }
        let user = match self.subject {
            Subject::Person(at) => self.matrix.person(*at).and_then(|card| card.name.clone()),
            Subject::DeclaredUser(name, _) => Some(UserName::new(name)),
            Subject::DeclaredGroup(name, _) => {
                named.push(PrincipalRef::Group(GroupName::new(name)));
                None
            }
            Subject::Group(_) => None,
        };
        let Some(user) = user else { return named };
        if matches!(self.subject, Subject::DeclaredUser(..)) {
            named.push(PrincipalRef::User(user.clone()));
        }
        for ((group, member), span) in &definitions.desired.origins.memberships {
            let to = PrincipalRef::Group(group.clone());
            if *member != user || named.contains(&to) {
                continue;
            }
            out.push(Reason {
                word: "membership-not-applied",
                text: format!("is declared a member of group `{group}`, and is not in it yet"),
                principal: Some(format!("group:{group}")),
                origin: Some(place(definitions, *span)),
                ..Reason::default()
            });
            named.push(to);
        }
        named
    }

    /// What one rule does not give to one of its principals.
    fn rule(
        &self,
        definitions: &Definitions<'_>,
        rule: &Spanned<GrantRule>,
        to: &PrincipalRef,
        out: &mut Vec<Reason>,
    ) {
        let found = self.obstacle(definitions, rule);
        let principal = match to {
            PrincipalRef::Group(name) => format!("group:{name}"),
            PrincipalRef::User(name) => format!("user:{name}"),
        };
        for set in &rule.value.allow {
            let reason = |word, text: String, span: Span| Reason {
                word,
                text,
                permission_set: Some(set.value.to_string()),
                principal: Some(principal.clone()),
                origin: Some(place(definitions, span)),
            };
            if let Some((word, text, span)) = &found {
                out.push(reason(word, text.clone(), *span));
                continue;
            }
            let missing = self.not_live(definitions, rule, to, &set.value);
            if missing > 0 {
                let accounts = counted(missing, "account");
                let text = match self.account {
                    Some(_) => "is declared, and not live yet".to_owned(),
                    None => format!("is declared in {accounts}, and not live there yet"),
                };
                out.push(reason("not-applied", text, rule.span));
            }
        }
    }

    /// What keeps a rule from giving anything, here or at all.
    fn obstacle(
        &self,
        definitions: &Definitions<'_>,
        rule: &Spanned<GrantRule>,
    ) -> Option<(&'static str, String, Span)> {
        let GrantRule { within, except, .. } = &rule.value;
        if let Some(account) = self.account.and_then(|at| self.matrix.account(at)) {
            if account.ignored {
                let text = "the account is handed off by `[ignore]`".to_owned();
                return Some(("ignored", text, rule.span));
            }
            let place = definitions.desired.organization.places.get(&account.id)?;
            let Some(by) = within.iter().find(|selector| matches(&selector.value, place)) else {
                let rest = if place.management {
                    "; the management account is meant by its exact name or id alone"
                } else {
                    ""
                };
                let texts: Vec<String> = within.iter().map(|s| s.value.to_string()).collect();
                let texts = listed(texts.iter().map(String::as_str));
                let text = format!("the account is not selected by {texts}{rest}");
                return Some(("not-selected", text, rule.span));
            };
            if let Some(by) = except.iter().find(|selector| matches(&selector.value, place)) {
                let text = format!("the account is excluded by `except` (`{}`)", by.value);
                return Some(("excepted", text, by.span));
            }
            if place.state != AccountState::Active {
                let state = match place.state.as_str() {
                    "" => "not known",
                    state => state,
                };
                let text = format!("the account's state is {state}: only ACTIVE ones are selected");
                return Some(("inactive", text, by.span));
            }
        }
        period(&rule.value, definitions.as_of)
    }

    /// In how many accounts, or whether in the one asked about, a rule's grant is desired and not live.
    fn not_live(
        &self,
        definitions: &Definitions<'_>,
        rule: &Spanned<GrantRule>,
        to: &PrincipalRef,
        set: &PermissionSetName,
    ) -> usize {
        let principal = match to {
            PrincipalRef::Group(name) => Principal::Group(name.clone()),
            PrincipalRef::User(name) => Principal::User(name.clone()),
        };
        let places = definitions.desired.organization.places.values();
        let asked = self.account.and_then(|at| self.matrix.account(at)).map(|card| &card.id);
        let missing =
            places.filter(|place| asked.is_none_or(|id| *id == place.id)).filter(|place| {
                let grant = Grant {
                    account: place.id.clone(),
                    permission_set: set.clone(),
                    principal: principal.clone(),
                };
                let wanted = definitions.desired.grants.get(&grant);
                let by_this =
                    wanted.is_some_and(|cause| cause.origins.iter().any(|o| o.span == rule.span));
                by_this && !definitions.desired.live.grants.contains(&grant)
            });
        missing.count()
    }

    /// What to say where there is no path and no rule either.
    fn no_grant(&self, out: &mut Vec<Reason>) {
        let mut by: BTreeSet<&str> = BTreeSet::new();
        for granted in &self.matrix.grants {
            if let (To::Group(at), true) = (granted.to, self.account == Some(granted.account)) {
                by.extend(self.matrix.group(at).map(super::super::matrix::card::Group::shown));
            }
        }
        let text = match (self.account, by.len()) {
            (None, _) => "nothing is granted, alone or by a group".to_owned(),
            (Some(_), 0) => "no group is granted anything in the account".to_owned(),
            (Some(_), number) => {
                let more = number.saturating_sub(SHOWN);
                let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
                let names = listed(by.into_iter().take(SHOWN));
                format!("what is granted in the account is granted to {names}{rest}")
            }
        };
        out.push(Reason { word: "not-granted", text, ..Reason::default() });
    }
}

/// Which end of a rule's period was missed.
fn period(rule: &GrantRule, now: Timestamp) -> Option<(&'static str, String, Span)> {
    if let Some(starts) = rule.starts.as_ref().filter(|starts| now < starts.value) {
        let text = format!("has not begun: it starts at {}", starts.value);
        return Some(("not-begun", text, starts.span));
    }
    let expires = rule.expires.as_ref().filter(|_| !rule.holds_at(now))?;
    let text = rule.expires_text.as_deref().unwrap_or_default();
    Some(("expired", format!("expired on {text}"), expires.span))
}

fn place(definitions: &Definitions<'_>, span: Span) -> String {
    let at = definitions.declared.files.position(span);
    format!("{}:{}", at.file, at.line)
}
