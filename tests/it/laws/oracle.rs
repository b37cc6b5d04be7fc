//! What a test knows without asking the code that it tests.

use landgrant::diff::{Diff, Edit};
use landgrant::id::{AccountId, PermissionSetName, UserName};
use landgrant::live::Part;
use landgrant::live::project::{Ids, Labels};
use landgrant::model::{Principal, State, address};
use landgrant::plan::change::What;
use std::collections::{BTreeMap, BTreeSet};

/// Does to a state what a difference says, without knowing what a plan is.
pub(crate) fn patch(state: &State, diff: &Diff) -> State {
    let mut out = state.clone();
    for (path, edit) in &diff.ous {
        match edit {
            Edit::Delete(()) => out.ous.remove(path),
            _ => out.ous.insert(path.clone()),
        };
    }
    out.accounts.extend(diff.new_accounts.clone());
    for id in &diff.closed {
        out.accounts.get_mut(id).unwrap().closed = true;
    }
    for (id, (_, to)) in &diff.moves {
        out.accounts.get_mut(id).unwrap().ou = to.clone();
    }
    for (id, (_, tags)) in &diff.account_tags {
        out.accounts.get_mut(id).unwrap().tags = tags.clone();
    }
    patch_map(&mut out.baselines, &diff.baselines);
    patch_map(&mut out.controls, &diff.controls);
    patch_map(&mut out.permission_sets, &diff.permission_sets);
    patch_map(&mut out.users, &diff.users);
    patch_map(&mut out.groups, &diff.groups);
    for ((group, user), edit) in &diff.memberships {
        let members = out.memberships.entry(group.clone()).or_default();
        match edit {
            Edit::Delete(()) => members.remove(user),
            _ => members.insert(user.clone()),
        };
    }
    for (grant, edit) in &diff.grants {
        match edit {
            Edit::Delete(()) => out.grants.remove(grant),
            _ => out.grants.insert(grant.clone()),
        };
    }
    for (set, accounts) in &diff.stale {
        out.stale.get_mut(set).unwrap().retain(|account| !accounts.contains(account));
    }
    out
}

fn patch_map<K: Ord + Clone, V: Clone>(map: &mut BTreeMap<K, V>, edits: &BTreeMap<K, Edit<V>>) {
    for (key, edit) in edits {
        match edit {
            Edit::Delete(_) => map.remove(key),
            Edit::Create(value) | Edit::Update { after: value, .. } => {
                map.insert(key.clone(), value.clone())
            }
        };
    }
}

/// The addresses of everything that differs.
pub(crate) fn addresses(diff: &Diff, labels: &Labels) -> BTreeSet<String> {
    let Diff {
        ous,
        new_accounts,
        closed,
        moves,
        account_tags,
        baselines,
        controls,
        permission_sets,
        stale,
        users,
        groups,
        memberships,
        grants,
    } = diff;
    let accounts = new_accounts.keys().chain(closed).chain(moves.keys());
    let accounts = accounts.chain(account_tags.keys());
    let sets = permission_sets.keys().chain(stale.keys());
    let mut out: BTreeSet<String> = ous.keys().map(address::ou).collect();
    out.extend(accounts.map(|id| address::account(labels.of(id))));
    out.extend(baselines.keys().map(address::baseline));
    out.extend(controls.keys().map(address::control));
    out.extend(sets.map(address::permission_set));
    out.extend(users.keys().map(address::user));
    out.extend(groups.keys().map(address::group));
    out.extend(memberships.keys().map(|(group, user)| address::membership(group, user)));
    out.extend(grants.keys().map(|grant| {
        address::grant(labels.of(&grant.account), &grant.permission_set, &grant.principal)
    }));
    out
}

/// A person, an account, a permission set.
pub(crate) type Row = (UserName, AccountId, PermissionSetName);

/// The same of a ledger's entry.
pub(crate) fn row(access: &landgrant::access::Access) -> Row {
    (access.person.clone(), access.account.clone(), access.permission_set.clone())
}

/// Who reaches what, by looking at every person for every grant.
pub(crate) fn reach(state: &State) -> BTreeSet<Row> {
    let members = state.memberships.values().flatten();
    let direct = state.grants.iter().filter_map(|grant| match &grant.principal {
        Principal::User(name) => Some(name),
        _ => None,
    });
    let people: BTreeSet<&UserName> = members.chain(direct).collect();
    let mut rows = BTreeSet::new();
    for grant in &state.grants {
        for person in &people {
            let reached = match &grant.principal {
                Principal::User(name) => name == *person,
                Principal::Group(group) => {
                    state.memberships.get(group).is_some_and(|members| members.contains(*person))
                }
                Principal::OrphanGroup(_) | Principal::OrphanUser(_) => false,
            };
            if reached {
                let (account, set) = (grant.account.clone(), grant.permission_set.clone());
                rows.insert(((*person).clone(), account, set));
            }
        }
    }
    rows
}

/// Whether a change is decided on a part.
pub(crate) fn is_on(what: &What, part: &Part, ids: &Ids) -> bool {
    match part {
        Part::Grants(account, arn) => match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                grant.account == *account
                    && ids.permission_sets.get(&grant.permission_set) == Some(arn)
            }
            _ => false,
        },
        Part::Memberships(id) => match what {
            What::AddMember(group, _) | What::RemoveMember(group, _) => {
                ids.groups.get(group) == Some(id)
            }
            _ => false,
        },
        Part::AccountTags(id) => {
            matches!(what, What::TagAccount { account, .. } if account == id)
        }
        Part::Users => matches!(what, What::CreateUser(..) | What::DeleteUser(..)),
        Part::Groups => matches!(what, What::CreateGroup(..) | What::DeleteGroup(..)),
        Part::PermissionSet(arn) if ids.permission_sets.values().any(|known| known == arn) => {
            match what {
                What::UpdateSet { name, .. }
                | What::ProvisionSet { name, .. }
                | What::DeleteSet(name, _) => ids.permission_sets.get(name) == Some(arn),
                _ => false,
            }
        }
        Part::PermissionSets | Part::PermissionSet(_) => matches!(what, What::CreateSet(..)),
        Part::AccountState(id) => match what {
            What::MoveAccount { account, .. } | What::TagAccount { account, .. } => account == id,
            What::CreateGrant(grant) | What::DeleteGrant(grant) => grant.account == *id,
            _ => false,
        },
        // The caller of a law is always known.
        Part::Standing | Part::Other(_) => true,
        Part::Ous => matches!(what, What::CreateOu(_) | What::DeleteOu(_)),
        Part::Provisioned(arn) => match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => {
                ids.permission_sets.get(&grant.permission_set) == Some(arn)
            }
            _ => false,
        },
        Part::GroupGrants(id) => match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => match &grant.principal {
                Principal::Group(name) => ids.groups.get(name) == Some(id),
                _ => false,
            },
            What::DeleteGroup(name, _) => ids.groups.get(name) == Some(id),
            _ => false,
        },
        Part::UserGrants(id) => match what {
            What::CreateGrant(grant) | What::DeleteGrant(grant) => match &grant.principal {
                Principal::User(name) => ids.users.get(name) == Some(id),
                _ => false,
            },
            What::DeleteUser(name, _) => ids.users.get(name) == Some(id),
            _ => false,
        },
        Part::LandingZone | Part::Baselines => matches!(what, What::MoveAccount { .. }),
        Part::Controls | Part::ControlCatalog | Part::Control(_) | Part::EnabledControl(_) => false,
        Part::Accounts => matches!(what, What::CreateGrant(_) | What::DeleteGrant(_)),
    }
}
