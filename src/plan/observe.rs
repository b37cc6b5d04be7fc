//! What was read, as a plan records it.

use super::change::Change;
use super::{Counts, Observed};
use crate::live::fingerprint;
use crate::live::part::part_name;
use crate::live::project::{Ids, Labels};
use crate::live::{Gap, Taken};
use crate::model::State;

/// Counts, gaps and fingerprints: of everything, and of the parts that the changes touch.
pub(super) fn observe(
    taken: &Taken,
    state: &State,
    gaps: &[Gap],
    (ids, labels): (&Ids, &Labels),
    changes: &[Change],
) -> Observed {
    let parts = changes.iter().map(|change| {
        let part = change.what.part();
        (part.to_string(), fingerprint::of_piece(state, part))
    });
    Observed {
        taken: taken.clone(),
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
