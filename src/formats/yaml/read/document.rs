//! What a stream holds: its documents, and what is wrong with it.

use seatrial_model::{Finding, Node, Span};

/// One document of a stream that is not empty.
#[derive(Clone, Debug)]
pub struct Document {
    /// Its root.
    pub node: Node,
    /// From its first to its last byte, comments included, markers (`---`) not.
    pub span: Span,
}

/// What a stream holds. A document with an error is not among `documents`; the others are.
#[derive(Clone, Debug, Default)]
pub struct Parsed {
    /// The documents that could be read, in order, without empty ones.
    pub documents: Vec<Document>,
    /// `parse-error` and `duplicate-key`.
    pub findings: Vec<Finding>,
}
