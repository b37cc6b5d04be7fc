//! Users, groups and who is in them.

use super::{GROUP, Laying, There, USER, cannot, changed, decode, note};
use crate::id::{GroupName, UserName};
use crate::model::{Group, User, address};
use crate::plan::change::What;
use crate::plan::revert::same::either;
use crate::plan::revert::{Refusal, Undo};
use crate::resolve::Hold;
use std::fmt::Display;

impl Laying<'_> {
    pub(super) fn user_there(&self, undo: &Undo, name: &UserName) -> Result<There, Refusal> {
        self.there(undo, USER, name, self.ids.users.get(name).map(|id| id as &dyn Display))
    }

    /// A group under the name that it has in AWS now.
    pub(super) fn group_there(&self, undo: &Undo, name: &GroupName) -> Result<There, Refusal> {
        self.there(undo, GROUP, name, self.ids.groups.get(name).map(|id| id as &dyn Display))
    }

    pub(super) fn group_in_scope(&self, name: &GroupName) -> Result<(), Refusal> {
        match self.scope.group(name) {
            Some(_) => Err((Hold::Ignored, format!("group {name} is ignored"))),
            None => Ok(()),
        }
    }

    pub(super) fn created_user(
        &mut self,
        undo: &Undo,
        name: &UserName,
        user: &User,
    ) -> Result<(), Refusal> {
        let Some(now) = self.desired.state.users.get(name) else { return self.absent(USER) };
        let edited = now != user;
        self.user_there(undo, name)?;
        if edited {
            return Err(changed("it was edited since it was created"));
        }
        self.state().users.remove(name);
        self.removed.push(What::CreateUser(name.clone(), user.clone()));
        Ok(())
    }

    pub(super) fn deleted_user(
        &mut self,
        undo: &Undo,
        name: &UserName,
        user: &User,
    ) -> Result<(), Refusal> {
        match self.desired.state.users.get(name) {
            // It never went.
            Some(_) if self.user_there(undo, name)? == There::Same => return Ok(()),
            Some(now) if now != user => {
                return Err(changed("another one of that name is there by now"));
            }
            Some(_) => {}
            None => {
                let text = "is made anew: it has another id, and no password and no devices";
                note(self.desired, format!("{} {text}", address::user(name)));
            }
        }
        self.state().users.insert(name.clone(), user.clone());
        self.rejoin(undo);
        Ok(())
    }

    /// The memberships that went along with a user or a group.
    fn rejoin(&mut self, undo: &Undo) {
        let along = undo.entry.along.iter();
        self.joins.extend(along.filter_map(|address| decode::membership(address)));
    }

    pub(super) fn edited_user(
        &mut self,
        undo: &Undo,
        name: &UserName,
        before: &User,
        after: &User,
    ) -> Result<(), Refusal> {
        if self.user_there(undo, name)? != There::Same {
            self.absent(USER)?;
            return Err(changed("it is not there any more"));
        }
        let User { given_name, family_name } =
            self.desired.state.users.get(name).cloned().unwrap_or_default();
        let between = either(&given_name, &before.given_name, &after.given_name)
            && either(&family_name, &before.family_name, &after.family_name);
        if !between {
            return Err(changed("it was edited since"));
        }
        let lost = |now: &Option<String>, then: &Option<String>| now.is_some() && then.is_none();
        if lost(&given_name, &before.given_name) || lost(&family_name, &before.family_name) {
            return Err(cannot("a user's name can be changed, and not be taken away"));
        }
        self.state().users.insert(name.clone(), before.clone());
        Ok(())
    }

    pub(super) fn created_group(
        &mut self,
        undo: &Undo,
        name: &GroupName,
        group: &Group,
    ) -> Result<(), Refusal> {
        let Some(now) = self.projection.state.groups.get(name) else { return self.absent(GROUP) };
        self.group_in_scope(name)?;
        self.group_there(undo, name)?;
        if now != group {
            return Err(changed("it was edited since it was created"));
        }
        self.state().groups.remove(name);
        self.removed.push(What::CreateGroup(name.clone(), group.clone()));
        Ok(())
    }

    pub(super) fn deleted_group(
        &mut self,
        undo: &Undo,
        name: &GroupName,
        group: &Group,
    ) -> Result<(), Refusal> {
        self.group_in_scope(name)?;
        match self.desired.state.groups.get(name) {
            // It never went.
            Some(_) if self.group_there(undo, name)? == There::Same => return Ok(()),
            Some(now) if now != group => {
                return Err(changed("another one of that name is there by now"));
            }
            Some(_) => {}
            None => {
                let text = format!("{} is made anew, with another id", address::group(name));
                note(self.desired, text);
            }
        }
        self.state().groups.insert(name.clone(), group.clone());
        self.rejoin(undo);
        Ok(())
    }

    pub(super) fn edited_group(
        &mut self,
        undo: &Undo,
        name: &GroupName,
        before: &Group,
        after: &Group,
    ) -> Result<(), Refusal> {
        self.group_in_scope(name)?;
        if self.group_there(undo, name)? != There::Same {
            self.absent(GROUP)?;
            return Err(changed("it is not there any more"));
        }
        let now = self.desired.state.groups.get(name).cloned().unwrap_or_default();
        if now == *before {
            return Ok(());
        }
        if now != *after {
            return Err(changed("it was edited since"));
        }
        if before.description.is_none() {
            return Err(cannot("a group's description can be changed, and not be taken away"));
        }
        self.state().groups.insert(name.clone(), before.clone());
        Ok(())
    }

    pub(super) fn renamed_group(
        &mut self,
        undo: &Undo,
        from: &GroupName,
        to: &GroupName,
    ) -> Result<(), Refusal> {
        self.group_in_scope(to)?;
        self.group_in_scope(from)?;
        if self.group_there(undo, to)? != There::Same {
            let back = self.ids.groups.get(from).map(ToString::to_string);
            let same = back.is_some() && back.as_ref() == undo.entry.ids.get(GROUP);
            self.absent(GROUP)?;
            return if same { Ok(()) } else { Err(changed(format!("group {to} is not there"))) };
        }
        if self.desired.state.groups.contains_key(from) {
            return Err(changed(format!("another group is called {from} by now")));
        }
        self.desired.live.rename_group(to, from);
        self.desired.state.rename_group(to, from);
        self.desired.renames.groups.insert(to.clone(), from.clone());
        Ok(())
    }

    pub(super) fn joined(
        &mut self,
        undo: &Undo,
        group: &GroupName,
        user: &UserName,
    ) -> Result<(), Refusal> {
        let members = self.projection.state.memberships.get(group);
        if !members.is_some_and(|members| members.contains(user)) {
            return self.no_member(group);
        }
        self.group_in_scope(group)?;
        self.group_there(undo, group)?;
        self.user_there(undo, user)?;
        if let Some(members) = self.state().memberships.get_mut(group) {
            members.remove(user);
        }
        Ok(())
    }

    pub(super) fn left(
        &mut self,
        undo: &Undo,
        group: &GroupName,
        user: &UserName,
    ) -> Result<(), Refusal> {
        self.group_in_scope(group)?;
        self.group_there(undo, group)?;
        self.user_there(undo, user)?;
        self.joins.push((group.clone(), user.clone()));
        Ok(())
    }
}
