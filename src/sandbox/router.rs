//! One call from its route to its answer: settling, quotas, faults, rights, the service, the log.

use super::check::{Input, Style};
use super::clock::Clock;
use super::factory::Factory;
use super::failure::{Answer, Failure};
use super::fault::{self, Effect, Fault, Script};
use super::log::{self, Entry};
use super::operations::Operations;
use super::paging::Paging;
use super::quota::{self, Buckets, Quotas};
use super::requests::{self, Requests};
use super::snapshot::{self, Loaded, WorldError};
use super::wire::{self, Protocol, Reply, Request, Route};
use super::world::{Stamp, World};
use super::{
    Options, accounts, cloudtrail, control_catalog, control_tower, identity_store, organizations,
    rights, service_catalog, sns, sso_admin, sts,
};
use serde_json::{Map, Value};
use std::time::Duration;

/// Everything behind the sandbox's lock.
pub(super) struct State {
    loaded: Loaded,
    options: Options,
    clock: Clock,
    script: Script,
    buckets: Buckets,
    /// The account that calls come from.
    caller: String,
    calls: Vec<Entry>,
    /// Whether a fault let others change something.
    meddled: bool,
}

/// What came of a call.
pub(super) struct Done {
    /// None where a fault broke the connection.
    pub(super) reply: Option<Reply>,
    pub(super) entry: Entry,
    pub(super) changed: bool,
}

/// What an operation works on.
pub(super) struct Call<'a> {
    pub(super) world: &'a mut World,
    pub(super) requests: &'a mut Requests,
    pub(super) accounts: &'a mut accounts::Requests,
    pub(super) events: &'a cloudtrail::Events,
    pub(super) operations: &'a mut Operations,
    pub(super) factory: &'a mut Factory,
    pub(super) options: &'a Options,
    /// The account that the call comes from.
    pub(super) caller: &'a str,
    pub(super) clock: Clock,
    pub(super) operation: &'a str,
    /// A scripted failure for the asynchronous request that this call makes.
    pub(super) forced: Option<String>,
    /// Whether it never ends.
    pub(super) hangs: bool,
}

impl Call<'_> {
    /// The page that a request asks for.
    pub(super) fn paging<'a>(&'a self, input: &'a Input, most: usize) -> Paging<'a> {
        self.paging_from(input, 1, most)
    }

    /// The page that a request asks for, where the service also says how short it may be.
    pub(super) fn paging_from<'a>(
        &'a self,
        input: &'a Input,
        least: usize,
        most: usize,
    ) -> Paging<'a> {
        Paging { options: self.options, operation: self.operation, input, least, most }
    }

    /// The limits in force.
    pub(super) fn quotas(&self) -> Option<&Quotas> {
        self.options.quotas.as_ref()
    }

    /// Accepts an asynchronous request of sso-admin. Under quotas those of one account take turns.
    pub(super) fn accept(&mut self, request: requests::Request) -> requests::Request {
        let turn = self.quotas().and_then(|_| self.requests.turn(self.world, &request));
        let delay = if self.hangs { Duration::MAX } else { self.options.delay };
        self.requests.accept(request, turn, delay)
    }

    /// Dates and revision of something; what the snapshot brought has those of the sandbox's start.
    pub(super) fn stamp(&self, id: &str) -> Stamp {
        let base = self.clock.base();
        let first = Stamp { created: base, updated: base, revision: 1 };
        self.world.stamps.get(id).copied().unwrap_or(first)
    }

    /// Records that something was made now.
    pub(super) fn made(&mut self, id: &str) {
        let now = self.clock.now();
        self.world.stamps.insert(id.to_owned(), Stamp { created: now, updated: now, revision: 1 });
    }

    /// Records that something was changed now.
    pub(super) fn changed(&mut self, id: &str) {
        let mut stamp = self.stamp(id);
        stamp.updated = self.clock.now();
        stamp.revision += 1;
        self.world.stamps.insert(id.to_owned(), stamp);
    }
}

impl State {
    pub(super) fn new(
        mut loaded: Loaded,
        options: Options,
        clock: Clock,
    ) -> Result<Self, WorldError> {
        let script = Script::new(options.faults.clone());
        let caller = rights::account(&loaded.world, &options.caller).map_err(WorldError::Caller)?;
        let (buckets, calls) = (Buckets::default(), Vec::new());
        loaded.factory.follow(&loaded.world, clock.base());
        Ok(Self { loaded, options, clock, script, buckets, caller, calls, meddled: false })
    }

    pub(super) fn to_json(&self) -> String {
        snapshot::write(&self.loaded, &self.options.started)
    }

    pub(super) fn calls(&self) -> &[Entry] {
        &self.calls
    }

    pub(super) fn script(&mut self, faults: Vec<Fault>) {
        self.script = Script::new(faults);
    }

    pub(super) fn world(&mut self) -> &mut World {
        &mut self.loaded.world
    }

    /// Answers one request.
    pub(super) fn answer(&mut self, request: &Request) -> Done {
        let settled = self.settle();
        let route = wire::route(request);
        let members = wire::read(&route, request);
        let summary = members.as_ref().map(log::summary).unwrap_or_default();
        let who = cloudtrail::Caller::of(request, &self.caller);
        let (answer, lost) = self.admit(&route, members, &who);
        let write = log::writes(&route.operation);
        let outcome = answer.as_ref().map_or_else(|failure| failure.code, |_| "ok").to_owned();
        let (run, n) = (self.loaded.run, self.calls.len() as u64 + 1);
        let reply = (!lost).then(|| wire::reply(&route, answer, &format!("{run}/{n}")));
        let Route { service, operation, protocol: _ } = route;
        let entry = Entry { run, n, service, operation, write, summary, outcome };
        self.calls.push(entry.clone());
        // What a fault answers says nothing of what was done.
        let changed = settled || write || std::mem::take(&mut self.meddled);
        Done { reply, entry, changed }
    }

    /// Lets everything take effect that is due, and says whether anything was.
    fn settle(&mut self) -> bool {
        let Loaded { world, requests, accounts, operations, factory, events: _, run: _ } =
            &mut self.loaded;
        let assignments = requests.settle(world);
        let accounts = accounts.settle(world, self.clock);
        let governance = [operations.settle(world, self.clock), factory.settle(world, self.clock)]
            .contains(&true);
        if governance {
            factory.follow(world, self.clock.now());
        }
        assignments || accounts || governance
    }

    /// Lets a call through the gates, and says whether its answer is lost. AWS counts calls before it looks at them, so
    /// quotas come first; what they refuse, a script of faults never meets.
    fn admit(
        &mut self,
        route: &Route,
        members: Result<Map<String, Value>, Failure>,
        who: &cloudtrail::Caller,
    ) -> (Answer, bool) {
        if let Some(quotas) = &self.options.quotas
            && let Err(refused) = self.buckets.take(quotas, route)
        {
            return (Err(refused), false);
        }
        let effect = self.script.meet(&route.operation);
        if let Some(failure) = scripted(route, &self.caller, effect.as_ref()) {
            if let (Some(Effect::Deny), Ok(members)) = (&effect, &members) {
                self.record(route, members, &Err(failure.clone()), who);
            }
            return (Err(failure), effect == Some(Effect::Reset));
        }
        if let Some(Effect::Meanwhile(others)) = &effect {
            self.meanwhile(others);
        }
        let answer = members.and_then(|members| self.perform(route, members, effect.as_ref(), who));
        match (effect, answer) {
            (Some(Effect::Exists), Ok(_)) => (Err(fault::exists(route)), false),
            (effect, answer) => (answer, effect == Some(Effect::Lose)),
        }
    }

    /// Others make their calls, which take effect at once.
    fn meanwhile(&mut self, others: &[fault::Other]) {
        let delay = std::mem::take(&mut self.options.delay);
        let who = cloudtrail::Caller::other(&self.caller);
        for fault::Other { service, operation, input } in others {
            let route = Route {
                service: service.clone(),
                operation: operation.clone(),
                protocol: Protocol::Json,
            };
            // Whether they succeed is their own business.
            drop(self.perform(&route, input.clone(), None, &who));
            self.settle();
        }
        self.options.delay = delay;
        self.meddled = true;
    }

    /// Calls the service, if the caller may, and has CloudTrail record what changes something.
    fn perform(
        &mut self,
        route: &Route,
        members: Map<String, Value>,
        effect: Option<&Effect>,
        who: &cloudtrail::Caller,
    ) -> Answer {
        if !cloudtrail::is_recorded(&route.service, &route.operation) {
            return self.served(route, members, effect);
        }
        let answer = self.served(route, members.clone(), effect);
        self.record(route, &members, &answer, who);
        answer
    }

    fn record(
        &mut self,
        route: &Route,
        members: &Map<String, Value>,
        answer: &Answer,
        who: &cloudtrail::Caller,
    ) {
        if !cloudtrail::is_recorded(&route.service, &route.operation) {
            return;
        }
        let Loaded { world, events, run, requests: _, accounts: _, operations: _, factory: _ } =
            &mut self.loaded;
        let event = cloudtrail::event(
            who,
            &cloudtrail::Done {
                service: &route.service,
                operation: &route.operation,
                members,
                answer,
                at: self.clock.now(),
                region: &world.identity_center.region,
                number: format!("{run}/{}/{}", self.calls.len() + 1, events.len()),
            },
        );
        events.record(event);
    }

    fn served(
        &mut self,
        route: &Route,
        members: Map<String, Value>,
        effect: Option<&Effect>,
    ) -> Answer {
        let style = match route.service.as_str() {
            "organizations" => Style::InvalidInput,
            "controltower" => Style::Small,
            "servicecatalog" => Style::Parameters,
            _ => Style::Validation,
        };
        let input = Input::new(members, style);
        rights::check(&self.loaded.world, &self.caller, route, &input)?;
        let mut call = Call {
            world: &mut self.loaded.world,
            requests: &mut self.loaded.requests,
            accounts: &mut self.loaded.accounts,
            events: &self.loaded.events,
            operations: &mut self.loaded.operations,
            factory: &mut self.loaded.factory,
            options: &self.options,
            caller: &self.caller,
            clock: self.clock,
            operation: &route.operation,
            forced: match effect {
                Some(Effect::AsyncFail(reason)) => Some(reason.clone()),
                _ => None,
            },
            hangs: effect == Some(&Effect::Hang),
        };
        match route.service.as_str() {
            "sso-admin" => sso_admin::answer(&mut call, &input),
            "identitystore" => identity_store::answer(&mut call, &input),
            "organizations" => organizations::answer(&mut call, &input),
            "sts" => sts::answer(&call),
            "controltower" => control_tower::answer(&mut call, &input),
            "servicecatalog" => service_catalog::answer(&mut call, &input),
            "controlcatalog" => control_catalog::answer(&call, &input),
            "cloudtrail" => cloudtrail::answer(&call, &input),
            "sns" => sns::answer(&call, &input),
            _ => Err(Failure::unknown_operation(&route.operation)),
        }
    }
}

/// The failure that a fault answers with instead of the service.
fn scripted(route: &Route, caller: &str, effect: Option<&Effect>) -> Option<Failure> {
    match effect? {
        Effect::Deny => Some(rights::denied(route, caller, " with an explicit deny")),
        Effect::Throttle => Some(quota::throttled(&route.service)),
        // Nobody hears of a failure where the connection breaks.
        Effect::Fail500 | Effect::Reset => Some(fault::broken(route)),
        Effect::Expire => Some(fault::expired()),
        Effect::Busy => Some(fault::busy(route)),
        Effect::AsyncFail(_)
        | Effect::Lose
        | Effect::Exists
        | Effect::Hang
        | Effect::Meanwhile(_) => None,
    }
}
