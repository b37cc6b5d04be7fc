//! Live AWS → the comparable shape, and the ids that names stand for.

mod tower;

use super::{AccountState, Gap, IdentityCenter, Live, Organization, Part};
use crate::id::{
    AccountId, GroupId, GroupName, OuId, OuPath, PermissionSetArn, PermissionSetName, UserId,
    UserName,
};
use crate::model::{
    Account, Grant, Grants, Group, PermissionSet, Policy, Principal, Session, State, User,
};
use std::collections::{BTreeMap, BTreeSet};
pub use tower::TowerIds;

/// The comparable shape of what is live, with what it takes to find the way back.
#[derive(Clone, Debug, Default)]
pub struct Projection {
    /// Everything that is live, by name.
    pub state: State,
    /// Name → id.
    pub ids: Ids,
    /// Account → its name, with the id where several accounts share the name.
    pub labels: Labels,
    /// Accounts that are not ACTIVE, with their state.
    pub inactive: BTreeMap<AccountId, AccountState>,
    /// Accounts where each set is provisioned.
    pub provisioned: BTreeMap<PermissionSetName, BTreeSet<AccountId>>,
    /// Memberships of user ids that no user has.
    pub dangling: BTreeMap<GroupName, BTreeSet<UserId>>,
    /// Names that two live things share: neither can be told from the other, so they are gaps.
    pub ambiguous: Vec<Gap>,
    /// The same names, by kind.
    pub twins: Twins,
}

/// Name → id.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    /// OUs, and the root under its empty path.
    pub ous: BTreeMap<OuPath, OuId>,
    /// Permission sets.
    pub permission_sets: BTreeMap<PermissionSetName, PermissionSetArn>,
    /// Users.
    pub users: BTreeMap<UserName, UserId>,
    /// Groups.
    pub groups: BTreeMap<GroupName, GroupId>,
    /// What it takes to call Control Tower; `None` where it was not read.
    pub tower: Option<TowerIds>,
}

/// Names that two live things share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Twins {
    /// OUs.
    pub ous: BTreeSet<OuPath>,
    /// Permission sets.
    pub permission_sets: BTreeSet<PermissionSetName>,
    /// Users.
    pub users: BTreeSet<UserName>,
    /// Groups.
    pub groups: BTreeSet<GroupName>,
}

/// What each account is called in addresses and messages.
#[derive(Clone, Debug, Default)]
pub struct Labels(BTreeMap<AccountId, String>);

impl Labels {
    /// The same, and more accounts by what they are called.
    #[must_use]
    pub fn with<'a>(&self, more: impl IntoIterator<Item = (&'a AccountId, &'a str)>) -> Self {
        let mut all = self.clone();
        all.0.extend(more.into_iter().map(|(id, name)| (id.clone(), name.to_owned())));
        all
    }

    /// The account's name; its id where it is not known.
    pub fn of<'a>(&'a self, account: &'a AccountId) -> &'a str {
        self.0.get(account).map_or(account.as_str(), String::as_str)
    }
}

/// Projects what was read.
pub fn project(live: &Live) -> Projection {
    let mut out = Projection::default();
    organization(&live.organization, &mut out);
    tower::control_tower(live, &mut out);
    let center = &live.identity_center;
    permission_sets(center, &mut out);
    principals(center, &mut out);
    let names = Names::new(center, &out.ids);
    memberships(center, &names, &mut out);
    out.state.grants = grants(center, &names);
    out
}

fn organization(org: &Organization, out: &mut Projection) {
    out.ids.ous.insert(OuPath::root(), OuId::new(org.root.as_str()));
    let mut paths = BTreeMap::new();
    for id in org.ous.keys() {
        let path = path_of(org, id);
        if out.ids.ous.insert(path.clone(), id.clone()).is_some() {
            out.ambiguous.push(ambiguous(Part::Ous, &format!("two OUs are called {path}")));
            out.twins.ous.insert(path.clone());
        }
        out.state.ous.insert(path.clone());
        paths.insert(id.clone(), path);
    }
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for account in org.accounts.values() {
        *names.entry(account.name.as_str()).or_default() += 1;
    }
    for (id, account) in &org.accounts {
        let shared = names.get(account.name.as_str()).is_some_and(|count| *count > 1);
        let label = if account.name.is_empty() {
            id.to_string()
        } else if shared {
            format!("{} ({id})", account.name)
        } else {
            account.name.clone()
        };
        out.labels.0.insert(id.clone(), label);
        let ou =
            paths.get(&account.parent).cloned().unwrap_or_else(|| path_of(org, &account.parent));
        let tags = account.tags.clone().unwrap_or_default();
        let closed = matches!(
            account.state,
            AccountState::PendingClosure | AccountState::Suspended | AccountState::Closed
        );
        out.state.accounts.insert(id.clone(), Account { ou, tags, closed });
        if account.state != AccountState::Active {
            out.inactive.insert(id.clone(), account.state.clone());
        }
    }
}

/// The path of an OU. A parent that was not read stands as its id in parentheses, which no name of
/// a definition equals; the gap on the tree holds back whatever would follow from it.
fn path_of(org: &Organization, id: &OuId) -> OuPath {
    let mut names = Vec::new();
    let mut at = id;
    // No organization is deeper than its number of OUs: a longer walk is a circle.
    for _ in 0..=org.ous.len() {
        if at.as_str() == org.root.as_str() {
            break;
        }
        let Some(ou) = org.ous.get(at) else {
            names.push(format!("({at})"));
            break;
        };
        names.push(ou.name.clone());
        at = &ou.parent;
    }
    names.iter().rev().fold(OuPath::root(), |path, name| path.child(name))
}

fn permission_sets(center: &IdentityCenter, out: &mut Projection) {
    for (arn, set) in &center.permission_sets {
        let name = PermissionSetName::new(&set.name);
        let (comparable, provisioned) = (comparable(set), &set.provisioned);
        if out.ids.permission_sets.insert(name.clone(), arn.clone()).is_some() {
            let message = format!("two permission sets are called {name}");
            out.ambiguous.push(ambiguous(Part::PermissionSets, &message));
            out.twins.permission_sets.insert(name.clone());
        }
        out.state.permission_sets.insert(name.clone(), comparable);
        // Nothing can be provisioned in an account that is not ACTIVE, nor is it missed there.
        let stale: BTreeSet<AccountId> = provisioned
            .iter()
            .filter(|(account, current)| !**current && !out.inactive.contains_key(*account))
            .map(|(account, _)| account.clone())
            .collect();
        if !stale.is_empty() {
            out.state.stale.insert(name.clone(), stale);
        }
        out.provisioned.insert(name, provisioned.keys().cloned().collect());
    }
}

/// A set as it is compared: without its name, and without where it is provisioned.
pub fn comparable(set: &super::PermissionSet) -> PermissionSet {
    let super::PermissionSet {
        name: _,
        description,
        session_duration,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags,
        provisioned: _,
    } = set;
    let session = session_duration.as_deref().map_or(Session::DEFAULT, |text| {
        Session::parse(text).unwrap_or_else(|| Session::Other(text.to_owned()))
    });
    PermissionSet {
        description: description.clone().filter(|d| !d.is_empty()),
        session,
        relay_state: relay_state.clone().filter(|r| !r.is_empty()),
        managed_policies: managed_policies.clone(),
        customer_managed_policies: customer_managed_policies.clone(),
        inline_policy: inline_policy.as_deref().map(Policy::new),
        permissions_boundary: permissions_boundary.clone(),
        tags: tags.clone(),
    }
}

fn principals(center: &IdentityCenter, out: &mut Projection) {
    for (id, user) in &center.users {
        let name = UserName::new(&user.user_name);
        if out.ids.users.insert(name.clone(), id.clone()).is_some() {
            let message = format!("two users are called {name}");
            out.ambiguous.push(ambiguous(Part::Users, &message));
            out.twins.users.insert(name.clone());
        }
        let comparable =
            User { given_name: user.given_name.clone(), family_name: user.family_name.clone() };
        out.state.users.insert(name, comparable);
    }
    for (id, group) in &center.groups {
        let name = GroupName::new(&group.name);
        if out.ids.groups.insert(name.clone(), id.clone()).is_some() {
            let message = format!("two groups are called {name}");
            out.ambiguous.push(ambiguous(Part::Groups, &message));
            out.twins.groups.insert(name.clone());
        }
        let description = group.description.clone().filter(|d| !d.is_empty());
        out.state.groups.insert(name, Group { description });
    }
}

/// The names of users and groups by their ids. A name is made once and shared by all that use it.
struct Names {
    users: BTreeMap<UserId, UserName>,
    groups: BTreeMap<GroupId, GroupName>,
    permission_sets: BTreeMap<PermissionSetArn, PermissionSetName>,
}

impl Names {
    /// Of two things that share a name, each has it.
    fn new(center: &IdentityCenter, ids: &Ids) -> Self {
        fn by_id<Id: Ord + Clone, Thing, Name: Ord + Clone>(
            things: &BTreeMap<Id, Thing>,
            ids: &BTreeMap<Name, Id>,
            name: impl Fn(&Thing) -> Name,
        ) -> BTreeMap<Id, Name> {
            let shared = |thing| {
                let own = name(thing);
                ids.get_key_value(&own).map_or(own.clone(), |(name, _)| name.clone())
            };
            things.iter().map(|(id, thing)| (id.clone(), shared(thing))).collect()
        }
        Self {
            users: by_id(&center.users, &ids.users, |user| UserName::new(&user.user_name)),
            groups: by_id(&center.groups, &ids.groups, |group| GroupName::new(&group.name)),
            permission_sets: by_id(&center.permission_sets, &ids.permission_sets, |set| {
                PermissionSetName::new(&set.name)
            }),
        }
    }
}

fn memberships(center: &IdentityCenter, names: &Names, out: &mut Projection) {
    for (group, users) in &center.memberships {
        let Some(group) = names.groups.get(group) else { continue };
        let known = users.iter().filter_map(|user| names.users.get(user)).cloned();
        let known: BTreeSet<UserName> = known.collect();
        if !known.is_empty() {
            out.state.memberships.entry(group.clone()).or_default().extend(known);
        }
        let unknown = users.iter().filter(|user| !names.users.contains_key(*user)).cloned();
        let unknown: BTreeSet<UserId> = unknown.collect();
        if !unknown.is_empty() {
            out.dangling.entry(group.clone()).or_default().extend(unknown);
        }
    }
}

fn grants(center: &IdentityCenter, names: &Names) -> Grants {
    // A set whose details could not be read has no name here; its gap holds back what would follow
    // from its grants not being seen.
    let named = center
        .assignments
        .iter()
        .filter_map(|((account, arn), who)| Some((account, names.permission_sets.get(arn)?, who)));
    let grants = named.flat_map(|(account, set, assigned)| {
        let groups = assigned.groups.iter().map(|id| match names.groups.get(id) {
            Some(name) => Principal::Group(name.clone()),
            None => Principal::OrphanGroup(id.clone()),
        });
        let users = assigned.users.iter().map(|id| match names.users.get(id) {
            Some(name) => Principal::User(name.clone()),
            None => Principal::OrphanUser(id.clone()),
        });
        groups.chain(users).map(|principal| Grant {
            account: account.clone(),
            permission_set: set.clone(),
            principal,
        })
    });
    grants.collect()
}

fn ambiguous(part: Part, message: &str) -> Gap {
    Gap {
        part,
        operation: String::new(),
        code: "ambiguous name".to_owned(),
        message: message.to_owned(),
    }
}
