//! One call from its route to its answer: settling, faults, the service, the log.

use super::check::{Input, Style};
use super::clock::Clock;
use super::failure::{Answer, Failure};
use super::fault::{Effect, Fault, Script};
use super::log::{self, Entry};
use super::paging::Paging;
use super::requests::Requests;
use super::snapshot::{self, Loaded};
use super::wire::{self, Protocol, Reply, Request, Route};
use super::world::{Stamp, World};
use super::{Options, identity_store, organizations, sso_admin, sts};
use serde_json::{Map, Value};

/// Everything behind the sandbox's lock.
pub(super) struct State {
    loaded: Loaded,
    options: Options,
    clock: Clock,
    script: Script,
    calls: Vec<Entry>,
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
    pub(super) options: &'a Options,
    pub(super) clock: Clock,
    pub(super) operation: &'a str,
    /// A scripted failure for the asynchronous request that this call makes.
    pub(super) forced: Option<String>,
}

impl Call<'_> {
    /// The page that a request asks for.
    pub(super) fn paging<'a>(&'a self, input: &'a Input, most: usize) -> Paging<'a> {
        Paging { options: self.options, operation: self.operation, input, most }
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
    pub(super) fn new(loaded: Loaded, options: Options, clock: Clock) -> Self {
        let script = Script::new(options.faults.clone());
        Self { loaded, options, clock, script, calls: Vec::new() }
    }

    pub(super) fn to_json(&self) -> String {
        let Loaded { world, requests, run } = &self.loaded;
        snapshot::write(world, requests, *run, &self.options.started)
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
        let settled = self.loaded.requests.settle(&mut self.loaded.world);
        let route = wire::route(request);
        let effect = self.script.meet(&route.operation);
        let (members, answer) = match read(&route, request) {
            Ok(members) => {
                let answer = match scripted(&route, &self.loaded.world, effect.as_ref()) {
                    Some(failure) => Err(failure),
                    None => self.perform(&route, members.clone(), effect.as_ref()),
                };
                (members, answer)
            }
            Err(failure) => (Map::new(), Err(failure)),
        };
        let write = log::writes(&route.operation);
        let entry = Entry {
            run: self.loaded.run,
            n: self.calls.len() as u64 + 1,
            summary: log::summary(&members),
            outcome: answer.as_ref().map_or_else(|failure| failure.code, |_| "ok").to_owned(),
            service: route.service,
            operation: route.operation,
            write,
        };
        self.calls.push(entry.clone());
        let changed = settled || write && answer.is_ok();
        let number = format!("{}/{}", entry.run, entry.n);
        let lost = effect == Some(Effect::Lose);
        let reply = (!lost).then(|| wire::reply(route.protocol, answer, &number));
        Done { reply, entry, changed }
    }

    /// Calls the service. Quotas and the rights of delegated callers would be checked here, before the operation.
    fn perform(
        &mut self,
        route: &Route,
        members: Map<String, Value>,
        effect: Option<&Effect>,
    ) -> Answer {
        let mut call = Call {
            world: &mut self.loaded.world,
            requests: &mut self.loaded.requests,
            options: &self.options,
            clock: self.clock,
            operation: &route.operation,
            forced: match effect {
                Some(Effect::AsyncFail(reason)) => Some(reason.clone()),
                _ => None,
            },
        };
        match route.service.as_str() {
            "sso-admin" => sso_admin::answer(&mut call, &Input::new(members, Style::Validation)),
            "identitystore" => {
                identity_store::answer(&mut call, &Input::new(members, Style::Validation))
            }
            "organizations" => {
                organizations::answer(&mut call, &Input::new(members, Style::InvalidInput))
            }
            "sts" => sts::answer(&call),
            // Control Tower, Service Catalog and others have their place here.
            _ => Err(Failure::unknown_operation(&route.operation)),
        }
    }
}

fn read(route: &Route, request: &Request) -> Result<Map<String, Value>, Failure> {
    match route.protocol {
        Protocol::Json => wire::members(&request.body),
        Protocol::Query => Ok(Map::new()),
    }
}

/// The failure that a fault answers with instead of the service.
fn scripted(route: &Route, world: &World, effect: Option<&Effect>) -> Option<Failure> {
    let Route { service, operation, protocol: _ } = route;
    let organizations = service == "organizations";
    match effect? {
        Effect::Deny => {
            let caller = sts::caller(world);
            let prefix = if service == "sso-admin" { "sso" } else { service };
            let text = format!(
                "User: {caller} is not authorized to perform: {prefix}:{operation} with an explicit deny"
            );
            let code = if service == "sts" { "AccessDenied" } else { "AccessDeniedException" };
            Some(Failure {
                status: if service == "sts" { 403 } else { 400 },
                ..Failure::new(code, text)
            })
        }
        Effect::Throttle => {
            let code = match service.as_str() {
                "organizations" => "TooManyRequestsException",
                "sts" => "Throttling",
                _ => "ThrottlingException",
            };
            Some(Failure::new(code, "Rate exceeded"))
        }
        Effect::Fail500 => {
            let code = if organizations { "ServiceException" } else { "InternalServerException" };
            Some(Failure { status: 500, ..Failure::new(code, "An internal error occurred") })
        }
        Effect::AsyncFail(_) | Effect::Lose => None,
    }
}
