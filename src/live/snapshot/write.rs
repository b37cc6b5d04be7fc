//! [`Live`] → the document.

use super::doc;
use super::{FORMAT, VERSION};
use crate::live::reading::{Asked, Reading, Standing};
use crate::live::{
    Account, Assigned, Gap, Group, IdentityCenter, Live, Organization, Ou, Part, PermissionSet,
    Taken, User,
};
use crate::model::{Boundary, CustomerPolicy};

/// Writes a snapshot: pretty enough for a person, in the order of ids, so that equal readings give
/// equal bytes but for their times.
pub fn write(live: &Live) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(&document(live))?;
    text.push('\n');
    Ok(text)
}

fn document(live: &Live) -> doc::Snapshot {
    let Live { taken, organization, identity_center, gaps } = live;
    let Taken { started, ended, by, calls, standing, reading: how } = taken;
    doc::Snapshot {
        format: FORMAT.to_owned(),
        version: VERSION,
        taken: doc::Taken {
            started: started.to_string(),
            ended: ended.to_string(),
            by: by.clone(),
            calls: calls.clone(),
            standing: match standing {
                Standing::Unknown => String::new(),
                known => known.name().to_owned(),
            },
            reading: (*how != Reading::default()).then(|| reading(how)),
        },
        organization: write_organization(organization),
        identity_center: center(identity_center),
        gaps: gaps.iter().map(gap).collect(),
    }
}

fn reading(how: &Reading) -> doc::Reading {
    let Reading { depth, asked, because } = how;
    let asked = asked.as_ref().map(|Asked { groups, users, sets, pairs }| doc::Asked {
        groups: *groups,
        users: users.iter().map(ToString::to_string).collect(),
        sets: sets.iter().map(ToString::to_string).collect(),
        pairs: pairs.iter().map(|(account, set)| (account.to_string(), set.to_string())).collect(),
    });
    doc::Reading { depth: depth.name().to_owned(), asked, because: because.clone() }
}

fn write_organization(org: &Organization) -> doc::Organization {
    let Organization { id, management_account, root, ous, accounts, delegated_administrators } =
        org;
    let ous = ous.iter().map(|(id, ou)| {
        let Ou { name, parent } = ou;
        doc::Ou { id: id.to_string(), name: name.clone(), parent: parent.to_string() }
    });
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
    let delegated = delegated_administrators.iter().map(|(service, accounts)| {
        (service.clone(), accounts.iter().map(ToString::to_string).collect())
    });
    doc::Organization {
        id: id.to_string(),
        management_account: management_account.to_string(),
        root: root.to_string(),
        ous: ous.collect(),
        accounts: accounts.collect(),
        delegated_administrators: delegated.collect(),
    }
}

fn center(center: &IdentityCenter) -> doc::IdentityCenter {
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
    let external = |ids: &[(String, String)]| {
        ids.iter().map(|(i, id)| doc::ExternalId { issuer: i.clone(), id: id.clone() }).collect()
    };
    let users = users.iter().map(|(id, user)| {
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
    });
    let groups = groups.iter().map(|(id, group)| {
        let Group { name, description, external_ids } = group;
        doc::Group {
            id: id.to_string(),
            name: name.clone(),
            description: description.clone(),
            external_ids: external(external_ids),
        }
    });
    let memberships = memberships.iter().map(|(group, users)| doc::Membership {
        group: group.to_string(),
        users: users.iter().map(ToString::to_string).collect(),
    });
    let assignments = assignments.iter().map(|((account, set), assigned)| {
        let Assigned { groups, users } = assigned;
        doc::Assignment {
            account: account.to_string(),
            permission_set: set.to_string(),
            groups: groups.iter().map(ToString::to_string).collect(),
            users: users.iter().map(ToString::to_string).collect(),
        }
    });
    doc::IdentityCenter {
        instance_arn: instance.to_string(),
        identity_store_id: identity_store.to_string(),
        region: region.clone(),
        permission_sets: permission_sets.iter().map(|(arn, s)| set(arn.as_str(), s)).collect(),
        users: users.collect(),
        groups: groups.collect(),
        memberships: memberships.collect(),
        assignments: assignments.collect(),
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
    let Gap { part, operation, code, message } = gap;
    let part = match part {
        Part::Ous => doc::Part::Ous,
        Part::Accounts => doc::Part::Accounts,
        Part::AccountTags(id) => doc::Part::AccountTags(id.to_string()),
        Part::PermissionSets => doc::Part::PermissionSets,
        Part::PermissionSet(arn) => doc::Part::PermissionSet(arn.to_string()),
        Part::Provisioned(arn) => doc::Part::Provisioned(arn.to_string()),
        Part::Users => doc::Part::Users,
        Part::Groups => doc::Part::Groups,
        Part::Memberships(id) => doc::Part::Memberships(id.to_string()),
        Part::Grants(account, arn) => doc::Part::Grants(account.to_string(), arn.to_string()),
        Part::GroupGrants(id) => doc::Part::GroupGrants(id.to_string()),
        Part::UserGrants(id) => doc::Part::UserGrants(id.to_string()),
    };
    doc::Gap { part, operation: operation.clone(), code: code.clone(), message: message.clone() }
}
