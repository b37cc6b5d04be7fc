//! Account Factory's part of what a snapshot has no place for, both ways.

use super::super::factory::{Factory, Kind, Product, Record};
use super::document::Progress;
use super::{read, write};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Default, Serialize, Deserialize)]
pub(super) struct Document {
    #[serde(default)]
    products: Vec<Product>,
    #[serde(default)]
    records: Vec<Recorded>,
}

impl Document {
    pub(super) fn is_empty(&self) -> bool {
        self.products.is_empty() && self.records.is_empty()
    }
}

#[derive(Serialize, Deserialize)]
struct Recorded {
    id: String,
    kind: Kind,
    product: String,
    name: String,
    token: String,
    parameters: BTreeMap<String, String>,
    created: i64,
    updated: i64,
    delay_ms: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    doomed: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    outputs: Vec<(String, String)>,
    #[serde(flatten)]
    progress: Progress,
}

pub(super) fn read_factory(document: Document) -> Factory {
    let Document { products, records } = document;
    let mut factory = Factory::default();
    for product in products {
        factory.restore(product);
    }
    for recorded in records {
        let Recorded {
            id,
            kind,
            product,
            name,
            token,
            parameters,
            created,
            updated,
            delay_ms,
            doomed,
            outputs,
            progress,
        } = recorded;
        let delay = Duration::from_millis(delay_ms);
        let status = read::read_progress(progress);
        factory.restore_record(Record {
            id,
            kind,
            product,
            name,
            token,
            parameters,
            created,
            updated,
            delay,
            doomed,
            outputs,
            status,
        });
    }
    factory
}

pub(super) fn write_factory(factory: &Factory) -> Document {
    let records = factory.records().values().cloned().map(|record| {
        let Record {
            id,
            kind,
            product,
            name,
            token,
            parameters,
            created,
            updated,
            delay,
            doomed,
            outputs,
            status,
        } = record;
        let delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        let progress = write::progress_of(&status);
        Recorded {
            id,
            kind,
            product,
            name,
            token,
            parameters,
            created,
            updated,
            delay_ms,
            doomed,
            outputs,
            progress,
        }
    });
    Document {
        products: factory.products().values().cloned().collect(),
        records: records.collect(),
    }
}
