//! The root and the organizational units.

use super::super::check::{ANY, Input, OU_ID, OU_NAME, PARENT_ID};
use super::super::failure::{Answer, Failure};
use super::super::id;
use super::super::router::Call;
use super::super::world::{Account, Organization, Ou};
use super::{PAGE, arn, constraint, path};
use serde_json::{Value, json};

/// How deep units may be nested below the root.
const DEPTH: usize = 5;
/// Tags on one resource.
pub(super) const TAGS: usize = 50;

/// The root's or a unit's id from a request's `ParentId`.
pub(super) fn parent<'i>(call: &Call<'_>, input: &'i Input) -> Result<&'i str, Failure> {
    let id = input.text("ParentId", &ANY)?;
    if is_parent(&call.world.organization, id) {
        return Ok(id);
    }
    input.obey("ParentId", id, &PARENT_ID)?;
    Err(Failure::new(
        "ParentNotFoundException",
        "You specified parent that doesn't exist in your organization.",
    ))
}

/// Whether there is a root or a unit of this id.
pub(super) fn is_parent(organization: &Organization, id: &str) -> bool {
    id == organization.root || organization.ous.contains_key(id)
}

fn unit_id<'i>(call: &Call<'_>, input: &'i Input) -> Result<&'i str, Failure> {
    let id = input.text("OrganizationalUnitId", &ANY)?;
    if call.world.organization.ous.contains_key(id) {
        return Ok(id);
    }
    input.obey("OrganizationalUnitId", id, &OU_ID)?;
    Err(no_unit())
}

fn no_unit() -> Failure {
    Failure::new(
        "OrganizationalUnitNotFoundException",
        "You specified an organizational unit that doesn't exist.",
    )
}

fn show(organization: &Organization, id: &str, ou: &Ou) -> Value {
    json!({
        "Id": id,
        "Arn": arn(organization, "ou", id),
        "Name": ou.name,
        "Path": path(organization, id),
    })
}

pub(super) fn list_roots(call: &Call<'_>, input: &Input) -> Answer {
    let organization = &call.world.organization;
    let root = &organization.root;
    call.paging(input, PAGE).page("Roots", std::iter::once((root.clone(), root)), |root| {
        json!({
            "Id": root,
            "Arn": arn(organization, "root", root),
            "Name": "Root",
            "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}],
        })
    })
}

pub(super) fn list(call: &Call<'_>, input: &Input) -> Answer {
    let parent = parent(call, input)?;
    let organization = &call.world.organization;
    call.paging(input, PAGE).page_of(
        "OrganizationalUnits",
        &organization.ous,
        |_, ou| ou.parent == parent,
        |id, ou| show(organization, id, ou),
    )
}

pub(super) fn list_children(call: &Call<'_>, input: &Input) -> Answer {
    let kind = input.choice("ChildType", &["ACCOUNT", "ORGANIZATIONAL_UNIT"])?;
    let parent = parent(call, input)?;
    let Organization { accounts, ous, .. } = &call.world.organization;
    let paging = call.paging(input, PAGE);
    let child = |id: &str| json!({"Id": id, "Type": kind});
    if kind == "ACCOUNT" {
        let is_in = |_: &str, account: &Account| account.parent == parent;
        return paging.page_of("Children", accounts, is_in, |id, _| child(id));
    }
    let is_in = |_: &str, ou: &Ou| ou.parent == parent;
    paging.page_of("Children", ous, is_in, |id, _| child(id))
}

pub(super) fn list_parents(call: &Call<'_>, input: &Input) -> Answer {
    let child = input.text("ChildId", &ANY)?;
    let organization = &call.world.organization;
    let of_account = organization.accounts.get(child).map(|account| &account.parent);
    let parent = of_account.or_else(|| organization.ous.get(child).map(|ou| &ou.parent));
    let Some(parent) = parent else {
        return Err(Failure::new(
            "ChildNotFoundException",
            "You specified a child that doesn't exist.",
        ));
    };
    let kind = if *parent == organization.root { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    let items = std::iter::once((parent.clone(), parent));
    call.paging(input, PAGE).page("Parents", items, |id| json!({"Id": id, "Type": kind}))
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    answer_unit(call, unit_id(call, input)?)
}

fn answer_unit(call: &Call<'_>, id: &str) -> Answer {
    let organization = &call.world.organization;
    let ou = organization.ous.get(id).ok_or_else(no_unit)?;
    Ok(json!({"OrganizationalUnit": show(organization, id, ou)}))
}

/// Names are unique below one parent. That case counts is inference. [U]
fn check_unique(
    organization: &Organization,
    parent: &str,
    name: &str,
    but: Option<&str>,
) -> Result<(), Failure> {
    let taken = organization
        .ous
        .iter()
        .any(|(id, ou)| Some(id.as_str()) != but && ou.parent == parent && ou.name == name);
    if taken {
        return Err(Failure::new(
            "DuplicateOrganizationalUnitException",
            "An OU with the same name already exists.",
        ));
    }
    Ok(())
}

pub(super) fn create(call: &mut Call<'_>, input: &Input) -> Answer {
    let name = input.text("Name", &OU_NAME)?;
    let tags = input.tags(TAGS)?;
    let parent = parent(call, input)?;
    check_unique(&call.world.organization, parent, name, None)?;
    // The path of the root has two parts, that of a unit on the first level three.
    if path(&call.world.organization, parent).split('/').count() > DEPTH + 2 {
        let text = "You have exceeded the allowed OU depth.";
        return Err(constraint("OU_DEPTH_LIMIT_EXCEEDED", text));
    }
    let number = call.world.next_number();
    let organization = &mut call.world.organization;
    let root = organization.root.strip_prefix("r-").unwrap_or(&organization.root);
    let id = format!("ou-{root}-{}", id::hex(&format!("ou/{number}"), 8));
    let ou =
        Ou { name: name.to_owned(), parent: parent.to_owned(), tags: tags.into_iter().collect() };
    organization.ous.insert(id.clone(), ou);
    answer_unit(call, &id)
}

pub(super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let name = input.optional("Name", &OU_NAME)?;
    let id = unit_id(call, input)?;
    if let Some(name) = name {
        let parent = call.world.organization.ous.get(id).map(|ou| ou.parent.clone());
        check_unique(&call.world.organization, &parent.unwrap_or_default(), name, Some(id))?;
        if let Some(ou) = call.world.organization.ous.get_mut(id) {
            name.clone_into(&mut ou.name);
        }
        call.world.recheck_zone(false);
    }
    answer_unit(call, id)
}

pub(super) fn delete(call: &mut Call<'_>, input: &Input) -> Answer {
    let id = unit_id(call, input)?;
    let organization = &mut call.world.organization;
    let has_units = organization.ous.values().any(|ou| ou.parent == id);
    if has_units || organization.accounts.values().any(|account| account.parent == id) {
        return Err(Failure::new(
            "OrganizationalUnitNotEmptyException",
            "The specified OU is not empty. Move all accounts to another root or to other OUs, \
             remove all child OUs, and try the operation again.",
        ));
    }
    organization.ous.remove(id);
    call.world.recheck_zone(false);
    Ok(Value::Null)
}
