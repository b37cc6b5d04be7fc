//! Who gained and lost what between two readings of one organization.
//!
//! People and accounts are told apart by their ids: a user of the same name with another id is somebody
//! else. Permission sets are by name, since one that was deleted and made again gives the same.

use super::delta::compare;
use super::level::Level;
use super::matrix::card::{Account, Person, Set};
use super::matrix::{At, Hides, Matrix, To};
use crate::id::{AccountId, PermissionSetArn, UserId};
use crate::live::Live;
use crate::live::project::comparable;
use std::collections::{BTreeMap, BTreeSet};

/// A reading, and its matrix.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// What was read.
    pub live: &'a Live,
    /// Who reaches what in it.
    pub matrix: &'a Matrix<'a>,
}

/// What became of an access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// It is there only afterwards.
    Gain,
    /// It was there only before.
    Lose,
    /// Its set allows more.
    Widen,
    /// Its set allows less.
    Narrow,
    /// One of the readings lacks what would tell.
    Unknown,
}

impl Word {
    /// Every word, in the order of outputs.
    pub const ALL: [Self; 5] = [Self::Gain, Self::Lose, Self::Widen, Self::Narrow, Self::Unknown];

    /// As outputs have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Gain => "gain",
            Self::Lose => "lose",
            Self::Widen => "widen",
            Self::Narrow => "narrow",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of one access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What.
    pub word: Word,
    /// The user name; the id where it was not read.
    pub person: String,
    /// The user's id.
    pub user_id: String,
    /// The account's name.
    pub account: String,
    /// The account's id.
    pub account_id: AccountId,
    /// The permission set.
    pub permission_set: String,
    /// The paths that it has or had.
    pub via: Vec<String>,
    /// How much the set allowed; `None` where there was no access.
    pub before: Option<Level>,
    /// How much it allows.
    pub after: Option<Level>,
    /// What else there is to say.
    pub detail: String,
}

/// An account and what a permission set goes by.
type Pair = (AccountId, String);
/// The set's place and the paths of an access.
type Reached = (At, BTreeSet<String>);

/// Compares two readings, person by person. Danger comes first.
pub fn between(before: Side<'_>, after: Side<'_>) -> Vec<Change> {
    let names = set_names([before.live, after.live]);
    let sides = [Sight::new(before, &names), Sight::new(after, &names)];
    let [old, new] = &sides;
    let ids: BTreeSet<&UserId> = old.people.keys().chain(new.people.keys()).copied().collect();
    let mut edits = BTreeMap::new();
    let mut out = Vec::new();
    for id in ids {
        let (had, has) = (old.reached(id), new.reached(id));
        let pairs: BTreeSet<&Pair> = had.keys().chain(has.keys()).collect();
        for pair in pairs {
            let find = Finding { id, pair, had: had.get(pair), has: has.get(pair) };
            find.changes(old, new, &mut edits, &mut out);
        }
    }
    out.sort_by(|a, b| {
        let danger = |change: &Change| std::cmp::Reverse(change.before.max(change.after));
        (a.word, danger(a), &a.account, &a.account_id, &a.permission_set, &a.person, &a.user_id)
            .cmp(&(
                b.word,
                danger(b),
                &b.account,
                &b.account_id,
                &b.permission_set,
                &b.person,
                &b.user_id,
            ))
    });
    out
}

/// The names of sets by ARN, whichever reading knows them.
fn set_names(readings: [&Live; 2]) -> BTreeMap<&PermissionSetArn, &str> {
    let sets = readings.into_iter().flat_map(|live| &live.identity_center.permission_sets);
    sets.map(|(arn, set)| (arn, set.name.as_str())).collect()
}

/// A side with what finds its things again.
struct Sight<'a> {
    side: Side<'a>,
    people: BTreeMap<&'a UserId, At>,
    accounts: BTreeMap<&'a AccountId, At>,
    /// What each set goes by.
    sets: Vec<String>,
    /// Whether a set that was not named may be any.
    nameless: bool,
}

impl<'a> Sight<'a> {
    fn new(side: Side<'a>, names: &BTreeMap<&PermissionSetArn, &str>) -> Self {
        let people = (0..).zip(&side.matrix.people);
        let accounts = (0..).zip(&side.matrix.accounts);
        let named = side.matrix.sets.iter().map(|set| {
            let name = set.arn.as_ref().and_then(|arn| names.get(arn).copied());
            name.unwrap_or(set.shown()).to_owned()
        });
        let sets: Vec<String> = named.collect();
        Self {
            people: people.filter_map(|(at, card)| Some((card.id.as_ref()?, at))).collect(),
            accounts: accounts.map(|(at, card)| (&card.id, at)).collect(),
            nameless: side.matrix.sets.iter().zip(&sets).any(|(set, name)| is_nameless(set, name)),
            sets,
            side,
        }
    }

    /// Why nobody can tell whose access it is, or to what: a user may have been deleted, and a set that was
    /// deleted and made again goes by its name.
    fn doubt(&self, id: &UserId, at: At) -> Option<String> {
        if self.person(id).is_some_and(|card| card.name.is_none()) {
            return Some("whether there is such a user was not read".to_owned());
        }
        let (set, name) = (self.side.matrix.set(at)?, self.sets.get(at as usize)?);
        is_nameless(set, name).then(|| "the name of its set was not read".to_owned())
    }

    fn person(&self, id: &UserId) -> Option<&'a Person> {
        self.side.matrix.person(*self.people.get(id)?)
    }

    fn account(&self, id: &AccountId) -> Option<&'a Account> {
        self.side.matrix.account(*self.accounts.get(id)?)
    }

    fn reached(&self, id: &UserId) -> BTreeMap<Pair, Reached> {
        let matrix = self.side.matrix;
        let mut out: BTreeMap<Pair, Reached> = BTreeMap::new();
        let Some(at) = self.people.get(id) else { return out };
        // One that was deleted reaches nothing.
        if self.person(id).is_some_and(|card| card.name.is_none() && !card.unknown) {
            return out;
        }
        for granted in matrix.reaching(*at) {
            let (Some(account), Some(set)) =
                (matrix.account(granted.account), self.sets.get(granted.set as usize))
            else {
                continue;
            };
            let via = match granted.to {
                To::Group(at) => matrix.group(at).map(|group| format!("group:{}", group.shown())),
                To::Person(at) => {
                    matrix.person(at).map(|person| format!("user:{}", person.shown()))
                }
            };
            let pair = (account.id.clone(), set.clone());
            out.entry(pair).or_insert((granted.set, BTreeSet::new())).1.extend(via);
        }
        out
    }

    /// Why somebody may have an access here that was not seen.
    fn may_hide(&self, id: &UserId, (account, set): &Pair) -> Option<String> {
        let matrix = self.side.matrix;
        if let Some(text) = matrix.everywhere.first() {
            return Some(text.clone());
        }
        let person = self.people.get(id).copied();
        let is_set = |at: At| self.sets.get(at as usize) == Some(set);
        let is_account = |at: At| matrix.account(at).is_some_and(|card| card.id == *account);
        let hidden = matrix.unread.iter().find(|unread| {
            let here = unread.account.is_none_or(is_account)
                && unread.set.is_none_or(|at| is_set(at) || self.nameless);
            let of = match (unread.hides, unread.to) {
                (Hides::Nothing, _) => false,
                (Hides::Members, Some(to @ To::Group(_))) => matrix
                    .grants_of(to)
                    .any(|granted| is_account(granted.account) && is_set(granted.set)),
                (Hides::Grants, Some(To::Group(group))) => {
                    person.is_none_or(|at| matrix.groups_of(at).contains(&group))
                        || matrix.group(group).is_some_and(|card| !card.members_known)
                }
                (Hides::Grants, Some(To::Person(at))) => person == Some(at),
                (_, None) | (Hides::Members, _) => true,
            };
            here && of
        });
        hidden.map(|unread| unread.text.clone()).or_else(|| self.not_asked(id, account, set))
    }

    /// Whether a quick reading did not ask for such an access.
    fn not_asked(&self, id: &UserId, account: &AccountId, set: &str) -> Option<String> {
        let reading = &self.side.live.taken.reading;
        if reading.asked.is_none() && reading.within.is_none() {
            return None;
        }
        let center = &self.side.live.identity_center;
        let mut arns = center.permission_sets.iter().filter(|(_, s)| s.name == set);
        let asked = reading.knows_user(id)
            || arns.any(|(arn, _)| reading.knows_pair(account, arn) || reading.knows_set(arn));
        (!asked).then(|| "a quick reading, which does not ask for it".to_owned())
    }
}

/// Whether all that is known of a set is its ARN.
fn is_nameless(set: &Set, name: &str) -> bool {
    set.arn.as_ref().is_some_and(|arn| arn.as_str() == name)
}

/// One access in both readings.
struct Finding<'f> {
    id: &'f UserId,
    pair: &'f Pair,
    had: Option<&'f Reached>,
    has: Option<&'f Reached>,
}

/// What an edit of a set does: what is wider, what is narrower; by both of its cards.
type Edits = BTreeMap<(At, At), (Vec<String>, Vec<String>)>;

impl Finding<'_> {
    fn changes(&self, old: &Sight<'_>, new: &Sight<'_>, edits: &mut Edits, out: &mut Vec<Change>) {
        match (self.had, self.has) {
            (None, Some((set, _))) => match new
                .doubt(self.id, *set)
                .or_else(|| old.may_hide(self.id, self.pair).map(|why| format!("before, {why}")))
            {
                Some(why) => out.push(self.change(
                    (old, new),
                    Word::Unknown,
                    format!("has it; whether it is new nobody knows: {why}"),
                )),
                None => out.push(self.change((old, new), Word::Gain, String::new())),
            },
            (Some((set, _)), None) => match old.doubt(self.id, *set).or_else(|| {
                new.may_hide(self.id, self.pair).map(|why| format!("afterwards, {why}"))
            }) {
                Some(why) => out.push(self.change(
                    (old, new),
                    Word::Unknown,
                    format!("had it; whether it is lost nobody knows: {why}"),
                )),
                None => out.push(self.change((old, new), Word::Lose, String::new())),
            },
            (Some((a, _)), Some((b, _))) => {
                let edit = edits.entry((*a, *b)).or_insert_with(|| edit((old, *a), (new, *b)));
                let (wider, narrower) = edit.clone();
                let unknown = [(old, *a), (new, *b)]
                    .into_iter()
                    .any(|(sight, at)| sight.side.matrix.set(at).is_some_and(|set| set.unread));
                if unknown {
                    let detail = "has it; the set's parts were not all read, so whether it allows more or less nobody knows";
                    out.push(self.change((old, new), Word::Unknown, detail.to_owned()));
                    return;
                }
                if !wider.is_empty() {
                    out.push(self.change((old, new), Word::Widen, wider.join("; ")));
                }
                if !narrower.is_empty() {
                    out.push(self.change((old, new), Word::Narrow, narrower.join("; ")));
                }
            }
            (None, None) => {}
        }
    }

    fn change(&self, (old, new): (&Sight<'_>, &Sight<'_>), word: Word, detail: String) -> Change {
        let (account_id, set) = self.pair;
        let level = |sight: &Sight<'_>, reached: Option<&Reached>| {
            Some(sight.side.matrix.set(reached?.0)?.level.level)
        };
        // As it is called now, if it is still there and was read.
        let named = |sight: &Sight<'_>| {
            let name = sight.person(self.id)?.name.as_ref()?;
            Some(name.to_string())
        };
        let account = new.account(account_id).filter(|account| !account.name.is_empty());
        let account = account.or_else(|| old.account(account_id));
        let via = self.has.or(self.had).map(|(_, via)| via.iter().cloned().collect());
        Change {
            word,
            person: named(new).or_else(|| named(old)).unwrap_or_else(|| self.id.to_string()),
            user_id: self.id.to_string(),
            account: account.map_or_else(|| account_id.to_string(), |a| a.shown().to_owned()),
            account_id: account_id.clone(),
            permission_set: set.clone(),
            via: via.unwrap_or_default(),
            before: level(old, self.had),
            after: level(new, self.has),
            detail,
        }
    }
}

/// What is wider and what is narrower of a set.
fn edit((old, a): (&Sight<'_>, At), (new, b): (&Sight<'_>, At)) -> (Vec<String>, Vec<String>) {
    let set = |sight: &Sight<'_>, at: At| {
        let arn = sight.side.matrix.set(at)?.arn.as_ref()?;
        sight.side.live.identity_center.permission_sets.get(arn).map(comparable)
    };
    match (set(old, a), set(new, b)) {
        (Some(old), Some(new)) if old != new => {
            let (wider, narrower) = compare(&old, &new);
            (wider.because, narrower.because)
        }
        // What was not read is said of the set.
        _ => (Vec::new(), Vec::new()),
    }
}
