//! Files → [`declared::Declared`]: parsing and checking each value on its own, all errors collected.

pub mod declared;
pub mod selector;
