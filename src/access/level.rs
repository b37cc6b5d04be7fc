//! How much a permission set allows: a classification with its reason, not an evaluation.
//!
//! It errs upwards. `Allow` statements are looked at one by one; resources, conditions, `Deny`,
//! permissions boundaries and policies of the organization, all of which only take away, are not. What
//! cannot be known (customer managed policies stand in each account) is unknown, never nothing.

mod action;
#[cfg(test)]
mod tests;

use super::pattern::Pattern;
use crate::model::policy::Listed;
use crate::model::{PermissionSet, Policy, PolicyArn};
use crate::text::lines_of;
use std::collections::{BTreeMap, BTreeSet};

const SHIPPED: &str = include_str!("../../policies/access-levels.txt");

/// How much is allowed, from nothing up. What is unknown stands above `write` and below what is known to
/// be dangerous: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing is allowed.
    None,
    /// Things can be looked at, their contents too.
    Read,
    /// Things can be changed.
    Write,
    /// Not known.
    Unknown,
    /// What leads to more than it says: handing on roles, changing who may do what.
    Privileged,
    /// Everything in the account, or the means to take it.
    Admin,
}

impl Level {
    const ALL: [Self; 6] =
        [Self::None, Self::Read, Self::Write, Self::Unknown, Self::Privileged, Self::Admin];

    /// The word that outputs carry.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Write => "write",
            Self::Unknown => "unknown",
            Self::Privileged => "privileged",
            Self::Admin => "admin",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == text)
    }
}

/// A level and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Classified {
    /// How much.
    pub level: Level,
    /// What makes it so, for people.
    pub reason: String,
}

/// What policies and actions allow, from data.
#[derive(Clone, Debug, Default)]
pub struct Levels {
    managed: BTreeMap<String, Level>,
    services: BTreeMap<String, Level>,
    actions: Vec<(Level, String)>,
    /// Actions that read, each by its full name: most lines, so they are looked up.
    only_read: BTreeSet<String>,
    reading: BTreeSet<String>,
}

impl Levels {
    /// What the binary ships (`policies/access-levels.txt`).
    pub fn shipped() -> Self {
        Self::parse(SHIPPED)
    }

    /// Reads the lines of such a file; what is no such line says nothing.
    pub fn parse(text: &'static str) -> Self {
        let mut out = Self::default();
        for line in lines_of(text) {
            let mut words = line.split_whitespace();
            let (Some(kind), Some(level), Some(name)) = (words.next(), words.next(), words.next())
            else {
                continue;
            };
            let Some(level) = Level::parse(level) else { continue };
            let lower = name.to_ascii_lowercase();
            match kind {
                "managed" => drop(out.managed.insert(name.to_owned(), level)),
                "service" => drop(out.services.insert(lower, level)),
                "action" if level == Level::Read && !lower.contains(['*', '?']) => {
                    out.only_read.insert(lower);
                }
                "action" => out.actions.push((level, lower)),
                "verb" => drop(out.reading.insert(lower)),
                _ => {}
            }
        }
        out
    }

    /// Classifies a permission set by all of its policies.
    pub fn of(&self, set: &PermissionSet) -> Classified {
        let PermissionSet {
            managed_policies,
            customer_managed_policies,
            inline_policy,
            permissions_boundary,
            // None of these allows anything.
            description: _,
            session: _,
            relay_state: _,
            tags: _,
        } = set;
        let mut parts: Vec<(Level, String)> = Vec::new();
        parts.extend(managed_policies.iter().map(|arn| self.managed(arn)));
        let customer = |policy| (Level::Unknown, format!("customer managed policy {policy}"));
        parts.extend(customer_managed_policies.iter().map(customer));
        parts.extend(inline_policy.iter().flat_map(|policy| self.inline(policy)));
        let Classified { level, mut reason } = highest(&parts);
        if let Some(boundary) = permissions_boundary
            && level != Level::None
        {
            reason = format!("{reason}; permissions boundary {boundary} may take away");
        }
        Classified { level, reason }
    }

    fn managed(&self, arn: &PolicyArn) -> (Level, String) {
        let name = arn.0.split_once(":iam::aws:policy/").map_or(arn.0.as_str(), |(_, name)| name);
        let level = self.managed.get(name).copied().unwrap_or(Level::Unknown);
        (level, format!("policy {name}"))
    }

    fn inline(&self, policy: &Policy) -> Vec<(Level, String)> {
        let unreadable = || (Level::Unknown, "an inline policy that cannot be read".to_owned());
        if !policy.is_readable() {
            return vec![unreadable()];
        }
        let allowing = policy.statements().into_iter().filter(|statement| statement.allows);
        let judge = |actions| match actions {
            Listed::Only(only) => {
                let of = |action: &String| (self.action(action), format!("inline {action}"));
                only.iter().map(of).collect()
            }
            Listed::Except(except) => vec![all_but(&except)],
            Listed::Unreadable => vec![unreadable()],
        };
        allowing.flat_map(|statement| judge(statement.actions)).collect()
    }
}

/// All actions but some are too many to be sure of anything.
fn all_but(except: &[String]) -> (Level, String) {
    let without_iam = except.iter().any(|action| Pattern::action(action).covers("iam:*"));
    let level = if without_iam { Level::Privileged } else { Level::Admin };
    (level, format!("inline all but {}", except.join(", ")))
}

/// The highest of some levels, with what has it. Of what is unknown beside it something is said too,
/// unless nothing could be more.
fn highest(parts: &[(Level, String)]) -> Classified {
    let Some(level) = parts.iter().map(|(level, _)| *level).max() else {
        return Classified { level: Level::None, reason: "no policy allows anything".to_owned() };
    };
    let having = |wanted: Level| {
        let all: BTreeSet<&str> =
            parts.iter().filter(|(l, _)| *l == wanted).map(|(_, why)| why.as_str()).collect();
        // Three are enough to see why.
        let more = all.len().saturating_sub(3);
        let few: Vec<&str> = all.into_iter().take(3).collect();
        let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{rest}", few.join(", "))
    };
    let mut reason = having(level);
    if level == Level::Unknown {
        let known = parts.iter().map(|(level, _)| *level).filter(|l| *l != Level::Unknown).max();
        reason = format!("not known: {reason}");
        if let Some(known) = known {
            reason = format!("{reason}; at least {}: {}", known.name(), having(known));
        }
    } else if level != Level::Admin && parts.iter().any(|(l, _)| *l == Level::Unknown) {
        reason = format!("{reason}; not known: {}", having(Level::Unknown));
    }
    Classified { level, reason }
}
