//! What is live, under the names that things will have: a rename changes nobody's access.

use crate::live::fingerprint;
use crate::live::project::{Ids, Projection};
use crate::model::State;
use crate::resolve::Renames;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The fingerprints that parts have now, of those that another plan has noted. `renames` are those of the
/// plan that is made now.
pub fn parts<'n>(
    projection: &Projection,
    renames: &Renames,
    names: impl IntoIterator<Item = &'n String>,
) -> BTreeMap<String, String> {
    let state = renamed(&projection.state, renames);
    let print = |name: &String| Some((name.clone(), fingerprint::of_named(&state, name)?));
    names.into_iter().filter_map(print).collect()
}

/// A state under the names that things will have.
pub fn renamed<'a>(state: &'a State, renames: &Renames) -> Cow<'a, State> {
    let Renames { ous, groups } = renames;
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
pub fn renamed_ids(ids: &Ids, renames: &Renames) -> Ids {
    let mut out = ids.clone();
    for (from, to) in &renames.ous {
        out.ous = out.ous.into_iter().map(|(path, id)| (path.moved(from, to), id)).collect();
        out.tower = out.tower.map(|tower| tower.moved(from, to));
    }
    for (from, to) in &renames.groups {
        if let Some(id) = out.groups.remove(from) {
            out.groups.insert(to.clone(), id);
        }
    }
    out
}
