//! What a landing zone's manifest tells.
//!
//! Its schema "is not published, by design", and differs by version: 3.x has `organizationStructure`,
//! `centralizedLogging.accountId` and `securityRoles.accountId` ("Landing zone configuration file"); since
//! 4.0 there is `config.accountId`, `centralizedLogging.accountId` and `backup.configurations` with more, each
//! optional. So keys are looked for by their names, wherever they stand.

use crate::id::AccountId;
use serde_json::Value;
use std::collections::BTreeSet;

/// Accounts are enrolled when they are moved.
pub(super) fn auto_enrols(manifest: &Value) -> bool {
    let types = manifest.get("remediationTypes").and_then(Value::as_array);
    types.into_iter().flatten().any(|word| word.as_str() == Some("INHERITANCE_DRIFT"))
}

/// Every account that is named by a key `accountId`, or as AWS Backup's `centralBackup` and `backupAdmin`.
pub(super) fn accounts(manifest: &Value) -> BTreeSet<AccountId> {
    let mut found = BTreeSet::new();
    let mut open = vec![manifest];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(keys) => {
                for (key, value) in keys {
                    let account = value.as_str().and_then(AccountId::parse);
                    if key.to_ascii_lowercase().ends_with("accountid") {
                        found.extend(account);
                    }
                    open.push(value);
                }
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    found
}

/// Names in `organizationStructure`.
pub(super) fn ous(manifest: &Value) -> BTreeSet<String> {
    let structure = manifest.get("organizationStructure").and_then(Value::as_object);
    let ous = structure.into_iter().flat_map(|ous| ous.values());
    ous.filter_map(|ou| ou.get("name")?.as_str()).map(str::to_owned).collect()
}
