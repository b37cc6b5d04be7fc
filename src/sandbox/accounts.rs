//! Asynchronous requests of Organizations: accounts that are being created, and accounts that are being closed.
//!
//! Like those of sso-admin they are settled at the start of the next call, in the order of their due times.

use super::clock::Clock;
use super::id;
use super::requests::Status;
use super::world::{Account, Stamp, World};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// A request to create an account.
#[derive(Clone, Debug)]
pub(super) struct Creation {
    /// `car-…`, sorted as the requests were made.
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) tags: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub(super) requested: i64,
    /// Seconds since 1970, where it has ended.
    pub(super) completed: Option<i64>,
    /// The new account's id, where it has succeeded.
    pub(super) account: Option<String>,
    /// A scripted failure.
    pub(super) forced: Option<String>,
    pub(super) status: Status,
}

/// The requests of one organization.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    creations: BTreeMap<String, Creation>,
    /// When an account will be suspended that waits for it.
    closures: BTreeMap<String, Instant>,
    /// When each account was asked to be closed, in seconds since 1970.
    closed: BTreeMap<String, i64>,
}

impl Requests {
    /// Adds a creation.
    pub(super) fn create(&mut self, creation: Creation) {
        self.creations.insert(creation.id.clone(), creation);
    }

    /// Adds the closure of an account.
    pub(super) fn close(&mut self, account: &str, due: Instant) {
        self.closures.insert(account.to_owned(), due);
    }

    /// Remembers when the closure of an account was asked for.
    pub(super) fn remember_closed(&mut self, account: &str, at: i64) {
        self.closed.insert(account.to_owned(), at);
    }

    /// When each account was asked to be closed.
    pub(super) fn closed(&self) -> &BTreeMap<String, i64> {
        &self.closed
    }

    /// All creations by id.
    pub(super) fn creations(&self) -> &BTreeMap<String, Creation> {
        &self.creations
    }

    /// The closures under way, by account.
    pub(super) fn closures(&self) -> &BTreeMap<String, Instant> {
        &self.closures
    }

    /// How many creations have not ended.
    pub(super) fn being_created(&self) -> usize {
        let open = |creation: &&Creation| matches!(creation.status, Status::InProgress(_));
        self.creations.values().filter(open).count()
    }

    /// Settles what is due, and says whether anything was.
    pub(super) fn settle(&mut self, world: &mut World, clock: Clock) -> bool {
        let now = Instant::now();
        let mut ready: Vec<(Instant, &mut Creation)> = self
            .creations
            .values_mut()
            .filter_map(|creation| match creation.status {
                Status::InProgress(due) if due <= now => Some((due, creation)),
                _ => None,
            })
            .collect();
        // Stable: those with the same due time settle in the order of their ids, which is that of the requests.
        ready.sort_by_key(|(due, _)| *due);
        let mut settled = !ready.is_empty();
        for (due, creation) in ready {
            settle(world, creation, clock.at(due));
        }
        self.closures.retain(|account, due| {
            let waits = *due > now;
            if !waits && let Some(account) = world.organization.accounts.get_mut(account) {
                account.state = Some("SUSPENDED".to_owned());
            }
            settled |= !waits;
            waits
        });
        settled
    }
}

/// Creates the account, in the root, or fails with the model's reason.
fn settle(world: &mut World, creation: &mut Creation, now: i64) {
    creation.completed = Some(now);
    let taken = is_taken(world, &creation.email);
    let failure =
        creation.forced.clone().or_else(|| taken.then(|| "EMAIL_ALREADY_EXISTS".to_owned()));
    if let Some(reason) = failure {
        creation.status = Status::Failed(reason);
        return;
    }
    let Creation { name, email, tags, .. } = &*creation;
    creation.account = Some(add(world, name, email, tags.clone(), now));
    creation.status = Status::Succeeded;
}

/// Whether an account has an address, in whatever letters and whatever became of the account.
pub(super) fn is_taken(world: &World, email: &str) -> bool {
    let mut accounts = world.organization.accounts.values();
    accounts.any(|account| account.email.eq_ignore_ascii_case(email))
}

/// Adds an account to the root, and gives its id.
pub(super) fn add(
    world: &mut World,
    name: &str,
    email: &str,
    tags: BTreeMap<String, String>,
    now: i64,
) -> String {
    let id = new_id(world);
    let account = Account {
        name: name.to_owned(),
        email: email.to_owned(),
        state: Some("ACTIVE".to_owned()),
        parent: world.organization.root.clone(),
        tags,
    };
    world.organization.accounts.insert(id.clone(), account);
    world.stamps.insert(id.clone(), Stamp { created: now, updated: now, revision: 1 });
    id
}

/// Twelve digits that no account has.
fn new_id(world: &mut World) -> String {
    loop {
        let id = id::digits(&format!("account/{}", world.next_number()), 12);
        if !world.organization.accounts.contains_key(&id) {
            return id;
        }
    }
}
