//! The one product, its versions, its path and its parameters.

use super::super::check::{ANY, Input};
use super::super::factory::PARAMETERS;
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::world::World;
use super::{NAME, PORTFOLIO, VERSIONS, check_product, missing, own_id, sees, version_id, wrong};
use serde_json::{Map, Value, json};

/// The most that a page may hold, and that one of `SearchProducts` may.
const PAGE: usize = 20;
const SEARCH: usize = 100;

fn summary(world: &World) -> Value {
    json!({
        "Id": own_id(world, "prodview"),
        "ProductId": own_id(world, "prod"),
        "Name": NAME,
        "Owner": "AWS Control Tower",
        "ShortDescription": "A factory to create AWS Control Tower managed accounts",
        "Type": "CONTROL_TOWER_ACCOUNT",
        "Distributor": "AWS Control Tower",
        "HasDefaultPath": false,
    })
}

fn details(call: &Call<'_>) -> Value {
    let world = &call.world;
    let (region, management) =
        (&world.identity_center.region, &world.organization.management_account);
    let id = own_id(world, "prod");
    json!({
        "ProductViewSummary": summary(world),
        "Status": "AVAILABLE",
        "ProductARN": format!("arn:aws:catalog:{region}:{management}:product/{id}"),
        "CreatedTime": call.clock.base(),
    })
}

/// Whether the filters of a request leave the product.
fn wanted(input: &Input) -> Result<bool, Failure> {
    let Some(filters) = input.optional_object("Filters")? else { return Ok(true) };
    let known = ["FullTextSearch", "Owner", "ProductType", "SourceProductId"];
    if let Some(other) = filters.members().keys().find(|key| !known.contains(&key.as_str())) {
        return Err(wrong(format!("{other} is no filter for products")));
    }
    let all = |name: &str, matches: &dyn Fn(&str) -> bool| {
        let texts = filters.optional_texts(name, (0, usize::MAX), &ANY)?.unwrap_or_default();
        Ok::<bool, Failure>(texts.iter().all(|text| matches(text)))
    };
    let text = |text: &str| NAME.to_lowercase().contains(&text.to_lowercase());
    Ok(all("FullTextSearch", &text)?
        && all("Owner", &|owner| owner == "AWS Control Tower")?
        && all("ProductType", &|kind| kind == "CONTROL_TOWER_ACCOUNT")?
        && all("SourceProductId", &|_| false)?)
}

pub(super) fn search_as_admin(call: &Call<'_>, input: &Input) -> Answer {
    let portfolio = own_id(call.world, "port");
    if let Some(id) = input.optional("PortfolioId", &ANY)?
        && (id != portfolio || !sees(call))
    {
        return Err(missing(format!("Portfolio {id} not found")));
    }
    let items = (wanted(input)? && sees(call)).then(|| (String::from("product"), ()));
    call.paging(input, PAGE).page("ProductViewDetails", items.into_iter(), |()| details(call))
}

pub(super) fn search(call: &Call<'_>, input: &Input) -> Answer {
    let items = (wanted(input)? && sees(call)).then(|| (String::from("product"), ()));
    call.paging(input, SEARCH)
        .page("ProductViewSummaries", items.into_iter(), |()| summary(call.world))
}

/// The versions, each with what a caller shows of it beside its id and its name.
fn versions(call: &Call<'_>, more: impl Fn(bool) -> Map<String, Value>) -> Vec<Value> {
    let all = VERSIONS.iter().enumerate().map(|(at, name)| {
        let mut members = more(at + 1 == VERSIONS.len());
        members.insert("Id".to_owned(), json!(version_id(call.world, at)));
        members.insert("Name".to_owned(), json!(name));
        members.insert("Description".to_owned(), json!(name));
        members.insert("CreatedTime".to_owned(), json!(call.clock.base()));
        Value::Object(members)
    });
    all.collect()
}

fn guidance(current: bool) -> Value {
    if current { json!("DEFAULT") } else { json!("DEPRECATED") }
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    check_product(call, input, "Id", "Name")?;
    let more = |current| Map::from_iter([("Guidance".to_owned(), guidance(current))]);
    Ok(json!({
        "ProductViewSummary": summary(call.world),
        "ProvisioningArtifacts": versions(call, more),
        "Budgets": [],
        "LaunchPaths": [{"Id": own_id(call.world, "lpv2"), "Name": PORTFOLIO}],
    }))
}

pub(super) fn describe_as_admin(call: &Call<'_>, input: &Input) -> Answer {
    check_product(call, input, "Id", "Name")?;
    Ok(json!({
        "ProductViewDetail": details(call),
        "ProvisioningArtifactSummaries": versions(call, |_| Map::new()),
        "Tags": [],
        "TagOptions": [],
        "Budgets": [],
    }))
}

pub(super) fn list_artifacts(call: &Call<'_>, input: &Input) -> Answer {
    input.text("ProductId", &ANY)?;
    check_product(call, input, "ProductId", "ProductName")?;
    let more = |current| {
        Map::from_iter([
            ("Guidance".to_owned(), guidance(current)),
            ("Active".to_owned(), json!(current)),
            ("Type".to_owned(), json!("CONTROL_TOWER_ACCOUNT")),
        ])
    };
    Ok(json!({"ProvisioningArtifactDetails": versions(call, more)}))
}

pub(super) fn list_paths(call: &Call<'_>, input: &Input) -> Answer {
    input.text("ProductId", &ANY)?;
    check_product(call, input, "ProductId", "ProductName")?;
    let id = own_id(call.world, "lpv2");
    let items = std::iter::once((id.clone(), id));
    call.paging(input, PAGE).page(
        "LaunchPathSummaries",
        items,
        |id| json!({"Id": id, "Name": PORTFOLIO, "ConstraintSummaries": [], "Tags": []}),
    )
}

/// The version of a request, which must be an active one.
pub(super) fn version(call: &Call<'_>, input: &Input) -> Result<usize, Failure> {
    let id = input.optional("ProvisioningArtifactId", &ANY)?;
    let name = input.optional("ProvisioningArtifactName", &ANY)?;
    let found = match (id, name) {
        (Some(id), None) => (0..VERSIONS.len()).find(|at| version_id(call.world, *at) == id),
        (None, Some(name)) => VERSIONS.iter().position(|known| *known == name),
        _ => {
            let text = "Specify exactly one of ProvisioningArtifactId and ProvisioningArtifactName";
            return Err(wrong(text));
        }
    };
    let wanted = id.or(name).unwrap_or_default();
    match found {
        None => Err(missing(format!("Provisioning artifact {wanted} not found"))),
        Some(at) if at + 1 < VERSIONS.len() => {
            Err(wrong(format!("Provisioning artifact {wanted} is not active")))
        }
        Some(at) => Ok(at),
    }
}

/// The path of a request: there is but one, so none need be given.
pub(super) fn check_path(call: &Call<'_>, input: &Input) -> Result<(), Failure> {
    let id = input.optional("PathId", &ANY)?;
    let name = input.optional("PathName", &ANY)?;
    let known = match (id, name) {
        (None, None) => true,
        (Some(id), None) => id == own_id(call.world, "lpv2"),
        (None, Some(name)) => name == PORTFOLIO,
        (Some(_), Some(_)) => return Err(wrong("Specify only one of PathId and PathName")),
    };
    known.then_some(()).ok_or_else(|| {
        missing(format!("Launch path {} not found", id.or(name).unwrap_or_default()))
    })
}

pub(super) fn describe_parameters(call: &Call<'_>, input: &Input) -> Answer {
    check_product(call, input, "ProductId", "ProductName")?;
    version(call, input)?;
    check_path(call, input)?;
    let parameters: Vec<Value> = PARAMETERS
        .iter()
        .map(|key| {
            let mut members = Map::from_iter([
                ("ParameterKey".to_owned(), json!(key)),
                ("ParameterType".to_owned(), json!("String")),
                ("IsNoEcho".to_owned(), json!(false)),
            ]);
            if *key == "ManagedOrganizationalUnit" {
                let units = units(call.world);
                members.insert("ParameterConstraints".to_owned(), json!({"AllowedValues": units}));
            }
            Value::Object(members)
        })
        .collect();
    let keys = ["AccountEmail", "AccountId", "SSOUserEmail", "SSOUserPortal"];
    let keys: Vec<Value> = keys.iter().map(|key| json!({"Key": key})).collect();
    Ok(json!({
        "ProvisioningArtifactParameters": parameters,
        "ConstraintSummaries": [],
        "UsageInstructions": [],
        "TagOptions": [],
        "ProvisioningArtifactOutputKeys": keys,
    }))
}

/// The registered units, as the form names them.
fn units(world: &World) -> Vec<String> {
    let ous = world.organization.ous.keys().filter(|id| world.registration(id).is_some());
    ous.map(|id| super::super::factory::form(world, id)).collect()
}
