//! The world as a document: the snapshot format, version 1, plus a key `sandbox` for what a snapshot has no place for.
//!
//! Reading is lenient (unknown keys are ignored, optional ones defaulted) but not blind: a document whose parts do not
//! fit together is refused with the place. This module knows the format by itself, on purpose: it shares no code with
//! the rest of the crate, so that one misreading cannot hide in both.

mod document;
mod factory;
mod read;
mod tower;
mod write;

use super::accounts;
use super::cloudtrail::Events;
use super::factory::Factory;
use super::operations::Operations;
use super::requests::Requests;
use super::world::World;

pub(super) use tower::Missing;
pub(super) use write::write;

/// Why a document is no world.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// It is not JSON, or a key has the wrong type.
    #[error("reading the world: {0}")]
    Json(#[from] serde_json::Error),
    /// It is another format, or a version that this sandbox does not read.
    #[error(
        "the world is `{format}` version {version}, but only `landgrant.snapshot` version 1 is read"
    )]
    Format {
        /// The document's `format`.
        format: String,
        /// The document's `version`.
        version: u64,
    },
    /// A part names another that is not there, or that is there twice.
    #[error("the world does not fit together: {0}")]
    Broken(String),
    /// `Options::caller` is no account of it.
    #[error("{0}")]
    Caller(String),
    /// `Options::started` is no date-time.
    #[error("`{0}` is not an RFC 3339 date-time")]
    Started(String),
}

/// What a document holds.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded {
    pub(super) world: World,
    pub(super) requests: Requests,
    pub(super) accounts: accounts::Requests,
    pub(super) events: Events,
    pub(super) operations: Operations,
    pub(super) factory: Factory,
    /// The number of this opening, from 1.
    pub(super) run: u64,
}

/// Reads a document.
pub(super) fn read(text: &[u8]) -> Result<Loaded, WorldError> {
    let document: document::Document = serde_json::from_slice(text)?;
    read::read(document)
}
