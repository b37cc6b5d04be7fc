//! STS: who is calling. Everyone is the same administrator of the management account.

use super::failure::{Answer, Failure};
use super::router::Call;
use serde_json::json;

pub(super) fn answer(call: &Call<'_>) -> Answer {
    if call.operation != "GetCallerIdentity" {
        let text = format!("Could not find operation {} for version 2011-06-15", call.operation);
        return Err(Failure::new("InvalidAction", text));
    }
    let account = &call.world.organization.management_account;
    Ok(json!({
        "Arn": format!("arn:aws:sts::{account}:assumed-role/landgrant/sandbox"),
        "UserId": "AROASANDBOXSANDBOXSAN:sandbox",
        "Account": account,
    }))
}
