//! The calls that each kind of difference may come from: a table.

use crate::drift::Facts;
use crate::drift::difference::{Difference, Subject};
use crate::id::{GroupName, PermissionSetName, UserName};
use crate::live::event::Event;
use crate::model::{Grant, PermissionSet, Principal};
use crate::plan::change::What;
use serde_json::Value;
use std::collections::BTreeSet;

/// Whose event history has a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Identity Center's and its directory's, in the Region of the instance.
    IdentityCenter,
    /// That of Organizations, which is in one Region.
    Organizations,
}

/// A call that a difference may come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clue {
    /// The operation.
    pub event: &'static str,
    /// The service that it is of.
    service: Service,
    /// What it must have named: the members that may hold an id, and the id.
    ids: Vec<(&'static [&'static str], String)>,
    /// Whether ids are told by the answer: what was made has its id from there.
    answered: bool,
    /// The call that made what this one named by an id of its own.
    made: Option<Box<Self>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Sso,
    Directory,
    Organizations,
}

impl Service {
    fn sources(self) -> &'static [&'static str] {
        match self {
            Self::Sso => &["sso.amazonaws.com"],
            // The console and SCIM have an interface of their own.
            Self::Directory => &["identitystore.amazonaws.com", "sso-directory.amazonaws.com"],
            Self::Organizations => &["organizations.amazonaws.com"],
        }
    }
}

impl Clue {
    /// Where to look for it.
    pub fn place(&self) -> Place {
        match self.service {
            Service::Sso | Service::Directory => Place::IdentityCenter,
            Service::Organizations => Place::Organizations,
        }
    }

    /// Whether an event is the call. One that was refused changed nothing.
    pub(super) fn fits(&self, event: &Event, named: &Named) -> bool {
        event.error.is_none()
            && event.name == self.event
            && self.service.sources().contains(&event.source.as_str())
            && !self.ids.is_empty()
            && self.ids.iter().all(|(keys, id)| named.has(keys, id, self.answered))
    }

    fn answered(self) -> Self {
        Self { answered: true, ..self }
    }

    /// The call that made what this one named by an id of its own.
    pub(super) fn made(&self) -> Option<&Self> {
        self.made.as_deref()
    }

    /// Whether an event is the call, where what it must have named is known by these ids.
    pub(super) fn fits_made(&self, event: &Event, named: &Named, ids: &BTreeSet<String>) -> bool {
        event.error.is_none()
            && event.name == self.event
            && self.service.sources().contains(&event.source.as_str())
            && ids.iter().any(|id| named.has(MEMBERSHIP, id, false))
    }
}

/// The texts that an event names, by the member that holds them, at whatever depth.
#[derive(Debug, Default)]
pub(super) struct Named {
    asked: BTreeSet<(String, String)>,
    answered: BTreeSet<(String, String)>,
}

impl Named {
    pub(super) fn of(event: &Event) -> Self {
        let mut out = Self::default();
        texts("", &event.request, &mut out.asked);
        texts("", &event.response, &mut out.answered);
        out
    }

    /// Ids of memberships that the answer tells.
    pub(super) fn memberships(&self) -> impl Iterator<Item = &String> {
        let all = self.answered.iter();
        all.filter(|(key, _)| MEMBERSHIP.contains(&key.as_str())).map(|(_, id)| id)
    }

    /// Whether the call named a membership by its id.
    pub(super) fn removes(&self) -> bool {
        self.asked.iter().any(|(key, _)| MEMBERSHIP.contains(&key.as_str()))
    }

    fn has(&self, keys: &[&str], id: &str, answered: bool) -> bool {
        let set = if answered { &self.answered } else { &self.asked };
        keys.iter().any(|key| set.contains(&((*key).to_owned(), id.to_owned())))
    }
}

fn texts(key: &str, value: &Value, out: &mut BTreeSet<(String, String)>) {
    match value {
        Value::String(text) => {
            // The Identity Store takes an ARN where it takes an id.
            let id = if text.starts_with("arn:") && text.contains(":identitystore:") {
                text.rsplit('/').next().unwrap_or_default()
            } else {
                text
            };
            out.insert((key.to_owned(), id.to_owned()));
        }
        Value::Array(items) => items.iter().for_each(|item| texts(key, item, out)),
        Value::Object(members) => members.iter().for_each(|(key, value)| texts(key, value, out)),
        _ => {}
    }
}

const ACCOUNT: &[&str] = &["targetId"];
const SET: &[&str] = &["permissionSetArn"];
const PRINCIPAL: &[&str] = &["principalId"];
const GROUP: &[&str] = &["groupId"];
/// The Identity Store has `memberId.userId`, the console's directory `member.memberId`.
const MEMBER: &[&str] = &["userId", "memberId"];
const MEMBERSHIP: &[&str] = &["membershipId"];
const USER: &[&str] = &["userId"];
const TAGGED: &[&str] = &["resourceArn", "resourceId"];

/// The calls that a difference may come from; none where no id is known that such a call would have named.
pub(in super::super) fn clues(difference: &Difference, facts: &Facts<'_>) -> Vec<Clue> {
    let known = Known { facts };
    match &difference.what {
        Subject::Change(what) => known.of(what).unwrap_or_default(),
        Subject::Recreated(name, _) => known.recreated(difference, name),
        Subject::Address(..) => Vec::new(),
    }
}

struct Known<'f> {
    facts: &'f Facts<'f>,
}

fn clue(service: Service, event: &'static str, ids: &[(&'static [&'static str], &str)]) -> Clue {
    let ids = ids.iter().map(|(keys, id)| (*keys, (*id).to_owned())).collect();
    Clue { event, service, ids, answered: false, made: None }
}

fn sso(event: &'static str, ids: &[(&'static [&'static str], &str)]) -> Clue {
    clue(Service::Sso, event, ids)
}

fn directory(event: &'static str, ids: &[(&'static [&'static str], &str)]) -> Clue {
    clue(Service::Directory, event, ids)
}

fn organizations(event: &'static str, ids: &[(&'static [&'static str], &str)]) -> Clue {
    clue(Service::Organizations, event, ids)
}

impl Known<'_> {
    fn set(&self, name: &PermissionSetName) -> Option<&str> {
        let ids = &self.facts.projection.ids;
        ids.permission_sets.get(name).map(crate::id::PermissionSetArn::as_str)
    }

    fn group(&self, name: &GroupName) -> Option<&str> {
        self.facts.projection.ids.groups.get(name).map(crate::id::GroupId::as_str)
    }

    fn user(&self, name: &UserName) -> Option<&str> {
        self.facts.projection.ids.users.get(name).map(crate::id::UserId::as_str)
    }

    fn principal<'a>(&'a self, principal: &'a Principal) -> Option<&'a str> {
        match principal {
            Principal::Group(name) => self.group(name),
            Principal::User(name) => self.user(name),
            Principal::OrphanGroup(id) => Some(id.as_str()),
            Principal::OrphanUser(id) => Some(id.as_str()),
        }
    }

    fn of(&self, what: &What) -> Option<Vec<Clue>> {
        Some(match what {
            What::DeleteGrant(grant) => match &grant.principal {
                // The grant stayed; what is wrong is that its principal went.
                Principal::OrphanGroup(id) => {
                    vec![directory("DeleteGroup", &[(GROUP, id.as_str())])]
                }
                Principal::OrphanUser(id) => vec![directory("DeleteUser", &[(USER, id.as_str())])],
                Principal::Group(_) | Principal::User(_) => {
                    vec![self.grant("CreateAccountAssignment", grant)?]
                }
            },
            What::CreateGrant(grant) => vec![self.grant("DeleteAccountAssignment", grant)?],
            What::RemoveMember(group, user) => {
                let ids = [(GROUP, self.group(group)?), (MEMBER, self.user(user)?)];
                vec![directory("CreateGroupMembership", &ids), directory("AddMemberToGroup", &ids)]
            }
            // The Identity Store's own call names a membership by an id that is gone with it. The event may tell
            // the group and the member besides; else the call that made it does.
            What::AddMember(group, user) => {
                let ids = [(GROUP, self.group(group)?), (MEMBER, self.user(user)?)];
                let removed = directory("DeleteGroupMembership", &ids);
                let made = Box::new(directory("CreateGroupMembership", &ids));
                let by_its_id = Clue { ids: Vec::new(), made: Some(made), ..removed.clone() };
                vec![removed, by_its_id, directory("RemoveMemberFromGroup", &ids)]
            }
            What::UpdateSet { name, before, after } => edits(self.set(name)?, before, after),
            What::ProvisionSet { name, .. } => all_edits(self.set(name)?),
            What::DeleteSet(name, _) => {
                vec![sso("CreatePermissionSet", &[(SET, self.set(name)?)]).answered()]
            }
            What::DeleteGroup(name, _) => {
                vec![directory("CreateGroup", &[(GROUP, self.group(name)?)]).answered()]
            }
            What::DeleteUser(name, _) => {
                vec![directory("CreateUser", &[(USER, self.user(name)?)]).answered()]
            }
            What::UpdateGroup { name, .. } => {
                vec![directory("UpdateGroup", &[(GROUP, self.group(name)?)])]
            }
            What::RenameGroup { from, .. } => {
                vec![directory("UpdateGroup", &[(GROUP, self.group(from)?)])]
            }
            What::UpdateUser { name, .. } => {
                vec![directory("UpdateUser", &[(USER, self.user(name)?)])]
            }
            What::MoveAccount { account, from, .. } => {
                let ids = &self.facts.projection.ids;
                let stands = ids.ous.get(from)?.as_str();
                let ids: [(&[&str], &str); 2] =
                    [(&["accountId"], account.as_str()), (&["destinationParentId"], stands)];
                vec![organizations("MoveAccount", &ids)]
            }
            What::TagAccount { account, .. } => {
                let ids = [(TAGGED, account.as_str())];
                vec![organizations("TagResource", &ids), organizations("UntagResource", &ids)]
            }
            What::DeleteOu(path) => {
                let id = self.facts.projection.ids.ous.get(path)?.as_str();
                vec![organizations("CreateOrganizationalUnit", &[(&["id"], id)]).answered()]
            }
            What::RenameOu { from, .. } => {
                let id = self.facts.projection.ids.ous.get(from)?.as_str();
                let ids: [(&[&str], &str); 1] = [(&["organizationalUnitId"], id)];
                vec![organizations("UpdateOrganizationalUnit", &ids)]
            }
            // What is gone had an id that nobody knows any more, and that an account is still open is nobody's call.
            // What Control Tower governs is not looked for.
            What::CreateAccount { .. }
            | What::CloseAccount(_)
            | What::EnableBaseline(_)
            | What::ResetBaseline(_)
            | What::EnableControl(..)
            | What::UpdateControl { .. }
            | What::DisableControl(..)
            | What::CreateOu(_)
            | What::CreateSet(..)
            | What::CreateUser(..)
            | What::CreateGroup(..) => {
                return None;
            }
        })
    }

    fn grant(&self, event: &'static str, grant: &Grant) -> Option<Clue> {
        let Grant { account, permission_set, principal } = grant;
        let ids = [
            (ACCOUNT, account.as_str()),
            (SET, self.set(permission_set)?),
            (PRINCIPAL, self.principal(principal)?),
        ];
        Some(sso(event, &ids))
    }

    /// A group that was made again: who deleted the old one, and who made the new one.
    fn recreated(&self, difference: &Difference, name: &GroupName) -> Vec<Clue> {
        let old = difference.old_group.as_ref();
        let deleted = old.map(|id| directory("DeleteGroup", &[(GROUP, id.as_str())]));
        let made = self.group(name).map(|id| directory("CreateGroup", &[(GROUP, id)]).answered());
        deleted.into_iter().chain(made).collect()
    }
}

/// The edits that make one set of another, by the fields that differ. `before` is live.
fn edits(arn: &str, before: &PermissionSet, after: &PermissionSet) -> Vec<Clue> {
    let PermissionSet {
        description,
        session,
        relay_state,
        managed_policies,
        customer_managed_policies,
        inline_policy,
        permissions_boundary,
        tags,
    } = before;
    let described = (description, session, relay_state);
    let differs = |a: bool, names: &'static [&'static str]| if a { names } else { &[] };
    let swapped =
        |live: bool, put: &'static [&'static str], removed| if live { put } else { removed };
    let names = [
        differs(
            described != (&after.description, &after.session, &after.relay_state),
            &["UpdatePermissionSet"],
        ),
        differs(
            !managed_policies.is_subset(&after.managed_policies),
            &["AttachManagedPolicyToPermissionSet"],
        ),
        differs(
            !after.managed_policies.is_subset(managed_policies),
            &["DetachManagedPolicyFromPermissionSet"],
        ),
        differs(
            !customer_managed_policies.is_subset(&after.customer_managed_policies),
            &["AttachCustomerManagedPolicyReferenceToPermissionSet"],
        ),
        differs(
            !after.customer_managed_policies.is_subset(customer_managed_policies),
            &["DetachCustomerManagedPolicyReferenceFromPermissionSet"],
        ),
        differs(
            *inline_policy != after.inline_policy,
            swapped(
                inline_policy.is_some(),
                &["PutInlinePolicyToPermissionSet"],
                &["DeleteInlinePolicyFromPermissionSet"],
            ),
        ),
        differs(
            *permissions_boundary != after.permissions_boundary,
            swapped(
                permissions_boundary.is_some(),
                &["PutPermissionsBoundaryToPermissionSet"],
                &["DeletePermissionsBoundaryFromPermissionSet"],
            ),
        ),
    ];
    let edits = names.into_iter().flatten().map(|name| sso(name, &[(SET, arn)]));
    let tagged = differs(*tags != after.tags, &["TagResource", "UntagResource"]);
    edits.chain(tagged.iter().map(|name| sso(name, &[(TAGGED, arn)]))).collect()
}

/// Every edit that makes accounts have an older version of a set.
fn all_edits(arn: &str) -> Vec<Clue> {
    let names = [
        "UpdatePermissionSet",
        "PutInlinePolicyToPermissionSet",
        "DeleteInlinePolicyFromPermissionSet",
        "AttachManagedPolicyToPermissionSet",
        "DetachManagedPolicyFromPermissionSet",
        "AttachCustomerManagedPolicyReferenceToPermissionSet",
        "DetachCustomerManagedPolicyReferenceFromPermissionSet",
        "PutPermissionsBoundaryToPermissionSet",
        "DeletePermissionsBoundaryFromPermissionSet",
    ];
    names.map(|name| sso(name, &[(SET, arn)])).into()
}
