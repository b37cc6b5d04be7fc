//! What was provisioned: found, listed, described.

use super::super::check::{ANY, Input};
use super::super::factory::{Product, outputs as outputs_of};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::super::sts;
use super::{KIND, NAME, VERSIONS, missing, own_id, record, version_id, wrong};
use serde_json::{Map, Value, json};

/// The most that a page may hold, and that one of `SearchProvisionedProducts` may.
const PAGE: usize = 20;
const SEARCH: usize = 100;

fn arn(call: &Call<'_>, product: &Product) -> String {
    let (region, management) =
        (&call.world.identity_center.region, &call.world.organization.management_account);
    let Product { name, id, .. } = product;
    format!("arn:aws:servicecatalog:{region}:{management}:stack/{name}/{id}")
}

/// The provisioned product of a request by id or by name, of which there must be exactly one.
pub(super) fn find<'c>(
    call: &'c Call<'_>,
    input: &Input,
    id: &str,
    name: &str,
) -> Result<&'c Product, Failure> {
    let by_id = input.optional(id, &ANY)?;
    let by_name = input.optional(name, &ANY)?;
    let products = call.factory.products();
    let found = match (by_id, by_name) {
        (Some(id), None) => products.get(id),
        (None, Some(name)) => {
            products.values().find(|product| product.name == name || arn(call, product) == name)
        }
        _ => return Err(wrong(format!("Specify exactly one of {id} and {name}"))),
    };
    let wanted = by_id.or(by_name).unwrap_or_default();
    found.ok_or_else(|| missing(format!("Provisioned product {wanted} not found")))
}

/// What both listings show.
fn show(call: &Call<'_>, product: &Product) -> Map<String, Value> {
    let Product {
        id,
        name,
        status,
        message,
        created,
        token,
        owner: _,      // the search alone tells it
        account: _,    // the search alone tells it
        parameters: _, // nobody tells them
        last_record,
        last_provisioning,
        last_successful,
    } = product;
    let mut members = Map::new();
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("Name", json!(name));
    add("Arn", json!(arn(call, product)));
    add("Type", json!(KIND));
    add("Id", json!(id));
    add("Status", json!(status));
    add("CreatedTime", json!(created));
    add("IdempotencyToken", json!(token));
    add("LastRecordId", json!(last_record));
    add("ProductId", json!(own_id(call.world, "prod")));
    add("ProvisioningArtifactId", json!(version_id(call.world, VERSIONS.len() - 1)));
    let optional = [
        ("StatusMessage", message),
        ("LastProvisioningRecordId", last_provisioning),
        ("LastSuccessfulProvisioningRecordId", last_successful),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            add(name, json!(value));
        }
    }
    members
}

fn attributes(call: &Call<'_>, product: &Product) -> Value {
    let mut members = show(call, product);
    let mut add = |name: &str, value: Value| drop(members.insert(name.to_owned(), value));
    add("ProductName", json!(NAME));
    add("ProvisioningArtifactName", json!(VERSIONS.last()));
    add("UserArn", json!(product.owner));
    add("UserArnSession", json!(product.owner));
    add("Tags", json!([]));
    if let Some(account) = &product.account {
        add("PhysicalId", json!(account));
    }
    Value::Object(members)
}

/// Without a filter the caller's own are listed, and only the account's where that is asked for. [U]
fn is_visible(call: &Call<'_>, input: &Input) -> Result<impl Fn(&Product) -> bool, Failure> {
    let mut all = false;
    if let Some(filter) = input.optional_object("AccessLevelFilter")? {
        let key = filter.choice("Key", &["Account", "Role", "User"])?;
        if filter.text("Value", &ANY)? != "self" {
            return Err(wrong("The value of an access level filter is self"));
        }
        all = key == "Account";
    }
    let caller = sts::arn(call.caller);
    let here = call.caller == call.world.organization.management_account;
    Ok(move |product: &Product| here && (all || product.owner == caller))
}

/// `name:loyalty`, or words alone. As in AWS a word finds whatever contains it: who wants one product compares.
fn matches(call: &Call<'_>, product: &Product, query: &str) -> Result<bool, Failure> {
    let has = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
    let Some((key, value)) = query.split_once(':') else {
        return Ok([&product.name, &product.id].iter().any(|text| has(text, query)));
    };
    let is = |text: Option<&String>| text.is_some_and(|text| text == value);
    Ok(match key {
        "name" => has(&product.name, value),
        "id" => product.id == value,
        "arn" => arn(call, product) == value,
        "status" => product.status == value,
        "type" => value == KIND,
        "physicalId" => is(product.account.as_ref()),
        "productId" => own_id(call.world, "prod") == value,
        "productName" => has(NAME, value),
        "provisioningArtifactId" => version_id(call.world, VERSIONS.len() - 1) == value,
        "idempotencyToken" => product.token == value,
        "lastRecordId" => product.last_record == value,
        "lastProvisioningRecordId" => is(product.last_provisioning.as_ref()),
        "lastSuccessfulProvisioningRecordId" => is(product.last_successful.as_ref()),
        "userArn" | "userArnSession" => product.owner == value,
        other => return Err(wrong(format!("{other} is nothing to search for"))),
    })
}

pub(super) fn search(call: &Call<'_>, input: &Input) -> Answer {
    let is_visible = is_visible(call, input)?;
    let queries = match input.optional_object("Filters")? {
        None => Vec::new(),
        Some(filters) => {
            if let Some(other) = filters.members().keys().find(|key| *key != "SearchQuery") {
                return Err(wrong(format!("{other} is no filter for provisioned products")));
            }
            filters.optional_texts("SearchQuery", (0, usize::MAX), &ANY)?.unwrap_or_default()
        }
    };
    let mut found = Vec::new();
    for product in call.factory.products().values().filter(|product| is_visible(product)) {
        let mut all = true;
        for query in &queries {
            all &= matches(call, product, query)?;
        }
        if all {
            found.push((product.id.clone(), product));
        }
    }
    let total = found.len();
    let paging = call.paging(input, SEARCH);
    let mut answer =
        paging.page("ProvisionedProducts", found.into_iter(), |one| attributes(call, one))?;
    if let Value::Object(members) = &mut answer {
        members.insert("TotalResultsCount".to_owned(), json!(total));
    }
    Ok(answer)
}

pub(super) fn scan(call: &Call<'_>, input: &Input) -> Answer {
    let is_visible = is_visible(call, input)?;
    call.paging(input, PAGE).page_of(
        "ProvisionedProducts",
        call.factory.products(),
        |_, product| is_visible(product),
        |_, product| Value::Object(show(call, product)),
    )
}

pub(super) fn describe(call: &Call<'_>, input: &Input) -> Answer {
    let product = find(call, input, "Id", "Name")?;
    Ok(json!({"ProvisionedProductDetail": show(call, product), "CloudWatchDashboards": []}))
}

pub(super) fn outputs(call: &Call<'_>, input: &Input) -> Answer {
    let product = find(call, input, "ProvisionedProductId", "ProvisionedProductName")?;
    if product.last_successful.is_none() {
        return Err(wrong(format!("Provisioned product {} has no outputs yet", product.id)));
    }
    let all = outputs_of(call.world, product);
    let keys = input.optional_texts("OutputKeys", (0, 60), &ANY)?;
    if let Some(other) = keys.iter().flatten().find(|key| !all.iter().any(|(own, _)| own == *key)) {
        return Err(missing(format!("Output {other} not found")));
    }
    let items = all
        .iter()
        .filter(|(key, _)| keys.as_ref().is_none_or(|keys| keys.contains(key)))
        .map(|one| (one.0.clone(), one));
    call.paging(input, PAGE).page("Outputs", items, record::output)
}
