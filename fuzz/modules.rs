//! The modules of the package that read definitions, compiled from its own files. They are pure, so
//! nothing of the SDK comes along.

#[path = "../src"]
mod package {
    pub mod diag;
    pub mod id;
    pub mod live;
    pub mod model;
    pub mod resolve;
    pub mod source;
    pub mod text;
}

pub use package::{diag, id, live, model, resolve, source, text};
