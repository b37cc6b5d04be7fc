//! What a record does to the world.

use super::super::accounts;
use super::super::id;
use super::super::operations::new_baseline;
use super::super::requests::Status;
use super::super::world::governance::last;
use super::super::world::{LandingZone, Principal, User, World};
use super::{Kind, Product, Record};
use std::collections::BTreeMap;

/// The groups that Control Tower gives access to every account, with their permission sets.
const GROUPS: [(&str, &str); 3] = [
    ("AWSControlTowerAdmins", "AWSOrganizationsFullAccess"),
    ("AWSSecurityAuditPowerUsers", "AWSPowerUserAccess"),
    ("AWSSecurityAuditors", "AWSReadOnlyAccess"),
];
/// What the user of the form gets.
const ADMINISTRATOR: &str = "AWSAdministratorAccess";

/// How the form names a unit: with its id, or by its bare name where it is on the first level.
pub(in super::super) fn form(world: &World, unit: &str) -> String {
    let organization = &world.organization;
    match organization.ous.get(unit) {
        Some(ou) if ou.parent == organization.root => ou.name.clone(),
        Some(ou) => format!("{} ({unit})", ou.name),
        None => "Root".to_owned(),
    }
}

/// The registered unit that the form names.
fn unit_of(world: &World, form: &str) -> Result<String, String> {
    let ous = &world.organization.ous;
    // A name may have brackets of its own.
    let with_id = form.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    let with_id = with_id.filter(|(_, id)| id.starts_with("ou-"));
    let found = if let Some((name, id)) = with_id {
        ous.get_key_value(id).filter(|(_, ou)| ou.name == name)
    } else {
        let root = &world.organization.root;
        ous.iter().find(|(_, ou)| ou.parent == *root && ou.name == form)
    };
    let Some((id, _)) = found else {
        return Err(format!(
            "AWS Control Tower cannot find the organizational unit {form}. Give its name with its id in brackets, or the \
             bare name of one directly below the root."
        ));
    };
    if world.registration(id).is_none_or(|own| own.status != "SUCCEEDED") {
        return Err(format!("Organizational unit {form} is not registered with AWS Control Tower"));
    }
    Ok(id.clone())
}

fn parameter<'r>(of: &'r BTreeMap<String, String>, key: &str) -> &'r str {
    of.get(key).map(String::as_str).unwrap_or_default()
}

/// Creates a record's account, in the root.
pub(super) fn create(world: &mut World, record: &Record, now: i64) -> Result<String, String> {
    let of = &record.parameters;
    unit_of(world, parameter(of, "ManagedOrganizationalUnit"))?;
    let email = parameter(of, "AccountEmail");
    if accounts::is_taken(world, email) {
        return Err(format!(
            "AWS Control Tower failed to create an account: EMAIL_ALREADY_EXISTS, {email} is the address of another account"
        ));
    }
    let name = parameter(of, "AccountName");
    Ok(accounts::add(world, name, email, BTreeMap::new(), now))
}

/// Ends a record.
pub(super) fn end(world: &mut World, record: &mut Record, product: &mut Product) {
    let done = match &record.doomed {
        Some(reason) => Err(reason.clone()),
        None => perform(world, record, product),
    };
    match done {
        Ok(()) => {
            record.status = Status::Succeeded;
            if record.kind == Kind::Terminate {
                "TERMINATED".clone_into(&mut product.status);
                return;
            }
            "AVAILABLE".clone_into(&mut product.status);
            product.parameters.clone_from(&record.parameters);
            product.last_successful = Some(record.id.clone());
            record.outputs = outputs(world, product);
        }
        Err(reason) => {
            // What was never provisioned has an error; what was and could not be changed is tainted.
            let status = if record.kind == Kind::Provision { "ERROR" } else { "TAINTED" };
            status.clone_into(&mut product.status);
            product.message = Some(reason.clone());
            record.status = Status::Failed(reason);
        }
    }
}

fn perform(world: &mut World, record: &Record, product: &Product) -> Result<(), String> {
    if record.kind == Kind::Terminate {
        if let Some(account) = &product.account {
            unmanage(world, account);
        }
        return Ok(());
    }
    let account = product.account.clone().ok_or("The account is not there")?;
    let of = &record.parameters;
    for key in ["AccountEmail", "AccountName"] {
        if parameter(&product.parameters, key) != parameter(of, key) {
            return Err(format!("{key} cannot be changed"));
        }
    }
    let unit = unit_of(world, parameter(of, "ManagedOrganizationalUnit"))?;
    let known = world.organization.accounts.get_mut(&account).ok_or("The account is not there")?;
    if known.state.as_deref() != Some("ACTIVE") {
        return Err(format!("Account {account} is not active"));
    }
    let from = std::mem::replace(&mut known.parent, unit.clone());
    world.enrol(&account, &unit, new_baseline);
    world.recheck_unit(&from);
    world.recheck_unit(&unit);
    world.recheck_zone(true);
    let managed = world.control_tower.landing_zone.as_ref();
    if managed.is_some_and(LandingZone::manages_identity_center) {
        give_access(world, &account, of);
    }
    Ok(())
}

/// The account stays in the organization, in the root, and Control Tower forgets it.
fn unmanage(world: &mut World, account: &str) {
    if let Some(arn) = world.enrolment(account).map(|child| child.arn.clone()) {
        world.control_tower.enabled_baselines.remove(&arn);
    }
    let root = world.organization.root.clone();
    if let Some(known) = world.organization.accounts.get_mut(account)
        && known.state.as_deref() == Some("ACTIVE")
    {
        let from = std::mem::replace(&mut known.parent, root);
        world.recheck_unit(&from);
    }
    world.recheck_zone(true);
}

/// Whoever the form names administers the account; a user that is not there is made. Nobody loses anything: who was named
/// before stays.
fn give_access(world: &mut World, account: &str, of: &BTreeMap<String, String>) {
    let center = &world.identity_center;
    let set = |name: &str| {
        let mut all = center.permission_sets.iter();
        all.find(|(_, set)| set.name == name).map(|(arn, _)| arn.clone())
    };
    let group = |name: &str| {
        let mut all = center.groups.iter();
        all.find(|(_, group)| group.name == name).map(|(id, _)| id.clone())
    };
    let mut rows: Vec<(String, Principal)> = GROUPS
        .iter()
        .filter_map(|(name, allowed)| Some((set(allowed)?, Principal::Group(group(name)?))))
        .collect();
    let administrator = set(ADMINISTRATOR);
    let user = user(world, of);
    rows.extend(administrator.map(|arn| (arn, Principal::User(user))));
    for (arn, principal) in rows {
        world.assign(account, &arn, principal);
    }
}

fn user(world: &mut World, of: &BTreeMap<String, String>) -> String {
    let email = parameter(of, "SSOUserEmail");
    let same = |text: &str| text.eq_ignore_ascii_case(email);
    let mut users = world.identity_center.users.iter();
    let known =
        users.find(|(_, user)| same(&user.user_name) || user.email.as_deref().is_some_and(same));
    if let Some((id, _)) = known {
        return id.clone();
    }
    let id = id::uuid_like(&format!("user/{}", world.next_number()));
    let given = parameter(of, "SSOUserFirstName").to_owned();
    let family = parameter(of, "SSOUserLastName").to_owned();
    let user = User {
        user_name: email.to_owned(),
        display_name: Some(format!("{given} {family}")),
        given_name: Some(given),
        family_name: Some(family),
        email: Some(email.to_owned()),
        ..User::default()
    };
    world.identity_center.users.insert(id.clone(), user);
    id
}

/// What a product tells of itself.
pub(in super::super) fn outputs(world: &World, product: &Product) -> Vec<(String, String)> {
    let portal = world.identity_center.identity_store_id.clone();
    let of = |key: &str| parameter(&product.parameters, key).to_owned();
    [
        ("AccountEmail", of("AccountEmail")),
        ("AccountId", product.account.clone().unwrap_or_default()),
        ("SSOUserEmail", of("SSOUserEmail")),
        ("SSOUserPortal", format!("https://{}.awsapps.com/start", last(&portal))),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into()
}
