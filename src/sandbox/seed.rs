//! What Control Tower brings into Identity Center: a landing zone without these would be no real one.

mod landing_zone;

use super::id;
use super::world::{Group, PermissionSet, World};

pub(super) use landing_zone::{landing_zone, mandatory};

const GROUPS: [(&str, &str); 8] = [
    (
        "AWSAccountFactory",
        "Read-only access to account factory in AWS Service Catalog for end users",
    ),
    ("AWSAuditAccountAdmins", "Admin rights to cross-account audit account"),
    ("AWSControlTowerAdmins", "Admin rights to AWS Control Tower core and provisioned accounts"),
    ("AWSLogArchiveAdmins", "Admin rights to log archive account"),
    ("AWSLogArchiveViewers", "Read-only access to log archive account"),
    ("AWSSecurityAuditPowerUsers", "Power user access to all accounts for security audits"),
    ("AWSSecurityAuditors", "Read-only access to all accounts for security audits"),
    ("AWSServiceCatalogAdmins", "Admin rights to account factory in AWS Service Catalog"),
];

/// Name, description, managed policies.
const PERMISSION_SETS: [(&str, &str, &[&str]); 6] = [
    (
        "AWSAdministratorAccess",
        "Provides full access to AWS services and resources",
        &["AdministratorAccess"],
    ),
    (
        "AWSOrganizationsFullAccess",
        "Provides full access to AWS Organizations",
        &["AWSOrganizationsFullAccess"],
    ),
    (
        "AWSPowerUserAccess",
        "Provides full access to AWS services and resources, but does not allow management of Users and groups",
        &["PowerUserAccess"],
    ),
    (
        "AWSReadOnlyAccess",
        "This policy grants permissions to view resources and basic metadata across all AWS services",
        &["job-function/ViewOnlyAccess"],
    ),
    (
        "AWSServiceCatalogAdminFullAccess",
        "Provides full access to AWS Service Catalog admin capabilities",
        &["AWSServiceCatalogAdminFullAccess"],
    ),
    (
        "AWSServiceCatalogEndUserAccess",
        "Provides access to the AWS Service Catalog end user console",
        &["AWSServiceCatalogEndUserFullAccess"],
    ),
];

/// Adds those of Control Tower's groups and permission sets that the world lacks.
pub(super) fn control_tower(world: &mut World) {
    for (name, description) in GROUPS {
        if !world.identity_center.groups.values().any(|group| group.name == name) {
            let group = Group {
                name: name.to_owned(),
                description: Some(description.to_owned()),
                external_ids: Vec::new(),
            };
            let id = id::uuid_like(&format!("control-tower/group/{name}"));
            world.identity_center.groups.insert(id, group);
        }
    }
    for (name, description, policies) in PERMISSION_SETS {
        if !world.identity_center.permission_sets.values().any(|set| set.name == name) {
            let set = PermissionSet {
                name: name.to_owned(),
                description: Some(description.to_owned()),
                session_duration: "PT1H".to_owned(),
                managed_policies: policies
                    .iter()
                    .map(|policy| format!("arn:aws:iam::aws:policy/{policy}"))
                    .collect(),
                version: 1,
                ..PermissionSet::default()
            };
            let arn = set_arn(world, &format!("control-tower/set/{name}"));
            world.identity_center.permission_sets.insert(arn, set);
        }
    }
}

/// The ARN of a new permission set.
pub(super) fn set_arn(world: &World, of: &str) -> String {
    let arn = world.identity_center.instance_arn.replacen(":instance/", ":permissionSet/", 1);
    format!("{arn}/ps-{}", id::hex(of, 16))
}
