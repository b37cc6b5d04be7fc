//! What Control Tower cannot do without, and what it would call drift.

use super::{Facts, Reason};
use crate::id::{AccountId, OuPath};
use crate::live::control_tower::ControlTower;
use crate::model::{Grant, Principal, Vendor};
use crate::plan::change::What;
use crate::resolve::Hold;
use crate::resolve::scope::{is_control_towers_group, is_control_towers_set};

/// Whether a change would take away what Control Tower made for itself. It would not notice: it looks
/// for no drift in Identity Center (docs/aws.md). `ignore.control_tower = false` lets its things be
/// declared and edited, never removed.
pub(super) fn takes(what: &What) -> bool {
    match what {
        What::DeleteSet(name, _) => is_control_towers_set(name),
        What::DeleteGroup(name, _) | What::RenameGroup { from: name, .. } => {
            is_control_towers_group(name)
        }
        // Its own set to its own group; others may be granted either, and lose it.
        What::DeleteGrant(Grant { permission_set, principal, account: _ }) => {
            is_control_towers_set(permission_set)
                && matches!(principal, Principal::Group(name) if is_control_towers_group(name))
        }
        _ => false,
    }
}

/// Why a change of OUs or accounts would be drift to Control Tower, or is none that it can make; `None`
/// where it may be.
///
/// An account is enrolled in the OU that it stands in. Whoever moves it with `MoveAccount` leaves it with
/// the controls of the old OU ("Moved member account", AWS Control Tower User Guide), unless the landing
/// zone enrols what is moved by itself, or Account Factory moves it.
pub(super) fn drifts(what: &What, facts: &Facts<'_>) -> Reason {
    // Nobody asked: then nothing was to be moved when it was read.
    let tower = facts.tower?;
    let Some(zone) = &tower.landing_zone else {
        return match what {
            What::CreateAccount { new, .. } if matches!(new.by, Vendor::AccountFactory(_)) => {
                let detail = "create_accounts is \"account-factory\", and there is no landing zone of \
                              Control Tower: \"organizations\" makes accounts without one";
                Some((Hold::ControlTower, detail.to_owned()))
            }
            _ => None,
        };
    };
    let sight = Sight { tower, facts };
    let detail = match what {
        What::CreateAccount { new, ou, .. } => sight.created(&new.by, ou),
        What::MoveAccount { account, from, to, enrolled } => {
            sight.moved(account, (from, to), *enrolled)
        }
        What::CloseAccount(account) if tower.foundational_accounts().contains(account) => {
            return Some((Hold::Protected, "the landing zone stands on it".to_owned()));
        }
        What::CloseAccount(account) => tower.is_enrolled(account).then(|| {
            "it is enrolled in Control Tower: unmanage it there first (Account Factory, \"Unmanage\"), \
             then close it"
                .to_owned()
        }),
        What::DeleteOu(path) => sight.registered(path).then(|| {
            format!(
                "it is registered with Control Tower ({}): deregister it there first",
                zone.version
            )
        }),
        What::RenameOu { from, .. } if sight.is_foundational(from) => {
            return Some((Hold::Protected, "it is Control Tower's foundational OU".to_owned()));
        }
        _ => None,
    };
    detail.map(|detail| (Hold::ControlTower, detail))
}

struct Sight<'a> {
    tower: &'a ControlTower,
    facts: &'a Facts<'a>,
}

impl Sight<'_> {
    fn registered(&self, path: &OuPath) -> bool {
        self.facts.ids.ous.get(path).is_some_and(|id| self.tower.is_registered(id))
    }

    /// Whether Account Factory will find it registered: now, or once the plan has registered it.
    fn leads(&self, path: &OuPath) -> bool {
        self.registered(path) || self.facts.registering.contains_key(path)
    }

    fn is_foundational(&self, path: &OuPath) -> bool {
        path.depth() == 1
            && path.name().is_some_and(|name| self.tower.foundational_ous().contains(name))
    }

    fn created(&self, by: &Vendor, ou: &OuPath) -> Option<String> {
        match by {
            Vendor::Organizations if self.registered(ou) && !self.tower.auto_enrols() => {
                Some(format!(
                    "{ou} is registered with Control Tower, which would not enrol the account: set \
                     organization.create_accounts to \"account-factory\", or let the landing zone enrol \
                     accounts by itself"
                ))
            }
            Vendor::AccountFactory(_) if !self.leads(ou) => Some(format!(
                "Account Factory makes accounts in registered OUs only, and {ou} is none yet"
            )),
            _ => None,
        }
    }

    fn moved(
        &self,
        account: &AccountId,
        (from, to): (&OuPath, &OuPath),
        by_factory: bool,
    ) -> Option<String> {
        let (enrolled, leads) = (self.tower.is_enrolled(account), self.registered(to));
        if self.tower.auto_enrols() || (by_factory && self.leads(to)) {
            return None;
        }
        if enrolled && !leads {
            return Some(format!(
                "it is enrolled in Control Tower, and {to} is not registered: unmanage it first, or \
                 register the OU"
            ));
        }
        let governed = enrolled || leads || self.registered(from);
        governed.then(|| {
            let why = "Control Tower would call it drift (\"moved member account\")";
            if enrolled {
                format!("{why}: with create_accounts = \"account-factory\" Account Factory moves it")
            } else {
                format!("{why}: enrol it in {to} there, or let the landing zone enrol accounts by itself")
            }
        })
    }
}
