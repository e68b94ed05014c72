//! Values against structural schemas. Pure: no list of kinds, no files.

use seatrial_kubernetes::Schema;
use seatrial_model::{Node, Span};

/// What does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A field that the schema does not declare; the nearest declared name.
    UnknownField {
        /// Its name.
        name: String,
        /// `did you mean`.
        suggestion: Option<String>,
    },
    /// A value of another type.
    WrongType {
        /// `an integer`.
        expected: String,
        /// `a string`.
        found: String,
    },
    /// A required field that is absent.
    MissingField {
        /// Its name.
        name: String,
    },
    /// A value that its format or its list's keys do not allow; the sentence says why.
    Invalid(String),
}

/// One violation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer of the value (of the field itself, for an unknown one; of the object, for a missing one).
    pub pointer: String,
    /// Dotted path for people: `spec.template.spec.containers[0].image`.
    pub path: String,
    /// The place: the key, for an unknown field; the value otherwise.
    pub span: Span,
    /// What is wrong.
    pub problem: Problem,
}

/// Everything in `node` that does not fit `schema`, in document order.
#[must_use]
pub fn validate(_schema: &Schema, _node: &Node) -> Vec<Violation> {
    Vec::new()
}

/// The candidate nearest to `name` by edit distance, when one is near enough to be meant.
#[must_use]
pub fn nearest<'a>(_name: &str, _candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    None
}
