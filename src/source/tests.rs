//! Tests of `load` as a whole.
