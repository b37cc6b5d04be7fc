//! The sandbox: an AWS in this process, for rehearsals and tests.
//!
//! It answers the calls of IAM Identity Center (`sso-admin`), Identity Store, Organizations, Control Tower with its
//! catalog, Account Factory (a part of Service Catalog), STS, CloudTrail's event history and SNS from a world in memory,
//! either behind the SDK's HTTP client ([`Sandbox::http_client`]: no sockets, no credentials, and all of the
//! SDK in use) or over loopback HTTP ([`Sandbox::serve`]: any AWS client). A world is a snapshot of an organization, so
//! what is about to happen to a real one can be tried on a copy.
//!
//! What it keeps faithful: asynchronous requests that take effect when they succeed; provisioning, with accounts that
//! are stale after an edit; conflicts on duplicate names, on things in use and on opposite requests; rows inherited
//! through groups, orphaned rows; paging with opaque tokens and, if asked for, empty pages; the lengths and patterns
//! of the service models; revisions; what an update clears by leaving it out; the creation and closing of accounts;
//! Control Tower's operations that stand alone, what it governs and how that drifts; if asked for, quotas ([`Quotas`]),
//! the rights of a delegated administrator ([`Caller`]) and the time that answers take.
//!
//! It imports nothing from the rest of the crate, and no AWS SDK: a misreading of AWS cannot hide in both.

mod accounts;
mod check;
mod clock;
mod cloudtrail;
mod connector;
mod control_catalog;
mod control_tower;
mod factory;
mod failure;
mod fault;
mod id;
mod identity_store;
mod log;
mod operations;
mod options;
mod organizations;
mod paging;
mod quota;
mod requests;
mod rights;
mod router;
mod seed;
mod serve;
mod service_catalog;
mod snapshot;
mod sns;
mod sso_admin;
mod sts;
mod wire;
pub mod world;

pub use fault::{Effect, Fault, Other};
pub use log::{Count, Entry, counts};
pub use options::{Caller, Instance, Options};
pub use quota::{Quotas, Rate};
pub use snapshot::WorldError;
pub use world::World;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use router::State;
use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

type WriteHook = Box<dyn Fn(&Sandbox) + Send + Sync>;
type CallHook = Box<dyn Fn(&Entry) + Send + Sync>;

#[derive(Default)]
struct Hooks {
    write: Vec<WriteHook>,
    call: Vec<CallHook>,
}

struct Inner {
    state: Mutex<State>,
    latency: Duration,
    /// Also held during a call, so that hooks see calls in their order and never an older world after a newer one.
    hooks: Mutex<Hooks>,
}

/// A fake AWS with one organization. Clones share the world.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

/// A panic in a hook or in an edit of a test must not take the whole sandbox away.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sandbox {
    /// Opens a world: a snapshot, or what [`Sandbox::to_json`] wrote. Each opening of the latter counts one run more;
    /// the number is kept only if the world is written again, so who shares a log should write it after opening.
    pub fn from_json(world: &[u8], options: Options) -> Result<Self, WorldError> {
        let base = clock::seconds(&options.started)
            .ok_or_else(|| WorldError::Started(options.started.clone()))?;
        let latency = options.latency;
        let state = State::new(snapshot::read(world)?, options, clock::Clock::new(base))?;
        Ok(Self {
            inner: Arc::new(Inner {
                state: Mutex::new(state),
                latency,
                hooks: Mutex::new(Hooks::default()),
            }),
        })
    }

    /// The world as a snapshot, with what is in flight under the key `sandbox`.
    pub fn to_json(&self) -> String {
        lock(&self.inner.state).to_json()
    }

    /// A transport for the SDK that answers from this sandbox.
    pub fn http_client(&self) -> SharedHttpClient {
        connector::client(self.clone())
    }

    /// Calls `hook` after every call that changed the world, be it by what it asked for or because something
    /// asynchronous was due. The hook may read the sandbox, but not call its services.
    pub fn on_write(&self, hook: Box<dyn Fn(&Self) + Send + Sync>) {
        lock(&self.inner.hooks).write.push(hook);
    }

    /// Calls `hook` for every call, in their order.
    pub fn on_call(&self, hook: Box<dyn Fn(&Entry) + Send + Sync>) {
        lock(&self.inner.hooks).call.push(hook);
    }

    /// The calls since this sandbox was opened.
    pub fn calls(&self) -> Vec<Entry> {
        lock(&self.inner.state).calls().to_vec()
    }

    /// The calls since this sandbox was opened, counted by `service:Operation`.
    pub fn counts(&self) -> BTreeMap<String, Count> {
        log::counts(lock(&self.inner.state).calls())
    }

    /// Replaces the script of faults; their calls are counted from now.
    pub fn script(&self, faults: Vec<Fault>) {
        lock(&self.inner.state).script(faults);
    }

    /// Changes the world behind everyone's back: no call, no log line, no hook.
    pub fn edit(&self, f: impl FnOnce(&mut World)) {
        f(lock(&self.inner.state).world());
    }

    /// Answers HTTP/1.1 on a listener until `stop` is done.
    pub async fn serve(
        self,
        listener: tokio::net::TcpListener,
        stop: impl Future<Output = ()>,
    ) -> std::io::Result<()> {
        serve::serve(self, listener, stop).await
    }

    /// Answers one request when the latency has passed; none is a connection that broke. The call is done before, so a
    /// client that does not wait has made it all the same.
    async fn answer(&self, request: &wire::Request) -> Option<wire::Reply> {
        let reply = self.perform(request);
        // Even an empty sleep lasts until the timer's next tick.
        if !self.inner.latency.is_zero() {
            tokio::time::sleep(self.inner.latency).await;
        }
        reply
    }

    fn perform(&self, request: &wire::Request) -> Option<wire::Reply> {
        let hooks = lock(&self.inner.hooks);
        let done = lock(&self.inner.state).answer(request);
        for hook in &hooks.call {
            hook(&done.entry);
        }
        if done.changed {
            for hook in &hooks.write {
                hook(self);
            }
        }
        done.reply
    }
}
