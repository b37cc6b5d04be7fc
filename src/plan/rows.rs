//! Whose access a plan changes, row by row: what a saved plan binds besides its changes.
//!
//! Equal changes do not always mean equal people: a group gets another member, and the same grant
//! reaches one person more.

use super::Plan;
use crate::access::Access;
use crate::access::delta::{Delta, Reach};
use crate::id::{AccountId, PermissionSetName, UserName};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Every access that a plan gives, takes, widens or narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) gain: BTreeSet<Access>,
    pub(super) lose: BTreeSet<Access>,
    pub(super) widen: BTreeSet<Access>,
    pub(super) narrow: BTreeSet<Access>,
}

impl Rows {
    /// The rows of a plan.
    pub(super) fn of(delta: &Delta) -> Self {
        Self {
            gain: delta.gain.keys().cloned().collect(),
            lose: delta.lose.keys().cloned().collect(),
            widen: edits(&delta.widen),
            narrow: edits(&delta.narrow),
        }
    }

    /// Reads the part `access` of a document.
    pub(super) fn read(access: &Value) -> Option<Self> {
        let list = |key: &str| access.get(key).and_then(Value::as_array);
        let plain = |key| list(key)?.iter().map(one).collect::<Option<_>>();
        let reach = |key| {
            let mut rows = BTreeSet::new();
            for entry in list(key)? {
                read_reach(entry, &mut rows)?;
            }
            Some(rows)
        };
        Some(Self {
            gain: plain("gain")?,
            lose: plain("lose")?,
            widen: reach("widen")?,
            narrow: reach("narrow")?,
        })
    }

    /// What a digest is made of.
    pub(super) fn essence(&self) -> Value {
        let Self { gain, lose, widen, narrow } = self;
        json!([list(gain), list(lose), list(widen), list(narrow)])
    }

    /// Rows of a plan that these do not hold, each with a word for what happens. Somebody who was to
    /// gain an access may have it by now and see it widened or narrowed instead: that is how an apply
    /// that was interrupted goes on.
    pub(super) fn missing(&self, now: &Self) -> Vec<(&'static str, Access)> {
        let edited = |those: &BTreeSet<Access>| those.union(&self.gain).cloned().collect();
        [
            ("gain", &now.gain, self.gain.clone()),
            ("lose", &now.lose, self.lose.clone()),
            ("widen", &now.widen, edited(&self.widen)),
            ("narrow", &now.narrow, edited(&self.narrow)),
        ]
        .into_iter()
        .flat_map(|(word, rows, known)| {
            let new: Vec<_> = rows.difference(&known).cloned().collect();
            new.into_iter().map(move |row| (word, row))
        })
        .collect()
    }
}

/// The line that names a row: `gain: an@x.example, Reader in app`.
pub(super) fn text(plan: &Plan, word: &str, row: &Access) -> String {
    let Access { account, permission_set, person } = row;
    let account = plan.labels.of(account);
    format!("{word}: {person}, {permission_set} in {account}")
}

fn list(rows: &BTreeSet<Access>) -> Value {
    let row = |access: &Access| {
        let Access { account, permission_set, person } = access;
        json!([person.as_str(), account.as_str(), permission_set.as_str()])
    };
    rows.iter().map(row).collect()
}

fn edits(sets: &BTreeMap<PermissionSetName, Reach>) -> BTreeSet<Access> {
    let rows = sets.iter().flat_map(|(set, reach)| {
        reach.rows.iter().map(move |(account, person)| Access {
            account: account.clone(),
            permission_set: set.clone(),
            person: person.clone(),
        })
    });
    rows.collect()
}

fn one(entry: &Value) -> Option<Access> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    Some(Access {
        account: AccountId::parse(text("account_id")?)?,
        permission_set: PermissionSetName::new(text("permission_set")?),
        person: UserName::new(text("person")?),
    })
}

/// Whom an edit reaches, accounts with the same people together: most have the same.
pub(super) fn reach(reach: &Reach) -> Value {
    let mut by_account: BTreeMap<&AccountId, BTreeSet<&str>> = BTreeMap::new();
    for (account, person) in &reach.rows {
        by_account.entry(account).or_default().insert(person.as_str());
    }
    let mut by_people: BTreeMap<BTreeSet<&str>, Vec<&str>> = BTreeMap::new();
    for (account, people) in by_account {
        by_people.entry(people).or_default().push(account.as_str());
    }
    let entries = by_people.into_iter();
    entries.map(|(people, ids)| json!({ "account_ids": ids, "people": people })).collect()
}

fn read_reach(entry: &Value, rows: &mut BTreeSet<Access>) -> Option<()> {
    let permission_set = PermissionSetName::new(entry.get("permission_set")?.as_str()?);
    for part in entry.get("reach")?.as_array()? {
        let texts = |key: &str| -> Option<Vec<&str>> {
            part.get(key)?.as_array()?.iter().map(Value::as_str).collect()
        };
        let people = texts("people")?;
        for id in texts("account_ids")? {
            let account = AccountId::parse(id)?;
            rows.extend(people.iter().map(|person| Access {
                account: account.clone(),
                permission_set: permission_set.clone(),
                person: UserName::new(*person),
            }));
        }
    }
    Some(())
}
