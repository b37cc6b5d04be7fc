//! Live AWS → the comparable shape.
