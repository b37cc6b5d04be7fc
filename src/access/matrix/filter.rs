//! Which rows are asked for: patterns of names and ids, and accounts that selectors mean.

use super::{At, Granted, Matrix, To, Unread};
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::text::Names;
use std::collections::BTreeSet;
use wildmatch::WildMatch;

/// What is asked for, as typed; a list that is empty asks for everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Names, ids or globs of accounts.
    pub accounts: Vec<String>,
    /// The accounts that selectors mean; `None` where there are none.
    pub within: Option<BTreeSet<AccountId>>,
    /// User names, ids or globs.
    pub people: Vec<String>,
    /// Names, ids or globs of groups.
    pub groups: Vec<String>,
    /// Names, ARNs or globs of permission sets.
    pub sets: Vec<String>,
}

/// A pattern that means nothing that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nothing {
    /// What was looked for: `person`.
    pub what: &'static str,
    /// As typed.
    pub pattern: String,
    /// What it was most likely meant to be.
    pub near: Option<String>,
}

/// What is asked for, by places of cards.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    accounts: Option<Vec<bool>>,
    people: Option<Vec<bool>>,
    groups: Option<Vec<bool>>,
    sets: Option<Vec<bool>>,
}

impl Chosen {
    /// Looks up what a filter means.
    pub fn of(filter: &Filter, matrix: &Matrix<'_>) -> Result<Self, Nothing> {
        let Filter { accounts, within, people, groups, sets } = filter;
        let names = matrix.accounts.iter().map(|a| (a.name.as_str(), Some(a.id.as_str())));
        let mut chosen = find("account", accounts, &names.collect::<Vec<_>>())?;
        if let Some(within) = within {
            let inside = matrix.accounts.iter().map(|account| within.contains(&account.id));
            let both = match chosen.take() {
                Some(named) => named.into_iter().zip(inside).map(|(a, b)| a && b).collect(),
                None => inside.collect(),
            };
            chosen = Some(both);
        }
        let names = matrix.people.iter().map(|p| (p.shown(), p.id.as_ref().map(UserId::as_str)));
        let people = find("person", people, &names.collect::<Vec<_>>())?;
        let names = matrix.groups.iter().map(|g| (g.shown(), g.id.as_ref().map(GroupId::as_str)));
        let groups = find("group", groups, &names.collect::<Vec<_>>())?;
        let names =
            matrix.sets.iter().map(|s| (s.shown(), s.arn.as_ref().map(PermissionSetArn::as_str)));
        let sets = find("permission set", sets, &names.collect::<Vec<_>>())?;
        Ok(Self { accounts: chosen, people, groups, sets })
    }

    /// Whether a person is asked for.
    pub fn person(&self, at: At) -> bool {
        is(self.people.as_ref(), at)
    }

    /// Whether every person is.
    pub fn everybody(&self) -> bool {
        self.people.is_none()
    }

    /// Whether an account is asked for.
    pub fn account(&self, at: At) -> bool {
        is(self.accounts.as_ref(), at)
    }

    /// Whether a permission set is asked for.
    pub fn set(&self, at: At) -> bool {
        is(self.sets.as_ref(), at)
    }

    /// Whether a group is asked for.
    pub fn group(&self, at: At) -> bool {
        is(self.groups.as_ref(), at)
    }

    /// Whether a grant is asked for, whomever it reaches.
    pub fn granted(&self, granted: &Granted) -> bool {
        self.account(granted.account)
            && is(self.sets.as_ref(), granted.set)
            && self.via(Some(granted.to))
    }

    /// Whether a part that was not read may be about what is asked for. In doubt it may.
    pub fn unread(&self, unread: &Unread) -> bool {
        let Unread { account, set, to, text: _ } = unread;
        account.is_none_or(|at| self.account(at))
            && set.is_none_or(|at| is(self.sets.as_ref(), at))
            && (to.is_none() || self.via(*to))
            && match to {
                Some(To::Person(at)) => self.person(*at),
                Some(To::Group(_)) | None => true,
            }
    }

    fn via(&self, to: Option<To>) -> bool {
        match (&self.groups, to) {
            (None, _) => true,
            (Some(groups), Some(To::Group(at))) => is(Some(groups), at),
            (Some(_), _) => false,
        }
    }
}

fn is(chosen: Option<&Vec<bool>>, at: At) -> bool {
    chosen.is_none_or(|chosen| chosen.get(at as usize).copied().unwrap_or_default())
}

/// Which of some names and ids any pattern means.
fn find(
    what: &'static str,
    patterns: &[String],
    names: &[(&str, Option<&str>)],
) -> Result<Option<Vec<bool>>, Nothing> {
    if patterns.is_empty() {
        return Ok(None);
    }
    let mut chosen = vec![false; names.len()];
    for pattern in patterns {
        let glob = pattern.contains(['*', '?']).then(|| WildMatch::new(pattern));
        let means = |text: &str| text == pattern || glob.as_ref().is_some_and(|g| g.matches(text));
        let mut any = false;
        for ((name, id), chosen) in names.iter().zip(&mut chosen) {
            if means(name) || id.is_some_and(means) {
                (*chosen, any) = (true, true);
            }
        }
        if !any {
            let known = Names::new(names.iter().map(|(name, _)| *name));
            let near = known.nearest(pattern).map(str::to_owned);
            return Err(Nothing { what, pattern: pattern.clone(), near });
        }
    }
    Ok(Some(chosen))
}
