//! landgrant keeps access to an AWS landing zone in reviewed text files.
//!
//! Five values, and every command is a short composition of them:
//! [`source::declared::Declared`] (what people typed) is resolved against [`live::Live`] (what AWS
//! said) to a desired [`model::State`]; [`diff`] compares two states; [`plan`] orders the
//! difference into changes that a person can review; [`apply`] carries exactly those out.

pub mod access;
pub mod apply;
pub mod aws;
pub mod call;
pub mod cli;
pub mod diag;
pub mod diff;
pub mod drift;
pub mod evidence;
pub mod id;
pub mod journal;
pub mod live;
pub mod model;
pub mod notify;
pub mod plan;
pub mod render;
pub mod resolve;
pub mod sandbox;
pub mod source;
pub mod status;
pub mod store;
pub mod text;
