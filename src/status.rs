//! The landing zone on one screen: OUs with their accounts, what Control Tower makes of them, how many
//! people reach what, and which grants are about to end.

use crate::access::level::Level;
use crate::access::matrix::{At, Definitions, Matrix, To, Why};
use crate::id::{AccountId, OuId, OuPath};
use crate::live::control_tower::{ControlTower, LandingZone, Target};
use crate::live::project::Projection;
use crate::live::{AccountState, Live, Part};
use crate::resolve::Until;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that the screen shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Status {
    /// Control Tower.
    pub tower: Tower,
    /// OUs by path, the root first.
    pub ous: BTreeMap<OuPath, Ou>,
    /// People who reach anything, and those who reach something privileged.
    pub people: Reached,
    /// Grants that end soon, the first to end first; behind them those whose end has passed.
    pub ending: Vec<Ending>,
}

/// What is known of Control Tower.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Tower {
    /// Nobody asked, or it could not be read.
    #[default]
    Unknown,
    /// There is none.
    None,
    /// The landing zone.
    Zone(Box<Zone>),
}

/// The landing zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    /// As it was read.
    pub zone: LandingZone,
    /// Whether it enrols accounts that are moved.
    pub auto_enrols: bool,
    /// How many controls are enabled on OUs, and how many of them have drifted.
    pub controls: (usize, usize),
}

/// An OU.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ou {
    /// Whether Control Tower has registered it; `None` where that is not known or there is no such thing.
    pub registered: Option<bool>,
    /// What has drifted: `baseline`, or names of controls.
    pub drifted: BTreeSet<String>,
    /// How many controls are enabled on it itself.
    pub controls: usize,
    /// The accounts directly in it, by name.
    pub accounts: Vec<Account>,
}

/// An account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: AccountState,
    /// Whether it is the management account.
    pub management: bool,
    /// Whether it is enrolled in Control Tower; `None` where that is not known or there is no such thing.
    pub enrolled: Option<bool>,
    /// Whether its baseline differs from that of its OU.
    pub drifted: bool,
    /// Who owns it, by the definitions.
    pub owner: Option<String>,
    /// Whether it is declared; `None` without definitions.
    pub declared: Option<bool>,
    /// Who reaches it.
    pub people: Reached,
    /// How many of its grants end soon.
    pub ending: usize,
    /// Whether others may reach it whom nobody could read.
    pub incomplete: bool,
}

/// How many people reach something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Everybody.
    pub all: usize,
    /// Those who reach a set that hands on roles or allows everything.
    pub privileged: usize,
    /// Those besides them who reach a set of which nobody knows how much it allows.
    pub unknown: usize,
}

/// A grant that ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// Whether its end has passed and it is live still.
    pub over: bool,
    /// The first instant that is not in it; `None` where only its text is known.
    pub at: Option<Timestamp>,
    /// Its end as typed.
    pub until: String,
    /// The account's name.
    pub account: String,
    /// The permission set's name.
    pub permission_set: String,
    /// `group:NAME` or `user:NAME`.
    pub principal: String,
    /// How many people have it by this grant.
    pub people: usize,
}

/// What the screen is made from.
pub struct Facts<'a> {
    /// What was read.
    pub live: &'a Live,
    /// The same by name.
    pub projection: &'a Projection,
    /// Who reaches what of it.
    pub matrix: &'a Matrix<'a>,
    /// The definitions, where there are any.
    pub definitions: Option<&'a Definitions<'a>>,
    /// The instant at which "soon" begins.
    pub now: Timestamp,
    /// How long it lasts.
    pub soon: SignedDuration,
}

/// Makes the screen.
pub fn status(facts: &Facts<'_>) -> Status {
    let tower = known(facts.live);
    let (people, reached) = reached(facts.matrix);
    let ending = ending(facts);
    let mut ous: BTreeMap<OuPath, Ou> = BTreeMap::new();
    for (path, id) in &facts.projection.ids.ous {
        ous.insert(path.clone(), ou(facts, tower, id));
    }
    for account in accounts(facts, tower, &reached, &ending) {
        let at = facts.projection.state.accounts.get(&account.id).map(|at| at.ou.clone());
        ous.entry(at.unwrap_or_default()).or_default().accounts.push(account);
    }
    for ou in ous.values_mut() {
        ou.accounts.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    }
    Status { tower: zone(facts.live, tower), ous, people, ending }
}

/// Control Tower, where what it governs is known.
fn known(live: &Live) -> Option<&ControlTower> {
    let unread = [Part::LandingZone, Part::Baselines].iter().any(|p| live.gap_for(p).is_some());
    live.control_tower.as_ref().filter(|tower| tower.landing_zone.is_some() && !unread)
}

fn zone(live: &Live, known: Option<&ControlTower>) -> Tower {
    let Some(tower) = &live.control_tower else { return Tower::Unknown };
    let Some(zone) = &tower.landing_zone else {
        let unread = live.gap_for(&Part::LandingZone).is_some();
        return if unread { Tower::Unknown } else { Tower::None };
    };
    let own = tower.enabled_controls.values().filter(|enabled| enabled.parent.is_none());
    let drifted = own.clone().filter(|enabled| enabled.is_drifted()).count();
    Tower::Zone(Box::new(Zone {
        zone: zone.clone(),
        auto_enrols: known.is_some_and(ControlTower::auto_enrols),
        controls: (own.count(), drifted),
    }))
}

fn ou(facts: &Facts<'_>, tower: Option<&ControlTower>, id: &OuId) -> Ou {
    let mut out = Ou::default();
    let Some(tower) = tower else { return out };
    let is_root = id.as_str() == facts.live.organization.root.as_str();
    out.registered = (!is_root).then(|| tower.is_registered(id));
    let here = |target: &Target| matches!(target, Target::Ou(ou) if ou == id);
    let baselines = tower.enabled_baselines.values().filter(|enabled| here(&enabled.target));
    if baselines.into_iter().any(crate::live::control_tower::EnabledBaseline::is_drifted) {
        out.drifted.insert("baseline".to_owned());
    }
    for enabled in tower.enabled_controls.values().filter(|enabled| here(&enabled.target)) {
        if enabled.parent.is_none() {
            out.controls += 1;
        }
        if enabled.is_drifted() {
            let name = enabled.control.rsplit('/').next().unwrap_or_default();
            out.drifted.insert(name.to_owned());
        }
    }
    out
}

fn accounts(
    facts: &Facts<'_>,
    tower: Option<&ControlTower>,
    reached: &BTreeMap<AccountId, Reached>,
    ending: &[Ending],
) -> Vec<Account> {
    let organization = &facts.live.organization;
    let mut endings: BTreeMap<&str, usize> = BTreeMap::new();
    for ending in ending {
        *endings.entry(ending.account.as_str()).or_default() += 1;
    }
    let drifted: BTreeSet<&AccountId> = tower
        .into_iter()
        .flat_map(|tower| tower.enabled_baselines.values())
        .filter(|enabled| enabled.is_drifted())
        .filter_map(|enabled| match &enabled.target {
            Target::Account(id) => Some(id),
            _ => None,
        })
        .collect();
    let cards = facts.matrix.accounts.iter().map(|card| (&card.id, card));
    let cards: BTreeMap<_, _> = cards.collect();
    let unread: BTreeSet<Option<At>> =
        facts.matrix.unread.iter().map(|unread| unread.account).collect();
    let places: BTreeMap<&AccountId, At> =
        facts.matrix.accounts.iter().map(|card| &card.id).zip(0..).collect();
    let definitions = facts.definitions;
    organization
        .accounts
        .iter()
        .map(|(id, live)| {
            let label = facts.projection.labels.of(id);
            let typed = definitions.map(|definitions| {
                let origin = definitions.desired.origins.accounts.get(id);
                origin.and_then(|span| {
                    definitions.declared.accounts.values().find(|account| account.span == *span)
                })
            });
            let owner = typed.flatten().and_then(|account| account.value.owner.as_ref());
            let notes = cards.get(id).is_some_and(|card| !card.notes.is_empty());
            Account {
                id: id.clone(),
                name: live.name.clone(),
                state: live.state.clone(),
                management: *id == organization.management_account,
                enrolled: tower.map(|tower| tower.is_enrolled(id)),
                drifted: drifted.contains(id),
                owner: owner.map(|owner| owner.email.value.clone()),
                declared: typed.map(|typed| typed.is_some()),
                people: reached.get(id).copied().unwrap_or_default(),
                ending: endings.get(label).copied().unwrap_or_default(),
                incomplete: notes
                    || unread.contains(&None)
                    || places.get(id).is_some_and(|at| unread.contains(&Some(*at))),
            }
        })
        .collect()
}

/// Who reaches what, by how much it allows.
#[derive(Default)]
struct People {
    all: BTreeSet<At>,
    privileged: BTreeSet<At>,
    unknown: BTreeSet<At>,
}

impl People {
    fn add(&mut self, people: &[At], level: Level) {
        self.all.extend(people);
        match level {
            Level::Privileged | Level::Admin => self.privileged.extend(people),
            Level::Unknown => self.unknown.extend(people),
            Level::None | Level::Read | Level::Write => {}
        }
    }

    fn count(&self) -> Reached {
        Reached {
            all: self.all.len(),
            privileged: self.privileged.len(),
            unknown: self.unknown.difference(&self.privileged).count(),
        }
    }
}

/// The people of a grant.
fn people_of<'m>(matrix: &'m Matrix<'_>, to: &'m To) -> &'m [At] {
    match to {
        To::Group(at) => matrix.group(*at).map_or(&[], |group| group.members.as_slice()),
        To::Person(at) => std::slice::from_ref(at),
    }
}

/// Everybody, and those of each account. Grants stand account by account, so that one account's people
/// are held at a time.
fn reached(matrix: &Matrix<'_>) -> (Reached, BTreeMap<AccountId, Reached>) {
    let (mut everybody, mut here) = (People::default(), People::default());
    let mut out = BTreeMap::new();
    let mut grants = matrix.grants.iter().peekable();
    while let Some(granted) = grants.next() {
        let level = matrix.set(granted.set).map_or(Level::Unknown, |set| set.level.level);
        let people = people_of(matrix, &granted.to);
        everybody.add(people, level);
        here.add(people, level);
        if grants.peek().is_none_or(|next| next.account != granted.account) {
            let done = std::mem::take(&mut here);
            if let Some(account) = matrix.account(granted.account) {
                out.insert(account.id.clone(), done.count());
            }
        }
    }
    (everybody.count(), out)
}

/// Grants that end soon, and those that should have ended.
fn ending(facts: &Facts<'_>) -> Vec<Ending> {
    let matrix = facts.matrix;
    let last = facts.now.checked_add(facts.soon).unwrap_or(Timestamp::MAX);
    let mut out = Vec::new();
    for granted in &matrix.grants {
        let (over, at, until) = match &granted.why {
            Why::Declared(cause) => match &cause.expires {
                Some(Until { instant, text }) if *instant <= last => {
                    (false, Some(*instant), text.clone())
                }
                _ => continue,
            },
            Why::Lapsed(lapse) => match &lapse.when {
                crate::resolve::LapseKind::Expired(text) => (true, None, text.clone()),
                crate::resolve::LapseKind::NotStarted(_) => continue,
            },
            Why::Unmanaged | Why::Ignored | Why::Unknown => continue,
        };
        let principal = match granted.to {
            To::Group(at) => matrix.group(at).map(|group| format!("group:{}", group.shown())),
            To::Person(at) => matrix.person(at).map(|person| format!("user:{}", person.shown())),
        };
        let account = matrix.account(granted.account);
        out.push(Ending {
            over,
            at,
            until,
            account: account
                .map(|account| facts.projection.labels.of(&account.id).to_owned())
                .unwrap_or_default(),
            permission_set: matrix
                .set(granted.set)
                .map(|s| s.shown().to_owned())
                .unwrap_or_default(),
            principal: principal.unwrap_or_default(),
            people: people_of(matrix, &granted.to).len(),
        });
    }
    out.sort();
    out
}
