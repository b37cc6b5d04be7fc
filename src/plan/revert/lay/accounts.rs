//! Where accounts stand, and their tags.

use super::{Laying, OU, changed};
use crate::id::{AccountId, OuPath};
use crate::model::Tags;
use crate::plan::revert::same::tags_between;
use crate::plan::revert::{Refusal, Undo};
use crate::resolve::Hold;

impl Laying<'_> {
    pub(super) fn moved(
        &mut self,
        undo: &Undo,
        account: &AccountId,
        from: &OuPath,
        to: &OuPath,
    ) -> Result<(), Refusal> {
        let now = self.account(account)?.ou.clone();
        if now == *from {
            return Ok(());
        }
        if now != *to {
            return Err(changed(format!("it was moved to {now} since")));
        }
        let live = self.ids.ous.get(from).map(ToString::to_string);
        let known = undo.entry.ids.get("from");
        let again = self.touched.taken.contains(&(OU, from.to_string()));
        if live.is_some() && known.is_some() && live.as_ref() != known && !again {
            return Err(changed(format!("OU {from} is another one by now, with another id")));
        }
        if from.depth() > 0 && !self.desired.state.ous.contains(from) {
            return Err(changed(format!("OU {from}, from which it came, is not there")));
        }
        if let Some(account) = self.state().accounts.get_mut(account) {
            account.ou = from.clone();
        }
        Ok(())
    }

    pub(super) fn tagged(
        &mut self,
        id: &AccountId,
        before: &Tags,
        after: &Tags,
    ) -> Result<(), Refusal> {
        self.account(id)?;
        let live = self.live.organization.accounts.get(id);
        let Some(now) = live.and_then(|account| account.tags.as_ref()) else {
            return Err((Hold::Gap, "the reading holds no tags of it".to_owned()));
        };
        if !tags_between(now, before, after) {
            return Err(changed("its tags were changed since"));
        }
        if let Some(account) = self.state().accounts.get_mut(id) {
            account.tags.clone_from(before);
        }
        Ok(())
    }
}
