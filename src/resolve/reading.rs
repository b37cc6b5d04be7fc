//! What has to be read for the definitions at hand, where not everything is.

use super::index::Index;
use super::scope::Scope;
use super::select::OrgView;
use crate::id::{
    AccountId, ControlId, GroupId, GroupName, PermissionSetArn, PermissionSetName, UserId, UserName,
};
use crate::live::Live;
use crate::source::declared::{Declared, IdentitySource, Mode, PrincipalRef, Sentence};
use std::collections::BTreeSet;

/// Whom a quick reading asks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Questions {
    /// Users whom any rule or keep names, whether its period holds or not: what they have.
    pub users: BTreeSet<UserName>,
    /// Groups that the definitions name: who is in them, whatever they have. `None` is all groups.
    pub members_of: Option<BTreeSet<GroupName>>,
    /// Controls that the definitions name, where they concern Control Tower: only then it is read.
    pub controls: Option<BTreeSet<ControlId>>,
}

/// What a quick reading asks for these definitions.
pub fn questions(declared: &Declared) -> Questions {
    let principals = declared.sentences().flat_map(|sentence| sentence.to);
    let (mut users, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for principal in principals {
        match &principal.value {
            PrincipalRef::User(name) => users.insert(name.clone()),
            PrincipalRef::Group(name) => groups.insert(name.clone()),
        };
    }
    for (name, group) in &declared.groups {
        groups.insert(name.clone());
        groups.extend(group.value.previously.iter().map(|old| old.value.clone()));
    }
    // A user who is removed may be a member of any group.
    let members_of = (!removes_users(declared)).then_some(groups);
    let controls = concerns_tower(declared).then(|| {
        let rules = declared.controls.iter().flat_map(|rule| &rule.value.enable);
        rules.map(|id| id.value.clone()).collect()
    });
    Questions { users, members_of, controls }
}

/// Whether the definitions are about Control Tower. Enforced controls are looked for, declared or not.
pub(super) fn concerns_tower(declared: &Declared) -> bool {
    !declared.controls.is_empty()
        || declared.ous.values().any(|ou| ou.value.baseline.is_some())
        || declared.settings.manage.controls == Mode::Enforce
}

/// Permission sets and groups that the definitions may grant or keep in some accounts, whatever the period and
/// whatever is excepted: what a reading that is narrowed to the accounts has to know besides what they
/// have. Groups also by the names that they had before.
pub fn granted_in(
    declared: &Declared,
    organization: &OrgView,
    accounts: &BTreeSet<AccountId>,
) -> (BTreeSet<PermissionSetName>, BTreeSet<GroupName>) {
    let index = Index::new(organization);
    let (mut sets, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for Sentence { to, allow, within, except: _ } in declared.sentences() {
        let mut hits = within.iter().flat_map(|selector| index.hits(&selector.value));
        if !hits.any(|place| accounts.contains(&place.id)) {
            continue;
        }
        sets.extend(allow.iter().map(|set| set.value.clone()));
        for principal in to {
            let PrincipalRef::Group(name) = &principal.value else { continue };
            groups.insert(name.clone());
            let group = declared.groups.get(name);
            let earlier = group.iter().flat_map(|group| &group.value.previously);
            groups.extend(earlier.map(|old| old.value.clone()));
        }
    }
    (sets, groups)
}

/// What a plan for these definitions may remove, and whose grants must all be known for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removals {
    /// Undeclared users, where users are enforced.
    pub users: BTreeSet<UserId>,
    /// Undeclared sets, where permission sets are enforced.
    pub sets: BTreeSet<PermissionSetArn>,
    /// Undeclared groups, where groups are enforced: who is in them goes with them.
    pub groups: BTreeSet<GroupId>,
}

/// What a plan may remove.
pub fn removals(declared: &Declared, live: &Live) -> Removals {
    let center = &live.identity_center;
    let mut out = Removals::default();
    if removes_users(declared) {
        let users = center
            .users
            .iter()
            .filter(|(_, user)| !declared.users.contains_key(&UserName::new(&user.user_name)));
        out.users = users.map(|(id, _)| id.clone()).collect();
    }
    let settings = &declared.settings;
    let scope = Scope::of_names(declared);
    if settings.manage.groups == Mode::Enforce
        && settings.identity_source.value == IdentitySource::Directory
    {
        let earlier = declared.groups.values().flat_map(|group| &group.value.previously);
        let earlier: BTreeSet<&GroupName> = earlier.map(|old| &old.value).collect();
        let groups = center.groups.iter().filter(|(_, group)| {
            let name = GroupName::new(&group.name);
            let known = declared.groups.contains_key(&name) || earlier.contains(&name);
            !known && scope.group(&name).is_none()
        });
        out.groups = groups.map(|(id, _)| id.clone()).collect();
    }
    if settings.manage.permission_sets == Mode::Enforce {
        let sets = center.permission_sets.iter().filter(|(_, set)| {
            let name = PermissionSetName::new(&set.name);
            !declared.permission_sets.contains_key(&name) && scope.set(&name).is_none()
        });
        out.sets = sets.map(|(arn, _)| arn.clone()).collect();
    }
    out
}

/// Whether undeclared users are removed.
fn removes_users(declared: &Declared) -> bool {
    let settings = &declared.settings;
    settings.manage.users == Mode::Enforce
        && settings.identity_source.value == IdentitySource::Directory
}
