//! The snapshot file: a reading as one JSON document, and back.
//!
//! The document has types of its own, so that neither a change of [`Live`] nor one of AWS's models
//! changes the format unnoticed. Readers ignore keys that they don't know.

mod document;
mod rows;
#[cfg(test)]
mod tests;
mod tower;
mod write;

use super::reading::{Asked, Depth, Reading, Standing};
use super::{Gap, IdentityCenter, Live, Organization, Ou, Part, Taken};
use crate::id::{
    AccountId, EnabledControlArn, GroupId, IdentityStoreId, InstanceArn, OrganizationId, OuId,
    PermissionSetArn, RootId, UserId,
};
use document as doc;
use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read, Seek};
pub use write::{text, write};

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

/// Reads a snapshot from memory.
pub fn read(bytes: &[u8]) -> Result<Live, SnapshotError> {
    load(Cursor::new(bytes))
}

/// Reads a snapshot from where it lies, row by row: no more of the document is held than a row.
///
/// A reader that cannot go back to its beginning will do, but what is wrong with a document of another
/// kind or version is then said less well.
pub fn load(mut reader: impl Read + Seek) -> Result<Live, SnapshotError> {
    let buffered = BufReader::with_capacity(1 << 16, &mut reader);
    let document: doc::Snapshot = match serde_json::from_reader(buffered) {
        Ok(document) => document,
        Err(error) => return Err(better(&mut reader).unwrap_or_else(|| json(&error))),
    };
    let doc::Snapshot {
        format,
        version,
        taken,
        organization,
        identity_center,
        control_tower,
        gaps,
    } = document;
    if let Some(refused) = refused(doc::Head { format, version }) {
        return Err(refused);
    }
    let organization = read_organization(organization)?;
    let mut gaps: Vec<Gap> = gaps.into_iter().map(read_gap).collect::<Result<_, _>>()?;
    // A state that was not known when it was written may be by now, and the other way round.
    gaps.retain(|gap| !matches!(gap.part, Part::AccountState(_)));
    gaps.extend(organization.unknown_states());
    gaps.extend(unknown_standing(&taken.standing));
    let control_tower = control_tower.map(|tower| tower::read(tower, &mut gaps)).transpose()?;
    gaps.sort();
    gaps.dedup();
    Ok(Live {
        taken: read_taken(taken)?,
        organization,
        identity_center: read_center(identity_center),
        control_tower,
        gaps,
    })
}

fn json(error: &serde_json::Error) -> SnapshotError {
    SnapshotError::Json(error.to_string())
}

/// What is wrong with a document that has another shape, where its head tells.
fn better(reader: &mut (impl Read + Seek)) -> Option<SnapshotError> {
    reader.rewind().ok()?;
    let head = serde_json::from_reader(BufReader::with_capacity(1 << 16, reader)).ok()?;
    refused(head)
}

fn refused(head: doc::Head) -> Option<SnapshotError> {
    let doc::Head { format, version } = head;
    if format != FORMAT {
        return Some(SnapshotError::Format(format));
    }
    (version > VERSION).then_some(SnapshotError::Version(version))
}

fn account_id(text: &str) -> Result<AccountId, SnapshotError> {
    AccountId::parse(text)
        .ok_or_else(|| SnapshotError::Value(format!("`{text}` is not an account id")))
}

/// The gap where a newer landgrant has a word for where the caller stands that this one has not.
fn unknown_standing(word: &str) -> Option<Gap> {
    let known = word.is_empty() || Standing::parse(word).name() == word;
    (!known).then(|| Gap {
        part: Part::Standing,
        operation: String::new(),
        code: "unknown value".to_owned(),
        message: format!("it is {word}, which this version does not know"),
    })
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
    let asked = asked.map(|doc::Asked { groups, users, sets, outdated, pairs }| {
        let pairs = pairs
            .into_iter()
            .map(|(account, set)| Ok((account_id(&account)?, PermissionSetArn::new(set))))
            .collect::<Result<_, SnapshotError>>()?;
        let users = users.into_iter().map(UserId::new).collect();
        let sets = sets.into_iter().map(PermissionSetArn::new).collect();
        let outdated = outdated.into_iter().map(PermissionSetArn::new).collect();
        Ok::<_, SnapshotError>(Asked { groups, users, sets, outdated, pairs })
    });
    Ok(Reading { depth, asked: asked.transpose()?, because, within: None })
}

fn read_organization(org: doc::Organization) -> Result<Organization, SnapshotError> {
    let doc::Organization { id, management_account, root, ous, accounts, delegated_administrators } =
        org;
    let ous = ous.into_iter().map(|ou| {
        let doc::Ou { id, name, parent } = ou;
        (OuId::new(id), Ou { name, parent: OuId::new(parent) })
    });
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
        accounts,
        delegated_administrators: delegated,
    })
}

fn read_center(center: doc::IdentityCenter) -> IdentityCenter {
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
    IdentityCenter {
        instance: InstanceArn::new(instance_arn),
        identity_store: IdentityStoreId::new(identity_store_id),
        region,
        permission_sets,
        users,
        groups,
        memberships,
        assignments,
    }
}

fn read_gap(gap: doc::Gap) -> Result<Gap, SnapshotError> {
    let doc::Gap { part, operation, code, message } = gap;
    let part = match part {
        doc::Told::Known(part) => read_part(part)?,
        doc::Told::Other(part) => Part::Other(part.to_string()),
    };
    Ok(Gap { part, operation, code, message })
}

fn read_part(part: doc::Part) -> Result<Part, SnapshotError> {
    Ok(match part {
        doc::Part::Ous => Part::Ous,
        doc::Part::Accounts => Part::Accounts,
        doc::Part::AccountTags(id) => Part::AccountTags(account_id(&id)?),
        doc::Part::AccountState(id) => Part::AccountState(account_id(&id)?),
        doc::Part::Standing => Part::Standing,
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
        doc::Part::LandingZone => Part::LandingZone,
        doc::Part::Baselines => Part::Baselines,
        doc::Part::Controls => Part::Controls,
        doc::Part::ControlCatalog => Part::ControlCatalog,
        doc::Part::Control(id) => Part::Control(id),
        doc::Part::EnabledControl(arn) => Part::EnabledControl(EnabledControlArn::new(arn)),
    })
}
