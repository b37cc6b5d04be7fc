//! Products provisioned, updated and terminated.

use super::super::check::{ACCOUNT_EMAIL, ACCOUNT_NAME, ANY, Input, PRODUCT_NAME, PRODUCT_TOKEN};
use super::super::control_tower;
use super::super::factory::{Kind, PARAMETERS, Product, Record};
use super::super::failure::{Answer, Failure};
use super::super::id;
use super::super::requests::Status;
use super::super::router::Call;
use super::super::sts;
use super::{check_product, product, provisioned, record, wrong};
use serde_json::json;
use std::collections::BTreeMap;

/// Tags and notifications make Account Factory fail; here they are refused at once.
fn check_plain(input: &Input) -> Result<(), Failure> {
    for name in ["Tags", "NotificationArns"] {
        if input.optional_list(name, 0, 50)?.is_some_and(|list| !list.is_empty()) {
            return Err(wrong(format!(
                "AWS Control Tower Account Factory does not support {name}"
            )));
        }
    }
    if input.optional_object("ProvisioningPreferences")?.is_some() {
        return Err(wrong("ProvisioningPreferences are only for stack sets"));
    }
    Ok(())
}

/// Refuses what the form would.
fn check_parameters(input: &Input, of: &BTreeMap<String, String>) -> Result<(), Failure> {
    for key in PARAMETERS {
        match of.get(key) {
            None => return Err(wrong(format!("Parameter {key} must have values"))),
            Some(value) if value.is_empty() => {
                return Err(wrong(format!("Parameter {key} must not be empty")));
            }
            Some(_) => {}
        }
    }
    let text = |key: &str| of.get(key).map(String::as_str).unwrap_or_default();
    input.obey("AccountEmail", text("AccountEmail"), &ACCOUNT_EMAIL)?;
    input.obey("AccountName", text("AccountName"), &ACCOUNT_NAME)?;
    input.obey("SSOUserEmail", text("SSOUserEmail"), &ACCOUNT_EMAIL)
}

/// The parameters of a request; where there are previous values they may be used.
fn read(
    input: &Input,
    previous: Option<&BTreeMap<String, String>>,
) -> Result<BTreeMap<String, String>, Failure> {
    let mut all = BTreeMap::new();
    for parameter in input.objects("ProvisioningParameters", (0, usize::MAX))? {
        let key = parameter.text("Key", &ANY)?;
        if !PARAMETERS.contains(&key) {
            return Err(wrong(format!("Parameter {key} does not exist in the template")));
        }
        let reuse = parameter.flag("UsePreviousValue")?.unwrap_or_default();
        let value = parameter.optional("Value", &ANY)?;
        let value = match (previous, reuse, value) {
            (Some(previous), true, None) => previous.get(key).cloned().unwrap_or_default(),
            (_, false, Some(value)) => value.to_owned(),
            _ => return Err(wrong(format!("Give a value for parameter {key}"))),
        };
        if all.insert(key.to_owned(), value).is_some() {
            return Err(wrong(format!("Parameter {key} is there twice")));
        }
    }
    check_parameters(input, &all)?;
    Ok(all)
}

/// The record of a request that was made before with the same token. What is asked for must be the same.
fn before(
    call: &Call<'_>,
    kind: Kind,
    token: &str,
    same: impl Fn(&Record) -> bool,
) -> Result<Option<Record>, Failure> {
    let mut all = call.factory.records().values();
    let Some(record) = all.find(|record| record.kind == kind && record.token == token) else {
        return Ok(None);
    };
    if same(record) {
        return Ok(Some(record.clone()));
    }
    Err(wrong(format!("The token {token} was used with other parameters")))
}

/// The same name is refused: that of a product as a duplicate, that of what is left of one that failed as a stack that
/// exists, which is what those report who tried again.
fn check_name(call: &Call<'_>, name: &str) -> Result<(), Failure> {
    let mut all = call.factory.products().values();
    match all.find(|product| product.name == name) {
        None => Ok(()),
        Some(product) if product.status == "ERROR" => {
            Err(wrong(format!("A stack named {name} already exists.")))
        }
        Some(_) => {
            let text = format!("A provisioned product named {name} already exists");
            Err(Failure::new("DuplicateResourceException", text))
        }
    }
}

pub(super) fn provision(call: &mut Call<'_>, input: &Input) -> Answer {
    let name = input.text("ProvisionedProductName", &PRODUCT_NAME)?.to_owned();
    let token = input.text("ProvisionToken", &PRODUCT_TOKEN)?.to_owned();
    check_product(call, input, "ProductId", "ProductName")?;
    product::version(call, input)?;
    product::check_path(call, input)?;
    check_plain(input)?;
    let parameters = read(input, None)?;
    let same = |record: &Record| record.name == name && record.parameters == parameters;
    if let Some(known) = before(call, Kind::Provision, &token, same)? {
        return Ok(json!({"RecordDetail": record::show(call, &known)}));
    }
    check_name(call, &name)?;
    let number = call.world.next_number();
    let product = Product {
        id: format!("pp-{}", id::hex(&format!("pp/{number}"), 13)),
        name,
        created: call.clock.now(),
        token: token.clone(),
        owner: sts::arn(call.caller),
        parameters: parameters.clone(),
        ..Product::default()
    };
    Ok(accept(call, Kind::Provision, product, token, parameters))
}

fn accept(
    call: &mut Call<'_>,
    kind: Kind,
    product: Product,
    token: String,
    parameters: BTreeMap<String, String>,
) -> serde_json::Value {
    let number = call.world.next_number();
    let now = call.clock.now();
    let doomed = call.forced.take().or_else(|| control_tower::account_refusal(call));
    let record = Record {
        id: format!("rec-{}", id::hex(&format!("rec/{number}"), 13)),
        kind,
        product: product.id.clone(),
        name: product.name.clone(),
        token,
        parameters,
        created: now,
        updated: now,
        delay: call.options.delay,
        doomed,
        outputs: Vec::new(),
        status: Status::Succeeded,
    };
    let record = call.factory.accept(product, record, call.hangs);
    let mut detail = record::show(call, &record);
    // Even where it takes no time at all.
    detail.insert("Status".to_owned(), json!("CREATED"));
    json!({"RecordDetail": detail})
}

/// A product that is being changed takes no other change, and one that was never there none at all.
fn check_idle(product: &Product, terminates: bool) -> Result<(), Failure> {
    let (id, status) = (&product.id, &product.status);
    let idle = match status.as_str() {
        "AVAILABLE" | "TAINTED" => true,
        "ERROR" => terminates,
        _ => false,
    };
    idle.then_some(())
        .ok_or_else(|| wrong(format!("Provisioned product {id} has the status {status}")))
}

pub(super) fn update(call: &mut Call<'_>, input: &Input) -> Answer {
    let token = input.text("UpdateToken", &PRODUCT_TOKEN)?.to_owned();
    let product = provisioned::find(call, input, "ProvisionedProductId", "ProvisionedProductName")?;
    let product = product.clone();
    let given = |names: [&str; 2]| names.into_iter().any(|name| input.value(name).is_some());
    if given(["ProductId", "ProductName"]) {
        check_product(call, input, "ProductId", "ProductName")?;
    }
    if given(["ProvisioningArtifactId", "ProvisioningArtifactName"]) {
        product::version(call, input)?;
    }
    product::check_path(call, input)?;
    check_plain(input)?;
    let parameters = read(input, Some(&product.parameters))?;
    let same = |record: &Record| record.product == product.id && record.parameters == parameters;
    if let Some(known) = before(call, Kind::Update, &token, same)? {
        return Ok(json!({"RecordDetail": record::show(call, &known)}));
    }
    check_idle(&product, false)?;
    Ok(accept(call, Kind::Update, product, token, parameters))
}

/// What was terminated is gone with its record's success, and so is not found by a second request; with the same token it
/// still is the first one's.
pub(super) fn terminate(call: &mut Call<'_>, input: &Input) -> Answer {
    let token = input.text("TerminateToken", &PRODUCT_TOKEN)?.to_owned();
    if let Some(known) = before(call, Kind::Terminate, &token, |_| true)? {
        return Ok(json!({"RecordDetail": record::show(call, &known)}));
    }
    let product = provisioned::find(call, input, "ProvisionedProductId", "ProvisionedProductName")?;
    let product = product.clone();
    check_idle(&product, true)?;
    let parameters = product.parameters.clone();
    Ok(accept(call, Kind::Terminate, product, token, parameters))
}
