//! From the document to the world.

use super::super::accounts::Creation;
use super::super::cloudtrail::Events;
use super::super::requests::{Kind, Request, Status, due};
use super::super::seed;
use super::super::world::{
    Account, Boundary, CustomerPolicy, ExternalId, Group, IdentityCenter, Organization, Ou,
    PermissionSet, Principal, User, World,
};
use super::{Loaded, WorldError, document, factory, tower};
use std::collections::BTreeMap;
use std::time::Duration;

/// The version of a set as it is read; what is stale has the one before.
const CURRENT: u64 = 1;

pub(super) fn read(document: document::Document) -> Result<Loaded, WorldError> {
    let document::Document {
        format,
        version,
        taken: _, // about the reading of the snapshot, not about the world
        organization,
        identity_center,
        control_tower,
        gaps: _, // the sandbox's world is whole by definition
        sandbox,
    } = document;
    if format != document::format() || version != document::version() {
        return Err(WorldError::Format { format, version });
    }
    let (control_tower, missing) = tower::read_tower(control_tower.unwrap_or_default());
    let mut world = World {
        organization: read_organization(organization)?,
        identity_center: IdentityCenter::default(),
        control_tower,
        stamps: BTreeMap::new(),
        counter: 0,
    };
    read_center(&mut world, identity_center)?;
    let mut loaded = Loaded { world, run: 1, ..Loaded::default() };
    match sandbox {
        Some(sandbox) => read_sandbox(&mut loaded, sandbox),
        None if loaded.world.control_tower.landing_zone.is_some() => {
            seed::landing_zone(&mut loaded.world, missing);
            seed::control_tower(&mut loaded.world);
        }
        None => {}
    }
    Ok(loaded)
}

fn broken(text: String) -> WorldError {
    WorldError::Broken(text)
}

/// Collects items by id, refusing a second one with the same id.
fn unique<T>(
    what: &str,
    items: impl Iterator<Item = (String, T)>,
) -> Result<BTreeMap<String, T>, WorldError> {
    let mut map = BTreeMap::new();
    for (id, item) in items {
        if map.contains_key(&id) {
            return Err(broken(format!("{what} `{id}` is there twice")));
        }
        map.insert(id, item);
    }
    Ok(map)
}

fn read_organization(document: document::Organization) -> Result<Organization, WorldError> {
    let document::Organization {
        id,
        management_account,
        root,
        root_tags,
        ous,
        accounts,
        delegated_administrators,
    } = document;
    let ous = unique(
        "the organizational unit",
        ous.into_iter().map(|ou| {
            let parent = ou.parent.unwrap_or_else(|| root.clone());
            (ou.id, Ou { name: ou.name, parent, tags: ou.tags })
        }),
    )?;
    let accounts = unique(
        "the account",
        accounts.into_iter().map(|account| {
            let document::Account { id, name, email, state, parent, tags } = account;
            let email = email.unwrap_or_else(|| format!("aws+{id}@sandbox.example"));
            let parent = parent.unwrap_or_else(|| root.clone());
            (id, Account { name, email, state, parent, tags: tags.unwrap_or_default() })
        }),
    )?;
    let parents = ous
        .iter()
        .map(|(id, ou)| (id, &ou.parent))
        .chain(accounts.iter().map(|(id, account)| (id, &account.parent)));
    for (child, parent) in parents {
        if *parent != root && !ous.contains_key(parent) {
            return Err(broken(format!("the parent `{parent}` of `{child}` is not there")));
        }
    }
    for id in ous.keys() {
        let above = std::iter::successors(Some(id), |at| ous.get(*at).map(|ou| &ou.parent));
        if above.take(ous.len() + 2).count() > ous.len() + 1 {
            return Err(broken(format!("the organizational unit `{id}` is below itself")));
        }
    }
    Ok(Organization {
        id,
        management_account,
        root,
        root_tags,
        ous,
        accounts,
        delegated_administrators,
    })
}

fn read_center(world: &mut World, document: document::IdentityCenter) -> Result<(), WorldError> {
    let document::IdentityCenter {
        instance_arn,
        identity_store_id,
        region,
        tags,
        permission_sets,
        users,
        groups,
        memberships,
        assignments,
    } = document;
    let center = &mut world.identity_center;
    center.instance_arn = instance_arn;
    center.identity_store_id = identity_store_id;
    center.region = region.unwrap_or_else(|| "us-east-1".to_owned());
    center.tags = tags;
    center.permission_sets = unique(
        "the permission set",
        permission_sets.into_iter().map(|set| (set.arn.clone(), read_set(set))),
    )?;
    center.users = unique("the user", users.into_iter().map(read_user))?;
    center.groups = unique("the group", groups.into_iter().map(read_group))?;
    for membership in memberships {
        for user in membership.users {
            center.memberships.insert(&membership.group, &user);
        }
    }
    for assignment in assignments {
        let document::Assignment { account, permission_set: set, groups, users } = assignment;
        let Some(known) = center.permission_sets.get_mut(&set) else {
            return Err(broken(format!("an assignment's permission set `{set}` is not there")));
        };
        let principals = groups.into_iter().map(Principal::Group);
        for principal in principals.chain(users.into_iter().map(Principal::User)) {
            // Where someone is assigned the set is provisioned, whether or not the snapshot says so.
            known.provisioned.entry(account.clone()).or_insert(known.version);
            center.assignments.insert((account.clone(), set.clone()), principal);
        }
    }
    Ok(())
}

fn read_set(document: document::PermissionSet) -> PermissionSet {
    let document::PermissionSet {
        arn: _, // the key
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
    } = document;
    let version = |current: Option<bool>| if current == Some(false) { 0 } else { CURRENT };
    PermissionSet {
        name,
        description: description.filter(|text| !text.is_empty()),
        session_duration: session_duration.unwrap_or_else(|| "PT1H".to_owned()),
        relay_state: relay_state.filter(|text| !text.is_empty()),
        managed_policies: managed_policies.into_iter().map(policy_arn).collect(),
        customer_managed_policies: customer_managed_policies.into_iter().map(customer).collect(),
        inline_policy: match inline_policy {
            None => None,
            Some(serde_json::Value::String(text)) => Some(text).filter(|text| !text.is_empty()),
            Some(policy) => Some(policy.to_string()),
        },
        permissions_boundary: permissions_boundary.map(|boundary| match boundary {
            document::Boundary::Managed(policy) => Boundary::Managed(policy_arn(policy)),
            document::Boundary::Customer(document::CustomerReference::Parts(policy)) => {
                Boundary::Customer(customer(policy))
            }
            document::Boundary::Customer(document::CustomerReference::Text(text)) => {
                let (path, name) = text.rsplit_once('/').unwrap_or(("", &text));
                Boundary::Customer(CustomerPolicy {
                    path: format!("{path}/"),
                    name: name.to_owned(),
                })
            }
        }),
        tags: tags.unwrap_or_default(),
        version: CURRENT,
        provisioned: provisioned.into_iter().map(|at| (at.account, version(at.current))).collect(),
    }
}

/// An AWS managed policy may be named by what follows `policy/` in its ARN.
fn policy_arn(text: String) -> String {
    if text.starts_with("arn:") { text } else { format!("arn:aws:iam::aws:policy/{text}") }
}

fn customer(policy: document::CustomerPolicy) -> CustomerPolicy {
    CustomerPolicy { path: policy.path, name: policy.name }
}

fn external(ids: Vec<document::ExternalId>) -> Vec<ExternalId> {
    ids.into_iter().map(|from| ExternalId { issuer: from.issuer, id: from.id }).collect()
}

fn read_user(document: document::User) -> (String, User) {
    let document::User {
        id,
        user_name,
        display_name,
        given_name,
        family_name,
        email,
        external_ids,
        attributes,
    } = document;
    let external_ids = external(external_ids);
    let user =
        User { user_name, display_name, given_name, family_name, email, external_ids, attributes };
    (id, user)
}

fn read_group(document: document::Group) -> (String, Group) {
    let document::Group { id, name, description, external_ids } = document;
    (id, Group { name, description, external_ids: external(external_ids) })
}

fn read_sandbox(loaded: &mut Loaded, document: document::Sandbox) {
    let document::Sandbox {
        run,
        counter,
        requests,
        stamps,
        creations,
        closures,
        closed,
        operations,
        factory,
        events,
    } = document;
    loaded.factory = factory::read_factory(factory);
    loaded.run = run + 1;
    loaded.world.counter = counter;
    loaded.world.stamps = stamps;
    loaded.events = Events::restore(events);
    for request in requests {
        loaded.requests.restore(read_request(request));
    }
    for creation in creations {
        loaded.accounts.create(read_creation(creation));
    }
    for operation in operations {
        loaded.operations.add(tower::read_operation(operation));
    }
    for (account, at) in closed {
        loaded.accounts.remember_closed(&account, at);
    }
    for (account, remaining_ms) in closures {
        loaded.accounts.close(&account, due(None, Duration::from_millis(remaining_ms)));
    }
}

fn read_request(document: document::Request) -> Request {
    let document::Request {
        id,
        kind,
        permission_set,
        account,
        group,
        user,
        current,
        created,
        forced_failure,
        progress,
    } = document;
    Request {
        id,
        kind: match kind {
            document::Kind::Assign => Kind::Assign,
            document::Kind::Unassign => Kind::Unassign,
            document::Kind::Provision => Kind::Provision,
        },
        account,
        set: permission_set,
        principal: group.map(Principal::Group).or_else(|| user.map(Principal::User)),
        version: if current { CURRENT } else { 0 },
        created,
        forced: forced_failure,
        status: read_progress(progress),
    }
}

fn read_creation(document: document::Creation) -> Creation {
    let document::Creation {
        id,
        name,
        email,
        tags,
        requested,
        completed,
        account,
        forced_failure: forced,
        progress,
    } = document;
    let status = read_progress(progress);
    Creation { id, name, email, tags, requested, completed, account, forced, status }
}

pub(super) fn read_progress(document: document::Progress) -> Status {
    let document::Progress { status, failure_reason, remaining_ms } = document;
    match status.as_str() {
        "SUCCEEDED" => Status::Succeeded,
        "FAILED" => Status::Failed(failure_reason.unwrap_or_default()),
        _ => {
            let left = Duration::from_millis(remaining_ms.unwrap_or_default());
            Status::InProgress(due(None, left))
        }
    }
}
