//! The only user of `aws_sdk_*`: connect, read everything into [`Live`], perform one
//! [`Call`](crate::call::Call), await asynchronous requests, classify errors.
//!
//! It decides nothing: what is read and what is called is fixed by its arguments. Texts of AWS
//! (names, messages, reasons) pass through raw; whoever prints them escapes them.

pub mod call;
mod connect;
mod count;
mod document;
mod error;
pub mod events;
mod pace;
mod page;
pub mod read;
#[cfg(test)]
mod test;
pub mod topic;
pub mod wait;
mod whole;

pub use connect::{Aws, Options, connect};
pub use error::{AwsError, Kind};
pub use pace::Pace;

use crate::id::{IdentityStoreId, InstanceArn};
use crate::live::Live;

/// The Identity Center that calls go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The instance.
    pub instance: InstanceArn,
    /// Its directory.
    pub identity_store: IdentityStoreId,
}

impl Target {
    /// The Identity Center that was read.
    pub fn of(live: &Live) -> Self {
        Self {
            instance: live.identity_center.instance.clone(),
            identity_store: live.identity_center.identity_store.clone(),
        }
    }
}
