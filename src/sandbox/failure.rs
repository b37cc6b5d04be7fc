//! An error answer, before it is put on the wire.

use serde_json::Value;

/// What an operation answers.
pub(super) type Answer = Result<Value, Failure>;

/// A modelled error.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
    /// Further modelled members, such as `Reason`.
    pub(super) extra: Vec<(&'static str, Value)>,
}

impl Failure {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { status: 400, code, message: message.into(), extra: Vec::new() }
    }

    pub(super) fn with(mut self, member: &'static str, value: impl Into<Value>) -> Self {
        self.extra.push((member, value.into()));
        self
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new("ResourceNotFoundException", message)
    }

    pub(super) fn conflict(message: impl Into<String>) -> Self {
        Self::new("ConflictException", message)
    }

    pub(super) fn unknown_operation(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("unknown operation `{operation}`"))
    }
}
