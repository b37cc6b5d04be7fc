//! Who did it: the call that CloudTrail recorded and that a difference may come from.
//!
//! Best effort, and no gate: what CloudTrail does not tell is unattributed. A call is matched by the ids that it
//! named, never by names, which may have changed or be somebody's on purpose.

pub(super) mod clues;
pub(super) mod json;
mod search;
#[cfg(test)]
mod tests;

pub use clues::{Clue, Place};
pub use search::{Query, Search};

use super::Drift;
use crate::live::Live;
use crate::live::event::Event;
use jiff::Timestamp;

/// Who is behind a difference, as far as is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribution {
    /// The call that it comes from.
    To(Box<Deed>),
    /// None was found.
    Nobody {
        /// Why, in a few words.
        because: String,
        /// From when on it was looked for.
        since: Timestamp,
        /// In how many runs: an event may arrive after the run that needs it.
        tries: u8,
    },
}

/// A call, and who made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Who: an ARN, or the name of an Identity Center user.
    pub who: String,
    /// The person, where the identity names one.
    pub person: Option<String>,
    /// The kind of identity, such as `AssumedRole`.
    pub identity: String,
    /// The account of the identity.
    pub account: Option<String>,
    /// When.
    pub when: Timestamp,
    /// What the client said that it was.
    pub user_agent: String,
    /// Where the call came from.
    pub source_ip: String,
    /// CloudTrail's id of the event.
    pub event_id: String,
    /// The operation.
    pub event_name: String,
    /// The service.
    pub event_source: String,
    /// Where it was recorded.
    pub region: String,
    /// Whether the client said that it was landgrant.
    pub by_landgrant: bool,
    /// The plan that it was applying.
    pub plan: Option<String>,
    /// Ids of older events that match too, the newest first.
    pub others: Vec<String>,
}

/// What became of the search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attributing {
    /// From when on events were looked at.
    pub since: Timestamp,
    /// Pages that were asked for.
    pub calls: usize,
    /// The most that were allowed.
    pub most: usize,
    /// Whether that was too few.
    pub ran_out: bool,
    /// What kept it from being answered.
    pub troubles: Vec<super::Unread>,
}

/// Older events that an attribution names.
const OTHERS: usize = 8;
/// What landgrant's calls say that they are, in the user agent.
const OURS: &str = "app/landgrant-";
/// What follows the version during an apply.
const PLAN: &str = "+plan-";

impl Deed {
    fn of(event: &Event, others: Vec<String>, live: &Live) -> Self {
        let ours = event.user_agent.split_whitespace().find_map(|word| word.strip_prefix(OURS));
        let who = &event.who;
        let behalf = who.on_behalf_of.as_deref().map(|id| {
            let users = &live.identity_center.users;
            users.iter().find(|(user, _)| user.as_str() == id).map_or_else(
                || format!("Identity Center user {id}"),
                |(_, user)| user.user_name.clone(),
            )
        });
        // The roles of permission sets have the user's name as the name of their sessions.
        let from_portal = who.arn.as_deref().is_some_and(|arn| arn.contains("/AWSReservedSSO_"));
        let session = who.session.clone().filter(|_| from_portal);
        let person = behalf.clone().or(session).or_else(|| who.user_name.clone());
        let name = behalf
            .or_else(|| who.arn.clone())
            .or_else(|| who.user_name.clone())
            .or_else(|| who.invoked_by.clone())
            .unwrap_or_else(|| "somebody that CloudTrail does not name".to_owned());
        Self {
            who: name,
            person,
            identity: who.kind.clone(),
            account: who.account.clone(),
            when: event.time,
            user_agent: event.user_agent.clone(),
            source_ip: event.source_ip.clone(),
            event_id: event.id.clone(),
            event_name: event.name.clone(),
            event_source: event.source.clone(),
            region: event.region.clone(),
            by_landgrant: ours.is_some(),
            plan: ours.and_then(|word| word.split_once(PLAN)).map(|(_, id)| id.to_owned()),
            others,
        }
    }

    /// Who, in the fewest words.
    fn name(&self) -> String {
        match (self.by_landgrant, &self.plan) {
            (true, Some(plan)) => format!("landgrant apply, plan {plan}"),
            (true, None) => "landgrant".to_owned(),
            (false, _) => self.who.clone(),
        }
    }

    /// In a few words: who, when, what and from where.
    pub fn summary(&self) -> String {
        let who =
            if self.by_landgrant { format!("{} ({})", self.name(), self.who) } else { self.name() };
        let when = self.when.strftime("%Y-%m-%dT%H:%M:%SZ");
        let agent = self.user_agent.split_whitespace().next().unwrap_or("an unnamed client");
        // Of landgrant's own calls the name says what the client is.
        let agent: String = agent.chars().take(60).collect();
        let agent = if self.by_landgrant { String::new() } else { format!(" · {agent}") };
        let from = match self.source_ip.as_str() {
            "" => String::new(),
            address => format!(" from {address}"),
        };
        format!("{who} · {when} · {}{agent}{from} · event {}", self.event_name, self.event_id)
    }
}

impl Attribution {
    /// In a few words. Why nobody was found is the same for many items, and is said once.
    pub fn summary(&self) -> String {
        match self {
            Self::To(deed) => deed.summary(),
            Self::Nobody { .. } => "unattributed".to_owned(),
        }
    }

    /// Why nobody was found.
    pub fn because(&self) -> Option<&str> {
        match self {
            Self::To(_) => None,
            Self::Nobody { because, .. } => Some(because),
        }
    }

    /// Who, in the fewest words; `None` where nobody was found.
    pub fn who(&self) -> Option<String> {
        match self {
            Self::To(deed) => Some(deed.name()),
            Self::Nobody { .. } => None,
        }
    }
}

impl Drift {
    /// How many items are attributed, and how many were looked for in vain.
    pub fn attributed(&self) -> (usize, usize) {
        let all = self.items.iter().filter_map(|item| item.attribution.as_ref());
        let (to, nobody): (Vec<_>, Vec<_>) = all.partition(|a| matches!(a, Attribution::To(_)));
        (to.len(), nobody.len())
    }
}
