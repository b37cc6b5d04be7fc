//! A change → its requests, every parameter filled in.

mod permission_set;
mod tower;

use super::change::What;
use crate::call::{AccountRef, Call, GroupRef, OuRef, PrincipalId, Ref, SetRef, UserRef};
use crate::id::{AccountId, GroupName, OuPath, PermissionSetName, UserName};
use crate::live::project::Ids;
use crate::model::{Grant, NewAccount, Principal, Tags, User, Vendor};
use permission_set::{create_set, update_set};
use std::collections::{BTreeMap, BTreeSet};

/// Names that the plan itself creates, so that their ids are not known yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Created {
    ous: BTreeSet<OuPath>,
    sets: BTreeSet<PermissionSetName>,
    users: BTreeSet<UserName>,
    groups: BTreeSet<GroupName>,
    /// By the ids that stand for them.
    accounts: BTreeMap<AccountId, String>,
}

impl Created {
    pub(super) fn of<'a>(changes: impl IntoIterator<Item = &'a What>) -> Self {
        let mut created = Self::default();
        for what in changes {
            match what {
                What::CreateOu(path) => drop(created.ous.insert(path.clone())),
                What::CreateSet(name, _) => drop(created.sets.insert(name.clone())),
                What::CreateUser(name, _) => drop(created.users.insert(name.clone())),
                What::CreateGroup(name, _) => drop(created.groups.insert(name.clone())),
                What::CreateAccount { account, new, .. } => {
                    drop(created.accounts.insert(account.clone(), new.name.clone()));
                }
                _ => {}
            }
        }
        created
    }
}

/// Looks names up.
pub(super) struct Lookup<'a> {
    pub(super) ids: &'a Ids,
    pub(super) created: &'a Created,
}

fn refer<Id: Clone, Name: Ord + Clone>(
    known: &BTreeMap<Name, Id>,
    created: &BTreeSet<Name>,
    name: &Name,
) -> Option<Ref<Id, Name>> {
    match known.get(name) {
        Some(id) => Some(Ref::Known(id.clone())),
        None => created.contains(name).then(|| Ref::Created(name.clone())),
    }
}

impl Lookup<'_> {
    fn ou(&self, path: &OuPath) -> Option<OuRef> {
        refer(&self.ids.ous, &self.created.ous, path)
    }

    fn account(&self, id: &AccountId) -> Option<AccountRef> {
        if id.is_to_come() {
            return self.created.accounts.get(id).cloned().map(Ref::Created);
        }
        Some(Ref::Known(id.clone()))
    }

    fn set(&self, name: &PermissionSetName) -> Option<SetRef> {
        refer(&self.ids.permission_sets, &self.created.sets, name)
    }

    fn user(&self, name: &UserName) -> Option<UserRef> {
        refer(&self.ids.users, &self.created.users, name)
    }

    fn group(&self, name: &GroupName) -> Option<GroupRef> {
        refer(&self.ids.groups, &self.created.groups, name)
    }

    fn principal(&self, principal: &Principal) -> Option<PrincipalId> {
        Some(match principal {
            Principal::Group(name) => PrincipalId::Group(self.group(name)?),
            Principal::User(name) => PrincipalId::User(self.user(name)?),
            Principal::OrphanGroup(id) => PrincipalId::Group(Ref::Known(id.clone())),
            Principal::OrphanUser(id) => PrincipalId::User(Ref::Known(id.clone())),
        })
    }

    /// The requests of a change, in order; `None` where an id is neither known nor to be created.
    pub(super) fn calls(&self, what: &What) -> Option<Vec<Call>> {
        let ids = self.ids;
        Some(match what {
            What::CreateOu(path) => vec![Call::CreateOrganizationalUnit {
                parent: self.ou(&path.parent()?)?,
                name: path.name()?.to_owned(),
                path: path.clone(),
            }],
            What::RenameOu { to, .. } => vec![Call::UpdateOrganizationalUnit {
                ou: ids.ous.get(to)?.clone(),
                name: to.name()?.to_owned(),
            }],
            What::DeleteOu(path) => {
                vec![Call::DeleteOrganizationalUnit { ou: ids.ous.get(path)?.clone() }]
            }
            What::CreateAccount { account: _, new, ou, tags } => {
                self.create_account(new, ou, tags)?
            }
            What::MoveAccount { account, to, enrolled: true, from: _ } => {
                vec![Call::MoveEnrolledAccount {
                    account: account.clone(),
                    to: self.ou(to)?,
                    ou_name: to.name()?.to_owned(),
                }]
            }
            What::MoveAccount { account, from, to, enrolled: false } => vec![Call::MoveAccount {
                account: self.account(account)?,
                from: self.ou(from)?,
                to: self.ou(to)?,
            }],
            What::CloseAccount(account) => {
                vec![Call::CloseAccount { account: account.clone() }]
            }
            What::TagAccount { account, before, after } => {
                let (set, gone) = tag_edits(before, after);
                let tagged = self.account(account)?;
                let tags = set.map(|tags| Call::TagAccount { account: tagged, tags });
                let keys = gone.map(|keys| Call::UntagAccount { account: account.clone(), keys });
                keys.into_iter().chain(tags).collect()
            }
            What::EnableBaseline(ou) => vec![self.enable_baseline(ou)?],
            What::ResetBaseline(ou) => vec![Call::ResetEnabledBaseline {
                enabled: ids.tower.as_ref()?.enabled_baselines.get(ou)?.clone(),
            }],
            What::EnableControl(at, control) => vec![Call::EnableControl {
                control: ids.tower.as_ref()?.controls.get(&at.control)?.clone(),
                target: self.governed(&at.ou)?,
                parameters: control.parameters.clone(),
            }],
            What::UpdateControl { at, before, after } => self.update_control(at, before, after)?,
            What::DisableControl(at, _) => vec![Call::DisableControl {
                enabled: ids.tower.as_ref()?.enabled_controls.get(at)?.clone(),
            }],
            What::CreateSet(name, set) => create_set(name, set),
            What::UpdateSet { name, before, after } => update_set(&self.set(name)?, before, after),
            What::ProvisionSet { name, accounts } => {
                let accounts = accounts.len();
                vec![Call::ProvisionPermissionSet { set: self.set(name)?, accounts }]
            }
            What::DeleteSet(name, _) => vec![Call::DeletePermissionSet { set: self.set(name)? }],
            What::CreateUser(name, user) => vec![create_user(name, user)],
            What::UpdateUser { name, before, after } => vec![Call::UpdateUser {
                user: ids.users.get(name)?.clone(),
                given_name: changed(before.given_name.as_ref(), after.given_name.as_ref()),
                family_name: changed(before.family_name.as_ref(), after.family_name.as_ref()),
            }],
            What::DeleteUser(name, _) => {
                vec![Call::DeleteUser { user: ids.users.get(name)?.clone() }]
            }
            What::CreateGroup(name, group) => vec![Call::CreateGroup {
                name: name.clone(),
                description: group.description.clone(),
            }],
            What::UpdateGroup { name, before, after } => vec![Call::UpdateGroup {
                group: ids.groups.get(name)?.clone(),
                name: None,
                description: changed(before.description.as_ref(), after.description.as_ref()),
            }],
            What::RenameGroup { to, .. } => vec![Call::UpdateGroup {
                group: ids.groups.get(to)?.clone(),
                name: Some(to.clone()),
                description: None,
            }],
            What::DeleteGroup(name, _) => {
                vec![Call::DeleteGroup { group: ids.groups.get(name)?.clone() }]
            }
            What::AddMember(group, user) => vec![Call::CreateGroupMembership {
                group: self.group(group)?,
                user: self.user(user)?,
            }],
            What::RemoveMember(group, user) => vec![Call::DeleteGroupMembership {
                group: ids.groups.get(group)?.clone(),
                user: ids.users.get(user)?.clone(),
            }],
            What::CreateGrant(grant) => vec![self.grant(grant, true)?],
            What::DeleteGrant(grant) => vec![self.grant(grant, false)?],
        })
    }

    /// The tags come with the creation where that takes any: Account Factory fails with tags.
    fn create_account(&self, new: &NewAccount, ou: &OuPath, tags: &Tags) -> Option<Vec<Call>> {
        let NewAccount { name, email, by } = new;
        let (name, email, account) = (name.clone(), email.clone(), Ref::Created(name.clone()));
        Some(match by {
            Vendor::Organizations => {
                let (root, to) = (OuPath::root(), self.ou(ou)?);
                let moved = (*ou != root).then_some(());
                let moved = match moved {
                    Some(()) => Some(Call::MoveAccount { account, from: self.ou(&root)?, to }),
                    None => None,
                };
                let made = Call::CreateAccount { name, email, tags: tags.clone() };
                [made].into_iter().chain(moved).collect()
            }
            Vendor::AccountFactory(owner) => {
                let made = Call::ProvisionAccount {
                    name,
                    email,
                    ou: self.ou(ou)?,
                    ou_name: ou.name()?.to_owned(),
                    owner: owner.clone(),
                };
                let tags = Some(tags).filter(|tags| !tags.is_empty());
                let tagged = tags.map(|tags| Call::TagAccount { account, tags: tags.clone() });
                [made].into_iter().chain(tagged).collect()
            }
        })
    }

    fn grant(&self, grant: &Grant, create: bool) -> Option<Call> {
        let set = self.set(&grant.permission_set)?;
        let principal = self.principal(&grant.principal)?;
        Some(if create {
            Call::CreateAccountAssignment { account: self.account(&grant.account)?, set, principal }
        } else {
            Call::DeleteAccountAssignment { account: grant.account.clone(), set, principal }
        })
    }

    /// The ids that a change acts on, as far as they are known, by what they are.
    pub(super) fn known_ids(&self, what: &What) -> BTreeMap<&'static str, String> {
        let mut out = BTreeMap::new();
        let mut put = |key, id: Option<String>| {
            if let Some(id) = id {
                out.insert(key, id);
            }
        };
        let ids = self.ids;
        let set = |name| ids.permission_sets.get(name).map(ToString::to_string);
        let group = |name| ids.groups.get(name).map(ToString::to_string);
        let user = |name| ids.users.get(name).map(ToString::to_string);
        match what {
            What::CreateOu(path) | What::DeleteOu(path) | What::RenameOu { to: path, .. } => {
                put("ou", ids.ous.get(path).map(ToString::to_string));
            }
            What::CreateAccount { ou, .. } => {
                put("to", ids.ous.get(ou).map(ToString::to_string));
            }
            What::MoveAccount { account, from, to, enrolled: _ } => {
                put("account", Some(account.to_string()));
                put("from", ids.ous.get(from).map(ToString::to_string));
                put("to", ids.ous.get(to).map(ToString::to_string));
            }
            What::TagAccount { account, .. } | What::CloseAccount(account) => {
                put("account", Some(account.to_string()));
            }
            What::EnableBaseline(ou) => put("ou", ids.ous.get(ou).map(ToString::to_string)),
            What::ResetBaseline(ou) => {
                let tower = ids.tower.as_ref();
                let arn = tower.and_then(|tower| tower.enabled_baselines.get(ou));
                put("enabled_baseline", arn.map(ToString::to_string));
            }
            What::EnableControl(at, _)
            | What::UpdateControl { at, .. }
            | What::DisableControl(at, _) => {
                put("ou", ids.ous.get(&at.ou).map(ToString::to_string));
                let tower = ids.tower.as_ref();
                put("control", tower.and_then(|tower| tower.controls.get(&at.control).cloned()));
                let arn = tower.and_then(|tower| tower.enabled_controls.get(at));
                put("enabled_control", arn.map(ToString::to_string));
            }
            What::CreateSet(name, _)
            | What::UpdateSet { name, .. }
            | What::ProvisionSet { name, .. }
            | What::DeleteSet(name, _) => put("permission_set", set(name)),
            What::CreateUser(name, _)
            | What::UpdateUser { name, .. }
            | What::DeleteUser(name, _) => put("user", user(name)),
            What::CreateGroup(name, _)
            | What::UpdateGroup { name, .. }
            | What::RenameGroup { to: name, .. }
            | What::DeleteGroup(name, _) => put("group", group(name)),
            What::AddMember(g, u) | What::RemoveMember(g, u) => {
                put("group", group(g));
                put("user", user(u));
            }
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                put("account", grant.account.known().map(str::to_owned));
                put("permission_set", set(&grant.permission_set));
                match &grant.principal {
                    Principal::Group(name) => put("group", group(name)),
                    Principal::User(name) => put("user", user(name)),
                    Principal::OrphanGroup(id) => put("group", Some(id.to_string())),
                    Principal::OrphanUser(id) => put("user", Some(id.to_string())),
                }
            }
        }
        out
    }
}

fn changed(before: Option<&String>, after: Option<&String>) -> Option<String> {
    if before == after { None } else { after.cloned() }
}

/// Tags to set and keys to take away; `None` where there are none.
pub(super) fn tag_edits(before: &Tags, after: &Tags) -> (Option<Tags>, Option<Vec<String>>) {
    let set: Tags = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    let gone: Vec<String> = before.keys().filter(|k| !after.contains_key(*k)).cloned().collect();
    (Some(set).filter(|s| !s.is_empty()), Some(gone).filter(|g| !g.is_empty()))
}

fn create_user(name: &UserName, user: &User) -> Call {
    let given_name = user.given_name.clone().unwrap_or_default();
    let family_name = user.family_name.clone().unwrap_or_default();
    Call::CreateUser {
        name: name.clone(),
        display_name: format!("{given_name} {family_name}").trim().to_owned(),
        given_name,
        family_name,
        email: Some(name.as_str().to_owned()).filter(|n| n.contains('@')),
    }
}
