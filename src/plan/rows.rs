//! Whose access a plan changes, row by row: what a saved plan binds besides its changes.
//!
//! Equal changes do not always mean equal people: a group gets another member, and the same grant
//! reaches one person more.

use super::Plan;
use crate::access::Access;
use crate::access::delta::{Delta, Reach};
use crate::id::{AccountId, PermissionSetName, UserName};
use crate::live::fingerprint::Text;
use crate::live::project::Labels;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// An account: by its id, or by its name where the plan itself is to create it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Account {
    Known(AccountId),
    New(String),
}

impl Account {
    fn of(id: &AccountId, labels: &Labels, new: &BTreeSet<String>) -> Self {
        let label = labels.of(id);
        if id.is_to_come() || new.contains(label) {
            return Self::New(label.to_owned());
        }
        Self::Known(id.clone())
    }

    /// As a digest has it; no id has a colon.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Known(id) => id.as_str().into(),
            Self::New(name) => format!("new:{name}").into(),
        }
    }
}

/// Somebody's access.
pub(super) struct Row {
    account: Account,
    permission_set: PermissionSetName,
    person: UserName,
}

/// People by the account and the set that they have in it.
type People = BTreeMap<(Account, PermissionSetName), Arc<BTreeSet<UserName>>>;

/// Every access that a plan gives, takes, widens or narrows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) gain: People,
    pub(super) lose: People,
    pub(super) widen: People,
    pub(super) narrow: People,
}

impl Rows {
    /// The rows of a plan. Accounts that are called as one of `new` stand by their names.
    pub(super) fn of(delta: &Delta, labels: &Labels, new: &BTreeSet<String>) -> Self {
        let row = |access: &Access| Row {
            account: Account::of(&access.account, labels, new),
            permission_set: access.permission_set.clone(),
            person: access.person.clone(),
        };
        Self {
            gain: collect(delta.gain.keys().map(row)),
            lose: collect(delta.lose.keys().map(row)),
            widen: edits(&delta.widen, labels, new),
            narrow: edits(&delta.narrow, labels, new),
        }
    }

    /// Reads the part `access` of a document.
    pub(super) fn read(access: &Value) -> Option<Self> {
        let list = |key: &str| access.get(key).and_then(Value::as_array);
        let plain = |key| Some(collect(list(key)?.iter().map(one).collect::<Option<Vec<_>>>()?));
        let reach = |key| {
            let mut rows = People::new();
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

    /// Adds to what a digest is made of: an array with an array of rows for each kind.
    pub(super) fn add_to(&self, text: &mut Text) {
        let Self { gain, lose, widen, narrow } = self;
        text.array([gain, lose, widen, narrow], |text, people| {
            let rows = people.iter().flat_map(|((account, set), people)| {
                people.iter().map(move |p| (p.as_str(), account.text(), set.as_str()))
            });
            text.array(rows, |text, (person, account, set)| {
                text.value(&[person, account.as_ref(), set]);
            });
        });
    }

    /// Rows of a plan that these do not hold, each with a word for what happens. Somebody who was to
    /// gain an access may have it by now and see it widened or narrowed instead: that is how an apply
    /// that was interrupted goes on.
    pub(super) fn missing(&self, now: &Self) -> Vec<(&'static str, Row)> {
        let nobody = People::new();
        let kinds = [
            ("gain", &now.gain, &self.gain, &nobody),
            ("lose", &now.lose, &self.lose, &nobody),
            ("widen", &now.widen, &self.widen, &self.gain),
            ("narrow", &now.narrow, &self.narrow, &self.gain),
        ];
        let mut out = Vec::new();
        for (word, rows, known, gained) in kinds {
            for (pair, people) in rows {
                let has =
                    |known: &People, person| known.get(pair).is_some_and(|p| p.contains(person));
                let new = people.iter().filter(|p| !has(known, *p) && !has(gained, *p));
                let (account, permission_set) = pair;
                out.extend(new.map(|person| {
                    let (account, permission_set) = (account.clone(), permission_set.clone());
                    (word, Row { account, permission_set, person: person.clone() })
                }));
            }
        }
        out
    }
}

/// The line that names a row: `gain: an@x.example, Reader in app`.
pub(super) fn text(plan: &Plan, word: &str, row: &Row) -> String {
    let Row { account, permission_set, person } = row;
    let account = match account {
        Account::Known(id) => plan.labels.of(id),
        Account::New(name) => name,
    };
    format!("{word}: {person}, {permission_set} in {account}")
}

fn collect(rows: impl IntoIterator<Item = Row>) -> People {
    let mut by_pair: BTreeMap<_, BTreeSet<UserName>> = BTreeMap::new();
    for Row { account, permission_set, person } in rows {
        by_pair.entry((account, permission_set)).or_default().insert(person);
    }
    by_pair.into_iter().map(|(pair, people)| (pair, Arc::new(people))).collect()
}

fn edits(
    sets: &BTreeMap<PermissionSetName, Reach>,
    labels: &Labels,
    new: &BTreeSet<String>,
) -> People {
    let rows = sets.iter().flat_map(|(set, reach)| {
        let rows = reach.rows.iter();
        rows.map(move |(account, people)| {
            ((Account::of(account, labels, new), set.clone()), Arc::clone(people))
        })
    });
    rows.collect()
}

fn one(entry: &Value) -> Option<Row> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    Some(Row {
        account: match entry.get("account_id")? {
            Value::Null => Account::New(text("account")?.to_owned()),
            id => Account::Known(AccountId::parse(id.as_str()?)?),
        },
        permission_set: PermissionSetName::new(text("permission_set")?),
        person: UserName::new(text("person")?),
    })
}

/// Whom an edit reaches, accounts with the same people together: most have the same.
pub(super) fn reach(reach: &Reach) -> Value {
    let mut by_people: BTreeMap<&BTreeSet<UserName>, Vec<&str>> = BTreeMap::new();
    for (account, people) in &reach.rows {
        by_people.entry(people).or_default().push(account.as_str());
    }
    let entries = by_people.into_iter().map(|(people, ids)| {
        let people: Vec<&str> = people.iter().map(UserName::as_str).collect();
        json!({ "account_ids": ids, "people": people })
    });
    entries.collect()
}

fn read_reach(entry: &Value, rows: &mut People) -> Option<()> {
    let permission_set = PermissionSetName::new(entry.get("permission_set")?.as_str()?);
    for part in entry.get("reach")?.as_array()? {
        let texts = |key: &str| -> Option<Vec<&str>> {
            part.get(key)?.as_array()?.iter().map(Value::as_str).collect()
        };
        let people: Arc<BTreeSet<_>> =
            Arc::new(texts("people")?.iter().map(UserName::new).collect());
        for id in texts("account_ids")? {
            let pair = (Account::Known(AccountId::parse(id)?), permission_set.clone());
            let known = rows.entry(pair).or_default();
            if known.is_empty() {
                *known = Arc::clone(&people);
            } else {
                Arc::make_mut(known).extend(people.iter().cloned());
            }
        }
    }
    Some(())
}
