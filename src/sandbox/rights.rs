//! What an account may do: the management account everything, a delegated administrator most, other members nothing.
//!
//! Identities within the account are not told apart: whoever calls is its administrator.

use super::check::{ANY, Input};
use super::failure::Failure;
use super::options::Caller;
use super::wire::Route;
use super::world::World;
use super::{log, sts};

/// The service principal that a delegated administrator of Identity Center is registered for.
const IDENTITY_CENTER: &str = "sso.amazonaws.com";

/// Finds the account that calls come from, or says what the world lacks.
pub(super) fn account(world: &World, caller: &Caller) -> Result<String, String> {
    let organization = &world.organization;
    match caller {
        Caller::Management => Ok(organization.management_account.clone()),
        Caller::Delegated => {
            let registered = organization.delegated_administrators.get(IDENTITY_CENTER);
            let account = registered.and_then(|accounts| accounts.first()).cloned();
            account.ok_or_else(|| {
                format!("no account is registered as delegated administrator for {IDENTITY_CENTER}")
            })
        }
        Caller::Member => {
            let plain = |id: &&String| {
                **id != organization.management_account && !administers(world, id, None)
            };
            let account = organization.accounts.keys().find(plain).cloned();
            account.ok_or_else(|| "no account is a plain member".to_owned())
        }
        Caller::Account(id) if organization.accounts.contains_key(id) => Ok(id.clone()),
        Caller::Account(id) => Err(format!("the caller's account `{id}` is not there")),
    }
}

/// Whether an account is a delegated administrator, for one service or for any.
fn administers(world: &World, account: &str, service: Option<&str>) -> bool {
    world
        .organization
        .delegated_administrators
        .iter()
        .filter(|(name, _)| service.is_none_or(|service| service == name.as_str()))
        .any(|(_, accounts)| accounts.iter().any(|id| id == account))
}

/// Refuses a call that the caller's account may not make. `input` has the members of the request.
pub(super) fn check(
    world: &World,
    account: &str,
    route: &Route,
    input: &Input,
) -> Result<(), Failure> {
    if account == world.organization.management_account {
        return Ok(());
    }
    let allowed = match route.service.as_str() {
        "organizations" => administers(world, account, None) && !log::writes(&route.operation),
        "sso-admin" => {
            administers(world, account, Some(IDENTITY_CENTER))
                && !(log::writes(&route.operation) && is_of_management(world, input))
        }
        "identitystore" => administers(world, account, Some(IDENTITY_CENTER)),
        // Control Tower has no delegated administrators.
        "controltower" => false,
        // STS and the control catalog answer everyone, and services that the sandbox lacks have no rights to check.
        _ => true,
    };
    if allowed { Ok(()) } else { Err(denied(route, account, "")) }
}

/// Whether a request is for the management account, or for a permission set that is provisioned there: a delegated
/// administrator may change neither, the set not even where another account is concerned.
fn is_of_management(world: &World, input: &Input) -> bool {
    let management = &world.organization.management_account;
    let is = |name: &str, matches: &dyn Fn(&str) -> bool| {
        // A member of the wrong type is the operation's to refuse.
        input.optional(name, &ANY).ok().flatten().is_some_and(matches)
    };
    let provisioned = |arn: &str| {
        let set = world.identity_center.permission_sets.get(arn);
        set.is_some_and(|set| set.provisioned.contains_key(management))
    };
    is("TargetId", &|id| id == management)
        || is("PermissionSetArn", &provisioned)
        || is("ResourceArn", &provisioned)
}

/// A service's error for a call that is not allowed; `why` follows AWS's sentence.
pub(super) fn denied(route: &Route, account: &str, why: &str) -> Failure {
    let Route { service, operation, protocol: _ } = route;
    let prefix = if service == "sso-admin" { "sso" } else { service };
    let caller = sts::arn(account);
    let text = format!("User: {caller} is not authorized to perform: {prefix}:{operation}{why}");
    if service == "sts" {
        return Failure { status: 403, ..Failure::new("AccessDenied", text) };
    }
    Failure::new("AccessDeniedException", text)
}
