//! From the world to the document, in an order that depends on nothing but the world.

use super::super::accounts::Creation;
use super::super::clock;
use super::super::requests::{Kind, Request, Status};
use super::super::world::{
    Boundary, CustomerPolicy, ExternalId, IdentityCenter, Organization, PermissionSet, Principal,
    World,
};
use super::{Loaded, document, factory, tower};
use tokio::time::Instant;

/// Writes a world with its requests as JSON with a final newline, without white space: it is written after every
/// change of the world.
pub(in super::super) fn write(loaded: &Loaded, started: &str) -> String {
    let Loaded { world, requests, accounts, operations, factory, events, run } = loaded;
    let World { organization, identity_center, control_tower, stamps, counter } = world;
    let document = document::Document {
        format: document::format(),
        version: document::version(),
        taken: serde_json::json!({
            "started": started, "ended": started, "by": "sandbox", "calls": {},
        }),
        organization: organization_of(organization),
        identity_center: center_of(identity_center),
        control_tower: Some(tower::write_tower(control_tower)),
        gaps: Vec::new(),
        sandbox: Some(document::Sandbox {
            run: *run,
            counter: *counter,
            requests: requests.all().map(|request| request_of(request, identity_center)).collect(),
            stamps: stamps.clone(),
            creations: accounts.creations().values().map(creation_of).collect(),
            factory: factory::write_factory(factory),
            operations: operations.all().map(tower::operation).collect(),
            closed: accounts.closed().clone(),
            closures: accounts
                .closures()
                .iter()
                .map(|(account, due)| (account.clone(), remaining_ms(*due)))
                .collect(),
            events: events.all().cloned().collect(),
        }),
    };
    // Nothing in the document can fail to serialise: its keys are texts and its numbers are whole.
    let mut text = serde_json::to_string(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn organization_of(organization: &Organization) -> document::Organization {
    let Organization {
        id,
        management_account,
        root,
        root_tags,
        ous,
        accounts,
        delegated_administrators,
    } = organization;
    document::Organization {
        id: id.clone(),
        management_account: management_account.clone(),
        root: root.clone(),
        root_tags: root_tags.clone(),
        ous: ous
            .iter()
            .map(|(id, ou)| document::Ou {
                id: id.clone(),
                name: ou.name.clone(),
                parent: Some(ou.parent.clone()),
                tags: ou.tags.clone(),
            })
            .collect(),
        accounts: accounts
            .iter()
            .map(|(id, account)| document::Account {
                id: id.clone(),
                name: account.name.clone(),
                email: Some(account.email.clone()),
                state: account.state.clone(),
                parent: Some(account.parent.clone()),
                tags: Some(account.tags.clone()),
            })
            .collect(),
        delegated_administrators: delegated_administrators.clone(),
    }
}

fn center_of(center: &IdentityCenter) -> document::IdentityCenter {
    document::IdentityCenter {
        instance_arn: center.instance_arn.clone(),
        identity_store_id: center.identity_store_id.clone(),
        region: Some(center.region.clone()),
        tags: center.tags.clone(),
        permission_sets: center.permission_sets.iter().map(|(arn, set)| set_of(arn, set)).collect(),
        users: users_of(center),
        groups: center
            .groups
            .iter()
            .map(|(id, group)| document::Group {
                id: id.clone(),
                name: group.name.clone(),
                description: group.description.clone(),
                external_ids: external_of(&group.external_ids),
            })
            .collect(),
        memberships: center
            .memberships
            .groups()
            .filter(|(_, users)| !users.is_empty())
            .map(|(group, users)| document::Membership {
                group: group.clone(),
                users: users.keys().cloned().collect(),
            })
            .collect(),
        assignments: assignments_of(center),
    }
}

fn set_of(arn: &str, set: &PermissionSet) -> document::PermissionSet {
    document::PermissionSet {
        arn: arn.to_owned(),
        name: set.name.clone(),
        description: set.description.clone(),
        session_duration: Some(set.session_duration.clone()),
        relay_state: set.relay_state.clone(),
        managed_policies: set.managed_policies.iter().cloned().collect(),
        customer_managed_policies: set.customer_managed_policies.iter().map(customer_of).collect(),
        inline_policy: set.inline_policy.clone().map(serde_json::Value::String),
        permissions_boundary: set.permissions_boundary.as_ref().map(|boundary| match boundary {
            Boundary::Managed(arn) => document::Boundary::Managed(arn.clone()),
            Boundary::Customer(policy) => document::Boundary::Customer(
                document::CustomerReference::Parts(customer_of(policy)),
            ),
        }),
        tags: Some(set.tags.clone()),
        provisioned: set
            .provisioned
            .keys()
            .map(|account| document::Provisioned {
                account: account.clone(),
                current: Some(set.is_current(account)),
            })
            .collect(),
    }
}

fn customer_of(policy: &CustomerPolicy) -> document::CustomerPolicy {
    document::CustomerPolicy { path: policy.path.clone(), name: policy.name.clone() }
}

fn external_of(ids: &[ExternalId]) -> Vec<document::ExternalId> {
    ids.iter()
        .map(|id| document::ExternalId { issuer: id.issuer.clone(), id: id.id.clone() })
        .collect()
}

fn users_of(center: &IdentityCenter) -> Vec<document::User> {
    center
        .users
        .iter()
        .map(|(id, user)| document::User {
            id: id.clone(),
            user_name: user.user_name.clone(),
            display_name: user.display_name.clone(),
            given_name: user.given_name.clone(),
            family_name: user.family_name.clone(),
            email: user.email.clone(),
            external_ids: external_of(&user.external_ids),
            attributes: user.attributes.clone(),
        })
        .collect()
}

fn assignments_of(center: &IdentityCenter) -> Vec<document::Assignment> {
    center
        .assignments
        .pairs()
        .map(|((account, set), principals)| {
            let (groups, users): (Vec<&Principal>, Vec<&Principal>) =
                principals.iter().partition(|principal| matches!(principal, Principal::Group(_)));
            let ids = |of: Vec<&Principal>| of.iter().map(|p| p.id().to_owned()).collect();
            document::Assignment {
                account: account.clone(),
                permission_set: set.clone(),
                groups: ids(groups),
                users: ids(users),
            }
        })
        .collect()
}

fn request_of(request: &Request, center: &IdentityCenter) -> document::Request {
    let Request { id, kind, account, set, principal, version, created, forced, status } = request;
    let latest = center.permission_sets.get(set).map(|set| set.version);
    let (group, user) = match principal {
        Some(Principal::Group(id)) => (Some(id.clone()), None),
        Some(Principal::User(id)) => (None, Some(id.clone())),
        None => (None, None),
    };
    document::Request {
        id: id.clone(),
        kind: match kind {
            Kind::Assign => document::Kind::Assign,
            Kind::Unassign => document::Kind::Unassign,
            Kind::Provision => document::Kind::Provision,
        },
        permission_set: set.clone(),
        account: account.clone(),
        group,
        user,
        current: latest == Some(*version),
        created: *created,
        forced_failure: forced.clone(),
        progress: progress_of(status),
    }
}

fn creation_of(creation: &Creation) -> document::Creation {
    let Creation { id, name, email, tags, requested, completed, account, forced, status } =
        creation;
    document::Creation {
        id: id.clone(),
        name: name.clone(),
        email: email.clone(),
        tags: tags.clone(),
        requested: *requested,
        completed: *completed,
        account: account.clone(),
        forced_failure: forced.clone(),
        progress: progress_of(status),
    }
}

pub(super) fn progress_of(status: &Status) -> document::Progress {
    let (failure_reason, remaining_ms) = match status {
        Status::InProgress(due) => (None, Some(remaining_ms(*due))),
        Status::Succeeded => (None, None),
        Status::Failed(reason) => (Some(reason.clone()), None),
    };
    document::Progress { status: status.name().to_owned(), failure_reason, remaining_ms }
}

fn remaining_ms(due: Instant) -> u64 {
    u64::try_from(clock::remaining(due).as_millis()).unwrap_or(u64::MAX)
}
