//! Grants.

use super::{Laying, cannot, changed};
use crate::model::{Grant, Principal};
use crate::plan::revert::{Refusal, Undo};
use crate::resolve::Hold;

impl Laying<'_> {
    pub(super) fn granted(&mut self, undo: &Undo, grant: &Grant) -> Result<(), Refusal> {
        if !self.desired.state.grants.contains(grant) {
            let ignored = self.projection.state.grants.contains(grant);
            let refusal = || (Hold::Ignored, "it is ignored".to_owned());
            return if ignored { Err(refusal()) } else { self.no_grant(grant) };
        }
        self.sides(undo, grant)?;
        self.active(grant)?;
        self.state().grants.remove(grant);
        Ok(())
    }

    pub(super) fn revoked(&mut self, undo: &Undo, grant: &Grant) -> Result<(), Refusal> {
        let principal = match &grant.principal {
            Principal::Group(_) | Principal::User(_) => &grant.principal,
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => {
                return Err(cannot("whom it was granted to had been deleted before"));
            }
        };
        self.account(&grant.account)?;
        self.set_in_scope(&grant.permission_set)?;
        if let Principal::Group(name) = principal {
            self.group_in_scope(name)?;
        }
        if self.desired.state.grants.contains(grant) {
            return Ok(());
        }
        self.active(grant)?;
        self.sides(undo, grant)?;
        let state = &self.desired.state;
        if !state.permission_sets.contains_key(&grant.permission_set) {
            return Err(changed(format!("permission set {} is not there", grant.permission_set)));
        }
        let there = match principal {
            Principal::Group(name) => state.groups.contains_key(name),
            Principal::User(name) => state.users.contains_key(name),
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => false,
        };
        if !there {
            return Err(changed(format!("{principal} is not there")));
        }
        self.state().grants.insert(grant.clone());
        Ok(())
    }

    /// The set and the principal are those that the change was about, or those that take their place.
    fn sides(&self, undo: &Undo, grant: &Grant) -> Result<(), Refusal> {
        self.set_there(undo, &grant.permission_set)?;
        match &grant.principal {
            Principal::Group(name) => self.group_there(undo, name)?,
            Principal::User(name) => self.user_there(undo, name)?,
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => return Ok(()),
        };
        Ok(())
    }

    fn active(&self, grant: &Grant) -> Result<(), Refusal> {
        match self.projection.inactive.get(&grant.account) {
            Some(state) => Err((Hold::Inactive, format!("the account is {}", state.as_str()))),
            None => Ok(()),
        }
    }
}
