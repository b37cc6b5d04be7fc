//! Asynchronous requests of sso-admin: accepted at once, settled when their time has come.
//!
//! Nothing runs in the background: whatever is due is settled at the start of the next call, in the order of the
//! due times, so a request takes effect exactly when a client can first see it SUCCEEDED.

use super::id;
use super::world::{Principal, World};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// What a request does when it succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Assign,
    Unassign,
    Provision,
}

/// Where a request stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Status {
    InProgress(Instant),
    #[default]
    Succeeded,
    Failed(String),
}

impl Status {
    /// The API's `Status`.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::InProgress(_) => "IN_PROGRESS",
            Self::Succeeded => "SUCCEEDED",
            Self::Failed(_) => "FAILED",
        }
    }
}

/// An accepted request.
#[derive(Clone, Debug)]
pub(super) struct Request {
    pub(super) id: String,
    pub(super) kind: Kind,
    /// None for the provisioning of all accounts.
    pub(super) account: Option<String>,
    pub(super) set: String,
    pub(super) principal: Option<Principal>,
    /// The set's version when the request was made: a later edit is not in what it provisions.
    pub(super) version: u64,
    pub(super) created: i64,
    /// A scripted failure.
    pub(super) forced: Option<String>,
    pub(super) status: Status,
}

impl Request {
    /// When it ends, if it has not.
    fn due(&self) -> Option<Instant> {
        match self.status {
            Status::InProgress(due) => Some(due),
            Status::Succeeded | Status::Failed(_) => None,
        }
    }
}

/// When something ends that takes `delay` from its turn on. A delay too long for the clock means "never", for which a
/// day will do.
pub(super) fn due(turn: Option<Instant>, delay: Duration) -> Instant {
    let now = Instant::now();
    let begins = turn.map_or(now, |turn| turn.max(now));
    begins.checked_add(delay).unwrap_or(now + Duration::from_hours(24))
}

/// Whether two requests are for a common account. Without an account of its own, a request is for all accounts that
/// have its permission set.
fn meet(world: &World, one: &Request, other: &Request) -> bool {
    let sets = &world.identity_center.permission_sets;
    let has = |set: &str, account: &str| {
        sets.get(set).is_some_and(|set| set.provisioned.contains_key(account))
    };
    match (&one.account, &other.account) {
        (Some(one), Some(other)) => one == other,
        (Some(account), None) => has(&other.set, account),
        (None, Some(account)) => has(&one.set, account),
        (None, None) => sets
            .get(&one.set)
            .is_some_and(|set| set.provisioned.keys().any(|account| has(&other.set, account))),
    }
}

/// How many finished requests are remembered. AWS forgets them too, after days.
const REMEMBERED: usize = 2_000;

/// All requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    in_flight: Vec<Request>,
    done: VecDeque<Request>,
}

impl Requests {
    /// Adds one as it was persisted.
    pub(super) fn restore(&mut self, request: Request) {
        if matches!(request.status, Status::InProgress(_)) {
            self.in_flight.push(request);
        } else {
            self.done.push_back(request);
        }
    }

    /// Accepts a request that takes `delay` from its turn on: from now where it has none, or where it is past.
    pub(super) fn accept(
        &mut self,
        mut request: Request,
        turn: Option<Instant>,
        delay: Duration,
    ) -> Request {
        request.status = Status::InProgress(due(turn, delay));
        self.in_flight.push(request.clone());
        request
    }

    /// When a request's turn comes: AWS changes one role of Identity Center at a time in an account, so it waits for
    /// everything under way in the accounts that it is for. None where there is nothing to wait for.
    pub(super) fn turn(&self, world: &World, request: &Request) -> Option<Instant> {
        let waits_for = self.in_flight.iter().filter(|other| meet(world, other, request));
        waits_for.filter_map(Request::due).max()
    }

    /// The requests of a kind, with a status where one is given, oldest first, with a key that keeps that order.
    pub(super) fn of(
        &self,
        kind: Kind,
        status: Option<&str>,
    ) -> impl Iterator<Item = (String, &Request)> {
        let wanted = move |request: &&Request| {
            request.kind == kind && status.is_none_or(|status| request.status.name() == status)
        };
        let all = self.done.iter().chain(&self.in_flight).filter(wanted);
        let mut all: Vec<_> = all.map(|r| (format!("{:020}/{}", r.created, r.id), r)).collect();
        all.sort_by(|(one, _), (other, _)| one.cmp(other));
        all.into_iter()
    }

    /// One request of a kind.
    pub(super) fn find(&self, kind: Kind, id: &str) -> Option<&Request> {
        self.in_flight.iter().chain(&self.done).find(|r| r.kind == kind && r.id == id)
    }

    /// Everything, for the persisted world.
    pub(super) fn all(&self) -> impl Iterator<Item = &Request> {
        self.done.iter().chain(&self.in_flight)
    }

    /// What has not ended yet.
    pub(super) fn in_flight(&self) -> impl Iterator<Item = &Request> {
        self.in_flight.iter()
    }

    /// How many requests of a kind have not ended yet.
    pub(super) fn under_way(&self, kind: Kind) -> usize {
        self.in_flight.iter().filter(|request| request.kind == kind).count()
    }

    /// Settles what is due, and says whether anything was.
    pub(super) fn settle(&mut self, world: &mut World) -> bool {
        let now = Instant::now();
        let due = |request: &Request| request.due().is_some_and(|at| at <= now);
        if !self.in_flight.iter().any(due) {
            return false;
        }
        let (mut ready, rest): (Vec<_>, Vec<_>) = self.in_flight.drain(..).partition(due);
        self.in_flight = rest;
        // Stable: requests with the same due time settle in the order they were made.
        ready.sort_by_key(Request::due);
        for mut request in ready {
            request.status = match perform(world, &request) {
                Ok(()) => Status::Succeeded,
                Err(reason) => Status::Failed(reason),
            };
            self.done.push_back(request);
        }
        while self.done.len() > REMEMBERED {
            self.done.pop_front();
        }
        true
    }
}

/// Makes a request's id.
pub(super) fn request_id(number: u64) -> String {
    id::uuid(&format!("request/{number}"))
}

/// Does what a request asked for, or gives the failure's reason.
fn perform(world: &mut World, request: &Request) -> Result<(), String> {
    if let Some(reason) = &request.forced {
        return Err(reason.clone());
    }
    let Request { kind, account, set, principal, version, .. } = request;
    match (kind, account, principal) {
        (Kind::Assign, Some(account), Some(principal)) => {
            assign(world, account, set, principal, *version)
        }
        (Kind::Unassign, Some(account), Some(principal)) => {
            unassign(world, account, set, principal)
        }
        (Kind::Provision, account, _) => provision(world, account.as_deref(), set, *version),
        _ => Err("The request is incomplete".to_owned()),
    }
}

fn assign(
    world: &mut World,
    account: &str,
    set: &str,
    principal: &Principal,
    version: u64,
) -> Result<(), String> {
    let state = world.organization.accounts.get(account).and_then(|a| a.state.as_deref());
    // [U] what AWS says of a suspended account; that the request fails after it was accepted is known.
    if state != Some("ACTIVE") {
        let state = state.unwrap_or("unknown");
        return Err(format!(
            "Received a 4xx status error: Account {account} is not active, its state is {state}"
        ));
    }
    if !world.has_principal(principal) {
        return Err(gone(world, principal));
    }
    let center = &mut world.identity_center;
    let Some(known) = center.permission_sets.get_mut(set) else {
        return Err("Received a 404 status error: Permission set not found".to_owned());
    };
    known.provision(account, version);
    center.assignments.insert((account.to_owned(), set.to_owned()), principal.clone());
    Ok(())
}

/// A row whose principal is gone ends FAILED, and is gone afterwards: clients have reported the failure for years
/// (terraform-provider-aws #19341), and that the row does not come back. A choice, since AWS documents neither.
fn unassign(
    world: &mut World,
    account: &str,
    set: &str,
    principal: &Principal,
) -> Result<(), String> {
    let known = world.has_principal(principal);
    let was = world.unassign(account, set, principal);
    if !known {
        return Err(gone(world, principal));
    }
    if !was {
        return Err("Received a 404 status error: Assignment not found".to_owned());
    }
    Ok(())
}

fn gone(world: &World, principal: &Principal) -> String {
    let kind = if matches!(principal, Principal::User(_)) { "User" } else { "Group" };
    format!(
        "Received a 404 status error: {kind} {} not found in directory {}",
        principal.id(),
        world.identity_center.identity_store_id
    )
}

fn provision(
    world: &mut World,
    account: Option<&str>,
    set: &str,
    version: u64,
) -> Result<(), String> {
    let nowhere = || {
        let place = account.unwrap_or("any account");
        format!(
            "Received a 404 status error: Permission set provision not found in AWS account: {place}"
        )
    };
    let known = world.identity_center.permission_sets.get_mut(set).ok_or_else(nowhere)?;
    let accounts: Vec<String> = match account {
        Some(account) if known.provisioned.contains_key(account) => vec![account.to_owned()],
        Some(_) => return Err(nowhere()),
        None => known.provisioned.keys().cloned().collect(),
    };
    if accounts.is_empty() {
        return Err(nowhere());
    }
    for account in accounts {
        known.provision(&account, version);
    }
    Ok(())
}
