//! Service Catalog, as much of it as Account Factory needs: one product, which only the management account sees, and only
//! where there is a landing zone.

mod product;
mod provision;
mod provisioned;
mod record;

use super::check::{ANY, Input};
use super::failure::{Answer, Failure};
use super::id;
use super::router::Call;
use super::world::World;

pub(super) fn answer(call: &mut Call<'_>, input: &Input) -> Answer {
    match call.operation {
        "SearchProductsAsAdmin" => product::search_as_admin(call, input),
        "SearchProducts" => product::search(call, input),
        "DescribeProduct" => product::describe(call, input),
        "DescribeProductAsAdmin" => product::describe_as_admin(call, input),
        "ListProvisioningArtifacts" => product::list_artifacts(call, input),
        "ListLaunchPaths" => product::list_paths(call, input),
        "DescribeProvisioningParameters" => product::describe_parameters(call, input),
        "ProvisionProduct" => provision::provision(call, input),
        "UpdateProvisionedProduct" => provision::update(call, input),
        "TerminateProvisionedProduct" => provision::terminate(call, input),
        "DescribeRecord" => record::describe(call, input),
        "SearchProvisionedProducts" => provisioned::search(call, input),
        "ScanProvisionedProducts" => provisioned::scan(call, input),
        "DescribeProvisionedProduct" => provisioned::describe(call, input),
        "GetProvisionedProductOutputs" => provisioned::outputs(call, input),
        other => Err(Failure::unknown_operation(other)),
    }
}

/// The product's name.
const NAME: &str = "AWS Control Tower Account Factory";
/// What the portfolio is called that has it.
const PORTFOLIO: &str = "AWS Control Tower Account Factory Portfolio";
/// Names of the product's versions; the last one is current.
const VERSIONS: [&str; 2] =
    ["AWS Control Tower Account Factory v1", "AWS Control Tower Account Factory v2"];
/// What a provisioned product is.
const KIND: &str = "CONTROL_TOWER_ACCOUNT";

/// An id that is the same in this organization always.
fn own_id(world: &World, kind: &str) -> String {
    format!("{kind}-{}", id::hex(&format!("{kind}/{}", world.organization.id), 13))
}

/// The id of a version by its place.
fn version_id(world: &World, at: usize) -> String {
    format!("pa-{}", id::hex(&format!("pa/{}/{at}", world.organization.id), 13))
}

fn missing(text: impl Into<String>) -> Failure {
    Failure::not_found(text)
}

fn wrong(text: impl Into<String>) -> Failure {
    Failure::new("InvalidParametersException", text)
}

/// Whether the caller sees the product.
fn sees(call: &Call<'_>) -> bool {
    call.world.control_tower.landing_zone.is_some()
        && call.caller == call.world.organization.management_account
}

/// The product of a request by id or by name, of which there must be exactly one.
fn check_product(call: &Call<'_>, input: &Input, id: &str, name: &str) -> Result<(), Failure> {
    let by_id = input.optional(id, &ANY)?;
    let by_name = input.optional(name, &ANY)?;
    let found = match (by_id, by_name) {
        (Some(id), None) => id == own_id(call.world, "prod"),
        (None, Some(name)) => name == NAME,
        _ => return Err(wrong(format!("Specify exactly one of {id} and {name}"))),
    };
    if found && sees(call) {
        return Ok(());
    }
    let wanted = by_id.or(by_name).unwrap_or_default();
    Err(missing(format!("Product {wanted} not found")))
}
