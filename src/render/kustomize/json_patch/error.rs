//! Why a JSON patch cannot be applied.

use seatrial_model::Span;

/// An operation cannot be read or applied.
#[derive(Clone, Debug)]
pub(crate) struct JsonPatchError {
    pub(crate) span: Span,
    pub(crate) message: String,
}

pub(crate) fn error(span: Span, message: impl Into<String>) -> JsonPatchError {
    JsonPatchError { span, message: message.into() }
}
