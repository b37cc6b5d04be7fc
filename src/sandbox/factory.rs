//! Account Factory: provisioned products, which are accounts, and the records of what was asked for.
//!
//! Records are settled at the start of the next call, as everything asynchronous is. Halfway a new account is there, in
//! the root, as in AWS: only when its record has succeeded is it in its unit and enrolled.

mod perform;

use super::clock::Clock;
use super::id;
use super::requests::{Status, due};
use super::world::World;
use super::world::governance::last;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tokio::time::Instant;

pub(super) use perform::{form, outputs};

/// The parameters of the product, in the order of the form. All must be given.
pub(super) const PARAMETERS: [&str; 6] = [
    "AccountEmail",
    "AccountName",
    "ManagedOrganizationalUnit",
    "SSOUserEmail",
    "SSOUserFirstName",
    "SSOUserLastName",
];

/// A provisioned product.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Product {
    /// `pp-…`
    pub(super) id: String,
    pub(super) name: String,
    /// `AVAILABLE`, `UNDER_CHANGE`, `TAINTED` or `ERROR`.
    pub(super) status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
    /// Seconds since 1970.
    pub(super) created: i64,
    pub(super) token: String,
    /// Who provisioned it.
    pub(super) owner: String,
    /// Its account, once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) account: Option<String>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) last_record: String,
    /// The last record that provisioned or updated it, and the last of these that succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_provisioning: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_successful: Option<String>,
}

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Provision,
    Update,
    Terminate,
}

impl Kind {
    /// The API's `RecordType`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Provision => "PROVISION_PRODUCT",
            Self::Update => "UPDATE_PROVISIONED_PRODUCT",
            Self::Terminate => "TERMINATE_PROVISIONED_PRODUCT",
        }
    }
}

/// A record.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Record {
    /// `rec-…`
    pub(super) id: String,
    pub(super) kind: Kind,
    /// The provisioned product's id and name.
    pub(super) product: String,
    pub(super) name: String,
    pub(super) token: String,
    /// What the product is to have when it succeeds.
    pub(super) parameters: BTreeMap<String, String>,
    /// Seconds since 1970.
    pub(super) created: i64,
    pub(super) updated: i64,
    /// How long all of it takes.
    pub(super) delay: Duration,
    /// Why it will fail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) doomed: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) outputs: Vec<(String, String)>,
    /// Written down as what is left of it.
    #[serde(skip)]
    pub(super) status: Status,
}

impl Record {
    fn due(&self) -> Option<Instant> {
        match self.status {
            Status::InProgress(due) => Some(due),
            Status::Succeeded | Status::Failed(_) => None,
        }
    }

    fn left(&self) -> Duration {
        self.due().map(super::clock::remaining).unwrap_or_default()
    }

    /// The API's `Status`. What is going to fail is in error before it ends: AWS cleans up.
    pub(super) fn status(&self) -> &'static str {
        let quarter = self.delay / 4;
        match self.status {
            Status::Succeeded => "SUCCEEDED",
            Status::Failed(_) => "FAILED",
            Status::InProgress(_) if self.doomed.is_some() && self.left() <= quarter => {
                "IN_PROGRESS_IN_ERROR"
            }
            Status::InProgress(_) if self.begins() => "CREATED",
            Status::InProgress(_) => "IN_PROGRESS",
        }
    }

    /// Whether its first quarter has not passed. One that never ends has more left than it takes, and has begun.
    fn begins(&self) -> bool {
        let left = self.left();
        left > self.delay / 4 * 3 && left <= self.delay
    }

    /// Why it failed, or is failing.
    pub(super) fn error(&self) -> Option<&str> {
        match &self.status {
            Status::Failed(reason) => Some(reason),
            Status::InProgress(_) if self.status() == "IN_PROGRESS_IN_ERROR" => {
                self.doomed.as_deref()
            }
            Status::InProgress(_) | Status::Succeeded => None,
        }
    }
}

/// Everything that Account Factory knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Factory {
    products: BTreeMap<String, Product>,
    records: BTreeMap<String, Record>,
}

impl Factory {
    /// Adds a product as it was persisted.
    pub(super) fn restore(&mut self, product: Product) {
        self.products.insert(product.id.clone(), product);
    }

    /// Adds a record as it was persisted.
    pub(super) fn restore_record(&mut self, record: Record) {
        self.records.insert(record.id.clone(), record);
    }

    /// Provisioned products by id.
    pub(super) fn products(&self) -> &BTreeMap<String, Product> {
        &self.products
    }

    /// Records by id.
    pub(super) fn records(&self) -> &BTreeMap<String, Record> {
        &self.records
    }

    /// How many records are in progress: each is an operation on an account.
    pub(super) fn under_way(&self) -> usize {
        self.records.values().filter(|record| record.due().is_some()).count()
    }

    /// Accepts a record, and shows its product under change.
    pub(super) fn accept(
        &mut self,
        mut product: Product,
        mut record: Record,
        hangs: bool,
    ) -> Record {
        let delay = if hangs { Duration::MAX } else { record.delay };
        record.status = Status::InProgress(due(None, delay));
        "UNDER_CHANGE".clone_into(&mut product.status);
        product.message = None;
        product.last_record.clone_from(&record.id);
        if record.kind != Kind::Terminate {
            product.last_provisioning = Some(record.id.clone());
        }
        self.products.insert(product.id.clone(), product);
        self.records.insert(record.id.clone(), record.clone());
        record
    }

    /// Settles what is due, and says whether anything was.
    pub(super) fn settle(&mut self, world: &mut World, clock: Clock) -> bool {
        let Self { products, records } = self;
        let now = Instant::now();
        let open = |record: &&mut Record| record.due().is_some();
        let mut open: Vec<&mut Record> = records.values_mut().filter(open).collect();
        open.sort_by_key(|record| record.due());
        let mut settled = false;
        for record in open {
            let Some(product) = products.get_mut(&record.product) else { continue };
            let Some(due) = record.due() else { continue };
            if record.kind == Kind::Provision
                && record.doomed.is_none()
                && product.account.is_none()
                && record.left() <= record.delay / 2
            {
                settled = true;
                match perform::create(world, record, clock.at(due.min(now))) {
                    Ok(account) => product.account = Some(account),
                    Err(reason) => record.doomed = Some(reason),
                }
            }
            if due <= now {
                settled = true;
                record.updated = clock.at(due);
                perform::end(world, record, product);
            }
        }
        // What was terminated is gone.
        products.retain(|_, product| product.status != "TERMINATED");
        settled
    }

    /// Gives every enrolled account its product, as Control Tower does, and takes those away whose accounts are no longer
    /// enrolled. Its own two accounts have none.
    pub(super) fn follow(&mut self, world: &World, now: i64) {
        let enrolled = world.enrolled();
        self.products.retain(|_, product| {
            let gone = product.account.as_deref().is_some_and(|id| !enrolled.contains(id));
            product.status != "AVAILABLE" || !gone
        });
        let products = self.products.values();
        let known: BTreeSet<String> = products.filter_map(|one| one.account.clone()).collect();
        let mut names: BTreeSet<String> =
            self.products.values().map(|one| one.name.clone()).collect();
        for account in enrolled {
            if !known.contains(account) && !world.is_tower_account(account) {
                let product = of_account(world, account, &names, now);
                names.insert(product.name.clone());
                self.restore(product);
            }
        }
    }
}

/// The product of an account that was enrolled by other ways.
fn of_account(world: &World, account: &str, names: &BTreeSet<String>, now: i64) -> Product {
    let known = world.organization.accounts.get(account).cloned().unwrap_or_default();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let name: String = known.name.chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned();
    let taken = name.is_empty() || names.contains(&name);
    let name = if taken { format!("account-{account}") } else { name };
    let registration = world.enrolment(account).and_then(|child| child.parent.clone());
    let registration = registration
        .and_then(|arn| world.control_tower.enabled_baselines.get(&arn))
        .map(|own| last(&own.target).to_owned());
    let unit = registration.unwrap_or_else(|| known.parent.clone());
    let values = [
        known.email.clone(),
        known.name.clone(),
        perform::form(world, &unit),
        known.email.clone(),
        "AWS".to_owned(),
        "Account".to_owned(),
    ];
    let parameters = PARAMETERS.iter().map(|key| (*key).to_owned()).zip(values).collect();
    let id = |kind: &str| format!("{kind}-{}", id::hex(&format!("{kind}/{account}"), 13));
    Product {
        id: id("pp"),
        name,
        status: "AVAILABLE".to_owned(),
        message: None,
        created: now,
        token: id::uuid(&format!("token/{account}")),
        owner: format!("arn:aws:iam::{}:root", world.organization.management_account),
        account: Some(account.to_owned()),
        parameters,
        last_record: id("rec"),
        last_provisioning: Some(id("rec")),
        last_successful: Some(id("rec")),
    }
}
