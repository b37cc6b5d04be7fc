//! The end of an apply, as a table and a line.
