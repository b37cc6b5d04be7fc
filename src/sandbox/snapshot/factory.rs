//! Account Factory's part of what a snapshot has no place for, both ways.

use super::super::factory::{Factory, Product, Record};
use super::document::Progress;
use super::{read, write};
use serde::{Deserialize, Serialize};

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

/// A record with where it stands.
#[derive(Serialize, Deserialize)]
struct Recorded {
    #[serde(flatten)]
    record: Record,
    #[serde(flatten)]
    progress: Progress,
}

pub(super) fn read_factory(document: Document) -> Factory {
    let Document { products, records } = document;
    let mut factory = Factory::default();
    for product in products {
        factory.restore(product);
    }
    for Recorded { record, progress } in records {
        factory.restore_record(Record { status: read::read_progress(progress), ..record });
    }
    factory
}

pub(super) fn write_factory(factory: &Factory) -> Document {
    let records = factory.records().values().map(|record| Recorded {
        record: record.clone(),
        progress: write::progress_of(&record.status),
    });
    Document {
        products: factory.products().values().cloned().collect(),
        records: records.collect(),
    }
}
