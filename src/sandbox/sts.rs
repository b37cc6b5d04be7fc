//! STS: who is calling. Everyone is the same administrator of the management account.

use super::failure::{Answer, Failure};
use super::router::Call;
use super::world::World;
use serde_json::json;

/// The ARN of everyone who calls.
pub(super) fn caller(world: &World) -> String {
    let account = &world.organization.management_account;
    format!("arn:aws:sts::{account}:assumed-role/landgrant/sandbox")
}

pub(super) fn answer(call: &Call<'_>) -> Answer {
    if call.operation != "GetCallerIdentity" {
        let text = format!("Could not find operation {} for version 2011-06-15", call.operation);
        return Err(Failure::new("InvalidAction", text));
    }
    let account = &call.world.organization.management_account;
    Ok(json!({
        "Arn": caller(call.world),
        "UserId": "AROASANDBOXSANDBOXSAN:sandbox",
        "Account": account,
    }))
}
