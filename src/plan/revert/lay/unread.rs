//! What could not be read is not absent: nobody says that there is nothing left to undo of it.

use super::{GROUP, Laying, OU, SET, USER};
use crate::id::GroupName;
use crate::live::Part;
use crate::model::{Grant, Principal};
use crate::plan::revert::Refusal;
use crate::resolve::Hold;

impl Laying<'_> {
    /// Nothing of a kind is seen under a name: that it is not there is known where all were read.
    pub(super) fn absent(&self, kind: &'static str) -> Result<(), Refusal> {
        self.unless(|part| {
            matches!(
                (kind, part),
                (OU, Part::Ous)
                    | (SET, Part::PermissionSets | Part::PermissionSet(_))
                    | (USER, Part::Users)
                    | (GROUP, Part::Groups)
            )
        })
    }

    /// A user is not seen in a group.
    pub(super) fn no_member(&self, group: &GroupName) -> Result<(), Refusal> {
        let id = self.ids.groups.get(group);
        self.absent(GROUP)?;
        self.absent(USER)?;
        self.unless(|part| matches!(part, Part::Memberships(hidden) if id == Some(hidden)))
    }

    /// A grant is not seen.
    pub(super) fn no_grant(&self, grant: &Grant) -> Result<(), Refusal> {
        let Grant { account, permission_set, principal } = grant;
        self.absent(SET)?;
        let set = self.ids.permission_sets.get(permission_set);
        let (user, group) = match principal {
            Principal::Group(name) => {
                self.absent(GROUP)?;
                (None, self.ids.groups.get(name))
            }
            Principal::User(name) => {
                self.absent(USER)?;
                (self.ids.users.get(name), None)
            }
            Principal::OrphanGroup(_) | Principal::OrphanUser(_) => (None, None),
        };
        self.unless(|part| match part {
            Part::Provisioned(arn) => set == Some(arn),
            Part::Grants(id, arn) => id == account && set == Some(arn),
            Part::GroupGrants(id) => group == Some(id),
            Part::UserGrants(id) => user == Some(id),
            _ => false,
        })
    }

    fn unless(&self, hides: impl Fn(&Part) -> bool) -> Result<(), Refusal> {
        let gaps = self.live.gaps.iter().chain(&self.projection.ambiguous);
        match gaps.into_iter().find(|gap| hides(&gap.part)) {
            Some(gap) => {
                let detail = format!("whether it is there could not be read ({})", gap.code);
                Err((Hold::Gap, detail))
            }
            None => Ok(()),
        }
    }
}
