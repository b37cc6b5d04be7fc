//! What can be decided once everything is laid: who may be a member again, and what may go.

use super::{Laying, changed};
use crate::id::{GroupName, OuPath, UserName};
use crate::model::address;
use crate::plan::change::What;
use crate::plan::revert::Refusal;
use crate::resolve::Hold;

impl Laying<'_> {
    pub(super) fn finish(&mut self) {
        for (group, user) in std::mem::take(&mut self.joins) {
            if let Err(refusal) = self.join(&group, &user) {
                self.hold(&address::membership(&group, &user), "create", refusal);
            }
        }
        // Users before groups, groups before OUs: what stays keeps others.
        for what in std::mem::take(&mut self.removed) {
            if let Err(refusal) = self.part(&what) {
                let address = what.address(&self.projection.labels);
                self.hold(&address, "delete", refusal);
            }
        }
    }

    fn join(&mut self, group: &GroupName, user: &UserName) -> Result<(), Refusal> {
        // The journal may have renamed the group; undone, it has its old name.
        let renamed = self.desired.renames.groups.get(group).unwrap_or(group).clone();
        if !self.desired.state.groups.contains_key(&renamed) {
            return Err(changed(format!("group {group} is not there")));
        }
        if !self.desired.state.users.contains_key(user) {
            return Err(changed(format!("user {user} is not there")));
        }
        self.state().memberships.entry(renamed).or_default().insert(user.clone());
        Ok(())
    }

    /// Whether something may go; what others have come to use stays.
    fn part(&mut self, what: &What) -> Result<(), Refusal> {
        match what {
            What::CreateUser(name, user) => self.part_user(name).inspect_err(|_| {
                self.desired.state.users.insert(name.clone(), user.clone());
            }),
            What::CreateGroup(name, group) => match self.part_group(name) {
                Ok(()) => {
                    self.state().memberships.remove(name);
                    Ok(())
                }
                Err(refusal) => {
                    self.state().groups.insert(name.clone(), group.clone());
                    Err(refusal)
                }
            },
            What::CreateOu(path) => {
                let path = self.renamed(path);
                self.part_ou(&path).inspect_err(|_| {
                    self.desired.state.ous.insert(path);
                })
            }
            _ => Ok(()),
        }
    }

    /// The path that an OU has once the journal's renames are undone.
    fn renamed(&self, path: &OuPath) -> OuPath {
        let renames = self.desired.renames.ous.iter();
        renames.fold(path.clone(), |path, (from, to)| path.moved(from, to))
    }

    fn part_user(&self, name: &UserName) -> Result<(), Refusal> {
        let memberships = self.desired.state.memberships.iter();
        let mut theirs = memberships.filter(|(_, members)| members.contains(name));
        match theirs.next() {
            Some((group, _)) => {
                Err((Hold::InUse, format!("it was made a member of {group} since")))
            }
            None => Ok(()),
        }
    }

    fn part_group(&self, name: &GroupName) -> Result<(), Refusal> {
        let members = self.desired.state.memberships.get(name).into_iter().flatten().next();
        if let Some(member) = members {
            return Err((Hold::InUse, format!("{member} was made a member of it since")));
        }
        if self.projection.dangling.contains_key(name) {
            return Err((Hold::InUse, "it has members that no user is".to_owned()));
        }
        Ok(())
    }

    fn part_ou(&self, path: &OuPath) -> Result<(), Refusal> {
        let state = &self.desired.state;
        let place = |id, live: &OuPath| {
            // Ignored accounts are not in scope, and stand where they stand.
            state.accounts.get(id).map_or_else(|| self.renamed(live), |account| account.ou.clone())
        };
        let accounts = self.projection.state.accounts.iter();
        let mut inside = accounts.filter(|(id, account)| place(*id, &account.ou).is_within(path));
        if let Some((id, _)) = inside.next() {
            let label = self.projection.labels.of(id);
            return Err((Hold::InUse, format!("account {label} is in it")));
        }
        let below = state.ous.iter().find(|other| *other != path && other.is_within(path));
        match below {
            Some(other) => Err((Hold::InUse, format!("OU {other} is in it"))),
            None => Ok(()),
        }
    }
}
