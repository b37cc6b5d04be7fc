//! The landgrant binary.
fn main() {}
