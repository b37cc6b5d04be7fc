//! The long lists of the document, row by row into what they become.
//!
//! A name or id that many rows hold is kept once and shared.

use super::{account_id, doc};
use crate::id::{AccountId, GroupId, OuId, PermissionSetArn, UserId};
use crate::live::{Account, AccountState, Assigned, Group, PermissionSet, User};
use crate::model::{Boundary, CustomerPolicy, PolicyArn};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::marker::PhantomData;

/// Takes each row of a list as soon as it is read.
struct Rows<Row, Take> {
    take: Take,
    row: PhantomData<Row>,
}

impl<'de, Row, Take> Visitor<'de> for Rows<Row, Take>
where
    Row: Deserialize<'de>,
    Take: FnMut(Row) -> Result<(), String>,
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element()? {
            (self.take)(row).map_err(Error::custom)?;
        }
        Ok(())
    }
}

fn each<'de, D: Deserializer<'de>, Row: Deserialize<'de>>(
    list: D,
    take: impl FnMut(Row) -> Result<(), String>,
) -> Result<(), D::Error> {
    list.deserialize_seq(Rows { take, row: PhantomData })
}

/// Ids that were seen before.
struct Seen<Id>(BTreeSet<Id>);

macro_rules! seen {
    ($($id:ty),*) => {$(
        impl Seen<$id> {
            fn id(&mut self, text: &str) -> $id {
                if let Some(known) = self.0.get(text) {
                    return known.clone();
                }
                let id = <$id>::new(text);
                self.0.insert(id.clone());
                id
            }
        }
    )*};
}

seen!(GroupId, PermissionSetArn, UserId);

fn account(text: &str) -> Result<AccountId, String> {
    account_id(text).map_err(|error| error.to_string())
}

pub(super) fn accounts<'de, D: Deserializer<'de>>(
    list: D,
) -> Result<BTreeMap<AccountId, Account>, D::Error> {
    let mut out = BTreeMap::new();
    each(list, |row: doc::Account| {
        let doc::Account { id, name, email, state, parent, tags } = row;
        // A missing state is unknown, never inactive.
        let state = AccountState::parse(&state.unwrap_or_default());
        let account_there = Account { name, email, state, parent: OuId::new(parent), tags };
        out.insert(account(&id)?, account_there);
        Ok(())
    })?;
    Ok(out)
}

pub(super) fn permission_sets<'de, D: Deserializer<'de>>(
    list: D,
) -> Result<BTreeMap<PermissionSetArn, PermissionSet>, D::Error> {
    let mut out = BTreeMap::new();
    each(list, |row: doc::PermissionSet| {
        let (arn, set) = permission_set(row)?;
        out.insert(arn, set);
        Ok(())
    })?;
    Ok(out)
}

fn permission_set(row: doc::PermissionSet) -> Result<(PermissionSetArn, PermissionSet), String> {
    let doc::PermissionSet {
        arn,
        name,
        description,
        session_duration,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags,
        provisioned,
    } = row;
    let own = |p: doc::CustomerPolicy| CustomerPolicy { path: p.path, name: p.name };
    let places = provisioned.into_iter().map(|place| Ok((account(&place.account)?, place.current)));
    let set = PermissionSet {
        name,
        description,
        session_duration,
        relay_state,
        managed_policies: managed_policies.into_iter().map(PolicyArn).collect(),
        customer_managed_policies: customer_managed_policies.into_iter().map(own).collect(),
        inline_policy,
        permissions_boundary: permissions_boundary.map(|b| match b {
            doc::Boundary::Managed(arn) => Boundary::Managed(PolicyArn(arn)),
            doc::Boundary::Customer(policy) => Boundary::Customer(own(policy)),
        }),
        tags,
        provisioned: places.collect::<Result<_, String>>()?,
    };
    Ok((PermissionSetArn::new(arn), set))
}

fn external(ids: Vec<doc::ExternalId>) -> Vec<(String, String)> {
    ids.into_iter().map(|e| (e.issuer, e.id)).collect()
}

pub(super) fn users<'de, D: Deserializer<'de>>(
    list: D,
) -> Result<BTreeMap<UserId, User>, D::Error> {
    let mut out = BTreeMap::new();
    each(list, |row: doc::User| {
        let doc::User { id, user_name, display_name, given_name, family_name, email, external_ids } =
            row;
        let external_ids = external(external_ids);
        let user = User { user_name, display_name, given_name, family_name, email, external_ids };
        out.insert(UserId::new(id), user);
        Ok(())
    })?;
    Ok(out)
}

pub(super) fn groups<'de, D: Deserializer<'de>>(
    list: D,
) -> Result<BTreeMap<GroupId, Group>, D::Error> {
    let mut out = BTreeMap::new();
    each(list, |row: doc::Group| {
        let doc::Group { id, name, description, external_ids } = row;
        let external_ids = external(external_ids);
        out.insert(GroupId::new(id), Group { name, description, external_ids });
        Ok(())
    })?;
    Ok(out)
}

pub(super) fn memberships<'de, D: Deserializer<'de>>(
    list: D,
) -> Result<BTreeMap<GroupId, BTreeSet<UserId>>, D::Error> {
    let mut out = BTreeMap::new();
    let mut users = Seen(BTreeSet::<UserId>::new());
    each(list, |row: doc::Membership| {
        let members = row.users.iter().map(|id| users.id(id)).collect();
        out.insert(GroupId::new(row.group), members);
        Ok(())
    })?;
    Ok(out)
}

pub(super) fn assignments<'de, D: Deserializer<'de>>(
    list: D,
) -> Result<BTreeMap<(AccountId, PermissionSetArn), Assigned>, D::Error> {
    let mut out: BTreeMap<_, Assigned> = BTreeMap::new();
    let mut sets = Seen(BTreeSet::<PermissionSetArn>::new());
    let (mut groups, mut users) =
        (Seen(BTreeSet::<GroupId>::new()), Seen(BTreeSet::<UserId>::new()));
    each(list, |row: doc::Assignment| {
        let pair = (account(&row.account)?, sets.id(&row.permission_set));
        let assigned = out.entry(pair).or_default();
        assigned.groups.extend(row.groups.iter().map(|id| groups.id(id)));
        assigned.users.extend(row.users.iter().map(|id| users.id(id)));
        Ok(())
    })?;
    Ok(out)
}
