//! [`Live`] → the document, piece by piece.

use super::{FORMAT, VERSION};
use super::{doc, tower};
use crate::id::{AccountId, GroupId, PermissionSetArn, UserId};
use crate::live::reading::{Asked, Reading, Standing};
use crate::live::{
    Account, Assigned, Gap, Group, IdentityCenter, Live, Organization, Ou, Part, PermissionSet,
    Taken, User,
};
use crate::model::{Boundary, CustomerPolicy};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use std::io;

/// How long a piece becomes before it is handed on, in bytes.
const PIECE: usize = 1 << 16;

/// Writes a snapshot piece by piece, each of whole characters: a row of a list is a line, in the order
/// of ids, so that equal readings give equal bytes but for their times.
pub fn write(live: &Live, out: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
    let Live { taken, organization: org, identity_center: center, control_tower, gaps } = live;
    let mut to = Writer { piece: String::new(), out };
    let Taken { started, ended, by, calls, standing, reading: how } = taken;
    let taken = doc::Taken {
        started: started.to_string(),
        ended: ended.to_string(),
        by: by.clone(),
        calls: calls.clone(),
        standing: match standing {
            Standing::Unknown => String::new(),
            known => known.name().to_owned(),
        },
        reading: (*how != Reading::default()).then(|| reading(how)),
    };
    to.raw("{");
    to.fields(&[("format", json!(FORMAT)), ("version", json!(VERSION))])?;
    to.raw(",\n \"taken\": ");
    to.value(&taken)?;
    to.raw(",\n \"organization\": {");
    organization(org, &mut to)?;
    to.raw("},\n \"identity_center\": {");
    identity_center(center, &mut to)?;
    to.raw("}");
    if let Some(control_tower) = control_tower {
        to.raw(",\n \"control_tower\": {");
        tower::write(control_tower, org, &mut to)?;
        to.raw("}");
    }
    to.raw(",\n \"gaps\": ");
    to.value(&gaps.iter().map(gap).collect::<Vec<_>>())?;
    to.raw("}\n");
    to.finish()
}

/// A snapshot as one text.
pub fn text(live: &Live) -> String {
    let mut text = String::new();
    let written = write(live, &mut |piece| {
        text.push_str(piece);
        Ok(())
    });
    debug_assert!(written.is_ok(), "a text takes every piece");
    text
}

/// Text on its way.
pub(super) struct Writer<'a> {
    piece: String,
    out: &'a mut dyn FnMut(&str) -> io::Result<()>,
}

impl Writer<'_> {
    fn raw(&mut self, text: &str) {
        self.piece.push_str(text);
    }

    fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        self.piece.push_str(&serde_json::to_string(value)?);
        if self.piece.len() >= PIECE {
            (self.out)(&self.piece)?;
            self.piece.clear();
        }
        Ok(())
    }

    /// The first keys of an object.
    pub(super) fn fields(&mut self, fields: &[(&str, serde_json::Value)]) -> io::Result<()> {
        for (at, (key, value)) in fields.iter().enumerate() {
            self.raw(if at > 0 { ", " } else { "" });
            self.value(key)?;
            self.raw(": ");
            self.value(value)?;
        }
        Ok(())
    }

    /// A further key of an object, with a list.
    pub(super) fn list<Row: Serialize>(
        &mut self,
        key: &str,
        rows: impl Iterator<Item = Row>,
    ) -> io::Result<()> {
        self.raw(",\n  ");
        self.value(&key)?;
        self.raw(": [");
        let mut any = false;
        for row in rows {
            self.raw(if any { ",\n   " } else { "\n   " });
            self.value(&row)?;
            any = true;
        }
        self.raw("]");
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        (self.out)(&self.piece)
    }
}

fn reading(how: &Reading) -> doc::Reading {
    // A snapshot is of everything: what was narrowed is planned on and never kept.
    let Reading { depth, asked, because, within: _ } = how;
    let asked = asked.as_ref().map(|Asked { groups, users, sets, outdated, pairs }| doc::Asked {
        groups: *groups,
        users: users.iter().map(ToString::to_string).collect(),
        sets: sets.iter().map(ToString::to_string).collect(),
        outdated: outdated.iter().map(ToString::to_string).collect(),
        pairs: pairs.iter().map(|(account, set)| (account.to_string(), set.to_string())).collect(),
    });
    doc::Reading { depth: depth.name().to_owned(), asked, because: because.clone() }
}

fn organization(org: &Organization, to: &mut Writer<'_>) -> io::Result<()> {
    let Organization { id, management_account, root, ous, accounts, delegated_administrators } =
        org;
    let delegated = delegated_administrators.iter().map(|(service, accounts)| {
        let accounts: Vec<&str> = accounts.iter().map(AccountId::as_str).collect();
        (service.clone(), json!(accounts))
    });
    to.fields(&[
        ("id", json!(id.as_str())),
        ("management_account", json!(management_account.as_str())),
        ("root", json!(root.as_str())),
        ("delegated_administrators", serde_json::Value::Object(delegated.collect())),
    ])?;
    let ous = ous.iter().map(|(id, ou)| {
        let Ou { name, parent } = ou;
        doc::Ou { id: id.to_string(), name: name.clone(), parent: parent.to_string() }
    });
    to.list("ous", ous)?;
    let accounts = accounts.iter().map(|(id, account)| {
        let Account { name, email, state, parent, tags } = account;
        doc::Account {
            id: id.to_string(),
            name: name.clone(),
            email: email.clone(),
            state: Some(state.as_str().to_owned()),
            parent: parent.to_string(),
            tags: tags.clone(),
        }
    });
    to.list("accounts", accounts)
}

fn identity_center(center: &IdentityCenter, to: &mut Writer<'_>) -> io::Result<()> {
    let IdentityCenter {
        instance,
        identity_store,
        region,
        permission_sets,
        users,
        groups,
        memberships,
        assignments,
    } = center;
    to.fields(&[
        ("instance_arn", json!(instance.as_str())),
        ("identity_store_id", json!(identity_store.as_str())),
        ("region", json!(region)),
    ])?;
    to.list("permission_sets", permission_sets.iter().map(|(arn, s)| set(arn.as_str(), s)))?;
    to.list("users", users.iter().map(user))?;
    to.list("groups", groups.iter().map(group))?;
    to.list("memberships", memberships.iter().map(membership))?;
    to.list("assignments", assignments.iter().map(assignment))
}

fn external(ids: &[(String, String)]) -> Vec<doc::ExternalId> {
    ids.iter().map(|(i, id)| doc::ExternalId { issuer: i.clone(), id: id.clone() }).collect()
}

fn user((id, user): (&UserId, &User)) -> doc::User {
    let User { user_name, display_name, given_name, family_name, email, external_ids } = user;
    doc::User {
        id: id.to_string(),
        user_name: user_name.clone(),
        display_name: display_name.clone(),
        given_name: given_name.clone(),
        family_name: family_name.clone(),
        email: email.clone(),
        external_ids: external(external_ids),
    }
}

fn group((id, group): (&GroupId, &Group)) -> doc::Group {
    let Group { name, description, external_ids } = group;
    doc::Group {
        id: id.to_string(),
        name: name.clone(),
        description: description.clone(),
        external_ids: external(external_ids),
    }
}

fn membership((group, users): (&GroupId, &BTreeSet<UserId>)) -> doc::Membership {
    doc::Membership {
        group: group.to_string(),
        users: users.iter().map(ToString::to_string).collect(),
    }
}

fn assignment(
    ((account, set), assigned): (&(AccountId, PermissionSetArn), &Assigned),
) -> doc::Assignment {
    let Assigned { groups, users } = assigned;
    doc::Assignment {
        account: account.to_string(),
        permission_set: set.to_string(),
        groups: groups.iter().map(ToString::to_string).collect(),
        users: users.iter().map(ToString::to_string).collect(),
    }
}

fn set(arn: &str, set: &PermissionSet) -> doc::PermissionSet {
    let PermissionSet {
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
    } = set;
    let own = |policy: &CustomerPolicy| doc::CustomerPolicy {
        path: policy.path.clone(),
        name: policy.name.clone(),
    };
    let places = provisioned.iter().map(|(account, current)| doc::Provisioned {
        account: account.to_string(),
        current: *current,
    });
    doc::PermissionSet {
        arn: arn.to_owned(),
        name: name.clone(),
        description: description.clone(),
        session_duration: session_duration.clone(),
        relay_state: relay_state.clone(),
        managed_policies: managed_policies.iter().map(ToString::to_string).collect(),
        customer_managed_policies: customer_managed_policies.iter().map(own).collect(),
        inline_policy: inline_policy.clone(),
        permissions_boundary: permissions_boundary.as_ref().map(|b| match b {
            Boundary::Managed(arn) => doc::Boundary::Managed(arn.to_string()),
            Boundary::Customer(policy) => doc::Boundary::Customer(own(policy)),
        }),
        tags: tags.clone(),
        provisioned: places.collect(),
    }
}

fn gap(gap: &Gap) -> doc::Gap {
    let Gap { part, operation: _, code: _, message: _ } = gap;
    let known = match part {
        Part::Other(text) => return other(gap, text),
        Part::Ous => doc::Part::Ous,
        Part::Accounts => doc::Part::Accounts,
        Part::AccountTags(id) => doc::Part::AccountTags(id.to_string()),
        Part::AccountState(id) => doc::Part::AccountState(id.to_string()),
        Part::Standing => doc::Part::Standing,
        Part::PermissionSets => doc::Part::PermissionSets,
        Part::PermissionSet(arn) => doc::Part::PermissionSet(arn.to_string()),
        Part::Provisioned(arn) => doc::Part::Provisioned(arn.to_string()),
        Part::Users => doc::Part::Users,
        Part::Groups => doc::Part::Groups,
        Part::Memberships(id) => doc::Part::Memberships(id.to_string()),
        Part::Grants(account, arn) => doc::Part::Grants(account.to_string(), arn.to_string()),
        Part::GroupGrants(id) => doc::Part::GroupGrants(id.to_string()),
        Part::UserGrants(id) => doc::Part::UserGrants(id.to_string()),
        Part::LandingZone => doc::Part::LandingZone,
        Part::Baselines => doc::Part::Baselines,
        Part::Controls => doc::Part::Controls,
        Part::ControlCatalog => doc::Part::ControlCatalog,
        Part::Control(id) => doc::Part::Control(id.clone()),
        Part::EnabledControl(arn) => doc::Part::EnabledControl(arn.to_string()),
    };
    told(gap, doc::Told::Known(known))
}

/// A part as a newer landgrant wrote it goes on as it came.
fn other(gap: &Gap, text: &str) -> doc::Gap {
    let value = serde_json::from_str(text).unwrap_or_else(|_| text.into());
    told(gap, doc::Told::Other(value))
}

fn told(gap: &Gap, part: doc::Told) -> doc::Gap {
    let Gap { part: _, operation, code, message } = gap;
    doc::Gap { part, operation: operation.clone(), code: code.clone(), message: message.clone() }
}
