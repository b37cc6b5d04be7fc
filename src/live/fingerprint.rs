//! Fingerprints of live parts, so that a change elsewhere does not make a reviewed plan stale.

use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::model::{State, json};
use serde::Serialize;
use serde_json::{Map, Value, json as value};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

/// A part of a state: what one kind of change is decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// One account.
    Account(&'a AccountId),
    /// The grants of one set in one account.
    Grants(&'a AccountId, &'a PermissionSetName),
    /// Control Tower's baseline of one OU.
    Baseline(&'a OuPath),
    /// The controls that are enabled on one OU itself.
    Controls(&'a OuPath),
    /// One group.
    Group(&'a GroupName),
    /// The members of one group.
    Memberships(&'a GroupName),
    /// All OUs.
    Ous,
    /// One permission set, and where it is provisioned in an older version.
    PermissionSet(&'a PermissionSetName),
    /// One user.
    User(&'a UserName),
}

impl fmt::Display for Piece<'_> {
    /// As documents have it: `grants/111122223333/Auditor`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Account(id) => write!(f, "accounts/{id}"),
            Self::Grants(account, set) => write!(f, "grants/{account}/{set}"),
            Self::Baseline(ou) => write!(f, "baselines/{ou}"),
            Self::Controls(ou) => write!(f, "controls/{ou}"),
            Self::Group(name) => write!(f, "groups/{name}"),
            Self::Memberships(group) => write!(f, "memberships/{group}"),
            Self::Ous => f.write_str("ous"),
            Self::PermissionSet(name) => write!(f, "permission_sets/{name}"),
            Self::User(name) => write!(f, "users/{name}"),
        }
    }
}

impl Piece<'_> {
    /// What a state holds of it; null where that is nothing.
    fn content(&self, state: &State) -> Value {
        let content = match *self {
            Self::Account(id) => state.accounts.get(id).map(json::account),
            Self::Grants(account, set) => {
                let grants = state.grants.of_pair(account, set);
                let principals: Vec<Value> =
                    grants.map(|grant| grant.principal.to_string().into()).collect();
                Some(principals).filter(|some| !some.is_empty()).map(Value::from)
            }
            Self::Baseline(ou) => state.baselines.get(ou).map(|baseline| json::baseline(*baseline)),
            Self::Controls(ou) => {
                let own = state.controls.iter().filter(|(at, _)| at.ou == *ou);
                let own = own.map(|(at, control)| (at.control.to_string(), json::control(control)));
                Some(own.collect::<Map<String, Value>>())
                    .filter(|own| !own.is_empty())
                    .map(Value::from)
            }
            Self::Group(name) => state.groups.get(name).map(json::group),
            Self::Memberships(group) => state
                .memberships
                .get(group)
                .map(|members| members.iter().map(UserName::as_str).collect()),
            Self::Ous => Some(state.ous.iter().map(ToString::to_string).collect()),
            Self::PermissionSet(name) => state.permission_sets.get(name).map(|set| {
                let stale = state.stale.get(name).into_iter().flatten();
                let stale: Vec<&str> = stale.map(AccountId::as_str).collect();
                value!({ "set": json::permission_set(set), "stale": stale })
            }),
            Self::User(name) => state.users.get(name).map(json::user),
        };
        content.unwrap_or_default()
    }
}

/// `sha256:` and the hex digest of a JSON document's canonical text: no spaces, keys sorted.
pub fn of(document: &Value) -> String {
    let mut text = Text::default();
    text.value(document);
    text.digest()
}

/// The fingerprint of a part of a state.
pub fn of_piece(state: &State, piece: Piece<'_>) -> String {
    of(&piece.content(state))
}

/// The same, of the part that has this name in documents; `None` where no part can have it.
pub fn of_named(state: &State, name: &str) -> Option<String> {
    let (kind, rest) = name.split_once('/').unwrap_or((name, ""));
    let of = |piece: Piece<'_>| Some(of_piece(state, piece));
    match kind {
        "accounts" => of(Piece::Account(&AccountId::parse(rest)?)),
        "grants" => {
            let (account, set) = rest.split_once('/')?;
            of(Piece::Grants(&AccountId::parse(account)?, &PermissionSetName::new(set)))
        }
        "baselines" => of(Piece::Baseline(&OuPath::parse(rest)?)),
        "controls" => of(Piece::Controls(&OuPath::parse(rest)?)),
        "groups" => of(Piece::Group(&GroupName::new(rest))),
        "memberships" => of(Piece::Memberships(&GroupName::new(rest))),
        "ous" => of(Piece::Ous),
        "permission_sets" => of(Piece::PermissionSet(&PermissionSetName::new(rest))),
        "users" => of(Piece::User(&UserName::new(rest))),
        _ => None,
    }
}

/// The fingerprint of a whole state: of one object with every part.
///
/// Its text is as long as a snapshot, so it is made piece by piece, in the order of the pieces' names.
pub fn whole(state: &State) -> String {
    let State {
        ous: _,
        accounts,
        baselines,
        controls,
        permission_sets,
        stale: _,
        users,
        groups,
        memberships,
        grants: _,
    } = state; // OUs, grants and what is stale are told below and with the sets.
    let mut text = Text::default();
    text.raw(b"{");
    for piece in accounts.keys().map(Piece::Account) {
        text.key(piece);
        text.value(&piece.content(state));
    }
    let governed: BTreeSet<&OuPath> = controls.keys().map(|at| &at.ou).collect();
    let governed = governed.into_iter().map(Piece::Controls);
    for piece in baselines.keys().map(Piece::Baseline).chain(governed) {
        text.key(piece);
        text.value(&piece.content(state));
    }
    all_grants(state, &mut text);
    let groups = groups.keys().map(Piece::Group);
    let memberships = memberships.keys().map(Piece::Memberships);
    let sets = permission_sets.keys().map(Piece::PermissionSet);
    let users = users.keys().map(Piece::User);
    for piece in groups.chain(memberships).chain([Piece::Ous]).chain(sets).chain(users) {
        text.key(piece);
        text.value(&piece.content(state));
    }
    text.raw(b"}");
    text.digest()
}

/// The grants, pair by pair: by far the most of a state, so without a value for each.
fn all_grants(state: &State, text: &mut Text) {
    let mut pair = None;
    let mut principal = String::new();
    for grant in state.grants.iter() {
        let here = (&grant.account, &grant.permission_set);
        if pair == Some(here) {
            text.raw(b",");
        } else {
            if pair.is_some() {
                text.raw(b"]");
            }
            text.key(Piece::Grants(&grant.account, &grant.permission_set));
            text.raw(b"[");
            pair = Some(here);
        }
        principal.clear();
        // Writing to a String cannot fail.
        let _infallible = write!(principal, "{}", grant.principal);
        text.value(&principal);
    }
    if pair.is_some() {
        text.raw(b"]");
    }
}

/// How much of a text is held before it is digested.
const HELD: usize = 1 << 16;

/// The text of a JSON document, of which no more than the digest is kept.
#[derive(Default)]
pub struct Text {
    held: Vec<u8>,
    hasher: Sha256,
    /// Whether a key has been written.
    started: bool,
    name: String,
}

impl Text {
    fn raw(&mut self, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        if self.held.len() >= HELD {
            self.hasher.update(&self.held);
            self.held.clear();
        }
    }

    /// Adds a value. Its keys have to be texts.
    pub fn value(&mut self, value: &(impl Serialize + ?Sized)) {
        // Writing to a vector cannot fail, nor can these values: their keys are texts.
        let _infallible = serde_json::to_writer(&mut self.held, value);
        self.raw(b"");
    }

    /// Adds an array, entry by entry.
    pub fn array<T>(
        &mut self,
        entries: impl IntoIterator<Item = T>,
        mut add: impl FnMut(&mut Self, T),
    ) {
        self.raw(b"[");
        for (at, entry) in entries.into_iter().enumerate() {
            if at > 0 {
                self.raw(b",");
            }
            add(self, entry);
        }
        self.raw(b"]");
    }

    /// The key of an object's next entry.
    fn key(&mut self, piece: Piece<'_>) {
        if self.started {
            self.raw(b",");
        }
        self.started = true;
        let mut name = std::mem::take(&mut self.name);
        name.clear();
        // Writing to a String cannot fail.
        let _infallible = write!(name, "{piece}");
        self.value(&name);
        self.raw(b":");
        self.name = name;
    }

    /// `sha256:` and the hex digest.
    pub fn digest(mut self) -> String {
        self.hasher.update(&self.held);
        let digest = self.hasher.finalize();
        digest.iter().fold("sha256:".to_owned(), |mut text, byte| {
            for nibble in [byte >> 4, byte & 15] {
                text.extend(char::from_digit(u32::from(nibble), 16));
            }
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::{project::project, snapshot};

    const WORLD: &[u8] = include_bytes!("../../examples/e-wallet/sandbox.json");

    #[test]
    fn a_state_has_the_fingerprint_of_the_object_with_all_its_parts() {
        let mut state = project(&snapshot::read(WORLD).unwrap()).state;
        assert!(state.grants.len() > 20 && !state.users.is_empty());
        // A name that JSON escapes and one that sorts before others.
        let group = GroupName::new("\u{1}\"quoted\\");
        state.memberships.insert(group.clone(), [UserName::new("x")].into());
        let State {
            ous: _,
            accounts,
            baselines,
            controls,
            permission_sets,
            stale: _,
            users,
            groups,
            memberships,
            grants,
        } = &state;
        let mut pieces = vec![Piece::Ous];
        pieces.extend(baselines.keys().map(Piece::Baseline));
        let governed: BTreeSet<&OuPath> = controls.keys().map(|placed| &placed.ou).collect();
        pieces.extend(governed.into_iter().map(Piece::Controls));
        pieces.extend(accounts.keys().map(Piece::Account));
        pieces.extend(permission_sets.keys().map(Piece::PermissionSet));
        pieces.extend(users.keys().map(Piece::User));
        pieces.extend(groups.keys().map(Piece::Group));
        pieces.extend(memberships.keys().map(Piece::Memberships));
        pieces.extend(grants.iter().map(|g| Piece::Grants(&g.account, &g.permission_set)));
        for piece in &pieces {
            let named = of_named(&state, &piece.to_string());
            assert_eq!(named, Some(of_piece(&state, *piece)), "{piece}");
        }
        let object = pieces.iter().map(|piece| (piece.to_string(), piece.content(&state)));
        assert_eq!(whole(&state), of(&Value::Object(object.collect())));
        assert_eq!(of_piece(&state, Piece::Group(&group)), of(&Value::Null));
    }
}
