//! The snapshot file: a reading as one JSON document, and back.
//!
//! The document has types of its own, so that neither a change of [`Live`] nor one of AWS's models
//! changes the format unnoticed. Readers ignore keys that they don't know.

mod document;
mod write;

use super::reading::{Asked, Depth, Reading, Standing};
use super::{
    Account, AccountState, Assigned, Gap, Group, IdentityCenter, Live, Organization, Ou, Part,
    PermissionSet, Taken, User,
};
use crate::id::{
    AccountId, GroupId, IdentityStoreId, InstanceArn, OrganizationId, OuId, PermissionSetArn,
    RootId, UserId,
};
use crate::model::{Boundary, CustomerPolicy, PolicyArn};
use document as doc;
use std::collections::BTreeMap;
pub use write::write;

/// What the document calls itself.
const FORMAT: &str = "landgrant.snapshot";
/// The version that is written, and the newest that is read.
const VERSION: u32 = 1;

/// Why a file is not a snapshot that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not JSON, cut off, or of another shape.
    #[error("it is not a snapshot document: {0}")]
    Json(String),
    /// Another kind of document.
    #[error("its `format` is \"{0}\", not \"{FORMAT}\"")]
    Format(String),
    /// Written by a newer landgrant.
    #[error("its version is {0}; this landgrant reads up to {VERSION}")]
    Version(u32),
    /// A value that makes no sense.
    #[error("{0}")]
    Value(String),
}

/// Reads a snapshot.
pub fn read(bytes: &[u8]) -> Result<Live, SnapshotError> {
    let head: doc::Head =
        serde_json::from_slice(bytes).map_err(|e| SnapshotError::Json(e.to_string()))?;
    if head.format != FORMAT {
        return Err(SnapshotError::Format(head.format));
    }
    if head.version > VERSION {
        return Err(SnapshotError::Version(head.version));
    }
    let document: doc::Snapshot =
        serde_json::from_slice(bytes).map_err(|e| SnapshotError::Json(e.to_string()))?;
    let doc::Snapshot { format: _, version: _, taken, organization, identity_center, gaps } =
        document;
    Ok(Live {
        taken: read_taken(taken)?,
        organization: read_organization(organization)?,
        identity_center: read_center(identity_center)?,
        gaps: gaps.into_iter().map(read_gap).collect::<Result<_, _>>()?,
    })
}

fn account_id(text: &str) -> Result<AccountId, SnapshotError> {
    AccountId::parse(text)
        .ok_or_else(|| SnapshotError::Value(format!("`{text}` is not an account id")))
}

fn read_taken(taken: doc::Taken) -> Result<Taken, SnapshotError> {
    let doc::Taken { started, ended, by, calls, standing, reading } = taken;
    let instant = |text: &str| {
        text.parse().map_err(|_| SnapshotError::Value(format!("`{text}` is not an instant")))
    };
    Ok(Taken {
        started: instant(&started)?,
        ended: instant(&ended)?,
        by,
        calls,
        standing: Standing::parse(&standing),
        reading: reading.map(read_reading).transpose()?.unwrap_or_default(),
    })
}

fn read_reading(reading: doc::Reading) -> Result<Reading, SnapshotError> {
    let doc::Reading { depth, asked, because } = reading;
    let unknown = || SnapshotError::Value(format!("`{depth}` is not a depth of reading"));
    let depth = Depth::parse(&depth).ok_or_else(unknown)?;
    let asked = asked.map(|doc::Asked { groups, users, sets, pairs }| {
        let pairs = pairs
            .into_iter()
            .map(|(account, set)| Ok((account_id(&account)?, PermissionSetArn::new(set))))
            .collect::<Result<_, SnapshotError>>()?;
        let users = users.into_iter().map(UserId::new).collect();
        let sets = sets.into_iter().map(PermissionSetArn::new).collect();
        Ok::<_, SnapshotError>(Asked { groups, users, sets, pairs })
    });
    Ok(Reading { depth, asked: asked.transpose()?, because })
}

fn read_organization(org: doc::Organization) -> Result<Organization, SnapshotError> {
    let doc::Organization { id, management_account, root, ous, accounts, delegated_administrators } =
        org;
    let ous = ous.into_iter().map(|ou| {
        let doc::Ou { id, name, parent } = ou;
        (OuId::new(id), Ou { name, parent: OuId::new(parent) })
    });
    let mut by_id = BTreeMap::new();
    for account in accounts {
        let doc::Account { id, name, email, state, parent, tags } = account;
        // A missing state is unknown, never inactive.
        let state = AccountState::parse(&state.unwrap_or_default());
        let account = Account { name, email, state, parent: OuId::new(parent), tags };
        by_id.insert(account_id(&id)?, account);
    }
    let mut delegated = BTreeMap::new();
    for (service, accounts) in delegated_administrators {
        let accounts = accounts.iter().map(|a| account_id(a)).collect::<Result<_, _>>()?;
        delegated.insert(service, accounts);
    }
    Ok(Organization {
        id: OrganizationId::new(id),
        management_account: account_id(&management_account)?,
        root: RootId::new(root),
        ous: ous.collect(),
        accounts: by_id,
        delegated_administrators: delegated,
    })
}

fn read_center(center: doc::IdentityCenter) -> Result<IdentityCenter, SnapshotError> {
    let doc::IdentityCenter {
        instance_arn,
        identity_store_id,
        region,
        permission_sets,
        users,
        groups,
        memberships,
        assignments,
    } = center;
    let mut sets = BTreeMap::new();
    for set in permission_sets {
        let (arn, set) = read_set(set)?;
        sets.insert(arn, set);
    }
    let mut pairs: BTreeMap<_, Assigned> = BTreeMap::new();
    for row in assignments {
        let doc::Assignment { account, permission_set, groups, users } = row;
        let pair = (account_id(&account)?, PermissionSetArn::new(permission_set));
        let assigned = pairs.entry(pair).or_default();
        assigned.groups.extend(groups.into_iter().map(GroupId::new));
        assigned.users.extend(users.into_iter().map(UserId::new));
    }
    let users =
        users.into_iter().map(|user| {
            let doc::User {
                id,
                user_name,
                display_name,
                given_name,
                family_name,
                email,
                external_ids,
            } = user;
            let external_ids = external_ids.into_iter().map(|e| (e.issuer, e.id)).collect();
            let user =
                User { user_name, display_name, given_name, family_name, email, external_ids };
            (UserId::new(id), user)
        });
    let groups = groups.into_iter().map(|group| {
        let doc::Group { id, name, description, external_ids } = group;
        let external_ids = external_ids.into_iter().map(|e| (e.issuer, e.id)).collect();
        (GroupId::new(id), Group { name, description, external_ids })
    });
    let memberships = memberships
        .into_iter()
        .map(|m| (GroupId::new(m.group), m.users.into_iter().map(UserId::new).collect()));
    Ok(IdentityCenter {
        instance: InstanceArn::new(instance_arn),
        identity_store: IdentityStoreId::new(identity_store_id),
        region,
        permission_sets: sets,
        users: users.collect(),
        groups: groups.collect(),
        memberships: memberships.collect(),
        assignments: pairs,
    })
}

fn read_set(set: doc::PermissionSet) -> Result<(PermissionSetArn, PermissionSet), SnapshotError> {
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
    } = set;
    let own = |p: doc::CustomerPolicy| CustomerPolicy { path: p.path, name: p.name };
    let mut places = BTreeMap::new();
    for place in provisioned {
        places.insert(account_id(&place.account)?, place.current);
    }
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
        provisioned: places,
    };
    Ok((PermissionSetArn::new(arn), set))
}

fn read_gap(gap: doc::Gap) -> Result<Gap, SnapshotError> {
    let doc::Gap { part, operation, code, message } = gap;
    let part = match part {
        doc::Part::Ous => Part::Ous,
        doc::Part::Accounts => Part::Accounts,
        doc::Part::AccountTags(id) => Part::AccountTags(account_id(&id)?),
        doc::Part::PermissionSets => Part::PermissionSets,
        doc::Part::PermissionSet(arn) => Part::PermissionSet(PermissionSetArn::new(arn)),
        doc::Part::Provisioned(arn) => Part::Provisioned(PermissionSetArn::new(arn)),
        doc::Part::Users => Part::Users,
        doc::Part::Groups => Part::Groups,
        doc::Part::Memberships(id) => Part::Memberships(GroupId::new(id)),
        doc::Part::Grants(account, arn) => {
            Part::Grants(account_id(&account)?, PermissionSetArn::new(arn))
        }
        doc::Part::GroupGrants(id) => Part::GroupGrants(GroupId::new(id)),
        doc::Part::UserGrants(id) => Part::UserGrants(UserId::new(id)),
    };
    Ok(Gap { part, operation, code, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORLD: &[u8] = include_bytes!("../../examples/e-wallet/sandbox.json");

    #[test]
    fn what_is_written_is_what_was_read() {
        let mut live = read(WORLD).unwrap();
        live.gaps.push(Gap {
            part: Part::Grants(
                AccountId::parse("111122223333").unwrap(),
                PermissionSetArn::new("arn:aws:sso:::permissionSet/ssoins-1/ps-1"),
            ),
            operation: "sso-admin:ListAccountAssignments".to_owned(),
            code: "AccessDeniedException".to_owned(),
            message: "no".to_owned(),
        });
        live.taken.standing = Standing::Delegated;
        live.taken.reading.depth = Depth::Quick;
        live.taken.reading.asked = Some(Asked {
            groups: 3,
            users: [UserId::new("u-1")].into(),
            sets: [PermissionSetArn::new("arn")].into(),
            pairs: live.identity_center.assignments.keys().take(1).cloned().collect(),
        });
        let text = write(&live).unwrap();
        assert_eq!(read(text.as_bytes()).unwrap(), live);
    }

    #[test]
    fn what_is_no_snapshot_says_so() {
        let error = |text: &str| read(text.as_bytes()).unwrap_err().to_string();
        assert!(error("{").starts_with("it is not a snapshot document"));
        assert!(error(r#"{"format":"landgrant.plan"}"#).contains("landgrant.plan"));
        assert!(error(r#"{"format":"landgrant.snapshot","version":2}"#).contains("version is 2"));
        let cut = std::str::from_utf8(&WORLD[..WORLD.len() / 2]).unwrap();
        assert!(error(cut).starts_with("it is not a snapshot document"));
    }

    #[test]
    fn a_missing_state_is_unknown() {
        let text = std::str::from_utf8(WORLD).unwrap().replace("\"state\": \"ACTIVE\",", "");
        let live = read(text.as_bytes()).unwrap();
        let states = live.organization.accounts.values().map(|a| &a.state);
        assert!(states.into_iter().all(|s| *s == AccountState::Unknown(String::new())));
    }
}
