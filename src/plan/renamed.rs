//! What is live, under the names that it will have: a rename changes nobody's access.

use crate::live::project::Ids;
use crate::model::State;
use crate::resolve::{Desired, Renames};
use std::borrow::Cow;

/// A state under the names that things will have.
pub(super) fn renamed<'a>(state: &'a State, desired: &Desired) -> Cow<'a, State> {
    let Renames { ous, groups } = &desired.renames;
    if ous.is_empty() && groups.is_empty() {
        return Cow::Borrowed(state);
    }
    let mut state = state.clone();
    for (from, to) in ous {
        state.rename_ou(from, to);
    }
    state.rename_groups(groups);
    Cow::Owned(state)
}

/// Ids under the names that things will have.
pub(super) fn renamed_ids(ids: &Ids, desired: &Desired) -> Ids {
    let mut out = ids.clone();
    for (from, to) in &desired.renames.ous {
        out.ous = out.ous.into_iter().map(|(path, id)| (path.moved(from, to), id)).collect();
    }
    for (from, to) in &desired.renames.groups {
        if let Some(id) = out.groups.remove(from) {
            out.groups.insert(to.clone(), id);
        }
    }
    out
}
