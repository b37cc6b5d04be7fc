//! STS: who is calling. Everyone is the same administrator of the caller's account.

use super::failure::{Answer, Failure};
use super::router::Call;
use serde_json::json;

/// The ARN of everyone who calls from an account.
pub(super) fn arn(account: &str) -> String {
    format!("arn:aws:sts::{account}:assumed-role/landgrant/sandbox")
}

pub(super) fn answer(call: &Call<'_>) -> Answer {
    if call.operation != "GetCallerIdentity" {
        let text = format!("Could not find operation {} for version 2011-06-15", call.operation);
        return Err(Failure::new("InvalidAction", text));
    }
    Ok(json!({
        "Arn": arn(call.caller),
        "UserId": "AROASANDBOXSANDBOXSAN:sandbox",
        "Account": call.caller,
    }))
}
