//! Drawing diagnostics with source lines and carets.
