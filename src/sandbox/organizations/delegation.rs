//! Delegated administrators, and the services that may use the organization.

use super::super::check::{Input, SERVICE_PRINCIPAL};
use super::super::failure::{Answer, Failure};
use super::super::router::Call;
use super::PAGE;
use super::account::{account_id, show_short};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(super) fn list_administrators(call: &Call<'_>, input: &Input) -> Answer {
    let service = input.optional("ServicePrincipal", &SERVICE_PRINCIPAL)?;
    let organization = &call.world.organization;
    let ids: BTreeSet<&String> = organization
        .delegated_administrators
        .iter()
        .filter(|(name, _)| service.is_none_or(|service| service == name.as_str()))
        .flat_map(|(_, accounts)| accounts)
        .collect();
    let known = ids.into_iter().filter_map(|id| organization.accounts.get_key_value(id));
    let items = known.map(|(id, account)| (id.clone(), (id, account)));
    call.paging(input, PAGE).page("DelegatedAdministrators", items, |(id, account)| {
        let mut members = show_short(call, organization, id, account);
        members.insert("DelegationEnabledDate".to_owned(), json!(call.clock.base()));
        Value::Object(members)
    })
}

pub(super) fn list_services(call: &Call<'_>, input: &Input) -> Answer {
    let id = account_id(call, input)?;
    let services: Vec<&String> = call
        .world
        .organization
        .delegated_administrators
        .iter()
        .filter(|(_, accounts)| accounts.iter().any(|account| account == id))
        .map(|(service, _)| service)
        .collect();
    if services.is_empty() {
        return Err(Failure::new(
            "AccountNotRegisteredException",
            "The specified account is not a delegated administrator for this AWS service.",
        ));
    }
    let date = call.clock.base();
    let items = services.into_iter().map(|service| (service.clone(), service));
    call.paging(input, PAGE).page(
        "DelegatedServices",
        items,
        |service| json!({"ServicePrincipal": service, "DelegationEnabledDate": date}),
    )
}

/// Identity Center has access since there is an instance, Control Tower where there is a landing zone.
pub(super) fn list_access(call: &Call<'_>, input: &Input) -> Answer {
    let mut services: BTreeSet<&str> = BTreeSet::from(["sso.amazonaws.com"]);
    if call.world.control_tower.landing_zone.is_some() {
        services.insert("controltower.amazonaws.com");
    }
    let delegated = &call.world.organization.delegated_administrators;
    let used = delegated.iter().filter(|(_, accounts)| !accounts.is_empty());
    services.extend(used.map(|(service, _)| service.as_str()));
    let date = call.clock.base();
    let items = services.into_iter().map(|service| (service.to_owned(), service));
    call.paging(input, PAGE).page(
        "EnabledServicePrincipals",
        items,
        |service| json!({"ServicePrincipal": service, "DateEnabled": date}),
    )
}
