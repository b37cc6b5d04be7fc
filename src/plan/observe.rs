//! What was read, as a plan records it.

use super::change::Change;
use super::{Counts, Observed};
use crate::live::control_tower::LandingZone;
use crate::live::fingerprint;
use crate::live::part::part_name;
use crate::live::project::{Ids, Labels};
use crate::live::{Gap, Live};
use crate::model::State;

/// What was read of Control Tower.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Governed {
    /// The landing zone's version, status and drift; `None` where there is none, or it was not read.
    pub landing_zone: Option<LandingZone>,
    /// OUs that are registered.
    pub registered: usize,
    /// Controls that are enabled on OUs and can be changed.
    pub controls: usize,
}

/// Counts, gaps and fingerprints: of everything, and of the parts that the changes touch.
pub(super) fn observe(
    live: &Live,
    state: &State,
    gaps: &[Gap],
    (ids, labels): (&Ids, &Labels),
    changes: &[Change],
) -> Observed {
    // Of an account that is still to be created nothing is live.
    let there = changes.iter().filter(|change| change.what.to_come().is_none());
    let parts = there.map(|change| {
        let part = change.what.part();
        (part.to_string(), fingerprint::of_piece(state, part))
    });
    Observed {
        taken: live.taken.clone(),
        control_tower: live.control_tower.as_ref().map(|tower| Governed {
            landing_zone: tower.landing_zone.clone(),
            registered: state.baselines.len(),
            controls: state.controls.len(),
        }),
        gaps: gaps.iter().map(|gap| (gap.clone(), part_name(&gap.part, ids, labels))).collect(),
        counts: Counts {
            accounts: state.accounts.len(),
            permission_sets: state.permission_sets.len(),
            users: state.users.len(),
            groups: state.groups.len(),
            grants: state.grants.len(),
        },
        fingerprint: fingerprint::whole(state),
        parts: parts.collect(),
    }
}
