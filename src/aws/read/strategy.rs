//! Which questions are asked to learn the grants: chosen before they are asked, from numbers that a
//! few cheap listings tell.
//!
//! `ListAccountAssignments` tells everybody of one pair, `ListAccountAssignmentsForPrincipal` every
//! pair of one principal. By pair is complete, and costs a call for each provisioned pair. By
//! principal never is: a grant whose principal was deleted has nobody left to be asked. A full reading
//! is therefore by pair, whatever it costs (docs/reading.md has the arithmetic).

use super::question::Question;
use crate::live::reading::Depth;
use std::collections::BTreeMap;

/// What is known before the grants are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What was asked for.
    pub depth: Depth,
    /// Whether users and groups were listed whole.
    pub directory_whole: bool,
    /// Permission sets.
    pub sets: usize,
    /// Groups.
    pub groups: usize,
    /// Users whom a rule of the definitions names, and who are live.
    pub direct: usize,
    /// Pairs in which a set is provisioned, as far as they are listed by then: a quick reading has
    /// listed those of the latest version only.
    pub pairs: usize,
    /// Groups whose members are asked for.
    pub memberships: usize,
    /// Sets that matter to the accounts that a reading may be narrowed to; `pairs` is then of those.
    pub chosen: usize,
}

/// The way to the grants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Every provisioned pair.
    ByPair,
    /// Every group, every declared direct user, and the pairs that these leave unexplained.
    Hybrid,
    /// Every provisioned pair of some accounts alone.
    Within,
}

/// A way, and why it is not the one that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The way.
    pub way: Way,
    /// Why a quick reading goes by pair.
    pub because: Option<&'static str>,
}

/// What a caller may not do whom AWS denies the first question.
pub(super) const DENIED: &str = "the caller may not list grants by principal";

/// Chooses the way.
pub fn choose(known: &Known) -> Choice {
    let by_pair = |because| Choice { way: Way::ByPair, because };
    if known.depth == Depth::Full {
        return by_pair(None);
    }
    // "…ForPrincipal" is for the management account and delegated administrators (API reference), but
    // who is one is not always told: the first question shows it.
    if !known.directory_whole {
        return by_pair(Some("users and groups could not be listed whole"));
    }
    let principals = known.groups + known.direct;
    // By pair takes the listing of outdated accounts for each set besides.
    if principals == 0 || principals >= known.pairs + known.sets {
        return by_pair(Some("it takes no more calls"));
    }
    Choice { way: Way::Hybrid, because: None }
}

/// Whether it may pay to ask some accounts which sets they have: a full reading is of everything, and
/// no more calls may be lost than listing the accounts of every set would take.
pub fn may_narrow(depth: Depth, accounts: usize, sets: usize) -> bool {
    depth == Depth::Quick && accounts <= sets
}

/// Listings of a set's accounts in a narrowed reading: all, and the outdated ones.
const LISTINGS: usize = 2;

/// Whether a reading of some accounts alone takes fewer calls than any of all: the names of all sets,
/// the rest of the chosen ones and every pair, against everything of all sets, by pair or by principal.
pub fn narrows(known: &Known) -> bool {
    let narrow = known.sets + (Question::SetParts.calls() + LISTINGS) * known.chosen + known.pairs;
    narrow < (Question::SetDetails.calls() + 1) * known.sets + known.groups + known.direct
}

/// The calls that are ahead, at least: what has many rows takes more pages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// What is asked, and how many calls it takes.
    pub rows: Vec<(Question, usize)>,
}

/// What one quota of AWS has to bear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// `sso-admin`, or the operation that has a quota of its own.
    pub quota: &'static str,
    /// Calls.
    pub calls: usize,
    /// Seconds that they take.
    pub seconds: usize,
}

impl Estimate {
    /// What a choice leads to.
    pub fn of(known: &Known, choice: &Choice) -> Self {
        let questions = match choice.way {
            Way::Within => vec![
                (Question::SetNames, known.sets),
                (Question::SetParts, known.chosen),
                (Question::AccountsOfSets, known.chosen),
                (Question::OutdatedAccounts, known.chosen),
                (Question::PairGrants, known.pairs),
            ],
            Way::ByPair => vec![
                (Question::SetDetails, known.sets),
                (Question::OutdatedAccounts, known.sets),
                (Question::PairGrants, known.pairs),
            ],
            Way::Hybrid => vec![
                (Question::SetDetails, known.sets),
                (Question::GroupGrants, known.groups),
                (Question::UserGrants, known.direct),
            ],
        };
        let questions = questions.into_iter().chain([(Question::Members, known.memberships)]);
        Self { rows: questions.map(|(what, times)| (what, times * what.calls())).collect() }
    }

    /// One kind of question, so many times.
    pub fn asking(what: Question, times: usize) -> Self {
        Self { rows: vec![(what, times * what.calls())] }
    }

    /// All calls.
    pub fn calls(&self) -> usize {
        self.rows.iter().map(|(_, calls)| calls).sum()
    }

    /// What each quota has to bear, where calls of an operation are made at a rate; the slowest first,
    /// which decides how long it takes.
    pub fn loads(&self, rate: impl Fn(&'static str) -> (&'static str, f64)) -> Vec<Load> {
        let mut quotas: BTreeMap<&'static str, (usize, f64)> = BTreeMap::new();
        for (what, calls) in self.rows.iter().filter(|(_, calls)| *calls > 0) {
            let (quota, rate) = rate(what.operation());
            quotas.entry(quota).or_insert((0, rate)).0 += calls;
        }
        let loads = quotas.into_iter();
        let load = |(quota, (calls, rate))| Load { quota, calls, seconds: seconds(calls, rate) };
        let mut loads: Vec<Load> = loads.map(load).collect();
        loads.sort_by(|a, b| b.seconds.cmp(&a.seconds).then(b.calls.cmp(&a.calls)));
        loads
    }
}

fn seconds(calls: usize, rate: f64) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "nobody makes 2^52 calls")]
    let seconds = (calls as f64 / rate).ceil();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "as above")]
    let seconds = seconds as usize;
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The large organization of docs/reading.md.
    const LARGE: Known = Known {
        depth: Depth::Quick,
        directory_whole: true,
        sets: 50,
        groups: 200,
        direct: 183,
        pairs: 8475,
        memberships: 200,
        chosen: 0,
    };

    fn rate(operation: &'static str) -> (&'static str, f64) {
        match operation.split_once(':') {
            Some(("sso-admin", _)) => ("sso-admin", 18.0),
            Some(("organizations", _)) => (operation, 9.0),
            _ => (operation, 18.0),
        }
    }

    fn slowest(estimate: &Estimate) -> (&'static str, usize) {
        let loads = estimate.loads(rate);
        (loads[0].quota, loads[0].seconds)
    }

    #[test]
    fn the_cheapest_way_that_the_depth_and_the_caller_allow_is_chosen() {
        let same = LARGE;
        for (known, way, because) in [
            (same, Way::Hybrid, None),
            (
                Known { directory_whole: false, ..same },
                Way::ByPair,
                Some("users and groups could not be listed whole"),
            ),
            (Known { depth: Depth::Full, ..same }, Way::ByPair, None),
            // By principal would take fewer calls, and is not full.
            (Known { depth: Depth::Full, groups: 1, ..same }, Way::ByPair, None),
            (Known { groups: 9000, ..same }, Way::ByPair, Some("it takes no more calls")),
            (Known { groups: 8342, ..same }, Way::ByPair, Some("it takes no more calls")),
            (Known { groups: 8341, ..same }, Way::Hybrid, None),
            (
                Known { pairs: 0, sets: 1, groups: 1, direct: 0, ..same },
                Way::ByPair,
                Some("it takes no more calls"),
            ),
            (Known { pairs: 2, sets: 1, groups: 1, direct: 1, ..same }, Way::Hybrid, None),
            (Known { groups: 0, direct: 0, ..same }, Way::ByPair, Some("it takes no more calls")),
        ] {
            assert_eq!(choose(&known), Choice { way, because }, "{known:?}");
        }
    }

    #[test]
    fn a_reading_is_narrowed_where_that_takes_fewer_calls() {
        assert!(may_narrow(Depth::Quick, 50, 50) && !may_narrow(Depth::Quick, 51, 50));
        assert!(!may_narrow(Depth::Full, 1, 50));
        let one = Known { chosen: 9, pairs: 9, ..LARGE };
        assert!(narrows(&one));
        let way = Choice { way: Way::Within, because: None };
        assert_eq!(Estimate::of(&one, &way).calls(), 50 + 7 * 9 + 9 + 200);
        // Every set matters to so many accounts that asking the principals takes fewer.
        assert!(narrows(&Known { chosen: 50, pairs: 332, ..LARGE }));
        assert!(!narrows(&Known { chosen: 50, pairs: 333, ..LARGE }));
    }

    #[test]
    fn the_slowest_quota_decides_how_long_it_takes() {
        let mut hybrid = Estimate::of(&LARGE, &choose(&LARGE));
        assert_eq!(hybrid.calls(), 300 + 200 + 183 + 200);
        let members = "identitystore:ListGroupMemberships";
        let load = |quota, calls, seconds| Load { quota, calls, seconds };
        assert_eq!(hybrid.loads(rate), [load("sso-admin", 683, 38), load(members, 200, 12)]);
        // Tags have a quota of their own, half as fast.
        hybrid.rows.extend(Estimate::asking(Question::AccountTags, 1000).rows);
        assert_eq!(slowest(&hybrid), ("organizations:ListTagsForResource", 112));
        let full = Known { depth: Depth::Full, ..LARGE };
        let by_pair = Estimate::of(&full, &choose(&full));
        assert_eq!(by_pair.calls(), 300 + 50 + 8475 + 200);
        assert_eq!(slowest(&by_pair), ("sso-admin", 491));
        let many = Known { memberships: 3000, sets: 0, groups: 0, direct: 0, pairs: 0, ..LARGE };
        assert_eq!(slowest(&Estimate::of(&many, &choose(&many))), (members, 167));
    }
}
