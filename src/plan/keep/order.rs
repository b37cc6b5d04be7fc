//! Links that let people come before others go.

use super::{Claim, Index, Reach, brings};
use crate::model::State;
use crate::plan::change::What;
use crate::plan::links::{Links, circles};
use std::collections::BTreeSet;

/// Lets what takes people away from a claim wait for what brings people to it, wherever too few would
/// be left meanwhile. A link that would make a circle is left out: then [`super::judge`] has the word.
pub(in super::super) fn order<'a>(
    claims: &[Claim<'a>],
    before: &'a State,
    whats: &[&'a What],
    links: &mut [Links],
) {
    let index = Index::new(whats);
    // One group has many grants, and its members come and go once.
    let mut tried = BTreeSet::new();
    for claim in claims {
        let reach = Reach::before(claim, before, &index);
        let bearing = index.bearing(claim, &reach);
        let taking: Vec<usize> = bearing
            .iter()
            .filter(|(_, what)| reach.is_cut_by(claim, what))
            .map(|(i, _)| *i)
            .collect();
        if taking.is_empty() {
            continue;
        }
        let floor = claim.wanted().min(claim.count(&reach.people()));
        let mut left = reach.clone();
        for i in &taking {
            left.apply(claim, bearing[i]);
        }
        if claim.count(&left.people()) >= floor {
            continue;
        }
        for &late in &taking {
            for early in bearing.iter().filter(|(_, what)| brings(what)).map(|(i, _)| *i) {
                if tried.insert((late, early))
                    && !circles(links, late, early)
                    && let Some(links) = links.get_mut(late)
                {
                    links.succeed.insert(early);
                }
            }
        }
    }
}
