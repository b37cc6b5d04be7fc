//! Why a thing is wrong, and how it is mended: what is live made as it is declared, or the files made as
//! it is live.

use super::difference::{Difference, Subject};
use super::{Class, Facts, Mend};
use crate::access::delta::compare;
use crate::model::{Grant, PermissionSet, Principal};
use crate::plan::change::What;
use crate::resolve::Hold;
use crate::text::counted;

/// Fields that a line names before it only counts them.
const NAMED: usize = 6;

/// In a few words, why it is wrong.
pub(super) fn because(difference: &Difference, class: Class, facts: &Facts<'_>) -> String {
    let detail = &difference.because.detail;
    if let (Class::Unknown, Some((_, why))) = (class, &difference.held) {
        return format!("it cannot be judged: {why}");
    }
    let what = match &difference.what {
        Subject::Change(what) => what,
        Subject::Recreated(_, grants) => {
            let grants = counted(grants.len(), "grant");
            return format!(
                "the group was deleted and made again: {grants} stayed with the id of the old one"
            );
        }
        Subject::Address(..) => {
            return difference.held.as_ref().map(|(_, why)| why.clone()).unwrap_or_default();
        }
    };
    let labels = &facts.plan.labels;
    match what {
        What::DeleteGrant(_) => match (class, difference.because.word) {
            (Class::ExpiredStillLive, _) => format!("it expired {detail}"),
            (Class::Orphaned, _) => "its group or user was deleted: nobody has it".to_owned(),
            (_, "not-started") => format!("it is live {detail}, when it starts"),
            (_, "deselected") => detail.clone(),
            _ => "nothing declares it".to_owned(),
        },
        What::RemoveMember(..) => "the group does not list the member".to_owned(),
        What::CreateOu(_)
        | What::EnableControl(..)
        | What::CreateSet(..)
        | What::CreateUser(..)
        | What::CreateGroup(..)
        | What::AddMember(..)
        | What::CreateGrant(_) => match detail.as_str() {
            "" => "it is declared and not live".to_owned(),
            why => format!("it is declared and not live: {why}"),
        },
        What::DeleteOu(_)
        | What::DisableControl(..)
        | What::DeleteSet(..)
        | What::DeleteUser(..)
        | What::DeleteGroup(..) => "nothing declares it".to_owned(),
        What::EnableBaseline(_) => "it is declared and the OU is not registered".to_owned(),
        What::ResetBaseline(_) => HAS_DRIFTED.to_owned(),
        What::UpdateControl { before, .. } if before.drifted => HAS_DRIFTED.to_owned(),
        What::UpdateControl { .. } => "its parameters are not as declared".to_owned(),
        What::UpdateSet { before, after, .. } => edited(before, after),
        What::ProvisionSet { name, .. } => {
            let stale = facts.desired.live.stale.get(name).into_iter().flatten();
            let stale: Vec<&str> = stale.map(|account| labels.of(account)).collect();
            let more = stale.len().saturating_sub(NAMED);
            let first = stale.into_iter().take(NAMED).collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("an older version of it is provisioned in {first}{more}")
        }
        What::CreateAccount { new, .. } => {
            format!("no account is called so, nor has any the address {}", new.email)
        }
        What::CloseAccount(_) => "it is declared closed and is still open".to_owned(),
        What::MoveAccount { from, to, .. } => {
            format!("it stands in {from} and is declared in {to}")
        }
        What::TagAccount { .. } => "its tags are not as declared".to_owned(),
        What::RenameOu { from, .. } => format!("it is still called {from}"),
        What::RenameGroup { from, .. } => format!("it is still called {from}"),
        What::UpdateUser { .. } => "the name is not as declared".to_owned(),
        What::UpdateGroup { .. } => "the description is not as declared".to_owned(),
    }
}

/// What an edited set allows beyond what is declared, and what it lacks of that.
fn edited(live: &PermissionSet, declared: &PermissionSet) -> String {
    let (exceeds, lacks) = compare(declared, live);
    let some = |word: &str, parts: &[String]| {
        let text = parts.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        (!parts.is_empty()).then(|| format!("{word} than declared: {text}"))
    };
    let parts: Vec<String> =
        [some("it allows more", &exceeds.because), some("it allows less", &lacks.because)]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() {
        return "its description, relay state or tags are not as declared".to_owned();
    }
    parts.join("; ")
}

/// What AWS calls by one word.
const HAS_DRIFTED: &str = "Control Tower says that it has drifted";

/// How it is mended.
pub(super) fn mend(difference: &Difference, class: Class, facts: &Facts<'_>) -> Mend {
    Mend { apply: apply(difference), edit: edit(difference, class, facts) }
}

/// What makes the live side as declared.
fn apply(difference: &Difference) -> String {
    let verb = match &difference.what {
        Subject::Recreated(..) => {
            "gives the group its grants again and removes those of the old one".to_owned()
        }
        Subject::Change(what) => verb(what),
        Subject::Address(_, action) => format!("would {action} it"),
    };
    match &difference.held {
        None => format!("landgrant apply {verb}"),
        Some((Hold::Gap, _)) => "nothing before it can be read".to_owned(),
        Some((Hold::External, _)) => "change it in the identity source".to_owned(),
        Some((hold, why)) => {
            let why = if why.is_empty() { hold.name() } else { why };
            format!("landgrant apply leaves it alone: {why}")
        }
    }
}

fn verb(what: &What) -> String {
    match what {
        What::CreateGrant(_) => "grants it".to_owned(),
        What::DeleteGrant(_) => "revokes it".to_owned(),
        What::AddMember(..) => "adds the member".to_owned(),
        What::RemoveMember(..) => "removes the member".to_owned(),
        What::CreateOu(_) | What::CreateSet(..) | What::CreateUser(..) | What::CreateGroup(..) => {
            "creates it".to_owned()
        }
        What::CreateAccount { ou, .. } => format!("creates it in {ou}"),
        What::CloseAccount(_) => "closes it".to_owned(),
        What::DeleteOu(_) | What::DeleteSet(..) | What::DeleteUser(..) | What::DeleteGroup(..) => {
            "deletes it".to_owned()
        }
        What::MoveAccount { to, .. } => format!("moves it to {to}"),
        What::TagAccount { .. } => "tags it as declared".to_owned(),
        What::EnableBaseline(_) => "registers the OU".to_owned(),
        What::EnableControl(..) => "enables it".to_owned(),
        What::DisableControl(..) => "disables it".to_owned(),
        What::ResetBaseline(_) => "resets it".to_owned(),
        What::UpdateControl { before, .. } if before.drifted => "resets it".to_owned(),
        What::UpdateControl { .. } => "makes it as declared".to_owned(),
        What::RenameOu { .. } | What::RenameGroup { .. } => "renames it".to_owned(),
        What::ProvisionSet { accounts, .. } => {
            format!("provisions it to {}", counted(accounts.len(), "account"))
        }
        What::UpdateSet { .. } | What::UpdateUser { .. } | What::UpdateGroup { .. } => {
            "makes it as declared".to_owned()
        }
    }
}

/// What makes the files as it is live.
fn edit(difference: &Difference, class: Class, facts: &Facts<'_>) -> String {
    if class == Class::Unknown {
        return String::new();
    }
    let place = difference.origin.map(|span| {
        let at = facts.declared.files.position(span);
        format!("{}:{}", at.file, at.line)
    });
    let at = place.as_ref().map(|place| format!(" at {place}")).unwrap_or_default();
    let labels = &facts.plan.labels;
    let what = match &difference.what {
        Subject::Change(what) => what,
        Subject::Address(..) if class == Class::Missing => return format!("remove it{at}"),
        Subject::Recreated(..) | Subject::Address(..) => return String::new(),
    };
    match what {
        What::DeleteGrant(grant) => match class {
            Class::Orphaned => String::new(),
            Class::ExpiredStillLive => format!("give `expires` a later date{at}"),
            _ => grant_text(grant, labels.of(&grant.account)),
        },
        What::RemoveMember(group, user) => {
            format!("add {} to `members` of group {group}{at}", quoted(user.as_str()))
        }
        What::DeleteOu(path) => format!("[ou.{}]", quoted(&path.to_string())),
        What::DeleteSet(name, _) => {
            format!(
                "[permission_set.{}] with its policies, or [ignore] permission_sets",
                quoted(name.as_str())
            )
        }
        What::DeleteUser(name, _) => format!("[user.{}]", quoted(name.as_str())),
        What::DeleteGroup(name, _) => {
            format!("[group.{}], or [ignore] groups", quoted(name.as_str()))
        }
        What::CreateGrant(_) => format!("take it out of the rule{at}"),
        What::AddMember(_, user) => format!("remove {}{at}", quoted(user.as_str())),
        What::CreateOu(_)
        | What::CreateAccount { .. }
        | What::EnableBaseline(_)
        | What::EnableControl(..)
        | What::CreateSet(..)
        | What::CreateUser(..)
        | What::CreateGroup(..) => {
            format!("remove it{at}")
        }
        What::CloseAccount(_) => format!("remove closed = true{at}"),
        What::MoveAccount { from, .. } => {
            format!("ou = {}{at}", quoted(&from.to_string()))
        }
        What::ProvisionSet { .. } | What::ResetBaseline(_) => String::new(),
        What::UpdateControl { before, .. } if before.drifted => String::new(),
        What::DisableControl(placed, _) => format!(
            "[[control]] enable = [{}], in = [{}]",
            quoted(placed.control.as_str()),
            quoted(&format!("ou:{}", placed.ou))
        ),
        What::TagAccount { .. }
        | What::UpdateControl { .. }
        | What::UpdateSet { .. }
        | What::UpdateUser { .. }
        | What::UpdateGroup { .. } => format!("write it as it is live{at}"),
        What::RenameOu { from, .. } => format!("call it {}{at}", quoted(&from.to_string())),
        What::RenameGroup { from, .. } => format!("call it {}{at}", quoted(from.as_str())),
    }
}

/// A grant as the files have it.
fn grant_text(grant: &Grant, label: &str) -> String {
    let principal = match &grant.principal {
        Principal::Group(_) | Principal::User(_) => grant.principal.to_string(),
        Principal::OrphanGroup(_) | Principal::OrphanUser(_) => return String::new(),
    };
    // A label that several accounts share has the id in it, and only the id names one.
    let account =
        if label.contains(grant.account.as_str()) { grant.account.as_str() } else { label };
    format!(
        "[[grant]] to = [{}], allow = [{}], in = [{}]",
        quoted(&principal),
        quoted(grant.permission_set.as_str()),
        quoted(&format!("account:{account}"))
    )
}

/// A text as TOML has it: of JSON's strings all are TOML's.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
