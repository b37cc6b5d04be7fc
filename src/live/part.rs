//! What a part of live AWS is called.

use super::Part;
use super::project::{Ids, Labels};

/// A part in a few words, for people.
pub fn part_name(part: &Part, ids: &Ids, labels: &Labels) -> String {
    let set = |arn| {
        let known = ids.permission_sets.iter().find(|(_, a)| *a == arn);
        known.map_or_else(|| format!("{arn}"), |(name, _)| name.to_string())
    };
    let group = |id| {
        let known = ids.groups.iter().find(|(_, g)| *g == id);
        known.map_or_else(|| format!("{id}"), |(name, _)| name.to_string())
    };
    match part {
        Part::Ous => "the tree of OUs".to_owned(),
        Part::Accounts => "the list of accounts".to_owned(),
        Part::AccountTags(id) => format!("the tags of account {}", labels.of(id)),
        Part::AccountState(id) => format!("the state of account {}", labels.of(id)),
        Part::Standing => "where in the organization the caller stands".to_owned(),
        Part::LandingZone => "the landing zone of Control Tower".to_owned(),
        Part::Baselines => "the baselines of Control Tower".to_owned(),
        Part::Controls => "the list of enabled controls".to_owned(),
        Part::ControlCatalog => "the catalog of controls".to_owned(),
        Part::Control(id) => format!("what the catalog says of control {id}"),
        Part::EnabledControl(arn) => format!("the parameters of enabled control {arn}"),
        Part::Other(text) => format!("{text}, a part that this version does not know,"),
        Part::PermissionSets => "the list of permission sets".to_owned(),
        Part::PermissionSet(arn) => format!("the parts of permission set {}", set(arn)),
        Part::Provisioned(arn) => {
            format!("the accounts where permission set {} is provisioned", set(arn))
        }
        Part::Users => "the list of users".to_owned(),
        Part::Groups => "the list of groups".to_owned(),
        Part::Memberships(id) => format!("the members of group {}", group(id)),
        Part::GroupGrants(id) => format!("the grants of group {}", group(id)),
        Part::UserGrants(id) => {
            let known = ids.users.iter().find(|(_, u)| *u == id);
            let name = known.map_or_else(|| id.to_string(), |(name, _)| name.to_string());
            format!("the grants of user {name}")
        }
        Part::Grants(account, arn) => {
            format!("the grants of {} in {}", set(arn), labels.of(account))
        }
    }
}
