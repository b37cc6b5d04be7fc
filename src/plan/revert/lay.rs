//! The inverse of what was done, laid over what is live: [`Desired`] as the planner takes it.
//!
//! Live decides: what is as it was before is left alone, what is as the change left it is undone, and what
//! is neither is somebody else's by now and is held.

mod accounts;
mod controls;
mod directory;
mod finish;
mod grants;
mod unread;

use super::same::set_between;
use super::{Refusal, Revert, Undo, decode, note};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::live::Live;
use crate::live::project::{Ids, Projection};
use crate::model::{PermissionSet, State, address};
use crate::plan::change::What;
use crate::resolve::scope::Scope;
use crate::resolve::{Desired, Held, Hold, as_is};
use crate::source::declared::Declared;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;

/// What is live in scope, with the inverse of everything that was done laid over it.
pub fn desired(
    revert: &Revert,
    declared: &Declared,
    live: &Live,
    projection: &Projection,
) -> Desired {
    let mut desired = as_is(declared, live, projection);
    desired.undoes = Some(revert.plan.clone());
    let mut laying = Laying {
        live,
        projection,
        ids: &projection.ids,
        scope: Scope::new(declared, live, projection),
        touched: Touched::of(&revert.undone),
        joins: Vec::new(),
        removed: Vec::new(),
        desired: &mut desired,
    };
    // The last first: what was made last stands on what was made before.
    for undo in revert.undone.iter().rev() {
        if let Err(refusal) = laying.undo(undo) {
            laying.hold(&undo.entry.address, undo.inverse(), refusal);
        }
    }
    laying.finish();
    desired
}

/// What a journal made and took away, by name.
#[derive(Default)]
struct Touched {
    /// Ids of what it made.
    made: BTreeMap<(&'static str, String), String>,
    /// What it took away. There again, it may have been made anew by an earlier attempt to undo it.
    taken: BTreeSet<(&'static str, String)>,
    /// Sets that it edited.
    edited: BTreeSet<PermissionSetName>,
}

const OU: &str = "ou";
const SET: &str = "permission_set";
const USER: &str = "user";
const GROUP: &str = "group";

impl Touched {
    fn of(undone: &[Undo]) -> Self {
        let mut out = Self::default();
        for undo in undone {
            let mut made = |kind: &'static str, name: &dyn Display| {
                if let Some(id) = undo.entry.ids.get(kind) {
                    out.made.insert((kind, name.to_string()), id.clone());
                }
            };
            match &undo.what {
                Some(What::CreateOu(path)) => made(OU, path),
                Some(What::CreateSet(name, _)) => made(SET, name),
                Some(What::CreateUser(name, _)) => made(USER, name),
                Some(What::CreateGroup(name, _)) => made(GROUP, name),
                Some(What::DeleteOu(path)) => drop(out.taken.insert((OU, path.to_string()))),
                Some(What::DeleteSet(name, _)) => drop(out.taken.insert((SET, name.to_string()))),
                Some(What::DeleteUser(name, _)) => drop(out.taken.insert((USER, name.to_string()))),
                Some(What::DeleteGroup(name, _)) => {
                    out.taken.insert((GROUP, name.to_string()));
                }
                Some(What::UpdateSet { name, .. }) => drop(out.edited.insert(name.clone())),
                _ => {}
            }
        }
        out
    }
}

/// Whether what is live under a name is what a change was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum There {
    /// Nothing is.
    No,
    /// It is, by its id.
    Same,
    /// It was taken away by the journal, and is there again.
    Again,
}

struct Laying<'a> {
    live: &'a Live,
    projection: &'a Projection,
    ids: &'a Ids,
    scope: Scope,
    touched: Touched,
    /// Memberships that are to be again, once it is known who is there: address, and who asks.
    joins: Vec<(GroupName, UserName)>,
    /// What is to go, to be looked at once everything is laid.
    removed: Vec<What>,
    desired: &'a mut Desired,
}

fn changed(detail: impl Into<String>) -> Refusal {
    (Hold::ChangedSince, detail.into())
}

fn cannot(detail: impl Into<String>) -> Refusal {
    (Hold::CannotUndo, detail.into())
}

impl Laying<'_> {
    fn state(&mut self) -> &mut State {
        &mut self.desired.state
    }

    fn hold(&mut self, address: &str, action: &'static str, (reason, detail): Refusal) {
        let address = address.to_owned();
        self.desired.held.push(Held { address, action, reason, detail, origin: None });
    }

    fn undo(&mut self, undo: &Undo) -> Result<(), Refusal> {
        let Some(what) = &undo.what else {
            return Err(cannot("this version of landgrant does not know such a change"));
        };
        match what {
            What::CreateOu(path) => self.created_ou(undo, path),
            What::DeleteOu(path) => self.deleted_ou(path),
            What::RenameOu { from, to } => self.renamed_ou(undo, from, to),
            What::CreateAccount { .. } => {
                Err(cannot("AWS deletes no accounts: declare it with `closed = true` to close it"))
            }
            What::CloseAccount(_) => {
                Err(cannot("only AWS Support reopens a closed account, within 90 days"))
            }
            What::MoveAccount { account, from, to, enrolled: _ } => {
                self.moved(undo, account, from, to)
            }
            What::TagAccount { account, before, after } => self.tagged(account, before, after),
            What::EnableBaseline(_)
            | What::ResetBaseline(_)
            | What::EnableControl(..)
            | What::UpdateControl { .. }
            | What::DisableControl(..) => self.governed(what),
            What::CreateSet(name, set) => self.created_set(undo, name, set),
            What::DeleteSet(name, set) => self.deleted_set(undo, name, set),
            What::UpdateSet { name, before, after } => self.edited_set(undo, name, before, after),
            What::ProvisionSet { name, .. } if self.touched.edited.contains(name) => Ok(()),
            What::ProvisionSet { .. } => {
                Err(cannot("which version the accounts had before is known to nobody"))
            }
            What::CreateUser(name, user) => self.created_user(undo, name, user),
            What::DeleteUser(name, user) => self.deleted_user(undo, name, user),
            What::UpdateUser { name, before, after } => self.edited_user(undo, name, before, after),
            What::CreateGroup(name, group) => self.created_group(undo, name, group),
            What::DeleteGroup(name, group) => self.deleted_group(undo, name, group),
            What::UpdateGroup { name, before, after } => {
                self.edited_group(undo, name, before, after)
            }
            What::RenameGroup { from, to } => self.renamed_group(undo, from, to),
            What::AddMember(group, user) => self.joined(undo, group, user),
            What::RemoveMember(group, user) => self.left(undo, group, user),
            What::CreateGrant(grant) => self.granted(undo, grant),
            What::DeleteGrant(grant) => self.revoked(undo, grant),
        }
    }

    /// Whether what is called so is what the change was about, by the id that it acted on, or that the
    /// journal made.
    fn there(
        &self,
        undo: &Undo,
        kind: &'static str,
        name: &dyn Display,
        live: Option<&dyn Display>,
    ) -> Result<There, Refusal> {
        let Some(live) = live else { return Ok(There::No) };
        let key = (kind, name.to_string());
        let known = undo.entry.ids.get(kind).or_else(|| self.touched.made.get(&key));
        match known {
            Some(id) if *id == live.to_string() => Ok(There::Same),
            _ if self.touched.taken.contains(&key) => Ok(There::Again),
            Some(_) => {
                let kind = kind.replace('_', " ");
                Err(changed(format!("{kind} {name} is another one by now, with another id")))
            }
            None => {
                let kind = kind.replace('_', " ");
                Err(changed(format!(
                    "the journal does not tell the id of {kind} {name}, so nobody can say whether it is \
                     this one"
                )))
            }
        }
    }

    fn ou_there(&self, undo: &Undo, path: &OuPath) -> Result<There, Refusal> {
        self.there(undo, OU, path, self.ids.ous.get(path).map(|id| id as &dyn Display))
    }

    fn set_there(&self, undo: &Undo, name: &PermissionSetName) -> Result<There, Refusal> {
        let live = self.ids.permission_sets.get(name).map(|id| id as &dyn Display);
        self.there(undo, SET, name, live)
    }

    fn created_ou(&mut self, undo: &Undo, path: &OuPath) -> Result<(), Refusal> {
        if self.desired.protected_ous.contains(path) {
            return Err((Hold::Protected, "it is Control Tower's foundational OU".to_owned()));
        }
        if self.ou_there(undo, path)? == There::No {
            return self.absent(OU);
        }
        self.state().ous.remove(path);
        self.removed.push(What::CreateOu(path.clone()));
        Ok(())
    }

    fn deleted_ou(&mut self, path: &OuPath) -> Result<(), Refusal> {
        let ous = &mut self.desired.state.ous;
        let parent = path.parent().filter(|parent| parent.depth() > 0 && !ous.contains(parent));
        if let Some(parent) = parent {
            return Err(changed(format!("OU {parent}, in which it was, is not there")));
        }
        ous.insert(path.clone());
        Ok(())
    }

    fn renamed_ou(&mut self, undo: &Undo, from: &OuPath, to: &OuPath) -> Result<(), Refusal> {
        if self.ou_there(undo, to)? != There::Same {
            let back = self.ids.ous.get(from).map(ToString::to_string);
            let same = back.is_some() && back.as_ref() == undo.entry.ids.get(OU);
            self.absent(OU)?;
            return if same { Ok(()) } else { Err(changed(format!("OU {to} is not there"))) };
        }
        if self.desired.state.ous.contains(from) {
            return Err(changed(format!("another OU is called {from} by now")));
        }
        self.desired.live.rename_ou(to, from);
        self.desired.state.rename_ou(to, from);
        self.desired.renames.ous.push((to.clone(), from.clone()));
        Ok(())
    }

    /// An account that is there and in scope.
    fn account(&self, id: &AccountId) -> Result<&crate::model::Account, Refusal> {
        if self.scope.account(id).is_some() {
            return Err((Hold::Ignored, "the account is ignored".to_owned()));
        }
        let absent = || (Hold::NoAccount, "the account is not there".to_owned());
        self.desired.state.accounts.get(id).ok_or_else(absent)
    }

    fn set_in_scope(&self, name: &PermissionSetName) -> Result<(), Refusal> {
        match self.scope.set(name) {
            Some(_) => Err((Hold::Ignored, format!("permission set {name} is ignored"))),
            None => Ok(()),
        }
    }

    fn created_set(
        &mut self,
        undo: &Undo,
        name: &PermissionSetName,
        set: &PermissionSet,
    ) -> Result<(), Refusal> {
        let Some(now) = self.projection.state.permission_sets.get(name) else {
            return self.absent(SET);
        };
        self.set_in_scope(name)?;
        self.set_there(undo, name)?;
        if !set_between(now, &bare(set), set) {
            return Err(changed("it was edited since it was created"));
        }
        self.state().permission_sets.remove(name);
        Ok(())
    }

    fn deleted_set(
        &mut self,
        undo: &Undo,
        name: &PermissionSetName,
        set: &PermissionSet,
    ) -> Result<(), Refusal> {
        self.set_in_scope(name)?;
        match self.desired.state.permission_sets.get(name) {
            // It never went.
            Some(_) if self.set_there(undo, name)? == There::Same => return Ok(()),
            Some(now) if !set_between(now, &bare(set), set) => {
                return Err(changed("another one of that name is there by now"));
            }
            Some(_) => {}
            None => {
                let address = address::permission_set(name);
                note(self.desired, format!("{address} is made anew, with another ARN"));
            }
        }
        self.state().permission_sets.insert(name.clone(), set.clone());
        Ok(())
    }

    fn edited_set(
        &mut self,
        undo: &Undo,
        name: &PermissionSetName,
        before: &PermissionSet,
        after: &PermissionSet,
    ) -> Result<(), Refusal> {
        self.set_in_scope(name)?;
        if self.set_there(undo, name)? != There::Same {
            self.absent(SET)?;
            return Err(changed("it is not there any more"));
        }
        let now = self.desired.state.permission_sets.get(name);
        let now = now.ok_or_else(|| (Hold::Gap, "it could not be read".to_owned()))?;
        if !set_between(now, before, after) {
            return Err(changed("it was edited since"));
        }
        let mut set = before.clone();
        if set.description.is_none() && now.description.is_some() {
            // An update that leaves it out keeps it (docs/aws.md).
            set.description.clone_from(&now.description);
            let address = address::permission_set(name);
            note(self.desired, format!("{address} keeps its description: AWS takes none away"));
        }
        self.state().permission_sets.insert(name.clone(), set);
        Ok(())
    }
}

/// A set as its creation leaves it before anything is attached.
fn bare(set: &PermissionSet) -> PermissionSet {
    PermissionSet {
        description: set.description.clone(),
        session: set.session.clone(),
        relay_state: set.relay_state.clone(),
        tags: set.tags.clone(),
        ..PermissionSet::default()
    }
}
